//! What was sown again, cell by cell.

use super::*;
use crate::geo::position::Position;
use crate::ledger::model::pressure::{Old, Stood, by_cell, replanting, traced};

fn at_m(north_m: f64, east_m: f64) -> Position {
    Position::new(104.3 + east_m / 102_700.0, 22.4 + north_m / 110_750.0).unwrap()
}

fn old(number: u128, position: Position, visits: &[u128]) -> Old {
    Old {
        plot: PlotId(Uuid::from_u128(number)),
        position,
        visits: visits.iter().map(|number| fact_id(*number)).collect(),
    }
}

fn stood(number: u128, position: Position, season: &str, is_shown: bool) -> Stood {
    Stood {
        plot: PlotId(Uuid::from_u128(number)),
        position,
        season: season.to_owned(),
        is_shown,
    }
}

#[test]
fn a_new_plot_within_reach_sows_the_old_one_again_whoever_may_see_it() {
    let plots = [
        old(1, at_m(0.0, 0.0), &[]),
        old(2, at_m(5_000.0, 0.0), &[7]),
        old(3, at_m(-5_000.0, 0.0), &[]),
    ];
    let all = [
        stood(11, at_m(99.0, 0.0), "2025-2026", true),
        stood(12, at_m(0.0, -99.0), "2025-2026", false),
        stood(13, at_m(0.0, 101.0), "2025-2026", true),
        stood(14, at_m(5_101.0, 0.0), "2025-2026", true),
        stood(15, at_m(-5_000.0, 0.0), "2024-2025", true),
        stood(16, at_m(0.0, 0.0), "2024-2025", true),
    ];
    let new: Vec<&Stood> = all.iter().filter(|own| own.season == "2025-2026").collect();
    let plots = traced(&plots, &new, 100.0);
    assert!(plots[0].is_sown_again && !plots[1].is_sown_again);
    assert_eq!(plots[0].sown_again, [PlotId(Uuid::from_u128(11))]);
    let all_of_them = replanting(&plots);
    assert_eq!(
        (
            all_of_them.plots,
            all_of_them.visited,
            all_of_them.replanted
        ),
        (3, 2, 1)
    );
    assert_eq!(
        (all_of_them.rate, all_of_them.unvisited),
        (Some(0.5), Some(1.0 / 3.0))
    );
    let cells = by_cell(&plots, &all, "2025-2026", 7).unwrap();
    let counted: u32 = cells.iter().map(|cell| cell.replanting.plots).sum();
    assert_eq!(counted, 3, "each old plot in one cell");
    let recurrent: Vec<bool> = cells.iter().map(|cell| cell.is_recurrent).collect();
    assert_eq!(recurrent.iter().filter(|is| **is).count(), 1);
    let hidden = PlotId(Uuid::from_u128(12));
    assert!(cells.iter().all(|cell| !cell.new_plots.contains(&hidden)));
    assert!(cells.is_sorted_by_key(|cell| &cell.cell));
    assert!(by_cell(&plots, &all, "2025-2026", 16).is_err());
}

#[test]
fn what_nobody_visited_has_no_rate() {
    let plots = traced(&[old(1, at_m(0.0, 0.0), &[])], &[], 100.0);
    let told = replanting(&plots);
    assert_eq!((told.rate, told.unvisited), (None, Some(1.0)));
    assert_eq!(replanting(&[]).unvisited, None);
}
