//! The invented ground: a flat frame in metres, and relief with ridges, valleys and one river.
//!
//! The frame is sinusoidal, thus true to area; its lengths are true within 1 % over the demo province.

use super::dice::mix;
use super::number;
use crate::geo::position::Position;

const MIDDLE_LON: f64 = 104.3;
const MIDDLE_LAT: f64 = 22.4;
/// WGS84 metres in one degree of latitude at the middle.
const METRES_PER_LAT: f64 = 110_736.0;
/// WGS84 metres in one degree of longitude, before the cosine of latitude.
const METRES_PER_LON: f64 = 111_374.0;

/// A spot on the ground: metres east and north of the middle of the province.
#[derive(Clone, Copy, PartialEq)]
pub(super) struct Spot {
    pub(super) east_m: f64,
    pub(super) north_m: f64,
}

impl Spot {
    pub(super) const MIDDLE: Self = Self {
        east_m: 0.0,
        north_m: 0.0,
    };

    pub(super) const fn new(east_m: f64, north_m: f64) -> Self {
        Self { east_m, north_m }
    }

    /// The spot of a position.
    pub(super) fn of(place: Position) -> Self {
        let north_m = (place.lat() - MIDDLE_LAT) * METRES_PER_LAT;
        let per_lon = METRES_PER_LON * place.lat().to_radians().cos();
        Self::new((place.lon() - MIDDLE_LON) * per_lon, north_m)
    }

    /// Longitude and latitude, rounded to so many parts of a degree; off the globe is the middle.
    pub(super) fn position(self, parts: f64) -> Position {
        let lat = MIDDLE_LAT + self.north_m / METRES_PER_LAT;
        let lon = MIDDLE_LON + self.east_m / (METRES_PER_LON * lat.to_radians().cos());
        Position::new(number::rounded(lon, parts), number::rounded(lat, parts))
            .unwrap_or_else(|_| Self::MIDDLE.position(parts))
    }

    pub(super) fn distance_m(self, to: Self) -> f64 {
        (to.east_m - self.east_m).hypot(to.north_m - self.north_m)
    }

    /// The compass direction to a spot, in radians clockwise from north.
    pub(super) fn heading_to(self, to: Self) -> f64 {
        (to.east_m - self.east_m).atan2(to.north_m - self.north_m)
    }

    /// The spot so many metres away in a direction (radians clockwise from north).
    pub(super) fn moved(self, heading: f64, metres: f64) -> Self {
        let (sin, cos) = heading.sin_cos();
        Self::new(self.east_m + metres * sin, self.north_m + metres * cos)
    }

    pub(super) fn blended(self, to: Self, share: f64) -> Self {
        Self::new(
            self.east_m + (to.east_m - self.east_m) * share,
            self.north_m + (to.north_m - self.north_m) * share,
        )
    }
}

/// Whether a spot lies inside a ring (even-odd rule; the last vertex joins the first).
pub(super) fn inside(spot: Spot, ring: &[Spot]) -> bool {
    let mut within = false;
    let before = ring.iter().cycle().skip(ring.len().saturating_sub(1));
    for (a, b) in before.zip(ring) {
        let straddles = (a.north_m > spot.north_m) != (b.north_m > spot.north_m);
        let along = (spot.north_m - a.north_m) / (b.north_m - a.north_m);
        if straddles && spot.east_m < a.east_m + along * (b.east_m - a.east_m) {
            within = !within;
        }
    }
    within
}

/// Smooth noise in -1..1 with about one bump per unit.
pub(super) fn noise(seed: u64, x: f64, y: f64) -> f64 {
    let (column, row) = (x.floor(), y.floor());
    let (right, up) = (eased(x - column), eased(y - row));
    let (column, row) = (number::whole(column), number::whole(row));
    let lower = mixed(knot(seed, column, row), knot(seed, column + 1, row), right);
    let upper = mixed(
        knot(seed, column, row + 1),
        knot(seed, column + 1, row + 1),
        right,
    );
    mixed(lower, upper, up)
}

fn knot(seed: u64, column: i64, row: i64) -> f64 {
    let column = column.cast_unsigned().wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let row = row.cast_unsigned().wrapping_mul(0xc2b2_ae3d_27d4_eb4f);
    number::unit(mix(seed ^ column ^ row.rotate_left(23))) * 2.0 - 1.0
}

fn eased(share: f64) -> f64 {
    share * share * share * (share * (share * 6.0 - 15.0) + 10.0)
}

fn mixed(from: f64, to: f64, share: f64) -> f64 {
    from + (to - from) * share
}

/// The invented relief. Its ridges and its river run from north-west to south-east.
#[derive(Clone, Copy)]
pub(super) struct Relief {
    seed: u64,
}

impl Relief {
    pub(super) const fn new(seed: u64) -> Self {
        Self {
            seed: mix(seed ^ 0x5e1f),
        }
    }

    /// Metres above the sea.
    pub(super) fn altitude_m(self, at: Spot) -> f64 {
        let (along, across) = slanted(at);
        let mut ridges = 0.0;
        let (mut reach_m, mut share) = (13_000.0, 0.52);
        for octave in 0..5 {
            let bump = noise(
                self.seed ^ octave,
                along / (reach_m * 1.7),
                across / reach_m,
            );
            ridges += share * (1.0 - 1.6 * bump.abs());
            reach_m *= 0.47;
            share *= 0.55;
        }
        let swell = noise(
            self.seed ^ 0x77,
            at.east_m / 38_000.0,
            at.north_m / 38_000.0,
        );
        let heights = 960.0 + 950.0 * ridges + 420.0 * swell;
        let valley = (self.river_offset_m(at).abs() / 15_000.0).min(1.0);
        (85.0 + heights.max(60.0) * (0.06 + 0.94 * eased(valley.sqrt()))).min(3_050.0)
    }

    /// Metres north-east of the river (negative: south-west of it).
    pub(super) fn river_offset_m(self, at: Spot) -> f64 {
        let (along, across) = slanted(at);
        across - self.river_across(along)
    }

    /// The river's course between two distances along its valley, a spot every 400 m.
    pub(super) fn river(self, reach_m: f64) -> Vec<Spot> {
        let steps = number::count(2.0 * reach_m / 400.0);
        (0..=steps)
            .map(|step| {
                let along = -reach_m + 400.0 * number::real(step);
                upright(along, self.river_across(along))
            })
            .collect()
    }

    fn river_across(self, along: f64) -> f64 {
        let bend = noise(self.seed ^ 0x91, along / 17_000.0, 0.5);
        let loops = noise(self.seed ^ 0x92, along / 4_200.0, 0.5);
        -4_000.0 + 6_500.0 * bend + 1_300.0 * loops
    }

    /// Forest above 0, fields below; the edge between them is where poppy is sown.
    pub(super) fn forest(self, at: Spot) -> f64 {
        noise(self.seed ^ 0x113, at.east_m / 2_300.0, at.north_m / 2_300.0)
    }
}

fn slanted(at: Spot) -> (f64, f64) {
    let half = std::f64::consts::FRAC_1_SQRT_2;
    (
        (at.east_m - at.north_m) * half,
        (at.east_m + at.north_m) * half,
    )
}

fn upright(along: f64, across: f64) -> Spot {
    let half = std::f64::consts::FRAC_1_SQRT_2;
    Spot::new((along + across) * half, (across - along) * half)
}
