//! Risk areas of very different sizes: some overlap, some cross borders, some have a hole.

use super::Spot;
use super::dice::Dice;
use super::land::Land;

/// How much is at risk in a commune, in km², and how often, for communes up to a size in km².
const SMALL: [(f64, f64); 8] = [
    (0.002, 0.05),
    (0.002, 0.05),
    (0.05, 0.3),
    (0.05, 0.3),
    (0.05, 0.3),
    (0.3, 2.0),
    (0.3, 2.0),
    (2.0, 3.0),
];
const MIDDLING: [(f64, f64); 4] = [(0.05, 0.3), (0.3, 2.0), (2.0, 7.0), (3.0, 9.0)];
const LARGE: [(f64, f64); 2] = [(20.0, 30.0), (18.0, 34.0)];
const SMALL_KM2: f64 = 14.0;
const MIDDLING_KM2: f64 = 42.0;

/// The cosine and sine of a tenth and of a fourteenth of a right angle, as numbers, since libraries differ in the last digit.
const TURNS: [(i32, Spot); 2] = [
    (
        40,
        Spot::new(0.987_688_340_595_137_8, 0.156_434_465_040_230_87),
    ),
    (
        56,
        Spot::new(0.993_712_209_893_242_6, 0.111_964_476_103_307_86),
    ),
];

/// A risk area, star-shaped around its centre.
pub struct Area {
    pub centre: Spot,
    /// The radius of a circle of its size, roughly.
    pub reach_m: f64,
    pub rings: Vec<Vec<Spot>>,
}

/// The areas drawn for each commune.
pub fn areas(land: &Land, dice: &mut Dice) -> Vec<Vec<Area>> {
    let seats = land.seats().into_iter();
    seats
        .map(|(seat, half)| of_commune(seat, half, dice))
        .collect()
}

fn of_commune(seat: Spot, half: Spot, dice: &mut Dice) -> Vec<Area> {
    let size_km2 = 4e-6 * half.east * half.north;
    let sizes: &[(f64, f64)] = match size_km2 {
        _ if size_km2 < SMALL_KM2 => &SMALL,
        _ if size_km2 < MIDDLING_KM2 => &MIDDLING,
        _ => &LARGE,
    };
    let (low, high) = dice.pick(sizes).copied().unwrap_or_default();
    // The square makes small ones more likely.
    let unit = dice.unit();
    let total_m2 = 1e6 * (low + (high - low) * unit * unit);
    let count = dice.whole(1, 4);
    let mut areas: Vec<Area> = Vec::new();
    for _ in 0..count {
        let reach_m = (total_m2 / f64::from(count) / std::f64::consts::PI).sqrt();
        let reach_m = reach_m * dice.between(0.75, 1.2);
        let overlaps = dice.chance(0.4);
        let centre = match areas.last() {
            Some(before) if overlaps => before.centre.plus(dice.direction(), 1.3 * reach_m),
            Some(_) if dice.chance(0.25) => on_border(seat, half, dice),
            _ => inside(seat, half, reach_m, dice),
        };
        areas.push(drawn(centre, reach_m, dice));
    }
    areas
}

/// About on the eastern or western border.
fn on_border(seat: Spot, half: Spot, dice: &mut Dice) -> Spot {
    let east = if dice.chance(0.5) {
        half.east
    } else {
        -half.east
    };
    seat.plus(Spot::new(east, 0.0), 0.9)
}

fn inside(seat: Spot, half: Spot, reach_m: f64, dice: &mut Dice) -> Spot {
    let room = |half_m: f64| (0.6 * half_m - 0.5 * reach_m).max(0.0);
    let east = seat.east + dice.between(-1.0, 1.0) * room(half.east);
    Spot::new(
        east,
        seat.north + dice.between(-1.0, 1.0) * room(half.north),
    )
}

fn drawn(centre: Spot, reach_m: f64, dice: &mut Dice) -> Area {
    let stretch = Spot::new(dice.between(0.55, 1.0), 0.0);
    let turn = dice.direction();
    let place = |spot: Spot| {
        let stretched = Spot::new(spot.east * stretch.east, spot.north / stretch.east);
        centre.plus(stretched.times(turn), 1.0)
    };
    let mut rings = vec![star(reach_m, 1.0, dice)];
    if dice.chance(0.2) {
        rings.push(star(0.22 * reach_m, 0.1, dice));
    }
    let rings = rings
        .into_iter()
        .map(|ring| ring.into_iter().map(place).collect());
    Area {
        centre,
        reach_m,
        rings: rings.collect(),
    }
}

/// A ring around nothing whose radius swings several times on the way round.
fn star(reach_m: f64, swing: f64, dice: &mut Dice) -> Vec<Spot> {
    let [many, few] = &TURNS;
    let (count, step) = if dice.chance(0.5) { many } else { few };
    let waves: Vec<(f64, Spot)> = (1..7)
        .map(|wave| {
            (
                swing * 0.35 / f64::from(wave) * dice.normal(),
                dice.direction(),
            )
        })
        .collect();
    let mut direction = Spot::new(1.0, 0.0);
    let mut ring = Vec::new();
    for _ in 0..*count {
        let mut radius = 1.0;
        let mut power = Spot::new(1.0, 0.0);
        for (height, phase) in &waves {
            power = power.times(direction);
            radius += height * power.times(*phase).east;
        }
        ring.push(Spot::new(0.0, 0.0).plus(direction, reach_m * radius.clamp(0.35, 1.9)));
        direction = direction.times(*step);
    }
    ring
}
