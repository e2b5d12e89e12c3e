//! From a trained adapter to the indexes that its answers are attributed with.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use attribution::{
    Basis, IndexOptions, InfluenceIndex, Reference, RowInput, SpanIndex, TrainingGradients,
};
use datanet::Record;
use model::{Example, Lora, LoraGradient, Projection, Workspace};
use primitives::{Address, RecordId};

use super::Ended;
use crate::assets::{projected, projection};
use crate::base::Base;
use crate::core::Core;
use crate::error::ApiError;
use crate::expand::Library;
use crate::keys::lock;
use crate::wire::JobStatus;

/// What attribution needs of an adapter.
#[derive(Debug)]
pub(super) struct Indexes {
    pub(super) index: InfluenceIndex,
    pub(super) basis: Basis,
    pub(super) spans: SpanIndex,
}

/// Computes each record's gradient and builds both indexes.
pub(super) fn index(
    core: &Core,
    number: u64,
    base: &Base,
    lora: &Lora,
    library: &Library,
    rows: &[(RecordId, Address)],
) -> Result<Indexes, Ended> {
    core.update_job(number, |job| {
        job.shown.status = JobStatus::Indexing;
        job.shown.step = 0;
        job.shown.steps = library.len() as u64;
    })?;
    let gradients = gradients(core, number, base, lora, library)?;
    let mut inputs =
        TrainingGradients { rows: Vec::new(), sampled: Vec::new(), references: Vec::new() };
    for ((position, (record, contributor)), gradients) in (0_u32..).zip(rows).zip(gradients) {
        inputs.rows.push(RowInput {
            record: *record,
            contributor: *contributor,
            cluster: library.cluster(position as usize),
            position: position.into(),
            gradient: gradients.row,
        });
        let reference = |gradient| Reference { row: Some(position), gradient };
        inputs.references.extend(gradients.held_aside.map(reference));
    }
    let options = IndexOptions { workers: workers(), ..IndexOptions::default() };
    let (index, basis) = InfluenceIndex::build(&inputs, &options).map_err(ApiError::internal)?;
    let mut texts = Vec::new();
    for record in &library.records {
        let encode = |text: &str| base.tokenizer.encode_plain(text).map_err(ApiError::internal);
        texts.push(vec![encode(&record.question)?, encode(&record.answer)?]);
    }
    let spans = SpanIndex::build(&texts).map_err(ApiError::internal)?;
    Ok(Indexes { index, basis, spans })
}

fn workers() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

/// The projected gradients of one record.
#[derive(Debug, Clone)]
struct RecordGradients {
    /// The sum over its wordings of the gradient per answer token.
    row: Vec<f32>,
    /// The gradient per answer token of a wording that the row was not made from.
    held_aside: Option<Vec<f32>>,
}

/// The gradients of each record, in order, on as many threads as there are cores.
fn gradients(
    core: &Core,
    number: u64,
    base: &Base,
    lora: &Lora,
    library: &Library,
) -> Result<Vec<RecordGradients>, Ended> {
    let projection = projection(lora);
    let next = AtomicUsize::new(0);
    let found: Mutex<Vec<Option<RecordGradients>>> = Mutex::new(vec![None; library.len()]);
    let failed: Mutex<Option<Ended>> = Mutex::new(None);
    let work = || {
        let mut tools = Tools {
            base,
            lora,
            projection: &projection,
            workspace: Workspace::new(),
            gradient: LoraGradient::zeros(lora.layout()),
        };
        loop {
            let row = next.fetch_add(1, Ordering::Relaxed);
            if row >= library.len() || lock(&failed).is_some() {
                return;
            }
            let gradients = core
                .jobs
                .check(number)
                .and_then(|()| Ok(tools.gradients_of(&library.records[row])?));
            match gradients {
                Ok(gradients) => lock(&found)[row] = Some(gradients),
                Err(ended) => *lock(&failed) = Some(ended),
            }
            core.change_job(number, |job| job.shown.step += 1);
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..workers() {
            scope.spawn(work);
        }
    });
    if let Some(ended) = lock(&failed).take() {
        return Err(ended);
    }
    let found = found.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    Ok(found.into_iter().flatten().collect())
}

/// What one thread works with.
struct Tools<'a> {
    base: &'a Base,
    lora: &'a Lora,
    projection: &'a Projection,
    workspace: Workspace,
    gradient: LoraGradient,
}

impl Tools<'_> {
    fn gradients_of(&mut self, record: &Record) -> Result<RecordGradients, ApiError> {
        let language = self.base.language();
        let mut row = vec![0.0; self.projection.total()];
        for example in language.indexed(record).map_err(ApiError::internal)? {
            let part = self.gradient_of(&example)?;
            row.iter_mut().zip(part).for_each(|(sum, part)| *sum += part);
        }
        let held_aside = language.held_aside(record).map_err(ApiError::internal)?;
        let held_aside = held_aside.map(|example| self.gradient_of(&example)).transpose()?;
        Ok(RecordGradients { row, held_aside })
    }

    /// The projected gradient per answer token of one example.
    fn gradient_of(&mut self, example: &Example) -> Result<Vec<f32>, ApiError> {
        self.base
            .model
            .lora_gradient(self.lora, example, &mut self.workspace, &mut self.gradient)
            .map_err(ApiError::internal)?;
        Ok(projected(self.projection, &self.gradient, example.supervised()))
    }
}
