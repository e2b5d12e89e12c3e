//! What the journey showed: figures for machines, a page of text for people.

use std::collections::BTreeSet;

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

use crate::api::{list, text, wei};

use super::datanet::HeldOut;
use super::verification::Verification;

const WHOLE_PPM: u64 = 1_000_000;

/// One question, answered with and without the adapter.
#[derive(Debug)]
pub(crate) struct Answer {
    datanet: &'static str,
    question: String,
    expected: String,
    given: String,
    base: String,
    /// Paid shares, largest first: record, contributor's name, parts per million, evidence.
    pub(crate) shares: Vec<Value>,
    unattributed_ppm: u64,
    fee_wei: u128,
    /// The attribution receipt's id.
    pub(crate) receipt: String,
    /// The record that states the fact.
    stated_by: String,
}

impl Answer {
    /// Reads the two completions of one question.
    pub(crate) fn read(
        datanet: &'static str,
        question: &HeldOut,
        adapted: &Value,
        base: &Value,
        stated_by: String,
    ) -> Result<Self> {
        let attribution = &adapted["attribution"];
        let sources = list(attribution, "sources")?;
        let paid = sources.iter().filter(|source| source["share_ppm"].as_u64() > Some(0));
        let shares: Vec<Value> = paid.cloned().collect();
        let unattributed = attribution["unattributed_ppm"].as_u64();
        let unattributed_ppm = unattributed.context("no unattributed part")?;
        let shared: u64 = shares.iter().filter_map(|source| source["share_ppm"].as_u64()).sum();
        ensure!(
            shared + unattributed_ppm == WHOLE_PPM,
            "shares and the unattributed part sum to {shared} + {unattributed_ppm} ppm"
        );
        Ok(Self {
            datanet,
            question: question.question.clone(),
            expected: question.answer.clone(),
            given: content(adapted)?,
            base: content(base)?,
            shares,
            unattributed_ppm,
            fee_wei: wei(attribution, "fee_wei")?,
            receipt: text(attribution, "id")?.to_owned(),
            stated_by,
        })
    }

    fn correct(&self) -> bool {
        normal(&self.given) == normal(&self.expected)
    }

    fn base_correct(&self) -> bool {
        normal(&self.base) == normal(&self.expected)
    }

    fn top_states_it(&self) -> bool {
        self.shares.first().is_some_and(|top| top["record"] == self.stated_by.as_str())
    }

    fn to_json(&self) -> Value {
        let top = self.shares.first();
        json!({
            "datanet": self.datanet,
            "question": self.question,
            "expected": self.expected,
            "given": self.given,
            "correct": self.correct(),
            "base_given": self.base,
            "base_correct": self.base_correct(),
            "stated_by": self.stated_by,
            "top_record": top.map(|source| &source["record"]),
            "top_contributor": top.map(|source| &source["contributor_name"]),
            "top_states_the_fact": self.top_states_it(),
            "shares": self.shares,
            "unattributed_ppm": self.unattributed_ppm,
            "fee_wei": self.fee_wei.to_string(),
            "receipt": self.receipt,
        })
    }
}

/// What was paid in and out.
#[derive(Debug)]
pub(crate) struct Money {
    /// The closed period.
    pub(crate) period: Value,
    /// What the claims paid.
    pub(crate) claims: Value,
    /// Every account with its lines.
    pub(crate) accounts: Vec<Value>,
    /// Who paid.
    pub(crate) reader: Value,
}

/// Everything that the demo tells.
#[derive(Debug)]
pub(crate) struct Report {
    pub(crate) copycats: Vec<String>,
    /// Ids of the records that the copycats copied.
    pub(crate) copied: BTreeSet<String>,
    pub(crate) admissions: Vec<Value>,
    pub(crate) snapshots: Vec<Value>,
    pub(crate) jobs: Vec<Value>,
    pub(crate) answers: Vec<Answer>,
    pub(crate) money: Money,
    pub(crate) verification: Verification,
    pub(crate) phases: Vec<(String, f64)>,
    pub(crate) seconds: f64,
}

/// The figures that the demo promises.
struct Figures {
    questions: usize,
    correct: usize,
    base_correct: usize,
    top_states_it: usize,
    fees_wei: u128,
    earned_wei: u128,
    claimed_wei: u128,
    copycats_wei: u128,
    copied_fees_wei: u128,
    treasury_wei: u128,
    validators_wei: u128,
    burnt_wei: u128,
}

impl Report {
    fn figures(&self) -> Figures {
        let count = |test: fn(&Answer) -> bool| self.answers.iter().filter(|a| test(a)).count();
        let sum = |key: &str| -> u128 {
            self.money.accounts.iter().filter_map(|account| wei(account, key).ok()).sum()
        };
        let is_copycat = |account: &&Value| {
            self.copycats.iter().any(|copycat| account["name"] == copycat.as_str())
        };
        let copycats = self.money.accounts.iter().filter(is_copycat);
        let copied = self.answers.iter().filter(|answer| self.copied.contains(&answer.stated_by));
        Figures {
            questions: self.answers.len(),
            correct: count(Answer::correct),
            base_correct: count(Answer::base_correct),
            top_states_it: count(|answer| answer.correct() && answer.top_states_it()),
            fees_wei: self.answers.iter().map(|answer| answer.fee_wei).sum(),
            earned_wei: sum("earned_wei"),
            claimed_wei: sum("claimed_wei"),
            copycats_wei: copycats.filter_map(|account| wei(account, "earned_wei").ok()).sum(),
            copied_fees_wei: copied.map(|answer| answer.fee_wei).sum(),
            treasury_wei: self.earned_by("treasury"),
            validators_wei: self.earned_by("validators"),
            burnt_wei: self.earned_by("burn"),
        }
    }

    /// What the account of this name has earned.
    fn earned_by(&self, name: &str) -> u128 {
        let account = self.money.accounts.iter().find(|account| account["name"] == name);
        account.and_then(|account| wei(account, "earned_wei").ok()).unwrap_or_default()
    }

    /// The first promise that this journey did not keep.
    pub(crate) fn broken_promise(&self) -> Option<String> {
        let figures = self.figures();
        let Figures { questions, correct, base_correct, top_states_it, .. } = figures;
        let promises = [
            (
                correct * 100 >= questions * 80,
                format!("{correct} of {questions} answers are right"),
            ),
            (
                base_correct * 100 <= questions * 10,
                format!("the base alone knew {base_correct} of {questions}"),
            ),
            (
                top_states_it * 100 >= correct * 90,
                format!("{top_states_it} of {correct} right answers credit their source first"),
            ),
            (
                figures.copycats_wei * 50 <= figures.copied_fees_wei,
                format!(
                    "copycats earned {} of {}",
                    open(figures.copycats_wei),
                    open(figures.copied_fees_wei)
                ),
            ),
            (
                figures.fees_wei == figures.earned_wei && figures.fees_wei == figures.claimed_wei,
                format!(
                    "{} wei came in, {} were earned, {} were claimed",
                    figures.fees_wei, figures.earned_wei, figures.claimed_wei
                ),
            ),
        ];
        promises.into_iter().find(|(kept, _)| !kept).map(|(_, what)| what)
    }

    /// The machine-readable summary.
    pub(crate) fn to_json(&self) -> Value {
        let figures = self.figures();
        let phases = self.phases.iter().map(|(name, seconds)| {
            json!({ "phase": name, "seconds": (seconds * 1000.0).round() / 1000.0 })
        });
        let account = |account: &Value| {
            json!({
                "name": account["name"],
                "address": account["address"],
                "earned_wei": account["earned_wei"],
                "claimed_wei": account["claimed_wei"],
                "lines": account["lines"],
                "zeros": account["zeros"],
            })
        };
        json!({
            "kept": self.broken_promise().is_none(),
            "questions": self.answers.iter().map(Answer::to_json).collect::<Vec<_>>(),
            "accuracy": {
                "questions": figures.questions,
                "correct": figures.correct,
                "base_correct": figures.base_correct,
                "top_record_states_the_fact": figures.top_states_it,
            },
            "accounts": self.money.accounts.iter().map(account).collect::<Vec<_>>(),
            "copycats": {
                "names": self.copycats,
                "earned_wei": figures.copycats_wei.to_string(),
                "fees_of_originals_wei": figures.copied_fees_wei.to_string(),
            },
            "totals": {
                "in_wei": figures.fees_wei.to_string(),
                "earned_wei": figures.earned_wei.to_string(),
                "out_wei": figures.claimed_wei.to_string(),
                "treasury_wei": figures.treasury_wei.to_string(),
                "validators_wei": figures.validators_wei.to_string(),
                "burnt_wei": figures.burnt_wei.to_string(),
                "equal": figures.fees_wei == figures.claimed_wei,
            },
            "admissions": self.admissions,
            "snapshots": self.snapshots,
            "training": self.jobs.iter().map(job).collect::<Vec<_>>(),
            "period": self.money.period,
            "claims": self.money.claims["claims"],
            "payer": { "name": self.money.reader["name"], "escrow": self.money.reader["escrow"] },
            "verification": {
                "receipt": self.verification.receipt,
                "honest": self.verification.honest,
                "tampered": self.verification.tampered,
            },
            "phases": phases.collect::<Vec<_>>(),
            "seconds": (self.seconds * 1000.0).round() / 1000.0,
        })
    }

    /// The summary for people.
    pub(crate) fn print(&self) {
        self.print_admissions();
        self.print_answers();
        self.print_money();
        let broken = &self.verification.tampered["broken"];
        println!("\nRECEIPT {}", self.verification.receipt);
        println!("  verified offline: every link holds");
        println!("  a tampered copy is refused at its first broken link: {broken}");
        println!("\nTIME {:.0} s in all", self.seconds);
    }

    fn print_admissions(&self) {
        println!("\nCONTRIBUTIONS");
        for line in &self.admissions {
            let who = line["contributor"].as_str().unwrap_or_default();
            let datanet = line["datanet"].as_str().unwrap_or_default();
            let note = if line["copycat"] == true { " (copies others)" } else { "" };
            println!(
                "  {datanet:<14} {who:<9} {:>3} accepted {:>3} refused {}{note}",
                line["accepted"], line["rejected"], line["reasons"]
            );
        }
    }

    fn print_answers(&self) {
        println!("\nANSWERS (one per Datanet; --json lists all)");
        let mut shown = BTreeSet::new();
        for answer in &self.answers {
            if !answer.correct() || !shown.insert(answer.datanet) {
                continue;
            }
            println!("  {} › {}", answer.datanet, answer.question);
            println!("    adapter  {}", answer.given);
            println!("    base     {}", answer.base.lines().next().unwrap_or_default());
            for source in answer.shares.iter().take(3) {
                println!("    {}", credit(source));
            }
            println!("    {:>7.3} % unattributed", percent(answer.unattributed_ppm));
            println!("    fee {}", open(answer.fee_wei));
        }
        let Figures { questions, correct, base_correct, top_states_it, .. } = self.figures();
        println!("\n  {correct} of {questions} held-out questions answered right by the adapters");
        println!("  {base_correct} of {questions} by the base model alone");
        println!("  {top_states_it} of {correct} right answers credit the stating record first");
    }

    fn print_money(&self) {
        println!("\nWHO GOT WHAT, AND WHY");
        for account in &self.money.accounts {
            let name = account["name"].as_str().unwrap_or("?");
            let earned = wei(account, "earned_wei").unwrap_or_default();
            let claimed = wei(account, "claimed_wei").unwrap_or_default();
            println!("  {name:<10} earned {:<24} claimed {}", open(earned), open(claimed));
            println!("             {}", self.why(account));
        }
        let figures = self.figures();
        println!("\n  fees in   {:>28} wei", figures.fees_wei);
        println!("  paid out  {:>28} wei", figures.claimed_wei);
        println!("  of it     {:>28} wei to the treasury", figures.treasury_wei);
        println!("            {:>28} wei to the validators", figures.validators_wei);
        println!("            {:>28} wei burnt", figures.burnt_wei);
        println!(
            "  copycats  {:>28} wei of the {} that answers from their originals cost",
            figures.copycats_wei, figures.copied_fees_wei
        );
    }

    /// The largest reason for an account's income, or why there is none.
    fn why(&self, account: &Value) -> String {
        let empty = Vec::new();
        let lines = account["lines"].as_array().unwrap_or(&empty);
        let largest = lines.iter().max_by_key(|line| wei(line, "amount_wei").unwrap_or_default());
        if let Some(line) = largest {
            let why = line["why"].as_str().unwrap_or_default();
            return format!("{} payments; the largest: {why}", lines.len());
        }
        let refused = self.admissions.iter().find(|line| line["contributor"] == account["name"]);
        match refused.filter(|line| line["accepted"] == 0) {
            Some(line) => {
                format!(
                    "nothing: all {} records were refused, {}",
                    line["rejected"], line["reasons"]
                )
            }
            None => "nothing: no record of this account was used".to_owned(),
        }
    }
}

fn credit(source: &Value) -> String {
    let ppm = source["share_ppm"].as_u64().unwrap_or_default();
    let empty = Vec::new();
    let evidence = source["evidence"].as_array().unwrap_or(&empty).iter();
    let evidence: Vec<&str> = evidence.filter_map(|part| part["class"].as_str()).collect();
    let name = source["contributor_name"].as_str().unwrap_or("?");
    let question = source["question"].as_str().unwrap_or_default();
    format!("{:>7.3} % {name} for “{question}” ({})", percent(ppm), evidence.join(", "))
}

fn job(job: &Value) -> Value {
    let keys = ["datanet", "adapter_name", "steps", "train_loss", "eval_loss", "tokens_per_s"];
    keys.into_iter().map(|key| (key.to_owned(), job[key].clone())).collect()
}

fn content(completion: &Value) -> Result<String> {
    let message = &completion["choices"][0]["message"];
    Ok(text(message, "content")?.trim().to_owned())
}

/// Case and punctuation do not decide whether an answer is right.
pub(crate) fn normal(text: &str) -> String {
    let lower = text.to_lowercase();
    let words = lower.split(|letter: char| !letter.is_alphanumeric());
    words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

#[expect(clippy::cast_precision_loss, reason = "parts per million are exact in f64")]
fn percent(ppm: u64) -> f64 {
    ppm as f64 / 10_000.0
}

fn open(wei: u128) -> String {
    primitives::Wei::new(wei).to_string()
}
