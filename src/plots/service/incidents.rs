//! Incidents (vụ): one record that groups the plots of a find.

use serde_json::{Value, json};

use crate::base::actor::{Actor, Right};
use crate::base::ids::{EntryId, IncidentId};
use crate::base::refusal::Refusal;
use crate::base::time::Timestamp;
use crate::identity::Identity;
use crate::identity::model::unit_of;
use crate::journal::{Entry, KeptAside, Kind, Receipt};
use crate::plots::model::incident::{IncidentDraft, IncidentWire};
use crate::plots::model::record::incident_record;
use crate::plots::model::words::PlotFlag;
use crate::plots::sql::{self, Filter, IncidentRow};
use crate::store::{self, Tx};

use super::correct::{is_decided, latest_of_incident};
use super::read::{ListPage, PlotView, told_of};
use super::{DIFFERS, Error, FOREIGN, OUTSIDE, Plots, Promise, STALE, flags_text, sight, too_much};

/// Plots of an incident that are shown with it.
const SHOWN: i64 = 500;

/// An incident as one reader may see it.
#[derive(Debug, Clone)]
pub struct IncidentView {
    /// Its row.
    row: IncidentRow,
    /// Versions with their entries, when asked for.
    history: Option<Vec<Value>>,
    /// Its plots in the reader's reach, when asked for.
    pub plots: Option<Vec<PlotView>>,
}

struct Sent {
    actor: Actor,
    id: IncidentId,
    draft: IncidentDraft,
    record: String,
    body: Vec<u8>,
}

enum Outcome {
    Stands(Box<IncidentRow>, Promise),
    Differs(KeptAside),
    Stale(KeptAside),
    Outside(KeptAside),
}

impl Plots {
    /// Records an incident or a correction of it; `body` are the bytes as sent.
    pub async fn record_incident(
        &self,
        actor: &Actor,
        id: IncidentId,
        wire: &IncidentWire,
        body: &[u8],
    ) -> Result<(IncidentView, bool, Receipt), Error> {
        if !actor.may_somewhere(Right::RecordPlots) {
            return Err(Error::Forbidden);
        }
        let draft = IncidentDraft::from_wire(wire, self.journal.now())?;
        let mut tx = self.journal.store().read().await?;
        let known = sql::incident(&mut tx, id).await?;
        drop(tx);
        let named = [draft.commune.clone(), known.and_then(|row| row.commune)];
        let named = named.into_iter().flatten().collect();
        let sent = Sent {
            actor: self.with_ended(actor, named).await?,
            id,
            record: incident_record(&draft).to_string(),
            draft,
            body: body.to_vec(),
        };
        let outcome = self
            .journal
            .write((self.clone(), sent), |tx, (plots, sent)| {
                Box::pin(plots.write_incident(tx, sent))
            })
            .await?;
        match outcome {
            Outcome::Stands(row, promise) => {
                let is_new = promise.is_new();
                let receipt = promise.signed(&self.journal);
                Ok((IncidentView::bare(*row), is_new, receipt))
            }
            Outcome::Differs(kept) => Err(Error::Differs(Box::new(kept))),
            Outcome::Stale(kept) => Err(Error::Stale(Box::new(kept))),
            Outcome::Outside(kept) => Err(Error::Outside(Box::new(kept))),
        }
    }

    async fn write_incident(&self, tx: &mut Tx, sent: &Sent) -> Result<Outcome, Error> {
        if !sql::lock_incident(tx, sent.id).await? {
            return self.write_first_incident(tx, sent).await;
        }
        let row = sql::incident(tx, sent.id).await?.ok_or(Error::NotFound)?;
        let mut alike = sql::incident_alike(tx, sent.id, sent.actor.id, &sent.record).await?;
        if alike.is_none() {
            alike = self.journal.erased_alike(tx, &sent.entry()).await?;
        }
        if let Some(entry) = alike {
            let receipt = self.journal.receipt_again(tx, entry).await?;
            return Ok(Outcome::Stands(Box::new(row), Promise::Again(receipt)));
        }
        let by_author = row.author == sent.actor.id;
        let by_officer = sent.draft.revises.is_some()
            && sent.actor.may(Right::RevisePlots, row.commune.as_deref());
        let by_node = Identity::vouching(tx, &sent.actor, row.author).await?;
        let by_node = by_node.zip(sent.draft.revises);
        if !by_author && !by_officer && by_node.is_none() {
            return self.keep_foreign_incident(tx, sent).await;
        }
        if !sent.may_record(row.commune.as_deref()) || !sent.is_in_scope() {
            return self
                .keep_incident(tx, sent, OUTSIDE)
                .await
                .map(Outcome::Outside);
        }
        let Some(version) = sent.draft.revises else {
            let kept = self.keep_incident(tx, sent, DIFFERS).await;
            return kept.map(Outcome::Differs);
        };
        let follows = match by_node {
            Some((own, _)) => own.follows(latest_of_incident(tx, own, sent.id).await?, version),
            None => i64::from(version) == row.version,
        };
        if !follows {
            let kept = self.keep_incident(tx, sent, STALE).await;
            return kept.map(Outcome::Stale);
        }
        self.revise_incident(tx, sent, row).await
    }

    async fn revise_incident(
        &self,
        tx: &mut Tx,
        sent: &Sent,
        row: IncidentRow,
    ) -> Result<Outcome, Error> {
        let written = self.journal.enter(tx, sent.entry()).await?;
        let next = IncidentRow {
            version: row.version + 1,
            author: row.author,
            org: row.org,
            ..sent.row(written.entry, row.recorded_at)
        };
        let at = written.received_at;
        sql::revise_incident(tx, &next, sent.actor.id, &sent.record, at).await?;
        Ok(Outcome::Stands(Box::new(next), Promise::New(written)))
    }

    async fn write_first_incident(&self, tx: &mut Tx, sent: &Sent) -> Result<Outcome, Error> {
        if !is_decided(&sent.actor) {
            sent.refuse_revision()?;
        }
        if !sent.is_in_scope() {
            return self
                .keep_incident(tx, sent, OUTSIDE)
                .await
                .map(Outcome::Outside);
        }
        let written = self.journal.enter(tx, sent.entry()).await?;
        let row = sent.row(written.entry, written.received_at);
        if !sql::insert_incident(tx, &row, &sent.record).await? {
            return Err(store::Error::Busy("the incident was just written".into()).into());
        }
        Ok(Outcome::Stands(Box::new(row), Promise::New(written)))
    }

    async fn keep_incident(
        &self,
        tx: &mut Tx,
        sent: &Sent,
        reason: &str,
    ) -> Result<KeptAside, Error> {
        let bytes = i64::try_from(sent.body.len()).unwrap_or(i64::MAX);
        let kept = self
            .journal
            .keep_aside(tx, sent.entry(), reason, bytes)
            .await?;
        too_much(kept)
    }

    /// The id is another author's: answered as if it were unknown.
    async fn keep_foreign_incident(&self, tx: &mut Tx, sent: &Sent) -> Result<Outcome, Error> {
        sent.refuse_revision()?;
        if !sent.is_in_scope() {
            return self
                .keep_incident(tx, sent, OUTSIDE)
                .await
                .map(Outcome::Outside);
        }
        let kept = self.keep_incident(tx, sent, FOREIGN).await?;
        let row = sent.row(kept.receipt.entry_id, kept.receipt.received_at);
        Ok(Outcome::Stands(Box::new(row), Promise::Kept(kept)))
    }

    /// One incident with its history and those of its plots that the caller may see.
    pub async fn incident(&self, actor: &Actor, id: IncidentId) -> Result<IncidentView, Error> {
        let sight = sight(actor).ok_or(Error::Forbidden)?;
        let today = self.today().await?;
        let mut tx = self.journal.store().read().await?;
        let row = sql::incident(&mut tx, id).await?.ok_or(Error::NotFound)?;
        drop(tx);
        let named = row.commune.iter().cloned().collect();
        if !may_see(&self.with_ended(actor, named).await?, &row) {
            return Err(Error::NotFound);
        }
        let mut tx = self.journal.store().read().await?;
        let versions = sql::incident_versions(&mut tx, id).await?;
        let filter = Filter {
            incident: Some(id),
            ..Filter::default()
        };
        let plots = sql::list(&mut tx, &sight, &filter, None, SHOWN).await?;
        let views = plots
            .into_iter()
            .map(|plot| PlotView::of(actor, plot, Vec::new(), &today));
        let history = versions
            .into_iter()
            .map(|(version, entry, at)| told_of(version, entry, at));
        Ok(IncidentView {
            row,
            history: Some(history.collect()),
            plots: Some(views.collect::<Result<_, _>>()?),
        })
    }

    /// A page of the incidents in the caller's reach.
    pub async fn incidents(
        &self,
        actor: &Actor,
        after: Option<(Timestamp, IncidentId)>,
        limit: u32,
        count: bool,
    ) -> Result<ListPage<IncidentView, IncidentId>, Error> {
        let mut tx = self.journal.store().read().await?;
        let named = sql::communes_of_incidents(&mut tx).await?;
        drop(tx);
        let wider = self.with_ended(actor, named.into_iter().collect()).await?;
        let sight = sight(&wider).ok_or(Error::Forbidden)?;
        let mut tx = self.journal.store().read().await?;
        let own = (actor.id, unit_of(actor));
        let mut rows =
            sql::list_incidents(&mut tx, &sight, own, after, i64::from(limit) + 1).await?;
        let most = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = rows.len() > most;
        rows.truncate(most);
        let next = rows.last().filter(|_| more);
        let next = next.map(|row| (row.occurred_at, row.id));
        let total = if count {
            Some(sql::count_incidents(&mut tx, &sight, own).await?)
        } else {
            None
        };
        Ok(ListPage {
            items: rows.into_iter().map(IncidentView::bare).collect(),
            next,
            total,
        })
    }
}

/// An incident is seen in its commune, and by its author's unit.
fn may_see(actor: &Actor, row: &IncidentRow) -> bool {
    let own = row.author == actor.id || (row.org.is_some() && row.org == unit_of(actor));
    own || actor.may(Right::ReadPlots, row.commune.as_deref())
}

impl IncidentView {
    fn bare(row: IncidentRow) -> Self {
        Self {
            row,
            history: None,
            plots: None,
        }
    }

    /// Its id.
    #[must_use]
    pub const fn id(&self) -> IncidentId {
        self.row.id
    }

    /// The incident as JSON, without its plots.
    pub fn told(&self) -> Result<Value, store::Error> {
        let row = &self.row;
        let flags: Vec<PlotFlag> =
            serde_json::from_str(&row.flags).or(Err(store::Error::Corrupt {
                table: "incidents",
                column: "flags",
                id: row.id.to_string(),
            }))?;
        let mut told = json!({
            "id": row.id,
            "version": row.version,
            "title": row.title,
            "commune": row.commune,
            "occurred_at": row.occurred_at,
            "notes": row.notes,
            "flags": flags,
            "recorded_at": row.recorded_at,
        });
        if let (Some(history), Some(fields)) = (&self.history, told.as_object_mut()) {
            fields.insert("history".into(), history.clone().into());
        }
        Ok(told)
    }
}

impl Sent {
    fn entry(&self) -> Entry<'_> {
        Entry {
            kind: Kind::Incident,
            fact: self.id.0,
            actor: self.actor.id,
            device: None,
            origin: Some(&self.actor.origin),
            body: &self.body,
        }
    }

    /// An incident without a commune is its unit's, wherever that is; with one it needs the right there.
    fn may_record(&self, commune: Option<&str>) -> bool {
        commune.is_none() || self.actor.may(Right::RecordPlots, commune)
    }

    fn is_in_scope(&self) -> bool {
        self.may_record(self.draft.commune.as_deref())
    }

    fn refuse_revision(&self) -> Result<(), Refusal> {
        match self.draft.revises {
            Some(_) => Err(Refusal::at("/revises", "there is no version to revise yet")),
            None => Ok(()),
        }
    }

    fn row(&self, entry: EntryId, recorded_at: Timestamp) -> IncidentRow {
        let personal = self.draft.text_looks_personal();
        let flags: &[PlotFlag] = if personal {
            &[PlotFlag::TextLooksPersonal]
        } else {
            &[]
        };
        IncidentRow {
            id: self.id,
            version: 1,
            entry,
            author: self.actor.id,
            org: self.actor.org,
            title: self.draft.title.clone(),
            commune: self.draft.commune.clone(),
            occurred_at: self.draft.occurred_at,
            notes: self.draft.notes.clone(),
            flags: flags_text(flags),
            recorded_at,
        }
    }
}
