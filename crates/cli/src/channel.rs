//! `openledger channel …`.

use std::fs;

use node::client::Client;
use node::wire::{Action, Channel, SignVoucher, SignedVoucher};
use serde_json::json;

use crate::arguments::{ChannelArguments, ChannelCommand, Limits, Sending};
use crate::economy::{act, act_with, read_key, refused, shown, wei};
use crate::failure::{Failure, file};
use crate::output::{Output, amount, table};

const EXAMPLE: &str = "openledger channel open --deposit 5 --as alice";
const DAY_S: u64 = 24 * 60 * 60;

pub(crate) fn run(
    client: &Client,
    arguments: &ChannelArguments,
    output: Output,
) -> Result<(), Failure> {
    let sending = &arguments.sending;
    match &arguments.command {
        ChannelCommand::Open { deposit, limits } | ChannelCommand::Raise { deposit, limits } => {
            open(client, sending, deposit.as_deref(), limits, output)
        }
        ChannelCommand::Sign { limits, out } => {
            let voucher = sign(client, sending, limits)?;
            let text = serde_json::to_string(&voucher).expect("a voucher is plain JSON");
            let Some(path) = out else {
                output.result(&voucher, |_| text);
                return Ok(());
            };
            fs::write(path, &text).map_err(|error| file("write", path, &error))?;
            output.result(&voucher, |_| format!("saved {}", path.display()));
            Ok(())
        }
        ChannelCommand::Show { payer: Some(payer) } => {
            output
                .result(&client.channel(payer)?, |channel| channels(std::slice::from_ref(channel)));
            Ok(())
        }
        ChannelCommand::Show { payer: None } => {
            output.result(&client.channels()?, |list| channels(&list.channels));
            Ok(())
        }
        ChannelCommand::Close => close(client, sending, output),
    }
}

fn open(
    client: &Client,
    sending: &Sending,
    deposit: Option<&str>,
    limits: &Limits,
    output: Output,
) -> Result<(), Failure> {
    let mut sending = sending.clone();
    let key = sending.key_file.as_deref().map(read_key).transpose()?;
    let deposited = match deposit {
        Some(open) => {
            let amount_wei = wei(open, EXAMPLE)?;
            let outcome = match &key {
                Some(key) => act_with(client, &sending, Action::Fund { amount_wei }, key)?,
                None => act(client, &sending, Action::Fund { amount_wei })?,
            };
            refused(&outcome)?;
            Some(outcome)
        }
        None => None,
    };
    if sending.dry_run {
        let payer =
            key.as_ref().map_or_else(|| sending.acting.clone(), |key| key.address().to_string());
        let terms = client.channel_terms(&payer)?;
        output.result(&json!({ "deposit": deposited, "terms": terms, "dry_run": true }), |_| {
            let deposited = deposited.as_ref().map(shown).unwrap_or_default();
            format!(
                "{deposited}\nwould then sign a voucher for {} and hand it over",
                terms.voucher.host
            )
        });
        return Ok(());
    }
    sending.once = None;
    let voucher = sign_with(client, &sending, limits, key.as_ref())?;
    let channel = client.open_channel(&voucher)?;
    output.result(&channel, |channel: &Channel| {
        let key = channel.api_key.as_deref().unwrap_or("known already");
        format!(
            "{} may spend {} of {}\n  API key  {key}",
            channel.name,
            amount(&channel.available_wei),
            amount(&channel.limit_wei)
        )
    });
    Ok(())
}

fn sign(client: &Client, sending: &Sending, limits: &Limits) -> Result<SignedVoucher, Failure> {
    let key = sending.key_file.as_deref().map(read_key).transpose()?;
    sign_with(client, sending, limits, key.as_ref())
}

/// A voucher over the limit given, or over everything deposited.
fn sign_with(
    client: &Client,
    sending: &Sending,
    limits: &Limits,
    key: Option<&primitives::Key>,
) -> Result<SignedVoucher, Failure> {
    let payer = key.map_or_else(|| sending.acting.clone(), |key| key.address().to_string());
    let mut fields = client.channel_terms(&payer)?.voucher;
    if let Some(limit) = &limits.limit {
        fields.limit_wei = wei(limit, EXAMPLE)?;
    }
    let now_s = fields.expires_s.saturating_sub(30 * DAY_S);
    fields.expires_s = now_s.saturating_add(limits.days.saturating_mul(DAY_S));
    let Some(key) = key else {
        let request = SignVoucher {
            account: sending.acting.clone(),
            limit_wei: fields.limit_wei,
            expires_s: Some(fields.expires_s),
            host: None,
        };
        return Ok(client.sign_voucher(&request)?);
    };
    node::signed_voucher(&fields, key).map_err(|error| {
        Failure::new(error.code, error.message.clone(), "the key file belongs to another account")
    })
}

fn close(client: &Client, sending: &Sending, output: Output) -> Result<(), Failure> {
    let payer = match &sending.key_file {
        Some(path) => read_key(path)?.address().to_string(),
        None => sending.acting.clone(),
    };
    let channel = if sending.dry_run {
        client.channel(&payer)?
    } else {
        client.close_channel(Some(&payer))?
    };
    output.result(&channel, |channel| {
        let word = if sending.dry_run { "would be closed" } else { "is closed" };
        format!(
            "the channel of {} {word}; {} are still owed",
            channel.name,
            amount(&channel.owed_wei)
        )
    });
    Ok(())
}

fn channels(channels: &[Channel]) -> String {
    let rows = channels.iter().map(|channel| {
        let state = if channel.is_closed { "closed" } else { "open" };
        vec![
            channel.name.clone(),
            state.to_owned(),
            amount(&channel.limit_wei),
            amount(&channel.redeemed_wei),
            amount(&channel.owed_wei),
            amount(&channel.available_wei),
        ]
    });
    let heads = ["PAYER", "STATE", "LIMIT", "REDEEMED", "OWED", "AVAILABLE"];
    table(&heads, &rows.collect::<Vec<_>>())
}
