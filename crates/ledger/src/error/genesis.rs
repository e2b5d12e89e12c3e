//! Why a genesis cannot be used.

/// What is wrong with a `genesis.json`.
#[derive(Debug, thiserror::Error)]
pub enum GenesisError {
    /// It is no JSON, or a field has the wrong type.
    #[error("the genesis cannot be read")]
    Json(#[source] serde_json::Error),
    /// A field that must be there is not.
    #[error("the genesis has no field {field}")]
    Missing {
        /// Path of the field.
        field: String,
    },
    /// Two ways of writing the same key.
    #[error("the genesis has {field} twice")]
    Repeated {
        /// Path of the second one.
        field: String,
    },
    /// A value that is not possible.
    #[error("the genesis field {field} is {found}, expected {expected}")]
    Value {
        /// Path of the field.
        field: String,
        /// What it is.
        found: String,
        /// What it may be.
        expected: &'static str,
    },
    /// A fork without one that it builds upon.
    #[error("the genesis schedules {scheduled} without {missing}")]
    MissingFork {
        /// Fork that is not scheduled.
        missing: &'static str,
        /// Later fork that is.
        scheduled: &'static str,
    },
    /// A fork before one that it builds upon.
    #[error("the genesis schedules {later} at {later_at}, before {earlier} at {earlier_at}")]
    ForkOrder {
        /// Fork that must come first.
        earlier: &'static str,
        /// Its block or time.
        earlier_at: u64,
        /// Fork that must not come before it.
        later: &'static str,
        /// Its block or time.
        later_at: u64,
    },
    /// A fork that is newer than the rules here.
    #[error("the genesis schedules {fork}, whose rules are not known here")]
    UnknownFork {
        /// The fork.
        fork: &'static str,
    },
}
