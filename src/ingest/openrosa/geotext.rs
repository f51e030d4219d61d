//! Places as forms write them: `lat lon alt acc`, several joined by `;`.
//!
//! Collect writes `0.0 0.0` for altitude and accuracy of what was tapped on a map, and sets the accuracy of a location
//! that another program made up to 0 while its altitude stays (`LocationUtils.sanitizeAccuracy` in getodk/collect).

use crate::geo::position::Position;

/// More points than any walk has; the native API takes as many vertices.
pub const MAX_POINTS: usize = 5_000;

/// A receiver that errs by more tells no place; the text keeps what it wrote.
const MOST_ACCURACY_M: f64 = 100_000.0;

/// How a point came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Provenance {
    /// Read from satellites, with an accuracy.
    Measured,
    /// Tapped on a map, or typed without altitude and accuracy.
    HandPlaced,
    /// Made up by another program on the phone.
    Mocked,
}

impl Provenance {
    /// The words under which it is kept beside the coordinates.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Measured => "odk geopoint, measured",
            Self::HandPlaced => "odk geopoint, placed by hand",
            Self::Mocked => "odk geopoint, mock location",
        }
    }
}

/// A place of a form.
#[derive(Clone, Copy, PartialEq)]
pub struct GeoPoint {
    /// Where.
    pub position: Position,
    /// Altitude, m; none for what was placed by hand.
    pub altitude_m: Option<f64>,
    /// Accuracy, m; only of what was measured, and up to 100,000 m.
    pub accuracy_m: Option<f64>,
    /// How it came about.
    pub provenance: Provenance,
}

/// Places stay out of logs.
impl std::fmt::Debug for GeoPoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "GeoPoint({:?}, ..)", self.provenance)
    }
}

/// A text that is no place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidGeoText {
    /// Not two to four numbers, or outside the globe.
    #[error("expected latitude, longitude, altitude and accuracy, separated by spaces")]
    NotAPoint,
    /// Too many points.
    #[error("expected at most 5,000 points")]
    TooMany,
}

/// Reads a geopoint.
pub fn point(text: &str) -> Result<GeoPoint, InvalidGeoText> {
    let numbers: Vec<f64> = text
        .split_whitespace()
        .take(5)
        .map(|number| number.parse().ok().filter(|value: &f64| value.is_finite()))
        .collect::<Option<_>>()
        .ok_or(InvalidGeoText::NotAPoint)?;
    let (lat, lon, altitude, accuracy) = match numbers[..] {
        [lat, lon] => (lat, lon, None, None),
        [lat, lon, altitude] => (lat, lon, Some(altitude), None),
        [lat, lon, altitude, accuracy] => (lat, lon, Some(altitude), Some(accuracy)),
        _ => return Err(InvalidGeoText::NotAPoint),
    };
    let position = Position::new(lon, lat).or(Err(InvalidGeoText::NotAPoint))?;
    let provenance = match (altitude, accuracy) {
        (_, Some(accuracy)) if accuracy > 0.0 => Provenance::Measured,
        (Some(altitude), Some(_)) if altitude != 0.0 => Provenance::Mocked,
        _ => Provenance::HandPlaced,
    };
    let accuracy_m = accuracy.filter(|metres| *metres > 0.0 && *metres <= MOST_ACCURACY_M);
    Ok(GeoPoint {
        position,
        altitude_m: altitude.filter(|_| provenance != Provenance::HandPlaced),
        accuracy_m,
        provenance,
    })
}

/// Reads a geotrace or geoshape.
pub fn points(text: &str) -> Result<Vec<GeoPoint>, InvalidGeoText> {
    let texts = text.split(';').map(str::trim);
    let texts: Vec<&str> = texts
        .filter(|text| !text.is_empty())
        .take(MAX_POINTS + 1)
        .collect();
    if texts.len() > MAX_POINTS {
        return Err(InvalidGeoText::TooMany);
    }
    texts.into_iter().map(point).collect()
}

/// The ring of a geoshape as RFC 7946 wants it: closed, anticlockwise, longitude first.
#[must_use]
pub fn ring(points: &[GeoPoint]) -> Vec<[f64; 2]> {
    let mut ring: Vec<[f64; 2]> = points
        .iter()
        .map(|point| [point.position.lon(), point.position.lat()])
        .collect();
    if ring.first() != ring.last() {
        ring.extend(ring.first().copied());
    }
    let doubled_area: f64 = ring
        .iter()
        .zip(ring.iter().skip(1))
        .map(|(a, b)| a[0] * b[1] - b[0] * a[1])
        .sum();
    if doubled_area < 0.0 {
        ring.reverse();
    }
    ring
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_measured_point_keeps_altitude_and_accuracy() {
        let read = point("22.30761 103.7752 1510.2 4.3").unwrap();
        assert_eq!(
            (read.position.lon(), read.position.lat()),
            (103.7752, 22.30761)
        );
        assert_eq!(
            (read.altitude_m, read.accuracy_m),
            (Some(1510.2), Some(4.3))
        );
        assert_eq!(read.provenance, Provenance::Measured);
        let lost = point("22.4 104.3 9 200000.0").unwrap();
        assert_eq!(
            (lost.provenance, lost.accuracy_m),
            (Provenance::Measured, None)
        );
        let small = point("1.0E-4 103.0 0.0 5.0").unwrap();
        assert_eq!(small.position.to_e7(), (1_030_000_000, 1_000));
    }

    #[test]
    fn a_tap_and_a_made_up_location_are_told_apart() {
        let tapped = point("22.4 104.3 0.0 0.0").unwrap();
        assert_eq!(tapped.provenance, Provenance::HandPlaced);
        assert_eq!((tapped.altitude_m, tapped.accuracy_m), (None, None));
        let made_up = point("22.4 104.3 1510.2 0.0").unwrap();
        assert_eq!(made_up.provenance, Provenance::Mocked);
        assert_eq!(made_up.accuracy_m, None);
        assert_eq!(
            point("22.4 104.3").unwrap().provenance,
            Provenance::HandPlaced
        );
    }

    #[test]
    fn lists_may_end_with_a_separator_and_hold_spaces() {
        assert_eq!(points("22.4 104.3 0 5; 22.5 104.4 0 5;").unwrap().len(), 2);
        assert!(points("").unwrap().is_empty());
        assert_eq!(points("22.4;x"), Err(InvalidGeoText::NotAPoint));
        let many = "22.4 104.3;".repeat(MAX_POINTS + 1);
        assert_eq!(points(&many), Err(InvalidGeoText::TooMany));
    }

    #[test]
    fn a_clockwise_ring_is_turned_and_an_open_one_closed() {
        let clockwise = points("22.0 104.0;22.1 104.0;22.1 104.1").unwrap();
        let turned = ring(&clockwise);
        assert_eq!(
            turned,
            [[104.0, 22.0], [104.1, 22.1], [104.0, 22.1], [104.0, 22.0]]
        );
    }

    proptest! {
        #[test]
        fn arbitrary_text_makes_no_panic(text in "\\PC{0,200}") {
            let _ = points(&text);
        }

        #[test]
        fn numbers_at_random_are_points_on_the_globe_or_none(text in "[-0-9.eE ;naif]{0,120}") {
            if let Ok(read) = points(&text) {
                let _ = ring(&read);
                for point in read {
                    prop_assert!(point.position.lat().abs() <= 90.0 && point.position.lon().abs() <= 180.0);
                    prop_assert!(point.accuracy_m.is_none_or(|metres| metres > 0.0));
                }
            }
        }
    }
}
