//! Kept forms and confirmations that nothing happened against the log.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::base::hex;
use crate::journal::audit::{RowPass, Rows, Told, stored};
use crate::journal::model::sha256;
use crate::journal::{Kind, Stored};
use crate::reports::sql::{self, KeptNothing, RunRow};
use crate::store::{self, Store, Tx};

/// Holds every kept form and every confirmation against the log.
pub async fn verify_rows(store: &Store) -> Result<Rows, store::Error> {
    let mut tx = store.snapshot().await?;
    let mut pass = RowPass::default();
    let mut after = Uuid::nil();
    loop {
        let rows = sql::runs_from(&mut tx, after).await?;
        let Some(last) = rows.last() else {
            break;
        };
        after = last.id;
        for row in rows {
            let told = Told {
                table: "report_runs",
                id: row.id.to_string(),
                entry: row.entry,
                author: Some(row.made_by),
                recorded_at: None,
            };
            pass.judge(&mut tx, told, |kept| is_run(kept, &row)).await?;
        }
    }
    nothing(&mut tx, &mut pass).await?;
    for kind in [Kind::Report, Kind::Nothing] {
        pass.rowless(&mut tx, kind, |_| true).await?;
    }
    Ok(pass.into_found())
}

fn said(kept: &Stored) -> Value {
    let body = kept.body.as_deref().unwrap_or_default();
    serde_json::from_slice(body).unwrap_or_default()
}

fn is_run(kept: &Stored, row: &RunRow) -> bool {
    let told = said(kept);
    kept.row.kind == Kind::Report.as_str()
        && kept.row.fact == Some(row.id)
        && told["form"] == row.form.as_str()
        && (&told["from"], &told["to"]) == (&json!(row.first_day), &json!(row.last_day))
        && told["as_of"] == json!(row.as_of)
        && told["sha256"] == hex(&sha256(row.body.as_bytes()))
}

async fn nothing(tx: &mut Tx, pass: &mut RowPass) -> Result<(), store::Error> {
    let mut after = Uuid::nil();
    loop {
        let rows = sql::nothing_from(tx, after).await?;
        let Some(last) = rows.last() else {
            return Ok(());
        };
        after = last.id;
        for row in rows {
            let told = Told {
                table: "report_nothing",
                id: row.id.to_string(),
                entry: row.entry,
                author: Some(row.said_by),
                recorded_at: None,
            };
            pass.judge(tx, told, |kept| is_said(kept, &row)).await?;
            if let Some(entry) = row.retracted_by {
                pass.note(entry);
                let kept = stored(tx, entry).await?;
                let holds = kept.is_some_and(|kept| {
                    kept.row.fact == Some(row.id) && said(&kept)["retracted"] == json!(row.id)
                });
                pass.standing("report_nothing", row.id.to_string(), holds);
            }
        }
    }
}

fn is_said(kept: &Stored, row: &KeptNothing) -> bool {
    let stands = json!({
        "commune": row.commune, "period": row.period, "through": row.through, "note": row.note,
    });
    kept.row.kind == Kind::Nothing.as_str() && kept.row.fact == Some(row.id) && said(kept) == stands
}
