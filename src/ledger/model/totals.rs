//! Sums of many plots: claimed, verified, eradicated and re-measured kept apart; a ground that several units claim is
//! counted once, and what is left out for that is told beside.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::badges::cm2;
use super::balance::Sum;
use super::life::Life;
use super::pairs::Pair;
use super::words::{LifeFlag, PlotState};
use crate::base::ids::PlotId;
use crate::base::rounding::hundredths;
use crate::base::time::Timestamp;

/// By what claims of one ground are put in order: the first counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ranked {
    /// The plot.
    pub plot: PlotId,
    /// Whether another organisation verified it.
    pub is_verified: bool,
    /// When it was detected.
    pub detected_at: Timestamp,
}

impl Ranked {
    /// By what claims of one ground are sorted.
    pub(in crate::ledger) fn order(&self) -> (bool, Timestamp, PlotId) {
        (!self.is_verified, self.detected_at, self.plot)
    }
}

/// The plots that sums leave out, wholly or in part, until somebody decides: of claims that are likely one ground the
/// verified and then the earlier counts. Ground shared with several earlier claims is left out for each of them, so that
/// no square metre counts twice even where those overlap one another. `distinct` pairs were decided to be two.
#[must_use]
pub fn in_dispute(
    ranked: &[Ranked],
    pairs: &[Pair],
    distinct: &BTreeSet<(PlotId, PlotId)>,
) -> BTreeMap<PlotId, f64> {
    left_out(ranked, pairs, distinct, |pair| pair.is_likely)
}

/// The share of each plot that sums count although another claim may be of the same ground: what would be left out as well
/// if every pair that is told were one ground.
#[must_use]
pub fn perhaps_twice(
    ranked: &[Ranked],
    pairs: &[Pair],
    distinct: &BTreeSet<(PlotId, PlotId)>,
    disputed: &BTreeMap<PlotId, f64>,
) -> BTreeMap<PlotId, f64> {
    let most = left_out(ranked, pairs, distinct, |_| true).into_iter();
    let beyond = most.map(|(plot, share)| {
        let known = disputed.get(&plot).copied().unwrap_or(0.0);
        (plot, share - known)
    });
    beyond.filter(|(_, share)| *share > 0.0).collect()
}

fn left_out(
    ranked: &[Ranked],
    pairs: &[Pair],
    distinct: &BTreeSet<(PlotId, PlotId)>,
    is_one: impl Fn(&Pair) -> bool,
) -> BTreeMap<PlotId, f64> {
    let mut order: Vec<&Ranked> = ranked.iter().collect();
    order.sort_by_key(|own| own.order());
    let rank: BTreeMap<PlotId, usize> = order
        .iter()
        .enumerate()
        .map(|(place, own)| (own.plot, place))
        .collect();
    let shared = shared(pairs, distinct, is_one);
    let mut out: BTreeMap<PlotId, f64> = BTreeMap::new();
    for (place, own) in order.into_iter().enumerate() {
        // Only against claims that count: a third claim beyond the second is compared with the first alone.
        let earlier = shared.get(&own.plot).into_iter().flatten().filter(|with| {
            let is_earlier = rank.get(&with.other).is_some_and(|other| *other < place);
            is_earlier && out.get(&with.other).is_none_or(|share| *share < 1.0)
        });
        let share: f64 = earlier.map(|with| with.own).sum();
        if share > 0.0 {
            out.insert(own.plot, share.min(1.0));
        }
    }
    out
}

/// Ground that a claim shares with another.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shared {
    /// The other.
    pub(super) other: PlotId,
    /// The share of the claim's own area, 0 to 1.
    pub(super) own: f64,
    /// The share of the other's.
    pub(super) its: f64,
}

/// The ground that each claim shares with others, as far as nobody decided that they are two.
pub(super) fn shared(
    pairs: &[Pair],
    distinct: &BTreeSet<(PlotId, PlotId)>,
    is_one: impl Fn(&Pair) -> bool,
) -> BTreeMap<PlotId, Vec<Shared>> {
    let mut shared: BTreeMap<PlotId, Vec<Shared>> = BTreeMap::new();
    let open = pairs
        .iter()
        .filter(|pair| is_one(pair) && !is_decided(distinct, pair));
    for pair in open {
        let [a, b] = pair.shares;
        for (plot, other, own, its) in [(pair.a, pair.b, a, b), (pair.b, pair.a, b, a)] {
            shared
                .entry(plot)
                .or_default()
                .push(Shared { other, own, its });
        }
    }
    shared
}

fn is_decided(distinct: &BTreeSet<(PlotId, PlotId)>, pair: &Pair) -> bool {
    distinct.contains(&(pair.a, pair.b)) || distinct.contains(&(pair.b, pair.a))
}

/// A plot as sums take it.
#[derive(Debug, Clone, Copy)]
pub struct Part<'a> {
    /// The plot.
    pub plot: PlotId,
    /// When it was detected.
    pub detected_at: Timestamp,
    /// Its life.
    pub life: &'a Life,
    /// The share of it that is in dispute, 0 to 1.
    pub disputed: f64,
    /// The share that is counted and may be another claim's ground, 0 to 1 − `disputed`.
    pub perhaps_twice: f64,
    /// The share of what was destroyed on it that is in dispute, 0 to 1.
    pub work_disputed: f64,
    /// The share of what was destroyed that is counted and may be another claim's work, 0 to 1 − `work_disputed`.
    pub work_twice: f64,
}

impl Part<'_> {
    /// Whether figures count it at all.
    #[must_use]
    pub fn is_counted(&self) -> bool {
        self.life.is_counted()
    }
}

/// The verified area of the parts that count, whole cm².
#[must_use]
pub fn verified_cm2<'a>(parts: impl IntoIterator<Item = Part<'a>>) -> u64 {
    let counted = parts.into_iter().filter(Part::is_counted);
    let areas = counted.filter_map(|part| {
        let area_m2 = part.life.quantities.verified.area_m2?;
        Some(cm2(area_m2 * (1.0 - part.disputed)))
    });
    areas.sum()
}

/// A sum of figures.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, utoipa::ToSchema)]
#[schema(as = LedgerTotal)]
pub struct Total {
    /// Plots with any of the figures.
    pub plots: u32,
    /// Plants.
    pub plants: u64,
    /// Plots without a number of plants.
    pub plants_unknown: u32,
    /// Area, m², told in hundredths.
    #[serde(serialize_with = "hundredths")]
    pub area_m2: f64,
    /// Fresh weight, kg, told in hundredths.
    #[serde(serialize_with = "hundredths")]
    pub weight_kg: f64,
}

impl Total {
    /// Adds a share of a plot's figures.
    pub fn add(&mut self, sum: &Sum, share: f64) {
        if sum.is_empty() || share <= 0.0 {
            return;
        }
        self.plots += 1;
        self.plants += portion(sum.plants.unwrap_or(0), share);
        self.plants_unknown += u32::from(sum.plants.is_none());
        self.area_m2 += sum.area_m2.unwrap_or(0.0) * share;
        self.weight_kg += sum.weight_kg.unwrap_or(0.0) * share;
    }
}

/// A share of a number of plants, to the nearest.
#[must_use]
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a share of some thousand plants"
)]
pub fn portion(plants: u64, share: f64) -> u64 {
    if share >= 1.0 {
        plants
    } else {
        (plants as f64 * share).round() as u64
    }
}

/// What is left out of the sums, or may have to be, because another claim is of the same ground.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Dispute {
    /// Claimed.
    pub claimed: Total,
    /// Verified.
    pub verified: Total,
    /// Eradicated.
    pub eradicated: Total,
}

/// The figures of a group of plots.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, utoipa::ToSchema)]
#[schema(as = LedgerFigures)]
pub struct Figures {
    /// Plots that count.
    pub plots: u32,
    /// Of them, verified.
    pub verified_plots: u32,
    /// Of them, eradicated or closed after that.
    pub eradicated_plots: u32,
    /// Of them, harvested or gone before anybody destroyed them.
    pub gone_plots: u32,
    /// Plots that figures do not count: rejected, merged, taken back, not found, referred, cannabis unverified.
    pub not_counted_plots: u32,
    /// Plots whose destroyed and remaining do not make up what was measured.
    pub conflicts: u32,
    /// By the recordings that stand.
    pub claimed: Total,
    /// By measures taken after them.
    pub remeasured: Total,
    /// By other organisations.
    pub verified: Total,
    /// Claimed as destroyed, whatever is missing.
    pub destroyed_claimed: Total,
    /// Destroyed, with nothing missing.
    pub eradicated: Total,
    /// Of that, accepted by the desk.
    pub approved: Total,
    /// Destroyed again after plants came up; in none of the others.
    pub destroyed_again: Total,
    /// Left out of all these until it is decided whose ground it is: the truth may be more by this.
    pub in_dispute: Dispute,
    /// Counted in these although another claim may be of the same ground: the truth may be less by this.
    pub perhaps_twice: Dispute,
}

impl Figures {
    /// The figures of these plots.
    #[must_use]
    pub fn of<'a>(parts: impl IntoIterator<Item = Part<'a>>) -> Self {
        let mut figures = Self::default();
        for part in parts {
            if part.is_counted() {
                figures.add(&part);
            } else {
                figures.not_counted_plots += 1;
            }
        }
        figures
    }

    fn add(&mut self, part: &Part<'_>) {
        let (life, told) = (part.life, &part.life.quantities);
        let counts = part.disputed < 1.0;
        self.plots += u32::from(counts);
        self.verified_plots += u32::from(counts && life.verified_at.is_some());
        let eradicated = matches!(life.state, PlotState::Eradicated | PlotState::Clear);
        self.eradicated_plots += u32::from(counts && eradicated);
        self.gone_plots += u32::from(counts && life.state == PlotState::Gone);
        self.conflicts += u32::from(life.flags.contains(&LifeFlag::Conflict));
        let (own, work) = (1.0 - part.disputed, 1.0 - part.work_disputed);
        self.claimed.add(&told.claimed, own);
        self.remeasured.add(&told.remeasured, own);
        self.verified.add(&told.verified, own);
        self.destroyed_claimed.add(&told.destroyed_claimed, work);
        self.eradicated.add(&told.eradicated, work);
        self.approved.add(&told.approved, work);
        self.destroyed_again.add(&told.destroyed_again, work);
        self.in_dispute.add(life, part.disputed, part.work_disputed);
        self.perhaps_twice
            .add(life, part.perhaps_twice, part.work_twice);
    }
}

impl Dispute {
    fn add(&mut self, life: &Life, ground: f64, work: f64) {
        let told = &life.quantities;
        self.claimed.add(&told.claimed, ground);
        self.verified.add(&told.verified, ground);
        self.eradicated.add(&told.eradicated, work);
    }
}
