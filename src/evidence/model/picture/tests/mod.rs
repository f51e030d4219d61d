//! Pictures made here, with EXIF built byte by byte, against the readers.

mod bombs;
mod derived;
mod facts;

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};

use super::{DeriveFault, Limits, derive, inspect};

/// Red, green, blue and yellow quarters: upper left, upper right, lower left, lower right.
fn quarters(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        match (x * 2 < width, y * 2 < height) {
            (true, true) => Rgb([230, 20, 20]),
            (false, true) => Rgb([20, 230, 20]),
            (true, false) => Rgb([20, 20, 230]),
            (false, false) => Rgb([230, 230, 20]),
        }
    })
}

fn jpeg(picture: &RgbImage) -> Vec<u8> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, 95)
        .encode_image(picture)
        .unwrap();
    bytes
}

fn encoded(picture: &RgbImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(picture.clone())
        .write_to(&mut bytes, format)
        .unwrap();
    bytes.into_inner()
}

/// The JPEG with an APP1 segment after its SOI (EXIF 2.32, 4.7.2).
fn with_exif(jpeg: &[u8], tiff: &[u8]) -> Vec<u8> {
    let length = u16::try_from(2 + 6 + tiff.len()).unwrap();
    let mut bytes = jpeg[..2].to_vec();
    bytes.extend([0xFF, 0xE1]);
    bytes.extend(length.to_be_bytes());
    bytes.extend(b"Exif\0\0");
    bytes.extend(tiff);
    bytes.extend(&jpeg[2..]);
    bytes
}

/// One IFD entry: tag, type, count, and its value or the bytes that it points to.
struct Entry(u16, u16, u32, Vec<u8>);

fn short(tag: u16, value: u16) -> Entry {
    let [high, low] = value.to_be_bytes();
    Entry(tag, 3, 1, vec![high, low, 0, 0])
}

fn ascii(tag: u16, text: &str) -> Entry {
    let bytes = [text.as_bytes(), b"\0"].concat();
    Entry(tag, 2, u32::try_from(bytes.len()).unwrap(), bytes)
}

fn rationals(tag: u16, parts: &[(u32, u32)]) -> Entry {
    let bytes = parts
        .iter()
        .flat_map(|(n, d)| [n.to_be_bytes(), d.to_be_bytes()].concat())
        .collect();
    Entry(tag, 5, u32::try_from(parts.len()).unwrap(), bytes)
}

fn long(tag: u16, value: u32) -> Entry {
    Entry(tag, 4, 1, value.to_be_bytes().to_vec())
}

/// An IFD that begins at `offset` of the TIFF; longer values follow it.
fn ifd(offset: usize, entries: &[Entry]) -> Vec<u8> {
    let mut head = u16::try_from(entries.len()).unwrap().to_be_bytes().to_vec();
    let mut tail = Vec::new();
    let after = offset + 2 + 12 * entries.len() + 4;
    for Entry(tag, kind, count, value) in entries {
        head.extend(tag.to_be_bytes());
        head.extend(kind.to_be_bytes());
        head.extend(count.to_be_bytes());
        if value.len() <= 4 {
            head.extend(value.iter().copied().chain([0; 4]).take(4));
        } else {
            head.extend(u32::try_from(after + tail.len()).unwrap().to_be_bytes());
            tail.extend(value);
        }
    }
    head.extend([0; 4]);
    [head, tail].concat()
}

/// A big-endian TIFF with the first IFD, an EXIF IFD and a GPS IFD.
fn tiff(main: impl IntoIterator<Item = Entry>, camera: &[Entry], gps: &[Entry]) -> Vec<u8> {
    let mut main: Vec<Entry> = main.into_iter().collect();
    main.extend([long(0x8769, 0), long(0x8825, 0)]);
    let camera_at = 8 + ifd(8, &main).len();
    let gps_at = camera_at + ifd(camera_at, camera).len();
    let last = main.len();
    main[last - 2] = long(0x8769, u32::try_from(camera_at).unwrap());
    main[last - 1] = long(0x8825, u32::try_from(gps_at).unwrap());
    [
        b"MM\0*\0\0\0\x08".to_vec(),
        ifd(8, &main),
        ifd(camera_at, camera),
        ifd(gps_at, gps),
    ]
    .concat()
}

/// 22°24'00" N 104°18'00" E, shutter at 14:31:05 (UTC+7), orientation as given.
fn phone_tiff(orientation: u16) -> Vec<u8> {
    tiff(
        [
            ascii(0x010F, "Hãng máy"),
            ascii(0x0110, "M-1"),
            short(0x0112, orientation),
        ],
        &[
            ascii(0x9003, "2026:03:02 14:31:05"),
            ascii(0x9011, "+07:00"),
        ],
        &[
            ascii(1, "N"),
            rationals(2, &[(22, 1), (24, 1), (0, 1)]),
            ascii(3, "E"),
            rationals(4, &[(104, 1), (17, 1), (6_000, 100)]),
        ],
    )
}
