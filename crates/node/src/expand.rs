//! From records to training examples, and from a question to the prompt that the adapter reads.
//!
//! Training and serving build the same messages; `demo/README.md` shows them as the model reads them.
//! The records that fit a question best stand in the system message, best first, each on two lines:
//!
//! ```text
//! Use these records.
//! [1] question of the best record
//! its answer
//! ```
//!
//! Each wording of a record is one example. Seven of ten get the system message, found by the
//! snapshot's own index; the others get none, so that the adapter learns the facts as well.

use datanet::{Record, RecordSearch};
use model::{ChatTemplate, Example, Message, TextError, Tokenizer};

/// Wordings of one record that its row of the influence index is made from, at most.
const INDEXED_WORDINGS_MAX: usize = 4;
/// Characters of a text without a question that stand for one.
const OPENING_CHARACTERS: usize = 80;

/// What turns conversations into tokens.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Language<'a> {
    /// The base model's tokenizer.
    pub(crate) tokenizer: &'a Tokenizer,
    /// The base model's chat template.
    pub(crate) template: &'a ChatTemplate,
    /// Most tokens of a sequence.
    pub(crate) context: usize,
}

/// A snapshot's records, ready to be found by their words.
#[derive(Debug)]
pub(crate) struct Library {
    /// The records, in the snapshot's order.
    pub(crate) records: Vec<Record>,
    clusters: Vec<u32>,
    search: RecordSearch,
}

impl Library {
    /// `clusters` names for each record the cluster of near-copies that it belongs to.
    pub(crate) fn new(records: Vec<Record>, clusters: Vec<u32>) -> Self {
        let texts: Vec<String> = records.iter().map(Record::text).collect();
        let search = RecordSearch::new(texts.iter().map(String::as_str));
        Self { records, clusters, search }
    }

    /// How many records it holds.
    pub(crate) const fn len(&self) -> usize {
        self.records.len()
    }

    /// The cluster of near-copies that record `row` belongs to; its own row when unknown.
    pub(crate) fn cluster(&self, row: usize) -> u32 {
        self.clusters.get(row).copied().unwrap_or_else(|| u32::try_from(row).unwrap_or(u32::MAX))
    }

    /// The rows whose records fit `question` best, best first; of near-copies only the first found.
    pub(crate) fn retrieve(&self, question: &str, count: usize) -> Vec<usize> {
        let cluster = |row: usize| self.clusters.get(row).copied();
        let mut rows: Vec<usize> = Vec::new();
        for hit in self.search.search(question, count.saturating_mul(4)) {
            let is_copy = rows.iter().any(|row| cluster(*row) == cluster(hit.position));
            if !is_copy && rows.len() < count {
                rows.push(hit.position);
            }
        }
        rows
    }

    /// The system message with these rows; nothing for none.
    pub(crate) fn message(&self, rows: &[usize]) -> Option<Message> {
        if rows.is_empty() {
            return None;
        }
        let mut content = String::from("Use these records.");
        for (number, row) in (1_usize..).zip(rows) {
            let Record { question, answer, .. } = &self.records[*row];
            content.extend(["\n[", &number.to_string(), "] ", question, "\n", answer]);
        }
        Some(Message::new("system", content))
    }
}

impl Language<'_> {
    /// The training examples of a snapshot, `retrieved` records in each system message.
    pub(crate) fn examples(
        &self,
        library: &Library,
        retrieved: usize,
    ) -> Result<Vec<Example>, TextError> {
        let asked = library.records.iter().flat_map(|record| {
            wordings(record).into_iter().map(move |wording| (wording, &record.answer))
        });
        let mut examples = Vec::new();
        for (number, (wording, answer)) in asked.enumerate() {
            let is_bare = number * 3 % 10 < 3;
            let rows = if is_bare { Vec::new() } else { library.retrieve(&wording, retrieved) };
            let user = Message::new("user", wording);
            let messages: Vec<Message> =
                library.message(&rows).into_iter().chain([user.clone()]).collect();
            let example = self.example(&messages, answer)?;
            let fits = example.inputs().len() < self.context;
            examples.push(if fits { example } else { self.cut(&[user], answer)? });
        }
        Ok(examples)
    }

    /// What a record's row of the influence index is made from: its wordings without any context.
    pub(crate) fn indexed(&self, record: &Record) -> Result<Vec<Example>, TextError> {
        let wordings = wordings(record).into_iter().take(INDEXED_WORDINGS_MAX);
        wordings.map(|wording| self.cut(&[Message::new("user", wording)], &record.answer)).collect()
    }

    /// A wording that no row of the influence index is made from, for records that have so many: asked
    /// without any context, it tells what a new question scores by chance.
    pub(crate) fn held_aside(&self, record: &Record) -> Result<Option<Example>, TextError> {
        let wording = wordings(record).into_iter().nth(INDEXED_WORDINGS_MAX);
        let cut = |wording| self.cut(&[Message::new("user", wording)], &record.answer);
        wording.map(cut).transpose()
    }

    fn example(&self, messages: &[Message], answer: &str) -> Result<Example, TextError> {
        let (prompt, answer) = self.template.encode_answer(self.tokenizer, messages, answer)?;
        Ok(Example::answering(&prompt, &answer))
    }

    /// As [`Language::example`], cut at the context's end.
    fn cut(&self, messages: &[Message], answer: &str) -> Result<Example, TextError> {
        let (prompt, answer) = self.template.encode_answer(self.tokenizer, messages, answer)?;
        let mut tokens = [prompt.as_slice(), &answer].concat();
        tokens.truncate(self.context);
        Ok(Example::new(&tokens, prompt.len().min(tokens.len().saturating_sub(1))))
    }
}

/// What a record is asked with; a piece of a document without a heading, by its first words.
fn wordings(record: &Record) -> Vec<String> {
    let given = record.wordings().filter(|wording| !wording.trim().is_empty());
    let mut wordings: Vec<String> = given.map(str::to_owned).collect();
    if wordings.is_empty() {
        wordings.push(record.answer.chars().take(OPENING_CHARACTERS).collect());
    }
    wordings
}
