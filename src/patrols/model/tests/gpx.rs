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
    let parted: Vec<bool> = fixes.iter().map(|fix| fix.after_break).collect();
    assert_eq!(
        parted,
        [false, false, false, false, true, true],
        "the first in time of each segment but the first"
    );
    assert_eq!(fixes[0].altitude_dm, Some(8125));
    assert_eq!(
        (fixes[3].speed_cmps, fixes[3].bearing_ddeg),
        (Some(125), Some(450))
    );
}

#[test]
fn segments_are_parted_in_the_order_of_their_times_unless_they_overlap() {
    let parted = |segments: &[&[i64]]| -> Vec<i64> {
        let point = |at: &i64| {
            let time = at_ms(at * 1_000);
            format!("<trkpt lat='22.4' lon='104.{at}'><time>{time}</time></trkpt>")
        };
        let segment = |seconds: &&[i64]| {
            let points: Vec<String> = seconds.iter().map(point).collect();
            format!("<trk><trkseg>{}</trkseg></trk>", points.concat())
        };
        let segments: Vec<String> = segments.iter().map(segment).collect();
        let segments = segments.concat();
        let file = read(format!("<gpx>{segments}</gpx>").as_bytes()).unwrap();
        let (fixes, _) = file.fixes(at_ms(0));
        let broken = fixes.iter().filter(|fix| fix.after_break);
        broken.map(|fix| fix.t.since(at_ms(0)) / 1_000).collect()
    };
    assert_eq!(parted(&[&[10, 20, 30]]), [0; 0]);
    assert_eq!(parted(&[&[10, 20], &[25, 30], &[40]]), [25, 40]);
    // The newest first, as some write them, and points out of order.
    assert_eq!(parted(&[&[40, 50], &[20, 10]]), [40]);
    // The same walk told twice is one walk; so is one that is cut where it goes on.
    assert_eq!(parted(&[&[10, 20, 30], &[15, 25], &[60]]), [60]);
    assert_eq!(parted(&[&[10, 20], &[20, 30]]), [0; 0]);
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
        read(b"<gpx><trk><trkseg><trkpt lat='1' lon='2'><time>2026"),
        Err(GpxRefusal::Truncated { after_point: 0 })
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
    let unknown = b"<?xml version='1.0' encoding='x-klingon'?><gpx/>";
    assert_eq!(read(unknown), Err(GpxRefusal::OtherEncoding));
    assert_eq!(read(&file("not_gpx.kml")), Err(GpxRefusal::WrongRoot));
    assert_eq!(read(b""), Err(GpxRefusal::WrongRoot));
    assert_eq!(read(b"<gpx/><gpx/>"), Err(GpxRefusal::WrongRoot));
    assert_eq!(
        read(&vec![b' '; MAX_BYTES + 1]),
        Err(GpxRefusal::TooLarge {
            bytes: MAX_BYTES + 1
        })
    );
}

#[test]
fn a_file_of_a_dead_battery_gives_its_whole_points_and_what_is_behind_them() {
    let cut = file("truncated.gpx");
    let read_cut = read(&cut).unwrap();
    assert_eq!(read_cut.points, 2);
    let end = read_cut.cut.unwrap();
    assert_eq!(end.after_point, 2);
    assert!(
        end.rest.trim_start().starts_with("<trkpt lat=\"22.4\""),
        "{}",
        end.rest
    );
    assert!(end.rest.trim_end().ends_with("2026-01-1"), "{}", end.rest);
    // What the file system had set aside and never wrote.
    let padded = [cut.as_slice(), &[0; 512]].concat();
    assert_eq!(read(&padded).unwrap().points, 2);
    assert_eq!(read(&file("two_tracks.gpx")).unwrap().cut, None);
}

#[test]
fn files_in_other_encodings_are_read_by_their_mark_or_by_what_they_declare() {
    let told = |encoding: &str| {
        format!(
            "<?xml version=\"1.0\" encoding=\"{encoding}\"?><gpx creator=\"x\"><trk><name>\u{e9}t\u{e9}</name><trkseg>\
             <trkpt lat='22.4' lon='104.3'><time>2026-01-10T01:00:00Z</time></trkpt></trkseg></trk></gpx>"
        )
    };
    let bytes = |text: &str, to: fn(u16) -> [u8; 2]| -> Vec<u8> {
        text.encode_utf16().flat_map(to).collect()
    };
    let latin =
        |text: &str| -> Vec<u8> { text.chars().map(|c| u8::try_from(c).unwrap()).collect() };
    let wide = told("UTF-16");
    let marked = format!("\u{FEFF}{wide}");
    let files = [
        bytes(&marked, u16::to_le_bytes),
        bytes(&marked, u16::to_be_bytes),
        bytes(&wide, u16::to_le_bytes),
        bytes(&wide, u16::to_be_bytes),
        latin(&told("ISO-8859-1")),
        latin(&told("windows-1252")),
        // Saved anew as UTF-8, and still saying what it was.
        wide.clone().into_bytes(),
    ];
    for (n, file) in files.iter().enumerate() {
        let read = read(file).unwrap_or_else(|fault| panic!("{n}: {fault}"));
        assert_eq!(read.tracks[0].name.as_deref(), Some("\u{e9}t\u{e9}"), "{n}");
        assert_eq!(read.fixes(at_ms(0)).0.len(), 1, "{n}");
    }
    // Bytes that are no text of their encoding spoil a name, no point.
    let spoilt = latin(&told("UTF-8"));
    assert_eq!(read(&spoilt).unwrap().points, 1);
}

#[test]
fn a_document_type_by_name_alone_is_passed_over() {
    let points = "<gpx><trk><trkseg><trkpt lat='22.4' lon='104.3'/></trkseg></trk></gpx>";
    let outer = "<!DOCTYPE gpx SYSTEM 'http://www.topografix.com/GPX/1/0/gpx.dtd'>";
    for kind in ["<!DOCTYPE gpx>", outer] {
        assert_eq!(
            read(format!("{kind}{points}").as_bytes()).unwrap().points,
            1
        );
        let named = points.replace("<trkseg>", "<name>&of_the_type;</name><trkseg>");
        assert!(read(format!("{kind}{named}").as_bytes()).is_err(), "{kind}");
    }
    let opened = points.replace("</trkseg></trk></gpx>", "<![CDA");
    assert_eq!(read(opened.as_bytes()).unwrap().cut.unwrap().after_point, 1);
    let inner = format!("<!DOCTYPE gpx [<!ENTITY a \"b\">]>{points}");
    assert_eq!(read(inner.as_bytes()), Err(GpxRefusal::DocumentType));
}

#[test]
fn a_file_cut_anywhere_is_never_taken_for_whole() {
    let whole = file("two_tracks.gpx");
    let end = whole
        .windows(6)
        .rposition(|window| window == b"</gpx>")
        .unwrap()
        + 6;
    let wanted = read(&whole).unwrap();
    let mut points = 0;
    for cut in 0..end {
        match read(&whole[..cut]) {
            Ok(part) => {
                assert_eq!(
                    part.cut.map(|cut| cut.after_point),
                    Some(part.points),
                    "cut at byte {cut}"
                );
                assert!(part.points >= points, "cut at byte {cut}");
                points = part.points;
            }
            Err(fault) => assert_eq!(points, 0, "cut at byte {cut}: {fault}"),
        }
    }
    assert_eq!(points, wanted.points);
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
