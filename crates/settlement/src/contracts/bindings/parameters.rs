//! Everything that governance may change.

use alloy_sol_types::sol;

sol! {
    #[derive(Debug, PartialEq, Eq)]
    interface IParameters {
        struct Split {
            uint32 contributorsPpm;
            uint32 ownerPpm;
            uint32 hostPpm;
            uint32 validatorsPpm;
            uint32 treasuryPpm;
            uint32 burnPpm;
        }

        struct Setting {
            uint128 value;
            uint128 min;
            uint128 max;
            uint64 changedS;
        }

        error NotGovernance(address caller);
        error NotGuardian(address caller);
        error AccountMissing();
        error WrongCount(uint256 expected, uint256 found);
        error PartsNotWhole(uint256 sumPpm);
        error LeastNotKept(uint256 leastPpm, uint256 foundPpm);
        error VersionUnknown(uint32 version);
        error OutOfBounds(uint8 key, uint256 min, uint256 max, uint256 value);
        error StepTooLarge(uint256 current, uint256 stepMost, uint256 value);
        error TooSoon(uint64 earliestS);
        error AlreadyPaused(uint64 untilS);
        error NotPaused();

        function GOVERNANCE() external view returns (address);
        function COOLDOWN_S() external view returns (uint64);
        function splitVersion() external view returns (uint32);
        function split(uint32 version) external view returns (Split parts, uint64 fromS);
        function currentSplit() external view returns (uint32 version, Split parts);
        function setSplit(Split parts) external;
        function setting(uint8 key) external view returns (Setting);
        function value(uint8 key) external view returns (uint128);
        function set(uint8 key, uint128 newValue) external;
        function poster() external view returns (address);
        function guardian() external view returns (address);
        function setPoster(address newPoster) external;
        function setGuardian(address newGuardian) external;
        function pausedUntilS() external view returns (uint64);
        function paused() external view returns (bool);
        function pause() external;
        function unpause() external;
    }
}
