// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {IParameters} from "./interfaces/IParameters.sol";

/// @title Parameters
contract Parameters is IParameters {
    struct Versioned {
        Split parts;
        uint64 fromS;
    }

    struct Stored {
        uint128 value;
        uint64 changedS;
    }

    struct Bounds {
        uint128 min;
        uint128 max;
        /// @dev How far a small number may move at once.
        uint128 step;
    }

    uint256 private constant KEYS = uint256(type(Key).max) + 1;
    uint256 private constant WHOLE_PPM = 1_000_000;
    uint256 private constant PART_STEP_PPM = 10_000;
    uint256 private constant TREASURY_AND_BURN_LEAST_PPM = 50_000;
    uint64 private constant PAUSE_S = 14 days;

    /// @inheritdoc IParameters
    address public immutable GOVERNANCE;
    /// @inheritdoc IParameters
    uint64 public immutable COOLDOWN_S;

    /// @inheritdoc IParameters
    address public poster;
    /// @inheritdoc IParameters
    uint32 public splitVersion;
    /// @inheritdoc IParameters
    uint64 public pausedUntilS;
    /// @inheritdoc IParameters
    address public guardian;

    mapping(uint32 version => Versioned) private versions;
    mapping(Key key => Stored) private stored;

    modifier onlyGovernance() {
        if (msg.sender != GOVERNANCE) revert NotGovernance(msg.sender);
        _;
    }

    /// @param governance The timelock.
    /// @param firstPoster Who posts payouts.
    /// @param firstGuardian Who guards; nobody if zero.
    /// @param cooldownS Least time between two changes of one number, in seconds.
    /// @param parts The first split.
    /// @param values One value per {IParameters.Key}, in order.
    constructor(
        address governance,
        address firstPoster,
        address firstGuardian,
        uint64 cooldownS,
        Split memory parts,
        uint128[] memory values
    ) {
        if (governance == address(0) || firstPoster == address(0)) {
            revert AccountMissing();
        }
        if (values.length != KEYS) revert WrongCount(KEYS, values.length);
        (GOVERNANCE, COOLDOWN_S) = (governance, cooldownS);
        (poster, guardian) = (firstPoster, firstGuardian);
        _checkParts(parts);
        _addVersion(parts);
        for (uint256 index = 0; index < KEYS; ++index) {
            _checkBounds(Key(index), values[index]);
            stored[Key(index)].value = values[index];
        }
    }

    /// @inheritdoc IParameters
    function setSplit(Split calldata parts) external onlyGovernance {
        Versioned memory last = versions[splitVersion];
        if (splitVersion > 1) _checkCooldown(last.fromS);
        _checkParts(parts);
        _checkPart(last.parts.contributorsPpm, parts.contributorsPpm);
        _checkPart(last.parts.ownerPpm, parts.ownerPpm);
        _checkPart(last.parts.hostPpm, parts.hostPpm);
        _checkPart(last.parts.validatorsPpm, parts.validatorsPpm);
        _checkPart(last.parts.treasuryPpm, parts.treasuryPpm);
        _checkPart(last.parts.burnPpm, parts.burnPpm);
        _addVersion(parts);
    }

    /// @inheritdoc IParameters
    function set(Key key, uint128 newValue) external onlyGovernance {
        Stored memory current = stored[key];
        if (current.changedS != 0) _checkCooldown(current.changedS);
        _checkBounds(key, newValue);
        _checkStep(current.value, newValue, _bounds(key).step);
        stored[key] = Stored(newValue, uint64(block.timestamp));
        emit ParameterChanged(key, current.value, newValue);
    }

    /// @inheritdoc IParameters
    function setPoster(address newPoster) external onlyGovernance {
        if (newPoster == address(0)) revert AccountMissing();
        emit PosterChanged(poster, newPoster);
        poster = newPoster;
    }

    /// @inheritdoc IParameters
    function setGuardian(address newGuardian) external onlyGovernance {
        emit GuardianChanged(guardian, newGuardian);
        guardian = newGuardian;
    }

    /// @inheritdoc IParameters
    function pause() external {
        if (msg.sender != guardian) revert NotGuardian(msg.sender);
        if (paused()) revert AlreadyPaused(pausedUntilS);
        pausedUntilS = uint64(block.timestamp) + PAUSE_S;
        emit Paused(pausedUntilS);
    }

    /// @inheritdoc IParameters
    function unpause() external onlyGovernance {
        if (!paused()) revert NotPaused();
        pausedUntilS = 0;
        emit Unpaused();
    }

    /// @inheritdoc IParameters
    function split(uint32 version) public view returns (Split memory parts, uint64 fromS) {
        Versioned memory found = versions[version];
        if (version == 0 || version > splitVersion) revert VersionUnknown(version);
        return (found.parts, found.fromS);
    }

    /// @inheritdoc IParameters
    function currentSplit() external view returns (uint32 version, Split memory parts) {
        return (splitVersion, versions[splitVersion].parts);
    }

    /// @inheritdoc IParameters
    function value(Key key) external view returns (uint128) {
        return stored[key].value;
    }

    /// @inheritdoc IParameters
    function setting(Key key) external view returns (Setting memory) {
        Bounds memory bounds = _bounds(key);
        Stored memory current = stored[key];
        return Setting(current.value, bounds.min, bounds.max, current.changedS);
    }

    /// @inheritdoc IParameters
    function paused() public view returns (bool) {
        return block.timestamp < pausedUntilS;
    }

    function _addVersion(Split memory parts) private {
        uint32 version = ++splitVersion;
        versions[version] = Versioned(parts, uint64(block.timestamp));
        emit SplitChanged(version, parts);
    }

    function _checkCooldown(uint64 changedS) private view {
        uint64 earliestS = changedS + COOLDOWN_S;
        if (block.timestamp < earliestS) revert TooSoon(earliestS);
    }

    function _checkParts(Split memory parts) private pure {
        uint256 leastPpm = uint256(parts.treasuryPpm) + parts.burnPpm;
        uint256 sumPpm =
            leastPpm + parts.contributorsPpm + parts.ownerPpm + parts.hostPpm + parts.validatorsPpm;
        if (sumPpm != WHOLE_PPM) revert PartsNotWhole(sumPpm);
        if (leastPpm < TREASURY_AND_BURN_LEAST_PPM) {
            revert LeastNotKept(TREASURY_AND_BURN_LEAST_PPM, leastPpm);
        }
    }

    function _checkPart(uint256 current, uint256 next) private pure {
        _checkStep(current, next, PART_STEP_PPM);
    }

    function _checkStep(uint256 current, uint256 next, uint256 least) private pure {
        uint256 most = Math.max(current / 5, least);
        uint256 moved = current > next ? current - next : next - current;
        if (moved > most) revert StepTooLarge(current, most, next);
    }

    function _checkBounds(Key key, uint128 next) private pure {
        Bounds memory bounds = _bounds(key);
        if (next < bounds.min || next > bounds.max) {
            revert OutOfBounds(key, bounds.min, bounds.max, next);
        }
    }

    /// @dev Times from one second, so that a local network need not wait; bonds from one wei.
    function _bounds(Key key) private pure returns (Bounds memory) {
        if (key == Key.ChallengeWindowS) return Bounds(1, 7 days, 1 minutes);
        if (key == Key.PosterBondWei) return Bounds(1, 1_000_000 ether, 0.001 ether);
        if (key == Key.RevealDelayS) return Bounds(1, 3 days, 1 minutes);
        if (key == Key.DemandBondWei) return Bounds(1, 10_000 ether, 0.001 ether);
        if (key == Key.ChallengerPpm) return Bounds(100_000, 900_000, 10_000);
        if (key == Key.StakeMinWei) return Bounds(1, 1_000_000 ether, 0.001 ether);
        if (key == Key.UnbondingDelayS) return Bounds(1, 60 days, 1 minutes);
        if (key == Key.VetoDelayS) return Bounds(1, 30 days, 1 minutes);
        if (key == Key.SlashPpm) return Bounds(10_000, 500_000, 10_000);
        if (key == Key.AttestersDrawn) return Bounds(1, 16, 1);
        if (key == Key.CommitmentBondWei) return Bounds(1, 10_000 ether, 0.001 ether);
        return Bounds(1, 30 days, 1 minutes);
    }
}
