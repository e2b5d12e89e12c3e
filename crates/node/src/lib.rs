//! Wires the steps into one process behind HTTP, JSON-RPC and the embedded page.
