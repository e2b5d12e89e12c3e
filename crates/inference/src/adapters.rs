//! Adapters in memory, fetched when a request first names them.

use std::collections::BTreeMap;
use std::error::Error;
use std::sync::Arc;

use model::{Config, Lora, PeftAdapter};
use primitives::Digest;

use crate::error::InferenceError;

/// What a source of adapters may fail with.
pub type SourceError = Box<dyn Error + Send + Sync>;

/// Where adapters come from; the node implements it over its tables and blobs.
pub trait AdapterSource {
    /// The digest of the adapter that a name stands for now; `None` when there is no such adapter.
    fn digest(&self, name: &str) -> Option<Digest>;

    /// The files with this digest.
    ///
    /// # Errors
    /// Whatever keeps the source from giving them.
    fn files(&self, digest: Digest) -> Result<PeftAdapter, SourceError>;
}

/// An adapter that is ready to answer.
#[derive(Debug, Clone)]
pub struct LoadedAdapter {
    /// The digest that the name stood for when it was loaded.
    pub digest: Digest,
    /// Its weights; they live as long as somebody holds them, also after eviction.
    pub lora: Arc<Lora>,
}

#[derive(Debug)]
struct Resident {
    lora: Arc<Lora>,
    bytes: usize,
    used_at: u64,
}

/// The adapters in memory, by digest: a name that is given new weights is a new entry.
#[derive(Debug, Default)]
pub(crate) struct Adapters {
    residents: BTreeMap<Digest, Resident>,
    /// Counts uses, so that the least recent one can be told.
    uses: u64,
}

impl Adapters {
    pub(crate) fn load(
        &mut self,
        name: &str,
        source: &dyn AdapterSource,
        config: &Config,
        bytes_max: usize,
    ) -> Result<LoadedAdapter, InferenceError> {
        let unknown = || InferenceError::UnknownAdapter { name: name.to_owned() };
        let digest = source.digest(name).ok_or_else(unknown)?;
        self.uses += 1;
        if let Some(resident) = self.residents.get_mut(&digest) {
            resident.used_at = self.uses;
            return Ok(LoadedAdapter { digest, lora: Arc::clone(&resident.lora) });
        }
        let name = || name.to_owned();
        let files = source.files(digest).map_err(|source| InferenceError::AdapterFiles {
            name: name(),
            digest,
            source,
        })?;
        let lora = Lora::from_peft(config, &files.config, &files.weights).map_err(|source| {
            InferenceError::AdapterFormat { name: name(), digest, source: Box::new(source) }
        })?;
        let (bytes, lora) = (size_of_val(lora.parameters()), Arc::new(lora));
        self.make_room(bytes, bytes_max);
        let resident = Resident { lora: Arc::clone(&lora), bytes, used_at: self.uses };
        self.residents.insert(digest, resident);
        Ok(LoadedAdapter { digest, lora })
    }

    /// Drops the least recently used adapters until `bytes` more fit.
    fn make_room(&mut self, bytes: usize, bytes_max: usize) {
        while self.bytes() + bytes > bytes_max {
            let oldest = self.residents.iter().min_by_key(|(_, resident)| resident.used_at);
            let Some(digest) = oldest.map(|(digest, _)| *digest) else { return };
            self.residents.remove(&digest);
        }
    }

    pub(crate) fn bytes(&self) -> usize {
        self.residents.values().map(|resident| resident.bytes).sum()
    }

    pub(crate) fn digests(&self) -> impl Iterator<Item = Digest> {
        self.residents.keys().copied()
    }
}
