//! One-step fraud proofs.

use alloy_sol_types::sol;

sol! {
    #[derive(Debug, PartialEq, Eq)]
    interface IDisputes {
        struct Line {
            address account;
            uint8 role;
            uint128 amountWei;
        }

        struct Answer {
            bytes32 completion;
            bytes32 receipt;
            bytes signature;
            uint128 feeWei;
            uint32 splitVersion;
            Line[] lines;
        }

        struct AnswerProof {
            uint64 period;
            uint256 index;
            bytes32[] siblings;
            Answer answer;
        }

        struct RowProof {
            uint32 row;
            bytes leaf;
            bytes32[] siblings;
        }

        struct Share {
            uint32 row;
            bytes32 record;
            address contributor;
            int64 score;
            uint32 spanTokens;
            uint8 evidence;
            uint8 reason;
            uint32 sharePpm;
        }

        struct Receipt {
            bytes32 completion;
            bytes32 adapter;
            bytes32 influenceRoot;
            string rule;
            bytes query;
            int64 liftMicronats;
            Share[] shares;
            uint32 unattributedPpm;
        }

        struct Completion {
            bytes32 adapter;
            address payer;
            address host;
            bytes32 prompt;
            bytes32 answer;
            uint32 promptTokens;
            uint32 answerTokens;
            uint128 feeWei;
            uint64 timeS;
            uint64 nonce;
        }

        struct Demand {
            address by;
            uint96 bondWei;
            uint64 deadlineS;
        }

        error NothingWrong();
        error WrongAnswerProof(uint64 period, uint256 index);
        error OtherRecord(bytes32 expected, bytes32 found);
        error WrongRowProof(uint32 row);
        error OtherRow(uint32 expected, uint32 found);
        error NotListed(uint256 position);
        error MalformedLeaf(uint256 length);
        error WrongHeader(bytes32 expected, bytes32 found);
        error RowListed(uint32 row);
        error SameAnswer(uint64 period, uint256 index);
        error AlreadyDemanded(uint64 period, uint256 index);
        error NotDemanded(uint64 period, uint256 index);
        error TooLate(uint64 latestS);
        error TooEarly(uint64 earliestS);

        function PAYOUTS() external view returns (address);
        function ADAPTERS() external view returns (address);
        function PARAMETERS() external view returns (address);
        function TREASURY() external view returns (address);
        function ATTESTATIONS() external view returns (address);
        function proveScore(
            AnswerProof proof, Receipt receipt, uint256 shareAt, RowProof row
        ) external;
        function proveOmission(AnswerProof proof, Receipt receipt, RowProof row) external;
        function proveOrder(
            AnswerProof proof, Receipt receipt, uint256 first, uint256 second
        ) external;
        function proveRow(
            AnswerProof proof, Receipt receipt, uint256 shareAt, RowProof row, bytes header
        ) external;
        function proveSplit(
            AnswerProof proof, Completion completion, Receipt receipt
        ) external;
        function proveSignature(
            AnswerProof proof, Completion completion, Receipt receipt
        ) external;
        function proveNonce(
            AnswerProof first, Completion firstCompletion,
            AnswerProof second, Completion secondCompletion
        ) external;
        function proveIndex(AnswerProof proof, Receipt receipt) external;
        function demand(uint64 period, uint256 index) external payable;
        function reveal(AnswerProof proof, Completion completion, Receipt receipt) external;
        function revealAbsent(
            uint64 period, uint256 index, bytes32[] siblings, uint256 witness, bytes32 dataHash
        ) external;
        function expire(bytes32 payoutId, uint64 period, uint256 index) external;
        function withdraw(address account) external;
        function isFraud(bytes32 payoutId) external view returns (bool);
        function demanded(bytes32 payoutId, uint256 index) external view returns (Demand);
        function withdrawableWei(address account) external view returns (uint128);
    }
}
