//! Figures from facts received up to an instant: every patrol is derived and swept anew.

use std::collections::HashSet;
use std::sync::Arc;

use crate::base::ids::PatrolId;
use crate::base::time::Timestamp;
use crate::coverage::sql::{self, EffortRow, MasksRow, PatrolRow};

use super::answer::Note;
use super::cache::{Day, Drafts, Window};
use super::index::Indexed;
use super::{Coverage, Error};

/// Patrols begun so long before a window may reach into it.
const LONGEST_PATROL_D: i64 = 31;

/// Rows as if read from their tables.
#[derive(Default)]
struct Gathered {
    patrols: Vec<PatrolRow>,
    masks: Vec<MasksRow>,
    effort: Vec<EffortRow>,
}

impl Coverage {
    /// The days of a window as far as was known at an instant.
    pub(super) async fn recheck(
        &self,
        window: Window,
        instant: Timestamp,
        notes: &mut Vec<Note>,
    ) -> Result<Vec<Arc<Day>>, Error> {
        let mut tx = self.journal.store().read().await?;
        let first = window.from.plus_days(-LONGEST_PATROL_D).start();
        let begun = self
            .patrols
            .begun_between(&mut tx, first, window.to.end())
            .await?;
        let mut gathered = Gathered::default();
        let mut erased = HashSet::new();
        for id in begun {
            match self.patrols.walked_as_of(&mut tx, id, instant).await? {
                None => {}
                Some(walked) if walked.tracks.is_none() => drop(erased.insert(id)),
                Some(walked) => gathered.add(self.indexed(walked, instant).await?, window),
            }
        }
        if !erased.is_empty() {
            gathered.add_kept(&mut tx, &erased, window).await?;
            notes.push(Note {
                code: "not_recheckable",
                text: format!(
                    "the raw fixes of {} patrols were erased: they count as they were indexed last",
                    erased.len()
                ),
            });
        }
        notes.push(Note {
            code: "as_of",
            text: format!("patrols and fixes received up to {instant}; areas as known today"),
        });
        gathered.days(&self.masks.slots)
    }
}

impl Gathered {
    fn add(&mut self, indexed: Indexed, window: Window) {
        let (facts, rows) = (indexed.facts, indexed.rows.unwrap_or_default());
        let patrol = facts.patrol;
        let is_within = |day| window.from <= day && day <= window.to;
        self.patrols.push(PatrolRow {
            patrol,
            kind: facts.kind.to_owned(),
            lead_org: facts.lead_org,
            campaign: facts.campaign,
            state: facts.state.to_owned(),
        });
        let masks = rows.masks.into_iter();
        let masks = masks.filter(|row| is_within(row.day) && row.footprint == window.footprint);
        self.masks.extend(masks.map(|row| MasksRow {
            day: row.day,
            patrol,
            masks: row.masks,
        }));
        let effort = rows.effort.into_iter().filter(|row| is_within(row.day));
        self.effort.extend(effort.map(|row| EffortRow {
            day: row.day,
            patrol,
            boundary: row.boundary,
            length_m: row.length_m,
            duration_ms: row.duration_ms,
            last_at: row.last_at,
            pieces: row.pieces,
        }));
    }

    /// Adds what is kept of patrols whose raw fixes were erased.
    async fn add_kept(
        &mut self,
        tx: &mut crate::store::Tx,
        erased: &HashSet<PatrolId>,
        window: Window,
    ) -> Result<(), Error> {
        let (from, to) = (window.from, window.to);
        let patrols = sql::patrols_between(tx, from, to).await?.into_iter();
        self.patrols
            .extend(patrols.filter(|row| erased.contains(&row.patrol)));
        let masks = sql::masks_between(tx, from, to, window.footprint, window.version).await?;
        self.masks
            .extend(masks.into_iter().filter(|row| erased.contains(&row.patrol)));
        let effort = sql::effort_between(tx, from, to).await?.into_iter();
        self.effort
            .extend(effort.filter(|row| erased.contains(&row.patrol)));
        Ok(())
    }

    fn days(self, slots: &std::sync::RwLock<super::cache::Slots>) -> Result<Vec<Arc<Day>>, Error> {
        let mut drafts = Drafts::new(self.patrols);
        for row in &self.masks {
            drafts.add_masks(row, slots)?;
        }
        for row in self.effort {
            drafts.add_effort(row);
        }
        Ok(drafts.finish())
    }
}
