//! What keeps photos as they were: seals of approved eradications and legal holds.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
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
pub(super) const SEALED_BESIDE: &str = "SELECT DISTINCT p.plot FROM evidence_seals s \
     JOIN evidence_sealed m ON m.eradication = s.eradication JOIN photos p ON p.id = m.photo \
     WHERE s.plot = $1 AND p.plot <> $1 ORDER BY p.plot";
pub(super) const INSERT_HOLD: &str =
    "INSERT INTO evidence_holds (entry, subject, reason, set_at) VALUES ($1, $2, $3, $4)";
pub(super) const HOLDS: &str = "SELECT entry, reason, set_at, lifted_by FROM evidence_holds \
     WHERE subject = $1 ORDER BY set_at, entry";
pub(super) const LIFT_HOLDS: &str = "UPDATE evidence_holds SET lifted_by = $2, lifted_at = $3 \
     WHERE subject = $1 AND lifted_by IS NULL";
pub(super) const HELD_SUBJECTS: &str =
    "SELECT DISTINCT subject FROM evidence_holds WHERE lifted_by IS NULL";
/// What was judged of plots whose ground another counts, or may once they are settled.
pub(super) const MERGED: &str = "SELECT f.plot, f.record FROM ledger_facts f JOIN plots q ON q.id = f.plot \
     WHERE f.kind = 'judgement' AND (q.state = 'merged' OR q.id IN (SELECT subject FROM jobs WHERE kind = 'settle_plot')) \
     ORDER BY f.plot, f.id";
/// What was judged of some plots whose ground another counts, and was not corrected.
const JUDGED_OF: &str = "SELECT f.plot, f.record FROM ledger_facts f JOIN plots q ON q.id = f.plot \
     WHERE f.kind = 'judgement' AND q.state = 'merged' AND NOT EXISTS (SELECT 1 FROM ledger_facts c \
         WHERE c.plot = f.plot AND c.kind = 'judgement' AND c.corrects = f.id) AND f.plot IN (";
/// A fact: a plot, a photo of one, or a question about such photos.
pub(super) const PLOTS_OF: &str = "SELECT id FROM plots WHERE id = $1 \
     UNION SELECT plot FROM photos WHERE id = $1 AND plot IS NOT NULL \
     UNION SELECT p.plot FROM evidence_questions s JOIN photos p ON p.id = s.photo OR p.id = s.other \
         WHERE s.id = $1 AND p.plot IS NOT NULL";
/// Bytes by which photos were announced that name a plot.
pub(super) const PLOTS_OF_BYTES: &str =
    "SELECT DISTINCT plot FROM photos WHERE sha256 = $1 AND redaction IS NULL AND plot IS NOT NULL";
const INCIDENTS_NOW: &str = "SELECT id, incident FROM plots WHERE incident IS NOT NULL AND id IN (";
const VERSIONS_IN_INCIDENTS: &str =
    "SELECT plot, record FROM plot_versions WHERE record LIKE '%\"incident\":%' AND plot IN (";

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

/// The other plots of which photos lie under a plot's seals, by id.
pub async fn sealed_beside(tx: &mut Tx, plot: PlotId) -> Result<Vec<PlotId>, Error> {
    on!(tx, |c| sqlx::query_scalar(SEALED_BESIDE)
        .bind(plot)
        .fetch_all(c))
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

/// Which plots were judged to be one ground with which.
type Ties = BTreeMap<PlotId, BTreeSet<PlotId>>;

/// Of which other plot a judgement speaks, and whether it says that both are one ground.
fn judged(plot: PlotId, record: &str) -> Result<Option<(PlotId, bool)>, Error> {
    let said: Value = serde_json::from_str(record).or(Err(Error::Corrupt {
        table: "ledger_facts",
        column: "record",
        id: plot.to_string(),
    }))?;
    let other = said["other"].as_str();
    let other = other.and_then(|id| id.parse::<PlotId>().ok());
    Ok(other.map(|other| (other, said["sameness"] == "same")))
}

async fn ties(tx: &mut Tx) -> Result<Ties, Error> {
    let rows: Vec<(PlotId, String)> = on!(tx, |c| sqlx::query_as(MERGED).fetch_all(c))?;
    let mut ties = Ties::new();
    for (plot, record) in rows {
        if let Some((other, true)) = judged(plot, &record)? {
            ties.entry(plot).or_default().insert(other);
            ties.entry(other).or_default().insert(plot);
        }
    }
    Ok(ties)
}

/// Of those of some plots that were merged into another, the plots that count their ground, if only by way of others.
pub async fn kept_by(tx: &mut Tx, plots: &[PlotId]) -> Result<Ties, Error> {
    let mut into = Ties::new();
    let mut known: BTreeSet<PlotId> = plots.iter().copied().collect();
    let mut next: Vec<PlotId> = known.iter().copied().collect();
    while !next.is_empty() {
        let rows: Vec<(PlotId, String)> = on!(tx, |c| {
            let mut query = of_plots!(JUDGED_OF, &next);
            query.push(" ORDER BY f.at, f.id");
            async move { query.build_query_as().fetch_all(c).await }
        })?;
        next.clear();
        for (plot, record) in rows {
            let Some((other, is_same)) = judged(plot, &record)? else {
                continue;
            };
            let own = into.entry(plot).or_default();
            if !is_same {
                own.remove(&other);
            } else if own.insert(other) && known.insert(other) {
                next.push(other);
            }
        }
    }
    let ends = |plot: &PlotId| -> BTreeSet<PlotId> {
        let ground = reached(*plot, &into).into_iter();
        ground.filter(|own| !is_merged(own, &into)).collect()
    };
    let merged = plots.iter().filter(|plot| is_merged(plot, &into));
    Ok(merged.map(|plot| (*plot, ends(plot))).collect())
}

fn is_merged(plot: &PlotId, into: &Ties) -> bool {
    into.get(plot).is_some_and(|others| !others.is_empty())
}

/// A plot with those to which ties lead from it.
fn reached(plot: PlotId, ties: &Ties) -> BTreeSet<PlotId> {
    let mut ground = BTreeSet::from([plot]);
    let mut next = vec![plot];
    while let Some(at) = next.pop() {
        for other in ties.get(&at).into_iter().flatten() {
            if ground.insert(*other) {
                next.push(*other);
            }
        }
    }
    ground
}

/// Which of some plots are held themselves, or by an incident of which any of their versions was.
async fn held_alone(
    tx: &mut Tx,
    plots: &[PlotId],
    subjects: &BTreeSet<Uuid>,
) -> Result<BTreeSet<PlotId>, Error> {
    let own = plots.iter().filter(|plot| subjects.contains(&plot.0));
    let mut held: BTreeSet<PlotId> = own.copied().collect();
    let now: Vec<(PlotId, Uuid)> = on!(tx, |c| {
        let mut query = of_plots!(INCIDENTS_NOW, plots);
        async move { query.build_query_as().fetch_all(c).await }
    })?;
    let now = now.into_iter().filter(|(_, id)| subjects.contains(id));
    held.extend(now.map(|(plot, _)| plot));
    let versions: Vec<(PlotId, String)> = on!(tx, |c| {
        let mut query = of_plots!(VERSIONS_IN_INCIDENTS, plots);
        async move { query.build_query_as().fetch_all(c).await }
    })?;
    for (plot, record) in versions {
        let said: Value = serde_json::from_str(&record).unwrap_or_default();
        let incident = said["incident"].as_str();
        let incident = incident.and_then(|id| id.parse::<Uuid>().ok());
        if incident.is_some_and(|id| subjects.contains(&id)) {
            held.insert(plot);
        }
    }
    Ok(held)
}

/// Which of some plots a hold keeps: their own, that of an incident which they are or were part of, or one of either kind on
/// a plot that is one ground with them.
pub async fn held_plots(tx: &mut Tx, plots: &[PlotId]) -> Result<Vec<PlotId>, Error> {
    if plots.is_empty() {
        return Ok(Vec::new());
    }
    let subjects = held_subjects(tx).await?;
    if subjects.is_empty() {
        return Ok(Vec::new());
    }
    let ties = ties(tx).await?;
    let grounds = plots.iter().map(|plot| (*plot, reached(*plot, &ties)));
    let grounds: Vec<(PlotId, BTreeSet<PlotId>)> = grounds.collect();
    let all: BTreeSet<PlotId> = grounds.iter().flat_map(|(_, own)| own).copied().collect();
    let all: Vec<PlotId> = all.into_iter().collect();
    let held = held_alone(tx, &all, &subjects).await?;
    let kept = grounds
        .into_iter()
        .filter(|(_, own)| !own.is_disjoint(&held));
    Ok(kept.map(|(plot, _)| plot).collect())
}

/// The plots and incidents under a hold that stands.
async fn held_subjects(tx: &mut Tx) -> Result<BTreeSet<Uuid>, Error> {
    let subjects: Vec<Uuid> = on!(tx, |c| sqlx::query_scalar(HELD_SUBJECTS).fetch_all(c))?;
    Ok(subjects.into_iter().collect())
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
    let subjects = held_subjects(tx).await?;
    if subjects.is_empty() {
        return Ok(false);
    }
    if subjects.contains(&fact) {
        return Ok(true);
    }
    let plots: Vec<PlotId> = on!(tx, |c| sqlx::query_scalar(PLOTS_OF).bind(fact).fetch_all(c))?;
    Ok(!held_plots(tx, &plots).await?.is_empty())
}

/// Whether a hold keeps these bytes, although no row may name them yet.
pub async fn keeps_bytes(tx: &mut Tx, sha256: &[u8]) -> Result<bool, Error> {
    let plots: Vec<PlotId> = on!(tx, |c| sqlx::query_scalar(PLOTS_OF_BYTES)
        .bind(sha256)
        .fetch_all(c))?;
    Ok(!held_plots(tx, &plots).await?.is_empty())
}
