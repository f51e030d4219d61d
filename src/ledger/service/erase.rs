//! Words that go by order: the free text of a fact of a plot's life, of a second visit, and of a tip with what became of it.
//! Digests stay: by them the same content, sent once more, is known.

use uuid::Uuid;

use crate::base::ids::{EntryId, FactId, RevisitId, TipId};
use crate::base::members::exchanged;
use crate::evidence::{self, Words, WordsGone};
use crate::journal::Left;
use crate::ledger::sql;
use crate::plots::SETTLE_JOB;
use crate::store::{self, BoxFuture, Tx};

use super::Ledger;

/// The free text of facts, whatever their kind.
const OF_FACTS: [&str; 3] = ["notes", "reason", "text"];
const OF_VISITS: [&str; 1] = ["notes"];
const OF_TIPS: [&str; 1] = ["text"];
const OF_OUTCOMES: [&str; 1] = ["note"];

impl Words for Ledger {
    fn erase<'a>(
        &'a self,
        tx: &'a mut Tx,
        fact: Uuid,
        marker: &'a str,
    ) -> BoxFuture<'a, Result<WordsGone, evidence::Error>> {
        Box::pin(async move {
            let mut gone = WordsGone::default();
            self.erase_fact(tx, FactId(fact), (marker, &mut gone.left))
                .await?;
            self.erase_visit(tx, RevisitId(fact), (marker, &mut gone.left))
                .await?;
            self.erase_tip(tx, TipId(fact), (marker, &mut gone)).await?;
            Ok(gone)
        })
    }
}

impl Ledger {
    async fn erase_fact(
        &self,
        tx: &mut Tx,
        id: FactId,
        (marker, gone): (&str, &mut Vec<Left>),
    ) -> Result<(), store::Error> {
        let Some(row) = sql::fact(tx, id).await? else {
            return Ok(());
        };
        self.plots.lock(tx, row.plot).await?;
        let record = exchanged(row.record.as_bytes(), &OF_FACTS, marker);
        let left = self.left_of(tx, row.entry, (&OF_FACTS[..], marker)).await?;
        if let Some((record, left)) = record.zip(left) {
            sql::set_fact_record(tx, id, &record).await?;
            // What is told of the plot's texts changes with them.
            self.journal.queue(tx, SETTLE_JOB, row.plot.0).await?;
            gone.push(left);
        }
        Ok(())
    }

    async fn erase_visit(
        &self,
        tx: &mut Tx,
        id: RevisitId,
        (marker, gone): (&str, &mut Vec<Left>),
    ) -> Result<(), store::Error> {
        let Some(entry) = sql::revisit_entry(tx, id).await? else {
            return Ok(());
        };
        if let Some(left) = self.left_of(tx, entry, (&OF_VISITS[..], marker)).await? {
            sql::set_revisit_notes(tx, id, marker).await?;
            gone.push(left);
        }
        Ok(())
    }

    async fn erase_tip(
        &self,
        tx: &mut Tx,
        id: TipId,
        (marker, gone): (&str, &mut WordsGone),
    ) -> Result<(), store::Error> {
        if !sql::lock_tip(tx, id).await? {
            return Ok(());
        }
        if let Some(row) = sql::tip(tx, id).await? {
            let record = exchanged(row.record.as_bytes(), &OF_TIPS, marker);
            let left = self.left_of(tx, row.entry, (&OF_TIPS[..], marker)).await?;
            if let Some((record, left)) = record.zip(left) {
                sql::set_tip_record(tx, id, &record).await?;
                gone.left.push(left);
            }
        }
        for row in sql::outcomes(tx, id).await? {
            gone.asides.push(row.id.0);
            let names = (&OF_OUTCOMES[..], marker);
            if let Some(left) = self.left_of(tx, row.entry, names).await? {
                sql::set_outcome_note(tx, row.id, marker).await?;
                gone.left.push(left);
            }
        }
        Ok(())
    }

    /// What is left of a content that stands whole; none of one that was erased before, or that holds no words.
    async fn left_of(
        &self,
        tx: &mut Tx,
        entry: EntryId,
        (names, marker): (&[&str], &str),
    ) -> Result<Option<Left>, store::Error> {
        let stored = self.journal.entry(tx, entry).await?;
        let stored = stored.filter(|own| own.row.redacted_by.is_none());
        let body = stored.and_then(|own| own.body);
        let left = body.and_then(|body| exchanged(&body, names, marker));
        Ok(left.map(|left| Left {
            entry,
            body: Some(left),
        }))
    }
}
