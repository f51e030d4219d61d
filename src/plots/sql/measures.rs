//! Measures of plots, and those that stand.

use uuid::Uuid;

use crate::base::ids::{EntryId, PlotId};
use crate::base::time::Timestamp;
use crate::store::{Error, Tx};
use crate::{changed, later, on};

const INSERT_MEASURE: &str = "INSERT INTO plot_measures (entry, plot, version, author, measured_at, plants, \
     plants_method, area_m2, area_method, uncertainty_pct, digest, record, recorded_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
const MEASURES: &str = "SELECT * FROM plot_measures WHERE plot = $1 ORDER BY recorded_at, entry";
const MEASURE_ALIKE: &str =
    "SELECT entry FROM plot_measures WHERE plot = $1 AND author = $2 AND digest = $3";
const SET_STANDING: &str = "UPDATE plots SET plants = $2, plants_method = $3, area_m2 = $4, area_method = $5, \
     uncertainty_pct = $6, flags = $7 WHERE id = $1";

/// The statements of this table.
pub const STATEMENTS: &[&str] = &[INSERT_MEASURE, MEASURES, MEASURE_ALIKE, SET_STANDING];

/// A measure as it is kept.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct MeasureRow {
    pub entry: EntryId,
    pub plot: PlotId,
    pub version: Option<i64>,
    pub author: Uuid,
    pub measured_at: Timestamp,
    pub plants: Option<i64>,
    pub plants_method: Option<String>,
    pub area_m2: Option<f64>,
    pub area_method: Option<String>,
    pub uncertainty_pct: Option<f64>,
    pub digest: Vec<u8>,
    pub record: String,
    pub recorded_at: Timestamp,
}

/// Leaves a measure to be sent.
pub async fn insert_measure(tx: &mut Tx, row: &MeasureRow) -> Result<(), Error> {
    later!(
        tx,
        INSERT_MEASURE,
        [
            row.entry,
            row.plot,
            row.version,
            row.author,
            row.measured_at,
            row.plants,
            row.plants_method.as_deref(),
            row.area_m2,
            row.area_method.as_deref(),
            row.uncertainty_pct,
            row.digest.as_slice(),
            row.record.as_str(),
            row.recorded_at,
        ]
    )
}

/// A plot's measures in the order of receipt.
pub async fn measures(tx: &mut Tx, plot: PlotId) -> Result<Vec<MeasureRow>, Error> {
    on!(tx, |c| sqlx::query_as(MEASURES).bind(plot).fetch_all(c))
}

/// The entry of the same measure by this author.
pub async fn measure_alike(
    tx: &mut Tx,
    plot: PlotId,
    author: Uuid,
    digest: &[u8],
) -> Result<Option<EntryId>, Error> {
    on!(tx, |c| sqlx::query_scalar(MEASURE_ALIKE)
        .bind(plot)
        .bind(author)
        .bind(digest)
        .fetch_optional(c))
}

/// Writes the measures that stand, with the flags that follow from them.
pub async fn set_standing(
    tx: &mut Tx,
    plot: PlotId,
    plants: Option<&(i64, String)>,
    area: Option<&(f64, String, f64)>,
    flags: &str,
) -> Result<(), Error> {
    let (number, plants_method) = plants
        .map(|(number, method)| (*number, method.as_str()))
        .unzip();
    changed!(
        tx,
        sqlx::query(SET_STANDING)
            .bind(plot)
            .bind(number)
            .bind(plants_method)
            .bind(area.map(|(area_m2, _, _)| *area_m2))
            .bind(area.map(|(_, method, _)| method.as_str()))
            .bind(area.map(|(_, _, pct)| *pct))
            .bind(flags)
    )
    .map(drop)
}
