//! What judges fixes and what joins them, taken together.

use super::legs::GapRule;
use super::quality::QualityRule;

/// The two rules that a track follows from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rules {
    /// Which fixes are credible.
    pub quality: QualityRule,
    /// Which of those are joined.
    pub gap: GapRule,
}

impl Rules {
    /// The rules for new derivations.
    #[must_use]
    pub const fn current() -> Self {
        Self {
            quality: QualityRule::current(),
            gap: GapRule::current(),
        }
    }

    /// The current rules with other limits: on the time and the distance between two fixes that are joined, and on
    /// the accuracy of one that counts. A pause that a leg may bridge does not start the judging anew, and a receiver
    /// need not settle better than it must be.
    #[must_use]
    pub fn within(max_gap_ms: i64, max_gap_m: f64, max_accuracy_m: f64) -> Self {
        let Self { quality, gap } = Self::current();
        Self {
            quality: QualityRule {
                max_accuracy_m,
                settled_accuracy_m: quality.settled_accuracy_m.min(max_accuracy_m),
                pause_ms: quality.pause_ms.max(max_gap_ms),
                ..quality
            },
            gap: GapRule {
                max_gap_ms,
                max_gap_m,
                ..gap
            },
        }
    }
}
