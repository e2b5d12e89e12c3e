// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC721Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IDatanets} from "../src/interfaces/IDatanets.sol";
import {Snapshot} from "../src/types/Records.sol";
import {Registries} from "./utils/Registries.sol";

contract DatanetsTest is Registries {
    function setUp() public {
        setUpRegistries(user(9));
    }

    function _refused(address holder, address caller) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IDatanets.NotAuthorized.selector, holder, caller);
    }

    function test_ownerAndHostAnchorTheWholeLine() public {
        vm.expectEmit(true, true, true, true);
        emit IDatanets.DatanetRegistered(DATANET, owner, LICENCE);
        vm.prank(host);
        datanets.registerDatanet(DATANET, owner, LICENCE);
        bytes32 first = anchor(0);
        vm.prank(owner);
        bytes32 second = datanets.anchorSnapshot(sampleSnapshot(first));
        (address paid, bytes32 last, bytes32 licence) = datanets.datanet(DATANET);
        assertEq(paid, owner);
        assertEq(last, second);
        assertEq(licence, LICENCE);
        assertEq(datanets.ownerOf(uint256(DATANET)), owner);
        assertEq(datanets.snapshotCount(DATANET), 2);
        assertEq(datanets.snapshotAt(DATANET, 0), first);
        assertEq(datanets.snapshotAt(DATANET, 1), second);
        (bytes32 datanetId, bytes32 root) = datanets.snapshot(second);
        assertEq(datanetId, DATANET);
        assertEq(root, keccak256("root"));
        vm.expectRevert(abi.encodeWithSelector(IDatanets.SnapshotOutOfRange.selector, DATANET, 2));
        datanets.snapshotAt(DATANET, 2);
    }

    function testFuzz_strangersMayNothing(address stranger) public {
        vm.assume(stranger != address(0) && stranger != owner && stranger != host);
        vm.expectRevert(_refused(owner, stranger));
        vm.prank(stranger);
        datanets.registerDatanet(DATANET, owner, 0);
        register();
        assertTrue(!datanets.mayAct(owner, stranger) && !datanets.isHost(owner, stranger));
        vm.expectRevert(_refused(owner, stranger));
        vm.prank(stranger);
        datanets.anchorSnapshot(sampleSnapshot(0));
        vm.expectRevert(
            abi.encodeWithSelector(
                IERC721Errors.ERC721InsufficientApproval.selector, stranger, uint256(DATANET)
            )
        );
        vm.prank(stranger);
        datanets.transferFrom(owner, user(7), uint256(DATANET));
    }

    function test_aRevokedHostMayNothing() public {
        register();
        vm.expectEmit(true, true, true, true);
        emit IDatanets.HostAuthorized(owner, host, false);
        vm.prank(owner);
        datanets.authorizeHost(host, false);
        vm.expectRevert(_refused(owner, host));
        vm.prank(host);
        datanets.anchorSnapshot(sampleSnapshot(0));
    }

    function testFuzz_aTransferMovesTheRights(address buyer) public {
        vm.assume(buyer != address(0) && buyer != owner && buyer != host);
        register();
        bytes32 first = anchor(0);
        vm.prank(owner);
        datanets.transferFrom(owner, buyer, uint256(DATANET));
        (address paid, bytes32 last,) = datanets.datanet(DATANET);
        assertEq(paid, buyer);
        assertEq(last, first);
        vm.expectRevert(_refused(buyer, owner));
        vm.prank(owner);
        datanets.anchorSnapshot(sampleSnapshot(first));
        vm.expectRevert(_refused(buyer, host));
        vm.prank(host);
        datanets.anchorSnapshot(sampleSnapshot(first));
        vm.prank(buyer);
        datanets.authorizeHost(user(8), true);
        assertTrue(datanets.isHost(buyer, user(8)) && datanets.mayAct(buyer, user(8)));
        vm.prank(user(8));
        datanets.anchorSnapshot(sampleSnapshot(first));
    }

    function testFuzz_parentMustBeTheLast(bytes32 parent) public {
        vm.assume(parent != 0);
        register();
        vm.expectRevert(
            abi.encodeWithSelector(IDatanets.ParentNotLast.selector, bytes32(0), parent)
        );
        vm.prank(owner);
        datanets.anchorSnapshot(sampleSnapshot(parent));
        bytes32 first = anchor(0);
        vm.expectRevert(abi.encodeWithSelector(IDatanets.ParentNotLast.selector, first, bytes32(0)));
        vm.prank(owner);
        datanets.anchorSnapshot(sampleSnapshot(0));
    }

    function test_whatIsMissingOrThereAlreadyIsNamed() public {
        vm.expectRevert(abi.encodeWithSelector(IDatanets.DatanetUnknown.selector, DATANET));
        datanets.anchorSnapshot(sampleSnapshot(0));
        vm.expectRevert(abi.encodeWithSelector(IDatanets.OwnerMissing.selector));
        datanets.registerDatanet(DATANET, address(0), 0);
        register();
        vm.expectRevert(abi.encodeWithSelector(IDatanets.DatanetExists.selector, DATANET));
        vm.prank(user(3));
        datanets.registerDatanet(DATANET, user(3), 0);
        (address paid, bytes32 last, bytes32 licence) = datanets.datanet("unknown");
        assertTrue(paid == address(0) && last == 0 && licence == 0);
    }

    function testFuzz_differentSnapshotsHaveDifferentIds(uint64 timeS, uint32 records) public {
        vm.assume(timeS != 9 || records != 7);
        register();
        bytes32 first = anchor(0);
        Snapshot memory other = sampleSnapshot(first);
        (other.timeS, other.records) = (timeS, records);
        vm.prank(owner);
        bytes32 second = datanets.anchorSnapshot(other);
        assertTrue(second != first);
        assertTrue(second != sampleSnapshot(first).id());
    }
}
