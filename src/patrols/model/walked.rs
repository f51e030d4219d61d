//! What a patrol walked: the tracks of its devices with their figures, lines and cells.

use std::collections::BTreeSet;

use h3o::{LatLng, Resolution};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::bounds::Bounds;
use super::ground::distance_m;
use super::legs::Leg;
use super::patrol::Declared;
use super::quality::QualityCounts;
use super::track::{PatrolTotals, TrackSummary, patrol_totals, simplified};
use super::vocabulary::PatrolState;
use crate::base::ids::PatrolId;
use crate::base::time::Timestamp;
use crate::geo::position::Position;

/// How far a simplified line may lie from the track.
const SIMPLIFIED_M: f64 = 5.0;

/// Cells are told from points so near to one another: a ninth of a res-9 cell's edge.
const SAMPLE_M: f64 = 20.0;

/// A line as it is written: longitude and latitude in degrees.
pub type Line = Vec<[f64; 2]>;

/// What is known of where a patrol went: the source of coverage.
#[derive(Debug, Clone)]
pub struct Walked {
    /// The patrol.
    pub patrol: PatrolId,
    /// What was declared of it: kind, transport, organisation in the lead.
    pub declared: Declared,
    /// Where it stands.
    pub state: PatrolState,
    /// When its latest fixes were received.
    pub received_until: Option<Timestamp>,
    /// Its tracks by device; `None` once the raw fixes were erased, so that nothing can be checked again.
    pub tracks: Option<Vec<WalkedTrack>>,
}

impl Walked {
    /// Whether an officer found it true.
    #[must_use]
    pub fn is_validated(&self) -> bool {
        self.state == PatrolState::Validated
    }

    /// Whether it counts.
    #[must_use]
    pub fn counts(&self) -> bool {
        self.state != PatrolState::Rejected
    }
}

/// One device's track, derived.
#[derive(Debug, Clone)]
pub struct WalkedTrack {
    /// The device, or the account that sent a file.
    pub device: Uuid,
    /// How many chunks it was derived from.
    pub chunks: usize,
    /// How many fixes it has, credible or not.
    pub fixes: usize,
    /// The first and the last fix.
    pub span: Option<(Timestamp, Timestamp)>,
    /// The box around every fix, credible or not.
    pub bounds: Option<Bounds>,
    /// Legs, discs and figures.
    pub summary: TrackSummary,
}

/// A track's figures as they are kept: enough to show a patrol whose raw fixes were erased.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KeptSummary {
    /// Version of the rule that judged the fixes.
    pub quality_rule: u32,
    /// Version of the rule that joined them.
    pub gap_rule: u32,
    /// Length and times.
    pub totals: PatrolTotals,
    /// The judgements, counted.
    pub quality: QualityCounts,
    /// The breaks between credible fixes.
    pub gaps: Vec<KeptGap>,
    /// The cells that it touches.
    pub cells: Vec<String>,
    /// How many legs it has.
    pub legs: usize,
}

/// A break between two credible fixes.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct KeptGap {
    /// The last credible fix before it.
    pub from: Timestamp,
    /// The first credible fix after it.
    pub to: Timestamp,
    /// How long it lasted.
    pub seconds: f64,
    /// Geodesic distance across it.
    pub metres: f64,
}

impl KeptSummary {
    /// What is kept of a derived track.
    #[must_use]
    pub fn of(summary: &TrackSummary) -> Self {
        let gaps = summary.gaps.iter().map(|gap| KeptGap {
            from: gap.from,
            to: gap.to,
            seconds: seconds(gap.duration_ms()),
            metres: rounded(gap.distance_m, 10.0),
        });
        Self {
            quality_rule: summary.quality_rule,
            gap_rule: summary.gap_rule,
            totals: patrol_totals([summary]),
            quality: summary.quality,
            gaps: gaps.collect(),
            cells: cells(summary),
            legs: summary.legs.len(),
        }
    }
}

/// Milliseconds as seconds.
#[must_use]
pub fn seconds(millis: i64) -> f64 {
    super::quality::millis_f64(millis) / 1000.0
}

/// A figure to so many parts of one: 10 keeps one decimal.
#[must_use]
pub fn rounded(value: f64, parts: f64) -> f64 {
    (value * parts).round() / parts
}

/// The legs as lines, one each, to 1e-7 degrees.
#[must_use]
pub fn lines(summary: &TrackSummary) -> Vec<Line> {
    let legs = summary.legs.iter();
    legs.map(|leg| {
        leg.points()
            .iter()
            .map(|point| pair(point.position))
            .collect()
    })
    .collect()
}

/// The legs as lines that lie nowhere farther than 5 m from the track.
#[must_use]
pub fn simplified_lines(summary: &TrackSummary) -> Vec<Line> {
    let legs = summary.legs.iter();
    let thin = legs.map(|leg| simplified(leg, SIMPLIFIED_M));
    thin.map(|points| points.iter().map(|point| pair(point.position)).collect())
        .collect()
}

/// Lines as they are kept: whole 1e-6 degrees (0.1 m), the first place of a line and then steps, longitude and
/// latitude in turn. A third of the room that degrees take.
#[must_use]
pub fn steps_of(lines: &[Line]) -> Vec<Vec<i64>> {
    #[expect(clippy::cast_possible_truncation, reason = "180e6 fits an i64")]
    let micro = |degrees: f64| (degrees * 1e6).round() as i64;
    let coded = |line: &Line| {
        let mut before = [0, 0];
        line.iter()
            .flat_map(|place| {
                let at = place.map(micro);
                let step = [at[0] - before[0], at[1] - before[1]];
                before = at;
                step
            })
            .collect()
    };
    lines.iter().map(coded).collect()
}

/// The lines of kept steps.
#[must_use]
pub fn lines_of(kept: &[Vec<i64>]) -> Vec<Line> {
    let line = |steps: &Vec<i64>| {
        let mut at = [0_i64, 0];
        steps
            .chunks_exact(2)
            .map(|step| {
                at = [at[0].saturating_add(step[0]), at[1].saturating_add(step[1])];
                at.map(|micro| rounded(super::quality::millis_f64(micro) / 1e6, 1e6))
            })
            .collect()
    };
    kept.iter().map(line).collect()
}

fn pair(position: Position) -> [f64; 2] {
    [rounded(position.lon(), 1e7), rounded(position.lat(), 1e7)]
}

/// The places that the credible fixes lie at, in order of legs and discs.
pub fn places(summary: &TrackSummary) -> impl Iterator<Item = (Timestamp, Position)> {
    let legs = summary.legs.iter().flat_map(Leg::points);
    legs.chain(&summary.discs)
        .map(|point| (point.t, point.position))
}

/// The res-9 cells that the legs pass and the discs lie in, as H3 writes them, sorted.
#[must_use]
pub fn cells(summary: &TrackSummary) -> Vec<String> {
    let mut cells = BTreeSet::new();
    let mut touch = |position: Position| {
        let place = LatLng::new(position.lat(), position.lon());
        cells.extend(place.map(|place| place.to_cell(Resolution::Nine)).ok());
    };
    for step in summary.legs.iter().flat_map(Leg::steps) {
        touch(step.from.position);
        between(step.from.position, step.to.position).for_each(&mut touch);
        touch(step.to.position);
    }
    for disc in &summary.discs {
        touch(disc.position);
    }
    cells.iter().map(ToString::to_string).collect()
}

fn between(from: Position, to: Position) -> impl Iterator<Item = Position> {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "joined fixes are a few hundred metres apart"
    )]
    let parts = (distance_m(from, to) / SAMPLE_M).ceil() as u32;
    (1..parts).filter_map(move |part| {
        let share = f64::from(part) / f64::from(parts);
        let (lon, lat) = (to.lon() - from.lon(), to.lat() - from.lat());
        Position::new(from.lon() + lon * share, from.lat() + lat * share).ok()
    })
}
