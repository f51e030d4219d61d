//! Reference systems against vectors of PROJ (EPSG:6960 and the zones' planes).

use geo::Coord;

use super::crs::{Crs, Projector};

/// EPSG code, longitude and latitude (WGS84), easting and northing.
const VECTORS: [(u32, f64, f64, f64, f64); 6] = [
    (9208, 103.9707, 22.4856, 419_615.382, 2_487_639.514),
    (9208, 104.9127, 21.7168, 516_636.222, 2_402_318.230),
    (9205, 103.4560, 22.3960, 546_754.889, 2_477_578.908),
    (9205, 102.6500, 22.4500, 463_780.862, 2_483_528.842),
    (9209, 104.9836, 22.8233, 446_797.967, 2_524_917.294),
    (9209, 105.3300, 23.3600, 482_423.748, 2_584_265.625),
];

fn plane(epsg: u32) -> Projector {
    let uri = format!("http://www.opengis.net/def/crs/EPSG/0/{epsg}");
    let crs = Crs::of(&uri).unwrap_or_else(|| panic!("{uri} is not offered"));
    Projector::new(crs).unwrap_or_else(|fault| panic!("{fault}"))
}

#[test]
fn planes_of_vn_2000_agree_with_proj_to_a_millimetre_in_both_directions() {
    for (epsg, lon, lat, east, north) in VECTORS {
        let plane = plane(epsg);
        let there = plane.forth(Coord { x: lon, y: lat });
        let there = there.unwrap_or_else(|| panic!("{epsg} does not reach its own zone"));
        assert!((there.x - east).abs() <= 0.0011, "{epsg}: {there:?}");
        assert!((there.y - north).abs() <= 0.0011, "{epsg}: {there:?}");
        let back = plane
            .back(there)
            .unwrap_or_else(|| panic!("{epsg}: no way back"));
        assert!((back.x - lon).abs() < 2e-8, "{epsg}: {back:?}");
        assert!((back.y - lat).abs() < 2e-8, "{epsg}: {back:?}");
    }
}

#[test]
fn every_offered_system_is_known_by_its_own_uri() {
    assert_eq!(Crs::all().count(), 13);
    for crs in Crs::all() {
        assert_eq!(Crs::of(&crs.uri()), Some(crs));
    }
    assert_eq!(Crs::of("http://www.opengis.net/def/crs/EPSG/0/9207"), None);
}
