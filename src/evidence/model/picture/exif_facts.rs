//! What EXIF (JEITA CP-3451) says about time, place and camera; broken tags are passed over.

use std::io::Cursor;

use exif::{Exif, In, Reader, Tag, Value};

use super::Format;
use crate::base::time::Timestamp;
use crate::geo::position::Position;

/// What a camera wrote into the file.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ExifFacts {
    /// The shutter time, when its offset from UTC is written too (EXIF 2.31).
    pub taken_at: Option<Timestamp>,
    /// The shutter time without an offset, read as local time (UTC+7).
    pub taken_local: Option<Timestamp>,
    /// The shutter time as the camera's clock showed it, read as UTC+7 whatever its offset.
    pub shutter_local: Option<Timestamp>,
    /// When the file was changed last, by the same clock and in the same way.
    pub changed_local: Option<Timestamp>,
    /// The program that wrote the file.
    pub software: Option<String>,
    /// The camera's position.
    pub position: Option<Position>,
    /// The camera's maker.
    pub make: Option<String>,
    /// The camera's model.
    pub model: Option<String>,
    /// Orientation, 1 to 8.
    pub orientation: Option<u8>,
}

impl ExifFacts {
    /// The shutter time as well as it is known.
    #[must_use]
    pub fn time(&self) -> Option<Timestamp> {
        self.taken_at.or(self.taken_local)
    }
}

pub(super) fn read(format: Format, bytes: &[u8]) -> Option<ExifFacts> {
    if format == Format::Other {
        return None;
    }
    let exif = Reader::new()
        .continue_on_error(true)
        .read_from_container(&mut Cursor::new(bytes))
        .or_else(|fault| fault.distill_partial_result(|_broken_tags| {}))
        .ok()?;
    let (taken_at, taken_local) = times(&exif);
    Some(ExifFacts {
        taken_at,
        taken_local,
        shutter_local: local(&exif, Tag::DateTimeOriginal),
        changed_local: local(&exif, Tag::DateTime),
        software: text(&exif, Tag::Software),
        position: position(&exif),
        make: text(&exif, Tag::Make),
        model: text(&exif, Tag::Model),
        orientation: orientation(&exif),
    })
}

fn value(exif: &Exif, tag: Tag) -> Option<&Value> {
    exif.get_field(tag, In::PRIMARY).map(|field| &field.value)
}

fn ascii(exif: &Exif, tag: Tag) -> Option<&[u8]> {
    match value(exif, tag)? {
        Value::Ascii(lines) => lines.first().map(Vec::as_slice),
        _ => None,
    }
}

/// Up to 100 characters, without controls.
fn text(exif: &Exif, tag: Tag) -> Option<String> {
    let text: String = String::from_utf8_lossy(ascii(exif, tag)?)
        .chars()
        .filter(|c| !c.is_control())
        .take(100)
        .collect();
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

fn orientation(exif: &Exif) -> Option<u8> {
    let orientation = value(exif, Tag::Orientation)?.get_uint(0)?;
    u8::try_from(orientation)
        .ok()
        .filter(|orientation| (1..=8).contains(orientation))
}

/// The shutter time with its own offset, else as local time. Written `2026:03:02 14:31:05` and `+07:00`.
fn times(exif: &Exif) -> (Option<Timestamp>, Option<Timestamp>) {
    let wall = wall_time(exif, Tag::DateTimeOriginal).or_else(|| wall_time(exif, Tag::DateTime));
    let offset = [Tag::OffsetTimeOriginal, Tag::OffsetTime]
        .into_iter()
        .find_map(|tag| text(exif, tag));
    match (wall, offset) {
        (Some(wall), Some(offset)) => match format!("{wall}{offset}").parse() {
            Ok(taken_at) => (Some(taken_at), None),
            Err(_) => (None, format!("{wall}+07:00").parse().ok()),
        },
        (Some(wall), None) => (None, format!("{wall}+07:00").parse().ok()),
        (None, _) => (None, None),
    }
}

fn local(exif: &Exif, tag: Tag) -> Option<Timestamp> {
    format!("{}+07:00", wall_time(exif, tag)?).parse().ok()
}

fn wall_time(exif: &Exif, tag: Tag) -> Option<String> {
    let written = text(exif, tag)?;
    let (date, time) = written.split_once(' ')?;
    Some(format!("{}T{time}", date.replace(':', "-")))
}

/// No position when either half is missing or at exactly 0, 0, which cameras write before their first fix.
fn position(exif: &Exif) -> Option<Position> {
    let lat = degrees(exif, Tag::GPSLatitude, Tag::GPSLatitudeRef, b'S')?;
    let lon = degrees(exif, Tag::GPSLongitude, Tag::GPSLongitudeRef, b'W')?;
    let unset = lat == 0.0 && lon == 0.0;
    Position::new(lon, lat).ok().filter(|_| !unset)
}

fn degrees(exif: &Exif, tag: Tag, reference: Tag, negative: u8) -> Option<f64> {
    let Value::Rational(parts) = value(exif, tag)? else {
        return None;
    };
    let [degrees, minutes, seconds] = parts.as_slice() else {
        return None;
    };
    let size = degrees.to_f64() + minutes.to_f64() / 60.0 + seconds.to_f64() / 3600.0;
    let sign = if ascii(exif, reference)?.first() == Some(&negative) {
        -1.0
    } else {
        1.0
    };
    size.is_finite().then_some(sign * size)
}
