//! Suggestions: a share at random in every beginning of the list, the same list for the same week.

use crate::density::model::suggest::{Reason, choose};
use crate::geo::cells::Cell;
use crate::geo::position::Position;

fn cells() -> Vec<Cell> {
    let middle = Cell::at(Position::new(104.3, 22.4).unwrap(), 8).unwrap();
    let mut cells = middle.disk(4);
    cells.sort_unstable();
    cells
}

#[expect(clippy::cast_precision_loss, reason = "short lists")]
fn share_of(list: &[(Cell, Reason)]) -> f64 {
    let random = list.iter().filter(|(_, reason)| *reason == Reason::Random);
    random.count() as f64 / list.len() as f64
}

#[test]
fn at_least_a_fifth_is_random_from_the_beginning_on() {
    let cells = cells();
    for most in [1, 3, 5, 10, 37] {
        let list = choose(&cells[..30], &cells[20..], most, 0.2, "1\n99001\n2026-W10");
        assert_eq!(list.len(), most);
        for end in 1..=most {
            assert!(share_of(&list[..end]) >= 0.2, "{end} of {most}");
        }
        let mut each: Vec<Cell> = list.iter().map(|(cell, _)| *cell).collect();
        each.sort_unstable();
        each.dedup();
        assert_eq!(each.len(), most, "no cell twice");
    }
}

#[test]
fn evidence_comes_in_its_order() {
    let cells = cells();
    let list = choose(&cells[..5], &cells[10..], 8, 0.2, "a");
    let strong = list
        .iter()
        .filter(|(_, reason)| *reason == Reason::Evidence);
    let strong: Vec<Cell> = strong.map(|(cell, _)| *cell).collect();
    assert_eq!(strong, cells[..5]);
}

#[test]
fn without_places_to_draw_from_evidence_does_not_fill_the_list() {
    let cells = cells();
    assert!(choose(&cells[..30], &[], 10, 0.2, "a").is_empty());
    assert_eq!(choose(&cells[..30], &cells[40..41], 10, 0.2, "a").len(), 5);
    let drawn = choose(&[], &cells[40..], 10, 0.2, "a");
    assert_eq!(drawn.len(), 10);
    assert!((share_of(&drawn) - 1.0).abs() < 1e-12);
}

#[test]
fn a_week_has_one_draw_and_the_next_another() {
    let cells = cells();
    let draw = |seed: &str| choose(&[], &cells, 10, 0.2, seed);
    assert_eq!(draw("1\n99001\n2026-W10"), draw("1\n99001\n2026-W10"));
    assert_ne!(draw("1\n99001\n2026-W10"), draw("1\n99001\n2026-W11"));
    assert_ne!(draw("1\n99001\n2026-W10"), draw("1\n99002\n2026-W10"));
}

/// Over many weeks every place is drawn about as often as any other.
#[test]
fn the_draw_is_even() {
    let cells = cells();
    let mut times = vec![0_u32; cells.len()];
    for week in 0..2_000 {
        for (cell, _) in choose(&[], &cells, 6, 0.2, &week.to_string()) {
            times[cells.binary_search(&cell).unwrap()] += 1;
        }
    }
    // 12,000 draws over 61 cells: 197 each, with a standard deviation of 13.
    assert!(
        times.iter().all(|times| (130..265).contains(times)),
        "{times:?}"
    );
}
