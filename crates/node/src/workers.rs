//! Threads of the node, each with a name.

use std::thread::JoinHandle;

/// Starts a named thread; whoever stops the node joins it.
#[expect(clippy::disallowed_methods, reason = "this is the one place that starts threads")]
pub(crate) fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> JoinHandle<()> {
    let name = name.to_owned();
    std::thread::spawn(move || {
        tracing::debug!(name, "thread started");
        work();
        tracing::debug!(name, "thread ended");
    })
}
