use super::ExifFlag;
use crate::evidence::model::picture::{ExifFacts, Format, Inspection};
use crate::evidence::model::screens::ScreenRules;
use crate::evidence::model::sidecar::{Sidecar, SidecarWire};
use crate::geo::position::Position;

fn sidecar() -> Sidecar {
    let text = include_str!("../../../../fixtures/evidence/sidecar.json");
    let wire: SidecarWire = serde_json::from_str(text).unwrap();
    Sidecar::from_wire(
        &wire,
        1_000_000,
        "2026-03-02T15:00:00+07:00".parse().unwrap(),
    )
    .unwrap()
}

/// By the rules that a province starts with.
fn cross_check(sidecar: &Sidecar, picture: &Inspection) -> Vec<ExifFlag> {
    super::cross_check(sidecar, picture, ScreenRules::default().apart())
}

fn picture(exif: Option<ExifFacts>) -> Inspection {
    Inspection {
        format: Format::Jpeg,
        width: Some(4_000),
        height: Some(3_000),
        orientation: 1,
        exif,
        faults: Vec::new(),
    }
}

fn exif(time: &str, lat: f64) -> ExifFacts {
    ExifFacts {
        taken_at: Some(time.parse().unwrap()),
        position: Some(Position::new(104.3, lat).unwrap()),
        ..ExifFacts::default()
    }
}

#[test]
fn an_agreeing_file_raises_nothing() {
    assert_eq!(
        cross_check(
            &sidecar(),
            &picture(Some(exif("2026-03-02T14:31:05+07:00", 22.4)))
        ),
        []
    );
}

#[test]
fn ten_minutes_and_two_hundred_metres_are_the_limits() {
    // One degree of latitude is 110.75 km there: 0.0018 degrees are 199.4 m, 0.00182 are 201.6 m.
    assert_eq!(
        cross_check(
            &sidecar(),
            &picture(Some(exif("2026-03-02T14:41:05+07:00", 22.4018)))
        ),
        []
    );
    assert_eq!(
        cross_check(
            &sidecar(),
            &picture(Some(exif("2026-03-02T14:41:06+07:00", 22.40182)))
        ),
        [ExifFlag::ExifPositionDiffers, ExifFlag::ExifTimeDiffers]
    );
    let earlier = picture(Some(exif("2026-03-02T14:21:04+07:00", 22.4)));
    assert_eq!(
        cross_check(&sidecar(), &earlier),
        [ExifFlag::ExifTimeDiffers]
    );
}

#[test]
fn a_file_without_time_and_place_is_marked_and_nothing_else() {
    assert_eq!(
        cross_check(&sidecar(), &picture(None)),
        [ExifFlag::ExifMissing]
    );
    assert_eq!(
        cross_check(&sidecar(), &picture(Some(ExifFacts::default()))),
        [ExifFlag::ExifMissing]
    );
}

#[test]
fn a_time_without_an_offset_is_read_as_local() {
    let local = ExifFacts {
        taken_local: Some("2026-03-02T14:31:05+07:00".parse().unwrap()),
        ..ExifFacts::default()
    };
    assert_eq!(cross_check(&sidecar(), &picture(Some(local))), []);
}

#[test]
fn a_file_of_another_type_is_marked() {
    let mut png = picture(Some(exif("2026-03-02T14:31:05+07:00", 22.4)));
    png.format = Format::Png;
    assert_eq!(cross_check(&sidecar(), &png), [ExifFlag::MediaTypeDiffers]);
}
