//! The network against an oracle in `f64`, against the reference libraries,
//! and against itself.
#![expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "the numbers of the tests are small"
)]

mod files;
mod gradient;
mod inference;
mod oracle;
mod reference;
mod text;
