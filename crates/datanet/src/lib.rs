//! Datanets: admits, checks, de-duplicates and versions contributions.

mod search;
mod words;

pub use search::{Hit, RecordSearch};
pub use words::{Word, words};
