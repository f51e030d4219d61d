//! What lives and figures are made of: plots, their versions, measures, facts and photos, of one plot or of many, now or
//! as of an entry.

use sqlx::QueryBuilder;

use crate::base::ids::{EntryId, IncidentId, OrgId, PlotId};
use crate::base::time::Timestamp;
use crate::base::words::Crop;
use crate::ledger::model::words::PlotFigure;
use crate::on;
use crate::store::{Error, Tx, padded};

use super::FactRow;

pub(super) const PLOT: &str = "SELECT p.id, p.version, p.author, p.org, p.crop, p.season, p.period, p.detected_at, \
     p.incident, p.lon, p.lat, p.hacc_m, p.commune, p.commune_name, p.place, p.record, p.recorded_at FROM plots p WHERE p.id = $1";
pub(super) const PLOTS: &str = "SELECT p.id, p.version, p.author, p.org, p.crop, p.season, p.period, p.detected_at, \
     p.incident, p.lon, p.lat, p.hacc_m, p.commune, p.commune_name, p.place, p.record, p.recorded_at FROM plots p WHERE 1 = 1";
pub(super) const MEASURES: &str = "SELECT m.entry, m.plot, m.version, m.plants, m.plants_method, m.area_m2, \
     m.area_method, m.uncertainty_pct FROM plot_measures m JOIN plots p ON p.id = m.plot \
     JOIN journal_entries e ON e.id = m.entry WHERE 1 = 1";
pub(super) const FACTS: &str = "SELECT f.id, f.plot, f.kind, f.entry, f.author, f.org, f.by_officer, f.corrects, f.at, \
     f.record, f.digest, f.recorded_at FROM ledger_facts f JOIN plots p ON p.id = f.plot \
     JOIN journal_entries e ON e.id = f.entry WHERE 1 = 1";
// What cannot be shown as a picture counts for nothing; of HEIC the pixels are not read here, phones show it.
pub(super) const PHOTOS: &str = "SELECT h.plot, h.org, h.record, h.taken_at, h.door, e.received_at, h.lon, h.lat, h.sha256 FROM photos h JOIN plots p ON p.id = h.plot \
     JOIN journal_entries e ON e.id = h.original_entry WHERE h.linked = 1 AND h.state = 'stored' \
     AND (h.derived <> 'none' OR h.flags LIKE '%\"heic_placeholder\"%')";
/// Nor do photos about which a question was decided against them.
const NOT_REJECTED: &str = " AND NOT EXISTS (SELECT 1 FROM evidence_questions s WHERE s.photo = h.id AND s.state = 'upheld')";
/// The same as of an entry: the last decision by then. In kept JSON a text's own quotes are escaped.
const NOT_REJECTED_THEN: [&str; 3] = [
    " AND NOT EXISTS (SELECT 1 FROM evidence_questions s JOIN evidence_replies d ON d.question = s.id \
     JOIN journal_entries x ON x.id = d.entry WHERE s.photo = h.id AND d.kind = 'decision' \
     AND d.body LIKE '%\"result\":\"upheld\"%' AND x.seq <= ",
    " AND NOT EXISTS (SELECT 1 FROM evidence_replies l JOIN journal_entries y ON y.id = l.entry \
     WHERE l.question = s.id AND l.kind = 'decision' AND y.seq > x.seq AND y.seq <= ",
    "))",
];
pub(super) const VERSIONS: &str = "SELECT v.plot, v.version, v.record FROM plot_versions v JOIN plots p ON p.id = v.plot \
     JOIN journal_entries e ON e.id = v.entry WHERE 1 = 1";
pub(super) const ENTRY_SEQ: &str = "SELECT seq, received_at FROM journal_entries WHERE id = $1";

/// Which plots the caller may see.
#[derive(Debug, Clone)]
pub enum Sight {
    /// Every one.
    All,
    /// Those that lie in one of the communes today.
    Communes(Vec<String>),
}

/// Which plots figures are made of.
#[derive(Debug, Clone, Default)]
pub struct PlotFilter {
    /// This one.
    pub plot: Option<PlotId>,
    /// These ones.
    pub among: Option<Vec<PlotId>>,
    /// In this commune by the boundaries of their day.
    pub commune: Option<String>,
    /// Detected by this organisation.
    pub org: Option<OrgId>,
    /// Of this incident.
    pub incident: Option<IncidentId>,
    /// Of one of these incidents.
    pub among_incidents: Option<Vec<IncidentId>>,
    /// Of this season.
    pub season: Option<String>,
    /// Of this statistical year.
    pub period: Option<i64>,
    /// Of this crop as verified, else as recorded.
    pub grown: Option<Crop>,
    /// In no commune by the boundaries of their day.
    pub outside: bool,
    /// Under this figure.
    pub of: Option<PlotFigure>,
    /// Detected at this instant or later.
    pub from: Option<Timestamp>,
    /// Detected at this instant or earlier.
    pub to: Option<Timestamp>,
    /// Only what was entered under this number or a lower one.
    pub as_of: Option<i64>,
}

/// A plot as the ledger reads it.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct PlotRow {
    pub id: PlotId,
    pub version: i64,
    pub author: uuid::Uuid,
    pub org: Option<OrgId>,
    pub crop: String,
    pub season: String,
    pub period: i64,
    pub detected_at: Timestamp,
    pub incident: Option<IncidentId>,
    pub lon: f64,
    pub lat: f64,
    pub hacc_m: Option<f64>,
    pub commune: Option<String>,
    pub commune_name: Option<String>,
    pub place: Option<String>,
    pub record: String,
    pub recorded_at: Timestamp,
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

/// A measure of a plot.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct MeasureRow {
    pub entry: EntryId,
    pub plot: PlotId,
    pub version: Option<i64>,
    pub plants: Option<i64>,
    pub plants_method: Option<String>,
    pub area_m2: Option<f64>,
    pub area_method: Option<String>,
    pub uncertainty_pct: Option<f64>,
}

/// A version of a plot's record.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct VersionRow {
    pub plot: PlotId,
    pub version: i64,
    pub record: String,
}

/// A photo whose original is kept, joined to a plot.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct PhotoRow {
    pub plot: PlotId,
    pub org: Option<OrgId>,
    pub record: String,
    pub taken_at: Timestamp,
    pub door: Option<String>,
    pub received_at: Timestamp,
    pub lon: Option<f64>,
    pub lat: Option<f64>,
    pub sha256: Vec<u8>,
}

pub async fn plot(tx: &mut Tx, id: PlotId) -> Result<Option<PlotRow>, Error> {
    on!(tx, |c| sqlx::query_as(PLOT).bind(id).fetch_optional(c))
}

/// The number of an entry and when it came; none when there is no such entry or it is not numbered yet.
pub async fn entry_seq(tx: &mut Tx, entry: EntryId) -> Result<Option<(i64, Timestamp)>, Error> {
    let known: Option<(Option<i64>, Timestamp)> = on!(tx, |c| sqlx::query_as(ENTRY_SEQ)
        .bind(entry)
        .fetch_optional(c))?;
    Ok(known.and_then(|(seq, received_at)| Some((seq?, received_at))))
}

/// Adds the conditions; a macro, because a builder belongs to one database.
macro_rules! narrow {
    ($query:ident, $sight:expr, $filter:expr) => {
        if let Sight::Communes(codes) = $sight {
            $query.push(" AND p.place IN (");
            let mut list = $query.separated(", ");
            for code in codes {
                list.push_bind(code.as_str());
            }
            $query.push(")");
        }
        if let Some(plot) = $filter.plot {
            $query.push(" AND p.id = ").push_bind(plot);
        }
        if let Some(plots) = &$filter.among {
            $query.push(" AND p.id IN (");
            let mut list = $query.separated(", ");
            for plot in padded(plots) {
                list.push_bind(plot);
            }
            $query.push(")");
        }
        if let Some(commune) = &$filter.commune {
            $query.push(" AND p.commune = ").push_bind(commune.as_str());
        }
        if let Some(org) = $filter.org {
            $query.push(" AND p.org = ").push_bind(org);
        }
        if let Some(incident) = $filter.incident {
            $query.push(" AND p.incident = ").push_bind(incident);
        }
        if let Some(incidents) = &$filter.among_incidents {
            $query.push(" AND p.incident IN (");
            let mut list = $query.separated(", ");
            for incident in padded(incidents) {
                list.push_bind(incident);
            }
            $query.push(")");
        }
        if let Some(season) = &$filter.season {
            $query.push(" AND p.season = ").push_bind(season.as_str());
        }
        if let Some(period) = $filter.period {
            $query.push(" AND p.period = ").push_bind(period);
        }
        if let Some(from) = $filter.from {
            $query.push(" AND p.detected_at >= ").push_bind(from);
        }
        if let Some(to) = $filter.to {
            $query.push(" AND p.detected_at <= ").push_bind(to);
        }
    };
}

/// The same, and what was entered by then.
macro_rules! narrow_as_of {
    ($query:ident, $sight:expr, $filter:expr) => {
        narrow!($query, $sight, $filter);
        if let Some(seq) = $filter.as_of {
            $query.push(" AND e.seq <= ").push_bind(seq);
        }
    };
}

/// The plots that a filter leaves.
pub async fn plots(tx: &mut Tx, sight: &Sight, filter: &PlotFilter) -> Result<Vec<PlotRow>, Error> {
    on!(tx, |c| {
        let mut query = QueryBuilder::new(PLOTS);
        narrow!(query, sight, filter);
        query.push(" ORDER BY p.detected_at, p.id");
        async move { query.build_query_as().fetch_all(c).await }
    })
}

/// Their measures, in the order in which they were taken.
pub async fn measures(
    tx: &mut Tx,
    sight: &Sight,
    filter: &PlotFilter,
) -> Result<Vec<MeasureRow>, Error> {
    on!(tx, |c| {
        let mut query = QueryBuilder::new(MEASURES);
        narrow_as_of!(query, sight, filter);
        query.push(" ORDER BY m.measured_at, m.recorded_at, m.entry");
        async move { query.build_query_as().fetch_all(c).await }
    })
}

/// Their facts.
pub async fn facts(tx: &mut Tx, sight: &Sight, filter: &PlotFilter) -> Result<Vec<FactRow>, Error> {
    on!(tx, |c| {
        let mut query = QueryBuilder::new(FACTS);
        narrow_as_of!(query, sight, filter);
        query.push(" ORDER BY f.at, f.id");
        async move { query.build_query_as().fetch_all(c).await }
    })
}

/// Their photos that count for something, the first recorded first.
pub async fn photos(
    tx: &mut Tx,
    sight: &Sight,
    filter: &PlotFilter,
) -> Result<Vec<PhotoRow>, Error> {
    on!(tx, |c| {
        let mut query = QueryBuilder::new(PHOTOS);
        narrow_as_of!(query, sight, filter);
        match filter.as_of {
            None => query.push(NOT_REJECTED),
            Some(seq) => {
                let [decided, no_later, end] = NOT_REJECTED_THEN;
                query.push(decided).push_bind(seq).push(no_later);
                query.push_bind(seq).push(end)
            }
        };
        query.push(" ORDER BY h.recorded_at, h.id");
        async move { query.build_query_as().fetch_all(c).await }
    })
}

/// Their versions, the oldest first.
pub async fn versions(
    tx: &mut Tx,
    sight: &Sight,
    filter: &PlotFilter,
) -> Result<Vec<VersionRow>, Error> {
    on!(tx, |c| {
        let mut query = QueryBuilder::new(VERSIONS);
        narrow_as_of!(query, sight, filter);
        query.push(" ORDER BY v.plot, v.version");
        async move { query.build_query_as().fetch_all(c).await }
    })
}
