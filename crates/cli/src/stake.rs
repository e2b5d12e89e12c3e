//! `openledger stake …`.

use node::client::Client;
use node::wire::{Action, AttestStep, StakeDetail, StakeList};

use crate::arguments::{StakeArguments, StakeCommand};
use crate::economy::{send, wei};
use crate::failure::Failure;
use crate::output::{Output, amount, percent, table};

const EXAMPLE: &str = "openledger stake deposit 500 --as alice";

pub(crate) fn run(
    client: &Client,
    arguments: &StakeArguments,
    output: Output,
) -> Result<(), Failure> {
    let attest = |period: u64, step| Action::Attest { period, step };
    let action = match &arguments.command {
        StakeCommand::Show { account: None } => {
            output.result(&client.validators()?, validators);
            return Ok(());
        }
        StakeCommand::Show { account: Some(account) } => {
            output.result(&client.stake(account)?, positions);
            return Ok(());
        }
        StakeCommand::Register { amount, commission } => Action::RegisterValidator {
            commission_ppm: ppm(commission)?,
            amount_wei: wei(amount, EXAMPLE)?,
        },
        StakeCommand::Deposit { amount } => {
            Action::Stake { validator: None, amount_wei: wei(amount, EXAMPLE)? }
        }
        StakeCommand::Delegate { validator, amount } => {
            let validator = Some(validator.clone());
            Action::Stake { validator, amount_wei: wei(amount, EXAMPLE)? }
        }
        StakeCommand::Unbond { validator, amount } => {
            let amount_wei = amount.as_deref().map(|amount| wei(amount, EXAMPLE)).transpose()?;
            Action::Unbond { validator: validator.clone(), amount_wei }
        }
        StakeCommand::Withdraw { ticket } => Action::WithdrawStake { ticket: *ticket },
        StakeCommand::Draw { period } => attest(*period, AttestStep::Draw),
        StakeCommand::Attest { period } => attest(*period, AttestStep::Attest),
        StakeCommand::Distribute { period } => attest(*period, AttestStep::Distribute),
    };
    send(client, &arguments.sending, action, output)
}

/// Percent with up to four decimals, as parts per million.
fn ppm(text: &str) -> Result<u32, Failure> {
    let wrong =
        || Failure::usage(format!("{text:?} is no percentage"), "for example --commission 2.5");
    let (whole, rest) = text.split_once('.').unwrap_or((text, ""));
    if rest.len() > 4 || !rest.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(wrong());
    }
    let whole: u32 = whole.parse().ok().filter(|whole| *whole <= 100).ok_or_else(wrong)?;
    let rest: u32 = format!("{rest:0<4}").parse().map_err(|_no_number| wrong())?;
    Ok(whole * 10_000 + rest)
}

fn validators(list: &StakeList) -> String {
    let rows = list.validators.iter().map(|validator| {
        vec![
            validator.name.clone(),
            amount(&validator.stake_wei),
            amount(&validator.unbonding_wei),
            percent(validator.commission_ppm),
            validator.pending_slashes.to_string(),
        ]
    });
    let rows: Vec<_> = rows.collect();
    let heads = ["VALIDATOR", "STAKE", "UNBONDING", "COMMISSION", "SLASHES PENDING"];
    format!(
        "{}\n\nleast own stake {}, unbonding takes {} s",
        table(&heads, &rows),
        amount(&list.stake_min_wei),
        list.unbonding_s
    )
}

fn positions(detail: &StakeDetail) -> String {
    let rows: Vec<_> = detail
        .positions
        .iter()
        .map(|position| vec![position.validator_name.clone(), amount(&position.amount_wei)])
        .collect();
    let mut parts = vec![detail.name.clone(), table(&["VALIDATOR", "STAKE"], &rows)];
    if !detail.tickets.is_empty() {
        let rows = detail.tickets.iter().map(|ticket| {
            let when = if ticket.is_ready {
                "now".to_owned()
            } else {
                format!("from second {} on", ticket.withdrawable_s)
            };
            vec![ticket.ticket.to_string(), amount(&ticket.amount_wei), when]
        });
        parts.push(table(&["TICKET", "AMOUNT", "WITHDRAWABLE"], &rows.collect::<Vec<_>>()));
    }
    parts.join("\n\n")
}
