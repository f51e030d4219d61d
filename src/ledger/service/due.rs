//! What is expected: re-inspections that are due, minutes that are still to come.

use serde::Serialize;

use crate::base::actor::Actor;
use crate::base::ids::{OrgId, PlotId};
use crate::base::time::{LocalDate, Timestamp};
use crate::ledger::sql::{self, DueFilter, DueRow, Expected};

use super::{Error, Ledger, sight};

/// A plot that something is expected of.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct DueView {
    /// The plot.
    pub plot: PlotId,
    /// Its state.
    pub state: String,
    /// The commune by the boundaries of its day.
    pub commune: Option<String>,
    /// The commune's name.
    pub commune_name: Option<String>,
    /// Who handles it.
    pub handling_org: Option<OrgId>,
    /// The local day by which it is expected.
    pub due_on: LocalDate,
    /// The instant, for minutes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_at: Option<Timestamp>,
    /// Whether that has passed.
    pub is_overdue: bool,
}

/// A page of what is expected.
#[derive(Debug, Clone)]
pub struct DuePage {
    /// The plots, the longest due first.
    pub items: Vec<DueView>,
    /// The last row's key, when more follow.
    pub next: Option<(i64, PlotId)>,
}

/// Which page of which list is asked for.
#[derive(Debug, Clone, Default)]
pub struct DueQuery {
    /// In this commune.
    pub commune: Option<String>,
    /// Only what is overdue.
    pub overdue: bool,
    /// After this row.
    pub after: Option<(i64, PlotId)>,
    /// Rows in a page.
    pub limit: u32,
}

impl Ledger {
    /// A page of the re-inspections that are expected, the longest due first.
    pub async fn reinspections_due(
        &self,
        actor: &Actor,
        query: &DueQuery,
    ) -> Result<DuePage, Error> {
        // Due on a day: overdue from the next on.
        let last = self.journal.now().local_date().plus_days(-1).as_days();
        self.expected(actor, Expected::Reinspections, query, last)
            .await
    }

    /// A page of the minutes that are expected, the longest due first.
    pub async fn minutes_due(&self, actor: &Actor, query: &DueQuery) -> Result<DuePage, Error> {
        let last = self.journal.now().as_millis() - 1;
        self.expected(actor, Expected::Minutes, query, last).await
    }

    /// Plots whose eradication waits for a second member's word, in the order of ids after one of them; whether more
    /// follow.
    pub async fn unconfirmed(
        &self,
        actor: &Actor,
        after: Option<PlotId>,
        limit: u32,
    ) -> Result<(Vec<PlotId>, bool), Error> {
        let sight = sight(actor).ok_or(Error::Forbidden)?;
        self.plots.today().await?;
        let mut tx = self.journal.store().read().await?;
        let mut rows = sql::unconfirmed(&mut tx, &sight, after, i64::from(limit) + 1).await?;
        let most = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = rows.len() > most;
        rows.truncate(most);
        Ok((rows, more))
    }

    async fn expected(
        &self,
        actor: &Actor,
        list: Expected,
        query: &DueQuery,
        overdue_until: i64,
    ) -> Result<DuePage, Error> {
        let sight = sight(actor).ok_or(Error::Forbidden)?;
        self.plots.today().await?;
        let filter = DueFilter {
            commune: query.commune.clone(),
            until: query.overdue.then_some(overdue_until),
            after: query.after,
            limit: i64::from(query.limit) + 1,
        };
        let mut tx = self.journal.store().read().await?;
        let mut rows = sql::expected(&mut tx, list, &sight, &filter).await?;
        let most = usize::try_from(query.limit).unwrap_or(usize::MAX);
        let more = rows.len() > most;
        rows.truncate(most);
        let next = rows.last().filter(|_| more);
        Ok(DuePage {
            next: next.map(|row| (row.due, row.plot)),
            items: rows
                .into_iter()
                .map(|row| view(list, row, overdue_until))
                .collect(),
        })
    }
}

fn view(list: Expected, row: DueRow, overdue_until: i64) -> DueView {
    let due_at = (list == Expected::Minutes).then_some(Timestamp::from_millis(row.due));
    DueView {
        plot: row.plot,
        state: row.state,
        commune: row.commune,
        commune_name: row.commune_name,
        handling_org: row.handling_org,
        due_on: due_at.map_or(LocalDate::from_days(row.due), Timestamp::local_date),
        due_at,
        is_overdue: row.due <= overdue_until,
    }
}
