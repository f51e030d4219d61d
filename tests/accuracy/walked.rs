//! The table of errors of walked edges (`gnss_error`), simulated anew: regular plots of eight vertices, each vertex off by
//! normal errors of the receiver's accuracy east and north, those of neighbouring vertices correlated by 0.9 along the
//! walk; the error is that of the closed ring's unsigned area. Seeds are this test's own.

use std::f64::consts::TAU;

use tuantra::plots::model::gnss_error::walked_area_error_pct;

use super::world::Dice;

const VERTICES: usize = 8;
const CORRELATION: f64 = 0.9;
/// Runs of a cell behind the table.
const TABLE_RUNS: f64 = 4_000.0;
/// Runs of a cell here.
const RUNS: u32 = 8_000;
/// The share of walks that err less.
const SHARE: f64 = 0.9;
/// So many standard errors of both simulations together are chance.
const CHANCE: f64 = 4.0;
const AREAS_M2: [f64; 6] = [45.0, 125.0, 350.0, 750.0, 2_000.0, 10_000.0];
const ACCURACIES_M: [f64; 3] = [2.0, 4.0, 8.0];

/// Two normal numbers (Box and Muller 1958): tails matter here.
fn normal(dice: &mut Dice) -> (f64, f64) {
    let short: f64 = 1.0 - dice.unit();
    let far = (-2.0 * short.ln()).sqrt();
    let angle = TAU * dice.unit();
    (far * angle.cos(), far * angle.sin())
}

/// The relative error of one walk around a plot, %.
fn walk(dice: &mut Dice, area_m2: f64, accuracy_m: f64) -> f64 {
    let step = TAU / 8.0;
    let radius_m = (area_m2 / (4.0 * step.sin())).sqrt();
    let fresh = (1.0 - CORRELATION * CORRELATION).sqrt();
    let mut off = normal(dice);
    let mut ring = [(0.0, 0.0); VERTICES];
    let mut angle: f64 = 0.0;
    for (at, vertex) in ring.iter_mut().enumerate() {
        if at > 0 {
            let (east, north) = normal(dice);
            off = (
                CORRELATION * off.0 + fresh * east,
                CORRELATION * off.1 + fresh * north,
            );
        }
        *vertex = (
            radius_m * angle.cos() + accuracy_m * off.0,
            radius_m * angle.sin() + accuracy_m * off.1,
        );
        angle += step;
    }
    let next = ring.iter().cycle().skip(1);
    let twice: f64 = ring
        .iter()
        .zip(next)
        .map(|(a, b)| a.0 * b.1 - b.0 * a.1)
        .sum();
    ((twice / 2.0).abs() - area_m2).abs() / area_m2 * 100.0
}

/// The error that a share of the runs stays below, %.
fn quantile(sorted: &[f64], share: f64) -> f64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a place among the runs"
    )]
    let at = (share * f64::from(RUNS)).round() as usize;
    sorted[at.min(sorted.len() - 1)]
}

#[test]
fn the_errors_of_walked_edges_are_those_of_walks_that_were_simulated_anew() {
    let chance =
        (SHARE * (1.0 - SHARE) * (1.0 / TABLE_RUNS + 1.0 / f64::from(RUNS))).sqrt() * CHANCE;
    for (row, area_m2) in (0_u64..).zip(AREAS_M2) {
        for (column, accuracy_m) in (0_u64..).zip(ACCURACIES_M) {
            let mut dice = Dice::of(20_261_126, 3 * row + column);
            let mut errors: Vec<f64> = (0..RUNS)
                .map(|_| walk(&mut dice, area_m2, accuracy_m))
                .collect();
            errors.sort_by(f64::total_cmp);
            let told = walked_area_error_pct(area_m2, accuracy_m);
            // The table is in whole per cent.
            let (low, high) = (
                quantile(&errors, SHARE - chance) - 0.5,
                quantile(&errors, SHARE + chance) + 0.5,
            );
            assert!(
                (low..=high).contains(&told),
                "{area_m2} m² at {accuracy_m} m: {told} % is not within {low:.1}–{high:.1} %"
            );
        }
    }
}
