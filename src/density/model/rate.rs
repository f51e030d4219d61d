//! Rates: plots per kilometre of effort, raw and shrunken, and how sure each is.
//!
//! Raw rate: the exact Poisson interval of Garwood (1936), *Biometrika* 28. Shrunken rate: the gamma-Poisson empirical
//! Bayes estimate of Clayton & Kaldor (1987), *Biometrics* 43, with the moment estimator of Marshall (1991), *Applied
//! Statistics* 40; its interval is that of the gamma posterior and takes the prior as known, so it is a little too
//! narrow (Morris 1983). A cell without effort has no rate.

use std::collections::BTreeMap;

use serde::Serialize;

use super::special::{Tail, gamma_quantile};

/// What was found in a cell, and the way that was gone there.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Exposed {
    /// Plots.
    pub plots: u32,
    /// The way, in km.
    pub effort_km: f64,
}

/// What is known of a cell's rate before its own count is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, utoipa::ToSchema)]
#[schema(as = DensityPrior)]
pub struct Prior {
    /// Plots per km over all cells with effort.
    pub mean: f64,
    /// The variance of rates between cells, beyond that of chance; 0 when none is seen.
    pub variance: f64,
}

/// A rate with its interval, in plots per km.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// The rate.
    pub rate: f64,
    /// The interval's lower end.
    pub low: f64,
    /// Its upper end.
    pub high: f64,
}

/// A cell's rate, both ways.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rate {
    /// Plots divided by km.
    pub raw: Estimate,
    /// Drawn towards the province's rate, the more the less effort stands behind it.
    pub shrunken: Estimate,
}

/// The prior of some cells; those without effort tell nothing. None without any effort.
#[must_use]
pub fn prior(cells: &[Exposed]) -> Option<Prior> {
    let known = || cells.iter().filter(|cell| cell.effort_km > 0.0);
    let all_km: f64 = known().map(|cell| cell.effort_km).sum();
    let plots: f64 = known().map(|cell| f64::from(cell.plots)).sum();
    let count: f64 = known().map(|_| 1.0).sum();
    if count == 0.0 {
        return None;
    }
    let mean = plots / all_km;
    let spread: f64 = known()
        .map(|cell| {
            let apart = f64::from(cell.plots) / cell.effort_km - mean;
            cell.effort_km * apart * apart
        })
        .sum();
    let variance = spread / all_km - mean * count / all_km;
    Some(Prior {
        mean,
        variance: variance.max(0.0),
    })
}

/// The rates of cells, each with an interval that holds so large a share; none for a cell without effort.
#[must_use]
pub fn rates(cells: &[Exposed], share: f64) -> Vec<Option<Rate>> {
    let Some(prior) = prior(cells) else {
        return cells.iter().map(|_| None).collect();
    };
    let mut unit = BTreeMap::new();
    let posterior = Posterior::of(prior, cells, share);
    let mut shrunken = BTreeMap::new();
    let mut rate = |cell: &Exposed| {
        let (low, high) = *unit
            .entry(cell.plots)
            .or_insert_with(|| exact_counts(cell.plots, share));
        let km = cell.effort_km;
        let raw = Estimate {
            rate: f64::from(cell.plots) / km,
            low: low / km,
            high: high / km,
        };
        let bounds = *shrunken
            .entry(cell.plots)
            .or_insert_with(|| posterior.bounds(cell.plots));
        Rate {
            raw,
            shrunken: posterior.estimate(cell, bounds),
        }
    };
    cells
        .iter()
        .map(|cell| (cell.effort_km > 0.0).then(|| rate(cell)))
        .collect()
}

/// The exact rate and interval of one count over some effort.
#[must_use]
pub fn exact(cell: Exposed, share: f64) -> Option<Estimate> {
    let km = cell.effort_km;
    let (low, high) = exact_counts(cell.plots, share);
    (km > 0.0).then(|| Estimate {
        rate: f64::from(cell.plots) / km,
        low: low / km,
        high: high / km,
    })
}

/// The means between which a Poisson count of so many does not surprise.
fn exact_counts(plots: u32, share: f64) -> (f64, f64) {
    let tail = (1.0 - share) / 2.0;
    let plots = f64::from(plots);
    let low = if plots > 0.0 {
        gamma_quantile(plots, Tail::Lower, tail)
    } else {
        0.0
    };
    (low, gamma_quantile(plots + 1.0, Tail::Upper, tail))
}

/// The gamma distribution of a rate once its count is known.
enum Posterior {
    /// No variation beyond chance: every cell has the province's rate, with the interval of the pooled count.
    Pooled(Estimate),
    /// Prior shape, and the km that the prior weighs; the share outside at each end.
    Gamma { shape: f64, km: f64, tail: f64 },
}

impl Posterior {
    fn of(prior: Prior, cells: &[Exposed], share: f64) -> Self {
        if prior.variance > 0.0 {
            return Self::Gamma {
                shape: prior.mean * prior.mean / prior.variance,
                km: prior.mean / prior.variance,
                tail: (1.0 - share) / 2.0,
            };
        }
        let known = cells.iter().filter(|cell| cell.effort_km > 0.0);
        let mut all = Exposed {
            plots: 0,
            effort_km: 0.0,
        };
        for cell in known {
            all.plots += cell.plots;
            all.effort_km += cell.effort_km;
        }
        let nothing = Estimate {
            rate: prior.mean,
            low: prior.mean,
            high: prior.mean,
        };
        Self::Pooled(exact(all, share).unwrap_or(nothing))
    }

    /// The quantiles of the posterior of a count, before they are divided by the km.
    fn bounds(&self, plots: u32) -> (f64, f64) {
        match self {
            Self::Pooled(_) => (0.0, 0.0),
            Self::Gamma { shape, tail, .. } => {
                let shape = shape + f64::from(plots);
                (
                    gamma_quantile(shape, Tail::Lower, *tail),
                    gamma_quantile(shape, Tail::Upper, *tail),
                )
            }
        }
    }

    fn estimate(&self, cell: &Exposed, (low, high): (f64, f64)) -> Estimate {
        match self {
            Self::Pooled(estimate) => *estimate,
            Self::Gamma { shape, km, .. } => {
                let all_km = km + cell.effort_km;
                Estimate {
                    rate: (shape + f64::from(cell.plots)) / all_km,
                    low: low / all_km,
                    high: high / all_km,
                }
            }
        }
    }
}
