//! Definitions: setting a new one is a journalled act; the index follows in the background, and answers come from
//! the last one that every patrol is indexed under until then. The one before stays in the index; what was defined
//! earlier still is answered from the facts.

use std::sync::{Arc, RwLock};

use serde::Serialize;
use uuid::Uuid;

use crate::base::actor::{Actor, Right};
use crate::base::ids::{JobId, PatrolId};
use crate::base::time::Timestamp;
use crate::coverage::model::definition::{
    Definition, Draft, Footprint, FootprintClass, OUTSIDER_DELAY_D,
};
use crate::coverage::sql::{self, DefinitionRow};
use crate::journal::{Entry, Kind, Receipt};
use crate::patrols::INDEX_JOB;
use crate::store::{self, Tx};

use super::{Coverage, Error, parameter};

/// The kind of job that has every patrol indexed under a definition.
pub const REINDEX_JOB: &str = "reindex_coverage";

/// How long it waits before it looks again whether all are.
const LOOK_AGAIN_MS: i64 = 5_000;
/// Patrols asked for in one act.
const PATROLS_AT_ONCE: i64 = 500;
const MOST_REASON_CHARS: usize = 500;

/// The definitions in memory.
#[derive(Debug, Default)]
pub(super) struct Definitions(RwLock<Option<Arc<Known>>>);

/// Every definition, the oldest first, with what their rows said of them.
#[derive(Debug)]
pub(super) struct Known {
    mark: (i64, i64),
    all: Vec<KnownDefinition>,
}

#[derive(Debug)]
struct KnownDefinition {
    definition: Arc<Definition>,
    is_complete: bool,
}

/// A definition as readers see it.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct DefinitionEntry {
    /// The definition.
    #[schema(value_type = Object)]
    pub definition: Draft,
    /// Why it was set; null for the one that a province starts with.
    pub reason: Option<String>,
    /// When it was set; null for the one that a province starts with.
    pub set_at: Option<Timestamp>,
    /// Whether every patrol is indexed under it, so that it is answered without `as_of`; the newest such version is the one
    /// that answers by default. The index keeps two: of what was replaced twice this is false again.
    pub is_complete: bool,
}

impl Known {
    /// The definition to answer by from the index: the asked one, or the last complete one.
    pub(super) fn answering(&self, asked: Option<u32>) -> Result<Arc<Definition>, Error> {
        let definition = self.recorded(asked)?;
        let indexed = self.indexed();
        let kept = indexed.iter().map(|own| own.version());
        if kept.clone().any(|version| version == definition.version()) {
            return Ok(definition);
        }
        let kept = kept.map(|version| version.to_string()).collect::<Vec<_>>();
        let reason = format!(
            "only {} are kept in the index; ask for an earlier one with as_of, which derives it from the facts",
            kept.join(", ")
        );
        Err(parameter("definition", reason))
    }

    /// The asked definition, however long ago it was replaced, or the last complete one.
    pub(super) fn recorded(&self, asked: Option<u32>) -> Result<Arc<Definition>, Error> {
        let found = match asked {
            Some(version) => self
                .all
                .iter()
                .find(|own| own.definition.version() == version),
            None => self.all.iter().rev().find(|own| own.is_complete),
        };
        let versions = || {
            let all = self
                .all
                .iter()
                .map(|own| own.definition.version().to_string());
            format!("there are {}", all.collect::<Vec<_>>().join(", "))
        };
        found
            .map(|own| Arc::clone(&own.definition))
            .ok_or_else(|| parameter("definition", versions()))
    }

    /// The definitions that patrols are indexed under: the last complete one with the one before it, so that a change
    /// can be compared, and those after it.
    pub(super) fn indexed(&self) -> Vec<Arc<Definition>> {
        let last = self.all.iter().rposition(|own| own.is_complete);
        let rest = self.all.iter().skip(last.unwrap_or(0).saturating_sub(1));
        rest.map(|own| Arc::clone(&own.definition)).collect()
    }

    /// Whether every patrol is indexed under a definition.
    pub(super) fn is_complete(&self, definition: &Definition) -> bool {
        let mut all = self.all.iter();
        let own = all.find(|own| own.definition.version() == definition.version());
        own.is_some_and(|own| own.is_complete)
    }

    /// Whether every patrol is indexed under a version that the index still keeps.
    fn is_kept_whole(&self, version: u32) -> bool {
        let is_kept = self.indexed().iter().any(|own| own.version() == version);
        let mut all = self.all.iter();
        is_kept && all.any(|own| own.is_complete && own.definition.version() == version)
    }

    /// How many of the last days are withheld from outsiders: by the newest definition, whichever one answers.
    pub(super) fn outsider_delay_days(&self) -> u32 {
        let newest = self.all.last();
        newest.map_or(OUTSIDER_DELAY_D, |own| own.definition.outsider_delay_days())
    }

    fn newest(&self) -> u32 {
        self.all.last().map_or(0, |own| own.definition.version())
    }

    fn incomplete(&self) -> impl Iterator<Item = u32> {
        let all = self.all.iter().filter(|own| !own.is_complete);
        all.map(|own| own.definition.version())
    }
}

impl Coverage {
    /// The definitions as they are now.
    pub(super) async fn known(&self, tx: &mut Tx) -> Result<Arc<Known>, Error> {
        Ok(self.known_and_clock(tx).await?.0)
    }

    /// The definitions as they are now, and the instant of the index's clock.
    pub(super) async fn known_and_clock(&self, tx: &mut Tx) -> Result<(Arc<Known>, i64), Error> {
        let (set, complete, clock) = sql::definitions_mark(tx).await?;
        let mark = (set, complete);
        let kept = self.definitions.0.read().map_err(Error::ended)?.clone();
        if let Some(known) = kept.filter(|known| known.mark == mark) {
            return Ok((known, clock));
        }
        let first = KnownDefinition {
            definition: Arc::new(Definition::current()),
            is_complete: true,
        };
        let rows = sql::definitions(tx).await?;
        let set = rows.iter().map(|row| {
            Ok(KnownDefinition {
                definition: Arc::new(definition_of(row)?),
                is_complete: row.complete_at.is_some(),
            })
        });
        let all = std::iter::once(Ok(first)).chain(set);
        let known = Arc::new(Known {
            mark,
            all: all.collect::<Result<_, store::Error>>()?,
        });
        *self.definitions.0.write().map_err(Error::ended)? = Some(Arc::clone(&known));
        Ok((known, clock))
    }

    /// Every definition, the oldest first.
    pub async fn definitions(&self, actor: &Actor) -> Result<Vec<DefinitionEntry>, Error> {
        if !actor.may_somewhere(Right::ReadCoverage) {
            return Err(Error::Forbidden);
        }
        let mut tx = self.journal.store().read().await?;
        let known = self.known(&mut tx).await?;
        let first = Draft::current();
        let mut entries = vec![DefinitionEntry {
            is_complete: known.is_kept_whole(first.version),
            definition: first,
            reason: None,
            set_at: None,
        }];
        for row in sql::definitions(&mut tx).await? {
            let definition: Draft = definition_of(&row)?.into();
            entries.push(DefinitionEntry {
                is_complete: known.is_kept_whole(definition.version),
                definition,
                reason: Some(row.reason),
                set_at: Some(row.set_at),
            });
        }
        Ok(entries)
    }

    /// Sets the next definition. `body` is what the author sent.
    pub async fn set_definition(
        &self,
        actor: &Actor,
        draft: Draft,
        reason: &str,
        body: bytes::Bytes,
    ) -> Result<Receipt, Error> {
        if !actor.may_in_province(Right::ChangeDefinitions) {
            return Err(Error::Forbidden);
        }
        let reason = reason.trim().to_owned();
        if reason.is_empty() || reason.chars().count() > MOST_REASON_CHARS {
            return Err(parameter("reason", "1 to 500 characters are needed"));
        }
        check(&draft)?;
        let draft: Draft = Definition::try_from(draft)
            .map_err(|fault| parameter("definition", fault.to_string()))?
            .into();
        let context = (self.clone(), actor.clone(), draft, reason, body);
        self.journal
            .write(context, |tx, (coverage, actor, draft, reason, body)| {
                Box::pin(coverage.set_act(tx, actor, draft, reason, body))
            })
            .await
    }

    async fn set_act(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        draft: &Draft,
        reason: &str,
        body: &[u8],
    ) -> Result<Receipt, Error> {
        sql::tick(tx).await?;
        let known = self.known(tx).await?;
        let next = known.newest() + 1;
        if draft.version != next {
            return Err(parameter("version", format!("the next version is {next}")));
        }
        let entry = Entry {
            kind: Kind::Definition,
            fact: fact_of(draft.version),
            actor: actor.id,
            device: None,
            origin: None,
            body,
        };
        let written = self.journal.enter(tx, entry).await?;
        let row = DefinitionRow {
            version: i64::from(draft.version),
            draft: serde_json::to_string(draft).unwrap_or_default(),
            reason: reason.to_owned(),
            entry: written.entry,
            set_at: self.journal.now(),
            complete_at: None,
        };
        sql::insert_definition(tx, &row).await?;
        self.journal
            .queue(tx, REINDEX_JOB, fact_of(draft.version))
            .await?;
        Ok(self.journal.receipt(&written))
    }

    /// The job that asks for every patrol to be indexed under the definitions that are not complete, and says so of
    /// one when all are. It comes back until then.
    pub async fn reindex(&self, job: JobId) -> Result<(), Error> {
        let mut tx = self.journal.store().read().await?;
        let known = self.known(&mut tx).await?;
        let mut is_any_behind = false;
        let (waiting, _) = self.journal.waiting(INDEX_JOB).await?;
        if let Some(version) = known.incomplete().last().filter(|_| waiting == 0) {
            is_any_behind = self.ask_behind(&mut tx, i64::from(version)).await? > 0;
        }
        drop(tx);
        let done = (waiting == 0 && !is_any_behind).then_some(known);
        let context = (self.clone(), job, done);
        self.journal
            .write(context, |tx, (coverage, job, done)| {
                Box::pin(coverage.reindexed(tx, *job, done.as_deref()))
            })
            .await
    }

    /// Asks for every patrol to be indexed anew from its facts; gives how many there are. The wish is a row of the
    /// queue for each patrol: whichever process is cut, another goes on with what waits.
    pub async fn ask_for_all(&self) -> Result<usize, Error> {
        let mut tx = self.journal.store().read().await?;
        self.ask_behind(&mut tx, i64::MAX).await
    }

    /// Asks for the patrols that are not indexed under a definition yet; gives how many there are.
    async fn ask_behind(&self, tx: &mut Tx, version: i64) -> Result<usize, Error> {
        let (mut asked, mut after) = (0, PatrolId(Uuid::nil()));
        loop {
            let some = sql::patrols_behind(tx, version, after, PATROLS_AT_ONCE).await?;
            let Some(last) = some.last() else {
                return Ok(asked);
            };
            (after, asked) = (*last, asked + some.len());
            self.ask_for(&some).await?;
        }
    }

    async fn ask_for(&self, patrols: &[PatrolId]) -> Result<(), Error> {
        let context = (self.journal.clone(), patrols.to_vec());
        self.journal
            .write(context, |tx, (journal, patrols)| {
                Box::pin(async move {
                    for patrol in patrols {
                        journal.queue(tx, INDEX_JOB, patrol.0).await?;
                    }
                    Ok::<_, Error>(())
                })
            })
            .await
    }

    async fn reindexed(&self, tx: &mut Tx, job: JobId, done: Option<&Known>) -> Result<(), Error> {
        self.journal.finish_job(tx, job).await?;
        let versions: Vec<u32> = done.into_iter().flat_map(Known::incomplete).collect();
        if !versions.is_empty() {
            // Figures are by another definition from now on though no row has changed: who keeps any by the clock is told.
            sql::tick(tx).await?;
        }
        for version in versions {
            sql::complete_definition(tx, i64::from(version), self.journal.now()).await?;
        }
        if done.is_none() {
            let again = self.journal.now().plus_millis(LOOK_AGAIN_MS);
            self.journal
                .queue_at(tx, REINDEX_JOB, fact_of(0), again)
                .await?;
        }
        Ok(())
    }
}

/// What can be set today: the layout of masks is the same under every definition.
fn check(draft: &Draft) -> Result<(), Error> {
    let first = Draft::current();
    if (draft.mask_resolution, draft.parent_resolution)
        != (first.mask_resolution, first.parent_resolution)
    {
        return Err(parameter(
            "mask_resolution",
            "masks are kept at 11 in words of 9",
        ));
    }
    let limits = [
        ("max_gap_s", draft.max_gap_s, 10..=600),
        ("max_gap_m", draft.max_gap_m, 10..=1_000),
        ("max_accuracy_m", draft.max_accuracy_m, 5..=100),
        // Less than a week would show the present one; more than three would leave a form's last thirty days empty.
        ("outsider_delay_days", draft.outsider_delay_days, 7..=21),
    ];
    for (name, value, range) in limits {
        if !range.contains(&value) {
            let (least, most) = (range.start(), range.end());
            return Err(parameter(name, format!("from {least} to {most}")));
        }
    }
    if draft.freshness_days.is_empty() || draft.freshness_days.len() > 10 {
        return Err(parameter("freshness_days", "one to ten numbers of days"));
    }
    if !draft.freshness_days.is_sorted_by(|a, b| a < b) {
        return Err(parameter("freshness_days", "numbers of days that rise"));
    }
    if draft.footprints.iter().any(Footprint::has_radius_twice) {
        return Err(parameter("footprints", "every radius of a transport once"));
    }
    let sees = |own: &Footprint| {
        own.transport.class() == FootprintClass::Ground && own.default_radius_cm > 0
    };
    if !draft.footprints.iter().any(sees) {
        return Err(parameter(
            "footprints",
            "at least one radius of the class ground: without one no patrol would see anything",
        ));
    }
    Ok(())
}

pub(super) fn definition_of(row: &DefinitionRow) -> Result<Definition, store::Error> {
    serde_json::from_str(&row.draft).or(Err(store::Error::Corrupt {
        table: "coverage_definitions",
        column: "draft",
        id: row.version.to_string(),
    }))
}

/// The id under which a definition stands in the journal: made from its version, so that it is the same everywhere.
pub(super) fn fact_of(version: u32) -> Uuid {
    Uuid::from_u128(0x0190_0000_0000_7000_8000_00c0_0000_0000 + u128::from(version))
}
