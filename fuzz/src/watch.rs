//! Ends a run whose case takes too long: a hang is a failure, too.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Longest time for one case. A case takes milliseconds; the machine may be busy.
const CASE_MAX: Duration = Duration::from_mins(1);
/// Before the first case.
const NONE: u64 = u64::MAX;

/// Knows which case runs.
#[derive(Debug)]
pub(crate) struct Watch(Arc<AtomicU64>);

impl Watch {
    /// Watches the cases of a target until the process ends.
    #[expect(clippy::disallowed_methods, reason = "a hung case cannot end by itself")]
    pub(crate) fn start(target: &'static str) -> Self {
        let seed = Arc::new(AtomicU64::new(NONE));
        let watched = Arc::clone(&seed);
        std::thread::spawn(move || {
            let mut before = NONE;
            loop {
                std::thread::sleep(CASE_MAX);
                // The last one to hold it is this thread: the run is over.
                if Arc::strong_count(&watched) == 1 {
                    return;
                }
                let now = watched.load(Ordering::Relaxed);
                if now == before && now != NONE {
                    eprintln!(
                        "{target} hangs; repeat it with: cargo run -p fuzz --release -- {target} {now}"
                    );
                    std::process::exit(1);
                }
                before = now;
            }
        });
        Self(seed)
    }

    /// A case begins.
    pub(crate) fn begin(&self, seed: u64) {
        self.0.store(seed, Ordering::Relaxed);
    }
}
