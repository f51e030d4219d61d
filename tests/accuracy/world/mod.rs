//! Invented patches of province: communes, risk areas and walks, drawn from a seed.
//!
//! A seed means the same patch on every machine: only `+ - * /`, square roots and whole numbers make it, and all that
//! leaves it is rounded to 1e-7 degrees. Nothing here is a real place, and nothing is taken from the code under test.

mod dice;
mod land;
mod risk;
mod walk;

use std::fmt::Write as _;

pub use dice::Dice;
use sha2::{Digest, Sha256};
pub use walk::Fix;

/// The last local day of every window, as days since 1970-01-01.
pub const LAST_DAY: i64 = 20_544;
/// Days that are walked, the last day included.
pub const DAYS: i64 = 90;

const WALKS: u64 = 40;

/// A place in whole 1e-7 degrees: longitude and latitude.
pub type E7 = [i32; 2];

/// A closed outline and its holes; the first place of each comes again at its end.
pub type Rings = Vec<Vec<E7>>;

/// A place in metres east and north of the middle of the patch.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spot {
    east: f64,
    north: f64,
}

/// A made-up patch of province.
pub struct World {
    pub seed: u64,
    /// The middle of the patch.
    pub middle: E7,
    pub communes: Vec<Rings>,
    pub areas: Vec<Rings>,
    pub walks: Vec<Vec<Fix>>,
}

/// How metres of the patch become degrees. It need not be true, only always the same.
#[derive(Debug, Clone, Copy)]
struct Scale {
    middle: E7,
    east_per_metre: f64,
    north_per_metre: f64,
}

impl World {
    /// The patch of that seed.
    pub fn of(seed: u64) -> Self {
        let scale = Scale::drawn(&mut Dice::of(seed, 0));
        let land = land::Land::drawn(&mut Dice::of(seed, 1));
        let areas = risk::areas(&land, &mut Dice::of(seed, 2));
        let walks = (0..WALKS).map(|n| walk::walk(&areas, scale, &mut Dice::of(seed, 100 + n)));
        Self {
            seed,
            middle: scale.middle,
            walks: walks.collect(),
            communes: land
                .communes()
                .map(|ring| vec![scale.ring(&ring)])
                .collect(),
            areas: areas
                .iter()
                .flatten()
                .map(|area| area.rings.iter().map(|ring| scale.ring(ring)).collect())
                .collect(),
        }
    }

    /// The hash of the patch as JSON, in hexadecimal digits.
    pub fn sha256(&self) -> String {
        let digest = Sha256::digest(self.to_json().as_bytes());
        digest.iter().fold(String::new(), |mut digits, byte| {
            let _ = write!(digits, "{byte:02x}");
            digits
        })
    }

    /// The patch as JSON: what the exact figures are computed from, and what its hash is taken of. Fixes are
    /// `[epoch milliseconds, longitude, latitude, accuracy in 0.1 m, 1 if made up on the phone]`.
    pub fn to_json(&self) -> String {
        let mut json = String::new();
        let [lon, lat] = self.middle;
        let _ = write!(
            json,
            "{{\"seed\":{},\"middle\":[{lon},{lat}],\"last_day\":{LAST_DAY}",
            self.seed
        );
        json.push_str(",\n\"communes\":[");
        list(&mut json, &self.communes, rings);
        json.push_str("],\n\"areas\":[");
        list(&mut json, &self.areas, rings);
        json.push_str("],\n\"walks\":[");
        list(&mut json, &self.walks, |json, fixes| {
            json.push('[');
            list(json, fixes, |json, fix| {
                let Fix {
                    t_ms,
                    at: [lon, lat],
                    accuracy_dm,
                    mock,
                } = fix;
                let mock = u8::from(*mock);
                let _ = write!(json, "[{t_ms},{lon},{lat},{accuracy_dm},{mock}]");
            });
            json.push(']');
        });
        json.push_str("]}\n");
        json
    }
}

fn list<T>(json: &mut String, items: &[T], one: impl Fn(&mut String, &T)) {
    for (n, item) in items.iter().enumerate() {
        if n > 0 {
            json.push(',');
        }
        one(json, item);
    }
}

fn rings(json: &mut String, rings: &Rings) {
    json.push_str("\n[");
    list(json, rings, |json, ring| {
        json.push('[');
        list(json, ring, |json, [lon, lat]| {
            let _ = write!(json, "[{lon},{lat}]");
        });
        json.push(']');
    });
    json.push(']');
}

impl Scale {
    /// Somewhere between 9 and 23 degrees north.
    fn drawn(dice: &mut Dice) -> Self {
        let (lon, lat) = (dice.between(102.5, 108.5), dice.between(9.0, 23.0));
        let radians = lat * std::f64::consts::PI / 180.0;
        let square = radians * radians;
        let cos = 1.0 - square / 2.0 + square * square / 24.0;
        Self {
            middle: [whole(lon * 1e7), whole(lat * 1e7)],
            east_per_metre: 1e7 / (111_320.0 * cos),
            north_per_metre: 1e7 / 110_700.0,
        }
    }

    fn e7(self, spot: Spot) -> E7 {
        let [lon, lat] = self.middle;
        [
            lon + whole(spot.east * self.east_per_metre),
            lat + whole(spot.north * self.north_per_metre),
        ]
    }

    fn ring(self, spots: &[Spot]) -> Vec<E7> {
        let closed = spots.iter().chain(spots.first());
        closed.map(|spot| self.e7(*spot)).collect()
    }
}

impl Spot {
    const fn new(east: f64, north: f64) -> Self {
        Self { east, north }
    }

    fn plus(self, by: Self, times: f64) -> Self {
        Self {
            east: self.east + times * by.east,
            north: self.north + times * by.north,
        }
    }

    fn minus(self, other: Self) -> Self {
        self.plus(other, -1.0)
    }

    fn length(self) -> f64 {
        (self.east * self.east + self.north * self.north).sqrt()
    }

    /// Turned to the left by a right angle.
    const fn left(self) -> Self {
        Self {
            east: -self.north,
            north: self.east,
        }
    }

    /// Turned and stretched as complex numbers are multiplied.
    fn times(self, other: Self) -> Self {
        Self {
            east: self.east * other.east - self.north * other.north,
            north: self.east * other.north + self.north * other.east,
        }
    }

    /// The direction of this, of length 1; east when there is none.
    fn direction(self) -> Self {
        let length = self.length();
        if length > 0.0 {
            Self::new(self.east / length, self.north / length)
        } else {
            Self::new(1.0, 0.0)
        }
    }
}

/// The nearest whole number.
#[expect(
    clippy::cast_possible_truncation,
    reason = "places and metres of a patch are far below 2^31"
)]
fn whole(value: f64) -> i32 {
    value.round() as i32
}
