//! Whose work counts on a ground of which several claims tell: until somebody decides, what was destroyed there counts once.
//! Which claim counts the ground says little of who destroyed it: one unit may have found it, and another destroyed it that
//! wrote it down a day later. So the work that is approved counts, else that of which nothing is missing, else what is claimed;
//! of equal ones that of the claim which counts.
//!
//! Work that is told of another record than the one whose ground counts, counts as far as it fits: into the least of what that
//! record claims and what was verified of it, and into each part of that ground once. So no ground has more destroyed than stood
//! there. The rest is in dispute.

use std::collections::{BTreeMap, BTreeSet};

use super::life::Life;
use super::pairs::Pair;
use super::totals::{Ranked, Shared, shared};
use crate::base::ids::PlotId;

/// Shares of plots, 0 to 1; none is 0.
pub type Shares = BTreeMap<PlotId, f64>;

/// Claims as they are put together.
#[derive(Debug, Clone, Copy)]
pub struct Claims<'a> {
    /// Every plot, as claims of one ground are put in order.
    pub ranked: &'a [Ranked],
    /// Those that may be one ground.
    pub pairs: &'a [Pair],
    /// Those that were decided to be two.
    pub distinct: &'a BTreeSet<(PlotId, PlotId)>,
    /// What is said of each.
    pub lives: &'a BTreeMap<PlotId, &'a Life>,
}

/// The shares of what was destroyed on plots that sums leave out until somebody decides; `disputed` are those of their ground.
#[must_use]
pub fn work_in_dispute(claims: &Claims<'_>, disputed: &Shares) -> Shares {
    let shared = shared(claims.pairs, claims.distinct, |pair| pair.is_likely);
    left_out(claims, &shared, disputed)
}

/// The shares of what was destroyed on plots that sums count although it may be another claim's work as well; `disputed` and
/// `perhaps` are those of their ground, `work` those of what was destroyed that are left out.
#[must_use]
pub fn work_perhaps_twice(
    claims: &Claims<'_>,
    (disputed, perhaps): (&Shares, &Shares),
    work: &Shares,
) -> Shares {
    let mut most = disputed.clone();
    for (plot, share) in perhaps {
        *most.entry(*plot).or_default() += share;
    }
    let shared = shared(claims.pairs, claims.distinct, |_| true);
    let beyond = left_out(claims, &shared, &most).into_iter();
    let beyond = beyond.map(|(plot, share)| (plot, share - of(work, plot)));
    beyond.filter(|(_, share)| *share > 0.0).collect()
}

fn of(shares: &Shares, plot: PlotId) -> f64 {
    shares.get(&plot).copied().unwrap_or(0.0)
}

/// By what work on one ground is put in order: approved, with nothing missing, then as the claims are.
type WorkOrder = (bool, bool, usize);

fn left_out(
    claims: &Claims<'_>,
    shared: &BTreeMap<PlotId, Vec<Shared>>,
    disputed: &Shares,
) -> Shares {
    if shared.is_empty() {
        return Shares::new();
    }
    let mut order: Vec<&Ranked> = claims.ranked.iter().collect();
    order.sort_by_key(|own| own.order());
    let places = order.iter().enumerate();
    let rank: BTreeMap<PlotId, usize> = places.map(|(place, own)| (own.plot, place)).collect();
    let mut worked: Vec<(WorkOrder, PlotId, &Life)> = Vec::new();
    for (plot, place) in &rank {
        let Some(life) = claims.lives.get(plot) else {
            continue;
        };
        let told = &life.quantities;
        if !told.destroyed_claimed.facts.is_empty() {
            let (approved, eradicated) = (&told.approved.facts, &told.eradicated.facts);
            let order = (approved.is_empty(), eradicated.is_empty(), *place);
            worked.push((order, *plot, *life));
        }
    }
    worked.sort_by_key(|(order, ..)| *order);
    let mut room = Shares::new();
    let (mut left, mut before) = (Shares::new(), BTreeSet::new());
    for (_, plot, life) in worked {
        let mut out = 0.0;
        for with in shared.get(&plot).into_iter().flatten() {
            let stands = before.contains(&with.other) && of(&left, with.other) < 1.0;
            let other = rank.get(&with.other);
            let is_earlier = other.is_some_and(|other| Some(other) < rank.get(&plot));
            if stands {
                out += with.own;
            } else if is_earlier && of(disputed, with.other) < 1.0 {
                let rest = room
                    .entry(with.other)
                    .or_insert_with(|| 1.0 - of(disputed, with.other));
                let ground = claims.lives.get(&with.other);
                let fits = ground.filter(|_| takes(rest, with.its));
                let fits = fits.map_or(0.0, |ground| fitting(life, ground, with));
                out += with.own * (1.0 - fits);
            }
        }
        before.insert(plot);
        if out > 0.0 {
            left.insert(plot, f64::min(out, 1.0));
        }
    }
    left
}

/// Takes a share of a ground on which no other work counts; false where there is no room.
fn takes(rest: &mut f64, share: f64) -> bool {
    let has_room = *rest + 1e-9 >= share;
    if has_room {
        *rest -= share;
    }
    has_room
}

/// How much of the shared work, 0 to 1, fits into the shared ground of the claim that counts it; into a figure that this one
/// does not know nothing fits.
fn fitting(work: &Life, ground: &Life, with: &Shared) -> f64 {
    let (work, ground) = (&work.quantities.destroyed_claimed, &ground.quantities);
    let (claimed, verified) = (&ground.claimed, &ground.verified);
    let plants = [work.plants, claimed.plants, verified.plants].map(|plants| plants.map(number));
    let area = [work.area_m2, claimed.area_m2, verified.area_m2];
    let fits = |[work, claimed, verified]: [Option<f64>; 3]| {
        let stood = match (claimed, verified) {
            (Some(claimed), Some(verified)) => Some(claimed.min(verified)),
            (claimed, verified) => claimed.or(verified),
        };
        match work {
            Some(work) if work > 0.0 => stood.unwrap_or(0.0) * with.its / (work * with.own),
            _ => 1.0,
        }
    };
    f64::min(fits(plants), fits(area)).clamp(0.0, 1.0)
}

fn number(plants: u64) -> f64 {
    f64::from(u32::try_from(plants).unwrap_or(u32::MAX))
}
