//! Money on the embedded chain, with the committed bytecode.

mod anchors;
mod deployments;
mod differential;
mod disputes;
mod embedded;
mod evm;
mod governance;
mod journey;
mod money;
mod stake;
mod vectors;
mod world;
