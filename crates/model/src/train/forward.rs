//! The forward pass that keeps what the backward pass needs, and the loss.

use crate::{
    attention, kernel,
    llama::{Group, Llama},
    lora::Lora,
    matrix::{Into, Matrix, MatrixMut, multiply},
    train::{
        ExampleLoss, Sinks, Workspace,
        workspace::{Head, Tape},
    },
};

impl Llama {
    pub(super) fn tape_forward(
        &self,
        lora: Option<&Lora>,
        inputs: &[u32],
        workspace: &mut Workspace,
    ) {
        let width = self.config.hidden;
        let embedding = &self.weights[self.layout.embedding()];
        for (row, &token) in workspace.stream[0].chunks_exact_mut(width).zip(inputs) {
            row.copy_from_slice(&embedding[token as usize * width..][..width]);
        }
        for layer in 0..self.config.layers {
            let (before, after) = workspace.stream.split_at_mut(layer + 1);
            let size = inputs.len() * width;
            let (x, out) = (&before[layer][..size], &mut after[0][..size]);
            let tape = &mut workspace.tapes[layer];
            self.attention_forward(lora, layer, x, tape, &mut workspace.gradients.scores);
            self.ffn_forward(lora, layer, tape, out);
        }
    }

    /// `middle = x + O(attention(QKV(norm(x))))`
    fn attention_forward(
        &self,
        lora: Option<&Lora>,
        layer: usize,
        x: &[f32],
        tape: &mut Tape,
        scratch: &mut [f32],
    ) {
        let config = &self.config;
        let length = x.len() / config.hidden;
        let gain = &self.weights[self.layout.attention_norm(layer)];
        let inverse = &mut tape.attention_inverse[..length];
        kernel::rms_norm(x, gain, config.norm_epsilon, &mut tape.attention_in, inverse);
        let (qkv, z) = (&mut tape.qkv, &mut tape.z[Group::Qkv as usize]);
        self.group_forward(
            lora,
            (layer, Group::Qkv),
            &tape.attention_in[..length * config.hidden],
            Into::Overwrite,
            (qkv, z),
        );
        self.rotate_rows(qkv, 0..length, 1.0);
        attention::forward(config, length, qkv, &mut tape.attended, &mut tape.logsum, scratch);
        let middle = &mut tape.middle;
        middle[..x.len()].copy_from_slice(x);
        let z = &mut tape.z[Group::Output as usize];
        self.group_forward(
            lora,
            (layer, Group::Output),
            &tape.attended[..length * config.query_width()],
            Into::Add,
            (middle, z),
        );
    }

    /// `out = middle + down(silu(gate) · up)`
    fn ffn_forward(&self, lora: Option<&Lora>, layer: usize, tape: &mut Tape, out: &mut [f32]) {
        let config = &self.config;
        let length = out.len() / config.hidden;
        let gain = &self.weights[self.layout.ffn_norm(layer)];
        let middle = &tape.middle[..out.len()];
        let inverse = &mut tape.ffn_inverse[..length];
        kernel::rms_norm(middle, gain, config.norm_epsilon, &mut tape.ffn_in, inverse);
        let (gate_up, z) = (&mut tape.gate_up, &mut tape.z[Group::GateUp as usize]);
        self.group_forward(
            lora,
            (layer, Group::GateUp),
            &tape.ffn_in[..length * config.hidden],
            Into::Overwrite,
            (gate_up, z),
        );
        let gate_up = &tape.gate_up[..length * 2 * config.ffn];
        kernel::silu_multiply(gate_up, config.ffn, &mut tape.activated);
        out.copy_from_slice(middle);
        let z = &mut tape.z[Group::Down as usize];
        self.group_forward(
            lora,
            (layer, Group::Down),
            &tape.activated[..length * config.ffn],
            Into::Add,
            (out, z),
        );
    }

    /// The loss at the supervised positions and, if gradients are wanted, the
    /// gradient by the last residual stream.
    pub(super) fn head<'a>(
        &self,
        workspace: &mut Workspace,
        mut sinks: Option<Sinks<'a>>,
    ) -> (ExampleLoss, Option<Sinks<'a>>) {
        let (width, last) = (self.config.hidden, self.config.layers);
        let (head, stream) = (&mut workspace.head, &workspace.stream[last]);
        let n = head.positions.len();
        for (row, &position) in head.stream.chunks_exact_mut(width).zip(&head.positions) {
            row.copy_from_slice(&stream[position * width..][..width]);
        }
        let gain = &self.weights[self.layout.final_norm()];
        let inverse = &mut head.inverse[..n];
        kernel::rms_norm(
            &head.stream[..n * width],
            gain,
            self.config.norm_epsilon,
            &mut head.normed,
            inverse,
        );
        let mut first = 0;
        while first < n {
            let rows = head.rows.min(n - first);
            self.head_rows(head, first, rows, sinks.as_mut());
            first += rows;
        }
        let sum_nats = head.nats.iter().map(|&nats| f64::from(nats)).sum();
        let loss = ExampleLoss { sum_nats, tokens: n };
        if let Some(sinks) = sinks.as_mut() {
            self.head_norm_backward(workspace, sinks);
        }
        (loss, sinks)
    }

    /// Logits, loss and gradient of some supervised positions.
    fn head_rows(&self, head: &mut Head, first: usize, rows: usize, sinks: Option<&mut Sinks<'_>>) {
        let (width, vocabulary) = (self.config.hidden, self.config.vocabulary);
        let output = Matrix::dense(&self.weights[self.layout.output()], vocabulary, width);
        let range = first * width..(first + rows) * width;
        let normed = Matrix::dense(&head.normed[range.clone()], rows, width);
        let logits = &mut head.logits[..rows * vocabulary];
        multiply(
            MatrixMut::dense(logits, rows, vocabulary),
            Into::Overwrite,
            1.0,
            normed,
            output.t(),
        );
        let targets = &head.targets[first..first + rows];
        for (row, &target) in logits.chunks_exact_mut(vocabulary).zip(targets) {
            let logit = row[target];
            head.nats.push(kernel::softmax(row) - logit);
            row[target] -= 1.0;
        }
        let Some(sinks) = sinks else { return };
        let logits = Matrix::dense(logits, rows, vocabulary);
        let d_normed = MatrixMut::dense(&mut head.d_normed[range], rows, width);
        multiply(d_normed, Into::Overwrite, 1.0, logits, output);
        if let Some(full) = sinks.full.as_deref_mut() {
            let gradient = MatrixMut::dense(&mut full[self.layout.output()], vocabulary, width);
            multiply(gradient, Into::Add, 1.0, logits.t(), normed);
        }
    }
}
