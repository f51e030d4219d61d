//! What outsiders may see: small numbers and everything that would give them away stay hidden.

use proptest::prelude::*;

use crate::density::model::definition::Definition;
use crate::density::model::publish::{Candidate, published};

/// The plots of a cell by commune.
type Parts<'a> = &'a [(usize, u32)];

/// What is shown of cells on borders.
fn shown_of(cells: &[Parts<'_>]) -> Vec<bool> {
    let by_commune = |parts: &Parts<'_>| -> Vec<(Option<usize>, u32)> {
        let parts = parts.iter();
        parts
            .map(|(commune, plots)| (Some(*commune), *plots))
            .collect()
    };
    let cells: Vec<_> = cells.iter().map(by_commune).collect();
    let cells: Vec<Candidate<'_>> = cells
        .iter()
        .map(|own| Candidate {
            plots: own.iter().map(|(_, plots)| plots).sum(),
            by_commune: own,
        })
        .collect();
    published(&cells, Definition::current().publish_rule())
}

fn shown(cells: &[(u32, usize)]) -> Vec<bool> {
    let cells: Vec<[(usize, u32); 1]> = cells
        .iter()
        .map(|(plots, commune)| [(*commune, *plots)])
        .collect();
    let cells: Vec<Parts<'_>> = cells.iter().map(|own| &own[..]).collect();
    shown_of(&cells)
}

#[test]
fn few_plots_look_like_none() {
    assert_eq!(shown(&[(0, 1), (5, 1)]), [false, true]);
    assert_eq!(shown(&[(2, 1), (1, 1), (5, 1)]), [false, false, true]);
}

#[test]
fn one_small_cell_takes_the_smallest_shown_one_along() {
    assert_eq!(shown(&[(2, 1), (9, 1), (4, 1)]), [false, true, false]);
    assert_eq!(
        shown(&[(1, 1), (1, 1), (9, 1), (4, 1)]),
        [false, false, true, false]
    );
    // In the commune nothing is left to hide with: another one's cell keeps the province's total from telling it.
    assert_eq!(
        shown(&[(1, 1), (7, 2), (8, 2), (9, 2), (9, 3)]),
        [false, false, false, true, true]
    );
}

#[test]
fn what_adds_up_to_enough_needs_no_more() {
    assert_eq!(shown(&[(2, 1), (2, 1), (4, 1)]), [false, false, true]);
}

#[test]
fn a_cell_on_a_border_is_hidden_among_those_of_the_communes_of_its_plots() {
    // Two plots of the first commune in a cell whose middle may lie in the second.
    assert_eq!(
        shown_of(&[&[(1, 2)], &[(1, 7)], &[(2, 4)], &[(2, 9)]]),
        [false, false, true, true]
    );
    // One plot of each: both communes need another cell to hide theirs with.
    assert_eq!(
        shown_of(&[
            &[(1, 1), (2, 1)],
            &[(1, 7)],
            &[(1, 8)],
            &[(2, 4)],
            &[(2, 9)]
        ]),
        [false, false, true, false, true]
    );
}

proptest! {
    #[test]
    fn parts_of_cells_on_borders_are_no_small_numbers_either(
        cells in prop::collection::vec((0_u32..6, 0_u32..6), 0..24)
    ) {
        let parted: Vec<[(usize, u32); 2]> = cells.iter().map(|(west, east)| [(0, *west), (1, *east)]).collect();
        let parted: Vec<Parts<'_>> = parted.iter().map(|own| &own[..]).collect();
        let shown = shown_of(&parted);
        for commune in 0..2 {
            let own = parted.iter().zip(&shown).map(|(parts, shown)| (parts[commune].1, *shown));
            let own: Vec<(u32, bool)> = own.filter(|(plots, _)| *plots > 0).collect();
            let hidden: Vec<u32> = own.iter().filter(|(_, shown)| !shown).map(|(plots, _)| *plots).collect();
            let is_safe = hidden.is_empty() || (hidden.len() >= 2 && hidden.iter().sum::<u32>() >= 3);
            prop_assert!(is_safe || own.iter().all(|(_, shown)| !shown), "{cells:?} {shown:?}");
        }
    }

    #[test]
    fn totals_of_communes_and_province_tell_no_small_cell(cells in prop::collection::vec((0_u32..8, 0_usize..4), 0..40)) {
        let shown = shown(&cells);
        let groups = (0..4).map(Some).chain([None]);
        for group in groups {
            let own = cells.iter().zip(&shown).filter(|((_, commune), _)| group.is_none_or(|group| group == *commune));
            let own: Vec<_> = own.collect();
            let hidden: Vec<u32> = own.iter().filter(|(_, shown)| !**shown).map(|((plots, _), _)| *plots).filter(|plots| *plots > 0).collect();
            let any_shown = own.iter().any(|(_, shown)| **shown);
            let is_safe = hidden.is_empty() || (hidden.len() >= 2 && hidden.iter().sum::<u32>() >= 3);
            prop_assert!(is_safe || !any_shown, "{cells:?} {shown:?}");
        }
        prop_assert!(cells.iter().zip(&shown).all(|((plots, _), shown)| !*shown || *plots >= 3));
    }
}
