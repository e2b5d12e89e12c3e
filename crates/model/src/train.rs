//! Losses and exact gradients of one example.
//!
//! One call works on one example on one thread: nothing is shared, so the
//! caller runs as many as it has cores and adds the results in an order of
//! its choice. The LoRA gradient follows from what the forward pass keeps:
//! with `z = x Aᵀ` and `dz = s·dy B`, `dB = s·dyᵀ z` and `dA = dzᵀ x`.

mod backward;
mod forward;
mod workspace;

pub use workspace::Workspace;

use crate::{
    error::SequenceError,
    llama::Llama,
    lora::{Lora, LoraGradient},
};

/// One training example: input tokens, and for each the token to be predicted
/// next, or nothing where the loss does not look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    inputs: Vec<u32>,
    targets: Vec<Option<u32>>,
}

impl Example {
    /// A text of which the tokens from index `loss_from` on are to be
    /// predicted (the first token never is).
    pub fn new(tokens: &[u32], loss_from: usize) -> Self {
        let Some((_, inputs)) = tokens.split_last() else {
            return Self { inputs: Vec::new(), targets: Vec::new() };
        };
        let target = |i: usize| (i + 1 >= loss_from).then(|| tokens[i + 1]);
        Self { inputs: inputs.to_vec(), targets: (0..inputs.len()).map(target).collect() }
    }

    /// A prompt and the answer that is to be predicted.
    pub fn answering(prompt: &[u32], answer: &[u32]) -> Self {
        Self::new(&[prompt, answer].concat(), prompt.len())
    }

    /// An example with any targets: `targets[t]` is to be predicted from
    /// `inputs[..=t]`. This serves masks, spans and sampled labels.
    ///
    /// # Errors
    /// The two lists differ in length.
    pub fn with_targets(
        inputs: Vec<u32>,
        targets: Vec<Option<u32>>,
    ) -> Result<Self, SequenceError> {
        if inputs.len() != targets.len() {
            let (targets, inputs) = (targets.len(), inputs.len());
            return Err(SequenceError::Targets { targets, inputs });
        }
        Ok(Self { inputs, targets })
    }

    /// The input tokens.
    pub fn inputs(&self) -> &[u32] {
        &self.inputs
    }

    /// The targets, one for each input.
    pub fn targets(&self) -> &[Option<u32>] {
        &self.targets
    }

    /// Number of supervised positions.
    pub fn supervised(&self) -> usize {
        self.targets.iter().flatten().count()
    }
}

/// The loss of one example: a sum, so that losses and gradients of examples add.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct ExampleLoss {
    /// `Σ −ln p(target)` over the supervised positions, in nats.
    pub sum_nats: f64,
    /// Number of supervised positions.
    pub tokens: usize,
}

/// Where gradients go; `None` is not computed.
#[derive(Debug, Default)]
pub(crate) struct Sinks<'a> {
    /// In the order of `LoraLayout`; added to.
    pub(crate) lora: Option<&'a mut [f32]>,
    /// In the order of `Layout`; added to.
    pub(crate) full: Option<&'a mut [f32]>,
}

impl Llama {
    /// The loss of one example. [`Workspace::token_nats`] then holds its terms.
    ///
    /// # Errors
    /// No supervised token, a token outside the vocabulary, or a sequence
    /// longer than the context.
    pub fn loss(
        &self,
        lora: Option<&Lora>,
        example: &Example,
        workspace: &mut Workspace,
    ) -> Result<ExampleLoss, SequenceError> {
        self.run(lora, example, workspace, None)
    }

    /// The exact gradient of the example's summed loss by every parameter of
    /// the adapter; overwrites `gradient`. Base weights get no gradient.
    ///
    /// # Errors
    /// As [`Self::loss`].
    ///
    /// # Panics
    /// If `gradient` belongs to another layout.
    pub fn lora_gradient(
        &self,
        lora: &Lora,
        example: &Example,
        workspace: &mut Workspace,
        gradient: &mut LoraGradient,
    ) -> Result<ExampleLoss, SequenceError> {
        assert_eq!(gradient.values().len(), lora.layout().total(), "gradient of another layout");
        gradient.values_mut().fill(0.0);
        let sinks = Sinks { lora: Some(gradient.values_mut()), full: None };
        self.run(Some(lora), example, workspace, Some(sinks))
    }

    /// Adds the exact gradient of the example's summed loss by all weights to
    /// `gradient`, flat in the order of [`crate::Layout`].
    ///
    /// # Errors
    /// As [`Self::loss`].
    ///
    /// # Panics
    /// If `gradient` is not as long as the weights.
    pub fn full_gradient(
        &self,
        example: &Example,
        workspace: &mut Workspace,
        gradient: &mut [f32],
    ) -> Result<ExampleLoss, SequenceError> {
        assert_eq!(gradient.len(), self.weights.len(), "gradient of another layout");
        let sinks = Sinks { lora: None, full: Some(gradient) };
        self.run(None, example, workspace, Some(sinks))
    }

    fn run(
        &self,
        lora: Option<&Lora>,
        example: &Example,
        workspace: &mut Workspace,
        sinks: Option<Sinks<'_>>,
    ) -> Result<ExampleLoss, SequenceError> {
        self.check(example)?;
        workspace.prepare(self, lora, example);
        self.tape_forward(lora, example.inputs(), workspace);
        let (loss, sinks) = self.head(workspace, sinks);
        if let Some(sinks) = sinks {
            self.tape_backward(lora, example.inputs(), workspace, sinks);
        }
        Ok(loss)
    }

    /// Whether [`Self::loss`] would accept an example.
    ///
    /// # Errors
    /// As [`Self::loss`].
    pub fn check(&self, example: &Example) -> Result<(), SequenceError> {
        let (inputs, capacity) = (example.inputs(), self.config.context);
        if example.supervised() == 0 {
            return Err(SequenceError::Empty);
        }
        if inputs.len() > capacity {
            return Err(SequenceError::Capacity { positions: inputs.len(), capacity });
        }
        self.check_tokens(inputs.iter().copied())?;
        self.check_tokens(example.targets().iter().map(|target| target.unwrap_or(0)))
    }

    pub(crate) fn check_tokens(
        &self,
        tokens: impl Iterator<Item = u32>,
    ) -> Result<(), SequenceError> {
        let vocabulary = self.config.vocabulary;
        for (position, token) in tokens.enumerate() {
            if token as usize >= vocabulary {
                return Err(SequenceError::Token { token, position, vocabulary });
            }
        }
        Ok(())
    }
}
