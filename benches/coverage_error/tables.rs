//! The tables, as Markdown.

#![expect(
    clippy::cast_precision_loss,
    reason = "counts and weights of a few thousand cases, far below 2^53"
)]

use tuantra::coverage::model::interval::CELLS_AT_LEAST;
use tuantra::coverage::model::lattice::Lattice;

use crate::Case;
use crate::patch::{RADII_CM, WINDOWS_D};

/// Columns: figures, radius, window, mean exact coverage (%), then in percentage points the mean absolute error, the
/// largest, the mean error, the mean half width of the interval and the largest.
pub const HEAD: &str = "| figures | radius | window | coverage | mean abs | max | mean | interval | widest |\n|---|---|---|---|---|---|---|---|---|";

/// Columns: figures, radius, area at risk in the commune (km²), cases, then as above.
pub const SIZES_HEAD: &str = "| figures | radius | km² at risk | cases | mean abs | max | mean | interval | widest |\n|---|---|---|---|---|---|---|---|---|";

/// Upper ends of the sizes of communes, in km² at risk.
const SIZES_KM2: [f64; 5] = [0.05, 0.3, 2.0, 14.0, f64::INFINITY];

pub fn by_window(name: &str, cases: &[Case]) {
    for radius_cm in RADII_CM {
        for window_d in WINDOWS_D {
            let of = |case: &&Case| (case.radius_cm, case.window_d) == (radius_cm, window_d);
            let of: Vec<&Case> = cases.iter().filter(of).collect();
            let covered = 100.0 * mean(&of, |case| case.exact);
            println!(
                "| {name} | {} m | {window_d} d | {covered:.2} | {} |",
                radius_cm / 100,
                errors(&of)
            );
        }
    }
}

pub fn by_size(name: &str, cases: &[Case]) {
    for radius_cm in RADII_CM {
        let mut from_km2 = 0.0;
        for to_km2 in SIZES_KM2 {
            let of = |case: &&Case| {
                let km2 = case.risk_area_m2 / 1e6;
                case.radius_cm == radius_cm && (from_km2..to_km2).contains(&km2)
            };
            let of: Vec<&Case> = cases.iter().filter(of).collect();
            let size = if to_km2 == f64::INFINITY {
                format!("{from_km2} on")
            } else {
                format!("{from_km2} to {to_km2}")
            };
            println!(
                "| {name} | {} m | {size} | {} | {} |",
                radius_cm / 100,
                of.len(),
                errors(&of)
            );
            from_km2 = to_km2;
        }
    }
}

/// The cases that were computed on that lattice: cells are within a few tenths of the mean.
pub fn at_resolution(cases: &[Case], lattice: Lattice) -> Vec<Case> {
    let mean_dm2 = lattice.mask().area_m2() * 100.0;
    let is_own = |case: &&Case| (0.6..1.6).contains(&(case.measured.cell_dm2 as f64 / mean_dm2));
    cases.iter().filter(is_own).cloned().collect()
}

fn errors(of: &[&Case]) -> String {
    let largest = |value: fn(&Case) -> f64| of.iter().map(|case| value(case)).fold(0.0, f64::max);
    let pp = [
        mean(of, |case| case.error().abs()),
        largest(|case| case.error().abs()),
        mean(of, Case::error),
        mean(of, Case::bound),
        largest(Case::bound),
    ]
    .map(|share| 100.0 * share);
    let [abs, max, bias, bound, widest] = pp;
    format!("{abs:.4} | {max:.3} | {bias:+.4} | {bound:.3} | {widest:.3}")
}

fn mean(of: &[&Case], value: impl Fn(&Case) -> f64) -> f64 {
    of.iter().map(|case| value(case)).sum::<f64>() / of.len().max(1) as f64
}

/// How often the interval failed, and what its constants would have had to be.
pub fn constants(name: &str, cases: &[Case]) {
    let cells = |case: &Case, dm2: f64| dm2 / case.measured.cell_dm2.max(1) as f64;
    let error_cells =
        |case: &Case| cells(case, case.error().abs() * case.measured.total_dm2 as f64);
    let edge_cells = |case: &Case| cells(case, case.measured.edge_dm2 as f64);
    let per_root = |case: &Case| {
        (error_cells(case) - CELLS_AT_LEAST).max(0.0) / edge_cells(case).max(1.0).sqrt()
    };
    let mut sorted: Vec<f64> = cases.iter().map(per_root).collect();
    sorted.sort_by(f64::total_cmp);
    let outside = cases.iter().filter(|case| !case.holds()).count();
    let bare = cases.iter().filter(|case| edge_cells(case) < 1.0);
    let floor = bare.map(error_cells).fold(0.0, f64::max);
    println!(
        "{name}: {} cases, {outside} outside; cells per root of edge cells at 99 / 99.9 / 100 %: {:.3} / {:.3} / {:.3}; \
         worst without an edge {floor:.3} cells",
        cases.len(),
        quantile(&sorted, 990),
        quantile(&sorted, 999),
        quantile(&sorted, 1_000),
    );
}

fn quantile(sorted: &[f64], permille: usize) -> f64 {
    let place = (sorted.len() * permille).div_ceil(1_000).max(1) - 1;
    sorted.get(place).copied().unwrap_or_default()
}
