//! A flat frame in metres around one place, for a patrol or an area anywhere in the country.

use crate::demo::ground::Spot;
use crate::demo::number;
use crate::geo::position::Position;
use crate::patrols::model::ground::metres_per_degree;

/// Metres east and north of an origin; lengths are true to a few parts in ten thousand within 20 km of it.
#[derive(Clone, Copy)]
pub(super) struct Frame {
    origin: Position,
    per_lon_m: f64,
    per_lat_m: f64,
}

impl Frame {
    pub(super) fn around(origin: Position) -> Self {
        let (per_lon_m, per_lat_m) = metres_per_degree(origin.lat());
        Self {
            origin,
            per_lon_m,
            per_lat_m,
        }
    }

    /// Longitude and latitude of a spot, rounded to so many parts of a degree; off the globe is the origin.
    pub(super) fn position(&self, spot: Spot, parts: f64) -> Position {
        let lon = self.origin.lon() + spot.east_m / self.per_lon_m;
        let lat = self.origin.lat() + spot.north_m / self.per_lat_m;
        Position::new(number::rounded(lon, parts), number::rounded(lat, parts))
            .unwrap_or(self.origin)
    }

    pub(super) fn spot(&self, place: Position) -> Spot {
        Spot::new(
            (place.lon() - self.origin.lon()) * self.per_lon_m,
            (place.lat() - self.origin.lat()) * self.per_lat_m,
        )
    }

    /// A closed ring of positions as an open ring of spots.
    pub(super) fn ring(&self, outline: &[Position]) -> Vec<Spot> {
        let (_, open) = outline.split_last().unwrap_or((&self.origin, &[]));
        open.iter().map(|place| self.spot(*place)).collect()
    }
}
