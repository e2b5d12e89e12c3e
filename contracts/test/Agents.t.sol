// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC721Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IAgents} from "../src/interfaces/IAgents.sol";
import {Registries} from "./utils/Registries.sol";
import {SmartWallet} from "./utils/Wallets.sol";

contract AgentsTest is Registries {
    uint256 private constant NOW_S = 1_800_000_000;
    uint256 private constant KEY = 0xA6E27;
    string private constant FILE = "ipfs://file";

    address private stranger = user(5);

    function setUp() public {
        vm.warp(NOW_S);
        setUpRegistries(user(9));
    }

    function _register() private returns (uint256 agentId) {
        vm.prank(owner);
        return agents.register(FILE);
    }

    function _signWallet(uint256 agentId, address wallet, address holder, uint256 deadline)
        private
        view
        returns (bytes memory)
    {
        bytes32 structHash = keccak256(
            abi.encode(
                keccak256(
                    "AgentWalletSet(uint256 agentId,address newWallet,address owner,uint256 deadline)"
                ),
                agentId,
                wallet,
                holder,
                deadline
            )
        );
        return sign(KEY, typed("ERC8004IdentityRegistry", address(agents), structHash));
    }

    function assertText(string memory left, string memory right) private pure {
        assertEq(keccak256(bytes(left)), keccak256(bytes(right)));
    }

    function test_agentsAreNumberedFromOne() public {
        vm.expectEmit(true, true, true, true);
        emit IAgents.Registered(1, "", owner);
        vm.expectEmit(true, true, true, true);
        emit IAgents.MetadataSet(1, "agentWallet", "agentWallet", abi.encodePacked(owner));
        vm.prank(owner);
        assertEq(agents.register(), 1);
        assertText(agents.tokenURI(1), "");
        assertEq(_register(), 2);
        assertText(agents.tokenURI(2), FILE);
        assertEq(agents.ownerOf(2), owner);
        assertEq(agents.getAgentWallet(2), owner);
        assertEq(
            keccak256(agents.getMetadata(2, "agentWallet")), keccak256(abi.encodePacked(owner))
        );
    }

    function testFuzz_metadataIsSetAtRegistrationAndLater(string calldata key, bytes calldata data)
        public
    {
        vm.assume(keccak256(bytes(key)) != keccak256("agentWallet"));
        IAgents.MetadataEntry[] memory entries = new IAgents.MetadataEntry[](1);
        entries[0] = IAgents.MetadataEntry(key, data);
        vm.prank(owner);
        uint256 agentId = agents.register(FILE, entries);
        assertEq(keccak256(agents.getMetadata(agentId, key)), keccak256(data));
        vm.expectEmit(true, true, true, true);
        emit IAgents.MetadataSet(agentId, key, key, "other");
        vm.prank(owner);
        agents.setMetadata(agentId, key, "other");
        assertEq(keccak256(agents.getMetadata(agentId, key)), keccak256("other"));
        assertEq(agents.getMetadata(agentId + 1, key).length, 0);
    }

    function test_theWalletIsNoFreeMetadata() public {
        bytes memory reserved = abi.encodeWithSelector(IAgents.ReservedKey.selector, "agentWallet");
        IAgents.MetadataEntry[] memory entries = new IAgents.MetadataEntry[](1);
        entries[0] = IAgents.MetadataEntry("agentWallet", abi.encodePacked(stranger));
        vm.expectRevert(reserved);
        vm.prank(owner);
        agents.register(FILE, entries);
        uint256 agentId = _register();
        vm.expectRevert(reserved);
        vm.prank(owner);
        agents.setMetadata(agentId, "agentWallet", abi.encodePacked(stranger));
    }

    function test_ownersAndOperatorsManage() public {
        uint256 agentId = _register();
        assertTrue(agents.isAuthorizedOrOwner(owner, agentId));
        assertTrue(!agents.isAuthorizedOrOwner(host, agentId));
        vm.prank(owner);
        agents.setApprovalForAll(host, true);
        vm.prank(owner);
        agents.approve(user(3), agentId);
        assertTrue(agents.isAuthorizedOrOwner(host, agentId));
        assertTrue(agents.isAuthorizedOrOwner(user(3), agentId));
        vm.expectEmit(true, true, true, true);
        emit IAgents.URIUpdated(agentId, "https://new", host);
        vm.prank(host);
        agents.setAgentURI(agentId, "https://new");
        assertText(agents.tokenURI(agentId), "https://new");
        vm.prank(user(3));
        agents.unsetAgentWallet(agentId);
        assertEq(agents.getAgentWallet(agentId), address(0));
        assertEq(agents.getMetadata(agentId, "agentWallet").length, 0);
    }

    function testFuzz_strangersManageNothing(address other) public {
        vm.assume(other != owner);
        uint256 agentId = _register();
        bytes memory refused =
            abi.encodeWithSelector(IAgents.NotAgentOperator.selector, agentId, other);
        vm.expectRevert(refused);
        vm.prank(other);
        agents.setAgentURI(agentId, "x");
        vm.expectRevert(refused);
        vm.prank(other);
        agents.setMetadata(agentId, "x", "y");
        vm.expectRevert(refused);
        vm.prank(other);
        agents.setAgentWallet(agentId, other, NOW_S, "");
        vm.expectRevert(refused);
        vm.prank(other);
        agents.unsetAgentWallet(agentId);
    }

    function test_unknownAgentsAreNamed() public {
        bytes memory unknown =
            abi.encodeWithSelector(IERC721Errors.ERC721NonexistentToken.selector, 7);
        vm.expectRevert(unknown);
        agents.setAgentURI(7, "x");
        vm.expectRevert(unknown);
        agents.getAgentWallet(7);
        vm.expectRevert(unknown);
        agents.isAuthorizedOrOwner(owner, 7);
    }

    function testFuzz_aWalletSignsForItself(bool contractWallet, uint16 aheadS) public {
        uint256 agentId = _register();
        address wallet = wallets.addr(KEY);
        if (contractWallet) wallet = address(new SmartWallet(wallet));
        uint256 deadline = NOW_S + bound(aheadS, 0, 5 minutes);
        bytes memory signature = _signWallet(agentId, wallet, owner, deadline);
        vm.prank(owner);
        agents.setAgentWallet(agentId, wallet, deadline, signature);
        assertEq(agents.getAgentWallet(agentId), wallet);
        vm.expectRevert(abi.encodeWithSelector(IAgents.WrongSignature.selector, stranger));
        vm.prank(owner);
        agents.setAgentWallet(agentId, stranger, deadline, signature);
        vm.expectRevert(abi.encodeWithSelector(IAgents.WrongSignature.selector, address(0)));
        vm.prank(owner);
        agents.setAgentWallet(agentId, address(0), deadline, signature);
    }

    function test_aWalletsSignatureIsValidForMinutesOnly() public {
        uint256 agentId = _register();
        address wallet = wallets.addr(KEY);
        uint256 far = NOW_S + 5 minutes + 1;
        bytes memory signature = _signWallet(agentId, wallet, owner, far);
        vm.expectRevert(abi.encodeWithSelector(IAgents.DeadlineTooFar.selector, far));
        vm.prank(owner);
        agents.setAgentWallet(agentId, wallet, far, signature);
        vm.warp(far + 1);
        vm.expectRevert(abi.encodeWithSelector(IAgents.SignatureExpired.selector, far));
        vm.prank(owner);
        agents.setAgentWallet(agentId, wallet, far, signature);
    }

    function testFuzz_aTransferClearsTheWalletAndVoidsSignatures(address buyer) public {
        vm.assume(buyer != address(0) && buyer != owner);
        uint256 agentId = _register();
        address wallet = wallets.addr(KEY);
        bytes memory signature = _signWallet(agentId, wallet, owner, NOW_S);
        vm.expectEmit(true, true, true, true);
        emit IAgents.MetadataSet(agentId, "agentWallet", "agentWallet", "");
        vm.prank(owner);
        agents.transferFrom(owner, buyer, agentId);
        assertEq(agents.getAgentWallet(agentId), address(0));
        vm.expectRevert(abi.encodeWithSelector(IAgents.WrongSignature.selector, wallet));
        vm.prank(buyer);
        agents.setAgentWallet(agentId, wallet, NOW_S, signature);
    }

    function test_theInterfacesAreTold() public view {
        assertTrue(agents.supportsInterface(0x80ac58cd)); // ERC-721
        assertTrue(agents.supportsInterface(0x5b5e139f)); // ERC-721 metadata
        assertTrue(agents.supportsInterface(0x49064906)); // ERC-4906
        assertTrue(!agents.supportsInterface(0xffffffff));
    }
}
