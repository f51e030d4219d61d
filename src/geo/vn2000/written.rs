//! Coordinates as staff write them: off a Garmin, a paper, a web map. Every reading that fits is told with what it
//! rests on; which one is meant is for a person to say, or for the commune that was declared.

use super::format::Format;
use super::grid;
use super::text::Text;
use super::zone::{Width, ZONES, Zone, from_geographic, from_utm};
use crate::base::words::vocabulary;
use crate::geo::position::Position;

/// No coordinates are longer, characters.
pub const LONGEST: usize = 200;
/// Where the programme works, degrees: the country and what borders on it.
const WEST_EAST: (f64, f64) = (101.5, 110.0);
const SOUTH_NORTH: (f64, f64) = (8.0, 24.0);
/// Northings and eastings within the country, m.
const NORTHINGS_M: (f64, f64) = (880_000.0, 2_700_000.0);
pub(super) const EASTINGS_M: (f64, f64) = (100_000.0, 900_000.0);
/// How far beyond half its width a zone is still used, degrees.
const BEYOND: f64 = 0.6;

vocabulary! {
    /// What a reading rests on besides the numbers.
    Reason: "a reason" {
        /// The text names both axes.
        AxesNamed = "axes_named",
        /// The larger number is the northing or the longitude.
        AxesBySize = "axes_by_size",
        /// The axes stand the other way round than usual, or than the text names them.
        AxesSwapped = "axes_swapped",
        /// The easting carries its zone's number in front.
        ZonePrefix = "zone_prefix",
        /// The numbers are kilometres.
        InKilometres = "in_kilometres",
        /// The text names VN-2000.
        DatumNamed = "datum_named",
        /// Nothing in the text tells the central meridian.
        MeridianAssumed = "meridian_assumed",
        /// The text names the central meridian.
        MeridianNamed = "meridian_named",
        /// The numbers have their thousands grouped.
        Grouped = "grouped_thousands",
        /// The zone's number stands as receivers write it: metres of UTM on WGS84.
        UtmZone = "utm_zone",
        /// A square of the military grid is named.
        GridSquare = "grid_square",
    }
}

impl Reason {
    /// What is told in Vietnamese.
    #[must_use]
    pub const fn vi(self) -> &'static str {
        match self {
            Self::AxesNamed => "Có ghi rõ hai trục",
            Self::AxesBySize => "Suy ra trục từ độ lớn của số",
            Self::AxesSwapped => "Hai trục viết ngược thứ tự thường dùng hoặc ngược tên ghi",
            Self::ZonePrefix => "Tọa độ Y có số múi đứng trước",
            Self::InKilometres => "Số viết theo km",
            Self::DatumNamed => "Có ghi hệ VN-2000",
            Self::MeridianAssumed => "Không ghi kinh tuyến trục: mỗi kinh tuyến cho một điểm",
            Self::MeridianNamed => "Có ghi kinh tuyến trục",
            Self::Grouped => "Số có dấu ngăn hàng nghìn",
            Self::GridSquare => "Có ghi ô lưới quân sự (MGRS)",
            Self::UtmZone => {
                "Có số múi UTM: máy GPS thường hiện UTM trên WGS84, lệch khoảng 220 m so với VN-2000"
            }
        }
    }

    /// The same in English.
    #[must_use]
    pub const fn en(self) -> &'static str {
        match self {
            Self::AxesNamed => "both axes are named",
            Self::AxesBySize => "the axes follow from the size of the numbers",
            Self::AxesSwapped => {
                "the axes stand the other way round than usual, or than they are named"
            }
            Self::ZonePrefix => "the easting carries its zone's number in front",
            Self::InKilometres => "the numbers are kilometres",
            Self::DatumNamed => "VN-2000 is named",
            Self::MeridianAssumed => "no central meridian is named: each gives another place",
            Self::MeridianNamed => "the central meridian is named",
            Self::Grouped => "the numbers have their thousands grouped",
            Self::GridSquare => "a square of the military grid (MGRS) is named",
            Self::UtmZone => {
                "a UTM zone is named: receivers show UTM on WGS84, about 220 m off VN-2000"
            }
        }
    }
}

/// In which reference system numbers were read.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum System {
    /// Degrees of WGS84 (EPSG:4326).
    Wgs84,
    /// Degrees of VN-2000 (EPSG:4756), about 220 m off WGS84.
    Vn2000Degrees,
    /// Metres on a plane of VN-2000.
    Vn2000(Zone),
    /// Metres of a UTM zone on WGS84 (EPSG:32648, 32649), as receivers show them.
    Utm(u8),
}

impl System {
    /// What people call it.
    #[must_use]
    pub fn label(self) -> String {
        match self {
            Self::Wgs84 => "WGS84".to_owned(),
            Self::Vn2000Degrees => "VN-2000 (độ)".to_owned(),
            Self::Vn2000(zone) => zone.label(),
            Self::Utm(zone) => format!("WGS84 UTM {zone}N"),
        }
    }

    /// The code with EPSG.
    #[must_use]
    pub const fn epsg(self) -> u32 {
        match self {
            Self::Wgs84 => 4326,
            Self::Vn2000Degrees => 4756,
            Self::Vn2000(zone) => zone.epsg,
            Self::Utm(zone) => 32_600 + zone as u32,
        }
    }
}

/// One way to read a text.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// Where, WGS84.
    pub position: Position,
    /// In which system the numbers were read.
    pub system: System,
    /// How they were written.
    pub format: Format,
    /// What it rests on.
    pub reasons: Vec<Reason>,
}

/// Every reading of a text that lies in or near the country, the likeliest system first; none where nothing fits.
#[must_use]
pub fn read(text: &str) -> Vec<Reading> {
    if text.chars().count() > LONGEST {
        return Vec::new();
    }
    let mut squares = grid::read(text);
    squares.retain(|reading| is_near(reading.position));
    if !squares.is_empty() {
        return squares;
    }
    let text = Text::of(text);
    if text.is_negative {
        return Vec::new();
    }
    let mut readings = degrees(&text);
    if let [first, second] = text.numbers[..] {
        readings.extend(metres(&text, first, second, false));
    }
    readings.retain(|reading| is_near(reading.position));
    if readings.is_empty() {
        // Decimals of one number may pass for the zone before the next: a pair without such a prefix is meant.
        let mut pairs = text.grouped.clone();
        pairs.sort_by_key(|(first, second)| is_prefixed(first.max(*second)));
        let mut found = pairs.into_iter().map(|(first, second)| {
            let mut own = metres(&text, first, second, true);
            own.retain(|reading| is_near(reading.position));
            own
        });
        return found.find(|own| !own.is_empty()).unwrap_or_default();
    }
    readings
}

fn is_near(position: Position) -> bool {
    let within = |value: f64, (from, to): (f64, f64)| value >= from && value <= to;
    within(position.lon(), WEST_EAST) && within(position.lat(), SOUTH_NORTH)
}

/// One angle of up to three parts.
fn angle(parts: &[f64]) -> Option<f64> {
    let part = |at: usize| parts.get(at).copied().unwrap_or(0.0);
    let whole = parts
        .split_last()
        .is_none_or(|(_, before)| before.iter().all(|part| part.fract() == 0.0));
    (whole && part(1) < 60.0 && part(2) < 60.0).then(|| part(0) + part(1) / 60.0 + part(2) / 3600.0)
}

fn degrees(text: &Text) -> Vec<Reading> {
    let half = text.numbers.len() / 2;
    let format = match (text.numbers.len() % 2, half) {
        (0, 1) => Format::Degrees,
        (0, 2) => Format::DegreesMinutes,
        (0, 3) => Format::DegreesMinutesSeconds,
        _ => return Vec::new(),
    };
    let (first, second) = text.numbers.split_at(half);
    let Some((first, second)) = angle(first).zip(angle(second)) else {
        return Vec::new();
    };
    // Here a longitude is always the larger number; latitude stands first, as web maps write it.
    let Some((is_first_north, reason)) =
        text.order(first, second, |lat, lon| lat < lon && lat <= 90.0)
    else {
        return Vec::new();
    };
    let (lat, lon) = if is_first_north {
        (first, second)
    } else {
        (second, first)
    };
    let mut readings = Vec::new();
    if let Ok(position) = Position::new(lon, lat) {
        readings.push(Reading {
            position,
            system: System::Wgs84,
            format,
            reasons: vec![reason],
        });
    }
    if text.is_vn2000
        && let Ok(position) = from_geographic(lon, lat)
    {
        let reasons = vec![reason, Reason::DatumNamed];
        let system = System::Vn2000Degrees;
        readings.insert(
            0,
            Reading {
                position,
                system,
                format,
                reasons,
            },
        );
    }
    readings
}

/// A prefixed easting is larger than any northing.
fn is_prefixed(east: f64) -> bool {
    east >= 10_000_000.0
}

fn without_prefix(east: f64) -> f64 {
    if is_prefixed(east) {
        east % 1_000_000.0
    } else {
        east
    }
}

fn metres(text: &Text, first: f64, second: f64, is_grouped: bool) -> Vec<Reading> {
    let is_km = !is_grouped && first.max(second) < 4_000.0 && first.min(second) >= 100.0;
    let unit = if is_km { 1_000.0 } else { 1.0 };
    let (first, second) = (first * unit, second * unit);
    let within = |value: f64, (from, to): (f64, f64)| value >= from && value <= to;
    let fits = |north: f64, east: f64| {
        within(north, NORTHINGS_M) && within(without_prefix(east), EASTINGS_M)
    };
    let Some((is_first_north, order)) = text.order(first, second, fits) else {
        return Vec::new();
    };
    let (north, east) = if is_first_north {
        (first, second)
    } else {
        (second, first)
    };
    let mut reasons = vec![order];
    if text.zone.is_some() || is_prefixed(east) {
        reasons.push(Reason::ZonePrefix);
    }
    let east = without_prefix(east);
    if is_grouped {
        reasons.push(Reason::Grouped);
    }
    if is_km {
        reasons.push(Reason::InKilometres);
    }
    if text.is_vn2000 {
        reasons.push(Reason::DatumNamed);
    }
    let format = if is_km {
        Format::Kilometres
    } else {
        Format::Metres
    };
    let mut readings = on_planes(text, north, east, format, &reasons);
    if let Some(own) = on_utm(text, north, east, format, &reasons) {
        // What a receiver wrote is likelier its own system than a plane of a map.
        let at = if text.is_utm { 0 } else { readings.len() };
        readings.insert(at, own);
    }
    readings
}

/// The place in the UTM zone that is named, unless the text names another system.
fn on_utm(
    text: &Text,
    north: f64,
    east: f64,
    format: Format,
    reasons: &[Reason],
) -> Option<Reading> {
    let is_other = text.is_vn2000 || text.meridian.is_some();
    let zone = text.zone.filter(|_| !is_other)?;
    let position = from_utm(zone, north, east).ok()?;
    let mut reasons = reasons.to_vec();
    reasons.push(Reason::UtmZone);
    Some(Reading {
        position,
        system: System::Utm(zone),
        format,
        reasons,
    })
}

/// The place on the plane of each zone that reaches so far, or of the zones whose meridian is named.
fn on_planes(
    text: &Text,
    north: f64,
    east: f64,
    format: Format,
    reasons: &[Reason],
) -> Vec<Reading> {
    let named = |zone: &Zone| {
        text.width.is_none_or(|width| zone.width == width)
            && text
                .meridian
                .is_none_or(|meridian| (zone.meridian - meridian).abs() < 0.01)
    };
    let why = if text.meridian.is_some() {
        Reason::MeridianNamed
    } else {
        Reason::MeridianAssumed
    };
    let mut zones: Vec<Zone> = ZONES.into_iter().filter(named).collect();
    zones.sort_by_key(|zone| zone.width == Width::Six);
    let place = |zone: Zone| {
        let position = zone.projector().ok()?.inverse(north, east).ok()?;
        let reach = zone.width.degrees() / 2.0 + BEYOND;
        let fits = (position.lon() - zone.meridian).abs() <= reach;
        let mut reasons = reasons.to_vec();
        reasons.push(why);
        fits.then_some(Reading {
            position,
            system: System::Vn2000(zone),
            format,
            reasons,
        })
    };
    zones.into_iter().filter_map(place).collect()
}
