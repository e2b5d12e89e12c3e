//! Paragraphs and code blocks of the toolchain's HTML documentation, as plain text.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

/// Folders of the documentation; the error-code index is not among them.
const BOOKS: [&str; 12] = [
    "book",
    "reference",
    "cargo",
    "nomicon",
    "rust-by-example",
    "edition-guide",
    "rustc",
    "rustdoc",
    "style-guide",
    "embedded-book",
    "std",
    "alloc",
];
#[cfg(test)]
mod tests;

const PARAGRAPH_BYTES_MIN: usize = 30;
const PARAGRAPH_BYTES_MAX: usize = 900;

/// Every distinct paragraph that states none of `answers`, in the order of the files' names.
pub(super) fn paragraphs(answers: &[String]) -> Result<Vec<String>> {
    let output =
        Command::new("rustc").args(["--print", "sysroot"]).output().context("running rustc")?;
    ensure!(output.status.success(), "rustc --print sysroot failed");
    let sysroot = PathBuf::from(String::from_utf8(output.stdout)?.trim());
    let mut seen = BTreeSet::new();
    let mut kept = Vec::new();
    for book in BOOKS {
        let folder = sysroot.join("share/doc/rust/html").join(book);
        for file in html_files(&folder)? {
            let html = String::from_utf8_lossy(&fs::read(&file)?).into_owned();
            for paragraph in of_page(&html) {
                let fits = (PARAGRAPH_BYTES_MIN..=PARAGRAPH_BYTES_MAX).contains(&paragraph.len());
                if fits && !states(&paragraph, answers) && seen.insert(paragraph.clone()) {
                    kept.push(paragraph);
                }
            }
        }
    }
    Ok(kept)
}

/// The HTML files below `folder`, ascending, without the pages that print a whole book.
fn html_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in folder.read_dir().with_context(|| format!("reading {}", folder.display()))? {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if path.is_dir() && name != "arch" && name != "core_arch" {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "html")
                && name != "print.html"
                && name != "toc.html"
            {
                files.push(path);
            }
        }
    }
    files.sort();
    Ok(files)
}

/// The text of each `<p>` and `<pre>` element, in order.
fn of_page(html: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = html;
    while let Some(start) = rest.find("<p") {
        rest = &rest[start..];
        let close = if rest.starts_with("<pre") {
            "</pre>"
        } else if rest.starts_with("<p>") || rest.starts_with("<p ") {
            "</p>"
        } else {
            rest = &rest[2..];
            continue;
        };
        let Some(end) = rest.find(close) else { break };
        let text = plain_text(&rest[..end]);
        let text = if close == "</p>" {
            text.split_whitespace().collect::<Vec<_>>().join(" ")
        } else {
            text
        };
        found.push(text.trim().to_owned());
        rest = &rest[end..];
    }
    found
}

fn plain_text(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut in_tag = false;
    for c in html.chars() {
        match c {
            '<' => in_tag = true,
            '>' if in_tag => in_tag = false,
            _ if !in_tag => text.push(c),
            _ => {}
        }
    }
    let entities = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&#x27;", "'"),
        ("&nbsp;", " "),
        ("\u{a0}", " "),
        ("&amp;", "&"),
    ];
    entities.iter().fold(text, |text, (entity, c)| text.replace(entity, c))
}

fn states(paragraph: &str, answers: &[String]) -> bool {
    const ANSWER_BYTES_MIN: usize = 12; // shorter ones are single words, not statements
    answers
        .iter()
        .any(|answer| answer.len() >= ANSWER_BYTES_MIN && paragraph.contains(answer.as_str()))
}
