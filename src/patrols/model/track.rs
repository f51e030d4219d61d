//! A device's track: its stretches, the figures over them, and how a late batch changes only what it touches.

use serde::{Deserialize, Serialize};

use super::fix::Fix;
use super::ground::metres_per_degree;
use super::legs::{Effort, Gap, GapRule, Leg, Stretch, Waypoint};
use super::quality::{Basis, QualityCounts, stretches};
use crate::base::time::Timestamp;

/// What one device's fixes give under one basis.
#[derive(Debug, Clone, PartialEq)]
pub struct Track {
    basis: Basis,
    rule: GapRule,
    stretches: Vec<Stretch>,
}

impl Track {
    /// Derives a track from all fixes of a device, sorted by key.
    #[must_use]
    pub fn derive(fixes: &[Fix], basis: Basis, rule: GapRule) -> Self {
        let parts = stretches(fixes, &basis.rule);
        let stretches = parts
            .filter_map(|part| Stretch::derive(part, &basis, &rule))
            .collect();
        Self {
            basis,
            rule,
            stretches,
        }
    }

    /// Derives the track anew after fixes were added, keeping the stretches that cannot have changed: equal to
    /// [`Track::derive`] on the same `fixes`, which are all fixes of the device.
    ///
    /// Fixes are only ever added, so a stretch with the same ends and as many fixes holds the same fixes. Only the
    /// latest receipt may differ from the earlier basis.
    #[must_use]
    pub fn extend(self, fixes: &[Fix], received_until: Timestamp) -> Self {
        let basis = Basis {
            received_until,
            ..self.basis
        };
        let judged_alike_until = self.basis.future_from().min(basis.future_from());
        let mut kept = self.stretches.into_iter().peekable();
        let derived = stretches(fixes, &basis.rule).filter_map(|part| {
            let (from, to) = (part.first()?.t, part.last()?.t);
            while kept.next_if(|old| old.from < from).is_some() {}
            let same = |old: &Stretch| {
                (old.from, old.to, old.fixes) == (from, to, part.len()) && to <= judged_alike_until
            };
            kept.next_if(same)
                .or_else(|| Stretch::derive(part, &basis, &self.rule))
        });
        Self {
            stretches: derived.collect(),
            basis,
            rule: self.rule,
        }
    }

    /// Whether a basis and a rule judge and join as this track's do; the latest receipt may differ.
    #[must_use]
    pub fn is_judged_by(&self, basis: &Basis, rule: &GapRule) -> bool {
        let ours = Basis {
            received_until: basis.received_until,
            ..self.basis
        };
        ours == *basis && self.rule == *rule
    }

    /// The latest receipt that the track was judged with.
    #[must_use]
    pub const fn received_until(&self) -> Timestamp {
        self.basis.received_until
    }

    /// What the track weighs in memory.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let stretches = self.stretches.iter();
        size_of::<Self>() + stretches.map(Stretch::bytes).sum::<usize>()
    }

    /// The figures of the whole track.
    #[must_use]
    pub fn summary(&self) -> TrackSummary {
        let mut summary = TrackSummary {
            quality_rule: self.basis.rule.version,
            gap_rule: self.rule.version,
            effort: Effort::default(),
            gaps: Vec::new(),
            quality: QualityCounts::default(),
            legs: Vec::new(),
            discs: Vec::new(),
        };
        let mut before: Option<&Waypoint> = None;
        for stretch in &self.stretches {
            let pause = before
                .zip(stretch.first())
                .map(|(from, to)| Gap::between(from, to));
            summary.gaps.extend(pause);
            summary.add(stretch);
            before = stretch.last().or(before);
        }
        summary
    }
}

/// Length, times, legs and gaps of one device's track.
#[derive(Debug, Clone, PartialEq)]
pub struct TrackSummary {
    /// Version of the rule that judged the fixes.
    pub quality_rule: u32,
    /// Version of the rule that joined them.
    pub gap_rule: u32,
    /// Length, moving and standing time over all legs.
    pub effort: Effort,
    /// Every break between credible fixes, in order.
    pub gaps: Vec<Gap>,
    /// The judgements, counted.
    pub quality: QualityCounts,
    /// The joined runs, in order.
    pub legs: Vec<Leg>,
    /// The credible fixes that join no other, in order.
    pub discs: Vec<Waypoint>,
}

impl TrackSummary {
    /// Credible time: moving and standing, without gaps.
    #[must_use]
    pub const fn duration_ms(&self) -> i64 {
        self.effort.duration_ms()
    }

    /// The team's time in the field (domain.md 5.4): credible time and the gaps of at most ten minutes, without those in
    /// which the phone did not record.
    #[must_use]
    pub fn team_ms(&self, rule: &GapRule) -> i64 {
        let short = self
            .gaps
            .iter()
            .filter(|gap| !gap.is_interrupted)
            .map(Gap::duration_ms)
            .filter(|millis| *millis <= rule.effort_gap_ms);
        self.duration_ms() + short.sum::<i64>()
    }

    /// Every credible fix, in the order of time.
    #[must_use]
    pub fn credible(&self) -> Vec<Waypoint> {
        let legs = self.legs.iter().flat_map(Leg::points);
        let mut points: Vec<Waypoint> = legs.chain(&self.discs).copied().collect();
        points.sort_by_key(|point| point.t);
        points
    }

    fn add(&mut self, stretch: &Stretch) {
        self.effort.add(&stretch.effort);
        self.gaps.extend_from_slice(&stretch.gaps);
        self.quality.add(&stretch.quality);
        self.legs.extend_from_slice(&stretch.legs);
        self.discs.extend_from_slice(&stretch.discs);
    }
}

/// A patrol's length and time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct PatrolTotals {
    /// Geodesic length in metres.
    pub length_m: f64,
    /// Credible time.
    pub duration_ms: i64,
    /// Time under way.
    pub moving_ms: i64,
    /// Time on the spot.
    pub standing_ms: i64,
}

/// A patrol's length and time: those of the track with the most credible time (the longer of two equal ones), for
/// three phones of one team are not three patrols long. Without tracks everything is zero.
#[must_use]
pub fn patrol_totals<'a>(tracks: impl IntoIterator<Item = &'a TrackSummary>) -> PatrolTotals {
    let efforts = tracks.into_iter().map(|track| track.effort);
    let best = efforts.max_by(|a, b| {
        a.duration_ms()
            .cmp(&b.duration_ms())
            .then(a.length_m.total_cmp(&b.length_m))
    });
    best.map_or_else(PatrolTotals::default, |effort| PatrolTotals {
        length_m: effort.length_m,
        duration_ms: effort.duration_ms(),
        moving_ms: effort.moving_ms,
        standing_ms: effort.standing_ms,
    })
}

/// Points simplified at once: bounds the depth and the square of Ramer–Douglas–Peucker's work.
const SIMPLIFIED_AT_ONCE: usize = 1000;

/// The leg thinned so that no point lies farther than `tolerance_m` from the line that stays (Ramer–Douglas–
/// Peucker in local metres), first and last kept: what remains of a track after its retention.
#[must_use]
pub fn simplified(leg: &Leg, tolerance_m: f64) -> Vec<Waypoint> {
    let points = leg.points();
    let mut kept = Vec::new();
    let mut from = 0;
    while let Some(block) = points.get(from..points.len().min(from + SIMPLIFIED_AT_ONCE)) {
        if block.len() < 2 {
            break;
        }
        kept.pop();
        kept.extend(simplified_block(block, tolerance_m));
        from += block.len() - 1;
    }
    kept
}

fn simplified_block(block: &[Waypoint], tolerance_m: f64) -> Vec<Waypoint> {
    use geo::SimplifyIdx;
    let Some(origin) = block.first().map(|point| point.position) else {
        return Vec::new();
    };
    let (per_east, per_north) = metres_per_degree(origin.lat());
    let local = |point: &Waypoint| geo::Coord {
        x: (point.position.lon() - origin.lon()) * per_east,
        y: (point.position.lat() - origin.lat()) * per_north,
    };
    let line: geo::LineString = block.iter().map(local).collect();
    line.simplify_idx(tolerance_m)
        .into_iter()
        .filter_map(|at| block.get(at).copied())
        .collect()
}
