//! One datum of a Datanet.

use alloy_sol_types::{SolValue, sol};
use primitives::{RecordId, keccak256};

#[cfg(test)]
mod tests;

sol! {
    /// A question and its answer, or a piece of a document under its title. Its id is the
    /// keccak-256 of its Solidity ABI encoding.
    #[derive(Debug, PartialEq, Eq)]
    struct Record {
        /// What is asked; for a piece of a document its title or heading, possibly empty.
        string question;
        /// What is answered; for a document its text.
        string answer;
        /// Other wordings of the question.
        string[] variants;
        /// Where it is from, as the contributor states it.
        string source;
        /// SPDX expression of its licence.
        string licence;
    }
}

/// A part of a record, as errors name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Field {
    /// [`Record::question`].
    Question,
    /// [`Record::answer`].
    Answer,
    /// [`Record::variants`].
    Variants,
    /// [`Record::source`].
    Source,
    /// [`Record::licence`].
    Licence,
}

impl Field {
    /// All parts, in the record's order.
    pub const ALL: [Self; 5] =
        [Self::Question, Self::Answer, Self::Variants, Self::Source, Self::Licence];

    /// The part's name, and its column in files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Question => "question",
            Self::Answer => "answer",
            Self::Variants => "variants",
            Self::Source => "source",
            Self::Licence => "licence",
        }
    }
}

impl std::fmt::Display for Field {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

impl Record {
    /// keccak-256 of the canonical bytes.
    pub fn id(&self) -> RecordId {
        keccak256(self.encode())
    }

    /// The canonical bytes: the Solidity ABI encoding.
    pub fn encode(&self) -> Vec<u8> {
        self.abi_encode()
    }

    /// Reads canonical bytes; `None` for any others.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        Self::abi_decode_validate(bytes).ok().filter(|record| record.abi_encode() == bytes)
    }

    /// The question and its variants.
    pub fn wordings(&self) -> impl Iterator<Item = &str> {
        [self.question.as_str()].into_iter().chain(self.variants.iter().map(String::as_str))
    }

    /// Everything that a search should find the record by: wordings and answer.
    pub fn text(&self) -> String {
        let lines: Vec<&str> = self.wordings().chain([self.answer.as_str()]).collect();
        lines.join("\n")
    }
}
