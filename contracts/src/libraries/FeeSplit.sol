// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IParameters} from "../interfaces/IParameters.sol";
import {RecordShare, SettledLine} from "../types/Records.sol";

/// @title Division of a fee
/// @notice
/// ```text
/// pool        = ⌊fee · contributors / 10⁶⌋
/// contributor = ⌊pool · share / 10⁶⌋      unattributed = ⌊pool · unattributed share / 10⁶⌋
/// owner, host, validators, treasury, burn = ⌊fee · part / 10⁶⌋
/// residue     = fee − all of these
/// ```
/// One line per record with a share, in the receipt's order, then owner, host, validators, treasury,
/// burn, unattributed (when there is such a share) and residue (when it is above zero). The last two
/// go to the treasury. The lines sum to the fee, exactly.
library FeeSplit {
    uint256 private constant WHOLE_PPM = 1_000_000;
    uint256 private constant FIXED_LINES = 7;
    /// @notice Where burnt amounts go: an account that nobody has the key of.
    address internal constant BURN = 0x000000000000000000000000000000000000dEaD;

    /// @notice Roles of lines, see {SettledLine}.
    uint8 internal constant CONTRIBUTOR = 0;
    uint8 internal constant OWNER = 1;
    uint8 internal constant HOST = 2;
    uint8 internal constant VALIDATORS = 3;
    uint8 internal constant TREASURY = 4;
    uint8 internal constant BURNT = 5;
    uint8 internal constant UNATTRIBUTED = 6;
    uint8 internal constant RESIDUE = 7;

    /// @notice Who is paid for an answer besides its contributors.
    struct Parties {
        address owner;
        address host;
        address validators;
        address treasury;
    }

    /// @notice Whether the shares, with what is unattributed, sum to 1,000,000.
    function isWhole(RecordShare[] calldata shares, uint32 unattributedPpm)
        internal
        pure
        returns (bool)
    {
        uint256 sumPpm = unattributedPpm;
        for (uint256 index = 0; index < shares.length; ++index) {
            sumPpm += shares[index].sharePpm;
        }
        return sumPpm == WHOLE_PPM;
    }

    /// @notice The lines of a fee. The shares must be whole, see {isWhole}.
    function lines(
        uint128 feeWei,
        RecordShare[] calldata shares,
        uint32 unattributedPpm,
        IParameters.Split memory parts,
        Parties memory parties
    ) internal pure returns (SettledLine[] memory out) {
        out = new SettledLine[](shares.length + FIXED_LINES);
        uint256 count = 0;
        uint128 poolWei = _part(feeWei, parts.contributorsPpm);
        for (uint256 index = 0; index < shares.length; ++index) {
            RecordShare calldata share = shares[index];
            if (share.sharePpm == 0) continue;
            out[count++] =
                SettledLine(share.contributor, CONTRIBUTOR, _part(poolWei, share.sharePpm));
        }
        out[count++] = SettledLine(parties.owner, OWNER, _part(feeWei, parts.ownerPpm));
        out[count++] = SettledLine(parties.host, HOST, _part(feeWei, parts.hostPpm));
        out[count++] =
            SettledLine(parties.validators, VALIDATORS, _part(feeWei, parts.validatorsPpm));
        out[count++] = SettledLine(parties.treasury, TREASURY, _part(feeWei, parts.treasuryPpm));
        out[count++] = SettledLine(BURN, BURNT, _part(feeWei, parts.burnPpm));
        if (unattributedPpm > 0) {
            uint128 amountWei = _part(poolWei, unattributedPpm);
            out[count++] = SettledLine(parties.treasury, UNATTRIBUTED, amountWei);
        }
        uint128 residueWei = feeWei;
        for (uint256 index = 0; index < count; ++index) {
            residueWei -= out[index].amountWei;
        }
        if (residueWei > 0) {
            out[count++] = SettledLine(parties.treasury, RESIDUE, residueWei);
        }
        assembly ("memory-safe") {
            mstore(out, count)
        }
    }

    /// @dev At most `whole`, as `ppm` is at most a million.
    function _part(uint128 whole, uint32 ppm) private pure returns (uint128) {
        return uint128(uint256(whole) * ppm / WHOLE_PPM);
    }
}
