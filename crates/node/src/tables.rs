//! What the node itself keeps in the store, beside what the steps keep.

use alloy_sol_types::sol;
use primitives::B256;
use storage::Table;

sol! {
    /// Money held for an answer that is being written.
    #[derive(Debug)]
    struct StoredReservation {
        /// Who pays.
        address payer;
        /// The most that the answer may cost.
        uint128 amountWei;
        /// Unix time in seconds.
        uint64 timeS;
    }

    /// One answer with everything that belongs to it.
    #[derive(Debug)]
    struct StoredAnswer {
        /// ABI encoding of the `Completion`.
        bytes completion;
        /// ABI encoding of the `AttributionReceipt`.
        bytes receipt;
        /// The host's signature over the receipt.
        bytes signature;
        /// Salt of the commitments to prompt and answer.
        bytes32 salt;
        /// The model that answered.
        string model;
        /// The adapter's Datanet; empty for the base model.
        string datanet;
        /// The last thing that the caller said.
        string question;
        /// The rendered prompt.
        string prompt;
        /// The answer.
        string answer;
        /// The answer's tokens.
        uint32[] tokens;
        /// Why the answer ended.
        string finish;
        /// Who gets how much of the fee.
        StoredLine[] lines;
        /// Number of the split in force.
        uint32 splitVersion;
        /// Its parts: contributors, owner, host, validators, treasury, burn, in parts per million
        /// of the fee.
        uint32[] parts;
        /// Whether the payer pays by a channel's voucher instead of an authorization.
        bool isPrepaid;
        /// JSON of the attribution as the caller saw it, in full.
        string page;
    }

    /// One line of a split.
    #[derive(Debug)]
    struct StoredLine {
        /// Who is paid.
        address account;
        /// The role's name.
        string role;
        /// The record, or zero.
        bytes32 record;
        /// Share in parts per million.
        uint32 sharePpm;
        /// How much.
        uint128 amountWei;
    }

    /// A finished adapter.
    #[derive(Debug)]
    struct StoredAdapter {
        /// ABI encoding of the `Adapter`.
        bytes record;
        /// Its name when it was trained.
        string name;
        /// Its Datanet.
        string datanet;
        /// Digest of `adapter_config.json`.
        bytes32 config;
        /// Digest of the encoded influence index.
        bytes32 influenceIndex;
        /// Digest of the encoded basis of the influence index.
        bytes32 basis;
        /// Digest of the encoded span index.
        bytes32 spanIndex;
        /// Number of trained parameters.
        uint64 parameters;
        /// Rank of its matrices.
        uint32 rank;
        /// Last training loss in millionths of a nat; negative when unknown.
        int64 trainLossMicronats;
        /// Last evaluation loss in millionths of a nat; negative when unknown.
        int64 evalLossMicronats;
        /// Records in the index.
        uint32 records;
        /// The transaction that anchored it; zero while it is on its way.
        bytes32 transaction;
    }

    /// An account whose key is elsewhere.
    #[derive(Debug)]
    struct StoredName {
        /// Its address.
        address account;
    }

    /// A training run.
    #[derive(Debug)]
    struct StoredJob {
        /// JSON of the job as it is shown.
        string shown;
        /// The preset's name.
        string preset;
        /// JSON of the changed options.
        string options;
        /// Digest of the newest checkpoint; zero before the first.
        bytes32 checkpoint;
        /// Whether somebody asked to stop it.
        bool isCancelled;
    }

    /// A signed transaction that may not be in a block yet.
    #[derive(Debug)]
    struct StoredTransaction {
        /// Its hash.
        bytes32 hash;
        /// Its EIP-2718 encoding.
        bytes raw;
        /// What it is for, for the log.
        string purpose;
    }

    /// A closed period.
    #[derive(Debug)]
    struct StoredPeriod {
        /// ABI encoding of the `Payout`.
        bytes payout;
        /// The list of everybody's cumulative amounts.
        bytes balances;
        /// First answer that it pays.
        uint64 first;
        /// One past the last answer that it pays.
        uint64 end;
        /// How many answers it pays; the others between the two have a [`StoredVerdict`].
        uint64 answers;
        /// Digest of the blob with the published data.
        bytes32 data;
        /// When it can be claimed, Unix time in seconds; zero while it is on its way.
        uint64 activatesS;
        /// The transaction that posted it; zero while it is on its way.
        bytes32 transaction;
        /// Whether its bond is back.
        bool isReleased;
    }

    /// Why nobody earns from an answer.
    #[derive(Debug)]
    struct StoredVerdict {
        /// In words.
        string why;
        /// What its caller was to pay.
        uint128 feeWei;
        /// Unix time in seconds.
        uint64 timeS;
    }

    /// A prepaid channel.
    #[derive(Debug)]
    struct StoredChannel {
        /// The newest voucher with its signature.
        bytes voucher;
        /// What was redeemed or is being redeemed, in wei.
        uint128 redeemedWei;
        /// Whether the voucher was sent to the chain, where everybody can read it.
        bool isPublic;
        /// Whether new answers are refused.
        bool isClosed;
    }

    /// What a proposal says.
    #[derive(Debug)]
    struct StoredProposal {
        /// Its id.
        bytes32 id;
        /// Who proposed it.
        address proposer;
        /// Why.
        string description;
        /// What it would do, in words.
        string[] calls;
        /// Unix time in seconds.
        uint64 timeS;
    }

    /// Stake on its way out.
    #[derive(Debug)]
    struct StoredTicket {
        /// Whose.
        address owner;
        /// From which validator.
        address validator;
        /// What was unbonded, in wei.
        uint128 amountWei;
    }

    /// The reply to a request that came with an idempotency key.
    #[derive(Debug)]
    struct StoredReply {
        /// Its JSON.
        string reply;
    }

    /// A paid claim.
    #[derive(Debug)]
    struct StoredClaim {
        /// ABI encoding of the `Claim`.
        bytes claim;
    }

    /// A snapshot's anchor.
    #[derive(Debug)]
    struct StoredAnchor {
        /// The transaction that wrote it on the chain.
        bytes32 transaction;
    }
}

/// Numbers of the node itself, by name.
pub(crate) const META: Table<String, u64> = Table::new("node.meta");
/// Money held for answers being written, by the answer's serial number.
pub(crate) const RESERVATIONS: Table<u64, StoredReservation> = Table::new("node.reservations");
/// Answers in order.
pub(crate) const ANSWERS: Table<u64, StoredAnswer> = Table::new("node.answers");
/// Where an answer is, by the id of its completion or attribution receipt.
pub(crate) const ANSWER_BY_ID: Table<B256, u64> = Table::new("node.answer_by_id");
/// Where an answer is, by payer and idempotency key.
pub(crate) const ANSWER_BY_KEY: Table<B256, u64> = Table::new("node.answer_by_key");
/// Adapters by the id of their record.
pub(crate) const ADAPTERS: Table<B256, StoredAdapter> = Table::new("node.adapters");
/// The adapter that each name stands for now.
pub(crate) const NAMES: Table<String, B256> = Table::new("node.adapter_names");
/// Accounts whose keys are elsewhere, by the name to show.
pub(crate) const EXTERNAL: Table<String, StoredName> = Table::new("node.external_accounts");
/// Training runs in order.
pub(crate) const JOBS: Table<u64, StoredJob> = Table::new("node.jobs");
/// Signed transactions that may not be in a block yet, in order.
pub(crate) const OUTBOX: Table<u64, StoredTransaction> = Table::new("node.outbox");
/// Answers that nobody earns from, by number.
pub(crate) const VERDICTS: Table<u64, StoredVerdict> = Table::new("node.verdicts");
/// Prepaid channels by payer, left-padded.
pub(crate) const CHANNELS: Table<B256, StoredChannel> = Table::new("node.channels");
/// Replies to actions by digest of account and idempotency key.
pub(crate) const ACTIONS: Table<B256, StoredReply> = Table::new("node.actions");
/// Proposals made through this node, in order.
pub(crate) const PROPOSALS: Table<u64, StoredProposal> = Table::new("node.proposals");
/// Stake on its way out, by ticket.
pub(crate) const TICKETS: Table<u64, StoredTicket> = Table::new("node.tickets");
/// Periods that were disabled, in order.
pub(crate) const DISABLED: Table<u64, StoredPeriod> = Table::new("node.disabled_periods");
/// Closed periods by number.
pub(crate) const PERIODS: Table<u64, StoredPeriod> = Table::new("node.periods");
/// Claims in order.
pub(crate) const CLAIMS: Table<u64, StoredClaim> = Table::new("node.claims");
/// Anchors by the id of the snapshot.
pub(crate) const ANCHORS: Table<B256, StoredAnchor> = Table::new("node.anchors");
