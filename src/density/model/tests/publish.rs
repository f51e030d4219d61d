//! What outsiders may see: small numbers and everything that would give them away stay hidden.

use proptest::prelude::*;

use crate::density::model::definition::Definition;
use crate::density::model::publish::{Candidate, published};

fn shown(cells: &[(u32, usize)]) -> Vec<bool> {
    let cells: Vec<Candidate> = cells
        .iter()
        .map(|(plots, commune)| Candidate {
            plots: *plots,
            commune: Some(*commune),
        })
        .collect();
    published(&cells, Definition::current().publish_rule())
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

proptest! {
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
