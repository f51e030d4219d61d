use h3o::{LatLng, Resolution};
use proptest::prelude::*;

use super::star;
use crate::coverage::model::fold::Seen;
use crate::coverage::model::interval::worst_bound;
use crate::coverage::model::lattice::{Lattice, ParentCell};
use crate::coverage::model::risk::{RiskGrid, geodesic_area_m2};
use crate::coverage::model::settle::{
    REGION_WORDS, SETTLED_BOUND, is_unsettled, region_of, settling_resolution,
};

#[test]
fn the_less_is_at_risk_the_finer_the_cells() {
    let resolution = |km2: f64| u8::from(settling_resolution(km2 * 1e6).mask());
    assert_eq!(
        [20.0, 3.0, 1.0, 0.1, 0.01].map(resolution),
        [11, 12, 13, 14, 15]
    );
    assert_eq!(resolution(0.000_1), 15, "there are no finer cells");
}

#[test]
fn a_region_holds_the_words_under_one_cell_and_they_stand_side_by_side() {
    let region = LatLng::new(22.4, 104.3).unwrap().to_cell(Resolution::Nine);
    let lattice = Lattice::new(15).unwrap();
    let words: Vec<ParentCell> = region
        .children(Resolution::Thirteen)
        .map(ParentCell::of)
        .collect();
    assert_eq!(words.len(), REGION_WORDS);
    assert!(words.is_sorted());
    for word in words {
        assert_eq!(region_of(lattice, word), Some(ParentCell::of(region)));
        assert_eq!(
            region_of(Lattice::CURRENT, word),
            None,
            "no word of that lattice"
        );
    }
    assert_eq!(region_of(lattice, ParentCell::from_bits(7)), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_settled_interval_is_narrow_whatever_is_seen(
        radii in prop::collection::vec(0.3..1.0, 3..12), size in 0.000_7..0.012,
        seen in prop::collection::vec(any::<u64>(), 1..9),
    ) {
        let risk = star(0.0, &radii.iter().map(|radius| radius * size).collect::<Vec<_>>());
        let area_m2 = geodesic_area_m2(&risk);
        prop_assume!(area_m2 > 11_000.0);
        let grid = RiskGrid::lay(settling_resolution(area_m2), &risk);
        let mut masks = Seen::nothing(&grid);
        for (place, mask) in (0..grid.parents()).zip(seen.iter().cycle()) {
            masks.add_at(place, *mask);
        }
        let measured = masks.measured(&grid);
        prop_assert!(!is_unsettled(&measured), "{:?}", measured.bound());
    }

    #[test]
    fn cells_are_no_finer_than_they_must_be(area_m2 in 11_000.0..1e9) {
        let lattice = settling_resolution(area_m2);
        let coarser = u8::from(lattice.mask()) - 1;
        if coarser >= 11 {
            let cell_m2 = Resolution::try_from(coarser).unwrap().area_m2();
            prop_assert!(worst_bound(area_m2, 1.2 * cell_m2) > SETTLED_BOUND);
        }
    }

    #[test]
    fn no_cell_of_the_country_is_a_fifth_larger_than_the_mean(lon in 102.2..109.4, lat in 8.5..23.4, resolution in 11_u8..16) {
        let resolution = Resolution::try_from(resolution).unwrap();
        let cell = LatLng::new(lat, lon).unwrap().to_cell(resolution);
        prop_assert!(cell.area_m2() < 1.2 * resolution.area_m2());
    }
}
