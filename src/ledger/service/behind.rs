//! The plots and facts under the figures of the rates, and the 100 % test commune by commune, in the caller's reach.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::base::actor::Actor;
use crate::base::ids::PlotId;
use crate::base::time::Timestamp;
use crate::ledger::model::Life;
use crate::ledger::model::behind::{Behind, behind, behind_replanting};
use crate::ledger::model::rates::{Cohort, cohort_of};
use crate::ledger::model::totals::Part;
use crate::ledger::model::words::RateFigure;
use crate::plots::model::Season;

use super::definitions::parameter;
use super::figures::{FiguresQuery, chosen};
use super::listed::{ListedPlot, listed};
use super::material::Material;
use super::pressure::followed_by;
use super::{Error, Ledger};

/// A plot under a figure, with what a list says of it.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct BehindRow {
    /// By what it stands there.
    #[serde(flatten)]
    pub behind: Behind,
    /// Where it lies and stands, and which units are behind it.
    pub listed: ListedPlot,
}

/// What was destroyed of a commune's plots that were verified in a window.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct CommuneCohort {
    /// The commune's code by the boundaries of the plots' days; null for plots outside of all.
    pub code: Option<String>,
    /// Its name.
    pub name: Option<String>,
    /// Its plots.
    pub cohort: Cohort,
}

impl Ledger {
    /// The plots under one figure of [`Ledger::rates`] for the same question, in the order of their ids.
    pub async fn behind_rates(
        &self,
        actor: &Actor,
        query: &FiguresQuery,
        window: (Timestamp, Timestamp),
        figure: RateFigure,
    ) -> Result<Vec<BehindRow>, Error> {
        let all = query.of_all_seasons();
        let books = self.opened(actor, &all).await?;
        let seen = chosen(&books, actor, &all.filter);
        let found = if is_of_a_season(figure) {
            let season: Option<Season> = query
                .filter
                .season
                .as_ref()
                .and_then(|season| season.parse().ok());
            let season =
                season.ok_or_else(|| parameter("season", "expected a season such as 2025-2026"))?;
            let mut traced = followed_by(&books, actor, &seen, (season, query.filter.grown));
            self.tell_passes((actor, query.as_of), &seen, season, &mut traced)
                .await?;
            let is_told = traced.iter().all(|own| own.passed_by.is_some());
            if figure == RateFigure::ReplantingPassed && !is_told {
                return Err(parameter("of", NOT_TOLD));
            }
            behind_replanting(&traced, figure)
        } else {
            let season = query.filter.season.as_ref();
            let parts: Vec<Part<'_>> = seen
                .iter()
                .filter(|own| season.is_none_or(|season| own.0.row.season == *season))
                .map(|own| books.part(own))
                .collect();
            behind(&parts, &self.judged(&books, window), figure)
        };
        let known: BTreeMap<PlotId, &(Material, Life)> =
            seen.into_iter().map(|own| (own.0.row.id, own)).collect();
        let rows = found.into_iter().filter_map(|behind| {
            let listed = listed(known.get(&behind.plot)?);
            Some(BehindRow { behind, listed })
        });
        Ok(rows.collect())
    }

    /// The first of the rates commune by commune, by code: whether each reached the whole of its plots, and which it did
    /// not. Communes without a plot of the window have no row.
    pub async fn cohorts(
        &self,
        actor: &Actor,
        query: &FiguresQuery,
        window: (Timestamp, Timestamp),
    ) -> Result<Vec<CommuneCohort>, Error> {
        let books = self.opened(actor, query).await?;
        let window = self.judged(&books, window);
        let mut communes: BTreeMap<Option<&str>, (Option<&str>, Vec<Part<'_>>)> = BTreeMap::new();
        for own in chosen(&books, actor, &query.filter) {
            let row = &own.0.row;
            let commune = communes.entry(row.commune.as_deref()).or_default();
            commune.0 = row.commune_name.as_deref();
            commune.1.push(books.part(own));
        }
        let rows = communes
            .into_iter()
            .map(|(code, (name, parts))| CommuneCohort {
                code: code.map(str::to_owned),
                name: name.map(str::to_owned),
                cohort: cohort_of(&parts, &window),
            });
        Ok(rows.filter(|row| row.cohort.plots > 0).collect())
    }
}

const NOT_TOLD: &str = "expected no as_of, and the right to read gaps in the communes asked about";

const fn is_of_a_season(figure: RateFigure) -> bool {
    matches!(
        figure,
        RateFigure::Replanting
            | RateFigure::ReplantingVisited
            | RateFigure::Replanted
            | RateFigure::ReplantingPassed
    )
}
