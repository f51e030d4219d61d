//! H3 cells as the one spatial index: a cell is a positive 64-bit integer in every database.

#[cfg(test)]
mod tests;
mod trail;

use std::fmt;
use std::ops::RangeInclusive;

use h3o::geom::{ContainmentMode, TilerBuilder};
use h3o::{CellIndex, LatLng, Resolution};

use super::position::Position;
use super::shape::Region;
pub use trail::Trail;

/// An H3 cell of any resolution.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Cell(CellIndex);

/// A number that names no H3 cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0:x} is no H3 cell")]
pub struct InvalidCell(pub i64);

/// A resolution outside 0 to 15.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0} is no H3 resolution: expected 0 to 15")]
pub struct InvalidResolution(pub u8);

/// A cell that a region meets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CoveredCell {
    /// The cell.
    pub cell: Cell,
    /// Whether the region contains all of the cell.
    pub is_inside: bool,
}

impl Cell {
    /// The cell of that resolution (0 to 15) in which the position lies.
    pub fn at(position: Position, resolution: u8) -> Result<Self, InvalidResolution> {
        let resolution = h3_resolution(resolution)?;
        // Only infinite or NaN angles are refused, which no position holds.
        let place = LatLng::new(position.lat(), position.lon())
            .or(Err(InvalidResolution(resolution.into())))?;
        Ok(Self(place.to_cell(resolution)))
    }

    /// The number under which databases keep the cell: H3 leaves the top bit zero, so it is never negative.
    #[must_use]
    #[expect(
        clippy::cast_possible_wrap,
        reason = "the top bit of an H3 index is reserved and zero"
    )]
    pub fn to_db(self) -> i64 {
        u64::from(self.0) as i64
    }

    /// The cell of a number from a database.
    pub fn from_db(number: i64) -> Result<Self, InvalidCell> {
        let bits = u64::try_from(number).or(Err(InvalidCell(number)))?;
        CellIndex::try_from(bits)
            .map(Self)
            .or(Err(InvalidCell(number)))
    }

    /// The resolution, 0 (coarse) to 15 (fine).
    #[must_use]
    pub fn resolution(self) -> u8 {
        self.0.resolution().into()
    }

    /// The cell of that coarser or equal resolution above this one.
    pub fn parent(self, resolution: u8) -> Result<Self, InvalidResolution> {
        let parent = self.0.parent(h3_resolution(resolution)?);
        parent.map(Self).ok_or(InvalidResolution(resolution))
    }

    /// The database numbers of this cell's descendants of a finer or equal resolution: an unbroken range, because an
    /// index spells its cell digit by digit, coarse to fine. Descendants reach a little over the cell's edge: a
    /// position near it may lie in this cell and in a descendant of its neighbour.
    pub fn descendants(self, resolution: u8) -> Result<RangeInclusive<i64>, InvalidResolution> {
        h3_resolution(resolution)?;
        if resolution < self.resolution() {
            return Err(InvalidResolution(resolution));
        }
        let mut low = self.to_db();
        low = (low & !(0xF << 52)) | (i64::from(resolution) << 52);
        let mut high = low;
        for digit in self.resolution() + 1..=resolution {
            let shift = 3 * (15 - u32::from(digit));
            low &= !(7 << shift);
            high = (high & !(7 << shift)) | (6 << shift);
        }
        Ok(low..=high)
    }

    /// The cells at exactly `steps` steps around this one; at 0 steps the cell itself.
    #[must_use]
    pub fn ring(self, steps: u32) -> Vec<Self> {
        self.0
            .grid_ring::<Vec<_>>(steps)
            .into_iter()
            .map(Self)
            .collect()
    }

    /// The cells within `steps` steps, this one included.
    #[must_use]
    pub fn disk(self, steps: u32) -> Vec<Self> {
        self.0
            .grid_disk::<Vec<_>>(steps)
            .into_iter()
            .map(Self)
            .collect()
    }

    /// The area of the cell in whole square decimetres: integers, so that sums are equal bit for bit in any order.
    #[must_use]
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the largest cell has 4.4e14 dm2"
    )]
    pub fn area_dm2(self) -> i64 {
        (self.0.area_m2() * 100.0).round() as i64
    }

    /// The middle of the cell.
    #[must_use]
    pub fn center(self) -> Position {
        let center = LatLng::from(self.0);
        let clamped = Position::new(
            center.lng().clamp(-180.0, 180.0),
            center.lat().clamp(-90.0, 90.0),
        );
        clamped.unwrap_or_else(|_| unreachable!("clamped degrees are a position"))
    }

    /// The H3 index itself, for the libraries that take it.
    #[must_use]
    pub fn index(self) -> CellIndex {
        self.0
    }
}

impl From<CellIndex> for Cell {
    fn from(index: CellIndex) -> Self {
        Self(index)
    }
}

/// H3's usual hexadecimal text, such as `87411e8a2ffffff`.
impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// Every cell of that resolution that the region meets, even if only in part.
pub fn cover(region: &Region, resolution: u8) -> Result<Vec<CoveredCell>, InvalidResolution> {
    let mut tiler = TilerBuilder::new(h3_resolution(resolution)?)
        .containment_mode(ContainmentMode::Covers)
        .build();
    let polygons = region.as_polygons().iter().cloned();
    tiler
        .add_batch(polygons)
        .or(Err(InvalidResolution(resolution)))?;
    let covered = tiler.into_annotated_coverage();
    Ok(covered
        .map(|found| CoveredCell {
            cell: Cell(found.cell),
            is_inside: found.is_fully_contained,
        })
        .collect())
}

fn h3_resolution(resolution: u8) -> Result<Resolution, InvalidResolution> {
    Resolution::try_from(resolution).or(Err(InvalidResolution(resolution)))
}
