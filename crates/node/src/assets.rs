//! What attribution needs of an adapter, in memory while it is in use.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use attribution::{Basis, InfluenceIndex, SpanIndex};
use inference::{AdapterSource, SourceError};
use model::{Lora, LoraGradient, PeftAdapter, Projection};
use primitives::{Adapter, AdapterId, Address, ChainRecord as _, Digest, RecordId};
use storage::Store;

use crate::core::Core;
use crate::error::ApiError;
use crate::expand::Library;
use crate::keys::lock;
use crate::tables::{ADAPTERS, NAMES, StoredAdapter};

/// Adapters whose indexes are kept in memory.
const KEPT_MAX: usize = 16;
/// Seed of the random projection of gradients; part of the rule, like the projection's width.
const PROJECTION_SEED: u64 = 1;

/// Everything about one adapter that answering and attributing need, beside its weights.
#[derive(Debug)]
pub(crate) struct Assets {
    pub(crate) id: AdapterId,
    pub(crate) record: Adapter,
    pub(crate) name: String,
    pub(crate) datanet: String,
    pub(crate) index: InfluenceIndex,
    pub(crate) basis: Basis,
    pub(crate) spans: SpanIndex,
    pub(crate) library: Library,
    /// Record and contributor of each row.
    pub(crate) rows: Vec<(RecordId, Address)>,
}

/// The assets in memory.
#[derive(Debug, Default)]
pub(crate) struct AssetCache(Mutex<BTreeMap<AdapterId, Arc<Assets>>>);

impl StoredAdapter {
    /// The adapter's record.
    pub(crate) fn decoded(&self) -> Result<Adapter, ApiError> {
        Adapter::decode(&self.record).map_err(ApiError::internal)
    }
}

impl Core {
    /// What adapter `id` needs to answer, loaded if it is not in memory.
    pub(crate) fn assets(&self, id: AdapterId) -> Result<Arc<Assets>, ApiError> {
        if let Some(assets) = lock(&self.assets.0).get(&id) {
            return Ok(Arc::clone(assets));
        }
        let assets = Arc::new(self.load_assets(id)?);
        let mut kept = lock(&self.assets.0);
        if kept.len() >= KEPT_MAX {
            kept.pop_first();
        }
        kept.insert(id, Arc::clone(&assets));
        Ok(assets)
    }

    fn load_assets(&self, id: AdapterId) -> Result<Assets, ApiError> {
        let row = self.stored_adapter(id)?;
        let record = row.decoded()?;
        let blob = |digest: Digest| self.store.blobs().get(digest).map_err(ApiError::internal);
        let index = InfluenceIndex::decode(&blob(row.influenceIndex)?);
        let basis = Basis::decode(&blob(row.basis)?);
        let spans = SpanIndex::decode(&blob(row.spanIndex)?);
        let (library, rows) = self.library(record.snapshot)?;
        Ok(Assets {
            id,
            name: row.name,
            datanet: row.datanet,
            record,
            index: index.map_err(ApiError::internal)?,
            basis: basis.map_err(ApiError::internal)?,
            spans: spans.map_err(ApiError::internal)?,
            library,
            rows,
        })
    }

    /// A snapshot's records, and record and contributor of each.
    pub(crate) fn library(
        &self,
        snapshot: primitives::SnapshotId,
    ) -> Result<(Library, Vec<(RecordId, Address)>), ApiError> {
        let entries =
            self.datanets.frozen(snapshot).map_err(crate::datanets::refused)?.manifest.entries;
        let views = self.datanets.snapshot_records(snapshot).map_err(crate::datanets::refused)?;
        let rows = entries.iter().map(|entry| (entry.record, entry.contributor)).collect();
        let clusters = entries.iter().map(|entry| entry.cluster).collect();
        let records = views.into_iter().map(|view| view.record).collect();
        Ok((Library::new(records, clusters), rows))
    }

    /// The stored adapter `id`.
    pub(crate) fn stored_adapter(&self, id: AdapterId) -> Result<StoredAdapter, ApiError> {
        let missing = || {
            ApiError::not_found("no_such_adapter", "there is no such adapter")
                .hint("`openledger adapters` lists all")
        };
        self.read(|tables| tables.get(&ADAPTERS, &id))?.ok_or_else(missing)
    }
}

/// The gradient of an adapter's layout, made small enough to index.
pub(crate) fn projection(lora: &Lora) -> Projection {
    Projection::new(lora.layout(), Projection::WIDTH, PROJECTION_SEED)
}

/// The projected gradient of the log-probability per answer token.
pub(crate) fn projected(
    projection: &Projection,
    gradient: &LoraGradient,
    tokens: usize,
) -> Vec<f32> {
    #[expect(clippy::cast_precision_loss, reason = "an answer has far fewer than 2^24 tokens")]
    let scale = -1.0 / tokens.max(1) as f32;
    let mut values = projection.project(gradient).into_values();
    for value in &mut values {
        *value *= scale;
    }
    values
}

/// Adapter files as inference wants them, out of the store.
#[derive(Debug)]
pub(crate) struct StoredAdapters<'a>(pub(crate) &'a Store);

impl AdapterSource for StoredAdapters<'_> {
    fn digest(&self, name: &str) -> Option<Digest> {
        let id = name.parse().ok();
        let read = self.0.tables().read(|tables| match id {
            Some(id) => Ok(Some(id)),
            None => tables.get(&NAMES, &name.to_owned()),
        });
        read.unwrap_or_else(|error: storage::StorageError| {
            tracing::error!(%error, "adapter names cannot be read");
            None
        })
    }

    fn files(&self, digest: Digest) -> Result<PeftAdapter, SourceError> {
        let row = self.0.tables().read(|tables| tables.get(&ADAPTERS, &digest));
        let row = row?.ok_or(storage::StorageError::NoSuchBlob { digest })?;
        let weights = Adapter::decode(&row.record)?.weights;
        let blobs = self.0.blobs();
        Ok(PeftAdapter { config: blobs.get(row.config)?, weights: blobs.get(weights)? })
    }
}
