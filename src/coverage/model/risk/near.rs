//! The parents that a polygon may touch, each with the part of the polygon around it.
//!
//! The polygon is cut to coarse cells first and then to finer ones under them, so that a parent meets only the few
//! corners near it, however many the whole has.

use geo::{Area, BoundingRect, Polygon};
use h3o::{CellIndex, LatLng, Resolution};

use super::clip::{self, Ring, Rings};
use crate::coverage::model::lattice::Lattice;
use crate::coverage::model::plane::{Metres, Plane};
use crate::coverage::model::sweep::rings;

/// Children stand out of their parent, and corners out of children: mean parent edges from its centre.
const WIDEST_STAND_OUT: f64 = 1.5;
/// What stands out of coarser cells: mean edges from their centre, beside the parents' own stand-out.
const GROUP_STAND_OUT: f64 = 1.3;
/// Each ring of cells around one lies at least so many mean edges further out.
const NARROWEST_RING: f64 = 1.04;
/// Where two areas differ by less, it is by rounding.
const NEARLY: f64 = 1.0 - 1e-9;
/// The coarse cells to begin with lie at most so many rings around the middle.
const MOST_RINGS: u32 = 3;

/// The part of a polygon around one parent.
pub(super) struct Part {
    /// The plane at the parent's centre,
    pub(super) plane: Plane,
    /// the part of the polygon in a square around the parent and its children, on that plane,
    pub(super) rings: Rings,
    /// and whether that is the whole square.
    pub(super) is_whole: bool,
}

/// A polygon on a plane at its middle, and the lattice it is laid on.
pub(super) struct Near {
    lattice: Lattice,
    plane: Plane,
}

impl Near {
    /// Calls `visit` for every parent with a child that may touch the polygon.
    pub(super) fn visit(
        lattice: Lattice,
        polygon: &Polygon,
        visit: &mut impl FnMut(CellIndex, &Part),
    ) {
        let bounds = polygon.bounding_rect();
        let Some(bounds) = bounds.filter(|_| polygon.unsigned_area() > 0.0) else {
            return;
        };
        let Ok(middle) = LatLng::new(bounds.center().y, bounds.center().x) else {
            return;
        };
        let plane = Plane::at(middle);
        let near = Self { lattice, plane };
        let outlines = std::iter::once(polygon.exterior()).chain(polygon.interiors());
        let whole: Rings = outlines
            .map(|ring| ring.0.iter().map(|at| plane.place(*at)).collect())
            .collect();
        let reach_m = whole.iter().flatten().map(|at| at.length());
        let (start, count) = near.start(reach_m.fold(0.0, f64::max));
        for cell in middle.to_cell(start).grid_disk::<Vec<_>>(count) {
            near.descend(cell, &whole, visit);
        }
    }

    /// The resolution to begin with, and how many rings of its cells around the middle hold everything.
    fn start(&self, reach_m: f64) -> (Resolution, u32) {
        let mut start = self.lattice.parent();
        loop {
            // A polygon of many kilometres bends away from the plane at its middle.
            let far_m = 1.05 * reach_m + self.stand_out_m(start);
            let count = rings(far_m, NARROWEST_RING * start.edge_length_m());
            match start.pred() {
                Some(coarser) if count > MOST_RINGS => start = coarser,
                _ => return (start, count),
            }
        }
    }

    /// How far the squares of the parents under a cell of that resolution stand out from its centre.
    fn stand_out_m(&self, resolution: Resolution) -> f64 {
        let parent_m = WIDEST_STAND_OUT * self.lattice.parent_edge_m();
        if resolution == self.lattice.parent() {
            parent_m
        } else {
            parent_m * 1.5 + GROUP_STAND_OUT * resolution.edge_length_m()
        }
    }

    fn descend(&self, cell: CellIndex, part: &[Ring], visit: &mut impl FnMut(CellIndex, &Part)) {
        if cell.resolution() == self.lattice.parent() {
            return self.meet(cell, part, visit);
        }
        let half_m = self.stand_out_m(cell.resolution());
        let middle = self.plane.place_centre(LatLng::from(cell));
        let mut part = clip::cut(part, &square(middle, half_m));
        let finer = cell.resolution().succ();
        if let Some(finer) = finer.filter(|_| clip::area_m2(&part) > 0.0) {
            let mut is_outer = true;
            part.retain(|ring| std::mem::take(&mut is_outer) || !ring.is_empty());
            for child in cell.children(finer) {
                self.descend(child, &part, visit);
            }
        }
    }

    fn meet(&self, parent: CellIndex, part: &[Ring], visit: &mut impl FnMut(CellIndex, &Part)) {
        let plane = Plane::at(LatLng::from(parent));
        let moved = |at: &Metres| plane.place(self.plane.lift(*at));
        let rings: Rings = part
            .iter()
            .map(|ring| ring.iter().map(moved).collect())
            .collect();
        let square = square(Metres::default(), self.stand_out_m(self.lattice.parent()));
        let rings = clip::cut(&rings, &square);
        let area_m2 = clip::area_m2(&rings);
        if area_m2 > 0.0 {
            let part = Part {
                plane,
                rings,
                is_whole: area_m2 >= clip::signed_area_m2(&square) * NEARLY,
            };
            visit(parent, &part);
        }
    }
}

fn square(middle: Metres, half_m: f64) -> [Metres; 4] {
    [(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)].map(|(east, north)| Metres {
        east: middle.east + east * half_m,
        north: middle.north + north * half_m,
    })
}
