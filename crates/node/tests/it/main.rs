//! A real node on a free port, in a temporary folder, with a tiny random model.

mod alloy;
mod bad_input;
mod economy;
mod journey;
mod money;
mod openai;
mod restart;
mod rpc;
mod schema;
mod support;
