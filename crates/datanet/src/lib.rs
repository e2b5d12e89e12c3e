//! Datanets: admits, checks, de-duplicates and versions contributions.
//!
//! **Takes** files with their signed [`primitives::Contribution`], **gives** a verdict per record
//! and, on demand, a frozen [`primitives::Snapshot`].
//!
//! **Guarantees.**
//! - A contribution is taken as a whole with all its verdicts, or not at all; the same contribution
//!   again gets the same verdicts and changes nothing.
//! - Every rejected record has a line and a reason; a copy's reason names the original.
//! - Same contributions in the same order, same Datanet, on every machine: no clock, no float.
//!
//! **Sources.** SPDX licence expressions; Robertson and Zaragoza (BM25, 2009); Broder (shingles and
//! `MinHash`, 1997); Solidity ABI encoding; EIP-712.
//!
//! **Not here.** Who may contribute, what a record earns, and anything over a network.

mod error;
mod options;

mod datanet;
mod licence;
mod record;

mod reader;

mod search;
mod similar;
mod words;

mod admission;
mod contribution;
mod snapshot;

mod datanets;

pub use admission::{Admission, Admitted, Outcome, Rejection, Verdict, clusters};
pub use contribution::{describe, verify};
pub use datanet::Datanet;
pub use datanets::{ContributionView, DatanetView, Datanets, Found, RecordView};
pub use error::{DatanetError, ReadError, ReadProblem};
pub use licence::{Licence, LicenceError};
pub use options::Options;
pub use reader::{Defaults, ParsedRecord, is_readable, read};
pub use record::{Field, Record};
pub use search::{Hit, RecordSearch};
pub use snapshot::{Frozen, Manifest, ManifestEntry, Origin, freeze};
pub use words::{Shape, Word, words};
