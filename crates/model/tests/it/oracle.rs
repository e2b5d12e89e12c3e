//! The network written as plainly as possible, in `f64`.

use model::{Config, Example, Layout, LoraLayout, Target};

/// A tiny shape with grouped queries.
pub(crate) fn tiny(tied: bool) -> Config {
    Config {
        hidden: 8,
        layers: 2,
        heads: 4,
        kv_heads: 2,
        head_width: 4,
        ffn: 12,
        vocabulary: 11,
        context: 160,
        norm_epsilon: 1e-5,
        rope_theta: 100.0,
        tied,
        bos: None,
        eos: vec![],
    }
}

/// Flat weights and, optionally, a flat adapter.
pub(crate) struct Oracle<'a> {
    pub(crate) config: &'a Config,
    pub(crate) weights: Vec<f64>,
    pub(crate) lora: Option<(&'a LoraLayout, Vec<f64>)>,
}

pub(crate) fn widen(values: &[f32]) -> Vec<f64> {
    values.iter().map(|&value| f64::from(value)).collect()
}

fn apply(w: &[f64], x: &[f64]) -> Vec<f64> {
    w.chunks_exact(x.len()).map(|row| row.iter().zip(x).map(|(w, x)| w * x).sum()).collect()
}

impl Oracle<'_> {
    /// Logits `[position][token]`.
    pub(crate) fn logits(&self, tokens: &[u32]) -> Vec<Vec<f64>> {
        let (config, layout) = (self.config, Layout::new(self.config));
        let embedding = &self.weights[layout.embedding()];
        let mut stream: Vec<Vec<f64>> = tokens
            .iter()
            .map(|&token| embedding[token as usize * config.hidden..][..config.hidden].to_vec())
            .collect();
        for layer in 0..config.layers {
            let normed = self.norm(&stream, layout.attention_norm(layer));
            let attended = self.attention(layer, &normed);
            add(&mut stream, &self.linear(layer, Target::O, &attended));
            let normed = self.norm(&stream, layout.ffn_norm(layer));
            let mut gate = self.linear(layer, Target::Gate, &normed);
            let up = self.linear(layer, Target::Up, &normed);
            for (gate, up) in gate.iter_mut().flatten().zip(up.iter().flatten()) {
                *gate *= up / (1.0 + (-*gate).exp());
            }
            add(&mut stream, &self.linear(layer, Target::Down, &gate));
        }
        let normed = self.norm(&stream, layout.final_norm());
        normed.iter().map(|row| apply(&self.weights[layout.output()], row)).collect()
    }

    /// Summed loss, in nats.
    pub(crate) fn loss(&self, example: &Example) -> f64 {
        let logits = self.logits(example.inputs());
        let supervised = logits.iter().zip(example.targets());
        let nats = supervised.filter_map(|(row, target)| {
            let sum: f64 = row.iter().map(|logit| logit.exp()).sum();
            Some(sum.ln() - row[(*target)? as usize])
        });
        nats.sum()
    }

    fn norm(&self, stream: &[Vec<f64>], gain: std::ops::Range<usize>) -> Vec<Vec<f64>> {
        let gain = &self.weights[gain];
        let norm_row = |row: &Vec<f64>| {
            let mean = row.iter().map(|x| x * x).sum::<f64>() / row.len() as f64;
            let factor = (mean + f64::from(self.config.norm_epsilon)).sqrt().recip();
            row.iter().zip(gain).map(|(x, gain)| x * factor * gain).collect()
        };
        stream.iter().map(norm_row).collect()
    }

    fn linear(&self, layer: usize, target: Target, x: &[Vec<f64>]) -> Vec<Vec<f64>> {
        let w = &self.weights[Layout::new(self.config).matrix(layer, target)];
        let mut out: Vec<Vec<f64>> = x.iter().map(|row| apply(w, row)).collect();
        let Some((layout, parameters)) = &self.lora else { return out };
        let adapted = |module: &&model::Module| (module.layer, module.target) == (layer, target);
        let Some(module) = layout.modules().iter().find(adapted) else { return out };
        for (out, x) in out.iter_mut().zip(x) {
            let z = apply(&parameters[module.a.clone()], x);
            for (out, delta) in out.iter_mut().zip(apply(&parameters[module.b.clone()], &z)) {
                *out += f64::from(layout.scale()) * delta;
            }
        }
        out
    }

    fn attention(&self, layer: usize, normed: &[Vec<f64>]) -> Vec<Vec<f64>> {
        let config = self.config;
        let mut q = self.linear(layer, Target::Q, normed);
        let mut k = self.linear(layer, Target::K, normed);
        let v = self.linear(layer, Target::V, normed);
        self.rotate(&mut q);
        self.rotate(&mut k);
        let width = config.head_width;
        let mut out = vec![vec![0.0; config.heads * width]; q.len()];
        for head in 0..config.heads {
            let group = head / (config.heads / config.kv_heads) * width;
            for t in 0..q.len() {
                let query = &q[t][head * width..][..width];
                let weight: Vec<f64> = (0..=t)
                    .map(|s| apply(&k[s][group..][..width], query)[0] / (width as f64).sqrt())
                    .map(f64::exp)
                    .collect();
                let sum: f64 = weight.iter().sum();
                for i in 0..width {
                    let value = weight.iter().zip(&v).map(|(weight, v)| weight * v[group + i]);
                    out[t][head * width + i] = value.sum::<f64>() / sum;
                }
            }
        }
        out
    }

    fn rotate(&self, rows: &mut [Vec<f64>]) {
        let half = self.config.head_width / 2;
        for (position, row) in rows.iter_mut().enumerate() {
            for head in row.chunks_exact_mut(2 * half) {
                for i in 0..half {
                    let angle =
                        position as f64 / self.config.rope_theta.powf(i as f64 / half as f64);
                    let (a, b) = (head[i], head[i + half]);
                    head[i] = a * angle.cos() - b * angle.sin();
                    head[i + half] = b * angle.cos() + a * angle.sin();
                }
            }
        }
    }
}

fn add(stream: &mut [Vec<f64>], delta: &[Vec<f64>]) {
    for (x, delta) in stream.iter_mut().flatten().zip(delta.iter().flatten()) {
        *x += delta;
    }
}
