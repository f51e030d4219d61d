//! What keeps photos as they were: seals of approved eradications and legal holds.

use sqlx::QueryBuilder;
use uuid::Uuid;

use crate::base::ids::{EntryId, FactId, PhotoId, PlotId};
use crate::base::time::Timestamp;
use crate::store::{Error, Tx};
use crate::{changed, on};

pub(super) const SEALABLE: &str = "SELECT p.id, p.sha256, e.sha256 AS sidecar_sha256, p.record FROM photos p \
     JOIN journal_entries e ON e.id = p.entry WHERE p.plot = $1 AND p.linked = 1 AND p.state = 'stored'";
pub(super) const INSERT_SEAL: &str = "INSERT INTO evidence_seals (eradication, plot, entry, named, root, sealed_at) \
     VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (eradication) DO NOTHING";
pub(super) const INSERT_SEALED: &str =
    "INSERT INTO evidence_sealed (eradication, photo) VALUES ($1, $2)";
pub(super) const SEAL: &str = "SELECT eradication, plot, entry, named, root, sealed_at FROM evidence_seals WHERE eradication = $1";
pub(super) const SEALS: &str =
    "SELECT eradication, plot, entry, named, root, sealed_at FROM evidence_seals WHERE plot IN (";
pub(super) const SEALED: &str = "SELECT m.eradication, m.photo FROM evidence_sealed m \
     JOIN evidence_seals s ON s.eradication = m.eradication WHERE s.plot IN (";
pub(super) const INSERT_HOLD: &str =
    "INSERT INTO evidence_holds (entry, subject, reason, set_at) VALUES ($1, $2, $3, $4)";
pub(super) const HOLDS: &str = "SELECT entry, reason, set_at, lifted_by FROM evidence_holds \
     WHERE subject = $1 ORDER BY set_at, entry";
pub(super) const LIFT_HOLDS: &str = "UPDATE evidence_holds SET lifted_by = $2, lifted_at = $3 \
     WHERE subject = $1 AND lifted_by IS NULL";
pub(super) const HELD_PLOTS: &str = "SELECT q.id FROM plots q WHERE EXISTS (SELECT 1 FROM evidence_holds h \
     WHERE h.lifted_by IS NULL AND (h.subject = q.id OR h.subject = q.incident)) AND q.id IN (";
/// A fact: a plot or incident under a hold, a plot of one, a photo of either, or a question about it.
pub(super) const IS_KEPT: &str = "SELECT COUNT(*) FROM evidence_holds h WHERE h.lifted_by IS NULL AND (h.subject = $1 \
     OR EXISTS (SELECT 1 FROM plots q WHERE q.id = $1 AND q.incident = h.subject) \
     OR EXISTS (SELECT 1 FROM photos p LEFT JOIN plots q ON q.id = p.plot \
         WHERE p.id = $1 AND (p.plot = h.subject OR q.incident = h.subject)) \
     OR EXISTS (SELECT 1 FROM evidence_questions s JOIN photos p ON p.id = s.photo OR p.id = s.other \
         LEFT JOIN plots q ON q.id = p.plot WHERE s.id = $1 AND (p.plot = h.subject OR q.incident = h.subject)))";
/// Bytes by which a photo was announced that names a plot under a hold, or one of an incident under a hold.
pub(super) const KEEPS_BYTES: &str = "SELECT COUNT(*) FROM photos p LEFT JOIN plots q ON q.id = p.plot \
     JOIN evidence_holds h ON h.lifted_by IS NULL AND (h.subject = p.plot OR h.subject = q.incident) \
     WHERE p.sha256 = $1 AND p.redaction IS NULL";

/// A photo that may come under a seal.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct SealableRow {
    pub id: PhotoId,
    pub sha256: Vec<u8>,
    pub sidecar_sha256: Vec<u8>,
    pub record: String,
}

/// A seal.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct SealRow {
    pub eradication: FactId,
    pub plot: PlotId,
    pub entry: EntryId,
    pub named: String,
    pub root: Vec<u8>,
    pub sealed_at: Timestamp,
}

impl SealRow {
    /// The eradication and those that it corrected.
    pub fn named(&self) -> Result<Vec<FactId>, Error> {
        serde_json::from_str(&self.named).or(Err(Error::Corrupt {
            table: "evidence_seals",
            column: "named",
            id: self.eradication.to_string(),
        }))
    }
}

/// A hold, standing or lifted.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct HoldRow {
    pub entry: EntryId,
    pub reason: String,
    pub set_at: Timestamp,
    pub lifted_by: Option<EntryId>,
}

/// The stored photos joined to a plot, each with the hash of its sidecar.
pub async fn sealable(tx: &mut Tx, plot: PlotId) -> Result<Vec<SealableRow>, Error> {
    on!(tx, |c| sqlx::query_as(SEALABLE).bind(plot).fetch_all(c))
}

/// Writes a seal over these photos; false when the eradication is sealed already.
pub async fn insert_seal(tx: &mut Tx, row: &SealRow, photos: &[PhotoId]) -> Result<bool, Error> {
    let done = changed!(
        tx,
        sqlx::query(INSERT_SEAL)
            .bind(row.eradication)
            .bind(row.plot)
            .bind(row.entry)
            .bind(row.named.as_str())
            .bind(row.root.as_slice())
            .bind(row.sealed_at)
    )?;
    if done == 0 {
        return Ok(false);
    }
    for photo in photos {
        changed!(
            tx,
            sqlx::query(INSERT_SEALED)
                .bind(row.eradication)
                .bind(*photo)
        )?;
    }
    Ok(true)
}

/// The seal of an eradication.
pub async fn seal(tx: &mut Tx, eradication: FactId) -> Result<Option<SealRow>, Error> {
    on!(tx, |c| sqlx::query_as(SEAL)
        .bind(eradication)
        .fetch_optional(c))
}

/// Adds a list of plots; a macro, because a builder belongs to one database.
macro_rules! of_plots {
    ($text:expr, $plots:expr) => {{
        let mut query = QueryBuilder::new($text);
        let mut list = query.separated(", ");
        for plot in $plots {
            list.push_bind(*plot);
        }
        query.push(")");
        query
    }};
}

/// The seals of some plots.
pub async fn seals(tx: &mut Tx, plots: &[PlotId]) -> Result<Vec<SealRow>, Error> {
    on!(tx, |c| {
        let mut query = of_plots!(SEALS, plots);
        async move { query.build_query_as().fetch_all(c).await }
    })
}

/// Which photos lie under the seals of some plots.
pub async fn sealed(tx: &mut Tx, plots: &[PlotId]) -> Result<Vec<(FactId, PhotoId)>, Error> {
    on!(tx, |c| {
        let mut query = of_plots!(SEALED, plots);
        async move { query.build_query_as().fetch_all(c).await }
    })
}

/// Which of some plots a hold keeps, or keeps by their incident.
pub async fn held_plots(tx: &mut Tx, plots: &[PlotId]) -> Result<Vec<PlotId>, Error> {
    on!(tx, |c| {
        let mut query = of_plots!(HELD_PLOTS, plots);
        async move { query.build_query_scalar().fetch_all(c).await }
    })
}

pub async fn insert_hold(
    tx: &mut Tx,
    entry: EntryId,
    subject: Uuid,
    reason: &str,
    at: Timestamp,
) -> Result<(), Error> {
    changed!(
        tx,
        sqlx::query(INSERT_HOLD)
            .bind(entry)
            .bind(subject)
            .bind(reason)
            .bind(at)
    )
    .map(drop)
}

/// Every hold that a plot or incident had, the oldest first.
pub async fn holds(tx: &mut Tx, subject: Uuid) -> Result<Vec<HoldRow>, Error> {
    on!(tx, |c| sqlx::query_as(HOLDS).bind(subject).fetch_all(c))
}

/// Ends every hold of a subject that stands.
pub async fn lift_holds(
    tx: &mut Tx,
    subject: Uuid,
    entry: EntryId,
    at: Timestamp,
) -> Result<(), Error> {
    changed!(
        tx,
        sqlx::query(LIFT_HOLDS).bind(subject).bind(entry).bind(at)
    )
    .map(drop)
}

/// Whether a hold keeps what this fact's entries say.
pub async fn is_kept(tx: &mut Tx, fact: Uuid) -> Result<bool, Error> {
    let count: i64 = on!(tx, |c| sqlx::query_scalar(IS_KEPT).bind(fact).fetch_one(c))?;
    Ok(count > 0)
}

/// Whether a hold keeps these bytes, although no row may name them yet.
pub async fn keeps_bytes(tx: &mut Tx, sha256: &[u8]) -> Result<bool, Error> {
    let count: i64 = on!(tx, |c| sqlx::query_scalar(KEEPS_BYTES)
        .bind(sha256)
        .fetch_one(c))?;
    Ok(count > 0)
}
