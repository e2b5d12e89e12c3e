//! `openledger period …` and `openledger claim`.

use indicatif::ProgressBar;
use node::client::{Client, ClientError};
use node::wire::{
    Action, ClaimInfo, ClaimList, ClaimRequest, Period, PeriodDetail, PeriodList, PeriodPhase,
};

use crate::arguments::{Claim, PeriodCommand, Sending};
use crate::economy::send;
use crate::failure::Failure;
use crate::output::{Output, amount, short, table};

/// Longest wait for a period that can be claimed soon, in seconds.
const WAIT_S: u64 = 120;
/// Longest part of it that one request waits.
const WAIT_ONCE_S: u64 = 10;

/// Closes or shows periods.
pub(crate) fn period(
    client: &Client,
    command: &PeriodCommand,
    output: Output,
) -> Result<(), Failure> {
    match command {
        PeriodCommand::Close => output.result(&client.close_period()?, |period: &Period| {
            format!(
                "closed period {}: {} answers, {} for {} accounts, root {}; {}",
                period.number,
                period.receipts,
                amount(&period.period_wei),
                period.accounts,
                period.root,
                standing(period)
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
            period.status.name().to_owned(),
            short(&period.root),
        ]
    };
    let rows: Vec<_> = list.disabled.iter().chain(&list.periods).map(row).collect();
    let open = format!("open: {} answers, {}", list.open.receipts, amount(&list.open.fees_wei));
    format!(
        "{}\n\n{open}",
        table(&["PERIOD", "ANSWERS", "FEES", "ACCOUNTS", "STATUS", "ROOT"], &rows)
    )
}

/// Where a period stands, in words.
fn standing(period: &Period) -> String {
    match (period.status, period.activates_s) {
        (PeriodPhase::Pending, Some(time_s)) => {
            format!("can be disputed, and claimed from second {time_s} on")
        }
        (PeriodPhase::Active, _) => "can be claimed".to_owned(),
        (status, _) => status.name().to_owned(),
    }
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
        "period {}, {}, root {}\n\n{}",
        detail.period.number,
        standing(&detail.period),
        detail.period.root,
        table(&["ACCOUNT", "THIS PERIOD", "SO FAR"], &rows)
    )
}

/// Redeems what accounts have earned; waits for a period that can be claimed soon.
pub(crate) fn claim(client: &Client, given: &Claim, output: Output) -> Result<(), Failure> {
    if let Some(payee) = &given.payee {
        let sending = Sending {
            acting: given.account.clone().unwrap_or_else(|| "local".to_owned()),
            key_file: given.key_file.clone(),
            dry_run: given.dry_run,
            once: None,
        };
        return send(client, &sending, Action::SetPayee { payee: payee.clone() }, output);
    }
    let list = claim_now_and_soon(client, given, output)?;
    output.result(&list, claims);
    Ok(())
}

fn claim_now_and_soon(
    client: &Client,
    given: &Claim,
    output: Output,
) -> Result<ClaimList, Failure> {
    let mut request =
        ClaimRequest { account: given.account.clone(), wait_s: 0, dry_run: given.dry_run };
    let bar = ProgressBar::with_draw_target(None, output.target());
    let mut all = ClaimList::default();
    let waits = !given.no_wait && !given.dry_run;
    loop {
        let (found, in_s) = match client.claim_as(&request) {
            Ok(list) => {
                let in_s = list.waiting.as_ref().map(|waiting| waiting.in_s);
                (list, in_s)
            }
            Err(error) if error.code() == Some("not_active_yet") && waits => {
                match in_seconds(&error) {
                    in_s @ Some(0..=WAIT_S) => (ClaimList::default(), in_s),
                    _ => return Err(error.into()),
                }
            }
            Err(error) => return Err(error.into()),
        };
        let is_named_and_paid = given.account.is_some() && !found.claims.is_empty();
        all.claims.extend(found.claims);
        (all.waiting, all.gas_wei) = (found.waiting, found.gas_wei);
        let Some(in_s) = in_s.filter(|in_s| waits && !is_named_and_paid && *in_s <= WAIT_S) else {
            bar.finish_and_clear();
            return Ok(all);
        };
        bar.set_message(format!("a period can be claimed in {in_s} s"));
        bar.tick();
        request.wait_s = in_s.saturating_add(1).min(WAIT_ONCE_S);
    }
}

fn in_seconds(error: &ClientError) -> Option<u64> {
    let ClientError::Refused { error, .. } = error else { return None };
    error.details.get("in_s")?.as_u64()
}

fn claims(list: &ClaimList) -> String {
    let waiting = list.waiting.as_ref().map(|waiting| {
        format!(
            "{} more from period {} on, in {} s",
            amount(&waiting.amount_wei),
            waiting.period,
            waiting.in_s
        )
    });
    if list.claims.is_empty() {
        let nothing =
            "nothing to claim; `openledger period close` pays the open answers".to_owned();
        return waiting.unwrap_or(nothing);
    }
    let row = |claim: &ClaimInfo| {
        vec![
            claim.name.clone(),
            amount(&claim.paid_wei),
            amount(&claim.cumulative_wei),
            claim.payee.as_deref().map(short).unwrap_or_default(),
            short(&claim.transaction),
        ]
    };
    let rows: Vec<_> = list.claims.iter().map(row).collect();
    let mut parts = vec![table(&["ACCOUNT", "PAID", "SO FAR", "PAID TO", "TRANSACTION"], &rows)];
    parts.extend(waiting);
    parts.extend(
        list.gas_wei.as_ref().map(|gas| format!("would cost {}; nothing was sent", amount(gas))),
    );
    parts.join("\n\n")
}
