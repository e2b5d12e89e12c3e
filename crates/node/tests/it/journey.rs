//! The seven steps, and the proof of the fifth.

use node::verify::{Expected, verify};
use node::wire::{JobStatus, ReceiptFile};

use crate::support::{RECORDS, Running};

#[test]
fn seven_steps_from_contribution_to_claim() {
    let node = Running::new();
    let report = node.fill("errors");
    assert_eq!((report.accepted, report.rejected), (3, 0));
    let again = node.client.contribute("errors", "ada", "a.jsonl", RECORDS.as_bytes()).unwrap();
    assert!(again.already && again.id == report.id);

    let snapshot = node.client.snapshot("errors").unwrap();
    assert_eq!(snapshot.records, 3);
    assert!(snapshot.transaction.is_some());
    assert_eq!(node.client.snapshot("errors").unwrap().id, snapshot.id);

    let job = node.client.train("errors", &crate::support::quickly()).unwrap();
    let job = node.client.wait_for_job(&job.id, |_| {}).unwrap();
    assert_eq!(job.status, JobStatus::Done, "{:?}", job.error);
    assert!(!job.series.is_empty());
    let adapter = node.client.adapter("errors").unwrap();
    assert_eq!((Some(adapter.id.clone()), adapter.records), (job.adapter, 3));
    assert!(adapter.transaction.is_some());

    let reply = node.ask("errors", "What is E2?").unwrap();
    let attribution = &reply.attribution;
    let shares: u32 = attribution.sources.iter().map(|source| source.share_ppm).sum();
    assert_eq!(shares + attribution.unattributed_ppm, 1_000_000);
    let split: u128 =
        attribution.split.iter().map(|line| line.amount_wei.parse::<u128>().unwrap()).sum();
    assert_eq!(split.to_string(), attribution.fee_wei);

    let period = node.client.close_period().unwrap();
    assert_eq!((period.number, period.period_wei.as_str()), (1, attribution.fee_wei.as_str()));
    let claims = node.client.claim(None).unwrap().claims;
    let paid: u128 = claims.iter().map(|claim| claim.paid_wei.parse::<u128>().unwrap()).sum();
    assert_eq!(paid.to_string(), period.total_wei);
    let status = node.client.status().unwrap();
    assert_eq!(status.totals.fees_wei, status.totals.claimed_wei);
    assert_eq!(status.counts.completions, 1);

    let owner = node.client.account("local").unwrap();
    assert!(owner.lines.iter().any(|line| line.role == "owner" && line.period == Some(1)));
}

#[test]
fn a_receipt_verifies_and_every_tampered_one_names_its_link() {
    let node = Running::new();
    node.train("errors");
    let id = node.ask("errors", "What is E2?").unwrap().attribution.id;
    let honest = node.client.receipt(&id).unwrap();
    let chain_id = honest.chain_id;
    let expected = Expected { chain_id, ..Expected::default() };
    assert_eq!(verify(&honest, &expected).unwrap().id, id);

    let check = |link: &str, tamper: &dyn Fn(&mut ReceiptFile)| {
        let mut file = honest.clone();
        tamper(&mut file);
        assert_eq!(verify(&file, &expected).unwrap_err().link(), link);
    };
    check("layout", &|file| file.version = 1);
    check("layout", &|file| file.signature = "0x12".to_owned());
    check("chain_id", &|file| file.chain_id = 1);
    check("host", &|file| file.host = file.completion.payer.clone());
    check("texts", &|file| file.texts.as_mut().unwrap().answer.push('!'));
    check("records", &|file| file.completion.answer_tokens += 1);
    check("records", &|file| file.adapter.time_s += 1);
    check("index", &|file| file.receipt.influence_root = file.receipt.completion.clone());
    check("score", &|file| file.receipt.shares[0].score += 1);
    check("sum", &|file| file.receipt.unattributed_ppm ^= 1);
    check("query", &|file| file.receipt.query.truncate(4));
    check("split", &|file| file.split[0].amount_wei = "1".to_owned());
    check("fee", &|file| file.fee_wei = "1".to_owned());
    check("id", &|file| file.id = file.receipt.completion.clone());
    let other = Expected { chain_id: chain_id + 1, ..Expected::default() };
    assert_eq!(verify(&honest, &other).unwrap_err().link(), "chain_id");
    let host = Some(format!("0x{}", "ab".repeat(20)));
    let other = Expected { host, ..expected.clone() };
    assert_eq!(verify(&honest, &other).unwrap_err().link(), "host");
}
