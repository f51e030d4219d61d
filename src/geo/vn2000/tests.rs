//! Against coordinates by PROJ 9.5.1 (EPSG:6960 and EPSG 9205, 9208, 9209).

use super::{nearest_meridian, plane};
use crate::geo::position::Position;

const BY_PROJ: [(f64, f64, f64, f64, f64); 6] = [
    (104.75, 103.9707, 22.4856, 419_615.382, 2_487_639.514),
    (104.75, 104.9127, 21.7168, 516_636.222, 2_402_318.230),
    (103.0, 103.456, 22.396, 546_754.889, 2_477_578.908),
    (103.0, 102.65, 22.45, 463_780.862, 2_483_528.842),
    (105.5, 104.9836, 22.8233, 446_797.967, 2_524_917.294),
    (105.5, 105.33, 23.36, 482_423.748, 2_584_265.625),
];

#[test]
fn positions_are_those_of_proj_within_a_millimetre() {
    for (meridian, lon, lat, east, north) in BY_PROJ {
        let found = plane(Position::new(lon, lat).unwrap(), meridian).unwrap();
        assert!((found.y_east_m - east).abs() < 1e-3, "{found:?}");
        assert!((found.x_north_m - north).abs() < 1e-3, "{found:?}");
    }
}

#[test]
fn the_meridian_is_the_nearest_one_of_the_north() {
    let at = |lon: f64| nearest_meridian(Position::new(lon, 22.0).unwrap());
    assert!((at(103.2) - 103.0).abs() < 1e-9);
    assert!((at(104.6) - 104.75).abs() < 1e-9);
    assert!((at(105.2) - 105.5).abs() < 1e-9);
}
