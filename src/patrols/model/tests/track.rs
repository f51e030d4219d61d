use proptest::prelude::*;

use super::*;
use crate::patrols::model::fix::merge;
use crate::patrols::model::legs::{Gap, GapRule, Leg};
use crate::patrols::model::track::{Track, patrol_totals, simplified};

fn derive(fixes: &[Fix]) -> Track {
    Track::derive(fixes, basis(), GapRule::current())
}

/// Pauses of every size, jumps, poor accuracies, mocks and doubled times.
fn any_track() -> impl Strategy<Value = Vec<Fix>> {
    let pause = prop_oneof![10 => 0_i64..20, 2 => 250_i64..350, 1 => 600_i64..4000];
    let way = prop_oneof![12 => -15.0..15.0_f64, 1 => -900.0..900.0_f64];
    let step = (
        pause,
        way.clone(),
        way,
        prop_oneof![Just(4_u32), Just(30), Just(70)],
        0_u8..20,
        0_u8..15,
    );
    prop::collection::vec(step, 0..90).prop_map(|steps| {
        let at = (0_i64, 0.0_f64, 0.0_f64);
        let walk =
            steps
                .into_iter()
                .scan(at, |at, (pause, east, north, accuracy_m, mock, after)| {
                    *at = (at.0 + pause, at.1 + east, at.2 + north);
                    Some(Fix {
                        mock: mock == 0,
                        after_break: after == 0,
                        ..accurate(fix(at.0, at.1, at.2), accuracy_m)
                    })
                });
        merge(&[], walk.collect()).accepted
    })
}

#[test]
fn three_phones_of_a_team_are_not_three_patrols_long() {
    let walk = |fixes: i32, step_m: f64| {
        let fixes: Vec<Fix> = (0..fixes)
            .map(|n| fix(i64::from(n * 30), step_m * f64::from(n), 0.0))
            .collect();
        derive(&fixes).summary()
    };
    let tracks = [walk(10, 30.0), walk(20, 20.0), walk(20, 25.0)];
    let totals = patrol_totals(&tracks);
    assert_eq!(totals.duration_ms, 570_000);
    assert!(
        (totals.length_m - 475.0).abs() < 0.1,
        "the longer of two equally long in time: {}",
        totals.length_m
    );
    assert_eq!(patrol_totals([]).duration_ms, 0);
}

#[test]
fn the_simplified_line_is_the_one_that_geos_keeps() {
    let row = &reference("simplified.json")[0];
    let metres = |at: &serde_json::Value| (at[0].as_f64().unwrap(), at[1].as_f64().unwrap());
    let places: Vec<_> = row["places"]
        .as_array()
        .unwrap()
        .iter()
        .map(metres)
        .collect();
    let fixes: Vec<Fix> = (0..)
        .zip(&places)
        .map(|(n, (east, north))| fix(n * 10, *east, *north))
        .collect();
    let summary = derive(&fixes).summary();
    let kept: Vec<i64> = simplified(&summary.legs[0], 5.0)
        .iter()
        .map(|point| point.t.since(at_ms(0)) / 10_000)
        .collect();
    let wanted = row["kept"].as_array().unwrap().iter().map(|at| {
        i64::try_from(
            places
                .iter()
                .position(|place| *place == metres(at))
                .unwrap(),
        )
        .unwrap()
    });
    assert_eq!(kept, wanted.collect::<Vec<_>>());
}

#[test]
fn a_long_leg_is_simplified_in_blocks_and_keeps_its_ends() {
    let fixes: Vec<Fix> = (0..5000_i32)
        .map(|n| fix(i64::from(n * 5), 6.0 * f64::from(n), 0.0))
        .collect();
    let summary = derive(&fixes).summary();
    let kept: Vec<i64> = simplified(&summary.legs[0], 5.0)
        .iter()
        .map(|point| point.t.since(at_ms(0)) / 5000)
        .collect();
    assert_eq!((kept.first(), kept.last()), (Some(&0), Some(&4999)));
    assert!(
        kept.len() <= 7 && kept.is_sorted_by(|a, b| a < b),
        "{kept:?}"
    );
}

proptest! {
    #[test]
    fn batches_in_any_order_give_the_track_of_all_at_once(
        (fixes, heard) in any_track().prop_flat_map(|fixes| {
            let repeats = fixes.iter().step_by(3).copied();
            let heard: Vec<Fix> = fixes.iter().copied().chain(repeats).collect();
            (Just(fixes), Just(heard).prop_shuffle())
        }),
        batch in 1_usize..40,
        runs_ahead_s in 0_i64..3000,
    ) {
        let last = fixes.last().map_or(at_ms(0), |fix| fix.t);
        let until = last.plus_millis(-runs_ahead_s * 1000);
        let batches = heard.chunks(batch);
        let (mut known, mut left) = (Vec::new(), batches.len());
        let start = Basis { received_until: until.plus_millis(-1_000_000), ..basis() };
        let mut track = Track::derive(&known, start, GapRule::current());
        for batch in batches {
            left -= 1;
            let added = merge(&known, batch.to_vec()).accepted;
            known.extend_from_slice(&added);
            known.sort_unstable();
            let received = if left == 0 { until } else { start.received_until.plus_millis(500_000) };
            track = track.extend(&known, received);
        }
        let at_once = Basis { received_until: if heard.is_empty() { start.received_until } else { until }, ..basis() };
        prop_assert_eq!(&known, &fixes);
        prop_assert_eq!(track, Track::derive(&fixes, at_once, GapRule::current()));
    }

    #[test]
    fn figures_are_consistent_whatever_the_track(fixes in any_track()) {
        let summary = derive(&fixes).summary();
        let counts = summary.quality;
        let joined: usize = summary.legs.iter().map(|leg| leg.points().len()).sum();
        let credible = usize::try_from(counts.good + counts.accuracy_unknown).unwrap();
        prop_assert_eq!(joined + summary.discs.len(), credible);
        let spent: i64 = summary.legs.iter().map(Leg::duration_ms).sum();
        prop_assert_eq!(summary.duration_ms(), spent);
        let broken: i64 = summary.gaps.iter().map(Gap::duration_ms).sum();
        let places = summary.legs.iter().flat_map(Leg::points).chain(&summary.discs).map(|point| point.t);
        let whole = places.clone().max().zip(places.min()).map_or(0, |(last, first)| last.since(first));
        prop_assert_eq!(spent + broken, whole);
    }
}

proptest::proptest! {
    #[test]
    fn kept_lines_lie_within_a_tenth_of_a_metre(line in proptest::collection::vec((-180.0..180.0_f64, -90.0..90.0_f64), 0..40)) {
        let line: Vec<[f64; 2]> = line.into_iter().map(|(lon, lat)| [lon, lat]).collect();
        let kept = crate::patrols::model::walked::steps_of(&[line.clone(), line.clone()]);
        let again = crate::patrols::model::walked::lines_of(&kept);
        proptest::prop_assert_eq!(again.len(), 2);
        for (place, kept) in line.iter().zip(&again[1]) {
            proptest::prop_assert!((place[0] - kept[0]).abs() <= 5.1e-7 && (place[1] - kept[1]).abs() <= 5.1e-7);
        }
        proptest::prop_assert_eq!(line.len(), again[0].len());
    }
}
