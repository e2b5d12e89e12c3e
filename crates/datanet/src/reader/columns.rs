//! Columns of tables and keys of objects as parts of a record.

use super::Defaults;
use crate::error::ReadProblem;
use crate::record::Record;

/// A part of a record, as a column gives it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Column {
    Question,
    /// As `Question`, but it may be absent or empty.
    Title,
    Answer,
    /// As `Answer`, of a document, which needs no question.
    Text,
    Variants,
    Source,
    Licence,
}

impl Column {
    pub(super) fn parse(name: &str) -> Result<Self, ReadProblem> {
        match name.trim().to_ascii_lowercase().as_str() {
            "question" | "prompt" | "instruction" => Ok(Self::Question),
            "title" => Ok(Self::Title),
            "answer" | "completion" | "response" | "output" => Ok(Self::Answer),
            "text" => Ok(Self::Text),
            "variants" => Ok(Self::Variants),
            "source" => Ok(Self::Source),
            "licence" | "license" => Ok(Self::Licence),
            _ => Err(ReadProblem::UnknownColumn { column: name.to_owned() }),
        }
    }

    pub(super) const fn field(self) -> &'static str {
        match self {
            Self::Question | Self::Title => "question",
            Self::Answer | Self::Text => "answer",
            Self::Variants => "variants",
            Self::Source => "source",
            Self::Licence => "licence",
        }
    }
}

/// A value of a column.
#[derive(Debug)]
pub(super) enum Value {
    Absent,
    Text(String),
    Texts(Vec<String>),
    Other(&'static str),
}

impl Value {
    const fn kind(&self) -> &'static str {
        match self {
            Self::Absent => "null",
            Self::Text(_) => "text",
            Self::Texts(_) => "a list",
            Self::Other(kind) => kind,
        }
    }
}

/// What one line or row says of a record.
#[derive(Debug, Default)]
pub(super) struct Row {
    question: Option<String>,
    answer: Option<String>,
    variants: Option<Vec<String>>,
    source: Option<String>,
    licence: Option<String>,
    is_document: bool,
}

impl Row {
    /// A piece of a document.
    pub(super) fn document(title: &str, text: &str) -> Self {
        let (question, answer) = (Some(title.to_owned()), Some(text.to_owned()));
        Self { question, answer, is_document: true, ..Self::default() }
    }

    /// Takes the value of the column `name`.
    pub(super) fn set(&mut self, name: &str, value: Value) -> Result<(), ReadProblem> {
        let column = Column::parse(name)?;
        let is_set = match column {
            Column::Question | Column::Title => self.question.is_some(),
            Column::Answer | Column::Text => self.answer.is_some(),
            Column::Variants => self.variants.is_some(),
            Column::Source => self.source.is_some(),
            Column::Licence => self.licence.is_some(),
        };
        if is_set {
            let column_name = name.to_owned();
            return Err(ReadProblem::RepeatedColumn { column: column_name, field: column.field() });
        }
        self.is_document |= matches!(column, Column::Title | Column::Text);
        if column == Column::Variants {
            self.variants = texts(column, value)?;
            return Ok(());
        }
        let text = text(column, value)?;
        match column {
            Column::Question | Column::Title => self.question = text,
            Column::Answer | Column::Text => self.answer = text,
            Column::Source => self.source = text,
            Column::Licence => self.licence = text,
            Column::Variants => {}
        }
        Ok(())
    }

    /// Checks that nothing is missing, and that what is there is text.
    pub(super) fn check(&self) -> Result<(), ReadProblem> {
        if self.answer.is_none() {
            return Err(ReadProblem::MissingField { field: "answer" });
        }
        if self.question.is_none() && !self.is_document {
            return Err(ReadProblem::MissingField { field: "question" });
        }
        let texts = [&self.question, &self.answer, &self.source, &self.licence];
        let texts = texts.into_iter().flatten().chain(self.variants.iter().flatten());
        if texts.into_iter().any(|text| text.contains('\0')) {
            return Err(ReadProblem::Nul);
        }
        Ok(())
    }

    /// The record, without spaces around its parts.
    pub(super) fn record(self, file: &str, defaults: &Defaults) -> Record {
        let given = |text: Option<String>| {
            let trimmed = text.unwrap_or_default().trim().to_owned();
            Some(trimmed).filter(|text| !text.is_empty())
        };
        let source_default =
            if defaults.source.is_empty() { file } else { defaults.source.as_str() };
        let variants = self.variants.unwrap_or_default().into_iter();
        Record {
            question: given(self.question).unwrap_or_default(),
            answer: given(self.answer).unwrap_or_default(),
            variants: variants.filter_map(|variant| given(Some(variant))).collect(),
            source: given(self.source).unwrap_or_else(|| source_default.to_owned()),
            licence: given(self.licence).unwrap_or_else(|| defaults.licence.clone()),
        }
    }
}

fn text(column: Column, value: Value) -> Result<Option<String>, ReadProblem> {
    match value {
        Value::Absent => Ok(None),
        Value::Text(text) => Ok(Some(text)),
        other => Err(ReadProblem::FieldType {
            field: column.field(),
            found: other.kind(),
            expected: "text",
        }),
    }
}

fn texts(column: Column, value: Value) -> Result<Option<Vec<String>>, ReadProblem> {
    match value {
        Value::Absent => Ok(None),
        Value::Texts(texts) => Ok(Some(texts)),
        other => Err(ReadProblem::FieldType {
            field: column.field(),
            found: other.kind(),
            expected: "a list of texts",
        }),
    }
}
