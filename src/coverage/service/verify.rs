//! Definitions of coverage against the log. How far the index has followed them is told by the index and by no entry.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::definitions::{definition_of, fact_of};
use crate::coverage::model::definition::{Definition, Draft};
use crate::coverage::sql::{self, DefinitionRow};
use crate::journal::audit::{RowPass, Rows, Told};
use crate::journal::{Kind, Stored};
use crate::store::{self, Store};

/// What was sent.
#[derive(Deserialize)]
struct Sent {
    definition: Draft,
    reason: String,
}

/// Holds every definition of coverage against the log.
pub async fn verify_rows(store: &Store) -> Result<Rows, store::Error> {
    let mut tx = store.snapshot().await?;
    let mut pass = RowPass::default();
    let rows = sql::definitions(&mut tx).await?;
    for row in &rows {
        let told = Told {
            table: "coverage_definitions",
            id: row.version.to_string(),
            entry: row.entry,
            author: None,
            recorded_at: None,
        };
        pass.judge(&mut tx, told, |kept| is_set(kept, row)).await?;
    }
    // Definitions of other slices have ids of their own; one of coverage's is made of its version.
    let newest = rows.iter().map(|row| row.version).max().unwrap_or(1);
    let newest = u32::try_from(newest).unwrap_or(u32::MAX);
    let facts: BTreeSet<_> = (1..=newest.saturating_add(VERSIONS_BEYOND))
        .map(fact_of)
        .collect();
    pass.rowless(&mut tx, Kind::Definition, |entry| {
        entry.fact.is_some_and(|fact| facts.contains(&fact))
    })
    .await?;
    Ok(pass.into_found())
}

/// So many versions after the newest row's are looked for in the log.
const VERSIONS_BEYOND: u32 = 1_000;

fn is_set(kept: &Stored, row: &DefinitionRow) -> bool {
    let body = kept.body.as_deref().unwrap_or_default();
    let Ok(sent) = serde_json::from_slice::<Sent>(body) else {
        return false;
    };
    let said: Option<Draft> = Definition::try_from(sent.definition).ok().map(Draft::from);
    let stands: Option<Draft> = definition_of(row).ok().map(Draft::from);
    let text = |draft: Option<Draft>| draft.and_then(|own| serde_json::to_string(&own).ok());
    let version = u32::try_from(row.version).unwrap_or(0);
    let apart = kept.row.received_at.since(row.set_at).abs();
    kept.row.kind == Kind::Definition.as_str()
        && kept.row.fact == Some(fact_of(version))
        && said.as_ref().is_some_and(|own| own.version == version)
        && text(said) == text(stands)
        && sent.reason.trim() == row.reason
        && apart <= ONE_ACT_MS
}

/// A row and its entry are written in one act, each with its own reading of the clock.
const ONE_ACT_MS: i64 = 60_000;
