//! The question: which view a caller gets, and the answer put together from the table.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::base::actor::{Actor, Right, Scope};
use crate::base::time::LocalDate;
use crate::base::words::Crop;
use crate::plots::model::season::Season;

use super::answer::{Answer, Cells, LABEL, Note, Total, View};
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
        let table = self.table(&window).await?;
        let shown = table.within(scope);
        let total = Total::of(shown.iter().filter_map(|at| table.lines.get(*at)));
        let notes = notes(&table, &window, &shown, scope);
        Ok(Answer {
            label: LABEL,
            view: View::Full,
            from: window.from,
            to: window.to,
            res: window.resolution,
            crop: window.crop,
            seasons: window
                .seasons
                .iter()
                .map(|span| span.season.to_string())
                .collect(),
            definition: self.definition.draft().clone(),
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

/// What a reader of the full view must know.
fn notes(table: &Arc<Table>, window: &Window, shown: &[usize], scope: &Scope) -> Vec<Note> {
    let lines = || shown.iter().filter_map(|at| table.lines.get(*at));
    let small = lines().filter(|line| line.figures.is_small).count();
    let unwalked = lines().filter(|line| line.figures.plots > 0 && line.figures.rate.is_none());
    let unwalked = unwalked.count();
    let unverified = table.unverified(scope);
    let is_province = *scope == Scope::Province;
    let all_alike = table.prior.is_some_and(|prior| prior.variance <= 0.0);
    let told = [
        (
            !is_province,
            Note::new(
                "province_statistics",
                "rates, Gi* and q are computed over the whole province; only cells in reach are shown",
            ),
        ),
        (
            small > 0,
            Note::new(
                "small_numbers",
                format!(
                    "{small} cells hold so few plots that their intervals say more than their rates"
                ),
            ),
        ),
        (
            unwalked > 0,
            Note::new(
                "no_effort",
                format!("{unwalked} cells hold plots and no effort: they have no rate"),
            ),
        ),
        (
            all_alike,
            Note::new(
                "no_variation",
                "rates differ no more than chance makes them differ: every cell has the pooled rate",
            ),
        ),
        (
            unverified > 0,
            Note::new(
                "unverified",
                format!("{unverified} plots of crops that count only once verified are left out"),
            ),
        ),
        (
            is_province && table.outside > 0,
            Note::new(
                "outside_communes",
                format!("{} plots lie in no commune and are left out", table.outside),
            ),
        ),
        (
            window.is_outside_season(),
            Note::new(
                "outside_season",
                "no poppy stands on these days: finding none tells nothing",
            ),
        ),
        (
            table.is_open,
            Note::new(
                "open_season",
                "the last season has not ended: it cannot be clean yet and is left out of the test of trends",
            ),
        ),
        (
            window.crop.is_some(),
            Note::new(
                "effort_of_all_crops",
                "effort is that of all patrols, whatever crop they looked for",
            ),
        ),
    ];
    told.into_iter()
        .filter_map(|(holds, note)| holds.then_some(note))
        .collect()
}
