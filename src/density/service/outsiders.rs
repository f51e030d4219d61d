//! The outsiders' view: one ended season, coarse cells, no small number that can be read or worked out.
//!
//! Whole seasons do not overlap, no crop and no campaign can be taken apart, and a season under way is not shown: so no
//! two answers can be subtracted from one another. What is shown is decided for the province before the caller's reach cuts it.

use crate::base::actor::Scope;
use crate::base::time::LocalDate;
use crate::base::words::Crop;
use crate::density::model::publish::{Candidate, published};
use crate::density::model::rate::{Exposed, exact};
use crate::plots::model::season::{Season, season_of};

use super::answer::{Answer, CellFigures, Cells, DensityView, LABEL, Note, Total};
use super::ask::Asked;
use super::table::Table;
use super::window::{Span, Window, span};
use super::{Density, Error, parameter};

impl Density {
    pub(super) async fn coarse(&self, scope: &Scope, asked: &Asked) -> Result<Answer, Error> {
        let today = self.journal.now().local_date();
        let rule = self.definition.draft();
        refuse_what_takes_apart(asked, rule.outsider_resolution)?;
        let season = ended_season(asked, today)?;
        let resolution = rule.outsider_resolution;
        let window = Window::of(season.from, season.to, resolution, None, &self.definition)?;
        let table = self.table(&window).await?;
        let cells = self.shown(&table, scope);
        Ok(Answer {
            label: LABEL,
            view: DensityView::Coarse,
            from: window.from,
            to: window.to,
            res: resolution,
            crop: None,
            campaign: None,
            seasons: vec![season.season.to_string()],
            definition: rule.clone(),
            coverage_definition: None,
            indexed_through: None,
            pending_patrols: None,
            prior: None,
            notes: vec![Note::new(
                "coarse_view",
                format!(
                    "only cells with at least {} plots; cells with fewer, with none, and some that would give those away are left out",
                    rule.outsider_least_plots
                ),
            )],
            total: Total::sum(cells.iter()),
            cells: Cells::Made(cells),
        })
    }

    /// The cells that may be shown in a scope.
    fn shown(&self, table: &Table, scope: &Scope) -> Vec<CellFigures> {
        let rule = self.definition.publish_rule();
        let candidates: Vec<Candidate<'_>> = table
            .lines
            .iter()
            .map(|line| Candidate {
                plots: line.figures.plots,
                by_commune: &line.by_commune,
            })
            .collect();
        let shown = published(&candidates, rule);
        let reached = |home: Option<usize>| match scope {
            Scope::Province => true,
            Scope::Communes(_) => scope.holds(home.and_then(|home| table.code(home))),
        };
        let lines = table.lines.iter().zip(shown);
        let lines = lines.filter(|(line, is_shown)| *is_shown && reached(line.home));
        let cells = lines.map(|(line, _)| {
            let own = Exposed {
                plots: line.figures.plots,
                effort_km: line.figures.effort_km,
            };
            let exact = exact(own, self.definition.interval_share());
            line.figures.coarse(exact, rule.least_plots)
        });
        cells.collect()
    }
}

/// Finer cells, single crops and single campaigns would be subtracted from the coarse view.
fn refuse_what_takes_apart(asked: &Asked, resolution: u8) -> Result<(), Error> {
    if asked.resolution.is_some_and(|own| own != resolution) {
        return Err(parameter("res", format!("{resolution} in this view")));
    }
    if asked.crop.is_some() {
        return Err(parameter("crop", "not answered in this view"));
    }
    if asked.campaign.is_some() {
        return Err(parameter(
            "campaign",
            "not answered in this view: the part of a season subtracted from the whole tells small numbers",
        ));
    }
    Ok(())
}

/// The season asked for, or the last one that has ended.
fn ended_season(asked: &Asked, today: LocalDate) -> Result<Span, Error> {
    let last = season_of(Crop::OpiumPoppy, today).previous();
    let whole = |season: Season| {
        let span = span(season)?;
        let is_whole = season_of(Crop::OpiumPoppy, span.from) == season
            && asked.from.is_none_or(|from| from == span.from)
            && asked.to.is_none_or(|to| to == span.to)
            && season <= last;
        let wanted = || {
            parameter(
                "season",
                format!("this view answers whole seasons that have ended; the last is {last}"),
            )
        };
        is_whole.then_some(span).ok_or_else(wanted)
    };
    match (asked.season, asked.from.or(asked.to)) {
        (Some(season), _) => whole(season),
        (None, Some(day)) => whole(season_of(Crop::OpiumPoppy, day)),
        (None, None) => whole(last),
    }
}
