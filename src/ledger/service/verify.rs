//! The ledger's rows against the log: every fact, tip, outcome, draw and second visit is parsed again from the bytes that
//! its entry kept. On which plot a fact was recorded stands in the address it was sent to, not in those bytes.

use std::collections::BTreeSet;

use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::base::ids::EntryId;
use crate::base::time::Timestamp;
use crate::journal::audit::{contents, stored};
use crate::journal::{Kind, Stored};
use crate::ledger::model::parse::Wire;
use crate::ledger::model::tips::{TipOutcomeWire, TipWire};
use crate::ledger::model::words::FactKind;
use crate::ledger::sql::{self, FactRow, RevisitRow, SampleRow, TipOutcomeRow, TipRow};
use crate::store::{self, Store, Tx};

use super::record::{journal_kind, tell_uncertainty};
use super::revisits::RevisitWire;

const BATCH: i64 = 500;

/// One thing that does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LedgerFault {
    /// A row says otherwise than its entry.
    #[error("{table} {id}: the row is not what entry {entry} says")]
    Row {
        /// Its table.
        table: &'static str,
        /// The row; of a draw its year.
        id: String,
        /// Its entry.
        entry: EntryId,
    },
    /// A row was taken out.
    #[error("entry {entry} tells of a {kind} {fact}, and no row does")]
    NoRow {
        /// What it tells of.
        kind: &'static str,
        /// The fact.
        fact: Uuid,
        /// The entry.
        entry: EntryId,
    },
}

/// What was looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LedgerRows {
    /// Rows that their entries say the same of.
    pub agreeing: u64,
    /// What does not hold.
    pub faults: Vec<LedgerFault>,
}

/// A row with the entry by which it came.
struct Told {
    table: &'static str,
    id: String,
    entry: EntryId,
    author: Option<Uuid>,
    recorded_at: Option<Timestamp>,
}

struct Pass {
    entries: BTreeSet<EntryId>,
    found: LedgerRows,
}

/// Holds every row of the ledger against the log.
pub async fn verify_rows(store: &Store) -> Result<LedgerRows, store::Error> {
    // A running server writes facts and their entries meanwhile.
    let mut tx = store.snapshot().await?;
    let mut pass = Pass {
        entries: BTreeSet::new(),
        found: LedgerRows::default(),
    };
    pass.facts(&mut tx).await?;
    pass.tips(&mut tx).await?;
    pass.outcomes(&mut tx).await?;
    pass.revisits(&mut tx).await?;
    for row in sql::samples(&mut tx).await? {
        let told = Told {
            table: "ledger_samples",
            id: row.period.to_string(),
            entry: row.entry,
            author: None,
            recorded_at: Some(row.drawn_at),
        };
        pass.judge(&mut tx, told, |kept| is_sample(kept, &row))
            .await?;
    }
    let facts = FactKind::ALL.iter().map(|kind| journal_kind(*kind));
    let others = [Kind::Tip, Kind::TipOutcome, Kind::Revisit, Kind::Sample];
    for kind in facts.chain(others) {
        pass.rowless(&mut tx, kind).await?;
    }
    Ok(pass.found)
}

impl Pass {
    async fn facts(&mut self, tx: &mut Tx) -> Result<(), store::Error> {
        let mut after = Uuid::nil();
        loop {
            let rows: Vec<FactRow> = sql::facts_after(tx, after).await?;
            let Some(last) = rows.last() else {
                return Ok(());
            };
            after = last.id.0;
            for row in rows {
                let told = Told {
                    table: "ledger_facts",
                    id: row.id.to_string(),
                    entry: row.entry,
                    author: Some(row.author),
                    recorded_at: Some(row.recorded_at),
                };
                self.judge(tx, told, |kept| is_fact(kept, &row)).await?;
            }
        }
    }

    async fn tips(&mut self, tx: &mut Tx) -> Result<(), store::Error> {
        let mut after = Uuid::nil();
        loop {
            let rows: Vec<TipRow> = sql::tips_after(tx, after).await?;
            let Some(last) = rows.last() else {
                return Ok(());
            };
            after = last.id.0;
            for row in rows {
                let told = Told {
                    table: "tips",
                    id: row.id.to_string(),
                    entry: row.entry,
                    author: Some(row.author),
                    recorded_at: Some(row.recorded_at),
                };
                self.judge(tx, told, |kept| is_tip(kept, &row)).await?;
            }
        }
    }

    async fn outcomes(&mut self, tx: &mut Tx) -> Result<(), store::Error> {
        let mut after = Uuid::nil();
        loop {
            let rows: Vec<TipOutcomeRow> = sql::outcomes_after(tx, after).await?;
            let Some(last) = rows.last() else {
                return Ok(());
            };
            after = last.id.0;
            for row in rows {
                let told = Told {
                    table: "tip_outcomes",
                    id: row.id.to_string(),
                    entry: row.entry,
                    author: Some(row.author),
                    // Two of one millisecond are kept a millisecond apart.
                    recorded_at: None,
                };
                self.judge(tx, told, |kept| is_outcome(kept, &row)).await?;
            }
        }
    }

    async fn revisits(&mut self, tx: &mut Tx) -> Result<(), store::Error> {
        let mut after = Uuid::nil();
        loop {
            let rows: Vec<RevisitRow> = sql::revisits_after(tx, after).await?;
            let Some(last) = rows.last() else {
                return Ok(());
            };
            after = last.id.0;
            for row in rows {
                let told = Told {
                    table: "ledger_revisits",
                    id: row.id.to_string(),
                    entry: row.entry,
                    author: Some(row.author),
                    recorded_at: Some(row.recorded_at),
                };
                self.judge(tx, told, |kept| is_revisit(kept, &row)).await?;
            }
        }
    }

    async fn judge(
        &mut self,
        tx: &mut Tx,
        told: Told,
        says_same: impl Fn(&Stored) -> bool,
    ) -> Result<(), store::Error> {
        self.entries.insert(told.entry);
        let kept = stored(tx, told.entry).await?;
        let holds = kept.is_some_and(|kept| {
            // What was erased by order says nothing any more; whether it was is judged with the log itself.
            let is_erased = kept.row.redacted_by.is_some() && kept.body.is_none();
            told.author.is_none_or(|author| kept.row.actor == author)
                && told.recorded_at.is_none_or(|at| kept.row.received_at == at)
                && (is_erased || says_same(&kept))
        });
        if holds {
            self.found.agreeing += 1;
        } else {
            self.found.faults.push(LedgerFault::Row {
                table: told.table,
                id: told.id,
                entry: told.entry,
            });
        }
        Ok(())
    }

    /// Every entry of a kind has its row.
    async fn rowless(&mut self, tx: &mut Tx, kind: Kind) -> Result<(), store::Error> {
        let mut after = -1;
        loop {
            let entries = contents(tx, kind, after, BATCH).await?;
            let Some(last) = entries.last() else {
                return Ok(());
            };
            after = last.seq;
            let rowless = entries
                .iter()
                .filter(|entry| !self.entries.contains(&entry.id));
            let faults = rowless.map(|entry| LedgerFault::NoRow {
                kind: kind.as_str(),
                fact: entry.fact.unwrap_or_default(),
                entry: entry.id,
            });
            self.found.faults.extend(faults);
        }
    }
}

fn sent<T: DeserializeOwned>(kept: &Stored) -> Option<T> {
    serde_json::from_slice(kept.body.as_ref()?).ok()
}

fn is_fact(kept: &Stored, row: &FactRow) -> bool {
    let parsed = row.kind.parse().ok().and_then(|kind| {
        let wire = Wire::read(kind, kept.body.as_ref()?).ok()?;
        let mut parsed = wire.parsed(kept.row.received_at).ok()?;
        tell_uncertainty(&mut parsed.act);
        let record = parsed.act.record().ok()?;
        Some((journal_kind(kind), parsed, record))
    });
    parsed.is_some_and(|(kind, parsed, record)| {
        kept.row.kind == kind.as_str()
            && kept.row.fact == Some(row.id.0)
            && parsed.corrects == row.corrects
            && parsed.at.unwrap_or(kept.row.received_at) == row.at
            && record == row.record
    })
}

fn is_tip(kept: &Stored, row: &TipRow) -> bool {
    let parsed = sent::<TipWire>(kept).and_then(|wire| wire.parsed(kept.row.received_at).ok());
    parsed.is_some_and(|tip| {
        kept.row.fact == Some(row.id.0)
            && (tip.cell.to_db(), tip.received_on) == (row.cell, row.received_on)
            && serde_json::to_string(&tip.told).is_ok_and(|told| told == row.record)
    })
}

fn is_outcome(kept: &Stored, row: &TipOutcomeRow) -> bool {
    let parsed = sent::<TipOutcomeWire>(kept).and_then(|wire| wire.parsed().ok());
    parsed.is_some_and(|outcome| {
        kept.row.fact == Some(row.id.0)
            && outcome.state.as_str() == row.state
            && (outcome.plot, &outcome.note) == (row.plot, &row.note)
    })
}

fn is_revisit(kept: &Stored, row: &RevisitRow) -> bool {
    sent::<RevisitWire>(kept).is_some_and(|wire| {
        kept.row.fact == Some(row.id.0)
            && (wire.period, wire.visited_at) == (row.period, row.visited_at)
            && wire.found_m2.to_bits() == row.found_m2.to_bits()
            && wire.noted() == row.notes.as_deref()
    })
}

fn is_sample(kept: &Stored, row: &SampleRow) -> bool {
    kept.row.kind == Kind::Sample.as_str()
        && kept.body.as_deref() == Some(row.record.as_bytes())
        && super::samples::read(row).is_ok_and(|draw| {
            draw.period == row.period && i64::try_from(draw.head.size) == Ok(row.head)
        })
}
