//! Plain text: paragraphs between empty lines.

use super::columns::Row;
use super::{Located, Rows, lines};

/// A first line that is longer is no title.
const TITLE_CHARS_MAX: usize = 100;

pub(super) fn read(text: &str, name: String, rows: &mut Rows) -> Result<(), Located> {
    let mut paragraphs = paragraphs(text);
    let is_title = |text: &str| {
        !text.contains('\n') && text.chars().count() <= TITLE_CHARS_MAX && !text.ends_with('.')
    };
    let mut title = name;
    if paragraphs.len() > 1 && is_title(&paragraphs[0].1) {
        title = paragraphs.remove(0).1;
    }
    for (line, paragraph) in paragraphs {
        rows.push(line, Row::document(&title, &paragraph))?;
    }
    Ok(())
}

/// Each paragraph with the line at which it starts.
fn paragraphs(text: &str) -> Vec<(u64, String)> {
    let mut paragraphs: Vec<(u64, String)> = Vec::new();
    let mut is_inside = false;
    for (number, line) in lines(text) {
        if line.trim().is_empty() {
            is_inside = false;
            continue;
        }
        match paragraphs.last_mut().filter(|_| is_inside) {
            Some((_, paragraph)) => {
                paragraph.push('\n');
                paragraph.push_str(line.trim_end());
            }
            None => paragraphs.push((number, line.trim_end().to_owned())),
        }
        is_inside = true;
    }
    paragraphs
}
