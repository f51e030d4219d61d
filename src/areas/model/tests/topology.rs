use serde::Deserialize;

use super::COMMUNES;
use crate::areas::model::commune::{CommuneFields, read_communes};
use crate::areas::model::reader::Limits;
use crate::areas::model::topology::{Tolerance, check_coverage};
use crate::geo::shape::Region;

#[derive(Deserialize)]
struct Set {
    name: String,
    units: Vec<(String, geojson::Geometry)>,
    overlaps: Vec<(String, String, f64)>,
    gaps: Vec<f64>,
    parts: usize,
    area_m2: f64,
}

fn sets() -> Vec<Set> {
    serde_json::from_str(include_str!("../../../../fixtures/areas/overlaps.json")).unwrap()
}

fn regions(set: &Set) -> Vec<(String, Region)> {
    let region =
        |geometry: &geojson::Geometry| Region::from_geojson(&geometry.value, 1_000).unwrap();
    set.units
        .iter()
        .map(|(code, geometry)| (code.clone(), region(geometry)))
        .collect()
}

fn close(found: f64, expected: f64) -> bool {
    (found - expected).abs() < 1.0 + expected * 1e-6
}

#[test]
fn overlaps_gaps_and_areas_are_those_that_geos_finds() {
    for set in sets() {
        let report = check_coverage(&regions(&set), Tolerance::default());
        assert_eq!(report.overlaps.len(), set.overlaps.len(), "{}", set.name);
        assert_eq!(report.is_loadable(), set.overlaps.is_empty());
        for (a, b, area_m2) in &set.overlaps {
            let codes = (a.clone(), b.clone());
            let found = report
                .overlaps
                .iter()
                .find(|overlap| overlap.codes == codes)
                .unwrap();
            assert!(
                close(found.area_m2, *area_m2),
                "{}: {} for {area_m2}",
                set.name,
                found.area_m2
            );
        }
        // A geodesic and a line straight in degrees bulge apart, so each vertex that a union adds moves the area.
        let bulge = if set.overlaps.is_empty() {
            1.0
        } else {
            set.area_m2 * 1e-5
        };
        assert!(
            (report.union_area_m2 - set.area_m2).abs() < bulge,
            "{}: {}",
            set.name,
            report.union_area_m2
        );
        if set.overlaps.is_empty() {
            assert_eq!(report.parts, set.parts, "{}", set.name);
            assert_eq!(report.gaps.len(), set.gaps.len(), "{}", set.name);
            for (gap, expected) in report.gaps.iter().zip(&set.gaps) {
                assert!(
                    close(gap.area_m2, *expected),
                    "{}: {} for {expected}",
                    set.name,
                    gap.area_m2
                );
            }
        }
    }
}

#[test]
fn a_unit_given_twice_is_called_a_duplicate() {
    let set = sets()
        .into_iter()
        .find(|set| set.name == "one_twice")
        .unwrap();
    let report = check_coverage(&regions(&set), Tolerance::default());
    assert_eq!(
        report.overlaps[0].codes,
        ("22".to_owned(), "copy".to_owned())
    );
    assert!(report.overlaps[0].is_duplicate);
}

#[test]
fn a_gap_names_the_units_around_it() {
    let set = sets()
        .into_iter()
        .find(|set| set.name == "one_missing_inside")
        .unwrap();
    let report = check_coverage(&regions(&set), Tolerance::default());
    assert_eq!(report.gaps[0].codes, ["12", "21", "23", "32"]);
}

#[test]
fn faults_below_the_tolerance_are_rounding() {
    let set = sets()
        .into_iter()
        .find(|set| set.name == "one_within_another")
        .unwrap();
    let tolerance = Tolerance {
        overlap_m2: 6_000.0,
        gap_m2: 1.0,
    };
    assert!(check_coverage(&regions(&set), tolerance).is_loadable());
}

#[test]
fn an_island_in_a_hole_of_the_file_leaves_the_rest_of_the_hole_as_a_gap() {
    let drafts = read_communes(
        COMMUNES.as_bytes(),
        &CommuneFields::default(),
        Limits::default(),
    )
    .unwrap();
    let units: Vec<_> = drafts
        .into_iter()
        .map(|draft| (draft.code, draft.region))
        .collect();
    let report = check_coverage(&units, Tolerance::default());
    assert!(report.overlaps.is_empty());
    assert_eq!((report.gaps.len(), report.parts), (1, 2));
    assert_eq!(report.gaps[0].codes, ["90004"]);
    assert!(report.matched_share > 0.2 && report.matched_share < 0.5);
}

#[test]
fn an_empty_set_is_sound() {
    let report = check_coverage(&[], Tolerance::default());
    assert!(report.is_loadable() && report.gaps.is_empty() && report.parts == 0);
}
