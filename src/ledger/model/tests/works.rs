//! Of one ground the work counts once, of whoever did it, and never more of it than stood there.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::ledger::model::pairs::Pair;
use crate::ledger::model::totals::{Figures, Part, Ranked, in_dispute, perhaps_twice};
use crate::ledger::model::work::{Claims, work_in_dispute, work_perhaps_twice};

/// A claim of 64 m²: whether it was verified, and what was destroyed, if anything, with or without minutes, m².
#[derive(Debug, Clone, Copy, Default)]
struct Claimed {
    is_verified: bool,
    proven_m2: Option<u32>,
    unproven_m2: Option<u32>,
}

const NOTHING: Claimed = Claimed {
    is_verified: false,
    proven_m2: None,
    unproven_m2: None,
};

fn proven(m2: u32) -> Claimed {
    Claimed {
        proven_m2: Some(m2),
        ..NOTHING
    }
}

fn unproven(m2: u32) -> Claimed {
    Claimed {
        unproven_m2: Some(m2),
        ..NOTHING
    }
}

fn plot_id(number: usize) -> PlotId {
    PlotId(Uuid::from_u128(100 + number as u128))
}

fn lived(claimed: Claimed) -> Life {
    let mut facts = Vec::new();
    if claimed.is_verified {
        facts.push(verified(1, "2026-02-10", 320, 64.0));
    }
    let works = [
        (claimed.proven_m2, json!({})),
        (claimed.unproven_m2, json!({ "minutes": null })),
    ];
    for (number, (m2, changes)) in (2..).zip(works) {
        if let Some(m2) = m2 {
            let mut changes = changes;
            changes["plants_destroyed"] = json!(5 * m2);
            changes["area_m2_destroyed"] = json!(m2);
            facts.push(eradicated(number, "2026-02-11", &changes));
        }
    }
    life(&plot(), &facts)
}

/// The sums of claims, found in this order, of which these pairs share so much of the one's ground and of the other's.
fn sums(claimed: &[Claimed], shared: &[(usize, usize, [f64; 2])], is_likely: bool) -> Figures {
    let lives: Vec<Life> = claimed.iter().map(|own| lived(*own)).collect();
    let ranked: Vec<Ranked> = claimed
        .iter()
        .enumerate()
        .map(|(number, own)| Ranked {
            plot: plot_id(number),
            is_verified: own.is_verified,
            detected_at: plot()
                .detected_at
                .plus_millis(i64::try_from(number).unwrap()),
        })
        .collect();
    let pairs: Vec<Pair> = shared
        .iter()
        .map(|(a, b, shares)| Pair {
            a: plot_id(*a),
            b: plot_id(*b),
            distance_m: 1.0,
            days_apart: 1.0,
            weight: 1.0,
            is_likely,
            shares: *shares,
        })
        .collect();
    let distinct = BTreeSet::new();
    let known: BTreeMap<PlotId, &Life> = lives
        .iter()
        .enumerate()
        .map(|(number, life)| (plot_id(number), life))
        .collect();
    let claims = Claims {
        ranked: &ranked,
        pairs: &pairs,
        distinct: &distinct,
        lives: &known,
    };
    let disputed = in_dispute(&ranked, &pairs, &distinct);
    let perhaps = perhaps_twice(&ranked, &pairs, &distinct, &disputed);
    let work = work_in_dispute(&claims, &disputed);
    let twice = work_perhaps_twice(&claims, (&disputed, &perhaps), &work);
    let share = |of: &BTreeMap<PlotId, f64>, plot: PlotId| of.get(&plot).copied().unwrap_or(0.0);
    Figures::of(lives.iter().enumerate().map(|(number, life)| {
        let plot = plot_id(number);
        Part {
            plot,
            detected_at: super::plot().detected_at,
            life,
            disputed: share(&disputed, plot),
            perhaps_twice: share(&perhaps, plot),
            work_disputed: share(&work, plot),
            work_twice: share(&twice, plot),
        }
    }))
}

/// Claimed, claimed as destroyed, eradicated and left out of that, m².
fn areas(figures: &Figures) -> (f64, f64, f64, f64) {
    let told = |m2: f64| (m2 * 1_000.0).round() / 1_000.0;
    (
        told(figures.claimed.area_m2),
        told(figures.destroyed_claimed.area_m2),
        told(figures.eradicated.area_m2),
        told(figures.in_dispute.eradicated.area_m2),
    )
}

const WHOLE: [f64; 2] = [1.0, 1.0];

#[test]
fn the_work_of_a_later_claim_counts_where_the_earlier_one_tells_of_none() {
    let told = |claimed: &[Claimed]| areas(&sums(claimed, &[(0, 1, WHOLE)], true));
    assert_eq!(told(&[NOTHING, proven(60)]), (64.0, 60.0, 60.0, 0.0));
    // More than the ground that counts is in dispute.
    assert_eq!(told(&[NOTHING, proven(80)]), (64.0, 64.0, 64.0, 16.0));
    let verified = Claimed {
        is_verified: true,
        ..NOTHING
    };
    assert_eq!(told(&[proven(60), verified]), (64.0, 60.0, 60.0, 0.0));
    // Both tell of it: the claim that counts does.
    assert_eq!(told(&[proven(50), proven(60)]), (64.0, 50.0, 50.0, 60.0));
    // That of which nothing is missing goes before, for all that is told of the work.
    assert_eq!(told(&[unproven(64), proven(60)]), (64.0, 60.0, 60.0, 0.0));
    assert_eq!(told(&[unproven(50), unproven(60)]), (64.0, 50.0, 0.0, 0.0));
}

#[test]
fn one_ground_takes_one_work_and_each_of_its_parts_its_own() {
    let claimed = [NOTHING, proven(60), proven(60)];
    let beside = [(0, 1, WHOLE), (0, 2, WHOLE)];
    assert_eq!(
        areas(&sums(&claimed, &beside, true)),
        (64.0, 60.0, 60.0, 60.0)
    );
    // Two that lie on two parts of a large one: what they have of their own counts besides.
    let parts = [(0, 1, [0.4, 0.5]), (0, 2, [0.5, 0.5])];
    let told = areas(&sums(&claimed, &parts, true));
    // Of the first 25.6 of its 30 m² on the large one's, of the second all.
    let expected = (128.0, 115.6, 115.6, 4.4);
    assert_eq!(told, expected);
}

#[test]
fn work_that_may_be_told_twice_counts_and_is_told() {
    let told = |claimed: &[Claimed]| {
        let figures = sums(claimed, &[(0, 1, WHOLE)], false);
        let twice = &figures.perhaps_twice;
        (
            figures.eradicated.area_m2,
            twice.claimed.area_m2,
            twice.eradicated.area_m2,
        )
    };
    assert_eq!(told(&[proven(60), proven(60)]), (120.0, 64.0, 60.0));
    assert_eq!(told(&[NOTHING, proven(60)]), (60.0, 64.0, 0.0));
}

fn any_claimed() -> impl Strategy<Value = Claimed> {
    (any::<bool>(), 0_u8..3, 1_u32..=64).prop_map(|(is_verified, work, m2)| Claimed {
        is_verified,
        proven_m2: (work == 1).then_some(m2),
        unproven_m2: (work == 2).then_some(m2),
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, ..ProptestConfig::default() })]

    #[test]
    fn no_ground_has_more_destroyed_than_stood_there(claimed in prop::collection::vec(any_claimed(), 2..6), near in any::<u16>()) {
        let all = (0..claimed.len()).flat_map(|a| (0..a).map(move |b| (b, a)));
        let shared: Vec<_> = all.enumerate()
            .filter(|(bit, _)| near & (1_u16 << bit) != 0)
            .map(|(_, (a, b))| (a, b, WHOLE))
            .collect();
        let (stood, claimed_m2, eradicated, left_out) = areas(&sums(&claimed, &shared, true));
        prop_assert!(claimed_m2 <= stood + 0.01, "{} of {}", claimed_m2, stood);
        prop_assert!(eradicated <= claimed_m2 + 0.01, "{} of {}", eradicated, claimed_m2);
        // Nothing is lost: what does not count is told.
        let all_m2: u32 = claimed.iter().filter_map(|own| own.proven_m2).sum();
        prop_assert!((eradicated + left_out - f64::from(all_m2)).abs() < 0.01);
        if shared.is_empty() || all_m2 == 0 {
            prop_assert!(left_out < 0.01);
        } else {
            prop_assert!(eradicated > 0.0, "some of it counts");
        }
    }
}
