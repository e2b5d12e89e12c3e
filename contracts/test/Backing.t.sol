// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Contributions} from "../src/Contributions.sol";
import {GOPEN} from "../src/GOPEN.sol";
import {WOPEN} from "../src/WOPEN.sol";
import {IParameters} from "../src/interfaces/IParameters.sol";
import {FixedParameters} from "./Contributions.t.sol";
import {Registries} from "./utils/Registries.sol";

/// @notice Wraps, locks, moves, unwraps, commits, reveals and forfeits at random.
contract Holders is Registries {
    uint256 private constant PEOPLE = 4;

    WOPEN public wopen = new WOPEN();
    GOPEN public gopen = new GOPEN(wopen);
    Contributions public contributions;
    FixedParameters private parameters = new FixedParameters();
    address public immutable TREASURY = user(500);

    /// @dev Native OPEN given to people, and WOPEN that they sent to GOPEN's address by mistake.
    uint256 public givenWei;
    uint256 public strayedWei;
    uint256 public openBondsWei;
    uint256 public forfeitedWei;
    uint256 private timeS = 1_800_000_000;
    uint256 private blockNumber = 1;
    /// @dev How many batches each person is done with, and the bond of the one open, if any.
    mapping(address => uint256) private batch;
    mapping(address => uint256) private bondWei;

    constructor() {
        vm.warp(timeS);
        setUpRegistries(user(9));
        register();
        parameters.set(IParameters.Key.CommitmentBondWei, 1 ether);
        parameters.set(IParameters.Key.RevealDeadlineS, 1 hours);
        contributions = new Contributions(IParameters(address(parameters)), datanets, TREASURY);
    }

    function person(uint256 number) public pure returns (address) {
        return user(400 + number % PEOPLE);
    }

    function _give(address who, uint256 amountWei) private {
        vm.deal(who, who.balance + amountWei);
        givenWei += amountWei;
    }

    function wrap(uint256 who, uint96 amountWei) external {
        _give(person(who), amountWei);
        vm.prank(person(who));
        wopen.deposit{value: amountWei}();
    }

    function unwrap(uint256 who, uint256 amount) external {
        uint256 amountWei = bound(amount, 0, wopen.balanceOf(person(who)));
        vm.prank(person(who));
        wopen.withdraw(amountWei);
    }

    function lock(uint256 who, uint256 amount) external {
        uint256 amountWei = bound(amount, 0, wopen.balanceOf(person(who)));
        vm.prank(person(who));
        wopen.approve(address(gopen), amountWei);
        vm.prank(person(who));
        gopen.deposit(amountWei);
    }

    function lockNative(uint256 who, uint96 amountWei) external {
        _give(person(who), amountWei);
        vm.prank(person(who));
        gopen.depositNative{value: amountWei}();
    }

    function unlock(uint256 who, uint256 amount, bool native) external {
        uint256 amountWei = bound(amount, 0, gopen.balanceOf(person(who)));
        vm.prank(person(who));
        if (native) gopen.withdrawNative(amountWei);
        else gopen.withdraw(amountWei);
    }

    function moveVotes(uint256 from, uint256 to, uint256 amount) external {
        uint256 amountWei = bound(amount, 0, gopen.balanceOf(person(from)));
        vm.prank(person(from));
        gopen.transfer(person(to), amountWei);
        vm.prank(person(from));
        gopen.delegate(person(to));
    }

    function stray(uint256 who, uint256 amount) external {
        uint256 amountWei = bound(amount, 0, wopen.balanceOf(person(who)));
        vm.prank(person(who));
        wopen.transfer(address(gopen), amountWei);
        strayedWei += amountWei;
    }

    function setBond(uint64 newWei) external {
        parameters.set(IParameters.Key.CommitmentBondWei, newWei);
    }

    function commit(uint256 who) external {
        vm.warp(timeS);
        wallets.roll(blockNumber);
        address account = person(who);
        if (bondWei[account] != 0) return;
        uint128 costWei = parameters.value(IParameters.Key.CommitmentBondWei);
        if (costWei == 0) return;
        _give(account, costWei);
        bytes32 commitment = _commitment(account);
        vm.prank(account);
        contributions.commit{value: costWei}(commitment);
        bondWei[account] = costWei;
        openBondsWei += costWei;
    }

    function pass(uint16 seconds_) external {
        timeS += seconds_;
    }

    /// @dev Reveals while there is time, and forfeits after.
    function finish(uint256 who) external {
        vm.warp(timeS);
        wallets.roll(++blockNumber);
        address account = person(who);
        if (bondWei[account] == 0) return;
        (,, uint64 deadlineS,) = contributions.commitmentState(account, _commitment(account));
        if (timeS > deadlineS) {
            contributions.forfeit(account, _commitment(account));
            forfeitedWei += bondWei[account];
        } else {
            uint256 beforeWei = account.balance;
            vm.prank(account);
            contributions.reveal(DATANET, bytes32(batch[account] + 1), 1, 0);
            assertEq(account.balance, beforeWei + bondWei[account]);
        }
        openBondsWei -= bondWei[account];
        bondWei[account] = 0;
        ++batch[account];
    }

    function _commitment(address account) private view returns (bytes32) {
        return contributions.commitmentOf(account, DATANET, bytes32(batch[account] + 1), 1, 0);
    }

    function heldWei() external view returns (uint256 nativeWei, uint256 wrapped, uint256 locked) {
        for (uint256 number = 0; number < PEOPLE; ++number) {
            nativeWei += person(number).balance;
            wrapped += wopen.balanceOf(person(number));
            locked += gopen.balanceOf(person(number));
        }
    }

    function votesWei() external view returns (uint256 sumWei) {
        for (uint256 number = 0; number < PEOPLE; ++number) {
            sumWei += gopen.getVotes(person(number));
        }
    }
}

contract BackingTest is Registries {
    Holders private holders;

    function setUp() public {
        holders = new Holders();
    }

    /// @notice Tells forge which contract to call at random.
    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(holders);
    }

    /// @dev One function, so that one campaign checks all four.
    function invariant_everyWeiIsBackedAndAccountedFor() public view {
        _everyWopenIsBackedByOneWei();
        _everyGopenIsBackedByOneWopen();
        _contributionsHoldExactlyTheOpenBonds();
        _notOneWeiIsMadeOrLost();
    }

    function _everyWopenIsBackedByOneWei() private view {
        assertEq(holders.wopen().totalSupply(), address(holders.wopen()).balance);
    }

    function _everyGopenIsBackedByOneWopen() private view {
        assertEq(
            holders.wopen().balanceOf(address(holders.gopen())),
            holders.gopen().totalSupply() + holders.strayedWei()
        );
        assertEq(address(holders.gopen()).balance, 0);
        assertTrue(holders.votesWei() <= holders.gopen().totalSupply());
    }

    function _contributionsHoldExactlyTheOpenBonds() private view {
        Contributions contributions = holders.contributions();
        assertEq(contributions.bondsWei(), holders.openBondsWei());
        assertEq(address(contributions).balance, holders.openBondsWei());
        assertEq(holders.TREASURY().balance, holders.forfeitedWei());
    }

    function _notOneWeiIsMadeOrLost() private view {
        (uint256 nativeWei, uint256 wrappedWei, uint256 lockedWei) = holders.heldWei();
        assertEq(
            holders.givenWei(),
            nativeWei + wrappedWei + lockedWei + holders.strayedWei() + holders.openBondsWei()
                + holders.forfeitedWei()
        );
    }
}
