//! Legs and gaps: the line that a device's credible fixes support, and how far and how long it was.
//!
//! Two credible fixes in a row are joined when they are near in time and in space and the way between them was
//! possible, and the phone did not say that it recorded nothing between them; else there is a gap, which earns no way.
//! A credible fix that joins no other is a disc.
//!
//! Length and standing: a leg is walked in strides. A stride ends at the first fix that lies farther from the
//! stride's start than the receiver's scatter (the rule's `stride_m`, or that fix's own accuracy when it is
//! worse). Strides sum to the length, so a receiver that trembles on the spot adds nothing. A stride slower than
//! the walking speed is standing time, else moving time. The rest after the last stride counts, with its way, as
//! moving when it is fast enough, else as standing without way.

use super::fix::Fix;
use super::ground::distance_m;
use super::quality::{Basis, Quality, QualityCounts, is_reachable, judge_stretch, millis_f64};
use crate::base::time::{LocalDate, Timestamp};
use crate::geo::position::Position;

/// Figures that decide what is joined and what is moving. A version never changes once used.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GapRule {
    /// Which rule this is.
    pub version: u32,
    /// Fixes farther apart in time are not joined.
    pub max_gap_ms: i64,
    /// Fixes farther apart in space are not joined.
    pub max_gap_m: f64,
    /// A stride is at least so long.
    pub stride_m: f64,
    /// A slower stride is standing.
    pub walking_mps: f64,
    /// Longer gaps are cut out of a team's time.
    pub effort_gap_ms: i64,
}

/// Gaps of domain.md 5.4: 300 s and 300 m for a leg, 10 min for a team's time.
const VERSION_1: GapRule = GapRule {
    version: 1,
    max_gap_ms: 300_000,
    max_gap_m: 300.0,
    stride_m: 10.0,
    // Slow work through bamboo still makes 0.3 m/s.
    walking_mps: 0.25,
    effort_gap_ms: 600_000,
};

impl GapRule {
    /// The rule for new derivations.
    #[must_use]
    pub const fn current() -> Self {
        VERSION_1
    }

    /// The rule of that version.
    #[must_use]
    pub const fn of_version(version: u32) -> Option<Self> {
        match version {
            1 => Some(VERSION_1),
            _ => None,
        }
    }
}

/// A place on a device's way.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Waypoint {
    /// When the device was there.
    pub t: Timestamp,
    /// Where.
    pub position: Position,
    /// How well it is known (1 sigma), where the door told.
    pub accuracy_m: Option<f64>,
    /// Whether recording was interrupted since the credible fix before it.
    pub after_break: bool,
}

impl Waypoint {
    /// The local day that a step from here, or a disc here, belongs to.
    #[must_use]
    pub fn day(&self) -> LocalDate {
        self.t.local_date()
    }
}

/// A run of two or more joined fixes.
#[derive(Debug, Clone, PartialEq)]
pub struct Leg {
    points: Vec<Waypoint>,
}

/// The way between two joined fixes: what earns coverage, on the local day of its start.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// Where it starts.
    pub from: Waypoint,
    /// Where it ends.
    pub to: Waypoint,
}

impl Leg {
    /// The joined fixes in order, at least two.
    #[must_use]
    pub fn points(&self) -> &[Waypoint] {
        &self.points
    }

    /// The ways between them, in order.
    pub fn steps(&self) -> impl Iterator<Item = Step> {
        self.points
            .iter()
            .zip(self.points.iter().skip(1))
            .map(|(from, to)| Step {
                from: *from,
                to: *to,
            })
    }

    /// From the first fix to the last.
    #[must_use]
    pub fn duration_ms(&self) -> i64 {
        match (self.points.first(), self.points.last()) {
            (Some(first), Some(last)) => last.t.since(first.t),
            _ => 0,
        }
    }
}

/// A break between two credible fixes in a row.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Gap {
    /// The last credible fix before it.
    pub from: Timestamp,
    /// The first credible fix after it.
    pub to: Timestamp,
    /// Geodesic distance between the two.
    pub distance_m: f64,
    /// Whether the phone says that it did not record meanwhile: nobody's time in the field, however short.
    pub is_interrupted: bool,
}

impl Gap {
    pub(super) fn between(from: &Waypoint, to: &Waypoint) -> Self {
        Self {
            from: from.t,
            to: to.t,
            distance_m: distance_m(from.position, to.position),
            is_interrupted: to.after_break,
        }
    }

    /// How long it lasted.
    #[must_use]
    pub fn duration_ms(&self) -> i64 {
        self.to.since(self.from)
    }
}

/// How far and how long.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Effort {
    /// Geodesic length of the strides.
    pub length_m: f64,
    /// Time under way.
    pub moving_ms: i64,
    /// Time on the spot.
    pub standing_ms: i64,
}

impl Effort {
    /// Adds another leg's.
    pub fn add(&mut self, other: &Self) {
        self.length_m += other.length_m;
        self.moving_ms += other.moving_ms;
        self.standing_ms += other.standing_ms;
    }

    /// Credible time: moving and standing.
    #[must_use]
    pub const fn duration_ms(&self) -> i64 {
        self.moving_ms + self.standing_ms
    }
}

/// What one stretch of fixes gives, independent of all other stretches.
#[derive(Debug, Clone, PartialEq)]
pub struct Stretch {
    /// Time of its first fix, credible or not.
    pub from: Timestamp,
    /// Time of its last fix, credible or not.
    pub to: Timestamp,
    /// How many fixes it holds.
    pub fixes: usize,
    /// Their judgements, counted.
    pub quality: QualityCounts,
    /// The joined runs in order.
    pub legs: Vec<Leg>,
    /// The credible fixes that join no other, in order.
    pub discs: Vec<Waypoint>,
    /// The breaks inside the stretch.
    pub gaps: Vec<Gap>,
    /// Length and time of the legs.
    pub effort: Effort,
}

impl Stretch {
    /// Judges and joins one stretch of sorted fixes; `None` for none.
    #[must_use]
    pub fn derive(fixes: &[Fix], basis: &Basis, rule: &GapRule) -> Option<Self> {
        let (first, last) = (fixes.first()?, fixes.last()?);
        let judged = judge_stretch(fixes, basis);
        let mut quality = QualityCounts::default();
        for judgement in &judged {
            quality.count(*judgement);
        }
        let mut stretch = Self {
            from: first.t,
            to: last.t,
            fixes: fixes.len(),
            quality,
            legs: Vec::new(),
            discs: Vec::new(),
            gaps: Vec::new(),
            effort: Effort::default(),
        };
        stretch.join(&credible(fixes, &judged), basis, rule);
        Some(stretch)
    }

    /// The first credible place, if any.
    #[must_use]
    pub fn first(&self) -> Option<&Waypoint> {
        let leg = self.legs.first().and_then(|leg| leg.points.first());
        [leg, self.discs.first()]
            .into_iter()
            .flatten()
            .min_by_key(|point| point.t)
    }

    /// The last credible place, if any.
    #[must_use]
    pub fn last(&self) -> Option<&Waypoint> {
        let leg = self.legs.last().and_then(|leg| leg.points.last());
        [leg, self.discs.last()]
            .into_iter()
            .flatten()
            .max_by_key(|point| point.t)
    }

    /// What the stretch weighs in memory.
    pub(super) fn bytes(&self) -> usize {
        let legs = self.legs.iter().map(|leg| size_of_val(leg.points()));
        size_of::<Self>()
            + size_of_val(self.legs.as_slice())
            + legs.sum::<usize>()
            + size_of_val(self.discs.as_slice())
            + size_of_val(self.gaps.as_slice())
    }

    fn join(&mut self, points: &[Waypoint], basis: &Basis, rule: &GapRule) {
        for run in points.chunk_by(|from, to| joins(from, to, basis, rule)) {
            if let [alone] = run {
                self.discs.push(*alone);
            } else {
                self.effort.add(&effort(run, rule));
                self.legs.push(Leg {
                    points: run.to_vec(),
                });
            }
        }
        let breaks = points
            .iter()
            .zip(points.iter().skip(1))
            .filter(|(from, to)| !joins(from, to, basis, rule));
        self.gaps
            .extend(breaks.map(|(from, to)| Gap::between(from, to)));
    }
}

fn credible(fixes: &[Fix], judged: &[Quality]) -> Vec<Waypoint> {
    // An interruption told with a reading that does not count lies before the next one that does.
    let mut after_break = false;
    let mut points = Vec::new();
    for (fix, quality) in fixes.iter().zip(judged) {
        after_break |= fix.after_break;
        if let Some(position) = fix.position().ok().filter(|_| quality.is_credible()) {
            points.push(Waypoint {
                t: fix.t,
                position,
                accuracy_m: fix.accuracy_m(),
                after_break: std::mem::take(&mut after_break),
            });
        }
    }
    points
}

fn joins(from: &Waypoint, to: &Waypoint, basis: &Basis, rule: &GapRule) -> bool {
    if to.after_break {
        return false;
    }
    let (way_m, millis) = (distance_m(from.position, to.position), to.t.since(from.t));
    let possible = is_reachable(
        way_m,
        millis,
        basis.rule.max_speed_mps(basis.transport),
        &basis.rule,
    );
    possible && way_m <= rule.max_gap_m && millis <= rule.max_gap_ms
}

fn effort(run: &[Waypoint], rule: &GapRule) -> Effort {
    let mut sum = Effort::default();
    let Some((mut start, rest)) = run.split_first() else {
        return sum;
    };
    for point in rest {
        let way_m = distance_m(start.position, point.position);
        if way_m > rule.stride_m.max(point.accuracy_m.unwrap_or(0.0)) {
            let millis = point.t.since(start.t);
            sum.length_m += way_m;
            if is_walking(way_m, millis, rule) {
                sum.moving_ms += millis;
            } else {
                sum.standing_ms += millis;
            }
            start = point;
        }
    }
    add_rest(&mut sum, start, run.last().unwrap_or(start), rule);
    sum
}

fn add_rest(sum: &mut Effort, start: &Waypoint, last: &Waypoint, rule: &GapRule) {
    let (way_m, millis) = (
        distance_m(start.position, last.position),
        last.t.since(start.t),
    );
    if is_walking(way_m, millis, rule) {
        sum.length_m += way_m;
        sum.moving_ms += millis;
    } else {
        sum.standing_ms += millis;
    }
}

fn is_walking(way_m: f64, millis: i64, rule: &GapRule) -> bool {
    way_m * 1000.0 >= rule.walking_mps * millis_f64(millis)
}
