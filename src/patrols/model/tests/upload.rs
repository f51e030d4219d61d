use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::base::ids::PatrolId;
use crate::patrols::model::batch::Batch;
use crate::patrols::model::chunk;
use crate::patrols::model::window::{Taker, Window, join, take_all};

const PATROLS: [&str; 2] = [
    "01938f3a-7c2e-7b1a-9d43-6f0a51b2c3d4",
    "01938f3a-7c2e-7b1a-9d43-6f0a51b2c3d5",
];

fn patrol(at: usize) -> PatrolId {
    PATROLS[at].parse().unwrap()
}

fn read(json: &str) -> Option<Batch> {
    Batch::read(json.as_bytes(), at_ms(0))
}

fn reasons(batch: &Batch) -> Vec<&str> {
    batch.refused.iter().map(|fix| fix.reason).collect()
}

#[test]
fn a_good_fix_is_read_alike_alone_and_beside_bad_ones() {
    let good =
        r#"{"t":"2026-01-10T08:00:00+07:00","lon":104.3,"lat":22.4,"accuracy_m":5,"app":"x"}"#;
    let alone = read(&format!(r#"{{"fixes":[{good}]}}"#)).unwrap();
    let beside = read(&format!(
        r#"{{"fixes":[null,{good},[1],{{"t":4}},{{"lon":1e999}},{{"lon":104.3,"lat":22.4}}]}}"#
    ))
    .unwrap();
    assert_eq!(alone.fixes, [fix(0, 0.0, 0.0)]);
    assert_eq!(beside.fixes, alone.fixes);
    let expected = [
        "unreadable",
        "unreadable",
        "unreadable",
        "unreadable",
        "no_time",
    ];
    assert_eq!(reasons(&beside), expected);
    assert_eq!(beside.refused[4].json, r#"{"lon":104.3,"lat":22.4}"#);
    assert_eq!((beside.len(), Batch::default().is_empty()), (6, true));
}

#[test]
fn what_is_no_batch_is_not_read() {
    for json in [
        "",
        "[]",
        "{}",
        r#"{"fixes":1}"#,
        r#"{"fixes":[],"x":1}"#,
        r#"{"fixes":[{}"#,
    ] {
        assert!(read(json).is_none(), "{json}");
    }
}

#[test]
fn a_body_gives_its_fixes_back_and_no_other_bytes_do() {
    let fixes = vec![fix(0, 0.0, 0.0), fix(5, 6.0, 0.0)];
    let body = chunk::body(&[7; 32], fixes.clone()).unwrap();
    assert_eq!(body[..4], *b"TFX1");
    assert_eq!(body[4..36], [7; 32]);
    assert_eq!(chunk::fixes(&body).unwrap(), fixes);
    assert!(chunk::fixes(&body[..30]).is_err());
    assert!(chunk::fixes(b"TFX2").is_err());
}

fn taker(number: usize, window: Window) -> Taker {
    Taker {
        id: patrol(number),
        window,
        is_own: false,
    }
}

#[test]
fn of_two_parties_of_a_team_a_fix_joins_the_one_that_its_device_recorded() {
    let minutes = |count: i64| at_ms(count * 60_000);
    let own = Taker {
        is_own: true,
        ..taker(0, Window::of(minutes(0), Some(minutes(60)), None))
    };
    let other = taker(1, Window::of(minutes(10), Some(minutes(70)), None));
    let walked: Vec<Fix> = [20, 76].map(|at| fix(at * 60, 0.0, 0.0)).to_vec();
    let joined = join(walked.clone(), vec![own, other], None);
    let expected = [
        (patrol(0), walked[..1].to_vec()),
        (patrol(1), walked[1..].to_vec()),
    ];
    assert_eq!(joined.patrols, expected);
}

#[test]
fn a_fix_joins_the_patrol_of_the_latest_start_within_a_quarter_of_an_hour() {
    let minutes = |count: i64| at_ms(count * 60_000);
    let windows = || {
        vec![
            taker(0, Window::of(minutes(0), Some(minutes(60)), None)),
            taker(1, Window::of(minutes(50), None, None)),
        ]
    };
    let fixes =
        |minutes: &[i64]| -> Vec<Fix> { minutes.iter().map(|at| fix(at * 60, 0.0, 0.0)).collect() };
    // Within the day that a clock may be ahead; how long an open patrol takes fixes is told below.
    let last = 23 * 60;
    let joined = join(fixes(&[-16, -15, 34, 35, last]), windows(), None);
    assert_eq!(joined.none, fixes(&[-16]));
    let expected = [
        (patrol(0), fixes(&[-15, 34])),
        (patrol(1), fixes(&[35, last])),
    ];
    assert_eq!(joined.patrols, expected);
    let named = join(fixes(&[35, 75, 76]), windows(), Some(patrol(0)));
    let expected = [(patrol(0), fixes(&[35, 75])), (patrol(1), fixes(&[76]))];
    assert_eq!(named.patrols, expected);
}

#[test]
fn an_open_patrol_ends_where_its_author_began_the_next_one_but_not_within_a_day_and_a_night() {
    let hours = |count: i64| at_ms(count * 3_600_000);
    let until = |next: Option<i64>| Window::of(hours(0), None, next.map(hours)).to;
    let margin_ms = 15 * 60_000;
    assert_eq!(until(None), hours(7 * 24).plus_millis(margin_ms));
    assert_eq!(until(Some(40)), hours(40).plus_millis(margin_ms));
    assert_eq!(until(Some(2)), hours(16).plus_millis(margin_ms));
    assert_eq!(until(Some(9 * 24)), until(None));
    let closed = Window::of(hours(0), Some(hours(3)), Some(hours(40)));
    assert_eq!(closed.to, hours(3).plus_millis(margin_ms));
    assert_eq!(
        closed.within((hours(1), hours(9))),
        Some((hours(1), closed.to))
    );
    assert_eq!(closed.within((hours(4), hours(9))), None);
}

proptest! {
    #[test]
    fn where_a_devices_own_patrols_take_all_fixes_those_of_its_team_take_none(
        patrols in proptest::collection::vec((0_i64..600, 0_i64..300, any::<bool>()), 1..8),
        minutes in proptest::collection::vec(-20_i64..900, 0..40),
    ) {
        let at = |minute: i64| at_ms(minute * 60_000);
        let takers = (0_u128..).zip(&patrols).map(|(number, (from, length, is_own))| Taker {
            id: PatrolId(Uuid::from_u128(number)),
            window: Window::of(at(*from), Some(at(from + length)), None),
            is_own: *is_own,
        });
        let all: Vec<Taker> = takers.collect();
        let own: Vec<Taker> = all.iter().copied().filter(|taker| taker.is_own).collect();
        let walked = minutes.into_iter().map(|minute| fix(minute * 60, 0.0, 0.0));
        let (inside, outside): (Vec<Fix>, Vec<Fix>) =
            walked.partition(|fix| own.iter().any(|taker| taker.window.contains(fix.t)));
        prop_assert!(take_all(&own, &inside));
        prop_assert_eq!(take_all(&own, &outside), outside.is_empty());
        prop_assert_eq!(join(inside.clone(), own, None), join(inside, all, None));
    }
}

#[test]
fn the_reach_of_a_span_misses_no_window() {
    let (first, last) = (at_ms(0), at_ms(3_600_000));
    let [started_until, ended_from, open_from] = Window::reach(first, last);
    assert!(Window::of(started_until, None, None).contains(last));
    assert!(!Window::of(started_until.plus_millis(1), None, None).contains(last));
    assert!(Window::of(open_from, Some(ended_from), None).contains(first));
    assert!(!Window::of(open_from, Some(ended_from.plus_millis(-1)), None).contains(first));
    assert!(Window::of(open_from, None, None).contains(first));
    assert!(!Window::of(open_from.plus_millis(-1), None, None).contains(first));
}
