//! The network against an oracle in `f64`, against the reference libraries,
//! and against itself.

mod files;
mod gradient;
mod inference;
mod oracle;
mod reference;
mod text;
