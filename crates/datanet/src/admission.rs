//! Which records of a contribution a Datanet takes, and why not the others.

use primitives::RecordId;

use crate::licence::{Licence, LicenceError};
use crate::options::Options;
use crate::reader::ParsedRecord;
use crate::record::{Field, Record};
use crate::similar::{Alike, Likeness, Similar};

/// What became of one record of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// Where it stands in the file, see [`ParsedRecord::line`].
    pub line: u64,
    /// The record.
    pub record: RecordId,
    /// Taken or not.
    pub outcome: Outcome,
}

/// Taken or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Part of the Datanet from now on.
    Accepted {
        /// 0-based position in the Datanet, in order of admission.
        position: u32,
    },
    /// Not taken.
    Rejected {
        /// Why.
        reason: Rejection,
    },
}

/// Why a record is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Rejection {
    /// The same words in question and answer, but for case, spacing and punctuation.
    #[error("repeats record {of} word for word")]
    ExactDuplicate {
        /// The earlier record.
        of: RecordId,
    },
    /// The same answer to the same question, put otherwise.
    #[error("repeats record {of} in other words ({similarity_ppm} ppm alike)")]
    NearDuplicate {
        /// The earlier record.
        of: RecordId,
        /// How alike they are, in parts per million.
        similarity_ppm: u32,
    },
    /// Nothing where something must be.
    #[error("{field} is empty")]
    Empty {
        /// Which part.
        field: Field,
    },
    /// Longer than the Datanet takes.
    #[error("{field} has {bytes} bytes, at most {max} are taken")]
    TooLong {
        /// Which part.
        field: Field,
        /// Its length in bytes.
        bytes: u64,
        /// The limit in bytes.
        max: u64,
    },
    /// More variants than the Datanet takes.
    #[error("{variants} variants, at most {max} are taken")]
    TooManyVariants {
        /// How many.
        variants: u64,
        /// The limit.
        max: u64,
    },
    /// The licence is unknown.
    #[error("{licence:?} is not a known SPDX licence expression")]
    UnknownLicence {
        /// What the record states.
        licence: String,
    },
    /// The licence does not allow the record in this Datanet.
    #[error("{licence} does not allow giving the record away under {datanet}")]
    IncompatibleLicence {
        /// What the record states.
        licence: String,
        /// The Datanet's licence.
        datanet: String,
    },
}

/// What became of each record of a contribution, in the file's order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Admission {
    /// One per record.
    pub verdicts: Vec<Verdict>,
}

impl Admission {
    /// How many records were taken.
    pub fn accepted(&self) -> usize {
        let is_taken = |verdict: &&Verdict| matches!(verdict.outcome, Outcome::Accepted { .. });
        self.verdicts.iter().filter(is_taken).count()
    }

    /// The records that were not taken: line, record and reason.
    pub fn rejected(&self) -> impl Iterator<Item = (u64, RecordId, &Rejection)> {
        self.verdicts.iter().filter_map(|verdict| match &verdict.outcome {
            Outcome::Accepted { .. } => None,
            Outcome::Rejected { reason } => Some((verdict.line, verdict.record, reason)),
        })
    }
}

/// The records of a Datanet in order of admission, ready to judge more of them.
///
/// Feeding the same records in the same order gives the same judgements on every machine.
#[derive(Debug)]
pub struct Admitted {
    licence: Licence,
    options: Options,
    ids: Vec<RecordId>,
    similar: Similar,
}

impl Admitted {
    /// An empty Datanet under `licence`.
    pub fn new(licence: Licence, options: Options) -> Self {
        Self { licence, options, ids: Vec::new(), similar: Similar::default() }
    }

    /// How many records are in.
    pub const fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether none is.
    pub const fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// Takes a record that was admitted before; returns its position.
    pub fn push(&mut self, record: &Record) -> u32 {
        let position = position(self.ids.len());
        self.ids.push(record.id());
        self.similar.push(record);
        position
    }

    /// Judges `records` one after another; each that is accepted counts for those after it.
    pub fn admit(&mut self, records: &[ParsedRecord]) -> Admission {
        let judge = |parsed: &ParsedRecord| {
            let outcome = match self.reject(&parsed.record) {
                Some(reason) => Outcome::Rejected { reason },
                None => Outcome::Accepted { position: self.push(&parsed.record) },
            };
            Verdict { line: parsed.line, record: parsed.record.id(), outcome }
        };
        Admission { verdicts: records.iter().map(judge).collect() }
    }

    /// Why `record` would be rejected now; `None` when it would be accepted.
    pub fn reject(&self, record: &Record) -> Option<Rejection> {
        self.check_size(record).or_else(|| self.check_licence(record)).or_else(|| {
            let alike = Alike {
                answer_ppm: self.options.answer_alike_ppm,
                question_ppm: self.options.question_alike_ppm,
            };
            let (position, likeness) = self.similar.find(record, alike)?;
            let of = self.ids[position];
            Some(match likeness {
                Likeness::Exact => Rejection::ExactDuplicate { of },
                Likeness::Near { similarity_ppm } => {
                    Rejection::NearDuplicate { of, similarity_ppm }
                }
            })
        })
    }

    /// Positions and BM25 scores of the `k` records that share the rarest words with `query`.
    pub fn search(&self, query: &str, k: usize) -> Vec<crate::Hit> {
        self.similar.search().search(query, k)
    }

    fn check_size(&self, record: &Record) -> Option<Rejection> {
        if record.answer.is_empty() {
            return Some(Rejection::Empty { field: Field::Answer });
        }
        let options = &self.options;
        let variants = record.variants.len();
        if variants > options.variants_max {
            let (variants, max) = (variants as u64, options.variants_max as u64);
            return Some(Rejection::TooManyVariants { variants, max });
        }
        let questions = record.variants.iter().map(|variant| (Field::Variants, variant));
        let limits = [
            (Field::Question, &record.question, options.question_bytes_max),
            (Field::Answer, &record.answer, options.answer_bytes_max),
            (Field::Source, &record.source, options.source_bytes_max),
        ];
        let variants = questions.map(|(field, text)| (field, text, options.question_bytes_max));
        let (field, text, max) =
            limits.into_iter().chain(variants).find(|(_, text, max)| text.len() > *max)?;
        Some(Rejection::TooLong { field, bytes: text.len() as u64, max: max as u64 })
    }

    fn check_licence(&self, record: &Record) -> Option<Rejection> {
        let checked =
            Licence::parse(&record.licence).and_then(|licence| licence.check_enters(&self.licence));
        match checked {
            Ok(()) => None,
            Err(LicenceError::Unknown { licence, .. }) => {
                Some(Rejection::UnknownLicence { licence })
            }
            Err(LicenceError::Incompatible { licence, datanet }) => {
                Some(Rejection::IncompatibleLicence { licence, datanet })
            }
        }
    }
}

/// For each record the position of the earliest that says the same: its own when it is the first.
///
/// Softer than admission, for copies that slipped through: a cluster is worth one record.
pub fn clusters<'a>(records: impl IntoIterator<Item = &'a Record>, options: &Options) -> Vec<u32> {
    let alike = Alike {
        answer_ppm: options.cluster_answer_alike_ppm,
        question_ppm: options.cluster_question_alike_ppm,
    };
    let mut similar = Similar::default();
    let mut clusters: Vec<u32> = Vec::new();
    for record in records {
        let found = similar.find(record, alike).map(|(earlier, _)| clusters[earlier]);
        clusters.push(found.unwrap_or_else(|| position(clusters.len())));
        similar.push(record);
    }
    clusters
}

/// Positions are 32-bit in every record of the product; memory ends long before they do.
fn position(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
