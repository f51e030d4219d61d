use super::*;
use crate::patrols::model::quality::Quality::{
    AccuracyUnknown, Future, Good, ImpossibleSpeed, Inaccurate, Mock, Unsettled,
};
use crate::patrols::model::quality::judge;

fn line(count: i64) -> Vec<Fix> {
    (0..count)
        .map(|n| fix(n * 5, 6.0 * f64::from(i32::try_from(n).unwrap()), 0.0))
        .collect()
}

#[test]
fn the_rule_of_every_version_stays_at_hand() {
    assert_eq!(
        QualityRule::of_version(QualityRule::current().version),
        Some(QualityRule::current())
    );
    assert_eq!(QualityRule::of_version(0), None);
}

#[test]
fn a_steady_walk_is_good() {
    assert_eq!(judge(&line(5), &basis()), [Good; 5]);
}

#[test]
fn one_jump_does_not_condemn_the_fix_after_it() {
    let mut fixes = line(6);
    fixes[3] = fix(15, 4000.0, 0.0);
    assert_eq!(
        judge(&fixes, &basis()),
        [Good, Good, Good, ImpossibleSpeed, Good, Good]
    );
}

#[test]
fn two_fixes_that_agree_far_away_are_still_a_jump() {
    let mut fixes = line(7);
    fixes[3] = fix(15, 4000.0, 0.0);
    fixes[4] = fix(20, 4005.0, 0.0);
    assert_eq!(
        judge(&fixes, &basis()),
        [
            Good,
            Good,
            Good,
            ImpossibleSpeed,
            ImpossibleSpeed,
            Good,
            Good
        ]
    );
}

#[test]
fn three_fixes_that_agree_take_up_the_line_and_the_stray_first_fix_falls() {
    let fixes = [
        fix(0, 9000.0, 0.0),
        fix(5, 0.0, 0.0),
        fix(10, 6.0, 0.0),
        fix(15, 12.0, 0.0),
        fix(20, 18.0, 0.0),
    ];
    assert_eq!(
        judge(&fixes, &basis()),
        [ImpossibleSpeed, Good, Good, Good, Good]
    );
}

#[test]
fn a_long_good_run_stands_when_the_line_is_taken_up_elsewhere() {
    let mut fixes = line(5);
    fixes.extend((0..4_i32).map(|n| fix(i64::from(25 + n * 5), 5000.0 + 6.0 * f64::from(n), 0.0)));
    assert_eq!(judge(&fixes, &basis()), [Good; 9]);
}

#[test]
fn a_ride_is_impossible_on_foot_and_possible_by_motorbike() {
    let ride: Vec<Fix> = (0..6_i32)
        .map(|n| fix(i64::from(n * 5), 60.0 * f64::from(n), 0.0))
        .collect();
    assert_eq!(judge(&ride, &basis())[1..], [ImpossibleSpeed; 5]);
    let motorbike = Basis {
        transport: Transport::Motorbike,
        ..basis()
    };
    assert_eq!(judge(&ride, &motorbike), [Good; 6]);
}

#[test]
fn scatter_of_a_receiver_at_one_second_is_no_speed() {
    let fixes = [
        fix(0, 0.0, 0.0),
        fix(1, 12.0, 0.0),
        fix(2, 0.0, 12.0),
        fix(3, 5.0, 0.0),
    ];
    assert_eq!(judge(&fixes, &basis()), [Good; 4]);
}

#[test]
fn the_accuracy_limit_of_fifty_metres_is_included() {
    let fixes = [
        fix(0, 0.0, 0.0),
        accurate(fix(5, 6.0, 0.0), 50),
        Fix {
            accuracy_dm: Some(501),
            ..fix(10, 12.0, 0.0)
        },
    ];
    assert_eq!(judge(&fixes, &basis()), [Good, Good, Inaccurate]);
}

#[test]
fn mock_and_future_fixes_never_count() {
    let mut fixes = line(3);
    fixes[1].mock = true;
    let early = Basis {
        received_until: at_ms(10_000 - 600_001),
        ..basis()
    };
    assert_eq!(judge(&fixes, &early), [Good, Mock, Future]);
    let ten_minutes_behind = Basis {
        received_until: at_ms(10_000 - 600_000),
        ..basis()
    };
    assert_eq!(judge(&fixes, &ten_minutes_behind), [Good, Mock, Good]);
}

#[test]
fn a_receiver_that_starts_again_must_settle() {
    let poor = |seconds| accurate(fix(seconds, 0.0, 0.0), 40);
    let fixes = [poor(0), poor(5), poor(10), poor(15), poor(20)];
    assert_eq!(
        judge(&fixes, &basis()),
        [Unsettled, Unsettled, Unsettled, Good, Good]
    );
    let after_pause = [
        fix(0, 0.0, 0.0),
        poor(300),
        poor(601),
        accurate(fix(606, 0.0, 0.0), 20),
        poor(611),
    ];
    assert_eq!(
        judge(&after_pause, &basis()),
        [Good, Good, Unsettled, Good, Good]
    );
}

#[test]
fn fixes_of_a_file_without_accuracies_count_and_say_so() {
    let fixes: Vec<Fix> = line(3)
        .into_iter()
        .map(|fix| Fix {
            accuracy_dm: None,
            ..fix
        })
        .collect();
    assert_eq!(judge(&fixes, &basis()), [AccuracyUnknown; 3]);
    assert!(AccuracyUnknown.is_credible());
}
