//! The backward pass through the layers.

use crate::{
    attention, kernel,
    llama::{Group, Llama},
    lora::Lora,
    matrix::{Into, Matrix, MatrixMut, multiply},
    train::{
        Sinks, Workspace,
        workspace::{Gradients, Tape},
    },
};

/// What the backward pass of a group reads.
struct Passed<'a> {
    layer: usize,
    group: Group,
    rows: usize,
    /// The group's input `[rows, inputs]`.
    x: &'a [f32],
    /// `x Aᵀ` of the forward pass.
    z: &'a [f32],
    /// Gradient by the group's output `[rows, outputs]`.
    dy: &'a [f32],
}

impl Llama {
    /// Back through the final norm, to the residual stream of all positions.
    pub(super) fn head_norm_backward(&self, workspace: &mut Workspace, sinks: &mut Sinks<'_>) {
        let width = self.config.hidden;
        let length = workspace.length();
        let (head, stream) = (&mut workspace.head, &mut workspace.gradients.stream);
        let n = head.positions.len();
        let (gain, size) = (self.layout.final_norm(), n * width);
        head.d_stream[..size].fill(0.0);
        kernel::rms_norm_backward(
            &head.d_normed[..size],
            &head.stream[..size],
            &head.inverse[..n],
            &self.weights[gain.clone()],
            &mut head.d_stream[..size],
            sinks.full.as_deref_mut().map_or(&mut [], |full| &mut full[gain]),
        );
        stream[..length * width].fill(0.0);
        for (row, &position) in head.d_stream.chunks_exact(width).zip(&head.positions) {
            stream[position * width..][..width].copy_from_slice(row);
        }
    }

    pub(super) fn tape_backward(
        &self,
        lora: Option<&Lora>,
        inputs: &[u32],
        workspace: &mut Workspace,
        mut sinks: Sinks<'_>,
    ) {
        let gradients = &mut workspace.gradients;
        for layer in (0..self.config.layers).rev() {
            let tape = &workspace.tapes[layer];
            self.ffn_backward(lora, layer, tape, gradients, (&mut sinks, inputs.len()));
            let x = &workspace.stream[layer][..inputs.len() * self.config.hidden];
            self.attention_backward(lora, layer, (x, tape), gradients, &mut sinks);
        }
        let Some(full) = sinks.full else { return };
        let width = self.config.hidden;
        let embedding = &mut full[self.layout.embedding()];
        for (row, &token) in gradients.stream.chunks_exact(width).zip(inputs) {
            kernel::add_scaled(&mut embedding[token as usize * width..][..width], 1.0, row);
        }
    }

    fn ffn_backward(
        &self,
        lora: Option<&Lora>,
        layer: usize,
        tape: &Tape,
        gradients: &mut Gradients,
        (sinks, rows): (&mut Sinks<'_>, usize),
    ) {
        let (width, ffn) = (self.config.hidden, self.config.ffn);
        let Gradients { stream, normed, gate_up, activated, z, .. } = gradients;
        let group = Group::Down;
        let x = &tape.activated;
        let passed = Passed { layer, group, rows, x, z: &tape.z[group as usize], dy: stream };
        self.group_backward(lora, &passed, Some(activated), z, sinks);
        let d_activated = &activated[..rows * ffn];
        kernel::silu_multiply_backward(
            &tape.gate_up[..rows * 2 * ffn],
            ffn,
            d_activated,
            &mut gate_up[..rows * 2 * ffn],
        );
        let group = Group::GateUp;
        let x = &tape.ffn_in;
        let passed = Passed { layer, group, rows, x, z: &tape.z[group as usize], dy: gate_up };
        self.group_backward(lora, &passed, Some(normed), z, sinks);
        let gain = self.layout.ffn_norm(layer);
        kernel::rms_norm_backward(
            &normed[..rows * width],
            &tape.middle[..rows * width],
            &tape.ffn_inverse[..rows],
            &self.weights[gain.clone()],
            &mut stream[..rows * width],
            sinks.full.as_deref_mut().map_or(&mut [], |full| &mut full[gain]),
        );
    }

    fn attention_backward(
        &self,
        lora: Option<&Lora>,
        layer: usize,
        (x, tape): (&[f32], &Tape),
        gradients: &mut Gradients,
        sinks: &mut Sinks<'_>,
    ) {
        let width = self.config.hidden;
        let rows = x.len() / width;
        let Gradients { stream, normed, qkv, attended, z, scores, .. } = gradients;
        let group = Group::Output;
        let input = &tape.attended;
        let passed =
            Passed { layer, group, rows, x: input, z: &tape.z[group as usize], dy: stream };
        self.group_backward(lora, &passed, Some(attended), z, sinks);
        let kept = attention::Tape {
            qkv: &tape.qkv,
            out: &tape.attended,
            logsum: &tape.logsum,
            dout: attended,
        };
        attention::backward(&self.config, rows, kept, qkv, scores);
        self.rotate_rows(qkv, 0..rows, -1.0);
        // Below the first adapted layer nothing is trained, so nothing flows on.
        let last = layer == 0 && sinks.full.is_none();
        let group = Group::Qkv;
        let input = &tape.attention_in;
        let passed = Passed { layer, group, rows, x: input, z: &tape.z[group as usize], dy: qkv };
        self.group_backward(lora, &passed, (!last).then_some(normed.as_mut_slice()), z, sinks);
        if last {
            return;
        }
        let gain = self.layout.attention_norm(layer);
        kernel::rms_norm_backward(
            &normed[..rows * width],
            x,
            &tape.attention_inverse[..rows],
            &self.weights[gain.clone()],
            &mut stream[..rows * width],
            sinks.full.as_deref_mut().map_or(&mut [], |full| &mut full[gain]),
        );
    }

    /// `dx = dy W + dz A`, and the gradients by `W`, `A` and `B` into the sinks.
    fn group_backward(
        &self,
        lora: Option<&Lora>,
        passed: &Passed<'_>,
        mut dx: Option<&mut [f32]>,
        dz: &mut [f32],
        sinks: &mut Sinks<'_>,
    ) {
        let &Passed { layer, group, rows, .. } = passed;
        let (outputs, inputs) = self.layout.group_shape(group);
        let range = self.layout.group(layer, group);
        let x = Matrix::dense(passed.x, rows, inputs);
        let dy = Matrix::dense(passed.dy, rows, outputs);
        if let Some(dx) = dx.as_deref_mut() {
            let w = Matrix::dense(&self.weights[range.clone()], outputs, inputs);
            multiply(MatrixMut::dense(dx, rows, inputs), Into::Overwrite, 1.0, dy, w);
        }
        if let Some(full) = sinks.full.as_deref_mut() {
            let dw = MatrixMut::dense(&mut full[range], outputs, inputs);
            multiply(dw, Into::Add, 1.0, dy.t(), x);
        }
        let Some(lora) = lora else { return };
        let Some(adapted) = lora.layout().group(layer, group) else { return };
        let (rank, scale) = (lora.layout().options().rank, lora.layout().scale());
        let stacked = adapted.modules.len() * rank;
        for (i, module) in adapted.modules.iter().enumerate() {
            let column = self.layout.column(group, module.target);
            let dy = Matrix::new(&passed.dy[column..], rows, module.outputs, outputs);
            let b = Matrix::dense(&lora.parameters()[module.b.clone()], module.outputs, rank);
            let dz = MatrixMut::new(&mut dz[i * rank..], rows, rank, stacked);
            multiply(dz, Into::Overwrite, scale, dy, b);
            if let Some(gradient) = sinks.lora.as_deref_mut() {
                let z = Matrix::new(&passed.z[i * rank..], rows, rank, stacked);
                let db = MatrixMut::dense(&mut gradient[module.b.clone()], module.outputs, rank);
                multiply(db, Into::Add, scale, dy.t(), z);
            }
        }
        let dz = Matrix::dense(dz, rows, stacked);
        if let Some(gradient) = sinks.lora.as_deref_mut() {
            let da = MatrixMut::dense(&mut gradient[adapted.a.clone()], stacked, inputs);
            multiply(da, Into::Add, 1.0, dz.t(), x);
        }
        if let Some(dx) = dx {
            let a = Matrix::dense(&lora.parameters()[adapted.a], stacked, inputs);
            multiply(MatrixMut::dense(dx, rows, inputs), Into::Add, 1.0, dz, a);
        }
    }
}
