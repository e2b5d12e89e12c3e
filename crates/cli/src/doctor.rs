//! `openledger status` and `openledger doctor`.

use node::client::Client;
use node::wire::Status;
use serde::Serialize;

use crate::failure::Failure;
use crate::output::{Output, amount};

/// Shows the node as a whole.
pub(crate) fn status(client: &Client, output: Output) -> Result<(), Failure> {
    output.result(&client.status()?, text);
    Ok(())
}

fn text(status: &Status) -> String {
    let Status { version, chain_id, head, counts, period, totals, .. } = status;
    let base = status.base.as_ref().map_or_else(
        || "none".to_owned(),
        |base| format!("{}, {} parameters, context {}", base.name, base.parameters, base.context),
    );
    format!(
        "version {version}, chain {chain_id}, block {}\nbase model    {base}\n\
         Datanets      {} with {} records of {} contributors, {} snapshots\n\
         adapters      {}, {} answers\nopen period   {} answers, {}\nclosed        {} periods\n\
         money         {} in fees, {} paid out, {} claimed",
        head.number,
        counts.datanets,
        counts.records,
        counts.contributors,
        counts.snapshots,
        counts.adapters,
        counts.completions,
        period.open_receipts,
        amount(&period.open_fees_wei),
        period.closed,
        amount(&totals.fees_wei),
        amount(&totals.paid_wei),
        amount(&totals.claimed_wei)
    )
}

/// One thing that was looked at.
#[derive(Debug, Serialize)]
struct Check {
    name: &'static str,
    is_fine: bool,
    found: String,
    hint: Option<&'static str>,
}

/// Checks what usually goes wrong.
pub(crate) fn run(client: &Client, output: Output) -> Result<(), Failure> {
    let status = client.status()?;
    let accounts = client.accounts()?.accounts;
    let local = accounts.iter().find(|account| account.name == "local");
    let spendable = local.map_or("0", |account| account.escrow.available_wei.as_str());
    let failed = client.jobs()?.jobs.into_iter().filter(|job| job.error.is_some()).count();
    let checks = [
        Check {
            name: "node",
            is_fine: true,
            found: format!("version {} answers at {}", status.version, client.node()),
            hint: None,
        },
        Check {
            name: "version",
            is_fine: status.version == env!("CARGO_PKG_VERSION"),
            found: format!("client {}, node {}", env!("CARGO_PKG_VERSION"), status.version),
            hint: Some("install the same version on both sides"),
        },
        Check {
            name: "base model",
            is_fine: status.base.is_some(),
            found: status.base.map_or_else(|| "none".to_owned(), |base| base.name),
            hint: Some("training and answers need one: openledger up --base PATH"),
        },
        Check {
            name: "fees",
            is_fine: spendable != "0",
            found: format!("`local` may spend {}", amount(spendable)),
            hint: Some("openledger account deposit local 10"),
        },
        Check {
            name: "jobs",
            is_fine: failed == 0,
            found: format!("{failed} failed"),
            hint: Some("openledger jobs shows why"),
        },
    ];
    output.result(&checks, |checks| checks.iter().map(line).collect::<Vec<_>>().join("\n"));
    if checks.iter().all(|check| check.is_fine) {
        return Ok(());
    }
    Err(Failure::new("doctor", "something needs attention", "the lines above say what to do"))
}

fn line(check: &Check) -> String {
    let mark = if check.is_fine { "ok " } else { "!! " };
    let hint = check
        .hint
        .filter(|_| !check.is_fine)
        .map_or_else(String::new, |hint| format!("\n     hint: {hint}"));
    format!("{mark} {}: {}{hint}", check.name, check.found)
}
