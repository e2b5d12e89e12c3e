//! `kill -9` at random moments: what was acknowledged stays, nothing is paid twice.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

use node::client::{Client, ClientError};
use node::wire::{
    ChatContent, ChatMessage, ChatRequest, CreateDatanet, JobStatus, Sampling, Train, TrainOptions,
};

use crate::support::{RECORDS, Up, spawn};

const KILLS: u64 = 20;
/// Longest life of a node before it is killed, its start included.
const LIFE_MS: u64 = 1_500;
const SEED: u64 = 20_261_120;

/// What the node has acknowledged, and must never lose.
#[derive(Debug, Default)]
struct Acknowledged {
    addresses: BTreeMap<String, String>,
    contribution: Option<String>,
    snapshot: Option<String>,
    job: Option<String>,
    /// Receipt and fee, by idempotency key.
    answers: BTreeMap<String, (String, u128)>,
    /// Root by number.
    periods: BTreeMap<u64, String>,
    /// Highest cumulative amount by account.
    claimed: BTreeMap<String, u128>,
    is_trained: bool,
    /// Answers, closing and claiming, again and again.
    rounds: u64,
}

/// splitmix64: the next number of the sequence behind `state`.
fn random(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mixed = (*state ^ (*state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[test]
fn nothing_acknowledged_is_lost_and_nothing_is_paid_twice() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    // Another seed kills at other moments.
    let seed = std::env::var_os("KILL_SEED")
        .map_or(SEED, |seed| seed.to_string_lossy().parse().expect("KILL_SEED is a number"));
    let (mut acknowledged, mut state) = (Acknowledged::default(), seed);
    for _ in 0..KILLS {
        let life = Duration::from_millis(20 + random(&mut state) % LIFE_MS);
        live_and_be_killed(&data, life, &mut acknowledged);
    }
    let up = Up::start(&data);
    let client = Client::new(up.url());
    acknowledged.check(&client).expect("all is there");
    let rounds = acknowledged.rounds;
    while acknowledged.rounds < rounds + 2 {
        acknowledged.advance(&client).expect("nobody disturbs it any more");
    }
    acknowledged.check(&client).expect("all is there");
    acknowledged.check_totals(&client);
}

/// One life of the node: it works until it is killed `life` after its start.
fn live_and_be_killed(data: &Path, life: Duration, acknowledged: &mut Acknowledged) {
    let mut up = Up { child: spawn(data), url: None };
    let id = up.child.id().to_string();
    let killer = std::process::Command::new("sh")
        .args(["-c", "sleep \"$0\" && kill -9 \"$1\"", &format!("{:.3}", life.as_secs_f64()), &id])
        .spawn();
    let mut killer = killer.expect("a shell runs");
    up.wait_until_ready();
    if let Some(url) = &up.url {
        let client = Client::new(url);
        let mut result = acknowledged.check(&client);
        while result.is_ok() {
            result = acknowledged.advance(&client);
        }
        assert!(!matches!(result, Err(ClientError::Refused { .. })), "{result:?}");
    }
    killer.wait().expect("it was killed");
    up.child.wait().expect("it is gone");
}

impl Acknowledged {
    /// Does the next thing that is not acknowledged yet.
    fn advance(&mut self, client: &Client) -> Result<(), ClientError> {
        if self.addresses.len() < 2 {
            let name = ["ada", "bao"][self.addresses.len()];
            done_before(client.create_account(name), "name_taken")?;
            let account = client.account(name)?.account;
            self.addresses.insert(name.to_owned(), account.address);
        } else if self.contribution.is_none() {
            let datanet = CreateDatanet {
                name: "errors".to_owned(),
                licence: "CC-BY-4.0".to_owned(),
                ..CreateDatanet::default()
            };
            done_before(client.create_datanet(&datanet), "name_taken")?;
            let report = client.contribute("errors", "ada", "a.jsonl", RECORDS.as_bytes())?;
            assert_eq!(report.accepted, 3);
            self.contribution = Some(report.id);
        } else if self.snapshot.is_none() {
            self.snapshot = Some(client.snapshot("errors")?.id);
        } else if self.job.is_none() {
            let options = TrainOptions { epochs: Some(60), ..TrainOptions::default() };
            self.job = Some(client.train("errors", &Train { options, ..Train::default() })?.id);
        } else if !self.is_trained {
            let job = client.wait_for_job(self.job.as_deref().unwrap_or_default(), |_| {})?;
            assert_eq!(job.status, JobStatus::Done, "{:?}", job.error);
            self.is_trained = true;
        } else {
            self.round(client)?;
        }
        Ok(())
    }

    /// Two answers, a period, claims.
    fn round(&mut self, client: &Client) -> Result<(), ClientError> {
        for number in 0..2 {
            let key = format!("{}-{number}", self.rounds);
            let Entry::Vacant(missing) = self.answers.entry(key.clone()) else { continue };
            let reply = client.chat_once(&question(), Some(&key))?;
            let fee = reply.attribution.fee_wei.parse().expect("an amount");
            missing.insert((reply.attribution.id, fee));
        }
        if let Some(period) = done_before(client.close_period(), "nothing_to_close")? {
            self.periods.insert(period.number, period.root);
        }
        for claim in client.claim(None)?.claims {
            let cumulative = claim.cumulative_wei.parse().expect("an amount");
            self.claimed.insert(claim.account, cumulative);
        }
        self.rounds += 1;
        Ok(())
    }

    /// Everything acknowledged is still there, as it was.
    fn check(&self, client: &Client) -> Result<(), ClientError> {
        for (name, address) in &self.addresses {
            assert_eq!(client.account(name)?.account.address, *address);
        }
        if let Some(contribution) = &self.contribution {
            let records = client.records("errors", 0, 10)?.records;
            assert_eq!(records.len(), 3);
            assert!(records.iter().all(|record| record.contribution == *contribution));
        }
        if let Some(snapshot) = &self.snapshot {
            let snapshots = client.datanet("errors")?.snapshot_list;
            assert_eq!(snapshots.iter().map(|known| &known.id).collect::<Vec<_>>(), [snapshot]);
        }
        if let Some(job) = &self.job {
            let job = client.job(job)?;
            assert!(job.error.is_none(), "{:?}", job.error);
        }
        let stored = client.completions(1000)?.completions;
        let stored: BTreeSet<_> = stored.into_iter().filter_map(|answer| answer.receipt).collect();
        for (receipt, _) in self.answers.values() {
            assert!(stored.contains(receipt), "an acknowledged answer is gone");
        }
        for (number, root) in &self.periods {
            assert_eq!(client.period(*number)?.period.root, *root);
        }
        for (account, cumulative) in &self.claimed {
            let claimed = client.account(account)?.account.claimed_wei;
            assert!(claimed.parse::<u128>().expect("an amount") >= *cumulative);
        }
        Ok(())
    }

    /// Every fee was paid once, by the payer, and reached exactly those whom the splits name.
    fn check_totals(&self, client: &Client) {
        let number = |text: &str| text.parse::<u128>().expect("an amount");
        let answers = client.completions(1000).expect("a list").completions;
        assert_eq!(answers.len(), self.answers.len(), "each key gave one answer");
        let fees: u128 = answers.iter().map(|answer| number(&answer.fee_wei)).sum();
        let acknowledged: u128 = self.answers.values().map(|(_, fee)| fee).sum();
        assert_eq!(fees, acknowledged);
        let status = client.status().expect("a status");
        let totals = status.totals;
        assert_eq!(number(&totals.fees_wei), fees);
        assert_eq!((number(&totals.paid_wei), number(&totals.claimed_wei)), (fees, fees));
        let periods = client.periods().expect("a list").periods;
        assert_eq!(periods.len() as u64, status.period.closed);
        let claims = client.claims().expect("a list").claims;
        assert_eq!(claims.iter().map(|claim| number(&claim.paid_wei)).sum::<u128>(), fees);
        let payer = client.account("local").expect("the payer").account;
        let deposit = 100_000_000_000_000_000_000;
        assert_eq!(number(&payer.escrow.deposited_wei), deposit - fees);
        assert_eq!(payer.escrow.reserved_wei, "0");
    }
}

fn question() -> ChatRequest {
    let content = ChatContent::Text("What is E2?".to_owned());
    ChatRequest {
        model: "errors".to_owned(),
        messages: vec![ChatMessage { role: "user".to_owned(), content }],
        sampling: Sampling { max_tokens: Some(8), ..Sampling::default() },
        ..ChatRequest::default()
    }
}

/// A refusal with `code` says that the life before did it without saying so.
fn done_before<T>(result: Result<T, ClientError>, code: &str) -> Result<Option<T>, ClientError> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.code() == Some(code) => Ok(None),
        Err(error) => Err(error),
    }
}
