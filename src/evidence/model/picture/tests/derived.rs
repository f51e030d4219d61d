//! The small copies: size, turn, colours, and nothing but pixels.

use image::{Rgba, RgbaImage};

use super::*;
use crate::evidence::model::picture::Format;

fn made(bytes: &[u8]) -> super::super::Derived {
    derive(bytes, &Limits::default()).unwrap()
}

fn pixels(jpeg: &[u8]) -> RgbImage {
    image::load_from_memory_with_format(jpeg, ImageFormat::Jpeg)
        .unwrap()
        .into_rgb8()
}

fn colour(pixel: Rgb<u8>) -> char {
    match pixel.0.map(|channel| channel > 128) {
        [true, false, false] => 'r',
        [false, true, false] => 'g',
        [false, false, true] => 'b',
        [true, true, false] => 'y',
        _ => '?',
    }
}

/// The colours of the four corners, row by row.
fn corners(picture: &RgbImage) -> String {
    let (right, low) = (picture.width() - 3, picture.height() - 3);
    [(2, 2), (right, 2), (2, low), (right, low)]
        .iter()
        .map(|(x, y)| colour(*picture.get_pixel(*x, *y)))
        .collect()
}

/// What each orientation shows when the stored rows read `rg` over `by` (EXIF 2.32, 4.6.5.1).
const TURNED: [(u16, &str); 8] = [
    (1, "rgby"),
    (2, "gryb"),
    (3, "ybgr"),
    (4, "byrg"),
    (5, "rbgy"),
    (6, "bryg"),
    (7, "ygbr"),
    (8, "gyrb"),
];

#[test]
fn pictures_stand_upright_whatever_way_the_phone_was_held() {
    let stored = jpeg(&quarters(400, 300));
    for (orientation, expected) in TURNED {
        let derived = made(&with_exif(&stored, &phone_tiff(orientation)));
        let size = if orientation < 5 {
            (400, 300)
        } else {
            (300, 400)
        };
        assert_eq!((derived.width, derived.height), size, "{orientation}");
        assert_eq!(
            corners(&pixels(&derived.display_jpeg)),
            expected,
            "{orientation}"
        );
        assert_eq!(
            corners(&pixels(&derived.thumbnail_jpeg)),
            expected,
            "{orientation}"
        );
    }
}

#[test]
fn copies_are_as_small_as_they_are_meant_to_be() {
    let derived = made(&jpeg(&quarters(2_000, 1_500)));
    assert_eq!(pixels(&derived.display_jpeg).dimensions(), (1_280, 960));
    assert_eq!(pixels(&derived.thumbnail_jpeg).dimensions(), (320, 240));
    let tall = made(&jpeg(&quarters(10, 4_000)));
    assert_eq!(pixels(&tall.display_jpeg).dimensions(), (3, 1_280));
    assert_eq!(pixels(&tall.thumbnail_jpeg).dimensions(), (1, 320));
    let small = made(&jpeg(&quarters(200, 100)));
    assert_eq!(pixels(&small.display_jpeg).dimensions(), (200, 100));
    assert_eq!(pixels(&small.thumbnail_jpeg).dimensions(), (200, 100));
}

/// Every segment marker before the scan of a JPEG.
fn markers(jpeg: &[u8]) -> Vec<u8> {
    let mut found = Vec::new();
    let mut at = 2;
    while jpeg[at + 1] != 0xDA {
        found.push(jpeg[at + 1]);
        at += 2 + usize::from(u16::from_be_bytes([jpeg[at + 2], jpeg[at + 3]]));
    }
    found
}

#[test]
fn copies_hold_no_metadata() {
    let original = with_exif(&jpeg(&quarters(400, 300)), &phone_tiff(6));
    assert!(markers(&original).contains(&0xE1));
    let derived = made(&original);
    for copy in [&derived.display_jpeg, &derived.thumbnail_jpeg] {
        assert_eq!(Format::of(copy), Format::Jpeg);
        let spoken: Vec<u8> = markers(copy)
            .into_iter()
            .filter(|marker| matches!(marker, 0xE1..=0xEF | 0xFE))
            .collect();
        assert_eq!(spoken, [0_u8; 0], "APPn or COM");
        assert!(
            !copy
                .windows(4)
                .any(|bytes| bytes == b"Exif" || bytes == b"2026")
        );
    }
}

#[test]
fn png_and_webp_become_jpeg_too() {
    for format in [ImageFormat::Png, ImageFormat::WebP] {
        let derived = made(&encoded(&quarters(400, 300), format));
        assert_eq!(
            corners(&pixels(&derived.display_jpeg)),
            "rgby",
            "{format:?}"
        );
    }
}

#[test]
fn what_is_transparent_becomes_white() {
    let clear = RgbaImage::from_pixel(1_600, 40, Rgba([0, 0, 0, 0]));
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::ImageRgba8(clear)
        .write_to(&mut bytes, ImageFormat::Png)
        .unwrap();
    let shown = pixels(&made(bytes.get_ref()).display_jpeg);
    assert!(
        shown
            .pixels()
            .all(|pixel| pixel.0.iter().all(|channel| *channel > 250))
    );
}

#[test]
fn grey_and_deep_pictures_are_read() {
    let deep = DynamicImage::ImageRgb8(quarters(1_400, 20)).into_rgb16();
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::ImageRgb16(deep)
        .write_to(&mut bytes, ImageFormat::Png)
        .unwrap();
    assert_eq!(
        corners(&pixels(&made(bytes.get_ref()).display_jpeg)),
        "rgby"
    );
    let grey = DynamicImage::ImageRgb8(quarters(1_400, 20)).into_luma8();
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::ImageLuma8(grey)
        .write_to(&mut bytes, ImageFormat::Jpeg)
        .unwrap();
    assert_eq!(made(bytes.get_ref()).width, 1_280);
}

/// Stripes one pixel wide are a worst case for a resizer that only picks pixels: a good one gives grey.
#[test]
fn shrinking_averages_instead_of_picking() {
    let stripes = RgbImage::from_fn(3_840, 96, |x, _| {
        if x % 2 == 0 {
            Rgb([255; 3])
        } else {
            Rgb([0; 3])
        }
    });
    let shown = pixels(&made(&encoded(&stripes, ImageFormat::Png)).display_jpeg);
    assert!(
        shown
            .pixels()
            .all(|pixel| pixel.0.iter().all(|channel| (90..=165).contains(channel)))
    );
}
