//! Incidents' rows against the log: every version is parsed again from the bytes that its entry kept.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::base::ids::IncidentId;
use crate::identity::Roll;
use crate::journal::audit::{RowPass, Rows, Told};
use crate::journal::{Kind, Stored};
use crate::plots::model::incident::{IncidentDraft, IncidentWire};
use crate::plots::model::record::incident_record;
use crate::plots::sql::{self, IncidentRow, KeptIncidentVersion};
use crate::store::{Store, Tx};

use super::Error;

/// Holds every incident and its versions against the log.
pub async fn verify_incidents(store: &Store) -> Result<Rows, Error> {
    let mut tx = store.snapshot().await?;
    let mut pass = RowPass::default();
    let roll = Roll::of(&mut tx).await?;
    let mut after = IncidentId(Uuid::nil());
    loop {
        let rows = sql::incidents_from(&mut tx, after).await?;
        let Some(last) = rows.last() else {
            break;
        };
        after = last.id;
        for row in &rows {
            let columns = judge(&mut tx, &mut pass, &roll, row).await?;
            pass.columns("incidents", row.id.to_string(), columns);
        }
    }
    pass.rowless(&mut tx, Kind::Incident, |_| true).await?;
    Ok(pass.into_found())
}

/// Holds an incident's versions against their entries, and gives which columns of its row follow from them.
async fn judge(
    tx: &mut Tx,
    pass: &mut RowPass,
    roll: &Roll,
    row: &IncidentRow,
) -> Result<Vec<(&'static str, bool)>, Error> {
    let versions = sql::kept_incident_versions(tx, row.id).await?;
    for version in &versions {
        let told = Told {
            table: "incident_versions",
            id: format!("{} {}", row.id, version.version),
            entry: version.entry,
            author: Some(version.author),
            recorded_at: Some(version.recorded_at),
        };
        pass.judge(tx, told, |kept| is_version(kept, row.id, version))
            .await?;
    }
    let Some((first, last)) = versions.first().zip(versions.last()) else {
        return Ok(vec![("version", false)]);
    };
    let said: Value = serde_json::from_str(&last.record).unwrap_or_default();
    let stands = json!({
        "title": row.title, "commune": row.commune, "occurred_at": row.occurred_at, "notes": row.notes,
    });
    let is_as_said = |name: &&'static str| said.get(name).unwrap_or(&Value::Null) == &stands[*name];
    let then = roll
        .then(tx, row.author, row.recorded_at, row.recorded_at)
        .await?;
    let mut columns = vec![
        ("version", row.version == last.version),
        ("entry", row.entry == last.entry),
        ("author", row.author == first.author),
        ("recorded_at", row.recorded_at == first.recorded_at),
        (
            "org",
            !then.is_known() || then.some(|own| own.org == row.org),
        ),
    ];
    let names = ["title", "commune", "occurred_at", "notes"];
    columns.extend(names.map(|name| (name, is_as_said(&name))));
    Ok(columns)
}

fn is_version(kept: &Stored, incident: IncidentId, row: &KeptIncidentVersion) -> bool {
    let wire: Option<IncidentWire> = kept
        .body
        .as_ref()
        .and_then(|body| serde_json::from_slice(body).ok());
    let draft = wire.and_then(|wire| IncidentDraft::from_wire(&wire, kept.row.received_at).ok());
    kept.row.kind == Kind::Incident.as_str()
        && kept.row.fact == Some(incident.0)
        && draft.is_some_and(|draft| is_record(&draft, &row.record))
}

fn is_record(draft: &IncidentDraft, kept: &str) -> bool {
    let kept: Option<Value> = serde_json::from_str(kept).ok();
    kept == Some(incident_record(draft))
}
