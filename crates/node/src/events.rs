//! What happens in the node, as it happens.

use serde::Serialize;
use tokio::sync::broadcast;

/// Events that a slow reader may lag behind before it loses the oldest.
const KEPT: usize = 1024;

/// One event: its name and its JSON.
#[derive(Debug, Clone)]
pub(crate) struct Event {
    /// `block`, `contribution`, `snapshot`, `job`, `adapter`, `completion`, `receipt`, `period`, `claim`.
    pub(crate) name: &'static str,
    /// The object as JSON.
    pub(crate) data: String,
}

/// Where events are told to whoever listens.
#[derive(Debug)]
pub(crate) struct Events(broadcast::Sender<Event>);

impl Default for Events {
    fn default() -> Self {
        Self(broadcast::Sender::new(KEPT))
    }
}

impl Events {
    /// Tells everybody who listens; costs nothing when nobody does.
    pub(crate) fn tell(&self, name: &'static str, what: &impl Serialize) {
        if self.0.receiver_count() == 0 {
            return;
        }
        if let Ok(data) = serde_json::to_string(what) {
            // An error only says that the last listener has just left.
            drop(self.0.send(Event { name, data }));
        }
    }

    /// Listens from now on.
    pub(crate) fn subscribe(&self) -> broadcast::Receiver<Event> {
        self.0.subscribe()
    }
}
