// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {Errors} from "@openzeppelin/contracts/utils/Errors.sol";

import {Payouts} from "../src/Payouts.sol";
import {IPayouts} from "../src/interfaces/IPayouts.sol";
import {Payout} from "../src/types/Records.sol";
import {Test} from "./utils/Test.sol";
import {Tree} from "./utils/Tree.sol";

/// @notice Refuses money.
contract Refuser {}

/// @notice Burns all gas that it is given.
contract Burner {
    receive() external payable {
        while (true) {}
    }
}

/// @notice Takes its payment and claims again from within.
contract Reentrant {
    IPayouts private immutable PAYOUTS;
    bytes private again;
    bool public wasRefused;

    constructor(IPayouts payouts) {
        PAYOUTS = payouts;
    }

    function arm(bytes calldata call) external {
        again = call;
    }

    receive() external payable {
        (bool done,) = address(PAYOUTS).call(again);
        wasRefused = !done;
    }
}

contract PayoutsTest is Test {
    Payouts private payouts;
    address private poster = user(100);
    address[] private accounts;
    uint128[] private amountsWei;

    function setUp() public {
        payouts = new Payouts(poster);
    }

    function _fund(uint256 amountWei) private {
        vm.deal(address(this), amountWei);
        payouts.fund{value: amountWei}();
    }

    function _earn(address account, uint128 amountWei) private {
        accounts.push(account);
        amountsWei.push(amountWei);
    }

    function _leaves() private view returns (bytes32[] memory leaves) {
        leaves = new bytes32[](accounts.length);
        for (uint256 index = 0; index < leaves.length; ++index) {
            leaves[index] = Tree.payoutLeaf(address(payouts), accounts[index], amountsWei[index]);
        }
    }

    function _payout(uint128 totalWei) private view returns (Payout memory) {
        return Payout({
            period: payouts.period() + 1,
            parent: payouts.payoutId(),
            root: Tree.root(_leaves()),
            accounts: uint32(accounts.length),
            totalWei: totalWei,
            receipts: keccak256("receipts"),
            timeS: 1
        });
    }

    function _post() private {
        uint128 totalWei = 0;
        for (uint256 index = 0; index < amountsWei.length; ++index) {
            totalWei += amountsWei[index];
        }
        Payout memory payout = _payout(totalWei);
        vm.prank(poster);
        payouts.post(payout, keccak256("data"));
    }

    function _claim(uint256 index) private {
        payouts.claim(accounts[index], amountsWei[index], index, Tree.proof(_leaves(), index));
    }

    function _all() private view returns (IPayouts.Entitlement[] memory all) {
        all = new IPayouts.Entitlement[](accounts.length);
        bytes32[] memory leaves = _leaves();
        for (uint256 index = 0; index < all.length; ++index) {
            all[index] = IPayouts.Entitlement(
                accounts[index], amountsWei[index], index, Tree.proof(leaves, index)
            );
        }
    }

    function testFuzz_everyAccountIsPaidOnce(uint96[5] memory shares) public {
        uint256 sumWei = 0;
        for (uint256 index = 0; index < 5; ++index) {
            uint128 amountWei = uint128(bound(shares[index], 1, type(uint96).max));
            _earn(user(index), amountWei);
            sumWei += amountWei;
        }
        _fund(sumWei);
        _post();
        for (uint256 index = 0; index < 5; ++index) {
            _claim(index);
            assertEq(accounts[index].balance, amountsWei[index]);
            bytes32[] memory proof = Tree.proof(_leaves(), index);
            vm.expectRevert(
                abi.encodeWithSelector(
                    IPayouts.NothingToClaim.selector, accounts[index], amountsWei[index]
                )
            );
            payouts.claim(accounts[index], amountsWei[index], index, proof);
        }
        assertEq(address(payouts).balance, 0);
        assertEq(payouts.claimedTotalWei(), sumWei);
    }

    function testFuzz_laterPeriodsPayTheDifference(uint96 first, uint96 second) public {
        uint128 firstWei = uint128(bound(first, 1, type(uint96).max));
        uint128 secondWei = uint128(bound(second, 1, type(uint96).max));
        _earn(user(0), firstWei);
        _fund(uint256(firstWei) + secondWei);
        _post();
        _claim(0);
        amountsWei[0] = firstWei + secondWei;
        _post();
        _claim(0);
        assertEq(user(0).balance, uint256(firstWei) + secondWei);
        assertEq(payouts.period(), 2);
    }

    function testFuzz_aWrongAmountIsRefused(uint128 claimed) public {
        vm.assume(claimed != 70);
        _earn(user(0), 70);
        _earn(user(1), 30);
        _fund(100);
        _post();
        bytes32[] memory proof = Tree.proof(_leaves(), 0);
        vm.expectRevert(abi.encodeWithSelector(IPayouts.WrongProof.selector, user(0), 0));
        payouts.claim(user(0), claimed, 0, proof);
        vm.expectRevert(abi.encodeWithSelector(IPayouts.WrongProof.selector, user(1), 0));
        payouts.claim(user(1), 70, 0, proof);
    }

    function testFuzz_anotherChainsProofIsRefused(uint32 chainId) public {
        vm.assume(chainId != 0 && chainId != block.chainid);
        _earn(user(0), 70);
        _fund(70);
        _post();
        bytes32[] memory proof = Tree.proof(_leaves(), 0);
        vm.chainId(chainId);
        vm.expectRevert(abi.encodeWithSelector(IPayouts.WrongProof.selector, user(0), 0));
        payouts.claim(user(0), 70, 0, proof);
    }

    function testFuzz_onlyThePosterPosts(address stranger) public {
        vm.assume(stranger != poster);
        Payout memory payout = _payout1(0);
        vm.expectRevert(
            abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, stranger)
        );
        vm.prank(stranger);
        payouts.post(payout, 0);
    }

    function _payout1(uint128 totalWei) private pure returns (Payout memory) {
        return Payout(1, 0, keccak256("root"), 1, totalWei, 0, 1);
    }

    function testFuzz_periodsHaveNoGaps(uint64 period, bytes32 parent) public {
        vm.assume(period != 1 && parent != 0);
        Payout memory payout = _payout1(0);
        payout.period = period;
        vm.expectRevert(abi.encodeWithSelector(IPayouts.PeriodNotNext.selector, 1, period));
        vm.prank(poster);
        payouts.post(payout, 0);
        (payout.period, payout.parent) = (1, parent);
        vm.expectRevert(abi.encodeWithSelector(IPayouts.ParentNotLast.selector, bytes32(0), parent));
        vm.prank(poster);
        payouts.post(payout, 0);
    }

    function testFuzz_totalsStayWithinFundsAndNeverFall(uint128 funded, uint128 first, uint128 next)
        public
    {
        uint256 fundedWei = bound(funded, 1, type(uint128).max - 1);
        uint128 firstWei = uint128(bound(first, 1, fundedWei));
        _fund(fundedWei);
        Payout memory payout = _payout1(uint128(fundedWei) + 1);
        vm.expectRevert(
            abi.encodeWithSelector(IPayouts.Unfunded.selector, fundedWei, fundedWei + 1)
        );
        vm.prank(poster);
        payouts.post(payout, 0);
        payout.totalWei = firstWei;
        vm.prank(poster);
        bytes32 id = payouts.post(payout, 0);
        uint128 nextWei = uint128(bound(next, 0, firstWei - 1));
        payout = Payout(2, id, keccak256("root"), 1, nextWei, 0, 1);
        vm.expectRevert(
            abi.encodeWithSelector(
                IPayouts.TotalLowered.selector, uint256(firstWei), uint256(nextWei)
            )
        );
        vm.prank(poster);
        payouts.post(payout, 0);
    }

    function test_aLyingRootCannotPayMoreThanItsTotal() public {
        _earn(user(0), 70);
        _earn(user(1), 70);
        _fund(200);
        Payout memory payout = _payout(100);
        vm.prank(poster);
        payouts.post(payout, 0);
        _claim(0);
        bytes32[] memory proof = Tree.proof(_leaves(), 1);
        vm.expectRevert(abi.encodeWithSelector(IPayouts.AboveTotal.selector, user(1), 70));
        payouts.claim(user(1), 70, 1, proof);
    }

    function test_refusersAndBurnersDoNotStopTheOthers() public {
        _earn(address(new Refuser()), 10);
        _earn(user(1), 20);
        _earn(address(new Burner()), 30);
        _earn(user(3), 40);
        _fund(100);
        _post();
        payouts.claimMany(_all());
        assertEq(user(1).balance, 20);
        assertEq(user(3).balance, 40);
        assertEq(payouts.claimedWei(accounts[0]), 0);
        assertEq(payouts.claimedWei(accounts[2]), 0);
        assertEq(payouts.claimedTotalWei(), 60);
        assertEq(address(payouts).balance, 40);
        bytes32[] memory proof = Tree.proof(_leaves(), 0);
        vm.expectRevert(abi.encodeWithSelector(Errors.FailedCall.selector));
        payouts.claim(accounts[0], 10, 0, proof);
        payouts.claimMany(_all());
        assertEq(payouts.claimedTotalWei(), 60);
    }

    function test_reentrancyGainsNothing() public {
        Reentrant thief = new Reentrant(payouts);
        _earn(address(thief), 10);
        _earn(user(1), 90);
        _fund(100);
        _post();
        bytes32[] memory proof = Tree.proof(_leaves(), 0);
        thief.arm(abi.encodeCall(IPayouts.claim, (address(thief), 10, 0, proof)));
        payouts.claimMany(_all());
        assertTrue(thief.wasRefused());
        assertEq(address(thief).balance, 10);
        assertEq(user(1).balance, 90);
    }

    function test_claimManyChecksEveryProof() public {
        _earn(user(0), 10);
        _fund(10);
        _post();
        IPayouts.Entitlement[] memory all = _all();
        all[0].cumulativeWei = 11;
        vm.expectRevert(abi.encodeWithSelector(IPayouts.WrongProof.selector, user(0), 0));
        payouts.claimMany(all);
    }

    function test_postingCannotBeGivenUp() public {
        vm.expectRevert(abi.encodeWithSelector(IPayouts.PosterRequired.selector));
        vm.prank(poster);
        payouts.renounceOwnership();
        vm.prank(poster);
        payouts.transferOwnership(user(7));
        assertEq(payouts.owner(), poster);
        vm.prank(user(7));
        payouts.acceptOwnership();
        assertEq(payouts.owner(), user(7));
    }

    function test_fundingWithNothingIsRefused() public {
        vm.expectRevert(abi.encodeWithSelector(IPayouts.NothingFunded.selector));
        payouts.fund();
    }

    /// @notice The payout tree that the Rust side wrote, claimed through the contract's own leaf.
    function test_sharedPayoutVector() public view {
        string memory json = vm.readFile("../vectors/merkle.json");
        uint256 chainId = vm.parseJsonUint(json, ".payout.chainId");
        address payoutsAddress = vm.parseJsonAddress(json, ".payout.payouts");
        uint256 count = vm.parseJsonUint(json, ".payout.count");
        bytes32[] memory leaves = new bytes32[](count);
        for (uint256 index = 0; index < count; ++index) {
            string memory entry = string.concat(".payout.entitlements[", vm.toString(index), "]");
            address account = vm.parseJsonAddress(json, string.concat(entry, ".account"));
            uint256 amountWei = vm.parseJsonUint(json, string.concat(entry, ".cumulativeWei"));
            bytes memory data = abi.encode(chainId, payoutsAddress, account, amountWei);
            bytes32 inner = keccak256(data);
            leaves[index] = keccak256(abi.encodePacked(bytes1(0), Tree.PAYOUT, inner));
        }
        assertEq(Tree.root(leaves), vm.parseJsonBytes32(json, ".payout.root"));
    }
}
