//! A verdict as a row of a table.

use alloy_sol_types::sol;
use primitives::B256;

use crate::admission::{Outcome, Rejection, Verdict};
use crate::record::Field;

sol! {
    /// A [`Verdict`], flat; what a kind does not use is zero or empty.
    #[derive(Debug, PartialEq, Eq)]
    struct VerdictRow {
        /// Line in the file.
        uint64 line;
        /// The record.
        bytes32 record;
        /// Kind of the outcome, see [`Kind`].
        uint8 kind;
        /// Position of an accepted record, or similarity in parts per million.
        uint32 number;
        /// The original that is repeated.
        bytes32 of;
        /// Part of the record, as a position in [`Field::ALL`].
        uint8 field;
        /// What was found: bytes or variants.
        uint64 found;
        /// The limit.
        uint64 max;
        /// The record's licence.
        string licence;
        /// The Datanet's licence.
        string datanet;
    }
}

/// [`VerdictRow::kind`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
enum Kind {
    Accepted,
    ExactDuplicate,
    NearDuplicate,
    Empty,
    TooLong,
    TooManyVariants,
    UnknownLicence,
    IncompatibleLicence,
}

impl Kind {
    /// All kinds, each at its number.
    const ALL: [Self; 8] = [
        Self::Accepted,
        Self::ExactDuplicate,
        Self::NearDuplicate,
        Self::Empty,
        Self::TooLong,
        Self::TooManyVariants,
        Self::UnknownLicence,
        Self::IncompatibleLicence,
    ];
}

impl VerdictRow {
    fn of_kind(kind: Kind) -> Self {
        Self {
            line: 0,
            record: B256::ZERO,
            kind: kind as u8,
            number: 0,
            of: B256::ZERO,
            field: 0,
            found: 0,
            max: 0,
            licence: String::new(),
            datanet: String::new(),
        }
    }

    pub(super) fn from_verdict(verdict: &Verdict) -> Self {
        let row = match &verdict.outcome {
            Outcome::Accepted { position } => {
                Self { number: *position, ..Self::of_kind(Kind::Accepted) }
            }
            Outcome::Rejected { reason } => Self::from_rejection(reason),
        };
        Self { line: verdict.line, record: verdict.record, ..row }
    }

    fn from_rejection(reason: &Rejection) -> Self {
        match reason {
            Rejection::ExactDuplicate { of } => {
                Self { of: *of, ..Self::of_kind(Kind::ExactDuplicate) }
            }
            Rejection::NearDuplicate { of, similarity_ppm } => {
                Self { of: *of, number: *similarity_ppm, ..Self::of_kind(Kind::NearDuplicate) }
            }
            Rejection::Empty { field } => {
                Self { field: *field as u8, ..Self::of_kind(Kind::Empty) }
            }
            Rejection::TooLong { field, bytes, max } => {
                let row = Self::of_kind(Kind::TooLong);
                Self { field: *field as u8, found: *bytes, max: *max, ..row }
            }
            Rejection::TooManyVariants { variants, max } => {
                Self { found: *variants, max: *max, ..Self::of_kind(Kind::TooManyVariants) }
            }
            Rejection::UnknownLicence { licence } => {
                Self { licence: licence.clone(), ..Self::of_kind(Kind::UnknownLicence) }
            }
            Rejection::IncompatibleLicence { licence, datanet } => {
                let row = Self::of_kind(Kind::IncompatibleLicence);
                Self { licence: licence.clone(), datanet: datanet.clone(), ..row }
            }
        }
    }

    /// `None` when the row is of a kind that this program does not write.
    pub(super) fn into_verdict(self) -> Option<Verdict> {
        let field = Field::ALL.get(usize::from(self.field)).copied()?;
        let (of, similarity_ppm, max) = (self.of, self.number, self.max);
        let reason = match Kind::ALL.get(usize::from(self.kind))? {
            Kind::Accepted => {
                let outcome = Outcome::Accepted { position: self.number };
                return Some(Verdict { line: self.line, record: self.record, outcome });
            }
            Kind::ExactDuplicate => Rejection::ExactDuplicate { of },
            Kind::NearDuplicate => Rejection::NearDuplicate { of, similarity_ppm },
            Kind::Empty => Rejection::Empty { field },
            Kind::TooLong => Rejection::TooLong { field, bytes: self.found, max },
            Kind::TooManyVariants => Rejection::TooManyVariants { variants: self.found, max },
            Kind::UnknownLicence => Rejection::UnknownLicence { licence: self.licence },
            Kind::IncompatibleLicence => {
                let (licence, datanet) = (self.licence, self.datanet);
                Rejection::IncompatibleLicence { licence, datanet }
            }
        };
        let outcome = Outcome::Rejected { reason };
        Some(Verdict { line: self.line, record: self.record, outcome })
    }
}
