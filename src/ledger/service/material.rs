//! Reads rows into what lives are made of.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::base::actor::Door;
use crate::base::ids::{FactId, IncidentId, PlotId};
use crate::base::time::Timestamp;
use crate::base::words::{AreaMethod, Crop, PlantsMethod};
use crate::geo::measure::distance_m;
use crate::geo::position::Position;
use crate::ledger::model::{Act, Amount, EvidenceSummary, Fact, PlotFacts, Shot, Shown, Stood};
use crate::ledger::sql::{self, FactRow, MeasureRow, PhotoRow, PlotFilter, PlotRow, Sight};
use crate::plots::model::Season;
use crate::plots::model::season::{period_of, season_of};
use crate::store::{Error, Tx};

/// A plot with all that its life is made of.
#[derive(Debug, Clone)]
pub(super) struct Material {
    pub(super) row: PlotRow,
    pub(super) plot: PlotFacts,
    pub(super) facts: Vec<Fact>,
    pub(super) photos: EvidenceSummary,
    /// As of an entry: it was found on another day or lay elsewhere than its row says, which names today's commune.
    pub(super) is_elsewhere: bool,
    /// The plots that were merged into it and whose facts and photos are among these.
    pub(super) merged: Vec<PlotRow>,
}

impl Material {
    /// The row of the plot on which a fact was recorded.
    pub(super) fn row_of(&self, fact: &Fact) -> &PlotRow {
        let mut merged = self.merged.iter();
        let other = fact.from.and_then(|from| merged.find(|row| row.id == from));
        other.unwrap_or(&self.row)
    }
}

/// The material of the plots that a filter leaves, in the order of detection.
pub(super) async fn gather(
    tx: &mut Tx,
    sight: &Sight,
    filter: &PlotFilter,
) -> Result<Vec<Material>, Error> {
    let rows = sql::plots(tx, sight, filter).await?;
    let rows = if filter.as_of.is_some() {
        as_they_were(rows, sql::versions(tx, sight, filter).await?)?
    } else {
        rows.into_iter().map(|row| (row, false)).collect()
    };
    let mut measures = grouped(sql::measures(tx, sight, filter).await?, |row| row.plot);
    let mut facts = grouped(sql::facts(tx, sight, filter).await?, |row| row.plot);
    let mut photos = grouped(sql::photos(tx, sight, filter).await?, |row| row.plot);
    rows.into_iter()
        .map(|(row, is_elsewhere)| {
            let id = row.id;
            let facts = facts.remove(&id).unwrap_or_default();
            Ok(Material {
                plot: plot_facts(&row, &measures.remove(&id).unwrap_or_default())?,
                facts: facts.iter().map(read).collect::<Result<_, _>>()?,
                photos: summary(&row, &photos.remove(&id).unwrap_or_default()),
                is_elsewhere,
                merged: Vec::new(),
                row,
            })
        })
        .collect()
}

/// The material of one plot.
pub(super) async fn of_plot(tx: &mut Tx, id: PlotId) -> Result<Option<Material>, Error> {
    let filter = PlotFilter {
        plot: Some(id),
        ..PlotFilter::default()
    };
    Ok(gather(tx, &Sight::All, &filter).await?.pop())
}

/// The material of these plots, in the order of detection.
pub(super) async fn of_plots(tx: &mut Tx, ids: &[PlotId]) -> Result<Vec<Material>, Error> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let filter = PlotFilter {
        among: Some(ids.to_vec()),
        ..PlotFilter::default()
    };
    gather(tx, &Sight::All, &filter).await
}

fn grouped<T>(rows: Vec<T>, plot: impl Fn(&T) -> PlotId) -> BTreeMap<PlotId, Vec<T>> {
    let mut grouped: BTreeMap<PlotId, Vec<T>> = BTreeMap::new();
    for row in rows {
        grouped.entry(plot(&row)).or_default().push(row);
    }
    grouped
}

/// Each plot as its last version by then records it, and whether it lay elsewhere; those that came later are left out.
fn as_they_were(
    rows: Vec<PlotRow>,
    versions: Vec<sql::VersionRow>,
) -> Result<Vec<(PlotRow, bool)>, Error> {
    let last: BTreeMap<PlotId, sql::VersionRow> =
        versions.into_iter().map(|row| (row.plot, row)).collect();
    let then = rows.into_iter().filter_map(|row| {
        let version = last.get(&row.id)?;
        Some(as_it_was(row, version))
    });
    then.collect()
}

fn as_it_was(row: PlotRow, version: &sql::VersionRow) -> Result<(PlotRow, bool), Error> {
    if version.version == row.version {
        return Ok((row, false));
    }
    let corrupt = |table| Error::Corrupt {
        table,
        column: "record",
        id: row.id.to_string(),
    };
    let told = recorded(&version.record).ok_or_else(|| corrupt("plot_versions"))?;
    let now = recorded(&row.record).ok_or_else(|| corrupt("plots"))?;
    let day = told.detected_at.local_date();
    let placed = |own: &Recorded| {
        let place = [own.lon, own.lat].map(f64::to_bits);
        (place, own.detected_at.local_date(), own.outside_vietnam)
    };
    let is_elsewhere = placed(&told) != placed(&now);
    let then = PlotRow {
        version: version.version,
        record: version.record.clone(),
        crop: told.crop.as_str().to_owned(),
        season: season_of(told.crop, day).to_string(),
        period: i64::from(period_of(day).year()),
        detected_at: told.detected_at,
        incident: told.incident,
        lon: told.lon,
        lat: told.lat,
        hacc_m: told.hacc_m,
        ..row
    };
    Ok((then, is_elsewhere))
}

/// What a version records of what the plot's row has columns for.
#[derive(Deserialize)]
struct Recorded {
    lon: f64,
    lat: f64,
    #[serde(default)]
    hacc_m: Option<f64>,
    crop: Crop,
    detected_at: Timestamp,
    #[serde(default)]
    incident: Option<IncidentId>,
    #[serde(default)]
    outside_vietnam: bool,
}

fn recorded(record: &str) -> Option<Recorded> {
    serde_json::from_str(record).ok()
}

fn plot_facts(row: &PlotRow, measures: &[MeasureRow]) -> Result<PlotFacts, Error> {
    let record: Value = serde_json::from_str(&row.record).or(Err(row.corrupt("record")))?;
    let word = |name: &str| record.get(name).and_then(Value::as_str);
    let mut claimed = (Amount::default(), None);
    let mut remeasured = Amount::default();
    let mut by = Remeasured::default();
    for measure in measures {
        let (amount, entry) = (amount_of(measure)?, FactId(measure.entry.0));
        match measure.version {
            Some(version) if version == row.version => claimed = (amount, Some(entry)),
            Some(_) => {}
            None => {
                remeasured = later(amount, remeasured);
                by.take(&amount, entry);
            }
        }
    }
    let stage = word("stage").map(str::parse).transpose();
    let crop = word("crop").unwrap_or(&row.crop).parse();
    let season: Result<Season, _> = row.season.parse();
    // Of a tip, and of what was read from a picture taken from above, nobody says that he was there; a picture gives size
    // and outline by itself.
    let eyes: Option<&[&str]> = match word("detected_by") {
        Some("tip") => Some(&["patrol", "stage", "plants", "area_m2", "outline"]),
        Some("imagery") => Some(&["patrol", "stage", "plants"]),
        _ => None,
    };
    let seen = !remeasured.is_empty()
        || eyes.is_none_or(|eyes| eyes.iter().any(|field| record.get(*field).is_some()));
    Ok(PlotFacts {
        id: row.id,
        version: row.version,
        crop: crop.or(Err(row.corrupt("crop")))?,
        org: row.org,
        detected_at: row.detected_at,
        recorded_at: row.recorded_at,
        is_seen: seen,
        stage: stage.or(Err(row.corrupt("record")))?,
        outside_vietnam: record.get("outside_vietnam") == Some(&Value::Bool(true)),
        season: season.ok().and_then(Season::days),
        claimed: claimed.0,
        claimed_by: claimed.1,
        remeasured: (!remeasured.is_empty()).then_some(remeasured),
        remeasured_by: by.facts(),
    })
}

/// Which measure numbered the plants last, and which the area.
#[derive(Default)]
struct Remeasured {
    plants: Option<FactId>,
    area: Option<FactId>,
}

impl Remeasured {
    fn take(&mut self, amount: &Amount, entry: FactId) {
        self.plants = amount.plants.map(|_| entry).or(self.plants);
        self.area = amount.area_m2.map(|_| entry).or(self.area);
    }

    fn facts(&self) -> Vec<FactId> {
        let area = self.area.filter(|area| self.plants != Some(*area));
        self.plants.into_iter().chain(area).collect()
    }
}

/// Each figure of the later measure, where it has one.
fn later(amount: Amount, before: Amount) -> Amount {
    let (by_plants, by_area) = (
        if amount.plants.is_some() {
            amount
        } else {
            before
        },
        if amount.area_m2.is_some() {
            amount
        } else {
            before
        },
    );
    Amount {
        plants: by_plants.plants,
        plants_method: by_plants.plants_method,
        area_m2: by_area.area_m2,
        area_method: by_area.area_method,
        uncertainty_pct: by_area.uncertainty_pct,
        weight_kg: None,
    }
}

fn amount_of(row: &MeasureRow) -> Result<Amount, Error> {
    let corrupt = |column| Error::Corrupt {
        table: "plot_measures",
        column,
        id: row.plot.to_string(),
    };
    let plants = row.plants.map(u32::try_from).transpose();
    let plants_method: Option<Result<PlantsMethod, _>> =
        row.plants_method.as_deref().map(str::parse);
    let area_method: Option<Result<AreaMethod, _>> = row.area_method.as_deref().map(str::parse);
    Ok(Amount {
        plants: plants.or(Err(corrupt("plants")))?,
        plants_method: plants_method
            .transpose()
            .or(Err(corrupt("plants_method")))?,
        area_m2: row.area_m2,
        area_method: area_method.transpose().or(Err(corrupt("area_method")))?,
        uncertainty_pct: row.uncertainty_pct,
        weight_kg: None,
    })
}

/// A fact as it was written.
pub(super) fn read(row: &FactRow) -> Result<Fact, Error> {
    let kind = row.kind.parse().or(Err(row.corrupt("kind")))?;
    Ok(Fact {
        id: row.id,
        author: row.author,
        org: row.org,
        by_officer: row.by_officer == 1,
        corrects: row.corrects,
        at: row.at,
        recorded_at: row.recorded_at,
        entry: row.entry,
        from: None,
        act: Act::from_record(kind, &row.record).or(Err(row.corrupt("record")))?,
    })
}

fn summary(plot: &PlotRow, rows: &[PhotoRow]) -> EvidenceSummary {
    EvidenceSummary::of(rows.iter().filter_map(|row| shot(plot, row)).collect())
}

fn shot(plot: &PlotRow, row: &PhotoRow) -> Option<Shot> {
    let record: Value = serde_json::from_str(&row.record).unwrap_or_default();
    let word = |name: &str| record.get(name).and_then(Value::as_str);
    let shown = match word("phase") {
        Some("before" | "overview") => Shown::Before,
        Some("close_up") => Shown::CloseUp,
        Some("during") => Shown::During,
        Some("after") => Shown::After,
        Some("minutes") => Shown::Minutes,
        Some("sample") => Shown::Samples,
        _ => return None,
    };
    let accuracy_m = record.get("accuracy_m").and_then(Value::as_f64);
    Some(Shot {
        shown,
        taken_at: row.taken_at,
        // A form tells one time for all of its photos; the door's own cap on grades says what that is worth.
        has_own_time: row.door.as_deref() != Some(Door::Odk.as_str()),
        received_at: row.received_at,
        eradication: word("eradication").and_then(|id| id.parse().ok()),
        org: row.org,
        stood: stood(plot, row, accuracy_m),
        sha256: row.sha256.as_slice().try_into().ok()?,
    })
}

fn stood(plot: &PlotRow, row: &PhotoRow, accuracy_m: Option<f64>) -> Option<Stood> {
    let (lon, lat) = row.lon.zip(row.lat)?;
    let phone = Position::new(lon, lat).ok()?;
    let place = Position::new(plot.lon, plot.lat).ok()?;
    Some(Stood {
        away_m: distance_m(phone, place),
        accuracy_m,
        plot_accuracy_m: plot.hacc_m,
    })
}
