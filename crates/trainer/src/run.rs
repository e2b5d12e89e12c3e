//! Fine-tuning of an adapter.

use model::{Example, ExampleLoss, Llama, Lora, LoraGradient, SequenceError, Workspace};
use primitives::{B256, keccak256};

use crate::{
    adamw::AdamW,
    checkpoint::{Reader, Writer},
    error::{CheckpointError, TrainError},
    options::Options,
    order,
    progress::Progress,
    record::{LossPoint, RunRecord},
    schedule::Schedule,
    workers::share_out,
};

const KIND: [u8; 8] = *b"OLlora_1";

/// Stream of randomness for the choice of held-out examples, apart from the epochs.
const SPLIT: u64 = u64::MAX;

/// A fine-tuning run: an adapter in training on examples.
///
/// Each step computes the exact gradient of every example of its batch, one
/// example per thread, and adds them in the order of the batch; so neither the
/// number of workers nor an interruption changes a bit of the result.
#[derive(Debug)]
pub struct Run<'a> {
    model: &'a Llama,
    examples: Vec<Example>,
    options: Options,
    data_digest: B256,
    lora: Lora,
    optimizer: AdamW,
    /// Indices into `examples`.
    train: Vec<usize>,
    eval: Vec<usize>,
    /// `train`, in the order of the current epoch.
    order: Vec<usize>,
    epoch: Option<u64>,
    slots: Vec<Slot>,
    /// Examples of the last step.
    batch: usize,
    sum: Vec<f32>,
    workspaces: Vec<Workspace>,
    tokens: u64,
    curve: Vec<LossPoint>,
}

/// The gradient of one example of the batch.
#[derive(Debug)]
struct Slot {
    example: usize,
    gradient: LoraGradient,
    loss: Result<ExampleLoss, SequenceError>,
}

/// One example's part in a step.
#[derive(Debug, Clone, Copy)]
pub struct StepExample<'a> {
    /// Position in the list of examples that the run was given.
    pub index: usize,
    /// The gradient of its summed loss, before the step.
    pub gradient: &'a LoraGradient,
    /// Its summed loss, before the step.
    pub loss: ExampleLoss,
}

impl<'a> Run<'a> {
    /// A run from its first step, on a fresh adapter ([`Self::fresh`]) or on
    /// one to be trained further.
    ///
    /// # Errors
    /// An option is out of range, an example cannot be read by the network, or
    /// none is left to train on.
    pub fn new(
        model: &'a Llama,
        lora: Lora,
        examples: Vec<Example>,
        options: Options,
    ) -> Result<Self, TrainError> {
        options.validate()?;
        check(model, &examples)?;
        let (train, eval) = split(examples.len(), &options);
        if train.is_empty() {
            return Err(TrainError::NoData);
        }
        let parameters = lora.parameters().len();
        let slots = (0..options.batch.min(train.len()))
            .map(|_| Slot {
                example: 0,
                gradient: LoraGradient::zeros(lora.layout()),
                loss: Ok(ExampleLoss::default()),
            })
            .collect();
        Ok(Self {
            model,
            data_digest: digest(&examples),
            examples,
            optimizer: AdamW::new(parameters, options.adamw),
            lora,
            train,
            eval,
            order: Vec::new(),
            epoch: None,
            slots,
            batch: 0,
            sum: vec![0.0; parameters],
            workspaces: (0..options.workers).map(|_| Workspace::new()).collect(),
            tokens: 0,
            curve: Vec::new(),
            options,
        })
    }

    /// A run on a fresh adapter, as the options describe and seed it.
    ///
    /// # Errors
    /// As [`Self::new`], or the adapter's shape is impossible.
    pub fn fresh(
        model: &'a Llama,
        examples: Vec<Example>,
        options: Options,
    ) -> Result<Self, TrainError> {
        let lora = Lora::init(model.config(), &options.lora(), options.seed);
        Self::new(model, lora.map_err(TrainError::Adapter)?, examples, options)
    }

    /// Steps of the whole run.
    pub fn steps(&self) -> u64 {
        self.options.epochs * self.steps_per_epoch()
    }

    /// Steps taken so far.
    pub fn steps_taken(&self) -> u64 {
        self.optimizer.steps()
    }

    /// Whether all steps have been taken.
    pub fn finished(&self) -> bool {
        self.steps_taken() >= self.steps()
    }

    /// Takes one step. At the end of each epoch, the held-out examples are evaluated.
    ///
    /// # Errors
    /// The run is finished, or the loss is not finite.
    pub fn step(&mut self) -> Result<Progress, TrainError> {
        let (step, steps) = (self.steps_taken(), self.steps());
        if step >= steps {
            return Err(TrainError::Finished { steps });
        }
        let epoch = step / self.steps_per_epoch();
        self.choose(epoch, step % self.steps_per_epoch());
        let loss = self.gradients()?;
        if !loss.sum_nats.is_finite() {
            return Err(TrainError::Diverged { step });
        }
        let rate = self.schedule().rate(step);
        let scale = 1.0 / loss.tokens as f32;
        let workers = self.options.workers;
        let gradient_norm =
            self.optimizer.step(self.lora.parameters_mut(), &self.sum, scale, rate, workers);
        let batch = self.slots[..self.batch].iter();
        let tokens_per_step = batch.map(|slot| self.examples[slot.example].inputs().len()).sum();
        self.tokens += tokens_per_step as u64;
        let last = (step + 1) % self.steps_per_epoch() == 0;
        let eval_loss = if last && !self.eval.is_empty() { Some(self.evaluate()?) } else { None };
        let train_loss = loss.sum_nats / loss.tokens as f64;
        self.curve.push(LossPoint { train_loss, eval_loss });
        Ok(Progress {
            step: step + 1,
            steps,
            epoch,
            train_loss,
            eval_loss,
            learning_rate: rate,
            gradient_norm,
            tokens: self.tokens,
            tokens_per_step,
        })
    }

    /// The adapter as it is now.
    pub fn lora(&self) -> &Lora {
        &self.lora
    }

    /// The optimizer as it is now.
    pub fn optimizer(&self) -> &AdamW {
        &self.optimizer
    }

    /// The options.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// All examples, in the given order.
    pub fn examples(&self) -> &[Example] {
        &self.examples
    }

    /// Positions of the held-out examples.
    pub fn held_out(&self) -> &[usize] {
        &self.eval
    }

    /// The examples of the last step, in order, with their gradients.
    pub fn last_batch(&self) -> impl Iterator<Item = StepExample<'_>> {
        self.slots[..self.batch].iter().map(|slot| StepExample {
            index: slot.example,
            gradient: &slot.gradient,
            loss: *slot.loss.as_ref().unwrap_or(&ExampleLoss { sum_nats: 0.0, tokens: 0 }),
        })
    }

    /// What was trained, on what, and how it went.
    pub fn record(&self) -> RunRecord {
        RunRecord {
            data_digest: self.data_digest,
            options: self.options.clone(),
            examples: self.train.len(),
            held_out: self.eval.len(),
            steps: self.steps_taken(),
            tokens: self.tokens,
            curve: self.curve.clone(),
        }
    }

    /// The adapter, at the end.
    pub fn into_lora(self) -> Lora {
        self.lora
    }

    /// Everything that is needed to go on, apart from network, examples and options.
    pub fn checkpoint(&self) -> Vec<u8> {
        let mut writer = Writer::new(KIND);
        writer.bytes(self.data_digest.as_slice());
        writer.bytes(&self.options.canonical());
        writer.number(self.steps_taken());
        writer.number(self.tokens);
        writer.floats(self.lora.parameters());
        writer.floats(self.optimizer.first_moments());
        writer.floats(self.optimizer.second_moments());
        writer.number(self.curve.len() as u64);
        for point in &self.curve {
            writer.number(point.train_loss.to_bits());
            writer.number(point.eval_loss.unwrap_or(f64::NAN).to_bits());
        }
        writer.finish()
    }

    /// Goes on from a checkpoint, exactly as if the run had not been
    /// interrupted. Only the number of workers may differ.
    ///
    /// # Errors
    /// The bytes are not such a checkpoint, or were made from other examples,
    /// another network or other options; or as [`Self::new`].
    pub fn resume(
        model: &'a Llama,
        examples: Vec<Example>,
        options: Options,
        checkpoint: &[u8],
    ) -> Result<Self, TrainError> {
        let mut run = Self::fresh(model, examples, options)?;
        run.restore(checkpoint).map_err(TrainError::Checkpoint)?;
        Ok(run)
    }

    fn restore(&mut self, checkpoint: &[u8]) -> Result<(), CheckpointError> {
        let mut reader = Reader::new(checkpoint, KIND)?;
        if reader.bytes()? != self.data_digest.as_slice() {
            return Err(CheckpointError::Data);
        }
        if reader.bytes()? != self.options.canonical() {
            return Err(CheckpointError::Options);
        }
        let (steps, tokens) = (reader.number()?, reader.number()?);
        let (parameters, first, second) = (reader.floats()?, reader.floats()?, reader.floats()?);
        let points = reader.number()?;
        if points != steps || steps > self.steps() {
            return Err(CheckpointError::Data);
        }
        for _ in 0..points {
            let train_loss = f64::from_bits(reader.number()?);
            let eval_loss = Some(f64::from_bits(reader.number()?)).filter(|loss| !loss.is_nan());
            self.curve.push(LossPoint { train_loss, eval_loss });
        }
        reader.finish()?;
        let expected = self.lora.parameters().len();
        if [&parameters, &first, &second].iter().any(|values| values.len() != expected) {
            return Err(CheckpointError::Data);
        }
        self.lora.parameters_mut().copy_from_slice(&parameters);
        (self.optimizer.steps, self.optimizer.first, self.optimizer.second) =
            (steps, first, second);
        self.tokens = tokens;
        Ok(())
    }

    fn steps_per_epoch(&self) -> u64 {
        self.train.len().div_ceil(self.options.batch) as u64
    }

    fn schedule(&self) -> Schedule {
        let steps = self.steps();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a share of the steps"
        )]
        let warmup = (steps as f64 * f64::from(self.options.warmup_fraction)).round() as u64;
        Schedule { peak: self.options.learning_rate, warmup, steps, floor: 0.0 }
    }

    /// Names the examples of a step in the slots.
    fn choose(&mut self, epoch: u64, step: u64) {
        if self.epoch != Some(epoch) {
            self.order.clone_from(&self.train);
            order::shuffle(&mut self.order, &mut order::random(self.options.seed, epoch));
            self.epoch = Some(epoch);
        }
        let step = usize::try_from(step).expect("fewer steps than examples");
        let batch = self.order.chunks(self.options.batch).nth(step).unwrap_or_default();
        self.batch = batch.len();
        for (slot, &example) in self.slots.iter_mut().zip(batch) {
            slot.example = example;
        }
    }

    /// Fills the slots and sums their gradients, in order.
    fn gradients(&mut self) -> Result<ExampleLoss, TrainError> {
        let (model, lora, examples) = (self.model, &self.lora, &self.examples);
        let slots = self.slots[..self.batch].iter_mut();
        share_out(&mut self.workspaces, slots, |workspace, slot| {
            let example = &examples[slot.example];
            slot.loss = model.lora_gradient(lora, example, workspace, &mut slot.gradient);
        });
        self.sum.fill(0.0);
        let mut total = ExampleLoss::default();
        for slot in &self.slots[..self.batch] {
            let source = |source: &SequenceError| TrainError::Example {
                index: slot.example,
                source: source.clone(),
            };
            let loss = slot.loss.as_ref().map_err(source)?;
            total.sum_nats += loss.sum_nats;
            total.tokens += loss.tokens;
            for (sum, value) in self.sum.iter_mut().zip(slot.gradient.values()) {
                *sum += value;
            }
        }
        Ok(total)
    }

    /// Mean loss of the held-out examples, in nats per supervised token.
    fn evaluate(&mut self) -> Result<f64, TrainError> {
        let (model, lora, examples) = (self.model, &self.lora, &self.examples);
        let mut losses = vec![Ok(ExampleLoss::default()); self.eval.len()];
        let items = losses.iter_mut().zip(&self.eval);
        share_out(&mut self.workspaces, items, |workspace, (loss, &index)| {
            *loss = model.loss(Some(lora), &examples[index], workspace);
        });
        let (mut nats, mut tokens) = (0.0, 0);
        for (loss, &index) in losses.into_iter().zip(&self.eval) {
            let loss = loss.map_err(|source| TrainError::Example { index, source })?;
            nats += loss.sum_nats;
            tokens += loss.tokens;
        }
        Ok(nats / tokens as f64)
    }
}

/// Training and held-out examples; both keep the given order.
fn split(examples: usize, options: &Options) -> (Vec<usize>, Vec<usize>) {
    if options.eval_fraction <= 0.0 {
        return ((0..examples).collect(), Vec::new());
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a share of the examples"
    )]
    let count = (examples as f64 * f64::from(options.eval_fraction)).round() as usize;
    let mut indices: Vec<usize> = (0..examples).collect();
    order::shuffle(&mut indices, &mut order::random(options.seed, SPLIT));
    let mut train = indices.split_off(count.max(1).min(examples));
    train.sort_unstable();
    indices.sort_unstable();
    (train, indices)
}

/// Asks the network about every example before the first step.
fn check(model: &Llama, examples: &[Example]) -> Result<(), TrainError> {
    for (index, example) in examples.iter().enumerate() {
        model.check(example).map_err(|source| TrainError::Example { index, source })?;
    }
    Ok(())
}

/// Digest of the examples: for each its length, inputs and targets (0 for none, else token + 1).
fn digest(examples: &[Example]) -> B256 {
    let mut bytes = Vec::new();
    for example in examples {
        bytes.extend((example.inputs().len() as u64).to_le_bytes());
        bytes.extend(example.inputs().iter().flat_map(|token| token.to_le_bytes()));
        let targets = example.targets().iter().map(|target| target.map_or(0, |t| u64::from(t) + 1));
        bytes.extend(targets.flat_map(u64::to_le_bytes));
    }
    keccak256(bytes)
}
