//! The seven steps, and what each of them answered.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use indicatif::ProgressBar;
use serde_json::{Value, json};

use crate::api::{Api, list, text, wei};

use super::contributor::Contributor;
use super::datanet::{Datanet, FIELDS, HeldOut, RecordIds};
use super::progress::Progress;
use super::report::{Answer, Money, Report, normal};
use super::verification;

/// Who asks the questions and pays for the answers.
const READER: &str = "reader";
const DEPOSIT_WEI: &str = "50000000000000000000";
const ANSWER_TOKENS_MAX: u32 = 48;
/// Longest wait for the period to become claimable; the demo's challenge window takes seconds.
const CLAIM_WAIT_S: u32 = 60;

/// What happened so far.
#[derive(Debug)]
pub(crate) struct Journey {
    datanets: Vec<Datanet>,
    admissions: Vec<Value>,
    snapshots: Vec<Value>,
    jobs: Vec<Value>,
    answers: Vec<Answer>,
    copied: BTreeSet<String>,
    money: Money,
}

impl Journey {
    /// Runs all seven steps against the node behind `api`.
    pub(crate) fn run(
        root: &Path,
        api: &Api,
        questions: Option<usize>,
        progress: &mut Progress,
    ) -> Result<Self> {
        let read = |field| {
            let mut datanet = Datanet::read(root, field)?;
            datanet.questions.truncate(questions.unwrap_or(usize::MAX));
            Ok(datanet)
        };
        let datanets: Vec<Datanet> = FIELDS.into_iter().map(read).collect::<Result<_>>()?;

        let mut library = Library::default();
        let admissions =
            progress.phase("contribute", |bar| contribute(api, &datanets, &mut library, bar))?;
        let snapshots = progress.phase("snapshot", |_| snapshot(api, &datanets))?;
        let mut jobs = Vec::new();
        for datanet in &datanets {
            let phase = format!("train {}", datanet.name);
            jobs.push(progress.phase(&phase, |bar| train(api, datanet.name, bar))?);
        }
        let reader = api.post("/api/v1/accounts", &json!({ "name": READER }))?;
        let api_key = text(&reader, "api_key")?;
        api.post(
            &format!("/api/v1/accounts/{READER}/deposit"),
            &json!({ "amount_wei": DEPOSIT_WEI }),
        )?;
        let asker = Asker { api, api_key, ids: &library.ids };
        let answers =
            progress.phase("complete and attribute", |bar| asker.ask_all(&datanets, bar))?;
        let money = progress.phase("pay out and claim", |_| settle(api))?;
        let copied = library.copied;
        Ok(Self { datanets, admissions, snapshots, jobs, answers, copied, money })
    }

    /// Checks one receipt offline, then gives everything that the demo tells at its end.
    pub(crate) fn verified(
        self,
        root: &Path,
        api: &Api,
        folder: &Path,
        progress: &mut Progress,
    ) -> Result<Report> {
        let paid = self.answers.iter().find(|answer| !answer.shares.is_empty());
        let receipt = &paid.context("no answer credits any record")?.receipt;
        let verification =
            progress.phase("verify", |_| verification::run(root, api, receipt, folder))?;
        Ok(Report {
            copycats: self.datanets.iter().map(|datanet| datanet.copycat.clone()).collect(),
            admissions: self.admissions,
            snapshots: self.snapshots,
            jobs: self.jobs,
            answers: self.answers,
            copied: self.copied,
            money: self.money,
            verification,
            phases: progress.phases().to_vec(),
            seconds: progress.seconds(),
        })
    }
}

/// What the node's reports said of the submitted statements.
#[derive(Debug, Default)]
struct Library {
    /// Admitted statements of honest contributors.
    ids: RecordIds,
    /// Ids of the records that a copycat copied.
    copied: BTreeSet<String>,
}

impl Library {
    /// Notes the ids of admitted statements, or of the originals of a copycat's statements.
    fn remember(&mut self, datanet: &Datanet, contributor: &str, report: &Value) -> Result<()> {
        let statements = datanet.statements(contributor)?;
        for record in list(report, "records")? {
            let line = record["line"].as_u64().and_then(|line| usize::try_from(line).ok());
            let statement = line.and_then(|line| statements.get(line.checked_sub(1)?));
            let statement = statement.with_context(|| format!("{record} names no line"))?;
            if contributor == datanet.copycat {
                self.remember_copied(record, &statement.answer);
            } else if record["status"] == "accepted" {
                self.ids.insert(statement.clone(), text(record, "record")?.to_owned());
            }
        }
        Ok(())
    }

    /// The original that the node named; for an admitted copy every record with its answer.
    fn remember_copied(&mut self, record: &Value, answer: &str) {
        if let Some(original) = record["of"].as_str() {
            self.copied.insert(original.to_owned());
            return;
        }
        let answer = normal(answer);
        let same = self.ids.iter().filter(|(statement, _)| normal(&statement.answer) == answer);
        self.copied.extend(same.map(|(_, id)| id.clone()));
    }
}

/// Step 1: every contributor signs and submits a file; the copycat comes last.
fn contribute(
    api: &Api,
    datanets: &[Datanet],
    library: &mut Library,
    bar: &ProgressBar,
) -> Result<Vec<Value>> {
    bar.set_length(datanets.iter().map(|datanet| datanet.contributors.len() as u64).sum());
    let mut admissions = Vec::new();
    for datanet in datanets {
        let Datanet { name, licence, description, .. } = datanet;
        let create = json!({ "name": name, "licence": licence, "description": description });
        api.post("/api/v1/datanets", &create)?;
        for name in &datanet.contributors {
            let contributor = Contributor::new(name)?;
            contributor.register(api)?;
            let report = contributor.contribute(api, datanet.name, &datanet.file(name)?)?;
            library.remember(datanet, name, &report)?;
            admissions.push(admission(datanet, name, &report)?);
            bar.set_message(name.clone());
            bar.inc(1);
        }
    }
    Ok(admissions)
}

/// One line of the report: who gave how much, and why records were refused.
fn admission(datanet: &Datanet, contributor: &str, report: &Value) -> Result<Value> {
    let mut reasons = BTreeMap::<&str, u32>::new();
    for record in list(report, "records")? {
        if let Some(reason) = record["reason"].as_str() {
            *reasons.entry(reason).or_default() += 1;
        }
    }
    Ok(json!({
        "datanet": datanet.name,
        "contributor": contributor,
        "copycat": contributor == datanet.copycat,
        "accepted": report["accepted"],
        "rejected": report["rejected"],
        "reasons": reasons,
    }))
}

/// Step 2: each Datanet is frozen and its root anchored on chain.
fn snapshot(api: &Api, datanets: &[Datanet]) -> Result<Vec<Value>> {
    let freeze = |datanet: &Datanet| {
        api.post(&format!("/api/v1/datanets/{}/snapshots", datanet.name), &json!({}))
    };
    datanets.iter().map(freeze).collect()
}

/// Step 3: one adapter on the Datanet's newest snapshot; follows the run until its adapter serves.
fn train(api: &Api, datanet: &str, bar: &ProgressBar) -> Result<Value> {
    let path = format!("/api/v1/datanets/{datanet}/train");
    let job = api.post(&path, &json!({ "preset": "quick" }))?;
    let path = format!("/api/v1/jobs/{}", text(&job, "id")?);
    loop {
        let job = api.get(&format!("{path}?wait_s=2"))?;
        bar.set_length(job["steps"].as_u64().unwrap_or(0));
        bar.set_position(job["step"].as_u64().unwrap_or(0));
        let status = text(&job, "status")?;
        bar.set_message(format!("{status}, loss {:.3}", job["train_loss"].as_f64().unwrap_or(0.0)));
        match status {
            "done" => return Ok(job),
            "failed" | "cancelled" => bail!("training on {datanet} {status}: {}", job["error"]),
            _ => {}
        }
    }
}

/// Steps 4 and 5: asks what no record asks in these words; each answer comes with its attribution.
#[derive(Debug)]
struct Asker<'a> {
    api: &'a Api,
    api_key: &'a str,
    ids: &'a RecordIds,
}

impl Asker<'_> {
    fn ask_all(&self, datanets: &[Datanet], bar: &ProgressBar) -> Result<Vec<Answer>> {
        bar.set_length(datanets.iter().map(|datanet| datanet.questions.len() as u64).sum());
        let mut answers = Vec::new();
        for datanet in datanets {
            for question in &datanet.questions {
                answers.push(self.ask(datanet, question)?);
                bar.set_message(question.question.clone());
                bar.inc(1);
            }
        }
        Ok(answers)
    }

    fn ask(&self, datanet: &Datanet, question: &HeldOut) -> Result<Answer> {
        let adapted = self.complete(datanet.name, &question.question)?;
        let base = self.complete("base", &question.question)?;
        let stated_by = datanet.source(question).and_then(|source| self.ids.get(source)).cloned();
        let stated_by =
            stated_by.with_context(|| format!("{question:?}: its record was refused"))?;
        Answer::read(datanet.name, question, &adapted, &base, stated_by)
    }

    fn complete(&self, model: &str, question: &str) -> Result<Value> {
        self.api.chat(
            self.api_key,
            &json!({
                "model": model,
                "messages": [{ "role": "user", "content": question }],
                "temperature": 0,
                "max_tokens": ANSWER_TOKENS_MAX,
                "attribution": "full",
            }),
        )
    }
}

/// Steps 6 and 7: the period is closed, one root pays everybody, everybody claims once it can no
/// longer be disputed.
fn settle(api: &Api) -> Result<Money> {
    let period = api.post("/api/v1/periods/close", &json!({}))?;
    let claims = api.post("/api/v1/claims", &json!({ "wait_s": CLAIM_WAIT_S }))?;
    let accounts = api.get("/api/v1/accounts")?;
    let mut explained = Vec::new();
    for account in list(&accounts, "accounts")? {
        if wei(account, "earned_wei")? > 0 || account["name"].as_str() != Some(READER) {
            let path = format!("/api/v1/accounts/{}", text(account, "address")?);
            explained.push(api.get(&path)?);
        }
    }
    let reader = api.get(&format!("/api/v1/accounts/{READER}"))?;
    Ok(Money { period, claims, accounts: explained, reader })
}
