//! `openledger period …` and `openledger claim`.

use node::client::Client;
use node::wire::{ClaimInfo, Period, PeriodDetail, PeriodList};

use crate::arguments::PeriodCommand;
use crate::failure::Failure;
use crate::output::{Output, amount, short, table};

/// Closes or shows periods.
pub(crate) fn period(
    client: &Client,
    command: &PeriodCommand,
    output: Output,
) -> Result<(), Failure> {
    match command {
        PeriodCommand::Close => output.result(&client.close_period()?, |period: &Period| {
            format!(
                "closed period {}: {} answers, {} for {} accounts, root {}",
                period.number,
                period.receipts,
                amount(&period.period_wei),
                period.accounts,
                period.root
            )
        }),
        PeriodCommand::Show { number: Some(number) } => {
            output.result(&client.period(*number)?, payouts);
        }
        PeriodCommand::Show { number: None } => output.result(&client.periods()?, periods),
    }
    Ok(())
}

fn periods(list: &PeriodList) -> String {
    let row = |period: &Period| {
        vec![
            period.number.to_string(),
            period.receipts.to_string(),
            amount(&period.period_wei),
            period.accounts.to_string(),
            short(&period.root),
        ]
    };
    let rows: Vec<_> = list.periods.iter().map(row).collect();
    let open = format!("open: {} answers, {}", list.open.receipts, amount(&list.open.fees_wei));
    format!("{}\n\n{open}", table(&["PERIOD", "ANSWERS", "FEES", "ACCOUNTS", "ROOT"], &rows))
}

fn payouts(detail: &PeriodDetail) -> String {
    let rows: Vec<_> = detail
        .payouts
        .iter()
        .map(|payout| {
            vec![payout.name.clone(), amount(&payout.period_wei), amount(&payout.cumulative_wei)]
        })
        .collect();
    format!(
        "period {}, root {}\n\n{}",
        detail.period.number,
        detail.period.root,
        table(&["ACCOUNT", "THIS PERIOD", "SO FAR"], &rows)
    )
}

/// Redeems what accounts have earned.
pub(crate) fn claim(client: &Client, account: Option<&str>, output: Output) -> Result<(), Failure> {
    output.result(&client.claim(account)?, |list| {
        if list.claims.is_empty() {
            return "nothing to claim; `openledger period close` pays the open answers".to_owned();
        }
        let row = |claim: &ClaimInfo| {
            vec![
                claim.name.clone(),
                amount(&claim.paid_wei),
                amount(&claim.cumulative_wei),
                short(&claim.transaction),
            ]
        };
        let rows: Vec<_> = list.claims.iter().map(row).collect();
        table(&["ACCOUNT", "PAID", "SO FAR", "TRANSACTION"], &rows)
    });
    Ok(())
}
