//! The ground of a season: trails from a few posts, and one road.

use super::dice::{Dice, Drift};

/// Metres between the points of a trail.
pub const TRAIL_STEP_M: f64 = 10.0;

const MIDDLE_LON: f64 = 104.3;
const MIDDLE_LAT: f64 = 22.4;
const METRES_PER_LAT: f64 = 110_736.0;

/// Metres east and north of the middle of the province.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Spot {
    pub east_m: f64,
    pub north_m: f64,
}

impl Spot {
    pub const fn new(east_m: f64, north_m: f64) -> Self {
        Self { east_m, north_m }
    }

    pub fn moved(self, heading: f64, metres: f64) -> Self {
        let (sin, cos) = heading.sin_cos();
        Self::new(self.east_m + metres * sin, self.north_m + metres * cos)
    }

    pub fn distance_m(self, to: Self) -> f64 {
        (to.east_m - self.east_m).hypot(to.north_m - self.north_m)
    }

    pub fn between(self, to: Self, share: f64) -> Self {
        Self::new(
            self.east_m + (to.east_m - self.east_m) * share,
            self.north_m + (to.north_m - self.north_m) * share,
        )
    }

    /// Longitude and latitude in 1e-7 degrees.
    pub fn e7(self) -> (i32, i32) {
        let lat = MIDDLE_LAT + self.north_m / METRES_PER_LAT;
        let lon = MIDDLE_LON + self.east_m / per_lon();
        (whole(lon * 1e7), whole(lat * 1e7))
    }

    pub fn of_e7(lon_e7: i32, lat_e7: i32) -> Self {
        Self::new(
            (f64::from(lon_e7) / 1e7 - MIDDLE_LON) * per_lon(),
            (f64::from(lat_e7) / 1e7 - MIDDLE_LAT) * METRES_PER_LAT,
        )
    }
}

/// One scale for the whole province: a season need not be true to the globe.
fn per_lon() -> f64 {
    111_374.0 * MIDDLE_LAT.to_radians().cos()
}

#[expect(clippy::cast_possible_truncation, reason = "degrees in 1e-7 fit")]
fn whole(number: f64) -> i32 {
    number.round() as i32
}

/// A way on the ground with how fast its slope lets everybody go, 1 on the flat.
#[derive(Clone)]
pub struct Trail {
    pub points: Vec<Spot>,
    pub ease: Vec<f64>,
}

impl Trail {
    /// A trail of so many metres that turns with deviation `bend` a step.
    pub fn new(dice: &mut Dice, from: Spot, length_m: f64, bend: f64) -> Self {
        let (mut at, mut heading) = (from, dice.turn());
        let mut turning = Drift::new(dice, 40.0, TRAIL_STEP_M);
        let mut slope = Drift::new(dice, 200.0, TRAIL_STEP_M);
        let (mut points, mut ease, mut way_m) = (vec![at], vec![1.0], 0.0);
        while way_m < length_m {
            heading += bend * turning.next(dice);
            at = at.moved(heading, TRAIL_STEP_M);
            way_m += TRAIL_STEP_M;
            points.push(at);
            ease.push((0.25 * slope.next(dice)).exp().clamp(0.5, 1.5));
        }
        Self { points, ease }
    }

    pub fn length_m(&self) -> f64 {
        TRAIL_STEP_M * real(self.points.len() - 1)
    }

    /// The spot so many metres along, its direction and ease.
    pub fn at(&self, along_m: f64) -> (Spot, f64, f64) {
        let last = self.points.len() - 2;
        let step = along_m / TRAIL_STEP_M;
        let from = index(step).min(last);
        let (a, b) = (self.points[from], self.points[from + 1]);
        let heading = (b.east_m - a.east_m).atan2(b.north_m - a.north_m);
        let share = (step - real(from)).clamp(0.0, 1.0);
        (a.between(b, share), heading, self.ease[from])
    }

    pub fn reversed(&self) -> Self {
        Self {
            points: self.points.iter().rev().copied().collect(),
            ease: self.ease.iter().rev().copied().collect(),
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "small counts")]
pub fn real(count: usize) -> f64 {
    count as f64
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped at 0, and some thousands"
)]
pub fn index(number: f64) -> usize {
    number.max(0.0) as usize
}

/// The ways of a season.
pub struct Land {
    pub trails: Vec<Trail>,
    pub road: Trail,
}

impl Land {
    pub fn of(seed: u64) -> Self {
        let mut dice = Dice::of(seed, 1);
        let mut trails = Vec::new();
        for post in 0..4_u32 {
            let post = Spot::new(8_000.0 * f64::from(post), dice.between(0.0, 20_000.0));
            for _ in 0..3 {
                let length_m = dice.between(4_000.0, 9_000.0);
                trails.push(Trail::new(&mut dice, post, length_m, 0.2));
            }
        }
        let mut road = Trail::new(&mut dice, Spot::new(-5_000.0, 0.0), 60_000.0, 0.03);
        road.ease.iter_mut().for_each(|ease| *ease = ease.sqrt());
        Self { trails, road }
    }
}
