//! Risk areas invented over given communes: an eighth of the land of every commune that is no town.

use super::Ground;
use super::frame::Frame;
use crate::base::ids::RiskAreaId;
use crate::base::time::LocalDate;
use crate::demo::dice::{Dice, Stream};
use crate::demo::ground::{Spot, inside};
use crate::demo::places::{BOUNDARY_PARTS, closed_in};
use crate::demo::risk::{RiskArea, windows};
use crate::demo::{names, number};

/// The share of a commune's land that is at risk, before areas overlap or lie across its boundary.
const SHARE: f64 = 0.135;
/// Mean ground of an area.
const AREA_M2: f64 = 3.7e6;
/// Spots tried for each centre; the one farthest from the other areas is kept.
const TRIES: usize = 6;

/// A risk area as the walkers need it.
pub(super) struct Slope {
    pub(super) commune: usize,
    pub(super) frame: Frame,
    /// In the frame, around its origin.
    pub(super) ring: Vec<Spot>,
}

/// The areas of all communes, each beside its shape.
pub(super) fn invented(grounds: &[Ground], seed: u64, valid: LocalDate) -> Vec<(RiskArea, Slope)> {
    let rural = grounds.iter().enumerate().filter(|(_, of)| of.kind == "xã");
    rural
        .flat_map(|(commune, ground)| {
            let mut dice = Dice::of(seed, Stream::YearRisk, commune);
            let centres = centres(ground, &mut dice);
            let mut areas = Vec::with_capacity(centres.len());
            for (place, (frame, centre)) in centres.into_iter().enumerate() {
                let slope = Slope {
                    commune,
                    frame: Frame::around(frame.position(centre, BOUNDARY_PARTS)),
                    ring: blob(&mut dice),
                };
                let name = format!("{} {}", ground.name, place + 1);
                areas.push((described(&slope, &name, valid, &mut dice), slope));
            }
            areas
        })
        .collect()
}

fn centres(ground: &Ground, dice: &mut Dice) -> Vec<(Frame, Spot)> {
    let Some(first) = ground.outline.first() else {
        return Vec::new();
    };
    let frame = Frame::around(*first);
    let ring = frame.ring(&ground.outline);
    let count = number::count(area_m2(&ring) * SHARE / AREA_M2 + 0.5);
    let low = |of: fn(&Spot) -> f64| ring.iter().map(of).fold(f64::INFINITY, f64::min);
    let high = |of: fn(&Spot) -> f64| ring.iter().map(of).fold(f64::NEG_INFINITY, f64::max);
    let (west, east) = (low(|spot| spot.east_m), high(|spot| spot.east_m));
    let (south, north) = (low(|spot| spot.north_m), high(|spot| spot.north_m));
    let mut centres: Vec<Spot> = Vec::with_capacity(count);
    for _ in 0..count {
        let tried = (0..TRIES * 4)
            .map(|_| Spot::new(dice.between(west, east), dice.between(south, north)))
            .filter(|spot| inside(*spot, &ring))
            .take(TRIES);
        let apart = |spot: &Spot| {
            let others = centres.iter().map(|other| other.distance_m(*spot));
            others.fold(f64::INFINITY, f64::min)
        };
        let farthest = tried.max_by(|a, b| apart(a).total_cmp(&apart(b)));
        centres.extend(farthest);
    }
    centres.into_iter().map(|centre| (frame, centre)).collect()
}

/// Twice the area is the sum of cross products along the ring.
fn area_m2(ring: &[Spot]) -> f64 {
    let before = ring.iter().cycle().skip(ring.len().saturating_sub(1));
    let twice: f64 = before
        .zip(ring)
        .map(|(a, b)| a.east_m * b.north_m - b.east_m * a.north_m)
        .sum();
    twice.abs() / 2.0
}

/// A ring around the origin, counter-clockwise, of three waves; it never meets itself, for each direction has one
/// length.
fn blob(dice: &mut Dice) -> Vec<Spot> {
    let reach_m = (AREA_M2 * dice.between(0.4, 1.6) / std::f64::consts::PI).sqrt();
    let rays = 44 + dice.below(24);
    let waves = [1.0, 2.0, 3.0].map(|turns| (turns, dice.between(0.04, 0.2), dice.turn()));
    (0..rays)
        .map(|ray| {
            let turn = std::f64::consts::TAU * number::real(ray) / number::real(rays);
            let wave: f64 = waves
                .iter()
                .map(|(turns, height, phase)| height * (turns * turn + phase).sin())
                .sum();
            let length_m = reach_m * (1.0 + wave) * dice.between(0.94, 1.0);
            Spot::new(length_m * turn.cos(), length_m * turn.sin())
        })
        .collect()
}

fn described(slope: &Slope, tail: &str, valid: LocalDate, dice: &mut Dice) -> RiskArea {
    let level = dice.pick(["high", "high", "medium", "medium", "medium", "low"]);
    RiskArea {
        id: RiskAreaId(dice.id(valid.start())),
        name: format!("{} ({tail})", names::hill_name(dice)),
        crop: "opium_poppy",
        level,
        basis: dice.pick(["history", "terrain", "terrain", "imagery", "official"]),
        outline: closed_in(&slope.ring, |spot| {
            slope.frame.position(spot, BOUNDARY_PARTS)
        }),
        windows: windows(dice.chance(0.4)),
        required_visits: if level == "low" { 1 } else { 2 },
        valid_from: valid,
        valid_to: None,
    }
}
