//! Why a draft was refused: which field, and the reason, for every fault at once.

use serde::Serialize;

/// One fault of a document that was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{pointer}: {reason}")]
pub struct Refusal {
    /// JSON pointer (RFC 6901) of the faulty field; empty for the whole document.
    pub pointer: String,
    /// What is wrong with it, for the sender.
    pub reason: String,
}

/// All faults of one document, in the order in which they were found; never empty when returned.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("refused: {} fault(s)", .0.len())]
#[serde(transparent)]
pub struct Refusals(pub Vec<Refusal>);

impl Refusals {
    /// Notes one more fault.
    pub fn note(&mut self, pointer: impl Into<String>, reason: impl Into<String>) {
        self.0.push(Refusal {
            pointer: pointer.into(),
            reason: reason.into(),
        });
    }

    /// Gives `accepted` when nothing was refused, else all the faults.
    pub fn or<T>(self, accepted: T) -> Result<T, Self> {
        if self.0.is_empty() {
            Ok(accepted)
        } else {
            Err(self)
        }
    }
}
