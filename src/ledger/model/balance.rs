//! The quantities of a plot, kept apart by what they rest on, and whether they make one another up.

use serde::Serialize;

use super::definition::Definition;
use super::facts::{Act, Amount, Fact};
use super::guard::Around;
use super::walk::Counted;
use super::words::{Completeness, Inspected};
use crate::base::ids::FactId;
use crate::base::time::Timestamp;
use crate::base::words::PlantsMethod;

/// Plants, area and weight with the facts that they come from.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Sum {
    /// Plants; none when no fact numbers them.
    pub plants: Option<u64>,
    /// Area, m².
    pub area_m2: Option<f64>,
    /// Fresh weight, kg.
    pub weight_kg: Option<f64>,
    /// The facts. A recording or measure has no id of its own: its entry.
    pub facts: Vec<FactId>,
}

impl Sum {
    /// Whether no fact tells any of the figures.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.plants.is_none() && self.area_m2.is_none() && self.weight_kg.is_none()
    }

    /// Adds an amount of a fact.
    pub fn add(&mut self, amount: &Amount, fact: Option<FactId>) {
        fn plus<T: std::ops::Add<Output = T>>(sum: Option<T>, more: Option<T>) -> Option<T> {
            match (sum, more) {
                (Some(a), Some(b)) => Some(a + b),
                (sum, more) => sum.or(more),
            }
        }
        self.plants = plus(self.plants, amount.plants.map(u64::from));
        self.area_m2 = plus(self.area_m2, amount.area_m2);
        self.weight_kg = plus(self.weight_kg, amount.weight_kg);
        self.facts.extend(fact);
    }
}

/// What was said of one plot, by what it rests on; none of them is derived from another.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Quantities {
    /// Of the recording that stands.
    pub claimed: Sum,
    /// Of the last measure taken after it.
    pub remeasured: Sum,
    /// Of the verification that stands: the last before the work began, else the first.
    pub verified: Sum,
    /// Claimed as destroyed, whatever is missing.
    pub destroyed_claimed: Sum,
    /// Destroyed, with nothing missing.
    pub eradicated: Sum,
    /// Of that, what the desk accepted.
    pub approved: Sum,
    /// Destroyed once more after plants came up again; never added to the others.
    pub destroyed_again: Sum,
    /// Found standing by re-inspections, the last of them.
    pub regrown: Sum,
    /// Still standing by the last eradication.
    pub remaining: Sum,
}

/// How a conflict of areas is called.
pub const AREA: &str = "area_m2";

/// A figure whose parts do not make up the whole.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Conflict {
    /// `plants` or `area_m2`.
    pub figure: &'static str,
    /// What was measured.
    pub measured: f64,
    /// `verified`, `remeasured` or `claimed`.
    pub measured_by: &'static str,
    /// What was destroyed.
    pub destroyed: f64,
    /// What remains.
    pub remaining: f64,
    /// How far both may be off by their methods, %.
    pub tolerance_pct: f64,
}

impl Conflict {
    /// By how much destroyed and remaining exceed what was measured; 0 where they fall short of it.
    #[must_use]
    pub fn beyond(&self) -> f64 {
        (self.destroyed + self.remaining - self.measured).max(0.0)
    }
}

/// The quantities of a plot and their conflicts. `is_idle`: whether a fact came to a plot that was closed already.
pub(super) fn balance(
    around: &Around<'_>,
    counted: &[Counted<'_>],
    is_idle: &dyn Fn(FactId) -> bool,
) -> (Quantities, Vec<Conflict>) {
    let began = counted.iter().map(|own| own.said.started_at).min();
    let verified = verified(around, began, is_idle);
    let mut told = Quantities::default();
    told.claimed
        .add(&around.plot.claimed, around.plot.claimed_by);
    if let Some(amount) = &around.plot.remeasured {
        told.remeasured.add(amount, None);
        told.remeasured.facts.extend(&around.plot.remeasured_by);
    }
    if let Some((fact, amount)) = &verified {
        told.verified.add(amount, Some(fact.id));
    }
    for own in counted {
        let (amount, fact) = (&own.said.destroyed, Some(own.fact.id));
        if own.cycle > 0 {
            told.destroyed_again.add(amount, fact);
            continue;
        }
        told.destroyed_claimed.add(amount, fact);
        if own.missing.is_empty() {
            told.eradicated.add(amount, fact);
            if around.is_approved(own.fact, own.said) {
                told.approved.add(amount, fact);
            }
        }
    }
    if let Some(last) = counted.iter().rev().find(|own| own.cycle == 0) {
        told.remaining.add(&remaining(last), Some(last.fact.id));
    }
    if let Some((fact, amount)) = regrown(around) {
        told.regrown.add(&amount, Some(fact.id));
    }
    let bases = [
        verified.map(|(_, amount)| (amount, "verified")),
        around.plot.remeasured.map(|amount| (amount, "remeasured")),
        Some((around.plot.claimed, "claimed")),
    ];
    let bases: Vec<Base> = bases.into_iter().flatten().collect();
    let conflicts = conflicts(around.rules, &bases, counted, &told);
    (told, conflicts)
}

fn verified<'a>(
    around: &Around<'a>,
    began: Option<Timestamp>,
    is_idle: &dyn Fn(FactId) -> bool,
) -> Option<(&'a Fact, Amount)> {
    let confirmed = around.confirmed();
    let confirmed = confirmed.filter(|(fact, _)| !is_idle(fact.id));
    let all: Vec<_> = confirmed.map(|(fact, said)| (fact, said.amount)).collect();
    let before = all
        .iter()
        .rev()
        .find(|(fact, _)| began.is_none_or(|began| fact.at <= began));
    before.or(all.first()).copied()
}

fn regrown<'a>(around: &Around<'a>) -> Option<(&'a Fact, Amount)> {
    let found = around.facts.iter().rev().find_map(|fact| match &fact.act {
        Act::Reinspection(said)
            if matches!(said.result, Inspected::Resprout | Inspected::Standing) =>
        {
            Some((*fact, said.amount))
        }
        _ => None,
    });
    found.filter(|(_, amount)| !amount.is_empty())
}

/// What remains by an eradication: nothing after a full one, unless it says otherwise.
fn remaining(own: &Counted<'_>) -> Amount {
    let said = own.said.remaining;
    if own.said.completeness == Completeness::Partial {
        return said;
    }
    Amount {
        plants: said.plants.or(Some(0)),
        area_m2: said.area_m2.or(Some(0.0)),
        ..said
    }
}

/// What work is held against, and what that is called.
type Base = (Amount, &'static str);

/// Each figure is held against the first of the `bases` that tells it: who verified the plants alone said nothing of the area.
fn conflicts(
    rules: &Definition,
    bases: &[Base],
    counted: &[Counted<'_>],
    told: &Quantities,
) -> Vec<Conflict> {
    let first: Vec<&Counted<'_>> = counted.iter().filter(|own| own.cycle == 0).collect();
    let worst_method = first
        .iter()
        .map(|own| plants_pct(rules, own.said.destroyed.plants_method))
        .fold(0.0, f64::max);
    let worst_area = first
        .iter()
        .map(|own| own.said.destroyed.uncertainty_pct.unwrap_or(UNKNOWN_PCT))
        .fold(0.0, f64::max);
    let number = |count: u64| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
    let plants = bases.iter().find_map(|(amount, by)| {
        let pct = plants_pct(rules, amount.plants_method);
        Some((f64::from(amount.plants?), *by, pct.hypot(worst_method)))
    });
    let area = bases.iter().find_map(|(amount, by)| {
        let pct = amount.uncertainty_pct.unwrap_or(UNKNOWN_PCT);
        Some((amount.area_m2?, *by, pct.hypot(worst_area)))
    });
    let (destroyed, remaining) = (&told.destroyed_claimed, &told.remaining);
    let plants = (
        "plants",
        plants,
        destroyed.plants.map(number),
        remaining.plants.map(number),
    );
    let area = (AREA, area, destroyed.area_m2, remaining.area_m2);
    [plants, area]
        .into_iter()
        .filter_map(|(figure, base, destroyed, remaining)| {
            let (measured, measured_by, tolerance_pct) = base?;
            let destroyed = destroyed?;
            let apart = match remaining {
                Some(remaining) => (measured - destroyed - remaining).abs(),
                // What is left of it nobody told, so nothing is missing; what was destroyed beyond it was never there.
                None => destroyed - measured,
            };
            (apart > measured * tolerance_pct / 100.0 + 1e-9).then_some(Conflict {
                figure,
                measured,
                measured_by,
                destroyed,
                remaining: remaining.unwrap_or(0.0),
                tolerance_pct,
            })
        })
        .collect()
}

/// What an area without a stated error may be off by, %: as one judged by eye.
const UNKNOWN_PCT: f64 = 50.0;

fn plants_pct(rules: &Definition, method: Option<PlantsMethod>) -> f64 {
    let [counted, sampled, estimated] = rules.plants_tolerance_pct;
    match method {
        Some(PlantsMethod::Counted) => counted,
        Some(PlantsMethod::Sampled) => sampled,
        Some(PlantsMethod::Estimated) | None => estimated,
    }
}
