//! Progress bars on a terminal, seconds per phase for the summary.

use std::time::Instant;

use anyhow::Result;
use indicatif::{ProgressBar, ProgressStyle};

/// The phases so far, in order, with the seconds that each took.
#[derive(Debug)]
pub(crate) struct Progress {
    started: Instant,
    phases: Vec<(String, f64)>,
}

impl Progress {
    /// No phase yet; time runs from `started`.
    pub(crate) fn new(started: Instant) -> Self {
        Self { started, phases: Vec::new() }
    }

    /// Runs one phase under a bar that it may move.
    pub(crate) fn phase<T>(
        &mut self,
        name: &str,
        work: impl FnOnce(&ProgressBar) -> Result<T>,
    ) -> Result<T> {
        let begun = self.started.elapsed();
        let bar = ProgressBar::new(0).with_style(style()).with_prefix(name.to_owned());
        bar.tick();
        let done = work(&bar);
        bar.finish_and_clear();
        let seconds = self.started.elapsed().saturating_sub(begun).as_secs_f64();
        eprintln!("{} {name:<26} {seconds:>6.1} s", if done.is_ok() { "✓" } else { "✗" });
        self.phases.push((name.to_owned(), seconds));
        done
    }

    /// Each phase's name and seconds.
    pub(crate) fn phases(&self) -> &[(String, f64)] {
        &self.phases
    }

    /// Seconds since the start.
    pub(crate) fn seconds(&self) -> f64 {
        self.started.elapsed().as_secs_f64()
    }
}

fn style() -> ProgressStyle {
    let template = "  {prefix:<26} {wide_bar:.cyan} {pos}/{len} {msg}";
    ProgressStyle::with_template(template).unwrap_or_else(|_bad| ProgressStyle::default_bar())
}
