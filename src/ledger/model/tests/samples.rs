//! The draw and its estimate against figures worked out by `fixtures/ledger/make_sample.py` and against what they promise.

use std::collections::BTreeMap;

use serde::Deserialize;
use uuid::Uuid;

use crate::base::from_hex;
use crate::base::ids::PlotId;
use crate::ledger::model::sample::{Claimed, Drawn, SampleRules, Visit, draw, estimate};

#[derive(Deserialize)]
struct Reference {
    seed: String,
    claims: Vec<Claimed>,
    drawn: Vec<ReferenceVisit>,
    estimate: ReferenceEstimate,
    student: Vec<(usize, f64)>,
}

#[derive(Deserialize)]
struct ReferenceVisit {
    plot: PlotId,
    chance: f64,
    found_m2: f64,
}

#[derive(Deserialize)]
struct ReferenceEstimate {
    claimed_m2: f64,
    share: f64,
    low_m2: f64,
    high_m2: f64,
    inflation: f64,
}

fn reference() -> Reference {
    serde_json::from_str(include_str!("../../../../fixtures/ledger/sample.json")).unwrap()
}

fn seed(reference: &Reference) -> [u8; 32] {
    from_hex(&reference.seed).unwrap()
}

fn near(ours: f64, theirs: f64, share: f64) -> bool {
    (ours - theirs).abs() <= share * theirs.abs().max(1.0)
}

#[test]
fn the_draw_is_the_one_worked_out_elsewhere_in_any_order_of_the_claims() {
    let reference = reference();
    let mut claims = reference.claims.clone();
    for _ in 0..2 {
        claims.reverse();
        let mut drawn = draw(&seed(&reference), &claims, &SampleRules::default());
        drawn.sort_by_key(|own| own.claim.plot);
        let ours: Vec<PlotId> = drawn.iter().map(|own| own.claim.plot).collect();
        let theirs: Vec<PlotId> = reference.drawn.iter().map(|own| own.plot).collect();
        assert_eq!(ours, theirs);
        for (own, other) in drawn.iter().zip(&reference.drawn) {
            assert!(near(own.chance, other.chance, 1e-12));
        }
    }
}

#[test]
fn the_estimate_is_the_one_worked_out_elsewhere() {
    let reference = reference();
    let drawn = draw(
        &seed(&reference),
        &reference.claims,
        &SampleRules::default(),
    );
    let found: BTreeMap<PlotId, f64> = reference
        .drawn
        .iter()
        .map(|own| (own.plot, own.found_m2))
        .collect();
    let visits: Vec<Visit<'_>> = drawn
        .iter()
        .map(|drawn| Visit {
            drawn,
            found_m2: found[&drawn.claim.plot],
        })
        .collect();
    let claimed = reference.claims.iter().map(|claim| claim.claimed_m2).sum();
    let (ours, theirs) = (
        estimate(claimed, visits.len(), &visits).unwrap(),
        reference.estimate,
    );
    assert!(near(ours.claimed_m2, theirs.claimed_m2, 1e-12));
    assert!(near(ours.share, theirs.share, 1e-12));
    assert!(near(ours.inflation.unwrap(), theirs.inflation, 1e-12));
    let [low, high] = ours.interval_m2.unwrap();
    assert!(near(low, theirs.low_m2, 1e-3) && near(high, theirs.high_m2, 1e-3));
}

/// Two equal claims, one real and one empty, each drawn with chance one half, make an interval from which the quantile
/// can be read.
#[test]
fn students_quantile_is_within_two_thousandths() {
    for (degrees, theirs) in reference().student {
        let drawn: Vec<Drawn> = (0..=degrees).map(|n| drawn_at(n as u128, 0.5)).collect();
        let visits: Vec<Visit<'_>> = drawn
            .iter()
            .enumerate()
            .map(|(n, drawn)| Visit {
                drawn,
                found_m2: if n % 2 == 0 { 1e3 } else { 999.0 },
            })
            .collect();
        let told = estimate(1e6, visits.len(), &visits).unwrap();
        let [low, high] = told.interval_m2.unwrap();
        let n = f64::from(u32::try_from(visits.len()).unwrap());
        let squares: f64 = visits
            .iter()
            .map(|visit| 0.5 * ((visit.found_m2 - told.share * 1e3) / 0.5).powi(2))
            .sum();
        let error = (n / (n - 1.0) * squares).sqrt() / (n * 2e3);
        let ours = (high - low) / 2.0 / 1e6 / error;
        assert!(near(ours, theirs, 2e-3), "{degrees}: {ours} for {theirs}");
    }
}

/// Ten claims that were certain to be drawn: while some were not visited the interval is as wide as those leave it, and after
/// all were there is nothing left to guess.
#[test]
fn what_was_drawn_for_certain_and_not_visited_yet_leaves_the_interval_its_width() {
    let drawn: Vec<Drawn> = (0..10).map(|n| drawn_at(n, 1.0)).collect();
    let found = [1e3, 500.0, 0.0, 1e3, 1e3, 0.0, 500.0, 1e3, 1e3, 500.0];
    let visits: Vec<Visit<'_>> = drawn
        .iter()
        .zip(found)
        .map(|(drawn, found_m2)| Visit { drawn, found_m2 })
        .collect();
    let told = |seen: usize| estimate(1e4, drawn.len(), &visits[..seen]).unwrap();
    // A simple random sample of four: residuals 375, -125, -625, 375; its textbook error, (1 - 4/10) / 4 of their variance.
    let first = told(4);
    let [low, high] = first.interval_m2.unwrap();
    let error = (0.6 / 4.0 * 687_500.0_f64 / 3.0).sqrt() * 10.0;
    assert!(near(first.share, 0.625, 1e-12));
    assert!(
        near((high - low) / 2.0, 3.182_446 * error, 2e-3),
        "{low} {high}"
    );
    assert!(low < 6_500.0 && high > 6_500.0);
    let all = told(10);
    assert!(near(all.found_m2, 6_500.0, 1e-12));
    assert_eq!(all.interval_m2, Some([all.found_m2; 2]));
}

fn drawn_at(number: u128, chance: f64) -> Drawn {
    let claim = Claimed {
        plot: PlotId(Uuid::from_u128(number + 1)),
        org: None,
        commune: None,
        claimed_m2: 1e3,
        signs: std::collections::BTreeSet::new(),
    };
    Drawn { claim, chance }
}

const DRAWS: u32 = 2_000;

/// The truth of a claim: every fifth has nothing behind it, every third half of it.
fn truth(claim: &Claimed) -> f64 {
    match claim.plot.0.as_u128() % 15 {
        0 | 5 | 10 => 0.0,
        3 | 6 | 9 | 12 => claim.claimed_m2 / 2.0,
        _ => claim.claimed_m2,
    }
}

#[test]
fn of_two_thousand_draws_the_interval_holds_the_truth_in_nearly_all_and_chances_are_kept() {
    let reference = reference();
    let rules = SampleRules {
        share: 0.3,
        ..SampleRules::default()
    };
    let claimed: f64 = reference.claims.iter().map(|claim| claim.claimed_m2).sum();
    let real: f64 = reference.claims.iter().map(truth).sum();
    let (mut held, mut sum) = (0, 0.0);
    let mut times: BTreeMap<PlotId, (f64, f64)> = BTreeMap::new();
    for number in 0..DRAWS {
        let mut seed = [7; 32];
        seed[..4].copy_from_slice(&number.to_be_bytes());
        let drawn = draw(&seed, &reference.claims, &rules);
        for own in &drawn {
            times.entry(own.claim.plot).or_insert((own.chance, 0.0)).1 += 1.0;
        }
        let visits: Vec<Visit<'_>> = drawn
            .iter()
            .map(|drawn| Visit {
                drawn,
                found_m2: truth(&drawn.claim),
            })
            .collect();
        let told = estimate(claimed, visits.len(), &visits).unwrap();
        let [low, high] = told.interval_m2.unwrap();
        held += u32::from((low..=high).contains(&real));
        sum += told.found_m2;
    }
    let mean = sum / f64::from(DRAWS);
    assert!(near(mean, real, 0.03), "mean {mean} m² for {real} m²");
    let share = f64::from(held) / f64::from(DRAWS);
    assert!((0.90..=0.99).contains(&share), "held in {share}");
    for (plot, (chance, seen)) in times {
        let seen = seen / f64::from(DRAWS);
        assert!(
            (seen - chance).abs() < 0.06,
            "{plot}: drawn in {seen}, promised {chance}"
        );
    }
}
