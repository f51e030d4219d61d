//! The question: which view a caller gets, and the answer put together from the table.

use std::collections::BTreeSet;

use crate::base::actor::{Actor, Right, Scope};
use crate::base::ids::CampaignId;
use crate::base::time::LocalDate;
use crate::base::words::Crop;
use crate::plots::model::season::Season;

use super::answer::{Answer, Cells, DensityView, LABEL, Note, Total};
use super::table::{Line, Table};
use super::window::Window;
use super::{Density, Error};

/// What is asked for.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// First local day.
    pub from: Option<LocalDate>,
    /// Last local day.
    pub to: Option<LocalDate>,
    /// A season; with days, the part of it between them.
    pub season: Option<Season>,
    /// H3 resolution.
    pub resolution: Option<u8>,
    /// Plots of one crop only.
    pub crop: Option<Crop>,
    /// Patrols of one campaign only, and the plots that they found.
    pub campaign: Option<CampaignId>,
}

impl Density {
    /// The cells that the caller may see: all of his own communes, or the outsiders' view.
    pub async fn ask(&self, actor: &Actor, asked: &Asked) -> Result<Answer, Error> {
        if let Some(scope) = actor.reach(Right::ReadDensity) {
            return self.full(&scope, asked).await;
        }
        let scope = actor.reach(Right::ReadCoarseDensity);
        self.coarse(&scope.ok_or(Error::Forbidden)?, asked).await
    }

    async fn full(&self, scope: &Scope, asked: &Asked) -> Result<Answer, Error> {
        let today = self.journal.now().local_date();
        let window = Window::full(asked, &self.definition, today)?;
        let mut tx = self.journal.store().read().await?;
        let standing = self.coverage.standing(&mut tx).await?;
        let coverage_definition = self.coverage.effort_definition(&mut tx).await?;
        drop(tx);
        let table = self.table(&window).await?;
        let shown = table.within(scope);
        let total = Total::of(shown.iter().filter_map(|at| table.lines.get(*at)));
        let notes = notes(&table, &window, &shown, scope);
        Ok(Answer {
            label: LABEL,
            view: DensityView::Full,
            from: window.from,
            to: window.to,
            res: window.resolution,
            crop: window.crop,
            campaign: window.campaign,
            seasons: window
                .seasons
                .iter()
                .map(|span| span.season.to_string())
                .collect(),
            definition: self.definition.draft().clone(),
            coverage_definition: Some(coverage_definition),
            indexed_through: standing.indexed_through,
            pending_patrols: Some(standing.pending_patrols),
            prior: table.prior,
            notes,
            total,
            cells: Cells::Kept(table, shown),
        })
    }
}

impl Table {
    /// The places of the lines that belong to a scope: cells whose middle lies there, and those in which one of its
    /// plots lies.
    pub(super) fn within(&self, scope: &Scope) -> Vec<usize> {
        let reached: Option<BTreeSet<usize>> = match scope {
            Scope::Province => None,
            Scope::Communes(codes) => {
                Some(codes.iter().filter_map(|code| self.commune(code)).collect())
            }
        };
        let is_within = |line: &Line| match &reached {
            None => true,
            Some(reached) => line.communes().any(|commune| reached.contains(&commune)),
        };
        let lines = self.lines.iter().enumerate();
        lines
            .filter(|(_, line)| is_within(line))
            .map(|(at, _)| at)
            .collect()
    }
}

/// What a reader of the full view must know: of the cells, then of the window.
fn notes(table: &Table, window: &Window, shown: &[usize], scope: &Scope) -> Vec<Note> {
    let mut notes = notes_on_cells(table, shown, scope);
    let mut tell = |holds: bool, code, text: &str| {
        if holds {
            notes.push(Note::new(code, text));
        }
    };
    tell(
        *scope != Scope::Province,
        "province_statistics",
        "rates, Gi* and q are computed over the whole province; only cells in reach are shown",
    );
    tell(
        table.prior.is_some_and(|prior| prior.variance <= 0.0),
        "no_variation",
        "rates differ no more than chance makes them differ: every cell has the pooled rate",
    );
    tell(
        window.is_outside_season(),
        "outside_season",
        "no poppy stands on these days: finding none tells nothing",
    );
    tell(
        table.is_open,
        "open_season",
        "the last season has not ended: it cannot be clean yet and is left out of the test of trends",
    );
    tell(
        window.crop.is_some(),
        "effort_of_all_crops",
        "effort is that of all patrols, whatever crop they looked for",
    );
    tell(
        window.campaign.is_some(),
        "one_campaign",
        "only the patrols of one campaign count, and the plots that they found: rates, what they are drawn towards and Gi* are of these alone; a plot without a patrol belongs to no campaign; trends are not computed for one campaign",
    );
    notes
}

fn notes_on_cells(table: &Table, shown: &[usize], scope: &Scope) -> Vec<Note> {
    let lines = || shown.iter().filter_map(|at| table.lines.get(*at));
    let small = lines().filter(|line| line.figures.is_small).count();
    let without = lines().filter(|line| line.figures.plots > 0 && line.figures.rate.is_none());
    let without = without.count();
    let unverified = table.unverified(scope);
    let outside = match scope {
        Scope::Province => table.outside,
        Scope::Communes(_) => 0,
    };
    let mut notes = Vec::new();
    let mut tell = |holds: bool, code, text: String| {
        if holds {
            notes.push(Note::new(code, text));
        }
    };
    let text =
        format!("{small} cells hold so few plots that their intervals say more than their rates");
    tell(small > 0, "small_numbers", text);
    let text = format!("{without} cells hold plots and no effort: they have no rate");
    tell(without > 0, "no_effort", text);
    let text = format!("{unverified} plots of crops that count only once verified are left out");
    tell(unverified > 0, "unverified", text);
    let text = format!("{outside} plots lie in no commune and are left out");
    tell(outside > 0, "outside_communes", text);
    notes
}
