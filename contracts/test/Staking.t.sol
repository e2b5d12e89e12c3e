// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IParameters} from "../src/interfaces/IParameters.sol";
import {IStaking} from "../src/interfaces/IStaking.sol";
import {Economy} from "./utils/Economy.sol";

/// @notice A validator that calls the staking again while it is paid.
contract ReentrantValidator {
    IStaking private immutable STAKING;
    uint64 private ticket;
    bool public wasRefused;

    constructor(IStaking staking) {
        STAKING = staking;
    }

    function register() external payable {
        STAKING.register{value: msg.value}(0);
    }

    function unbond(uint128 shares) external {
        ticket = STAKING.unbond(address(this), shares);
    }

    function withdraw() external {
        STAKING.withdraw(ticket);
    }

    receive() external payable {
        (bool done,) = address(STAKING).call(abi.encodeCall(IStaking.withdraw, (ticket)));
        wasRefused = !done;
    }
}

contract StakingTest is Economy {
    address private validator = user(1);
    address private delegator = user(2);

    function setUp() public {
        deployEconomy();
        _register(validator, STAKE_WEI, 100_000);
    }

    function _register(address account, uint256 amountWei, uint32 commissionPpm) private {
        vm.deal(account, amountWei);
        vm.prank(account);
        staking.register{value: amountWei}(commissionPpm);
    }

    function _delegate(address account, uint256 amountWei) private returns (uint128) {
        vm.deal(account, account.balance + amountWei);
        vm.prank(account);
        return staking.delegate{value: amountWei}(validator);
    }

    function _unbond(address account, uint128 shares) private returns (uint64) {
        vm.prank(account);
        return staking.unbond(validator, shares);
    }

    function _reward(uint256 amountWei) private {
        vm.deal(address(attestations), amountWei);
        vm.prank(address(attestations));
        staking.reward{value: amountWei}(validator);
    }

    function _propose() private returns (uint64) {
        vm.prank(address(attestations));
        return staking.proposeSlash(validator, "evidence", challenger);
    }

    function _slash() private {
        uint64 id = _propose();
        pass(VETO_S);
        staking.executeSlash(id);
    }

    function _assertSolvent() private view {
        IStaking.Validator memory pool = staking.validator(validator);
        uint256 owedWei = uint256(pool.stakeWei) + pool.unbondingWei
            + staking.withdrawableWei(challenger) + staking.withdrawableWei(BURN);
        assertEq(address(staking).balance, owedWei);
    }

    function testFuzz_stakeComesBackAfterItsDelay(uint96 amount, uint32 wait) public {
        uint128 amountWei = uint128(bound(amount, 1, type(uint96).max / 2));
        uint128 shares = _delegate(delegator, amountWei);
        assertEq(staking.weiOf(validator, delegator), amountWei);
        uint64 ticket = _unbond(delegator, shares);
        IStaking.Ticket memory made = staking.ticket(ticket);
        assertEq(made.owner, delegator);
        assertEq(made.readyS, NOW_S + UNBONDING_S);
        pass(bound(wait, 0, UNBONDING_S - 1));
        vm.expectRevert(abi.encodeWithSelector(IStaking.TooEarly.selector, NOW_S + UNBONDING_S));
        vm.prank(delegator);
        staking.withdraw(ticket);
        vm.warp(NOW_S + UNBONDING_S);
        vm.expectRevert(
            abi.encodeWithSelector(IStaking.NotTicketOwner.selector, ticket, challenger)
        );
        vm.prank(challenger);
        staking.withdraw(ticket);
        vm.prank(delegator);
        staking.withdraw(ticket);
        assertEq(delegator.balance, amountWei);
        vm.expectRevert(abi.encodeWithSelector(IStaking.NotTicketOwner.selector, ticket, delegator));
        vm.prank(delegator);
        staking.withdraw(ticket);
        _assertSolvent();
    }

    function testFuzz_rewardsAreSharedAfterCommission(uint96 amount, uint96 reward) public {
        uint128 amountWei = uint128(bound(amount, 1 ether, 1e27));
        uint128 rewardWei = uint128(bound(reward, 0, 1e27));
        _delegate(delegator, amountWei);
        _reward(rewardWei);
        uint256 commissionWei = uint256(rewardWei) / 10;
        uint256 sharedWei = rewardWei - commissionWei;
        uint256 partWei = sharedWei * amountWei / (amountWei + STAKE_WEI);
        uint256 gainedWei = staking.weiOf(validator, delegator) - amountWei;
        // Nobody loses or gains more than a share is worth.
        uint256 shareWei = 2 + rewardWei / STAKE_WEI;
        assertTrue(gainedWei <= partWei + shareWei && gainedWei + shareWei >= partWei);
        uint256 ownWei = staking.weiOf(validator, validator);
        assertTrue(ownWei + gainedWei + amountWei <= STAKE_WEI + amountWei + rewardWei);
        _assertSolvent();
    }

    function test_aRewardForNobodysStakeIsTheValidators() public {
        _unbond(validator, STAKE_WEI);
        _reward(7 ether);
        assertEq(staking.weiOf(validator, validator), 7 ether);
        vm.expectRevert(abi.encodeWithSelector(IStaking.NotAttestations.selector, challenger));
        vm.prank(challenger);
        staking.reward(validator);
        _assertSolvent();
    }

    function testFuzz_aSlashTakesStakeAndUnbondingStakeAlike(uint96 stake, uint96 unbonding)
        public
    {
        uint128 shares = _delegate(delegator, bound(stake, 2, 1e26));
        _unbond(delegator, uint128(bound(unbonding, 1, shares)));
        IStaking.Validator memory before = staking.validator(validator);
        _slash();
        IStaking.Validator memory left = staking.validator(validator);
        uint256 takenWei = uint256(before.stakeWei) * SLASH_PPM / 1_000_000
            + uint256(before.unbondingWei) * SLASH_PPM / 1_000_000;
        assertEq(
            uint256(before.stakeWei) + before.unbondingWei,
            uint256(left.stakeWei) + left.unbondingWei + takenWei
        );
        assertEq(staking.withdrawableWei(challenger), takenWei * CHALLENGER_PPM / 1_000_000);
        assertEq(left.pendingSlashes, 0);
        _assertSolvent();
        staking.withdrawReward(challenger);
        assertEq(challenger.balance, takenWei * CHALLENGER_PPM / 1_000_000);
        vm.expectRevert(abi.encodeWithSelector(IStaking.NothingToWithdraw.selector, challenger));
        staking.withdrawReward(challenger);
        _assertSolvent();
    }

    function test_nothingLeavesWhileASlashIsPending() public {
        _delegate(delegator, 10 ether);
        uint64 ticket = _unbond(delegator, 10 ether);
        pass(UNBONDING_S - 1);
        uint64 id = _propose();
        pass(1);
        bytes memory reason = abi.encodeWithSelector(IStaking.SlashPending.selector, validator);
        vm.expectRevert(reason);
        vm.prank(delegator);
        staking.withdraw(ticket);
        vm.deal(delegator, 1 ether);
        vm.expectRevert(reason);
        vm.prank(delegator);
        staking.delegate{value: 1 ether}(validator);
        vm.expectRevert(
            abi.encodeWithSelector(IStaking.TooEarly.selector, block.timestamp - 1 + VETO_S)
        );
        staking.executeSlash(id);
        pass(VETO_S - 1);
        staking.executeSlash(id);
        vm.prank(delegator);
        staking.withdraw(ticket);
        assertEq(delegator.balance, 1 ether + 9 ether);
        vm.expectRevert(abi.encodeWithSelector(IStaking.SlashNotPending.selector, id));
        staking.executeSlash(id);
        _assertSolvent();
    }

    function test_aSlashIsVetoedInTime() public {
        uint64 first = _propose();
        uint64 second = _propose();
        uint64 third = _propose();
        assertEq(staking.validator(validator).pendingSlashes, 3);
        vm.expectRevert(abi.encodeWithSelector(IStaking.MayNotVeto.selector, challenger));
        vm.prank(challenger);
        staking.veto(first);
        vm.prank(guardian);
        staking.veto(first);
        vm.prank(governance);
        staking.veto(second);
        assertEq(uint256(staking.slash(first).status), uint256(IStaking.SlashStatus.Vetoed));
        vm.expectRevert(abi.encodeWithSelector(IStaking.SlashNotPending.selector, first));
        vm.prank(guardian);
        staking.veto(first);
        pass(VETO_S);
        vm.expectRevert(abi.encodeWithSelector(IStaking.TooLate.selector, NOW_S + VETO_S));
        vm.prank(guardian);
        staking.veto(third);
        assertEq(staking.validator(validator).stakeWei, STAKE_WEI);
        vm.expectRevert(abi.encodeWithSelector(IStaking.NotAttestations.selector, guardian));
        vm.prank(guardian);
        staking.proposeSlash(validator, 0, guardian);
    }

    function test_aSlashIsAtTheNumbersOfItsProposal() public {
        uint64 id = _propose();
        vm.prank(governance);
        parameters.set(IParameters.Key.SlashPpm, 120_000);
        vm.prank(governance);
        parameters.set(IParameters.Key.ChallengerPpm, 480_000);
        pass(VETO_S);
        staking.executeSlash(id);
        assertEq(staking.withdrawableWei(challenger), 40 ether);
        assertEq(staking.withdrawableWei(BURN), 60 ether);
    }

    function test_aTicketKeepsItsDelay() public {
        uint64 ticket = _unbond(validator, 1 ether);
        vm.prank(governance);
        parameters.set(IParameters.Key.UnbondingDelayS, UNBONDING_S * 6 / 5);
        pass(UNBONDING_S);
        vm.prank(validator);
        staking.withdraw(ticket);
        assertEq(validator.balance, 1 ether);
    }

    function test_aValidatorWithTooLittleOfItsOwnIsDelisted() public {
        _register(user(8), STAKE_WEI, 0);
        _register(user(9), STAKE_WEI, 0);
        _delegate(delegator, 10 ether);
        _unbond(delegator, 5 ether);
        assertEq(staking.validators().length, 3);
        _unbond(validator, 1);
        assertTrue(!staking.validator(validator).isListed);
        address[] memory left = staking.validators();
        assertEq(left.length, 2);
        assertEq(left[0], user(9));
        assertEq(left[1], user(8));
        vm.deal(delegator, 1 ether);
        vm.expectRevert(abi.encodeWithSelector(IStaking.NotListed.selector, validator));
        vm.prank(delegator);
        staking.delegate{value: 1 ether}(validator);
        // Others' stake is there: the commission does not rise.
        vm.expectRevert(
            abi.encodeWithSelector(IStaking.CommissionTooHigh.selector, 100_000, 100_001)
        );
        vm.prank(validator);
        staking.register(100_001);
        vm.expectRevert(
            abi.encodeWithSelector(IStaking.StakeTooSmall.selector, STAKE_WEI, STAKE_WEI - 1)
        );
        vm.prank(validator);
        staking.register(90_000);
        vm.deal(validator, 1);
        vm.prank(validator);
        staking.register{value: 1}(90_000);
        assertEq(staking.validators().length, 3);
        _unbond(validator, STAKE_WEI);
        assertEq(staking.validators().length, 2);
    }

    function test_aSlashDelistsWhoFallsBelow() public {
        uint64 other = _propose();
        _slash();
        assertTrue(!staking.validator(validator).isListed);
        uint64 lateS = staking.slash(other).executableS;
        vm.expectRevert(abi.encodeWithSelector(IStaking.TooLate.selector, lateS));
        vm.prank(guardian);
        staking.veto(other);
        vm.deal(validator, STAKE_WEI);
        vm.expectRevert(abi.encodeWithSelector(IStaking.SlashPending.selector, validator));
        vm.prank(validator);
        staking.register{value: STAKE_WEI}(0);
        staking.executeSlash(other);
        vm.prank(validator);
        staking.register{value: STAKE_WEI}(0);
        assertEq(staking.weiOf(validator, validator), STAKE_WEI * 181 / 100);
        _assertSolvent();
    }

    function test_registeringIsChecked() public {
        vm.expectRevert(abi.encodeWithSelector(IStaking.AlreadyListed.selector, validator));
        vm.prank(validator);
        staking.register(0);
        vm.expectRevert(
            abi.encodeWithSelector(IStaking.CommissionTooHigh.selector, 1_000_000, 1_000_001)
        );
        staking.register(1_000_001);
        vm.expectRevert(abi.encodeWithSelector(IStaking.StakeTooSmall.selector, STAKE_WEI, 0));
        staking.register(0);
        for (uint256 number = 1; number < 128; ++number) {
            _register(user(10_000 + number), STAKE_WEI, 0);
        }
        vm.expectRevert(abi.encodeWithSelector(IStaking.ListFull.selector, 128));
        staking.register(0);
    }

    function test_nothingMovesForNothing() public {
        vm.expectRevert(abi.encodeWithSelector(IStaking.NothingMoved.selector));
        staking.delegate(validator);
        vm.expectRevert(abi.encodeWithSelector(IStaking.NothingMoved.selector));
        _unbond(validator, 0);
        vm.expectRevert(abi.encodeWithSelector(IStaking.TooFewShares.selector, 0, 1));
        _unbond(delegator, 1);
    }

    function test_weightIsStakeThatWasThereForAWindow() public {
        assertEq(staking.weightWei(validator), 0);
        pass(WINDOW_S);
        assertEq(staking.weightWei(validator), 0);
        pass(WINDOW_S);
        assertEq(staking.weightWei(validator), STAKE_WEI);
        _delegate(delegator, 10 ether);
        pass(WINDOW_S - 1);
        _delegate(delegator, 20 ether);
        assertEq(staking.weightWei(validator), STAKE_WEI);
        pass(1);
        _delegate(delegator, 40 ether);
        assertEq(staking.weightWei(validator), STAKE_WEI);
        // What leaves is taken from what came last.
        _unbond(delegator, 50 ether);
        assertEq(staking.weightWei(validator), STAKE_WEI);
        pass(WINDOW_S);
        assertEq(staking.weightWei(validator), STAKE_WEI + 20 ether);
        pass(WINDOW_S);
        _unbond(delegator, 20 ether);
        _unbond(validator, STAKE_WEI / 2);
        assertEq(staking.weightWei(validator), STAKE_WEI / 2);
    }

    /// @notice Nobody's stake counts in a draw of a payout that was posted before it came.
    function testFuzz_stakeAddedSinceAMomentDoesNotCount(uint32[6] memory waits, uint96[6] memory a)
        public
    {
        pass(2 * WINDOW_S);
        _delegate(delegator, bound(a[0], 1, 1e26));
        pass(bound(waits[0], 0, 2 * WINDOW_S));
        uint256 momentS = block.timestamp;
        uint256 stakeWei = staking.validator(validator).stakeWei;
        for (uint256 step = 1; step < 6; ++step) {
            pass(bound(waits[step], 0, WINDOW_S / 2));
            if (block.timestamp >= momentS + WINDOW_S) break;
            _delegate(delegator, bound(a[step], 1, 1e26));
            assertTrue(staking.weightWei(validator) <= stakeWei);
        }
    }

    function test_reentrancyGainsNothing() public {
        ReentrantValidator thief = new ReentrantValidator(staking);
        vm.deal(address(this), STAKE_WEI);
        thief.register{value: STAKE_WEI}();
        thief.unbond(STAKE_WEI);
        pass(UNBONDING_S);
        thief.withdraw();
        assertTrue(thief.wasRefused());
        assertEq(address(thief).balance, STAKE_WEI);
        assertEq(address(staking).balance, STAKE_WEI);
    }
}
