//! The rules of the house that the compiler does not know: arrows between crates, sizes, words.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The picture of ARCHITECTURE.md: who may depend on whom.
const ARROWS: [(&str, &[&str]); 13] = [
    ("primitives", &[]),
    ("model", &[]),
    ("ledger", &[]),
    ("storage", &["primitives"]),
    ("datanet", &["primitives", "storage"]),
    ("trainer", &["model", "primitives"]),
    ("inference", &["model", "primitives"]),
    ("attribution", &["primitives"]),
    ("settlement", &["ledger", "primitives"]),
    (
        "node",
        &[
            "attribution",
            "datanet",
            "inference",
            "ledger",
            "model",
            "primitives",
            "settlement",
            "storage",
            "trainer",
        ],
    ),
    ("cli", &["node", "primitives"]),
    ("fuzz", &["ledger", "node", "primitives", "settlement"]),
    ("xtask", &["model", "primitives", "trainer"]),
];

/// Programs of the repository itself; they lie in the root.
const TOOLS: [&str; 2] = ["fuzz", "xtask"];

/// Written by a generator from `schema/openapi.json`; nobody reads it from top to bottom.
const GENERATED: &str = "web/src/api/schema.d.ts";
const FILE_LINES_MAX: usize = 1000;
const FILE_BYTES_MAX: u64 = 16 << 20;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in the root").to_owned()
}

/// Every file that git tracks or would track.
fn files() -> Vec<PathBuf> {
    let listed = Command::new("git")
        .args(["ls-files", "--cached", "--others", "--exclude-standard"])
        .current_dir(root())
        .output()
        .expect("git runs");
    assert!(listed.status.success(), "git ls-files failed");
    let names = String::from_utf8(listed.stdout).expect("file names are UTF-8");
    names.lines().map(|name| root().join(name)).filter(|path| path.is_file()).collect()
}

fn texts(extensions: &[&str]) -> Vec<(PathBuf, String)> {
    let wanted = |path: &PathBuf| {
        path.extension().is_some_and(|end| extensions.iter().any(|extension| end == *extension))
    };
    let read = |path: PathBuf| fs::read_to_string(&path).ok().map(|text| (path, text));
    files().into_iter().filter(wanted).filter_map(read).collect()
}

/// Fails with all offences at once.
fn check(offences: Vec<String>) {
    assert!(offences.is_empty(), "\n{}\n", offences.join("\n"));
}

fn manifest(krate: &str) -> toml::Table {
    let folder =
        if TOOLS.contains(&krate) { root().join(krate) } else { root().join("crates").join(krate) };
    let text = fs::read_to_string(folder.join("Cargo.toml")).expect("the crate has a manifest");
    text.parse().expect("the manifest is TOML")
}

#[test]
fn every_crate_is_in_the_picture() {
    let folders = fs::read_dir(root().join("crates")).expect("crates exist");
    let found: BTreeSet<String> = folders
        .map(|entry| entry.expect("readable").file_name().into_string().expect("UTF-8"))
        .chain(TOOLS.map(str::to_owned))
        .collect();
    let drawn: BTreeSet<String> = ARROWS.iter().map(|(krate, _)| (*krate).to_owned()).collect();
    assert_eq!(found, drawn);
}

#[test]
fn arrows_are_those_of_the_picture() {
    for (krate, drawn) in ARROWS {
        let manifest = manifest(krate);
        let dependencies = manifest.get("dependencies").and_then(toml::Value::as_table).cloned();
        let used = dependencies.unwrap_or_default().into_iter().map(|(name, _)| name);
        let is_ours = |name: &String| ARROWS.iter().any(|(other, _)| other == name);
        let arrows: BTreeSet<String> = used.filter(is_ours).collect();
        let drawn: BTreeSet<String> = drawn.iter().map(|name| (*name).to_owned()).collect();
        assert_eq!(arrows, drawn, "the arrows of {krate}; change ARCHITECTURE.md with them");
    }
}

#[test]
fn files_stay_readable() {
    let long =
        texts(&["rs", "ts", "tsx", "sol", "mjs", "css"]).into_iter().filter_map(|(path, text)| {
            let lines = if path.ends_with(GENERATED) { 0 } else { text.lines().count() };
            (lines > FILE_LINES_MAX).then(|| format!("{}: {lines} lines", path.display()))
        });
    let large = files().into_iter().filter_map(|path| {
        let bytes = fs::metadata(&path).expect("listed by git").len();
        (bytes > FILE_BYTES_MAX).then(|| format!("{}: {bytes} bytes", path.display()))
    });
    check(long.chain(large).collect());
}

#[test]
fn nothing_is_left_for_somebody_else() {
    let marks = [["TO", "DO"].concat(), ["FIX", "ME"].concat(), ["unimpl", "emented!"].concat()];
    let left = texts(&["rs", "ts", "tsx", "sol", "mjs"]).into_iter().flat_map(|(path, text)| {
        let found = marks.iter().filter(|mark| text.contains(mark.as_str()));
        found.map(|mark| format!("{}: {mark}", path.display())).collect::<Vec<_>>()
    });
    let modules = files().into_iter().filter(|path| path.ends_with("mod.rs"));
    let modules = modules.map(|path| format!("{}: use foo.rs beside foo/", path.display()));
    check(left.chain(modules).collect());
}

#[test]
fn only_the_model_is_unsafe() {
    let word = ["unsafe", " {"].concat();
    let offences = texts(&["rs"]).into_iter().filter(|(path, text)| {
        !path.starts_with(root().join("crates/model")) && text.contains(&word)
    });
    check(offences.map(|(path, _)| format!("{}: unsafe", path.display())).collect());
}

#[test]
fn the_repository_knows_no_machine() {
    let words = [
        ["/wo", "rk/"].concat(),
        ["registry.npm", "js.org"].concat(),
        ["files.python", "hosted.org"].concat(),
        ["static.crates", ".io"].concat(),
    ];
    let extensions =
        ["rs", "toml", "md", "json", "ts", "tsx", "mjs", "js", "py", "sol", "sh", "yml", "html"];
    let offences = texts(&extensions).into_iter().flat_map(|(path, text)| {
        let found = words.iter().filter(|word| text.contains(word.as_str()));
        found.map(|word| format!("{}: {word}", path.display())).collect::<Vec<_>>()
    });
    check(offences.collect());
}

#[test]
fn each_crate_opens_with_what_it_is() {
    let krates = ARROWS
        .iter()
        .map(|(krate, _)| *krate)
        .filter(|krate| *krate != "cli" && !TOOLS.contains(krate));
    let silent = krates.filter(|krate| {
        let lib = root().join("crates").join(krate).join("src/lib.rs");
        let text = fs::read_to_string(lib).expect("a library");
        text.lines().take_while(|line| line.starts_with("//!")).count() < 5
    });
    check(silent.map(|krate| format!("{krate}: lib.rs has no crate documentation")).collect());
}
