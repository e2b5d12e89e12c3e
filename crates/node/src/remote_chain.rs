//! A chain reached by JSON-RPC, as `settlement` sees it: for those who check a node instead of
//! believing it.

use std::time::Duration;

use primitives::{Address, B256, Bytes};
use serde_json::{Value, json};
use settlement::{ChainClient, ChainError, Fees, Refusal, TransactionOutcome};

use crate::hex::{hex, unhex};

const TIMEOUT: Duration = Duration::from_mins(1);
/// JSON-RPC's code of a reverted call, as go-ethereum gives it.
const REVERTED: i64 = 3;

/// The JSON-RPC endpoint of a chain.
#[derive(Debug, Clone)]
pub struct RemoteChain {
    agent: ureq::Agent,
    url: String,
}

/// Why an endpoint gave no answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RemoteError {
    /// Nobody answers, or the connection broke.
    #[error("cannot reach the chain at {url}")]
    Unreachable {
        /// The endpoint.
        url: String,
        /// Why.
        #[source]
        source: Box<ureq::Error>,
    },
    /// The answer is not what the specification says.
    #[error("the answer to {method} is not what the specification says")]
    Answer {
        /// The method called.
        method: &'static str,
    },
    /// The endpoint refused.
    #[error("{method} is refused: {message} ({code})")]
    Refused {
        /// The method called.
        method: &'static str,
        /// Its error code.
        code: i64,
        /// What it said.
        message: String,
    },
}

impl RemoteChain {
    /// The chain behind `url`, for example `http://127.0.0.1:7077/rpc`.
    pub fn new(url: &str) -> Self {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(TIMEOUT))
            .proxy(None)
            .build();
        Self { agent: config.new_agent(), url: url.to_owned() }
    }

    fn request(&self, method: &'static str, params: Value) -> Result<Value, ChainError> {
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
        let unreachable = |source| {
            unavailable(RemoteError::Unreachable {
                url: self.url.clone(),
                source: Box::new(source),
            })
        };
        let request = self.agent.post(&self.url).content_type("application/json");
        let mut response = request.send(body.to_string()).map_err(unreachable)?;
        let text = response.body_mut().read_to_string().map_err(unreachable)?;
        let answer: Value = serde_json::from_str(&text)
            .map_err(|_no_json| unavailable(RemoteError::Answer { method }))?;
        let Some(error) = answer.get("error").filter(|error| !error.is_null()) else {
            return Ok(answer.get("result").cloned().unwrap_or_default());
        };
        let code = error["code"].as_i64().unwrap_or_default();
        let data = error["data"].as_str().and_then(unhex);
        if let (REVERTED, Some(data)) = (code, data) {
            return Err(ChainError::Refused(Refusal::decode(&data)));
        }
        let message = error["message"].as_str().unwrap_or_default().to_owned();
        Err(unavailable(RemoteError::Refused { method, code, message }))
    }

    fn number(&self, method: &'static str, params: Value) -> Result<u128, ChainError> {
        let answer = self.request(method, params)?;
        quantity(&answer).ok_or_else(|| unavailable(RemoteError::Answer { method }))
    }

    fn bytes(&self, method: &'static str, params: Value) -> Result<Bytes, ChainError> {
        let answer = self.request(method, params)?;
        let bytes = answer.as_str().and_then(unhex);
        bytes.map(Bytes::from).ok_or_else(|| unavailable(RemoteError::Answer { method }))
    }
}

impl ChainClient for RemoteChain {
    fn chain_id(&self) -> Result<u64, ChainError> {
        let id = self.number("eth_chainId", json!([]))?;
        u64::try_from(id)
            .map_err(|_too_large| unavailable(RemoteError::Answer { method: "eth_chainId" }))
    }

    fn call(&self, from: Address, to: Address, data: Bytes) -> Result<Bytes, ChainError> {
        let call = json!({ "from": hex(from), "to": hex(to), "input": hex(data) });
        self.bytes("eth_call", json!([call, "latest"]))
    }

    fn code(&self, address: Address) -> Result<Bytes, ChainError> {
        self.bytes("eth_getCode", json!([hex(address), "latest"]))
    }

    fn nonce(&self, account: Address) -> Result<u64, ChainError> {
        let method = "eth_getTransactionCount";
        let nonce = self.number(method, json!([hex(account), "pending"]))?;
        u64::try_from(nonce).map_err(|_too_large| unavailable(RemoteError::Answer { method }))
    }

    fn fees(&self) -> Result<Fees, ChainError> {
        let tip = self.number("eth_maxPriorityFeePerGas", json!([]))?;
        let price = self.number("eth_gasPrice", json!([]))?;
        Ok(Fees {
            max_fee_per_gas_wei: price.saturating_mul(2).saturating_add(tip),
            max_priority_fee_per_gas_wei: tip,
        })
    }

    fn submit(&self, raw: &Bytes) -> Result<B256, ChainError> {
        let method = "eth_sendRawTransaction";
        let hash = self.bytes(method, json!([hex(raw)]))?;
        let hash: Option<[u8; 32]> = hash.to_vec().try_into().ok();
        hash.map(B256::from).ok_or_else(|| unavailable(RemoteError::Answer { method }))
    }

    fn outcome(&self, transaction: B256) -> Result<Option<TransactionOutcome>, ChainError> {
        let method = "eth_getTransactionReceipt";
        let receipt = self.request(method, json!([hex(transaction)]))?;
        if receipt.is_null() {
            return Ok(None);
        }
        let field = |name: &str| {
            let number = quantity(&receipt[name]).and_then(|number| u64::try_from(number).ok());
            number.ok_or_else(|| unavailable(RemoteError::Answer { method }))
        };
        Ok(Some(TransactionOutcome {
            succeeded: field("status")? == 1,
            block_number: field("blockNumber")?,
            gas_used: field("gasUsed")?,
        }))
    }
}

fn quantity(value: &Value) -> Option<u128> {
    u128::from_str_radix(value.as_str()?.strip_prefix("0x")?, 16).ok()
}

fn unavailable(error: RemoteError) -> ChainError {
    ChainError::Unavailable(Box::new(error))
}
