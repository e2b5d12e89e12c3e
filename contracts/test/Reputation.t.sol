// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC721Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IReputation} from "../src/interfaces/IReputation.sol";
import {Registries} from "./utils/Registries.sol";

contract ReputationTest is Registries {
    uint256 private agentId;
    address private client = user(30);
    address private other = user(31);

    function setUp() public {
        setUpRegistries(user(9));
        vm.prank(owner);
        agentId = agents.register("ipfs://file");
    }

    function _give(address who, int128 value, uint8 decimals, string memory tag1) private {
        vm.prank(who);
        reputation.giveFeedback(
            agentId, value, decimals, tag1, "second", "https://end", "ipfs://feedback", "hash"
        );
    }

    function _one(address who) private pure returns (address[] memory list) {
        list = new address[](1);
        list[0] = who;
    }

    function _two() private view returns (address[] memory list) {
        list = new address[](2);
        (list[0], list[1]) = (client, other);
    }

    function _summary(address[] memory clients, string memory tag1, string memory tag2)
        private
        view
        returns (uint256 count, int256 value, uint256 decimals)
    {
        return reputation.getSummary(agentId, clients, tag1, tag2);
    }

    function _assertSummary(
        address[] memory clients,
        string memory tag1,
        uint256 count,
        int256 value,
        uint256 decimals
    ) private view {
        (uint256 countFound, int256 valueFound, uint256 decimalsFound) = _summary(clients, tag1, "");
        assertEq(countFound, count);
        assertTrue(valueFound == value);
        assertEq(decimalsFound, decimals);
    }

    function testFuzz_whatAClientSaysIsReadBack(int128 value, uint8 decimals, string calldata tag)
        public
    {
        value = int128(int256(bound(uint128(value), 0, 2e38)) - 1e38);
        decimals = uint8(bound(decimals, 0, 18));
        vm.expectEmit(true, true, true, true);
        emit IReputation.NewFeedback(
            agentId,
            client,
            1,
            value,
            decimals,
            tag,
            tag,
            "second",
            "https://end",
            "ipfs://feedback",
            "hash"
        );
        _give(client, value, decimals, tag);
        (int128 said, uint8 places, string memory tag1, string memory tag2, bool revoked) =
            reputation.readFeedback(agentId, client, 1);
        assertTrue(said == value && places == decimals && !revoked);
        assertEq(keccak256(bytes(tag1)), keccak256(bytes(tag)));
        assertEq(keccak256(bytes(tag2)), keccak256("second"));
        assertEq(reputation.getLastIndex(agentId, client), 1);
        assertEq(reputation.getClients(agentId)[0], client);
        _assertSummary(_one(client), "", 1, value, decimals);
        assertEq(reputation.getIdentityRegistry(), address(agents));
    }

    function test_nobodyPraisesItself() public {
        vm.prank(owner);
        agents.setApprovalForAll(host, true);
        vm.prank(owner);
        agents.approve(user(3), agentId);
        address[3] memory selves = [owner, host, user(3)];
        for (uint256 index = 0; index < 3; ++index) {
            vm.expectRevert(
                abi.encodeWithSelector(IReputation.SelfFeedback.selector, agentId, selves[index])
            );
            _give(selves[index], 100, 0, "");
        }
        // A former owner may speak, the new one may not.
        vm.prank(owner);
        agents.transferFrom(owner, other, agentId);
        _give(owner, 1, 0, "");
        vm.expectRevert(abi.encodeWithSelector(IReputation.SelfFeedback.selector, agentId, other));
        _give(other, 1, 0, "");
    }

    function test_wrongFeedbackIsNamed() public {
        vm.expectRevert(abi.encodeWithSelector(IReputation.TooManyDecimals.selector, 19));
        _give(client, 1, 19, "");
        vm.expectRevert(
            abi.encodeWithSelector(IReputation.ValueTooLarge.selector, int128(1e38 + 1))
        );
        _give(client, 1e38 + 1, 0, "");
        vm.expectRevert(
            abi.encodeWithSelector(IReputation.ValueTooLarge.selector, type(int128).min)
        );
        _give(client, type(int128).min, 0, "");
        uint256 unknown = agentId + 1;
        vm.expectRevert(
            abi.encodeWithSelector(IERC721Errors.ERC721NonexistentToken.selector, unknown)
        );
        vm.prank(client);
        reputation.giveFeedback(unknown, 1, 0, "", "", "", "", 0);
    }

    function test_feedbackIsRevokedOnceAndByItsClient() public {
        _give(client, 5, 0, "");
        bytes memory unknown =
            abi.encodeWithSelector(IReputation.FeedbackUnknown.selector, agentId, other, 1);
        vm.expectRevert(unknown);
        vm.prank(other);
        reputation.revokeFeedback(agentId, 1);
        vm.expectRevert(
            abi.encodeWithSelector(IReputation.FeedbackUnknown.selector, agentId, client, 0)
        );
        vm.prank(client);
        reputation.revokeFeedback(agentId, 0);
        vm.expectEmit(true, true, true, true);
        emit IReputation.FeedbackRevoked(agentId, client, 1);
        vm.prank(client);
        reputation.revokeFeedback(agentId, 1);
        vm.expectRevert(abi.encodeWithSelector(IReputation.AlreadyRevoked.selector, agentId, 1));
        vm.prank(client);
        reputation.revokeFeedback(agentId, 1);
        (,,,, bool revoked) = reputation.readFeedback(agentId, client, 1);
        assertTrue(revoked);
        _assertSummary(_one(client), "", 0, 0, 0);
    }

    function test_summariesBelieveOnlyTheClientsNamed() public {
        _give(client, 90, 0, "a");
        _give(client, 70, 0, "b");
        _give(other, -100, 0, "a");
        _assertSummary(_one(client), "", 2, 80, 0);
        _assertSummary(_one(client), "b", 1, 70, 0);
        _assertSummary(_two(), "", 3, 20, 0);
        _assertSummary(_two(), "a", 2, -5, 0);
        _assertSummary(_one(user(77)), "", 0, 0, 0);
        (uint256 count,,) = _summary(_two(), "a", "second");
        assertEq(count, 2);
        (count,,) = _summary(_two(), "a", "other");
        assertEq(count, 0);
        vm.expectRevert(abi.encodeWithSelector(IReputation.ClientsMissing.selector));
        reputation.getSummary(agentId, new address[](0), "", "");
    }

    function test_summariesHaveTheMostFrequentDecimals() public {
        _give(client, 9977, 2, "");
        _give(client, 9978, 2, "");
        _give(client, 100, 0, "");
        // (99.77 + 99.78 + 100) / 3, cut to two places.
        _assertSummary(_one(client), "", 3, 9985, 2);
        _give(client, 1, 0, "");
        // Of equals the fewest: (99.77 + 99.78 + 100 + 1) / 4.
        _assertSummary(_one(client), "", 4, 75, 0);
    }

    function testFuzz_aHugeValueCostsDecimalsNotTheSummary(uint128 huge) public {
        int128 value = int128(int256(bound(huge, 1e30, 1e38)));
        _give(client, 1, 18, "");
        _give(client, 1, 18, "");
        _give(client, value, 0, "");
        (uint256 count, int256 average, uint256 decimals) = _summary(_one(client), "", "");
        assertEq(count, 3);
        assertTrue(decimals < 18 && average > 1e36 && average <= 1e38);
        int256 whole = average / int256(10 ** decimals);
        assertTrue(whole == int256(value) / 3);
    }

    function test_allFeedbackIsReadAsColumns() public {
        _give(client, 1, 0, "a");
        _give(client, 2, 1, "b");
        _give(other, 3, 2, "a");
        vm.prank(client);
        reputation.revokeFeedback(agentId, 1);
        _assertRows(new address[](0), "", true, 3);
        _assertRows(new address[](0), "", false, 2);
        _assertRows(_one(client), "", true, 2);
        _assertRows(_one(client), "", false, 1);
        _assertRows(new address[](0), "a", true, 2);
        (
            address[] memory clients,
            uint64[] memory indexes,
            int128[] memory values,
            uint8[] memory decimals,
            string[] memory tag1s,
            string[] memory tag2s,
            bool[] memory revoked
        ) = reputation.readAllFeedback(agentId, new address[](0), "a", "second", true);
        assertEq(clients[0], client);
        assertEq(clients[1], other);
        assertTrue(indexes[0] == 1 && indexes[1] == 1);
        assertTrue(values[0] == 1 && values[1] == 3 && decimals[1] == 2);
        assertEq(keccak256(bytes(tag1s[1])), keccak256("a"));
        assertEq(keccak256(bytes(tag2s[1])), keccak256("second"));
        assertTrue(revoked[0] && !revoked[1]);
    }

    function _assertRows(
        address[] memory clients,
        string memory tag1,
        bool includeRevoked,
        uint256 expected
    ) private view {
        (address[] memory found,,,,,,) = reputation.readAllFeedback(
            agentId, clients, tag1, "", includeRevoked
        );
        assertEq(found.length, expected);
    }

    function test_anybodyRespondsAndResponsesAreCounted() public {
        _give(client, 1, 0, "");
        _give(client, 2, 0, "");
        _give(other, 3, 0, "");
        vm.expectEmit(true, true, true, true);
        emit IReputation.ResponseAppended(agentId, client, 1, owner, "ipfs://refund", "hash");
        vm.prank(owner);
        reputation.appendResponse(agentId, client, 1, "ipfs://refund", "hash");
        _respond(owner, client, 1);
        _respond(user(4), client, 1);
        _respond(user(4), client, 2);
        _respond(user(4), other, 1);
        assertEq(reputation.getResponseCount(agentId, address(0), 0, new address[](0)), 5);
        assertEq(reputation.getResponseCount(agentId, client, 0, new address[](0)), 4);
        assertEq(reputation.getResponseCount(agentId, client, 1, new address[](0)), 3);
        assertEq(reputation.getResponseCount(agentId, client, 1, _one(owner)), 2);
        assertEq(reputation.getResponseCount(agentId, address(0), 0, _one(user(4))), 3);
    }

    function _respond(address who, address about, uint64 index) private {
        vm.prank(who);
        reputation.appendResponse(agentId, about, index, "ipfs://r", 0);
    }

    function test_responsesNeedAnUriAndFeedback() public {
        _give(client, 1, 0, "");
        vm.expectRevert(abi.encodeWithSelector(IReputation.ResponseEmpty.selector));
        reputation.appendResponse(agentId, client, 1, "", 0);
        vm.expectRevert(
            abi.encodeWithSelector(IReputation.FeedbackUnknown.selector, agentId, client, 2)
        );
        reputation.appendResponse(agentId, client, 2, "x", 0);
    }
}
