//! `openledger account …`.

use std::path::{Path, PathBuf};

use node::client::Client;
use node::config::Sources;
use node::wire::{Account, AccountDetail, Action, EarningLine, ZeroLine};

use serde_json::json;

use crate::arguments::{AccountArguments, AccountCommand, Sending};
use crate::economy::{send, wei};
use crate::failure::Failure;
use crate::output::{Output, amount, short, table};

pub(crate) fn run(
    client: &Client,
    arguments: &AccountArguments,
    output: Output,
) -> Result<(), Failure> {
    let sending = &arguments.sending;
    match &arguments.command {
        AccountCommand::Create { name } if sending.dry_run => {
            let known = client.accounts()?.accounts.iter().any(|account| account.name == *name);
            if known {
                let hint = "choose another name; `openledger account list` shows all";
                return Err(Failure::new(
                    "name_taken",
                    format!("there is an account {name} already"),
                    hint,
                ));
            }
            let json = json!({ "name": name, "dry_run": true });
            output.result(&json, |_| format!("would create {name}; nothing was sent"));
        }
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
            let amount_wei = wei(open, "openledger account deposit alice 2.5")?;
            if sending.dry_run || sending.key_file.is_some() {
                let sending = Sending { acting: account.clone(), ..sending.clone() };
                return send(client, &sending, Action::Deposit { amount_wei, host: None }, output);
            }
            let account = client.deposit(account, &amount_wei)?;
            output.result(&account, |account| {
                format!("{} may spend {}", account.name, amount(&account.escrow.available_wei))
            });
        }
        AccountCommand::Withdraw { amount: Some(open) } => {
            let amount_wei = wei(open, "openledger account withdraw 2.5 --as alice")?;
            return send(client, sending, Action::RequestWithdrawal { amount_wei }, output);
        }
        AccountCommand::Withdraw { amount: None } => {
            return send(client, sending, Action::ExecuteWithdrawal {}, output);
        }
        AccountCommand::Send { to, amount: open } => {
            let amount_wei = wei(open, "openledger account send bob 2.5 --as alice")?;
            return send(client, sending, Action::Send { to: to.clone(), amount_wei }, output);
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

pub(crate) fn configured_data() -> Result<PathBuf, Failure> {
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
            amount(&account.pending_wei),
            account.address.clone(),
        ]
    };
    let rows: Vec<_> = accounts.iter().map(row).collect();
    table(&["ACCOUNT", "BALANCE", "FOR FEES", "EARNED", "CLAIMABLE", "PENDING", "ADDRESS"], &rows)
}

fn detail(detail: &AccountDetail) -> String {
    let mut parts = vec![accounts(std::slice::from_ref(&detail.account))];
    if !detail.lines.is_empty() {
        let row = |line: &EarningLine| {
            let open = if line.unpaid { "unpaid" } else { "open" };
            let period = line.period.map_or_else(|| open.to_owned(), |period| period.to_string());
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
