//! New plots that one act writes together. PostgreSQL alone has `UNNEST`.

use crate::base::ids::PlotId;
use crate::later_rows;
use crate::store::{Error, Tx};

use super::screen::LOCK_SCREENS;
use super::{MeasureRow, PlotRow};

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

/// The fixed statements that PostgreSQL alone has.
pub const POSTGRES: &[&str] = &[
    LOCK_SCREENS,
    INSERT_PLOTS,
    INSERT_VERSIONS,
    INSERT_MEASURES,
    INSERT_CANDIDATES,
];

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
    later_rows!(tx, INSERT_CANDIDATES, rows, |(plot, other, distance_m)| [
        *plot,
        *other,
        *distance_m,
    ])
}
