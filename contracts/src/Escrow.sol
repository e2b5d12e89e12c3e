// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";

import {IEscrow} from "./interfaces/IEscrow.sol";
import {IPayouts} from "./interfaces/IPayouts.sol";
import {Domain} from "./libraries/Domain.sol";

/// @title Escrow
contract Escrow is IEscrow {
    using SafeCast for uint256;

    /// @dev One slot: 2⁹⁶ wei is 79 times the supply of 10⁹ OPEN.
    struct Account {
        uint96 balanceWei;
        uint96 withdrawalWei;
        uint64 executableS;
    }

    struct Authorization {
        uint96 limitWei;
        uint64 expiresS;
    }

    bytes32 private constant VOUCHER_TYPEHASH = keccak256(
        "Voucher(address escrow,address payer,address host,uint128 limitWei,uint64 expiresS)"
    );

    /// @inheritdoc IEscrow
    IPayouts public immutable PAYOUTS;
    /// @inheritdoc IEscrow
    uint64 public immutable WITHDRAWAL_DELAY_S;

    /// @inheritdoc IEscrow
    mapping(address payer => Account) public account;
    /// @inheritdoc IEscrow
    mapping(address payer => mapping(address host => Authorization)) public authorization;
    /// @inheritdoc IEscrow
    mapping(address host => mapping(bytes32 completionId => bool)) public isCaptured;
    /// @inheritdoc IEscrow
    mapping(address payer => mapping(address host => uint128)) public redeemedWei;

    /// @param payouts Where captured fees go.
    /// @param withdrawalDelayS How long a withdrawal waits, in seconds.
    constructor(IPayouts payouts, uint64 withdrawalDelayS) {
        PAYOUTS = payouts;
        WITHDRAWAL_DELAY_S = withdrawalDelayS;
    }

    /// @inheritdoc IEscrow
    function deposit() external payable {
        depositFor(msg.sender);
    }

    /// @inheritdoc IEscrow
    function depositFor(address payer) public payable {
        if (msg.value == 0) revert AmountMissing();
        account[payer].balanceWei += msg.value.toUint96();
        emit Deposited(payer, msg.sender, msg.value);
    }

    /// @inheritdoc IEscrow
    function authorize(address host, uint128 limitWei, uint64 expiresS) external {
        if (expiresS < block.timestamp) revert ExpiryPassed(expiresS);
        Authorization storage current = authorization[msg.sender][host];
        if (!_isOver(current.expiresS) && limitWei < current.limitWei) {
            revert LimitLowered(current.limitWei, limitWei);
        }
        current.limitWei = uint256(limitWei).toUint96();
        current.expiresS = expiresS;
        emit Authorized(msg.sender, host, limitWei, expiresS);
    }

    /// @inheritdoc IEscrow
    function revoke(address host) external {
        Authorization storage current = authorization[msg.sender][host];
        if (current.expiresS > block.timestamp) current.expiresS = uint64(block.timestamp);
        emit Authorized(msg.sender, host, current.limitWei, current.expiresS);
    }

    /// @inheritdoc IEscrow
    function capture(Capture[] calldata captures) external {
        uint256 sumWei = 0;
        for (uint256 index = 0; index < captures.length; ++index) {
            sumWei += _capture(captures[index]);
        }
        PAYOUTS.fund{value: sumWei}();
    }

    /// @inheritdoc IEscrow
    function redeem(Redemption[] calldata redemptions) external {
        uint256 sumWei = 0;
        for (uint256 index = 0; index < redemptions.length; ++index) {
            sumWei += _redeem(redemptions[index]);
        }
        PAYOUTS.fund{value: sumWei}();
    }

    /// @inheritdoc IEscrow
    function requestWithdrawal(uint128 amountWei) external {
        if (amountWei == 0) revert AmountMissing();
        Account storage payer = account[msg.sender];
        payer.withdrawalWei = uint256(amountWei).toUint96();
        payer.executableS = uint64(block.timestamp) + WITHDRAWAL_DELAY_S;
        emit WithdrawalRequested(msg.sender, amountWei, payer.executableS);
    }

    /// @inheritdoc IEscrow
    function executeWithdrawal() external {
        Account storage payer = account[msg.sender];
        if (payer.withdrawalWei == 0) revert NothingRequested(msg.sender);
        if (block.timestamp < payer.executableS) revert TooEarly(payer.executableS);
        uint96 amountWei =
            payer.withdrawalWei < payer.balanceWei ? payer.withdrawalWei : payer.balanceWei;
        payer.balanceWei -= amountWei;
        payer.withdrawalWei = 0;
        payer.executableS = 0;
        emit Withdrawn(msg.sender, amountWei);
        Address.sendValue(payable(msg.sender), amountWei);
    }

    /// @inheritdoc IEscrow
    function available(address payer, address host) external view returns (uint256) {
        Authorization memory current = authorization[payer][host];
        if (block.timestamp >= current.expiresS) return 0;
        Account memory funds = account[payer];
        uint256 freeWei = Math.saturatingSub(funds.balanceWei, funds.withdrawalWei);
        return Math.min(current.limitWei, freeWei);
    }

    /// @dev Checks and books one capture by the caller; the money moves once for all of them.
    function _capture(Capture calldata item) private returns (uint96 feeWei) {
        (address payer, bytes32 completionId) = (item.payer, item.completionId);
        feeWei = uint256(item.feeWei).toUint96();
        if (isCaptured[msg.sender][completionId]) revert AlreadyCaptured(completionId);
        Authorization storage current = authorization[payer][msg.sender];
        if (_isOver(current.expiresS)) revert AuthorizationExpired(payer, completionId);
        if (feeWei > current.limitWei) revert AboveLimit(payer, completionId, current.limitWei);
        Account storage funds = account[payer];
        if (feeWei > funds.balanceWei) revert AboveBalance(payer, completionId, funds.balanceWei);
        isCaptured[msg.sender][completionId] = true;
        current.limitWei -= feeWei;
        funds.balanceWei -= feeWei;
        emit Captured(msg.sender, payer, completionId, feeWei);
    }

    /// @dev Checks and books one voucher; the money moves once for all of them.
    function _redeem(Redemption calldata item) private returns (uint96 amountWei) {
        Voucher calldata voucher = item.voucher;
        (address payer, uint128 cumulativeWei) = (voucher.payer, item.cumulativeWei);
        if (voucher.escrow != address(this)) revert OtherEscrow(voucher.escrow);
        if (voucher.host != msg.sender) revert NotVoucherHost(voucher.host, msg.sender);
        if (_isOver(voucher.expiresS)) revert VoucherExpired(payer, voucher.expiresS);
        if (cumulativeWei > voucher.limitWei) {
            revert AboveVoucher(payer, voucher.limitWei, cumulativeWei);
        }
        uint128 beforeWei = redeemedWei[payer][msg.sender];
        if (cumulativeWei <= beforeWei) revert AlreadyRedeemed(payer, beforeWei);
        amountWei = uint256(cumulativeWei - beforeWei).toUint96();
        Account storage funds = account[payer];
        uint96 balanceWei = funds.balanceWei;
        if (amountWei > balanceWei) revert ChannelAboveBalance(payer, balanceWei, amountWei);
        bytes32 hash = Domain.signingHash(keccak256(abi.encode(VOUCHER_TYPEHASH, voucher)));
        if (!SignatureChecker.isValidSignatureNowCalldata(payer, hash, item.signature)) {
            revert WrongSignature(payer);
        }
        redeemedWei[payer][msg.sender] = cumulativeWei;
        funds.balanceWei = balanceWei - amountWei;
        emit Redeemed(msg.sender, payer, cumulativeWei, amountWei);
    }

    /// @dev Whether captures from an authorization are over, its grace included.
    function _isOver(uint64 expiresS) private view returns (bool) {
        return block.timestamp >= uint256(expiresS) + WITHDRAWAL_DELAY_S;
    }
}
