//! The search for double claims against made-up seasons: how much injected area is taken out of the sums, and how many
//! honest neighbours with it.

use std::collections::BTreeSet;

use super::season::{ALIKE, Sown, Terms, VARIED, season};
use super::*;
use crate::geo::position::Position;
use crate::ledger::model::pairs::{Claim, pairs};
use crate::ledger::model::totals::{Ranked, in_dispute, perhaps_twice};

#[derive(Debug, Default)]
struct Found {
    injected: u32,
    injected_m2: f64,
    left_m2: f64,
    missed: u32,
    told: u32,
    neighbours: u32,
    merged: u32,
    /// Neighbours that are counted and told as perhaps one ground.
    asked: u32,
    /// Injected area that sums neither leave out nor tell of.
    untold_m2: f64,
    honest: u32,
    disturbed: u32,
}

fn claim(number: usize, sown: &Sown) -> Claim {
    let narrow = 22.5_f64.to_radians().cos();
    Claim {
        plot: PlotId(Uuid::from_u128(number as u128 + 1)),
        org: Some(org(sown.unit + 1)),
        crop: Crop::OpiumPoppy,
        season: "2025-2026".to_owned(),
        detected_at: at("2026-01-20T08:00:00+07:00").plus_millis(sown.day * 86_400_000),
        position: Position::new(
            104.0 + sown.east_m / (111_195.0 * narrow),
            22.4 + sown.north_m / 111_195.0,
        )
        .unwrap(),
        hacc_m: Some(sown.hacc_m),
        amount: measured(sown.plants, sown.area_m2),
        outline: None,
    }
}

fn judged(seeds: std::ops::Range<u64>, terms: Terms) -> Found {
    let mut found = Found::default();
    for seed in seeds {
        let sown = season(seed, terms);
        let all = sown.clone();
        let claims: Vec<Claim> = sown
            .iter()
            .enumerate()
            .map(|(number, sown)| claim(number, sown))
            .collect();
        let pairs = pairs(&claims, &Definition::default());
        let ranked: Vec<Ranked> = claims
            .iter()
            .map(|claim| Ranked {
                plot: claim.plot,
                is_verified: false,
                detected_at: claim.detected_at,
            })
            .collect();
        let out = in_dispute(&ranked, &pairs, &BTreeSet::new());
        let told = perhaps_twice(&ranked, &pairs, &BTreeSet::new(), &out);
        for (sown, claim) in sown.iter().zip(&claims) {
            count(&mut found, sown, claim, &out, &told, (&all, &claims));
        }
    }
    found
}

fn count(
    found: &mut Found,
    sown: &Sown,
    claim: &Claim,
    out: &std::collections::BTreeMap<PlotId, f64>,
    told: &std::collections::BTreeMap<PlotId, f64>,
    (all, claims): (&[Sown], &[Claim]),
) {
    if sown.is_injected {
        // Either the injected claim or the honest one of the same ground is taken out: the ground counts once.
        let twin = all
            .iter()
            .zip(claims)
            .find(|(other, _)| other.ground == sown.ground && !other.is_injected)
            .map(|(_, claim)| claim.plot)
            .unwrap();
        found.injected += 1;
        found.injected_m2 += sown.area_m2;
        if !out.contains_key(&claim.plot) && !out.contains_key(&twin) {
            found.missed += 1;
            found.left_m2 += sown.area_m2;
            let is_told = told.contains_key(&claim.plot) || told.contains_key(&twin);
            found.told += u32::from(is_told);
            found.untold_m2 += if is_told { 0.0 } else { sown.area_m2 };
        }
        return;
    }
    let doubled = all
        .iter()
        .any(|other| other.ground == sown.ground && other.is_injected);
    let taken = out.contains_key(&claim.plot) && !doubled;
    if sown.has_neighbour {
        found.neighbours += 1;
        found.merged += u32::from(taken);
        found.asked += u32::from(!taken && told.contains_key(&claim.plot));
    } else {
        found.honest += 1;
        found.disturbed += u32::from(taken);
    }
}

#[test]
fn injected_claims_are_taken_out_and_neighbours_are_not() {
    let tuned = judged(1..21, VARIED);
    let held_out = judged(301..341, VARIED);
    println!("tuned on: {tuned:?}\nheld out: {held_out:?}");
    println!("alike, tuned on: {:?}", judged(401..421, ALIKE));
    // Points alone cannot tell every neighbour from every raised and shifted claim; docs/ledger.md prints the figures.
    assert!(
        held_out.left_m2 <= 0.04 * held_out.injected_m2,
        "{held_out:?}"
    );
    assert!(held_out.merged * 100 <= held_out.neighbours, "{held_out:?}");
    assert_eq!(held_out.disturbed, 0, "{held_out:?}");
    // What is not taken out is told as possible, for people to decide.
    assert!(
        held_out.untold_m2 <= 0.001 * held_out.injected_m2,
        "{held_out:?}"
    );
}
