// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IAttestations} from "./interfaces/IAttestations.sol";
import {IDisputes} from "./interfaces/IDisputes.sol";
import {IParameters} from "./interfaces/IParameters.sol";
import {IPayouts} from "./interfaces/IPayouts.sol";
import {IStaking} from "./interfaces/IStaking.sol";

/// @title Attestations
contract Attestations is IAttestations {
    uint256 private constant RING = 16;
    uint256 private constant DRAWN_MOST = 16;

    /// @dev Used again every `RING` periods. Bit i of `attested` is the validator at i of `drawn`.
    struct Draw {
        bytes32 payoutId;
        uint64 seedBlock;
        uint16 attested;
        uint8 count;
        bool isDistributed;
        address[DRAWN_MOST] drawn;
    }

    /// @inheritdoc IAttestations
    IPayouts public immutable PAYOUTS;
    /// @inheritdoc IAttestations
    IStaking public immutable STAKING;
    /// @inheritdoc IAttestations
    IDisputes public immutable DISPUTES;
    /// @inheritdoc IAttestations
    IParameters public immutable PARAMETERS;

    Draw[RING] private draws;

    /// @param payouts Whose periods are attested.
    /// @param staking Whose validators attest.
    /// @param disputes Who judges fraud proofs.
    /// @param parameters Where the numbers come from.
    constructor(IPayouts payouts, IStaking staking, IDisputes disputes, IParameters parameters) {
        (PAYOUTS, STAKING, DISPUTES, PARAMETERS) = (payouts, staking, disputes, parameters);
    }

    /// @notice Takes the validators' part of the fees.
    receive() external payable {
        emit Received(msg.sender, msg.value);
    }

    /// @inheritdoc IAttestations
    function draw(uint64 period) external {
        IPayouts.PeriodState memory state = _pending(period);
        Draw storage entry = draws[period % RING];
        uint64 seedBlock = _begin(entry, state);
        if (block.number <= seedBlock) revert TooEarly(seedBlock);
        uint64 latestS = state.postedS + state.windowS;
        if (block.timestamp >= latestS) revert TooLate(latestS);
        bytes32 seed = blockhash(seedBlock);
        if (seed == 0) {
            entry.seedBlock = uint64(block.number + 1);
            emit Postponed(period, state.payoutId, entry.seedBlock);
            return;
        }
        address[] memory chosen = _choose(keccak256(abi.encode(seed, state.payoutId)));
        entry.count = uint8(chosen.length);
        for (uint256 place = 0; place < chosen.length; ++place) {
            entry.drawn[place] = chosen[place];
        }
        emit Drawn(period, state.payoutId, chosen);
    }

    /// @inheritdoc IAttestations
    function attest(uint64 period, bytes32 payoutId) external {
        Draw storage entry = _drawn(period, payoutId);
        if (_pending(period).payoutId != payoutId) revert NotDrawn(period, payoutId);
        uint16 bit = _bitOf(entry, payoutId, msg.sender);
        if (entry.attested & bit != 0) revert AlreadyAttested(payoutId, msg.sender);
        entry.attested |= bit;
        emit Attested(period, payoutId, msg.sender);
    }

    /// @inheritdoc IAttestations
    function distribute(uint64 period) external {
        (uint64 active,,,) = PAYOUTS.active();
        if (period == 0 || period > active) revert NotActive(period);
        bytes32 payoutId = PAYOUTS.period(period).payoutId;
        Draw storage entry = _drawn(period, payoutId);
        (address[] memory honoured, uint256 count) = _attesters(entry);
        uint256 shareWei = count == 0 ? 0 : address(this).balance / count;
        if (shareWei == 0 || entry.isDistributed) revert NothingToDistribute(period);
        entry.isDistributed = true;
        emit Distributed(period, payoutId, shareWei * count);
        for (uint256 place = 0; place < count; ++place) {
            STAKING.reward{value: shareWei}(honoured[place]);
        }
    }

    /// @inheritdoc IAttestations
    function punish(uint64 period, bytes32 payoutId, address validator) external {
        Draw storage entry = _drawn(period, payoutId);
        if (!DISPUTES.isFraud(payoutId)) revert NotFraud(payoutId);
        uint16 bit = _bitOf(entry, payoutId, validator);
        if (entry.attested & bit == 0) revert NotAttested(payoutId, validator);
        entry.attested &= ~bit;
        emit Punished(payoutId, validator, msg.sender);
        STAKING.proposeSlash(validator, payoutId, msg.sender);
    }

    /// @inheritdoc IAttestations
    function assigned(uint64 period, bytes32 payoutId)
        external
        view
        returns (address[] memory all)
    {
        Draw storage entry = draws[period % RING];
        uint256 count = entry.payoutId == payoutId ? entry.count : 0;
        all = new address[](count);
        for (uint256 place = 0; place < count; ++place) {
            all[place] = entry.drawn[place];
        }
    }

    /// @inheritdoc IAttestations
    function hasAttested(uint64 period, bytes32 payoutId, address validator)
        external
        view
        returns (bool)
    {
        Draw storage entry = _drawn(period, payoutId);
        return entry.attested & _bitOf(entry, payoutId, validator) != 0;
    }

    function _pending(uint64 period) private view returns (IPayouts.PeriodState memory state) {
        state = PAYOUTS.period(period);
        if (state.status != IPayouts.Status.Pending) revert NotPending(period);
    }

    /// @dev Takes the ring's slot for the payout, unless it has it already; returns the block of the seed.
    function _begin(Draw storage entry, IPayouts.PeriodState memory state)
        private
        returns (uint64)
    {
        bytes32 before = entry.payoutId;
        if (before == state.payoutId) {
            if (entry.count > 0) revert AlreadyDrawn(before);
            return entry.seedBlock;
        }
        if (entry.attested != 0 && DISPUTES.isFraud(before)) revert Unpunished(before);
        entry.payoutId = state.payoutId;
        (entry.attested, entry.count, entry.isDistributed) = (0, 0, false);
        entry.seedBlock = state.postedBlock + 1;
        return entry.seedBlock;
    }

    /// @dev Validators by weight, none twice; fewer than asked for when there are not enough.
    function _choose(bytes32 seed) private view returns (address[] memory chosen) {
        address[] memory known = STAKING.validators();
        uint256[] memory weights = new uint256[](known.length);
        uint256 total = 0;
        for (uint256 place = 0; place < known.length; ++place) {
            weights[place] = STAKING.weightWei(known[place]);
            total += weights[place];
        }
        if (total == 0) revert NoValidators();
        chosen = new address[](PARAMETERS.value(IParameters.Key.AttestersDrawn));
        uint256 count = 0;
        for (; count < chosen.length && total > 0; ++count) {
            uint256 place = _place(weights, uint256(keccak256(abi.encode(seed, count))) % total);
            chosen[count] = known[place];
            total -= weights[place];
            weights[place] = 0;
        }
        assembly ("memory-safe") {
            mstore(chosen, count)
        }
    }

    /// @dev Where the running sum of the weights passes `point`, which is below their sum.
    function _place(uint256[] memory weights, uint256 point) private pure returns (uint256 place) {
        while (point >= weights[place]) {
            point -= weights[place];
            ++place;
        }
    }

    function _drawn(uint64 period, bytes32 payoutId) private view returns (Draw storage entry) {
        entry = draws[period % RING];
        if (entry.payoutId != payoutId || entry.count == 0) revert NotDrawn(period, payoutId);
    }

    function _bitOf(Draw storage entry, bytes32 payoutId, address validator)
        private
        view
        returns (uint16)
    {
        for (uint256 place = 0; place < entry.count; ++place) {
            if (entry.drawn[place] == validator) return uint16(2 ** place);
        }
        revert NotAssigned(payoutId, validator);
    }

    function _attesters(Draw storage entry)
        private
        view
        returns (address[] memory all, uint256 count)
    {
        all = new address[](entry.count);
        for (uint256 place = 0; place < all.length; ++place) {
            if ((entry.attested >> place) & 1 == 1) all[count++] = entry.drawn[place];
        }
    }
}
