//! The rows of the gap list: the words of a commune's grids gathered by the cells that are listed.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use h3o::{CellIndex, Resolution};

use crate::base::ids::PatrolId;
use crate::base::time::LocalDate;
use crate::coverage::model::canvas::Canvas;
use crate::coverage::model::lattice::{ParentMask, bits};
use crate::coverage::model::region::Region;
use crate::coverage::model::risk::RiskGrid;
use crate::coverage::model::window::CheckWindow;

use super::Error;
use super::effort::Walker;
use super::gaps::{Gap, GapPlace, GapsAsked};
use super::lay::CommuneRisk;
use super::material::Material;
use super::paint::paint_counted;
use super::season::counts_on;
use super::tiles::{Shared, locked};

/// Patrols that count, on the days on which they do.
pub(super) type Walkers = HashMap<(i64, PatrolId), Walker>;

/// Visits: patrols on days.
type Visits = BTreeSet<(i64, PatrolId)>;

/// What is known of the regions of one commune.
pub(super) struct Listing {
    /// The place of the commune on the map.
    pub(super) at: usize,
    pub(super) risk: Arc<CommuneRisk>,
    /// It is measured on finer cells than usual.
    pub(super) is_finer: bool,
    /// The regions of the usual cells.
    pub(super) coarse: Vec<(Region, Shared)>,
    /// Those of finer cells, if it is measured on them.
    pub(super) lines: HashMap<Region, Shared>,
}

/// A page of rows, before their effort is looked up.
pub(super) struct Rows {
    pub(super) gaps: Vec<Gap>,
    pub(super) is_more: bool,
    /// Those whose effort counts, if it is asked for.
    pub(super) walkers: Walkers,
    /// Some visits are of patrols whose fixes were erased.
    pub(super) has_frozen: bool,
}

/// A word at risk, before its visits are looked up.
struct Word<'a> {
    /// The listed cell of resolution 9 that it is in.
    parent: CellIndex,
    region: Region,
    windows: &'a [CheckWindow],
    grid: &'a RiskGrid,
    at: usize,
    risk: ParentMask,
    seen: u64,
}

impl Word<'_> {
    fn unseen_dm2(&self) -> u64 {
        self.grid.weight_dm2(self.at, self.risk.mask & !self.seen)
    }
}

impl Listing {
    fn parts(&self) -> &[(Vec<CheckWindow>, RiskGrid)] {
        if self.is_finer {
            self.risk.fine_parts()
        } else {
            self.risk.parts()
        }
    }

    /// The resolution of the cells that were measured.
    pub(super) fn resolution(&self, material: &Material) -> u8 {
        let own = self.parts().first().map(|(_, grid)| grid.lattice());
        u8::from(own.unwrap_or(material.definition.lattice()).mask())
    }

    /// A page of the list.
    pub(super) fn page(mut self, material: &Material, asked: &GapsAsked) -> Result<Rows, Error> {
        let (walkers, has_frozen) = self.walkers(material, asked.effort)?;
        if !self.is_finer {
            self.lines.extend(self.coarse.drain(..));
        }
        let mut words = self.words(material)?;
        words.sort_unstable_by_key(|word| (u64::from(word.parent), word.risk.parent));
        let mut groups: Vec<(GapPlace, &[Word<'_>])> = words
            .chunk_by(|one, other| one.parent == other.parent)
            .filter_map(|words| Some((place_of(words)?, words)))
            .collect();
        groups.sort_unstable_by_key(|(place, _)| *place);
        let is_past = |place: &GapPlace| asked.after.is_none_or(|after| *place > after);
        let mut gaps = Vec::new();
        for (place, words) in groups {
            let is_before = asked
                .after
                .is_some_and(|after| (place.rank, place.parent) < (after.rank, after.parent));
            if gaps.len() > asked.limit {
                break;
            }
            if is_before || !(asked.fine || is_past(&place)) {
                continue;
            }
            let rows = self.rows(material, (place, words), asked.fine)?;
            gaps.extend(rows.into_iter().filter(|gap| is_past(&gap.place)));
        }
        let is_more = gaps.len() > asked.limit;
        gaps.truncate(asked.limit);
        Ok(Rows {
            gaps,
            is_more,
            walkers,
            has_frozen,
        })
    }

    /// Those who count on the days that count, if they are wanted, and whether the fixes of any were erased.
    fn walkers(&self, material: &Material, is_wanted: bool) -> Result<(Walkers, bool), Error> {
        let (mut walkers, mut has_frozen) = (Walkers::new(), false);
        let mut numbers = HashMap::<PatrolId, u32>::new();
        let at = u32::try_from(self.at).unwrap_or(u32::MAX);
        for (_, shared) in &self.coarse {
            locked(shared)?.each_visit(&material.days, |_, day, visit| {
                if !material.chosen.counts(visit) || !material.counts_on(at, day) {
                    return;
                }
                has_frozen |= visit.facts.is_frozen;
                if is_wanted {
                    let next = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
                    let number = *numbers.entry(visit.facts.patrol).or_insert(next);
                    let people = i64::from(visit.facts.people);
                    let walker = Walker {
                        number,
                        people: (people > 0).then_some(people),
                    };
                    walkers.insert((day, visit.facts.patrol), walker);
                }
            });
        }
        Ok((walkers, has_frozen))
    }

    /// Every word at risk of the commune.
    fn words(&self, material: &Material) -> Result<Vec<Word<'_>>, Error> {
        let mut words = Vec::new();
        let mut canvas = Canvas::default();
        for (windows, grid) in self.parts() {
            for (region, places) in grid.regions() {
                canvas.clear();
                if let Some(shared) = self.lines.get(&region) {
                    let mut line = locked(shared)?;
                    paint_counted(material, &material.days, &mut line, windows, &mut canvas);
                }
                words.extend(places.filter_map(|at| {
                    let risk = grid.risk(at)?;
                    Some(Word {
                        parent: risk.parent.cell()?.parent(Resolution::Nine)?,
                        region,
                        windows,
                        grid,
                        at,
                        risk,
                        seen: canvas.mask(grid.position(at)) & risk.mask,
                    })
                }));
            }
        }
        Ok(words)
    }

    /// The visits to a word that count, with the cells at risk that each saw.
    fn visits(
        &self,
        material: &Material,
        word: &Word<'_>,
        mut tell: impl FnMut((i64, PatrolId), u64),
    ) -> Result<(), Error> {
        let Some(line) = self.lines.get(&word.region) else {
            return Ok(());
        };
        let pass = material.sieve.asked.pass.as_ref();
        let position = word.grid.position(word.at);
        locked(line)?.each_visit(&material.days, |block, day, visit| {
            let mask = block.mask(visit, position).unwrap_or(0) & word.risk.mask;
            let is_open = || pass.is_none_or(|pass| counts_on(pass, word.windows, day));
            if mask != 0 && material.chosen.counts(visit) && is_open() {
                tell((day, visit.facts.patrol), mask);
            }
        });
        Ok(())
    }

    /// The rows of the words in one cell of resolution 9: that cell, or its parts.
    fn rows(
        &self,
        material: &Material,
        (place, words): (GapPlace, &[Word<'_>]),
        is_fine: bool,
    ) -> Result<Vec<Gap>, Error> {
        let mut cells = BTreeMap::<u64, Row>::new();
        for word in words {
            let mut parts: Vec<(u64, CellIndex)> = Vec::new();
            if is_fine {
                let all = bits(word.risk.mask).zip(word.grid.lattice().cells(word.risk));
                let above = all.filter_map(|(bit, cell)| {
                    Some((1_u64 << bit, cell.parent(Resolution::Eleven)?))
                });
                parts.extend(above);
            } else {
                parts.push((word.risk.mask, word.parent));
            }
            for (mask, cell) in &parts {
                let row = cells
                    .entry(u64::from(*cell))
                    .or_insert_with(|| Row::of(*cell));
                row.risk_dm2 += word.grid.weight_dm2(word.at, *mask);
                row.covered_dm2 += word.grid.weight_dm2(word.at, word.seen & mask);
            }
            self.visits(material, word, |visit, seen| {
                for (_, cell) in parts.iter().filter(|(mask, _)| mask & seen != 0) {
                    if let Some(row) = cells.get_mut(&u64::from(*cell)) {
                        row.visits.insert(visit);
                    }
                }
            })?;
        }
        Ok(cells.into_values().map(|row| row.told(place)).collect())
    }
}

/// Where the cell of some words stands in the list.
fn place_of(words: &[Word<'_>]) -> Option<GapPlace> {
    let parent = u64::from(words.first()?.parent);
    let unseen_dm2: u64 = words.iter().map(Word::unseen_dm2).sum();
    Some(GapPlace {
        rank: u64::MAX - unseen_dm2,
        parent,
        cell: parent,
    })
}

/// A listed cell, gathered.
struct Row {
    cell: CellIndex,
    risk_dm2: u64,
    covered_dm2: u64,
    visits: Visits,
}

impl Row {
    const fn of(cell: CellIndex) -> Self {
        Self {
            cell,
            risk_dm2: 0,
            covered_dm2: 0,
            visits: Visits::new(),
        }
    }

    fn told(self, place: GapPlace) -> Gap {
        let days: Vec<i64> = self.visits.iter().map(|(day, _)| *day).collect();
        Gap {
            place: GapPlace {
                cell: u64::from(self.cell),
                ..place
            },
            cell: self.cell,
            risk_m2: square_metres(self.risk_dm2),
            covered_m2: square_metres(self.covered_dm2),
            visits: days.len(),
            last_visit_on: days.last().copied().map(LocalDate::from_days),
            revisit_days: revisit_days(days),
            effort: None,
        }
    }
}

/// Mean number of days between different days, which come in order.
pub(super) fn revisit_days(mut days: Vec<i64>) -> Option<f64> {
    days.dedup();
    let count = u32::try_from(days.len()).ok().filter(|count| *count > 1)?;
    let span = i32::try_from(days.last()? - days.first()?).ok()?;
    Some(f64::from(span) / f64::from(count - 1))
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a commune has less than 2^53 dm²"
)]
fn square_metres(weight_dm2: u64) -> f64 {
    weight_dm2 as f64 / 100.0
}
