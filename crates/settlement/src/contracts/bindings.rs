//! The contracts' interfaces, as `contracts/src/interfaces/` has them, as far as they are used. A
//! test compares every selector with the compiled ABI in `schema/contracts/`.
//!
//! Records appear as the tuples of their fields: they encode as the structs of `primitives`.

mod agents;
mod disputes;
mod escrow;
mod governance;
mod parameters;
mod payouts;
mod registries;
mod validators;

pub(crate) use agents::{IAgents, IReputation, IValidation};
pub(crate) use disputes::IDisputes;
pub(crate) use escrow::IEscrow;
pub(crate) use governance::{IGOPEN, IGovernor, ITimelock, IWOPEN};
pub(crate) use parameters::IParameters;
pub(crate) use payouts::IPayouts;
pub(crate) use registries::{IAdapters, IContributions, IDatanets};
pub(crate) use validators::{IAttestations, IStaking};
