//! What follows from facts, kept for lists.

use std::collections::BTreeMap;

use sqlx::QueryBuilder;

use crate::base::ids::{OrgId, PlotId};
use crate::base::time::{LocalDate, Timestamp};
use crate::ledger::model::facts::Judgement;
use crate::on;
use crate::store::{Error, Tx, padded, pieces};

use super::Sight;

const UPSERT_LIVES: [&str; 2] = [
    "INSERT INTO ledger_plots (plot, state, flags, missing, handling_org, replanting_of, due_on, minutes_due_at, \
     definition, settled_at) ",
    " ON CONFLICT (plot) DO UPDATE SET state = excluded.state, flags = excluded.flags, missing = excluded.missing, \
     handling_org = excluded.handling_org, replanting_of = excluded.replanting_of, due_on = excluded.due_on, \
     minutes_due_at = excluded.minutes_due_at, definition = excluded.definition, settled_at = excluded.settled_at",
];
pub(super) const REPLANTED_BY: &str = "SELECT l.plot, p.place FROM ledger_plots l JOIN plots p ON p.id = l.plot \
     WHERE l.replanting_of = $1 ORDER BY l.plot";
const SETTLED_STATES: &str = "SELECT plot, state FROM ledger_plots WHERE plot IN (";
// In kept JSON a text's own quotes are escaped, so that no reason passes for the plot that is named.
pub(super) const JUDGED_ONE_WITH: &str = "SELECT DISTINCT f.plot FROM ledger_facts f WHERE f.kind = 'judgement' \
     AND f.record LIKE $1 ORDER BY f.plot";
pub(super) const JUDGED: &str =
    "SELECT f.plot, f.record FROM ledger_facts f WHERE f.kind = 'judgement' ORDER BY f.plot, f.id";
pub(super) const PLOTS_AFTER: &str = "SELECT id FROM plots WHERE id > $1 ORDER BY id LIMIT 200";
pub(super) const SETTLED: &str = "SELECT plot, state, flags, missing, handling_org, replanting_of, due_on, minutes_due_at, \
     definition, settled_at FROM ledger_plots WHERE plot = $1";
pub(super) const PLOT_STATE: &str = "SELECT state, returned FROM plots WHERE id = $1";
pub(super) const DUE: &str = "SELECT l.plot, p.commune, p.commune_name, l.handling_org, l.state, l.due_on AS due \
     FROM ledger_plots l JOIN plots p ON p.id = l.plot WHERE l.due_on IS NOT NULL";
pub(super) const MINUTES_DUE: &str = "SELECT l.plot, p.commune, p.commune_name, l.handling_org, l.state, \
     l.minutes_due_at AS due FROM ledger_plots l JOIN plots p ON p.id = l.plot WHERE l.minutes_due_at IS NOT NULL";
// A list of words as JSON.
pub(super) const UNCONFIRMED: &str = "SELECT l.plot FROM ledger_plots l JOIN plots p ON p.id = l.plot \
     WHERE l.missing LIKE '%\"confirmation\"%'";

/// A plot's life as lists need it.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct LifeRow {
    pub plot: PlotId,
    pub state: String,
    pub flags: String,
    pub missing: String,
    pub handling_org: Option<OrgId>,
    pub replanting_of: Option<PlotId>,
    pub due_on: Option<LocalDate>,
    pub minutes_due_at: Option<Timestamp>,
    pub definition: i64,
    pub settled_at: Timestamp,
}

/// A plot that something is expected of; `due` is a day or an instant, by the list.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct DueRow {
    pub plot: PlotId,
    pub commune: Option<String>,
    pub commune_name: Option<String>,
    pub handling_org: Option<OrgId>,
    pub state: String,
    pub due: i64,
}

/// Which list of expected things.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// Re-inspections, by local day.
    Reinspections,
    /// Minutes, by instant.
    Minutes,
}

/// Which page of a list of expected things is asked for.
#[derive(Debug, Clone, Default)]
pub struct DueFilter {
    /// In this commune by the boundaries of its day.
    pub commune: Option<String>,
    /// Due on that day or at that instant, or earlier.
    pub until: Option<i64>,
    /// After this row.
    pub after: Option<(i64, PlotId)>,
    /// Rows.
    pub limit: i64,
}

/// Writes the lives of plots, of each one.
pub async fn upsert_lives(tx: &mut Tx, rows: &[LifeRow]) -> Result<(), Error> {
    let [insert, or_update] = UPSERT_LIVES;
    for piece in pieces(rows) {
        on!(tx, |c| {
            let mut query = QueryBuilder::new(insert);
            query.push_values(piece, |mut values, row| {
                values.push_bind(row.plot).push_bind(row.state.as_str());
                values.push_bind(row.flags.as_str());
                values.push_bind(row.missing.as_str());
                values.push_bind(row.handling_org);
                values.push_bind(row.replanting_of);
                values.push_bind(row.due_on);
                values.push_bind(row.minutes_due_at);
                values.push_bind(row.definition);
                values.push_bind(row.settled_at);
            });
            query.push(or_update);
            async move { query.build().execute(c).await.map(drop) }
        })?;
    }
    Ok(())
}

/// The plots that were sown again where this one stood, with their communes of today.
pub async fn replanted_by(
    tx: &mut Tx,
    plot: PlotId,
) -> Result<Vec<(PlotId, Option<String>)>, Error> {
    on!(tx, |c| sqlx::query_as(REPLANTED_BY).bind(plot).fetch_all(c))
}

/// The states in which plots were settled last.
pub async fn settled_states(tx: &mut Tx, plots: &[PlotId]) -> Result<Vec<(PlotId, String)>, Error> {
    on!(tx, |c| {
        let mut query = QueryBuilder::new(SETTLED_STATES);
        let mut list = query.separated(", ");
        for plot in padded(plots) {
            list.push_bind(plot);
        }
        query.push(")");
        async move { query.build_query_as().fetch_all(c).await }
    })
}

/// A plot's life as it was settled last.
pub async fn settled(tx: &mut Tx, plot: PlotId) -> Result<Option<LifeRow>, Error> {
    on!(tx, |c| sqlx::query_as(SETTLED).bind(plot).fetch_optional(c))
}

/// The state that a plot's own row names, and whether it says that something was sent back.
pub async fn plot_state(tx: &mut Tx, plot: PlotId) -> Result<Option<(String, i64)>, Error> {
    on!(tx, |c| sqlx::query_as(PLOT_STATE)
        .bind(plot)
        .fetch_optional(c))
}

/// The plots of which a judgement names this one, whatever it says.
pub async fn judged_one_with(tx: &mut Tx, plot: PlotId) -> Result<Vec<PlotId>, Error> {
    let named = format!("%\"other\":\"{plot}\"%");
    on!(tx, |c| sqlx::query_scalar(JUDGED_ONE_WITH)
        .bind(named.as_str())
        .fetch_all(c))
}

/// Of every plot that a judgement names those on which it was said, whatever it says.
pub async fn judged(tx: &mut Tx) -> Result<BTreeMap<PlotId, Vec<PlotId>>, Error> {
    let rows: Vec<(PlotId, String)> = on!(tx, |c| sqlx::query_as(JUDGED).fetch_all(c))?;
    let mut judged: BTreeMap<PlotId, Vec<PlotId>> = BTreeMap::new();
    for (plot, record) in rows {
        let said: Judgement = serde_json::from_str(&record).or(Err(Error::Corrupt {
            table: "ledger_facts",
            column: "record",
            id: plot.to_string(),
        }))?;
        let named = judged.entry(said.other).or_default();
        if !named.contains(&plot) {
            named.push(plot);
        }
    }
    Ok(judged)
}

/// Up to 200 plots after one, in the order of ids.
pub async fn plots_after(tx: &mut Tx, plot: PlotId) -> Result<Vec<PlotId>, Error> {
    on!(tx, |c| sqlx::query_scalar(PLOTS_AFTER)
        .bind(plot)
        .fetch_all(c))
}

/// Adds the conditions; a macro, because a builder belongs to one database.
macro_rules! narrow {
    ($query:ident, $sight:expr, $filter:expr, $column:literal) => {
        if let Sight::Communes(codes) = $sight {
            $query.push(" AND p.place IN (");
            let mut list = $query.separated(", ");
            for code in codes {
                list.push_bind(code.as_str());
            }
            $query.push(")");
        }
        if let Some(commune) = &$filter.commune {
            $query.push(" AND p.commune = ").push_bind(commune.as_str());
        }
        if let Some(until) = $filter.until {
            $query
                .push(concat!(" AND l.", $column, " <= "))
                .push_bind(until);
        }
        if let Some((due, plot)) = $filter.after {
            $query
                .push(concat!(" AND (l.", $column, " > "))
                .push_bind(due);
            $query
                .push(concat!(" OR (l.", $column, " = "))
                .push_bind(due);
            $query.push(" AND l.plot > ").push_bind(plot).push("))");
        }
        $query
            .push(concat!(" ORDER BY l.", $column, ", l.plot LIMIT "))
            .push_bind($filter.limit);
    };
}

/// A page of what is expected, the longest due first.
pub async fn expected(
    tx: &mut Tx,
    list: Expected,
    sight: &Sight,
    filter: &DueFilter,
) -> Result<Vec<DueRow>, Error> {
    match list {
        Expected::Reinspections => on!(tx, |c| {
            let mut query = QueryBuilder::new(DUE);
            narrow!(query, sight, filter, "due_on");
            async move { query.build_query_as().fetch_all(c).await }
        }),
        Expected::Minutes => on!(tx, |c| {
            let mut query = QueryBuilder::new(MINUTES_DUE);
            narrow!(query, sight, filter, "minutes_due_at");
            async move { query.build_query_as().fetch_all(c).await }
        }),
    }
}

/// Plots whose eradication waits for a second member's word, in the order of ids after one of them.
pub async fn unconfirmed(
    tx: &mut Tx,
    sight: &Sight,
    after: Option<PlotId>,
    limit: i64,
) -> Result<Vec<PlotId>, Error> {
    on!(tx, |c| {
        let mut query = QueryBuilder::new(UNCONFIRMED);
        if let Sight::Communes(codes) = sight {
            query.push(" AND p.place IN (");
            let mut list = query.separated(", ");
            for code in codes {
                list.push_bind(code.as_str());
            }
            query.push(")");
        }
        if let Some(after) = after {
            query.push(" AND l.plot > ").push_bind(after);
        }
        query.push(" ORDER BY l.plot LIMIT ").push_bind(limit);
        async move { query.build_query_scalar().fetch_all(c).await }
    })
}
