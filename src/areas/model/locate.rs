//! Which commune does a position lie in? Cells narrow the communes down to a few, exact tests decide.
//!
//! Invariants: the answer equals that of testing every commune; a position on a shared edge belongs to the commune of
//! the lowest code among those that cover it; outside every commune the answer is none.

use std::num::NonZero;
use std::sync::Arc;
use std::thread;

use geo::Coord;

use crate::geo::cells::{Cell, CoveredCell, InvalidResolution, cover};
use crate::geo::position::Position;
use crate::geo::shape::{BlockedRegion, Place};

/// Resolution of the cells that narrow the search: about 5 km2 each.
const RESOLUTION: u8 = 7;
// H3 draws cell edges as arcs, the cover as straight lines in degrees; at this resolution they lie centimetres apart.
// Around a position so near an edge the neighbour's communes are candidates too. About 2 m in degrees of latitude.
const DOUBT_DEG: f64 = 2e-5;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Candidate {
    cell: Cell,
    commune: u32,
    is_inside: bool,
}

/// The communes valid on one day, ready to be searched.
#[derive(Debug, Clone)]
pub struct CommuneIndex {
    communes: Vec<(String, Arc<BlockedRegion>)>,
    candidates: Vec<Candidate>,
}

impl CommuneIndex {
    /// Builds the index from codes and regions, which maps of several days may share.
    pub fn build<R: Into<Arc<BlockedRegion>>>(
        communes: impl IntoIterator<Item = (String, R)>,
    ) -> Result<Self, InvalidResolution> {
        let mut communes: Vec<_> = communes
            .into_iter()
            .map(|(code, region)| (code, region.into()))
            .collect();
        communes.sort_by(|(a, _), (b, _)| a.cmp(b));
        let mut candidates = covered_by_all(&communes)?;
        candidates.sort_unstable();
        candidates.dedup_by_key(|candidate| (candidate.cell, candidate.commune));
        candidates.shrink_to_fit();
        Ok(Self {
            communes,
            candidates,
        })
    }

    /// Number of communes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.communes.len()
    }

    /// Whether there is no commune at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.communes.is_empty()
    }

    /// The code of the one commune that the position belongs to.
    #[must_use]
    pub fn locate(&self, position: Position) -> Option<&str> {
        let cells = cells_around(position);
        if let [cell] = cells.as_slice()
            && let [
                Candidate {
                    commune,
                    is_inside: true,
                    ..
                },
            ] = self.in_cell(*cell)
        {
            return self.code(*commune);
        }
        let mut communes: Vec<u32> = cells
            .iter()
            .flat_map(|cell| self.in_cell(*cell))
            .map(|candidate| candidate.commune)
            .collect();
        communes.sort_unstable();
        communes.dedup();
        communes
            .into_iter()
            .find(|commune| self.covers(*commune, position))
            .and_then(|commune| self.code(commune))
    }

    fn in_cell(&self, cell: Cell) -> &[Candidate] {
        let from = self
            .candidates
            .partition_point(|candidate| candidate.cell < cell);
        let rest = self.candidates.get(from..).unwrap_or_default();
        let length = rest.partition_point(|candidate| candidate.cell == cell);
        rest.get(..length).unwrap_or_default()
    }

    fn covers(&self, commune: u32, position: Position) -> bool {
        let region = self
            .communes
            .get(commune as usize)
            .map(|(_, region)| region);
        region.is_some_and(|region| region.place(position) != Place::Outside)
    }

    fn code(&self, commune: u32) -> Option<&str> {
        self.communes
            .get(commune as usize)
            .map(|(code, _)| code.as_str())
    }
}

/// The cells of every commune, computed on all cores.
fn covered_by_all(
    communes: &[(String, Arc<BlockedRegion>)],
) -> Result<Vec<Candidate>, InvalidResolution> {
    let numbered: Vec<(u32, &BlockedRegion)> = (0..)
        .zip(communes.iter().map(|(_, region)| &**region))
        .collect();
    let workers = thread::available_parallelism().map_or(1, NonZero::get);
    let share = numbered.len().div_ceil(workers).max(1);
    thread::scope(|scope| {
        let threads: Vec<_> = numbered
            .chunks(share)
            .map(|share| scope.spawn(move || covered_by(share)))
            .collect();
        let mut candidates = Vec::new();
        for thread in threads {
            candidates.extend(
                thread
                    .join()
                    .unwrap_or_else(|panic| std::panic::resume_unwind(panic))?,
            );
        }
        Ok(candidates)
    })
}

fn covered_by(communes: &[(u32, &BlockedRegion)]) -> Result<Vec<Candidate>, InvalidResolution> {
    let mut candidates = Vec::new();
    for (commune, region) in communes {
        let candidate = |c: CoveredCell| Candidate {
            cell: c.cell,
            commune: *commune,
            is_inside: c.is_inside,
        };
        candidates.extend(
            cover(region.region(), RESOLUTION)?
                .into_iter()
                .map(candidate),
        );
    }
    Ok(candidates)
}

/// The cells of the position and of a small circle around it, each once.
fn cells_around(position: Position) -> Vec<Cell> {
    // Six directions: a cell's corner of 120 degrees that reaches near the middle always holds one of them.
    const CIRCLE: [(f64, f64); 7] = [
        (0.0, 0.0),
        (1.0, 0.0),
        (0.5, 0.866),
        (-0.5, 0.866),
        (-1.0, 0.0),
        (-0.5, -0.866),
        (0.5, -0.866),
    ];
    let mut cells = Vec::with_capacity(3);
    for (x, y) in CIRCLE {
        let moved = Coord {
            x: position.lon() + x * DOUBT_DEG,
            y: position.lat() + y * DOUBT_DEG,
        };
        let cell = Position::try_from(moved)
            .ok()
            .and_then(|near| Cell::at(near, RESOLUTION).ok());
        if let Some(cell) = cell
            && !cells.contains(&cell)
        {
            cells.push(cell);
        }
    }
    cells
}
