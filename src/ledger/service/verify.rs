//! The ledger's rows against the log: every fact, tip, outcome, draw and second visit is parsed again from the bytes that
//! its entry kept. On which plot a fact was recorded stands in the address it was sent to, not in those bytes.

use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::journal::audit::{RowPass, Rows, Told};
use crate::journal::{Kind, Stored};
use crate::ledger::model::parse::Wire;
use crate::ledger::model::tips::{TipOutcomeWire, TipWire};
use crate::ledger::model::words::FactKind;
use crate::ledger::sql::{self, FactRow, RevisitRow, SampleRow, TipOutcomeRow, TipRow};
use crate::store::{self, Store, Tx};

use super::record::{journal_kind, tell_uncertainty};
use super::revisits::RevisitWire;

/// Walks the ledger's tables.
struct Pass(RowPass);

/// Holds every row of the ledger against the log.
pub async fn verify_rows(store: &Store) -> Result<Rows, store::Error> {
    // A running server writes facts and their entries meanwhile.
    let mut tx = store.snapshot().await?;
    let mut pass = Pass(RowPass::default());
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
        let same = |kept: &Stored| is_sample(kept, &row);
        pass.0.judge(&mut tx, told, same).await?;
    }
    let facts = FactKind::ALL.iter().map(|kind| journal_kind(*kind));
    let others = [Kind::Tip, Kind::TipOutcome, Kind::Revisit, Kind::Sample];
    for kind in facts.chain(others) {
        pass.0.rowless(&mut tx, kind, |_| true).await?;
    }
    Ok(pass.0.into_found())
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
                self.0.judge(tx, told, |kept| is_fact(kept, &row)).await?;
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
                self.0.judge(tx, told, |kept| is_tip(kept, &row)).await?;
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
                self.0
                    .judge(tx, told, |kept| is_outcome(kept, &row))
                    .await?;
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
                self.0
                    .judge(tx, told, |kept| is_revisit(kept, &row))
                    .await?;
            }
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
    let parsed = sent::<TipWire>(kept).and_then(|wire| wire.read(kept.row.received_at).ok());
    parsed.is_some_and(|tip| {
        kept.row.fact == Some(row.id.0)
            && (tip.cell.to_db(), tip.received_on) == (row.cell, row.received_on)
            && serde_json::to_string(&tip.told).is_ok_and(|told| told == row.record)
    })
}

fn is_outcome(kept: &Stored, row: &TipOutcomeRow) -> bool {
    let parsed = sent::<TipOutcomeWire>(kept).and_then(|wire| wire.read().ok());
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
            && wire.area_method.as_deref() == row.area_method.as_deref()
            && wire.counted() == row.plants
    })
}

fn is_sample(kept: &Stored, row: &SampleRow) -> bool {
    kept.row.kind == Kind::Sample.as_str()
        && kept.body.as_deref() == Some(row.record.as_bytes())
        && super::samples::read(row).is_ok_and(|draw| {
            draw.period == row.period && i64::try_from(draw.head.size) == Ok(row.head)
        })
}
