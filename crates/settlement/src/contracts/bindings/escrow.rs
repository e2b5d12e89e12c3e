//! Deposits, captures, channels.

use alloy_sol_types::sol;

sol! {
    #[derive(Debug, PartialEq, Eq)]
    interface IEscrow {
        struct Capture {
            address payer;
            bytes32 completionId;
            uint128 feeWei;
        }

        struct Voucher {
            address escrow;
            address payer;
            address host;
            uint128 limitWei;
            uint64 expiresS;
        }

        struct Redemption {
            Voucher voucher;
            bytes signature;
            uint128 cumulativeWei;
        }

        error AmountMissing();
        error ExpiryPassed(uint64 expiresS);
        error LimitLowered(uint256 currentWei, uint256 limitWei);
        error AlreadyCaptured(bytes32 completionId);
        error AuthorizationExpired(address payer, bytes32 completionId);
        error AboveLimit(address payer, bytes32 completionId, uint256 limitWei);
        error AboveBalance(address payer, bytes32 completionId, uint256 balanceWei);
        error OtherEscrow(address escrow);
        error NotVoucherHost(address host, address caller);
        error VoucherExpired(address payer, uint64 expiresS);
        error AboveVoucher(address payer, uint256 limitWei, uint256 cumulativeWei);
        error AlreadyRedeemed(address payer, uint256 redeemedWei);
        error ChannelAboveBalance(address payer, uint256 balanceWei, uint256 amountWei);
        error WrongSignature(address payer);
        error NothingRequested(address payer);
        error TooEarly(uint64 executableS);

        function PAYOUTS() external view returns (address);
        function WITHDRAWAL_DELAY_S() external view returns (uint64);
        function depositFor(address payer) external payable;
        function authorize(address host, uint128 limitWei, uint64 expiresS) external;
        function revoke(address host) external;
        function capture(Capture[] captures) external;
        function redeem(Redemption[] redemptions) external;
        function requestWithdrawal(uint128 amountWei) external;
        function executeWithdrawal() external;
        function available(address payer, address host) external view returns (uint256);
        function account(address payer)
            external view returns (uint96 balanceWei, uint96 withdrawalWei, uint64 executableS);
        function authorization(address payer, address host)
            external view returns (uint96 limitWei, uint64 expiresS);
        function isCaptured(address host, bytes32 completionId) external view returns (bool);
        function redeemedWei(address payer, address host) external view returns (uint128);
    }
}
