//! Where our contracts come from: the chain's first block, and three creations by one account.

use std::collections::BTreeMap;

use alloy_primitives::{Address, Bytes, TxKind, hex};
use alloy_sol_types::SolValue;
use primitives::{Key, Wei};
use serde_json::Value;

use crate::chain::{ChainClient, Fees};
use crate::contracts::{Contracts, escrow_settings};
use crate::error::DeploymentError;
use crate::transaction::{ContractCall, SignedTransaction, Terms};

/// More than each creation needs.
const GAS_CREATE: u64 = 3_000_000;

/// The first block of an embedded chain: who owns how much OPEN from the start.
///
/// The contracts are not in it: the operator's first three transactions create them, so the same
/// steps serve a chain that exists already.
pub fn genesis(
    chain_id: u64,
    balances: &BTreeMap<Address, Wei>,
    timestamp_s: u64,
) -> ledger::Genesis {
    let balances = balances.iter().map(|(account, amount)| (*account, amount.to_u256()));
    ledger::Genesis::new(chain_id, balances.collect()).with_timestamp_s(timestamp_s)
}

/// Our contracts as one account deploys them with its first nonces: registry, payouts, escrow.
///
/// Addresses follow from account and nonce (CREATE), so they are known before, and deploying again
/// after a crash continues where it stopped.
#[derive(Debug, Clone)]
pub struct Deployment {
    contracts: Contracts,
    deployer: Address,
    withdrawal_delay_s: u64,
    creations: [Creation; 3],
}

#[derive(Debug, Clone)]
struct Creation {
    contract: &'static str,
    address: Address,
    nonce: u64,
    code: Bytes,
    runtime: Runtime,
}

/// Deployed code, with the places that the constructor fills in.
#[derive(Debug, Clone)]
struct Runtime {
    code: Bytes,
    immutables: Vec<(usize, usize)>,
}

impl Deployment {
    /// The deployment by `deployer`, who also posts payouts, on one chain.
    ///
    /// # Errors
    /// [`DeploymentError::Artifact`] when an embedded artifact cannot be read.
    pub fn new(
        chain_id: u64,
        deployer: Address,
        withdrawal_delay_s: u64,
    ) -> Result<Self, DeploymentError> {
        let payouts = deployer.create(1);
        let escrow = (payouts, withdrawal_delay_s).abi_encode();
        let creations = [
            Creation::new(
                "Registry",
                include_str!("../../../schema/contracts/Registry.json"),
                (deployer, 0),
                &[],
            )?,
            Creation::new(
                "Payouts",
                include_str!("../../../schema/contracts/Payouts.json"),
                (deployer, 1),
                &deployer.abi_encode(),
            )?,
            Creation::new(
                "Escrow",
                include_str!("../../../schema/contracts/Escrow.json"),
                (deployer, 2),
                &escrow,
            )?,
        ];
        let [registry, payouts, escrow] = [0, 1, 2].map(|nonce| deployer.create(nonce));
        let contracts = Contracts { chain_id, registry, escrow, payouts };
        Ok(Self { contracts, deployer, withdrawal_delay_s, creations })
    }

    /// Where the contracts are, or will be.
    pub const fn contracts(&self) -> &Contracts {
        &self.contracts
    }

    /// The transactions that are still needed, in order; none when all is deployed. Send them, wait
    /// for their blocks, then [`Deployment::verify`].
    ///
    /// # Errors
    /// [`DeploymentError::NonceUsed`] when the deployer has spent a nonce on something else; as
    /// [`ChainClient`].
    pub fn missing(
        &self,
        chain: &impl ChainClient,
        deployer: &Key,
        fees: Fees,
    ) -> Result<Vec<SignedTransaction>, DeploymentError> {
        let mut missing = Vec::new();
        let next = chain.nonce(self.deployer)?;
        for creation in &self.creations {
            let (contract, nonce) = (creation.contract, creation.nonce);
            if !chain.code(creation.address)?.is_empty() {
                continue;
            }
            if nonce < next {
                return Err(DeploymentError::NonceUsed { contract, nonce });
            }
            let call = ContractCall {
                to: TxKind::Create,
                value: Wei::ZERO,
                data: creation.code.clone(),
                gas_limit: GAS_CREATE,
            };
            let terms = Terms { chain_id: self.contracts.chain_id, nonce, fees };
            missing.push(call.sign(deployer, &terms)?);
        }
        Ok(missing)
    }

    /// Checks that the chain holds exactly our code with our settings.
    ///
    /// # Errors
    /// [`DeploymentError::WrongCode`], [`DeploymentError::WrongSetting`]; as [`ChainClient`].
    pub fn verify(&self, chain: &impl ChainClient) -> Result<(), DeploymentError> {
        for Creation { contract, address, runtime, .. } in &self.creations {
            if !runtime.matches(&chain.code(*address)?) {
                return Err(DeploymentError::WrongCode { contract, address: *address });
            }
        }
        let address = self.contracts.escrow;
        let wrong =
            |setting| DeploymentError::WrongSetting { contract: "Escrow", address, setting };
        let (payouts, withdrawal_delay_s) = escrow_settings(chain, address)?;
        if payouts != self.contracts.payouts {
            return Err(wrong("payouts"));
        }
        if withdrawal_delay_s != self.withdrawal_delay_s {
            return Err(wrong("withdrawal delay"));
        }
        Ok(())
    }
}

impl Creation {
    fn new(
        contract: &'static str,
        artifact: &str,
        (deployer, nonce): (Address, u64),
        arguments: &[u8],
    ) -> Result<Self, DeploymentError> {
        let read = || {
            let artifact: Value = serde_json::from_str(artifact).ok()?;
            let code = [code(&artifact, "bytecode")?.as_slice(), arguments].concat();
            Some((code, Runtime::read(&artifact)?))
        };
        let (code, runtime) = read().ok_or(DeploymentError::Artifact { contract })?;
        let address = deployer.create(nonce);
        Ok(Self { contract, address, nonce, code: code.into(), runtime })
    }
}

impl Runtime {
    fn read(artifact: &Value) -> Option<Self> {
        let places = artifact.get("immutables")?.as_array()?.iter().map(|place| {
            let number = |position: usize| usize::try_from(place.get(position)?.as_u64()?).ok();
            Some((number(0)?, number(1)?))
        });
        let immutables = places.collect::<Option<_>>()?;
        Some(Self { code: code(artifact, "deployedBytecode")?.into(), immutables })
    }

    /// Whether `deployed` is this code, whatever the constructor filled in.
    fn matches(&self, deployed: &Bytes) -> bool {
        let mut blank = deployed.to_vec();
        for (start, length) in &self.immutables {
            let end = start.saturating_add(*length);
            if let Some(place) = blank.get_mut(*start..end) {
                place.fill(0);
            }
        }
        self.code == blank
    }
}

fn code(artifact: &Value, field: &str) -> Option<Vec<u8>> {
    hex::decode(artifact.get(field)?.as_str()?).ok()
}
