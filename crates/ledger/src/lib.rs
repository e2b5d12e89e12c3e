//! An embedded EVM chain: pool, blocks, state, logs.
