//! Compiled contracts, as `contracts/artifacts.mjs` writes them.

use alloy_primitives::{Address, Bytes, hex};
use serde_json::Value;

use crate::error::DeploymentError;

/// Gas of a creation besides what its size costs.
const GAS_CREATE: u64 = 2_000_000;
/// Gas per byte of creation code: 200 to store it, up to 40 as data of the transaction (EIP-7623),
/// and some to run it. The largest code of 24,576 bytes (EIP-170) stays below 16,777,216 (EIP-7825).
const GAS_PER_BYTE: u64 = 400;

/// The compiled contracts.
pub(super) mod artifacts {
    macro_rules! artifact {
        ($($constant:ident = $name:literal),* $(,)?) => {$(
            pub(in crate::deployment) const $constant: (&str, &str) = (
                $name,
                include_str!(concat!("../../../../schema/contracts/", $name, ".json")),
            );
        )*};
    }

    artifact!(
        TIMELOCK = "Timelock",
        WOPEN = "WOPEN",
        GOPEN = "GOPEN",
        GOVERNOR = "OpenGovernor",
        PARAMETERS = "Parameters",
        DATANETS = "Datanets",
        ADAPTERS = "Adapters",
        PAYOUTS = "Payouts",
        ESCROW = "Escrow",
        STAKING = "Staking",
        ATTESTATIONS = "Attestations",
        DISPUTES = "Disputes",
        CONTRIBUTIONS = "Contributions",
        AGENTS = "Agents",
        REPUTATION = "Reputation",
        VALIDATION = "Validation",
        PROXY = "Proxy",
    );
}

/// One contract to be created.
#[derive(Debug, Clone)]
pub(super) struct Creation {
    /// Its name.
    pub contract: &'static str,
    /// Where it will be.
    pub address: Address,
    /// The deployer's nonce that creates it.
    pub nonce: u64,
    /// Creation code with its arguments.
    pub code: Bytes,
    /// More gas than it needs.
    pub gas_limit: u64,
    deployed: Bytes,
    immutables: Vec<(usize, usize)>,
}

impl Creation {
    /// The contract of an artifact, with ABI-encoded constructor arguments.
    pub(super) fn new(
        (contract, artifact): (&'static str, &'static str),
        (deployer, nonce): (Address, u64),
        arguments: &[u8],
    ) -> Result<Self, DeploymentError> {
        let read = || {
            let artifact: Value = serde_json::from_str(artifact).ok()?;
            let code = [code(&artifact, "bytecode")?.as_slice(), arguments].concat();
            let places = artifact.get("immutables")?.as_array()?.iter().map(place);
            let immutables = places.collect::<Option<_>>()?;
            Some((code, code_of(&artifact, "deployedBytecode")?, immutables))
        };
        let (code, deployed, immutables) = read().ok_or(DeploymentError::Artifact { contract })?;
        let bytes = u64::try_from(code.len()).unwrap_or(u64::MAX);
        let gas_limit = GAS_CREATE.saturating_add(bytes.saturating_mul(GAS_PER_BYTE));
        let address = deployer.create(nonce);
        Ok(Self { contract, address, nonce, code: code.into(), gas_limit, deployed, immutables })
    }

    /// Whether `found` is this contract's code, whatever its constructor filled in.
    pub(super) fn matches(&self, found: &Bytes) -> bool {
        let mut blank = found.to_vec();
        for (start, length) in &self.immutables {
            let end = start.saturating_add(*length);
            if let Some(place) = blank.get_mut(*start..end) {
                place.fill(0);
            }
        }
        self.deployed == blank
    }
}

fn place(place: &Value) -> Option<(usize, usize)> {
    let number = |position: usize| usize::try_from(place.get(position)?.as_u64()?).ok();
    Some((number(0)?, number(1)?))
}

fn code_of(artifact: &Value, field: &str) -> Option<Bytes> {
    code(artifact, field).map(Bytes::from)
}

fn code(artifact: &Value, field: &str) -> Option<Vec<u8>> {
    hex::decode(artifact.get(field)?.as_str()?).ok()
}
