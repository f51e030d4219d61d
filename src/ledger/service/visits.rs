//! Which drawn plots a unit may be asked to visit: without what is claimed there, and without what others found.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::base::actor::{Actor, Right};
use crate::base::ids::PlotId;
use crate::base::refusal::Refusal;
use crate::base::time::Timestamp;
use crate::ledger::model::Act;
use crate::ledger::model::sample::Claimed;
use crate::ledger::sql;
use crate::store::Tx;

use super::check::OTHER_UNIT;
use super::material;
use super::samples::{is_of_draw, read};
use super::{Error, Ledger};

/// A drawn plot that the caller's unit may visit.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ToVisit {
    /// The plot.
    pub plot: PlotId,
    /// Its commune's code by the boundaries of its day.
    pub commune: Option<String>,
    /// Whether somebody has been there for this draw.
    pub is_visited: bool,
}

/// The drawn plots of a year that the caller's unit may visit.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct VisitsView {
    /// The statistical year.
    pub period: i64,
    /// When it was drawn.
    pub drawn_at: Timestamp,
    /// The plots, by id.
    pub plots: Vec<ToVisit>,
}

impl Ledger {
    /// The drawn plots in the caller's reach that his organisation did not claim.
    pub async fn to_visit(&self, actor: &Actor, period: i64) -> Result<VisitsView, Error> {
        if !actor.may_somewhere(Right::RecordPlots) {
            return Err(Error::Forbidden);
        }
        self.plots.today().await?;
        let mut tx = self.journal.store().read().await?;
        let row = sql::sample(&mut tx, period).await?.ok_or(Error::NotFound)?;
        let visits = sql::revisits(&mut tx, period).await?;
        let of_draw = visits.into_iter();
        let of_draw = of_draw.filter(|visit| is_of_draw(visit.visited_at, row.drawn_at));
        let visited: BTreeSet<PlotId> = of_draw.map(|visit| visit.plot).collect();
        let mut plots = Vec::new();
        for drawn in read(&row)?.drawn {
            let id = drawn.claim.plot;
            let plot = sql::plot(&mut tx, id).await?;
            let place = plot.as_ref().and_then(|plot| plot.place.as_deref());
            if plot.is_none() || !actor.may(Right::RecordPlots, place) {
                continue;
            }
            match self.check_visitor(&mut tx, actor, &drawn.claim).await {
                Err(Error::Refused(_)) => continue,
                checked => checked?,
            }
            plots.push(ToVisit {
                plot: id,
                commune: drawn.claim.commune,
                is_visited: visited.contains(&id),
            });
        }
        // The draw's own order tells whose chance was larger.
        plots.sort_by_key(|own| own.plot);
        Ok(VisitsView {
            period,
            drawn_at: row.drawn_at,
            plots,
        })
    }

    /// Whoever visits is independent of the unit whose claim was drawn, and of everybody who claims to have destroyed anything
    /// there, on the drawn plot or on one that was merged into it.
    pub(super) async fn check_visitor(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        claim: &Claimed,
    ) -> Result<(), Error> {
        if claim.org.is_some() && claim.org == actor.org {
            return Err(Refusal::at("", OTHER_UNIT).into());
        }
        let Some(mut material) = material::of_plot(tx, claim.plot).await? else {
            return Ok(());
        };
        if !sql::judged_one_with(tx, claim.plot).await?.is_empty() {
            let rules = self.rules(tx).await?;
            let told = self.life_of(tx, material, &rules).await?;
            (material, _) = told.ok_or(Error::NotFound)?;
        }
        for fact in &material.facts {
            if matches!(fact.act, Act::Eradication(_)) {
                self.check_other_unit(tx, actor, fact.author, fact.org)
                    .await?;
            }
        }
        Ok(())
    }
}
