//! Incidents and their versions.

use uuid::Uuid;

use crate::base::ids::{EntryId, IncidentId, OrgId};
use crate::base::time::Timestamp;
use crate::store::{Error, Tx};
use crate::{changed, on};

const LOCK_INCIDENT: &str = "UPDATE incidents SET version = version WHERE id = $1";
const INCIDENT: &str = "SELECT * FROM incidents WHERE id = $1";
const INSERT_INCIDENT: &str = "INSERT INTO incidents (id, version, entry, author, org, title, commune, occurred_at, \
     notes, flags, recorded_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (id) DO NOTHING";
const REVISE_INCIDENT: &str = "UPDATE incidents SET version = $2, entry = $3, title = $4, commune = $5, \
     occurred_at = $6, notes = $7, flags = $8 WHERE id = $1";
const INSERT_VERSION: &str = "INSERT INTO incident_versions (incident, version, entry, author, record, recorded_at) \
     VALUES ($1, $2, $3, $4, $5, $6)";
const VERSIONS: &str = "SELECT version, entry, recorded_at FROM incident_versions WHERE incident = $1 ORDER BY version";
const INCIDENTS_FROM: &str = "SELECT * FROM incidents WHERE id > $1 ORDER BY id LIMIT 500";
const KEPT_VERSIONS: &str = "SELECT version, entry, author, record, recorded_at FROM incident_versions \
     WHERE incident = $1 ORDER BY version";
const ALIKE: &str = "SELECT entry FROM incident_versions WHERE incident = $1 AND author = $2 AND record = $3 \
     ORDER BY version LIMIT 1";
const COMMUNES: &str = "SELECT DISTINCT commune FROM incidents WHERE commune IS NOT NULL";

/// The statements of these tables.
pub const STATEMENTS: &[&str] = &[
    LOCK_INCIDENT,
    INCIDENT,
    INSERT_INCIDENT,
    REVISE_INCIDENT,
    INSERT_VERSION,
    VERSIONS,
    INCIDENTS_FROM,
    KEPT_VERSIONS,
    ALIKE,
    COMMUNES,
];

/// An incident as it stands.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct IncidentRow {
    pub id: IncidentId,
    pub version: i64,
    pub entry: EntryId,
    pub author: Uuid,
    pub org: Option<OrgId>,
    pub title: String,
    pub commune: Option<String>,
    pub occurred_at: Timestamp,
    pub notes: Option<String>,
    pub flags: String,
    pub recorded_at: Timestamp,
}

/// A version of an incident with all that its row keeps.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct KeptIncidentVersion {
    pub version: i64,
    pub entry: EntryId,
    pub author: Uuid,
    pub record: String,
    pub recorded_at: Timestamp,
}

/// Keeps other writers of the incident out until the act ends; false when there is no such incident.
pub async fn lock_incident(tx: &mut Tx, id: IncidentId) -> Result<bool, Error> {
    changed!(tx, sqlx::query(LOCK_INCIDENT).bind(id)).map(|rows| rows > 0)
}

pub async fn incident(tx: &mut Tx, id: IncidentId) -> Result<Option<IncidentRow>, Error> {
    on!(tx, |c| sqlx::query_as(INCIDENT).bind(id).fetch_optional(c))
}

/// Writes an incident's first version; false when the id is taken.
pub async fn insert_incident(tx: &mut Tx, row: &IncidentRow, record: &str) -> Result<bool, Error> {
    let done = changed!(
        tx,
        sqlx::query(INSERT_INCIDENT)
            .bind(row.id)
            .bind(row.version)
            .bind(row.entry)
            .bind(row.author)
            .bind(row.org)
            .bind(row.title.as_str())
            .bind(row.commune.as_deref())
            .bind(row.occurred_at)
            .bind(row.notes.as_deref())
            .bind(row.flags.as_str())
            .bind(row.recorded_at)
    )?;
    if done > 0 {
        insert_version(tx, row, row.author, record, row.recorded_at).await?;
    }
    Ok(done > 0)
}

/// Writes the next version: `row` is the incident after it.
pub async fn revise_incident(
    tx: &mut Tx,
    row: &IncidentRow,
    author: Uuid,
    record: &str,
    at: Timestamp,
) -> Result<(), Error> {
    changed!(
        tx,
        sqlx::query(REVISE_INCIDENT)
            .bind(row.id)
            .bind(row.version)
            .bind(row.entry)
            .bind(row.title.as_str())
            .bind(row.commune.as_deref())
            .bind(row.occurred_at)
            .bind(row.notes.as_deref())
            .bind(row.flags.as_str())
    )?;
    insert_version(tx, row, author, record, at).await
}

async fn insert_version(
    tx: &mut Tx,
    row: &IncidentRow,
    author: Uuid,
    record: &str,
    at: Timestamp,
) -> Result<(), Error> {
    changed!(
        tx,
        sqlx::query(INSERT_VERSION)
            .bind(row.id)
            .bind(row.version)
            .bind(row.entry)
            .bind(author)
            .bind(record)
            .bind(at)
    )
    .map(drop)
}

pub async fn incident_versions(
    tx: &mut Tx,
    id: IncidentId,
) -> Result<Vec<(i64, EntryId, Timestamp)>, Error> {
    on!(tx, |c| sqlx::query_as(VERSIONS).bind(id).fetch_all(c))
}

/// The communes that incidents name.
pub async fn communes_of_incidents(tx: &mut Tx) -> Result<Vec<String>, Error> {
    on!(tx, |c| sqlx::query_scalar(COMMUNES).fetch_all(c))
}

/// The next incidents in the order of their ids.
pub async fn incidents_from(tx: &mut Tx, after: IncidentId) -> Result<Vec<IncidentRow>, Error> {
    on!(tx, |c| sqlx::query_as(INCIDENTS_FROM)
        .bind(after)
        .fetch_all(c))
}

pub async fn kept_incident_versions(
    tx: &mut Tx,
    id: IncidentId,
) -> Result<Vec<KeptIncidentVersion>, Error> {
    on!(tx, |c| sqlx::query_as(KEPT_VERSIONS).bind(id).fetch_all(c))
}

/// The entry of the version by which this author said the same before.
pub async fn incident_alike(
    tx: &mut Tx,
    id: IncidentId,
    author: Uuid,
    record: &str,
) -> Result<Option<EntryId>, Error> {
    on!(tx, |c| sqlx::query_scalar(ALIKE)
        .bind(id)
        .bind(author)
        .bind(record)
        .fetch_optional(c))
}
