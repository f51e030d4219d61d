use proptest::prelude::*;

use super::*;
use crate::patrols::model::gpx::{GpxRefusal, GpxTrackFile, MAX_BYTES, read};

fn file(name: &str) -> Vec<u8> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/patrols/gpx");
    std::fs::read(folder.join(name)).unwrap()
}

fn wrapped(points: &str) -> Result<GpxTrackFile, GpxRefusal> {
    read(format!("<gpx><trk><trkseg>{points}</trkseg></trk></gpx>").as_bytes())
}

#[test]
fn tracks_and_segments_are_read_and_other_points_only_counted() {
    let file = read(&file("two_tracks.gpx")).unwrap();
    assert_eq!(file.creator.as_deref(), Some("Máy cầm tay & thử"));
    assert_eq!(
        (
            file.points,
            file.without_time,
            file.waypoints,
            file.route_points
        ),
        (12, 2, 1, 2)
    );
    let sizes: Vec<Vec<usize>> = file
        .tracks
        .iter()
        .map(|track| track.segments.iter().map(Vec::len).collect())
        .collect();
    assert_eq!(sizes, [vec![3, 2], vec![7]]);
    assert_eq!(file.tracks[0].name.as_deref(), Some("Tuần tra №1 <sáng>"));
    assert_eq!(file.tracks[1].name, None);
}

#[test]
fn points_become_fixes_and_bad_ones_are_refused_by_number() {
    let (fixes, refused) = read(&file("two_tracks.gpx")).unwrap().fixes(at_ms(0));
    let refused: Vec<_> = refused
        .iter()
        .map(|point| (point.point.number, point.reason.slug()))
        .collect();
    let wanted = [
        (6, "no_time"),
        (7, "no_time"),
        (8, "position_out_of_range"),
        (9, "position_not_finite"),
        (10, "position_not_finite"),
        (11, "null_island"),
    ];
    assert_eq!(refused, wanted);
    let seconds: Vec<i64> = fixes.iter().map(|fix| fix.t.since(at_ms(0))).collect();
    assert_eq!(
        seconds,
        [0, 10_000, 10_000, 30_250, 20_000, 124_000],
        "a time without an offset is UTC"
    );
    assert_eq!(fixes[0].altitude_dm, Some(8125));
    assert_eq!(
        (fixes[3].speed_cmps, fixes[3].bearing_ddeg),
        (Some(125), Some(450))
    );
}

#[test]
fn speed_and_course_of_version_1_0_are_read() {
    let file = read(&file("version_1_0.gpx")).unwrap();
    let (fixes, _) = file.fixes(at_ms(0));
    assert_eq!(
        (fixes[0].speed_cmps, fixes[0].bearing_ddeg),
        (Some(80), Some(0))
    );
}

#[test]
fn a_dilution_of_precision_is_kept_but_is_no_accuracy() {
    let file = read(&file("two_tracks.gpx")).unwrap();
    assert_eq!(file.all_points().next().unwrap().hdop, Some(0.9));
    assert_eq!(file.fixes(at_ms(0)).0[0].accuracy_dm, None);
}

#[test]
fn a_byte_order_mark_is_passed_over() {
    let marked = [b"\xEF\xBB\xBF".as_slice(), &file("version_1_0.gpx")].concat();
    assert_eq!(read(&marked).unwrap().points, 1);
}

#[test]
fn broken_files_are_refused_by_cause_with_the_last_good_point() {
    assert_eq!(
        read(&file("truncated.gpx")),
        Err(GpxRefusal::Truncated { after_point: 2 })
    );
    assert!(matches!(
        read(&file("mismatched.gpx")),
        Err(GpxRefusal::Malformed { after_point: 1, .. })
    ));
    assert_eq!(read(&file("doctype.gpx")), Err(GpxRefusal::DocumentType));
    assert!(matches!(
        read(&file("entity.gpx")),
        Err(GpxRefusal::Malformed { after_point: 0, .. })
    ));
    assert_eq!(read(&file("latin1.gpx")), Err(GpxRefusal::OtherEncoding));
    assert_eq!(read(&file("not_gpx.kml")), Err(GpxRefusal::WrongRoot));
    assert_eq!(read(b""), Err(GpxRefusal::WrongRoot));
    assert_eq!(read(b"<gpx/><gpx/>"), Err(GpxRefusal::WrongRoot));
    assert_eq!(read(b"\xFF\xFE<\0g\0"), Err(GpxRefusal::NotUtf8 { at: 0 }));
    assert_eq!(
        read(&vec![b' '; MAX_BYTES + 1]),
        Err(GpxRefusal::TooLarge {
            bytes: MAX_BYTES + 1
        })
    );
}

#[test]
fn a_file_cut_anywhere_is_never_taken_for_whole() {
    let whole = file("two_tracks.gpx");
    let end = whole
        .windows(6)
        .rposition(|window| window == b"</gpx>")
        .unwrap()
        + 6;
    for cut in 0..end {
        assert!(read(&whole[..cut]).is_err(), "cut at byte {cut}");
    }
}

#[test]
fn nesting_points_and_parts_are_bounded() {
    let deep = format!("<trkpt lat='1' lon='1'>{}", "<extensions>".repeat(40));
    assert_eq!(wrapped(&deep), Err(GpxRefusal::TooDeep { after_point: 0 }));
    assert_eq!(
        wrapped(&"<trkpt/>".repeat(1_000_001)),
        Err(GpxRefusal::TooManyPoints)
    );
    let parts = format!("<gpx>{}</gpx>", "<trk/>".repeat(100_001));
    assert_eq!(read(parts.as_bytes()), Err(GpxRefusal::TooManyParts));
}

#[test]
fn overlong_names_are_cut() {
    let named = format!(
        "<gpx><trk><name>{}</name></trk></gpx>",
        "ễ<!-- -->".repeat(5000)
    );
    let file = read(named.as_bytes()).unwrap();
    assert_eq!(file.tracks[0].name.as_ref().unwrap().chars().count(), 200);
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = read(&bytes);
    }

    #[test]
    fn arbitrary_markup_never_panics(parts in prop::collection::vec(prop::sample::select(vec![
        "<gpx>", "</gpx>", "<trk>", "</trk>", "<trkseg>", "</trkseg>", "<trkpt lat='1' lon='2'>", "<trkpt lat=1",
        "</trkpt>", "<time>", "</time>", "2026-01-10T01:00:00Z", "&amp;", "&#0;", "&#x110000;", "&x;", "<![CDATA[",
        "]]>", "<!--", "-->", "<?xml version='1.0' encoding='utf-8'?>", "<!DOCTYPE", "<ele>1e999</ele>", "<", ">", "&",
    ]), 0..40)) {
        let _ = read(parts.concat().as_bytes());
    }
}
