//! What can go wrong with bytes on disk.

use std::io;

use primitives::Digest;

/// Why something could not be stored or read back.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StorageError {
    /// The operating system refused.
    #[error("could not {action} {path}")]
    Io {
        /// What was tried.
        action: &'static str,
        /// On what; relative to the data directory unless it is the directory itself.
        path: String,
        /// What the operating system said.
        #[source]
        source: io::Error,
    },
    /// Another process uses the data directory.
    #[error("{path} is in use by another process")]
    Locked {
        /// The data directory.
        path: String,
    },
    /// The data directory was written by another version of this program, or by another program.
    #[error("{path} has the storage format {found:?}, this program reads {expected:?}")]
    Format {
        /// The data directory.
        path: String,
        /// What its `FORMAT` file says.
        found: String,
        /// What it should say.
        expected: &'static str,
    },
    /// A write failed earlier, so nothing more is written until the store is opened again.
    #[error("an earlier write of {path} failed; open the store again")]
    Stopped {
        /// What could not be written.
        path: String,
    },
    /// No blob has this address.
    #[error("there is no blob {digest}")]
    NoSuchBlob {
        /// Its address.
        digest: Digest,
    },
    /// The blob's bytes changed on disk.
    #[error("blob {digest} is damaged: its bytes hash to {found}")]
    DamagedBlob {
        /// Its address.
        digest: Digest,
        /// What the bytes hash to now.
        found: Digest,
    },
    /// The database refused.
    #[error("could not {action} the tables")]
    Database {
        /// What was tried.
        action: &'static str,
        /// What the database said.
        #[source]
        source: Box<redb::Error>,
    },
    /// A key in a table is not of the table's key type.
    #[error("table {table} holds a key that is not one: {key}")]
    TableKey {
        /// Name of the table.
        table: &'static str,
        /// The key's bytes in hex.
        key: String,
    },
    /// A value in a table is not of the table's value type.
    #[error("table {table} holds under {key} something else than its value type")]
    TableValue {
        /// Name of the table.
        table: &'static str,
        /// The key's bytes in hex.
        key: String,
        /// What the decoder said.
        #[source]
        source: Box<alloy_sol_types::Error>,
    },
    /// A line of the key file is not `name key`.
    #[error("line {line} of {path} is not a name and a private key")]
    KeyFile {
        /// The key file.
        path: String,
        /// 1-based line.
        line: usize,
    },
    /// The name is not 1 to 64 lower-case letters, digits, `-`, `_` and `.`.
    #[error("{name:?} is not an account name: use 1 to 64 of a-z, 0-9, '-', '_' and '.'")]
    AccountName {
        /// What was given.
        name: String,
    },
    /// The name belongs to another key already; keys are never overwritten.
    #[error("the account {name:?} exists with another key")]
    AccountExists {
        /// Name of the account.
        name: String,
    },
}
