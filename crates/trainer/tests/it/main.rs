//! Training at the crate's boundary.

mod pretraining;
mod run;
