// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IEscrow} from "../src/interfaces/IEscrow.sol";
import {IPayouts} from "../src/interfaces/IPayouts.sol";
import {IStaking} from "../src/interfaces/IStaking.sol";
import {IDisputes} from "../src/interfaces/IDisputes.sol";
import {Payout} from "../src/types/Records.sol";
import {Economy} from "./utils/Economy.sol";
import {SumTree} from "./utils/SumTree.sol";
import {Test} from "./utils/Test.sol";

/// @notice Everybody at once: payers, a host, a poster who sometimes withholds, a guardian, claimants,
/// validators and delegators. Forge calls these functions in any order with any arguments.
contract Journey is Economy {
    uint256 public constant PEOPLE = 5;
    address public constant HOST = address(uint160(uint256(keccak256("host"))));

    uint256 public depositedWei;
    uint256 public withdrawnWei;
    uint256 public capturedWei;
    uint256 public directWei;
    uint256 public claimedWei;
    uint256 public receivedWei;
    uint256 public distributedWei;
    uint256 public stakedWei;
    uint256 public unstakedWei;
    uint256 public answers;

    /// @dev What is funded but in nobody's cumulative amount yet; per account what it has earned.
    uint128 private undistributedWei;
    uint128[6] private earnedWei;
    /// @dev The same as of each payout, to go back to when it is disabled.
    mapping(bytes32 payoutId => uint128[6]) private postedWei;
    bytes32[] private demandedIds;
    uint64[] private demandedPeriods;
    uint64[] private tickets;
    uint64[] private slashes;
    uint256 private timeS = NOW_S;
    uint256 private blocks = 100;

    constructor() {
        deployEconomy();
    }

    modifier now_() {
        vm.warp(timeS);
        vm.roll(blocks);
        _;
    }

    function payer(uint256 number) public pure returns (address) {
        return user(number % PEOPLE);
    }

    /// @notice Five people and the validators' pot.
    function earner(uint256 number) public view returns (address) {
        uint256 index = number % 6;
        return index == 5 ? address(attestations) : user(2000 + index);
    }

    function validatorAt(uint256 number) public pure returns (address) {
        return user(3000 + number % PEOPLE);
    }

    function delegator(uint256 number) public pure returns (address) {
        return user(4000 + number % PEOPLE);
    }

    function next(uint32 seconds_) external {
        timeS += bound(seconds_, 0, WINDOW_S);
        blocks += bound(seconds_, 1, 50);
    }

    function deposit(uint256 who, uint96 amount, uint128 limit) external now_ {
        uint256 amountWei = bound(amount, 1, 1e24);
        vm.deal(payer(who), payer(who).balance + amountWei);
        vm.prank(payer(who));
        escrow.deposit{value: amountWei}();
        depositedWei += amountWei;
        (uint96 currentWei,) = escrow.authorization(payer(who), HOST);
        vm.prank(payer(who));
        escrow.authorize(HOST, uint128(bound(limit, currentWei, 1e27)), uint64(timeS + 1 hours));
    }

    function capture(uint256 who, uint96 fee) external now_ {
        uint256 mostWei = escrow.available(payer(who), HOST);
        if (mostWei == 0) return;
        uint128 feeWei = uint128(bound(fee, 1, mostWei));
        IEscrow.Capture[] memory captures = new IEscrow.Capture[](1);
        captures[0] = IEscrow.Capture(payer(who), bytes32(++answers), feeWei);
        vm.prank(HOST);
        escrow.capture(captures);
        capturedWei += feeWei;
        undistributedWei += feeWei;
    }

    function fundDirectly(uint96 amount) external now_ {
        uint256 amountWei = bound(amount, 1, 1e24);
        fund(amountWei);
        directWei += amountWei;
        undistributedWei += uint128(amountWei);
    }

    function withdraw(uint256 who, uint96 amount, bool isRequest) external now_ {
        if (isRequest) {
            vm.prank(payer(who));
            escrow.requestWithdrawal(uint128(bound(amount, 1, 1e24)));
            return;
        }
        (, uint96 requestedWei, uint64 executableS) = escrow.account(payer(who));
        uint256 beforeWei = payer(who).balance;
        if (requestedWei == 0 || timeS < executableS) return;
        vm.prank(payer(who));
        escrow.executeWithdrawal();
        withdrawnWei += payer(who).balance - beforeWei;
    }

    function earn(uint256 who, uint128 amount) external {
        uint128 amountWei = uint128(bound(amount, 0, undistributedWei));
        undistributedWei -= amountWei;
        earnedWei[who % 6] += amountWei;
    }

    function postPeriod() public now_ {
        (uint64 active,,,) = payouts.active();
        if (parameters.paused() || payouts.posted() - active >= 15) return;
        (bytes32 root, uint128 totalWei) = SumTree.root(_leaves(earnedWei));
        Payout memory payout = payoutOf(root, totalWei, keccak256("answers"));
        postedWei[post(payout)] = earnedWei;
    }

    function claim(uint256 who, bool isMany) external now_ {
        (, bytes32 id,,) = payouts.active();
        uint256 index = who % 6;
        if (id == 0 || postedWei[id][index] <= payouts.claimedWei(earner(index))) return;
        uint256 beforeWei = earner(index).balance;
        SumTree.Vertex[] memory all = _leaves(postedWei[id]);
        IPayouts.Entitlement[] memory items = new IPayouts.Entitlement[](1);
        items[0] = IPayouts.Entitlement(
            earner(index), postedWei[id][index], index, SumTree.proof(all, index)
        );
        if (isMany) payouts.claimMany(items);
        else payouts.claim(items[0]);
        uint256 paidWei = earner(index).balance - beforeWei;
        claimedWei += paidWei;
        if (index == 5) receivedWei += paidWei;
    }

    function guard(uint64 number) external now_ {
        (uint64 active,,,) = payouts.active();
        if (payouts.posted() == active) return;
        uint64 period = uint64(bound(number, active + 1, payouts.posted()));
        vm.prank(guardian);
        payouts.disable(period);
        _goBack();
    }

    function demand(uint64 number) external now_ {
        (uint64 active,,,) = payouts.active();
        if (payouts.posted() == active) return;
        uint64 period = uint64(bound(number, active + 1, payouts.posted()));
        IPayouts.PeriodState memory state = payouts.period(period);
        if (timeS + 2 * REVEAL_S > state.postedS + 2 * state.windowS) return;
        if (disputes.demanded(state.payoutId, 0).by != address(0)) return;
        vm.deal(challenger, challenger.balance + DEMAND_WEI);
        vm.prank(challenger);
        disputes.demand{value: DEMAND_WEI}(period, 0);
        demandedIds.push(state.payoutId);
        demandedPeriods.push(period);
    }

    /// @notice Nobody reveals, so each demand ends in fraud or in a refund.
    function expire(uint256 which) external now_ {
        if (demandedIds.length == 0) return;
        uint256 place = which % demandedIds.length;
        (bytes32 id, uint64 period) = (demandedIds[place], demandedPeriods[place]);
        IDisputes.Demand memory made = disputes.demanded(id, 0);
        IPayouts.PeriodState memory state = payouts.period(period);
        bool isPending = state.payoutId == id && state.status == IPayouts.Status.Pending;
        if (made.by == address(0) || (isPending && timeS <= made.deadlineS)) return;
        disputes.expire(id, period, 0);
        _goBack();
    }

    function releaseAndWithdraw(uint64 number, uint8 who) external now_ {
        (uint64 active,,,) = payouts.active();
        if (active > 0) {
            uint64 period = uint64(bound(number, 1, active));
            if (payouts.period(period).bondWei > 0 && period + 16 > payouts.posted()) {
                payouts.release(period);
            }
        }
        address account = [poster, challenger, BURN][who % 3];
        if (payouts.withdrawableWei(account) > 0) payouts.withdraw(account);
        if (disputes.withdrawableWei(account) > 0) disputes.withdraw(account);
        if (staking.withdrawableWei(account) > 0) staking.withdrawReward(account);
    }

    function register(uint256 who, uint96 amount, uint32 commission) external now_ {
        address account = validatorAt(who);
        IStaking.Validator memory known = staking.validator(account);
        if (known.isListed || known.pendingSlashes > 0) return;
        uint256 most = known.shares == 0 ? 1_000_000 : known.commissionPpm;
        uint256 amountWei = bound(amount, STAKE_WEI, 1e24);
        _stake(account, amountWei);
        vm.prank(account);
        staking.register{value: amountWei}(uint32(bound(commission, 0, most)));
    }

    function delegate(uint256 who, uint256 whom, uint96 amount) external now_ {
        IStaking.Validator memory known = staking.validator(validatorAt(whom));
        if (!known.isListed || known.pendingSlashes > 0) return;
        uint256 amountWei = bound(amount, 1 ether, 1e24);
        _stake(delegator(who), amountWei);
        vm.prank(delegator(who));
        staking.delegate{value: amountWei}(validatorAt(whom));
    }

    function unbond(uint256 who, uint256 whom, uint128 amount, bool isOwn) external now_ {
        address owner = isOwn ? validatorAt(whom) : delegator(who);
        uint128 held = staking.position(validatorAt(whom), owner);
        if (staking.weiOf(validatorAt(whom), owner) < 2 ether) return;
        vm.prank(owner);
        tickets.push(staking.unbond(validatorAt(whom), uint128(bound(amount, held / 2, held))));
    }

    function withdrawTicket(uint256 which) external now_ {
        if (tickets.length == 0) return;
        uint64 id = tickets[which % tickets.length];
        IStaking.Ticket memory made = staking.ticket(id);
        if (made.owner == address(0) || timeS < made.readyS) return;
        if (staking.validator(made.validator).pendingSlashes > 0) return;
        uint256 beforeWei = made.owner.balance;
        vm.prank(made.owner);
        staking.withdraw(id);
        unstakedWei += made.owner.balance - beforeWei;
    }

    function attest(uint64 number, uint8 who) external now_ {
        (uint64 active,,,) = payouts.active();
        if (payouts.posted() == active) return;
        uint64 period = uint64(bound(number, active + 1, payouts.posted()));
        bytes32 id = payouts.period(period).payoutId;
        try attestations.draw(period) {} catch {}
        address[] memory drawn = attestations.assigned(period, id);
        if (drawn.length == 0) return;
        address chosen = drawn[who % drawn.length];
        if (attestations.hasAttested(period, id, chosen)) return;
        vm.prank(chosen);
        attestations.attest(period, id);
    }

    function distribute(uint64 number) external now_ {
        (uint64 active,,,) = payouts.active();
        if (active == 0) return;
        uint256 beforeWei = address(attestations).balance;
        try attestations.distribute(uint64(bound(number, 1, active))) {} catch {}
        distributedWei += beforeWei - address(attestations).balance;
    }

    function punish(uint256 which, uint8 who) external now_ {
        if (demandedIds.length == 0) return;
        uint256 place = which % demandedIds.length;
        (bytes32 id, uint64 period) = (demandedIds[place], demandedPeriods[place]);
        address[] memory drawn = attestations.assigned(period, id);
        if (!disputes.isFraud(id) || drawn.length == 0) return;
        address chosen = drawn[who % drawn.length];
        if (!attestations.hasAttested(period, id, chosen)) return;
        vm.prank(challenger);
        attestations.punish(period, id, chosen);
        slashes.push(uint64(slashes.length + 1));
    }

    function settleSlash(uint256 which, bool isVetoed) external now_ {
        if (slashes.length == 0) return;
        uint64 id = slashes[which % slashes.length];
        IStaking.Slash memory found = staking.slash(id);
        if (found.status != IStaking.SlashStatus.Pending) return;
        if (timeS >= found.executableS) {
            staking.executeSlash(id);
        } else if (isVetoed) {
            vm.prank(guardian);
            staking.veto(id);
        }
    }

    function escrowOwedWei() external view returns (uint256 sumWei) {
        for (uint256 number = 0; number < PEOPLE; ++number) {
            (uint96 balanceWei,,) = escrow.account(payer(number));
            sumWei += balanceWei;
        }
    }

    function bondsWei() external view returns (uint256 sumWei) {
        uint64 last = payouts.posted();
        for (uint64 number = last > 15 ? last - 15 : 1; number <= last + 15; ++number) {
            sumWei += payouts.period(number).bondWei;
        }
    }

    function demandsWei() external view returns (uint256 sumWei) {
        for (uint256 place = 0; place < demandedIds.length; ++place) {
            // The same payout can be posted and demanded twice; its demand is counted once.
            bool isCounted = false;
            for (uint256 before = 0; before < place; ++before) {
                if (demandedIds[before] == demandedIds[place]) isCounted = true;
            }
            if (!isCounted) sumWei += disputes.demanded(demandedIds[place], 0).bondWei;
        }
    }

    /// @notice What the staking owes by its pools, and what positions and tickets could take of it.
    function stakeOwedWei() external view returns (uint256 poolsWei, uint256 takeableWei) {
        for (uint256 whom = 0; whom < PEOPLE; ++whom) {
            address account = validatorAt(whom);
            IStaking.Validator memory pool = staking.validator(account);
            poolsWei += uint256(pool.stakeWei) + pool.unbondingWei;
            takeableWei += staking.weiOf(account, account);
            for (uint256 who = 0; who < PEOPLE; ++who) {
                takeableWei += staking.weiOf(account, delegator(who));
            }
        }
        for (uint256 place = 0; place < tickets.length; ++place) {
            IStaking.Ticket memory made = staking.ticket(tickets[place]);
            if (made.owner == address(0)) continue;
            IStaking.Validator memory pool = staking.validator(made.validator);
            takeableWei += uint256(made.unbondingShares) * pool.unbondingWei / pool.unbondingShares;
        }
    }

    function rewardsWei(bool isStaking) external view returns (uint256 sumWei) {
        address[3] memory all = [poster, challenger, BURN];
        for (uint256 place = 0; place < 3; ++place) {
            sumWei += isStaking
                ? staking.withdrawableWei(all[place])
                : payouts.withdrawableWei(all[place]);
        }
    }

    function disputesOwedWei() external view returns (uint256) {
        return disputes.withdrawableWei(poster) + disputes.withdrawableWei(challenger);
    }

    function contracts() external view returns (address, address, address, address, address) {
        return (
            address(escrow),
            address(payouts),
            address(staking),
            address(attestations),
            address(disputes)
        );
    }

    function totalsWei()
        external
        view
        returns (uint256 fundedWei, uint256 postedTotalWei, uint256 activeWei, uint256 paidWei)
    {
        (,,, activeWei) = payouts.active();
        return (payouts.fundedWei(), payouts.totalWei(), activeWei, payouts.claimedTotalWei());
    }

    function isPaidExactly(uint256 who) external view returns (bool) {
        address account = earner(who);
        if (account == address(attestations)) return payouts.claimedWei(account) == receivedWei;
        return payouts.claimedWei(account) == account.balance;
    }

    function _stake(address account, uint256 amountWei) private {
        vm.deal(account, account.balance + amountWei);
        stakedWei += amountWei;
    }

    /// @dev After a period is disabled, what was earned since the last valid one is earned again later.
    function _goBack() private {
        bytes32 id = payouts.payoutId();
        for (uint256 index = 0; index < 6; ++index) {
            uint128 keptWei = postedWei[id][index];
            undistributedWei += earnedWei[index] - keptWei;
            earnedWei[index] = keptWei;
        }
    }

    function _leaves(uint128[6] storage sums) private view returns (SumTree.Vertex[] memory) {
        address[] memory who = new address[](6);
        uint128[] memory whatWei = new uint128[](6);
        for (uint256 index = 0; index < 6; ++index) {
            (who[index], whatWei[index]) = (earner(index), sums[index]);
        }
        return SumTree.leaves(address(payouts), who, whatWei);
    }
}

contract ConservationTest is Test {
    Journey private journey;

    function setUp() public {
        journey = new Journey();
    }

    /// @notice Tells forge which contract to call at random.
    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(journey);
    }

    /// @notice Not one wei is made or lost in any contract, and what is promised is there.
    function invariant_everyWeiIsAccountedFor() public view {
        (address escrow, address payouts, address staking, address attestations, address disputes) =
            journey.contracts();
        uint256 escrowWei = journey.escrowOwedWei();
        assertEq(escrow.balance, escrowWei);
        assertEq(journey.depositedWei(), escrowWei + journey.withdrawnWei() + journey.capturedWei());
        _checkPayouts(payouts);
        (uint256 poolsWei, uint256 takeableWei) = journey.stakeOwedWei();
        assertEq(staking.balance, poolsWei + journey.rewardsWei(true));
        assertTrue(takeableWei <= poolsWei);
        assertEq(attestations.balance, journey.receivedWei() - journey.distributedWei());
        assertEq(disputes.balance, journey.demandsWei() + journey.disputesOwedWei());
    }

    function _checkPayouts(address payouts) private view {
        (uint256 fundedWei, uint256 postedWei, uint256 activeWei, uint256 paidWei) =
            journey.totalsWei();
        assertEq(fundedWei, journey.capturedWei() + journey.directWei());
        assertEq(paidWei, journey.claimedWei());
        assertTrue(paidWei <= activeWei && activeWei <= postedWei && postedWei <= fundedWei);
        assertEq(
            payouts.balance, fundedWei - paidWei + journey.bondsWei() + journey.rewardsWei(false)
        );
        for (uint256 who = 0; who < 6; ++who) {
            assertTrue(journey.isPaidExactly(who));
        }
    }
}
