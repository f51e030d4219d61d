//! Trends over seasons: the Mann-Kendall test, and the classes that a cell's history falls into.
//!
//! Mann (1945), *Econometrica* 13, and Kendall (1975), *Rank Correlation Methods*: variance corrected for ties,
//! continuity correction, two-sided p under the normal distribution. With few seasons the test is weak and its p a
//! rough one; classes therefore rest on what was found in each season as much as on the test.

use crate::base::words::vocabulary;

use super::special::two_sided_p;

vocabulary! {
    /// What a cell's history looks like.
    TrendClass: "a class of trend" {
        /// Plots for the first time after clean seasons, or a rate that grows.
        Emerging = "emerging",
        /// Plots in most of the seasons that are known.
        Persistent = "persistent",
        /// A rate that falls.
        Diminishing = "diminishing",
        /// Plots now and then.
        Sporadic = "sporadic",
        /// No plots, or none since enough clean seasons: the label has expired.
        None = "none",
    }
}

/// The Mann-Kendall test of a series.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Kendall {
    /// Pairs that rise minus pairs that fall.
    pub s: f64,
    /// The variance of `s` without a trend, corrected for ties.
    pub variance: f64,
    /// `s` standardised, with continuity correction.
    pub z: f64,
    /// Its two-sided p value.
    pub p: f64,
    /// `s` by the number of pairs.
    pub tau: f64,
}

/// The test of values in the order of time; none for fewer than two.
#[must_use]
pub fn mann_kendall(series: &[f64]) -> Option<Kendall> {
    let count = f64::from(u32::try_from(series.len()).ok()?);
    if count < 2.0 {
        return None;
    }
    let later = |at: usize| series.iter().skip(at + 1);
    let s: f64 = series
        .iter()
        .enumerate()
        .flat_map(|(at, value)| later(at).map(move |later| sign(later - value)))
        .sum();
    let ties: f64 = tied(series).map(spread).sum();
    let variance = (spread(count) - ties) / 18.0;
    let z = if s == 0.0 || variance <= 0.0 {
        0.0
    } else {
        (s - sign(s)) / variance.sqrt()
    };
    Some(Kendall {
        s,
        variance,
        z,
        p: two_sided_p(z),
        tau: s / (count * (count - 1.0) / 2.0),
    })
}

fn sign(value: f64) -> f64 {
    if value == 0.0 { 0.0 } else { value.signum() }
}

fn spread(count: f64) -> f64 {
    count * (count - 1.0) * (2.0 * count + 5.0)
}

/// How many values are equal to one another, group by group.
fn tied(series: &[f64]) -> impl Iterator<Item = f64> {
    let mut sorted = series.to_vec();
    sorted.sort_by(f64::total_cmp);
    let groups: Vec<f64> = sorted
        .chunk_by(|a, b| a - b == 0.0)
        .map(|group| group.iter().map(|_| 1.0).sum())
        .collect();
    groups.into_iter()
}

/// One season of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct SeasonFacts {
    /// Plots.
    pub plots: u32,
    /// The way, in km.
    pub effort_km: f64,
    /// Whether the season has ended: nothing can be called clean before.
    pub is_over: bool,
}

/// By which rules a history is read.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TrendRule {
    /// Seasons with enough effort that the test needs.
    pub least_seasons: usize,
    /// The largest p value that is called a trend.
    pub alpha: f64,
    /// Effort from which a season without plots is clean, and from which its rate enters the test, in km.
    pub clean_km: f64,
    /// Seasons with plots that make a cell persistent.
    pub persistent_seasons: u32,
    /// The share of known seasons with plots that makes a cell persistent.
    pub persistent_share: f64,
    /// Clean seasons after which a first find is new.
    pub new_after_clean: u32,
    /// Clean seasons after which a label expires.
    pub expires_after_clean: u32,
}

/// What a cell's history comes to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Trend {
    /// The class.
    pub class: TrendClass,
    /// The test over the ended seasons with enough effort; none when they are too few.
    pub test: Option<Kendall>,
    /// Seasons with plots.
    pub seasons_with_plots: u32,
    /// Clean seasons since the last one with plots.
    pub clean_since: u32,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Known {
    Found,
    Clean,
}

/// Reads the history of a cell, oldest season first.
#[must_use]
pub fn trend(seasons: &[SeasonFacts], rule: &TrendRule) -> Trend {
    let known: Vec<Known> = seasons
        .iter()
        .filter_map(|season| known(season, rule))
        .collect();
    let found = count(known.iter().filter(|known| **known == Known::Found));
    let clean_since = count(
        known
            .iter()
            .rev()
            .take_while(|known| **known == Known::Clean),
    );
    let test = tested(seasons, rule);
    let class = if found == 0 || clean_since >= rule.expires_after_clean {
        TrendClass::None
    } else {
        class(&known, found, test, rule)
    };
    Trend {
        class,
        test,
        seasons_with_plots: found,
        clean_since: if found == 0 { 0 } else { clean_since },
    }
}

fn known(season: &SeasonFacts, rule: &TrendRule) -> Option<Known> {
    if season.plots > 0 {
        Some(Known::Found)
    } else {
        is_enough(season, rule).then_some(Known::Clean)
    }
}

fn is_enough(season: &SeasonFacts, rule: &TrendRule) -> bool {
    season.is_over && season.effort_km > 0.0 && season.effort_km >= rule.clean_km
}

/// Rates over little effort leap about, so only those over enough of it are compared.
fn tested(seasons: &[SeasonFacts], rule: &TrendRule) -> Option<Kendall> {
    let series: Vec<f64> = seasons
        .iter()
        .filter(|season| is_enough(season, rule))
        .map(|season| f64::from(season.plots) / season.effort_km)
        .collect();
    let enough = series.len() >= rule.least_seasons;
    enough.then(|| mann_kendall(&series)).flatten()
}

fn class(known: &[Known], found: u32, test: Option<Kendall>, rule: &TrendRule) -> TrendClass {
    let clear = test.filter(|test| test.p <= rule.alpha);
    let seasons = count(known.iter());
    let is_new =
        found == 1 && known.last() == Some(&Known::Found) && seasons > rule.new_after_clean;
    let is_persistent = found >= rule.persistent_seasons
        && f64::from(found) >= rule.persistent_share * f64::from(seasons);
    match clear {
        Some(test) if test.s < 0.0 => TrendClass::Diminishing,
        Some(test) if test.s > 0.0 => TrendClass::Emerging,
        _ if is_new => TrendClass::Emerging,
        _ if is_persistent => TrendClass::Persistent,
        _ => TrendClass::Sporadic,
    }
}

fn count<'a>(known: impl Iterator<Item = &'a Known>) -> u32 {
    known.fold(0, |count, _| count + 1)
}
