//! Loaded files against the log. One that was only looked at changed nothing and has no entry.

use serde_json::Value;
use uuid::Uuid;

use crate::base::hex;
use crate::journal::audit::{RowPass, Rows, Told};
use crate::journal::{Kind, Stored};
use crate::store::{self, Store};

use super::report::ImportState;
use super::sql::{self, ImportRow};

/// Holds every file that offices sent against the log.
pub async fn verify_rows(store: &Store) -> Result<Rows, store::Error> {
    let mut tx = store.snapshot().await?;
    let mut pass = RowPass::default();
    let mut after = Uuid::nil();
    loop {
        let rows = sql::imports_from(&mut tx, after).await?;
        let Some(last) = rows.last() else {
            break;
        };
        after = last.id;
        for row in rows {
            let is_loaded = row.state == ImportState::Loaded.as_str();
            let Some(entry) = row.entry else {
                let holds = !is_loaded && row.loaded_at.is_none();
                pass.standing("imports", row.id.to_string(), holds);
                continue;
            };
            let told = Told {
                table: "imports",
                id: row.id.to_string(),
                entry,
                author: Some(row.asker),
                recorded_at: row.loaded_at,
            };
            pass.judge(&mut tx, told, |kept| is_loaded && is_import(kept, &row))
                .await?;
        }
    }
    pass.rowless(&mut tx, Kind::Import, |_| true).await?;
    Ok(pass.into_found())
}

fn is_import(kept: &Stored, row: &ImportRow) -> bool {
    let body = kept.body.as_deref().unwrap_or_default();
    let said: Value = serde_json::from_slice(body).unwrap_or_default();
    let report: Value = serde_json::from_str(&row.report).unwrap_or_default();
    let counts = ["create", "change", "leave"];
    kept.row.kind == Kind::Import.as_str()
        && kept.row.fact == Some(row.id)
        && row.loaded_at.is_some()
        && said["import"] == row.id.to_string()
        && said["kind"] == row.kind.as_str()
        && said["name"] == row.name.as_str()
        && said["sha256"] == hex(&row.sha256)
        && said["bytes"] == row.bytes
        && counts.iter().all(|name| said[name] == report[name])
}
