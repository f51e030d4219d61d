use geo::LineString;
use serde::Deserialize;
use serde_json::json;

use super::{
    bearing_deg, destination, distance_m, length_m, outline_area_m2, region_area_m2, ring_area_m2,
};
use crate::geo::position::Position;
use crate::geo::shape::{Outline, Region};

#[derive(Deserialize)]
struct References {
    lines: Vec<Line>,
    pairs: Vec<Pair>,
    areas: Vec<Ground>,
}

#[derive(Deserialize)]
struct Line {
    line: Vec<[f64; 2]>,
    length_m: f64,
}

#[derive(Deserialize)]
struct Pair {
    from: [f64; 2],
    to: [f64; 2],
    distance_m: f64,
    bearing_deg: f64,
}

#[derive(Deserialize)]
struct Ground {
    ring: Vec<[f64; 2]>,
    hole: Option<Vec<[f64; 2]>>,
    area_m2: f64,
}

fn references() -> References {
    serde_json::from_str(include_str!("../../../fixtures/geo/measures.json")).unwrap()
}

fn at([lon, lat]: [f64; 2]) -> Position {
    Position::new(lon, lat).unwrap()
}

#[test]
fn lengths_agree_with_geographiclib_to_a_micrometre() {
    for Line {
        line,
        length_m: expected,
    } in references().lines
    {
        let line: Vec<Position> = line.into_iter().map(at).collect();
        assert!((length_m(&line) - expected).abs() < 1e-6);
    }
    assert!(length_m(&[at([104.0, 22.0])]).abs() < f64::MIN_POSITIVE);
}

#[test]
fn distances_bearings_and_destinations_agree_with_geographiclib() {
    for pair in references().pairs {
        let (from, to) = (at(pair.from), at(pair.to));
        assert!((distance_m(from, to) - pair.distance_m).abs() < 1e-6);
        assert!((bearing_deg(from, to) - pair.bearing_deg).abs() < 1e-6);
        let reached = destination(from, pair.bearing_deg, pair.distance_m).unwrap();
        assert!(distance_m(reached, to) < 1e-5);
    }
}

#[test]
fn areas_agree_with_geographiclib_from_a_bed_to_a_province() {
    for Ground {
        ring,
        hole,
        area_m2,
    } in references().areas
    {
        let tolerance = 1e-4 + area_m2 * 1e-11;
        let found = if let Some(hole) = hole {
            let value = json!({"type": "Polygon", "coordinates": [ring, hole]});
            let geometry = serde_json::from_value(value).unwrap();
            region_area_m2(&Region::from_geojson(&geometry, 1_000).unwrap())
        } else {
            let line: LineString<f64> = ring.iter().map(|[x, y]| (*x, *y)).collect();
            assert!((ring_area_m2(line) - area_m2).abs() < tolerance);
            let vertices: Vec<Position> = ring.into_iter().map(at).collect();
            outline_area_m2(&Outline::from_positions(&vertices).unwrap())
        };
        assert!((found - area_m2).abs() < tolerance, "{found} for {area_m2}");
    }
}
