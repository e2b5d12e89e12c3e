//! Step 5, attribute.

use alloy_sol_types::sol;

sol! {
    /// One record's part in one answer.
    #[derive(Debug, PartialEq, Eq)]
    struct RecordShare {
        /// 0-based leaf in the influence index (and in the snapshot).
        uint32 row;
        /// The record.
        bytes32 record;
        /// Who is paid for it.
        address contributor;
        /// Integer influence score: dot product of the index row and the query.
        int64 score;
        /// Tokens of the answer that stand verbatim in the record and are credited to it; each token
        /// of the answer is credited once.
        uint32 spanTokens;
        /// Bit set of evidence classes, see [`Evidence`].
        uint8 evidence;
        /// Why the share is zero, see [`ZeroReason`]; `0` when it is paid.
        uint8 reason;
        /// Share of the answer, in parts per million.
        uint32 sharePpm;
    }

    /// The records that shaped one answer, each with its share; signed by the host.
    #[derive(Debug, PartialEq, Eq)]
    struct AttributionReceipt {
        /// The answer.
        bytes32 completion;
        /// The adapter that gave it.
        bytes32 adapter;
        /// Merkle root of the influence index that the scores were computed from.
        bytes32 influenceRoot;
        /// Version of the rule that turned scores into shares.
        string rule;
        /// The answer's quantised gradient, one signed byte per dimension of the index.
        bytes query;
        /// Log-probability gained over the base model, in micronats per token; negative when lost.
        int64 liftMicronats;
        /// Records with a share, and the best of those without, by falling share, then row.
        RecordShare[] shares;
        /// What no record is credited for, in parts per million; with the shares it sums to 1,000,000.
        uint32 unattributedPpm;
    }
}

/// What kind of evidence ties a record to an answer; a bit set in [`RecordShare::evidence`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Evidence {
    /// The record stood in the prompt's context.
    Cited = 1,
    /// Part of the answer stands verbatim in the record.
    Verbatim = 2,
    /// Training on the record moved the model towards the answer.
    Influence = 4,
    /// The record belongs to the training set, nothing more is known.
    Lineage = 8,
}

impl Evidence {
    /// All classes, strongest first.
    pub const ALL: [Self; 4] = [Self::Cited, Self::Verbatim, Self::Influence, Self::Lineage];

    /// The word shown to people and used in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Cited => "cited",
            Self::Verbatim => "verbatim",
            Self::Influence => "influence",
            Self::Lineage => "lineage",
        }
    }

    /// The classes in a bit set.
    pub fn in_set(set: u8) -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(move |class| set & *class as u8 != 0)
    }
}

/// Why a record gets nothing for an answer; the code in [`RecordShare::reason`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum ZeroReason {
    /// It is paid.
    Paid = 0,
    /// Its score does not stand out from unrelated answers.
    NotSignificant = 1,
    /// It pushed the model away from the answer; shown, never charged.
    Negative = 2,
    /// It is a near-copy; the earliest of its cluster is paid.
    Copy = 3,
    /// It is outside the smallest set that holds 95 % of the positive mass.
    Tail = 4,
    /// The adapter did not make the answer more likely than the base model.
    NoLift = 5,
}

impl ZeroReason {
    /// All codes.
    pub const ALL: [Self; 6] =
        [Self::Paid, Self::NotSignificant, Self::Negative, Self::Copy, Self::Tail, Self::NoLift];

    /// The reason with this code.
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| *reason as u8 == code)
    }

    /// The word used in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Paid => "paid",
            Self::NotSignificant => "not_significant",
            Self::Negative => "negative",
            Self::Copy => "copy",
            Self::Tail => "tail",
            Self::NoLift => "no_lift",
        }
    }
}
