//! All settings: defaults < `openledger.toml` < environment (`OPENLEDGER_*`) < flags.

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use primitives::{Address, SharePpm, Wei};

use crate::error::{ConfigError, StartError};

/// Name of the settings file looked for in the working directory.
pub const FILE_NAME: &str = "openledger.toml";
const ENV_PREFIX: &str = "OPENLEDGER_";
/// Variables with our prefix that are no settings.
const ENV_RESERVED: [&str; 3] = ["OPENLEDGER_NODE", "OPENLEDGER_API_KEY", "OPENLEDGER_WEB_DIST"];

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Nobody said otherwise.
    Default,
    /// A settings file.
    File(PathBuf),
    /// An environment variable.
    Environment(String),
    /// A command-line flag (or the embedding program).
    Flag,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Environment(name) => f.write_str(name),
            Self::Flag => f.write_str("flag"),
        }
    }
}

/// One setting as `config show` prints it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// Its name in the file; upper-cased behind `OPENLEDGER_` in the environment.
    pub key: &'static str,
    /// Its value.
    pub value: String,
    /// Where the value came from.
    pub origin: Origin,
    /// What it means, with its unit.
    pub help: &'static str,
}

macro_rules! settings {
    ($($(#[doc = $help:literal])+ $key:ident: $kind:ty = $default:literal, $expected:literal;)+) => {
        /// The settings of one node.
        #[derive(Debug, Clone, PartialEq)]
        pub struct Config {
            $($(#[doc = $help])+ pub $key: $kind,)+
        }

        const TABLE: &[(&str, &str, &str)] =
            &[$((stringify!($key), $default, concat!($($help),+))),+];

        impl Config {
            fn parse(layers: &Layers) -> Result<Self, ConfigError> {
                Ok(Self { $($key: layers.value(stringify!($key), $expected)?,)+ })
            }
        }
    };
}

settings! {
    /// Folder that holds everything the node keeps.
    data: PathBuf = "openledger-data", "a path";
    /// Address and port to listen on; port 0 takes a free one.
    listen: SocketAddr = "127.0.0.1:7077", "an address and port such as 127.0.0.1:7077";
    /// Folder of the base model (Hugging Face layout); empty: `demo/base` near by; `none`: no model.
    base: PathBuf = "", "a path";
    /// EIP-155 id of the chain.
    chain_id: u64 = "7077", "a whole number";
    /// Longest time that a transaction waits for others before a block is sealed, in milliseconds.
    block_ms: u64 = "100", "a number of milliseconds";
    /// What each new local account is given on the node's own chain, in OPEN.
    grant: Wei = "1000", "an amount of OPEN";
    /// What the account `local` puts into the fee escrow at the first start, in OPEN.
    local_deposit: Wei = "100", "an amount of OPEN";
    /// Least fee of an answer, in OPEN.
    fee_minimum: Wei = "0.001", "an amount of OPEN";
    /// Fee per token read, in OPEN.
    fee_prompt_token: Wei = "0.000001", "an amount of OPEN";
    /// Fee per token written, in OPEN.
    fee_answer_token: Wei = "0.00001", "an amount of OPEN";
    /// Contributors' part of a fee at deployment, in parts per million; the six parts sum to 1000000, and governance changes them from then on.
    contributors_ppm: u32 = "700000", "parts per million";
    /// The adapter owner's part of a fee at deployment, in parts per million.
    owner_ppm: u32 = "100000", "parts per million";
    /// The host's part of a fee at deployment, in parts per million.
    host_ppm: u32 = "100000", "parts per million";
    /// The validators' part of a fee at deployment, in parts per million.
    validators_ppm: u32 = "20000", "parts per million";
    /// The treasury's part of a fee at deployment, in parts per million; with the burnt part at least 50000.
    treasury_ppm: u32 = "70000", "parts per million";
    /// The part of a fee that is burnt, at deployment, in parts per million.
    burn_ppm: u32 = "10000", "parts per million";
    /// How long a posted period can be disputed before it pays, in seconds, at deployment; 259200 (72 hours) on a network with others.
    challenge_window_s: u64 = "2", "a number of seconds";
    /// What is at stake with every posted period, in OPEN, at deployment.
    poster_bond: Wei = "100", "an amount of OPEN";
    /// How long a change of payee waits, in seconds; fixed at deployment.
    payee_delay_s: u64 = "259200", "a number of seconds";
    /// The least that a validator stakes itself, in OPEN, at deployment.
    stake_minimum: Wei = "100", "an amount of OPEN";
    /// How long stake is on its way out, in seconds, at deployment.
    unbonding_s: u64 = "1209600", "a number of seconds";
    /// How long a slash can be vetoed, in seconds, at deployment.
    slash_veto_s: u64 = "259200", "a number of seconds";
    /// From proposing to voting, in seconds.
    governance_voting_delay_s: u32 = "86400", "a number of seconds";
    /// How long a vote lasts, in seconds.
    governance_voting_period_s: u32 = "1209600", "a number of seconds";
    /// How much longer a vote lasts when the quorum is reached late, in seconds.
    governance_late_quorum_s: u32 = "172800", "a number of seconds";
    /// Votes needed to propose, in OPEN wrapped into GOPEN.
    governance_threshold: Wei = "100", "an amount of OPEN";
    /// Part of all votes that must take part, in percent.
    governance_quorum_percent: u8 = "4", "a percentage";
    /// From queueing to executing a proposal, in seconds.
    governance_timelock_s: u64 = "172800", "a number of seconds";
    /// Least time between two changes of one parameter, in seconds; fixed at deployment.
    parameter_cooldown_s: u64 = "604800", "a number of seconds";
    /// Address of the wrapped OPEN that the chain has already (a predeploy, for example); empty: it is deployed.
    wopen: OptionalAddress = "", "an address or nothing";
    /// Address that posts periods; empty: this node's operator. Changed by governance only.
    poster: OptionalAddress = "", "an address or nothing";
    /// Address that may pause posting and disable a pending period; empty: this node's operator.
    guardian: OptionalAddress = "", "an address or nothing";
    /// How long a payer's withdrawal waits, in seconds; fixed when the chain is made.
    withdrawal_delay_s: u64 = "86400", "a number of seconds";
    /// Most tokens that an answer may have.
    answer_tokens_max: u32 = "96", "a whole number";
    /// How many of the Datanet's records are put into the prompt.
    retrieve_records: u32 = "2", "a whole number";
    /// Largest contributed file in bytes.
    upload_bytes_max: u64 = "16777216", "a number of bytes";
    /// Largest other request body in bytes.
    body_bytes_max: u64 = "1048576", "a number of bytes";
    /// Most answers waiting for the model; more are told to come back (503).
    answers_queue_max: u32 = "64", "a whole number";
    /// Most training runs waiting; more are told to come back (503).
    jobs_queue_max: u32 = "16", "a whole number";
    /// Longest time that a request may take, in seconds.
    request_timeout_s: u64 = "120", "a number of seconds";
    /// Time between training checkpoints, in seconds.
    checkpoint_s: u64 = "5", "a number of seconds";
}

/// Values by setting, the stronger origin on top.
#[derive(Debug, Clone)]
struct Layers(BTreeMap<&'static str, (String, Origin)>);

impl Layers {
    fn defaults() -> Self {
        Self(
            TABLE
                .iter()
                .map(|(key, value, _)| (*key, ((*value).to_owned(), Origin::Default)))
                .collect(),
        )
    }

    fn set(&mut self, key: &str, value: String, origin: Origin) -> Result<(), ConfigError> {
        let unknown = || ConfigError::Unknown { key: key.to_owned(), origin: origin.to_string() };
        let (key, _, _) = TABLE.iter().find(|(name, _, _)| *name == key).ok_or_else(unknown)?;
        self.0.insert(key, (value, origin));
        Ok(())
    }

    fn value<T: FromStr>(
        &self,
        key: &'static str,
        expected: &'static str,
    ) -> Result<T, ConfigError> {
        let (value, origin) = &self.0[key];
        value.parse().ok().ok_or_else(|| ConfigError::Value {
            key,
            value: value.clone(),
            origin: origin.to_string(),
            expected,
        })
    }

    fn read_file(&mut self, path: &Path) -> Result<(), ConfigError> {
        let unreadable = |source| ConfigError::Unreadable { path: path.to_owned(), source };
        let text = std::fs::read_to_string(path).map_err(unreadable)?;
        let syntax =
            |source| ConfigError::Syntax { path: path.to_owned(), source: Box::new(source) };
        let table: toml::Table = toml::from_str(&text).map_err(syntax)?;
        for (key, value) in table {
            let value = match value {
                toml::Value::String(text) => text,
                other => other.to_string(),
            };
            self.set(&key, value, Origin::File(path.to_owned()))?;
        }
        Ok(())
    }
}

impl Config {
    /// The settings about money.
    pub(crate) fn money(&self) -> Result<settlement::Options, StartError> {
        let parameters = settlement::ParameterOptions {
            challenge_window_s: self.challenge_window_s,
            poster_bond: self.poster_bond,
            stake_min: self.stake_minimum,
            unbonding_delay_s: self.unbonding_s,
            veto_delay_s: self.slash_veto_s,
            ..settlement::ParameterOptions::default()
        };
        let deployment = settlement::DeploymentOptions {
            split: self.split()?,
            withdrawal_delay_s: self.withdrawal_delay_s,
            payee_delay_s: self.payee_delay_s,
            cooldown_s: self.parameter_cooldown_s,
            timelock_delay_s: self.governance_timelock_s,
            voting: settlement::VotingOptions {
                delay_s: self.governance_voting_delay_s,
                period_s: self.governance_voting_period_s,
                threshold: self.governance_threshold,
                quorum_percent: self.governance_quorum_percent,
                late_quorum_extension_s: self.governance_late_quorum_s,
            },
            parameters,
            poster: self.poster.0,
            guardian: self.guardian.0,
            wopen: self.wopen.0,
        };
        let price = settlement::Price {
            per_prompt_token_wei: self.fee_prompt_token,
            per_answer_token_wei: self.fee_answer_token,
            minimum_wei: self.fee_minimum,
        };
        Ok(settlement::Options { price, deployment })
    }

    fn split(&self) -> Result<settlement::SplitOptions, StartError> {
        let parts = [
            self.contributors_ppm,
            self.owner_ppm,
            self.host_ppm,
            self.validators_ppm,
            self.treasury_ppm,
            self.burn_ppm,
        ];
        let sum: u64 = parts.iter().map(|part| u64::from(*part)).sum();
        if sum != 1_000_000 {
            return Err(StartError::Parts { sum });
        }
        let part = |ppm: u32| SharePpm::new(ppm).map_err(|_above_whole| StartError::Parts { sum });
        Ok(settlement::SplitOptions {
            contributors_ppm: part(self.contributors_ppm)?,
            owner_ppm: part(self.owner_ppm)?,
            host_ppm: part(self.host_ppm)?,
            validators_ppm: part(self.validators_ppm)?,
            treasury_ppm: part(self.treasury_ppm)?,
            burn_ppm: part(self.burn_ppm)?,
        })
    }
}

/// An address, or nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct OptionalAddress(pub Option<Address>);

impl FromStr for OptionalAddress {
    type Err = <Address as FromStr>::Err;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.is_empty() { Ok(Self(None)) } else { text.parse().map(|found| Self(Some(found))) }
    }
}

impl Default for Config {
    /// The defaults alone: no file, no environment.
    fn default() -> Self {
        Self::parse(&Layers::defaults()).expect("the defaults are tested")
    }
}

/// Where settings come from.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// The settings file; it must exist when named.
    pub file: Option<PathBuf>,
    /// Environment variables, all of them.
    pub environment: Vec<(String, String)>,
    /// `(key, value)` of the flags that were given.
    pub flags: Vec<(String, String)>,
}

impl Sources {
    /// This process's environment and, if it exists, `openledger.toml` in the working directory.
    pub fn of_process() -> Self {
        let file = Path::new(FILE_NAME);
        Self {
            file: file.is_file().then(|| file.to_owned()),
            environment: std::env::vars().collect(),
            flags: Vec::new(),
        }
    }

    /// Resolves all settings.
    ///
    /// # Errors
    /// [`ConfigError`] for an unreadable file, an unknown setting or a value that does not fit.
    pub fn resolve(&self) -> Result<(Config, Vec<Setting>), ConfigError> {
        let mut layers = Layers::defaults();
        if let Some(path) = &self.file {
            layers.read_file(path)?;
        }
        for (name, value) in &self.environment {
            let Some(key) = name.strip_prefix(ENV_PREFIX) else { continue };
            if !ENV_RESERVED.contains(&name.as_str()) {
                let origin = Origin::Environment(name.clone());
                layers.set(&key.to_ascii_lowercase(), value.clone(), origin)?;
            }
        }
        for (key, value) in &self.flags {
            layers.set(key, value.clone(), Origin::Flag)?;
        }
        let config = Config::parse(&layers)?;
        let settings = TABLE.iter().map(|(key, _, help)| {
            let (value, origin) = layers.0[key].clone();
            Setting { key, value, origin, help: help.trim() }
        });
        Ok((config, settings.collect()))
    }
}

#[cfg(test)]
mod tests;
