//! Lists: the statements whose filters are put together at run time.

use std::ops::RangeInclusive;

use sqlx::QueryBuilder;
use uuid::Uuid;

use crate::base::ids::{IncidentId, OrgId, PlotId};
use crate::base::time::Timestamp;
use crate::on;
use crate::store::{Error, Tx};

use super::{IncidentRow, PlotRow};

const PLOTS: &str = "SELECT * FROM plots WHERE 1 = 1";
const CODED: &str =
    "SELECT id, code, state, crop, detected_at, commune, commune_name FROM plots WHERE ";
const COUNT: &str = "SELECT COUNT(*) FROM plots WHERE 1 = 1";
const INCIDENTS: &str = "SELECT * FROM incidents WHERE 1 = 1";
const COUNT_INCIDENTS: &str = "SELECT COUNT(*) FROM incidents WHERE 1 = 1";

/// Which plots the caller may see.
#[derive(Debug, Clone)]
pub enum Sight {
    /// Every one.
    All,
    /// Those that lie in one of the communes today.
    Communes(Vec<String>),
}

/// Cells of one of the resolutions that are kept. H3 cells do not hold their descendants exactly, so a cell is compared
/// at its own resolution where that is kept.
#[derive(Debug, Clone)]
pub struct CellRange {
    /// 7, 9 or 12.
    pub resolution: u8,
    /// The cells.
    pub cells: RangeInclusive<i64>,
}

impl CellRange {
    const fn condition(&self) -> &'static str {
        match self.resolution {
            7 => "cell_7 BETWEEN ",
            9 => "cell_9 BETWEEN ",
            _ => "cell_12 BETWEEN ",
        }
    }
}

/// Which plots are asked for.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// In this commune by the boundaries of their day.
    pub commune: Option<String>,
    /// Detected at this instant or later.
    pub from: Option<Timestamp>,
    /// Detected at this instant or earlier.
    pub to: Option<Timestamp>,
    /// In this state.
    pub state: Option<String>,
    /// Of this crop.
    pub crop: Option<String>,
    /// Sent back for completing with no answer yet, or not.
    pub returned: Option<bool>,
    /// Of this incident.
    pub incident: Option<IncidentId>,
    /// West, south, east, north, degrees.
    pub bbox: Option<[f64; 4]>,
    /// In one of these ranges of cells.
    pub cells: Vec<CellRange>,
}

/// Adds the conditions; a macro, because a builder belongs to one database.
macro_rules! narrow {
    ($query:ident, $sight:expr, $filter:expr) => {
        if let Sight::Communes(codes) = $sight {
            $query.push(" AND place IN (");
            let mut list = $query.separated(", ");
            for code in codes {
                list.push_bind(code.as_str());
            }
            $query.push(")");
        }
        if let Some(commune) = &$filter.commune {
            $query.push(" AND commune = ").push_bind(commune.as_str());
        }
        if let Some(from) = $filter.from {
            $query.push(" AND detected_at >= ").push_bind(from);
        }
        if let Some(to) = $filter.to {
            $query.push(" AND detected_at <= ").push_bind(to);
        }
        if let Some(state) = &$filter.state {
            $query.push(" AND state = ").push_bind(state.as_str());
        }
        if let Some(crop) = &$filter.crop {
            $query.push(" AND crop = ").push_bind(crop.as_str());
        }
        // Said in words, so that the index of the few that were sent back is found.
        match $filter.returned {
            Some(true) => {
                $query.push(" AND returned = 1");
            }
            Some(false) => {
                $query.push(" AND returned = 0");
            }
            None => {}
        }
        if let Some(incident) = $filter.incident {
            $query.push(" AND incident = ").push_bind(incident);
        }
        if let Some([west, south, east, north]) = $filter.bbox {
            $query.push(" AND lon BETWEEN ").push_bind(west);
            $query.push(" AND ").push_bind(east);
            $query.push(" AND lat BETWEEN ").push_bind(south);
            $query.push(" AND ").push_bind(north);
        }
        for (index, range) in $filter.cells.iter().enumerate() {
            $query.push(if index == 0 { " AND (" } else { " OR " });
            $query
                .push(range.condition())
                .push_bind(*range.cells.start());
            $query.push(" AND ").push_bind(*range.cells.end());
        }
        if !$filter.cells.is_empty() {
            $query.push(")");
        }
    };
}

/// A page of plots, the latest detected first, after one of them.
pub async fn list(
    tx: &mut Tx,
    sight: &Sight,
    filter: &Filter,
    after: Option<(Timestamp, PlotId)>,
    limit: i64,
) -> Result<Vec<PlotRow>, Error> {
    on!(tx, |c| {
        let mut query = QueryBuilder::new(PLOTS);
        narrow!(query, sight, filter);
        if let Some((at, id)) = after {
            query.push(" AND (detected_at < ").push_bind(at);
            query.push(" OR (detected_at = ").push_bind(at);
            query.push(" AND id < ").push_bind(id).push("))");
        }
        query
            .push(" ORDER BY detected_at DESC, id DESC LIMIT ")
            .push_bind(limit);
        async move { query.build_query_as().fetch_all(c).await }
    })
}

/// By what a plot is looked for: ids and codes within a range, both ends included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CodeRange {
    /// The six digits that end the id, in capitals.
    Codes(String, String),
    /// The id.
    Ids(PlotId, PlotId),
}

/// A plot as it is found by its code.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct CodedPlot {
    /// Its id.
    pub id: PlotId,
    /// The six digits that end it.
    pub code: String,
    /// Its state.
    pub state: String,
    /// Its crop.
    pub crop: String,
    /// When it was detected.
    pub detected_at: Timestamp,
    /// The commune's code by the boundaries of its day.
    pub commune: Option<String>,
    /// That commune's name.
    pub commune_name: Option<String>,
}

/// The first plots of a range, by code and id.
pub async fn coded(
    tx: &mut Tx,
    sight: &Sight,
    range: &CodeRange,
    limit: i64,
) -> Result<Vec<CodedPlot>, Error> {
    on!(tx, |c| {
        let mut query = QueryBuilder::new(CODED);
        match range {
            CodeRange::Codes(first, last) => {
                query.push("code BETWEEN ").push_bind(first.as_str());
                query.push(" AND ").push_bind(last.as_str());
            }
            CodeRange::Ids(first, last) => {
                query.push("id BETWEEN ").push_bind(*first);
                query.push(" AND ").push_bind(*last);
            }
        }
        if let Sight::Communes(codes) = sight {
            query.push(" AND place IN (");
            let mut list = query.separated(", ");
            for code in codes {
                list.push_bind(code.as_str());
            }
            query.push(")");
        }
        query.push(" ORDER BY code, id LIMIT ").push_bind(limit);
        async move { query.build_query_as().fetch_all(c).await }
    })
}

/// How many plots a filter leaves.
pub async fn count(tx: &mut Tx, sight: &Sight, filter: &Filter) -> Result<i64, Error> {
    on!(tx, |c| {
        let mut query = QueryBuilder::new(COUNT);
        narrow!(query, sight, filter);
        async move { query.build_query_scalar().fetch_one(c).await }
    })
}

/// Incidents in one of the communes, and the caller's own and its unit's.
macro_rules! narrow_incidents {
    ($query:ident, $sight:expr, $author:expr, $org:expr) => {
        if let Sight::Communes(codes) = $sight {
            $query.push(" AND (author = ").push_bind($author);
            if let Some(org) = $org {
                $query.push(" OR org = ").push_bind(org);
            }
            for code in codes {
                $query.push(" OR commune = ").push_bind(code.as_str());
            }
            $query.push(")");
        }
    };
}

/// A page of incidents, the latest first, after one of them.
pub async fn list_incidents(
    tx: &mut Tx,
    sight: &Sight,
    (author, org): (Uuid, Option<OrgId>),
    after: Option<(Timestamp, IncidentId)>,
    limit: i64,
) -> Result<Vec<IncidentRow>, Error> {
    on!(tx, |c| {
        let mut query = QueryBuilder::new(INCIDENTS);
        narrow_incidents!(query, sight, author, org);
        if let Some((at, id)) = after {
            query.push(" AND (occurred_at < ").push_bind(at);
            query.push(" OR (occurred_at = ").push_bind(at);
            query.push(" AND id < ").push_bind(id).push("))");
        }
        query
            .push(" ORDER BY occurred_at DESC, id DESC LIMIT ")
            .push_bind(limit);
        async move { query.build_query_as().fetch_all(c).await }
    })
}

/// How many incidents the caller may see.
pub async fn count_incidents(
    tx: &mut Tx,
    sight: &Sight,
    (author, org): (Uuid, Option<OrgId>),
) -> Result<i64, Error> {
    on!(tx, |c| {
        let mut query = QueryBuilder::new(COUNT_INCIDENTS);
        narrow_incidents!(query, sight, author, org);
        async move { query.build_query_scalar().fetch_one(c).await }
    })
}
