// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Adapters} from "../../src/Adapters.sol";
import {Attestations} from "../../src/Attestations.sol";
import {Datanets} from "../../src/Datanets.sol";
import {Disputes} from "../../src/Disputes.sol";
import {Escrow} from "../../src/Escrow.sol";
import {Parameters} from "../../src/Parameters.sol";
import {Payouts} from "../../src/Payouts.sol";
import {Proxy} from "../../src/Proxy.sol";
import {Staking} from "../../src/Staking.sol";
import {IParameters} from "../../src/interfaces/IParameters.sol";
import {IPayouts} from "../../src/interfaces/IPayouts.sol";
import {Payout} from "../../src/types/Records.sol";
import {SumTree} from "./SumTree.sol";
import {Test} from "./Test.sol";

/// @notice The contracts that hold and judge money, wired as at deployment: each is given the addresses
/// of those that come after it.
abstract contract Economy is Test {
    uint64 internal constant NOW_S = 1_800_000_000;
    uint64 internal constant WINDOW_S = 3 days;
    uint64 internal constant REVEAL_S = 1 days;
    uint64 internal constant UNBONDING_S = 14 days;
    uint64 internal constant VETO_S = 2 days;
    uint64 internal constant PAYEE_DELAY_S = 7 days;
    uint64 internal constant WITHDRAWAL_DELAY_S = 1 days;
    uint64 internal constant COOLDOWN_S = 7 days;
    uint128 internal constant BOND_WEI = 100 ether;
    uint128 internal constant DEMAND_WEI = 1 ether;
    uint128 internal constant STAKE_WEI = 1000 ether;
    uint128 internal constant CHALLENGER_PPM = 400_000;
    uint128 internal constant SLASH_PPM = 100_000;
    uint128 internal constant ATTESTERS = 3;
    address internal constant BURN = 0x000000000000000000000000000000000000dEaD;

    address internal governance = user(1000);
    address internal poster = user(1001);
    address internal guardian = user(1002);
    address internal modelOwner = user(1003);
    address internal challenger = user(1004);

    Parameters internal parameters;
    Datanets internal datanets;
    Adapters internal adapters;
    Payouts internal payouts;
    Escrow internal escrow;
    Staking internal staking;
    Attestations internal attestations;
    Disputes internal disputes;

    /// @dev The last posted payout's entitlements.
    address[] internal accounts;
    uint128[] internal amountsWei;

    function deployEconomy() internal {
        vm.warp(NOW_S);
        vm.roll(100);
        parameters =
            new Parameters(governance, poster, guardian, COOLDOWN_S, firstSplit(), firstValues());
        datanets = Datanets(
            address(
                new Proxy(address(new Datanets()), abi.encodeCall(Datanets.initialize, governance))
            )
        );
        adapters = Adapters(
            address(
                new Proxy(
                    address(new Adapters()),
                    abi.encodeCall(Adapters.initialize, (governance, datanets))
                )
            )
        );
        uint64 nonce = vm.getNonce(address(this));
        address attestationsAt = vm.computeCreateAddress(address(this), nonce + 3);
        address disputesAt = vm.computeCreateAddress(address(this), nonce + 4);
        payouts = new Payouts(parameters, disputesAt, PAYEE_DELAY_S);
        escrow = new Escrow(payouts, WITHDRAWAL_DELAY_S);
        staking = new Staking(parameters, attestationsAt);
        attestations = new Attestations(payouts, staking, Disputes(disputesAt), parameters);
        disputes = new Disputes(payouts, adapters, parameters, governance, attestationsAt);
        assertEq(address(attestations), attestationsAt);
        assertEq(address(disputes), disputesAt);
    }

    function firstSplit() internal pure returns (IParameters.Split memory) {
        return IParameters.Split(700_000, 100_000, 100_000, 20_000, 70_000, 10_000);
    }

    function firstValues() internal pure returns (uint128[] memory values) {
        values = new uint128[](12);
        values[uint256(IParameters.Key.ChallengeWindowS)] = WINDOW_S;
        values[uint256(IParameters.Key.PosterBondWei)] = BOND_WEI;
        values[uint256(IParameters.Key.RevealDelayS)] = REVEAL_S;
        values[uint256(IParameters.Key.DemandBondWei)] = DEMAND_WEI;
        values[uint256(IParameters.Key.ChallengerPpm)] = CHALLENGER_PPM;
        values[uint256(IParameters.Key.StakeMinWei)] = STAKE_WEI;
        values[uint256(IParameters.Key.UnbondingDelayS)] = UNBONDING_S;
        values[uint256(IParameters.Key.VetoDelayS)] = VETO_S;
        values[uint256(IParameters.Key.SlashPpm)] = SLASH_PPM;
        values[uint256(IParameters.Key.AttestersDrawn)] = ATTESTERS;
        values[uint256(IParameters.Key.CommitmentBondWei)] = 1 ether;
        values[uint256(IParameters.Key.RevealDeadlineS)] = 1 days;
    }

    function fund(uint256 amountWei) internal {
        vm.deal(address(this), amountWei);
        payouts.fund{value: amountWei}();
    }

    function earn(address account, uint128 amountWei) internal {
        accounts.push(account);
        amountsWei.push(amountWei);
    }

    function leaves() internal view returns (SumTree.Vertex[] memory) {
        return SumTree.leaves(address(payouts), accounts, amountsWei);
    }

    /// @notice The next payout over `accounts` and `amountsWei`.
    function nextPayout(bytes32 answers) internal view returns (Payout memory) {
        (bytes32 root, uint128 totalWei) = SumTree.root(leaves());
        return payoutOf(root, totalWei, answers);
    }

    function payoutOf(bytes32 root, uint128 totalWei, bytes32 answers)
        internal
        view
        returns (Payout memory)
    {
        return Payout({
            period: payouts.posted() + 1,
            parent: payouts.payoutId(),
            root: root,
            accounts: uint32(accounts.length),
            totalWei: totalWei,
            answers: answers,
            timeS: uint64(block.timestamp)
        });
    }

    function post(Payout memory payout) internal returns (bytes32) {
        vm.deal(poster, BOND_WEI);
        vm.prank(poster);
        return payouts.post{value: BOND_WEI}(payout, keccak256("data"));
    }

    function postNext() internal returns (bytes32) {
        return post(nextPayout(keccak256("answers")));
    }

    function pass(uint256 seconds_) internal {
        vm.warp(block.timestamp + seconds_);
    }

    function entitlement(uint256 index) internal view returns (IPayouts.Entitlement memory) {
        IPayouts.SumSibling[] memory siblings = SumTree.proof(leaves(), index);
        return IPayouts.Entitlement(accounts[index], amountsWei[index], index, siblings);
    }

    function entitlements() internal view returns (IPayouts.Entitlement[] memory all) {
        all = new IPayouts.Entitlement[](accounts.length);
        for (uint256 index = 0; index < all.length; ++index) {
            all[index] = entitlement(index);
        }
    }

    function status(uint64 number) internal view returns (IPayouts.Status) {
        return payouts.period(number).status;
    }

    function assertStatus(uint64 number, IPayouts.Status expected) internal view {
        assertEq(uint256(status(number)), uint256(expected));
    }

    function assertActive(uint64 expected) internal view {
        (uint64 number,,,) = payouts.active();
        assertEq(number, expected);
    }
}
