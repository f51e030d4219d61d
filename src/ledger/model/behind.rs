//! The plots and facts under each figure of the rates.

use serde::Serialize;

use super::pressure::Traced;
use super::rates::{Chosen, Window};
use super::totals::Part;
use super::words::RateFigure;
use crate::base::ids::{FactId, PlotId};

/// A plot under a figure of the rates.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Behind {
    /// The plot.
    pub plot: PlotId,
    /// The facts by which it stands there.
    pub facts: Vec<FactId>,
    /// Of a lag or an age: how long, h.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hours: Option<f64>,
    /// Of the re-planting rate: the new plots on its ground, as far as the reader reaches them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sown_again: Vec<PlotId>,
}

/// The plots under a figure of a window, in the order of their ids. Those of the re-planting rate are told by
/// [`behind_replanting`].
#[must_use]
pub fn behind(parts: &[Part<'_>], window: &Window, figure: RateFigure) -> Vec<Behind> {
    use RateFigure as F;
    let chosen = Chosen::of(parts, window);
    let told: Vec<Option<Behind>> = match figure {
        F::Cohort => each(&chosen.verified, |part| Some(of_cohort(part))),
        F::CohortFull => each(&chosen.verified, |part| {
            part.is_full().then(|| of_cohort(part))
        }),
        F::CohortGone => each(&chosen.verified, |part| {
            part.is_gone().then(|| of_cohort(part))
        }),
        F::CohortOpen => each(&chosen.verified, |part| {
            (!part.is_full()).then(|| of_cohort(part))
        }),
        F::Flow => each(&chosen.worked, |part| {
            let done: Vec<FactId> = part.done_in(window).map(|own| own.fact).collect();
            (!done.is_empty()).then(|| of(part, done, None))
        }),
        F::Lag => each(&chosen.detected, |part| {
            let hours = part.lag_h()?;
            let life = part.life;
            let ended = life.eradications.iter().filter(|own| {
                Some(own.ended_at) == life.eradicated_at
                    && life.quantities.eradicated.facts.contains(&own.fact)
            });
            Some(of(part, ended.map(|own| own.fact).collect(), Some(hours)))
        }),
        F::LagOpen => each(&chosen.detected, |part| {
            Some(of(part, Vec::new(), Some(part.age_h(window.now)?)))
        }),
        F::Due => each(&chosen.due, |part| Some(of_looks(part))),
        F::Reinspected => each(&chosen.due, |part| {
            part.life.inspected.reached.then(|| of_looks(part))
        }),
        F::Resprout => each(&chosen.due, |part| {
            part.life.inspected.found.then(|| of_looks(part))
        }),
        F::Replanting | F::ReplantingVisited | F::Replanted | F::ReplantingPassed => Vec::new(),
    };
    ordered(told.into_iter().flatten().collect())
}

/// The plots under a figure of the re-planting rate; none of another figure.
#[must_use]
pub fn behind_replanting(traced: &[Traced], figure: RateFigure) -> Vec<Behind> {
    let own = traced.iter().filter(|own| match figure {
        RateFigure::Replanting => true,
        RateFigure::ReplantingVisited => own.is_visited(),
        RateFigure::Replanted => own.is_sown_again,
        RateFigure::ReplantingPassed => own.passed_by == Some(true),
        _ => false,
    });
    let told = own.map(|own| Behind {
        plot: own.plot,
        facts: own.visits.clone(),
        hours: None,
        sown_again: own.sown_again.clone(),
    });
    ordered(told.collect())
}

fn each(plots: &[&Part<'_>], told: impl Fn(&Part<'_>) -> Option<Behind>) -> Vec<Option<Behind>> {
    plots.iter().map(|part| told(part)).collect()
}

fn ordered(mut told: Vec<Behind>) -> Vec<Behind> {
    told.sort_by_key(|own| own.plot);
    told
}

fn of(part: &Part<'_>, facts: Vec<FactId>, hours: Option<f64>) -> Behind {
    Behind {
        plot: part.plot,
        facts,
        hours,
        sown_again: Vec::new(),
    }
}

/// What it was verified by, and what was destroyed of it.
fn of_cohort(part: &Part<'_>) -> Behind {
    let told = &part.life.quantities;
    let facts = told.verified.facts.iter().chain(&told.eradicated.facts);
    of(part, facts.copied().collect(), None)
}

fn of_looks(part: &Part<'_>) -> Behind {
    of(part, part.life.inspected.facts.clone(), None)
}
