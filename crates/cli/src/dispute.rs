//! `openledger dispute …`.

use std::fs;
use std::path::Path;

use node::client::Client;
use node::dispute::{Report, Watcher, Wrong};
use node::wire::Action;
use serde_json::json;

use crate::arguments::{DisputeArguments, DisputeCommand};
use crate::economy::send;
use crate::failure::{Failure, file};
use crate::output::{Output, short, table};

pub(crate) fn run(
    client: &Client,
    arguments: &DisputeArguments,
    output: Output,
) -> Result<(), Failure> {
    let sending = &arguments.sending;
    match &arguments.command {
        DisputeCommand::Check { period, data } => {
            let (_, report) = check(client, *period, data.as_deref())?;
            output.result(&report, text);
            Ok(())
        }
        DisputeCommand::Prove { period, wrong, data } => {
            let (watcher, report) = check(client, *period, data.as_deref())?;
            let call = chosen(&report, *wrong).and_then(|wrong| watcher.proof_call(wrong));
            let call = call.ok_or_else(|| nothing_provable(&report))?;
            send(client, sending, Action::Prove { call }, output)
        }
        DisputeCommand::Data { period, out } => {
            let bytes = client.period_data(*period)?;
            fs::write(out, &bytes).map_err(|error| file("write", out, &error))?;
            let json = json!({ "period": period, "bytes": bytes.len(), "saved": out });
            output.result(&json, |_| format!("saved {} bytes to {}", bytes.len(), out.display()));
            Ok(())
        }
        DisputeCommand::Withdraw => send(client, sending, Action::WithdrawRewards {}, output),
        DisputeCommand::Disable { period } => {
            send(client, sending, Action::Disable { period: *period }, output)
        }
    }
}

fn check(client: &Client, period: u64, data: Option<&Path>) -> Result<(Watcher, Report), Failure> {
    let bytes = data.map(|path| fs::read(path).map_err(|error| file("read", path, &error)));
    let bytes = bytes.transpose()?;
    let failed = |error: node::dispute::CheckError| {
        let hint = "`openledger period show` lists the periods; --data FILE names what their poster published";
        Failure::new("cannot_check", node::error::chain(&error), hint)
    };
    let watcher = Watcher::new(client.clone()).map_err(failed)?;
    let report = watcher.check(period, bytes.as_deref()).map_err(failed)?;
    Ok((watcher, report))
}

fn chosen(report: &Report, number: Option<usize>) -> Option<&Wrong> {
    match number {
        Some(number) => report.wrongs.get(number),
        None => report.wrongs.iter().find(|wrong| wrong.is_provable),
    }
}

fn nothing_provable(report: &Report) -> Failure {
    let period = report.period;
    let message =
        format!("period {period} holds nothing that the chain could be shown to be wrong");
    Failure::new(
        "nothing_wrong",
        message,
        format!("openledger dispute check {period} lists what was found"),
    )
}

fn text(report: &Report) -> String {
    let head = format!(
        "period {} is {}: {} answers recomputed",
        report.period, report.status, report.answers
    );
    if report.wrongs.is_empty() {
        return format!("{head}, everything holds");
    }
    let rows = report.wrongs.iter().map(|wrong| {
        vec![
            wrong.number.to_string(),
            wrong.kind.to_owned(),
            if wrong.is_provable { "yes" } else { "no" }.to_owned(),
            wrong.completion.as_deref().map(short).unwrap_or_default(),
            wrong.what.clone(),
        ]
    });
    let rows: Vec<_> = rows.collect();
    format!("{head}\n\n{}", table(&["WRONG", "KIND", "PROVABLE", "ANSWER", "WHAT"], &rows))
}
