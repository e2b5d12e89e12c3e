//! `openledger contribute`.

use std::fs;
use std::path::{Path, PathBuf};

use node::client::Client;
use node::wire::{ContributionReport, RecordReport};
use serde_json::json;

use crate::arguments::Contribute;
use crate::failure::{Failure, file};
use crate::output::{Output, short};

const EXTENSIONS: [&str; 6] = ["jsonl", "csv", "md", "txt", "parquet", "ndjson"];
/// Refused records shown; the rest is counted.
const SHOWN_MAX: usize = 10;

pub(crate) fn run(client: &Client, command: &Contribute, output: Output) -> Result<(), Failure> {
    let mut reports = Vec::new();
    for path in files(&command.path)? {
        let bytes = fs::read(&path).map_err(|error| file("read", &path, &error))?;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let report = client.contribute(&command.datanet, &command.account, &name, &bytes)?;
        output.line(&text(&path, &report));
        reports.push(report);
    }
    if output.is_json() {
        output.result(&json!({ "contributions": reports }), |_| String::new());
    }
    Ok(())
}

fn files(path: &Path) -> Result<Vec<PathBuf>, Failure> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let unreadable = |error| file("read", path, &error);
    let entries = fs::read_dir(path).map_err(unreadable)?;
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.map_err(unreadable)?.path();
        let extension = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
        if path.is_file() && EXTENSIONS.contains(&extension.as_str()) {
            files.push(path);
        }
    }
    files.sort();
    if files.is_empty() {
        let message = format!("{} holds no file that can be contributed", path.display());
        return Err(Failure::new("file", message, "files end in .jsonl .csv .md .txt or .parquet"));
    }
    Ok(files)
}

fn text(path: &Path, report: &ContributionReport) -> String {
    let ContributionReport { id, accepted, rejected, already, .. } = report;
    let again = if *already { " (contributed before; nothing changed)" } else { "" };
    let path = path.display();
    let first = format!(
        "{path}: {accepted} accepted, {rejected} refused{again}, contribution {}",
        short(id)
    );
    let refused = report.records.iter().filter(|record| record.status != "accepted");
    let refused: Vec<String> = refused.map(refusal).collect();
    let more = refused.len().saturating_sub(SHOWN_MAX);
    let more = (more > 0).then(|| format!("  … and {more} more; --json lists all"));
    let shown = refused.into_iter().take(SHOWN_MAX);
    [first].into_iter().chain(shown).chain(more).collect::<Vec<_>>().join("\n")
}

fn refusal(record: &RecordReport) -> String {
    let reason = record.reason.as_deref().unwrap_or("refused");
    let message = record.message.as_deref().unwrap_or_default();
    format!("  line {}: {reason}: {message}", record.line)
}
