// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {SignedMath} from "@openzeppelin/contracts/utils/math/SignedMath.sol";
import {IReputation} from "./interfaces/IReputation.sol";
import {OfAgents} from "./mixins/OfAgents.sol";

/// @title Reputation
contract Reputation is IReputation, OfAgents {
    using SafeCast for int256;

    struct Feedback {
        int128 value;
        uint8 valueDecimals;
        bool isRevoked;
        string tag1;
        string tag2;
        address[] responders;
        mapping(address responder => uint64) responses;
    }

    /// @custom:storage-location erc7201:openledger.Reputation
    struct ReputationStorage {
        mapping(uint256 agentId => address[]) clients;
        mapping(uint256 agentId => mapping(address client => uint64)) lastIndex;
        mapping(
            uint256 agentId => mapping(address client => mapping(uint64 index => Feedback))
        ) feedback;
    }

    /// @dev `giveFeedback`'s arguments.
    struct Entry {
        int128 value;
        uint8 valueDecimals;
        string tag1;
        string tag2;
        string endpoint;
        string feedbackURI;
        bytes32 feedbackHash;
    }

    /// @dev What to read: of whom, and with which tags (the hash of an empty one is any).
    struct Query {
        uint256 agentId;
        address[] clients;
        bytes32 tag1;
        bytes32 tag2;
        bool includeRevoked;
    }

    /// @dev `readAllFeedback`'s answer.
    struct Columns {
        address[] clients;
        uint64[] indexes;
        int128[] values;
        uint8[] valueDecimals;
        string[] tag1s;
        string[] tag2s;
        bool[] revoked;
    }

    bytes32 private constant LOCATION = keccak256(
        abi.encode(uint256(keccak256("openledger.Reputation")) - 1)
    ) & ~bytes32(uint256(0xff));
    bytes32 private constant ANY = keccak256("");
    uint8 private constant DECIMALS_MAX = 18;
    uint256 private constant VALUE_MAX = 1e38;

    /// @inheritdoc IReputation
    function initialize(address governance, address identityRegistry) external initializer {
        _initialize(governance, identityRegistry);
    }

    /// @inheritdoc IReputation
    function revokeFeedback(uint256 agentId, uint64 feedbackIndex) external {
        Feedback storage feedback = _feedback(agentId, msg.sender, feedbackIndex);
        if (feedback.isRevoked) revert AlreadyRevoked(agentId, feedbackIndex);
        feedback.isRevoked = true;
        emit FeedbackRevoked(agentId, msg.sender, feedbackIndex);
    }

    /// @inheritdoc IReputation
    function appendResponse(
        uint256 agentId,
        address clientAddress,
        uint64 feedbackIndex,
        string calldata responseURI,
        bytes32 responseHash
    ) external {
        if (bytes(responseURI).length == 0) revert ResponseEmpty();
        Feedback storage feedback = _feedback(agentId, clientAddress, feedbackIndex);
        if (feedback.responses[msg.sender]++ == 0) feedback.responders.push(msg.sender);
        emit ResponseAppended(
            agentId, clientAddress, feedbackIndex, msg.sender, responseURI, responseHash
        );
    }

    /// @inheritdoc IReputation
    function getIdentityRegistry() external view returns (address) {
        return address(_agents());
    }

    /// @inheritdoc IReputation
    function getSummary(
        uint256 agentId,
        address[] calldata clientAddresses,
        string calldata tag1,
        string calldata tag2
    ) external view returns (uint64 count, int128 summaryValue, uint8 summaryValueDecimals) {
        if (clientAddresses.length == 0) revert ClientsMissing();
        Columns memory found = _read(_query(agentId, clientAddresses, tag1, tag2));
        if (found.values.length == 0) return (0, 0, 0);
        (summaryValue, summaryValueDecimals) = _average(found);
        return (uint64(found.values.length), summaryValue, summaryValueDecimals);
    }

    /// @inheritdoc IReputation
    function readFeedback(uint256 agentId, address clientAddress, uint64 feedbackIndex)
        external
        view
        returns (
            int128 value,
            uint8 valueDecimals,
            string memory tag1,
            string memory tag2,
            bool isRevoked
        )
    {
        Feedback storage feedback = _feedback(agentId, clientAddress, feedbackIndex);
        return
            (
                feedback.value,
                feedback.valueDecimals,
                feedback.tag1,
                feedback.tag2,
                feedback.isRevoked
            );
    }

    /// @inheritdoc IReputation
    function getResponseCount(
        uint256 agentId,
        address clientAddress,
        uint64 feedbackIndex,
        address[] calldata responders
    ) external view returns (uint64 count) {
        address[] memory clients = _storage().clients[agentId];
        for (uint256 place = 0; place < clients.length; ++place) {
            if (clientAddress != address(0) && clientAddress != clients[place]) continue;
            uint64 last = _storage().lastIndex[agentId][clients[place]];
            for (uint64 index = 1; index <= last; ++index) {
                if (feedbackIndex != 0 && feedbackIndex != index) continue;
                count += _responses(_storage().feedback[agentId][clients[place]][index], responders);
            }
        }
    }

    /// @inheritdoc IReputation
    function getClients(uint256 agentId) external view returns (address[] memory) {
        return _storage().clients[agentId];
    }

    /// @inheritdoc IReputation
    function getLastIndex(uint256 agentId, address clientAddress) external view returns (uint64) {
        return _storage().lastIndex[agentId][clientAddress];
    }

    /// @inheritdoc IReputation
    function giveFeedback(
        uint256 agentId,
        int128 value,
        uint8 valueDecimals,
        string memory tag1,
        string memory tag2,
        string memory endpoint,
        string memory feedbackURI,
        bytes32 feedbackHash
    ) public {
        if (_agents().isAuthorizedOrOwner(msg.sender, agentId)) {
            revert SelfFeedback(agentId, msg.sender);
        }
        if (valueDecimals > DECIMALS_MAX) revert TooManyDecimals(valueDecimals);
        if (SignedMath.abs(value) > VALUE_MAX) revert ValueTooLarge(value);
        _record(
            agentId, Entry(value, valueDecimals, tag1, tag2, endpoint, feedbackURI, feedbackHash)
        );
    }

    /// @inheritdoc IReputation
    function readAllFeedback(
        uint256 agentId,
        address[] memory clientAddresses,
        string memory tag1,
        string memory tag2,
        bool includeRevoked
    )
        public
        view
        returns (
            address[] memory,
            uint64[] memory,
            int128[] memory,
            uint8[] memory,
            string[] memory,
            string[] memory,
            bool[] memory
        )
    {
        Query memory query = _query(agentId, clientAddresses, tag1, tag2);
        query.includeRevoked = includeRevoked;
        if (clientAddresses.length == 0) query.clients = _storage().clients[agentId];
        Columns memory found = _read(query);
        return (
            found.clients,
            found.indexes,
            found.values,
            found.valueDecimals,
            found.tag1s,
            found.tag2s,
            found.revoked
        );
    }

    /// @dev The first feedback of a client puts it among the clients.
    function _record(uint256 agentId, Entry memory entry) private {
        uint64 index = ++_storage().lastIndex[agentId][msg.sender];
        if (index == 1) _storage().clients[agentId].push(msg.sender);
        Feedback storage feedback = _storage().feedback[agentId][msg.sender][index];
        (feedback.value, feedback.valueDecimals) = (entry.value, entry.valueDecimals);
        (feedback.tag1, feedback.tag2) = (entry.tag1, entry.tag2);
        emit NewFeedback(
            agentId,
            msg.sender,
            index,
            entry.value,
            entry.valueDecimals,
            entry.tag1,
            entry.tag1,
            entry.tag2,
            entry.endpoint,
            entry.feedbackURI,
            entry.feedbackHash
        );
    }

    function _feedback(uint256 agentId, address client, uint64 index)
        private
        view
        returns (Feedback storage)
    {
        if (index == 0 || index > _storage().lastIndex[agentId][client]) {
            revert FeedbackUnknown(agentId, client, index);
        }
        return _storage().feedback[agentId][client][index];
    }

    function _query(
        uint256 agentId,
        address[] memory clients,
        string memory tag1,
        string memory tag2
    ) private pure returns (Query memory) {
        return Query(agentId, clients, keccak256(bytes(tag1)), keccak256(bytes(tag2)), false);
    }

    function _read(Query memory query) private view returns (Columns memory found) {
        uint256 count = _walk(query, found);
        found = Columns({
            clients: new address[](count),
            indexes: new uint64[](count),
            values: new int128[](count),
            valueDecimals: new uint8[](count),
            tag1s: new string[](count),
            tag2s: new string[](count),
            revoked: new bool[](count)
        });
        _walk(query, found);
    }

    /// @dev Counts what matches, and writes it to `found` when that has room.
    function _walk(Query memory query, Columns memory found) private view returns (uint256 count) {
        for (uint256 place = 0; place < query.clients.length; ++place) {
            address client = query.clients[place];
            uint64 last = _storage().lastIndex[query.agentId][client];
            for (uint64 index = 1; index <= last; ++index) {
                Feedback storage feedback = _storage().feedback[query.agentId][client][index];
                if (!_matches(feedback, query)) continue;
                if (count < found.clients.length) {
                    (found.clients[count], found.indexes[count]) = (client, index);
                    _write(found, count, feedback);
                }
                ++count;
            }
        }
    }

    function _write(Columns memory found, uint256 place, Feedback storage feedback) private view {
        found.values[place] = feedback.value;
        found.valueDecimals[place] = feedback.valueDecimals;
        found.tag1s[place] = feedback.tag1;
        found.tag2s[place] = feedback.tag2;
        found.revoked[place] = feedback.isRevoked;
    }

    function _matches(Feedback storage feedback, Query memory query) private view returns (bool) {
        if (feedback.isRevoked && !query.includeRevoked) return false;
        if (query.tag1 != ANY && query.tag1 != keccak256(bytes(feedback.tag1))) return false;
        return query.tag2 == ANY || query.tag2 == keccak256(bytes(feedback.tag2));
    }

    /// @dev Sums with 18 decimals: 2^64 values of 10^38 · 10^18 fit 256 bits. An average too large for
    /// the decimals chosen loses decimals, not its size.
    function _average(Columns memory found) private pure returns (int128, uint8 decimals) {
        uint256[DECIMALS_MAX + 1] memory uses;
        int256 sum = 0;
        for (uint256 place = 0; place < found.values.length; ++place) {
            uint8 own = found.valueDecimals[place];
            ++uses[own];
            sum += found.values[place] * int256(10 ** (DECIMALS_MAX - own));
        }
        for (uint8 other = 1; other <= DECIMALS_MAX; ++other) {
            if (uses[other] > uses[decimals]) decimals = other;
        }
        int256 average = sum / int256(found.values.length * 10 ** (DECIMALS_MAX - decimals));
        while (SignedMath.abs(average) > VALUE_MAX) {
            average /= 10;
            --decimals;
        }
        return (average.toInt128(), decimals);
    }

    function _responses(Feedback storage feedback, address[] calldata among)
        private
        view
        returns (uint64 count)
    {
        address[] memory responders = among;
        if (among.length == 0) responders = feedback.responders;
        for (uint256 place = 0; place < responders.length; ++place) {
            count += feedback.responses[responders[place]];
        }
    }

    function _storage() private pure returns (ReputationStorage storage $) {
        bytes32 location = LOCATION;
        assembly ("memory-safe") {
            $.slot := location
        }
    }
}
