//! Plots: true sizes, densities and stages (design page `domain.md` 2.1), measured as teams measure them.

use super::dice::{Dice, Stream};
use super::forces::Force;
use super::ground::Spot;
use super::outings::{Outing, claimed_twice};
use super::phone::FIX_PARTS;
use super::photos::Photo;
use super::walk::{Path, STEP_S};
use super::{Demo, number};
use crate::base::ids::{DeviceId, IncidentId, OrgId, PatrolId, PlotId, TeamId};
use crate::base::time::Timestamp;
use crate::geo::position::Position;

/// From this area on the edge is walked instead of taped.
const WALKED_M2: f64 = 2_000.0;
/// Every so many plots one is large.
const PLOTS_PER_LARGE: usize = 24;
const MINUTE_MS: i64 = 60_000;

/// One bed of a plot, as taped or paced.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Bed {
    /// Four right angles.
    Rectangle {
        /// Metres.
        width_m: f64,
        /// Metres.
        length_m: f64,
    },
    /// Half of base times height.
    Triangle {
        /// Metres.
        base_m: f64,
        /// Metres, at right angles to the base.
        height_m: f64,
    },
}

impl Bed {
    /// Its area in square metres.
    #[must_use]
    pub fn area_m2(self) -> f64 {
        match self {
            Self::Rectangle { width_m, length_m } => width_m * length_m,
            Self::Triangle { base_m, height_m } => base_m * height_m / 2.0,
        }
    }
}

/// An invented plot as one team recorded it.
#[derive(Debug, Clone, PartialEq)]
pub struct Plot {
    /// Its id.
    pub id: PlotId,
    /// The patrol that found it; none for a claim that came otherwise.
    pub patrol: Option<PatrolId>,
    /// The organisation that recorded it.
    pub org: OrgId,
    /// The team that recorded it.
    pub team: TeamId,
    /// The phone that recorded it.
    pub device: DeviceId,
    /// `opium_poppy` or `cannabis`.
    pub crop: &'static str,
    /// Where it lies.
    pub position: Position,
    /// Horizontal accuracy of the averaged point, metres.
    pub hacc_m: f64,
    /// Altitude, metres.
    pub altitude_m: f64,
    /// `forest`, `swidden`, `garden` or `field`.
    pub land: &'static str,
    /// `seedling`, `vegetative`, `flowering`, `capsule`, `lanced` or `harvested`.
    pub stage: &'static str,
    /// Plants.
    pub plants: u32,
    /// `counted` or `sampled`.
    pub plants_method: &'static str,
    /// Square metres: of the beds together, or inside the walked edge.
    pub area_m2: f64,
    /// `tape`, `paced` or `gnss_polygon`.
    pub area_method: &'static str,
    /// The beds; none where the edge was walked.
    pub beds: Vec<Bed>,
    /// Closed ring, counter-clockwise, from 2,000 m² on.
    pub outline: Option<Vec<Position>>,
    /// When it was seen.
    pub detected_at: Timestamp,
    /// `patrol` or `tip`.
    pub detected_by: &'static str,
    /// Whether the household pulled it up of its own accord.
    pub voluntary: bool,
    /// Its incident.
    pub incident: Option<IncidentId>,
    /// The plot that this is a second claim to: what the duplicate screen should find.
    pub same_as: Option<PlotId>,
    /// Its photos.
    pub photos: Vec<Photo>,
}

/// An invented incident (vụ).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incident {
    /// Its id.
    pub id: IncidentId,
    /// The organisation that handles it.
    pub org: OrgId,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// A label, NFC, without names.
    pub label: String,
}

/// The patrol at work.
pub(super) struct Finder<'a> {
    pub(super) outing: &'a Outing,
    pub(super) patrol: PatrolId,
    pub(super) force: &'a Force,
    pub(super) path: &'a Path,
}

impl Demo {
    pub(super) fn found(&self, finder: &Finder) -> (Vec<Plot>, Option<Incident>) {
        let outing = finder.outing;
        let mut dice = Dice::of(self.plan.seed, Stream::Plots, outing.index);
        let (year, month, day) = outing.started_at.local_date().ymd();
        let incident = (outing.finds > 1).then(|| Incident {
            id: IncidentId(dice.id(outing.started_at)),
            org: finder.force.org,
            opened_at: outing.started_at,
            label: format!(
                "Vụ {day:02}/{month:02}/{year} – {} điểm trồng",
                outing.finds
            ),
        });
        let mut plots: Vec<Plot> = Vec::new();
        for (place, &step) in finder.path.finds.iter().enumerate() {
            let stood = finder.path.spots.get(step).copied().unwrap_or(Spot::MIDDLE);
            // Neighbouring households sow side by side: two honest plots ten metres apart.
            let neighbour = plots.first().filter(|_| place == 1 && dice.chance(0.5));
            let turn = dice.turn();
            let spot = match neighbour {
                Some(first) => Spot::of(first.position).moved(turn, dice.between(10.0, 14.0)),
                None => stood.moved(turn, dice.between(6.0, 34.0)),
            };
            let ordinal = outing.plots_before + place;
            let mut plot = self.plot(finder, step, spot, ordinal, &mut dice);
            plot.incident = incident.as_ref().map(|incident| incident.id);
            let twin = claimed_twice(ordinal).then(|| self.claimed_again(finder, &plot, &mut dice));
            plots.push(plot);
            plots.extend(twin.flatten());
        }
        (plots, incident)
    }

    fn plot(
        &self,
        finder: &Finder,
        step: usize,
        spot: Spot,
        ordinal: usize,
        dice: &mut Dice,
    ) -> Plot {
        let lasted = i64::try_from(finder.path.spots.len() * STEP_S).unwrap_or(0) * 1_000;
        let reached = i64::try_from(step * STEP_S).unwrap_or(0) * 1_000;
        let after = (reached + number::whole(dice.between(2.0, 9.0)) * MINUTE_MS).min(lasted);
        let detected_at = finder.outing.started_at.plus_millis(after);
        let id = PlotId(dice.id(detected_at));
        let large = ordinal % PLOTS_PER_LARGE == 7;
        let crop = if !large && dice.chance(0.05) {
            "cannabis"
        } else {
            "opium_poppy"
        };
        let measured = Measured::drawn(crop, large, spot, dice);
        Plot {
            id,
            patrol: Some(finder.patrol),
            org: finder.force.org,
            team: finder.force.team,
            device: finder.force.devices[dice.below(finder.force.devices.len())],
            crop,
            position: spot.position(FIX_PARTS),
            hacc_m: number::rounded(dice.between(2.8, 9.0), 10.0),
            altitude_m: number::rounded(self.land.relief.altitude_m(spot), 10.0),
            land: self.land_use(spot, measured.area_m2, dice),
            stage: stage(crop, detected_at, dice),
            plants: measured.plants,
            plants_method: if measured.plants > 1_200 {
                "sampled"
            } else {
                "counted"
            },
            area_m2: measured.area_m2,
            area_method: measured.method,
            beds: measured.beds,
            outline: measured.outline,
            detected_at,
            detected_by: "patrol",
            voluntary: dice.chance(0.16),
            incident: None,
            same_as: None,
            photos: self.photos(id, detected_at, spot, ordinal),
        }
    }

    /// The same plot as another team of the commune saw it a few days later.
    fn claimed_again(&self, finder: &Finder, plot: &Plot, dice: &mut Dice) -> Option<Plot> {
        let mut others = self.forces.iter().filter(|force| {
            force.team != plot.team && force.communes.contains(&finder.outing.commune)
        });
        let other = others.next_back()?;
        let days = i64::try_from(1 + dice.below(5)).unwrap_or(1);
        let later = plot.detected_at.plus_millis(days * 24 * 60 * MINUTE_MS);
        let detected_at = later
            .min(self.plan.end.start().plus_millis(-MINUTE_MS))
            .max(plot.detected_at);
        let spot = Spot::of(plot.position).moved(dice.turn(), dice.between(4.0, 13.0));
        Some(Plot {
            id: PlotId(dice.id(detected_at)),
            patrol: None,
            org: other.org,
            team: other.team,
            device: *other.devices.first()?,
            position: spot.position(FIX_PARTS),
            hacc_m: number::rounded(dice.between(4.0, 14.0), 10.0),
            plants: number::tally(f64::from(plot.plants) * dice.between(0.9, 1.1)),
            detected_at,
            detected_by: "tip",
            incident: None,
            same_as: Some(plot.id),
            photos: Vec::new(),
            ..plot.clone()
        })
    }

    fn land_use(&self, spot: Spot, area_m2: f64, dice: &mut Dice) -> &'static str {
        if self.land.relief.forest(spot) > 0.0 {
            dice.pick(["forest", "forest", "forest", "swidden"])
        } else if area_m2 < 40.0 {
            dice.pick(["garden", "garden", "field", "swidden"])
        } else {
            dice.pick(["swidden", "swidden", "field", "forest"])
        }
    }
}

/// What the tape, the paces or the walked edge gave.
struct Measured {
    plants: u32,
    area_m2: f64,
    method: &'static str,
    beds: Vec<Bed>,
    outline: Option<Vec<Position>>,
}

impl Measured {
    fn drawn(crop: &str, large: bool, spot: Spot, dice: &mut Dice) -> Self {
        if large {
            let (outline, area_m2) = walked_edge(spot, dice);
            let plants = number::tally(area_m2 * dice.between(1.0, 1.7));
            return Self {
                plants,
                area_m2,
                method: "gnss_polygon",
                beds: Vec::new(),
                outline: Some(outline),
            };
        }
        // Small plots are many and dense, large ones few and thin.
        let wanted_m2 = 15.0 * (350.0_f64 / 15.0).powf(dice.unit().powf(1.25));
        let paced = dice.chance(0.4);
        let beds = beds(wanted_m2, if paced { 1.0 } else { 10.0 }, dice);
        let area_m2 = number::rounded(beds.iter().map(|bed| bed.area_m2()).sum(), 10.0);
        let dense = 27.0 - 21.0 * (area_m2 / 350.0).min(1.0).sqrt();
        let per_m2 = match crop {
            "cannabis" => dice.between(1.0, 3.0),
            _ => (dense * dice.between(0.2, 1.0)).max(1.0),
        };
        let plants = number::tally((area_m2 * per_m2).floor()).max(number::tally(area_m2.ceil()));
        let method = if paced { "paced" } else { "tape" };
        Self {
            plants,
            area_m2,
            method,
            beds,
            outline: None,
        }
    }
}

/// One to four beds that make up about the area, sides to a tenth of a metre (tape) or to a metre (paces).
fn beds(wanted_m2: f64, parts: f64, dice: &mut Dice) -> Vec<Bed> {
    let most = if wanted_m2 > 60.0 { 4 } else { 2 };
    let count = 1 + dice.below(most);
    let each_m2 = wanted_m2 / number::real(count);
    let side = |metres: f64| number::rounded(metres.max(1.5), parts);
    let beds: Vec<Bed> = (0..count)
        .map(|_| {
            let width_m = side(each_m2.sqrt() * dice.between(0.5, 0.95));
            let length_m = side(each_m2 / width_m);
            if dice.chance(0.25) {
                Bed::Triangle {
                    base_m: side(2.0 * length_m),
                    height_m: width_m,
                }
            } else {
                Bed::Rectangle { width_m, length_m }
            }
        })
        .collect();
    let total_m2: f64 = beds.iter().map(|bed| bed.area_m2()).sum();
    if (15.0..=350.0).contains(&total_m2) {
        beds
    } else {
        vec![Bed::Rectangle {
            width_m: 4.0,
            length_m: 6.0,
        }]
    }
}

/// An edge walked with the phone, and the area inside it.
fn walked_edge(centre: Spot, dice: &mut Dice) -> (Vec<Position>, f64) {
    let wanted_m2 = dice.between(WALKED_M2 * 1.15, 3_400.0);
    let corners = 11 + dice.below(6);
    let turn = std::f64::consts::TAU / number::real(corners);
    let stretch = dice.between(1.2, 1.7);
    let lengths: Vec<f64> = (0..corners).map(|_| dice.between(0.8, 1.2)).collect();
    let shape = |scale: f64| -> Vec<Spot> {
        let corner = |(place, length): (usize, &f64)| {
            let (sin, cos) = (turn * number::real(place)).sin_cos();
            let out = scale * length;
            Spot::new(
                centre.east_m + out * stretch * cos,
                centre.north_m + out * sin,
            )
        };
        lengths.iter().enumerate().map(corner).collect()
    };
    let scale = (wanted_m2 / shoelace_m2(&shape(1.0))).sqrt();
    let ring = shape(scale);
    let area_m2 = number::rounded(shoelace_m2(&ring), 1.0);
    let closing = ring.first().copied();
    (
        ring.into_iter()
            .chain(closing)
            .map(|spot| spot.position(FIX_PARTS))
            .collect(),
        area_m2,
    )
}

fn shoelace_m2(ring: &[Spot]) -> f64 {
    let next = ring.iter().cycle().skip(1);
    let twice: f64 = ring
        .iter()
        .zip(next)
        .map(|(a, b)| a.east_m * b.north_m - b.east_m * a.north_m)
        .sum();
    twice.abs() / 2.0
}

/// What stands on the day: sown in October and November, in flower from March on.
fn stage(crop: &str, at: Timestamp, dice: &mut Dice) -> &'static str {
    let (_, month, day) = at.local_date().ymd();
    match (crop, month) {
        ("cannabis", 2 | 3) => "seedling",
        ("cannabis", 4..=6) => "vegetative",
        ("cannabis", _) => "harvested",
        (_, 9..=12) => "seedling",
        (_, 1) => "vegetative",
        (_, 2) => dice.pick(["vegetative", "vegetative", "flowering"]),
        (_, 3) if day < 16 => "flowering",
        (_, 3) => dice.pick(["flowering", "capsule"]),
        (_, 4) => dice.pick(["capsule", "capsule", "lanced"]),
        _ => dice.pick(["lanced", "harvested"]),
    }
}
