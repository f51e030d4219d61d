//! Plots' rows against the log: every version and measure is parsed again from the bytes that its entry kept, and what
//! stands is made again from them.

use std::collections::BTreeSet;

use uuid::Uuid;

use crate::base::ids::{EntryId, PlotId};
use crate::base::time::Timestamp;
use crate::journal::audit::{Content, each_content, each_erased, stored};
use crate::journal::model::sha256;
use crate::journal::{Kind, Stored};
use crate::plots::model::draft::PlotDraft;
use crate::plots::model::measure::{MeasureDraft, MeasureWire, standing};
use crate::plots::model::record::record;
use crate::plots::model::wire::PlotWire;
use crate::plots::sql::{self, MeasureRow, PlotRow, VersionRecord};
use crate::store::{Store, Tx};

use super::Error;
use super::measures::measured;
use super::record::{NO_WORDS, cells, first_digest};

/// One thing that does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlotFault {
    /// A version's row says otherwise than its entry.
    #[error("plot {plot}: version {version} is not what entry {entry} says")]
    Version {
        /// The plot.
        plot: PlotId,
        /// The version.
        version: i64,
        /// Its entry.
        entry: EntryId,
    },
    /// A measure's row says otherwise than its entry.
    #[error("plot {plot}: a measure is not what entry {entry} says")]
    Measure {
        /// The plot.
        plot: PlotId,
        /// Its entry.
        entry: EntryId,
    },
    /// The plot's row says otherwise than its latest version and its measures.
    #[error("plot {0}: its row is not what its latest version and its measures say")]
    Standing(PlotId),
    /// A row was taken out.
    #[error("entry {entry} tells of plot {plot}, and no row does")]
    NoRow {
        /// The plot.
        plot: Uuid,
        /// The entry.
        entry: EntryId,
    },
}

/// What was looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PlotRows {
    /// Plots.
    pub plots: u64,
    /// Versions and measures that their entries say the same of.
    pub agreeing: u64,
    /// What does not hold.
    pub faults: Vec<PlotFault>,
}

/// Holds every plot's rows against the log.
pub async fn verify_rows(store: &Store) -> Result<PlotRows, Error> {
    let mut tx = store.snapshot().await?;
    let mut found = PlotRows::default();
    let mut told = BTreeSet::new();
    let mut after = (Timestamp::from_millis(i64::MIN), PlotId(Uuid::nil()));
    loop {
        let rows = sql::placed_after(&mut tx, after.0, after.1).await?;
        let Some(last) = rows.last() else {
            break;
        };
        after = (last.detected_at, last.id);
        for row in &rows {
            judge_plot(&mut tx, row, &mut told, &mut found).await?;
        }
    }
    judge_entries(&mut tx, &told, &mut found).await?;
    Ok(found)
}

async fn judge_plot(
    tx: &mut Tx,
    row: &PlotRow,
    told: &mut BTreeSet<EntryId>,
    found: &mut PlotRows,
) -> Result<(), Error> {
    let plot = row.id;
    let before = found.faults.len();
    let mut latest = None;
    for version in sql::version_records(tx, plot).await? {
        told.insert(version.entry);
        let kept = stored(tx, version.entry).await?;
        if kept.is_some_and(|kept| is_version(&kept, &version)) {
            found.agreeing += 1;
        } else {
            found.faults.push(PlotFault::Version {
                plot,
                version: version.version,
                entry: version.entry,
            });
        }
        latest = Some(version);
    }
    let measures = sql::measures(tx, plot).await?;
    for measure in &measures {
        told.insert(measure.entry);
        let kept = stored(tx, measure.entry).await?;
        if kept.is_some_and(|kept| is_measure(&kept, measure)) {
            found.agreeing += 1;
        } else {
            found.faults.push(PlotFault::Measure {
                plot,
                entry: measure.entry,
            });
        }
    }
    let stands = match latest {
        Some(latest) => is_standing(tx, row, &latest, &measures).await?,
        None => false,
    };
    if !stands && found.faults.len() == before {
        found.faults.push(PlotFault::Standing(plot));
    }
    found.plots += 1;
    Ok(())
}

pub(super) fn draft_of(kept: &Stored) -> Option<PlotDraft> {
    let wire: PlotWire = serde_json::from_slice(kept.body.as_ref()?).ok()?;
    PlotDraft::from_wire(&wire, kept.row.received_at).ok()
}

fn is_version(kept: &Stored, row: &VersionRecord) -> bool {
    let is_of = kept.row.fact == Some(row.plot.0)
        && (kept.row.actor, kept.row.received_at) == (row.author, row.recorded_at);
    let said = draft_of(kept).map(|draft| record(&draft).to_string());
    is_of && said.as_deref() == Some(row.record.as_str())
}

fn is_measure(kept: &Stored, row: &MeasureRow) -> bool {
    let is_of = kept.row.fact == Some(row.plot.0)
        && (kept.row.actor, kept.row.received_at) == (row.author, row.recorded_at);
    let sent = if let Some(version) = row.version {
        draft_of(kept).map(|draft| {
            let digest = first_digest(version, &record(&draft).to_string());
            let words = (NO_WORDS.to_owned(), digest.to_vec());
            ((draft.detected_at, draft.plants, draft.area), words)
        })
    } else {
        later_measure(kept).map(|draft| {
            let words = draft.record().to_string();
            let digest = sha256(words.as_bytes()).to_vec();
            (
                (draft.measured_at, draft.plants, draft.area),
                (words, digest),
            )
        })
    };
    // Of a content whose words an order erased the digest tells no more.
    let is_erased = kept.row.redacted_by.is_some();
    let sent = sent.filter(|(_, (words, digest))| {
        is_of && row.record == *words && (is_erased || row.digest == *digest)
    });
    let Some(((at, plants, area), _)) = sent else {
        return false;
    };
    let own = measured(row);
    let plants = plants.map(|plants| (i64::from(plants.number), plants.method.as_str().to_owned()));
    let area = area.map(|area| {
        let method = area.method.as_str().to_owned();
        (area.area_m2, method, area.uncertainty_pct)
    });
    (own.measured_at, own.plants, own.area) == (at, plants, area)
}

fn later_measure(kept: &Stored) -> Option<MeasureDraft> {
    let wire: MeasureWire = serde_json::from_slice(kept.body.as_ref()?).ok()?;
    MeasureDraft::from_wire(wire, kept.row.received_at).ok()
}

async fn is_standing(
    tx: &mut Tx,
    row: &PlotRow,
    latest: &VersionRecord,
    measures: &[MeasureRow],
) -> Result<bool, Error> {
    let Some(kept) = stored(tx, latest.entry).await? else {
        return Ok(false);
    };
    let Some(draft) = draft_of(&kept) else {
        return Ok(false);
    };
    let (plants, area) = standing(measures.iter().map(measured), latest.version);
    let own_area = row.area_m2.zip(row.area_method.clone());
    let own_area =
        own_area.map(|(m2, method)| (m2, method, row.uncertainty_pct.unwrap_or_default()));
    let place = [row.lon, row.lat].map(f64::to_bits);
    let sent = [draft.position.lon(), draft.position.lat()].map(f64::to_bits);
    Ok(
        (row.version, row.entry, &row.record) == (latest.version, latest.entry, &latest.record)
            && (row.crop.as_str(), row.detected_at) == (draft.crop.as_str(), draft.detected_at)
            && (row.season.as_str(), row.period)
                == (
                    draft.season().to_string().as_str(),
                    i64::from(draft.period().year()),
                )
            && place == sent
            && [row.cell_7, row.cell_9, row.cell_12] == cells(&draft)?
            && row.plants.zip(row.plants_method.clone()) == plants
            && own_area == area,
    )
}

/// Every entry of a plot has its row, also where an order erased its words.
async fn judge_entries(
    tx: &mut Tx,
    told: &BTreeSet<EntryId>,
    found: &mut PlotRows,
) -> Result<(), Error> {
    let mut see = |entry: &Content| {
        if !told.contains(&entry.id) {
            found.faults.push(PlotFault::NoRow {
                plot: entry.fact.unwrap_or_default(),
                entry: entry.id,
            });
        }
    };
    each_content(tx, Kind::Plot, &mut see).await?;
    each_erased(tx, Kind::Plot, see).await?;
    Ok(())
}
