//! New plots that one act writes together. PostgreSQL alone has `UNNEST`.

use crate::base::ids::PlotId;
use crate::later_rows;
use crate::plots::model::candidates::Search;
use crate::store::{Error, Tx};

use super::screen::LOCK_SCREENS;
use super::{MeasureRow, NearRow, PlotRow};

const INSERT_PLOTS: &str = "INSERT INTO plots (id, version, entry, author, org, state, crop, season, period, detected_at, \
     patrol, incident, lon, lat, altitude_m, hacc_m, cell_7, cell_9, cell_12, commune, commune_name, place, flags, \
     record, recorded_at, plants, plants_method, area_m2, area_method, uncertainty_pct, photos) \
     SELECT w.*, 0 FROM UNNEST($1::UUID[], $2::BIGINT[], $3::UUID[], $4::UUID[], $5::UUID[], $6::TEXT[], $7::TEXT[], \
     $8::TEXT[], $9::BIGINT[], $10::BIGINT[], $11::UUID[], $12::UUID[], $13::DOUBLE PRECISION[], \
     $14::DOUBLE PRECISION[], $15::DOUBLE PRECISION[], $16::DOUBLE PRECISION[], $17::BIGINT[], $18::BIGINT[], \
     $19::BIGINT[], $20::TEXT[], $21::TEXT[], $22::TEXT[], $23::TEXT[], $24::TEXT[], $25::BIGINT[], $26::BIGINT[], \
     $27::TEXT[], $28::DOUBLE PRECISION[], $29::TEXT[], $30::DOUBLE PRECISION[]) AS w";
const INSERT_VERSIONS: &str = "INSERT INTO plot_versions (plot, version, entry, author, record, recorded_at) \
     SELECT * FROM UNNEST($1::UUID[], $2::BIGINT[], $3::UUID[], $4::UUID[], $5::TEXT[], $6::BIGINT[])";
const INSERT_MEASURES: &str = "INSERT INTO plot_measures (entry, plot, version, author, measured_at, plants, \
     plants_method, area_m2, area_method, uncertainty_pct, digest, record, recorded_at) \
     SELECT * FROM UNNEST($1::UUID[], $2::UUID[], $3::BIGINT[], $4::UUID[], $5::BIGINT[], $6::BIGINT[], $7::TEXT[], \
     $8::DOUBLE PRECISION[], $9::TEXT[], $10::DOUBLE PRECISION[], $11::BYTEA[], $12::TEXT[], $13::BIGINT[])";
const INSERT_CANDIDATES: &str = "INSERT INTO plot_candidates (plot, other, distance_m) \
     SELECT * FROM UNNEST($1::UUID[], $2::UUID[], $3::DOUBLE PRECISION[])";

// `OFFSET 0` keeps it to one search of the index for each plot, however few rows the table had when the plan was made.
const NEAR_ALL: &str = "SELECT w.number, p.id, p.lon, p.lat, p.hacc_m, p.place, p.detected_at \
     FROM UNNEST($1::BIGINT[], $2::TEXT[], $3::TEXT[], $4::BIGINT[], $5::BIGINT[], $6::DOUBLE PRECISION[], \
     $7::DOUBLE PRECISION[], $8::DOUBLE PRECISION[], $9::DOUBLE PRECISION[], $10::DOUBLE PRECISION[], \
     $11::DOUBLE PRECISION[], $12::DOUBLE PRECISION[], $13::DOUBLE PRECISION[], $14::DOUBLE PRECISION[]) \
     AS w (number, crop, season, from_cell, to_cell, west, south, east, north, usual_hacc_m, \
     near_west, near_south, near_east, near_north) CROSS JOIN LATERAL \
     (SELECT id, lon, lat, hacc_m, place, detected_at FROM plots WHERE crop = w.crop AND season = w.season \
     AND cell_9 = ANY (($15::BIGINT[])[w.from_cell:w.to_cell]) \
     AND lon BETWEEN w.west AND w.east AND lat BETWEEN w.south AND w.north AND (hacc_m > w.usual_hacc_m \
     OR (lon BETWEEN w.near_west AND w.near_east AND lat BETWEEN w.near_south AND w.near_north)) OFFSET 0) p \
     ORDER BY w.number, p.id";

/// The fixed statements that PostgreSQL alone has.
pub const POSTGRES: &[&str] = &[
    LOCK_SCREENS,
    NEAR_ALL,
    INSERT_PLOTS,
    INSERT_VERSIONS,
    INSERT_MEASURES,
    INSERT_CANDIDATES,
];

/// What is searched around one of several plots, as `near` does for one.
pub struct Wanted {
    pub crop: &'static str,
    pub season: String,
    /// Cells of resolution 9.
    pub cells: Vec<i64>,
    pub search: Search,
}

/// A plot near one of those around which was searched, with that one's place in the list.
#[derive(sqlx::FromRow)]
struct Found {
    number: i64,
    #[sqlx(flatten)]
    row: NearRow,
}

/// What `near` finds around each of several plots, on PostgreSQL: with the plot's place in the list, in its order and by id.
pub async fn near_all(tx: &mut Tx, wanted: &[Wanted]) -> Result<Vec<(i64, NearRow)>, Error> {
    tx.settle().await?;
    let Tx::Postgres(open) = tx else {
        let here = "plots are searched together in PostgreSQL alone";
        return Err(Error::Unavailable(here.into()));
    };
    let (mut cells, mut from, mut to) = (Vec::new(), Vec::new(), Vec::new());
    for own in wanted {
        from.push(counted(&cells) + 1);
        cells.extend_from_slice(&own.cells);
        to.push(counted(&cells));
    }
    let numbers: Vec<i64> = wanted.iter().zip(0..).map(|(_, number)| number).collect();
    let crops: Vec<String> = wanted.iter().map(|own| own.crop.to_owned()).collect();
    let seasons: Vec<String> = wanted.iter().map(|own| own.season.clone()).collect();
    let usual: Vec<f64> = wanted.iter().map(|own| own.search.usual_hacc_m).collect();
    let [west, south, east, north] = degrees(wanted, |search| search.wide);
    let [near_west, near_south, near_east, near_north] = degrees(wanted, |search| search.near);
    let found: Vec<Found> = sqlx::query_as(NEAR_ALL)
        .bind(numbers)
        .bind(crops)
        .bind(seasons)
        .bind(from)
        .bind(to)
        .bind(west)
        .bind(south)
        .bind(east)
        .bind(north)
        .bind(usual)
        .bind(near_west)
        .bind(near_south)
        .bind(near_east)
        .bind(near_north)
        .bind(cells)
        .fetch_all(&mut **open)
        .await?;
    Ok(found
        .into_iter()
        .map(|found| (found.number, found.row))
        .collect())
}

/// Boxes as four columns: west, south, east and north.
fn degrees(wanted: &[Wanted], of: impl Fn(&Search) -> [f64; 4]) -> [Vec<f64>; 4] {
    let mut columns: [Vec<f64>; 4] = Default::default();
    for own in wanted {
        for (column, degree) in columns.iter_mut().zip(of(&own.search)) {
            column.push(degree);
        }
    }
    columns
}

fn counted(cells: &[i64]) -> i64 {
    i64::try_from(cells.len()).unwrap_or(i64::MAX)
}

/// Leaves plots of which the caller found none to be known to be sent to PostgreSQL, with their first versions.
pub async fn insert_plots(tx: &mut Tx, rows: &[PlotRow]) -> Result<(), Error> {
    later_rows!(tx, INSERT_PLOTS, rows, |row| [
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
    ])?;
    later_rows!(tx, INSERT_VERSIONS, rows, |row| [
        row.id,
        row.version,
        row.entry,
        row.author,
        row.record.as_str(),
        row.recorded_at,
    ])
}

/// Leaves measures to be sent to PostgreSQL.
pub async fn insert_measures(tx: &mut Tx, rows: &[MeasureRow]) -> Result<(), Error> {
    later_rows!(tx, INSERT_MEASURES, rows, |row| [
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
    ])
}

/// Leaves pairs of plots that may be the same to be sent to PostgreSQL, each in both directions.
pub async fn insert_pairs(tx: &mut Tx, pairs: &[(PlotId, PlotId, f64)]) -> Result<(), Error> {
    let both_ways = pairs.iter().flat_map(|(plot, other, distance_m)| {
        [(*plot, *other, *distance_m), (*other, *plot, *distance_m)]
    });
    let rows: Vec<(PlotId, PlotId, f64)> = both_ways.collect();
    later_rows!(tx, INSERT_CANDIDATES, rows, |row| [row.0, row.1, row.2])
}
