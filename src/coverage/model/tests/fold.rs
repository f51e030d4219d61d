use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU8;

use h3o::CellIndex;
use proptest::prelude::*;

use super::{grid_of, star};
use crate::base::time::LocalDate;
use crate::coverage::model::fold::{Row, Seen, cells};
use crate::coverage::model::lattice::{Lattice, ParentCell, ParentMask};
use crate::coverage::model::risk::RiskGrid;
use crate::coverage::model::window::CheckWindow;

fn grid() -> RiskGrid {
    grid_of(&star(0.0, &[0.006, 0.004, 0.007, 0.003, 0.005]))
}

/// Rows from numbers: a place in the grid (or none of its parents), a mask, a day and a patrol.
fn rows(grid: &RiskGrid, numbers: &[(usize, u64, i64, u32)]) -> Vec<Row> {
    let parents: Vec<ParentCell> = (0..grid.parents())
        .map(|place| grid.risk(place).unwrap().parent)
        .chain([ParentCell::from_bits(7)])
        .collect();
    let row = |&(place, mask, day, patrol): &(usize, u64, i64, u32)| Row {
        parent: parents[place % parents.len()],
        mask: mask & ((1 << 49) - 1),
        day: LocalDate::from_days(day),
        patrol,
    };
    numbers.iter().map(row).collect()
}

fn numbers() -> impl Strategy<Value = Vec<(usize, u64, i64, u32)>> {
    prop::collection::vec(
        (0..12_usize, any::<u64>(), 20_000..20_003_i64, 0..3_u32),
        0..80,
    )
}

/// The visits of every cell, counted cell by cell.
fn visits(rows: &[Row]) -> BTreeMap<CellIndex, BTreeSet<(LocalDate, u32)>> {
    let mut visits = BTreeMap::<_, BTreeSet<_>>::new();
    for row in rows {
        for cell in Lattice::CURRENT.cells(ParentMask {
            parent: row.parent,
            mask: row.mask,
        }) {
            visits
                .entry(cell)
                .or_default()
                .insert((row.day, row.patrol));
        }
    }
    visits
}

fn weight_dm2(grid: &RiskGrid, cell: CellIndex) -> u64 {
    let at = Lattice::CURRENT.locate(cell).unwrap();
    grid.place(at.parent)
        .map_or(0, |place| grid.weight_dm2(place, at.mask))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_fold_equals_counting_cell_by_cell(numbers in numbers(), times in 1..5_u8) {
        let grid = grid();
        let rows = rows(&grid, &numbers);
        let often = visits(&rows).into_iter().filter(|(_, own)| own.len() >= usize::from(times));
        let expected: u64 = often.map(|(cell, _)| weight_dm2(&grid, cell)).sum();
        let seen = Seen::often(&grid, rows.iter().copied(), NonZeroU8::new(times).unwrap());
        prop_assert_eq!(seen.measured(&grid).covered_dm2, expected);
    }

    #[test]
    fn figures_are_bit_equal_whatever_the_order_and_however_often_a_row_is_told(
        numbers in numbers(), shuffled in Just(()).prop_perturb(|(), mut rng| rng.random::<u64>()), times in 1..4_u8,
    ) {
        let grid = grid();
        let straight = rows(&grid, &numbers);
        let mut other = straight.clone();
        other.extend_from_within(..straight.len() / 2);
        other.sort_by_key(|row| (row.mask ^ shuffled).wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let times = NonZeroU8::new(times).unwrap();
        let a = Seen::often(&grid, straight.iter().copied(), times);
        let b = Seen::often(&grid, other.iter().copied(), times);
        prop_assert_eq!(a.measured(&grid), b.measured(&grid));
        prop_assert_eq!(a, b);
        prop_assert_eq!(cells(&grid, straight), cells(&grid, other));
    }

    #[test]
    fn the_gap_list_tells_every_cell_at_risk_once_with_its_visits(numbers in numbers()) {
        let grid = grid();
        let rows = rows(&grid, &numbers);
        let visits = visits(&rows);
        let list = cells(&grid, rows);
        prop_assert_eq!(list.iter().map(|cell| cell.risk_dm2).sum::<u64>(), grid.total_dm2());
        prop_assert!(list.is_sorted_by(|a, b| a.cell < b.cell));
        for cell in list {
            let own = visits.get(&cell.cell);
            prop_assert_eq!(cell.visits as usize, own.map_or(0, BTreeSet::len));
            prop_assert_eq!(cell.last_visit, own.and_then(|own| own.last()).map(|(day, _)| *day));
            prop_assert!(cell.risk_dm2 > 0);
        }
    }
}

#[test]
fn two_patrols_on_one_day_are_two_visits_and_one_patrol_twice_is_one() {
    let grid = grid();
    let two = NonZeroU8::new(2).unwrap();
    let covered = |numbers: &[(usize, u64, i64, u32)]| {
        Seen::often(&grid, rows(&grid, numbers), two)
            .measured(&grid)
            .covered_dm2
    };
    let all = grid.weight_dm2(0, u64::MAX);
    assert_eq!(covered(&[(0, u64::MAX, 1, 1), (0, u64::MAX, 1, 2)]), all);
    assert_eq!(covered(&[(0, u64::MAX, 1, 1), (0, u64::MAX, 2, 1)]), all);
    assert_eq!(covered(&[(0, u64::MAX, 1, 1), (0, u64::MAX, 1, 1)]), 0);
}

#[test]
fn two_passes_are_two_different_windows() {
    let grid = grid();
    let window = |from: (u32, u32), to: (u32, u32)| CheckWindow {
        name: String::new(),
        from: from.try_into().unwrap(),
        to: to.try_into().unwrap(),
    };
    let windows = [window((10, 15), (11, 30)), window((12, 20), (2, 28))];
    let covered = |days: &[&str], passes: u8| {
        let row = |(patrol, day): (usize, &&str)| {
            let day: LocalDate = day.parse().unwrap();
            (0, u64::MAX, day.as_days(), u32::try_from(patrol).unwrap())
        };
        let numbers: Vec<_> = days.iter().enumerate().map(row).collect();
        let passes = NonZeroU8::new(passes).unwrap();
        let seen = Seen::in_passes(&grid, rows(&grid, &numbers), &windows, passes);
        seen.measured(&grid).covered_dm2
    };
    let all = grid.weight_dm2(0, u64::MAX);
    assert_eq!(covered(&["2026-11-01"], 1), all);
    assert_eq!(covered(&["2026-12-10", "2026-09-01"], 1), 0);
    assert_eq!(covered(&["2026-11-01", "2026-11-20"], 2), 0);
    assert_eq!(covered(&["2026-11-01", "2027-01-05"], 2), all);
    assert_eq!(covered(&["2026-12-25", "2027-01-05"], 2), 0);
}

#[test]
fn ground_without_windows_has_one_pass_on_whatever_day() {
    let grid = grid();
    let covered = |passes: u8| {
        let passes = NonZeroU8::new(passes).unwrap();
        let rows = rows(&grid, &[(0, u64::MAX, 1, 1), (0, u64::MAX, 90, 2)]);
        Seen::in_passes(&grid, rows, &[], passes)
            .measured(&grid)
            .covered_dm2
    };
    assert_eq!([1, 2].map(covered), [grid.weight_dm2(0, u64::MAX), 0]);
}

#[test]
fn everything_seen_covers_everything_and_has_no_edge() {
    let grid = grid();
    let everything: Vec<_> = (0..grid.parents())
        .map(|place| (place, u64::MAX, 1, 1))
        .collect();
    let measured = Seen::once(&grid, rows(&grid, &everything)).measured(&grid);
    assert_eq!(measured.share(), Some(1.0));
    assert_eq!(measured.edge_dm2, 0);
    let nothing = Seen::nothing(&grid).measured(&grid);
    assert_eq!((nothing.share(), nothing.edge_dm2), (Some(0.0), 0));
}

#[test]
fn the_edge_is_the_cells_on_both_sides_of_it() {
    let grid = grid();
    let inner = (0..grid.parents())
        .find(|&place| grid.risk(place).unwrap().mask == (1 << 49) - 1)
        .unwrap();
    // Child 0 is the centre of a parent: its six neighbours are children 1 to 6.
    let measured = Seen::once(&grid, rows(&grid, &[(inner, 1, 1, 1)])).measured(&grid);
    assert_eq!(measured.edge_dm2, grid.weight_dm2(inner, 0b111_1111));
    assert_eq!(measured.covered_dm2, grid.weight_dm2(inner, 1));
}
