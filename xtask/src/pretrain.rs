//! `cargo xtask pretrain`: trains the base model of the demo on the corpus, with the project's own trainer.
//!
//! A run is resumed from the last checkpoint in its work folder, if there is one.

mod data;
mod release;
mod wiring;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use model::{Config, Example, Llama, Workspace};
use trainer::{AdamWOptions, Pretraining, PretrainingOptions, Progress};

use data::Data;

/// What to train on, for how long, and where the model goes.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// The corpus, as `cargo xtask corpus` writes it.
    #[arg(long, default_value = ".openledger/corpus")]
    corpus: PathBuf,
    /// Checkpoints and the log go here.
    #[arg(long, default_value = ".openledger/pretrain")]
    work: PathBuf,
    /// The model folder to write, in the Hugging Face layout.
    #[arg(long, default_value = "demo/base")]
    out: PathBuf,
    /// Steps of the whole run.
    #[arg(long, default_value_t = 2400)]
    steps: u64,
    /// Documents per step.
    #[arg(long, default_value_t = 32)]
    batch: usize,
    /// Highest learning rate.
    #[arg(long, default_value_t = 1e-3)]
    learning_rate: f32,
    /// Stops when so many percent of the held-out lookups are answered exactly.
    #[arg(long, default_value_t = 99.0)]
    stop_percent: f64,
    /// Steps between evaluations.
    #[arg(long, default_value_t = 100)]
    evaluate_every: u64,
    /// Decides the first weights.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

const CHECKPOINT_EVERY: Duration = Duration::from_mins(3);
const CHECKPOINT: &str = "checkpoint.bin";
const HELD_OUT: usize = 200;

/// How well held-out lookups are answered, in percent.
#[derive(Debug, Clone, Copy)]
struct Accuracy {
    /// Lookups of whose answer every token had a probability above one half.
    exact: f64,
    /// The same of the first token of the answer alone.
    first: f64,
    /// The same of all tokens of the answers.
    tokens: f64,
}

pub(crate) fn run(options: &Options) -> Result<()> {
    fs::create_dir_all(&options.work)?;
    let data = Data::load(&options.corpus, options.batch)?;
    let mut training = start(options)?;
    let clock = stopwatch();
    let (first_step, mut saved) = (training.steps(), stopwatch());
    let mut loss = f64::NAN;
    let mut last = None;
    while training.steps() < options.steps {
        let progress = training.step_on(&data.batch(training.steps())?)?;
        loss = if loss.is_nan() {
            progress.train_loss
        } else {
            loss * 0.98 + progress.train_loss * 0.02
        };
        last = Some(progress);
        if progress.step % options.evaluate_every == 0 || progress.step == options.steps {
            let accuracy = evaluate(training.model(), &data)?;
            let seconds = clock.elapsed().as_secs_f64() / count(progress.step - first_step);
            report(&progress, loss, seconds, accuracy);
            if accuracy.exact >= options.stop_percent {
                break;
            }
        }
        if saved.elapsed() >= CHECKPOINT_EVERY {
            save(&training, &options.work)?;
            saved = stopwatch();
        }
    }
    save(&training, &options.work)?;
    let accuracy = evaluate(training.model(), &data)?;
    let progress = last.context("no step was taken: raise --steps or remove the checkpoint")?;
    release::write(training.model(), &options.corpus, &options.out, &progress, loss, accuracy)
}

/// Resumes from the checkpoint, or begins with wired weights.
fn start(options: &Options) -> Result<Pretraining> {
    let settings = PretrainingOptions {
        steps: options.steps,
        learning_rate: options.learning_rate,
        warmup: 30,
        floor: 0.03,
        adamw: AdamWOptions { beta2: 0.98, weight_decay: 0.05, ..AdamWOptions::default() },
        ..PretrainingOptions::default()
    };
    let checkpoint = options.work.join(CHECKPOINT);
    if checkpoint.exists() {
        println!("resuming from {}", checkpoint.display());
        return Ok(Pretraining::resume(&fs::read(checkpoint)?, settings)?);
    }
    let mut model = Llama::random(&config(), options.seed)?;
    wiring::wire(&mut model, options.seed);
    println!("{} parameters", model.weights().len());
    Ok(Pretraining::new(model, settings)?)
}

fn config() -> Config {
    Config {
        hidden: 256,
        layers: 4,
        heads: 4,
        kv_heads: 4,
        head_width: 64,
        ffn: 768,
        vocabulary: 4096,
        context: 512,
        norm_epsilon: 1e-5,
        rope_theta: 500_000.0,
        tied: true,
        bos: Some(0),
        eos: vec![1],
    }
}

/// Teacher-forced accuracy: an answer counts when greedy decoding is certain to give it.
fn evaluate(model: &Llama, data: &Data) -> Result<Accuracy> {
    let (mut exact, mut first, mut right, mut tokens) = (0_u64, 0_u64, 0_u64, 0_u64);
    let mut workspace = Workspace::new();
    let examples: &[Example] = &data.held_out;
    for example in examples {
        model.loss(None, example, &mut workspace)?;
        let certain: Vec<bool> =
            workspace.token_nats().iter().map(|&nats| nats < std::f32::consts::LN_2).collect();
        exact += u64::from(certain.iter().all(|&certain| certain));
        first += u64::from(certain.first() == Some(&true));
        right += certain.iter().map(|&certain| u64::from(certain)).sum::<u64>();
        tokens += certain.len() as u64;
    }
    let percent = |part: u64, whole: u64| 100.0 * count(part) / count(whole.max(1));
    let asked = examples.len() as u64;
    Ok(Accuracy {
        exact: percent(exact, asked),
        first: percent(first, asked),
        tokens: percent(right, tokens),
    })
}

fn report(progress: &Progress, loss: f64, seconds_per_step: f64, accuracy: Accuracy) {
    let Accuracy { exact, first, tokens } = accuracy;
    println!(
        "step {} tokens {} loss {loss:.3} norm {:.2} rate {:.1e} {seconds_per_step:.2} s/step | held-out exact \
         {exact:.1} % first {first:.1} % token {tokens:.1} %",
        progress.step, progress.tokens, progress.gradient_norm, progress.learning_rate,
    );
}

fn save(training: &Pretraining, work: &Path) -> Result<()> {
    let fresh = work.join("checkpoint.new");
    fs::write(&fresh, training.checkpoint())?;
    fs::rename(fresh, work.join(CHECKPOINT)).context("replacing the checkpoint")
}

#[expect(clippy::disallowed_methods, reason = "the log of a long run shows its speed")]
fn stopwatch() -> Instant {
    Instant::now()
}

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
fn count(n: u64) -> f64 {
    n as f64
}
