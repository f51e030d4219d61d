//! Records without the words that an order erased.

use crate::base::ids::{EntryId, IncidentId, PlotId};
use crate::changed;
use crate::store::{Error, Tx};

const SET_VERSION: &str = "UPDATE plot_versions SET record = $3 WHERE plot = $1 AND version = $2";
const SET_RECORD: &str = "UPDATE plots SET record = $2 WHERE id = $1";
const SET_MEASURE: &str = "UPDATE plot_measures SET record = $3 WHERE plot = $1 AND entry = $2";
const SET_INCIDENT_VERSION: &str =
    "UPDATE incident_versions SET record = $3 WHERE incident = $1 AND version = $2";
const SET_INCIDENT: &str = "UPDATE incidents SET title = $2, notes = $3, flags = $4 WHERE id = $1";

/// The statements of these acts.
pub const STATEMENTS: &[&str] = &[
    SET_VERSION,
    SET_RECORD,
    SET_MEASURE,
    SET_INCIDENT_VERSION,
    SET_INCIDENT,
];

/// Writes what is left of a version of a plot.
pub async fn set_version_record(
    tx: &mut Tx,
    (plot, version): (PlotId, i64),
    record: &str,
) -> Result<(), Error> {
    changed!(
        tx,
        sqlx::query(SET_VERSION)
            .bind(plot)
            .bind(version)
            .bind(record)
    )
    .map(drop)
}

/// Writes what is left of the version that stands.
pub async fn set_record(tx: &mut Tx, plot: PlotId, record: &str) -> Result<(), Error> {
    changed!(tx, sqlx::query(SET_RECORD).bind(plot).bind(record)).map(drop)
}

/// Writes what is left of a later measure.
pub async fn set_measure_record(
    tx: &mut Tx,
    (plot, entry): (PlotId, EntryId),
    record: &str,
) -> Result<(), Error> {
    changed!(
        tx,
        sqlx::query(SET_MEASURE).bind(plot).bind(entry).bind(record)
    )
    .map(drop)
}

/// Writes what is left of a version of an incident.
pub async fn set_incident_record(
    tx: &mut Tx,
    (incident, version): (IncidentId, i64),
    record: &str,
) -> Result<(), Error> {
    changed!(
        tx,
        sqlx::query(SET_INCIDENT_VERSION)
            .bind(incident)
            .bind(version)
            .bind(record)
    )
    .map(drop)
}

/// Writes title, notes and warnings of an incident.
pub async fn set_incident_words(
    tx: &mut Tx,
    incident: IncidentId,
    (title, notes): (&str, Option<&str>),
    flags: &str,
) -> Result<(), Error> {
    changed!(
        tx,
        sqlx::query(SET_INCIDENT)
            .bind(incident)
            .bind(title)
            .bind(notes)
            .bind(flags)
    )
    .map(drop)
}
