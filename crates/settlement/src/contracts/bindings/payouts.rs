//! Payouts and claims.

use alloy_sol_types::sol;

sol! {
    #[derive(Debug, PartialEq, Eq)]
    interface IPayouts {
        struct SumSibling {
            bytes32 hash;
            uint128 sumWei;
        }

        struct Entitlement {
            address account;
            uint128 cumulativeWei;
            uint256 index;
            SumSibling[] siblings;
        }

        struct PeriodState {
            bytes32 payoutId;
            bytes32 root;
            bytes32 answers;
            uint128 totalWei;
            uint128 bondWei;
            address poster;
            uint64 postedS;
            uint64 activatesS;
            uint64 postedBlock;
            uint64 windowS;
            uint8 status;
        }

        error NothingFunded();
        error NotPoster(address caller);
        error NotGuardian(address caller);
        error NotDisputes(address caller);
        error PostingPaused();
        error WrongBond(uint256 expectedWei, uint256 foundWei);
        error PeriodNotNext(uint64 next, uint64 period);
        error ParentNotLast(bytes32 last, bytes32 parent);
        error TotalLowered(uint256 lastWei, uint256 totalWei);
        error Unfunded(uint256 fundedWei, uint256 totalWei);
        error RingFull(uint64 period);
        error NotPending(uint64 period);
        error NothingToRelease(uint64 period);
        error ExtendedTooFar(uint64 latestS, uint64 untilS);
        error NothingToWithdraw(address account);
        error AboveTotal(address account, uint256 amountWei);
        error PayeeMissing();
        error NothingToCancel(address account);
        error WrongProof(address account, uint256 index);
        error NothingToClaim(address account, uint256 claimedWei);
        error FailedCall();

        function PARAMETERS() external view returns (address);
        function DISPUTES() external view returns (address);
        function PAYEE_DELAY_S() external view returns (uint64);
        function fund() external payable;
        function post(
            (uint64, bytes32, bytes32, uint32, uint128, bytes32, uint64) payout,
            bytes32 dataDigest
        ) external payable returns (bytes32 id);
        function period(uint64 number) external view returns (PeriodState);
        function posted() external view returns (uint64);
        function active()
            external view
            returns (uint64 number, bytes32 payoutId, bytes32 root, uint128 totalWei);
        function disable(uint64 number) external;
        function release(uint64 number) external;
        function withdraw(address account) external;
        function claim(Entitlement entitlement) external;
        function claimMany(Entitlement[] entitlements) external;
        function setPayee(address payee) external;
        function cancelPayee() external;
        function payeeOf(address account) external view returns (address);
        function pendingPayee(address account)
            external view returns (address payee, uint64 fromS);
        function withdrawableWei(address account) external view returns (uint128);
        function claimedWei(address account) external view returns (uint128);
        function fundedWei() external view returns (uint128);
        function claimedTotalWei() external view returns (uint128);
        function totalWei() external view returns (uint128);
        function payoutId() external view returns (bytes32);
    }
}
