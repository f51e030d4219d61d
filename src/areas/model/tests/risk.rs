use super::RISK_AREAS;
use crate::areas::model::faults::ImportError;
use crate::areas::model::reader::Limits;
use crate::areas::model::risk::{
    CheckWindow, MonthDay, RiskAreaDraft, RiskBasis, RiskLevel, default_windows, read_risk_areas,
};
use crate::base::time::LocalDate;
use crate::base::words::Crop;

fn read(text: &str) -> Result<Vec<RiskAreaDraft>, ImportError> {
    read_risk_areas(text.as_bytes(), Limits::default())
}

fn refusal(from: &str, to: &str) -> String {
    assert!(RISK_AREAS.contains(from));
    read(&RISK_AREAS.replacen(from, to, 1))
        .unwrap_err()
        .to_string()
}

fn date(text: &str) -> LocalDate {
    text.parse().unwrap()
}

fn texts(windows: &[CheckWindow]) -> Vec<String> {
    windows
        .iter()
        .map(|window| format!("{} {}..{}", window.name, window.from, window.to))
        .collect()
}

#[test]
fn risk_areas_are_read_with_words_of_either_language() {
    let drafts = read(RISK_AREAS).unwrap();
    assert_eq!(
        (drafts[0].level, drafts[0].basis),
        (RiskLevel::High, RiskBasis::History)
    );
    assert_eq!(drafts[0].required_visits, 2);
    assert_eq!(drafts[0].valid_to, None);
    assert_eq!(
        texts(&drafts[0].windows),
        ["seedling 10-15..12-31", "flowering 02-01..03-31"]
    );
    assert_eq!(
        (drafts[1].level, drafts[1].crop),
        (RiskLevel::Medium, Crop::Cannabis)
    );
    assert_eq!(
        (drafts[1].required_visits, drafts[1].valid_to),
        (3, Some(date("2026-12-31")))
    );
    assert_eq!(texts(&drafts[1].windows), ["seedling 11-20..01-10"]);
    for (word, level) in [
        ("Trung bình", RiskLevel::Medium),
        ("thấp", RiskLevel::Low),
        ("high", RiskLevel::High),
    ] {
        assert_eq!(
            read(&RISK_AREAS.replace("\"cao\"", &format!("\"{word}\""))).unwrap()[0].level,
            level
        );
    }
}

#[test]
fn a_window_over_new_year_holds_days_on_both_sides() {
    let window = &read(RISK_AREAS).unwrap()[1].windows[0];
    for inside in ["2026-11-20", "2026-12-31", "2027-01-01", "2027-01-10"] {
        assert!(window.contains(date(inside)), "{inside}");
    }
    for outside in ["2026-11-19", "2027-01-11", "2026-06-01"] {
        assert!(!window.contains(date(outside)), "{outside}");
    }
    let flowering = &default_windows(Crop::OpiumPoppy)[1];
    assert!(flowering.contains(date("2028-02-29")) && flowering.contains(date("2027-03-31")));
    assert!(!flowering.contains(date("2027-04-01")) && !flowering.contains(date("2027-01-31")));
}

#[test]
fn days_of_the_year_are_parsed_strictly() {
    for good in ["01-01", "02-29", "12-31"] {
        assert_eq!(good.parse::<MonthDay>().unwrap().to_string(), good);
    }
    for bad in [
        "", "1-1", "13-01", "02-30", "00-10", "10-00", "10/15", "+1-01", "10-15-", "ngày 1",
    ] {
        assert!(bad.parse::<MonthDay>().is_err(), "{bad}");
    }
}

#[test]
fn what_is_missing_or_unknown_is_named() {
    assert_eq!(
        refusal("\"cao\"", "\"rất cao\""),
        "feature 1 (code R-01): property \"level\": expected high, medium or low (cao, trung bình, thấp)"
    );
    assert_eq!(
        refusal(r#", "valid_from": "2026-09-01""#, ""),
        "feature 1 (code R-01): property \"valid_from\" is missing"
    );
    assert_eq!(
        refusal("2026-12-31", "2025-12-31"),
        "feature 2 (code R-02): the validity ends before it begins"
    );
    assert!(refusal("11-20", "11-31").ends_with("property \"from\": expected a day such as 10-15"));
    assert!(
        refusal("\"required_visits\": 3", "\"required_visits\": 0")
            .ends_with("a whole number from 1 to 366")
    );
    assert!(refusal("R-02", "R-01").ends_with("the code is the same as that of feature 1"));
    assert!(refusal("cannabis", "hemp").contains("property \"crop\""));
    let same = r#"{"name": "a", "from": "01-01", "to": "02-01"}, {"name": "a", "from": "03-01", "to": "04-01"}"#;
    let windows = r#"{"name": "seedling", "from": "11-20", "to": "01-10"}"#;
    assert!(refusal(windows, same).ends_with("expected windows of different names"));
}
