//! A hand-written EXIF segment (CIPA DC-008, TIFF 6.0), little-endian, as a phone's camera would leave it.

use chrono::DateTime;

use super::number;
use super::photos::Photo;
use crate::base::time::local_offset;

const BYTE: u16 = 1;
const ASCII: u16 = 2;
const SHORT: u16 = 3;
const LONG: u16 = 4;
const RATIONAL: u16 = 5;
const UNDEFINED: u16 = 7;
/// Length of the TIFF header; the first directory follows it.
const HEADER: u32 = 8;

struct Field {
    tag: u16,
    kind: u16,
    count: u32,
    value: Vec<u8>,
}

/// The JPEG with the segment right after its first marker, where EXIF readers look for it.
pub(super) fn written_into(jpeg: &[u8], photo: &Photo) -> Vec<u8> {
    let (start, rest) = jpeg.split_at(jpeg.len().min(2));
    let tiff = tiff(photo);
    let length = u16::try_from(tiff.len() + 8).unwrap_or(u16::MAX);
    [
        start,
        &[0xff, 0xe1],
        &length.to_be_bytes(),
        b"Exif\0\0",
        &tiff,
        rest,
    ]
    .concat()
}

fn tiff(photo: &Photo) -> Vec<u8> {
    let taken = taken(photo, "%Y:%m:%d %H:%M:%S");
    let camera = vec![
        Field::undefined(0x9000, b"0232"),
        Field::ascii(0x9003, &taken),
        Field::ascii(0x9011, "+07:00"),
    ];
    let place = gps(photo);
    // The directories' lengths do not depend on the pointers, so zeros stand in for the first count.
    let main_length = length(&main(photo, &taken, 0, 0));
    let camera_at = HEADER + main_length;
    let gps_at = camera_at + length(&camera);
    [
        b"II*\0".to_vec(),
        HEADER.to_le_bytes().to_vec(),
        directory(&main(photo, &taken, camera_at, gps_at), HEADER),
        directory(&camera, camera_at),
        directory(&place, gps_at),
    ]
    .concat()
}

fn taken(photo: &Photo, pattern: &str) -> String {
    let time = DateTime::from_timestamp_millis(photo.taken_at.as_millis()).unwrap_or_default();
    time.with_timezone(&local_offset())
        .format(pattern)
        .to_string()
}

fn main(photo: &Photo, taken: &str, camera_at: u32, gps_at: u32) -> Vec<Field> {
    vec![
        Field::ascii(0x010f, "tuantra"),
        Field::ascii(0x0110, "demo"),
        Field::short(0x0112, photo.orientation),
        Field::ascii(0x0132, taken),
        Field::long(0x8769, camera_at),
        Field::long(0x8825, gps_at),
    ]
}

fn gps(photo: &Photo) -> Vec<Field> {
    let (lat, lon) = (photo.position.lat(), photo.position.lon());
    vec![
        Field {
            tag: 0,
            kind: BYTE,
            count: 4,
            value: vec![2, 3, 0, 0],
        },
        Field::ascii(1, if lat < 0.0 { "S" } else { "N" }),
        Field::degrees(2, lat.abs()),
        Field::ascii(3, if lon < 0.0 { "W" } else { "E" }),
        Field::degrees(4, lon.abs()),
        Field::ascii(16, "T"),
        Field::rationals(17, &[(number::tally(photo.bearing_deg * 10.0), 10)]),
        Field::rationals(31, &[(number::tally(photo.accuracy_m * 10.0), 10)]),
    ]
}

impl Field {
    fn ascii(tag: u16, text: &str) -> Self {
        let value = [text.as_bytes(), &[0]].concat();
        Self {
            tag,
            kind: ASCII,
            count: counted(value.len()),
            value,
        }
    }

    fn undefined(tag: u16, bytes: &[u8]) -> Self {
        Self {
            tag,
            kind: UNDEFINED,
            count: counted(bytes.len()),
            value: bytes.to_vec(),
        }
    }

    fn short(tag: u16, number: u16) -> Self {
        Self {
            tag,
            kind: SHORT,
            count: 1,
            value: number.to_le_bytes().to_vec(),
        }
    }

    fn long(tag: u16, number: u32) -> Self {
        Self {
            tag,
            kind: LONG,
            count: 1,
            value: number.to_le_bytes().to_vec(),
        }
    }

    fn rationals(tag: u16, pairs: &[(u32, u32)]) -> Self {
        let words = pairs
            .iter()
            .flat_map(|(over, under)| [over.to_le_bytes(), under.to_le_bytes()]);
        Self {
            tag,
            kind: RATIONAL,
            count: counted(pairs.len()),
            value: words.flatten().collect(),
        }
    }

    /// Degrees, minutes and seconds to a thousandth of a second (3 cm).
    fn degrees(tag: u16, degrees: f64) -> Self {
        let thousandths = number::tally(degrees * 3_600_000.0);
        let (whole, rest) = (thousandths / 3_600_000, thousandths % 3_600_000);
        Self::rationals(
            tag,
            &[(whole, 1), (rest / 60_000, 1), (rest % 60_000, 1_000)],
        )
    }

    /// Bytes kept outside the directory's row: values longer than four, padded to even.
    fn outside(&self) -> usize {
        if self.value.len() > 4 {
            self.value.len().next_multiple_of(2)
        } else {
            0
        }
    }
}

fn counted(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

fn rows_length(fields: &[Field]) -> usize {
    2 + 12 * fields.len() + 4
}

fn length(fields: &[Field]) -> u32 {
    counted(rows_length(fields) + fields.iter().map(Field::outside).sum::<usize>())
}

fn directory(fields: &[Field], at: u32) -> Vec<u8> {
    let mut rows = u16::try_from(fields.len())
        .unwrap_or(u16::MAX)
        .to_le_bytes()
        .to_vec();
    let mut outside = Vec::new();
    let outside_at = at + counted(rows_length(fields));
    for field in fields {
        rows.extend(field.tag.to_le_bytes());
        rows.extend(field.kind.to_le_bytes());
        rows.extend(field.count.to_le_bytes());
        if field.value.len() > 4 {
            rows.extend((outside_at + counted(outside.len())).to_le_bytes());
            outside.extend(&field.value);
            outside.resize(outside.len().next_multiple_of(2), 0);
        } else {
            rows.extend(field.value.iter().copied().chain([0; 4]).take(4));
        }
    }
    rows.extend([0; 4]);
    rows.extend(outside);
    rows
}
