//! The two calendars at their edges.

use crate::base::time::LocalDate;
use crate::base::words::Crop;
use crate::plots::model::{Season, period_of, season_of};

fn day(text: &str) -> LocalDate {
    text.parse().unwrap()
}

#[test]
fn poppy_stands_over_the_turn_of_the_year() {
    for (date, season) in [
        ("2025-08-31", "2024-2025"),
        ("2025-09-01", "2025-2026"),
        ("2025-12-31", "2025-2026"),
        ("2026-01-01", "2025-2026"),
        ("2026-05-31", "2025-2026"),
        ("2026-06-01", "2025-2026"),
        ("2026-08-31", "2025-2026"),
        ("2026-09-01", "2026-2027"),
    ] {
        assert_eq!(
            season_of(Crop::OpiumPoppy, day(date)).to_string(),
            season,
            "{date}"
        );
    }
}

#[test]
fn other_crops_keep_the_calendar_year() {
    assert_eq!(
        season_of(Crop::Cannabis, day("2026-01-01")).to_string(),
        "2026"
    );
    assert_eq!(
        season_of(Crop::Cannabis, day("2026-12-31")).to_string(),
        "2026"
    );
}

#[test]
fn a_season_is_the_days_that_belong_to_it() {
    for (crop, date) in [
        (Crop::OpiumPoppy, "2026-02-25"),
        (Crop::OpiumPoppy, "2025-07-01"),
        (Crop::Cannabis, "2026-02-25"),
    ] {
        let season = season_of(crop, day(date));
        let (from, to) = season.days().unwrap();
        assert!(from <= day(date) && day(date) <= to);
        assert_eq!([season_of(crop, from), season_of(crop, to)], [season; 2]);
        assert_eq!(season_of(crop, from.plus_days(-1)), season.previous());
        assert_eq!(season_of(crop, to.plus_days(1)).previous(), season);
    }
}

#[test]
fn around_a_season_lie_those_of_other_crops_on_its_days() {
    for (crop, other, date) in [
        (Crop::OpiumPoppy, Crop::Cannabis, "2026-02-25"),
        (Crop::Cannabis, Crop::OpiumPoppy, "2026-02-25"),
    ] {
        let season = season_of(crop, day(date));
        let (from, to) = season.days().unwrap();
        let [first, last] = [from, to].map(|date| season_of(other, date).days().unwrap());
        assert_eq!(season.days_around(), Some((first.0, last.1)));
    }
}

#[test]
fn the_statistical_year_turns_on_15_december() {
    assert_eq!(period_of(day("2025-12-14")).year(), 2025);
    assert_eq!(period_of(day("2025-12-15")).year(), 2026);
    assert_eq!(period_of(day("2026-12-14")).year(), 2026);
    let (from, to) = period_of(day("2026-03-01")).days().unwrap();
    assert_eq!((from, to), (day("2025-12-15"), day("2026-12-14")));
}

#[test]
fn a_season_is_read_back_as_it_was_written() {
    for text in ["2026", "2025-2026"] {
        assert_eq!(text.parse::<Season>().unwrap().to_string(), text);
    }
    for text in [
        "",
        "26",
        "2025-2027",
        "2026-2026",
        "2026-2025",
        "-2026",
        "20252026",
        "2025-",
    ] {
        assert!(text.parse::<Season>().is_err(), "{text}");
    }
}
