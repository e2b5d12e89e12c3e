//! A person with a key of their own: signs what they contribute, the node never sees the key.

use anyhow::{Context as _, Result};
use primitives::{B256, Key, keccak256};
use serde_json::{Value, json};

use crate::api::{Api, text};

/// A contributor and the key that they sign with.
#[derive(Debug)]
pub(crate) struct Contributor {
    /// Shown on the page.
    pub(crate) name: String,
    key: Key,
}

impl Contributor {
    /// A contributor with a key for this demo alone: derived from the name, worth nothing elsewhere.
    pub(crate) fn new(name: &str) -> Result<Self> {
        let secret = keccak256(format!("OpenLedger demo contributor {name}"));
        Ok(Self { name: name.to_owned(), key: Key::from_bytes(&secret.0)? })
    }

    /// The account that is paid.
    pub(crate) fn address(&self) -> String {
        self.key.address().to_string()
    }

    /// Tells the node the name to show for the address.
    pub(crate) fn register(&self, api: &Api) -> Result<()> {
        let account = json!({ "name": self.name, "address": self.address() });
        api.post("/api/v1/accounts", &account).map(drop)
    }

    /// Asks what is to be signed, signs it, submits the file; the node's report per line.
    pub(crate) fn contribute(&self, api: &Api, datanet: &str, file: &[u8]) -> Result<Value> {
        let path = format!("/api/v1/datanets/{datanet}/contributions");
        let filename = format!("{}.jsonl", self.name);
        let address = self.address();
        let query = [("filename", filename.as_str()), ("contributor", address.as_str())];
        let prepared = api.upload(&format!("{path}/prepare"), &query, file)?;
        let hash: B256 = text(&prepared, "signing_hash")?.parse().context("read the hash")?;
        let signature = self.key.sign(hash)?.to_bytes();
        let signature = primitives::Bytes::from(signature.to_vec()).to_string();
        let time_s = prepared["contribution"]["time_s"].to_string();
        let signed = [query[0], query[1], ("signature", &signature), ("time_s", &time_s)];
        api.upload(&path, &signed, file)
    }
}
