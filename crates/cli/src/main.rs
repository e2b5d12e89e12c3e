//! The binary `openledger`.

fn main() {}
