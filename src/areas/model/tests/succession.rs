use crate::areas::model::commune::CommuneKind;
use crate::areas::model::map::Boundary;
use crate::areas::model::succession::{Succession, Unlawful};
use crate::base::ids::BoundaryId;
use crate::base::time::LocalDate;

fn day(text: &str) -> LocalDate {
    text.parse().unwrap()
}

fn boundary(code: &str, ground: u8, from: &str, to: Option<&str>) -> Boundary {
    Boundary {
        id: BoundaryId(uuid::Uuid::from_u128(u128::from(ground) + 1)),
        code: code.to_owned(),
        name: "Bản Mẫu".to_owned(),
        kind: CommuneKind::Commune,
        province_code: None,
        province_name: None,
        is_border: None,
        former_names: Vec::new(),
        valid_from: day(from),
        valid_to: to.map(day),
        sha256: [ground; 32],
        area_m2: 1.0,
        vertices: 4,
    }
}

fn of(
    file: &[Boundary],
    loaded: &[Boundary],
    from: Option<&str>,
    ended: &[&str],
) -> Result<Succession, Unlawful> {
    let ended: Vec<String> = ended.iter().map(|code| (*code).to_owned()).collect();
    Succession::of(file, loaded, from.map(day), day("2025-07-01"), &ended)
}

#[test]
fn a_first_load_begins_on_the_usual_day() {
    let file = [boundary("1", 1, "2025-07-01", None)];
    let found = of(&file, &[], None, &[]).unwrap();
    assert_eq!(
        (found.valid_from, &found.added),
        (day("2025-07-01"), &vec![0])
    );
    assert!(found.changes());
}

#[test]
fn equal_content_is_unchanged_whatever_day_is_given() {
    let loaded = [boundary("1", 1, "2024-01-01", None)];
    let file = [boundary("1", 1, "2025-07-01", None)];
    for from in [None, Some("2026-01-01"), Some("2020-01-01")] {
        let found = of(&file, &loaded, from, &[]).unwrap();
        assert_eq!(found.unchanged, 1);
        assert!(!found.changes());
    }
}

#[test]
fn former_names_may_be_told_later_and_are_not_forgotten() {
    let loaded = [boundary("1", 1, "2024-01-01", None)];
    let mut file = [boundary("1", 1, "2025-07-01", None)];
    file[0].former_names = vec!["Bản Cũ".to_owned()];
    let found = of(&file, &loaded, None, &[]).unwrap();
    assert_eq!(
        (found.unchanged, &found.named),
        (1, &vec![(loaded[0].id, 0)])
    );
    assert!(found.changes());
    assert!(!of(&loaded, &file, None, &[]).unwrap().changes());
    assert!(!of(&file, &file, None, &[]).unwrap().changes());
}

#[test]
fn another_name_is_other_content() {
    let loaded = [boundary("1", 1, "2024-01-01", None)];
    let mut file = [boundary("1", 1, "2025-07-01", None)];
    file[0].name = "Bản Mới".to_owned();
    assert!(matches!(
        of(&file, &loaded, None, &[]),
        Err(Unlawful::NoDay { count: 1, .. })
    ));
    assert_eq!(
        of(&file, &loaded, Some("2026-01-01"), &[])
            .unwrap()
            .replaced,
        [0]
    );
}

#[test]
fn other_ground_takes_over_from_a_later_day_only() {
    let loaded = [boundary("1", 1, "2024-01-01", None)];
    let file = [boundary("1", 2, "2025-07-01", None)];
    let found = of(&file, &loaded, Some("2024-01-02"), &[]).unwrap();
    assert_eq!(
        (found.replaced, found.closed),
        (vec![0], vec![loaded[0].id])
    );
    let same = of(&file, &loaded, Some("2024-01-01"), &[]);
    assert!(matches!(same, Err(Unlawful::NotLater { .. })));
}

#[test]
fn only_the_newest_boundary_of_a_code_counts() {
    let loaded = [
        boundary("1", 2, "2025-01-01", None),
        boundary("1", 1, "2024-01-01", Some("2024-12-31")),
    ];
    let old = [boundary("1", 1, "2025-07-01", None)];
    assert!(of(&old, &loaded, None, &[]).is_err());
    assert_eq!(
        of(&old, &loaded, Some("2026-01-01"), &[]).unwrap().closed,
        [loaded[0].id]
    );
}

#[test]
fn a_code_that_had_ended_begins_anew_after_its_end() {
    let loaded = [boundary("1", 1, "2024-01-01", Some("2024-12-31"))];
    let file = [boundary("1", 1, "2025-07-01", None)];
    assert!(of(&file, &loaded, Some("2024-12-31"), &[]).is_err());
    let found = of(&file, &loaded, Some("2025-01-01"), &[]).unwrap();
    assert_eq!((found.added, found.closed), (vec![0], vec![]));
}

#[test]
fn a_commune_is_ended_only_if_it_stands_and_is_not_in_the_file() {
    let loaded = [
        boundary("1", 1, "2024-01-01", None),
        boundary("2", 2, "2024-01-01", Some("2024-12-31")),
    ];
    let file = [boundary("3", 3, "2025-07-01", None)];
    let found = of(&file, &loaded, Some("2026-01-01"), &["1", "1"]).unwrap();
    assert_eq!((found.closed, found.ended), (vec![loaded[0].id], 1));
    for code in ["2", "3", "9"] {
        let refused = of(&file, &loaded, Some("2026-01-01"), &[code]);
        assert!(matches!(refused, Err(Unlawful::NoEnd { .. })), "{code}");
    }
    assert!(of(&file, &loaded, Some("2024-01-01"), &["1"]).is_err());
}
