//! The world in Web Mercator (EPSG:3857) as a square of 2^32 by 2^32 steps of 9 mm at the equator, and its tiles.

use geo::{Rect, coord};

/// Units along the side of a tile.
pub const EXTENT: i32 = 4096;
/// Units by which what a tile holds stands out on each side.
pub const BUFFER: i32 = 64;
/// The deepest zoom: one unit is one step.
pub const MAX_ZOOM: u8 = 20;

const STEPS: f64 = 4_294_967_296.0;

/// A place; x grows eastwards, y southwards.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct World {
    /// Steps from the antimeridian.
    pub x: u32,
    /// Steps from the northern edge of the projection.
    pub y: u32,
}

impl World {
    /// The place of a longitude and a latitude in degrees; what lies beyond the projection's edge comes to the edge.
    #[must_use]
    pub fn of(lon: f64, lat: f64) -> Self {
        let sine = lat.to_radians().sin();
        let north = ((1.0 + sine) / (1.0 - sine)).ln() / (4.0 * std::f64::consts::PI);
        Self {
            x: step(lon / 360.0 + 0.5),
            y: step(0.5 - north),
        }
    }

    /// As numbers that may be subtracted.
    pub(super) fn pair(self) -> [f64; 2] {
        [f64::from(self.x), f64::from(self.y)]
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to what a u32 holds"
)]
fn step(share: f64) -> u32 {
    (share * STEPS).round().clamp(0.0, f64::from(u32::MAX)) as u32
}

/// The smallest rectangle around places.
#[derive(Clone, Copy)]
pub(super) struct Bounds {
    pub(super) low: World,
    pub(super) high: World,
}

impl Bounds {
    pub(super) fn of(places: &[World]) -> Option<Self> {
        let first = *places.first()?;
        let bounds = Self {
            low: first,
            high: first,
        };
        Some(places.iter().fold(bounds, |bounds, place| {
            bounds.with(&Self {
                low: *place,
                high: *place,
            })
        }))
    }

    pub(super) fn with(self, other: &Self) -> Self {
        Self {
            low: World {
                x: self.low.x.min(other.low.x),
                y: self.low.y.min(other.low.y),
            },
            high: World {
                x: self.high.x.max(other.high.x),
                y: self.high.y.max(other.high.y),
            },
        }
    }
}

/// A tile of the XYZ scheme: x from the west, y from the north.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Tile {
    z: u8,
    x: u32,
    y: u32,
}

impl Tile {
    /// The tile of those numbers, if there is one.
    #[must_use]
    pub fn new(z: u8, x: u32, y: u32) -> Option<Self> {
        (z <= MAX_ZOOM && x >> z == 0 && y >> z == 0).then_some(Self { z, x, y })
    }

    /// The zoom.
    #[must_use]
    pub const fn z(self) -> u8 {
        self.z
    }

    /// The tile of a coarser zoom that holds this one; itself when it is none deeper.
    #[must_use]
    pub fn above(self, z: u8) -> Self {
        let z = z.min(self.z);
        let by = self.z - z;
        Self {
            z,
            x: self.x >> by,
            y: self.y >> by,
        }
    }

    /// West, south, east and north in degrees, with the buffer.
    #[must_use]
    pub fn bounds(self) -> Rect<f64> {
        let side = f64::from(1_u32 << self.z);
        let out = f64::from(BUFFER) / f64::from(EXTENT);
        let lon = |x: f64| (x / side * 360.0 - 180.0).clamp(-180.0, 180.0);
        let lat = |y: f64| {
            let turned = std::f64::consts::PI * (1.0 - 2.0 * y / side);
            turned.sinh().atan().to_degrees()
        };
        let (x, y) = (f64::from(self.x), f64::from(self.y));
        Rect::new(
            coord! { x: lon(x - out), y: lat(y + 1.0 + out) },
            coord! { x: lon(x + 1.0 + out), y: lat(y - out) },
        )
    }

    /// A place in whole units from the tile's north-western corner.
    pub(super) fn units(self, place: World) -> [i64; 2] {
        let shift = MAX_ZOOM - self.z;
        let half = (1_i64 << shift) >> 1;
        let unit = |step: u32, tile: u32| {
            ((i64::from(step) + half) >> shift) - i64::from(tile) * i64::from(EXTENT)
        };
        [unit(place.x, self.x), unit(place.y, self.y)]
    }

    /// Where a place lies, if it lies in the tile and not in one beside it.
    #[must_use]
    pub fn own(self, place: World) -> Option<[i32; 2]> {
        self.within(place, 0, EXTENT - 1)
    }

    /// Where a place lies, if it lies in the tile or its buffer.
    #[must_use]
    pub fn near(self, place: World) -> Option<[i32; 2]> {
        self.within(place, -BUFFER, EXTENT + BUFFER)
    }

    fn within(self, place: World, low: i32, high: i32) -> Option<[i32; 2]> {
        let held = |unit: i64| {
            i32::try_from(unit)
                .ok()
                .filter(|u| (low..=high).contains(u))
        };
        let [x, y] = self.units(place);
        Some([held(x)?, held(y)?])
    }

    /// Whether bounds may reach into the tile or its buffer.
    pub(super) fn meets(self, bounds: &Bounds) -> bool {
        let (low, high) = (self.units(bounds.low), self.units(bounds.high));
        let (from, to) = (i64::from(-BUFFER), i64::from(EXTENT + BUFFER));
        (0..2).all(|axis| low[axis] <= to && high[axis] >= from)
    }

    /// Whether bounds lie in the tile and its buffer altogether.
    pub(super) fn holds(self, bounds: &Bounds) -> bool {
        let (low, high) = (self.units(bounds.low), self.units(bounds.high));
        let (from, to) = (i64::from(-BUFFER), i64::from(EXTENT + BUFFER));
        (0..2).all(|axis| low[axis] >= from && high[axis] <= to)
    }
}
