//! `openledger receipt …`.

use std::fs;
use std::path::Path;

use node::client::Client;
use node::config::Sources;
use node::verify::{Expected, Verified, verify};
use node::wire::ReceiptFile;

use serde_json::json;

use crate::arguments::ReceiptCommand;
use crate::failure::{Failure, file};
use crate::output::{Output, amount, percent, short, table};

pub(crate) fn run(
    client: &Client,
    command: &ReceiptCommand,
    output: Output,
) -> Result<(), Failure> {
    match command {
        ReceiptCommand::Show { id, out } => {
            let receipt = client.receipt(id)?;
            if let Some(path) = out {
                let json = serde_json::to_string_pretty(&receipt).expect("a receipt is plain JSON");
                fs::write(path, json).map_err(|error| file("write", path, &error))?;
                output.line(&format!("saved {}", path.display()));
            }
            output.result(&receipt, text);
        }
        ReceiptCommand::Verify { receipt, index, chain_id, host } => {
            let is_file = Path::new(receipt).is_file();
            let receipt_file = if is_file {
                read(Path::new(receipt))?
            } else if receipt.starts_with("0x") {
                client.receipt(receipt)?
            } else {
                let hint = "give a file from `openledger receipt show ID --out FILE`, or an id 0x…";
                return Err(Failure::usage(format!("there is no file {receipt}"), hint));
            };
            let chain_id = match chain_id {
                Some(chain_id) => *chain_id,
                None if is_file => configured_chain_id()?,
                None => client.status()?.chain_id,
            };
            let index = index
                .as_deref()
                .map(|path| fs::read(path).map_err(|error| file("read", path, &error)));
            let split = if is_file {
                None
            } else {
                Some(client.split_version(receipt_file.split_options.version)?)
            };
            let host = host.clone();
            let expected = Expected { chain_id, host, index: index.transpose()?, split };
            report(&receipt_file, &expected, output)?;
        }
    }
    Ok(())
}

/// Prints what holds, or the first link that does not.
fn report(file: &ReceiptFile, expected: &Expected, output: Output) -> Result<(), Failure> {
    let broken = match verify(file, expected) {
        Ok(verified) => {
            output.result(&verified, checked);
            return Ok(());
        }
        Err(broken) => broken,
    };
    let (link, message) = (broken.link(), node::error::chain(&broken));
    if output.is_json() {
        let json = json!({ "ok": false, "broken": link, "row": broken.row(), "message": message });
        output.result(&json, |_| String::new());
    }
    Err(Failure::broken(link, format!("broken link {link}: {message}")))
}

fn read(path: &Path) -> Result<ReceiptFile, Failure> {
    let bytes = fs::read(path).map_err(|error| file("read", path, &error))?;
    serde_json::from_slice(&bytes).map_err(|error| {
        Failure::broken(
            "layout",
            format!("broken link layout: {} is no receipt: {error}", path.display()),
        )
    })
}

fn configured_chain_id() -> Result<u64, Failure> {
    let resolved = Sources::of_process().resolve();
    resolved.map(|(config, _)| config.chain_id).map_err(|error| {
        Failure::new("config", node::error::chain(&error), "or give --chain-id ID")
    })
}

fn checked(verified: &Verified) -> String {
    let mut lines: Vec<String> = verified.links.iter().map(|link| format!("  ✓ {link}")).collect();
    lines.push(format!("receipt {} verifies", verified.id));
    lines.join("\n")
}

fn text(receipt: &ReceiptFile) -> String {
    let rows: Vec<_> = receipt
        .sources
        .iter()
        .map(|source| {
            let why = source.reason.clone().unwrap_or_default();
            vec![
                percent(source.share_ppm),
                source.contributor_name.clone(),
                source.question.clone(),
                why,
            ]
        })
        .collect();
    let split: Vec<_> = receipt
        .split
        .iter()
        .map(|line| vec![line.role.clone(), line.account_name.clone(), amount(&line.amount_wei)])
        .collect();
    format!(
        "receipt {}\n  answer  {}\n  host    {}\n\n{}\n\n{}\n\nunattributed {}, fee {}",
        receipt.id,
        short(&receipt.receipt.completion),
        receipt.host,
        table(&["SHARE", "CONTRIBUTOR", "RECORD", "WHY NOT"], &rows),
        table(&["ROLE", "ACCOUNT", "AMOUNT"], &split),
        percent(receipt.receipt.unattributed_ppm),
        amount(&receipt.fee_wei)
    )
}
