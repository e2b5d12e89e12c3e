//! The contracts' interfaces, as `contracts/src/interfaces/` has them. A test compares every
//! selector with the compiled ABI in `schema/contracts/`.

use alloy_sol_types::sol;

sol! {
    #[derive(Debug, PartialEq, Eq)]
    interface IRegistry {
        error NotAuthorized(address owner, address caller);
        error OwnerMissing();
        error DatanetExists(bytes32 datanetId);
        error DatanetUnknown(bytes32 datanetId);
        error ParentNotLast(bytes32 last, bytes32 parent);
        error SnapshotUnknown(bytes32 snapshotId);
        error AdapterExists(bytes32 adapterId);

        function authorizeHost(address host, bool allowed) external;
        function registerDatanet(bytes32 datanetId, address owner, bytes32 licence) external;
        function anchorSnapshot(
            (bytes32, bytes32, bytes32, uint32, bytes32, bytes32, uint64) record
        ) external returns (bytes32 snapshotId);
        function anchorAdapter(
            (bytes32, bytes32, bytes32, bytes32, bytes32, bytes32, string, address, uint64) record
        ) external returns (bytes32 adapterId);
        function isHost(address owner, address host) external view returns (bool);
        function datanet(bytes32 datanetId)
            external view returns (address owner, bytes32 lastSnapshot);
        function snapshot(bytes32 snapshotId)
            external view returns (bytes32 datanetId, bytes32 root);
        function adapter(bytes32 adapterId)
            external view returns (bytes32 snapshotId, bytes32 influenceRoot, address owner);
    }

    #[derive(Debug, PartialEq, Eq)]
    interface IEscrow {
        struct Capture {
            address payer;
            bytes32 completionId;
            uint128 feeWei;
        }

        error AmountMissing();
        error ExpiryPassed(uint64 expiresS);
        error LimitLowered(uint256 currentWei, uint256 limitWei);
        error AlreadyCaptured(bytes32 completionId);
        error AuthorizationExpired(address payer, bytes32 completionId);
        error AboveLimit(address payer, bytes32 completionId, uint256 limitWei);
        error AboveBalance(address payer, bytes32 completionId, uint256 balanceWei);
        error NothingRequested(address payer);
        error TooEarly(uint64 executableS);

        function PAYOUTS() external view returns (address);
        function WITHDRAWAL_DELAY_S() external view returns (uint64);
        function deposit() external payable;
        function depositFor(address payer) external payable;
        function authorize(address host, uint128 limitWei, uint64 expiresS) external;
        function revoke(address host) external;
        function capture(Capture[] captures) external;
        function requestWithdrawal(uint128 amountWei) external;
        function executeWithdrawal() external;
        function available(address payer, address host) external view returns (uint256);
        function account(address payer)
            external view returns (uint96 balanceWei, uint96 withdrawalWei, uint64 executableS);
        function authorization(address payer, address host)
            external view returns (uint96 limitWei, uint64 expiresS);
        function isCaptured(address host, bytes32 completionId) external view returns (bool);
    }

    #[derive(Debug, PartialEq, Eq)]
    interface IPayouts {
        struct Entitlement {
            address account;
            uint128 cumulativeWei;
            uint256 index;
            bytes32[] siblings;
        }

        error NothingFunded();
        error PeriodNotNext(uint64 next, uint64 period);
        error ParentNotLast(bytes32 last, bytes32 parent);
        error TotalLowered(uint256 lastWei, uint256 totalWei);
        error Unfunded(uint256 fundedWei, uint256 totalWei);
        error WrongProof(address account, uint256 index);
        error NothingToClaim(address account, uint256 claimedWei);
        error AboveTotal(address account, uint256 amountWei);
        error PosterRequired();
        error OwnableUnauthorizedAccount(address account);
        error FailedCall();

        function fund() external payable;
        function post(
            (uint64, bytes32, bytes32, uint32, uint128, bytes32, uint64) payout,
            bytes32 dataDigest
        ) external returns (bytes32 id);
        function claim(
            address account, uint128 cumulativeWei, uint256 index, bytes32[] siblings
        ) external;
        function claimMany(Entitlement[] entitlements) external;
        function claimedWei(address account) external view returns (uint128);
        function fundedWei() external view returns (uint128);
        function claimedTotalWei() external view returns (uint128);
        function totalWei() external view returns (uint128);
        function period() external view returns (uint64);
        function payoutId() external view returns (bytes32);
        function root() external view returns (bytes32);
    }
}
