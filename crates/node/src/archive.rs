//! A chain on the disk without a node: importing, verifying, exporting.
//!
//! The chain is the one that a node or [`ChainServer`](crate::ChainServer) would open in the same
//! folder; neither may run meanwhile.

use std::fs::File;
use std::io::{BufReader, BufWriter, Write as _};
use std::path::{Path, PathBuf};

use ledger::{Chain, Exported, Genesis, Imported, OpenError, Verified, VerifyError};
use serde::Serialize;

use crate::chain_server::CHAIN_FILE;

/// Why a chain could not be imported, verified or exported.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ArchiveError {
    /// A file cannot be read or written.
    #[error("cannot use {}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The file is no genesis.
    #[error("{} is no genesis.json", path.display())]
    Genesis {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: ledger::GenesisError,
    },
    /// The chain cannot be opened.
    #[error("the chain in {} cannot be opened", data.display())]
    Open {
        /// Its folder.
        data: PathBuf,
        /// Why.
        #[source]
        source: OpenError,
    },
    /// The blocks cannot be imported.
    #[error("cannot import {}", path.display())]
    Import {
        /// The file.
        path: PathBuf,
        /// Why, and how far it came.
        #[source]
        source: ledger::ImportError,
    },
    /// The chain is not what its genesis and its transactions make.
    #[error("the chain in {} does not verify", data.display())]
    Verify {
        /// Its folder.
        data: PathBuf,
        /// The first difference.
        #[source]
        source: Box<VerifyError>,
    },
    /// The blocks cannot be exported.
    #[error("cannot export to {}", path.display())]
    Export {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: ledger::ExportError,
    },
}

impl ArchiveError {
    /// Stable name.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::File { .. } => "file",
            Self::Genesis { .. } => "genesis",
            Self::Open { source: OpenError::InUse, .. } => "in_use",
            Self::Open { source: OpenError::OtherGenesis { .. }, .. } => "other_genesis",
            Self::Open { source: OpenError::Missing { .. }, .. } => "no_chain",
            Self::Open { .. } => "open",
            Self::Import { .. } => "invalid_chain",
            Self::Verify { .. } => "not_verified",
            Self::Export { .. } => "export",
        }
    }

    /// The next step.
    pub const fn hint(&self) -> &'static str {
        match self {
            Self::File { .. } => "check the path and its permissions",
            Self::Genesis { .. } => "it must be in geth's format; the message names the field",
            Self::Open { source: OpenError::InUse, .. } => {
                "stop the node that uses this folder, or choose another with --data DIR"
            }
            Self::Open { source: OpenError::OtherGenesis { .. }, .. } => {
                "the folder holds another chain; choose an empty one with --data DIR"
            }
            Self::Open { source: OpenError::Missing { .. }, .. } => {
                "import one: openledger chain import GENESIS.json CHAIN.rlp --data DIR"
            }
            Self::Open { .. } | Self::Verify { .. } => {
                "restore the folder from a copy, or import the chain anew"
            }
            Self::Import { .. } => {
                "what came before stays; mend the file and import it again, known blocks are skipped"
            }
            Self::Export { .. } => "the message says which blocks there are, or what the disk says",
        }
    }
}

/// What an import did.
#[derive(Debug, Clone, Serialize)]
pub struct ImportReport {
    /// Blocks that were not there before.
    pub new: u64,
    /// Blocks that were.
    pub known: u64,
    /// Transactions in the new blocks.
    pub transactions: u64,
    /// Gas that they used.
    pub gas: u64,
    /// Number of the last block.
    pub head: u64,
    /// Its hash.
    pub hash: String,
}

/// What a verification found.
#[derive(Debug, Clone, Serialize)]
pub struct VerifyReport {
    /// Number of the last block.
    pub head: u64,
    /// Its hash.
    pub hash: String,
    /// Entries of the database that were compared.
    pub entries: u64,
}

/// What an export wrote.
#[derive(Debug, Clone, Serialize)]
pub struct ExportReport {
    /// First block.
    pub first: u64,
    /// Last block.
    pub last: u64,
    /// Length of the file.
    pub bytes: u64,
}

/// Executes the blocks of the file `blocks` into the chain in `data`, which starts from `genesis`
/// when there is none. `progress` is told the bytes done and the bytes there are.
///
/// # Errors
/// [`ArchiveError`]; an invalid block leaves the chain at the one before it.
pub fn import(
    data: &Path,
    genesis: &Path,
    blocks: &Path,
    mut progress: impl FnMut(u64, u64),
) -> Result<ImportReport, ArchiveError> {
    let at = |path: &Path| {
        let path = path.to_owned();
        move |source| ArchiveError::File { path, source }
    };
    let json = std::fs::read(genesis).map_err(at(genesis))?;
    let parsed = Genesis::from_json(&json)
        .map_err(|source| ArchiveError::Genesis { path: genesis.to_owned(), source })?;
    let file = File::open(blocks).map_err(at(blocks))?;
    let length = file.metadata().map_err(at(blocks))?.len();
    std::fs::create_dir_all(data).map_err(at(data))?;
    let chain = Chain::open(&data.join(CHAIN_FILE), &parsed, ledger::Options::default());
    let chain = chain.map_err(opening(data))?;
    let told = |done: &Imported| progress(done.bytes, length);
    let done = chain
        .import(BufReader::new(file), told)
        .map_err(|source| ArchiveError::Import { path: blocks.to_owned(), source })?;
    let Imported { new, known, transactions, gas, head, head_hash, .. } = done;
    Ok(ImportReport { new, known, transactions, gas, head, hash: head_hash.to_string() })
}

/// Executes the chain in `data` again from its genesis, in memory, and compares everything.
/// `progress` is told the last block done and the last there is.
///
/// # Errors
/// [`ArchiveError::Verify`] with the first difference.
pub fn verify(
    data: &Path,
    mut progress: impl FnMut(u64, u64),
) -> Result<VerifyReport, ArchiveError> {
    let path = data.join(CHAIN_FILE);
    let told = |done: &Verified| progress(done.number, done.head);
    let done = Chain::verify(&path, ledger::Options::default(), told);
    let done = done.map_err(|source| match source {
        VerifyError::Open(source) => opening(data)(source),
        source => ArchiveError::Verify { data: data.to_owned(), source: Box::new(source) },
    })?;
    Ok(VerifyReport { head: done.head, hash: done.hash.to_string(), entries: done.entries })
}

/// Writes the RLP of the blocks `first` to `last` of the chain in `data` to the file at `path`,
/// which appears whole or not at all. `progress` is told the last block done and the last there is.
///
/// # Errors
/// [`ArchiveError`]; an existing file is as before then.
pub fn export(
    data: &Path,
    path: &Path,
    first: Option<u64>,
    last: Option<u64>,
    mut progress: impl FnMut(u64, u64),
) -> Result<ExportReport, ArchiveError> {
    let chain = Chain::open_stored(&data.join(CHAIN_FILE), ledger::Options::default());
    let chain = chain.map_err(opening(data))?;
    let partial = path.with_added_extension("part");
    let failed = |source| ArchiveError::File { path: path.to_owned(), source };
    let mut file = BufWriter::new(File::create(&partial).map_err(failed)?);
    let end = last.unwrap_or_else(|| chain.head().number);
    let told = |done: &Exported| progress(done.last, end);
    let written = chain.export(&mut file, first, last, told);
    let written = written
        .map_err(|source| ArchiveError::Export { path: path.to_owned(), source })
        .and_then(|done| {
            file.flush().map_err(failed)?;
            file.get_ref().sync_all().map_err(failed)?;
            std::fs::rename(&partial, path).map_err(failed)?;
            Ok(done)
        });
    if written.is_err() {
        // What failed is said already; the unfinished file is of no use.
        drop(std::fs::remove_file(&partial));
    }
    let Exported { first, last, bytes } = written?;
    Ok(ExportReport { first, last, bytes })
}

fn opening(data: &Path) -> impl FnOnce(OpenError) -> ArchiveError {
    let data = data.to_owned();
    move |source| ArchiveError::Open { data, source }
}
