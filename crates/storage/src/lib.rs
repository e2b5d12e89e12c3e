//! Bytes on disk: content-addressed blobs, typed tables and the accounts' keys.
//!
//! **Takes** bytes and ABI values, **gives** them back after any crash. The only crate that writes
//! files (the chain's own database inside `ledger` excepted).
//!
//! **Guarantees.**
//! - What a call has returned `Ok` for is on disk: files and folders are synced before.
//! - A write transaction over any number of tables happens as a whole or not at all.
//! - A blob's address is the keccak-256 of its bytes; bytes that do not match are never returned.
//! - After the first failed write nothing more is written until the store is opened again, because
//!   after a failed sync nobody knows what the disk holds.
//! - One process at a time uses a data directory.
//!
//! **Sources.** redb's documentation (copy-on-write B-trees, one durable sync per commit); for why a
//! failed sync must stop the writer: Rebello et al., *Can Applications Recover from fsync Failures?*
//! (USENIX ATC 2020).
//!
//! **Not here.** What the bytes mean, and when to write them.

mod error;

mod blob;
mod disk;
mod key;
mod key_store;
mod memory;
mod store;
mod table;

pub use blob::Blobs;
pub use error::StorageError;
pub use key::{FixedKey, TableKey};
pub use key_store::KeyStore;
pub use memory::{Fault, MemoryDisk};
pub use store::Store;
pub use table::{Reader, Table, TableValue, Tables, Writer};
