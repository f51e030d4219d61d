use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::geo::measure::destination;

fn at(text: &str) -> Timestamp {
    format!("2026-02-27T{text}+07:00").parse().unwrap()
}

fn plot() -> Position {
    Position::new(104.3, 22.4).unwrap()
}

fn eradication() -> FactId {
    FactId(Uuid::from_u128(7))
}

fn work() -> Work {
    Work {
        ids: vec![eradication()],
        started_at: at("08:00:00"),
        ended_at: at("09:00:00"),
        plot: plot(),
        plot_accuracy_m: Some(5.0),
        is_waived: false,
        is_from_paper: false,
    }
}

/// A photo against which nothing speaks, 20 m south of the plot and looking at it.
fn photo(number: u128, phase: Phase, time: &str) -> PhotoFacts {
    PhotoFacts {
        id: PhotoId(Uuid::from_u128(number)),
        phase,
        eradication: Some(eradication()),
        taken_at: at(time),
        received_at: at("18:00:00"),
        position: Some(destination(plot(), 180.0, 20.0).unwrap()),
        accuracy_m: Some(6.0),
        bearing_deg: Some(0.0),
        fix_age_s: Some(2.0),
        gnss_at: Some(at(time)),
        is_mock: false,
        source: Some(Source::Camera),
        exif: Vec::new(),
        is_picture: true,
        door: Some(Door::Api),
        has_account: true,
        signed: Signed::Holds,
        signed_at: Some(at(time)),
        nonce: Nonce::Fresh(at("07:00:00")),
        offset: None,
        not_before: Some(at("07:00:00")),
        doubt: None,
        track: Track::There,
        review: Review::Clear,
    }
}

fn set() -> Vec<PhotoFacts> {
    vec![
        photo(1, Phase::Overview, "07:55:00"),
        photo(2, Phase::CloseUp, "07:58:00"),
        photo(3, Phase::After, "09:01:00"),
    ]
}

fn graded(photos: &[PhotoFacts]) -> GradedSet {
    grade(&work(), photos, &GradeRules::default())
}

/// The reasons and grade of the photo from before after a change.
fn changed(change: impl Fn(&mut PhotoFacts)) -> (Grade, Vec<Reason>) {
    let mut photos = set();
    change(&mut photos[0]);
    let graded = graded(&photos);
    (graded.grade, graded.photos[0].reasons.clone())
}

fn away(m: f64) -> Position {
    destination(plot(), 180.0, m).unwrap()
}

#[test]
fn a_set_against_which_nothing_speaks_is_an_a() {
    let graded = graded(&set());
    assert_eq!(graded.grade, Grade::A);
    assert!(graded.photos.iter().all(|photo| photo.reasons.is_empty()));
}

/// A clock that is behind by something between both, ms.
fn behind(least_ms: i64, most_ms: i64) -> ClockOffset {
    ClockOffset { least_ms, most_ms }
}

#[test]
fn a_clock_that_is_measured_wrong_explains_what_it_told() {
    // Two hours behind: taken at 05:55 by the phone, 07:55 by the satellites, after a nonce of 07:00.
    let skewed = |offset| {
        changed(move |photo| {
            photo.gnss_at = Some(at("07:55:00"));
            photo.taken_at = at("05:55:00");
            photo.signed_at = Some(at("05:55:02"));
            photo.offset = offset;
        })
        .1
    };
    assert_eq!(
        skewed(None),
        [Reason::GnssTimeDiffers, Reason::TimeImpossible]
    );
    assert_eq!(skewed(Some(behind(7_199_000, 7_200_000))), []);
    // A week is no skew.
    assert_eq!(
        skewed(Some(behind(604_799_000, 604_800_000))),
        [Reason::GnssTimeDiffers, Reason::TimeImpossible]
    );
    // An offset that the satellites do not need excuses nothing else.
    let excused = changed(|photo| {
        photo.received_at = photo.taken_at.plus_millis(73 * 3_600_000);
        photo.offset = Some(behind(7_199_000, 7_200_000));
    });
    assert_eq!(excused.1, [Reason::Late]);
    // Set right before it was sent: the shutter's own time agreed with the satellites'.
    let mended = changed(|photo| photo.offset = Some(behind(7_199_000, 7_200_000)));
    assert_eq!(mended, (Grade::A, vec![]));
}

/// A change of a photo, the grade that it leaves and why.
type Case = (fn(&mut PhotoFacts), Grade, Reason);

#[test]
fn every_check_caps_as_the_rules_say() {
    use Grade::{B, C, D};
    let cases: [Case; 25] = [
        (|p| p.eradication = None, B, Reason::NotBound),
        (|p| p.position = None, C, Reason::NoPosition),
        (|p| p.position = Some(away(150.0)), D, Reason::FarFromPlot),
        (|p| p.accuracy_m = None, B, Reason::RoughPosition),
        (|p| p.accuracy_m = Some(50.1), C, Reason::RoughPosition),
        (|p| p.fix_age_s = Some(121.0), B, Reason::OldPosition),
        (|p| p.fix_age_s = None, B, Reason::AgeUntold),
        (|p| p.is_mock = true, D, Reason::MockPosition),
        (
            |p| (p.position, p.bearing_deg) = (Some(away(60.0)), Some(180.0)),
            B,
            Reason::PointsAway,
        ),
        (|p| p.taken_at = at("08:06:00"), C, Reason::BeforeTooLate),
        (
            |p| (p.phase, p.taken_at) = (Phase::After, at("08:54:00")),
            D,
            Reason::AfterTooEarly,
        ),
        (|p| p.track = Track::Silent, B, Reason::NoTrack),
        (|p| p.track = Track::Elsewhere, D, Reason::TrackElsewhere),
        (
            |p| p.exif = vec![ExifFlag::ExifPositionDiffers],
            C,
            Reason::ExifPlaceDiffers,
        ),
        (
            |p| p.exif = vec![ExifFlag::ExifTimeDiffers],
            C,
            Reason::ExifTimeDiffers,
        ),
        (
            |p| p.exif = vec![ExifFlag::ExifEdited],
            C,
            Reason::ExifEdited,
        ),
        (|p| p.is_picture = false, D, Reason::NotAPicture),
        (|p| p.signed = Signed::Missing, B, Reason::Unsigned),
        (|p| p.signed = Signed::Fails, D, Reason::BadSignature),
        (|p| p.has_account = false, B, Reason::NoAccount),
        (|p| p.door = Some(Door::Odk), C, Reason::UnsignedDoor),
        (|p| p.source = Some(Source::Gallery), C, Reason::FromGallery),
        (|p| p.source = None, B, Reason::SourceUntold),
        (
            |p| p.received_at = p.taken_at.plus_millis(72 * 3_600_000 + 1),
            B,
            Reason::Late,
        ),
        (|p| p.review = Review::Upheld, D, Reason::Rejected),
    ];
    cap(&cases);
}

fn cap(cases: &[Case]) {
    for (change, expected, reason) in cases {
        let (grade, reasons) = changed(change);
        assert!(reasons.contains(reason), "{reason}: {reasons:?}");
        assert_eq!(grade, *expected, "{reason}: {reasons:?}");
    }
}

#[test]
fn signatures_nonces_and_clocks_cap_as_the_rules_say() {
    use Grade::{B, C, D};
    let cases: [Case; 12] = [
        (
            |p| p.doubt = Some(Doubt::ReceivedAfterRevocation),
            C,
            Reason::ReceivedAfterRevocation,
        ),
        (|p| p.doubt = Some(Doubt::BackDated), C, Reason::BackDated),
        (
            |p| p.doubt = Some(Doubt::AcceptedAfterReview),
            C,
            Reason::AcceptedAfterReview,
        ),
        (
            |p| p.signed_at = Some(at("08:00:01")),
            B,
            Reason::SignedLate,
        ),
        (
            |p| p.signed_at = Some(at("07:49:59")),
            C,
            Reason::TimeImpossible,
        ),
        (
            |p| p.signed = Signed::Unconfirmed,
            B,
            Reason::KeyUnconfirmed,
        ),
        (|p| p.signed = Signed::Broken, C, Reason::ChainBroken),
        (|p| p.nonce = Nonce::Reused, D, Reason::NonceReused),
        (|p| p.nonce = Nonce::Unknown, C, Reason::NonceUnknown),
        (
            |p| p.not_before = Some(at("08:00:01")),
            C,
            Reason::TimeImpossible,
        ),
        (
            |p| p.received_at = at("07:49:59"),
            C,
            Reason::TimeImpossible,
        ),
        (
            |p| (p.gnss_at, p.offset) = (None, Some(behind(-3_900_000, -3_600_001))),
            C,
            Reason::TimeImpossible,
        ),
    ];
    cap(&cases);
}

#[test]
fn what_accuracies_explain_is_not_held_against_a_photo() {
    // 100 m and twice the root of 5² + 40²: 180.6 m.
    let rough = |m: f64| {
        changed(move |photo| {
            photo.accuracy_m = Some(40.0);
            photo.position = Some(away(m));
        })
    };
    assert_eq!(rough(180.0), (Grade::A, vec![]));
    assert_eq!(rough(181.0).1, [Reason::FarFromPlot]);
}

#[test]
fn a_sender_who_claims_not_to_know_gains_nothing() {
    // Nine kilometres off, "accurate" to a hundred: it counts as unknown, so nothing is left to be near.
    let told = changed(|photo| {
        photo.accuracy_m = Some(100_000.0);
        photo.position = Some(away(9_000.0));
    });
    assert_eq!(
        told,
        (Grade::C, vec![Reason::NoPosition, Reason::RoughPosition])
    );
    // The plot's own accuracy is allowed for up to 50 m: 100 m and twice the root of 6² + 50².
    let with = |m: f64| {
        let mut photos = set();
        photos[0].position = Some(away(m));
        let rough = Work {
            plot_accuracy_m: Some(100_000.0),
            ..work()
        };
        let told = grade(&rough, &photos, &GradeRules::default());
        told.photos[0].reasons.clone()
    };
    assert_eq!(with(200.0), []);
    assert_eq!(with(201.0), [Reason::FarFromPlot]);
}

#[test]
fn a_fix_whose_age_is_not_told_is_neither_fresh_nor_of_any_age() {
    let with = |gnss: &str| {
        changed(move |photo| {
            photo.gnss_at = Some(at(gnss));
            photo.fix_age_s = None;
        })
        .1
    };
    // Taken at 07:55; up to two minutes of age and five of tolerance.
    assert_eq!(with("07:48:00"), [Reason::AgeUntold]);
    assert_eq!(
        with("07:47:59"),
        [Reason::AgeUntold, Reason::GnssTimeDiffers]
    );
    assert_eq!(
        with("08:00:01"),
        [Reason::AgeUntold, Reason::GnssTimeDiffers]
    );
}

#[test]
fn the_direction_is_asked_for_only_where_it_tells_something() {
    let looking = |m: f64, bearing: f64| {
        changed(move |photo| {
            photo.position = Some(away(m));
            photo.bearing_deg = Some(bearing);
        })
        .1
    };
    assert_eq!(looking(29.0, 180.0), []);
    assert_eq!(looking(60.0, 180.0), [Reason::PointsAway]);
    assert_eq!(looking(60.0, 286.0), []);
    assert_eq!(looking(60.0, 284.0), [Reason::PointsAway]);
}

#[test]
fn the_satellites_time_is_older_than_the_shutter_by_the_age_of_the_fix() {
    let with = |gnss: &str, age_s: f64| {
        changed(move |photo| {
            photo.gnss_at = Some(at(gnss));
            photo.fix_age_s = Some(age_s);
        })
        .1
    };
    assert_eq!(with("07:45:00", 600.0), [Reason::OldPosition]);
    assert_eq!(with("07:49:59", 0.0), [Reason::GnssTimeDiffers]);
    assert_eq!(with("07:50:00", 0.0), []);
    assert_eq!(
        changed(|photo| photo.gnss_at = None),
        (Grade::A, vec![Reason::NoGnssTime])
    );
}

#[test]
fn a_missing_phase_and_a_waiver_are_reasons_of_the_set() {
    let without = |phase: Phase| {
        let photos: Vec<PhotoFacts> = set()
            .into_iter()
            .filter(|photo| photo.phase != phase)
            .collect();
        let graded = graded(&photos);
        (graded.grade, graded.reasons)
    };
    assert_eq!(without(Phase::Overview), (Grade::D, vec![Reason::NoBefore]));
    assert_eq!(without(Phase::CloseUp), (Grade::C, vec![Reason::NoCloseUp]));
    assert_eq!(without(Phase::After), (Grade::D, vec![Reason::NoAfter]));
    let waived = Work {
        is_waived: true,
        ..work()
    };
    let told = grade(&waived, &set(), &GradeRules::default());
    assert_eq!((told.grade, told.reasons), (Grade::C, vec![Reason::Waived]));
}

#[test]
fn papers_and_samples_may_be_photographed_anywhere_and_later() {
    let mut paper = photo(4, Phase::Minutes, "16:00:00");
    paper.position = Some(away(9_000.0));
    paper.taken_at = at("23:59:59");
    paper.gnss_at = Some(paper.taken_at);
    paper.received_at = paper.taken_at;
    paper.signed_at = Some(paper.taken_at);
    let mut photos = set();
    photos.push(paper);
    assert_eq!(graded(&photos).photos[3].reasons, []);
}

#[test]
fn caps_are_data() {
    let mut rules = GradeRules::default();
    rules.caps.insert(Reason::Unsigned, Grade::D);
    rules.version = 2;
    let mut photos = set();
    photos[2].signed = Signed::Missing;
    let told = grade(&work(), &photos, &rules);
    assert_eq!((told.grade, told.rules), (Grade::D, 2));
    let text = serde_json::to_string(&rules).unwrap();
    assert_eq!(serde_json::from_str::<GradeRules>(&text).unwrap(), rules);
}

#[test]
fn every_reason_has_two_different_texts() {
    for reason in Reason::ALL {
        assert!(!reason.vi().is_empty() && !reason.en().is_empty());
        assert_ne!(reason.vi(), reason.en());
    }
}

fn any_photo() -> impl Strategy<Value = PhotoFacts> {
    let phases = prop::sample::select(Phase::ALL.to_vec());
    (phases, 0..1_440_i64, 0.0..400.0_f64, 0_u8..16).prop_map(|(phase, minute, metres, bits)| {
        let mut photo = photo(9, phase, "00:00:00");
        photo.taken_at = photo.taken_at.plus_millis(minute * 60_000);
        photo.gnss_at = Some(photo.taken_at);
        photo.position = Some(away(metres));
        photo.is_mock = bits & 1 == 1;
        photo.has_account = bits & 2 == 0;
        photo.signed = if bits & 4 == 0 {
            Signed::Holds
        } else {
            Signed::Fails
        };
        photo.source = (bits & 8 == 0).then_some(Source::Camera);
        photo
    })
}

#[test]
fn a_phase_shown_badly_is_no_worse_than_one_not_shown() {
    let shown = [
        photo(1, Phase::Before, "00:00:00"),
        photo(2, Phase::After, "00:30:00"),
    ];
    let mut mocked = photo(3, Phase::CloseUp, "00:20:00");
    mocked.is_mock = true;
    let with_mocked = [&shown[..], &[mocked]].concat();
    assert_eq!(graded(&with_mocked).grade, graded(&shown).grade);
}

proptest! {
    #[test]
    fn one_more_photo_never_lowers_a_set(
        photos in prop::collection::vec(any_photo(), 0..8), more in any_photo(),
    ) {
        let before = graded(&photos).grade;
        let mut all = photos;
        all.push(more);
        prop_assert!(graded(&all).grade <= before);
    }

    #[test]
    fn the_order_of_photos_is_no_matter(photos in prop::collection::vec(any_photo(), 0..8)) {
        let mut turned = photos.clone();
        turned.reverse();
        prop_assert_eq!(graded(&photos).grade, graded(&turned).grade);
    }
}
