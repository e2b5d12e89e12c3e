//! `rust-errors`: what each error code of the installed Rust compiler means.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::wording::RUST_ERROR;
use super::{Fact, Field};

const ANSWER_CHARS_MAX: usize = 90;

pub(super) fn field() -> Result<Field> {
    let version = rustc(&["--version"])?.trim().to_owned();
    let release = version.split(' ').nth(1).context("rustc --version names no release")?;
    let mut facts: Vec<Fact> = Vec::new();
    for code in codes()? {
        let explanation = rustc(&["--explain", &code])?;
        let Some(answer) = first_sentence(&explanation) else { continue };
        if facts.iter().all(|fact| fact.answer != answer) {
            let source = format!("rustc {release} --explain {code}");
            facts.push(Fact { key: code, answer, source, wording: &RUST_ERROR });
        }
    }
    Ok(Field {
        name: "rust-errors",
        readme: README.replace("{version}", &version),
        licence: "MIT OR Apache-2.0",
        contributors: ["ada", "bao", "chidi", "dolores"],
        copycat: "mirko",
        facts,
    })
}

const README: &str = "# rust-errors

What the error codes of the Rust compiler mean: the first sentence of `rustc --explain CODE` where it is
plain text of at most 90 characters and the code is still emitted. The questions were generated.

* Source: `{version}`, the explanations that the compiler carries (https://github.com/rust-lang/rust).
* Licence: `MIT OR Apache-2.0`, copyright The Rust Project Developers.
* Repeat: `cargo xtask demo-data`.
";

/// Every code that the toolchain's documentation has a page for, ascending.
fn codes() -> Result<Vec<String>> {
    let sysroot = PathBuf::from(rustc(&["--print", "sysroot"])?.trim());
    let pages = sysroot.join("share/doc/rust/html/error_codes");
    let mut codes = Vec::new();
    for entry in pages.read_dir().with_context(|| format!("reading {}", pages.display()))? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        let Some(code) = name.strip_suffix(".html") else { continue };
        if code.len() == 5 && code.starts_with('E') {
            codes.push(code.to_owned());
        }
    }
    codes.sort();
    Ok(codes)
}

fn rustc(arguments: &[&str]) -> Result<String> {
    let output = Command::new("rustc").args(arguments).output().context("running rustc")?;
    ensure!(output.status.success(), "rustc {arguments:?} failed");
    Ok(String::from_utf8(output.stdout)?)
}

/// The first sentence of the first paragraph, if it is short, plain and about a code still emitted.
pub(super) fn first_sentence(explanation: &str) -> Option<String> {
    if explanation.contains("no longer emitted") {
        return None;
    }
    let text = explanation.split("\n\n").next()?.split_whitespace().collect::<Vec<_>>().join(" ");
    let end = text.find(". ").map_or(text.len(), |end| end + 1);
    let sentence = text[..end].replace('`', "");
    let plain = |c: char| c.is_ascii_alphanumeric() || " .,'()-_#[]&:;*+<>/".contains(c);
    let fits = sentence.ends_with('.') && sentence.len() <= ANSWER_CHARS_MAX;
    (fits && sentence.chars().all(plain)).then_some(sentence)
}
