use geo::{Intersects, LineString, MultiPolygon, Polygon};
use proptest::prelude::*;

use super::COMMUNES;
use crate::areas::model::commune::{CommuneFields, read_communes};
use crate::areas::model::locate::CommuneIndex;
use crate::areas::model::reader::Limits;
use crate::geo::cells::Cell;
use crate::geo::position::Position;
use crate::geo::shape::Region;

const SIDE: usize = 4;

/// A made-up tiling of quadrilaterals; `jitter` moves the inner corners, `step` is in degrees.
fn tiling(jitter: &[(f64, f64)], step: f64) -> Vec<(String, Region)> {
    let corner = |i: usize, j: usize| {
        let is_rim = i == 0 || j == 0 || i == SIDE || j == SIDE;
        let (dx, dy) = if is_rim {
            (0.0, 0.0)
        } else {
            jitter[i * (SIDE + 1) + j]
        };
        let along = |k: usize| f64::from(u32::try_from(k).unwrap());
        (
            104.0 + (along(i) + dx) * step,
            22.0 + (along(j) + dy) * step,
        )
    };
    let unit = |i: usize, j: usize| {
        let ring = vec![
            corner(i, j),
            corner(i + 1, j),
            corner(i + 1, j + 1),
            corner(i, j + 1),
            corner(i, j),
        ];
        let polygons = MultiPolygon(vec![Polygon::new(LineString::from(ring), Vec::new())]);
        (
            format!("{i}{j}"),
            Region::from_polygons(&polygons, 100).unwrap(),
        )
    };
    (0..SIDE)
        .flat_map(|i| (0..SIDE).map(move |j| (i, j)))
        .map(|(i, j)| unit(i, j))
        .collect()
}

fn brute(communes: &[(String, Region)], at: Position) -> Option<&str> {
    let covering = communes
        .iter()
        .filter(|(_, region)| region.as_polygons().intersects(&at.to_point()));
    covering.map(|(code, _)| code.as_str()).min()
}

fn jitters() -> impl Strategy<Value = Vec<(f64, f64)>> {
    prop::collection::vec((-0.3_f64..0.3, -0.3_f64..0.3), (SIDE + 1) * (SIDE + 1))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_position_of_a_tiling_has_the_commune_that_testing_all_gives(
        jitter in jitters(),
        step in prop::sample::select(vec![0.002, 0.02, 0.1]),
        places in prop::collection::vec((0.0_f64..=4.0, 0.0_f64..=4.0), 50),
    ) {
        let communes = tiling(&jitter, step);
        let index = CommuneIndex::build(communes.clone());
        let mut way = index.follow();
        for (x, y) in places {
            let at = Position::new(104.0 + x * step, 22.0 + y * step).unwrap();
            let found = index.locate(at);
            prop_assert!(found.is_some() || x > 3.999_999 || y > 3.999_999);
            prop_assert_eq!(way.locate(at), found);
            prop_assert_eq!(found, brute(&communes, at));
        }
    }

    #[test]
    fn a_position_on_a_shared_vertex_or_edge_has_the_lowest_code(jitter in jitters()) {
        let communes = tiling(&jitter, 0.03);
        let index = CommuneIndex::build(communes.clone());
        for (_, region) in &communes {
            for line in region.rings().flat_map(|ring| ring.lines().collect::<Vec<_>>()) {
                for coord in [line.start, (line.start + line.end) / 2.0] {
                    let at = Position::try_from(coord).unwrap();
                    let found = index.locate(at);
                    prop_assert_eq!(found, brute(&communes, at));
                    prop_assert!(coord != line.start || found.is_some());
                }
            }
        }
    }

    #[test]
    fn positions_at_the_edges_of_squares_are_found_too(
        jitter in jitters(), column in 0_u32..=40, along in 0.0_f64..0.4, off in -1e-6_f64..1e-6,
    ) {
        let communes = tiling(&jitter, 0.1);
        let index = CommuneIndex::build(communes.clone());
        let edge = f64::from(column) / 100.0;
        for off in [0.0, off] {
            for (east, north) in [(edge + off, along), (along, edge + off)] {
                let at = Position::new(104.0 + east, 22.0 + north).unwrap();
                prop_assert_eq!(index.locate(at), brute(&communes, at));
            }
        }
    }
}

#[test]
fn a_border_along_the_edge_of_a_cell_divides_exactly() {
    let cell = Cell::at(Position::new(104.2, 22.2).unwrap(), 7).unwrap();
    let corners: Vec<(f64, f64)> = cell
        .index()
        .boundary()
        .iter()
        .map(|c| (c.lng(), c.lat()))
        .collect();
    let inner = LineString::from(corners.clone());
    let around = LineString::from(vec![
        (104.1, 22.1),
        (104.3, 22.1),
        (104.3, 22.3),
        (104.1, 22.3),
    ]);
    let region = |polygon| Region::from_polygons(&MultiPolygon(vec![polygon]), 100).unwrap();
    let communes = vec![
        (
            "1".to_owned(),
            region(Polygon::new(around, vec![inner.clone()])),
        ),
        ("2".to_owned(), region(Polygon::new(inner, Vec::new()))),
    ];
    let index = CommuneIndex::build(communes.clone());
    for (a, b) in corners.iter().zip(corners.iter().cycle().skip(1)) {
        for step in 0..200 {
            let share = f64::from(step) / 200.0;
            for off in [-3e-5, -1e-6, -1e-7, 0.0, 1e-7, 1e-6, 3e-5] {
                let at = Position::new(
                    a.0 + share * (b.0 - a.0) + off,
                    a.1 + share * (b.1 - a.1) + off,
                )
                .unwrap();
                assert!(index.locate(at).is_some());
                assert_eq!(index.locate(at), brute(&communes, at));
            }
        }
    }
}

#[test]
fn holes_and_far_places_have_no_commune() {
    let drafts = read_communes(
        COMMUNES.as_bytes(),
        &CommuneFields::default(),
        Limits::default(),
    )
    .unwrap();
    let index = CommuneIndex::build(drafts.into_iter().map(|draft| (draft.code, draft.region)));
    let at = |lon, lat| index.locate(Position::new(lon, lat).unwrap());
    assert_eq!(index.len(), 4);
    assert_eq!(at(104.1, 22.205), Some("90003"));
    assert_eq!(at(104.1, 22.21), Some("90001"));
    assert_eq!(at(104.2, 22.2), Some("90001"));
    assert_eq!(at(104.27, 22.1), None);
    assert_eq!(at(104.305, 22.1), Some("90004"));
    assert_eq!(at(104.25, 22.1), Some("90004"));
    assert_eq!(at(106.0, 21.0), None);
    assert!(
        CommuneIndex::build::<Region>([])
            .locate(Position::new(104.0, 22.0).unwrap())
            .is_none()
    );
}
