//! Fine-tuning: it learns, whatever the workers; it resumes; it tells.

use model::{Config, Example, KvCache, Llama, LoraGradient, SequenceError, Workspace};
use trainer::{CheckpointError, Options, Preset, Progress, Run, TrainError};

fn model() -> Llama {
    let config = Config {
        hidden: 32,
        layers: 2,
        heads: 4,
        kv_heads: 2,
        head_width: 8,
        ffn: 64,
        vocabulary: 64,
        context: 32,
        norm_epsilon: 1e-5,
        rope_theta: 10_000.0,
        tied: true,
        bos: None,
        eos: vec![],
    };
    let mut model = Llama::random(&config, 1).expect("valid");
    model.weights_mut().iter_mut().for_each(|weight| *weight *= 4.0);
    model
}

/// Question `[1, a, b, 2]`, answer `[x, y, 3]` with `x`, `y` decided by `a`, `b`.
fn examples(count: u32) -> Vec<Example> {
    let example = |i: u32| {
        let (a, b) = (4 + i % 7, 20 + i / 7);
        Example::answering(&[1, a, b, 2], &[30 + i * 5 % 29, 30 + i * 11 % 23, 3])
    };
    (0..count).map(example).collect()
}

fn options() -> Options {
    Options { rank: 4, alpha: 8.0, epochs: 30, batch: 4, learning_rate: 2e-2, ..Options::default() }
}

fn finish(run: &mut Run<'_>) -> Vec<Progress> {
    let mut steps = Vec::new();
    while !run.finished() {
        steps.push(run.step().expect("the run goes on"));
    }
    steps
}

#[test]
fn answers_are_learnt_to_the_letter() {
    let model = model();
    let options = Options { rank: 16, alpha: 16.0, epochs: 100, learning_rate: 1e-2, ..options() };
    let mut run = Run::fresh(&model, examples(14), options).expect("valid");
    let steps = finish(&mut run);
    let (first, last) = (steps[0], steps[steps.len() - 1]);
    assert!(first.train_loss > 3.0 && last.train_loss < 0.05, "{first:?} {last:?}");
    assert_eq!((steps.len() as u64, last.step, last.epoch), (run.steps(), 400, 99));
    assert!(matches!(run.step(), Err(TrainError::Finished { steps: 400 })));
    for example in run.examples() {
        let (prompt, answer) = example.inputs().split_at(4);
        let mut cache = KvCache::new(model.config(), 32);
        let mut logits = model.forward(Some(run.lora()), prompt, &mut cache).expect("fits");
        for &token in answer {
            let best = (0..64).max_by(|&a, &b| logits[a as usize].total_cmp(&logits[b as usize]));
            assert_eq!(best, Some(token));
            logits = model.forward(Some(run.lora()), &[token], &mut cache).expect("fits");
        }
    }
    let record = run.record();
    assert_eq!((record.steps, record.examples, record.curve.len()), (400, 14, 400));
    assert_eq!(record.tokens, last.tokens);
}

#[test]
fn workers_and_interruptions_change_nothing() {
    let model = model();
    let options = Options { epochs: 3, eval_fraction: 0.2, ..options() };
    let mut whole = Run::fresh(&model, examples(15), options.clone()).expect("valid");
    let expected = finish(&mut whole);
    assert_eq!((whole.held_out().len(), whole.record().held_out), (3, 3));
    assert_eq!(expected.iter().filter(|step| step.eval_loss.is_some()).count(), 3);
    for workers in [1, 3] {
        let options = Options { workers, ..options.clone() };
        for stop in [1, 4, 8] {
            let mut first = Run::fresh(&model, examples(15), options.clone()).expect("valid");
            let mut steps: Vec<_> = (0..stop).map(|_| first.step().expect("goes on")).collect();
            let checkpoint = first.checkpoint();
            let second = Run::resume(&model, examples(15), options.clone(), &checkpoint);
            let mut second = second.expect("it is a checkpoint of this run");
            steps.extend(finish(&mut second));
            assert_eq!(steps, expected);
            assert_eq!(second.checkpoint(), whole.checkpoint());
            assert_eq!(second.record().curve, whole.record().curve);
        }
    }
}

#[test]
fn a_step_shows_the_gradients_it_was_made_of() {
    let model = model();
    let mut run = Run::fresh(&model, examples(10), options()).expect("valid");
    let before = run.lora().clone();
    let progress = run.step().expect("the run goes on");
    let mut nats = 0.0;
    for part in run.last_batch() {
        let mut gradient = LoraGradient::zeros(before.layout());
        let example = &run.examples()[part.index];
        let loss = model.lora_gradient(&before, example, &mut Workspace::new(), &mut gradient);
        assert_eq!((loss.expect("fits"), &gradient), (part.loss, part.gradient));
        nats += part.loss.sum_nats;
    }
    assert_eq!(run.last_batch().count(), 4);
    assert!((nats / 12.0 - progress.train_loss).abs() < 1e-9);
    assert_eq!(progress.tokens_per_step, 4 * 6);
}

#[test]
fn what_cannot_be_trained_is_refused() {
    let model = model();
    let start = |examples, options| Run::fresh(&model, examples, options).map(|_| ());
    assert!(matches!(start(vec![], options()), Err(TrainError::NoData)));
    let bad = [Example::answering(&[1], &[2]), Example::answering(&[1], &[64])];
    let refused = start(bad.to_vec(), options());
    let source = |source: &SequenceError| matches!(source, SequenceError::Token { token: 64, .. });
    assert!(matches!(refused, Err(TrainError::Example { index: 1, source: s }) if source(&s)));
    let long = vec![Example::answering(&[1; 30], &[2; 9])];
    assert!(matches!(start(long, options()), Err(TrainError::Example { index: 0, .. })));
    for bad in [
        Options { batch: 0, ..options() },
        Options { learning_rate: f32::NAN, ..options() },
        Options { eval_fraction: 1.0, ..options() },
        Options { workers: 0, ..options() },
    ] {
        assert!(matches!(start(examples(5), bad), Err(TrainError::Option { .. })));
    }
}

#[test]
fn foreign_checkpoints_are_refused() {
    let model = model();
    let mut run = Run::fresh(&model, examples(8), options()).expect("valid");
    run.step().expect("the run goes on");
    let bytes = run.checkpoint();
    let resume =
        |examples, options, bytes: &[u8]| match Run::resume(&model, examples, options, bytes) {
            Err(TrainError::Checkpoint(error)) => error,
            other => panic!("{other:?}"),
        };
    assert!(matches!(resume(examples(9), options(), &bytes), CheckpointError::Data));
    let slower = Options { learning_rate: 1e-3, ..options() };
    assert!(matches!(resume(examples(8), slower, &bytes), CheckpointError::Options));
    for cut in [0, 8, 20, 60, bytes.len() / 2, bytes.len() - 1] {
        resume(examples(8), options(), &bytes[..cut]);
    }
}

#[test]
fn presets_fit_the_network() {
    let tiny = Options::preset(Preset::Balanced, 6_000_000, 200);
    assert!((tiny.learning_rate - 5e-3).abs() < 1e-6);
    assert_eq!((tiny.epochs, tiny.batch), (40, 16));
    let billion = Options::preset(Preset::Balanced, 1_000_000_000, 200);
    assert!(billion.learning_rate < 5e-4 && billion.epochs < tiny.epochs);
    for preset in [Preset::Quick, Preset::Balanced, Preset::Thorough] {
        for parameters in [1_000_000, 100_000_000, 7_000_000_000] {
            for examples in [1, 50, 10_000] {
                assert!(Options::preset(preset, parameters, examples).validate().is_ok());
            }
        }
    }
    let few = Options::preset(Preset::Balanced, 6_000_000, 20);
    assert!(few.epochs > tiny.epochs);
}
