use crate::base::time::LocalDate;
use crate::coverage::model::window::{CheckWindow, InvalidYearDay, YearDay, in_season};

fn window(from: (u32, u32), to: (u32, u32)) -> CheckWindow {
    CheckWindow {
        name: "pass".to_owned(),
        from: from.try_into().unwrap(),
        to: to.try_into().unwrap(),
    }
}

fn day(text: &str) -> LocalDate {
    text.parse().unwrap()
}

#[test]
fn a_window_holds_both_its_ends() {
    let seedling = window((10, 15), (11, 30));
    for inside in ["2026-10-15", "2026-11-30", "2025-11-01"] {
        assert!(seedling.contains(day(inside)), "{inside}");
    }
    for outside in ["2026-10-14", "2026-12-01", "2026-03-01"] {
        assert!(!seedling.contains(day(outside)), "{outside}");
    }
}

#[test]
fn a_window_may_wrap_over_new_year() {
    let flowering = window((12, 20), (2, 28));
    for inside in ["2026-12-20", "2026-12-31", "2027-01-01", "2027-02-28"] {
        assert!(flowering.contains(day(inside)), "{inside}");
    }
    for outside in ["2026-12-19", "2027-03-01", "2028-02-29"] {
        assert!(!flowering.contains(day(outside)), "{outside}");
    }
}

#[test]
fn days_that_no_year_has_are_refused() {
    assert!(YearDay::new(2, 29).is_ok());
    for (month, day) in [(2, 30), (4, 31), (13, 1), (0, 1), (1, 0)] {
        assert_eq!(YearDay::new(month, day), Err(InvalidYearDay { month, day }));
    }
}

#[test]
fn a_period_is_in_season_if_any_of_its_days_is() {
    let windows = [window((10, 15), (11, 30)), window((1, 10), (2, 28))];
    assert!(in_season(&windows, day("2026-12-01"), day("2027-01-10")));
    assert!(!in_season(&windows, day("2026-12-01"), day("2027-01-09")));
    assert!(in_season(&windows, day("2026-03-01"), day("2026-10-15")));
    assert!(!in_season(&windows, day("2026-10-15"), day("2026-10-14")));
    assert!(!in_season(&[], day("2026-01-01"), day("2026-12-31")));
}

#[test]
fn a_window_of_one_leap_day_is_found_in_a_long_period() {
    let leap = window((2, 29), (2, 29));
    assert!(in_season(
        std::slice::from_ref(&leap),
        day("2097-01-01"),
        day("2104-12-31")
    ));
    assert!(!in_season(&[leap], day("2097-01-01"), day("2103-12-31")));
}
