//! Adapters and models as the API shows them.

use primitives::{AdapterId, B256, ChainRecord as _, Wei};

use crate::core::Core;
use crate::error::ApiError;
use crate::hex::{hex, wei};
use crate::tables::{ADAPTERS, ANSWERS, NAMES, StoredAdapter};
use crate::wire::{AdapterInfo, AdapterList, ModelInfo, ModelList};

/// Name of the base model in a request.
pub(crate) const BASE: &str = "base";

impl Core {
    pub(crate) fn list_adapters(&self) -> Result<AdapterList, ApiError> {
        let names = self.read(|tables| tables.scan(&NAMES, .., usize::MAX))?;
        let adapters = names.into_iter().map(|(name, id)| self.shown_adapter(&name, id));
        Ok(AdapterList { adapters: adapters.collect::<Result<_, _>>()? })
    }

    pub(crate) fn show_adapter(&self, name: &str) -> Result<AdapterInfo, ApiError> {
        let id = self.adapter_id(name)?;
        self.shown_adapter(name, id)
    }

    /// The adapter that `name` stands for now, or that has this id.
    pub(crate) fn adapter_id(&self, name: &str) -> Result<AdapterId, ApiError> {
        if let Some(id) = self.read(|tables| tables.get(&NAMES, &name.to_owned()))? {
            return Ok(id);
        }
        if let Ok(id) = name.parse::<B256>() {
            return self.stored_adapter(id).map(|_| id);
        }
        Err(ApiError::not_found("no_such_adapter", format!("there is no adapter {name}"))
            .hint("`openledger adapters` lists all; `openledger train DATANET` makes one"))
    }

    fn shown_adapter(&self, name: &str, id: AdapterId) -> Result<AdapterInfo, ApiError> {
        let row = self.stored_adapter(id)?;
        let record = row.decoded()?;
        let (answers, income) = self.answered_by(id)?;
        let loss = |micronats: i64| {
            #[expect(clippy::cast_precision_loss, reason = "a loss in micronats is far below 2^53")]
            let nats = micronats as f64 / 1e6;
            (micronats >= 0).then_some(nats)
        };
        Ok(AdapterInfo {
            id: hex(id),
            name: name.to_owned(),
            datanet: row.datanet,
            snapshot: hex(record.snapshot),
            base: hex(record.base),
            weights: hex(record.weights),
            influence_root: hex(record.influenceRoot),
            rule: record.rule,
            owner: hex(record.owner),
            parameters: row.parameters,
            rank: u64::from(row.rank),
            train_loss: loss(row.trainLossMicronats),
            eval_loss: loss(row.evalLossMicronats),
            records: u64::from(row.records),
            answers,
            income_wei: wei(income),
            transaction: (row.transaction != B256::ZERO).then(|| hex(row.transaction)),
            time_s: record.timeS,
        })
    }

    fn answered_by(&self, id: AdapterId) -> Result<(u64, Wei), ApiError> {
        let (mut answers, mut income) = (0, Wei::ZERO);
        for (_, row) in self.read(|tables| tables.scan(&ANSWERS, .., usize::MAX))? {
            let completion = row.completion()?;
            if completion.adapter == id {
                answers += 1;
                income =
                    income.checked_add(Wei::new(completion.feeWei)).map_err(ApiError::internal)?;
            }
        }
        Ok((answers, income))
    }

    pub(crate) fn adapter_file(&self, name: &str, file: &str) -> Result<Vec<u8>, ApiError> {
        let row = self.stored_adapter(self.adapter_id(name)?)?;
        let digest = match file {
            "adapter_config.json" => row.config,
            "adapter_model.safetensors" => row.decoded()?.weights,
            "influence_index.bin" => row.influenceIndex,
            "span_index.bin" => row.spanIndex,
            "basis.bin" => row.basis,
            _ => {
                return Err(ApiError::not_found("no_such_file", format!("an adapter has no file {file}"))
                    .hint("adapter_config.json, adapter_model.safetensors, influence_index.bin, span_index.bin, basis.bin"));
            }
        };
        self.store.blobs().get(digest).map_err(ApiError::internal)
    }

    pub(crate) fn list_models(&self) -> Result<ModelList, ApiError> {
        let base = self.base.as_ref().map(|_| ModelInfo {
            id: BASE.to_owned(),
            object: "model".to_owned(),
            owned_by: "openledger".to_owned(),
            ..ModelInfo::default()
        });
        let mut data: Vec<ModelInfo> = base.into_iter().collect();
        for (name, id) in self.read(|tables| tables.scan(&NAMES, .., usize::MAX))? {
            data.push(shown_model(&name, id, &self.stored_adapter(id)?)?);
        }
        Ok(ModelList { object: "list".to_owned(), data })
    }

    pub(crate) fn show_model(&self, model: &str) -> Result<ModelInfo, ApiError> {
        let models = self.list_models()?.data;
        let found = models.into_iter().find(|known| known.id == model);
        found.ok_or_else(|| self.no_such_model(model))
    }

    /// 404 for a model, with the names there are.
    pub(crate) fn no_such_model(&self, model: &str) -> ApiError {
        let names = self.read(|tables| tables.scan(&NAMES, .., 20)).unwrap_or_default();
        let names: Vec<String> =
            [BASE.to_owned()].into_iter().chain(names.into_iter().map(|(name, _)| name)).collect();
        let shown: String = model.chars().take(64).collect();
        ApiError::not_found("model_not_found", format!("there is no model {shown:?}"))
            .detail("param", "model")
            .hint(format!(
                "known are {}; `openledger train DATANET` makes another",
                names.join(", ")
            ))
    }

    /// Makes an adapter answer under its name, once it is anchored.
    pub(crate) fn publish_adapter(
        &self,
        name: &str,
        id: AdapterId,
        transaction: B256,
    ) -> Result<(), ApiError> {
        let row = StoredAdapter { transaction, ..self.stored_adapter(id)? };
        debug_assert_eq!(row.decoded().map(|record| record.id()).ok(), Some(id));
        self.write(|tables| {
            tables.insert(&ADAPTERS, &id, &row)?;
            tables.insert(&NAMES, &name.to_owned(), &id)
        })
    }
}

fn shown_model(name: &str, id: AdapterId, row: &StoredAdapter) -> Result<ModelInfo, ApiError> {
    let record = row.decoded()?;
    Ok(ModelInfo {
        id: name.to_owned(),
        object: "model".to_owned(),
        created: record.timeS,
        owned_by: hex(record.owner),
        parent: Some(BASE.to_owned()),
        root: Some(hex(id)),
    })
}
