//! Rows of masks folded over a risk grid: what was seen, how often, and what was not.
//!
//! A visit is a distinct patrol on a distinct local day, however many rows tell of it. Rows that
//! matter are chosen by the caller; their order never matters.

use std::num::NonZeroU8;

use h3o::CellIndex;

use super::interval::Measured;
use super::lattice::{ParentCell, ParentMask, bits};
use super::risk::RiskGrid;
use super::window::CheckWindow;
use crate::base::time::LocalDate;

/// What one patrol saw under one parent on one local day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// The parent.
    pub parent: ParentCell,
    /// Its children that were seen.
    pub mask: u64,
    /// The local day of the legs' starts.
    pub day: LocalDate,
    /// The patrol, as any number that is its own in this fold.
    pub patrol: u32,
}

/// The cells seen under each parent of a risk grid, those beside the risk areas included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    masks: Vec<u64>,
}

/// One cell of the gap list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CellVisits {
    /// The cell.
    pub cell: CellIndex,
    /// How much of it is at risk, in dm².
    pub risk_dm2: u64,
    /// Distinct patrols on distinct local days.
    pub visits: u32,
    /// The local day of the last visit.
    pub last_visit: Option<LocalDate>,
}

impl Seen {
    /// Nothing seen yet.
    #[must_use]
    pub fn nothing(grid: &RiskGrid) -> Self {
        Self {
            masks: vec![0; grid.parents()],
        }
    }

    /// Adds cells seen; parents without risk are passed over.
    pub fn add(&mut self, grid: &RiskGrid, seen: ParentMask) {
        if let Some(mask) = grid
            .place(seen.parent)
            .and_then(|place| self.masks.get_mut(place))
        {
            *mask |= seen.mask;
        }
    }

    /// Adds cells seen under the parent at a place of the grid.
    pub fn add_at(&mut self, place: usize, seen: u64) {
        if let Some(mask) = self.masks.get_mut(place) {
            *mask |= seen;
        }
    }

    /// Everything seen at least once.
    #[must_use]
    pub fn once(grid: &RiskGrid, rows: impl IntoIterator<Item = Row>) -> Self {
        let mut seen = Self::nothing(grid);
        for row in rows {
            seen.add(
                grid,
                ParentMask {
                    parent: row.parent,
                    mask: row.mask,
                },
            );
        }
        seen
    }

    /// Everything that had at least so many visits.
    #[must_use]
    pub fn often(grid: &RiskGrid, rows: impl IntoIterator<Item = Row>, visits: NonZeroU8) -> Self {
        if visits == NonZeroU8::MIN {
            return Self::once(grid, rows);
        }
        Self::counted(grid, rows, visits, |row| {
            Some((row.day.as_days(), row.patrol))
        })
    }

    /// Everything visited inside at least so many different check windows. Where windows overlap, a
    /// visit counts for the first that it lies in; without any, all days are one window.
    #[must_use]
    pub fn in_passes(
        grid: &RiskGrid,
        rows: impl IntoIterator<Item = Row>,
        windows: &[CheckWindow],
        passes: NonZeroU8,
    ) -> Self {
        Self::counted(grid, rows, passes, |row| {
            if windows.is_empty() {
                return Some((0, 0));
            }
            let window = windows.iter().position(|window| window.contains(row.day))?;
            Some((0, u32::try_from(window).ok()?))
        })
    }

    fn counted(
        grid: &RiskGrid,
        rows: impl IntoIterator<Item = Row>,
        times: NonZeroU8,
        occasion: impl Fn(&Row) -> Option<(i64, u32)>,
    ) -> Self {
        let mut visits = Visits::default();
        for row in rows {
            if let (Some(place), Some(occasion)) = (grid.place(row.parent), occasion(&row)) {
                visits.0.push(Visit {
                    place,
                    occasion,
                    mask: row.mask,
                });
            }
        }
        visits.unite();
        let mut seen = Self::nothing(grid);
        for of_place in visits.0.chunk_by(|a, b| a.place == b.place) {
            let place = of_place.first().map_or(0, |visit| visit.place);
            if let Some(mask) = seen.masks.get_mut(place) {
                *mask = at_least(times, of_place);
            }
        }
        seen
    }

    /// The figures of this grid under what was seen.
    #[must_use]
    pub fn measured(&self, grid: &RiskGrid) -> Measured {
        Measured::unseen(grid) + grid.measure(0..grid.parents(), |place, _| self.mask(place))
    }

    /// The cells seen under the parent at a place of the grid.
    #[must_use]
    pub fn mask(&self, place: usize) -> u64 {
        self.masks.get(place).copied().unwrap_or(0)
    }
}

/// Every cell at risk with its visits, in the order of cells.
#[must_use]
pub fn cells(grid: &RiskGrid, rows: impl IntoIterator<Item = Row>) -> Vec<CellVisits> {
    let mut visits = Visits::default();
    for row in rows {
        if let Some(place) = grid.place(row.parent) {
            visits.0.push(Visit {
                place,
                occasion: (row.day.as_days(), row.patrol),
                mask: row.mask,
            });
        }
    }
    visits.unite();
    let mut list = Vec::new();
    let mut rest = visits.0.as_slice();
    for place in 0..grid.parents() {
        let (here, after) = rest.split_at(rest.partition_point(|visit| visit.place <= place));
        rest = after;
        list_parent(grid, place, here, &mut list);
    }
    list
}

fn list_parent(grid: &RiskGrid, place: usize, visits: &[Visit], list: &mut Vec<CellVisits>) {
    let Some(risk) = grid.risk(place) else { return };
    for (bit, cell) in bits(risk.mask).zip(grid.lattice().cells(risk)) {
        let own = || visits.iter().filter(|visit| visit.mask >> bit & 1 == 1);
        list.push(CellVisits {
            cell,
            risk_dm2: grid.weight_dm2(place, 1 << bit),
            visits: u32::try_from(own().count()).unwrap_or(u32::MAX),
            last_visit: own()
                .next_back()
                .map(|visit| LocalDate::from_days(visit.occasion.0)),
        });
    }
}

struct Visit {
    place: usize,
    occasion: (i64, u32),
    mask: u64,
}

#[derive(Default)]
struct Visits(Vec<Visit>);

impl Visits {
    /// Sorts by place and occasion and unites the rows of one occasion.
    fn unite(&mut self) {
        self.0
            .sort_unstable_by_key(|visit| (visit.place, visit.occasion));
        self.0.dedup_by(|later, kept| {
            let same = (later.place, later.occasion) == (kept.place, kept.occasion);
            if same {
                kept.mask |= later.mask;
            }
            same
        });
    }
}

/// The cells in at least so many of the masks: `reached[n]` holds those in more than `n` so far.
fn at_least(times: NonZeroU8, visits: &[Visit]) -> u64 {
    let mut reached = vec![0; usize::from(times.get())];
    for visit in visits {
        let mut carried = visit.mask;
        for level in &mut reached {
            (*level, carried) = (*level | carried, *level & carried);
        }
    }
    reached.last().copied().unwrap_or(0)
}
