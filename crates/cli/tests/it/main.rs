//! The real binary, run as a person would.

mod command;
mod journey;
mod kill;
mod support;
