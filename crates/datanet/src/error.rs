//! What can go wrong with files, contributions and Datanets.

use primitives::{
    B256, ContributionId, DatanetId, Digest, MerkleError, SignatureError, SnapshotId,
};
use storage::StorageError;

use crate::licence::LicenceError;

/// Why a file cannot be read as records, and where.
#[derive(Debug, thiserror::Error)]
#[error("{file}, line {line}")]
pub struct ReadError {
    /// Name of the file.
    pub file: String,
    /// 1-based line; for Parquet the 1-based row; 0 for the file as a whole.
    pub line: u64,
    /// What is wrong there.
    #[source]
    pub problem: ReadProblem,
}

/// What is wrong with a file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadProblem {
    /// The name's ending is none that we read.
    #[error("unknown kind of file; known are .jsonl, .csv, .parquet, .md and .txt")]
    UnknownFormat,
    /// The file is too large.
    #[error("the file has {bytes} bytes, at most {max} are taken")]
    FileTooLarge {
        /// Its size.
        bytes: usize,
        /// The limit.
        max: usize,
    },
    /// The file holds no record.
    #[error("the file holds no record")]
    NoRecord,
    /// More records than one file may hold.
    #[error("more than {max} records; split the file")]
    TooManyRecords {
        /// The limit.
        max: usize,
    },
    /// Not UTF-8.
    #[error("byte {byte} of the line is not UTF-8 text; save the file as UTF-8")]
    Utf8 {
        /// 0-based position in the line.
        byte: usize,
    },
    /// A zero byte or character, which no text has.
    #[error("a NUL character; this is not text")]
    Nul,
    /// Not JSON.
    #[error("not a JSON object")]
    Json {
        /// What the parser said.
        #[source]
        source: serde_json::Error,
    },
    /// JSON nested deeper than any record is.
    #[error("JSON nested {depth} deep, at most {max} is taken")]
    TooDeep {
        /// How deep.
        depth: usize,
        /// The limit.
        max: usize,
    },
    /// Not CSV.
    #[error("not a row of CSV")]
    Csv {
        /// What the parser said.
        #[source]
        source: csv::Error,
    },
    /// Not Parquet.
    #[error("not a Parquet file that can be read")]
    Parquet {
        /// What the parser said.
        #[source]
        source: parquet::errors::ParquetError,
    },
    /// The Parquet file breaks its own format in a way that stops the parser.
    #[error("a damaged Parquet file")]
    DamagedParquet,
    /// A column that means nothing here.
    #[error(
        "unknown column {column:?}; known are question, answer, text, title, variants, source, licence"
    )]
    UnknownColumn {
        /// Its name.
        column: String,
    },
    /// Two columns for the same part of a record.
    #[error("column {column:?} gives {field} a second time")]
    RepeatedColumn {
        /// The second one.
        column: String,
        /// What both stand for.
        field: &'static str,
    },
    /// A part of a record is missing.
    #[error("{field} is missing")]
    MissingField {
        /// Which.
        field: &'static str,
    },
    /// A value of the wrong kind.
    #[error("{field} is {found}, expected {expected}")]
    FieldType {
        /// Which part of the record.
        field: &'static str,
        /// What it is.
        found: &'static str,
        /// What it should be.
        expected: &'static str,
    },
}

/// Why a contribution, a Datanet or a snapshot is refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DatanetError {
    /// The name is not a slug.
    #[error("{name:?} is not a Datanet name: use 3 to 48 of a-z, 0-9 and single '-' between them")]
    Name {
        /// What was given.
        name: String,
    },
    /// The description is too long.
    #[error("a description of {bytes} bytes, at most {max} are taken")]
    Description {
        /// Its length.
        bytes: usize,
        /// The limit.
        max: usize,
    },
    /// The Datanet's licence is refused.
    #[error("the licence is refused")]
    Licence {
        /// Why.
        #[source]
        source: LicenceError,
    },
    /// A Datanet of this name exists, with other particulars.
    #[error("the Datanet {name:?} exists")]
    Exists {
        /// Its name.
        name: String,
    },
    /// No Datanet has this name.
    #[error("there is no Datanet {name:?}")]
    NoSuchName {
        /// What was asked for.
        name: String,
    },
    /// No Datanet has this id.
    #[error("there is no Datanet with the id {datanet}")]
    NoSuchDatanet {
        /// What was asked for.
        datanet: DatanetId,
    },
    /// No contribution has this id.
    #[error("there is no contribution {contribution}")]
    NoSuchContribution {
        /// What was asked for.
        contribution: ContributionId,
    },
    /// No snapshot has this id.
    #[error("there is no snapshot {snapshot}")]
    NoSuchSnapshot {
        /// What was asked for.
        snapshot: SnapshotId,
    },
    /// There is nothing to freeze.
    #[error("the Datanet {name:?} has no record yet")]
    NoRecords {
        /// Its name.
        name: String,
    },
    /// The file cannot be read.
    #[error("the file cannot be read")]
    Read {
        /// Where and why.
        #[from]
        source: ReadError,
    },
    /// The file is not the one that was signed for.
    #[error("the file's bytes hash to {found}, the contribution is for {expected}")]
    WrongFile {
        /// Hash of the given bytes.
        found: Digest,
        /// Hash that was signed.
        expected: Digest,
    },
    /// The signed root or count is not that of the file's records.
    #[error(
        "the file's {found_records} records have the root {found}, signed were {expected_records} with {expected}"
    )]
    WrongRoot {
        /// Root over the file's records.
        found: B256,
        /// Their number.
        found_records: u32,
        /// Root that was signed.
        expected: B256,
        /// Number that was signed.
        expected_records: u32,
    },
    /// The contributor did not sign it.
    #[error("the signature is refused")]
    Signature {
        /// Why.
        #[from]
        source: SignatureError,
    },
    /// Too many records for a tree.
    #[error("the records do not fit a Merkle tree")]
    Merkle {
        /// Why.
        #[from]
        source: MerkleError,
    },
    /// A stored verdict is of no kind that this program knows.
    #[error("a stored verdict on contribution {contribution} is damaged")]
    Verdict {
        /// The contribution.
        contribution: ContributionId,
    },
    /// The manifest of a snapshot is not one.
    #[error("the manifest {digest} of a snapshot is damaged")]
    Manifest {
        /// Its blob.
        digest: Digest,
    },
    /// The disk or the database refused.
    #[error("storage failed")]
    Storage {
        /// Why.
        #[from]
        source: StorageError,
    },
}
