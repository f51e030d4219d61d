//! The timelines that are kept, what of them is out of date, and which go when they hold too much.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use crate::coverage::model::region::Region;
use crate::coverage::model::timeline::Days;
use crate::coverage::sql::Change;

use super::tiles::{Shared, Spans, View};

/// Lists of regions that are remembered as ready as a whole.
const READY_LISTS: usize = 4;

#[derive(Default)]
pub(super) struct Kept {
    /// The instant up to which all that is kept is known, or marked as stale.
    pub(super) known: Option<i64>,
    pub(super) lines: HashMap<(View, Region), Line>,
    /// What all lines together weigh.
    pub(super) bytes: usize,
    pub(super) views: Vec<View>,
    pub(super) spans: HashMap<i64, Spans>,
    /// When each region and each day was changed last, as far as any change was read.
    pub(super) marks: HashMap<Region, i64>,
    pub(super) day_marks: BTreeMap<i64, i64>,
    /// The instant from which on changes were read.
    pub(super) first_known: i64,
    uses: u64,
    ready: Vec<Ready>,
}

/// Regions that were all found ready at an instant: nothing has changed while that is the last one known.
struct Ready {
    known: Option<i64>,
    view: View,
    regions: Vec<Region>,
    /// Days of which everything is there in every region.
    loaded: Days,
    lines: Vec<Shared>,
    used: u64,
}

pub(super) struct Line {
    pub(super) shared: Shared,
    /// Days of which everything is there.
    pub(super) loaded: Days,
    pub(super) stale: BTreeSet<i64>,
    pub(super) used: u64,
    pub(super) bytes: usize,
}

impl Line {
    /// Takes note of days of which everything is there now.
    pub(super) fn has_loaded(&mut self, days: Days) {
        self.loaded = if days.start <= self.loaded.end && self.loaded.start <= days.end {
            self.loaded.start.min(days.start)..self.loaded.end.max(days.end)
        } else {
            days
        };
    }
}

impl Kept {
    pub(super) fn apply(&mut self, change: &Change) {
        let place = change.place;
        let day = place.day.as_days();
        for view in &self.views {
            if view.version == place.version
                && let Some(line) = self.lines.get_mut(&(*view, place.region))
            {
                line.stale.insert(day);
            }
        }
        self.marks.insert(place.region, change.epoch);
        self.day_marks.insert(day, change.epoch);
        if let Some(spans) = self.spans.get_mut(&place.version)
            && place.region.is_coarse()
        {
            let span = Arc::make_mut(spans).entry(place.region);
            let span = span.or_insert((place.day, place.day));
            *span = (span.0.min(place.day), span.1.max(place.day));
        }
        self.known = Some(change.epoch);
    }

    pub(super) fn ready(&mut self, view: View, region: Region, days: &Days) -> Option<Shared> {
        let line = self.lines.get_mut(&(view, region))?;
        line.used = self.uses;
        let is_loaded = line.loaded.start <= days.start && days.end <= line.loaded.end;
        let is_fresh = || line.stale.is_empty() || line.stale.range(days.clone()).next().is_none();
        (is_loaded && is_fresh()).then(|| Arc::clone(&line.shared))
    }

    /// The lines of some regions, if all are ready.
    pub(super) fn all_ready(
        &mut self,
        view: View,
        regions: &[Region],
        days: &Days,
    ) -> Option<Vec<Shared>> {
        if regions.is_empty() {
            return Some(Vec::new());
        }
        self.uses += 1;
        let (known, uses) = (self.known, self.uses);
        let holds = |own: &Ready| own.loaded.start <= days.start && days.end <= own.loaded.end;
        let found = self.ready.iter_mut().find(|own| {
            own.known == known && own.view == view && holds(own) && own.regions == regions
        });
        if let Some(own) = found {
            own.used = uses;
            return Some(own.lines.clone());
        }
        let all = regions.iter();
        let lines: Option<Vec<_>> = all.map(|region| self.ready(view, *region, days)).collect();
        let lines = lines?;
        // A list is remembered for all days that are loaded, so none of them may be out of date.
        let mut loaded = i64::MIN..i64::MAX;
        for region in regions {
            let line = self.lines.get(&(view, *region));
            let Some(line) = line.filter(|line| line.stale.is_empty()) else {
                return Some(lines);
            };
            loaded = loaded.start.max(line.loaded.start)..loaded.end.min(line.loaded.end);
        }
        self.ready.retain(|own| own.known == known);
        if self.ready.len() >= READY_LISTS {
            self.ready.remove(0);
        }
        self.ready.push(Ready {
            known,
            view,
            regions: regions.to_vec(),
            loaded,
            lines: lines.clone(),
            used: uses,
        });
        Some(lines)
    }

    pub(super) fn line(&mut self, view: View, region: Region) -> &mut Line {
        if !self.views.contains(&view) {
            self.views.push(view);
        }
        self.lines.entry((view, region)).or_insert_with(|| Line {
            shared: Arc::default(),
            loaded: 0..0,
            stale: BTreeSet::new(),
            used: 0,
            bytes: 0,
        })
    }

    pub(super) fn shrink(&mut self, most_bytes: usize) {
        if self.bytes <= most_bytes {
            return;
        }
        for own in std::mem::take(&mut self.ready) {
            for region in own.regions {
                if let Some(line) = self.lines.get_mut(&(own.view, region)) {
                    line.used = line.used.max(own.used);
                }
            }
        }
        let mut by_use: Vec<_> = self
            .lines
            .iter()
            .map(|(key, line)| (line.used, *key))
            .collect();
        by_use.sort_unstable_by_key(|(used, _)| *used);
        for (_, key) in by_use {
            if self.bytes <= most_bytes / 4 * 3 {
                break;
            }
            if let Some(gone) = self.lines.remove(&key) {
                self.bytes -= gone.bytes;
            }
        }
    }
}
