use std::collections::{BTreeMap, BTreeSet};

use super::rectangle;
use crate::coverage::model::fine::FineGround;
use crate::coverage::model::lattice::{Lattice, ParentCell};
use crate::coverage::model::region::Region;
use crate::coverage::model::risk::RiskGrid;

/// Two small places, each far inside a region of the coarse masks of its own.
fn two_places() -> (FineGround, Vec<RiskGrid>) {
    let lattice = Lattice::new(12).unwrap();
    let grids = [(104.0, 22.0), (104.9, 22.9)]
        .map(|(lon, lat)| RiskGrid::lay(lattice, &rectangle(lon, lat, lon + 0.01, lat + 0.01)));
    let grown = FineGround::default().grown(&grids);
    (FineGround::of(grown), grids.to_vec())
}

fn regions_of(grid: &RiskGrid) -> BTreeSet<Region> {
    let words = grid.words().filter_map(ParentCell::cell);
    words.filter_map(Region::above).collect()
}

#[test]
fn fine_ground_around_a_walk_is_what_lies_in_its_regions() {
    let (ground, grids) = two_places();
    for grid in &grids {
        let near = ground.words_in(&regions_of(grid)).into_iter();
        let near: BTreeMap<u8, Vec<ParentCell>> = near
            .map(|(lattice, words)| (u8::from(lattice.mask()), words))
            .collect();
        let own: Vec<ParentCell> = grid.words().collect();
        assert_eq!(near, BTreeMap::from([(12, own)]));
    }
}

#[test]
fn fine_ground_of_all_regions_together_is_sorted_and_whole() {
    let (ground, grids) = two_places();
    let regions: BTreeSet<Region> = grids.iter().flat_map(regions_of).collect();
    let words: Vec<ParentCell> = ground
        .words_in(&regions)
        .into_iter()
        .flat_map(|(_, words)| words)
        .collect();
    let mut all: Vec<ParentCell> = grids.iter().flat_map(RiskGrid::words).collect();
    all.sort_unstable();
    assert_eq!(words, all);
}

#[test]
fn where_there_is_no_fine_ground_nothing_is_swept_finely() {
    let (ground, _) = two_places();
    let elsewhere = rectangle(106.0, 21.0, 106.01, 21.01);
    let far = RiskGrid::lay(Lattice::new(12).unwrap(), &elsewhere);
    assert!(ground.words_in(&regions_of(&far)).is_empty());
}
