//! Words as they were weighed last: one that is seen as it was before weighs what it weighed before.
//!
//! Windows that follow one another, as a slider makes them, differ in few words of a region. What a word weighs hangs on
//! nothing but its grid and what was seen of it, so nothing here is ever out of date.

use std::ops::Range;

use super::canvas::Canvas;
use super::interval::Measured;
use super::region::FULL;
use super::risk::RiskGrid;

/// Grids of one region that are remembered: more than the communes that meet in any, under a few choices of risk areas.
const MOST_GRIDS: usize = 64;
/// A mask that no word has.
const UNKNOWN: u64 = u64::MAX;

/// A grid by the numbers that its maker gave it; no other grid of this process has the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GridId {
    /// The commune's risk that it was laid for.
    pub risk: u64,
    /// Its place among the grids of that risk.
    pub part: usize,
    /// Whether it is one of the finer grids.
    pub is_fine: bool,
}

/// What words of one region weighed last, grid by grid.
#[derive(Debug, Default)]
pub struct Scales(Vec<Scale>);

/// What was seen of the words of a grid when they were weighed last, and what that weighs. Masks lie apart from weights: of a
/// word that is seen as before, nothing else is looked at.
#[derive(Debug)]
struct Scale {
    id: GridId,
    masks: Box<[u64]>,
    weights: Box<[Weight]>,
    /// What all of them weigh together.
    covered_dm2: u64,
    edge_dm2: u64,
}

/// What a word weighs.
#[derive(Debug, Clone, Copy, Default)]
struct Weight {
    covered_dm2: u32,
    edge_dm2: u32,
}

impl Scales {
    /// What was seen of the words of a grid at some places, all of which lie in the region of the canvas. A grid is
    /// always asked for with the same places.
    pub fn measure(
        &mut self,
        id: GridId,
        grid: &RiskGrid,
        places: Range<usize>,
        canvas: &Canvas,
    ) -> Measured {
        let mut measured = Measured::default();
        let Some(weigher) = grid.weigher(places) else {
            return measured;
        };
        let Some(scale) = self.scale(id, weigher.positions(), canvas) else {
            return measured;
        };
        let words = scale.masks.iter_mut().zip(scale.weights.iter_mut());
        for (at, ((known, weight), position)) in words.zip(weigher.positions()).enumerate() {
            let mask = canvas.mask(*position) & FULL;
            if mask == *known {
                continue;
            }
            scale.covered_dm2 -= u64::from(weight.covered_dm2);
            scale.edge_dm2 -= u64::from(weight.edge_dm2);
            let (covered_dm2, edge_dm2) = weigher.weigh(at, mask);
            if let Some(own) = Weight::of(covered_dm2, edge_dm2) {
                (*known, *weight) = (mask, own);
                scale.covered_dm2 += covered_dm2;
                scale.edge_dm2 += edge_dm2;
            } else {
                (*known, *weight) = (UNKNOWN, Weight::default());
                measured.covered_dm2 += covered_dm2;
                measured.edge_dm2 += edge_dm2;
            }
        }
        measured.covered_dm2 += scale.covered_dm2;
        measured.edge_dm2 += scale.edge_dm2;
        measured
    }

    /// How many grids are remembered.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether none is.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What is remembered of a grid; none where nothing of it was seen, now or before.
    fn scale(&mut self, id: GridId, positions: &[u16], canvas: &Canvas) -> Option<&mut Scale> {
        let known = self.0.iter().position(|own| own.id == id);
        if known.is_none() && positions.iter().all(|at| canvas.mask(*at) == 0) {
            return None;
        }
        let at = known.unwrap_or_else(|| {
            if self.0.len() >= MOST_GRIDS {
                self.0.clear();
            }
            self.0.push(Scale {
                id,
                masks: vec![0; positions.len()].into(),
                weights: vec![Weight::default(); positions.len()].into(),
                covered_dm2: 0,
                edge_dm2: 0,
            });
            self.0.len() - 1
        });
        self.0.get_mut(at)
    }

    /// Memory in bytes, roughly.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let words = self.0.iter();
        let words = words.map(|own| size_of_val(&*own.masks) + size_of_val(&*own.weights));
        words.sum::<usize>() + self.0.capacity() * size_of::<Scale>()
    }
}

impl Weight {
    /// None of what does not fit: that is weighed again each time.
    fn of(covered_dm2: u64, edge_dm2: u64) -> Option<Self> {
        Some(Self {
            covered_dm2: u32::try_from(covered_dm2).ok()?,
            edge_dm2: u32::try_from(edge_dm2).ok()?,
        })
    }
}
