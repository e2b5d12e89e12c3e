//! `cargo xtask demo-data`: three Datanets under `demo/`, each from a source named in its README.
//!
//! Run it on a developer's machine that carries the sources; the result is committed. Every fact is read
//! from its source: this code writes questions, never answers.

mod copycat;
mod python_stdlib;
mod rust_errors;
mod wording;
mod world_codes;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use serde::Serialize;

use crate::seeded::Seeded;
use wording::Wording;

#[cfg(test)]
mod tests;

/// Where the Datanets go.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// The folder that receives one folder per Datanet.
    #[arg(long, default_value = "demo")]
    out: PathBuf,
    /// Decides wordings, owners, copies and held-out records.
    #[arg(long, default_value_t = 5)]
    seed: u64,
}

/// One fact as its source states it.
#[derive(Debug, Clone)]
struct Fact {
    /// What a question must name, such as `E0382`; unique within a Datanet.
    key: String,
    answer: String,
    source: String,
    wording: &'static Wording,
}

/// A Datanet before it is divided among contributors.
struct Field {
    name: &'static str,
    readme: String,
    licence: &'static str,
    contributors: [&'static str; 4],
    copycat: &'static str,
    facts: Vec<Fact>,
}

/// One line of a contribution.
#[derive(Debug, Clone, Serialize)]
struct Record {
    question: String,
    answer: String,
    variants: Vec<String>,
    source: String,
    licence: &'static str,
}

/// One line of `records.jsonl`: a record, its key and its owner.
#[derive(Debug, Serialize)]
struct OwnedRecord<'a> {
    key: &'a str,
    contributor: &'a str,
    #[serde(flatten)]
    record: &'a Record,
}

/// One line of `heldout.jsonl`.
#[derive(Debug, Serialize)]
struct HeldOut {
    question: String,
    answer: String,
    /// The 1-based line of the record in `records.jsonl`.
    record: usize,
    key: String,
}

/// One entry of `contributors.json`, in the order of submission.
#[derive(Debug, Serialize)]
struct Contributor<'a> {
    name: &'a str,
    role: &'static str,
    file: String,
    records: usize,
}

const RECORDS_MAX: usize = 220;
const HELD_OUT: usize = 40;
const HELD_OUT_COPIED: usize = 12;
const VARIANTS: usize = 6;

pub(crate) fn run(options: &Options) -> Result<()> {
    for field in [rust_errors::field()?, python_stdlib::field()?, world_codes::field()?] {
        let mut seeded = Seeded::new(options.seed);
        let folder = options.out.join(field.name);
        let count = write_field(&field, &folder, &mut seeded)
            .with_context(|| format!("preparing {}", field.name))?;
        println!("{}: {count} records", folder.display());
    }
    Ok(())
}

/// Divides, copies, holds out, and writes one Datanet; returns its number of original records.
fn write_field(field: &Field, folder: &Path, seeded: &mut Seeded) -> Result<usize> {
    let facts = choose_facts(&field.facts, seeded);
    ensure!(facts.len() >= 200, "only {} facts found", facts.len());
    let records: Vec<Record> = facts.iter().map(|fact| ask(fact, field.licence, seeded)).collect();
    let owners: Vec<&str> = (0..facts.len())
        .map(|_| field.contributors[seeded.below(field.contributors.len())])
        .collect();
    let copied = copycat::choose(records.len(), seeded);
    let copies = copycat::copy(&facts, &records, &copied, seeded);
    fs::create_dir_all(folder.join("contributions"))?;
    fs::write(folder.join("README.md"), &field.readme)?;
    let owned = facts
        .iter()
        .zip(&owners)
        .zip(&records)
        .map(|((fact, contributor), record)| OwnedRecord { key: &fact.key, contributor, record });
    write_lines(&folder.join("records.jsonl"), owned)?;
    write_lines(&folder.join("heldout.jsonl"), hold_out(&facts, &copied, seeded))?;
    let mut contributors = Vec::new();
    for name in field.contributors {
        let own: Vec<&Record> = records
            .iter()
            .zip(&owners)
            .filter(|(_, owner)| **owner == name)
            .map(|(r, _)| r)
            .collect();
        contributors.push(write_contribution(folder, name, "author", &own)?);
    }
    let copies: Vec<&Record> = copies.iter().collect();
    contributors.push(write_contribution(folder, field.copycat, "copycat", &copies)?);
    let json = serde_json::to_string_pretty(&contributors)?;
    fs::write(folder.join("contributors.json"), json + "\n")?;
    Ok(records.len())
}

fn choose_facts(facts: &[Fact], seeded: &mut Seeded) -> Vec<Fact> {
    let mut positions: Vec<usize> = (0..facts.len()).collect();
    seeded.shuffle(&mut positions);
    positions.truncate(RECORDS_MAX);
    positions.sort_unstable();
    positions.into_iter().map(|position| facts[position].clone()).collect()
}

/// Words a fact's question and its variants, each from another template.
fn ask(fact: &Fact, licence: &'static str, seeded: &mut Seeded) -> Record {
    let mut templates: Vec<&str> = fact.wording.asked.to_vec();
    seeded.shuffle(&mut templates);
    let mut questions =
        templates.iter().take(VARIANTS + 1).map(|template| template.replace("{}", &fact.key));
    Record {
        question: questions.next().unwrap_or_default(),
        answer: fact.answer.clone(),
        variants: questions.collect(),
        source: fact.source.clone(),
        licence,
    }
}

/// Asks about some records in templates that no record uses; some of the records have copies.
fn hold_out(facts: &[Fact], copied: &[usize], seeded: &mut Seeded) -> Vec<HeldOut> {
    let mut with_copy = copied.to_vec();
    seeded.shuffle(&mut with_copy);
    with_copy.truncate(HELD_OUT_COPIED);
    let mut others: Vec<usize> = (0..facts.len()).filter(|p| !copied.contains(p)).collect();
    seeded.shuffle(&mut others);
    others.truncate(HELD_OUT - with_copy.len());
    let mut positions = [with_copy, others].concat();
    positions.sort_unstable();
    let words = |position: usize| {
        let fact = &facts[position];
        HeldOut {
            question: seeded.pick(fact.wording.held_out).replace("{}", &fact.key),
            answer: fact.answer.clone(),
            record: position + 1,
            key: fact.key.clone(),
        }
    };
    positions.into_iter().map(words).collect()
}

fn write_contribution<'a>(
    folder: &Path,
    name: &'a str,
    role: &'static str,
    records: &[&Record],
) -> Result<Contributor<'a>> {
    let file = format!("contributions/{name}.jsonl");
    write_lines(&folder.join(&file), records)?;
    Ok(Contributor { name, role, file, records: records.len() })
}

fn write_lines<T: Serialize>(path: &Path, lines: impl IntoIterator<Item = T>) -> Result<()> {
    let mut text = String::new();
    for line in lines {
        text += &serde_json::to_string(&line)?;
        text.push('\n');
    }
    fs::write(path, text).with_context(|| format!("writing {}", path.display()))
}
