//! How a command fails: message, hint, exit code.

use std::process::ExitCode;

use node::client::ClientError;

/// A failed command.
#[derive(Debug)]
pub(crate) struct Failure {
    /// Stable name.
    pub(crate) code: String,
    /// What went wrong, with its causes.
    pub(crate) message: String,
    /// The next step.
    pub(crate) hint: Option<String>,
    exit: u8,
}

impl Failure {
    /// A failure with exit code 1.
    pub(crate) fn new(code: &str, message: impl Into<String>, hint: impl Into<String>) -> Self {
        let (code, message) = (code.to_owned(), message.into());
        Self { code, message, hint: Some(hint.into()), exit: 1 }
    }

    /// The arguments do not make sense.
    pub(crate) fn usage(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { exit: 2, ..Self::new("usage", message, hint) }
    }

    /// A receipt does not verify; `link` is the first broken one.
    pub(crate) fn broken(link: &str, message: String) -> Self {
        let hint =
            "the file was changed, belongs to another chain, or was never signed by this host";
        Self { exit: 4, ..Self::new(link, message, hint) }
    }

    pub(crate) fn exit_code(&self) -> ExitCode {
        ExitCode::from(self.exit)
    }
}

impl From<ClientError> for Failure {
    fn from(error: ClientError) -> Self {
        let code = error.code().unwrap_or("no_reply").to_owned();
        let exit = if matches!(error, ClientError::Unreachable { .. }) { 3 } else { 1 };
        Self { code, message: node::error::chain(&error), hint: error.hint(), exit }
    }
}

/// An unreadable or unwritable file.
pub(crate) fn file(action: &str, path: &std::path::Path, error: &std::io::Error) -> Failure {
    let message = format!("cannot {action} {}: {error}", path.display());
    Failure::new("file", message, "check the path and its permissions")
}
