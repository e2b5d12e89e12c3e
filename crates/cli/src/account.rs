//! `openledger account …`.

use std::path::{Path, PathBuf};

use node::client::Client;
use node::config::Sources;
use node::wire::{Account, AccountDetail, EarningLine, ZeroLine};
use primitives::Wei;

use serde_json::json;

use crate::arguments::AccountCommand;
use crate::failure::Failure;
use crate::output::{Output, amount, short, table};

pub(crate) fn run(
    client: &Client,
    command: &AccountCommand,
    output: Output,
) -> Result<(), Failure> {
    match command {
        AccountCommand::Create { name } => {
            output.result(&client.create_account(name)?, |account: &Account| {
                let key = account.api_key.as_deref().unwrap_or("shown on the node's machine only");
                format!("created {} {}\n  API key  {key}", account.name, account.address)
            });
        }
        AccountCommand::List => output.result(&client.accounts()?, |list| accounts(&list.accounts)),
        AccountCommand::Show { account } => output.result(&client.account(account)?, detail),
        AccountCommand::Export { account, data } => export(account, data.as_deref(), output)?,
        AccountCommand::Deposit { account, amount: open } => {
            let wei: Wei = open.parse().map_err(|error: primitives::AmountError| {
                Failure::usage(
                    error.to_string(),
                    "for example: openledger account deposit alice 2.5",
                )
            })?;
            let account = client.deposit(account, &wei.get().to_string())?;
            output.result(&account, |account| {
                format!("{} may spend {}", account.name, amount(&account.escrow.available_wei))
            });
        }
    }
    Ok(())
}

/// Prints a private key from the data directory.
fn export(account: &str, data: Option<&Path>, output: Output) -> Result<(), Failure> {
    let data = if let Some(data) = data { data.to_owned() } else { configured_data()? };
    let key = node::exported_key(&data, account).map_err(|error| {
        let hint = "`openledger account list` shows the names; --data DIR names the node's folder";
        Failure::new("no_such_account", node::error::chain(&error), hint)
    })?;
    let json = json!({ "name": account, "address": key.0, "private_key": key.1 });
    output.result(&json, |_| key.1.clone());
    Ok(())
}

fn configured_data() -> Result<PathBuf, Failure> {
    let resolved = Sources::of_process().resolve();
    resolved
        .map(|(config, _)| config.data)
        .map_err(|error| Failure::new("config", node::error::chain(&error), "or give --data DIR"))
}

fn accounts(accounts: &[Account]) -> String {
    let row = |account: &Account| {
        vec![
            account.name.clone(),
            amount(&account.balance_wei),
            amount(&account.escrow.available_wei),
            amount(&account.earned_wei),
            amount(&account.claimable_wei),
            account.address.clone(),
        ]
    };
    let rows: Vec<_> = accounts.iter().map(row).collect();
    table(&["ACCOUNT", "BALANCE", "FOR FEES", "EARNED", "CLAIMABLE", "ADDRESS"], &rows)
}

fn detail(detail: &AccountDetail) -> String {
    let mut parts = vec![accounts(std::slice::from_ref(&detail.account))];
    if !detail.lines.is_empty() {
        let row = |line: &EarningLine| {
            let period = line.period.map_or_else(|| "open".to_owned(), |period| period.to_string());
            vec![period, line.role.clone(), amount(&line.amount_wei), line.why.clone()]
        };
        let rows: Vec<_> = detail.lines.iter().map(row).collect();
        parts.push(table(&["PERIOD", "ROLE", "AMOUNT", "WHY"], &rows));
    }
    if !detail.zeros.is_empty() {
        let row =
            |zero: &ZeroLine| vec![short(&zero.record), zero.reason.clone(), zero.uses.to_string()];
        let rows: Vec<_> = detail.zeros.iter().map(row).collect();
        parts.push(table(&["UNPAID RECORD", "REASON", "ANSWERS"], &rows));
    }
    parts.join("\n\n")
}
