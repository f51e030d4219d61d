//! What is known of each region in memory, brought up to date by the index's clock before it is used.
//!
//! An act that changes rows of a region's day marks it with an instant of the clock. Whoever reads asks for the
//! clock first: what was marked since is read again before anything is painted from it, in this process and in any
//! other. Regions are dropped, those not used for longest first, when they hold too much in all.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Arc, Mutex, RwLock, RwLockReadGuard, RwLockWriteGuard};

use crate::base::ids::PatrolId;
use crate::base::time::LocalDate;
use crate::coverage::model::definition::FootprintClass;
use crate::coverage::model::region::Region;
use crate::coverage::model::timeline::{Days, Timeline};
use crate::coverage::sql::{self, Window};
use crate::store::Tx;

use super::Error;
use super::drafts::{Drafts, Walkers, drafts, in_numbers, walkers};
use super::kept::Kept;
use super::words::Words;

/// Changes read one by one; after more, everything is read anew when it is asked for.
const MOST_CHANGES: i64 = 20_000;

/// Regions whose rows are read at once, and so many days of one of them or fewer of more: bounds what is in memory twice.
const REGIONS_AT_ONCE: usize = 256;
const DAYS_AT_ONCE: i64 = 8_192;
/// Patrols whose facts are kept from one reading to the next.
const MOST_WALKERS: usize = 100_000;

/// A timeline that readers share.
pub(super) type Shared = Arc<Mutex<Timeline>>;

/// What timelines of regions weigh in bytes, of those whose weight has changed.
pub(super) type Weights = Vec<(Region, Shared, usize)>;

/// What a timeline is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct View {
    pub(super) version: i64,
    pub(super) footprint: i64,
}

impl View {
    /// Whose footprints and effort it is of: those of people on the ground, or of aircraft.
    pub(super) const fn class(self) -> FootprintClass {
        if self.footprint < 0 {
            FootprintClass::Aerial
        } else {
            FootprintClass::Ground
        }
    }
}

/// The regions that have rows, each with its first and last day.
pub(super) type Spans = Arc<BTreeMap<Region, (LocalDate, LocalDate)>>;

/// Spans of days, the end excluded, with the regions that they are to be read of.
type Unread = BTreeMap<(i64, i64), Vec<(Region, Shared)>>;

/// The timelines in memory.
pub(super) struct Tiles {
    words: RwLock<Words>,
    kept: Mutex<Kept>,
    /// Held while rows are read, so that they are read once.
    reading: tokio::sync::Mutex<()>,
    most_bytes: usize,
}

impl fmt::Debug for Tiles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tiles")
    }
}

impl Tiles {
    /// No timelines yet; at most so many bytes of them are kept.
    pub(super) fn new(most_bytes: usize) -> Self {
        Self {
            words: RwLock::default(),
            kept: Mutex::default(),
            reading: tokio::sync::Mutex::default(),
            most_bytes,
        }
    }

    /// Brings what is known up to the clock and gives the regions that have rows.
    pub(super) async fn sync(&self, tx: &mut Tx, version: i64) -> Result<Spans, Error> {
        let now = sql::epoch(tx).await?;
        self.sync_to(tx, now, version).await
    }

    /// The same for who has asked for the clock.
    pub(super) async fn sync_to(
        &self,
        tx: &mut Tx,
        now: i64,
        version: i64,
    ) -> Result<Spans, Error> {
        if let Some(spans) = self.spans_at(now, version)? {
            return Ok(spans);
        }
        let _reading = self.reading.lock().await;
        let known = self.kept()?.known;
        if let Some(known) = known.filter(|known| *known < now) {
            let changes = sql::changes(tx, known, MOST_CHANGES).await?;
            let mut kept = self.kept()?;
            if i64::try_from(changes.len()).is_ok_and(|read| read < MOST_CHANGES) {
                for change in &changes {
                    kept.apply(change);
                }
                // The clock also moves on for acts that change no rows, such as setting a definition.
                kept.known = kept.known.max(Some(now));
            } else {
                *kept = Kept::default();
            }
        }
        if let Some(spans) = self.spans_at(now, version)? {
            return Ok(spans);
        }
        let regions = sql::regions(tx, version).await?.into_iter();
        let spans: Spans = Arc::new(
            regions
                .filter(|(region, _, _)| region.is_coarse())
                .map(|(region, first, last)| (region, (first, last)))
                .collect(),
        );
        let mut kept = self.kept()?;
        if kept.known.is_none() {
            (kept.known, kept.first_known) = (Some(now), now);
        }
        kept.spans.insert(version, Arc::clone(&spans));
        Ok(spans)
    }

    fn spans_at(&self, now: i64, version: i64) -> Result<Option<Spans>, Error> {
        let kept = self.kept()?;
        let is_known = kept.known.is_some_and(|known| now <= known);
        Ok(kept.spans.get(&version).filter(|_| is_known).cloned())
    }

    /// The last instant of the clock that is known.
    pub(super) fn known(&self) -> Result<Option<i64>, Error> {
        Ok(self.kept()?.known)
    }

    /// The timelines of some regions, if everything that is known of them on those days is in memory.
    pub(super) fn ready(
        &self,
        view: View,
        regions: &[Region],
        days: &Days,
    ) -> Result<Option<Vec<Shared>>, Error> {
        Ok(self.kept()?.all_ready(view, regions, days))
    }

    /// The timelines of some regions, everything loaded that is known of those days.
    pub(super) async fn lines(
        &self,
        tx: &mut Tx,
        view: View,
        regions: &[Region],
        days: &Days,
    ) -> Result<Vec<Shared>, Error> {
        if let Some(lines) = self.ready(view, regions, days)? {
            return Ok(lines);
        }
        let _reading = self.reading.lock().await;
        let mut lines = Vec::with_capacity(regions.len());
        let mut unread = Unread::new();
        for region in regions {
            let (shared, stale) = {
                let mut kept = self.kept()?;
                if let Some(ready) = kept.ready(view, *region, days) {
                    lines.push((ready, true));
                    continue;
                }
                let line = kept.line(view, *region);
                (Arc::clone(&line.shared), line.stale.clone())
            };
            let spans = unread_of(&*locked(&shared)?, days, &stale);
            for span in spans {
                let lines = unread.entry((span.start, span.end)).or_default();
                lines.push((*region, Arc::clone(&shared)));
            }
            lines.push((shared, false));
        }
        self.load(tx, view, unread).await?;
        // Nothing is marked while rows are read: what was stale is not any more.
        let mut kept = self.kept()?;
        let read = regions.iter().zip(&lines).filter(|(_, own)| !own.1);
        for (region, (shared, _)) in read {
            let loaded = locked(shared)?.around(days);
            let line = kept.line(view, *region);
            line.stale.clear();
            if Arc::ptr_eq(&line.shared, shared) {
                line.has_loaded(loaded);
            }
        }
        Ok(lines.into_iter().map(|(shared, _)| shared).collect())
    }

    /// When any of some days was changed last, or the instant from which on that is known.
    pub(super) fn mark_between(&self, first: i64, last: i64) -> Result<i64, Error> {
        let kept = self.kept()?;
        let marks = kept.day_marks.range(first..=last).map(|(_, mark)| *mark);
        Ok(marks.max().unwrap_or(0).max(kept.first_known))
    }

    /// When a region was changed last, or the instant from which on that is known.
    pub(super) fn mark(&self, region: Region) -> Result<i64, Error> {
        let kept = self.kept()?;
        let mark = kept.marks.get(&region).copied().unwrap_or(0);
        Ok(mark.max(kept.first_known))
    }

    /// Loads spans of days of regions, many regions at a time: a statement costs as much as many rows.
    async fn load(&self, tx: &mut Tx, view: View, unread: Unread) -> Result<(), Error> {
        let mut walkers = Walkers::new();
        for ((start, end), lines) in unread {
            let days = start..end;
            let at_once = usize::try_from(DAYS_AT_ONCE / (end - start)).unwrap_or(1);
            for some in lines.chunks(at_once.clamp(1, REGIONS_AT_ONCE)) {
                let regions: Vec<Region> = some.iter().map(|(region, _)| *region).collect();
                if walkers.len() > MOST_WALKERS {
                    walkers.clear();
                }
                let of = (regions.as_slice(), &days);
                let mut drafts = self.read(tx, view, of, &mut walkers).await?;
                for (region, shared) in some {
                    let own = drafts.remove(region).unwrap_or_default();
                    locked(shared)?.set_days(&days, own);
                }
            }
        }
        Ok(())
    }

    async fn read(
        &self,
        tx: &mut Tx,
        view: View,
        (regions, days): (&[Region], &Days),
        known: &mut Walkers,
    ) -> Result<Drafts, Error> {
        let window = Window {
            version: view.version,
            regions,
            from: LocalDate::from_days(days.start),
            to: LocalDate::from_days(days.end - 1),
        };
        let cells = sql::cells_in(tx, window, view.footprint).await?;
        // Trips are kept where the coarse masks are.
        let trips = if regions.iter().any(|region| region.is_coarse()) {
            sql::trips_in(tx, window).await?
        } else {
            Vec::new()
        };
        let patrols = cells.iter().map(|row| row.patrol);
        let patrols = patrols.chain(trips.iter().map(|row| row.patrol));
        let unknown: BTreeSet<PatrolId> = patrols
            .filter(|patrol| !known.contains_key(patrol))
            .collect();
        let unknown: Vec<PatrolId> = unknown.into_iter().collect();
        // After the rows, so that there are some for each: patrols are indexed meanwhile.
        let facts = sql::facts_of(tx, &unknown).await?;
        let trips = {
            let mut words = self.words_mut()?;
            known.extend(walkers(&mut words, &facts));
            in_numbers(&mut words, &trips)
        };
        drafts((&*known, view.class()), &cells, trips)
    }

    /// The numbers of words, to look up.
    pub(super) fn words(&self) -> Result<RwLockReadGuard<'_, Words>, Error> {
        self.words.read().map_err(Error::ended)
    }

    /// The numbers of words, to give new ones.
    pub(super) fn words_mut(&self) -> Result<RwLockWriteGuard<'_, Words>, Error> {
        self.words.write().map_err(Error::ended)
    }

    /// Counts what is kept of some timelines, and drops what is too much.
    pub(super) fn settle(&self, view: View, lines: &[(Region, Shared)]) {
        let weighed = lines.iter().filter_map(|(region, shared)| {
            let bytes = shared.lock().ok()?.weighed()?;
            Some((*region, Arc::clone(shared), bytes))
        });
        let weighed: Weights = weighed.collect();
        self.count(view, &weighed);
    }

    /// Counts what was weighed, and drops what is too much.
    pub(super) fn count(&self, view: View, weighed: &Weights) {
        if weighed.is_empty() {
            return;
        }
        let Ok(mut kept) = self.kept() else { return };
        for (region, shared, bytes) in weighed {
            let line = kept.lines.get_mut(&(view, *region));
            if let Some(line) = line.filter(|line| Arc::ptr_eq(&line.shared, shared)) {
                let before = std::mem::replace(&mut line.bytes, *bytes);
                kept.bytes = kept.bytes - before + *bytes;
            }
        }
        kept.shrink(self.most_bytes);
    }

    fn kept(&self) -> Result<std::sync::MutexGuard<'_, Kept>, Error> {
        self.kept.lock().map_err(Error::ended)
    }
}

/// The days to read of a region for a window: those that are not there, and those that have changed.
fn unread_of(line: &Timeline, days: &Days, stale: &BTreeSet<i64>) -> Vec<Days> {
    let mut spans = line.missing(days);
    let is_in = |day: i64| spans.iter().any(|span| span.contains(&day));
    let old = stale.iter().copied();
    let old = old.filter(|day| line.holds(*day) && !is_in(*day));
    let old: Vec<Days> = old.map(|day| day..day + 1).collect();
    spans.extend(old);
    spans
}

/// A timeline for as long as nothing is awaited.
pub(super) fn locked(shared: &Shared) -> Result<std::sync::MutexGuard<'_, Timeline>, Error> {
    shared.lock().map_err(Error::ended)
}
