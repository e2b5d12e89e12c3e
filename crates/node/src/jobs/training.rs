//! One run from its examples to its adapter.

use std::time::Duration;

use model::{Example, Precision};
use primitives::{Adapter, AdapterId, B256, ChainRecord as _, SnapshotId, keccak256};
use trainer::{Options, Progress, Run};

use super::indexing::{Indexes, index};
use super::{Ended, Known, parse_preset};
use crate::base::Base;
use crate::clock::{Stopwatch, now_s};
use crate::core::Core;
use crate::error::ApiError;
use crate::expand::Language;
use crate::hex::{hex, parse_id};
use crate::tables::{ADAPTERS, StoredAdapter};
use crate::wire::{JobPoint, JobStatus, TrainOptions};

/// Part of the examples that training does not see.
const EVALUATED: f32 = 0.02;

/// Does run `number`, from wherever the last stop left it.
pub(super) fn run(core: &Core, number: u64) -> Result<(), Ended> {
    let Some(known) = core.jobs.known(number) else { return Ok(()) };
    core.jobs.check(number)?;
    if known.shown.status == JobStatus::Anchoring
        && let Some(adapter) = &known.shown.adapter
    {
        return anchor(core, number, &known, parse_id("adapter", adapter)?);
    }
    let base = core.require_base()?;
    let snapshot = parse_id("snapshot", &known.shown.snapshot)?;
    let (library, rows) = core.library(snapshot)?;
    let language = base.language();
    let retrieved = core.config.retrieve_records as usize;
    let examples = language.examples(&library, retrieved).map_err(ApiError::internal)?;
    let options = options(&known, base, examples.len())?;
    let trained = train(core, number, &known, base, examples, &options)?;
    let indexes = index(core, number, base, &trained, &library, &rows)?;
    let id = store(core, number, &known, (snapshot, base, &options), (&trained, &indexes))?;
    let known = core.jobs.known(number).unwrap_or(known);
    anchor(core, number, &known, id)
}

impl Base {
    /// What turns conversations into this model's tokens.
    pub(crate) fn language(&self) -> Language<'_> {
        let context = self.model.config().context;
        Language { tokenizer: &self.tokenizer, template: &self.template, context }
    }
}

fn options(known: &Known, base: &Base, examples: usize) -> Result<Options, ApiError> {
    let preset = parse_preset(&known.preset)?;
    let parameters = base.model.config().parameters();
    let mut options = Options::preset(preset, parameters, examples);
    options.workers = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    options.eval_fraction = if examples >= 50 { EVALUATED } else { 0.0 };
    let TrainOptions { epochs, lr, rank, batch, seed } = known.options;
    options.epochs = epochs.map_or(options.epochs, u64::from);
    options.learning_rate = lr.unwrap_or(options.learning_rate);
    options.seed = seed.unwrap_or(options.seed);
    if let Some(rank) = rank {
        options.rank = rank as usize;
        #[expect(clippy::cast_precision_loss, reason = "ranks are far below 2^24")]
        let alpha = 2.0 * rank as f32;
        options.alpha = alpha;
    }
    if let Some(batch) = batch {
        options.batch = batch as usize;
    }
    options.validate().map_err(|error| {
        ApiError::bad_input("bad_value", crate::error::chain(&error)).detail("param", "options")
    })?;
    Ok(options)
}

fn train(
    core: &Core,
    number: u64,
    known: &Known,
    base: &Base,
    examples: Vec<Example>,
    options: &Options,
) -> Result<model::Lora, Ended> {
    let mut run = start(core, known, base, examples, options)?;
    let steps = run.steps();
    core.update_job(number, |job| {
        job.shown.status = JobStatus::Training;
        job.shown.steps = steps;
        job.shown.step = run.steps_taken();
        let taken = run.steps_taken();
        job.shown.series.retain(|point| point.step <= taken);
    })?;
    let (watch, first) = (Stopwatch::start(), run.steps_taken());
    let mut tokens = 0_u64;
    let mut saved = Stopwatch::start();
    while !run.finished() {
        core.jobs.check(number)?;
        let progress = run.step().map_err(ApiError::internal)?;
        tokens += progress.tokens_per_step as u64;
        let pace = Pace { tokens, steps: progress.step - first, elapsed: watch.elapsed() };
        core.change_job(number, |job| pace.note(&progress, job));
        if saved.elapsed() >= Duration::from_secs(core.config.checkpoint_s) {
            save(core, number, &run)?;
            saved = Stopwatch::start();
        }
    }
    save(core, number, &run)?;
    Ok(run.into_lora())
}

fn start<'a>(
    core: &Core,
    known: &Known,
    base: &'a Base,
    examples: Vec<Example>,
    options: &Options,
) -> Result<Run<'a>, ApiError> {
    if known.checkpoint == B256::ZERO {
        return Run::fresh(&base.model, examples, options.clone()).map_err(ApiError::internal);
    }
    let checkpoint = core.store.blobs().get(known.checkpoint).map_err(ApiError::internal)?;
    Run::resume(&base.model, examples, options.clone(), &checkpoint).map_err(ApiError::internal)
}

fn save(core: &Core, number: u64, run: &Run<'_>) -> Result<(), ApiError> {
    let checkpoint = core.store.blobs().put(&run.checkpoint()).map_err(ApiError::internal)?;
    core.update_job(number, |job| job.checkpoint = checkpoint)
}

/// How fast a run goes since it was started or resumed.
struct Pace {
    tokens: u64,
    steps: u64,
    elapsed: Duration,
}

impl Pace {
    #[expect(clippy::cast_precision_loss, reason = "rates for people to look at")]
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "positive seconds; the cast saturates"
    )]
    fn note(&self, progress: &Progress, job: &mut Known) {
        let seconds = self.elapsed.as_secs_f64().max(1e-3);
        let left = progress.steps.saturating_sub(progress.step) as f64;
        let shown = &mut job.shown;
        shown.step = progress.step;
        shown.epoch = progress.epoch;
        shown.tokens_per_s = self.tokens as f64 / seconds;
        shown.eta_s = Some((left * seconds / self.steps.max(1) as f64) as u64);
        shown.train_loss = Some(progress.train_loss);
        shown.eval_loss = progress.eval_loss.or(shown.eval_loss);
        job.add_point(JobPoint {
            step: progress.step,
            train_loss: progress.train_loss,
            eval_loss: progress.eval_loss,
            lr: f64::from(progress.learning_rate),
            grad_norm: f64::from(progress.gradient_norm),
        });
    }
}

/// Stores the finished adapter and notes in the same write that only its anchor is missing.
fn store(
    core: &Core,
    number: u64,
    known: &Known,
    (snapshot, base, options): (SnapshotId, &Base, &Options),
    (lora, indexes): (&model::Lora, &Indexes),
) -> Result<AdapterId, ApiError> {
    let put = |bytes: &[u8]| core.store.blobs().put(bytes).map_err(ApiError::internal);
    let files = lora.to_peft(Precision::F32);
    let view = core.datanets.get(&known.shown.datanet).map_err(crate::datanets::refused)?;
    let record = Adapter {
        snapshot,
        base: base.digest,
        weights: put(&files.weights)?,
        options: keccak256(format!("{options:?}")),
        influenceRoot: indexes.index.root().map_err(ApiError::internal)?,
        spanIndex: indexes.spans.digest(),
        rule: attribution::Rule::POA_1.name.to_owned(),
        owner: view.datanet.owner,
        timeS: now_s(),
    };
    let (train_loss, eval_loss) = core
        .jobs
        .known(number)
        .map_or((None, None), |job| (job.shown.train_loss, job.shown.eval_loss));
    let row = StoredAdapter {
        record: record.encode().into(),
        name: known.shown.adapter_name.clone(),
        datanet: known.shown.datanet.clone(),
        config: put(&files.config)?,
        influenceIndex: put(&indexes.index.encode())?,
        basis: put(&indexes.basis.encode())?,
        spanIndex: put(&indexes.spans.encode())?,
        parameters: lora.parameters().len() as u64,
        rank: u32::try_from(options.rank).unwrap_or(u32::MAX),
        trainLossMicronats: micronats(train_loss),
        evalLossMicronats: micronats(eval_loss),
        records: u32::try_from(indexes.index.rows().len()).unwrap_or(u32::MAX),
        transaction: B256::ZERO,
    };
    let id = record.id();
    core.write(|tables| tables.insert(&ADAPTERS, &id, &row))?;
    core.update_job(number, |job| {
        job.shown.status = JobStatus::Anchoring;
        job.shown.adapter = Some(hex(id));
    })?;
    Ok(id)
}

#[expect(clippy::cast_possible_truncation, reason = "a loss is a few nats; the cast saturates")]
fn micronats(loss: Option<f64>) -> i64 {
    loss.filter(|nats| nats.is_finite()).map_or(-1, |nats| (nats * 1e6).round() as i64)
}

/// Writes the adapter on the chain, unless it is there, and gives it its name.
fn anchor(core: &Core, number: u64, known: &Known, id: AdapterId) -> Result<(), Ended> {
    let record = core.stored_adapter(id)?.decoded()?;
    let done = core.contracts.is_adapter_anchored(&*core.chain, id).map_err(ApiError::internal)?;
    let mut transaction = B256::ZERO;
    if !done {
        let call = core.contracts.anchor_adapter(&record);
        let sent = core.send(core.keys.operator(), &[call], "anchor adapter")?;
        transaction = sent.first().copied().unwrap_or_default();
    }
    let name = &known.shown.adapter_name;
    core.publish_adapter(name, id, transaction)?;
    core.update_job(number, |job| {
        job.shown.status = JobStatus::Done;
        job.shown.eta_s = None;
        let trained = job.shown.series.last().map_or(0, |point| point.step);
        (job.shown.step, job.shown.steps) = (trained, trained);
    })?;
    core.events.tell("adapter", &core.show_adapter(name)?);
    Ok(())
}
