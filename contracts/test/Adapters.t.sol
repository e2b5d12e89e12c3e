// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IAdapters} from "../src/interfaces/IAdapters.sol";
import {Adapter} from "../src/types/Records.sol";
import {Registries} from "./utils/Registries.sol";

contract AdaptersTest is Registries {
    bytes32 private snapshotId;

    function setUp() public {
        setUpRegistries(user(9));
        register();
        snapshotId = anchor(0);
    }

    function _anchor(address holder) private returns (bytes32) {
        vm.prank(host);
        return adapters.anchorAdapter(sampleAdapter(snapshotId, holder));
    }

    function testFuzz_anAdapterSaysWhatItsRecordSays(address holder) public {
        vm.assume(holder != address(0));
        Adapter memory record = sampleAdapter(snapshotId, holder);
        vm.expectEmit(true, true, true, true);
        emit IAdapters.AdapterAnchored(
            record.id(),
            snapshotId,
            holder,
            record.base,
            record.weights,
            record.influenceRoot,
            record.rule
        );
        bytes32 adapterId = _anchor(holder);
        assertEq(adapterId, record.id());
        (bytes32 trainedOn, bytes32 influenceRoot, bytes32 ruleDigest, address paid) =
            adapters.adapter(adapterId);
        assertEq(trainedOn, snapshotId);
        assertEq(influenceRoot, keccak256("influence"));
        assertEq(ruleDigest, keccak256("poa/1"));
        assertEq(paid, holder);
        (bytes32 base, bytes32 weights) = adapters.digests(adapterId);
        assertEq(base, keccak256("base"));
        assertEq(weights, keccak256("weights"));
        assertEq(adapters.ownerOf(uint256(adapterId)), holder);
        assertEq(address(adapters.datanets()), address(datanets));
    }

    function testFuzz_aTransferChangesWhoIsPaid(address buyer) public {
        vm.assume(buyer != address(0));
        bytes32 adapterId = _anchor(user(3));
        vm.prank(user(3));
        adapters.approve(user(4), uint256(adapterId));
        vm.prank(user(4));
        adapters.transferFrom(user(3), buyer, uint256(adapterId));
        (,,, address paid) = adapters.adapter(adapterId);
        assertEq(paid, buyer);
    }

    /// @notice Disputes ask who owned a model when it answered.
    function testFuzz_everySecondHasItsOwner(uint32 heldS, uint32 askedS) public {
        uint256 anchoredS = 1_800_000_000;
        vm.warp(anchoredS);
        bytes32 adapterId = _anchor(user(3));
        assertEq(adapters.ownerAt(adapterId, uint64(anchoredS - 1)), user(3));
        uint256 soldS = anchoredS + 1 + heldS;
        vm.warp(soldS);
        vm.prank(user(3));
        adapters.transferFrom(user(3), user(4), uint256(adapterId));
        address expected = askedS <= heldS ? user(3) : user(4);
        assertEq(adapters.ownerAt(adapterId, uint64(anchoredS + askedS)), expected);
        assertEq(adapters.ownerAt("unknown", uint64(anchoredS)), address(0));
    }

    function testFuzz_onlyTheDatanetsOwnerAndHostsAnchor(address stranger) public {
        vm.assume(stranger != address(0) && stranger != owner && stranger != host);
        vm.expectRevert(abi.encodeWithSelector(IAdapters.NotAuthorized.selector, owner, stranger));
        vm.prank(stranger);
        adapters.anchorAdapter(sampleAdapter(snapshotId, stranger));
        vm.prank(owner);
        datanets.transferFrom(owner, user(5), uint256(DATANET));
        vm.expectRevert(abi.encodeWithSelector(IAdapters.NotAuthorized.selector, user(5), host));
        vm.prank(host);
        adapters.anchorAdapter(sampleAdapter(snapshotId, user(5)));
    }

    function test_whatIsMissingOrThereAlreadyIsNamed() public {
        vm.expectRevert(abi.encodeWithSelector(IAdapters.SnapshotUnknown.selector, bytes32("x")));
        adapters.anchorAdapter(sampleAdapter("x", owner));
        vm.expectRevert(abi.encodeWithSelector(IAdapters.OwnerMissing.selector));
        vm.prank(owner);
        adapters.anchorAdapter(sampleAdapter(snapshotId, address(0)));
        bytes32 adapterId = _anchor(owner);
        vm.expectRevert(abi.encodeWithSelector(IAdapters.AdapterExists.selector, adapterId));
        vm.prank(owner);
        adapters.anchorAdapter(sampleAdapter(snapshotId, owner));
        (bytes32 trainedOn,,, address paid) = adapters.adapter("unknown");
        assertTrue(trainedOn == 0 && paid == address(0));
    }

    function testFuzz_differentAdaptersHaveDifferentIds(uint64 timeS, string calldata rule) public {
        vm.assume(timeS != 10 || keccak256(bytes(rule)) != keccak256("poa/1"));
        Adapter memory other = sampleAdapter(snapshotId, owner);
        (other.timeS, other.rule) = (timeS, rule);
        vm.prank(owner);
        bytes32 otherId = adapters.anchorAdapter(other);
        assertTrue(_anchor(owner) != otherId);
    }
}
