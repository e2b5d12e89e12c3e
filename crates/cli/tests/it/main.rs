//! The real binary, run as a person would.

mod chain;
mod channel;
mod command;
mod dispute;
mod governance;
mod journey;
mod kill;
mod support;
