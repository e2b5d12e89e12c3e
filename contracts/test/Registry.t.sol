// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Registry} from "../src/Registry.sol";
import {IRegistry} from "../src/interfaces/IRegistry.sol";
import {Adapter, Snapshot} from "../src/types/Records.sol";
import {Test} from "./utils/Test.sol";

contract RegistryTest is Test {
    Registry private registry;
    address private owner = user(1);
    address private host = user(2);
    bytes32 private constant DATANET = keccak256("rust-errors");

    function setUp() public {
        registry = new Registry();
        vm.prank(owner);
        registry.authorizeHost(host, true);
    }

    function _snapshot(bytes32 parent) private pure returns (Snapshot memory) {
        return Snapshot(DATANET, parent, keccak256("root"), 7, keccak256("c"), keccak256("l"), 9);
    }

    function _adapter(bytes32 snapshot, address paid) private pure returns (Adapter memory) {
        return Adapter({
            snapshot: snapshot,
            base: keccak256("base"),
            weights: keccak256("weights"),
            options: keccak256("options"),
            influenceRoot: keccak256("influence"),
            spanIndex: keccak256("span"),
            rule: "poa/1",
            owner: paid,
            timeS: 10
        });
    }

    function _register() private {
        vm.prank(owner);
        registry.registerDatanet(DATANET, owner, keccak256("MIT"));
    }

    function test_hostAnchorsTheWholeLine() public {
        vm.prank(host);
        registry.registerDatanet(DATANET, owner, keccak256("MIT"));
        vm.prank(host);
        bytes32 first = registry.anchorSnapshot(_snapshot(0));
        vm.prank(owner);
        bytes32 second = registry.anchorSnapshot(_snapshot(first));
        (address paid, bytes32 last) = registry.datanet(DATANET);
        assertEq(paid, owner);
        assertEq(last, second);
        vm.prank(host);
        bytes32 adapterId = registry.anchorAdapter(_adapter(second, user(3)));
        (bytes32 snapshotId, bytes32 influenceRoot, address adapterOwner) =
            registry.adapter(adapterId);
        assertEq(snapshotId, second);
        assertEq(influenceRoot, keccak256("influence"));
        assertEq(adapterOwner, user(3));
    }

    function testFuzz_strangersMayNothing(address stranger) public {
        vm.assume(stranger != owner && stranger != host);
        bytes memory refused =
            abi.encodeWithSelector(IRegistry.NotAuthorized.selector, owner, stranger);
        vm.expectRevert(refused);
        vm.prank(stranger);
        registry.registerDatanet(DATANET, owner, 0);
        _register();
        vm.expectRevert(refused);
        vm.prank(stranger);
        registry.anchorSnapshot(_snapshot(0));
        vm.prank(owner);
        bytes32 snapshotId = registry.anchorSnapshot(_snapshot(0));
        vm.expectRevert(refused);
        vm.prank(stranger);
        registry.anchorAdapter(_adapter(snapshotId, stranger));
    }

    function test_aRevokedHostMayNothing() public {
        _register();
        vm.prank(owner);
        registry.authorizeHost(host, false);
        vm.expectRevert(abi.encodeWithSelector(IRegistry.NotAuthorized.selector, owner, host));
        vm.prank(host);
        registry.anchorSnapshot(_snapshot(0));
    }

    function testFuzz_parentMustBeTheLast(bytes32 parent) public {
        vm.assume(parent != 0);
        _register();
        vm.expectRevert(
            abi.encodeWithSelector(IRegistry.ParentNotLast.selector, bytes32(0), parent)
        );
        vm.prank(owner);
        registry.anchorSnapshot(_snapshot(parent));
        vm.prank(owner);
        bytes32 first = registry.anchorSnapshot(_snapshot(0));
        vm.expectRevert(abi.encodeWithSelector(IRegistry.ParentNotLast.selector, first, bytes32(0)));
        vm.prank(owner);
        registry.anchorSnapshot(_snapshot(0));
    }

    function test_nothingIsRegisteredTwice() public {
        _register();
        vm.expectRevert(abi.encodeWithSelector(IRegistry.DatanetExists.selector, DATANET));
        vm.prank(owner);
        registry.registerDatanet(DATANET, owner, 0);
        vm.prank(owner);
        bytes32 snapshotId = registry.anchorSnapshot(_snapshot(0));
        vm.prank(owner);
        bytes32 adapterId = registry.anchorAdapter(_adapter(snapshotId, owner));
        vm.expectRevert(abi.encodeWithSelector(IRegistry.AdapterExists.selector, adapterId));
        vm.prank(owner);
        registry.anchorAdapter(_adapter(snapshotId, owner));
    }

    function test_unknownThingsAreNamed() public {
        vm.expectRevert(abi.encodeWithSelector(IRegistry.DatanetUnknown.selector, DATANET));
        registry.anchorSnapshot(_snapshot(0));
        vm.expectRevert(abi.encodeWithSelector(IRegistry.SnapshotUnknown.selector, bytes32("x")));
        registry.anchorAdapter(_adapter("x", owner));
        vm.expectRevert(abi.encodeWithSelector(IRegistry.OwnerMissing.selector));
        registry.registerDatanet(DATANET, address(0), 0);
        _register();
        vm.prank(owner);
        bytes32 snapshotId = registry.anchorSnapshot(_snapshot(0));
        vm.expectRevert(abi.encodeWithSelector(IRegistry.OwnerMissing.selector));
        vm.prank(owner);
        registry.anchorAdapter(_adapter(snapshotId, address(0)));
    }

    function testFuzz_differentContentsHaveDifferentIds(uint64 timeS, string calldata rule) public {
        vm.assume(timeS != 10 || keccak256(bytes(rule)) != keccak256("poa/1"));
        _register();
        vm.prank(owner);
        bytes32 snapshotId = registry.anchorSnapshot(_snapshot(0));
        Adapter memory other = _adapter(snapshotId, owner);
        (other.timeS, other.rule) = (timeS, rule);
        vm.prank(owner);
        bytes32 otherId = registry.anchorAdapter(other);
        vm.prank(owner);
        assertTrue(registry.anchorAdapter(_adapter(snapshotId, owner)) != otherId);
    }
}
