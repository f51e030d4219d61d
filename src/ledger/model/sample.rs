//! The second look by another unit: which plots are drawn, and what the visits say of all claims of a statistical year.
//!
//! The draw is Pareto sampling (Rosén, J. Statist. Plann. Inference 62 (1997) 159) within each commune, with chances in
//! proportion to the claimed area times what makes a claim risky. Its random numbers are hashes of the first signed head
//! after the year closed, so that nobody could know them before and anybody can work them out afterwards. The estimate
//! is the ratio of two Horvitz-Thompson sums (Särndal, Swensson, Wretman, Model Assisted Survey Sampling, 1992, §5.6).

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::words::RiskSign;
use crate::base::ids::{OrgId, PlotId};

/// How plots are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SampleRules {
    /// Of each commune's claims this share, rounded up; UNODC practice verifies a tenth.
    pub share: f64,
    /// Of each commune at least so many.
    pub least: u32,
    /// Each sign of risk makes a claim so many times likelier to be drawn.
    pub risk_factor: f64,
}

impl Default for SampleRules {
    fn default() -> Self {
        Self {
            share: 0.1,
            least: 1,
            risk_factor: 2.0,
        }
    }
}

impl SampleRules {
    /// Whether the numbers can be used.
    #[must_use]
    pub fn make_sense(&self) -> bool {
        self.share > 0.0
            && self.share <= 1.0
            && (1..=100).contains(&self.least)
            && (1.0..=10.0).contains(&self.risk_factor)
    }
}

/// What a unit says it destroyed on a plot within the year.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Claimed {
    /// The plot.
    pub plot: PlotId,
    /// The claiming unit.
    pub org: Option<OrgId>,
    /// The commune by the boundaries of its day.
    pub commune: Option<String>,
    /// Claimed as destroyed, m²; above 0.
    pub claimed_m2: f64,
    /// What makes the claim likelier to be drawn.
    pub signs: BTreeSet<RiskSign>,
}

/// A claim that was drawn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Drawn {
    /// The claim.
    pub claim: Claimed,
    /// The chance that it had to be drawn, above 0 up to 1.
    pub chance: f64,
}

/// What a second visit found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Visit<'a> {
    /// What was drawn.
    pub drawn: &'a Drawn,
    /// Ground on which the crop had stood and was destroyed, m².
    pub found_m2: f64,
}

/// What visits say of all claims.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Estimate {
    /// Claims that were visited.
    pub visited: usize,
    /// Claimed in all, m².
    pub claimed_m2: f64,
    /// Estimated share of the claimed area that is real.
    pub share: f64,
    /// Estimated real area of all claims, m².
    pub found_m2: f64,
    /// Its 95 % confidence interval, m²; null below two visits.
    pub interval_m2: Option<[f64; 2]>,
    /// How many times too large the claims are: 1 when they are right; null when nothing was found.
    pub inflation: Option<f64>,
}

/// Draws the claims that are visited again; the same for any order of the claims.
#[must_use]
pub fn draw(seed: &[u8; 32], claims: &[Claimed], rules: &SampleRules) -> Vec<Drawn> {
    let mut communes: BTreeMap<Option<&str>, Vec<&Claimed>> = BTreeMap::new();
    for claim in claims.iter().filter(|claim| claim.claimed_m2 > 0.0) {
        let commune = claim.commune.as_deref();
        communes.entry(commune).or_default().push(claim);
    }
    let mut drawn = Vec::new();
    for mut own in communes.into_values() {
        own.sort_by_key(|claim| claim.plot);
        let chances = chances(&own, rules);
        let mut ranked: Vec<(f64, &Claimed, f64)> = own
            .iter()
            .zip(chances)
            .map(|(claim, chance)| (rank(number(seed, claim.plot), chance), *claim, chance))
            .collect();
        ranked.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.plot.cmp(&b.1.plot)));
        let chosen = ranked.into_iter().take(size(own.len(), rules));
        drawn.extend(chosen.map(|(_, claim, chance)| Drawn {
            claim: claim.clone(),
            chance,
        }));
    }
    drawn
}

/// How many of so many claims of a commune are drawn.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a commune's claims are few, and a share of them is no more"
)]
fn size(claims: usize, rules: &SampleRules) -> usize {
    let share = (rules.share * claims as f64).ceil() as usize;
    share.max(rules.least as usize).min(claims)
}

/// Each claim's chance: in proportion to its weight, and certain where that would be more than 1.
#[expect(clippy::cast_precision_loss, reason = "a commune's claims are few")]
fn chances(claims: &[&Claimed], rules: &SampleRules) -> Vec<f64> {
    let weights: Vec<f64> = claims
        .iter()
        .map(|claim| {
            let signs = i32::try_from(claim.signs.len()).unwrap_or(i32::MAX);
            claim.claimed_m2 * rules.risk_factor.powi(signs)
        })
        .collect();
    let mut certain = vec![false; claims.len()];
    loop {
        let taken = certain.iter().filter(|own| **own).count();
        let left = size(claims.len(), rules).saturating_sub(taken) as f64;
        let open = weights.iter().zip(&certain).filter(|(_, own)| !**own);
        let total: f64 = open.map(|(weight, _)| weight).sum();
        let chance = |at: usize| left * weights[at] / total;
        let more: Vec<usize> = (0..claims.len())
            .filter(|at| !certain[*at] && chance(*at) >= 1.0)
            .collect();
        if more.is_empty() {
            let all = (0..claims.len()).map(|at| if certain[at] { 1.0 } else { chance(at) });
            return all.collect();
        }
        for at in more {
            certain[at] = true;
        }
    }
}

/// The plot's random number, above 0 and below 1: the first 53 bits of SHA-256 over seed and plot, in the middle of
/// their step.
#[expect(clippy::cast_precision_loss, reason = "53 bits are a double's own")]
fn number(seed: &[u8; 32], plot: PlotId) -> f64 {
    let digest = Sha256::new()
        .chain_update(seed)
        .chain_update(plot.as_bytes())
        .finalize();
    let mut first = [0; 8];
    first.copy_from_slice(&digest[..8]);
    let bits = u64::from_be_bytes(first) >> 11;
    (bits as f64 + 0.5) / 9_007_199_254_740_992.0
}

/// By what a commune's claims are put in order: the odds of the random number over the odds of the chance.
fn rank(number: f64, chance: f64) -> f64 {
    if chance >= 1.0 {
        return 0.0;
    }
    (number / (1.0 - number)) / (chance / (1.0 - chance))
}

/// What the visits say of claims of so many m² in all, of which so many were drawn; none without visits.
///
/// While drawn claims are still to be visited, those that were count as drawn once more from all of them (two phases, the second
/// with equal chances): the share is the same, and the interval tells what nobody has seen yet. Else claims that were certain to be
/// drawn, as the only one of a commune is, would have an interval without any width after a few visits.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "visits are few")]
pub fn estimate(claimed_m2: f64, drawn: usize, visits: &[Visit<'_>]) -> Option<Estimate> {
    let seen = visits.len() as f64 / drawn.max(visits.len()).max(1) as f64;
    let spread = |value: fn(&Visit<'_>) -> f64| -> f64 {
        visits
            .iter()
            .map(|visit| value(visit) / visit.drawn.chance)
            .sum()
    };
    let claimed = spread(|visit| visit.drawn.claim.claimed_m2);
    let found = spread(|visit| visit.found_m2);
    if claimed <= 0.0 {
        return None;
    }
    let share = found / claimed;
    let squares: f64 = visits
        .iter()
        .map(|visit| {
            let chance = visit.drawn.chance * seen;
            let residual = visit.found_m2 - share * visit.drawn.claim.claimed_m2;
            (1.0 - chance) * (residual / chance).powi(2)
        })
        .sum();
    let n = visits.len() as f64;
    let interval = (visits.len() > 1).then(|| {
        let error = (n / (n - 1.0) * squares).sqrt() / (claimed / seen);
        let half = student(visits.len() - 1) * error;
        [(share - half).max(0.0), share + half].map(|share| share * claimed_m2)
    });
    Some(Estimate {
        visited: visits.len(),
        claimed_m2,
        share,
        found_m2: share * claimed_m2,
        interval_m2: interval,
        inflation: (found > 0.0).then(|| claimed / found),
    })
}

/// The 97.5 % point of Student's distribution; beyond two degrees by the expansion of Abramowitz and Stegun 26.7.5,
/// which is within 0.2 % there.
#[expect(clippy::cast_precision_loss, reason = "visits are few")]
fn student(degrees: usize) -> f64 {
    const NORMAL: f64 = 1.959_963_984_540_054;
    match degrees {
        0 => f64::INFINITY,
        1 => 12.706_204_736_432_095,
        2 => 4.302_652_729_911_275,
        _ => {
            let (x, n) = (NORMAL, degrees as f64);
            let terms = [
                (x.powi(3) + x) / 4.0,
                (5.0 * x.powi(5) + 16.0 * x.powi(3) + 3.0 * x) / 96.0,
                (3.0 * x.powi(7) + 19.0 * x.powi(5) + 17.0 * x.powi(3) - 15.0 * x) / 384.0,
                (79.0 * x.powi(9) + 776.0 * x.powi(7) + 1482.0 * x.powi(5)
                    - 1920.0 * x.powi(3)
                    - 945.0 * x)
                    / 92_160.0,
            ];
            let sum = |(power, term): (i32, &f64)| term / n.powi(power);
            x + (1..).zip(&terms).map(sum).sum::<f64>()
        }
    }
}
