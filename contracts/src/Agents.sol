// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {
    ERC721URIStorageUpgradeable
} from "@openzeppelin/contracts-upgradeable/token/ERC721/extensions/ERC721URIStorageUpgradeable.sol";
import {
    EIP712Upgradeable
} from "@openzeppelin/contracts-upgradeable/utils/cryptography/EIP712Upgradeable.sol";
import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {IAgents} from "./interfaces/IAgents.sol";
import {Upgradeable} from "./mixins/Upgradeable.sol";

/// @title Agents
contract Agents is IAgents, ERC721URIStorageUpgradeable, EIP712Upgradeable, Upgradeable {
    /// @custom:storage-location erc7201:openledger.Agents
    struct AgentsStorage {
        uint256 count;
        mapping(uint256 agentId => mapping(string metadataKey => bytes)) metadata;
        mapping(uint256 agentId => address) wallets;
    }

    bytes32 private constant LOCATION = keccak256(
        abi.encode(uint256(keccak256("openledger.Agents")) - 1)
    ) & ~bytes32(uint256(0xff));
    bytes32 private constant WALLET_TYPEHASH = keccak256(
        "AgentWalletSet(uint256 agentId,address newWallet,address owner,uint256 deadline)"
    );
    string private constant WALLET_KEY = "agentWallet";
    uint256 private constant DEADLINE_MAX_S = 5 minutes;

    /// @inheritdoc IAgents
    function initialize(address governance) external initializer {
        __ERC721_init("OpenLedger Agents", "AGENT");
        __EIP712_init("ERC8004IdentityRegistry", "1");
        __Ownable_init(governance);
    }

    /// @inheritdoc IAgents
    function register() external returns (uint256 agentId) {
        return _register("");
    }

    /// @inheritdoc IAgents
    function register(string calldata agentURI) external returns (uint256 agentId) {
        return _register(agentURI);
    }

    /// @inheritdoc IAgents
    function register(string calldata agentURI, MetadataEntry[] calldata metadata)
        external
        returns (uint256 agentId)
    {
        agentId = _register(agentURI);
        for (uint256 entry = 0; entry < metadata.length; ++entry) {
            _setMetadata(agentId, metadata[entry].metadataKey, metadata[entry].metadataValue);
        }
    }

    /// @inheritdoc IAgents
    function setAgentURI(uint256 agentId, string calldata newURI) external {
        _checkOperator(agentId);
        _setTokenURI(agentId, newURI);
        emit URIUpdated(agentId, newURI, msg.sender);
    }

    /// @inheritdoc IAgents
    function setMetadata(uint256 agentId, string calldata metadataKey, bytes calldata metadataValue)
        external
    {
        _checkOperator(agentId);
        _setMetadata(agentId, metadataKey, metadataValue);
    }

    /// @inheritdoc IAgents
    function setAgentWallet(
        uint256 agentId,
        address newWallet,
        uint256 deadline,
        bytes calldata signature
    ) external {
        _checkOperator(agentId);
        if (block.timestamp > deadline) revert SignatureExpired(deadline);
        if (deadline > block.timestamp + DEADLINE_MAX_S) revert DeadlineTooFar(deadline);
        bytes32 structHash =
            keccak256(abi.encode(WALLET_TYPEHASH, agentId, newWallet, ownerOf(agentId), deadline));
        bytes32 digest = _hashTypedDataV4(structHash);
        if (!SignatureChecker.isValidSignatureNowCalldata(newWallet, digest, signature)) {
            revert WrongSignature(newWallet);
        }
        _setWallet(agentId, newWallet);
    }

    /// @inheritdoc IAgents
    function unsetAgentWallet(uint256 agentId) external {
        _checkOperator(agentId);
        _setWallet(agentId, address(0));
    }

    /// @inheritdoc IAgents
    function getMetadata(uint256 agentId, string calldata metadataKey)
        external
        view
        returns (bytes memory)
    {
        if (_isReserved(metadataKey)) return _walletBytes(_storage().wallets[agentId]);
        return _storage().metadata[agentId][metadataKey];
    }

    /// @inheritdoc IAgents
    function getAgentWallet(uint256 agentId) external view returns (address wallet) {
        _requireOwned(agentId);
        return _storage().wallets[agentId];
    }

    /// @inheritdoc IAgents
    function isAuthorizedOrOwner(address account, uint256 agentId) public view returns (bool) {
        return _isAuthorized(ownerOf(agentId), account, agentId);
    }

    /// @notice ERC-165.
    function supportsInterface(bytes4 interfaceId)
        public
        view
        override(ERC721URIStorageUpgradeable, IERC165)
        returns (bool)
    {
        return super.supportsInterface(interfaceId);
    }

    function _register(string memory agentURI) private returns (uint256 agentId) {
        agentId = ++_storage().count;
        _mint(msg.sender, agentId);
        _setTokenURI(agentId, agentURI);
        emit Registered(agentId, agentURI, msg.sender);
        _setWallet(agentId, msg.sender);
    }

    function _setMetadata(uint256 agentId, string calldata key, bytes calldata data) private {
        if (_isReserved(key)) revert ReservedKey(key);
        _storage().metadata[agentId][key] = data;
        emit MetadataSet(agentId, key, key, data);
    }

    function _setWallet(uint256 agentId, address wallet) private {
        _storage().wallets[agentId] = wallet;
        emit MetadataSet(agentId, WALLET_KEY, WALLET_KEY, _walletBytes(wallet));
    }

    /// @dev A new owner does not inherit the address that the former one was paid at.
    function _update(address to, uint256 agentId, address auth)
        internal
        override
        returns (address from)
    {
        from = super._update(to, agentId, auth);
        if (from != address(0)) _setWallet(agentId, address(0));
    }

    function _checkOperator(uint256 agentId) private view {
        if (!isAuthorizedOrOwner(msg.sender, agentId)) {
            revert NotAgentOperator(agentId, msg.sender);
        }
    }

    function _isReserved(string calldata key) private pure returns (bool) {
        return keccak256(bytes(key)) == keccak256(bytes(WALLET_KEY));
    }

    function _walletBytes(address wallet) private pure returns (bytes memory) {
        return wallet == address(0) ? bytes("") : abi.encodePacked(wallet);
    }

    function _storage() private pure returns (AgentsStorage storage $) {
        bytes32 location = LOCATION;
        assembly ("memory-safe") {
            $.slot := location
        }
    }
}
