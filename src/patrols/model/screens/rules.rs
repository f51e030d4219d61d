//! What the screens of tracks ask by: numbers as versioned data.

use serde::{Deserialize, Serialize};

/// The rules of one version. A question that was asked stands, whatever the rules become.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct TrackRules {
    /// Their number, from 1.
    pub version: u32,
    /// Two walks are one when half of their places differ by at most this, m, once they are laid over one another.
    pub copy_residual_m: f64,
    /// And by what somebody goes in so many seconds beside it: the quicker, the more a time that is a little off moves.
    pub copy_residual_s: f64,
    /// At so many places at least.
    pub copy_places: u32,
    /// For so long under way at least, minutes.
    pub copy_min: f64,
    /// Of shorter walks less is allowed, in proportion: two short ones are soon alike, minutes.
    pub copy_full_min: f64,
    /// Over this share of the new walk at least.
    pub copy_share: f64,
    /// Moved by at most so far, m.
    pub copy_within_m: f64,
    /// Windows that must agree once the fixes of the earlier track were erased.
    pub copy_windows: u32,
    /// Who is on one way at one time, within so many seconds, is out together: nothing is asked.
    pub together_s: f64,
    /// And within so many metres.
    pub together_m: f64,
    /// Farther aside at one time, two walks are one only when they differ by at most this, m.
    pub beside_residual_m: f64,
    /// A jump is at least so far, m, beyond what the accuracies explain.
    pub jump_m: f64,
    /// And so fast, m/s.
    pub jump_mps: f64,
    /// Readings of one time are one when they lie so near, m, beyond what the accuracies explain.
    pub instant_m: f64,
    /// So many fixes that share their time with a far one are asked about.
    pub instant_fixes: u32,
    /// So many pairs of steps are needed to judge how even they are.
    pub even_pairs: u32,
    /// This share of even ones is asked about.
    pub even_share: f64,
    /// So many fixes that the phone says were made up are asked about.
    pub mock_fixes: u32,
    /// When they are this share of the track.
    pub mock_share: f64,
    /// A device that came so near to a claimed place was there, m, beyond what the accuracies explain.
    pub claim_near_m: f64,
    /// Standard deviations of both positions that are allowed for.
    pub claim_sigmas: f64,
    /// No accuracy explains more than so much, m: a claim's is taken to be this at most, and fixes that are rougher show
    /// nothing.
    pub claim_rough_m: f64,
    /// How fast a device without a fix may have gone to a claimed place, m/s.
    pub claim_walk_mps: f64,
    /// For how long a device may have been off before its first and after its last fix, minutes.
    pub claim_off_min: u32,
    /// A unit records its ways when it did on so many other days around.
    pub claim_days: u32,
}

/// Why rules cannot be rules.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {expected}")]
pub struct InvalidTrackRules {
    /// The field.
    pub field: &'static str,
    /// What would be accepted.
    pub expected: &'static str,
}

impl Default for TrackRules {
    /// Chosen on the seeds that `tests/accuracy/season` names for it.
    fn default() -> Self {
        Self {
            version: 1,
            copy_residual_m: 8.0,
            copy_residual_s: 1.5,
            copy_places: 12,
            copy_min: 20.0,
            copy_full_min: 60.0,
            copy_share: 0.6,
            copy_within_m: 5_000.0,
            copy_windows: 3,
            together_s: 120.0,
            together_m: 70.0,
            beside_residual_m: 3.0,
            jump_m: 1_000.0,
            jump_mps: 40.0,
            instant_m: 30.0,
            instant_fixes: 10,
            even_pairs: 30,
            even_share: 0.3,
            mock_fixes: 5,
            mock_share: 0.02,
            claim_near_m: 150.0,
            claim_sigmas: 2.0,
            claim_rough_m: 50.0,
            claim_walk_mps: 1.4,
            claim_off_min: 90,
            claim_days: 3,
        }
    }
}

impl TrackRules {
    /// For how long a device may have been off, ms.
    #[must_use]
    pub fn claim_off_ms(&self) -> i64 {
        i64::from(self.claim_off_min) * 60_000
    }

    /// The rules, if their numbers make sense.
    pub fn checked(self) -> Result<Self, InvalidTrackRules> {
        let shares = [self.copy_share, self.even_share, self.mock_share];
        let metres = [
            self.copy_residual_m,
            self.copy_within_m,
            self.together_m,
            self.beside_residual_m,
            self.jump_m,
            self.instant_m,
            self.claim_near_m,
            self.claim_rough_m,
        ];
        let speeds = [self.jump_mps, self.claim_walk_mps];
        let checks = [
            (
                metres.iter().all(|m| (0.0..=100_000.0).contains(m)),
                "copy_residual_m, copy_within_m, together_m, beside_residual_m, jump_m, instant_m, claim_near_m, claim_rough_m",
                "expected 0 to 100,000 m",
            ),
            (
                shares.iter().all(|share| (0.01..=1.0).contains(share)),
                "copy_share, even_share, mock_share",
                "expected 0.01 to 1",
            ),
            (
                speeds.iter().all(|mps| (0.1..=1_000.0).contains(mps)),
                "jump_mps, claim_walk_mps",
                "expected 0.1 to 1,000 m/s",
            ),
            (
                (0.0..=60.0).contains(&self.copy_residual_s)
                    && (0.0..=86_400.0).contains(&self.together_s)
                    && [self.copy_min, self.copy_full_min]
                        .iter()
                        .all(|min| (1.0..=1_440.0).contains(min)),
                "copy_residual_s, together_s, copy_min, copy_full_min",
                "expected up to 60 s, up to 86,400 s and 1 to 1,440 min",
            ),
            (
                (0.0..=5.0).contains(&self.claim_sigmas) && self.claim_off_min <= 1_440,
                "claim_sigmas, claim_off_min",
                "expected 0 to 5 and up to 1,440 min",
            ),
        ];
        match checks.into_iter().find(|(holds, ..)| !holds) {
            Some((_, field, expected)) => Err(InvalidTrackRules { field, expected }),
            None => Ok(self),
        }
    }
}
