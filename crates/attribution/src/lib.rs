//! Proof of Attribution: influence index, span index, scores, shares.
