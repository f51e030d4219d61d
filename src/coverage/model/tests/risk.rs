use geo::{BooleanOps, GeodesicArea, LineString, MultiPolygon, Polygon};
use proptest::prelude::*;

use super::{grid_of, rectangle, star};
use crate::coverage::model::canvas::Canvas;
use crate::coverage::model::lattice::{Lattice, ParentMask};
use crate::coverage::model::region::{FULL, Row, WORDS, WordSeen};
use crate::coverage::model::risk::{RiskGrid, apart, geodesic_area_m2, risk_of};
use crate::coverage::model::scales::{GridId, Scales};

fn weighed_m2(grid: &RiskGrid) -> f64 {
    grid.total_dm2() as f64 / 100.0
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn weights_sum_to_the_geodesic_area(radii in prop::collection::vec(0.002..0.02, 3..40)) {
        let risk = star(0.0, &radii);
        let exact_m2 = risk.geodesic_area_unsigned();
        let weighed_m2 = weighed_m2(&grid_of(&risk));
        prop_assert!((weighed_m2 / exact_m2 - 1.0).abs() < 1e-4, "{} m² against {} m²", weighed_m2, exact_m2);
    }

    #[test]
    fn each_cell_weighs_what_of_it_is_at_risk(
        radii in prop::collection::vec(0.1..1.0, 3..30), hole in 0.0..0.09, resolution in 11_u8..14,
    ) {
        let reach = 0.006 / 7.0_f64.sqrt().powi(i32::from(resolution) - 11);
        let ring = |scale: f64| star(0.0, &radii.iter().map(|radius| radius * scale).collect::<Vec<_>>());
        let risk = ring(reach).difference(&ring(hole * reach));
        let lattice = Lattice::new(resolution).unwrap();
        let grid = RiskGrid::lay(lattice, &risk);
        for place in 0..grid.parents() {
            let parent = grid.risk(place).unwrap().parent;
            for cell in lattice.cells(ParentMask { parent, mask: (1 << 49) - 1 }) {
                let own = MultiPolygon::from(vec![Polygon::new(LineString::from(cell.boundary()), vec![])]).intersection(&risk);
                // A part that turns right would be the rest of the Earth.
                let exact_m2: f64 = own.iter().map(|part| part.geodesic_area_signed().abs()).sum();
                let weighed_m2 = grid.weight_dm2(place, lattice.locate(cell).unwrap().mask) as f64 / 100.0;
                let room_m2 = 1e-4 * lattice.mask().area_m2() + 0.01;
                prop_assert!((weighed_m2 - exact_m2).abs() < room_m2, "{} m² against {} m²", weighed_m2, exact_m2);
            }
        }
    }

    #[test]
    fn any_cells_together_weigh_what_they_weigh_one_by_one(
        radii in prop::collection::vec(0.1..1.0, 3..30), masks in prop::collection::vec(0..=FULL, 1..8), resolution in 11_u8..14,
    ) {
        let reach = 0.006 / 7.0_f64.sqrt().powi(i32::from(resolution) - 11);
        let risk = star(0.0, &radii.iter().map(|radius| radius * reach).collect::<Vec<_>>());
        let lattice = Lattice::new(resolution).unwrap();
        let (grid, neighbours) = (RiskGrid::lay(lattice, &risk), lattice.neighbours());
        let one_by_one = |place, holds: &dyn Fn(u32) -> bool| -> u64 {
            (0..49).filter(|bit| holds(*bit)).map(|bit| grid.weight_dm2(place, 1 << bit)).sum()
        };
        let seen = |place: usize| masks[place % masks.len()];
        let (mut covered_dm2, mut edge_dm2) = (0, 0);
        for place in 0..grid.parents() {
            let mask = seen(place);
            let holds = |bit: u32| mask >> bit & 1 == 1;
            covered_dm2 += one_by_one(place, &holds);
            prop_assert_eq!(grid.weight_dm2(place, mask), one_by_one(place, &holds));
            edge_dm2 += one_by_one(place, &|bit| {
                (0..49).any(|other| neighbours[bit as usize] >> other & 1 == 1 && holds(other) != holds(bit))
            });
        }
        let measured = grid.measure(0..grid.parents(), |place, _| seen(place));
        prop_assert_eq!((measured.covered_dm2, measured.edge_dm2), (covered_dm2, edge_dm2));
    }

    #[test]
    fn words_weigh_the_same_whatever_was_seen_of_them_before(
        radii in prop::collection::vec(0.3..1.0, 3..30),
        seen in prop::collection::vec(prop::collection::vec(prop_oneof![Just(0), Just(FULL), 0..=FULL], 12), 1..6),
    ) {
        let grids = [0.02, 0.03].map(|reach| grid_of(&star(0.0, &radii.iter().map(|radius| radius * reach).collect::<Vec<_>>())));
        let (mut scales, mut canvas) = (Scales::default(), Canvas::default());
        for masks in &seen {
            canvas.clear();
            let all = (0..u16::try_from(WORDS).unwrap()).map(|position| {
                Row::of(WordSeen { position, mask: masks[usize::from(position) % masks.len()] })
            });
            canvas.add(&all.collect::<Vec<_>>());
            for (part, grid) in grids.iter().enumerate() {
                let id = GridId { risk: 1, part, is_fine: false };
                for (_, places) in grid.regions().take(1) {
                    let expected = grid.measure(places.clone(), |_, position| canvas.mask(position));
                    prop_assert_eq!(scales.measure(id, grid, places, &canvas), expected);
                }
            }
        }
        prop_assert_eq!(scales.len(), 2);
    }

    #[test]
    fn weights_sum_to_it_on_fine_cells_too(
        radii in prop::collection::vec(0.3..1.0, 3..40), resolution in 12_u8..16,
    ) {
        // A few hundred words, whatever the resolution.
        let reach = 0.012 / 7.0_f64.sqrt().powi(i32::from(resolution) - 12);
        let risk = star(0.0, &radii.iter().map(|radius| radius * reach).collect::<Vec<_>>());
        let exact_m2 = risk.geodesic_area_unsigned();
        let grid = RiskGrid::lay(Lattice::new(resolution).unwrap(), &risk);
        // Each cell on the border is rounded to 0.01 m².
        let room_m2 = 2e-5 * exact_m2 + 0.25;
        prop_assert!((weighed_m2(&grid) - exact_m2).abs() < room_m2, "{} m² against {} m²", weighed_m2(&grid), exact_m2);
        let parts: u64 = (0..grid.parents())
            .flat_map(|place| (0..49).map(move |bit| (place, 1 << bit)))
            .map(|(place, cell)| grid.weight_dm2(place, cell))
            .sum();
        prop_assert_eq!(parts, grid.total_dm2());
        prop_assert!(grid.words().is_sorted());
    }

    #[test]
    fn overlaps_count_once(
        first in prop::collection::vec(0.002..0.02, 3..20),
        second in prop::collection::vec(0.002..0.02, 3..20),
        shift in -0.02..0.02,
    ) {
        let commune = rectangle(104.28, 22.38, 104.32, 22.42);
        let (a, b) = (star(0.0, &first), star(shift, &second));
        let risk = risk_of(&commune, &[a.clone(), b.clone(), a.clone()]);
        // Inclusion and exclusion, each cut with the commune on its own. A side of 2 km is a chord
        // in degrees and bows 4 cm off the geodesic, which a cut in its middle straightens.
        let part = |shape: &MultiPolygon| geodesic_area_m2(&shape.intersection(&commune));
        let exact_m2 = part(&a) + part(&b) - part(&a.intersection(&b));
        let (risk_m2, weighed_m2) = (geodesic_area_m2(&risk), weighed_m2(&grid_of(&risk)));
        prop_assert!((risk_m2 / exact_m2 - 1.0).abs() < 1e-4, "{} m² against {} m²", risk_m2, exact_m2);
        prop_assert!((weighed_m2 / exact_m2 - 1.0).abs() < 1e-4, "{} m² against {} m²", weighed_m2, exact_m2);
    }
}

#[test]
fn the_weight_of_a_small_plot_is_its_area() {
    // 0.001 by 0.001 degrees: 102.93 m by 110.74 m at 22.4 degrees, about five cells.
    let risk = rectangle(104.3, 22.4, 104.301, 22.401);
    let grid = grid_of(&risk);
    assert!((weighed_m2(&grid) / risk.geodesic_area_unsigned() - 1.0).abs() < 1e-4);
    assert!(
        (weighed_m2(&grid) - 102.93 * 110.74).abs() < 5.0,
        "{}",
        weighed_m2(&grid)
    );
}

#[test]
fn holes_weigh_nothing() {
    let hole = rectangle(104.304, 22.404, 104.306, 22.406);
    let risk = rectangle(104.3, 22.4, 104.31, 22.41).difference(&hole);
    let grid = grid_of(&risk);
    assert!((weighed_m2(&grid) / risk.geodesic_area_unsigned() - 1.0).abs() < 1e-4);
    let middle = h3o::LatLng::new(22.405, 104.305)
        .unwrap()
        .to_cell(h3o::Resolution::Eleven);
    let seen = Lattice::CURRENT.locate(middle).unwrap();
    let place = grid.place(seen.parent).unwrap();
    assert_eq!(grid.weight_dm2(place, seen.mask), 0);
}

#[test]
fn communes_share_the_cells_on_their_border_without_loss() {
    let area = star(0.0, &[0.02, 0.013, 0.018, 0.01, 0.02]);
    let (west, east) = (
        rectangle(104.2, 22.3, 104.3013, 22.5),
        rectangle(104.3013, 22.3, 104.4, 22.5),
    );
    let both = [west, east]
        .map(|commune| weighed_m2(&grid_of(&risk_of(&commune, std::slice::from_ref(&area)))));
    assert!((both.iter().sum::<f64>() / area.geodesic_area_unsigned() - 1.0).abs() < 1e-4);
}

#[test]
fn a_sliver_between_neighbours_is_no_risk_area() {
    let commune = rectangle(104.30, 22.40, 104.31, 22.41);
    // 1e-9 degrees (0.1 mm) of overlap along a common border of one kilometre.
    let neighbour = rectangle(104.31 - 1e-9, 22.40, 104.32, 22.41);
    assert!(risk_of(&commune, &[neighbour]).0.is_empty());
}

#[test]
fn a_hole_of_one_area_is_filled_by_another() {
    let commune = rectangle(104.2, 22.3, 104.4, 22.5);
    let hole = rectangle(104.304, 22.404, 104.306, 22.406);
    let whole = rectangle(104.3, 22.4, 104.31, 22.41);
    let risk = risk_of(&commune, &[whole.difference(&hole), hole]);
    let (filled_m2, whole_m2) = (geodesic_area_m2(&risk), geodesic_area_m2(&whole));
    assert!(
        (filled_m2 / whole_m2 - 1.0).abs() < 1e-7,
        "{filled_m2} m² against {whole_m2} m²"
    );
}

#[test]
fn the_winding_of_rings_does_not_matter() {
    use geo::orient::{Direction, Orient};
    let commune = rectangle(104.2, 22.3, 104.4, 22.5);
    let area = star(0.0, &[0.02, 0.013, 0.018]);
    let other = star(0.01, &[0.01, 0.013, 0.012, 0.015]);
    let turned = [area.orient(Direction::Reversed), other.clone()];
    let straight = risk_of(&commune, &[area, other]);
    let turned = risk_of(&commune.orient(Direction::Reversed), &turned);
    assert!((geodesic_area_m2(&straight) / geodesic_area_m2(&turned) - 1.0).abs() < 1e-9);
    assert_eq!(grid_of(&straight).total_dm2(), grid_of(&turned).total_dm2());
}

#[test]
fn no_risk_makes_an_empty_grid() {
    let commune = rectangle(104.2, 22.3, 104.4, 22.5);
    for areas in [
        vec![],
        vec![rectangle(105.0, 22.3, 105.1, 22.4)],
        vec![MultiPolygon::new(vec![])],
    ] {
        let grid = grid_of(&risk_of(&commune, &areas));
        assert_eq!((grid.parents(), grid.total_dm2()), (0, 0));
    }
    assert!(risk_of(&MultiPolygon::new(vec![]), &[commune]).0.is_empty());
}

#[test]
fn risks_that_overlap_are_taken_apart_and_each_ground_has_what_all_of_its_risks_have() {
    let squares = [(104.28, 104.30), (104.29, 104.31), (104.295, 104.32)];
    let squares = squares.map(|(west, east)| rectangle(west, 22.39, east, 22.40));
    let named = ["a", "b", "c"].map(str::to_owned);
    let risks = named.into_iter().zip(squares.clone()).collect();
    let mut parts = apart(risks, |own, others| format!("{own}{others}"));
    parts.sort_by(|a, b| a.0.cmp(&b.0));
    // Widths in thousandths of a degree, by hand.
    let expected = [
        ("a", 10.0),
        ("ab", 5.0),
        ("abc", 5.0),
        ("bc", 10.0),
        ("c", 10.0),
    ];
    let thousandth_m2 = geodesic_area_m2(&rectangle(104.28, 22.39, 104.281, 22.40));
    assert_eq!(parts.len(), expected.len());
    for ((name, shape), (own, wide)) in parts.iter().zip(expected) {
        assert_eq!(name, own);
        let area_m2 = geodesic_area_m2(shape);
        assert!(
            (area_m2 / (thousandth_m2 * wide) - 1.0).abs() < 1e-4,
            "{name}: {area_m2} m²"
        );
    }
}
