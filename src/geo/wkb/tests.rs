use geozero::ToGeo;
use geozero::wkb::Wkb;
use proptest::prelude::*;
use serde_json::json;

use super::WkbError;
use crate::geo::position::Position;
use crate::geo::shape::{Outline, Region};

fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<u8> = hex.bytes().filter(|b| !b.is_ascii_whitespace()).collect();
    digits
        .chunks(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect()
}

fn holed() -> Region {
    let value = json!({"type": "MultiPolygon", "coordinates": [
        [[[104, 22], [105, 22], [105, 23], [104, 23], [104, 22]], [[104.2, 22.2], [104.2, 22.4], [104.4, 22.2], [104.2, 22.2]]],
        [[[106, 22], [107, 22], [107, 23], [106, 22]]]]});
    Region::from_geojson(&serde_json::from_value(value).unwrap(), 100).unwrap()
}

#[test]
fn a_point_has_the_bytes_of_the_specification() {
    // POINT(1 2), as PostGIS and GEOS write it.
    let expected = bytes("01 01000000 000000000000F03F 0000000000000040");
    assert_eq!(Position::new(1.0, 2.0).unwrap().to_wkb(), expected);
    assert!(Position::from_wkb(&expected).unwrap() == Position::new(1.0, 2.0).unwrap());
}

#[test]
fn regions_keep_parts_and_holes_and_read_the_same_elsewhere() {
    let region = holed();
    let wkb = region.to_wkb();
    assert!(Region::from_wkb(&wkb).unwrap() == region);
    let elsewhere = Wkb(wkb).to_geo().unwrap();
    assert!(elsewhere == geo::Geometry::from(region.as_polygons().clone()));
}

#[test]
fn every_cut_of_the_bytes_is_an_error() {
    let wkb = holed().to_wkb();
    for length in 0..wkb.len() {
        assert_eq!(
            Region::from_wkb(wkb.get(..length).unwrap()),
            Err(WkbError::Truncated)
        );
    }
    let longer = [wkb.as_slice(), &[0]].concat();
    assert_eq!(Region::from_wkb(&longer), Err(WkbError::TrailingBytes));
}

#[test]
fn foreign_and_lying_bytes_are_named() {
    assert_eq!(
        Position::from_wkb(&bytes("00 00000001")),
        Err(WkbError::ByteOrder(0))
    );
    let line = Position::from_wkb(&bytes("01 02000000"));
    assert_eq!(
        line,
        Err(WkbError::WrongType {
            found: 2,
            expected: 1
        })
    );
    let huge = bytes("01 03000000 01000000 FFFFFFFF 000000000000F03F");
    assert_eq!(Outline::from_wkb(&huge), Err(WkbError::Truncated));
    assert_eq!(
        Region::from_wkb(&bytes("01 06000000 00000000")),
        Err(WkbError::BrokenRing)
    );
    let nowhere = bytes("01 01000000 000000000000F03F 000000000000F87F");
    assert_eq!(Position::from_wkb(&nowhere), Err(WkbError::OutOfRange));
}

proptest! {
    #[test]
    fn outlines_and_positions_survive(lon in -179.0_f64..179.0, lat in -89.0_f64..89.0, size in 1e-6_f64..0.5) {
        let at = |x: f64, y: f64| Position::new(lon + x * size, lat + y * size).unwrap();
        let corners = [at(0.0, 0.0), at(1.0, 0.1), at(0.9, 1.0), at(0.2, 0.8)];
        let outline = Outline::from_positions(&corners).unwrap();
        prop_assert!(Outline::from_wkb(&outline.to_wkb()).unwrap() == outline);
        prop_assert!(Position::from_wkb(&corners[0].to_wkb()).unwrap() == corners[0]);
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = (Region::from_wkb(&bytes), Outline::from_wkb(&bytes), Position::from_wkb(&bytes));
    }
}
