//! What is printed, as text or JSON.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "this is the program's output")]

use std::io::{IsTerminal as _, Write as _};

use primitives::Wei;
use serde::Serialize;
use serde_json::json;

use crate::failure::Failure;

/// Where results go.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Output {
    is_json: bool,
}

impl Output {
    pub(crate) const fn new(is_json: bool) -> Self {
        Self { is_json }
    }

    /// Whether results are printed as JSON.
    pub(crate) const fn is_json(self) -> bool {
        self.is_json
    }

    /// Whether a person watches: progress bars and colours make sense.
    pub(crate) fn is_watched(self) -> bool {
        !self.is_json && std::io::stderr().is_terminal()
    }

    /// Where progress is drawn: nowhere unless somebody watches.
    pub(crate) fn target(self) -> indicatif::ProgressDrawTarget {
        if self.is_watched() {
            indicatif::ProgressDrawTarget::stderr()
        } else {
            indicatif::ProgressDrawTarget::hidden()
        }
    }

    /// Prints the result, as JSON or as the text that `text` makes of it.
    pub(crate) fn result<T: Serialize>(self, value: &T, text: impl FnOnce(&T) -> String) {
        if self.is_json {
            let json = serde_json::to_string(value).expect("results are plain JSON values");
            println!("{json}");
        } else {
            println!("{}", text(value).trim_end());
        }
        // Whoever waits for this line through a pipe should not wait for more.
        std::io::stdout().flush().ok();
    }

    /// Prints a piece of an answer at once; nothing in JSON.
    pub(crate) fn piece(self, text: &str) {
        if !self.is_json {
            print!("{text}");
            // A closed pipe ends the next full print with an error anyway.
            std::io::stdout().flush().ok();
        }
    }

    /// Prints a line for people; nothing in JSON.
    pub(crate) fn line(self, text: &str) {
        if !self.is_json {
            println!("{text}");
        }
    }

    /// Prints why the command failed, on standard error.
    pub(crate) fn failure(self, failure: &Failure) {
        if self.is_json {
            let Failure { code, message, hint, .. } = failure;
            eprintln!("{}", json!({ "error": { "code": code, "message": message, "hint": hint } }));
            return;
        }
        eprintln!("error: {}", failure.message);
        if let Some(hint) = &failure.hint {
            eprintln!("hint: {hint}");
        }
    }
}

/// An amount for people.
pub(crate) fn amount(wei: &str) -> String {
    wei.parse().map_or_else(|_| wei.to_owned(), |number| Wei::new(number).to_string())
}

/// A share for people.
pub(crate) fn percent(ppm: u32) -> String {
    format!("{}.{:02} %", ppm / 10_000, ppm % 10_000 / 100)
}

/// An id short enough for a line of text.
pub(crate) fn short(id: &str) -> String {
    let cut = |text: &str| text.chars().take(12).collect::<String>();
    if id.len() > 20 && id.starts_with("0x") { format!("{}…", cut(id)) } else { id.to_owned() }
}

/// Rows under headings, columns as wide as needed.
pub(crate) fn table(headings: &[&str], rows: &[Vec<String>]) -> String {
    let headings: Vec<String> = headings.iter().map(|heading| (*heading).to_owned()).collect();
    let all: Vec<&Vec<String>> = std::iter::once(&headings).chain(rows).collect();
    let width = |column: usize| {
        all.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max()
    };
    let widths: Vec<usize> = (0..headings.len()).map(|column| width(column).unwrap_or(0)).collect();
    let line = |row: &&Vec<String>| {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    all.iter().map(line).collect::<Vec<_>>().join("\n")
}
