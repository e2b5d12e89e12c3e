//! Where our contracts come from: the chain's first block, and creations by one account.

mod artifact;
mod plan;
mod settings;

use std::collections::BTreeMap;

use alloy_primitives::{Address, TxKind};
use primitives::{Key, Wei};

use crate::chain::{ChainClient, Fees};
use crate::contracts::Contracts;
use crate::error::DeploymentError;
use crate::options::DeploymentOptions;
use crate::transaction::{ContractCall, SignedTransaction, Terms};
use artifact::Creation;

/// The first block of an embedded chain: who owns how much OPEN from the start.
///
/// The contracts are not in it: the operator's first transactions create them, so the same steps
/// serve a chain that exists already.
pub fn genesis(
    chain_id: u64,
    balances: &BTreeMap<Address, Wei>,
    timestamp_s: u64,
) -> ledger::Genesis {
    let balances = balances.iter().map(|(account, amount)| (*account, amount.to_u256()));
    ledger::Genesis::new(chain_id, balances.collect()).with_timestamp_s(timestamp_s)
}

/// Our contracts as one account deploys them with its first nonces.
///
/// Addresses follow from account and nonce (CREATE), so contracts that need each other are told
/// before the other exists, nothing is wired afterwards and nobody ever holds a key to them. For the
/// same reason deploying again after a crash continues where it stopped.
#[derive(Debug, Clone)]
pub struct Deployment {
    contracts: Contracts,
    deployer: Address,
    options: DeploymentOptions,
    creations: Vec<Creation>,
}

impl Deployment {
    /// The deployment by `deployer`, who also posts payouts unless the options name somebody else.
    ///
    /// # Errors
    /// [`DeploymentError::Artifact`] when an embedded artifact cannot be read.
    pub fn new(
        chain_id: u64,
        deployer: Address,
        options: &DeploymentOptions,
    ) -> Result<Self, DeploymentError> {
        let contracts = plan::addresses(chain_id, deployer, options);
        let creations = plan::creations(&contracts, deployer, options)?;
        Ok(Self { contracts, deployer, options: *options, creations })
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
                gas_limit: creation.gas_limit,
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
        for creation in &self.creations {
            if !creation.matches(&chain.code(creation.address)?) {
                let (contract, address) = (creation.contract, creation.address);
                return Err(DeploymentError::WrongCode { contract, address });
            }
        }
        if chain.code(self.contracts.wopen)?.is_empty() {
            let address = self.contracts.wopen;
            return Err(DeploymentError::WrongCode { contract: "WOPEN", address });
        }
        settings::verify(chain, &self.contracts, &self.options)
    }
}
