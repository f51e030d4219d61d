//! Coverage step by step: week by week or month by month, alone and from the first day on.

use serde::Serialize;

use crate::base::actor::{Actor, Right};
use crate::base::time::LocalDate;

use super::answer::{Asked, CoverageView, DefinitionView, Note};
use super::outsiders::{Question, WEEK_D, week_start};
use super::season::Season;
use super::{Coverage, Error, parameter};

/// Steps answered at most.
const MOST_STEPS: usize = 120;

/// How long a step is. Weeks begin on Mondays, months on their first; the window cuts the first and the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Seven days.
    Week,
    /// A calendar month.
    Month,
}

/// What is asked for, and in which steps.
#[derive(Debug, Clone)]
pub struct SeriesAsked {
    /// The window and the filters.
    pub asked: Asked,
    /// The steps.
    pub step: Step,
}

/// Coverage of one step.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, utoipa::ToSchema)]
pub struct SeriesStep {
    /// First local day.
    pub from: LocalDate,
    /// Last local day.
    pub to: LocalDate,
    /// The part covered in this step, in m².
    pub covered_m2: f64,
    /// The same as a share of the risk area, 0 to 1; null without risk area.
    pub coverage: Option<f64>,
    /// Half width of the 99.9 % interval around the share.
    pub error_bound: Option<f64>,
    /// The part covered from the first day of the window to the end of this step, in m².
    pub covered_so_far_m2: f64,
    /// The same as a share.
    pub coverage_so_far: Option<f64>,
}

/// Coverage step by step, of all communes that are shown together.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Series {
    /// How much the caller sees; in the coarse view every step is of whole weeks, those of a month the weeks that begin in it.
    pub view: CoverageView,
    /// By which rule the figures were made.
    pub definition: DefinitionView,
    /// Every journal entry up to this number is in the figures; null while there is none, and in the coarse view.
    pub indexed_through: Option<i64>,
    /// Patrols whose latest facts are not in the figures yet; null in the coarse view.
    pub pending_patrols: Option<i64>,
    /// The check windows.
    pub season: Season,
    /// The area at risk on any day of the whole window, in m²: the same in every step.
    pub risk_area_m2: f64,
    /// What a reader must know.
    pub notes: Vec<Note>,
    /// The steps, the first one first.
    pub steps: Vec<SeriesStep>,
}

impl Coverage {
    /// Coverage step by step in the caller's reach.
    pub async fn series(&self, actor: &Actor, asked: SeriesAsked) -> Result<Series, Error> {
        let SeriesAsked { asked, step } = asked;
        if !actor.may_somewhere(Right::ReadCoverage) {
            return Err(Error::Forbidden);
        }
        if asked.as_of.is_some() {
            return Err(parameter("as_of", "is not answered step by step"));
        }
        let mut tx = self.journal.store().read().await?;
        let Question { asked, scope, note } = self.as_may_ask(&mut tx, actor, asked).await?;
        let view = asked.view;
        let standing = self.standing(&mut tx).await?;
        let (material, mut notes) = self.material(&mut tx, asked, &scope).await?;
        notes.extend(note);
        let season = Season::of(&material).await?;
        season.note(&material, &mut notes)?;
        let first = material.days.start;
        let mut steps = Vec::new();
        let (mut risk_area_m2, mut has_frozen) = (0.0, false);
        for (from, to) in steps_of((first, material.days.end), step, view)? {
            let (own, _) = self.share(&mut tx, material.over(from..to)).await?;
            let (so_far, is_frozen) = self.share(&mut tx, material.over(first..to)).await?;
            (risk_area_m2, has_frozen) = (own.risk_area_m2, is_frozen);
            steps.push(SeriesStep {
                from: LocalDate::from_days(from),
                to: LocalDate::from_days(to - 1),
                covered_m2: own.covered_m2,
                coverage: own.coverage,
                error_bound: own.error_bound,
                covered_so_far_m2: so_far.covered_m2,
                coverage_so_far: so_far.coverage,
            });
        }
        notes.extend(Note::on_figures(has_frozen, material.faulty()));
        let is_full = view == CoverageView::Full;
        Ok(Series {
            view,
            definition: DefinitionView::of(&material),
            indexed_through: standing.indexed_through.filter(|_| is_full),
            pending_patrols: is_full.then_some(standing.pending_patrols.max(material.behind)),
            season,
            risk_area_m2,
            notes,
            steps,
        })
    }
}

/// The days of each step, the end excluded.
fn steps_of(
    (first, end): (i64, i64),
    step: Step,
    view: CoverageView,
) -> Result<Vec<(i64, i64)>, Error> {
    let mut steps = Vec::new();
    let mut from = first;
    while from < end {
        if steps.len() >= MOST_STEPS {
            return Err(parameter(
                "from",
                format!("at most {MOST_STEPS} steps at once"),
            ));
        }
        let mut to = next(from, step);
        if step == Step::Month && view == CoverageView::Coarse {
            // The weeks that begin in a month.
            to = week_start(to + WEEK_D - 1);
        }
        let to = to.min(end);
        steps.push((from, to));
        from = to;
    }
    Ok(steps)
}

/// The first day of the step after the one that a day lies in.
fn next(day: i64, step: Step) -> i64 {
    match step {
        Step::Week => week_start(day) + WEEK_D,
        Step::Month => {
            let (year, month, _) = LocalDate::from_days(day).ymd();
            let (year, month) = if month == 12 {
                (year + 1, 1)
            } else {
                (year, month + 1)
            };
            LocalDate::from_ymd(year, month, 1).map_or(day + 1, LocalDate::as_days)
        }
    }
}
