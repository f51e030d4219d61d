//! Rates of the programme, each by its exact definition; what cannot be known is told beside, never guessed.

use serde::Serialize;

use super::balance::{AREA, Sum};
use super::life::Done;
use super::totals::{Part, Total, portion};
use super::words::PlotState;
use crate::base::ids::PlotId;
use crate::base::rounding::hundredths;
use crate::base::time::Timestamp;

/// What was destroyed of what was verified, for the plots verified in a period (cohort).
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Cohort {
    /// Plots verified in the period.
    pub plots: u32,
    /// Of them, destroyed in full.
    pub full_plots: u32,
    /// Of them, gone before anybody destroyed them.
    pub gone_plots: u32,
    /// Destroyed plants ÷ verified plants, over plots that have both; none when there is none.
    pub plants_rate: Option<f64>,
    /// Under it: destroyed plants.
    pub plants_destroyed: u64,
    /// Under it: verified plants.
    pub plants_verified: u64,
    /// Plots left out of it because plants are unknown.
    pub plants_unknown: u32,
    /// Destroyed area ÷ verified area.
    pub area_rate: Option<f64>,
    /// Under it: destroyed area, m², told in hundredths.
    #[serde(serialize_with = "hundredths")]
    pub area_destroyed_m2: f64,
    /// Under it: verified area, m², told in hundredths.
    #[serde(serialize_with = "hundredths")]
    pub area_verified_m2: f64,
    /// Plots left out of it because an area is unknown.
    pub area_unknown: u32,
    /// Full ÷ verified plots.
    pub plots_rate: Option<f64>,
    /// Whether every plot is destroyed in full and none is gone; none without plots.
    pub is_target_met: Option<bool>,
    /// The plots that keep it from being met.
    pub open: Vec<PlotId>,
    /// Its plots whose figures do not make one another up: no rate is cut for that.
    pub conflicts: Conflicting,
}

/// Plots whose destroyed and remaining do not make up what was measured.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, utoipa::ToSchema)]
#[schema(as = RatesConflicts)]
pub struct Conflicting {
    /// How many they are.
    pub plots: u32,
    /// Plants destroyed and left beyond those that were measured; what falls short is not set off against it.
    pub beyond_plants: u64,
    /// The same of the area, m², told in hundredths.
    #[serde(serialize_with = "hundredths")]
    pub beyond_m2: f64,
}

/// Hours from detection to the end of the full eradication.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Lag {
    /// Plots eradicated.
    pub plots: u32,
    /// Half took so long or less, h (nearest rank).
    pub median_h: Option<f64>,
    /// Nine in ten did, h.
    pub p90_h: Option<f64>,
    /// Share within 24 h.
    pub within_24_h: Option<f64>,
    /// Share within 72 h.
    pub within_72_h: Option<f64>,
    /// Plots still open with their age, h: listed apart, never averaged in.
    pub open: Vec<OpenPlot>,
}

/// A plot that is not eradicated yet.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct OpenPlot {
    /// The plot.
    pub plot: PlotId,
    /// Since its detection, h.
    pub age_h: f64,
}

/// What came up again.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Resprout {
    /// Plots that were due for a re-inspection.
    pub due: u32,
    /// Of them, reached.
    pub reinspected: u32,
    /// Of those, with plants that came up or had been left.
    pub found: u32,
    /// Found ÷ reinspected.
    pub rate: Option<f64>,
    /// Share of the due ones that nobody reached.
    pub unvisited: Option<f64>,
}

/// The rates of a period.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Rates {
    /// By the plots verified in the period.
    pub cohort: Cohort,
    /// Destroyed in the period, whenever it was found (phá nhổ trong kỳ).
    pub flow: Total,
    /// Of the plots of which something was destroyed in the period.
    pub flow_conflicts: Conflicting,
    /// Of the plots detected in the period.
    pub lag: Lag,
    /// Of the plots eradicated in the period.
    pub resprout: Resprout,
}

/// A period, both ends included.
#[derive(Debug, Clone, Copy)]
pub struct Window {
    /// First instant.
    pub from: Timestamp,
    /// Last instant.
    pub to: Timestamp,
    /// The instant at which it is judged.
    pub now: Timestamp,
}

impl Window {
    fn holds(&self, at: Option<Timestamp>) -> bool {
        at.is_some_and(|at| (self.from..=self.to).contains(&at))
    }
}

/// The rates of these plots in a window. Plots that figures do not count, and those in dispute, are left out.
#[must_use]
pub fn rates(parts: &[Part<'_>], window: &Window) -> Rates {
    let chosen = Chosen::of(parts, window);
    Rates {
        cohort: cohort(&chosen.verified),
        flow: flow(&chosen.worked, window),
        flow_conflicts: flow_conflicts(&chosen.worked, window),
        lag: lag(&chosen.detected, window.now),
        resprout: resprout(&chosen.due),
    }
}

/// The first of the rates alone.
#[must_use]
pub fn cohort_of(parts: &[Part<'_>], window: &Window) -> Cohort {
    cohort(&Chosen::of(parts, window).verified)
}

/// The plots that each rate is of.
pub(super) struct Chosen<'a> {
    /// All that count of which work may count.
    pub(super) worked: Vec<&'a Part<'a>>,
    /// Those that count, verified in the window.
    pub(super) verified: Vec<&'a Part<'a>>,
    /// Of them, detected in it.
    pub(super) detected: Vec<&'a Part<'a>>,
    /// Of them, eradicated in it and due for a re-inspection. Whatever was reached was looked at for a reason, due or not.
    pub(super) due: Vec<&'a Part<'a>>,
}

impl<'a> Chosen<'a> {
    pub(super) fn of(parts: &'a [Part<'a>], window: &Window) -> Self {
        let counted: Vec<&Part<'_>> = parts
            .iter()
            .filter(|part| part.is_counted() && part.disputed < 1.0)
            .collect();
        let within = |at: fn(&Part<'_>) -> Option<Timestamp>| -> Vec<&'a Part<'a>> {
            let plots = counted.iter().copied();
            plots.filter(|part| window.holds(at(part))).collect()
        };
        let today = window.now.local_date();
        let mut due = within(|part| part.life.eradicated_at);
        due.retain(|part| {
            let is_due = part.life.dues.iter().any(|due| due.on <= today);
            is_due || part.life.inspected.reached
        });
        let worked = parts.iter();
        let worked = worked.filter(|part| part.is_counted() && part.work_disputed < 1.0);
        Self {
            worked: worked.collect(),
            verified: within(|part| part.life.verified_at),
            detected: within(|part| Some(part.detected_at)),
            due,
        }
    }
}

impl Part<'_> {
    /// Destroyed in full, or closed after that.
    pub(super) fn is_full(&self) -> bool {
        matches!(self.life.state, PlotState::Eradicated | PlotState::Clear)
    }

    /// Gone before anybody destroyed it.
    pub(super) fn is_gone(&self) -> bool {
        self.life.state == PlotState::Gone
    }

    /// From its detection to the end of its first full eradication, h.
    pub(super) fn lag_h(&self) -> Option<f64> {
        Some(hours(self.detected_at, self.life.eradicated_at?))
    }

    /// Since its detection, h; none once it is eradicated or closed.
    pub(super) fn age_h(&self, now: Timestamp) -> Option<f64> {
        let is_open = self.life.eradicated_at.is_none() && !self.life.state.is_final();
        is_open.then(|| hours(self.detected_at, now))
    }

    /// The eradications with nothing missing that ended in a window.
    pub(super) fn done_in(&self, window: &Window) -> impl Iterator<Item = &Done> {
        let life = self.life;
        life.eradications.iter().filter(|own| {
            let counts = life.quantities.eradicated.facts.contains(&own.fact);
            counts && window.holds(Some(own.ended_at))
        })
    }
}

fn hours(from: Timestamp, to: Timestamp) -> f64 {
    f64::from(i32::try_from(to.since(from) / 1_000).unwrap_or(i32::MAX)) / 3_600.0
}

fn share(part: f64, whole: f64) -> Option<f64> {
    (whole > 0.0).then(|| part / whole)
}

fn cohort(plots: &[&Part<'_>]) -> Cohort {
    let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let full = plots.iter().filter(|part| part.is_full()).count();
    let gone = plots.iter().filter(|part| part.is_gone()).count();
    let (plants, plants_known) = both(plots, |sum, share| Some(portion(sum.plants?, share)));
    let (area, area_known) = both(plots, |sum, share| Some(sum.area_m2? * share));
    let open = plots.iter().filter(|part| !part.is_full());
    let open: Vec<PlotId> = open.map(|part| part.plot).collect();
    Cohort {
        plots: number(plots.len()),
        full_plots: number(full),
        gone_plots: number(gone),
        plants_rate: share(of_plants(plants.0), of_plants(plants.1)),
        plants_destroyed: plants.0,
        plants_verified: plants.1,
        plants_unknown: number(plots.len() - plants_known),
        area_rate: share(area.0, area.1),
        area_destroyed_m2: area.0,
        area_verified_m2: area.1,
        area_unknown: number(plots.len() - area_known),
        plots_rate: share(f64::from(number(full)), f64::from(number(plots.len()))),
        is_target_met: (!plots.is_empty()).then_some(open.is_empty()),
        open,
        conflicts: Conflicting::of(plots, |part| part.disputed),
    }
}

#[expect(clippy::cast_precision_loss, reason = "some thousand plants")]
fn of_plants(plants: u64) -> f64 {
    plants as f64
}

/// Σ destroyed and Σ verified over the plots whose verification has the figure, and how many those are; an eradication
/// without it leaves the plot out, nothing destroyed yet counts as nothing. Of a plot in dispute counts the share that
/// sums count.
fn both<T: Copy + Default + std::ops::Add<Output = T>>(
    plots: &[&Part<'_>],
    figure: impl Fn(&Sum, f64) -> Option<T>,
) -> ((T, T), usize) {
    let known = plots.iter().filter_map(|part| {
        let (told, share) = (&part.life.quantities, 1.0 - part.disputed);
        let verified = figure(&told.verified, share)?;
        let nothing_yet = told.eradicated.facts.is_empty().then_some(T::default());
        let destroyed = figure(&told.eradicated, share).or(nothing_yet)?;
        Some((destroyed, verified))
    });
    // A sum of no fractions is −0.
    let start = ((T::default(), T::default()), 0);
    known.fold(start, |(sums, number), own| {
        ((sums.0 + own.0, sums.1 + own.1), number + 1)
    })
}

impl Conflicting {
    fn of(plots: &[&Part<'_>], left_out: fn(&Part<'_>) -> f64) -> Self {
        let mut told = Self::default();
        for part in plots {
            told.add(part, 1.0 - left_out(part));
        }
        told
    }

    fn add(&mut self, part: &Part<'_>, share: f64) {
        self.plots += u32::from(!part.life.conflicts.is_empty());
        for own in &part.life.conflicts {
            if own.figure == AREA {
                self.beyond_m2 += own.beyond() * share;
            } else {
                self.beyond_plants += portion(whole(own.beyond()), share);
            }
        }
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a difference of whole plants, never below 0"
)]
const fn whole(plants: f64) -> u64 {
    plants as u64
}

fn flow_conflicts(worked: &[&Part<'_>], window: &Window) -> Conflicting {
    let done = worked.iter().copied();
    let done = done.filter(|part| part.done_in(window).next().is_some());
    Conflicting::of(&done.collect::<Vec<_>>(), |part| part.work_disputed)
}

fn flow(worked: &[&Part<'_>], window: &Window) -> Total {
    let mut total = Total::default();
    for part in worked {
        let mut sum = Sum::default();
        for own in part.done_in(window) {
            sum.add(&own.destroyed, Some(own.fact));
        }
        total.add(&sum, 1.0 - part.work_disputed);
    }
    total
}

fn lag(plots: &[&Part<'_>], now: Timestamp) -> Lag {
    let mut taken: Vec<f64> = plots.iter().filter_map(|part| part.lag_h()).collect();
    taken.sort_by(f64::total_cmp);
    let open = plots.iter().filter_map(|part| {
        Some(OpenPlot {
            plot: part.plot,
            age_h: part.age_h(now)?,
        })
    });
    let within = |most: f64| {
        let number = taken.iter().filter(|hours| **hours <= most).count();
        ratio_of(number, taken.len())
    };
    Lag {
        plots: u32::try_from(taken.len()).unwrap_or(u32::MAX),
        median_h: nearest_rank(&taken, 50),
        p90_h: nearest_rank(&taken, 90),
        within_24_h: within(24.0),
        within_72_h: within(72.0),
        open: open.collect(),
    }
}

/// The smallest value that so many per cent do not exceed.
fn nearest_rank(sorted: &[f64], pct: usize) -> Option<f64> {
    let rank = (sorted.len() * pct).div_ceil(100);
    sorted.get(rank.checked_sub(1)?).copied()
}

fn ratio_of(part: usize, whole: usize) -> Option<f64> {
    let number = |count: usize| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
    share(number(part), number(whole))
}

fn resprout(due: &[&Part<'_>]) -> Resprout {
    let reached = due
        .iter()
        .filter(|part| part.life.inspected.reached)
        .count();
    let found = due.iter().filter(|part| part.life.inspected.found).count();
    let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    Resprout {
        due: number(due.len()),
        reinspected: number(reached),
        found: number(found),
        rate: ratio_of(found, reached),
        unvisited: ratio_of(due.len() - reached, due.len()),
    }
}
