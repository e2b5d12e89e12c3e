//! A stopped node starts where it was.

use node::wire::JobStatus;
use node::{Node, config::Config};

use crate::support::{Running, quickly};

#[test]
fn everything_acknowledged_is_there_after_a_restart() {
    let mut node = Running::new();
    node.train("errors");
    let reply = node.ask("errors", "What is E1?").unwrap();
    node.client.close_period().unwrap();
    node.ask("errors", "What is E2?").unwrap();
    let before = (
        node.client.status().unwrap(),
        node.client.account("local").unwrap().account,
        node.client.receipt(&reply.attribution.id).unwrap(),
    );
    node.restart();
    let status = node.client.status().unwrap();
    assert_eq!(status.head.hash, before.0.head.hash);
    assert_eq!(status.counts.completions, 2);
    assert_eq!(status.period.open_receipts, 1);
    let local = node.client.account("local").unwrap().account;
    assert_eq!(local.escrow.available_wei, before.1.escrow.available_wei);
    assert_eq!(local.api_key, before.1.api_key);
    let receipt = node.client.receipt(&reply.attribution.id).unwrap();
    assert_eq!(receipt.signature, before.2.signature);
    let period = node.client.close_period().unwrap();
    assert_eq!(period.number, 2);
    node.client.claim(None).unwrap();
    let totals = node.client.status().unwrap().totals;
    assert_eq!(totals.fees_wei, totals.claimed_wei);
}

#[test]
fn an_interrupted_training_run_goes_on() {
    let mut node = Running::new();
    node.fill("errors");
    node.client.snapshot("errors").unwrap();
    let mut request = quickly();
    request.options.epochs = Some(2_000);
    let job = node.client.train("errors", &request).unwrap();
    let started = node.client.job(&job.id).unwrap();
    assert!(!started.status.is_final());
    node.restart();
    let resumed = node.client.job(&job.id).unwrap();
    assert!(!resumed.status.is_final(), "{:?}", resumed.error);
    node.client.cancel_job(&job.id).unwrap();
    let ended = node.client.wait_for_job(&job.id, |_| {}).unwrap();
    assert_eq!(ended.status, JobStatus::Cancelled);
    let next = node.client.train("errors", &quickly()).unwrap();
    let next = node.client.wait_for_job(&next.id, |_| {}).unwrap();
    assert_eq!(next.status, JobStatus::Done, "{:?}", next.error);
}

#[test]
fn a_data_directory_belongs_to_one_node_and_one_chain() {
    let mut node = Running::with(|_, _| {});
    let config = Config {
        data: node.folder.path().join("data"),
        listen: "127.0.0.1:0".parse().unwrap(),
        base: "none".into(),
        ..Config::default()
    };
    let locked = Node::start(config.clone()).expect_err("it is in use");
    assert!(locked.hint().is_some());
    drop(node.handle.take());
    let other = Config { chain_id: 4242, ..config };
    let refused = Node::start(other).expect_err("it is another chain");
    assert!(refused.to_string().contains("chain 7077, not 4242"), "{refused}");
}
