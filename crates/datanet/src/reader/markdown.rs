//! Markdown sections: a heading and the text below it (`CommonMark`, ATX headings).

use super::columns::Row;
use super::{Located, Rows, lines};

const FENCES: [&str; 2] = ["```", "~~~"];
const FRONT_MATTER: &str = "---";

pub(super) fn read(text: &str, rows: &mut Rows) -> Result<(), Located> {
    let mut section = Section { line: 1, heading: String::new(), text: String::new() };
    let mut fence = None;
    let mut in_front_matter = false;
    for (number, line) in lines(text) {
        if number == 1 && line.trim_end() == FRONT_MATTER {
            in_front_matter = true;
        } else if in_front_matter {
            in_front_matter = line.trim_end() != FRONT_MATTER;
        } else if let Some(heading) = heading(line).filter(|_| fence.is_none()) {
            section.finish(rows)?;
            section = Section { line: number, heading: heading.to_owned(), text: String::new() };
        } else {
            fence = match (
                fence,
                FENCES.into_iter().find(|mark| line.trim_start().starts_with(mark)),
            ) {
                (None, opened) => opened,
                (Some(open), Some(mark)) if open == mark => None,
                (open, _) => open,
            };
            section.text.push_str(line);
            section.text.push('\n');
        }
    }
    section.finish(rows)
}

struct Section {
    line: u64,
    heading: String,
    text: String,
}

impl Section {
    /// A heading without text is no record.
    fn finish(self, rows: &mut Rows) -> Result<(), Located> {
        if self.text.trim().is_empty() {
            return Ok(());
        }
        rows.push(self.line, Row::document(&self.heading, &self.text))
    }
}

/// The words of `## Words ##`; one to six marks, then a space.
fn heading(line: &str) -> Option<&str> {
    let line = line.strip_prefix("   ").unwrap_or(line);
    let words = line.trim_start_matches('#');
    let marks = line.len() - words.len();
    let is_heading =
        (1..=6).contains(&marks) && (words.is_empty() || words.starts_with([' ', '\t']));
    is_heading.then(|| words.trim().trim_end_matches('#').trim_end())
}
