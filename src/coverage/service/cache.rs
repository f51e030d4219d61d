//! What is known of each day in memory, reread when the day's epoch has moved on.
//!
//! Parents are numbered once per process, so that a row finds its place in a risk grid without a search. A day is
//! read after its epoch: a change in between is read twice, never missed.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::{Arc, Mutex, RwLock, Weak};

use crate::areas::model::map::CommuneMap;
use crate::base::ids::{BoundaryId, PatrolId};
use crate::base::time::{LocalDate, Timestamp};
use crate::coverage::model::effort::Piece;
use crate::coverage::model::lattice::ParentCell;
use crate::coverage::model::packed::{unpack_masks, unpack_pieces};
use crate::coverage::sql::{self, EffortRow, MasksRow, PatrolRow};
use crate::store::{self, Store, Tx};

use super::Error;

/// Days are dropped, those not used for longest first, when they hold more than this in all.
const KEPT_BYTES: usize = 96 * 1024 * 1024;

/// A number of a parent in this process.
pub(super) type Slot = u32;

/// A window at one footprint under one version of the definition.
#[derive(Debug, Clone, Copy)]
pub(super) struct Window {
    pub(super) from: LocalDate,
    pub(super) to: LocalDate,
    pub(super) footprint: i64,
    pub(super) version: i64,
}

/// Everything known of one local day at one footprint.
#[derive(Debug)]
#[expect(clippy::struct_field_names, reason = "the day that a day is of")]
pub(super) struct Day {
    pub(super) day: LocalDate,
    /// The patrols that rows name by their place here.
    pub(super) patrols: Vec<PatrolRow>,
    pub(super) rows: Vec<SlotRow>,
    pub(super) effort: Vec<PatrolEffort>,
}

/// What a patrol saw under one parent.
#[derive(Debug, Clone, Copy)]
pub(super) struct SlotRow {
    pub(super) slot: Slot,
    pub(super) patrol: u32,
    pub(super) mask: u64,
}

/// Effort where it lies on one map: the commune's place on it.
#[derive(Debug, Clone, Copy)]
pub(super) struct PlacedEffort {
    pub(super) at: usize,
    pub(super) length_m: f64,
    pub(super) duration_ms: i64,
    pub(super) last_at: Timestamp,
}

/// The map that effort was last placed on, and where it fell.
type Placed = (Weak<CommuneMap>, Arc<[PlacedEffort]>);

/// A patrol's effort within one boundary.
#[derive(Debug)]
pub(super) struct PatrolEffort {
    pub(super) patrol: u32,
    pub(super) boundary: Option<BoundaryId>,
    pub(super) length_m: f64,
    pub(super) duration_ms: i64,
    pub(super) last_at: Timestamp,
    pieces: Box<[u8]>,
    placed: Mutex<Option<Placed>>,
}

impl PatrolEffort {
    /// The effort on a map without this boundary; found out once per map, since looking each place up is slow.
    pub(super) fn placed_on(
        &self,
        map: &Arc<CommuneMap>,
        place: impl FnOnce(Vec<Piece>) -> Vec<PlacedEffort>,
    ) -> Result<Arc<[PlacedEffort]>, Error> {
        if let Ok(placed) = self.placed.lock()
            && let Some((on, known)) = &*placed
            && on.upgrade().is_some_and(|on| Arc::ptr_eq(&on, map))
        {
            return Ok(Arc::clone(known));
        }
        let found: Arc<[PlacedEffort]> = place(self.pieces()?).into();
        if let Ok(mut placed) = self.placed.lock() {
            *placed = Some((Arc::downgrade(map), Arc::clone(&found)));
        }
        Ok(found)
    }

    /// The effort by place.
    pub(super) fn pieces(&self) -> Result<Vec<Piece>, Error> {
        Ok(unpack_pieces(&self.pieces)?)
    }
}

/// The numbers of parents.
#[derive(Debug, Default)]
pub(super) struct Slots {
    numbers: HashMap<ParentCell, Slot>,
    parents: Vec<ParentCell>,
}

impl Slots {
    /// The number of a parent, a new one if it has none.
    pub(super) fn number(&mut self, parent: ParentCell) -> Slot {
        let next = Slot::try_from(self.parents.len()).unwrap_or(Slot::MAX);
        *self.numbers.entry(parent).or_insert_with(|| {
            self.parents.push(parent);
            next
        })
    }

    /// The parent of a number.
    pub(super) fn parent(&self, slot: Slot) -> Option<ParentCell> {
        self.parents.get(slot as usize).copied()
    }
}

/// The days in memory.
#[derive(Default)]
pub(super) struct MaskCache {
    pub(super) slots: RwLock<Slots>,
    kept: Mutex<Kept>,
    /// Held while days are read, so that they are read once.
    reading: tokio::sync::Mutex<()>,
}

impl fmt::Debug for MaskCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MaskCache")
    }
}

#[derive(Default)]
struct Kept {
    days: HashMap<(LocalDate, i64, i64), KeptDay>,
    bytes: usize,
    clock: u64,
}

struct KeptDay {
    epoch: i64,
    used: u64,
    bytes: usize,
    day: Arc<Day>,
}

impl Kept {
    fn find(&mut self, window: Window, day: LocalDate, epoch: i64) -> Option<Arc<Day>> {
        self.clock += 1;
        let key = (day, window.footprint, window.version);
        let kept = self.days.get_mut(&key).filter(|kept| kept.epoch == epoch)?;
        kept.used = self.clock;
        Some(Arc::clone(&kept.day))
    }

    fn keep(&mut self, window: Window, epoch: i64, day: Arc<Day>) {
        self.clock += 1;
        let bytes = day.bytes();
        let key = (day.day, window.footprint, window.version);
        let kept = KeptDay {
            epoch,
            used: self.clock,
            bytes,
            day,
        };
        self.bytes += bytes;
        if let Some(old) = self.days.insert(key, kept) {
            self.bytes -= old.bytes;
        }
    }

    fn shrink(&mut self) {
        if self.bytes <= KEPT_BYTES {
            return;
        }
        let mut by_use: Vec<_> = self
            .days
            .iter()
            .map(|(key, kept)| (kept.used, *key))
            .collect();
        by_use.sort_unstable();
        for (_, key) in by_use {
            if self.bytes <= KEPT_BYTES / 4 * 3 {
                break;
            }
            if let Some(gone) = self.days.remove(&key) {
                self.bytes -= gone.bytes;
            }
        }
    }
}

impl Day {
    fn bytes(&self) -> usize {
        let pieces: usize = self.effort.iter().map(|effort| effort.pieces.len()).sum();
        size_of_val(self.rows.as_slice())
            + size_of_val(self.effort.as_slice())
            + 2 * size_of_val(self.patrols.as_slice())
            + pieces
    }
}

impl MaskCache {
    /// The days of a window on which anything is known, in order.
    pub(super) async fn days(&self, store: &Store, window: Window) -> Result<Vec<Arc<Day>>, Error> {
        let mut tx = store.read().await?;
        let epochs = sql::epochs(&mut tx, window.from, window.to).await?;
        if let Some(days) = self.all_kept(window, &epochs) {
            return Ok(days);
        }
        let _reading = self.reading.lock().await;
        let mut found = BTreeMap::new();
        let mut runs: Vec<Vec<(LocalDate, i64)>> = Vec::new();
        let mut is_open = false;
        for (day, epoch) in epochs {
            if let Some(kept) = self.find(window, day, epoch) {
                found.insert(day, kept);
                is_open = false;
                continue;
            }
            match runs.last_mut().filter(|_| is_open) {
                Some(run) => run.push((day, epoch)),
                None => runs.push(vec![(day, epoch)]),
            }
            is_open = true;
        }
        for run in runs {
            for day in self.read(&mut tx, window, &run).await? {
                found.insert(day.day, day);
            }
        }
        Ok(found.into_values().collect())
    }

    fn all_kept(&self, window: Window, epochs: &[(LocalDate, i64)]) -> Option<Vec<Arc<Day>>> {
        let days = epochs.iter();
        days.map(|(day, epoch)| self.find(window, *day, *epoch))
            .collect()
    }

    fn find(&self, window: Window, day: LocalDate, epoch: i64) -> Option<Arc<Day>> {
        self.kept.lock().ok()?.find(window, day, epoch)
    }

    async fn read(
        &self,
        tx: &mut Tx,
        window: Window,
        run: &[(LocalDate, i64)],
    ) -> Result<Vec<Arc<Day>>, Error> {
        let (Some((from, _)), Some((to, _))) = (run.first(), run.last()) else {
            return Ok(Vec::new());
        };
        let patrols = sql::patrols_between(tx, *from, *to).await?;
        let masks = sql::masks_between(tx, *from, *to, window.footprint, window.version).await?;
        let effort = sql::effort_between(tx, *from, *to).await?;
        let mut drafts = Drafts::new(patrols);
        for row in masks {
            drafts.add_masks(&row, &self.slots)?;
        }
        for row in effort {
            drafts.add_effort(row);
        }
        let days: Vec<_> = drafts.finish();
        if let Ok(mut kept) = self.kept.lock() {
            for day in &days {
                let epoch = run.iter().find(|(known, _)| *known == day.day);
                if let Some((_, epoch)) = epoch {
                    kept.keep(window, *epoch, Arc::clone(day));
                }
            }
            for (day, epoch) in run {
                if days.binary_search_by_key(day, |read| read.day).is_err() {
                    kept.keep(window, *epoch, Arc::new(Day::empty(*day)));
                }
            }
            kept.shrink();
        }
        Ok(days)
    }
}

/// Days being put together from rows.
pub(super) struct Drafts {
    facts: HashMap<PatrolId, PatrolRow>,
    days: BTreeMap<LocalDate, DayDraft>,
}

struct DayDraft {
    day: Day,
    numbers: HashMap<PatrolId, u32>,
}

impl Drafts {
    pub(super) fn new(patrols: Vec<PatrolRow>) -> Self {
        let facts = patrols.into_iter().map(|row| (row.patrol, row));
        Self {
            facts: facts.collect(),
            days: BTreeMap::new(),
        }
    }

    /// The day and the patrol's place in it; none for a patrol that went away between two statements.
    fn place(&mut self, day: LocalDate, patrol: PatrolId) -> Option<(&mut Day, u32)> {
        let facts = self.facts.get(&patrol)?;
        let draft = self.days.entry(day).or_insert_with(|| DayDraft {
            day: Day::empty(day),
            numbers: HashMap::new(),
        });
        let next = u32::try_from(draft.day.patrols.len()).unwrap_or(u32::MAX);
        let number = *draft.numbers.entry(patrol).or_insert(next);
        if number == next {
            draft.day.patrols.push(facts.clone());
        }
        Some((&mut draft.day, number))
    }

    pub(super) fn add_masks(&mut self, row: &MasksRow, slots: &RwLock<Slots>) -> Result<(), Error> {
        let masks = unpack_masks(&row.masks)?;
        let mut slots = slots
            .write()
            .map_err(|fault| store::Error::Unavailable(fault.to_string()))?;
        if let Some((day, patrol)) = self.place(row.day, row.patrol) {
            day.rows.extend(masks.map(|seen| SlotRow {
                slot: slots.number(seen.parent),
                patrol,
                mask: seen.mask,
            }));
        }
        Ok(())
    }

    pub(super) fn add_effort(&mut self, row: EffortRow) {
        if let Some((day, patrol)) = self.place(row.day, row.patrol) {
            day.effort.push(PatrolEffort {
                patrol,
                boundary: row.boundary,
                length_m: row.length_m,
                duration_ms: row.duration_ms,
                last_at: row.last_at,
                pieces: row.pieces.into(),
                placed: Mutex::default(),
            });
        }
    }

    pub(super) fn finish(self) -> Vec<Arc<Day>> {
        let days = self.days.into_values();
        days.map(|draft| {
            let mut day = draft.day;
            day.rows.shrink_to_fit();
            Arc::new(day)
        })
        .collect()
    }
}

impl Day {
    fn empty(day: LocalDate) -> Self {
        Self {
            day,
            patrols: Vec::new(),
            rows: Vec::new(),
            effort: Vec::new(),
        }
    }
}
