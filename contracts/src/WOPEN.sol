// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {ERC3009} from "@openzeppelin/contracts/token/ERC20/extensions/draft-ERC3009.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {IWOPEN} from "./interfaces/IWOPEN.sol";

/// @title WOPEN
contract WOPEN is IWOPEN, ERC20, ERC20Permit, ERC3009 {
    bytes32 private constant PERMIT_TYPEHASH = keccak256(
        "Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"
    );

    constructor() ERC20("Wrapped OPEN", "WOPEN") ERC20Permit("Wrapped OPEN") {}

    receive() external payable {
        deposit();
    }

    /// @inheritdoc IWOPEN
    function withdraw(uint256 amountWei) external {
        _burn(msg.sender, amountWei);
        emit Withdrawal(msg.sender, amountWei);
        (bool sent,) = msg.sender.call{value: amountWei}("");
        if (!sent) revert TransferFailed(msg.sender, amountWei);
    }

    /// @inheritdoc IWOPEN
    function permit(
        address owner,
        address spender,
        uint256 amountWei,
        uint256 deadline,
        bytes calldata signature
    ) external {
        if (block.timestamp > deadline) revert ERC2612ExpiredSignature(deadline);
        bytes32 digest = _hashTypedDataV4(
            keccak256(
                abi.encode(PERMIT_TYPEHASH, owner, spender, amountWei, _useNonce(owner), deadline)
            )
        );
        _checkSignature(owner, digest, signature);
        _approve(owner, spender, amountWei);
    }

    /// @inheritdoc IWOPEN
    function transferWithAuthorization(
        address from,
        address to,
        uint256 amountWei,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        bytes calldata signature
    ) external {
        bytes32 structHash = keccak256(
            abi.encode(
                TRANSFER_WITH_AUTHORIZATION_TYPEHASH,
                from,
                to,
                amountWei,
                validAfter,
                validBefore,
                nonce
            )
        );
        _checkSignature(from, _hashTypedDataV4(structHash), signature);
        _transferWithAuthorization(from, to, amountWei, validAfter, validBefore, nonce);
    }

    /// @inheritdoc IWOPEN
    function receiveWithAuthorization(
        address from,
        address to,
        uint256 amountWei,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        bytes calldata signature
    ) external {
        if (to != msg.sender) revert ERC20InvalidReceiver(to);
        bytes32 structHash = keccak256(
            abi.encode(
                RECEIVE_WITH_AUTHORIZATION_TYPEHASH,
                from,
                to,
                amountWei,
                validAfter,
                validBefore,
                nonce
            )
        );
        _checkSignature(from, _hashTypedDataV4(structHash), signature);
        _transferWithAuthorization(from, to, amountWei, validAfter, validBefore, nonce);
    }

    /// @inheritdoc IWOPEN
    function cancelAuthorization(address authorizer, bytes32 nonce, bytes calldata signature)
        external
    {
        bytes32 structHash = keccak256(abi.encode(CANCEL_AUTHORIZATION_TYPEHASH, authorizer, nonce));
        _checkSignature(authorizer, _hashTypedDataV4(structHash), signature);
        _cancelAuthorization(authorizer, nonce);
    }

    /// @inheritdoc IWOPEN
    function deposit() public payable {
        _mint(msg.sender, msg.value);
        emit Deposit(msg.sender, msg.value);
    }

    function _checkSignature(address signer, bytes32 digest, bytes calldata signature)
        private
        view
    {
        if (!SignatureChecker.isValidSignatureNowCalldata(signer, digest, signature)) {
            revert ERC3009InvalidSignature();
        }
    }
}
