use super::*;
use crate::patrols::model::ground::distance_m;
use crate::patrols::model::legs::{Gap, GapRule};
use crate::patrols::model::track::{Track, TrackSummary};

fn summary(fixes: &[Fix]) -> TrackSummary {
    Track::derive(fixes, basis(), GapRule::current()).summary()
}

fn near(got: f64, wanted: f64, within: f64) -> bool {
    (got - wanted).abs() <= within
}

#[test]
fn distances_agree_with_geographiclib() {
    for row in reference("distances.json") {
        let wanted = row["m"].as_f64().unwrap();
        let got = distance_m(place(&row["from"]), place(&row["to"]));
        assert!(
            near(got, wanted, 1e-7 * wanted + 1e-6),
            "{got} m instead of {wanted} m"
        );
    }
}

#[test]
fn the_length_of_a_line_agrees_with_geographiclib() {
    for row in reference("lines.json") {
        let places = row["places"].as_array().unwrap();
        let fixes: Vec<Fix> = (0..)
            .zip(places)
            .map(|(n, at)| {
                Fix::parse(&raw(n * 30, place(at).lon(), place(at).lat()), at_ms(0)).unwrap()
            })
            .collect();
        let (got, wanted) = (summary(&fixes), row["m"].as_f64().unwrap());
        assert!(
            near(got.effort.length_m, wanted, 1e-3),
            "{} m instead of {wanted} m",
            got.effort.length_m
        );
        assert_eq!(
            (got.effort.moving_ms, got.effort.standing_ms),
            (1_800_000, 0)
        );
    }
}

#[test]
fn a_slow_walk_in_small_steps_loses_no_length() {
    let fixes: Vec<Fix> = (0..100_i32)
        .map(|n| fix(i64::from(n * 5), 3.0 * f64::from(n), 0.0))
        .collect();
    let got = summary(&fixes);
    assert!(
        near(got.effort.length_m, 297.0, 0.1),
        "{}",
        got.effort.length_m
    );
    assert_eq!((got.effort.moving_ms, got.effort.standing_ms), (495_000, 0));
}

#[test]
fn trembling_on_the_spot_adds_no_length() {
    let tremble = [
        (0.0, 0.0),
        (4.0, -3.0),
        (-4.0, 2.0),
        (1.0, 5.0),
        (-2.0, -4.0),
    ];
    let fixes: Vec<Fix> = (0..720)
        .zip(tremble.iter().cycle())
        .map(|(n, (east, north))| fix(n * 5, *east, *north))
        .collect();
    let got = summary(&fixes);
    assert!(
        got.effort.length_m < 10.0,
        "{} m in an hour on the spot",
        got.effort.length_m
    );
    assert_eq!(
        (got.effort.moving_ms, got.effort.standing_ms),
        (0, 3_595_000)
    );
}

#[test]
fn trembling_as_wide_as_the_accuracy_adds_no_length() {
    let fixes: Vec<Fix> = (0..60_i32)
        .map(|n| accurate(fix(i64::from(n * 60), f64::from(n % 2) * 19.0, 0.0), 20))
        .collect();
    assert!(summary(&fixes).effort.length_m < 20.0);
}

#[test]
fn a_rest_on_the_way_is_standing_and_the_walk_before_and_after_moving() {
    let walk = |from_s: i32, east_m: f64| {
        (0..20_i32).map(move |n| {
            fix(
                i64::from(from_s + n * 10),
                east_m + 12.0 * f64::from(n),
                0.0,
            )
        })
    };
    let rest = (0..60).map(|n| fix(200 + n * 10, 240.0, 0.0));
    let fixes: Vec<Fix> = walk(0, 0.0).chain(rest).chain(walk(800, 240.0)).collect();
    let got = summary(&fixes);
    assert!(
        near(got.effort.length_m, 468.0, 0.2),
        "{}",
        got.effort.length_m
    );
    assert_eq!(got.effort.moving_ms + got.effort.standing_ms, 990_000);
    assert!(
        (590_000..=610_000).contains(&got.effort.standing_ms),
        "{}",
        got.effort.standing_ms
    );
}

#[test]
fn three_hundred_seconds_and_metres_still_join() {
    let got = summary(&[fix(0, 0.0, 0.0), fix(300, 0.0, 299.9), fix(600, 0.0, 599.8)]);
    assert_eq!((got.legs.len(), got.gaps.len(), got.discs.len()), (1, 0, 0));
}

#[test]
fn a_longer_gap_splits_the_line_and_its_lone_ends_are_discs() {
    let got = summary(&[
        fix(0, 0.0, 0.0),
        fix(5, 6.0, 0.0),
        fix(306, 12.0, 0.0),
        fix(607, 20.0, 0.0),
    ]);
    assert_eq!((got.legs.len(), got.discs.len()), (1, 2));
    assert_eq!(
        got.gaps.iter().map(Gap::duration_ms).collect::<Vec<_>>(),
        [301_000, 301_000]
    );
    assert!(
        near(got.gaps[0].distance_m, 6.0, 0.01),
        "{}",
        got.gaps[0].distance_m
    );
    assert_eq!(got.duration_ms(), 5_000);
    assert_eq!(
        got.team_ms(&GapRule::current()),
        607_000,
        "gaps of ten minutes at most are the team's time"
    );
}

#[test]
fn a_pause_is_a_gap_however_near_and_short_it_was() {
    let walk = |from_s: i32, east_m: f64| {
        (0..6_i32).map(move |n| {
            fix(
                i64::from(from_s + n * 10),
                east_m + 10.0 * f64::from(n),
                0.0,
            )
        })
    };
    let mut fixes: Vec<Fix> = walk(0, 0.0).chain(walk(190, 260.0)).collect();
    assert_eq!(summary(&fixes).legs.len(), 1, "untold, it is one line");
    fixes[6].after_break = true;
    let got = summary(&fixes);
    assert_eq!((got.legs.len(), got.gaps.len()), (2, 1));
    assert!(
        near(got.effort.length_m, 100.0, 0.05),
        "{}",
        got.effort.length_m
    );
    assert_eq!(got.duration_ms(), 100_000);
    assert_eq!(
        got.team_ms(&GapRule::current()),
        100_000,
        "a pause is nobody's time"
    );
    // What was told with a reading that does not count holds for the next one.
    fixes[6] = accurate(fixes[6], 80);
    let got = summary(&fixes);
    assert_eq!((got.legs.len(), got.gaps.len()), (2, 1));
    assert!(got.gaps[0].is_interrupted);
}

#[test]
fn fixes_too_far_apart_in_space_are_not_joined() {
    let got = summary(&[fix(0, 0.0, 0.0), fix(60, 301.0, 0.0), fix(120, 602.0, 0.0)]);
    assert_eq!((got.legs.len(), got.gaps.len(), got.discs.len()), (0, 2, 3));
    assert!(got.effort.length_m.abs() < f64::EPSILON);
}

#[test]
fn a_near_jump_that_nobody_can_walk_is_not_joined() {
    let walk = |from_s: i32, east_m: f64| {
        (0..4_i32).map(move |n| fix(i64::from(from_s + n * 5), east_m + 6.0 * f64::from(n), 0.0))
    };
    let fixes: Vec<Fix> = walk(0, 0.0).chain(walk(20, 200.0)).collect();
    let got = summary(&fixes);
    assert_eq!(
        (got.quality.good, got.legs.len(), got.gaps.len()),
        (8, 2, 1)
    );
    assert!(
        near(got.effort.length_m, 36.0, 0.05),
        "{}",
        got.effort.length_m
    );
}

#[test]
fn a_bad_fix_is_passed_over_and_the_line_goes_on() {
    let mut fixes: Vec<Fix> = (0..6_i32)
        .map(|n| fix(i64::from(n * 10), 12.0 * f64::from(n), 0.0))
        .collect();
    fixes[2].mock = true;
    fixes[3] = accurate(fixes[3], 80);
    let got = summary(&fixes);
    assert_eq!((got.legs.len(), got.legs[0].points().len()), (1, 4));
    assert_eq!(
        (got.quality.good, got.quality.mock, got.quality.inaccurate),
        (4, 1, 1)
    );
    assert!(near(got.effort.length_m, 60.0, 0.05));
}

#[test]
fn a_step_belongs_to_the_local_day_of_its_start() {
    let before_midnight = 16 * 3600 - 20;
    let fixes = [0, 15, 30].map(|s| {
        fix(
            before_midnight + s,
            f64::from(i32::try_from(s).unwrap()),
            0.0,
        )
    });
    let got = summary(&fixes);
    let days: Vec<String> = got.legs[0]
        .steps()
        .map(|step| step.from.day().to_string())
        .collect();
    assert_eq!(days, ["2026-01-10", "2026-01-10"]);
    assert_eq!(
        got.legs[0].steps().last().unwrap().to.day().to_string(),
        "2026-01-11"
    );
}
