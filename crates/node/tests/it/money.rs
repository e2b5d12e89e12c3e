//! Who pays, once; who is paid, once.

use node::client::Client;

use crate::support::{Running, chat, refused};

fn number(text: &str) -> u128 {
    text.parse().expect("an amount")
}

#[test]
fn an_answer_needs_money_and_says_how_much() {
    let node = Running::new();
    node.train("errors");
    let poor = node.client.create_account("poor").unwrap();
    let client = Client::new(node.client.node()).with_api_key(&poor.api_key.unwrap());
    let error = refused(client.chat(&chat("errors", "What is E1?")), 402, "insufficient_balance");
    let needed = number(error.details["needed_wei"].as_str().unwrap());
    assert_eq!(error.details["available_wei"], "0");
    assert!(error.hint.unwrap().contains("openledger account deposit poor"));

    node.client.deposit("poor", &needed.to_string()).unwrap();
    let reply = client.chat(&chat("errors", "What is E1?")).unwrap();
    let fee = number(&reply.attribution.fee_wei);
    let after = node.client.account("poor").unwrap().account.escrow;
    assert_eq!(number(&after.available_wei), needed - fee);
    assert_eq!(number(&after.reserved_wei), fee);
    node.client.close_period().unwrap();
    let after = node.client.account("poor").unwrap().account.escrow;
    assert_eq!((number(&after.deposited_wei), after.reserved_wei.as_str()), (needed - fee, "0"));

    refused(node.client.deposit("poor", "0"), 400, "bad_value");
    refused(node.client.deposit("poor", &u128::MAX.to_string()), 402, "insufficient_balance");
}

#[test]
fn wrong_api_keys_are_refused_and_base_answers_are_free() {
    let node = Running::new();
    let stranger = Client::new(node.client.node()).with_api_key("ol-0000");
    refused(stranger.chat(&chat("base", "hello")), 401, "bad_api_key");
    let before = node.client.account("local").unwrap().account.escrow.available_wei;
    let reply = node.ask("base", "hello").unwrap();
    assert_eq!(
        (reply.attribution.status.as_str(), reply.attribution.fee_wei.as_str()),
        ("unavailable", "0")
    );
    assert_eq!(node.client.account("local").unwrap().account.escrow.available_wei, before);
}

#[test]
fn the_same_idempotency_key_gives_the_same_answer_once() {
    let node = Running::new();
    node.train("errors");
    let ask = |key| node.client.chat_once(&chat("errors", "What is E1?"), Some(key)).unwrap();
    let (first, second, other) = (ask("one"), ask("one"), ask("two"));
    assert_eq!(first.attribution.id, second.attribution.id);
    assert_ne!(first.attribution.id, other.attribution.id);
    assert_eq!(node.client.completions(10).unwrap().completions.len(), 2);
}

#[test]
fn a_claim_pays_once() {
    let node = Running::new();
    node.train("errors");
    refused(node.client.close_period(), 409, "nothing_to_close");
    refused(node.client.claim(Some("operator")), 409, "nothing_to_claim");
    node.ask("errors", "What is E1?").unwrap();
    let period = node.client.close_period().unwrap();
    refused(node.client.close_period(), 409, "nothing_to_close");
    let payouts = node.client.period(period.number).unwrap().payouts;
    let host = payouts.iter().find(|payout| payout.name == "operator").unwrap();
    let claim = node.client.claim(Some("operator")).unwrap().claims.remove(0);
    assert_eq!(claim.paid_wei, host.period_wei);
    refused(node.client.claim(Some("operator")), 409, "nothing_to_claim");
    let rest = node.client.claim(None).unwrap().claims;
    assert!(rest.iter().all(|claim| claim.name != "operator"));
    assert!(node.client.claim(None).unwrap().claims.is_empty());

    node.ask("errors", "What is E2?").unwrap();
    let second = node.client.close_period().unwrap();
    assert_eq!(second.number, 2);
    node.client.claim(None).unwrap();
    let status = node.client.status().unwrap();
    assert_eq!(status.totals.fees_wei, second.total_wei);
    assert_eq!(status.totals.claimed_wei, second.total_wei);
}
