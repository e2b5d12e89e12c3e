//! The vocabulary at its boundary: encodings, ids, signatures, amounts, trees.

mod amounts;
mod merkle;
mod records;
mod signatures;
mod vectors;
