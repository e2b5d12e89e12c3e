//! In which order the contracts are created, and what each is told.

use alloy_primitives::{Address, Bytes, U256};
use alloy_sol_types::{SolCall, SolValue};

use super::artifact::{Creation, artifacts};
use crate::contracts::{
    Contracts, IAdapters, IAgents, IDatanets, IParameters, IReputation, IValidation,
};
use crate::error::DeploymentError;
use crate::options::DeploymentOptions;

/// What is created, in order of the deployer's nonces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Timelock,
    Wopen,
    Gopen,
    Governor,
    Parameters,
    DatanetsCode,
    Datanets,
    AdaptersCode,
    Adapters,
    Payouts,
    Escrow,
    Staking,
    Attestations,
    Disputes,
    Contributions,
    AgentsCode,
    Agents,
    ReputationCode,
    Reputation,
    ValidationCode,
    Validation,
}

const STEPS: [Step; 21] = [
    Step::Timelock,
    Step::Wopen,
    Step::Gopen,
    Step::Governor,
    Step::Parameters,
    Step::DatanetsCode,
    Step::Datanets,
    Step::AdaptersCode,
    Step::Adapters,
    Step::Payouts,
    Step::Escrow,
    Step::Staking,
    Step::Attestations,
    Step::Disputes,
    Step::Contributions,
    Step::AgentsCode,
    Step::Agents,
    Step::ReputationCode,
    Step::Reputation,
    Step::ValidationCode,
    Step::Validation,
];

/// The steps that this deployment takes: a wrapped token that exists is not created.
fn steps(options: &DeploymentOptions) -> impl Iterator<Item = (Step, u64)> {
    let exists = options.wopen.is_some();
    let steps = STEPS.into_iter().filter(move |step| !(exists && *step == Step::Wopen));
    steps.zip(0..)
}

/// Where everything will be.
pub(super) fn addresses(
    chain_id: u64,
    deployer: Address,
    options: &DeploymentOptions,
) -> Contracts {
    let at = |wanted: Step| place(wanted, deployer, options);
    Contracts {
        chain_id,
        timelock: at(Step::Timelock),
        wopen: options.wopen.unwrap_or_else(|| at(Step::Wopen)),
        gopen: at(Step::Gopen),
        governor: at(Step::Governor),
        parameters: at(Step::Parameters),
        datanets: at(Step::Datanets),
        adapters: at(Step::Adapters),
        payouts: at(Step::Payouts),
        escrow: at(Step::Escrow),
        staking: at(Step::Staking),
        attestations: at(Step::Attestations),
        disputes: at(Step::Disputes),
        contributions: at(Step::Contributions),
        agents: at(Step::Agents),
        reputation: at(Step::Reputation),
        validation: at(Step::Validation),
    }
}

fn place(wanted: Step, deployer: Address, options: &DeploymentOptions) -> Address {
    let found = steps(options).find(|(step, _)| *step == wanted);
    found.map(|(_, nonce)| deployer.create(nonce)).unwrap_or_default()
}

/// Everything to create, in order.
pub(super) fn creations(
    contracts: &Contracts,
    deployer: Address,
    options: &DeploymentOptions,
) -> Result<Vec<Creation>, DeploymentError> {
    let creations = steps(options).map(|(step, nonce)| {
        let code = |step| place(step, deployer, options);
        let (artifact, arguments) = match step {
            Step::Datanets => proxy(code(Step::DatanetsCode), &datanets(contracts)),
            Step::Adapters => proxy(code(Step::AdaptersCode), &adapters(contracts)),
            Step::Agents => proxy(code(Step::AgentsCode), &agents(contracts)),
            Step::Reputation => proxy(code(Step::ReputationCode), &reputation(contracts)),
            Step::Validation => proxy(code(Step::ValidationCode), &validation(contracts)),
            step => plain(step, contracts, deployer, options),
        };
        Creation::new(artifact, (deployer, nonce), &arguments)
    });
    creations.collect()
}

type Artifact = (&'static str, &'static str);

/// Contracts that are no proxies, with their constructors' arguments.
fn plain(
    step: Step,
    contracts: &Contracts,
    deployer: Address,
    options: &DeploymentOptions,
) -> (Artifact, Vec<u8>) {
    let Contracts { timelock, governor, parameters, datanets, adapters, payouts, .. } = *contracts;
    let Contracts { staking, attestations, disputes, .. } = *contracts;
    match step {
        Step::Timelock => {
            let arguments = (U256::from(options.timelock_delay_s), governor);
            (artifacts::TIMELOCK, arguments.abi_encode_params())
        }
        Step::Wopen => (artifacts::WOPEN, Vec::new()),
        Step::Gopen => (artifacts::GOPEN, contracts.wopen.abi_encode()),
        Step::Governor => (artifacts::GOVERNOR, governor_arguments(contracts, options)),
        Step::Parameters => {
            (artifacts::PARAMETERS, parameter_arguments(contracts, deployer, options))
        }
        Step::DatanetsCode => (artifacts::DATANETS, Vec::new()),
        Step::AdaptersCode => (artifacts::ADAPTERS, Vec::new()),
        Step::AgentsCode => (artifacts::AGENTS, Vec::new()),
        Step::ReputationCode => (artifacts::REPUTATION, Vec::new()),
        Step::ValidationCode => (artifacts::VALIDATION, Vec::new()),
        Step::Payouts => {
            let arguments = (parameters, disputes, options.payee_delay_s);
            (artifacts::PAYOUTS, arguments.abi_encode_params())
        }
        Step::Escrow => {
            let arguments = (payouts, options.withdrawal_delay_s);
            (artifacts::ESCROW, arguments.abi_encode_params())
        }
        Step::Staking => (artifacts::STAKING, (parameters, attestations).abi_encode_params()),
        Step::Attestations => {
            let arguments = (payouts, staking, disputes, parameters);
            (artifacts::ATTESTATIONS, arguments.abi_encode_params())
        }
        Step::Disputes => {
            let arguments = (payouts, adapters, parameters, timelock, attestations);
            (artifacts::DISPUTES, arguments.abi_encode_params())
        }
        _ => {
            let arguments = (parameters, datanets, timelock);
            (artifacts::CONTRIBUTIONS, arguments.abi_encode_params())
        }
    }
}

fn governor_arguments(contracts: &Contracts, options: &DeploymentOptions) -> Vec<u8> {
    let voting = &options.voting;
    let arguments = (
        contracts.gopen,
        contracts.timelock,
        U256::from(voting.delay_s),
        voting.period_s,
        voting.threshold.to_u256(),
        U256::from(voting.quorum_percent),
        U256::from(voting.late_quorum_extension_s.min(voting.period_s)),
    );
    arguments.abi_encode_params()
}

fn parameter_arguments(
    contracts: &Contracts,
    deployer: Address,
    options: &DeploymentOptions,
) -> Vec<u8> {
    let values: Vec<u128> = options.values().map(|(_, value)| value).collect();
    let arguments = (
        contracts.timelock,
        options.poster.unwrap_or(deployer),
        options.guardian.unwrap_or(deployer),
        options.cooldown_s,
        IParameters::Split::from(&options.split),
        values,
    );
    arguments.abi_encode_params()
}

/// An ERC-1967 proxy that makes its first call while it is created.
fn proxy(code: Address, first_call: &[u8]) -> (Artifact, Vec<u8>) {
    let arguments = (code, Bytes::copy_from_slice(first_call));
    (artifacts::PROXY, arguments.abi_encode_params())
}

fn datanets(contracts: &Contracts) -> Vec<u8> {
    IDatanets::initializeCall { governance: contracts.timelock }.abi_encode()
}

fn adapters(contracts: &Contracts) -> Vec<u8> {
    let (governance, datanets) = (contracts.timelock, contracts.datanets);
    IAdapters::initializeCall { governance, datanets }.abi_encode()
}

fn agents(contracts: &Contracts) -> Vec<u8> {
    IAgents::initializeCall { governance: contracts.timelock }.abi_encode()
}

fn reputation(contracts: &Contracts) -> Vec<u8> {
    let Contracts { timelock, agents, .. } = *contracts;
    IReputation::initializeCall { governance: timelock, identityRegistry: agents }.abi_encode()
}

fn validation(contracts: &Contracts) -> Vec<u8> {
    let Contracts { timelock, agents, .. } = *contracts;
    IValidation::initializeCall { governance: timelock, identityRegistry: agents }.abi_encode()
}
