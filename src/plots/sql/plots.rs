//! Plots and their versions.

use sqlx::QueryBuilder;
use uuid::Uuid;

use crate::base::ids::{EntryId, IncidentId, OrgId, PaperId, PatrolId, PlotId};
use crate::base::time::Timestamp;
use crate::store::{Error, Tx, padded};
use crate::{changed, later, on};

const LOCK_PLOT: &str = "UPDATE plots SET version = version WHERE id = $1";
// An UPDATE would write each row anew, and its entries in ten indexes where its page is full. In their order, so that two
// acts do not block one another.
const LOCK_PLOTS: [&str; 2] = [
    "SELECT id FROM plots WHERE id IN (",
    ") ORDER BY id FOR NO KEY UPDATE",
];
const FIND_PLOTS: [&str; 2] = ["SELECT id FROM plots WHERE id IN (", ")"];
const PLOT: &str = "SELECT * FROM plots WHERE id = $1";
const INSERT_PLOT: &str = "INSERT INTO plots (id, version, entry, author, org, state, crop, season, period, detected_at, \
     patrol, incident, lon, lat, altitude_m, hacc_m, cell_7, cell_9, cell_12, commune, commune_name, place, flags, \
     record, photos, recorded_at, plants, plants_method, area_m2, area_method, uncertainty_pct) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, \
     $23, $24, 0, $25, $26, $27, $28, $29, $30)";
const REVISE_PLOT: &str = "UPDATE plots SET version = $2, entry = $3, crop = $4, season = $5, period = $6, \
     detected_at = $7, patrol = $8, incident = $9, lon = $10, lat = $11, altitude_m = $12, hacc_m = $13, cell_7 = $14, \
     cell_9 = $15, cell_12 = $16, commune = $17, commune_name = $18, place = $19, flags = $20, record = $21 \
     WHERE id = $1";
const INSERT_VERSION: &str = "INSERT INTO plot_versions (plot, version, entry, author, record, recorded_at) \
     VALUES ($1, $2, $3, $4, $5, $6)";
const VERSIONS: &str =
    "SELECT version, entry, recorded_at FROM plot_versions WHERE plot = $1 ORDER BY version";
const VERSION_RECORDS: &str = "SELECT plot, version, entry, author, record, recorded_at FROM plot_versions WHERE plot = $1 ORDER BY version";
const FORMER_RECORDS: &str = "SELECT p.place, v.record FROM plots p \
     JOIN plot_versions v ON v.plot = p.id AND v.version < p.version WHERE p.id = $1";
const TYPED_VERSIONS: &str = "SELECT v.plot, j.paper, j.actor, j.retracted_by FROM plot_versions v JOIN journal_papers j ON j.entry = v.entry \
     WHERE v.plot IN (";
const ALIKE: &str = "SELECT entry FROM plot_versions WHERE plot = $1 AND author = $2 AND record = $3 ORDER BY version LIMIT 1";
// A pair is compared, so that PostgreSQL too goes on in the index from where it was.
const PLACED_AFTER: &str =
    "SELECT * FROM plots WHERE (detected_at, id) > ($1, $2) ORDER BY detected_at, id LIMIT 500";
const SET_PLACE: &str =
    "UPDATE plots SET place = $2, commune = $3, commune_name = $4 WHERE id = $1";
const SET_STATE: &str = "UPDATE plots SET state = ";
const ADD_PHOTO: &str = "UPDATE plots SET photos = photos + 1 WHERE id = $1";
const JOINED_PHOTOS: &str = "SELECT COUNT(*) FROM photos WHERE plot = $1 AND linked = 1";

/// The statements of this table.
pub const STATEMENTS: &[&str] = &[
    LOCK_PLOT,
    PLOT,
    INSERT_PLOT,
    REVISE_PLOT,
    INSERT_VERSION,
    VERSIONS,
    VERSION_RECORDS,
    FORMER_RECORDS,
    ALIKE,
    PLACED_AFTER,
    SET_PLACE,
    ADD_PHOTO,
    JOINED_PHOTOS,
];

/// A plot as it stands.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
pub struct PlotRow {
    pub id: PlotId,
    pub version: i64,
    pub entry: EntryId,
    pub author: Uuid,
    pub org: Option<OrgId>,
    pub state: String,
    pub crop: String,
    pub season: String,
    pub period: i64,
    pub detected_at: Timestamp,
    pub patrol: Option<PatrolId>,
    pub incident: Option<IncidentId>,
    pub plants: Option<i64>,
    pub plants_method: Option<String>,
    pub area_m2: Option<f64>,
    pub area_method: Option<String>,
    pub uncertainty_pct: Option<f64>,
    pub lon: f64,
    pub lat: f64,
    pub altitude_m: Option<f64>,
    pub hacc_m: Option<f64>,
    pub cell_7: i64,
    pub cell_9: i64,
    pub cell_12: i64,
    pub commune: Option<String>,
    pub commune_name: Option<String>,
    pub place: Option<String>,
    pub flags: String,
    pub record: String,
    pub photos: i64,
    pub recorded_at: Timestamp,
    /// 1 when something was sent back for completing and nobody has answered.
    pub returned: i64,
}

impl PlotRow {
    /// What is to be said when a column cannot be read.
    pub fn corrupt(&self, column: &'static str) -> Error {
        Error::Corrupt {
            table: "plots",
            column,
            id: self.id.to_string(),
        }
    }
}

/// A version of a plot.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct VersionRow {
    pub version: i64,
    pub entry: EntryId,
    pub recorded_at: Timestamp,
}

/// A version with what it records.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct VersionRecord {
    pub plot: PlotId,
    pub version: i64,
    pub entry: EntryId,
    pub author: Uuid,
    pub record: String,
    pub recorded_at: Timestamp,
}

/// All versions of a plot with what they record, the first one first.
pub async fn version_records(tx: &mut Tx, plot: PlotId) -> Result<Vec<VersionRecord>, Error> {
    on!(tx, |c| sqlx::query_as(VERSION_RECORDS)
        .bind(plot)
        .fetch_all(c))
}

/// What each version of a plot before the present one records, beside the commune in which the plot lies today; nothing of
/// a plot that was never corrected.
pub async fn former_records(
    tx: &mut Tx,
    plot: PlotId,
) -> Result<Vec<(Option<String>, String)>, Error> {
    on!(tx, |c| sqlx::query_as(FORMER_RECORDS)
        .bind(plot)
        .fetch_all(c))
}

/// The paper records from which versions of plots were typed in, by whom, and what retracted them, the first version first.
pub async fn typed_versions(
    tx: &mut Tx,
    plots: &[PlotId],
) -> Result<Vec<(PlotId, PaperId, Uuid, Option<EntryId>)>, Error> {
    if plots.is_empty() {
        return Ok(Vec::new());
    }
    on!(tx, |c| {
        let mut query = QueryBuilder::new(TYPED_VERSIONS);
        let mut list = query.separated(", ");
        for plot in plots {
            list.push_bind(*plot);
        }
        query.push(") ORDER BY v.plot, v.version");
        async move { query.build_query_as().fetch_all(c).await }
    })
}

/// Keeps other writers of the plot out until the act ends; false when there is no such plot.
pub async fn lock_plot(tx: &mut Tx, id: PlotId) -> Result<bool, Error> {
    changed!(tx, sqlx::query(LOCK_PLOT).bind(id)).map(|rows| rows > 0)
}

/// The same for several plots; gives those that there are.
pub async fn lock_plots(tx: &mut Tx, ids: &[PlotId]) -> Result<Vec<PlotId>, Error> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let [start, end] = match tx {
        // Its one writer runs one act after the other: a row written anew keeps nobody out.
        Tx::Sqlite(_) => FIND_PLOTS,
        Tx::Postgres(_) => LOCK_PLOTS,
    };
    on!(tx, |c| {
        let mut query = QueryBuilder::new(start);
        let mut list = query.separated(", ");
        for id in padded(ids) {
            list.push_bind(id);
        }
        query.push(end);
        async move { query.build_query_scalar().fetch_all(c).await }
    })
}

pub async fn plot(tx: &mut Tx, id: PlotId) -> Result<Option<PlotRow>, Error> {
    on!(tx, |c| sqlx::query_as(PLOT).bind(id).fetch_optional(c))
}

/// Leaves a plot that the caller found to be unknown to be sent, with its first version.
pub async fn insert_plot(tx: &mut Tx, row: &PlotRow) -> Result<(), Error> {
    later!(
        tx,
        INSERT_PLOT,
        [
            row.id,
            row.version,
            row.entry,
            row.author,
            row.org,
            row.state.as_str(),
            row.crop.as_str(),
            row.season.as_str(),
            row.period,
            row.detected_at,
            row.patrol,
            row.incident,
            row.lon,
            row.lat,
            row.altitude_m,
            row.hacc_m,
            row.cell_7,
            row.cell_9,
            row.cell_12,
            row.commune.as_deref(),
            row.commune_name.as_deref(),
            row.place.as_deref(),
            row.flags.as_str(),
            row.record.as_str(),
            row.recorded_at,
            row.plants,
            row.plants_method.as_deref(),
            row.area_m2,
            row.area_method.as_deref(),
            row.uncertainty_pct,
        ]
    )?;
    insert_version(tx, row, row.author, row.recorded_at).await
}

/// Writes the next version of a plot: `row` is the plot after it.
pub async fn revise_plot(
    tx: &mut Tx,
    row: &PlotRow,
    author: Uuid,
    at: Timestamp,
) -> Result<(), Error> {
    changed!(
        tx,
        sqlx::query(REVISE_PLOT)
            .bind(row.id)
            .bind(row.version)
            .bind(row.entry)
            .bind(row.crop.as_str())
            .bind(row.season.as_str())
            .bind(row.period)
            .bind(row.detected_at)
            .bind(row.patrol)
            .bind(row.incident)
            .bind(row.lon)
            .bind(row.lat)
            .bind(row.altitude_m)
            .bind(row.hacc_m)
            .bind(row.cell_7)
            .bind(row.cell_9)
            .bind(row.cell_12)
            .bind(row.commune.as_deref())
            .bind(row.commune_name.as_deref())
            .bind(row.place.as_deref())
            .bind(row.flags.as_str())
            .bind(row.record.as_str())
    )?;
    insert_version(tx, row, author, at).await
}

async fn insert_version(
    tx: &mut Tx,
    row: &PlotRow,
    author: Uuid,
    at: Timestamp,
) -> Result<(), Error> {
    later!(
        tx,
        INSERT_VERSION,
        [
            row.id,
            row.version,
            row.entry,
            author,
            row.record.as_str(),
            at,
        ]
    )
}

pub async fn versions(tx: &mut Tx, id: PlotId) -> Result<Vec<VersionRow>, Error> {
    on!(tx, |c| sqlx::query_as(VERSIONS).bind(id).fetch_all(c))
}

/// The entry of the version by which this author said the same before.
pub async fn alike(
    tx: &mut Tx,
    id: PlotId,
    author: Uuid,
    record: &str,
) -> Result<Option<EntryId>, Error> {
    on!(tx, |c| sqlx::query_scalar(ALIKE)
        .bind(id)
        .bind(author)
        .bind(record)
        .fetch_optional(c))
}

/// Up to 500 plots after a place in the order of detection.
pub async fn placed_after(tx: &mut Tx, at: Timestamp, id: PlotId) -> Result<Vec<PlotRow>, Error> {
    on!(tx, |c| sqlx::query_as(PLACED_AFTER)
        .bind(at)
        .bind(id)
        .fetch_all(c))
}

pub async fn set_place(
    tx: &mut Tx,
    id: PlotId,
    place: Option<&str>,
    commune: Option<&(String, String)>,
) -> Result<(), Error> {
    let (code, name) = commune
        .map(|(code, name)| (code.as_str(), name.as_str()))
        .unzip();
    changed!(
        tx,
        sqlx::query(SET_PLACE)
            .bind(id)
            .bind(place)
            .bind(code)
            .bind(name)
    )
    .map(drop)
}

/// Writes the state of plots, and whether something of them was sent back; false when all stood so before.
pub async fn set_state(
    tx: &mut Tx,
    ids: &[PlotId],
    state: &str,
    is_returned: bool,
) -> Result<bool, Error> {
    let returned = i64::from(is_returned);
    let rows: u64 = on!(tx, |c| {
        let mut query = QueryBuilder::new(SET_STATE);
        query.push_bind(state);
        query.push(", returned = ").push_bind(returned);
        query.push(" WHERE (state <> ").push_bind(state);
        query.push(" OR returned <> ").push_bind(returned);
        query.push(") AND id IN (");
        let mut list = query.separated(", ");
        for id in padded(ids) {
            list.push_bind(id);
        }
        query.push(")");
        async move {
            let done = query.build().execute(c).await;
            done.map(|done| done.rows_affected())
        }
    })?;
    Ok(rows > 0)
}

pub async fn add_photo(tx: &mut Tx, id: PlotId) -> Result<(), Error> {
    changed!(tx, sqlx::query(ADD_PHOTO).bind(id)).map(drop)
}

/// How many photos are joined to a plot.
pub async fn joined_photos(tx: &mut Tx, id: PlotId) -> Result<i64, Error> {
    on!(tx, |c| sqlx::query_scalar(JOINED_PHOTOS)
        .bind(id)
        .fetch_one(c))
}
