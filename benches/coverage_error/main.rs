//! How far coverage from masks lies from exact coverage, by resolution, window and radius, and what
//! the two constants of the interval must be. Reads what `fixtures/coverage/make_truth.py` writes:
//!
//! `cargo bench --bench coverage_error -- FILE.json...`

#![expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "counts and weights of a few thousand cases, far below 2^53"
)]
#![expect(clippy::print_stdout, reason = "a bench prints its table")]

mod truth;

use std::time::Instant;

use anyhow::{Context, Result};
use truth::Patch;
use tuantra::base::time::LocalDate;
use tuantra::coverage::model::definition::Definition;
use tuantra::coverage::model::fold::{Row, Seen};
use tuantra::coverage::model::interval::{CELLS_AT_LEAST, Measured};
use tuantra::coverage::model::lattice::Lattice;
use tuantra::coverage::model::risk::{RiskGrid, risk_of};
use tuantra::coverage::model::sweep::{Walked, sweep};

const RADII_CM: [u32; 2] = [5_000, 10_000];
const WINDOWS_D: [i64; 3] = [7, 30, 90];
const SQUARE_KM_DM2: u64 = 100_000_000;

/// Columns: resolution, radius, window, mean exact coverage (%), then in percentage points the mean
/// absolute error, the largest where risk covers 1 km² or more, the largest of all, the mean error
/// and the mean half width of the interval.
const HEAD: &str =
    "| res | radius | window | coverage | mean abs | max, 1 km² on | max | mean | bound |";

/// One commune in one window at one radius.
struct Case {
    window_d: i64,
    radius_cm: u32,
    exact: f64,
    measured: Measured,
}

impl Case {
    fn error(&self) -> f64 {
        self.measured.share().unwrap_or(0.0) - self.exact
    }

    fn error_cells(&self) -> f64 {
        self.error().abs() * self.measured.total_dm2 as f64 / self.measured.cell_dm2 as f64
    }

    fn edge_cells(&self) -> f64 {
        self.measured.edge_dm2 as f64 / self.measured.cell_dm2 as f64
    }

    fn held(&self) -> bool {
        self.measured
            .bound()
            .is_some_and(|bound| self.error().abs() <= bound)
    }
}

fn main() -> Result<()> {
    let files: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| !word.starts_with("--"))
        .collect();
    let patches = files
        .iter()
        .map(|file| Patch::read(file))
        .collect::<Result<Vec<_>>>()?;
    println!("{HEAD}\n|---|---|---|---|---|---|---|---|---|");
    for resolution in 10..=12 {
        let lattice = Lattice::new(resolution)?;
        let mut cases = Vec::new();
        for patch in &patches {
            judge(patch, lattice, &mut cases)?;
        }
        report(resolution, &cases);
    }
    Ok(())
}

fn judge(patch: &Patch, lattice: Lattice, cases: &mut Vec<Case>) -> Result<()> {
    let areas = patch.areas();
    let started = Instant::now();
    let grids: Vec<RiskGrid> = patch
        .communes
        .iter()
        .map(|commune| RiskGrid::lay(lattice, &risk_of(&commune.shape(), &areas)))
        .collect();
    let laid_ms = started.elapsed().as_secs_f64() * 1e3;
    let walks: Vec<(i64, Vec<Walked>)> = patch
        .walks
        .iter()
        .map(|walk| (walk.day, walk.walked(&Definition::current())))
        .collect();
    for radius_cm in RADII_CM {
        let started = Instant::now();
        let rows = rows(&walks, lattice, radius_cm)?;
        let swept_ms = started.elapsed().as_secs_f64() * 1e3 / walks.len() as f64;
        let (count, walks) = (rows.len() as f64, walks.len() as f64);
        eprintln!(
            "{}: grids {laid_ms:.0} ms; sweep {swept_ms:.2} ms and {:.1} rows a walk at {} m",
            lattice.mask(),
            count / walks,
            radius_cm / 100
        );
        for window_d in WINDOWS_D {
            let first = LocalDate::from_days(patch.last_day - window_d + 1);
            let named = format!("{}m/{window_d}d", radius_cm / 100);
            for (commune, grid) in patch.communes.iter().zip(&grids) {
                let Some(exact) = commune.covered.get(&named).context("a window is missing")?
                else {
                    continue;
                };
                let seen = Seen::once(grid, rows.iter().copied().filter(|row| row.day >= first));
                cases.push(Case {
                    window_d,
                    radius_cm,
                    exact: *exact,
                    measured: seen.measured(grid),
                });
            }
        }
    }
    Ok(())
}

fn rows(walks: &[(i64, Vec<Walked>)], lattice: Lattice, radius_cm: u32) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for (patrol, (day, walked)) in walks.iter().enumerate() {
        let (patrol, day) = (u32::try_from(patrol)?, LocalDate::from_days(*day));
        let masks = sweep(lattice, radius_cm, walked).into_iter();
        rows.extend(masks.map(|seen| Row {
            parent: seen.parent,
            mask: seen.mask,
            day,
            patrol,
        }));
    }
    Ok(rows)
}

fn report(resolution: u8, cases: &[Case]) {
    for radius_cm in RADII_CM {
        for window_d in WINDOWS_D {
            let of: Vec<&Case> = cases
                .iter()
                .filter(|case| (case.radius_cm, case.window_d) == (radius_cm, window_d))
                .collect();
            row(resolution, radius_cm, window_d, &of);
        }
    }
    let mut per_root: Vec<f64> = cases
        .iter()
        .map(|case| {
            ((case.error_cells() - CELLS_AT_LEAST) / case.edge_cells().max(1.0).sqrt()).max(0.0)
        })
        .collect();
    per_root.sort_by(f64::total_cmp);
    let missed = cases.iter().filter(|case| !case.held()).count();
    let unseen = cases.iter().filter(|case| case.measured.edge_dm2 == 0);
    let floor = unseen.map(Case::error_cells).fold(0.0, f64::max);
    println!(
        "res {resolution}: {} cases, {missed} outside; cells per root of edge cells at 99 / 99.9 / 100 %: \
         {:.3} / {:.3} / {:.3}; worst without an edge {floor:.3} cells",
        cases.len(),
        quantile(&per_root, 0.99),
        quantile(&per_root, 0.999),
        quantile(&per_root, 1.0),
    );
}

fn row(resolution: u8, radius_cm: u32, window_d: i64, cases: &[&Case]) {
    let count = cases.len().max(1) as f64;
    let mean =
        |of: &dyn Fn(&Case) -> f64| 100.0 * cases.iter().map(|case| of(case)).sum::<f64>() / count;
    let worst = |least_dm2: u64| {
        let of = cases
            .iter()
            .filter(|case| case.measured.total_dm2 >= least_dm2);
        of.map(|case| 100.0 * case.error().abs())
            .fold(0.0, f64::max)
    };
    println!(
        "| {resolution} | {} m | {window_d} d | {:.2} | {:.4} | {:.3} | {:.3} | {:+.4} | {:.3} |",
        radius_cm / 100,
        mean(&|case| case.exact),
        mean(&|case| case.error().abs()),
        worst(SQUARE_KM_DM2),
        worst(0),
        mean(&Case::error),
        mean(&|case| case.measured.bound().unwrap_or(0.0)),
    );
}

fn quantile(sorted: &[f64], share: f64) -> f64 {
    let place = ((sorted.len() as f64 * share).ceil() as usize).clamp(1, sorted.len().max(1)) - 1;
    sorted.get(place).copied().unwrap_or(0.0)
}
