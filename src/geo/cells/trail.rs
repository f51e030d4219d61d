//! The cells of places that follow one another.

use h3o::{CellIndex, LatLng, Resolution};

use super::{Cell, InvalidResolution, h3_resolution};
use crate::geo::position::Position;

/// Coarser cells have sides too long to be taken for straight lines of longitude and latitude.
const COARSEST: Resolution = Resolution::Seven;
/// Nearer the poles the same goes for any cell.
const POLAR_DEG: f64 = 80.0;
/// A place is surely inside a cell when it lies so far within each side, as a share of that side. Sides are great
/// circles, which stray from straight lines by less than a tenth of it; positions are kept to a centimetre.
const SURE: f64 = 0.005;

/// Finds the cells of the places of a walk. A place well inside the cell of the one before costs no conversion; the
/// answer is always that of [`Cell::at`].
#[derive(Debug, Clone)]
pub struct Trail {
    resolution: Resolution,
    last: Option<Inside>,
}

/// A cell and its sides.
#[derive(Debug, Clone)]
struct Inside {
    cell: CellIndex,
    sides: Vec<Side>,
}

/// A line and the direction into the cell: a place lies so far within it as `east * lon + north * lat - least`.
#[derive(Debug, Clone, Copy)]
struct Side {
    east: f64,
    north: f64,
    least: f64,
}

impl Trail {
    /// A walk's trail of cells of a resolution from 0 to 15.
    pub fn new(resolution: u8) -> Result<Self, InvalidResolution> {
        Ok(Self {
            resolution: h3_resolution(resolution)?,
            last: None,
        })
    }

    /// The cell in which the next place lies; none only for a place that no position can be.
    pub fn cell(&mut self, at: Position) -> Option<Cell> {
        if let Some(last) = self.last.as_ref().filter(|last| last.holds(at)) {
            return Some(Cell(last.cell));
        }
        let place = LatLng::new(at.lat(), at.lon()).ok()?;
        let cell = place.to_cell(self.resolution);
        self.last = (self.resolution >= COARSEST)
            .then(|| Inside::of(cell))
            .flatten();
        Some(Cell(cell))
    }
}

impl Inside {
    /// None for a cell whose sides cannot be taken for straight lines.
    fn of(cell: CellIndex) -> Option<Self> {
        let centre = LatLng::from(cell);
        let corners = cell.boundary();
        let is_straight = |corner: &LatLng| {
            corner.lat().abs() < POLAR_DEG && (corner.lng() - centre.lng()).abs() < 1.0
        };
        if !corners.iter().all(is_straight) {
            return None;
        }
        let next = corners.iter().cycle().skip(1);
        let sides = corners
            .iter()
            .zip(next)
            .map(|(from, to)| Side::of(from, to, &centre));
        Some(Self {
            cell,
            sides: sides.collect(),
        })
    }

    fn holds(&self, at: Position) -> bool {
        let is_within = |side: &Side| side.east * at.lon() + side.north * at.lat() > side.least;
        self.sides.iter().all(is_within)
    }
}

impl Side {
    /// The side between two corners, with `centre` within it.
    fn of(from: &LatLng, to: &LatLng, centre: &LatLng) -> Self {
        // Longitudes are shortened to the scale of latitudes, so that the margin is even.
        let shorter = centre.lat_radians().cos();
        let (east, north) = ((to.lng() - from.lng()) * shorter, to.lat() - from.lat());
        let within = |place: &LatLng| {
            east * (place.lat() - from.lat()) - north * (place.lng() - from.lng()) * shorter
        };
        let sign = within(centre).signum();
        let (across, along) = (-north * shorter * sign, east * sign);
        Self {
            east: across,
            north: along,
            least: across * from.lng() + along * from.lat() + SURE * (east * east + north * north),
        }
    }
}
