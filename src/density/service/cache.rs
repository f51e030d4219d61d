//! Tables and efforts in memory, those used last; each is good as long as its marks stand still.

use std::fmt;
use std::sync::{Arc, Mutex, Weak};

use crate::areas::model::map::CommuneMap;
use crate::base::ids::{CampaignId, PatrolId};
use crate::base::time::LocalDate;
use crate::base::words::Crop;
use crate::coverage::model::definition::FootprintClass;
use crate::coverage::{EffortAsked, EffortMark};

use super::gather::Effort;
use super::table::Table;
use super::window::Window;
use super::{Density, Error};

/// Cells in all kept tables, some 1,200 bytes each.
const MOST_TABLE_CELLS: usize = 60_000;
/// Cells in all kept efforts, some 70 bytes each.
const MOST_EFFORT_CELLS: usize = 400_000;

/// What a table was made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Key {
    from: LocalDate,
    to: LocalDate,
    resolution: u8,
    crop: Option<Crop>,
    campaign: Option<CampaignId>,
}

impl Key {
    pub(super) const fn of(window: &Window) -> Self {
        Self {
            from: window.from,
            to: window.to,
            resolution: window.resolution,
            crop: window.crop,
            campaign: window.campaign,
        }
    }
}

/// What a table was made from. The day matters because a season ends by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Marks {
    pub(super) plots: i64,
    pub(super) effort: EffortMark,
    pub(super) today: LocalDate,
    /// The patrols of the one campaign that is asked for, by id: whatever their state, for plots have their own.
    pub(super) patrols: Option<Arc<[PatrolId]>>,
}

/// What is kept.
#[derive(Default)]
pub(super) struct Kept {
    tables: Mutex<Recent<Key, KeptTable>>,
    efforts: Mutex<Recent<EffortKey, Marked>>,
    /// Held while a table is made, so that it is made once.
    pub(super) laying: tokio::sync::Mutex<()>,
}

impl fmt::Debug for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Kept")
    }
}

/// First and last day, resolution, and the one campaign.
type EffortKey = (LocalDate, LocalDate, u8, Option<CampaignId>);

/// Effort under the mark that it was read after.
type Marked = (EffortMark, Effort);

#[derive(Clone)]
struct KeptTable {
    marks: Marks,
    map: Weak<CommuneMap>,
    table: Arc<Table>,
}

/// Things by key, the most recently used last, with their sizes.
struct Recent<K, V>(Vec<(K, usize, V)>);

impl<K, V> Default for Recent<K, V> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<K: PartialEq, V: Clone> Recent<K, V> {
    fn find(&mut self, key: &K) -> Option<V> {
        let at = self.0.iter().position(|(known, _, _)| known == key)?;
        let found = self.0.remove(at);
        let value = found.2.clone();
        self.0.push(found);
        Some(value)
    }

    /// Keeps a thing and lets the oldest go while all are larger than `most`; the newest stays.
    fn keep(&mut self, key: K, size: usize, value: V, most: usize) {
        self.0.retain(|(known, _, _)| *known != key);
        self.0.push((key, size, value));
        let mut all: usize = self.0.iter().map(|(_, size, _)| size).sum();
        while all > most && self.0.len() > 1 {
            all -= self.0.remove(0).1;
        }
    }
}

impl Kept {
    /// The table, if it is still good.
    pub(super) fn table(
        &self,
        key: &Key,
        marks: &Marks,
        map: &Arc<CommuneMap>,
    ) -> Option<Arc<Table>> {
        let kept = self.tables.lock().ok()?.find(key)?;
        let same_map = kept.map.upgrade().is_some_and(|on| Arc::ptr_eq(&on, map));
        (kept.marks == *marks && same_map).then_some(kept.table)
    }

    pub(super) fn keep_table(
        &self,
        key: Key,
        marks: Marks,
        map: &Arc<CommuneMap>,
        table: &Arc<Table>,
    ) {
        let kept = KeptTable {
            marks,
            map: Arc::downgrade(map),
            table: Arc::clone(table),
        };
        if let Ok(mut tables) = self.tables.lock() {
            tables.keep(key, table.lines.len().max(1), kept, MOST_TABLE_CELLS);
        }
    }
}

impl Density {
    /// The effort on the ground in a window, by cell; of one campaign, where one is named.
    pub(super) async fn effort(
        &self,
        (from, to): (LocalDate, LocalDate),
        resolution: u8,
        campaign: Option<CampaignId>,
    ) -> Result<Effort, Error> {
        let mut tx = self.journal.store().read().await?;
        let mark = self.coverage.effort_mark(&mut tx, from, to).await?;
        drop(tx);
        let key = (from, to, resolution, campaign);
        let kept = self.kept.efforts.lock().ok();
        if let Some((_, effort)) = kept
            .and_then(|mut kept| kept.find(&key))
            .filter(|(known, _)| *known == mark)
        {
            return Ok(effort);
        }
        let asked = EffortAsked {
            from,
            to,
            resolution,
            class: FootprintClass::Ground,
            campaign,
        };
        let effort: Effort = Arc::new(self.coverage.effort_cells(asked).await?);
        if let Ok(mut kept) = self.kept.efforts.lock() {
            let size = effort.len().max(1);
            kept.keep(key, size, (mark, Arc::clone(&effort)), MOST_EFFORT_CELLS);
        }
        Ok(effort)
    }
}
