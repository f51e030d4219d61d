use proptest::prelude::*;

use super::*;
use crate::patrols::model::fix::{FixReason, merge};

fn refused(change: impl FnOnce(&mut RawFix)) -> FixReason {
    let mut raw = raw(0, 104.3, 22.4);
    change(&mut raw);
    Fix::parse(&raw, at_ms(0)).unwrap_err()
}

#[test]
fn a_reading_is_kept_at_the_stated_precision() {
    let raw = RawFix {
        accuracy_m: Some(3.79),
        altitude_m: Some(-12.34),
        speed_mps: Some(1.236),
        bearing_deg: Some(359.96),
        ..raw(1, 104.300_000_04, 22.400_000_06)
    };
    let fix = Fix::parse(&raw, at_ms(0)).unwrap();
    assert_eq!((fix.lon_e7, fix.lat_e7), (1_043_000_000, 224_000_001));
    assert_eq!(fix.accuracy_dm, Some(38));
    assert_eq!(fix.altitude_dm, Some(-123));
    assert_eq!(fix.speed_cmps, Some(124));
    assert_eq!(fix.bearing_ddeg, Some(0), "359.96° rounds to north");
}

#[test]
fn what_can_be_no_reading_is_refused_with_its_reason() {
    assert_eq!(refused(|raw| raw.time = None), FixReason::NoTime);
    assert_eq!(
        refused(|raw| raw.lat = f64::NAN),
        FixReason::PositionNotFinite
    );
    assert_eq!(
        refused(|raw| raw.lon = f64::INFINITY),
        FixReason::PositionNotFinite
    );
    assert_eq!(refused(|raw| raw.lat = 90.5), FixReason::PositionOutOfRange);
    assert_eq!(
        refused(|raw| (raw.lon, raw.lat) = (0.0, 1e-9)),
        FixReason::NullIsland
    );
    assert_eq!(
        refused(|raw| raw.accuracy_m = Some(-1.0)),
        FixReason::BadAccuracy
    );
    assert_eq!(
        refused(|raw| raw.accuracy_m = Some(f64::NAN)),
        FixReason::BadAccuracy
    );
    assert_eq!(
        refused(|raw| raw.time = "1999-12-31T23:59:59Z".parse().ok()),
        FixReason::TimeTooOld
    );
    assert_eq!(
        refused(|raw| raw.time = Some(at_ms(86_400_001))),
        FixReason::FutureTime
    );
    // 1,024 weeks before the receipt, and half a year more: a file that waited on a handheld.
    for days in [7_168, 7_168 + 183] {
        let told = refused(|raw| raw.time = Some(at_ms(-days * 86_400_000)));
        assert_eq!(told, FixReason::WeekRollover);
    }
    for days in [7_168 - 2, 7_168 + 367] {
        let early = RawFix {
            time: Some(at_ms(-days * 86_400_000)),
            ..raw(0, 104.3, 22.4)
        };
        assert!(Fix::parse(&early, at_ms(0)).is_ok());
    }
    assert_eq!(
        FixReason::PositionOutOfRange.slug(),
        "position_out_of_range"
    );
}

#[test]
fn a_clock_one_day_ahead_is_still_taken() {
    let raw = RawFix {
        time: Some(at_ms(86_400_000)),
        ..raw(0, 104.3, 22.4)
    };
    assert!(Fix::parse(&raw, at_ms(0)).is_ok());
}

#[test]
fn side_figures_that_mean_nothing_are_left_out_and_the_position_stands() {
    let raw = RawFix {
        // Android's word for none.
        accuracy_m: Some(0.0),
        altitude_m: Some(1e9),
        speed_mps: Some(-1.0),
        bearing_deg: Some(-1.0),
        ..raw(0, 104.3, 22.4)
    };
    let fix = Fix::parse(&raw, at_ms(0)).unwrap();
    assert_eq!(
        (fix.altitude_dm, fix.speed_cmps, fix.bearing_ddeg),
        (None, None, None)
    );
    assert_eq!(fix.accuracy_dm, None);
    let fine = RawFix {
        accuracy_m: Some(0.02),
        ..raw
    };
    assert_eq!(Fix::parse(&fine, at_ms(0)).unwrap().accuracy_dm, Some(1));
}

#[test]
fn a_known_key_is_a_duplicate_whatever_else_it_says() {
    let known = [fix(0, 0.0, 0.0), fix(10, 9.0, 0.0)];
    let batch = vec![
        fix(5, 4.0, 0.0),
        accurate(known[1], 30),
        fix(5, 4.0, 0.0),
        fix(20, 9.0, 0.0),
    ];
    let merged = merge(&known, batch);
    assert_eq!(merged.accepted, [fix(5, 4.0, 0.0), fix(20, 9.0, 0.0)]);
    assert_eq!(merged.duplicates, 2);
}

#[test]
fn readings_do_not_show_where_they_were() {
    let shown = format!(
        "{:?} {:?} {:?}",
        raw(0, 104.3, 22.4),
        fix(0, 0.0, 0.0),
        fix(0, 0.0, 0.0).key()
    );
    assert!(!shown.contains(char::is_numeric), "{shown}");
}

proptest! {
    #[test]
    fn merging_is_what_a_set_of_keys_would_do(
        known in prop::collection::btree_set(0_i64..60, 0..30),
        batch in prop::collection::vec(0_i64..60, 0..40),
    ) {
        let existing: Vec<Fix> = known.iter().map(|s| fix(*s, 0.0, 0.0)).collect();
        let merged = merge(&existing, batch.iter().map(|s| fix(*s, 0.0, 0.0)).collect());
        let wanted: std::collections::BTreeSet<i64> = batch.iter().copied().filter(|s| !known.contains(s)).collect();
        let wanted: Vec<Fix> = wanted.iter().map(|s| fix(*s, 0.0, 0.0)).collect();
        prop_assert_eq!(merged.duplicates, batch.len() - wanted.len());
        prop_assert_eq!(merged.accepted, wanted);
    }
}
