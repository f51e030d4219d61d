//! Screens: what in a season's photos looks as if one picture, place or time were told twice. A hit is a question to the
//! team, never a verdict.

mod hash;
mod index;
mod rules;
mod words;

pub use hash::{FINGERPRINTS, Fingerprint, detail, fingerprints};
pub use index::KeyIndex;
pub use rules::{InvalidScreenRules, ScreenRules};
pub use words::{QuestionState, Screen, Verdict};

/// How near two fingerprints are for their pictures to be nearly one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Near {
    /// Differing signs of the key's 64, at most: as many as the search finds without looking at all.
    pub key: u32,
    /// Differing signs of the check's 256, at most.
    pub check: u32,
}

impl Near {
    /// Whether two fingerprints are so near.
    #[must_use]
    pub fn holds(&self, one: &Fingerprint, other: &Fingerprint) -> bool {
        one.key_apart(other) <= self.key && one.check_apart(other) <= self.check
    }
}

#[cfg(test)]
mod tests;
