//! Money on the embedded chain, with the committed bytecode.

mod anchors;
mod deployments;
mod disputes;
mod embedded;
mod governance;
mod journey;
mod stake;
mod vectors;
mod world;
