//! The network against an oracle in `f64`, and against itself.

mod gradient;
mod inference;
mod oracle;
