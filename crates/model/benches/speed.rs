//! Tokens per second of training and decoding, and what share of the matrix
//! product's own speed that is: `cargo bench -p model -- [threads]`.
#![expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]
#![expect(clippy::cast_precision_loss, reason = "counts of tokens are small")]

use std::{hint::black_box, thread, time::Instant};

use model::{Config, Example, Llama, Lora, LoraGradient, LoraOptions, Workspace};

const LENGTH: usize = 256;

fn shape() -> Config {
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
        rope_theta: 10_000.0,
        tied: true,
        bos: None,
        eos: vec![],
    }
}

fn example(length: usize, loss_from: usize) -> Example {
    let tokens: Vec<u32> = (0..=length).map(|i| (i * i * 31 + 7 * i) as u32 % 4096).collect();
    Example::new(&tokens, loss_from)
}

/// Runs `work` `times` in each of `threads` threads; best seconds of three rounds.
fn best(threads: usize, times: usize, work: impl Fn(usize) + Sync) -> f64 {
    let round = || {
        let start = Instant::now();
        thread::scope(|scope| {
            for thread in 0..threads {
                let work = &work;
                scope.spawn(move || work(thread));
            }
        });
        start.elapsed().as_secs_f64()
    };
    (0..3).map(|_| round()).fold(f64::INFINITY, f64::min) / times as f64
}

/// GFLOP/s of `[2048, 256] × [256, 768]`.
fn peak(threads: usize) -> f64 {
    let (m, k, n) = (2048, 256, 768);
    let seconds = best(threads, 20, |_| {
        let (a, b, mut c) = (vec![1.0; m * k], vec![1.0; k * n], vec![0.0; m * n]);
        for _ in 0..20 {
            model::product(&mut c, &a, &b, (m, k, n));
            black_box(&c);
        }
    });
    2.0 * (m * k * n * threads) as f64 / seconds / 1e9
}

fn report(name: &str, tokens: usize, seconds: f64, operations: f64, peak: f64) {
    let rate = tokens as f64 / seconds;
    let gflops = rate * operations / 1e9;
    println!(
        "{name:<28} {rate:>9.0} tok/s {gflops:>7.1} GFLOP/s {:>5.1}% of gemm",
        100.0 * gflops / peak
    );
}

fn main() {
    let threads = std::env::args().skip(1).find_map(|word| word.parse().ok()).unwrap_or(2);
    let config = shape();
    let model = Llama::random(&config, 1).expect("the shape is valid");
    let options = LoraOptions::default();
    let lora = Lora::init(&config, &options, 2).expect("the options are valid");
    let forward = config.forward_operations(LENGTH / 2) as f64;
    let peak = peak(threads);
    println!("{} parameters, {threads} threads, gemm {peak:.0} GFLOP/s", config.parameters());

    let times = 8;
    let full = example(LENGTH, 1);
    let seconds = best(threads, times, |_| {
        let (mut workspace, mut gradient) = (Workspace::new(), vec![0.0; model.weights().len()]);
        for _ in 0..times {
            model
                .full_gradient(&full, &mut workspace, &mut gradient)
                .expect("the example is valid");
        }
    });
    report("full gradient, 256 tokens", LENGTH * threads, seconds, 3.0 * forward, peak);

    for (name, length, loss_from, times) in [
        ("LoRA gradient, 256 tokens", LENGTH, 1, 8),
        ("LoRA gradient, 34 tokens", 34, 24, 64),
        ("loss only, 256 tokens", LENGTH, 1, 8),
    ] {
        let example = example(length, loss_from);
        let only_loss = name.starts_with("loss");
        let seconds = best(threads, times, |_| {
            let (mut workspace, mut gradient) =
                (Workspace::new(), LoraGradient::zeros(lora.layout()));
            for _ in 0..times {
                let loss = if only_loss {
                    model.loss(Some(&lora), &example, &mut workspace)
                } else {
                    model.lora_gradient(&lora, &example, &mut workspace, &mut gradient)
                };
                black_box(loss.expect("the example is valid"));
            }
        });
        let factor = if only_loss { 1.0 } else { 2.0 };
        report(name, length * threads, seconds, factor * forward, peak);
    }
}
