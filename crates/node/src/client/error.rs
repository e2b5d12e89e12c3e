//! Why a call fails, and what to do.

use crate::wire::ErrorBody;

/// Why a call failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ClientError {
    /// Nobody answers, or the connection broke.
    #[error("cannot reach a node at {node}")]
    Unreachable {
        /// Its URL.
        node: String,
        /// Why.
        #[source]
        source: Box<ureq::Error>,
    },
    /// The node refused, and said why.
    #[error("{}", error.message)]
    Refused {
        /// HTTP status.
        status: u16,
        /// What it said.
        error: Box<ErrorBody>,
    },
    /// The reply is not what this version of the client expects.
    #[error("the reply to {path} is not what this client expects")]
    Reply {
        /// The path called.
        path: String,
        /// What the reader said.
        #[source]
        source: serde_json::Error,
    },
    /// The reply broke off.
    #[error("the reply to {path} broke off")]
    BrokenOff {
        /// The path called.
        path: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The stream ended without its last piece.
    #[error("the answer ended before its attribution")]
    Incomplete,
}

impl ClientError {
    /// The next step, when it is known.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Unreachable { .. } => Some(
                "start one with `openledger up`, or name it with --node URL or OPENLEDGER_NODE"
                    .to_owned(),
            ),
            Self::Refused { error, .. } => error.hint.clone(),
            Self::Reply { .. } => Some(
                "compare `openledger --version` with the node's `openledger status`".to_owned(),
            ),
            Self::BrokenOff { .. } | Self::Incomplete => {
                Some("look at `openledger status`; the node may have stopped".to_owned())
            }
        }
    }

    /// The refusal's stable name, if the node refused.
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::Refused { error, .. } => Some(&error.code),
            _ => None,
        }
    }
}
