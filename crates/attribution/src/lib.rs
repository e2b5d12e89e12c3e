//! *Proof of Attribution*: which records shaped an answer, and by how much.
//!
//! **Takes** a completion's tokens, gradient and lift, an [`InfluenceIndex`] and a [`SpanIndex`] over
//! the snapshot that the adapter was trained on; **gives** a [`primitives::AttributionReceipt`].
//!
//! Two engines give evidence. The *influence index* holds one small integer row per record: the
//! record's loss gradient in the adapter's parameters, in a basis fitted to the training gradients and
//! whitened by a damped Gauss–Newton curvature, so that one integer dot product with the answer's row
//! says how far training on the record moved the model towards the answer. The *span index* is a
//! suffix array over the snapshot's tokens and finds every part of the answer that stands verbatim in
//! a record. A *rule*, a pure function of integers, turns the evidence into shares.
//!
//! **Guarantees.** Shares and the unattributed part sum to 1,000,000 parts per million. Everything
//! after the quantised query is integer arithmetic, so [`verify`] recomputes every score and share of
//! a receipt from the published index, and names the first [`BrokenLink`] of a false one. A copy earns
//! nothing and takes nothing from its original; a record without evidence earns nothing.
//!
//! **Sources.** Koh and Liang 2017 (influence functions); Grosse et al. 2023, arXiv 2308.03296 (damped
//! Gauss–Newton at scale); Park et al. 2023, arXiv 2303.14186 (TRAK); Liu et al. 2025, arXiv 2504.07096
//! (`OLMoTrace`); arXiv 2605.07663 (values over clusters instead of names).
//!
//! **Not here.** Gradients and lift come from `model` and `inference`; money is `settlement`'s;
//! clusters of near-copies are found by `datanet`.
#![expect(
    clippy::cast_precision_loss,
    reason = "indices and counts enter floating-point statistics, where 52 bits are plenty"
)]

mod error;
mod options;

mod bytes;
mod fixed;
mod linear;
mod suffix_array;

mod span_index;

mod basis;
mod influence_index;

mod credit;
mod rule;

mod attribute;
mod verify;

pub use attribute::{Answer, Attribution, attribute};
pub use basis::{Basis, Query};
pub use credit::{Credits, Holder, credit};
pub use error::{AttributionError, BrokenLink, IndexError, SpanError};
pub use influence_index::{InfluenceIndex, Reference, Row, RowInput, TrainingGradients};
pub use options::IndexOptions;
pub use rule::{AnswerFacts, RowFacts, Rule, Split, Verdict};
pub use span_index::{Span, SpanIndex};
pub use verify::{Chain, Signed, Spoken, Verification, verify, verify_row};
