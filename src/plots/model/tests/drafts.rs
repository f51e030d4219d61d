//! What is taken and what is refused.

use super::*;
use crate::base::words::Crop;
use crate::plots::model::area::AreaSource;
use crate::plots::model::incident::{IncidentDraft, IncidentWire};
use crate::plots::model::words::{
    AreaMethod, DetectedBy, GrowerStatus, Land, PlantsMethod, PositionMethod, Stage,
};

#[test]
fn a_full_plot_is_read_as_it_was_sent() {
    let draft = parsed(plot()).unwrap();
    assert_eq!(draft.crop, Crop::OpiumPoppy);
    assert_eq!(draft.detected_at.to_string(), "2026-02-25T03:15:00Z");
    assert_eq!(draft.detected_by, DetectedBy::Patrol);
    assert_eq!(draft.stage, Some(Stage::Flowering));
    let plants = draft.plants.unwrap();
    assert_eq!(
        (plants.number, plants.method),
        (1_075, PlantsMethod::Counted)
    );
    let area = draft.area.unwrap();
    assert!((area.area_m2 - 64.0).abs() < 1e-12);
    assert_eq!(
        (area.method, area.source),
        (AreaMethod::Tape, AreaSource::Typed)
    );
    assert_eq!((draft.position.lon(), draft.position.lat()), (104.3, 22.4));
    assert_eq!(draft.altitude_m, Some(1_512.5));
    assert_eq!(draft.position_method, PositionMethod::GnssAveraged);
    assert_eq!(draft.land, Some(Land::Forest));
    assert_eq!(draft.grower_status, GrowerStatus::Unknown);
    assert_eq!(draft.walking_minutes_from_settlement, Some(120));
    assert_eq!(
        draft.coord_input.as_ref().unwrap().format.as_deref(),
        Some("dms")
    );
    assert_eq!(draft.season().to_string(), "2025-2026");
    assert_eq!(draft.period().year(), 2026);
}

#[test]
fn the_least_that_makes_a_plot_is_place_crop_time_and_source() {
    let least = json!({"type": "Feature", "geometry": {"type": "Point", "coordinates": [104.3, 22.4]}, "properties":
        {"crop": "cannabis", "detected_at": "2026-02-25T03:15:00Z", "detected_by": "tip"}});
    let draft = parsed(least).unwrap();
    assert_eq!(
        (draft.area, draft.plants, draft.outline),
        (None, None, None)
    );
    assert_eq!(draft.position_method, PositionMethod::GnssSingle);
    assert!(!draft.voluntary && !draft.outside_vietnam);
}

#[test]
fn all_faults_are_told_at_once() {
    let mut bad = plot_with(
        &json!({"crop": "rau", "detected_at": null, "stage": "ripe", "plants": 12.5, "area_m2": 0,
        "hacc_m": -1, "land": "sea", "patrol": "7", "revises": -2, "coord_input": {"crs": "VN-2000"}}),
    );
    bad["geometry"]["coordinates"] = json!([22.4, 104.3]);
    let expected = [
        "/geometry/coordinates",
        "/properties/crop",
        "/properties/detected_at",
        "/properties/hacc_m",
        "/properties/area_m2",
        "/properties/patrol",
        "/properties/stage",
        "/properties/plants",
        "/properties/land",
        "/properties/coord_input/text",
        "/properties/revises",
    ];
    assert_eq!(faults(bad), expected);
}

#[test]
fn a_refusal_says_what_would_be_accepted() {
    let refusal = parsed(plot_with(&json!({"crop": "rau"}))).unwrap_err();
    insta::assert_snapshot!(
        refusal.0[0].reason,
        @"not a crop: expected one of opium_poppy, cannabis, coca, khat, other"
    );
}

#[test]
fn a_property_nobody_knows_is_refused_before_it_is_lost() {
    let unknown = plot_with(&json!({"grower_name": "x"}));
    assert!(serde_json::from_value::<PlotWire>(unknown).is_err());
}

#[test]
fn a_clock_may_be_a_day_ahead_and_no_more() {
    assert!(
        parsed(plot_with(
            &json!({"detected_at": "2026-02-26T12:00:00+07:00"})
        ))
        .is_ok()
    );
    let late = plot_with(&json!({"detected_at": "2026-02-26T12:00:01+07:00"}));
    assert_eq!(faults(late), ["/properties/detected_at"]);
}

#[test]
fn plants_and_areas_keep_to_their_bounds() {
    for (changes, pointer) in [
        (json!({"plants": -1}), "/properties/plants"),
        (json!({"area_m2": -3}), "/properties/area_m2"),
        (json!({"area_m2": 50_000.1}), "/properties/area_m2"),
        (json!({"pace_m": 3, "area_m2": 10}), "/properties/pace_m"),
    ] {
        assert_eq!(faults(plot_with(&changes)), [pointer], "{changes}");
    }
    assert_eq!(draft(&json!({"plants": 0})).plants.unwrap().number, 0);
    assert!(draft(&json!({"area_m2": 50_000})).area.is_some());
}

#[test]
fn beds_are_summed_by_tape_and_by_paces() {
    let taped = json!({"area_m2": null, "area_method": null, "beds": [
        {"shape": "rectangle", "length_m": 6, "width_m": 1.5, "count": 3},
        {"shape": "triangle", "base_m": 4, "height_m": 3},
        {"shape": "triangle", "a_m": 3, "b_m": 5, "c_m": 4}]});
    let area = draft(&taped).area.unwrap();
    assert!((area.area_m2 - (27.0 + 6.0 + 6.0)).abs() < 1e-9);
    assert_eq!(
        (area.method, area.source),
        (AreaMethod::Tape, AreaSource::Beds)
    );
    let paced = json!({"area_m2": null, "area_method": null, "pace_m": 0.7, "beds": [
        {"shape": "rectangle", "length_paces": 20, "width_paces": 10}]});
    let area = draft(&paced).area.unwrap();
    assert!((area.area_m2 - 98.0).abs() < 1e-9);
    assert_eq!(area.method, AreaMethod::Paced);
}

#[test]
fn beds_that_cannot_be_are_refused_one_by_one() {
    let beds = json!({"area_m2": null, "beds": [
        {"shape": "rectangle", "length_m": 6, "width_m": 1.5},
        {"shape": "circle", "length_m": 6},
        {"shape": "triangle", "a_m": 1, "b_m": 2, "c_m": 3},
        {"shape": "rectangle", "length_m": 6},
        {"shape": "rectangle", "length_paces": 6, "width_paces": 2},
        {"shape": "rectangle", "length_m": -6, "width_m": -2},
        {"shape": "rectangle", "length_m": 6, "width_m": 2, "count": 1.5}]});
    let expected: Vec<String> = (1..=6)
        .map(|index| format!("/properties/beds/{index}"))
        .collect();
    assert_eq!(faults(plot_with(&beds)), expected);
    let both = plot_with(&json!({"beds": [{"shape": "rectangle", "length_m": 6, "width_m": 2}]}));
    assert_eq!(faults(both), ["/properties/beds"]);
    let vast =
        json!({"area_m2": null, "beds": [{"shape": "rectangle", "length_m": 900, "width_m": 900}]});
    assert_eq!(faults(plot_with(&vast)), ["/properties/beds"]);
}

#[test]
fn a_typed_area_wins_over_the_outline() {
    let area = draft(&json!({"area_m2": 2_500, "outline": square(49.0)}))
        .area
        .unwrap();
    assert!((area.area_m2 - 2_500.0).abs() < 1e-9);
    assert_eq!(area.source, AreaSource::Typed);
}

#[test]
fn an_outline_alone_measures_only_from_two_thousand_square_metres() {
    let bare =
        |side_m: f64| json!({"area_m2": null, "area_method": null, "outline": square(side_m)});
    let large = draft(&bare(45.5)).area.unwrap();
    assert_eq!(
        (large.method, large.source),
        (AreaMethod::GnssPolygon, AreaSource::Outline)
    );
    assert!((large.area_m2 - 45.5 * 45.5).abs() < 45.5);
    let small = draft(&bare(44.0));
    assert_eq!(small.area, None);
    assert!(small.outline.is_some());
}

#[test]
fn a_small_walked_edge_is_refused_unless_confirmed() {
    let walked = json!({"area_m2": null, "area_method": "gnss_polygon", "outline": square(20.0)});
    assert_eq!(faults(plot_with(&walked)), ["/properties/outline"]);
    let typed = json!({"area_m2": 400, "area_method": "gnss_polygon"});
    assert_eq!(faults(plot_with(&typed)), ["/properties/area_m2"]);
    let mut confirmed = walked;
    confirmed["confirmed_small_outline"] = json!(true);
    assert_eq!(draft(&confirmed).area.unwrap().source, AreaSource::Outline);
    let drawn = json!({"area_m2": null, "area_method": "uav", "outline": square(20.0)});
    assert_eq!(draft(&drawn).area.unwrap().method, AreaMethod::Uav);
}

#[test]
fn outlines_that_are_none_are_refused() {
    let ring = |ring: Value| json!({"type": "Polygon", "coordinates": [ring]});
    let bow = ring(json!([
        [104.3, 22.4],
        [104.301, 22.401],
        [104.301, 22.4],
        [104.3, 22.401],
        [104.3, 22.4]
    ]));
    let open = ring(json!([[104.3, 22.4], [104.301, 22.4], [104.301, 22.401]]));
    let flat = ring(json!([
        [104.3, 22.4],
        [104.301, 22.4],
        [104.302, 22.4],
        [104.3, 22.4]
    ]));
    let spike = ring(json!([
        [104.3, 22.4],
        [104.302, 22.4],
        [104.301, 22.4],
        [104.301, 22.401],
        [104.3, 22.4]
    ]));
    let eight = ring(json!([
        [104.3, 22.4],
        [104.301, 22.401],
        [104.302, 22.4],
        [104.302, 22.402],
        [104.301, 22.401],
        [104.3, 22.402],
        [104.3, 22.4]
    ]));
    let short = ring(json!([[104.3, 22.4], [104.301, 22.4], [104.3, 22.4]]));
    let line = json!({"type": "LineString", "coordinates": [[104.3, 22.4], [104.301, 22.4]]});
    let holes = json!({"type": "Polygon", "coordinates": [[], []]});
    let huge = square(300.0);
    for bad in [bow, open, flat, spike, eight, short, line, holes, huge] {
        assert_eq!(
            faults(plot_with(&json!({"outline": bad}))),
            ["/properties/outline"],
            "{bad}"
        );
    }
    let swapped = ring(json!([
        [104.3, 22.4],
        [22.4, 104.3],
        [104.301, 22.401],
        [104.3, 22.4]
    ]));
    assert_eq!(
        faults(plot_with(&json!({"outline": swapped}))),
        ["/properties/outline/coordinates/0/1"]
    );
}

#[test]
fn standing_still_on_the_edge_does_not_spoil_an_outline() {
    let mut outline = square(50.0);
    let ring = outline["coordinates"][0].as_array_mut().unwrap();
    ring.insert(1, ring[1].clone());
    assert!(draft(&json!({"outline": outline})).outline.is_some());
}

#[test]
fn the_geometry_must_be_a_point() {
    let mut polygon = plot();
    polygon["geometry"] = square(10.0);
    assert_eq!(faults(polygon), ["/geometry/type"]);
    let mut text = plot();
    text["geometry"]["coordinates"] = json!(["104.3", "22.4"]);
    assert_eq!(faults(text), ["/geometry/coordinates"]);
}

#[test]
fn an_incident_needs_a_title_and_a_time() {
    let at = |wire: Value| {
        let wire: IncidentWire = serde_json::from_value(wire).unwrap();
        IncidentDraft::from_wire(&wire, received_at())
    };
    let sent = json!({"title": "Vụ 12/2026", "commune": "03082", "occurred_at": "2026-02-25T10:00:00+07:00"});
    let incident = at(sent).unwrap();
    assert_eq!(incident.title, "Vụ 12/2026");
    assert_eq!(incident.commune.as_deref(), Some("03082"));
    let faults = at(json!({"title": "  "})).unwrap_err();
    let pointers: Vec<_> = faults
        .0
        .iter()
        .map(|fault| fault.pointer.as_str())
        .collect();
    assert_eq!(pointers, ["/title", "/occurred_at"]);
}
