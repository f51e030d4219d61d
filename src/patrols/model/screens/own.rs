//! What a track says against itself: jumps that nobody makes, one time at many places, steps that no walker and no
//! receiver makes, positions that the phone says were made up.

use super::TrackRules;
use crate::base::time::Timestamp;
use crate::geo::position::Position;
use crate::patrols::model::fix::Fix;
use crate::patrols::model::ground::distance_m;
use crate::patrols::model::legs::Waypoint;

/// A jump between credible fixes.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Jump {
    /// The last fix before it.
    pub from: Timestamp,
    /// The first after it.
    pub to: Timestamp,
    /// How far, m.
    pub metres: f64,
}

/// How regular a track's steps are.
#[derive(Debug, Clone, Copy, Default, PartialEq, serde::Serialize)]
pub struct Evenness {
    /// Pairs of steps in a row that were looked at.
    pub pairs: usize,
    /// Those in which the second is as long as the first, to within what the rules say.
    pub even: usize,
}

/// Fixes of a track of which something is said.
#[derive(Debug, Clone, Copy, Default, PartialEq, serde::Serialize)]
pub struct Counted {
    /// How many.
    pub fixes: usize,
    /// Of so many.
    pub of: usize,
}

/// Fixes on either side of a jump that stay where it led, so that one stray fix is none.
const STAYS_FIXES: usize = 5;
/// Steps are looked at between fixes at least so far apart in time: nearer ones err alike, s.
const STEP_S: f64 = 10.0;
/// A pause longer than this ends a row of steps, s.
const LONGEST_STEP_S: f64 = 90.0;
/// Shorter steps are of somebody who stands, m.
const LEAST_STEP_M: f64 = 4.0;
/// Two steps are even when they differ by less than this share of the first, m.
const EVEN_SHARE: f64 = 0.015;
/// Bounds of that, m: what rounded coordinates leave, and what no receiver on wheels reaches.
const EVEN_M: (f64, f64) = (0.15, 0.5);

/// Jumps in the credible fixes of a track, in the order of time.
#[must_use]
pub fn jumps(points: &[Waypoint], rules: &TrackRules) -> Vec<Jump> {
    // A receiver that repeats its last place has left it by the time it shows the next one.
    let mut arrived = Vec::with_capacity(points.len());
    for (at, point) in points.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|before| points.get(before));
        let repeats = before.is_some_and(|before| before.position == point.position);
        arrived.push(if repeats { arrived[at - 1] } else { point.t });
    }
    let mut found = Vec::new();
    for (at, pair) in points.windows(2).enumerate() {
        let (from, to) = (pair[0], pair[1]);
        let error_m = from.accuracy_m.unwrap_or(0.0) + to.accuracy_m.unwrap_or(0.0);
        let metres = distance_m(from.position, to.position);
        let seconds = millis(to.t.since(arrived[at])).max(1.0);
        let far = metres - 2.0 * error_m;
        if far >= rules.jump_m && far / seconds >= rules.jump_mps && stays(points, at, far / 2.0) {
            found.push(Jump {
                from: from.t,
                to: to.t,
                metres,
            });
        }
    }
    found
}

/// Whether the fixes before and after a jump lie nearer to its ends than half of it.
fn stays(points: &[Waypoint], at: usize, near_m: f64) -> bool {
    let before = points.get((at + 1).saturating_sub(STAYS_FIXES)..=at);
    let after = points.get(at + 1..at + 1 + STAYS_FIXES);
    let (Some(before), Some(after)) = (before, after) else {
        return false;
    };
    let near = |of: &[Waypoint], end: Position| {
        of.len() == STAYS_FIXES
            && of
                .iter()
                .all(|point| distance_m(point.position, end) < near_m)
    };
    near(before, points[at].position) && near(after, points[at + 1].position)
}

/// Fixes that share their time with another one too far away for the two to be one reading.
#[must_use]
pub fn at_one_instant(fixes: &[Fix], rules: &TrackRules) -> Counted {
    let mut counted = Counted {
        fixes: 0,
        of: fixes.len(),
    };
    for group in fixes.chunk_by(|one, other| one.t == other.t) {
        let Some(first) = group.first().and_then(|fix| fix.position().ok()) else {
            continue;
        };
        let error_m = |fix: &Fix| fix.accuracy_m().unwrap_or(0.0);
        let allowed_m = rules.instant_m + 2.0 * group.first().map_or(0.0, error_m);
        let apart = group.iter().filter(|fix| {
            let place = fix.position().ok();
            place.is_some_and(|place| distance_m(first, place) > allowed_m + 2.0 * error_m(fix))
        });
        counted.fixes += apart.count();
    }
    counted
}

/// Positions that the phone says another program made up.
#[must_use]
pub fn made_up(fixes: &[Fix]) -> Counted {
    Counted {
        fixes: fixes.iter().filter(|fix| fix.mock).count(),
        of: fixes.len(),
    }
}

/// How many steps are as long as the one before them: neither a walker nor a receiver keeps to a few decimetres.
#[must_use]
pub fn evenness(points: &[Waypoint]) -> Evenness {
    let mut found = Evenness::default();
    let (mut last, mut step_before) = (None::<Waypoint>, None::<(f64, f64)>);
    for point in points {
        let Some(from) = last else {
            last = Some(*point);
            continue;
        };
        let seconds = millis(point.t.since(from.t));
        if seconds < STEP_S {
            continue;
        }
        last = Some(*point);
        let metres = distance_m(from.position, point.position);
        if seconds > LONGEST_STEP_S || metres < LEAST_STEP_M {
            step_before = None;
            continue;
        }
        if let Some((before_m, before_s)) = step_before {
            // At one speed.
            let expected_m = before_m / before_s * seconds;
            let even_m = (EVEN_SHARE * expected_m).clamp(EVEN_M.0, EVEN_M.1);
            found.pairs += 1;
            found.even += usize::from((metres - expected_m).abs() <= even_m);
        }
        step_before = Some((metres, seconds));
    }
    found
}

impl Evenness {
    /// Whether it is for the team to clear up.
    #[must_use]
    pub fn asks(&self, rules: &TrackRules) -> bool {
        is_many(self.pairs, rules.even_pairs) && share(self.even, self.pairs) >= rules.even_share
    }
}

impl Counted {
    /// Whether there are so many, and so large a share.
    #[must_use]
    pub fn is_at_least(&self, fixes: u32, least_share: f64) -> bool {
        is_many(self.fixes, fixes.max(1)) && share(self.fixes, self.of) >= least_share
    }
}

fn is_many(count: usize, least: u32) -> bool {
    u32::try_from(count).is_ok_and(|count| count >= least)
}

#[expect(clippy::cast_precision_loss, reason = "counts of fixes")]
fn share(part: usize, whole: usize) -> f64 {
    part as f64 / whole.max(1) as f64
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds of some days")]
fn millis(span: i64) -> f64 {
    span as f64 / 1000.0
}
