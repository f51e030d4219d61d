//! Reading tips. Whoever reads one learns the day on which it came and on which it was written down, never the hour.

use serde::Serialize;

use crate::areas::model::map::CommuneMap;
use crate::base::actor::{Actor, Right};
use crate::base::ids::{OrgId, PlotId, TipId};
use crate::base::time::LocalDate;
use crate::geo::cells::Cell;
use crate::ledger::model::tips::Told;
use crate::ledger::model::words::TipState;
use crate::ledger::sql::{self, TipOutcomeRow, TipRow};
use crate::store::Tx;

use super::{Error, Ledger};

/// A tip as readers see it.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct TipView {
    /// Its id.
    pub id: TipId,
    /// The H3 cell of resolution 8 that it is about.
    pub cell: String,
    /// The middle of the cell: longitude, latitude.
    pub center: [f64; 2],
    /// The local day on which it came.
    pub received_on: LocalDate,
    /// The commune of the cell's middle by the boundaries of today.
    pub commune: Option<String>,
    /// Who wrote it down.
    pub org: Option<OrgId>,
    /// What was told.
    #[serde(flatten)]
    #[schema(value_type = Object)]
    pub told: Told,
    /// Where it stands.
    pub state: TipState,
    /// What became of it, in order.
    pub outcomes: Vec<TipOutcomeView>,
    /// The local day on which it was written down; the hour could tell who was seen at the telephone.
    pub recorded_on: LocalDate,
}

/// What became of a tip, as readers see it.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct TipOutcomeView {
    /// Where the tip stood from then on.
    pub state: TipState,
    /// The plot that was found.
    pub plot: Option<PlotId>,
    /// Free text.
    pub note: Option<String>,
    /// The local day on which it was written down.
    pub recorded_on: LocalDate,
}

/// A page of tips.
#[derive(Debug, Clone)]
pub struct TipPage {
    /// The tips, the latest first.
    pub items: Vec<TipView>,
    /// The last one's key, when more follow.
    pub next: Option<(LocalDate, TipId)>,
}

impl Ledger {
    /// A tip where the caller holds the right.
    pub(super) async fn tip(
        &self,
        actor: &Actor,
        right: Right,
        id: TipId,
    ) -> Result<TipView, Error> {
        let map = self.plots.today().await?;
        let mut tx = self.journal.store().read().await?;
        let row = sql::tip(&mut tx, id).await?.ok_or(Error::NotFound)?;
        let cell = Cell::from_db(row.cell).or(Err(row.corrupt("cell")))?;
        if !actor.may(right, map.locate(cell.center())) {
            return Err(Error::NotFound);
        }
        tip_view(&mut tx, &map, row).await
    }

    /// A page of the tips in the caller's reach by the day on which they came, the latest first.
    pub async fn tips(
        &self,
        actor: &Actor,
        after: Option<(LocalDate, TipId)>,
        limit: u32,
    ) -> Result<TipPage, Error> {
        if !actor.may_somewhere(Right::ReadPlots) {
            return Err(Error::Forbidden);
        }
        // Before the connection: whoever waits for a second one while holding the first may wait for himself.
        let map = self.plots.today().await?;
        let mut tx = self.journal.store().read().await?;
        let cells = if actor.may_in_province(Right::ReadPlots) {
            None
        } else {
            let all = sql::tip_cells(&mut tx).await?;
            Some(within(actor, &map, all))
        };
        if cells.as_ref().is_some_and(Vec::is_empty) {
            return Ok(TipPage {
                items: Vec::new(),
                next: None,
            });
        }
        let most = usize::try_from(limit).unwrap_or(usize::MAX);
        let mut rows = sql::tips(&mut tx, cells.as_deref(), after, i64::from(limit) + 1).await?;
        let more = rows.len() > most;
        rows.truncate(most);
        let next = rows.last().filter(|_| more);
        let next = next.map(|row| (row.received_on, row.id));
        let mut items = Vec::with_capacity(rows.len());
        for row in rows {
            items.push(tip_view(&mut tx, &map, row).await?);
        }
        Ok(TipPage { items, next })
    }
}

/// The cells whose middle lies in the caller's reach.
fn within(actor: &Actor, map: &CommuneMap, cells: Vec<i64>) -> Vec<i64> {
    let reached = cells.into_iter().filter(|number| {
        let cell = Cell::from_db(*number).ok();
        cell.is_some_and(|cell| actor.may(Right::ReadPlots, map.locate(cell.center())))
    });
    reached.collect()
}

async fn tip_view(tx: &mut Tx, map: &CommuneMap, row: TipRow) -> Result<TipView, Error> {
    let cell = Cell::from_db(row.cell).or(Err(row.corrupt("cell")))?;
    let told: Told = serde_json::from_str(&row.record).or(Err(row.corrupt("record")))?;
    let rows = sql::outcomes(tx, row.id).await?;
    let outcomes: Vec<TipOutcomeView> = rows
        .into_iter()
        .map(|own| outcome_view(own).ok_or(row.corrupt("state")))
        .collect::<Result<_, _>>()?;
    let center = cell.center();
    Ok(TipView {
        id: row.id,
        cell: cell.to_string(),
        center: [center.lon(), center.lat()],
        received_on: row.received_on,
        commune: map.locate(center).map(str::to_owned),
        org: row.org,
        told,
        state: outcomes
            .last()
            .map_or(TipState::Received, |outcome| outcome.state),
        outcomes,
        recorded_on: row.recorded_at.local_date(),
    })
}

fn outcome_view(row: TipOutcomeRow) -> Option<TipOutcomeView> {
    Some(TipOutcomeView {
        state: row.state.parse().ok()?,
        plot: row.plot,
        note: row.note,
        recorded_on: row.recorded_at.local_date(),
    })
}
