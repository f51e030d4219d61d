//! Areas, distances, errors and the warnings that rest on them.

use super::*;
use crate::base::ids::PlotId;
use crate::base::words::Crop;
use crate::geo::measure::destination;
use crate::geo::position::Position;
use crate::plots::model::area::uncertainty_pct;
use crate::plots::model::candidates::{distance_m, search};
use crate::plots::model::gnss_error::walked_area_error_pct;
use crate::plots::model::words::AreaMethod;
use crate::plots::model::{
    Outline, PlotFlag, Season, Sighting, is_possible_duplicate, season_of, warnings,
};

fn reference() -> Value {
    serde_json::from_str(include_str!("../../../../fixtures/plots/areas.json")).unwrap()
}

fn flags(changes: &Value) -> Vec<PlotFlag> {
    warnings(&draft(changes))
}

#[test]
fn outline_areas_are_geographiclibs() {
    for case in reference()["outlines"].as_array().unwrap() {
        let ring: Vec<Vec<f64>> = serde_json::from_value(case["ring"].clone()).unwrap();
        let expected_m2 = case["area_m2"].as_f64().unwrap();
        let area_m2 = Outline::new(&[ring]).unwrap().area_m2();
        assert!(
            (area_m2 / expected_m2 - 1.0).abs() < 1e-4,
            "{area_m2} {expected_m2}"
        );
    }
}

fn sighting(id: u128, at: &Value) -> Sighting {
    Sighting {
        plot: PlotId(uuid::Uuid::from_u128(id)),
        position: Position::new(at[0].as_f64().unwrap(), at[1].as_f64().unwrap()).unwrap(),
        hacc_m: Some(10.0),
        crop: Crop::OpiumPoppy,
        season: season_of(Crop::OpiumPoppy, received_at().local_date()),
    }
}

#[test]
fn distances_are_geographiclibs_and_thirty_metres_decide() {
    for pair in reference()["pairs"].as_array().unwrap() {
        let (a, b) = (sighting(1, &pair["a"]), sighting(2, &pair["b"]));
        let expected_m = pair["distance_m"].as_f64().unwrap();
        assert!(
            (distance_m(&a, &b) - expected_m).abs() < 1e-6,
            "{expected_m}"
        );
        assert_eq!(
            is_possible_duplicate(&a, &b),
            expected_m <= 30.0,
            "{expected_m}"
        );
        let poor = |s: Sighting| Sighting {
            hacc_m: Some(1_000.0),
            ..s
        };
        assert_eq!(
            is_possible_duplicate(&poor(a), &poor(b)),
            expected_m <= 200.0,
            "{expected_m}"
        );
        let thirty = |s: Sighting| Sighting {
            hacc_m: Some(30.5),
            ..s
        };
        assert_eq!(
            is_possible_duplicate(&thirty(a), &thirty(b)),
            expected_m <= 61.0,
            "{expected_m}"
        );
    }
}

#[test]
fn only_another_plot_of_the_same_crop_and_season_is_a_candidate() {
    let a = sighting(1, &json!([104.3, 22.4]));
    let b = sighting(2, &json!([104.3, 22.4]));
    assert!(is_possible_duplicate(&a, &b));
    assert!(!is_possible_duplicate(&a, &a));
    assert!(!is_possible_duplicate(
        &a,
        &Sighting {
            crop: Crop::Cannabis,
            ..b
        }
    ));
    let last: Season = "2024-2025".parse().unwrap();
    assert!(!is_possible_duplicate(&a, &Sighting { season: last, ..b }));
}

#[test]
fn the_error_of_a_walked_edge_goes_on_between_the_cells_and_beyond_them() {
    let between = walked_area_error_pct(500.0, 6.0);
    assert!(22.0 < between && between < 66.0, "{between}");
    assert!((walked_area_error_pct(40_000.0, 4.0) - 3.0).abs() < 1e-9);
    assert!((walked_area_error_pct(10_000.0, 16.0) - 24.0).abs() < 1e-9);
}

proptest::proptest! {
    #[test]
    fn a_larger_plot_and_a_better_fix_never_err_more(area in 1.0..50_000.0_f64, accuracy in 0.5..60.0_f64) {
        let here = walked_area_error_pct(area, accuracy);
        proptest::prop_assert!(here.is_finite() && here > 0.0);
        proptest::prop_assert!(walked_area_error_pct(area * 1.2, accuracy) <= here + 1e-9);
        proptest::prop_assert!(walked_area_error_pct(area, accuracy * 1.2) + 1e-9 >= here);
    }
}

#[test]
fn every_way_to_measure_has_an_uncertainty() {
    for method in AreaMethod::ALL {
        let pct = uncertainty_pct(*method, 300.0, None);
        assert!(pct > 0.0, "{method}");
    }
    let tape = uncertainty_pct(AreaMethod::Tape, 64.0, Some(6.0));
    assert!(tape < uncertainty_pct(AreaMethod::Paced, 64.0, Some(6.0)));
    assert!(uncertainty_pct(AreaMethod::GnssPolygon, 64.0, Some(6.0)) > 100.0);
}

/// Plots that the press reported: plants and square metres.
const REPORTED: [(u32, f64); 6] = [
    (395, 15.0),
    (617, 30.0),
    (440, 16.3),
    (1_075, 64.0),
    (500, 60.0),
    (501, 350.0),
];

#[test]
fn real_plots_have_usual_densities() {
    for (plants, area_m2) in REPORTED {
        let flags = flags(&json!({"plants": plants, "area_m2": area_m2}));
        assert!(
            !flags.contains(&PlotFlag::DensityUnusual),
            "{plants} on {area_m2} m²"
        );
    }
}

#[test]
fn a_slipped_decimal_shows_in_the_density() {
    let unusual = |plants: u32, area_m2: f64| {
        flags(&json!({"plants": plants, "area_m2": area_m2})).contains(&PlotFlag::DensityUnusual)
    };
    assert!(unusual(1_075, 6.4));
    assert!(unusual(501, 3_500.0));
    assert!(!unusual(60, 1.0) && unusual(61, 1.0));
    assert!(!unusual(20, 100.0) && unusual(19, 100.0));
    assert!(!unusual(0, 100.0));
}

#[test]
fn four_hundred_and_fifty_plants_say_stop() {
    assert!(!flags(&json!({"plants": 449})).contains(&PlotFlag::Stop450));
    assert!(flags(&json!({"plants": 450})).contains(&PlotFlag::Stop450));
}

#[test]
fn figures_within_a_tenth_of_a_legal_one_are_marked() {
    let near = |plants: u32, area_m2: f64| {
        flags(&json!({"plants": plants, "area_m2": area_m2})).contains(&PlotFlag::NearThreshold)
    };
    for plants in [450, 500, 550, 2_700, 3_300] {
        assert!(near(plants, 300.0), "{plants}");
    }
    for plants in [449, 551, 2_699, 3_301] {
        assert!(!near(plants, 300.0), "{plants}");
    }
    for area_m2 in [112.5, 124.9, 137.5, 675.0, 825.0] {
        assert!(near(1_500, area_m2), "{area_m2}");
    }
    for area_m2 in [112.4, 137.6, 674.9, 825.1] {
        assert!(!near(1_500, area_m2), "{area_m2}");
    }
}

#[test]
fn a_walked_edge_does_not_carry_an_area_over_a_threshold() {
    let walked = json!({"plants": null, "area_m2": null, "area_method": "gnss_polygon", "outline": square(30.0),
        "confirmed_small_outline": true, "hacc_m": 8});
    assert!(flags(&walked).contains(&PlotFlag::NearThreshold));
    let taped = json!({"plants": null, "area_m2": 900, "hacc_m": 8});
    assert!(!flags(&taped).contains(&PlotFlag::NearThreshold));
}

#[test]
fn an_outline_is_held_against_the_measured_area() {
    let with = |area_m2: f64, side_m: f64| {
        flags(&json!({"area_m2": area_m2, "hacc_m": 4, "outline": square(side_m)}))
    };
    assert!(!with(2_000.0, 45.0).contains(&PlotFlag::OutlineDisagrees));
    assert!(with(2_000.0, 51.0).contains(&PlotFlag::OutlineDisagrees));
    assert!(!with(125.0, 13.5).contains(&PlotFlag::OutlineDisagrees));
    assert!(with(125.0, 15.0).contains(&PlotFlag::OutlineDisagrees));
    assert!(!with(125.0, 11.2).contains(&PlotFlag::OutlineSmall));
}

#[test]
fn an_outline_elsewhere_is_marked() {
    let mut away = plot_with(&json!({"outline": square(60.0)}));
    assert!(!warnings(&parsed(away.clone()).unwrap()).contains(&PlotFlag::OutlineOffPoint));
    away["geometry"]["coordinates"] = json!([104.302, 22.4]);
    assert!(warnings(&parsed(away).unwrap()).contains(&PlotFlag::OutlineOffPoint));
}

#[test]
fn weak_unknown_and_hand_placed_points_are_marked() {
    assert_eq!(
        flags(&json!({"plants": 100, "area_m2": 20, "hacc_m": 50})),
        []
    );
    assert_eq!(
        flags(&json!({"plants": 100, "area_m2": 20, "hacc_m": 50.1})),
        [PlotFlag::PositionWeak]
    );
    assert_eq!(
        flags(&json!({"plants": 100, "area_m2": 20, "hacc_m": null})),
        [PlotFlag::AccuracyUnknown]
    );
    let tapped = json!({"plants": 100, "area_m2": 20, "position_method": "map_tap"});
    assert_eq!(flags(&tapped), [PlotFlag::PositionHandPlaced]);
    assert_eq!(
        flags(&json!({"plants": null, "area_m2": 5_001})),
        [PlotFlag::AreaLarge]
    );
}

proptest::proptest! {
    #[test]
    fn whatever_may_be_the_same_is_found_where_it_is_searched(
        lon in -180.0..180.0_f64, lat in -89.0..89.0_f64, bearing_deg in 0.0..360.0_f64, away_m in 0.0..200.0_f64,
        hacc_m in proptest::option::of(0.0..250.0_f64), other_hacc_m in proptest::option::of(0.0..250.0_f64),
    ) {
        let position = Position::new(lon, lat).unwrap();
        let seen = Sighting {
            plot: PlotId(uuid::Uuid::from_u128(1)),
            position,
            hacc_m,
            crop: Crop::OpiumPoppy,
            season: season_of(Crop::OpiumPoppy, received_at().local_date()),
        };
        let other = Sighting {
            plot: PlotId(uuid::Uuid::from_u128(2)),
            position: destination(position, bearing_deg, away_m).unwrap(),
            hacc_m: other_hacc_m,
            ..seen
        };
        let search = search(&seen);
        if is_possible_duplicate(&seen, &other) {
            proptest::prop_assert!(is_within(search.wide, other.position));
            let is_vague = other_hacc_m.is_some_and(|own| own > search.usual_hacc_m);
            proptest::prop_assert!(is_vague || is_within(search.near, other.position));
        }
        // Little more: in these latitudes a box of 200 m to each side, and a few metres.
        let [west, _, east, _] = search.wide;
        if lat.abs() < 30.0 && east - west < 1.0 {
            let corner = Position::new(east, lat).unwrap();
            proptest::prop_assert!(crate::geo::measure::distance_m(position, corner) < 205.0);
        }
    }
}

fn is_within([west, south, east, north]: [f64; 4], place: Position) -> bool {
    (west..=east).contains(&place.lon()) && (south..=north).contains(&place.lat())
}

#[test]
fn plots_with_usual_accuracies_are_searched_no_further_than_thirty_metres() {
    let seen = Sighting {
        plot: PlotId(uuid::Uuid::from_u128(1)),
        position: Position::new(104.31, 22.41).unwrap(),
        hacc_m: Some(4.5),
        crop: Crop::OpiumPoppy,
        season: season_of(Crop::OpiumPoppy, received_at().local_date()),
    };
    let [_, south, _, north] = search(&seen).near;
    assert!((0.000_54..0.000_56).contains(&(north - south)));
    let vague = Sighting {
        hacc_m: Some(250.0),
        ..seen
    };
    let (near, wide) = (search(&vague).near, search(&vague).wide);
    assert!((near.iter().zip(wide)).all(|(near, wide)| (near - wide).abs() < 1e-9));
}
