// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Adapters} from "../../src/Adapters.sol";
import {Agents} from "../../src/Agents.sol";
import {Datanets} from "../../src/Datanets.sol";
import {Proxy} from "../../src/Proxy.sol";
import {Reputation} from "../../src/Reputation.sol";
import {Validation} from "../../src/Validation.sol";
import {Adapter, Snapshot} from "../../src/types/Records.sol";
import {WalletTest} from "./Wallets.sol";

/// @notice Base of tests about registries: all five behind their proxies, and sample records.
abstract contract Registries is WalletTest {
    bytes32 internal constant DATANET = keccak256("rust-errors");
    bytes32 internal constant LICENCE = keccak256("MIT");

    Datanets internal datanets;
    Adapters internal adapters;
    Agents internal agents;
    Reputation internal reputation;
    Validation internal validation;
    address internal owner = user(1);
    address internal host = user(2);

    function setUpRegistries(address governance) internal {
        datanets = Datanets(
            address(
                new Proxy(
                    address(new Datanets()), abi.encodeCall(Datanets.initialize, (governance))
                )
            )
        );
        adapters = Adapters(
            address(
                new Proxy(
                    address(new Adapters()),
                    abi.encodeCall(Adapters.initialize, (governance, datanets))
                )
            )
        );
        agents = Agents(
            address(
                new Proxy(address(new Agents()), abi.encodeCall(Agents.initialize, (governance)))
            )
        );
        reputation = Reputation(
            address(
                new Proxy(
                    address(new Reputation()),
                    abi.encodeCall(Reputation.initialize, (governance, address(agents)))
                )
            )
        );
        validation = Validation(
            address(
                new Proxy(
                    address(new Validation()),
                    abi.encodeCall(Validation.initialize, (governance, address(agents)))
                )
            )
        );
        vm.prank(owner);
        datanets.authorizeHost(host, true);
    }

    function sampleSnapshot(bytes32 parent) internal pure returns (Snapshot memory) {
        return Snapshot(DATANET, parent, keccak256("root"), 7, keccak256("c"), keccak256("l"), 9);
    }

    function sampleAdapter(bytes32 snapshot, address holder)
        internal
        pure
        returns (Adapter memory)
    {
        return Adapter({
            snapshot: snapshot,
            base: keccak256("base"),
            weights: keccak256("weights"),
            options: keccak256("options"),
            influenceRoot: keccak256("influence"),
            spanIndex: keccak256("span"),
            rule: "poa/1",
            owner: holder,
            timeS: 10
        });
    }

    function register() internal {
        vm.prank(owner);
        datanets.registerDatanet(DATANET, owner, LICENCE);
    }

    function anchor(bytes32 parent) internal returns (bytes32) {
        vm.prank(host);
        return datanets.anchorSnapshot(sampleSnapshot(parent));
    }
}
