//! Text as words, the way search and duplicate checks see it.

use std::collections::BTreeSet;

#[cfg(test)]
mod tests;

/// Characters that hold an identifier together: `os.path.join`, `std::vec`, `Africa/Abidjan`,
/// `x_1`, `utf-8`, `isn't`.
const JOINERS: [char; 7] = ['.', '/', ':', '_', '-', '\'', '’'];
/// Those of them that occur in code and paths rather than in prose.
const CODE_JOINERS: [char; 4] = ['.', '/', ':', '_'];
/// Characters that belong to a word's end: `C++`, `C#`.
const TAILS: [char; 2] = ['+', '#'];

/// One word of a text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Word {
    /// Lower case, with what joins its parts; without a possessive `'s`.
    pub whole: String,
    /// The alphanumeric runs of `whole`; empty when `whole` is one itself.
    pub parts: Vec<String>,
    /// As written, when it is all capitals and digits (`IN`, `E0382`): a code, not the word `in`.
    pub code: Option<String>,
    /// What it looks like.
    pub shape: Shape,
}

/// What a word looks like, which tells how likely it is to name the one thing that a text is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shape {
    /// Any word; also the first of a text, whose capital means nothing.
    Plain,
    /// With a capital at its start: `Kabul`.
    Capitalised,
    /// With a digit, a joiner of code, or a capital inside: `E0382`, `os.path`, `IN`, `HashMap`.
    Identifier,
}

impl Word {
    fn new(written: &str) -> Option<Self> {
        let written = written
            .trim_start_matches(|c: char| !c.is_alphanumeric() && c != '_')
            .trim_end_matches(|c: char| !c.is_alphanumeric() && c != '_' && !TAILS.contains(&c));
        let stripped = written.strip_suffix("'s").or_else(|| written.strip_suffix("’s"));
        let written = stripped.unwrap_or(written);
        if !written.chars().any(char::is_alphanumeric) {
            return None;
        }
        let whole = written.to_lowercase();
        let runs = whole.split(|c: char| !c.is_alphanumeric()).filter(|run| !run.is_empty());
        let parts: Vec<String> = runs.map(str::to_owned).collect();
        let code = is_code(written).then(|| written.to_owned());
        let shape = Shape::of(written);
        let is_simple = parts.first().is_some_and(|part| *part == whole);
        Some(Self { parts: if is_simple { Vec::new() } else { parts }, whole, code, shape })
    }

    /// Everything that a search for this word may match, each term once.
    pub fn terms(&self) -> BTreeSet<&str> {
        let parts = self.parts.iter().map(String::as_str);
        parts.chain([self.whole.as_str()]).chain(self.code.as_deref()).collect()
    }
}

impl Shape {
    fn of(written: &str) -> Self {
        let mut letters = written.chars().filter(|c| c.is_alphabetic());
        let is_capitalised = letters.next().is_some_and(char::is_uppercase);
        let has_inner_capital = letters.any(char::is_uppercase);
        let marks = |c: char| c.is_numeric() || CODE_JOINERS.contains(&c);
        if has_inner_capital || written.chars().any(marks) {
            Self::Identifier
        } else if is_capitalised {
            Self::Capitalised
        } else {
            Self::Plain
        }
    }
}

fn is_code(written: &str) -> bool {
    let letters = written.chars().filter(|c| c.is_alphanumeric());
    letters.count() >= 2
        && written.chars().any(char::is_uppercase)
        && !written.chars().any(char::is_lowercase)
}

/// The words of `text` in order. Identifiers stay whole and also give their parts.
pub fn words(text: &str) -> impl Iterator<Item = Word> + '_ {
    let inside = |c: char| c.is_alphanumeric() || JOINERS.contains(&c) || TAILS.contains(&c);
    let mut is_first = true;
    text.split(move |c: char| !inside(c)).filter_map(Word::new).map(move |mut word| {
        if std::mem::take(&mut is_first) && word.shape == Shape::Capitalised {
            word.shape = Shape::Plain;
        }
        word
    })
}
