// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {Test} from "./Test.sol";

/// @notice The cheat codes about keys, blocks and storage.
interface VmWallets {
    function addr(uint256 key) external pure returns (address);
    function computeCreateAddress(address deployer, uint256 nonce) external pure returns (address);
    function getNonce(address account) external view returns (uint64);
    function load(address account, bytes32 slot) external view returns (bytes32);
    function roll(uint256 number) external;
    function sign(uint256 key, bytes32 digest) external pure returns (uint8 v, bytes32 r, bytes32 s);
}

/// @notice A contract wallet: what its key signs, it has signed (ERC-1271). It takes native OPEN
/// only while `open`, and does what its key's holder asks for.
contract SmartWallet {
    error Refused();

    address private immutable SIGNER;
    bool public open = true;

    constructor(address signer) {
        SIGNER = signer;
    }

    receive() external payable {
        if (!open) revert Refused();
    }

    function close() external {
        open = false;
    }

    function act(address target, uint256 valueWei, bytes calldata data) external {
        (bool done, bytes memory reason) = target.call{value: valueWei}(data);
        if (!done) {
            assembly {
                revert(add(reason, 32), mload(reason))
            }
        }
    }

    function isValidSignature(bytes32 digest, bytes calldata signature)
        external
        view
        returns (bytes4)
    {
        (address signer,,) = ECDSA.tryRecover(digest, signature);
        return signer == SIGNER ? this.isValidSignature.selector : bytes4(0);
    }
}

/// @notice Base of tests in which people sign.
abstract contract WalletTest is Test {
    VmWallets internal constant wallets = VmWallets(address(vm));

    bytes32 internal constant DOMAIN_TYPEHASH = keccak256(
        "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
    );

    /// @notice The digest that an EIP-712 wallet signs.
    function typed(string memory name, address verifier, bytes32 structHash)
        internal
        view
        returns (bytes32)
    {
        bytes32 domain = keccak256(
            abi.encode(
                DOMAIN_TYPEHASH, keccak256(bytes(name)), keccak256("1"), block.chainid, verifier
            )
        );
        return keccak256(abi.encodePacked(hex"1901", domain, structHash));
    }

    /// @notice 65 bytes r ‖ s ‖ v.
    function sign(uint256 key, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = wallets.sign(key, digest);
        return abi.encodePacked(r, s, v);
    }

    /// @notice What an account holds of a token.
    function balance(address token, address account) internal view returns (uint256) {
        (, bytes memory data) =
            token.staticcall(abi.encodeWithSignature("balanceOf(address)", account));
        return abi.decode(data, (uint256));
    }
}
