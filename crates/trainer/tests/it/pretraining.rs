//! A tiny network learns a tiny language, and a resumed run goes on exactly.

use model::{Config, Llama};
use trainer::{Pretraining, PretrainingOptions, Tokens, TrainError};

fn config() -> Config {
    Config {
        hidden: 32,
        layers: 2,
        heads: 4,
        kv_heads: 2,
        head_width: 8,
        ffn: 64,
        vocabulary: 32,
        context: 64,
        norm_epsilon: 1e-5,
        rope_theta: 10_000.0,
        tied: true,
        bos: None,
        eos: vec![],
    }
}

fn options() -> PretrainingOptions {
    PretrainingOptions {
        window: 32,
        batch: 5,
        steps: 60,
        learning_rate: 1e-2,
        warmup: 5,
        ..PretrainingOptions::default()
    }
}

/// A word of four letters, a random one of seven, repeated: mostly predictable.
fn stream() -> Vec<u16> {
    let mut state = 1_u32;
    (0..500)
        .flat_map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let word = (state >> 24) as u16 % 7;
            [word * 4, word * 4 + 1, word * 4 + 2, word * 4 + 3]
        })
        .collect()
}

#[test]
fn learns_and_resumes_bit_by_bit() {
    let tokens = stream();
    let stream = Tokens::U16(&tokens);
    let model = Llama::random(&config(), 1).expect("valid");
    let mut whole = Pretraining::new(model, options()).expect("valid");
    let before = whole.evaluate(stream, 10).expect("the stream is long enough");
    let mut checkpoint = Vec::new();
    let mut steps = Vec::new();
    for step in 0..60 {
        if step == 30 {
            checkpoint = whole.checkpoint();
        }
        steps.push(whole.step(stream).expect("the run goes on"));
    }
    let after = whole.evaluate(stream, 10).expect("the stream is long enough");
    assert!(before > 3.3 && after < 0.8, "{before} -> {after}");
    assert!(matches!(whole.step(stream), Err(TrainError::Finished { steps: 60 })));

    let mut resumed = Pretraining::resume(&checkpoint, options()).expect("it is a checkpoint");
    for expected in &steps[30..] {
        assert_eq!(resumed.step(stream).expect("the run goes on"), *expected);
    }
    assert_eq!(resumed.model().weights(), whole.model().weights());
}

#[test]
fn malformed_checkpoints_are_refused() {
    let model = Llama::random(&config(), 1).expect("valid");
    let bytes = Pretraining::new(model, options()).expect("valid").checkpoint();
    for cut in [0, 7, 8, 15, 30, bytes.len() / 2, bytes.len() - 1] {
        assert!(matches!(
            Pretraining::resume(&bytes[..cut], options()),
            Err(TrainError::Checkpoint(_))
        ));
    }
    let mut longer = bytes.clone();
    longer.push(0);
    assert!(Pretraining::resume(&longer, options()).is_err());
    let mut absurd = bytes;
    absurd[8..16].fill(0xff);
    assert!(Pretraining::resume(&absurd, options()).is_err());
}

#[test]
fn wide_and_narrow_tokens_give_the_same_run() {
    let narrow = stream();
    let wide: Vec<u32> = narrow.iter().map(|&token| token.into()).collect();
    let run = |stream: Tokens<'_>| {
        let model = Llama::random(&config(), 1).expect("valid");
        let mut run = Pretraining::new(model, options()).expect("valid");
        (0..3).map(|_| run.step(stream).expect("the run goes on")).last()
    };
    assert_eq!(run(Tokens::U16(&narrow)), run(Tokens::U32(&wide)));
    assert_eq!(run(Tokens::U16(&narrow)).map(|progress| progress.epoch), Some(0));
}
