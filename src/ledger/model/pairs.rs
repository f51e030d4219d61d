//! Claims that may be one ground, of different units or of one that wrote it down twice: how the evidence of place, size and
//! outline weighs, and what it means for sums. People decide; until they do, the ground is counted once.
//!
//! The weight is the logarithm of how much likelier what was recorded is if the ground is one than if two plots stand
//! there whose edges are ten metres apart (nearer beds are one plot by definition). Positions err as their accuracies
//! say and the recorder stands somewhere on the plot; sizes of one ground agree within their methods' errors, those of
//! two are unrelated. A size that disagrees weighs only so much: figures can be raised.
//!
//! Sizes that agree prove nothing by themselves, for beds of one slope are alike. So a ground is counted once only where
//! the points alone rule two neighbours out: where, of neighbours with ten metres between the edges, no more than the
//! definition's share would be recorded so near each other. Where points are too poor for that the pair is told, and
//! counted until somebody decides. So is a pair that one unit recorded on one outing: whoever stood on both beds says that
//! there are two, and neighbours are the usual find of an outing.

use std::f64::consts::{PI, TAU};

use geo::{Area, BooleanOps, Intersects, MapCoords, Polygon};
use serde::Serialize;
use uuid::Uuid;

use super::apart::nearer_by_chance;
use super::definition::Definition;
use super::facts::Amount;
use crate::base::ids::{OrgId, PatrolId, PlotId};
use crate::base::time::Timestamp;
use crate::base::words::{Crop, PlantsMethod};
use crate::geo::measure::distance_m;
use crate::geo::position::Position;

/// What is compared of a plot.
#[derive(Debug, Clone)]
pub struct Claim {
    /// The plot.
    pub plot: PlotId,
    /// The claiming unit.
    pub org: Option<OrgId>,
    /// Who recorded it: a device or an account.
    pub author: Uuid,
    /// The patrol on which it was found.
    pub patrol: Option<PatrolId>,
    /// The crop as verified, else as recorded.
    pub crop: Crop,
    /// Its season.
    pub season: String,
    /// When it was detected.
    pub detected_at: Timestamp,
    /// Its point.
    pub position: Position,
    /// Accuracy of the point, m (1 sigma horizontal).
    pub hacc_m: Option<f64>,
    /// What is claimed.
    pub amount: Amount,
    /// Its outline, longitudes and latitudes.
    pub outline: Option<Polygon<f64>>,
}

/// How the evidence on two claims stands.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Pair {
    /// The one.
    pub a: PlotId,
    /// The other.
    pub b: PlotId,
    /// Between the points, m.
    pub distance_m: f64,
    /// Between the detections, days.
    pub days_apart: f64,
    /// Logarithm (base e) of how much likelier one ground is than two.
    pub weight: f64,
    /// Whether one ground is likelier and neighbours are ruled out: until it is decided, the ground is counted once.
    pub is_likely: bool,
    /// Share of each claim's own area that both cover, 0 to 1: less than 1 only where two large outlines overlap in part.
    pub shares: [f64; 2],
}

/// Plots whose beds are nearer than this are one, m.
const GAP_M: f64 = 10.0;
/// Taken for a point without an accuracy, m: a phone under trees.
const ASSUMED_M: f64 = 8.0;
/// No averaged point is better than this, m.
const BEST_M: f64 = 2.0;
/// Claims are compared at least up to this distance, and at most, m.
const REACH_M: (f64, f64) = (30.0, 200.0);
/// A plot without an area is taken for one of this, m²: the middle of the cases that the press tells of.
const USUAL_M2: f64 = 64.0;
/// Spread of the logarithm of two unrelated sizes' ratio, and of two unrelated densities'.
const UNRELATED_SIZE: f64 = 1.1;
const UNRELATED_DENSITY: f64 = 0.9;
/// The least relative error of a figure (1 sigma): two teams never count alike.
const LEAST_ERROR: f64 = 0.03;
/// How much a size that disagrees or agrees may weigh, and a density.
const SIZE_WEIGHT: (f64, f64) = (-1.5, 3.0);
const DENSITY_WEIGHT: (f64, f64) = (-6.0, 3.0);
/// From the error that one in ten exceeds to 1 sigma.
const NINETIETH: f64 = 1.645;
/// Pairs below this weight are not worth anybody's time.
const WORTH_TELLING: f64 = -8.0;
/// An outline of this size and more tells more than its middle, m².
const LARGE_M2: f64 = 2_000.0;
const METRES_PER_DEGREE: f64 = 111_195.0;

/// Every two claims that may be one ground, the likeliest first.
#[must_use]
pub fn pairs(claims: &[Claim], rules: &Definition) -> Vec<Pair> {
    let mut from_south: Vec<Ranging<'_>> = claims.iter().map(Ranging::of).collect();
    from_south.sort_by(|a, b| {
        let by_plot = a.claim.plot.cmp(&b.claim.plot);
        a.south.total_cmp(&b.south).then(by_plot)
    });
    let mut found = Vec::new();
    for (index, a) in from_south.iter().enumerate() {
        // Each goes as far as it reaches itself, so that one long field costs no other claim a comparison.
        let rest = from_south.iter().skip(index + 1);
        for b in rest.take_while(|b| b.south <= a.north) {
            if a.may_meet(b) {
                let (one, other) = a.and(b);
                found.extend(pair(one, other, rules));
            }
        }
    }
    found.sort_by(|x, y| {
        y.weight
            .total_cmp(&x.weight)
            .then((x.a, x.b).cmp(&(y.a, y.b)))
    });
    found
}

/// A claim, and how far from its point it may share ground with another.
struct Ranging<'a> {
    claim: &'a Claim,
    /// How far its outline reaches, where that tells more than its middle, m: whoever walked a long field may have stood at
    /// either end of it.
    extent_m: f64,
    /// Between these latitudes, so that two whose ranges have none in common never meet.
    south: f64,
    north: f64,
}

impl<'a> Ranging<'a> {
    fn of(claim: &'a Claim) -> Self {
        let outline = claim.outline.as_ref();
        let outline = outline.map(|outline| metres(outline, claim.position));
        let large = outline.filter(|outline| outline.unsigned_area() >= LARGE_M2);
        let corners = large.iter().flat_map(|outline| outline.exterior().coords());
        let extent_m = corners.map(|at| at.x.hypot(at.y)).fold(0.0, f64::max);
        let range_deg = (REACH_M.1 / 2.0 + extent_m) / METRES_PER_DEGREE;
        Self {
            claim,
            extent_m,
            south: claim.position.lat() - range_deg,
            north: claim.position.lat() + range_deg,
        }
    }

    /// Both claims, the one whose point lies further south first.
    fn and(&self, other: &Self) -> (&'a Claim, &'a Claim) {
        let by_plot = self.claim.plot.cmp(&other.claim.plot);
        let (lat, its) = (self.claim.position.lat(), other.claim.position.lat());
        if lat.total_cmp(&its).then(by_plot).is_gt() {
            (other.claim, self.claim)
        } else {
            (self.claim, other.claim)
        }
    }

    /// A cheap bound before the geodesic: a degree of longitude is shorter than one of latitude.
    fn may_meet(&self, other: &Self) -> bool {
        let most_m = REACH_M.1 + self.extent_m + other.extent_m;
        let (one, two) = (self.claim.position, other.claim.position);
        let wide_m = (one.lon() - two.lon()).abs() * METRES_PER_DEGREE;
        wide_m <= most_m * 2.0
    }
}

fn pair(a: &Claim, b: &Claim, rules: &Definition) -> Option<Pair> {
    let days_apart = days_apart(a.detected_at, b.detected_at);
    let comparable =
        a.crop == b.crop && a.season == b.season && days_apart <= f64::from(rules.duplicate_days);
    if !comparable {
        return None;
    }
    let distance_m = distance_m(a.position, b.position);
    let accuracies_m = accuracy_m(a).hypot(accuracy_m(b));
    let reach_m = reach_m(accuracies_m);
    let together = overlap(a, b);
    if distance_m > reach_m && together.is_none() {
        return None;
    }
    let place = Place::of(a, b, distance_m, accuracies_m);
    let weight = place.weight() + size_weight(a, b, rules);
    let shares = together.unwrap_or([1.0; 2]);
    let is_one =
        weight > 0.0 && place.by_chance() <= rules.neighbour_risk && !are_of_one_outing(a, b);
    let is_likely = is_one || together.is_some();
    (weight > WORTH_TELLING || is_likely).then_some(Pair {
        a: a.plot,
        b: b.plot,
        distance_m,
        days_apart,
        weight,
        is_likely,
        shares,
    })
}

/// Whether one unit recorded both on one outing: on one patrol, or by one device or account on one day.
fn are_of_one_outing(a: &Claim, b: &Claim) -> bool {
    let on_one_patrol = a.patrol.is_some() && a.patrol == b.patrol;
    let on_one_day = a.detected_at.local_date() == b.detected_at.local_date();
    a.org == b.org && (on_one_patrol || (on_one_day && a.author == b.author))
}

/// How far points of such accuracies may lie from each other and still be compared, m.
fn reach_m(accuracies_m: f64) -> f64 {
    (3.5 * accuracies_m).clamp(REACH_M.0, REACH_M.1)
}

/// How far apart two claims lie that cannot be of one ground, and the furthest that could be, m; none where they can: each
/// recorder may have stood at his end of it, and outlines that overlap share ground wherever their points are.
#[must_use]
pub fn too_far(a: &Claim, b: &Claim) -> Option<(f64, f64)> {
    let away_m = distance_m(a.position, b.position);
    let most_m = reach_m(accuracy_m(a).hypot(accuracy_m(b))) + radius_m(a) + radius_m(b);
    let outlines = a.outline.as_ref().zip(b.outline.as_ref());
    let overlap = outlines.is_some_and(|(one, other)| one.intersects(other));
    (away_m > most_m && !overlap).then_some((away_m, most_m))
}

/// Days between two instants, to the minute.
fn days_apart(one: Timestamp, other: Timestamp) -> f64 {
    let minutes = one.since(other).abs() / 60_000;
    f64::from(u32::try_from(minutes).unwrap_or(u32::MAX)) / 1_440.0
}

fn accuracy_m(claim: &Claim) -> f64 {
    claim.hacc_m.unwrap_or(ASSUMED_M).max(BEST_M)
}

fn radius_m(claim: &Claim) -> f64 {
    (claim.amount.area_m2.unwrap_or(USUAL_M2) / PI).sqrt()
}

/// Where two claims lie to each other.
struct Place {
    distance_m: f64,
    /// Between the middles of two plots of these sizes with ten metres between the edges.
    apart_m: f64,
    /// Variance on each axis of where one point lies from the other, if both are of one ground.
    spread_m2: f64,
}

impl Place {
    fn of(a: &Claim, b: &Claim, distance_m: f64, accuracies_m: f64) -> Self {
        let (one_m, other_m) = (radius_m(a), radius_m(b));
        let stand_m = one_m.min(other_m) / 2.0;
        Self {
            distance_m,
            apart_m: GAP_M + one_m + other_m,
            // Each axis of a point in a disc of half the radius errs by a quarter of the radius; two recorders stand so.
            spread_m2: accuracies_m.powi(2) + 2.0 * (stand_m / 2.0).powi(2),
        }
    }

    /// What the distance says: of one ground it spreads as accuracies and the plot's size allow; two grounds' middles are
    /// ten metres and both radii apart, or more.
    fn weight(&self) -> f64 {
        let (distance_m, spread_m2) = (self.distance_m, self.spread_m2);
        let same = (distance_m.max(0.5) / spread_m2).ln() - distance_m.powi(2) / (2.0 * spread_m2);
        let short_m = (self.apart_m - distance_m).max(0.0);
        let two = -0.5 * (TAU * spread_m2).ln() - short_m.powi(2) / (2.0 * spread_m2);
        same - two
    }

    /// The share of such neighbours that would be recorded as near as this or nearer.
    fn by_chance(&self) -> f64 {
        let spread_m = self.spread_m2.sqrt();
        nearer_by_chance(self.distance_m / spread_m, self.apart_m / spread_m)
    }
}

/// What size and density say, each as far as its method allows. Raised figures change the size and, raised together,
/// leave the density: a size that disagrees weighs little, a density that disagrees much.
fn size_weight(a: &Claim, b: &Claim, rules: &Definition) -> f64 {
    let area_error = |claim: &Claim| claim.amount.uncertainty_pct.unwrap_or(50.0) / 100.0;
    let plants_error = |claim: &Claim| plants_error(claim, rules) / 100.0;
    let area = a.amount.area_m2.zip(b.amount.area_m2);
    let plants = a.amount.plants.zip(b.amount.plants);
    let plants = plants.map(|(one, other)| (f64::from(one), f64::from(other)));
    let by_area = area_error(a).hypot(area_error(b));
    let by_plants = plants_error(a).hypot(plants_error(b));
    match (area, plants) {
        (Some(area), Some(plants)) => {
            let density = (plants.0 / area.0, plants.1 / area.1);
            let error = by_area.hypot(by_plants);
            ratio_weight(area, by_area, UNRELATED_SIZE, SIZE_WEIGHT)
                + ratio_weight(density, error, UNRELATED_DENSITY, DENSITY_WEIGHT)
        }
        (Some(area), None) => ratio_weight(area, by_area, UNRELATED_SIZE, SIZE_WEIGHT),
        (None, Some(plants)) => ratio_weight(plants, by_plants, UNRELATED_SIZE, SIZE_WEIGHT),
        (None, None) => 0.0,
    }
}

fn plants_error(claim: &Claim, rules: &Definition) -> f64 {
    let [counted, sampled, estimated] = rules.plants_tolerance_pct;
    match claim.amount.plants_method {
        Some(PlantsMethod::Counted) => counted,
        Some(PlantsMethod::Sampled) => sampled,
        Some(PlantsMethod::Estimated) | None => estimated,
    }
}

/// How much likelier the ratio of two figures is if they are of one ground, bounded on both sides.
fn ratio_weight(
    (one, other): (f64, f64),
    error: f64,
    unrelated: f64,
    (least, most): (f64, f64),
) -> f64 {
    if one <= 0.0 || other <= 0.0 {
        return 0.0;
    }
    let apart = (one / other).ln();
    let spread = (error / NINETIETH).max(LEAST_ERROR * std::f64::consts::SQRT_2);
    let log_density = |spread: f64| -spread.ln() - apart.powi(2) / (2.0 * spread.powi(2));
    (log_density(spread) - log_density(unrelated)).clamp(least, most)
}

/// The shares of two large outlines that both cover, where that is more than their edges' error; one ground when it is
/// most of either.
fn overlap(a: &Claim, b: &Claim) -> Option<[f64; 2]> {
    let (one, other) = (a.outline.as_ref()?, b.outline.as_ref()?);
    let origin = a.position;
    let (one, other) = (metres(one, origin), metres(other, origin));
    let areas = [one.unsigned_area(), other.unsigned_area()];
    if areas.iter().any(|m2| *m2 < LARGE_M2) {
        return None;
    }
    let both_m2 = one.intersection(&other).unsigned_area();
    // An edge that errs by so much on either side may cover this without any overlap.
    let accuracies_m = accuracy_m(a).hypot(accuracy_m(b));
    let blur_m2 = accuracies_m * areas[0].min(areas[1]).sqrt();
    let shares = areas.map(|m2| (both_m2 / m2).min(1.0));
    if both_m2 <= blur_m2 {
        return None;
    }
    let mostly = shares.iter().any(|share| *share > 0.7);
    Some(if mostly { [1.0; 2] } else { shares })
}

/// The outline on a plane about a point; plots are too small for the plane to matter.
fn metres(outline: &Polygon<f64>, origin: Position) -> Polygon<f64> {
    let narrow = origin.lat().to_radians().cos();
    outline.map_coords(|at| geo::Coord {
        x: (at.x - origin.lon()) * METRES_PER_DEGREE * narrow,
        y: (at.y - origin.lat()) * METRES_PER_DEGREE,
    })
}
