//! Training runs: the queue, their state, and how they survive a stop.

mod indexing;
mod training;

use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use primitives::{B256, keccak256};
use trainer::Preset;

use crate::clock::{Stopwatch, now_s};
use crate::core::Core;
use crate::error::{ApiError, chain};
use crate::hex::hex;
use crate::keys::{check_name, lock};
use crate::tables::{JOBS, StoredJob};
use crate::wire::{Job, JobList, JobPoint, JobStatus, Train, TrainOptions};

/// Points of a training curve that are kept.
const POINTS_MAX: u64 = 400;

/// The runs of this node, and whoever waits for their progress.
#[derive(Debug, Default)]
pub(crate) struct JobQueue {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    jobs: BTreeMap<u64, Known>,
    is_stopped: bool,
}

/// A run as memory has it; the store has it as of its last change of status or checkpoint.
#[derive(Debug, Clone)]
struct Known {
    shown: Job,
    preset: String,
    options: TrainOptions,
    checkpoint: B256,
    is_cancelled: bool,
}

/// Why a run ended before it was done.
enum Ended {
    /// The node stops; the next start resumes.
    Stopped,
    /// Somebody asked for it.
    Cancelled,
    /// It cannot be done.
    Failed(ApiError),
}

impl From<ApiError> for Ended {
    fn from(error: ApiError) -> Self {
        Self::Failed(error)
    }
}

impl JobQueue {
    /// Ends the training thread after the step that it is at.
    pub(crate) fn stop(&self) {
        lock(&self.state).is_stopped = true;
        self.changed.notify_all();
    }

    /// The oldest run that is not final; `None` when the node stops.
    fn next(&self) -> Option<u64> {
        let mut state = lock(&self.state);
        loop {
            if state.is_stopped {
                return None;
            }
            let open = state.jobs.iter().find(|(_, job)| !job.shown.status.is_final());
            if let Some((number, _)) = open {
                return Some(*number);
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn known(&self, number: u64) -> Option<Known> {
        lock(&self.state).jobs.get(&number).cloned()
    }

    fn check(&self, number: u64) -> Result<(), Ended> {
        let state = lock(&self.state);
        if state.is_stopped {
            return Err(Ended::Stopped);
        }
        let is_cancelled = state.jobs.get(&number).is_some_and(|job| job.is_cancelled);
        if is_cancelled { Err(Ended::Cancelled) } else { Ok(()) }
    }
}

/// The training thread: one run after the other, until the node stops.
pub(crate) fn work(core: &Arc<Core>) {
    while let Some(number) = core.jobs.next() {
        let ended = training::run(core, number);
        let finished = match ended {
            Ok(()) => Ok(()),
            Err(Ended::Stopped) => return,
            Err(Ended::Cancelled) => {
                core.update_job(number, |job| job.shown.status = JobStatus::Cancelled)
            }
            Err(Ended::Failed(error)) => {
                tracing::error!(number, cause = %chain(&error), "a training run failed");
                core.update_job(number, |job| {
                    job.shown.status = JobStatus::Failed;
                    job.shown.error = Some(chain(&error));
                })
            }
        };
        if let Err(error) = finished {
            tracing::error!(number, cause = %chain(&error), "a run's end could not be stored");
            return;
        }
    }
}

impl Core {
    /// Reads the runs; the open ones are resumed by the training thread.
    pub(crate) fn open_jobs(&self) -> Result<(), ApiError> {
        let rows = self.read(|tables| tables.scan(&JOBS, .., usize::MAX))?;
        let mut state = lock(&self.jobs.state);
        for (number, row) in rows {
            let known = Known {
                shown: serde_json::from_str(&row.shown).map_err(ApiError::internal)?,
                options: serde_json::from_str(&row.options).map_err(ApiError::internal)?,
                preset: row.preset,
                checkpoint: row.checkpoint,
                is_cancelled: row.isCancelled,
            };
            state.jobs.insert(number, known);
        }
        Ok(())
    }

    pub(crate) fn queue_job(&self, datanet: &str, request: &Train) -> Result<Job, ApiError> {
        let view = self.datanets.get(datanet).map_err(crate::datanets::refused)?;
        self.require_base()?;
        let preset = request.preset.clone().unwrap_or_else(|| "quick".to_owned());
        parse_preset(&preset)?;
        let adapter_name = request.name.clone().unwrap_or_else(|| datanet.to_owned());
        check_name("an adapter", &adapter_name)?;
        if adapter_name == crate::adapters::BASE {
            return Err(ApiError::bad_input("bad_name", "base is the base model's name")
                .detail("param", "name"));
        }
        let snapshot = view.latest_snapshot.ok_or_else(|| {
            ApiError::conflict("no_snapshot", format!("{datanet} has no snapshot yet"))
                .hint(format!("openledger snapshot {datanet}"))
        })?;
        let mut state = lock(&self.jobs.state);
        let waiting = state.jobs.values().filter(|job| !job.shown.status.is_final()).count();
        if waiting >= self.config.jobs_queue_max as usize {
            return Err(ApiError::busy(format!("{waiting} training runs are waiting")));
        }
        let number = state.jobs.keys().next_back().map_or(0, |last| last + 1);
        let shown = Job {
            id: job_id(number),
            datanet: datanet.to_owned(),
            snapshot: hex(snapshot),
            adapter_name,
            time_s: now_s(),
            ..Job::default()
        };
        let known = Known {
            shown: shown.clone(),
            preset,
            options: request.options,
            checkpoint: B256::ZERO,
            is_cancelled: false,
        };
        self.store_job(number, &known)?;
        state.jobs.insert(number, known);
        drop(state);
        self.jobs.changed.notify_all();
        self.events.tell("job", &shown);
        Ok(shown)
    }

    pub(crate) fn list_jobs(&self) -> JobList {
        let state = lock(&self.jobs.state);
        let brief = |job: &Known| Job { series: Vec::new(), ..job.shown.clone() };
        JobList { jobs: state.jobs.values().rev().map(brief).collect() }
    }

    /// The run, at its next change or after `wait` at the latest.
    pub(crate) fn show_job(&self, id: &str, wait: Duration) -> Result<Job, ApiError> {
        let missing = || {
            ApiError::not_found("no_such_job", format!("there is no job {id}"))
                .hint("`openledger jobs` lists all")
        };
        let watch = Stopwatch::start();
        let mut state = lock(&self.jobs.state);
        let find = |state: &State| {
            state.jobs.values().find(|job| job.shown.id == id).map(|job| job.shown.clone())
        };
        let first = find(&state).ok_or_else(missing)?;
        loop {
            let job = find(&state).ok_or_else(missing)?;
            let is_new = (job.status, job.step) != (first.status, first.step);
            let left = wait.saturating_sub(watch.elapsed());
            if is_new || job.status.is_final() || left.is_zero() || state.is_stopped {
                return Ok(job);
            }
            let waited = self.jobs.changed.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    pub(crate) fn cancel_job(&self, id: &str) -> Result<Job, ApiError> {
        let job = self.show_job(id, Duration::ZERO)?;
        if job.status.is_final() {
            let message = format!("job {id} is {} already", job.status.name());
            return Err(ApiError::conflict("job_is_over", message));
        }
        let number = lock(&self.jobs.state)
            .jobs
            .iter()
            .find_map(|(number, known)| (known.shown.id == id).then_some(*number));
        if let Some(number) = number {
            self.update_job(number, |job| job.is_cancelled = true)?;
        }
        self.show_job(id, Duration::ZERO)
    }

    /// Changes a run in memory and in the store, and tells whoever listens.
    fn update_job(&self, number: u64, change: impl FnOnce(&mut Known)) -> Result<(), ApiError> {
        let known = self.change_job(number, change);
        known.map_or(Ok(()), |known| self.store_job(number, &known))
    }

    /// Changes a run in memory alone: progress that the next checkpoint makes durable.
    fn change_job(&self, number: u64, change: impl FnOnce(&mut Known)) -> Option<Known> {
        let mut state = lock(&self.jobs.state);
        let known = state.jobs.get_mut(&number)?;
        change(known);
        let known = known.clone();
        drop(state);
        self.jobs.changed.notify_all();
        let newest = known.shown.series.last().copied().into_iter().collect();
        self.events.tell("job", &Job { series: newest, ..known.shown.clone() });
        Some(known)
    }

    fn store_job(&self, number: u64, known: &Known) -> Result<(), ApiError> {
        let row = StoredJob {
            shown: serde_json::to_string(&known.shown).map_err(ApiError::internal)?,
            preset: known.preset.clone(),
            options: serde_json::to_string(&known.options).map_err(ApiError::internal)?,
            checkpoint: known.checkpoint,
            isCancelled: known.is_cancelled,
        };
        self.write(|tables| tables.insert(&JOBS, &number, &row))
    }
}

impl Known {
    /// Adds a point to the curve, unless it has enough.
    fn add_point(&mut self, point: JobPoint) {
        let every = (self.shown.steps / POINTS_MAX).max(1);
        if point.step.is_multiple_of(every)
            || point.eval_loss.is_some()
            || point.step == self.shown.steps
        {
            self.shown.series.push(point);
        }
    }
}

fn job_id(number: u64) -> String {
    let digest = keccak256(number.to_be_bytes());
    format!("job-{number}-{}", &hex(digest)[2..8])
}

fn parse_preset(name: &str) -> Result<Preset, ApiError> {
    match name {
        "quick" => Ok(Preset::Quick),
        "balanced" => Ok(Preset::Balanced),
        "thorough" => Ok(Preset::Thorough),
        _ => Err(ApiError::bad_input("bad_value", format!("{name:?} is no preset"))
            .detail("param", "preset")
            .hint("quick, balanced or thorough")),
    }
}
