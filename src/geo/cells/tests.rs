use proptest::prelude::*;

use super::{Cell, InvalidCell, InvalidResolution, Trail, cover};
use crate::geo::measure::region_area_m2;
use crate::geo::position::Position;
use crate::geo::shape::{Outline, Region};

fn at(lon: f64, lat: f64) -> Position {
    Position::new(lon, lat).unwrap()
}

#[test]
fn a_position_lies_in_the_cell_that_the_h3_documentation_names() {
    let cell = Cell::at(at(-122.418_307_270_836_97, 37.775_236_214_640_9), 9).unwrap();
    assert_eq!(cell.to_string(), "8928308280fffff");
    assert_eq!(cell.to_db(), 0x0892_8308_280f_ffff);
    assert_eq!(cell.parent(7).unwrap().to_string(), "872830828ffffff");
}

#[test]
fn numbers_that_are_no_cell_are_refused() {
    for number in [0, -1, i64::MAX, 1, 0x0892_8308_280f_fffe] {
        assert_eq!(Cell::from_db(number), Err(InvalidCell(number)));
    }
    assert_eq!(Cell::at(at(104.0, 22.0), 16), Err(InvalidResolution(16)));
    assert_eq!(
        Cell::at(at(104.0, 22.0), 7).unwrap().parent(8),
        Err(InvalidResolution(8))
    );
}

#[test]
fn rings_have_six_cells_a_step() {
    let cell = Cell::at(at(104.0, 22.0), 9).unwrap();
    assert_eq!(cell.ring(0), [cell]);
    assert_eq!(cell.ring(3).len(), 18);
    assert_eq!(cell.disk(2).len(), 19);
}

#[test]
fn a_cover_holds_every_vertex_and_about_the_ground_itself() {
    let corners = [
        at(104.2, 22.3),
        at(104.4, 22.3),
        at(104.4, 22.5),
        at(104.2, 22.5),
    ];
    let region = Region::from(Outline::from_positions(&corners).unwrap());
    let covered = cover(&region, 9).unwrap();
    for corner in corners {
        let cell = Cell::at(corner, 9).unwrap();
        assert!(
            covered
                .iter()
                .any(|found| found.cell == cell && !found.is_inside)
        );
    }
    let area = |inside_only: bool| -> f64 {
        let cells = covered
            .iter()
            .filter(|found| found.is_inside || !inside_only);
        cells.map(|found| found.cell.index().area_m2()).sum()
    };
    let ground = region_area_m2(&region);
    assert!(area(true) < ground && ground < area(false));
    assert!(area(false) < 1.1 * ground);
}

/// First and last children by the h3 package for Python (C library).
#[test]
fn descendants_are_an_unbroken_range() {
    let cell = Cell::from_db(0x0874_1594_44ff_ffff).unwrap();
    assert_eq!(
        cell.descendants(9),
        Ok(0x0894_1594_4403_ffff..=0x0894_1594_44db_ffff)
    );
    assert_eq!(
        cell.descendants(12),
        Ok(0x08c4_1594_4400_01ff..=0x08c4_1594_44db_6dff)
    );
    assert_eq!(cell.descendants(7), Ok(cell.to_db()..=cell.to_db()));
    assert_eq!(cell.descendants(6), Err(InvalidResolution(6)));
}

proptest! {
    #[test]
    fn a_cell_survives_the_way_through_the_database(
        lon in -180.0_f64..180.0, lat in -90.0_f64..90.0, resolution in 0_u8..16,
    ) {
        let cell = Cell::at(at(lon, lat), resolution).unwrap();
        prop_assert!(cell.to_db() > 0);
        prop_assert_eq!(Cell::from_db(cell.to_db()), Ok(cell));
        prop_assert_eq!(cell.resolution(), resolution);
        prop_assert_eq!(Cell::at(cell.center(), resolution), Ok(cell));
        prop_assert!(cell.area_dm2() > 0);
    }
}

proptest! {
    #[test]
    fn the_cells_of_a_trail_are_those_of_its_places(
        lon in -180.0..180.0_f64,
        lat in -89.0..89.0_f64,
        resolution in 5..13_u8,
        steps in prop::collection::vec((-1.0..1.0_f64, -1.0..1.0_f64), 1..200),
    ) {
        // Steps of a fifth of a cell's edge: trails stay, cross sides, and come back.
        let reach_deg = 1.1 / f64::from(resolution - 4).exp2().powf(1.4);
        let mut trail = Trail::new(resolution).unwrap();
        let (mut lon, mut lat) = (lon, lat);
        for (east, north) in steps {
            lon = (lon + east * reach_deg * 0.2).clamp(-180.0, 180.0);
            lat = (lat + north * reach_deg * 0.2).clamp(-90.0, 90.0);
            let place = at(lon, lat);
            prop_assert_eq!(trail.cell(place), Some(Cell::at(place, resolution).unwrap()));
        }
    }

    #[test]
    fn places_on_the_sides_of_a_cell_are_told_apart(resolution in 7..13_u8, share in 0.0..1.0_f64, inwards in -0.02..0.02_f64) {
        let cell = Cell::at(at(104.3, 22.4), resolution).unwrap();
        let corners = cell.0.boundary();
        let centre = h3o::LatLng::from(cell.0);
        let mut trail = Trail::new(resolution).unwrap();
        for (from, to) in corners.iter().zip(corners.iter().cycle().skip(1)) {
            let on = |from: f64, to: f64, centre: f64| {
                let side = from + share * (to - from);
                side + inwards * (centre - side)
            };
            trail.cell(at(centre.lng(), centre.lat()));
            let place = at(on(from.lng(), to.lng(), centre.lng()), on(from.lat(), to.lat(), centre.lat()));
            prop_assert_eq!(trail.cell(place), Some(Cell::at(place, resolution).unwrap()));
        }
    }
}
