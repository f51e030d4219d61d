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
    /// In order.
    regions: Vec<Region>,
    /// Days of which everything is there in every region.
    loaded: Days,
    lines: Vec<Shared>,
    used: u64,
}

impl Ready {
    /// The lines of some regions, if it has all of them; they are in order, and so are its own.
    fn lines_of(&mut self, regions: &[Region], uses: u64) -> Option<Vec<Shared>> {
        let mut own = self.regions.iter().zip(&self.lines);
        let line = |region: &Region| {
            let found = own.find(|(known, _)| *known == region);
            found.map(|(_, line)| Arc::clone(line))
        };
        let lines: Vec<Shared> = regions.iter().map(line).collect::<Option<_>>()?;
        self.used = uses;
        Some(lines)
    }

    /// Takes in what another list has, which is ready for the same days.
    fn join(&mut self, other: Self) {
        let own = std::mem::take(&mut self.regions).into_iter();
        let own = own.zip(std::mem::take(&mut self.lines));
        let both: BTreeMap<Region, Shared> = other
            .regions
            .into_iter()
            .zip(other.lines)
            .chain(own)
            .collect();
        (self.regions, self.lines) = both.into_iter().unzip();
    }
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
        let holds = |own: &Ready| {
            let days_too = own.loaded.start <= days.start && days.end <= own.loaded.end;
            own.known == known && own.view == view && days_too
        };
        let mut found = self.ready.iter_mut().filter(|own| holds(own));
        if let Some(lines) = found.find_map(|own| own.lines_of(regions, uses)) {
            return Some(lines);
        }
        let all = regions.iter();
        let lines: Option<Vec<_>> = all.map(|region| self.ready(view, *region, days)).collect();
        let lines = lines?;
        if !regions.is_sorted() {
            return Some(lines);
        }
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
        self.remember(Ready {
            known,
            view,
            regions: regions.to_vec(),
            loaded,
            lines: lines.clone(),
            used: uses,
        });
        Some(lines)
    }

    /// Remembers a list of regions that were found ready. Lists of windows that follow one another have most of their
    /// regions in common, so it takes in one that is ready for the same days.
    fn remember(&mut self, mut list: Ready) {
        let alike = self
            .ready
            .iter()
            .position(|own| own.view == list.view && own.loaded == list.loaded);
        if let Some(at) = alike {
            list.join(self.ready.remove(at));
        } else if self.ready.len() >= READY_LISTS
            && let Some(oldest) = (0..self.ready.len()).min_by_key(|at| self.last_use(*at))
        {
            self.ready.remove(oldest);
        }
        self.ready.push(list);
    }

    fn last_use(&self, at: usize) -> u64 {
        self.ready.get(at).map_or(0, |own| own.used)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::time::LocalDate;
    use crate::coverage::sql::Place;

    const VIEW: View = View {
        version: 1,
        footprint: 5_000,
    };
    const MONTH: Days = 3..33;

    fn regions(numbers: &[i64]) -> Vec<Region> {
        let numbers = numbers.iter().copied();
        numbers.map(Region::from_db).collect()
    }

    /// Eight regions of which 64 days are loaded.
    fn loaded() -> Kept {
        let mut kept = Kept {
            known: Some(1),
            ..Kept::default()
        };
        for region in regions(&[1, 2, 3, 4, 5, 6, 7, 8]) {
            kept.line(VIEW, region).has_loaded(0..64);
        }
        kept
    }

    #[test]
    fn lists_with_regions_in_common_are_ready_and_name_each_its_own_lines() {
        let mut kept = loaded();
        let lists: [&[i64]; 7] = [
            &[1, 2, 5],
            &[2, 3, 5, 8],
            &[1, 3, 8],
            &[1, 2, 3, 5, 8],
            &[4],
            &[7, 6],
            &[],
        ];
        for list in lists.map(regions) {
            for _ in 0..2 {
                let lines = kept.all_ready(VIEW, &list, &MONTH).unwrap();
                assert_eq!(lines.len(), list.len());
                for (region, line) in list.iter().zip(&lines) {
                    assert!(Arc::ptr_eq(line, &kept.lines[&(VIEW, *region)].shared));
                }
            }
        }
        assert!(kept.all_ready(VIEW, &regions(&[1, 9]), &MONTH).is_none());
        assert!(kept.all_ready(VIEW, &regions(&[1]), &(3..65)).is_none());
    }

    #[test]
    fn a_change_leaves_only_those_lists_ready_that_do_not_need_it() {
        let mut kept = loaded();
        for list in [[1, 2], [1, 5]] {
            assert!(kept.all_ready(VIEW, &regions(&list), &MONTH).is_some());
        }
        kept.apply(&Change {
            place: Place {
                version: VIEW.version,
                region: Region::from_db(2),
                day: LocalDate::from_days(10),
            },
            epoch: 2,
        });
        assert!(kept.all_ready(VIEW, &regions(&[1, 2]), &MONTH).is_none());
        assert!(kept.all_ready(VIEW, &regions(&[1, 5]), &MONTH).is_some());
        assert!(kept.all_ready(VIEW, &regions(&[1, 2]), &(11..33)).is_some());
    }
}
