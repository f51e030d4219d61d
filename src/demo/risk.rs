//! Risk areas: irregular shapes that follow the slopes along the forest's edge.

use super::dice::{Dice, Stream};
use super::ground::Spot;
use super::land::Land;
use super::places::{Commune, closed};
use super::{Demo, names, number};
use crate::base::ids::RiskAreaId;
use crate::base::time::LocalDate;
use crate::geo::position::Position;

/// Height at which poppy does best.
const POPPY_M: f64 = 1_350.0;
/// How far a slope may rise or fall before the area ends.
const RISE_M: f64 = 120.0;

/// A stretch of the year in which a check means something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CheckWindow {
    /// `seedling` or `flowering`.
    pub pass: &'static str,
    /// First month and day.
    pub from: (u32, u32),
    /// Last month and day, in the next year when earlier than the first.
    pub to: (u32, u32),
}

/// An invented risk area.
#[derive(Debug, Clone, PartialEq)]
pub struct RiskArea {
    /// Its id.
    pub id: RiskAreaId,
    /// Name, NFC, different for each.
    pub name: String,
    /// `opium_poppy` or `cannabis`.
    pub crop: &'static str,
    /// `high`, `medium` or `low`.
    pub level: &'static str,
    /// `history`, `terrain`, `tip`, `imagery` or `official`.
    pub basis: &'static str,
    /// Closed ring, counter-clockwise.
    pub outline: Vec<Position>,
    /// When to look.
    pub windows: Vec<CheckWindow>,
    /// Visits asked for in a season.
    pub required_visits: u32,
    /// First day.
    pub valid_from: LocalDate,
    /// Last day; none while it stands.
    pub valid_to: Option<LocalDate>,
}

/// A risk area as the walkers need it.
pub(super) struct Slope {
    pub(super) commune: usize,
    pub(super) ring: Vec<Spot>,
    pub(super) centre: Spot,
}

/// The areas of all communes, each beside its shape. Wards have none, nor have a few others.
pub(super) fn areas(
    land: &Land,
    communes: &[Commune],
    seed: u64,
    valid: LocalDate,
) -> Vec<(RiskArea, Slope)> {
    let mut cells: Vec<Vec<usize>> = vec![Vec::new(); communes.len()];
    for (cell, owner) in land.owner.iter().enumerate() {
        if let Some(cells) = owner.and_then(|owner| cells.get_mut(owner)) {
            cells.push(cell);
        }
    }
    let mut areas = Vec::new();
    for (index, (commune, cells)) in communes.iter().zip(&cells).enumerate() {
        let mut dice = Dice::of(seed, Stream::RiskAreas, index);
        let spared = commune.kind == "phường" || index % 11 == 5;
        let count = if spared { 0 } else { 2 + dice.below(4) };
        let slopes = slopes(land, index, cells, count, &mut dice);
        for (place, slope) in slopes.into_iter().enumerate() {
            let area = described(
                land,
                &slope,
                &format!("{} {}", commune.name, place + 1),
                valid,
                &mut dice,
            );
            areas.push((area, slope));
        }
    }
    if let Some((area, _)) = areas.iter_mut().rev().find(|(area, _)| area.level == "low") {
        area.valid_to = Some(valid.plus_days(200));
    }
    areas
}

fn slopes(
    land: &Land,
    commune: usize,
    cells: &[usize],
    count: usize,
    dice: &mut Dice,
) -> Vec<Slope> {
    let mut slopes: Vec<Slope> = Vec::new();
    for place in 0..count {
        // Some areas are drawn by two offices and overlap; some lie across a boundary.
        let beside = slopes.last().filter(|_| place == 2 && commune % 4 == 1);
        let centre = match beside {
            Some(slope) => slope.ring.get(slope.ring.len() / 3).copied(),
            None => centre(
                land,
                commune,
                cells,
                place == 1 && commune.is_multiple_of(3),
                &slopes,
                dice,
            ),
        };
        slopes.extend(centre.and_then(|centre| shaped(land, commune, centre, dice)));
    }
    slopes
}

fn centre(
    land: &Land,
    commune: usize,
    cells: &[usize],
    at_boundary: bool,
    others: &[Slope],
    dice: &mut Dice,
) -> Option<Spot> {
    let mut best: Option<(f64, Spot)> = None;
    for _ in 0..40 {
        let cell = *cells.get(dice.below(cells.len()))?;
        let spot = land.lattice.spot(cell);
        let mut owners = land
            .lattice
            .neighbours(cell)
            .into_iter()
            .flatten()
            .filter_map(|next| land.owner[next]);
        let fits = !at_boundary || owners.any(|owner| owner != commune);
        let apart = others
            .iter()
            .all(|slope| slope.centre.distance_m(spot) > 2_600.0);
        let height = (land.relief.altitude_m(spot) - POPPY_M).abs() / 350.0;
        let score = height + 2.0 * land.relief.forest(spot).abs();
        if fits && apart && best.is_none_or(|(least, _)| score < least) {
            best = Some((score, spot));
        }
    }
    best.map(|(_, spot)| spot)
}

/// Goes out from the centre in all directions until the slope, the province or the reach ends.
fn shaped(land: &Land, commune: usize, centre: Spot, dice: &mut Dice) -> Option<Slope> {
    let rays = 44 + dice.below(24);
    let reach_m = dice.between(1_000.0, 2_400.0);
    let height = land.relief.altitude_m(centre);
    let lengths: Vec<f64> = (0..rays)
        .map(|ray| {
            let heading = -std::f64::consts::TAU * number::real(ray) / number::real(rays);
            let ends = |metres: f64| {
                let spot = centre.moved(heading, metres + 250.0);
                (land.relief.altitude_m(spot) - height).abs() > RISE_M
                    || land.commune_at(spot).is_none()
            };
            let mut metres = 120.0;
            while metres < reach_m && !ends(metres) {
                metres += 60.0;
            }
            metres * dice.between(0.9, 1.0)
        })
        .collect();
    let ring: Vec<Spot> = (0..rays)
        .map(|ray| {
            let heading = -std::f64::consts::TAU * number::real(ray) / number::real(rays);
            let near = lengths[(ray + 1) % rays].min(lengths[(ray + rays - 1) % rays]);
            centre.moved(heading, lengths[ray].min(0.55 * lengths[ray] + 0.75 * near))
        })
        .collect();
    (lengths.iter().sum::<f64>() / number::real(rays) > 300.0).then_some(Slope {
        commune,
        ring,
        centre,
    })
}

fn described(
    land: &Land,
    slope: &Slope,
    tail: &str,
    valid: LocalDate,
    dice: &mut Dice,
) -> RiskArea {
    let high = land.relief.altitude_m(slope.centre) > 1_400.0;
    let level = dice.pick(["high", "high", "medium", "medium", "medium", "low"]);
    RiskArea {
        id: RiskAreaId(dice.id(valid.start())),
        name: format!("{} ({tail})", names::hill_name(dice)),
        crop: if dice.chance(0.06) {
            "cannabis"
        } else {
            "opium_poppy"
        },
        level,
        basis: dice.pick([
            "history", "history", "terrain", "terrain", "tip", "imagery", "official",
        ]),
        outline: closed(&slope.ring),
        windows: windows(high),
        required_visits: if level == "low" { 1 } else { 2 },
        valid_from: valid,
        valid_to: None,
    }
}

/// Sowing comes earlier and flowering later where it is colder.
pub(super) fn windows(high: bool) -> Vec<CheckWindow> {
    let (seedling, flowering) = if high {
        (((11, 1), (12, 20)), ((2, 20), (4, 10)))
    } else {
        (((11, 15), (12, 31)), ((2, 10), (3, 31)))
    };
    vec![
        CheckWindow {
            pass: "seedling",
            from: seedling.0,
            to: seedling.1,
        },
        CheckWindow {
            pass: "flowering",
            from: flowering.0,
            to: flowering.1,
        },
    ]
}

impl Demo {
    /// Metres above the sea of the invented relief.
    #[must_use]
    pub fn altitude_m(&self, at: Position) -> f64 {
        self.land.relief.altitude_m(Spot::of(at))
    }
}
