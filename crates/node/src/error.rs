//! The two faces of a failure: what the caller is told and what the log keeps.

use std::error::Error;
use std::fmt;
use std::path::PathBuf;

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value};

use crate::wire;

/// A refused or failed request.
#[derive(Debug)]
pub struct ApiError {
    /// HTTP status.
    pub status: StatusCode,
    /// Stable name of the failure.
    pub code: &'static str,
    /// For the caller: one sentence, lower case, without a point.
    pub message: String,
    /// What few failures have, apart, so that every `Result` stays small.
    more: Box<More>,
}

#[derive(Debug, Default)]
struct More {
    /// For the caller: the next step.
    hint: Option<String>,
    /// For programs: facts about the failure.
    details: Map<String, Value>,
    /// For the log alone.
    internal: Option<Box<dyn Error + Send + Sync>>,
}

impl ApiError {
    /// A failure without hint or details.
    pub fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        let message = message.into();
        Self { status, code, message, more: Box::default() }
    }

    /// 400: the request itself is wrong.
    pub fn bad_input(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, message)
    }

    /// 404: there is no such thing.
    pub fn not_found(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, code, message)
    }

    /// 409: the state of things forbids it.
    pub fn conflict(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, code, message)
    }

    /// 503: try again later.
    pub fn busy(message: impl Into<String>) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "busy", message).hint("try again in a moment")
    }

    /// 500: our fault; the cause goes to the log alone.
    pub fn internal(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        let message = "the node could not finish the request";
        let mut error = Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", message);
        error.more.internal = Some(cause.into());
        error.hint("the node's log has the cause; `openledger doctor` checks the usual ones")
    }

    /// Adds the next step.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.more.hint = Some(hint.into());
        self
    }

    /// Adds a fact.
    #[must_use]
    pub fn detail(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.more.details.insert(name.to_owned(), value.into());
        self
    }

    /// OpenAI's family for this status.
    fn kind(&self) -> &'static str {
        match self.status {
            StatusCode::UNAUTHORIZED => "authentication_error",
            StatusCode::PAYMENT_REQUIRED => "insufficient_quota",
            StatusCode::NOT_FOUND => "not_found_error",
            StatusCode::CONFLICT => "conflict_error",
            status if status.is_server_error() => "server_error",
            _ => "invalid_request_error",
        }
    }

    /// What the caller is told.
    pub fn body(&self) -> wire::ErrorReply {
        let param = self.more.details.get("param").and_then(Value::as_str).map(str::to_owned);
        let mut details = self.more.details.clone();
        details.remove("param");
        wire::ErrorReply {
            error: wire::ErrorBody {
                code: self.code.to_owned(),
                message: self.message.clone(),
                hint: self.more.hint.clone(),
                kind: self.kind().to_owned(),
                param,
                details,
            },
        }
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for ApiError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.more.internal.as_deref().map(|cause| cause as &(dyn Error + 'static))
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        if self.status.is_server_error() {
            tracing::error!(code = self.code, cause = %chain(&self), "request failed");
        }
        (self.status, Json(self.body())).into_response()
    }
}

/// An error and its causes on one line.
pub fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

/// Why a setting is refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read {}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The file is not TOML.
    #[error("{} is not TOML", path.display())]
    Syntax {
        /// The file.
        path: PathBuf,
        /// Where and why.
        #[source]
        source: Box<toml::de::Error>,
    },
    /// No such setting.
    #[error("unknown setting {key:?} in {origin}; `openledger config show` lists all")]
    Unknown {
        /// What was given.
        key: String,
        /// Where.
        origin: String,
    },
    /// The value does not fit the setting.
    #[error("{key} = {value:?} from {origin} is not {expected}")]
    Value {
        /// The setting.
        key: &'static str,
        /// What was given.
        value: String,
        /// Where.
        origin: String,
        /// What it should be.
        expected: &'static str,
    },
}

/// Why a base model cannot be loaded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BaseError {
    /// A file is missing or unreadable.
    #[error("cannot read {}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// `config.json` describes no model that we can run.
    #[error("{} describes no model that we can run", path.display())]
    Config {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: model::ConfigError,
    },
    /// Tokenizer or chat template cannot be used.
    #[error("{} cannot be used", path.display())]
    Text {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: model::TextError,
    },
    /// The folder has no `model*.safetensors`.
    #[error("{} holds no model*.safetensors", path.display())]
    NoWeights {
        /// The folder.
        path: PathBuf,
    },
    /// The weights do not fit the configuration.
    #[error("the weights in {} cannot be used", path.display())]
    Weights {
        /// The folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: Box<model::LoadError>,
    },
}

/// A write of the chain failed while the node ran. What reached the disk is unknown until the next
/// start reads it, so nothing more is written.
#[derive(Debug, thiserror::Error)]
#[error("the chain stopped after a failed write: {cause}")]
pub struct ChainStopped {
    /// What failed, with its causes.
    pub cause: String,
}

/// Why a node does not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The base model cannot be loaded.
    #[error("the base model cannot be loaded")]
    Base(#[from] BaseError),
    /// The data directory cannot be used.
    #[error("the data directory cannot be used")]
    Storage(#[from] storage::StorageError),
    /// The chain cannot be opened.
    #[error("the chain cannot be opened")]
    Chain {
        /// Why.
        #[source]
        source: ledger::OpenError,
    },
    /// The data directory belongs to another chain.
    #[error("the data directory belongs to chain {stored}, not {wanted}")]
    OtherChain {
        /// Whose it is.
        stored: u64,
        /// What the settings say.
        wanted: u64,
    },
    /// Our contracts are not where they belong.
    #[error("the contracts cannot be deployed")]
    Deployment {
        /// Why.
        #[source]
        source: settlement::DeploymentError,
    },
    /// A deployment got into no block.
    #[error("transaction {transaction} got into no block")]
    NoBlock {
        /// Its hash.
        transaction: primitives::B256,
    },
    /// An account that was just made is not there.
    #[error("the account {name} is missing from the key store")]
    Account {
        /// Its name.
        name: String,
    },
    /// The system gives no random numbers.
    #[error("the system gives no random numbers")]
    Randomness {
        /// Why.
        #[source]
        source: getrandom::Error,
    },
    /// The random number is no key.
    #[error("the random number is no key")]
    Key {
        /// Why.
        #[source]
        source: primitives::SignatureError,
    },
    /// The parts of a fee make no whole.
    #[error("the six parts of a fee (contributors_ppm to burn_ppm) sum to {sum}, not 1000000")]
    Parts {
        /// Their sum.
        sum: u64,
    },
    /// What a stop interrupted cannot be finished.
    #[error("what the last stop interrupted cannot be finished")]
    Reconcile {
        /// Why.
        #[source]
        source: Box<ApiError>,
    },
    /// The system gives no threads.
    #[error("the server cannot be started")]
    Runtime {
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A file that was named cannot be used.
    #[error("cannot use {}", path.display())]
    File {
        /// Where it is.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The file is no genesis.
    #[error("{} is no genesis.json", path.display())]
    Genesis {
        /// Where it is.
        path: PathBuf,
        /// Why.
        #[source]
        source: ledger::GenesisError,
    },
    /// The blocks cannot be executed.
    #[error("the blocks of {} cannot be executed", path.display())]
    Blocks {
        /// Where they are.
        path: PathBuf,
        /// Why, and how far they could.
        #[source]
        source: ledger::ImportError,
    },
    /// The address is taken.
    #[error("cannot listen on {listen}")]
    Listen {
        /// The address.
        listen: std::net::SocketAddr,
        /// Why.
        #[source]
        source: std::io::Error,
    },
}

impl StartError {
    /// The next step, when it is known.
    pub const fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Base(_) => Some(
                "--base PATH wants a Hugging Face folder of a Llama model: config.json, tokenizer.json, \
                 tokenizer_config.json, model.safetensors",
            ),
            Self::Storage(_) => Some("another node may use it; choose another with --data DIR"),
            Self::OtherChain { .. } => {
                Some("choose another directory with --data DIR, or the same chain_id")
            }
            Self::Listen { .. } => {
                Some("choose another port with --listen 127.0.0.1:7078, or 0 for a free one")
            }
            Self::Parts { .. } => Some("openledger config show lists them"),
            Self::Deployment { .. } => Some(
                "the data directory may be of another version or have other settings; choose another with \
                 --data DIR",
            ),
            _ => None,
        }
    }
}

/// Why a key cannot be given out.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExportError {
    /// The key file cannot be read.
    #[error("cannot read {}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// No such account.
    #[error("there is no account {name} in {}", path.display())]
    Missing {
        /// What was asked for.
        name: String,
        /// The file.
        path: PathBuf,
    },
}
