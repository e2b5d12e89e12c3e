//! One of the demo's Datanets, as it lies under `demo/`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use serde::Deserialize;

/// The demo's Datanets: name, licence, what it is about.
pub(crate) const FIELDS: [(&str, &str, &str); 3] = [
    ("rust-errors", "MIT OR Apache-2.0", "What the error codes of the Rust compiler mean"),
    ("python-stdlib", "PSF-2.0", "What the functions of the Python standard library do"),
    ("world-codes", "LicenseRef-public-domain", "Countries by ISO code and by time zone"),
];

/// A record as its file states it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub(crate) struct Statement {
    pub(crate) question: String,
    pub(crate) answer: String,
}

/// A question in a wording that no record has.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct HeldOut {
    pub(crate) question: String,
    pub(crate) answer: String,
    /// Line in `records.jsonl`, from 1, of the record that states the answer.
    record: usize,
}

/// Who contributes, in the order of submission.
#[derive(Debug, Deserialize)]
struct Contributor {
    name: String,
    role: String,
}

/// One Datanet of the demo.
#[derive(Debug)]
pub(crate) struct Datanet {
    pub(crate) name: &'static str,
    pub(crate) licence: &'static str,
    pub(crate) description: &'static str,
    /// Contributors in order of submission; the copycat comes last.
    pub(crate) contributors: Vec<String>,
    /// Who submits near-copies of the others' records.
    pub(crate) copycat: String,
    pub(crate) questions: Vec<HeldOut>,
    records: Vec<Statement>,
    folder: PathBuf,
}

impl Datanet {
    /// Reads `demo/<name>` for one of [`FIELDS`].
    pub(crate) fn read(
        root: &Path,
        (name, licence, description): (&'static str, &'static str, &'static str),
    ) -> Result<Self> {
        let folder = root.join("demo").join(name);
        let contributors = fs::read(folder.join("contributors.json"))?;
        let contributors: Vec<Contributor> =
            serde_json::from_slice(&contributors).context("read contributors.json")?;
        let copycat = contributors.iter().find(|contributor| contributor.role == "copycat");
        let copycat = copycat.map(|contributor| contributor.name.clone());
        let copycat = copycat.with_context(|| format!("{name} has no copycat"))?;
        let contributors = contributors.into_iter().map(|contributor| contributor.name).collect();
        let records: Vec<Statement> = lines(&folder.join("records.jsonl"))?;
        let questions: Vec<HeldOut> = lines(&folder.join("heldout.jsonl"))?;
        for question in &questions {
            let stated = stated(&records, question).map(|record| &record.answer);
            ensure!(stated == Some(&question.answer), "{question:?} names another record");
        }
        Ok(Self { name, licence, description, contributors, copycat, questions, records, folder })
    }

    /// The bytes of a contributor's file.
    pub(crate) fn file(&self, contributor: &str) -> Result<Vec<u8>> {
        let path = self.file_path(contributor);
        fs::read(&path).with_context(|| format!("read {}", path.display()))
    }

    /// The statements of a contributor's file, line by line.
    pub(crate) fn statements(&self, contributor: &str) -> Result<Vec<Statement>> {
        lines(&self.file_path(contributor))
    }

    /// The statement that answers a held-out question.
    pub(crate) fn source(&self, question: &HeldOut) -> Option<&Statement> {
        stated(&self.records, question)
    }

    fn file_path(&self, contributor: &str) -> PathBuf {
        self.folder.join("contributions").join(format!("{contributor}.jsonl"))
    }
}

fn stated<'a>(records: &'a [Statement], question: &HeldOut) -> Option<&'a Statement> {
    question.record.checked_sub(1).and_then(|line| records.get(line))
}

/// Ids of statements, as the node's reports gave them.
pub(crate) type RecordIds = BTreeMap<Statement, String>;

fn lines<T: for<'de> Deserialize<'de>>(path: &Path) -> Result<Vec<T>> {
    let text = fs::read_to_string(path).with_context(|| format!("read {}", path.display()))?;
    let parse = |(number, line): (usize, &str)| {
        serde_json::from_str(line).with_context(|| format!("{}:{}", path.display(), number + 1))
    };
    text.lines().enumerate().map(parse).collect()
}
