//! Paper records' rows against the log.

use serde_json::Value;
use uuid::Uuid;

use crate::base::ids::PaperId;
use crate::journal::audit::{RowPass, Rows, Told, stored};
use crate::journal::{Kind, Stored};
use crate::store::{self, Store};

use super::draft::{PaperDraft, PaperWire};
use super::sql::{self, PaperRow};

/// Holds every paper record against the log.
pub async fn verify_rows(store: &Store) -> Result<Rows, store::Error> {
    let mut tx = store.snapshot().await?;
    let mut pass = RowPass::default();
    let mut after = PaperId(Uuid::nil());
    loop {
        let rows = sql::papers_from(&mut tx, after).await?;
        let Some(last) = rows.last() else {
            break;
        };
        after = last.id;
        for row in rows {
            let told = Told {
                table: "papers",
                id: row.id.to_string(),
                entry: row.entry,
                author: Some(row.author),
                recorded_at: Some(row.recorded_at),
            };
            pass.judge(&mut tx, told, |kept| is_paper(kept, &row))
                .await?;
            let retraction = match row.retract_entry {
                Some(entry) => stored(&mut tx, entry).await?,
                None => None,
            };
            if let Some(entry) = row.retract_entry {
                pass.note(entry);
            }
            let holds = is_retracted(&row, retraction.as_ref());
            pass.standing("papers", row.id.to_string(), holds);
        }
    }
    // Those that tell of a fact typed in are held against their own rows with the journal.
    let is_own = |body: &[u8]| {
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        body.get("entry").is_none()
    };
    pass.rowless(&mut tx, Kind::Paper, |entry| is_own(&entry.body))
        .await?;
    Ok(pass.into_found())
}

fn is_paper(kept: &Stored, row: &PaperRow) -> bool {
    let body = kept.body.as_deref().unwrap_or_default();
    let wire: Option<PaperWire> = serde_json::from_slice(body).ok();
    let today = kept.row.received_at.local_date();
    let sent = wire.and_then(|wire| PaperDraft::read(&wire, u64::MAX, today).ok());
    sent.is_some_and(|draft| {
        kept.row.kind == Kind::Paper.as_str()
            && kept.row.fact == Some(row.id.0)
            && draft.record == row.record
            && (&draft.commune, &draft.number, draft.dated)
                == (&row.commune, &row.number, row.dated)
            && draft.sha256[..] == row.sha256[..]
            && (draft.bytes, draft.media_type) == (row.bytes, row.media_type.as_str())
    })
}

fn is_retracted(row: &PaperRow, kept: Option<&Stored>) -> bool {
    let Some(kept) = kept else {
        return row.retract_entry.is_none()
            && row.retracted_at.is_none()
            && row.retracted_why.is_none();
    };
    let body = kept.body.as_deref().unwrap_or_default();
    let said: Value = serde_json::from_slice(body).unwrap_or_default();
    kept.row.kind == Kind::Paper.as_str()
        && kept.row.fact == Some(row.id.0)
        && said["retracted"] == row.id.to_string()
        && said["reason"].as_str() == row.retracted_why.as_deref()
        && row.retracted_at == Some(kept.row.received_at)
}
