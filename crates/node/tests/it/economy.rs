//! Periods that others can check, and payers who do not pay.

use node::client::Client;
use node::dispute::Watcher;
use node::primitives::keccak256;
use node::published::Data;
use node::wire::{Action, PeriodPhase, Submit};

use crate::support::{Running, chat, refused, write_base};

fn act(node: &Running, account: &str, action: Action) -> node::wire::Outcome {
    let submit =
        Submit { account: account.to_owned(), action, dry_run: false, idempotency_key: None };
    node.client.act(&submit).expect("done")
}

#[test]
fn an_answer_whose_payer_withdrew_holds_nobody_up() {
    let node = Running::with(|config, folder| {
        config.base = write_base(&folder.join("base"));
        config.withdrawal_delay_s = 1;
    });
    node.train("errors");
    let poor = node.client.create_account("poor").unwrap();
    let deposit = "1000000000000000000";
    node.client.deposit("poor", deposit).unwrap();
    let client = Client::new(node.client.node()).with_api_key(&poor.api_key.unwrap());
    let unpaid = client.chat(&chat("errors", "What is E1?")).unwrap();
    let paid = node.ask("errors", "What is E2?").unwrap();
    let amount_wei = deposit.to_owned();
    act(&node, "poor", Action::RequestWithdrawal { amount_wei });
    let withdraw = Submit {
        account: "poor".to_owned(),
        action: Action::ExecuteWithdrawal {},
        dry_run: true,
        idempotency_key: None,
    };
    while node.client.act(&withdraw).unwrap().refusal.is_some() {}
    node.client.act(&Submit { dry_run: false, ..withdraw }).unwrap();

    let period = node.client.close_period().unwrap();
    assert_eq!((period.receipts, &period.period_wei), (1, &paid.attribution.fee_wei));
    let answers = node.client.completions(10).unwrap().completions;
    let found = |id: &str| answers.iter().find(|answer| answer.receipt.as_deref() == Some(id));
    let missing = found(&unpaid.attribution.id).unwrap();
    assert!(missing.unpaid.as_ref().is_some_and(|why| why.contains("could not be collected")));
    assert_eq!(missing.period, None);
    assert_eq!(found(&paid.attribution.id).unwrap().period, Some(1));
    let host = node.client.account("operator").unwrap();
    let line = host.lines.iter().find(|line| line.receipt == unpaid.attribution.id).unwrap();
    assert_eq!((line.amount_wei.as_str(), line.unpaid), ("0", true));
    node.client.claim(None).unwrap();
    let totals = node.client.status().unwrap().totals;
    assert_eq!(
        (&totals.fees_wei, &totals.claimed_wei),
        (&paid.attribution.fee_wei, &totals.paid_wei)
    );
    assert_eq!(totals.uncollected_wei, unpaid.attribution.fee_wei);
    refused(node.client.close_period(), 409, "nothing_to_close");
}

#[test]
fn a_posted_period_can_be_recomputed_by_anybody() {
    let node = Running::with(|config, folder| {
        config.base = write_base(&folder.join("base"));
        config.challenge_window_s = 4;
    });
    node.train("errors");
    node.ask("errors", "What is E1?").unwrap();
    let period = node.client.close_period().unwrap();
    assert_eq!(period.status, PeriodPhase::Pending);
    refused(claim_now(&node, "operator"), 409, "not_active_yet");
    node.client.claim(None).unwrap();
    node.ask("errors", "What is E2?").unwrap();
    node.client.close_period().unwrap();
    let bytes = node.client.period_data(1).unwrap();
    assert_eq!(format!("{:?}", keccak256(&bytes)), period.data_digest);
    let data = Data::decode(&bytes).unwrap();
    assert_eq!((data.answers.len(), data.encode()), (1, bytes.clone()));
    let watcher = Watcher::new(node.client.clone()).unwrap();
    for (number, data) in [(1, Some(bytes.as_slice())), (2, None)] {
        let report = watcher.check(number, data).unwrap();
        assert_eq!((report.answers, report.wrongs.len()), (1, 0), "{:?}", report.wrongs);
    }
    assert!(watcher.check(2, Some(&bytes)).is_err(), "other data");
    assert!(watcher.check(3, None).is_err(), "no such period");
    assert!(Data::decode(&bytes[1..]).is_err());
    node.client.claim(None).unwrap();
    let periods = node.client.periods().unwrap().periods;
    assert!(periods.iter().all(|period| period.status == PeriodPhase::Active));
}

fn claim_now(
    node: &Running,
    account: &str,
) -> Result<node::wire::ClaimList, node::client::ClientError> {
    let account = Some(account.to_owned());
    node.client.claim_as(&node::wire::ClaimRequest { account, ..Default::default() })
}

#[test]
fn nobody_acts_for_another_account() {
    let node = Running::with(|_, _| {});
    let ada = node.client.create_account("ada").unwrap();
    let send = Submit {
        account: "local".to_owned(),
        action: Action::Send { to: "ada".to_owned(), amount_wei: "1".to_owned() },
        dry_run: false,
        idempotency_key: Some("once".to_owned()),
    };
    let other = Client::new(node.client.node()).with_api_key(&ada.api_key.unwrap());
    refused(other.act(&send), 401, "bad_api_key");
    let first = node.client.act(&send).unwrap();
    let again = node.client.act(&send).unwrap();
    assert_eq!(first.steps[0].transaction, again.steps[0].transaction);
    let agent = ureq::Agent::config_builder().http_status_as_error(false).build().new_agent();
    let body = serde_json::to_string(&send).unwrap();
    let url = format!("{}/api/v1/actions", node.client.node());
    assert_eq!(agent.post(&url).content_type("text/plain").send(&body).unwrap().status(), 415);
    let much = Action::Send { to: "ada".to_owned(), amount_wei: u128::MAX.to_string() };
    let much = Submit { action: much, idempotency_key: None, ..send };
    refused(node.client.act(&much), 402, "insufficient_balance");
}
