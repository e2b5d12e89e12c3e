//! The crate at its boundary: what is kept, what is refused, and what a crash leaves.

mod crash;
mod keep;
