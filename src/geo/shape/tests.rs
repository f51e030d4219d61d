use geo::{LineString, MultiPolygon, Polygon};
use geojson::GeometryValue;
use proptest::prelude::*;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{BlockedRegion, Outline, Place, Region, ShapeError, check_crs};
use crate::geo::measure::{outline_area_m2, region_area_m2};
use crate::geo::position::Position;

fn geometry(value: Value) -> GeometryValue {
    serde_json::from_value(value).unwrap()
}

#[expect(clippy::needless_pass_by_value, reason = "called with json! in place")]
fn outline(ring: Value) -> Result<Outline, ShapeError> {
    Outline::from_geojson(&geometry(json!({"type": "Polygon", "coordinates": [ring]})))
}

#[expect(clippy::needless_pass_by_value, reason = "called with json! in place")]
fn region(rings: Value) -> Result<Region, ShapeError> {
    Region::from_geojson(
        &geometry(json!({"type": "Polygon", "coordinates": rings})),
        1_000,
    )
}

#[expect(clippy::needless_pass_by_value, reason = "called with json! in place")]
fn parts(polygons: Value) -> Result<Region, ShapeError> {
    Region::from_geojson(
        &geometry(json!({"type": "MultiPolygon", "coordinates": polygons})),
        1_000,
    )
}

#[derive(Deserialize)]
struct Verdict {
    rings: Value,
    valid: bool,
}

#[test]
fn polygons_are_refused_exactly_when_geos_calls_them_invalid() {
    let cases: Vec<Verdict> =
        serde_json::from_str(include_str!("../../../fixtures/geo/validity.json")).unwrap();
    assert_eq!(cases.len(), 300);
    for case in cases {
        let found = region(case.rings.clone());
        assert_eq!(found.is_ok(), case.valid, "{:?} for {}", found, case.rings);
    }
}

#[test]
fn a_crossing_is_named_by_vertex_number_and_never_by_coordinates() {
    let bow = outline(json!([
        [104.0, 22.0],
        [104.1, 22.1],
        [104.1, 22.0],
        [104.0, 22.1],
        [104.0, 22.0]
    ]));
    let error = bow.unwrap_err();
    assert_eq!(error, ShapeError::SelfCrossing { at: 1 });
    assert_eq!(
        error.to_string(),
        "the ring crosses or touches itself near vertex 1"
    );
}

#[test]
fn vertices_keep_their_numbers_when_repeated_ones_before_them_are_dropped() {
    let ring = json!([
        [0, 0],
        [0, 0],
        [0, 0],
        [1, 0],
        [5, 0],
        [5, 4],
        [3, -1],
        [0, 0]
    ]);
    assert_eq!(
        outline(ring).unwrap_err(),
        ShapeError::SelfCrossing { at: 4 }
    );
}

#[test]
fn a_spike_is_a_self_crossing() {
    let ring = json!([[0, 0], [4, 0], [2, 0], [2, 3], [0, 0]]);
    assert!(matches!(
        outline(ring),
        Err(ShapeError::SelfCrossing { .. })
    ));
}

#[test]
fn open_short_and_empty_rings_have_their_own_refusals() {
    assert_eq!(
        outline(json!([[0, 0], [1, 0], [1, 1]])).unwrap_err(),
        ShapeError::NotClosed { at: 1 }
    );
    assert_eq!(
        outline(json!([[0, 0], [1, 0], [0, 0]])).unwrap_err(),
        ShapeError::TooFewVertices { at: 1 }
    );
    assert_eq!(
        outline(json!([[0, 0], [0, 0], [1, 1], [1, 1], [0, 0]])).unwrap_err(),
        ShapeError::TooFewVertices { at: 1 }
    );
    assert_eq!(outline(json!([])).unwrap_err(), ShapeError::EmptyGeometry);
    assert_eq!(region(json!([])).unwrap_err(), ShapeError::EmptyGeometry);
    assert_eq!(parts(json!([])).unwrap_err(), ShapeError::EmptyGeometry);
}

#[test]
fn swapped_axes_metres_and_nonsense_are_told_apart() {
    let swapped = json!([[22.0, 104.0], [22.1, 104.0], [22.1, 104.1], [22.0, 104.0]]);
    assert_eq!(
        outline(swapped).unwrap_err(),
        ShapeError::SwappedAxes { at: 1 }
    );
    let metres = json!([
        [422_000.0, 2_487_000.0],
        [423_000.0, 2_487_000.0],
        [423_000.0, 2_488_000.0],
        [422_000.0, 2_487_000.0]
    ]);
    let error = outline(metres).unwrap_err();
    assert_eq!(error, ShapeError::ProjectedCoordinates { at: 1 });
    assert!(error.to_string().contains("VN-2000"));
    let far = json!([[0, 0], [200.0, 0.0], [0, 1], [0, 0]]);
    assert_eq!(outline(far).unwrap_err(), ShapeError::OutOfRange { at: 2 });
    let lone = json!([[0, 0], [1], [0, 1], [0, 0]]);
    assert_eq!(outline(lone).unwrap_err(), ShapeError::OutOfRange { at: 2 });
}

#[test]
fn an_outline_has_neither_holes_nor_parts_nor_too_many_vertices() {
    let holed = json!({"type": "Polygon", "coordinates": [
        [[0, 0], [4, 0], [4, 4], [0, 4], [0, 0]], [[1, 1], [1, 2], [2, 2], [1, 1]]]});
    assert_eq!(
        Outline::from_geojson(&geometry(holed)).unwrap_err(),
        ShapeError::HolesRefused
    );
    let point = geometry(json!({"type": "Point", "coordinates": [1, 2]}));
    let expected = ShapeError::WrongType {
        expected: "Polygon",
        found: "Point",
    };
    assert_eq!(Outline::from_geojson(&point).unwrap_err(), expected);
    let circle = |count: u32| -> Result<Outline, ShapeError> {
        let angle = |i: u32| f64::from(i) / f64::from(count) * std::f64::consts::TAU;
        let at =
            |i| Position::new(104.0 + 0.01 * angle(i).cos(), 22.0 + 0.01 * angle(i).sin()).unwrap();
        Outline::from_positions(&(0..count).map(at).collect::<Vec<_>>())
    };
    assert!(circle(4_999).is_ok());
    assert_eq!(
        circle(5_000).unwrap_err(),
        ShapeError::TooManyVertices { limit: 5_000 }
    );
}

#[test]
fn rings_are_turned_so_that_the_ground_lies_on_the_left() {
    let clockwise = outline(json!([[0, 0], [0, 1], [1, 1], [1, 0], [0, 0]])).unwrap();
    assert!(outline_area_m2(&clockwise) > 0.0);
    let holed = region(json!([
        [[0, 0], [0, 4], [4, 4], [4, 0], [0, 0]],
        [[1, 1], [2, 1], [2, 2], [1, 2], [1, 1]]
    ]))
    .unwrap();
    let full = region(json!([[[0, 0], [4, 0], [4, 4], [0, 4], [0, 0]]])).unwrap();
    assert!(region_area_m2(&holed) > 0.0);
    assert!(region_area_m2(&holed) < region_area_m2(&full));
}

#[test]
fn parts_may_touch_at_a_point_or_lie_in_a_hole_but_not_upon_one_another() {
    let left = json!([[[0, 0], [2, 0], [2, 2], [0, 2], [0, 0]]]);
    let corner = json!([[[2, 2], [3, 2], [3, 3], [2, 3], [2, 2]]]);
    let beside = json!([[[2, 0], [4, 0], [4, 2], [2, 2], [2, 0]]]);
    let within = json!([[[0.5, 0.5], [1, 0.5], [1, 1], [0.5, 0.5]]]);
    let holed = json!([
        [[0, 0], [9, 0], [9, 9], [0, 9], [0, 0]],
        [[1, 1], [8, 1], [8, 8], [1, 8], [1, 1]]
    ]);
    let island = json!([[[3, 3], [4, 3], [4, 4], [3, 3]]]);
    let corner_of_hole = json!([[[1, 1], [4, 2], [2, 4], [1, 1]]]);
    assert!(parts(json!([left, corner])).is_ok());
    assert!(parts(json!([holed, island])).is_ok());
    assert!(parts(json!([holed, corner_of_hole])).is_ok());
    assert!(matches!(
        parts(json!([left, beside])),
        Err(ShapeError::RingsCross { .. })
    ));
    assert!(matches!(
        parts(json!([left, within])),
        Err(ShapeError::MisplacedRing { .. })
    ));
    assert!(matches!(
        parts(json!([within, left])),
        Err(ShapeError::MisplacedRing { .. })
    ));
}

#[test]
fn only_names_of_wgs84_pass_as_crs() {
    let named = |name: &str| json!({"type": "name", "properties": {"name": name}});
    for name in [
        "urn:ogc:def:crs:OGC:1.3:CRS84",
        "EPSG:4326",
        "urn:ogc:def:crs:EPSG::4326",
    ] {
        assert_eq!(check_crs(&named(name)), Ok(()));
    }
    assert_eq!(check_crs(&Value::Null), Ok(()));
    let foreign = check_crs(&named("urn:ogc:def:crs:EPSG::9208")).unwrap_err();
    assert_eq!(
        foreign.to_string(),
        "wrong CRS: \"urn:ogc:def:crs:EPSG::9208\", expected WGS84 (CRS84 or EPSG:4326)"
    );
    assert!(check_crs(&json!({"type": "link"})).is_err());
}

#[test]
fn a_long_border_is_checked_in_far_fewer_steps_than_all_pairs() {
    let count = 40_000;
    let at = |i: u32| {
        let angle = f64::from(i % count) / f64::from(count) * std::f64::consts::TAU;
        let radius = 0.5 + 0.01 * f64::from(i % count % 2);
        (104.0 + radius * angle.cos(), 22.0 + radius * angle.sin())
    };
    let ring: LineString<f64> = (0..=count).map(at).collect();
    let polygons = MultiPolygon(vec![Polygon::new(ring, Vec::new())]);
    assert!(Region::from_polygons(&polygons, 100_000).is_ok());
}

#[test]
fn a_comb_of_diagonal_teeth_is_refused_instead_of_taking_hours() {
    let teeth = 20_000_u32;
    let along = |i: u32| f64::from(i) * 1e-9;
    let mut ring = Vec::new();
    for i in 0..teeth {
        ring.push((100.0 + along(4 * i), 20.0 - along(4 * i)));
        ring.push((101.0 + along(4 * i), 21.0 - along(4 * i)));
        ring.push((101.0 + along(4 * i + 1), 21.0 - along(4 * i + 1)));
        ring.push((100.0 + along(4 * i + 2), 20.0 - along(4 * i + 2)));
    }
    ring.push((99.0, 19.0));
    ring.extend(ring.first().copied());
    let polygons = MultiPolygon(vec![Polygon::new(LineString::from(ring), Vec::new())]);
    assert_eq!(
        Region::from_polygons(&polygons, 100_000).unwrap_err(),
        ShapeError::TooTangled
    );
}

#[test]
fn a_region_meets_what_lies_within_it_and_what_shares_an_edge_but_not_a_corner() {
    let square = |west: f64, south: f64, side: f64| {
        let corners = [(0.0, 0.0), (side, 0.0), (side, side), (0.0, side)];
        let vertices = corners.map(|(x, y)| Position::new(west + x, south + y).unwrap());
        Region::from(Outline::from_positions(&vertices).unwrap())
    };
    let region = BlockedRegion::new(square(104.0, 22.0, 1.0));
    assert!(region.meets(&square(104.4, 22.4, 0.1)));
    assert!(BlockedRegion::new(square(104.4, 22.4, 0.1)).meets(&square(104.0, 22.0, 1.0)));
    assert!(region.meets(&square(105.0, 22.0, 1.0)));
    assert!(!region.meets(&square(105.0, 23.0, 1.0)));
    assert!(!region.meets(&square(106.0, 22.0, 1.0)));
    assert!(region.meets(&square(104.0, 22.0, 1.0)));
}

fn star() -> impl Strategy<Value = Vec<[f64; 2]>> {
    prop::collection::vec((0.2_f64..1.0, 0.01_f64..1.0), 3..120).prop_map(|spokes| {
        let total: f64 = spokes.iter().map(|(_, step)| step).sum();
        let mut turned = 0.0;
        let mut ring: Vec<[f64; 2]> = Vec::new();
        for (radius, step) in spokes {
            turned += step;
            let angle = turned / total * std::f64::consts::TAU;
            ring.push([radius * angle.cos(), radius * angle.sin()]);
        }
        ring
    })
}

proptest! {
    #[test]
    fn positions_are_placed_as_geo_places_them(ring in star(), x in -1.0_f64..1.0, y in -1.0_f64..1.0) {
        use geo::coordinate_position::{CoordPos, CoordinatePosition};
        let vertices: Vec<Position> = ring.iter().map(|[x, y]| Position::new(*x, *y).unwrap()).collect();
        if let Ok(outline) = Outline::from_positions(&vertices) {
            let polygon = outline.as_polygon().clone();
            let blocked = BlockedRegion::new(outline.into());
            for vertex in vertices {
                prop_assert_eq!(blocked.place(vertex), Place::Edge);
            }
            let point = Position::new(x, y).unwrap();
            let expected = match polygon.coordinate_position(&point.to_coord()) {
                CoordPos::Inside => Place::Inside,
                CoordPos::OnBoundary => Place::Edge,
                CoordPos::Outside => Place::Outside,
            };
            prop_assert_eq!(blocked.place(point), expected);
        }
    }

    #[test]
    fn regions_meet_where_geo_finds_shared_ground(a in star(), b in star(), east in -2.5_f64..2.5, north in -2.5_f64..2.5) {
        use geo::{Area, BooleanOps};
        let outline = |ring: &[[f64; 2]], x: f64, y: f64| {
            let vertices: Vec<Position> = ring.iter().map(|[dx, dy]| Position::new(x + dx, y + dy).unwrap()).collect();
            Outline::from_positions(&vertices)
        };
        if let (Ok(a), Ok(b)) = (outline(&a, 0.0, 0.0), outline(&b, east, north)) {
            let shared = a.as_polygon().intersection(b.as_polygon()).unsigned_area();
            let (a, b) = (Region::from(a), Region::from(b));
            let (meets, met) = (BlockedRegion::new(a.clone()).meets(&b), BlockedRegion::new(b).meets(&a));
            prop_assert_eq!(meets, met);
            // Slivers are rounding of the intersection.
            if shared > 1e-9 || shared == 0.0 {
                prop_assert_eq!(meets, shared > 0.0);
            }
        }
    }

    #[test]
    fn a_shape_in_e7_survives_the_way_through_geojson(ring in star()) {
        let rounded = |[x, y]: &[f64; 2]| Position::new((x * 1e7).round() / 1e7, (y * 1e7).round() / 1e7).unwrap();
        let vertices: Vec<Position> = ring.iter().map(rounded).collect();
        if let Ok(outline) = Outline::from_positions(&vertices) {
            let text = serde_json::to_string(&outline.to_geojson()).unwrap();
            let back: geojson::Geometry = serde_json::from_str(&text).unwrap();
            prop_assert!(Outline::from_geojson(&back.value).unwrap() == outline);
        }
    }
}
