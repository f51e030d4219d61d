//! Screens of tracks on small cases; seasons of them are judged in `tests/accuracy`.

use crate::base::time::Timestamp;
use crate::geo::position::Position;
use crate::patrols::model::fix::Fix;
use crate::patrols::model::legs::Waypoint;
use crate::patrols::model::screens::claims::{Place, Presence, presence};
use crate::patrols::model::screens::keys::{apart, asked, kept};
use crate::patrols::model::screens::own::{at_one_instant, jumps, made_up};
use crate::patrols::model::screens::{Line, TrackRules};

const BEGAN: Timestamp = Timestamp::from_millis(1_772_420_400_000);

/// Fixes every ten seconds at these places, metres east and north.
fn fixes(places: impl Iterator<Item = (f64, f64)>, began: Timestamp) -> Vec<Fix> {
    let numbered = (0_i64..).zip(places);
    numbered
        .map(|(at, (east_m, north_m))| {
            let place = Position::new(104.3 + east_m / 102_900.0, 22.4 + north_m / 110_700.0);
            let (lon_e7, lat_e7) = place.unwrap().to_e7();
            Fix {
                t: began.plus_millis(at * 10_000),
                lon_e7,
                lat_e7,
                accuracy_dm: Some(50),
                altitude_dm: None,
                speed_cmps: None,
                bearing_ddeg: None,
                mock: false,
                after_break: false,
            }
        })
        .collect()
}

fn points(fixes: &[Fix]) -> Vec<Waypoint> {
    let points = fixes.iter().map(|fix| Waypoint {
        t: fix.t,
        position: fix.position().unwrap(),
        accuracy_m: fix.accuracy_m(),
        after_break: false,
    });
    points.collect()
}

/// Two hours that wind and change in pace.
fn winding() -> Vec<(f64, f64)> {
    let mut at = (0.0, 0.0);
    let steps = (0..720).map(|step| {
        let time = f64::from(step) / 60.0;
        let heading = 1.3 * (time * 0.9).sin() + 0.7 * (time * 2.3).cos();
        let pace = 10.0 + 4.0 * (time * 1.7).sin();
        at = (at.0 + pace * heading.sin(), at.1 + pace * heading.cos());
        at
    });
    steps.collect()
}

#[test]
fn a_walk_moved_in_place_and_time_has_the_same_windows() {
    let walk = winding();
    let line = Line::of(&fixes(walk.iter().copied(), BEGAN)).unwrap();
    let moved = walk
        .iter()
        .map(|(east, north)| (east + 240.0, north - 130.0));
    let moved = Line::of(&fixes(moved, BEGAN.plus_millis(77_000_000))).unwrap();
    let (kept, again) = (kept(&line), kept(&moved));
    assert!(kept.len() > 10, "{}", kept.len());
    for (one, other) in kept.iter().zip(&again) {
        assert!(apart(&one.shares, &other.shares) < 0.03);
    }
    let keys: Vec<u64> = asked(&moved)
        .into_iter()
        .flat_map(|window| window.keys)
        .collect();
    let shared = kept
        .iter()
        .filter(|window| window.keys.iter().any(|key| keys.contains(key)));
    assert_eq!(shared.count(), kept.len());
}

#[test]
fn who_stands_has_no_windows_and_neither_has_a_straight_way() {
    let standing = Line::of(&fixes((0..720).map(|_| (0.0, 0.0)), BEGAN)).unwrap();
    let straight = Line::of(&fixes(
        (0..720).map(|at| (10.0 * f64::from(at), 0.0)),
        BEGAN,
    ))
    .unwrap();
    assert!(kept(&standing).is_empty() && kept(&straight).is_empty());
    assert!(asked(&standing).is_empty() && asked(&straight).is_empty());
}

#[test]
fn a_jump_is_told_only_when_the_track_stays_where_it_led() {
    let rules = TrackRules::default();
    let found = |far: std::ops::Range<i32>| {
        let places =
            (0..40).map(|at| (if far.contains(&at) { 5_000.0 } else { 0.0 }, f64::from(at)));
        jumps(&points(&fixes(places, BEGAN)), &rules).len()
    };
    assert_eq!(found(20..21), 0, "one stray fix");
    assert_eq!(found(20..40), 1);
    assert_eq!(found(15..25), 2, "there and back");
}

#[test]
fn a_receiver_that_repeated_its_last_place_did_not_jump() {
    // Five minutes of one and the same place on a ride at 20 m/s.
    let place = |at: i32| if (20..50).contains(&at) { 20 } else { at };
    let ride = (0..80).map(|at| (200.0 * f64::from(place(at)), 0.0));
    let found = jumps(&points(&fixes(ride, BEGAN)), &TrackRules::default());
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn readings_of_one_time_count_only_when_they_lie_apart() {
    let rules = TrackRules::default();
    let at_once = |metres: f64| {
        let mut batch = fixes((0..12).map(|at| (metres * f64::from(at), 0.0)), BEGAN);
        for fix in &mut batch {
            fix.t = BEGAN;
        }
        at_one_instant(&batch, &rules).fixes
    };
    assert_eq!(at_once(1.0), 0, "one reading by two apps");
    assert!(at_once(40.0) >= 10);
}

#[test]
fn positions_that_were_made_up_are_counted() {
    let mut batch = fixes((0..10).map(|at| (f64::from(at), 0.0)), BEGAN);
    for fix in batch.iter_mut().take(3) {
        fix.mock = true;
    }
    let counted = made_up(&batch);
    assert_eq!((counted.fixes, counted.of), (3, 10));
    assert!(
        counted.is_at_least(3, 0.3)
            && !counted.is_at_least(4, 0.3)
            && !counted.is_at_least(3, 0.31)
    );
}

#[test]
fn rules_are_kept_by_name_and_what_an_earlier_version_lacks_has_its_default() {
    let read: TrackRules = serde_json::from_str(r#"{ "version": 2, "jump_mps": 50.0 }"#).unwrap();
    let expected = TrackRules {
        version: 2,
        jump_mps: 50.0,
        ..TrackRules::default()
    };
    assert_eq!(read, expected);
    assert!(TrackRules::default().checked().is_ok());
    let faulty = TrackRules {
        even_share: 0.0,
        ..TrackRules::default()
    };
    assert!(
        faulty
            .checked()
            .unwrap_err()
            .to_string()
            .contains("even_share")
    );
}

#[test]
fn no_accuracy_however_large_explains_that_nobody_was_there() {
    let rules = TrackRules::default();
    let claimed = |accuracy_m: f64| Place {
        at: BEGAN,
        position: Position::new(104.3, 22.4).unwrap(),
        accuracy_m: Some(accuracy_m),
    };
    let away = || (0..60).map(|step| (4_000.0 + f64::from(step) * 10.0, 0.0));
    let far = fixes(away(), BEGAN.plus_millis(-300_000));
    let told = presence(&claimed(100_000.0), std::slice::from_ref(&far), 9, &rules);
    assert!(
        matches!(told, Presence::Elsewhere { beyond_m } if beyond_m > 3_500.0),
        "{told:?}"
    );
    // Nor does a fix that may have been anywhere.
    let mut rough = far;
    for fix in rough.iter_mut().step_by(2) {
        fix.accuracy_dm = Some(40_000);
    }
    let told = presence(&claimed(5.0), &[rough], 9, &rules);
    assert!(matches!(told, Presence::Elsewhere { .. }), "{told:?}");
    let near = fixes([(60.0, 0.0)].into_iter(), BEGAN);
    assert_eq!(presence(&claimed(5.0), &[near], 9, &rules), Presence::There);
}
