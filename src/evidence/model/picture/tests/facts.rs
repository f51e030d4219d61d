//! What is read from headers and EXIF.

use super::*;
use crate::evidence::model::picture::Format;

fn seen(bytes: &[u8]) -> crate::evidence::model::Inspection {
    inspect(bytes, &Limits::default())
}

#[test]
fn kinds_are_told_by_their_first_bytes() {
    let picture = quarters(8, 8);
    assert_eq!(Format::of(&jpeg(&picture)), Format::Jpeg);
    assert_eq!(
        Format::of(&encoded(&picture, ImageFormat::Png)),
        Format::Png
    );
    assert_eq!(
        Format::of(&encoded(&picture, ImageFormat::WebP)),
        Format::Webp
    );
    let boxed = |brands: &[u8; 16]| [b"\0\0\0\x18ftyp".as_slice(), brands, b"rest"].concat();
    assert_eq!(Format::of(&boxed(b"heic\0\0\0\0mif1heic")), Format::Heic);
    assert_eq!(Format::of(&boxed(b"mif1\0\0\0\0mif1heix")), Format::Heic);
    assert_eq!(Format::of(&boxed(b"mif1\0\0\0\0mif1avif")), Format::Other);
    assert_eq!(Format::of(&boxed(b"isom\0\0\0\0mp42iso2")), Format::Other);
    for other in [
        b"".as_slice(),
        b"GIF89a",
        b"%PDF-1.7",
        b"\xFF\xD8",
        b"RIFF____WAVE",
    ] {
        assert_eq!(Format::of(other), Format::Other);
    }
}

#[test]
fn sizes_are_read_without_decoding() {
    let picture = quarters(321, 123);
    for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP] {
        let seen = seen(&encoded(&picture, format));
        assert_eq!(
            (seen.width, seen.height),
            (Some(321), Some(123)),
            "{format:?}"
        );
        assert_eq!(seen.faults, [], "{format:?}");
    }
}

#[test]
fn exif_tells_time_place_and_camera() {
    let seen = seen(&with_exif(&jpeg(&quarters(16, 16)), &phone_tiff(6)));
    assert_eq!(seen.orientation, 6);
    let exif = seen.exif.unwrap();
    assert_eq!(exif.taken_at.unwrap().to_string(), "2026-03-02T07:31:05Z");
    let position = exif.position.unwrap();
    assert!((position.lon() - 104.3).abs() < 1e-9 && (position.lat() - 22.4).abs() < 1e-9);
    assert_eq!(exif.make.as_deref(), Some("Hãng máy"));
    assert_eq!(exif.model.as_deref(), Some("M-1"));
}

#[test]
fn a_time_without_offset_stays_apart_from_one_with() {
    let tiff = tiff([], &[ascii(0x9003, "2026:03:02 14:31:05")], &[]);
    let exif = seen(&with_exif(&jpeg(&quarters(16, 16)), &tiff))
        .exif
        .unwrap();
    assert_eq!(exif.taken_at, None);
    assert_eq!(
        exif.taken_local.unwrap().to_string(),
        "2026-03-02T07:31:05Z"
    );
}

#[test]
fn southern_and_western_places_are_negative() {
    let gps = [
        ascii(1, "S"),
        rationals(2, &[(22, 1), (30, 1), (0, 1)]),
        ascii(3, "W"),
        rationals(4, &[(104, 1), (15, 1), (0, 1)]),
    ];
    let exif = seen(&with_exif(&jpeg(&quarters(16, 16)), &tiff([], &[], &gps)))
        .exif
        .unwrap();
    let position = exif.position.unwrap();
    assert_eq!((position.lon(), position.lat()), (-104.25, -22.5));
}

#[test]
fn broken_values_are_no_values() {
    let gps = [
        ascii(1, "N"),
        rationals(2, &[(22, 0), (24, 0), (0, 0)]),
        ascii(3, "E"),
        rationals(4, &[(104, 1), (18, 1), (0, 1)]),
    ];
    let tiff = tiff(
        [short(0x0112, 9)],
        &[ascii(0x9003, "0000:00:00 00:00:00")],
        &gps,
    );
    let seen = seen(&with_exif(&jpeg(&quarters(16, 16)), &tiff));
    let exif = seen.exif.unwrap();
    assert_eq!((exif.position, exif.time()), (None, None));
    assert_eq!(seen.orientation, 1);
}

#[test]
fn a_camera_before_its_first_fix_has_no_place() {
    let nought = |tag| rationals(tag, &[(0, 1), (0, 1), (0, 1)]);
    let gps = [ascii(1, "N"), nought(2), ascii(3, "E"), nought(4)];
    let exif = seen(&with_exif(&jpeg(&quarters(16, 16)), &tiff([], &[], &gps)))
        .exif
        .unwrap();
    assert_eq!(exif.position, None);
}

#[test]
fn pictures_without_exif_have_none() {
    assert_eq!(seen(&jpeg(&quarters(16, 16))).exif, None);
    assert_eq!(
        seen(&encoded(&quarters(16, 16), ImageFormat::Png)).exif,
        None
    );
}

#[test]
fn a_phones_heic_tells_time_place_camera_and_turn() {
    let seen = seen(include_bytes!(
        "../../../../../fixtures/evidence/phone.heic"
    ));
    assert_eq!((seen.format, seen.orientation), (Format::Heic, 6));
    assert_eq!(seen.faults, [DeriveFault::UnsupportedHeic]);
    let exif = seen.exif.unwrap();
    assert_eq!(exif.taken_at.unwrap().to_string(), "2026-03-02T02:31:05Z");
    assert_eq!(exif.taken_local, None);
    let position = exif.position.unwrap();
    assert!((position.lon() - 104.3).abs() < 1e-9 && (position.lat() - 22.4).abs() < 1e-9);
    assert_eq!(exif.make.as_deref(), Some("Hang may"));
    assert_eq!(exif.model.as_deref(), Some("M-1"));
}
