//! Squares of the military grid (MGRS, NGA.STND.0037 2.0): `48Q VK 12345 67890`. Two letters name a square of 100 km; its
//! name comes again every 2,000 km northwards, and the band of latitude says which is meant.

use super::format::Format;
use super::written::{Reading, Reason, System};
use super::zone::{Width, ZONES, from_utm};

/// Letters of the columns of squares, by the zone's number modulo 3; the first begins at 100 km.
const COLUMNS: [&str; 3] = ["STUVWXYZ", "ABCDEFGH", "JKLMNPQR"];
/// Letters of the rows; in zones of even numbers the sixth one begins at the equator.
const ROWS: &str = "ABCDEFGHJKLMNPQRSTUV";
const SQUARE_M: f64 = 100_000.0;
/// After so much northing the letters of rows come again, m.
const ROUND_M: f64 = 2_000_000.0;
/// Bands over the country: their letter, the northing at which their first square begins, m, and their latitudes, degrees.
const BANDS: [(char, f64, (f64, f64)); 2] = [
    ('P', 800_000.0, (8.0, 16.0)),
    ('Q', 1_700_000.0, (16.0, 24.0)),
];

/// A place in the grid of a zone.
struct InGrid {
    zone: u8,
    north_m: f64,
    east_m: f64,
    latitudes: (f64, f64),
}

/// The readings of a text that names a square: on WGS84, as receivers show it, and on VN-2000, as maps have it, unless the
/// text says which; none where it names no square.
pub(super) fn read(text: &str) -> Vec<Reading> {
    let upper = text.to_uppercase();
    let names = |words: [&str; 3]| words.iter().any(|word| upper.contains(word));
    let (is_vn2000, is_wgs84) = (
        names(["VN-2000", "VN 2000", "VN2000"]),
        names(["WGS-84", "WGS 84", "WGS84"]),
    );
    let words = [
        "VN-2000", "VN 2000", "VN2000", "WGS-84", "WGS 84", "WGS84", "MGRS", "UTM",
    ];
    let bare = words
        .iter()
        .fold(upper.clone(), |text, word| text.replace(word, " "));
    let Some(place) = in_grid(&bare) else {
        return Vec::new();
    };
    let on_wgs84 = (!is_vn2000).then(|| place.on_wgs84()).flatten();
    let on_map = (!is_wgs84).then(|| place.on_map()).flatten();
    let readings = on_wgs84.into_iter().chain(on_map);
    readings
        .filter(|own| place.holds(own.position.lat()))
        .collect()
}

impl InGrid {
    fn on_wgs84(&self) -> Option<Reading> {
        Some(Reading {
            position: from_utm(self.zone, self.north_m, self.east_m).ok()?,
            system: System::Utm(self.zone),
            format: Format::Metres,
            reasons: vec![Reason::GridSquare, Reason::UtmZone],
        })
    }

    fn on_map(&self) -> Option<Reading> {
        let meridian = f64::from(self.zone) * 6.0 - 183.0;
        let zone = ZONES.into_iter().find(|zone| {
            zone.width == Width::Six && (zone.meridian - meridian).abs() < f64::EPSILON
        })?;
        let projector = zone.projector().ok()?;
        Some(Reading {
            position: projector.inverse(self.north_m, self.east_m).ok()?,
            system: System::Vn2000(zone),
            format: Format::Metres,
            reasons: vec![Reason::GridSquare],
        })
    }

    /// Whether a latitude is of the band, but for what systems differ.
    fn holds(&self, lat: f64) -> bool {
        const ROOM: f64 = 0.01;
        let (south, north) = self.latitudes;
        lat >= south - ROOM && lat <= north + ROOM
    }
}

/// The place that a text in capitals names by zone, band, square, and metres or tens of metres within it.
fn in_grid(text: &str) -> Option<InGrid> {
    let is_mark = |sign: char| sign.is_whitespace() || matches!(sign, ':' | ';' | ',');
    let mut rest = text.trim_matches(is_mark).chars();
    let mut head = String::new();
    while head.len() < 5 {
        let sign = rest.next()?;
        if !sign.is_whitespace() {
            head.push(sign);
        }
    }
    let zone = head.get(..2)?.parse::<u8>().ok()?;
    let mut letters = head.get(2..)?.chars();
    let (band, column, row) = (letters.next()?, letters.next()?, letters.next()?);
    let (_, least, latitudes) = BANDS.into_iter().find(|(own, ..)| *own == band)?;
    let column = COLUMNS.get(usize::from(zone % 3))?.find(column)?;
    let row = ROWS.find(row)?;
    let shift = if zone.is_multiple_of(2) { 15 } else { 0 };
    let row = (row + shift) % ROWS.len();
    let (east, north) = within(rest.as_str())?;
    let squares = |number: usize| Some(f64::from(u32::try_from(number).ok()?) * SQUARE_M);
    let base = squares(row)?;
    let base = if base < least { base + ROUND_M } else { base };
    (47..=49).contains(&zone).then_some(InGrid {
        zone,
        north_m: base + north,
        east_m: squares(column + 1)? + east,
        latitudes,
    })
}

/// Metres east and north within a square, of two numbers of five or four digits each.
fn within(text: &str) -> Option<(f64, f64)> {
    let mut parts = text.split_whitespace();
    let (east, north) = match (parts.next()?, parts.next()) {
        (both, None) => both.split_at_checked(both.len() / 2)?,
        (east, Some(north)) => (east, north),
    };
    let unit = match east.len() {
        5 => 1.0,
        4 => 10.0,
        _ => return None,
    };
    let are_digits = east
        .bytes()
        .chain(north.bytes())
        .all(|own| own.is_ascii_digit());
    let is_one = parts.next().is_none() && east.len() == north.len() && are_digits;
    let metres = |digits: &str| Some(digits.parse::<f64>().ok()? * unit);
    is_one.then_some((metres(east)?, metres(north)?))
}
