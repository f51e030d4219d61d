use super::COMMUNES;
use crate::areas::model::commune::{CommuneDraft, CommuneFields, CommuneKind, read_communes};
use crate::areas::model::faults::ImportError;
use crate::areas::model::reader::Limits;

fn read(text: &str) -> Result<Vec<CommuneDraft>, ImportError> {
    read_communes(
        text.as_bytes(),
        &CommuneFields::default(),
        Limits::default(),
    )
}

fn refusal(from: &str, to: &str) -> String {
    assert!(COMMUNES.contains(from));
    read(&COMMUNES.replacen(from, to, 1))
        .unwrap_err()
        .to_string()
}

#[test]
fn communes_are_read_with_their_properties() {
    let drafts = read(COMMUNES).unwrap();
    let kinds: Vec<_> = drafts.iter().map(|draft| draft.kind).collect();
    assert_eq!(
        kinds,
        [
            CommuneKind::Commune,
            CommuneKind::Commune,
            CommuneKind::Ward,
            CommuneKind::SpecialZone
        ]
    );
    assert_eq!(drafts[1].name, "Tả Lùng Mây");
    assert_eq!(drafts[1].province_code.as_deref(), Some("90"));
    assert_eq!(drafts[3].province_code, None);
    let border: Vec<_> = drafts.iter().map(|draft| draft.is_border).collect();
    assert_eq!(border, [Some(true), Some(false), None, None]);
    assert!(drafts.iter().all(|draft| draft.warnings().is_empty()));
}

#[test]
fn properties_may_stand_under_other_names() {
    let text = COMMUNES
        .replace("\"code\"", "\"ma_xa\"")
        .replace("\"name\": \"", "\"ten\": \"")
        .replace("\"type\": \"xã", "\"loai\": \"Xã");
    let text = text
        .replace("\"type\": \"phường", "\"loai\": \"ward")
        .replace("\"type\": \"đặc khu", "\"loai\": \"thị trấn");
    let fields = CommuneFields {
        code: "ma_xa".to_owned(),
        name: "ten".to_owned(),
        kind: Some("loai".to_owned()),
    };
    let drafts = read_communes(text.as_bytes(), &fields, Limits::default()).unwrap();
    assert_eq!(drafts[0].name, "Nậm Sương");
    assert_eq!(drafts[3].kind, CommuneKind::Township);
}

#[test]
fn missing_and_unusable_properties_name_feature_and_code() {
    assert_eq!(
        refusal(r#""code": "90002", "#, ""),
        "feature 2: property \"code\" is missing"
    );
    assert_eq!(
        refusal(r#""code": "90002""#, r#""code": null"#),
        "feature 2: property \"code\" is missing"
    );
    assert_eq!(
        refusal(r#""code": "90002""#, r#""code": 90002"#),
        "feature 2: property \"code\": expected text in quotes, because a number loses its leading zeros"
    );
    assert_eq!(
        refusal("Bản Khói", "  "),
        "feature 3 (code 90003): property \"name\" is missing"
    );
    assert_eq!(
        refusal("phường", "quận"),
        "feature 3 (code 90003): property \"type\": expected xã, phường, thị trấn or đặc khu"
    );
    assert_eq!(
        refusal(r#""is_border": 0"#, r#""is_border": 2"#),
        "feature 2 (code 90002): property \"is_border\": expected true or false"
    );
}

#[test]
fn a_second_use_of_a_code_names_both_features() {
    assert_eq!(
        refusal("90003", "90001"),
        "feature 3 (code 90001): the code is the same as that of feature 1"
    );
}

#[test]
fn faults_of_the_ground_name_feature_and_code() {
    let crossing = refusal(
        "[104.4, 22.2], [104.4, 22.4]",
        "[104.4, 22.4], [104.4, 22.2]",
    );
    assert_eq!(
        crossing,
        "feature 2 (code 90002): the ring crosses or touches itself near vertex 1"
    );
    let swapped = refusal(
        "[104.2, 22.2], [104.4, 22.2], [104.4, 22.4]",
        "[104.2, 22.2], [22.2, 104.4], [104.4, 22.4]",
    );
    assert_eq!(
        swapped,
        "feature 2 (code 90002): axes are swapped at vertex 2: GeoJSON wants longitude first, then latitude"
    );
    let empty = COMMUNES.replacen(
        r#""geometry": {"type": "Polygon", "#,
        r#""geometry": {"type": "Polygon", "x": "#,
        1,
    );
    assert!(
        read(&empty)
            .unwrap_err()
            .to_string()
            .starts_with("feature 1: not a valid GeoJSON Feature")
    );
    let none =
        r#"{"type":"Feature","properties":{"code":"1","name":"A","type":"xã"},"geometry":null}"#;
    assert_eq!(
        read(none).unwrap_err().to_string(),
        "feature 1 (code 1): the feature has no geometry"
    );
    let hollow = none.replace("null", r#"{"type":"Polygon","coordinates":[]}"#);
    assert_eq!(
        read(&hollow).unwrap_err().to_string(),
        "feature 1 (code 1): the geometry is empty"
    );
}

#[test]
fn separate_accent_marks_are_warned_of() {
    let drafts = read(&COMMUNES.replacen("Bản Khói", "Ba\u{309}n Kho\u{301}i", 1)).unwrap();
    let warnings: Vec<String> = drafts
        .iter()
        .flat_map(CommuneDraft::warnings)
        .map(|w| w.to_string())
        .collect();
    assert_eq!(
        warnings,
        ["feature 3 (code 90003): the name holds separate accent marks (not Unicode NFC)"]
    );
}
