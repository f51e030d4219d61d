//! Which commune does a position lie in? Squares of a lattice narrow the communes down to a few, exact tests decide.
//!
//! Invariants: the answer equals that of testing every commune; a position on a shared edge belongs to the commune of
//! the lowest code among those that cover it; outside every commune the answer is none.

use std::collections::BTreeSet;
use std::num::NonZero;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::thread;

use geo::{BoundingRect, Coord, LineString, Rect};

use crate::geo::position::Position;
use crate::geo::shape::{BlockedRegion, Place};

/// Squares in a degree: about a square kilometre each.
const SQUARES_PER_DEG: f64 = 100.0;

/// A square of the lattice, by its lower left corner. What lies between two coordinates lies in the squares between
/// theirs, because rounding down keeps the order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Square {
    row: i32,
    column: i32,
}

impl Square {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a longitude is 36,000 squares at most"
    )]
    fn at(coord: Coord<f64>) -> Self {
        let number = |degrees: f64| (degrees * SQUARES_PER_DEG).floor() as i32;
        Self {
            row: number(coord.y),
            column: number(coord.x),
        }
    }

    fn middle(self) -> Coord<f64> {
        let degrees = |number: i32| (f64::from(number) + 0.5) / SQUARES_PER_DEG;
        Coord {
            x: degrees(self.column),
            y: degrees(self.row),
        }
    }

    /// Every square that a rectangle touches.
    fn touched(rect: Rect<f64>) -> impl Iterator<Item = Self> {
        let (low, high) = (Self::at(rect.min()), Self::at(rect.max()));
        let columns: RangeInclusive<i32> = low.column..=high.column;
        (low.row..=high.row)
            .flat_map(move |row| columns.clone().map(move |column| Self { row, column }))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Candidate {
    square: Square,
    commune: u32,
    /// Whether the whole square lies inside.
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
    #[must_use]
    pub fn build<R: Into<Arc<BlockedRegion>>>(
        communes: impl IntoIterator<Item = (String, R)>,
    ) -> Self {
        let mut communes: Vec<_> = communes
            .into_iter()
            .map(|(code, region)| (code, region.into()))
            .collect();
        communes.sort_by(|(a, _), (b, _)| a.cmp(b));
        let mut candidates = candidates_of_all(&communes);
        candidates.sort_unstable();
        Self {
            communes,
            candidates,
        }
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
        self.follow().locate(position)
    }

    /// Locates positions that follow one another: cheaper than each alone.
    #[must_use]
    pub const fn follow(&self) -> Following<'_> {
        Following {
            index: self,
            square: None,
            near: &[],
        }
    }

    /// The communes that may cover positions of a square, in the order of their codes.
    fn near(&self, square: Square) -> &[Candidate] {
        let from = self
            .candidates
            .partition_point(|candidate| candidate.square < square);
        let rest = self.candidates.get(from..).unwrap_or_default();
        let length = rest.partition_point(|candidate| candidate.square == square);
        rest.get(..length).unwrap_or_default()
    }

    fn covers(&self, commune: u32, position: Position) -> bool {
        let region = self
            .communes
            .get(commune as usize)
            .map(|(_, region)| region);
        region.is_some_and(|region| region.place(position) != Place::Outside)
    }
}

/// Positions that follow one another: while they stay in a square, its communes are known.
#[derive(Debug)]
pub struct Following<'a> {
    index: &'a CommuneIndex,
    square: Option<Square>,
    near: &'a [Candidate],
}

impl<'a> Following<'a> {
    /// The code of the one commune that the next position belongs to.
    pub fn locate(&mut self, position: Position) -> Option<&'a str> {
        let index = self.index;
        let square = Square::at(position.to_coord());
        if self.square != Some(square) {
            self.square = Some(square);
            self.near = index.near(square);
        }
        let covers = |candidate: &&Candidate| {
            candidate.is_inside || index.covers(candidate.commune, position)
        };
        let found = self.near.iter().find(covers)?;
        let (code, _) = index.communes.get(found.commune as usize)?;
        Some(code)
    }
}

/// The candidates of every commune, computed on all cores.
fn candidates_of_all(communes: &[(String, Arc<BlockedRegion>)]) -> Vec<Candidate> {
    let numbered: Vec<(u32, &BlockedRegion)> = (0..)
        .zip(communes.iter().map(|(_, region)| &**region))
        .collect();
    let workers = thread::available_parallelism().map_or(1, NonZero::get);
    let share = numbered.len().div_ceil(workers).max(1);
    let candidates = |share: &[(u32, &BlockedRegion)]| -> Vec<Candidate> {
        let all = share
            .iter()
            .map(|(commune, region)| candidates_of(*commune, region));
        all.flatten().collect()
    };
    thread::scope(|scope| {
        let threads: Vec<_> = numbered
            .chunks(share)
            .map(|share| scope.spawn(move || candidates(share)))
            .collect();
        let joined = threads.into_iter().map(|thread| {
            let panicked = |panic| std::panic::resume_unwind(panic);
            thread.join().unwrap_or_else(panicked)
        });
        joined.flatten().collect()
    })
}

/// The squares that hold ground of a commune. One that no edge touches lies wholly on one side.
fn candidates_of(commune: u32, region: &BlockedRegion) -> Vec<Candidate> {
    let lines = region.region().rings().flat_map(LineString::lines);
    let edges: BTreeSet<Square> = lines
        .flat_map(|line| Square::touched(line.bounding_rect()))
        .collect();
    let mut candidates = Vec::with_capacity(edges.len() * 2);
    for square in Square::touched(region.bounds()) {
        let is_cut = edges.contains(&square);
        if is_cut || region.place_of(square.middle()) == Place::Inside {
            candidates.push(Candidate {
                square,
                commune,
                is_inside: !is_cut,
            });
        }
    }
    candidates
}
