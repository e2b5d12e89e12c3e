//! The contracts' real bytecode on a real chain, and the vectors shared with Solidity.

mod embedded;
mod journey;
mod vectors;
