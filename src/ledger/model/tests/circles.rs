//! Grounds that several plots share: circles of judgements, and overlaps with more than one claim.

use std::collections::BTreeSet;

use super::*;
use crate::ledger::model::circles::{Merged, keepers};
use crate::ledger::model::pairs::Pair;
use crate::ledger::model::totals::{Ranked, in_dispute};

fn plot_id(number: u128) -> PlotId {
    PlotId(Uuid::from_u128(number))
}

fn ranked(number: u128, is_verified: bool) -> Ranked {
    Ranked {
        plot: plot_id(number),
        is_verified,
        detected_at: at("2026-02-10T08:00:00+07:00").plus_millis(i64::try_from(number).unwrap()),
    }
}

fn kept(merged: &[(u128, bool, u128)]) -> Vec<u128> {
    let merged: Vec<Merged> = merged
        .iter()
        .map(|(number, is_verified, into)| Merged {
            ranked: ranked(*number, *is_verified),
            into: plot_id(*into),
        })
        .collect();
    let kept = keepers(&merged).into_iter();
    kept.map(|plot| plot.0.as_u128()).collect()
}

#[test]
fn of_each_circle_of_duplicates_one_counts() {
    assert_eq!(kept(&[(1, false, 2)]), [0; 0], "the other counts");
    assert_eq!(kept(&[(1, false, 2), (2, false, 3)]), [0; 0]);
    assert_eq!(kept(&[(1, false, 2), (2, false, 1)]), [1]);
    assert_eq!(kept(&[(2, false, 1), (1, false, 2)]), [1]);
    assert_eq!(kept(&[(1, false, 2), (2, true, 1)]), [2], "the verified");
    // One leads into a circle of three; another circle stands beside it.
    let all = [
        (1, true, 2),
        (2, false, 3),
        (3, false, 4),
        (4, false, 2),
        (8, false, 9),
        (9, false, 8),
    ];
    assert_eq!(kept(&all), [2, 8]);
    let mut reversed = all;
    reversed.reverse();
    assert_eq!(kept(&reversed), [2, 8]);
}

#[test]
fn ground_shared_with_two_earlier_claims_is_left_out_for_both() {
    let pair = |a: u128, b: u128, share: f64| Pair {
        a: plot_id(a),
        b: plot_id(b),
        distance_m: 10.0,
        days_apart: 1.0,
        weight: 0.0,
        is_likely: true,
        shares: [0.5, share],
    };
    let all = [ranked(1, false), ranked(2, false), ranked(3, false)];
    let left_out = |shares: [f64; 2]| {
        let pairs = [pair(1, 3, shares[0]), pair(2, 3, shares[1])];
        in_dispute(&all, &pairs, &BTreeSet::new())[&plot_id(3)]
    };
    assert!((left_out([0.3, 0.4]) - 0.7).abs() < 1e-12);
    assert!(
        (left_out([0.6, 0.7]) - 1.0).abs() < 1e-12,
        "never more than all"
    );
}
