//! Files as records.
//!
//! | ending | record | question | answer |
//! |---|---|---|---|
//! | `.jsonl`, `.ndjson` | an object per line | `question` or `prompt`, `instruction`, `title` | `answer` or `completion`, `response`, `output`, `text` |
//! | `.csv`, `.tsv`, `.parquet` | a row | the same columns | the same columns |
//! | `.md`, `.markdown` | a section with text | its heading | its text |
//! | `.txt` | a paragraph | the first line if it stands alone, else the file's name | the paragraph |
//!
//! Further columns are `variants` (a list; in CSV separated by `|`), `source` and `licence` (or
//! `license`). What a record lacks of the last two comes from [`Defaults`].

mod columns;
mod csv;
mod jsonl;
mod markdown;
mod parquet;
mod plain;

use crate::error::{ReadError, ReadProblem};
use crate::options::Options;
use crate::record::Record;
use columns::Row;

/// A record and where it stood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParsedRecord {
    /// 1-based line at which it starts; for Parquet the 1-based row.
    pub line: u64,
    /// The record.
    pub record: Record,
}

/// What records are given that do not state it themselves.
#[derive(Debug, Clone, Default)]
pub struct Defaults {
    /// Licence, normally the Datanet's.
    pub licence: String,
    /// Source; the file's name when empty.
    pub source: String,
}

#[derive(Debug, Clone, Copy)]
enum Format {
    Jsonl,
    Csv { delimiter: u8 },
    Parquet,
    Markdown,
    Plain,
}

impl Format {
    fn of(file: &str) -> Option<Self> {
        let (_, ending) = file.rsplit_once('.')?;
        match ending.to_ascii_lowercase().as_str() {
            "jsonl" | "ndjson" => Some(Self::Jsonl),
            "csv" => Some(Self::Csv { delimiter: b',' }),
            "tsv" => Some(Self::Csv { delimiter: b'\t' }),
            "parquet" => Some(Self::Parquet),
            "md" | "markdown" => Some(Self::Markdown),
            "txt" => Some(Self::Plain),
            _ => None,
        }
    }
}

/// Whether `file` has an ending that [`read`] knows, for choosing the files of a folder.
pub fn is_readable(file: &str) -> bool {
    Format::of(file).is_some()
}

/// The records of a file in its order; `file` is its name, whose ending tells the format.
///
/// # Errors
/// The first [`ReadError`], which names the line.
pub fn read(
    file: &str,
    bytes: &[u8],
    defaults: &Defaults,
    options: &Options,
) -> Result<Vec<ParsedRecord>, ReadError> {
    let at = |line, problem| ReadError { file: file.to_owned(), line, problem };
    let format = Format::of(file).ok_or_else(|| at(0, ReadProblem::UnknownFormat))?;
    if bytes.len() > options.file_bytes_max {
        let problem = ReadProblem::FileTooLarge { bytes: bytes.len(), max: options.file_bytes_max };
        return Err(at(0, problem));
    }
    let mut rows = Rows { rows: Vec::new(), max: options.records_max };
    let read = match format {
        Format::Parquet => parquet::read(bytes, &mut rows),
        Format::Jsonl => text(bytes).and_then(|text| jsonl::read(text, &mut rows)),
        Format::Csv { delimiter } => {
            text(bytes).and_then(|text| csv::read(text, delimiter, &mut rows))
        }
        Format::Markdown => text(bytes).and_then(|text| markdown::read(text, &mut rows)),
        Format::Plain => text(bytes).and_then(|text| plain::read(text, stem(file), &mut rows)),
    };
    read.map_err(|(line, problem)| at(line, problem))?;
    if rows.rows.is_empty() {
        return Err(at(0, ReadProblem::NoRecord));
    }
    let parsed =
        |(line, row): (u64, Row)| ParsedRecord { line, record: row.record(file, defaults) };
    Ok(rows.rows.into_iter().map(parsed).collect())
}

/// A problem and its line.
type Located = (u64, ReadProblem);

/// The rows read so far.
struct Rows {
    rows: Vec<(u64, Row)>,
    max: usize,
}

impl Rows {
    fn push(&mut self, line: u64, row: Row) -> Result<(), Located> {
        if self.rows.len() == self.max {
            return Err((line, ReadProblem::TooManyRecords { max: self.max }));
        }
        row.check().map_err(|problem| (line, problem))?;
        self.rows.push((line, row));
        Ok(())
    }
}

/// The bytes as text without a byte order mark.
fn text(bytes: &[u8]) -> Result<&str, Located> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let (line, byte) = locate(bytes, error.valid_up_to());
        (line, ReadProblem::Utf8 { byte })
    })?;
    match bytes.iter().position(|byte| *byte == 0) {
        None => Ok(text),
        Some(position) => Err((locate(bytes, position).0, ReadProblem::Nul)),
    }
}

/// 1-based line of a position, and the 0-based byte in that line.
fn locate(bytes: &[u8], position: usize) -> (u64, usize) {
    let before = &bytes[..position];
    let lines = before.split(|byte| *byte == b'\n');
    let last = lines.clone().next_back().map_or(0, <[u8]>::len);
    (lines.count() as u64, last)
}

/// The file's name without folders and ending, as words.
fn stem(file: &str) -> String {
    let name = file.rsplit(['/', '\\']).next().unwrap_or(file);
    let name = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    name.replace(['-', '_'], " ")
}

/// Each line with its 1-based number.
fn lines(text: &str) -> impl Iterator<Item = (u64, &str)> {
    (1..).zip(text.lines())
}
