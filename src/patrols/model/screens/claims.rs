//! Whether a unit that claims a plot was there: on the day of the claim one of its devices must have been near the place,
//! or may have been while it had no fix.

use serde::Serialize;

use super::TrackRules;
use crate::base::time::Timestamp;
use crate::geo::position::Position;
use crate::patrols::model::fix::Fix;
use crate::patrols::model::ground::distance_m;

/// What is claimed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Place {
    /// When, by the sender's clock.
    pub at: Timestamp,
    /// Where.
    pub position: Position,
    /// Accuracy of that, m (1 sigma).
    pub accuracy_m: Option<f64>,
}

/// What the tracks of a unit say about a claim.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(tag = "says", rename_all = "snake_case")]
pub enum Presence {
    /// A device was near that day.
    There,
    /// A device without a fix at that time may have been.
    MayBe,
    /// The unit records its ways, and none of that day comes near.
    Elsewhere {
        /// The nearest fix, m beyond what the accuracies explain.
        beyond_m: f64,
    },
    /// The unit records its ways, and has none of that day.
    NoWay,
    /// The unit records too seldom for the absence of a track to say anything.
    Untold,
}

/// Judges a claim by the tracks that the unit's devices recorded on its local day, each sorted by time, and the number of
/// other days around it on which the unit recorded any.
#[must_use]
pub fn presence(
    place: &Place,
    of_the_day: &[Vec<Fix>],
    other_days: u32,
    rules: &TrackRules,
) -> Presence {
    let mut nearest_m = f64::INFINITY;
    for fixes in of_the_day {
        let fixes: Vec<Fix> = fixes
            .iter()
            .filter(|fix| !fix.mock && !is_rough(fix, rules))
            .copied()
            .collect();
        for fix in &fixes {
            nearest_m = nearest_m.min(beyond_m(place, fix, rules));
        }
        if nearest_m <= rules.claim_near_m {
            return Presence::There;
        }
        if may_have_been(place, &fixes, rules) {
            return Presence::MayBe;
        }
    }
    if nearest_m.is_finite() {
        Presence::Elsewhere {
            beyond_m: nearest_m,
        }
    } else if other_days >= rules.claim_days {
        Presence::NoWay
    } else {
        Presence::Untold
    }
}

impl Presence {
    /// Whether it is for the team to clear up.
    #[must_use]
    pub const fn asks(&self) -> bool {
        matches!(self, Self::Elsewhere { .. } | Self::NoWay)
    }
}

/// Whoever sends an accuracy chooses it: one that explains every distance shows no presence.
fn is_rough(fix: &Fix, rules: &TrackRules) -> bool {
    fix.accuracy_m()
        .is_some_and(|accuracy_m| accuracy_m > rules.claim_rough_m)
}

/// How far a fix lies from the place beyond what both accuracies explain, m.
fn beyond_m(place: &Place, fix: &Fix, rules: &TrackRules) -> f64 {
    let Ok(there) = fix.position() else {
        return f64::INFINITY;
    };
    let error_m = place
        .accuracy_m
        .unwrap_or(0.0)
        .min(rules.claim_rough_m)
        .hypot(fix.accuracy_m().unwrap_or(0.0));
    (distance_m(place.position, there) - rules.claim_sigmas * error_m).max(0.0)
}

/// Whether the device could have walked to the place and back while it had no fix: from its last one before the time of
/// the claim, and to its first one after it.
fn may_have_been(place: &Place, fixes: &[Fix], rules: &TrackRules) -> bool {
    let after = fixes.partition_point(|fix| fix.t < place.at);
    let before = after.checked_sub(1).and_then(|at| fixes.get(at));
    let after = fixes.get(after);
    let reaches = |fix: &Fix| {
        let seconds = fix.t.since(place.at).unsigned_abs() / 1000;
        #[expect(clippy::cast_precision_loss, reason = "seconds of a day")]
        let seconds = seconds as f64;
        beyond_m(place, fix, rules) <= rules.claim_near_m + rules.claim_walk_mps * seconds
    };
    let (Some(first), Some(last)) = (fixes.first(), fixes.last()) else {
        return false;
    };
    // Before the start and after the end of a track the device may have been off for so long, and no longer.
    let near_the_time = place.at >= first.t.plus_millis(-rules.claim_off_ms())
        && place.at <= last.t.plus_millis(rules.claim_off_ms());
    near_the_time && before.is_none_or(reaches) && after.is_none_or(reaches)
}
