//! Whether a fix is credible: a versioned rule over one device's fixes, written beside them.
//!
//! Fixes are judged stretch by stretch (a stretch has no pause longer than `pause_ms`), without memory from one
//! stretch to the next, so that a late batch changes only the stretches it touches. Speed is checked against the
//! last credible fix, so that one jump does not condemn the fix after it; when several refused fixes agree with
//! one another, the line is taken up there.

use super::fix::Fix;
use super::ground::distance_m;
use super::vocabulary::Transport;
use crate::base::time::Timestamp;
use crate::geo::position::Position;

/// Figures that decide whether a fix is credible. A version never changes once used.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct QualityRule {
    /// Which rule this is.
    pub version: u32,
    /// A fix less accurate than this is not credible.
    pub max_accuracy_m: f64,
    /// A receiver that starts again has settled at this accuracy.
    pub settled_accuracy_m: f64,
    /// A receiver has settled after so many fixes, whatever their accuracy.
    pub settling_fixes: usize,
    /// A pause longer than this starts a new stretch.
    pub pause_ms: i64,
    /// Scatter taken off a distance before it is held for speed.
    pub scatter_m: f64,
    /// So many refused fixes in a row that agree in speed take up the line anew.
    pub reanchor_fixes: usize,
    /// How far a device's clock may run ahead of the receipt.
    pub clock_ahead_ms: i64,
}

/// The rule of domain.md 5.3–5.4: accuracy to 50 m, pauses to 300 s.
const VERSION_1: QualityRule = QualityRule {
    version: 1,
    max_accuracy_m: 50.0,
    settled_accuracy_m: 20.0,
    settling_fixes: 3,
    pause_ms: 300_000,
    // Consumer receivers under trees scatter 5–10 m from one second to the next.
    scatter_m: 15.0,
    reanchor_fixes: 3,
    clock_ahead_ms: 600_000,
};

impl QualityRule {
    /// The rule for new judgements.
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

    /// The fastest that a transport can go between two fixes, in m/s.
    ///
    /// Foot: 7 m/s, above the 5.9 m/s of the marathon record; motorbike 100 km/h and car 120 km/h, above what
    /// mountain roads allow; boat 33 knots; aircraft 25 m/s, above the 23 m/s of small multirotors.
    #[must_use]
    pub const fn max_speed_mps(&self, transport: Transport) -> f64 {
        match transport {
            Transport::Foot => 7.0,
            Transport::Motorbike => 28.0,
            Transport::Car => 33.5,
            Transport::Boat => 17.0,
            Transport::Uav => 25.0,
        }
    }
}

/// The judgement of one fix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Quality {
    /// Credible.
    Good,
    /// Credible as far as can be known: the door gives no accuracies (GPX).
    AccuracyUnknown,
    /// Made up by another program on the phone.
    Mock,
    /// Later than the receipt by more than a clock's fault.
    Future,
    /// Accuracy worse than the rule permits.
    Inaccurate,
    /// From a receiver that had just started and not yet settled.
    Unsettled,
    /// Not to be reached from the credible fixes before it.
    ImpossibleSpeed,
}

impl Quality {
    /// Whether the fix counts.
    #[must_use]
    pub const fn is_credible(self) -> bool {
        matches!(self, Self::Good | Self::AccuracyUnknown)
    }

    /// The stable word for figures and replies.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::AccuracyUnknown => "accuracy_unknown",
            Self::Mock => "mock",
            Self::Future => "future",
            Self::Inaccurate => "inaccurate",
            Self::Unsettled => "unsettled",
            Self::ImpossibleSpeed => "impossible_speed",
        }
    }
}

/// How many fixes of a track got which judgement.
#[derive(
    Debug,
    Clone,
    Copy,
    Default,
    PartialEq,
    Eq,
    serde::Serialize,
    serde::Deserialize,
    utoipa::ToSchema,
)]
pub struct QualityCounts {
    /// Credible with a known accuracy.
    pub good: u32,
    /// Credible, accuracy not told.
    pub accuracy_unknown: u32,
    /// Made up on the phone.
    pub mock: u32,
    /// Later than the receipt.
    pub future: u32,
    /// Too inaccurate.
    pub inaccurate: u32,
    /// Before the receiver had settled.
    pub unsettled: u32,
    /// Out of reach.
    pub impossible_speed: u32,
}

impl QualityCounts {
    /// Counts one more judgement.
    pub const fn count(&mut self, quality: Quality) {
        *self.of(quality) += 1;
    }

    /// Adds another stretch's counts.
    pub const fn add(&mut self, other: &Self) {
        self.good += other.good;
        self.accuracy_unknown += other.accuracy_unknown;
        self.mock += other.mock;
        self.future += other.future;
        self.inaccurate += other.inaccurate;
        self.unsettled += other.unsettled;
        self.impossible_speed += other.impossible_speed;
    }

    const fn of(&mut self, quality: Quality) -> &mut u32 {
        match quality {
            Quality::Good => &mut self.good,
            Quality::AccuracyUnknown => &mut self.accuracy_unknown,
            Quality::Mock => &mut self.mock,
            Quality::Future => &mut self.future,
            Quality::Inaccurate => &mut self.inaccurate,
            Quality::Unsettled => &mut self.unsettled,
            Quality::ImpossibleSpeed => &mut self.impossible_speed,
        }
    }
}

/// What a judgement depends on besides the fixes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Basis {
    /// How the team moves.
    pub transport: Transport,
    /// The rule.
    pub rule: QualityRule,
    /// The latest receipt of any fix of the track.
    pub received_until: Timestamp,
}

impl Basis {
    /// The instant after which a device's time is in the future.
    #[must_use]
    pub const fn future_from(&self) -> Timestamp {
        self.received_until.plus_millis(self.rule.clock_ahead_ms)
    }
}

/// Parts sorted fixes into stretches: runs without a pause longer than the rule's.
pub fn stretches<'a>(fixes: &'a [Fix], rule: &QualityRule) -> impl Iterator<Item = &'a [Fix]> {
    let pause_ms = rule.pause_ms;
    fixes.chunk_by(move |before, after| after.t.since(before.t) <= pause_ms)
}

/// Judges the sorted fixes of one device; one judgement per fix, in order.
#[must_use]
pub fn judge(fixes: &[Fix], basis: &Basis) -> Vec<Quality> {
    stretches(fixes, &basis.rule)
        .flat_map(|stretch| judge_stretch(stretch, basis))
        .collect()
}

/// Judges one stretch of sorted fixes.
#[must_use]
pub fn judge_stretch(stretch: &[Fix], basis: &Basis) -> Vec<Quality> {
    let mut settled = false;
    let mut line = SpeedCheck::new(basis, stretch.len());
    for (at, fix) in stretch.iter().enumerate() {
        let quality = judge_alone(fix, basis);
        settled |= quality.is_credible() && has_settled(fix, at, &basis.rule);
        match fix.position() {
            _ if !quality.is_credible() => line.qualities.push(quality),
            _ if !settled => line.qualities.push(Quality::Unsettled),
            Ok(position) => line.see(fix.t, position, quality),
            Err(_) => line.qualities.push(Quality::Inaccurate),
        }
    }
    line.qualities
}

fn judge_alone(fix: &Fix, basis: &Basis) -> Quality {
    match fix.accuracy_m() {
        _ if fix.mock => Quality::Mock,
        _ if fix.t > basis.future_from() => Quality::Future,
        Some(metres) if metres > basis.rule.max_accuracy_m => Quality::Inaccurate,
        Some(_) => Quality::Good,
        None => Quality::AccuracyUnknown,
    }
}

/// Files without accuracies come from recorders that write only what they hold for settled.
fn has_settled(fix: &Fix, at: usize, rule: &QualityRule) -> bool {
    at >= rule.settling_fixes
        || fix
            .accuracy_m()
            .is_none_or(|metres| metres <= rule.settled_accuracy_m)
}

type Seen = (Timestamp, Position);

/// Holds each fix of a stretch against the last credible one.
struct SpeedCheck {
    max_speed_mps: f64,
    rule: QualityRule,
    qualities: Vec<Quality>,
    anchor: Option<Seen>,
    /// Credible fixes since the line was last taken up.
    run: Vec<usize>,
    /// Refused fixes that agree with one another: index, its judgement but for the speed.
    refused: Vec<(usize, Quality)>,
    last_refused: Option<Seen>,
}

impl SpeedCheck {
    fn new(basis: &Basis, fixes: usize) -> Self {
        Self {
            max_speed_mps: basis.rule.max_speed_mps(basis.transport),
            rule: basis.rule,
            qualities: Vec::with_capacity(fixes),
            anchor: None,
            run: Vec::new(),
            refused: Vec::new(),
            last_refused: None,
        }
    }

    fn see(&mut self, t: Timestamp, position: Position, quality: Quality) {
        let (at, seen) = (self.qualities.len(), (t, position));
        if self
            .anchor
            .is_none_or(|anchor| self.reachable(anchor, seen))
        {
            self.qualities.push(quality);
            self.take_up(at, seen);
            return;
        }
        self.qualities.push(Quality::ImpossibleSpeed);
        if !self
            .last_refused
            .is_some_and(|last| self.reachable(last, seen))
        {
            self.refused.clear();
        }
        self.refused.push((at, quality));
        self.last_refused = Some(seen);
        if self.refused.len() >= self.rule.reanchor_fixes {
            self.reanchor(seen);
        }
    }

    fn take_up(&mut self, at: usize, seen: Seen) {
        self.anchor = Some(seen);
        if self.run.len() < self.rule.reanchor_fixes {
            self.run.push(at);
        }
        self.refused.clear();
        self.last_refused = None;
    }

    /// Enough refused fixes agree: they were right, and a shorter run before them was wrong.
    fn reanchor(&mut self, seen: Seen) {
        if self.run.len() < self.rule.reanchor_fixes {
            for at in &self.run {
                if let Some(quality) = self.qualities.get_mut(*at) {
                    *quality = Quality::ImpossibleSpeed;
                }
            }
        }
        self.run.clear();
        for (at, judged) in std::mem::take(&mut self.refused) {
            if let Some(quality) = self.qualities.get_mut(at) {
                *quality = judged;
                self.run.push(at);
            }
        }
        self.anchor = Some(seen);
        self.last_refused = None;
    }

    fn reachable(&self, from: Seen, to: Seen) -> bool {
        is_reachable(
            distance_m(from.1, to.1),
            to.0.since(from.0),
            self.max_speed_mps,
            &self.rule,
        )
    }
}

/// Whether so many metres can be covered in so many milliseconds, the receiver's scatter taken off.
#[must_use]
pub fn is_reachable(distance_m: f64, millis: i64, max_speed_mps: f64, rule: &QualityRule) -> bool {
    (distance_m - rule.scatter_m) * 1000.0 <= max_speed_mps * millis_f64(millis)
}

/// Spans between fixes are far below 2^53 ms.
#[expect(
    clippy::cast_precision_loss,
    reason = "spans between fixes are far below 2^53 ms"
)]
pub(super) const fn millis_f64(millis: i64) -> f64 {
    millis as f64
}
