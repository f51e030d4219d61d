//! What a door answers when a draft cannot be accepted: each fault, where it is, and what would be accepted.

use std::fmt;

/// One fault of a draft.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Fault {
    /// JSON pointer (RFC 6901) to the faulty value.
    pub pointer: String,
    /// What is wrong and what would be accepted.
    pub reason: String,
}

/// Every fault of a draft, at once.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Refusal(pub Vec<Fault>);

impl Refusal {
    /// A refusal with a single fault.
    #[must_use]
    pub fn at(pointer: impl Into<String>, reason: impl fmt::Display) -> Self {
        Self(vec![Fault {
            pointer: pointer.into(),
            reason: reason.to_string(),
        }])
    }

    /// Adds a fault.
    pub fn add(&mut self, pointer: impl Into<String>, reason: impl fmt::Display) {
        self.0.push(Fault {
            pointer: pointer.into(),
            reason: reason.to_string(),
        });
    }

    /// `Ok(value)` when nothing was found wrong.
    pub fn or<T>(self, value: T) -> Result<T, Self> {
        if self.0.is_empty() {
            Ok(value)
        } else {
            Err(self)
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, fault) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { "; " };
            write!(f, "{separator}{}: {}", fault.pointer, fault.reason)?;
        }
        Ok(())
    }
}

impl std::error::Error for Refusal {}
