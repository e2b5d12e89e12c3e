//! Tokens per second of training and decoding, and what share of the matrix
//! product's own speed that is: `cargo bench -p model -- [threads]`.
#![expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]
#![expect(clippy::print_stdout, reason = "a benchmark reports on its standard output")]
#![expect(clippy::cast_precision_loss, reason = "counts of tokens are small")]

use std::{hint::black_box, thread, time::Instant};

use model::{Config, Decode, Example, KvCache, Llama, Lora, LoraGradient, LoraOptions, Workspace};

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

fn tokens(length: usize) -> Vec<u32> {
    (0_u32..).map(|i| (i * i * 31 + 7 * i) % 4096).take(length).collect()
}

fn example(length: usize, loss_from: usize) -> Example {
    Example::new(&tokens(length + 1), loss_from)
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

struct Subject {
    model: Llama,
    lora: Lora,
    threads: usize,
    /// GFLOP/s of the matrix product.
    peak: f64,
}

impl Subject {
    fn forward_operations(&self) -> f64 {
        self.model.config().forward_operations(LENGTH / 2) as f64
    }

    fn full_gradient(&self) {
        let (times, example) = (8, example(LENGTH, 1));
        let seconds = best(self.threads, times, |_| {
            let mut workspace = Workspace::new();
            let mut gradient = vec![0.0; self.model.weights().len()];
            for _ in 0..times {
                let loss = self.model.full_gradient(&example, &mut workspace, &mut gradient);
                black_box(loss.expect("the example is valid"));
            }
        });
        let operations = 3.0 * self.forward_operations();
        report("full gradient", LENGTH * self.threads, seconds, operations, self.peak);
    }

    fn lora_gradient(&self, name: &str, length: usize, loss_from: usize, times: usize) {
        let example = example(length, loss_from);
        let seconds = best(self.threads, times, |_| {
            let mut workspace = Workspace::new();
            let mut gradient = LoraGradient::zeros(self.lora.layout());
            for _ in 0..times {
                let gradient = &mut gradient;
                let loss = self.model.lora_gradient(&self.lora, &example, &mut workspace, gradient);
                black_box(loss.expect("the example is valid"));
            }
        });
        let operations = 2.0 * self.forward_operations();
        report(name, length * self.threads, seconds, operations, self.peak);
        println!("{:<28} {:>9.2} ms", "  per example, one thread", 1e3 * seconds);
    }

    fn loss(&self) {
        let (times, example) = (8, example(LENGTH, 1));
        let seconds = best(self.threads, times, |_| {
            let mut workspace = Workspace::new();
            for _ in 0..times {
                let loss = self.model.loss(Some(&self.lora), &example, &mut workspace);
                black_box(loss.expect("the example is valid"));
            }
        });
        report("loss", LENGTH * self.threads, seconds, self.forward_operations(), self.peak);
    }

    fn prefill(&self) {
        let (times, tokens) = (8, tokens(LENGTH));
        let seconds = best(self.threads, times, |_| {
            for _ in 0..times {
                let mut cache = KvCache::new(self.model.config(), LENGTH);
                let logits = self.model.forward(Some(&self.lora), &tokens, &mut cache);
                black_box(logits.expect("the prompt fits"));
            }
        });
        report("prefill", LENGTH * self.threads, seconds, self.forward_operations(), self.peak);
    }

    /// Each thread decodes `rows` sequences, every one with an adapter of its own.
    fn decode(&self, name: &str, rows: usize, adapted: bool) {
        let times = 128;
        let seconds = best(self.threads, times, |_| {
            let adapters = vec![self.lora.clone(); rows];
            let mut caches = vec![KvCache::new(self.model.config(), LENGTH + times); rows];
            for token in tokens(times) {
                let row = |(cache, lora)| Decode { lora: adapted.then_some(lora), token, cache };
                let mut step: Vec<_> = caches.iter_mut().zip(&adapters).map(row).collect();
                black_box(self.model.decode(&mut step).expect("the caches have room"));
            }
        });
        let operations = self.forward_operations();
        report(name, rows * self.threads, seconds, operations, self.peak);
    }
}

fn main() {
    let threads = std::env::args().skip(1).find_map(|word| word.parse().ok()).unwrap_or(2);
    let config = shape();
    let model = Llama::random(&config, 1).expect("the shape is valid");
    let lora = Lora::init(&config, &LoraOptions::default(), 2).expect("the options are valid");
    let subject = Subject { model, lora, threads, peak: peak(threads) };
    let (parameters, peak) = (config.parameters(), subject.peak);
    println!("{parameters} parameters, {threads} threads, gemm {peak:.0} GFLOP/s");
    subject.full_gradient();
    subject.lora_gradient("LoRA gradient", LENGTH, 1, 8);
    subject.lora_gradient("LoRA gradient, 34 tokens", 34, 24, 64);
    subject.loss();
    subject.prefill();
    subject.decode("decode, base", 1, false);
    subject.decode("decode, one adapter", 1, true);
    subject.decode("decode, 8 rows, base", 8, false);
    subject.decode("decode, 8 rows, 8 adapters", 8, true);
}
