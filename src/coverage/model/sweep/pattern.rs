//! The pattern of cells around a walk, so that the centres of 49 cells need not be computed for each word.
//!
//! On one face of the icosahedron, H3's cells are a regular lattice seen in perspective: from word to word the
//! pattern of children turns and stretches by a few parts in ten thousand per kilometre. Words near a walk take the
//! pattern of one of them, with a bound of the error; who asks must compute what lies within it of a decision.

use std::sync::Arc;

use h3o::{CellIndex, LatLng, Resolution};

use super::ground::Laid;
use crate::coverage::model::lattice::{Frame, Lattice};
use crate::coverage::model::plane::Plane;

/// How far apart a word and its pattern may lie.
const LONGEST_LOAN_M: f64 = 2_000.0;
/// The pattern of another home is kept when it lies so near.
const NEAR_M: f64 = 1_000.0;
/// The error is at most this much of `reach * distance / radius of the Earth`: twice the tangent of 37.4 degrees (the
/// perspective at a face's corner) and the tangent of the latitude (the turn of north) make up to 3.3.
const BEND: f64 = 4.0;
const EARTH_RADIUS_M: f64 = 6_371_000.0;
/// Meridians converge too fast beyond.
const POLAR_DEG: f64 = 60.0;
/// A cell so coarse and its neighbours hold everything within a loan of it.
const WIDE: Resolution = Resolution::Six;
/// Words much smaller than a loan is long.
const COARSEST_WORD: Resolution = Resolution::Eight;

/// The pattern at the walk's home.
#[derive(Debug, Default)]
pub(super) struct Pattern {
    home: Option<LatLng>,
    frame: Option<Arc<Frame>>,
    /// Whether all ground around a coarse cell lies on one face.
    flat: Option<(CellIndex, bool)>,
}

impl Pattern {
    /// Takes another home; a pattern is made when it is first needed and kept while it is near.
    pub(super) fn settle(&mut self, home: LatLng) {
        self.home = Some(home);
        let is_near = |frame: &Arc<Frame>| frame.plane.place_centre(home).length() <= NEAR_M;
        self.frame = self.frame.take().filter(is_near);
    }

    /// Lays a word out, with the pattern at home where that is good enough.
    pub(super) fn lay(&mut self, lattice: Lattice, word: CellIndex) -> Laid {
        let centre = LatLng::from(word);
        if let Some((frame, error_m)) = self.lend(lattice, word, centre) {
            let plane = Plane::at(centre);
            return Laid {
                plane,
                cells: frame,
                error_m,
            };
        }
        let own = Frame::of(lattice, word);
        Laid {
            plane: own.plane,
            cells: Arc::new(own),
            error_m: 0.0,
        }
    }

    fn lend(
        &mut self,
        lattice: Lattice,
        word: CellIndex,
        centre: LatLng,
    ) -> Option<(Arc<Frame>, f64)> {
        let home = self.home.filter(|at| at.lat().abs() <= POLAR_DEG)?;
        if lattice.parent() < COARSEST_WORD || !self.is_flat(home) {
            return None;
        }
        let frame = self
            .frame
            .get_or_insert_with(|| Arc::new(Frame::of(lattice, home.to_cell(lattice.parent()))));
        let away_m = frame.plane.place_centre(centre).length();
        let base = word.base_cell();
        let is_alike =
            base == frame.parent.base_cell() && !base.is_pentagon() && away_m <= LONGEST_LOAN_M;
        let error_m = BEND * frame.reach_m * (away_m + frame.reach_m) / EARTH_RADIUS_M;
        is_alike.then(|| (Arc::clone(frame), error_m))
    }

    /// Whether a place lies so far inside one face, and off the pentagons, that the lattice is regular around it.
    fn is_flat(&mut self, at: LatLng) -> bool {
        let wide = at.to_cell(WIDE);
        if let Some((_, is_flat)) = self.flat.filter(|(known, _)| *known == wide) {
            return is_flat;
        }
        let mut faces = wide
            .grid_disk::<Vec<_>>(1)
            .into_iter()
            .map(CellIndex::icosahedron_faces);
        let own = faces.next();
        let is_flat = own.is_some_and(|own| own.len() == 1 && faces.all(|faces| faces == own));
        self.flat = Some((wide, is_flat));
        is_flat
    }
}
