//! VN-2000 (05/2007/QĐ-BTNMT): plane coordinates as Vietnamese papers write them. Storage is always WGS84.

mod format;
mod grid;
#[cfg(test)]
mod tests;
mod text;
mod written;
mod zone;

use super::position::Position;

pub use format::Format;
pub use text::zone_of_heading;
pub use written::{LONGEST, Reading, Reason, System, read};
pub use zone::{Projector, Width, ZONES, Zone, from_geographic};

/// EPSG:6960 as a position vector: its published rotations are those of a coordinate frame, so their signs are turned.
const SHIFT: &str =
    "-191.90441429,-39.30318279,-111.45032835,0.00928836,-0.01975479,0.00427372,0.252906278";

/// Central meridians of the 3° zones of Lai Châu, Lào Cai, Hà Giang and old Tuyên Quang, degrees east.
pub const MERIDIANS: [f64; 4] = [103.0, 104.75, 105.5, 106.0];

/// A position on the plane of a 3° zone. In Vietnamese papers X points north and Y east.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PlanePosition {
    /// North, m.
    pub x_north_m: f64,
    /// East with the false easting of 500,000, m.
    pub y_east_m: f64,
    /// The zone's central meridian, degrees east.
    pub meridian: f64,
}

/// A position that cannot be put on the plane.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not on the plane of this meridian: {0}")]
pub struct OffPlane(String);

/// The nearest of these provinces' central meridians.
#[must_use]
pub fn nearest_meridian(position: Position) -> f64 {
    let far = |meridian: &f64| (meridian - position.lon()).abs();
    MERIDIANS
        .into_iter()
        .min_by(|a, b| far(a).total_cmp(&far(b)))
        .unwrap_or(MERIDIANS[0])
}

/// A meridian in whole degrees and minutes, as papers write it: `104°45′`.
#[must_use]
pub fn in_minutes(meridian: f64) -> String {
    let minutes = (meridian.fract() * 60.0).round();
    format!("{:.0}°{minutes:02.0}′", meridian.trunc())
}

/// The position on the plane of the 3° zone of that central meridian (k 0.9999).
pub fn plane(position: Position, meridian: f64) -> Result<PlanePosition, OffPlane> {
    let zone = Zone {
        epsg: 0,
        meridian,
        width: Width::Three,
    };
    zone.projector()?.forward(position)
}
