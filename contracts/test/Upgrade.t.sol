// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {
    OwnableUpgradeable
} from "@openzeppelin/contracts-upgradeable/access/OwnableUpgradeable.sol";
import {Initializable} from "@openzeppelin/contracts/proxy/utils/Initializable.sol";
import {UUPSUpgradeable} from "@openzeppelin/contracts/proxy/utils/UUPSUpgradeable.sol";
import {SlotDerivation} from "@openzeppelin/contracts/utils/SlotDerivation.sol";
import {Adapters} from "../src/Adapters.sol";
import {Datanets} from "../src/Datanets.sol";
import {Reputation} from "../src/Reputation.sol";
import {Governed} from "./utils/Governed.sol";
import {Registries} from "./utils/Registries.sol";

/// @notice A later version: it adds a namespace, a function and its own initialization.
contract DatanetsV2 is Datanets {
    /// @custom:storage-location erc7201:openledger.Datanets.V2
    struct V2Storage {
        uint256 note;
    }

    function initializeV2(uint256 note) external reinitializer(2) {
        _v2().note = note;
    }

    function version() external view returns (uint256 number, uint256 note) {
        return (2, _v2().note);
    }

    function _v2() private pure returns (V2Storage storage $) {
        bytes32 location = SlotDerivation.erc7201Slot("openledger.Datanets.V2");
        assembly ("memory-safe") {
            $.slot := location
        }
    }
}

contract UpgradeTest is Governed, Registries {
    function setUp() public {
        setUpGovernance();
        setUpRegistries(address(timelock));
    }

    function _proxies() private view returns (address[5] memory) {
        return [
            address(datanets),
            address(adapters),
            address(agents),
            address(reputation),
            address(validation)
        ];
    }

    function test_aProposalUpgradesAndNothingIsLost() public {
        register();
        bytes32 first = anchor(0);
        bytes32 second = anchor(first);
        vm.prank(host);
        bytes32 adapterId = adapters.anchorAdapter(sampleAdapter(second, owner));
        bytes memory data = abi.encodeCall(
            UUPSUpgradeable.upgradeToAndCall,
            (address(new DatanetsV2()), abi.encodeCall(DatanetsV2.initializeV2, (42)))
        );
        decide(address(datanets), 0, data, "Datanets V2");
        (uint256 number, uint256 note) = DatanetsV2(address(datanets)).version();
        assertTrue(number == 2 && note == 42);
        (address paid, bytes32 last, bytes32 licence) = datanets.datanet(DATANET);
        assertEq(paid, owner);
        assertEq(last, second);
        assertEq(licence, LICENCE);
        assertEq(datanets.snapshotAt(DATANET, 0), first);
        assertTrue(datanets.isHost(owner, host));
        assertEq(datanets.owner(), address(timelock));
        assertEq(keccak256(bytes(datanets.symbol())), keccak256("DATANET"));
        // And what stands on it goes on.
        bytes32 third = anchor(second);
        vm.prank(host);
        adapters.anchorAdapter(sampleAdapter(third, owner));
        assertEq(adapters.ownerOf(uint256(adapterId)), owner);
        vm.expectRevert(abi.encodeWithSelector(Initializable.InvalidInitialization.selector));
        DatanetsV2(address(datanets)).initializeV2(43);
    }

    function testFuzz_onlyTheTimelockUpgrades(address stranger) public {
        vm.assume(stranger != address(timelock));
        address[5] memory proxies = _proxies();
        address next = address(new DatanetsV2());
        for (uint256 index = 0; index < 5; ++index) {
            vm.expectRevert(
                abi.encodeWithSelector(
                    OwnableUpgradeable.OwnableUnauthorizedAccount.selector, stranger
                )
            );
            vm.prank(stranger);
            UUPSUpgradeable(proxies[index]).upgradeToAndCall(next, "");
            vm.prank(address(timelock));
            UUPSUpgradeable(proxies[index]).upgradeToAndCall(next, "");
        }
    }

    function test_nothingIsInitializedTwiceNorWithoutItsProxy() public {
        address[5] memory proxies = _proxies();
        bytes[5] memory calls = [
            abi.encodeCall(Datanets.initialize, (user(66))),
            abi.encodeCall(Adapters.initialize, (user(66), datanets)),
            abi.encodeCall(Datanets.initialize, (user(66))),
            abi.encodeCall(Reputation.initialize, (user(66), address(agents))),
            abi.encodeCall(Reputation.initialize, (user(66), address(agents)))
        ];
        bytes32 slot = 0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc;
        for (uint256 index = 0; index < 5; ++index) {
            address code = address(uint160(uint256(wallets.load(proxies[index], slot))));
            assertTrue(code.code.length != 0);
            for (uint256 both = 0; both < 2; ++both) {
                (bool done, bytes memory reason) =
                    (both == 0 ? proxies[index] : code).call(calls[index]);
                assertTrue(!done);
                assertTrue(bytes4(reason) == Initializable.InvalidInitialization.selector);
            }
        }
    }

    /// @notice What is stored lies where its namespace says, and nothing lies in the first slots, so
    /// that neither another base nor another version can shift it.
    function test_storageIsNamespaced() public view {
        address[5] memory proxies = _proxies();
        for (uint256 index = 0; index < 5; ++index) {
            for (uint256 slot = 0; slot < 16; ++slot) {
                assertEq(wallets.load(proxies[index], bytes32(slot)), 0);
            }
        }
        _assertAt(address(adapters), "openledger.Adapters", address(datanets));
        _assertAt(address(reputation), "openledger.OfAgents", address(agents));
        _assertAt(address(validation), "openledger.OfAgents", address(agents));
        _assertAt(address(agents), "openzeppelin.storage.Ownable", address(timelock));
    }

    function _assertAt(address proxy, string memory namespace, address expected) private view {
        bytes32 stored = wallets.load(proxy, SlotDerivation.erc7201Slot(namespace));
        assertEq(address(uint160(uint256(stored))), expected);
    }
}
