//! The vocabulary: ids, amounts, the seven records, their canonical encoding, hash, signature, Merkle tree.
