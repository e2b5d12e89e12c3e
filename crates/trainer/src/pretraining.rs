//! Training of all weights on a stream of tokens.

use std::thread;

use model::{Config, Example, ExampleLoss, Llama, SequenceError, Workspace};

use crate::{
    adamw::{AdamW, AdamWOptions},
    checkpoint::{Reader, Writer},
    error::{CheckpointError, TrainError},
    order,
    progress::Progress,
    schedule::Schedule,
    workers::share_out,
};

const KIND: [u8; 8] = *b"OLpretr1";

/// A stream of tokens, in the narrowest type that holds the vocabulary.
#[derive(Debug, Clone, Copy)]
pub enum Tokens<'a> {
    /// A vocabulary of at most 65,536.
    U16(&'a [u16]),
    /// Any vocabulary.
    U32(&'a [u32]),
}

impl Tokens<'_> {
    /// Number of tokens.
    pub fn len(self) -> usize {
        match self {
            Self::U16(tokens) => tokens.len(),
            Self::U32(tokens) => tokens.len(),
        }
    }

    /// Whether there is none.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// `window` inputs and their successors, from `start`.
    fn window(self, start: usize, window: usize) -> Example {
        let range = start..start + window + 1;
        match self {
            Self::U16(tokens) => {
                let tokens: Vec<u32> = tokens[range].iter().map(|&token| token.into()).collect();
                Example::new(&tokens, 1)
            }
            Self::U32(tokens) => Example::new(&tokens[range], 1),
        }
    }
}

/// Options of [`Pretraining`].
#[derive(Debug, Clone, PartialEq)]
pub struct PretrainingOptions {
    /// Tokens per window.
    pub window: usize,
    /// Windows per step.
    pub batch: usize,
    /// Steps of the whole run; the schedule ends there.
    pub steps: u64,
    /// Highest learning rate.
    pub learning_rate: f32,
    /// Learning rate at the end, as a share of the highest.
    pub floor: f32,
    /// Steps of the warm-up.
    pub warmup: u64,
    /// Constants of the optimizer. Norms are never decayed.
    pub adamw: AdamWOptions,
    /// Seed of the order of the windows.
    pub seed: u64,
    /// Partial gradients that are accumulated apart, each on its own thread,
    /// and added in order. Part of the result, unlike a number of workers.
    pub lanes: usize,
}

impl Default for PretrainingOptions {
    fn default() -> Self {
        Self {
            window: 256,
            batch: 16,
            steps: 1000,
            learning_rate: 2e-3,
            floor: 0.05,
            warmup: 50,
            adamw: AdamWOptions { beta2: 0.98, weight_decay: 0.05, ..AdamWOptions::default() },
            seed: 0,
            lanes: 2,
        }
    }
}

/// A network in training, with its optimizer.
#[derive(Debug)]
pub struct Pretraining {
    model: Llama,
    optimizer: AdamW,
    options: PretrainingOptions,
    lanes: Vec<Lane>,
    /// Starts of the windows of the current epoch.
    starts: Vec<usize>,
    epoch: Option<u64>,
    tokens: u64,
}

/// The buffers and the partial gradient of one thread.
#[derive(Debug, Default)]
struct Lane {
    workspace: Workspace,
    gradient: Vec<f32>,
    loss: ExampleLoss,
}

impl Lane {
    fn run(&mut self, model: &Llama, windows: &[Example]) -> Result<(), SequenceError> {
        self.gradient.clear();
        self.gradient.resize(model.weights().len(), 0.0);
        self.loss = ExampleLoss::default();
        for window in windows {
            let loss = model.full_gradient(window, &mut self.workspace, &mut self.gradient)?;
            self.loss.sum_nats += loss.sum_nats;
            self.loss.tokens += loss.tokens;
        }
        Ok(())
    }
}

impl Pretraining {
    /// A run from its first step.
    ///
    /// # Errors
    /// An option is out of range.
    pub fn new(model: Llama, options: PretrainingOptions) -> Result<Self, TrainError> {
        check(model.config(), &options)?;
        let norms = (model.layout().tensors().into_iter())
            .filter(|(_, shape, _)| shape.len() == 1)
            .map(|(_, _, range)| range)
            .collect();
        let optimizer = AdamW::new(model.weights().len(), options.adamw).without_decay(norms);
        let lanes = (0..options.lanes).map(|_| Lane::default()).collect();
        Ok(Self { model, optimizer, options, lanes, starts: Vec::new(), epoch: None, tokens: 0 })
    }

    /// One step on the next windows of `stream`, which must be the same at every call.
    ///
    /// Each epoch visits the windows of the stream once, in a shuffled order,
    /// cut at a phase of its own.
    ///
    /// # Errors
    /// The run is finished, the stream is shorter than a window and a half, a
    /// token is outside the vocabulary, or the loss is not finite.
    pub fn step(&mut self, stream: Tokens<'_>) -> Result<Progress, TrainError> {
        let step = self.optimizer.steps();
        if step >= self.options.steps {
            return Err(TrainError::Finished { steps: self.options.steps });
        }
        let windows = self.windows(stream, step)?;
        self.step_on(&windows)
    }

    /// One step on examples that the caller chose, of any length and with any targets.
    ///
    /// # Errors
    /// The run is finished, an example supervises no token or has a token outside the vocabulary, or the
    /// loss is not finite.
    pub fn step_on(&mut self, examples: &[Example]) -> Result<Progress, TrainError> {
        let step = self.optimizer.steps();
        if step >= self.options.steps {
            return Err(TrainError::Finished { steps: self.options.steps });
        }
        let loss = self.accumulate(examples)?;
        if !loss.sum_nats.is_finite() {
            return Err(TrainError::Diverged { step });
        }
        let rate = self.schedule().rate(step);
        let gradient_norm = self.optimizer.step(
            self.model.weights_mut(),
            &self.lanes[0].gradient,
            1.0 / loss.tokens as f32,
            rate,
            self.options.lanes,
        );
        let read: usize = examples.iter().map(|example| example.inputs().len()).sum();
        self.tokens += read as u64;
        Ok(Progress {
            step: step + 1,
            steps: self.options.steps,
            epoch: self.epoch.unwrap_or(0),
            train_loss: loss.sum_nats / loss.tokens as f64,
            eval_loss: None,
            learning_rate: rate,
            gradient_norm,
            tokens: self.tokens,
            tokens_per_step: read,
        })
    }

    /// Mean loss in nats per token over `count` windows spread evenly over a stream.
    ///
    /// # Errors
    /// The stream is shorter than a window, or a token is outside the vocabulary.
    pub fn evaluate(&mut self, stream: Tokens<'_>, count: usize) -> Result<f64, TrainError> {
        let window = self.options.window;
        let last = stream.len().checked_sub(window + 1).ok_or(TrainError::NoData)?;
        let count = count.clamp(1, last + 1);
        let windows: Vec<Example> =
            (0..count).map(|i| stream.window(i * last / count, window)).collect();
        let model = &self.model;
        let mut losses = vec![Ok(ExampleLoss::default()); count];
        let items = losses.iter_mut().zip(&windows);
        share_out(&mut self.lanes, items, |lane, (loss, window)| {
            *loss = model.loss(None, window, &mut lane.workspace);
        });
        let mut sum = 0.0;
        for (index, loss) in losses.into_iter().enumerate() {
            sum += loss.map_err(|source| TrainError::Example { index, source })?.sum_nats;
        }
        Ok(sum / (count * window) as f64)
    }

    /// The network as it is now.
    pub fn model(&self) -> &Llama {
        &self.model
    }

    /// The network, at the end.
    pub fn into_model(self) -> Llama {
        self.model
    }

    /// Steps taken so far.
    pub fn steps(&self) -> u64 {
        self.optimizer.steps()
    }

    /// Everything that is needed to go on: weights, moments and position.
    pub fn checkpoint(&self) -> Vec<u8> {
        let mut writer = Writer::new(KIND);
        writer.bytes(&self.model.config().to_json());
        writer.number(self.optimizer.steps());
        writer.number(self.tokens);
        writer.floats(self.model.weights());
        writer.floats(self.optimizer.first_moments());
        writer.floats(self.optimizer.second_moments());
        writer.finish()
    }

    /// Goes on from a checkpoint; with the same options and stream, exactly as
    /// if the run had not been interrupted. Options may be changed on purpose.
    ///
    /// # Errors
    /// The bytes are not such a checkpoint, or an option is out of range.
    pub fn resume(bytes: &[u8], options: PretrainingOptions) -> Result<Self, TrainError> {
        let (model, optimizer, tokens) = read(bytes).map_err(TrainError::Checkpoint)?;
        let mut run = Self::new(model, options)?;
        (run.optimizer.steps, run.optimizer.first, run.optimizer.second) = optimizer;
        run.tokens = tokens;
        Ok(run)
    }

    fn schedule(&self) -> Schedule {
        let PretrainingOptions { learning_rate: peak, warmup, steps, floor, .. } = self.options;
        Schedule { peak, warmup, steps, floor }
    }

    /// The windows of one step.
    fn windows(&mut self, stream: Tokens<'_>, step: u64) -> Result<Vec<Example>, TrainError> {
        let window = self.options.window;
        // Whatever the phase, so many windows fit.
        let per_epoch = (stream.len() / window).saturating_sub(1);
        if per_epoch == 0 {
            return Err(TrainError::NoData);
        }
        let first = step * self.options.batch as u64;
        let positions = first..first + self.options.batch as u64;
        let windows = positions.map(|position| {
            let epoch = position / per_epoch as u64;
            if self.epoch != Some(epoch) {
                self.starts = starts(self.options.seed, epoch, per_epoch, window);
                self.epoch = Some(epoch);
            }
            let index = usize::try_from(position % per_epoch as u64).expect("less than a length");
            stream.window(self.starts[index], window)
        });
        Ok(windows.collect())
    }

    /// The summed gradient of the windows, in the first lane.
    fn accumulate(&mut self, windows: &[Example]) -> Result<ExampleLoss, TrainError> {
        let size = windows.len().div_ceil(self.lanes.len());
        let model = &self.model;
        thread::scope(|scope| {
            let chunks = windows.chunks(size).chain(std::iter::repeat(&[][..]));
            let running: Vec<_> = (self.lanes.iter_mut().zip(chunks))
                .map(|(lane, windows)| scope.spawn(move || lane.run(model, windows)))
                .collect();
            running.into_iter().try_for_each(join)
        })
        .map_err(|source| TrainError::Example { index: 0, source })?;
        let (first, others) = self.lanes.split_at_mut(1);
        let mut loss = first[0].loss;
        for lane in others {
            loss.sum_nats += lane.loss.sum_nats;
            loss.tokens += lane.loss.tokens;
            for (sum, value) in first[0].gradient.iter_mut().zip(&lane.gradient) {
                *sum += value;
            }
        }
        Ok(loss)
    }
}

/// Starts of the windows of an epoch: a random phase, then a random order.
fn starts(seed: u64, epoch: u64, count: usize, window: usize) -> Vec<usize> {
    let mut random = order::random(seed, epoch);
    let phase = order::below(&mut random, window);
    let mut starts: Vec<usize> = (0..count).map(|i| phase + i * window).collect();
    order::shuffle(&mut starts, &mut random);
    starts
}

type Moments = (u64, Vec<f32>, Vec<f32>);

fn read(bytes: &[u8]) -> Result<(Llama, Moments, u64), CheckpointError> {
    let mut reader = Reader::new(bytes, KIND)?;
    let config = Config::from_json(reader.bytes()?).map_err(CheckpointError::Config)?;
    let (steps, tokens) = (reader.number()?, reader.number()?);
    let (weights, first, second) = (reader.floats()?, reader.floats()?, reader.floats()?);
    reader.finish()?;
    let model = Llama::from_weights(&config, &weights).map_err(CheckpointError::Config)?;
    let length = model.weights().len();
    if first.len() != length || second.len() != length {
        return Err(CheckpointError::Data);
    }
    Ok((model, (steps, first, second), tokens))
}

fn check(config: &Config, options: &PretrainingOptions) -> Result<(), TrainError> {
    let refuse = |option| Err(TrainError::Option { option });
    if options.window == 0 || options.window > config.context {
        return refuse("window");
    }
    if options.batch == 0 {
        return refuse("batch");
    }
    if options.lanes == 0 {
        return refuse("lanes");
    }
    if !(options.learning_rate.is_finite() && options.learning_rate > 0.0) {
        return refuse("learning_rate");
    }
    Ok(())
}

fn join<T>(running: thread::ScopedJoinHandle<'_, T>) -> T {
    running.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}
