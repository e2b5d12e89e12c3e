//! What can go wrong while indexing, attributing and verifying.

use primitives::{Digest, MerkleError, SignatureError};

/// Why a span index could not be built or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SpanError {
    /// More tokens than a 32-bit suffix array addresses.
    #[error("{tokens} tokens are more than a span index holds")]
    TooLong {
        /// How many there are.
        tokens: usize,
    },
    /// A token number too large for the text's symbols.
    #[error("token {token} is too large")]
    Token {
        /// The token.
        token: u32,
    },
    /// The suffix sorter gave up (it ran out of memory).
    #[error("the suffixes could not be sorted")]
    Sort {
        /// What it said.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Bytes that are not a span index.
    #[error("the bytes are not a span index")]
    Malformed,
}

/// Why an influence index could not be built or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IndexError {
    /// There is nothing to index.
    #[error("there are no records to index")]
    Empty,
    /// No gradient points anywhere, so there is no basis.
    #[error("all gradients are zero")]
    NoSignal,
    /// Gradients of different lengths.
    #[error("gradient {position} has {found} dimensions, expected {expected}")]
    Dimensions {
        /// 0-based position among the gradients given; 0 for a query.
        position: usize,
        /// Dimensions of the basis, or of the first gradient.
        expected: usize,
        /// Dimensions of this one.
        found: usize,
    },
    /// A gradient holds a NaN or an infinity.
    #[error("gradient {position} is not finite")]
    NotFinite {
        /// 0-based position among the gradients given; 0 for a query.
        position: usize,
    },
    /// A reference query names a row that does not exist.
    #[error("a reference query belongs to row {row}, but there are {rows} rows")]
    ReferenceRow {
        /// The row named.
        row: u32,
        /// Number of rows.
        rows: usize,
    },
    /// More rows than a Merkle tree holds, or a leaf that is not there.
    #[error("the rows do not form a tree")]
    Tree {
        /// Why.
        #[source]
        source: MerkleError,
    },
    /// Bytes that are not an influence index or a basis.
    #[error("the bytes are not {expected}")]
    Malformed {
        /// What they should have been.
        expected: &'static str,
    },
}

/// Why an answer could not be attributed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AttributionError {
    /// The gradient does not fit the basis.
    #[error("the answer's gradient cannot be used")]
    Query {
        /// Why.
        #[source]
        source: IndexError,
    },
    /// The basis is not the one that the index was built with.
    #[error("the basis {found} is not the index's basis {expected}")]
    Basis {
        /// The digest that the index names.
        expected: Digest,
        /// The digest of the basis given.
        found: Digest,
    },
    /// Span index and influence index are about different snapshots.
    #[error("the span index has {spans} records, the influence index {rows}")]
    Rows {
        /// Records in the span index.
        spans: usize,
        /// Rows of the influence index.
        rows: usize,
    },
    /// A cited row that does not exist.
    #[error("row {row} was cited, but there are {rows} rows")]
    Cited {
        /// The row named.
        row: u32,
        /// Number of rows.
        rows: usize,
    },
}

/// The first thing about an attribution receipt that is not true.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BrokenLink {
    /// The receipt names a rule that this version does not know.
    #[error("rule {rule:?} is unknown")]
    Rule {
        /// The name.
        rule: String,
    },
    /// The receipt, the completion and the adapter do not name each other.
    #[error("{field} is {claimed}, but the record has id {found}")]
    Chain {
        /// Which field breaks the chain.
        field: &'static str,
        /// What it says.
        claimed: Digest,
        /// What it should say.
        found: Digest,
    },
    /// The adapter promised another rule.
    #[error("the adapter is bound to rule {promised:?}, the receipt used {used:?}")]
    RuleOfAdapter {
        /// The adapter's rule.
        promised: String,
        /// The receipt's.
        used: String,
    },
    /// The published rows do not hash to the root.
    #[error("the index has root {found}, the receipt names {claimed}")]
    IndexRoot {
        /// What the receipt says.
        claimed: Digest,
        /// The root of the rows given.
        found: Digest,
    },
    /// The published rows form no tree, or a leaf is no row.
    #[error("the influence index cannot be read")]
    Index {
        /// Why.
        #[source]
        source: IndexError,
    },
    /// The published span index is not the one that the adapter names.
    #[error("the span index has digest {found}, the adapter names {claimed}")]
    SpanIndex {
        /// What the adapter says.
        claimed: Digest,
        /// The digest of the index given.
        found: Digest,
    },
    /// The answer given is not as long as the completion says.
    #[error("the answer has {found} tokens, the completion says {claimed}")]
    AnswerTokens {
        /// What the completion says.
        claimed: u32,
        /// Tokens given.
        found: usize,
    },
    /// The query has not one byte per dimension.
    #[error("the query has {found} dimensions, the index {expected}")]
    Query {
        /// Rank of the index.
        expected: usize,
        /// Length of the query.
        found: usize,
    },
    /// A listed row does not exist, is listed twice, or belongs to another record or contributor.
    #[error("row {row} is not what the receipt says")]
    Row {
        /// The row.
        row: u32,
    },
    /// A listed score is not the dot product of row and query.
    #[error("row {row} scores {found}, the receipt says {claimed}")]
    Score {
        /// The row.
        row: u32,
        /// What the receipt says.
        claimed: i64,
        /// What the index gives.
        found: i64,
    },
    /// A listed number of verbatim tokens is not what the span index gives.
    #[error("row {row} is credited with {found} verbatim tokens, the receipt says {claimed}")]
    Span {
        /// The row.
        row: u32,
        /// What the receipt says.
        claimed: u32,
        /// What the span index gives.
        found: u32,
    },
    /// Shares and the unattributed part are not the whole.
    #[error("shares and the unattributed part sum to {sum} parts per million")]
    Sum {
        /// Their sum.
        sum: u64,
    },
    /// A listed share is not what the rule gives.
    #[error("row {row} has a share of {found} ppm, the receipt says {claimed}")]
    Share {
        /// The row.
        row: u32,
        /// What the receipt says.
        claimed: u32,
        /// What the rule gives.
        found: u32,
    },
    /// The reason or the evidence classes of a listed row are not what the rule gives.
    #[error("row {row} has evidence {found:#06b} or a reason other than the receipt says")]
    Verdict {
        /// The row.
        row: u32,
        /// The evidence classes that hold.
        found: u8,
    },
    /// A record that should be listed is not.
    #[error("row {row} is missing from the receipt")]
    Omitted {
        /// The row.
        row: u32,
    },
    /// A record is listed that need not be, or at the wrong place.
    #[error("row {row} does not belong at place {place} of the receipt")]
    Order {
        /// The row.
        row: u32,
        /// 0-based place in the list.
        place: usize,
    },
    /// The Merkle proof of a row leads elsewhere.
    #[error("the proof of row {row} fails")]
    Proof {
        /// The row.
        row: u32,
        /// Why.
        #[source]
        source: MerkleError,
    },
    /// The host did not sign the receipt for this chain.
    #[error("the signature does not hold")]
    Signature {
        /// Why.
        #[source]
        source: SignatureError,
    },
}
