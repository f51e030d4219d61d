//! Figures: sums by group, communes' statistical years, rates; now or as of any entry.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::base::actor::{Actor, Right};
use crate::base::ids::{EntryId, PlotId};
use crate::base::time::Timestamp;
use crate::ledger::model::Life;
use crate::ledger::model::badges::{CommuneFlag, commune_flag, m2};
use crate::ledger::model::pressure::{Replanting, replanting};
use crate::ledger::model::rates::{self, Rates, Window};
use crate::ledger::model::totals::{Figures, Part, verified_cm2};
use crate::ledger::model::words::Grouping;
use crate::ledger::sql::{self, PlotFilter};
use crate::plots::model::Season;
use crate::store::Tx;

use super::books::Books;
use super::definitions::parameter;
use super::listed::FiguresPlot;
use super::material::Material;
use super::pressure::followed_by;
use super::{Error, Ledger};

/// Which figures are asked for.
#[derive(Debug, Clone, Default)]
pub struct FiguresQuery {
    /// Of which plots.
    pub filter: PlotFilter,
    /// By what; without it, one sum of all.
    pub by: Option<Grouping>,
    /// From what was entered up to this entry only.
    pub as_of: Option<EntryId>,
}

impl FiguresQuery {
    /// The same of plots of any season: what was sown again is looked for in two.
    pub(super) fn of_all_seasons(&self) -> Self {
        Self {
            filter: PlotFilter {
                season: None,
                ..self.filter.clone()
            },
            ..self.clone()
        }
    }
}

/// The figures of one group.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct FiguresRow {
    /// The group: a plot's, incident's or organisation's id, a commune's code, a season, a year, a crop; null for plots
    /// that belong to none.
    pub key: Option<String>,
    /// The commune's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The sums.
    #[serde(flatten)]
    pub figures: Figures,
    /// Of one plot: where it lies and stands, which units are behind it, and the facts under each figure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub listed: Option<FiguresPlot>,
}

/// Figures with what they rest on.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct FiguresView {
    /// The version of the definition.
    pub definition: u32,
    /// The last entry that was taken in, when asked for.
    pub as_of: Option<EntryId>,
    /// The groups.
    pub rows: Vec<FiguresRow>,
    /// All of them.
    pub total: Figures,
}

/// Criterion d of a commune's statistical year.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct CommuneRow {
    /// The commune's code.
    pub code: String,
    /// Its name.
    pub name: Option<String>,
    /// Verified plants.
    pub plants: u64,
    /// Verified area, m².
    pub area_m2: f64,
    /// How many plots that is.
    pub verified_plots: u32,
    /// They, the first hundred by id; all with their facts at `GET /api/v1/ledger?by=plot&period=…&commune=…`.
    pub plots: Vec<PlotId>,
    /// What the thresholds say.
    pub flag: CommuneFlag,
}

/// Rates with what they rest on.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct RatesView {
    /// The version of the definition.
    pub definition: u32,
    /// The rates of the window.
    #[serde(flatten)]
    pub rates: Rates,
    /// Of a season, when one was asked for.
    pub replanting: Option<Replanting>,
}

impl Ledger {
    /// Sums of the plots in the caller's reach.
    pub async fn figures(&self, actor: &Actor, query: &FiguresQuery) -> Result<FiguresView, Error> {
        let books = self.opened(actor, query).await?;
        let chosen = chosen(&books, actor, &query.filter);
        let mut groups: BTreeMap<Option<String>, Vec<&(Material, Life)>> = BTreeMap::new();
        for own in &chosen {
            groups.entry(key(query.by, own)).or_default().push(own);
        }
        let rows = groups.into_iter().map(|(key, plots)| FiguresRow {
            name: plots
                .first()
                .filter(|_| query.by == Some(Grouping::Commune))
                .and_then(|(material, _)| material.row.commune_name.clone()),
            listed: plots
                .first()
                .filter(|_| query.by == Some(Grouping::Plot))
                .map(|own| FiguresPlot::of(own, &books.part(own))),
            figures: Figures::of(plots.iter().map(|own| books.part(own))),
            key,
        });
        let rows = rows.filter(|_| query.by.is_some()).collect();
        Ok(FiguresView {
            definition: books.rules.version,
            as_of: query.as_of,
            rows,
            total: Figures::of(chosen.iter().map(|own| books.part(own))),
        })
    }

    /// Criterion d of QĐ 28/2025 for each commune in reach (or for one) in one statistical year; nowhere else is it told.
    pub async fn communes(
        &self,
        actor: &Actor,
        period: i64,
        commune: Option<String>,
    ) -> Result<Vec<CommuneRow>, Error> {
        let query = FiguresQuery {
            by: Some(Grouping::Commune),
            filter: PlotFilter {
                period: Some(period),
                commune,
                ..PlotFilter::default()
            },
            as_of: None,
        };
        let books = self.opened(actor, &query).await?;
        let chosen = chosen(&books, actor, &query.filter);
        let mut communes: BTreeMap<String, Vec<&(Material, Life)>> = BTreeMap::new();
        for own in chosen {
            if let Some(code) = &own.0.row.commune {
                communes.entry(code.clone()).or_default().push(own);
            }
        }
        let rows = communes.into_iter().map(|(code, plots)| {
            let parts = || plots.iter().map(|own| books.part(own));
            let figures = Figures::of(parts());
            let verified = figures.verified;
            let area_cm2 = verified_cm2(parts());
            CommuneRow {
                code,
                name: plots
                    .first()
                    .and_then(|(material, _)| material.row.commune_name.clone()),
                plants: verified.plants,
                area_m2: m2(area_cm2),
                verified_plots: figures.verified_plots,
                plots: verified_plots(parts()),
                flag: commune_flag(&books.rules, verified.plants, area_cm2),
            }
        });
        Ok(rows.collect())
    }

    /// Rates of the plots in the caller's reach in a window; of a season also what was sown again in it.
    pub async fn rates(
        &self,
        actor: &Actor,
        query: &FiguresQuery,
        window: (Timestamp, Timestamp),
    ) -> Result<RatesView, Error> {
        let season = query.filter.season.clone();
        let all = query.of_all_seasons();
        let books = self.opened(actor, &all).await?;
        let seen = chosen(&books, actor, &all.filter);
        let of_season = |own: &&&(Material, Life)| {
            season
                .as_ref()
                .is_none_or(|season| own.0.row.season == *season)
        };
        let parts: Vec<Part<'_>> = seen
            .iter()
            .filter(of_season)
            .map(|own| books.part(own))
            .collect();
        let rates = rates::rates(&parts, &self.judged(&books, window));
        let season: Option<Season> = season.and_then(|season| season.parse().ok());
        let replanting = match season {
            Some(season) => {
                let mut traced = followed_by(&books, actor, &seen, (season, query.filter.grown));
                self.tell_passes((actor, query.as_of), &seen, season, &mut traced)
                    .await?;
                Some(replanting(&traced))
            }
            None => None,
        };
        Ok(RatesView {
            definition: books.rules.version,
            rates,
            replanting,
        })
    }

    /// The books that a query is answered from.
    pub(super) async fn opened(&self, actor: &Actor, query: &FiguresQuery) -> Result<Books, Error> {
        if !actor.may_somewhere(Right::ReadPlots) {
            return Err(Error::Forbidden);
        }
        self.plots.today().await?;
        let mut tx = self.journal.store().read().await?;
        let (as_of, then) = self.numbered(&mut tx, query.as_of).await?.unzip();
        drop(tx);
        let filter = PlotFilter {
            as_of,
            ..query.filter.clone()
        };
        let mut books = self.books(&filter).await?;
        books.then = then;
        Ok(books)
    }

    /// A window as it is judged now, or was when the last entry came that the books hold: what was asked of an entry once is
    /// told again whenever it is asked.
    pub(super) fn judged(&self, books: &Books, (from, to): (Timestamp, Timestamp)) -> Window {
        Window {
            from,
            to,
            now: books.then.unwrap_or_else(|| self.journal.now()),
        }
    }

    async fn numbered(
        &self,
        tx: &mut Tx,
        as_of: Option<EntryId>,
    ) -> Result<Option<(i64, Timestamp)>, Error> {
        let Some(entry) = as_of else {
            return Ok(None);
        };
        let seq = sql::entry_seq(tx, entry).await?;
        let unknown = || {
            parameter(
                "as_of",
                "expected the id of an entry that is numbered already",
            )
        };
        seq.map(Some).ok_or_else(unknown)
    }
}

/// No commune's row names more plots.
const MOST_NAMED: usize = 100;

/// The verified plots that count, by id.
fn verified_plots<'a>(parts: impl Iterator<Item = Part<'a>>) -> Vec<PlotId> {
    let verified = parts.filter(|part| {
        let counts = part.is_counted() && part.disputed < 1.0;
        counts && part.life.verified_at.is_some()
    });
    let mut plots: Vec<PlotId> = verified.map(|part| part.plot).collect();
    plots.sort_unstable();
    plots.truncate(MOST_NAMED);
    plots
}

/// The plots that a filter leaves, in the caller's reach.
pub(super) fn chosen<'a>(
    books: &'a Books,
    actor: &Actor,
    filter: &PlotFilter,
) -> Vec<&'a (Material, Life)> {
    let plots = books.plots.iter().filter(|own| {
        let (material, life) = own;
        let row = &material.row;
        let is =
            |asked: Option<&str>, own: Option<&str>| asked.is_none_or(|asked| own == Some(asked));
        actor.may(Right::ReadPlots, row.place.as_deref())
            && filter.plot.is_none_or(|plot| row.id == plot)
            && is(filter.commune.as_deref(), row.commune.as_deref())
            && filter.org.is_none_or(|org| row.org == Some(org))
            && filter
                .incident
                .is_none_or(|incident| row.incident == Some(incident))
            && is(filter.season.as_deref(), Some(&row.season))
            && filter.period.is_none_or(|period| row.period == period)
            && filter.grown.is_none_or(|crop| life.crop == crop)
            && !(filter.outside && row.commune.is_some())
            && filter
                .of
                .is_none_or(|figure| books.stands_under(own, figure))
            && filter.from.is_none_or(|from| row.detected_at >= from)
            && filter.to.is_none_or(|to| row.detected_at <= to)
    });
    plots.collect()
}

fn key(by: Option<Grouping>, (material, life): &(Material, Life)) -> Option<String> {
    let row = &material.row;
    match by? {
        Grouping::Plot => Some(row.id.to_string()),
        Grouping::Incident => row.incident.map(|id| id.to_string()),
        Grouping::Commune => row.commune.clone(),
        Grouping::Org => row.org.map(|id| id.to_string()),
        Grouping::Season => Some(row.season.clone()),
        Grouping::Period => Some(row.period.to_string()),
        Grouping::Crop => Some(life.crop.as_str().to_owned()),
    }
}

/// A page of rows after a key, for groupings with many.
pub fn page(rows: Vec<FiguresRow>, after: Option<PlotId>, limit: usize) -> (Vec<FiguresRow>, bool) {
    let after = after.map(|plot| plot.to_string());
    let mut rest: Vec<FiguresRow> = rows
        .into_iter()
        .filter(|row| after.is_none() || row.key > after)
        .collect();
    let more = rest.len() > limit;
    rest.truncate(limit);
    (rest, more)
}
