//! From a trained adapter to the indexes that its answers are attributed with.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use attribution::{Basis, IndexOptions, InfluenceIndex, RowInput, SpanIndex, TrainingGradients};
use model::{Lora, LoraGradient, Projection, Workspace};
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
    let rows =
        (0..).zip(rows).zip(gradients).map(|((position, (record, contributor)), gradient)| {
            RowInput {
                record: *record,
                contributor: *contributor,
                cluster: library.cluster(usize::try_from(position).unwrap_or(usize::MAX)),
                position,
                gradient,
            }
        });
    let gradients =
        TrainingGradients { rows: rows.collect(), sampled: Vec::new(), references: Vec::new() };
    let options = IndexOptions { workers: workers(), ..IndexOptions::default() };
    let (index, basis) = InfluenceIndex::build(&gradients, &options).map_err(ApiError::internal)?;
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

/// One projected gradient per record, in order, on as many threads as there are cores.
fn gradients(
    core: &Core,
    number: u64,
    base: &Base,
    lora: &Lora,
    library: &Library,
) -> Result<Vec<Vec<f32>>, Ended> {
    let projection = projection(lora);
    let next = AtomicUsize::new(0);
    let found: Mutex<Vec<Option<Vec<f32>>>> = Mutex::new(vec![None; library.len()]);
    let failed: Mutex<Option<Ended>> = Mutex::new(None);
    let work = || {
        let mut tools =
            Tools { workspace: Workspace::new(), gradient: LoraGradient::zeros(lora.layout()) };
        loop {
            let row = next.fetch_add(1, Ordering::Relaxed);
            if row >= library.len() || lock(&failed).is_some() {
                return;
            }
            let gradient = core
                .jobs
                .check(number)
                .and_then(|()| Ok(tools.gradient_of(base, lora, &projection, library, row)?));
            match gradient {
                Ok(gradient) => lock(&found)[row] = Some(gradient),
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
struct Tools {
    workspace: Workspace,
    gradient: LoraGradient,
}

impl Tools {
    /// The sum over the record's wordings of the gradient per answer token.
    fn gradient_of(
        &mut self,
        base: &Base,
        lora: &Lora,
        projection: &Projection,
        library: &Library,
        row: usize,
    ) -> Result<Vec<f32>, ApiError> {
        let examples =
            base.language().indexed(&library.records[row]).map_err(ApiError::internal)?;
        let mut sum = vec![0.0; projection.total()];
        for example in &examples {
            base.model
                .lora_gradient(lora, example, &mut self.workspace, &mut self.gradient)
                .map_err(ApiError::internal)?;
            let part = projected(projection, &self.gradient, example.supervised());
            sum.iter_mut().zip(part).for_each(|(sum, part)| *sum += part);
        }
        Ok(sum)
    }
}
