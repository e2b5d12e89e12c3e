//! What accounts do on the chain: through the node, or signed here with a key from a file.

use std::io::Read as _;
use std::path::Path;

use node::client::Client;
use node::wire::{Action, Outcome, Submit};
use primitives::{Key, Wei};
use serde_json::Value;

use crate::arguments::Sending;
use crate::failure::{Failure, file};
use crate::output::{Output, amount, short};

/// Longest key file that is read.
const KEY_BYTES_MAX: u64 = 1024;

/// Does `action`, or tries it out, and prints what came of it.
pub(crate) fn send(
    client: &Client,
    sending: &Sending,
    action: Action,
    output: Output,
) -> Result<(), Failure> {
    let outcome = act(client, sending, action)?;
    output.result(&outcome, shown);
    refused(&outcome)
}

/// Does `action`, or tries it out.
pub(crate) fn act(client: &Client, sending: &Sending, action: Action) -> Result<Outcome, Failure> {
    let Some(path) = &sending.key_file else {
        let submit = Submit {
            account: sending.acting.clone(),
            action,
            dry_run: sending.dry_run,
            idempotency_key: sending.once.clone(),
        };
        return Ok(client.act(&submit)?);
    };
    act_with(client, sending, action, &read_key(path)?)
}

/// As [`act`], with a key that was read already.
pub(crate) fn act_with(
    client: &Client,
    sending: &Sending,
    action: Action,
    key: &Key,
) -> Result<Outcome, Failure> {
    let account = key.address().to_string();
    let submit = Submit { account, action, dry_run: true, idempotency_key: None };
    let outcome = client.act(&submit)?;
    if sending.dry_run || outcome.refusal.is_some() {
        return Ok(outcome);
    }
    signed_here(client, outcome, key)
}

/// Signs the steps of a dry run here and hands them over one by one.
fn signed_here(client: &Client, mut outcome: Outcome, key: &Key) -> Result<Outcome, Failure> {
    let signed = node::signed_steps(&outcome, key).map_err(|error| {
        let hint = "the key file belongs to another account, or the node answered nonsense";
        Failure::new(error.code, error.message.clone(), hint)
    })?;
    for (step, raw) in outcome.steps.iter_mut().zip(signed) {
        let result = client.transact(&raw)?;
        if !result.succeeded {
            let message = format!("the contract refused: {}", step.what);
            return Err(Failure::new("refused_on_chain", message, "`--dry-run` tells the reason"));
        }
        step.gas_used = result.gas_used;
        step.transaction = Some(result.transaction);
    }
    outcome.dry_run = false;
    outcome.terms = None;
    Ok(outcome)
}

/// A refusal of a dry run as a failure, after its outcome was printed.
pub(crate) fn refused(outcome: &Outcome) -> Result<(), Failure> {
    let Some(refusal) = &outcome.refusal else { return Ok(()) };
    let hint =
        "nothing was sent; `openledger doctor` and the commands named `show` tell what holds now";
    Err(Failure::new("refused_on_chain", format!("it would be refused: {refusal}"), hint))
}

/// What happened or would happen, for people.
pub(crate) fn shown(outcome: &Outcome) -> String {
    let mut lines = Vec::new();
    let word = if outcome.dry_run { "would" } else { "did" };
    for step in &outcome.steps {
        let transaction = step.transaction.as_deref().map(|hash| format!("  {}", short(hash)));
        lines.push(format!(
            "{} {word}: {}{}",
            outcome.name,
            step.what,
            transaction.unwrap_or_default()
        ));
    }
    if let Some(refusal) = &outcome.refusal {
        lines.push(format!("  refused   {refusal}"));
    }
    lines.push(format!("  gas       {}", amount(&outcome.gas_wei)));
    if outcome.value_wei != "0" {
        lines.push(format!("  amount    {}", amount(&outcome.value_wei)));
    }
    for (name, value) in &outcome.facts {
        let value = match value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        lines.push(format!("  {name:<9} {value}"));
    }
    if outcome.dry_run {
        lines.push("  nothing was sent".to_owned());
    }
    lines.join("\n")
}

/// Reads a private key: 0x-hex in a file or on standard input, alone or as `account export --json`
/// prints it. Never from the command line, where everybody could read it.
pub(crate) fn read_key(path: &Path) -> Result<Key, Failure> {
    let mut text = String::new();
    let read = if path == Path::new("-") {
        std::io::stdin().take(KEY_BYTES_MAX).read_to_string(&mut text)
    } else {
        std::fs::File::open(path)
            .and_then(|file| file.take(KEY_BYTES_MAX).read_to_string(&mut text))
    };
    read.map_err(|error| file("read", path, &error))?;
    let exported: Option<Value> = serde_json::from_str(&text).ok();
    let named = exported.as_ref().and_then(|value| value["private_key"].as_str());
    let bytes: Option<primitives::B256> = named.unwrap_or(&text).trim().parse().ok();
    let key = bytes.and_then(|bytes| Key::from_bytes(&bytes.0).ok());
    key.ok_or_else(|| {
        Failure::usage(
            format!("{} holds no private key", path.display()),
            "openledger account export NAME > payer.key writes one",
        )
    })
}

/// An amount of OPEN from the command line, in wei.
pub(crate) fn wei(open: &str, example: &str) -> Result<String, Failure> {
    let parsed: Result<Wei, primitives::AmountError> = open.parse();
    parsed
        .map(|amount| amount.get().to_string())
        .map_err(|error| Failure::usage(error.to_string(), format!("for example: {example}")))
}
