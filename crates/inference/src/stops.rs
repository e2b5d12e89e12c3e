//! Ending an answer before a stop text, also when it arrives in parts.

/// Watches a text as it grows.
#[derive(Debug, Clone)]
pub(crate) struct Stops {
    stops: Vec<String>,
    /// Text that may be the beginning of a stop.
    held: String,
}

impl Stops {
    pub(crate) const fn new(stops: Vec<String>) -> Self {
        Self { stops, held: String::new() }
    }

    /// Takes more text; gives the text that no stop can cut any more, and whether a stop was met.
    pub(crate) fn push(&mut self, text: &str) -> (String, bool) {
        self.held.push_str(text);
        if let Some(at) = self.stops.iter().filter_map(|stop| self.held.find(stop)).min() {
            self.held.truncate(at);
            return (std::mem::take(&mut self.held), true);
        }
        let safe = self.held.len() - self.beginning();
        let rest = self.held.split_off(safe);
        (std::mem::replace(&mut self.held, rest), false)
    }

    /// The text still held back, once nothing more comes.
    pub(crate) fn finish(&mut self) -> String {
        std::mem::take(&mut self.held)
    }

    /// Length of the longest end of the held text that begins a stop.
    fn beginning(&self) -> usize {
        let begins = |stop: &String| {
            let ends = stop.char_indices().map(|(at, _)| at).filter(|at| *at > 0);
            ends.filter(|at| self.held.ends_with(&stop[..*at])).max()
        };
        self.stops.iter().filter_map(begins).max().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests;
