//! The province as cells: which commune each cell belongs to, and the outlines that follow from it.

use std::collections::BTreeMap;

use super::dice::{Dice, Stream};
use super::ground::{Relief, Spot};
use super::lattice::{CELL_M2, Corner, Lattice};
use super::number;

/// Mean area of a commune, as after the merger of 2025.
const COMMUNE_M2: f64 = 130e6;
/// Spots tried for each new commune; the one farthest from all others is kept.
const TRIES: usize = 7;

/// The cells of the province by commune, and the relief under them.
pub(super) struct Land {
    pub(super) relief: Relief,
    pub(super) lattice: Lattice,
    /// The commune of each cell of the lattice; none outside the province.
    pub(super) owner: Vec<Option<usize>>,
    /// The cell from which each commune grew; its centre stands there.
    pub(super) seats: Vec<usize>,
}

/// Pieces of outline by where they start: each corner starts exactly one piece.
type Pieces = BTreeMap<Corner, Corner>;

impl Land {
    /// Grows a province of so many communes. A commune that swallowed another would need a hole, so such a
    /// draw is thrown away.
    pub(super) fn grow(seed: u64, communes: usize) -> Self {
        let mut draw = 0;
        loop {
            let land = Self::drawn(seed, draw, communes);
            if draw == 32 || land.rings().iter().all(|rings| rings.len() == 1) {
                return land;
            }
            draw += 1;
        }
    }

    fn drawn(seed: u64, draw: usize, communes: usize) -> Self {
        let mut dice = Dice::of(seed, Stream::Land, draw);
        let relief = Relief::new(seed);
        let area_m2 = COMMUNE_M2 * number::real(communes);
        let lattice = Lattice::new(seed, area_m2.sqrt() * 0.95);
        let province = province(&lattice, relief, number::count(area_m2 / CELL_M2));
        let seats = seats(&lattice, &province, communes, &mut dice);
        let sources: Vec<(usize, f64)> = seats
            .iter()
            .map(|&seat| (seat, dice.between(0.8, 1.25)))
            .collect();
        let owner = lattice.spread(&sources, relief, &province, usize::MAX);
        Self {
            relief,
            lattice,
            owner,
            seats,
        }
    }

    /// The commune at a spot, true to one cell.
    pub(super) fn commune_at(&self, spot: Spot) -> Option<usize> {
        self.lattice
            .cell_at(spot)
            .and_then(|cell| self.owner.get(cell).copied().flatten())
    }

    /// The outline of each commune, counter-clockwise and open; more than one ring where it has a hole.
    pub(super) fn rings(&self) -> Vec<Vec<Vec<Spot>>> {
        let mut pieces: Vec<Pieces> = vec![Pieces::new(); self.seats.len()];
        self.each_boundary_edge(|owner, _, edge| {
            if let Some(pieces) = pieces.get_mut(owner) {
                pieces.insert(edge.0, edge.1);
            }
        });
        pieces
            .into_iter()
            .map(|pieces| self.placed(walked(pieces)))
            .collect()
    }

    /// The outline of the province as corners with the commune inside each, counter-clockwise and open.
    pub(super) fn frontier(&self) -> Vec<(Spot, usize)> {
        let mut pieces = Pieces::new();
        let mut owners = BTreeMap::new();
        self.each_boundary_edge(|owner, beyond, edge| {
            if beyond.is_none() {
                pieces.insert(edge.0, edge.1);
                owners.insert(edge.0, owner);
            }
        });
        let longest = walked(pieces)
            .into_iter()
            .max_by_key(Vec::len)
            .unwrap_or_default();
        longest
            .into_iter()
            .filter_map(|corner| Some((self.lattice.corner(corner), *owners.get(&corner)?)))
            .collect()
    }

    fn each_boundary_edge(&self, mut see: impl FnMut(usize, Option<usize>, (Corner, Corner))) {
        for (cell, owner) in self.owner.iter().enumerate() {
            let Some(owner) = *owner else { continue };
            let sides = self
                .lattice
                .neighbours(cell)
                .into_iter()
                .zip(self.lattice.edges(cell));
            for (neighbour, edge) in sides {
                let beyond = neighbour.and_then(|next| self.owner.get(next).copied().flatten());
                if beyond != Some(owner) {
                    see(owner, beyond, edge);
                }
            }
        }
    }

    fn placed(&self, rings: Vec<Vec<Corner>>) -> Vec<Vec<Spot>> {
        rings
            .into_iter()
            .map(|ring| {
                ring.into_iter()
                    .map(|corner| self.lattice.corner(corner))
                    .collect()
            })
            .collect()
    }
}

fn walked(mut pieces: Pieces) -> Vec<Vec<Corner>> {
    let mut rings = Vec::new();
    while let Some((start, next)) = pieces.pop_first() {
        let mut ring = vec![start];
        let mut at = next;
        while let Some(next) = pieces.remove(&at) {
            ring.push(at);
            at = next;
        }
        rings.push(ring);
    }
    rings
}

/// The cells of the province: the cheapest to reach from the middle, and whatever they enclose.
fn province(lattice: &Lattice, relief: Relief, cells: usize) -> Vec<bool> {
    let everywhere = vec![true; lattice.cells()];
    let Some(middle) = lattice.cell_at(Spot::MIDDLE) else {
        return everywhere;
    };
    let reached = lattice.spread(&[(middle, 1.0)], relief, &everywhere, cells);
    let mut outside = vec![false; lattice.cells()];
    let mut front: Vec<usize> = (0..lattice.cells())
        .filter(|&cell| reached[cell].is_none() && lattice.neighbours(cell).contains(&None))
        .collect();
    while let Some(cell) = front.pop() {
        if !outside[cell] && reached[cell].is_none() {
            outside[cell] = true;
            front.extend(lattice.neighbours(cell).into_iter().flatten());
        }
    }
    outside.into_iter().map(|outside| !outside).collect()
}

/// Cells far from one another, one per commune.
fn seats(lattice: &Lattice, province: &[bool], communes: usize, dice: &mut Dice) -> Vec<usize> {
    let cells: Vec<usize> = (0..lattice.cells())
        .filter(|&cell| province[cell])
        .collect();
    let mut seats: Vec<(usize, Spot)> = Vec::new();
    for _ in 0..communes {
        let farthest = (0..TRIES)
            .filter_map(|_| cells.get(dice.below(cells.len())).copied())
            .map(|cell| (cell, lattice.spot(cell)))
            .max_by_key(|(_, spot)| {
                let nearest = seats
                    .iter()
                    .map(|(_, seat)| number::whole(seat.distance_m(*spot)));
                nearest.min().unwrap_or(0)
            });
        seats.extend(farthest);
    }
    seats.sort_by_key(|(cell, spot)| (-number::whole(spot.north_m / 9_000.0), *cell % 4_096));
    seats.dedup_by_key(|(cell, _)| *cell);
    seats.into_iter().map(|(cell, _)| cell).collect()
}
