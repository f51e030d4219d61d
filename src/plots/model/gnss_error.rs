//! How wrong an area is when its edge is walked with a satellite receiver.
//!
//! Simulated: regular plots of eight vertices, each vertex off by normal errors of that accuracy east and north, those of
//! neighbouring vertices correlated by 0.9 along the walk, 4,000 runs a cell; the area is that of the closed ring, without
//! a sign. `tests/accuracy/walked.rs` simulates every cell again from other seeds. Correlation and shape are assumed.

/// Areas of the table's rows, m².
const AREAS_M2: [f64; 6] = [45.0, 125.0, 350.0, 750.0, 2_000.0, 10_000.0];
/// Accuracies of the table's columns, m (1 sigma horizontal).
const ACCURACIES_M: [f64; 3] = [2.0, 4.0, 8.0];
/// Relative area error that one walk in ten exceeds, %.
const NINETIETH_PCT: [[f64; 3]; 6] = [
    [45.0, 92.0, 179.0],
    [27.0, 55.0, 100.0],
    [16.0, 33.0, 66.0],
    [11.0, 22.0, 45.0],
    [7.0, 14.0, 27.0],
    [3.0, 6.0, 12.0],
];

/// The relative error (%) that a walked area of that size exceeds one time in ten.
///
/// Log-log interpolation, because the error follows accuracy / sqrt(area); outside the table the
/// nearest row and column go on by that law.
#[must_use]
pub fn walked_area_error_pct(area_m2: f64, accuracy_m: f64) -> f64 {
    let (row, down) = place(&AREAS_M2, area_m2);
    let (column, across) = place(&ACCURACIES_M, accuracy_m);
    let cell = |row: usize, column: usize| {
        NINETIETH_PCT
            .get(row)
            .and_then(|r| r.get(column))
            .map_or(0.0, |pct| pct.ln())
    };
    let upper = mix(cell(row, column), cell(row, column + 1), across);
    let lower = mix(cell(row + 1, column), cell(row + 1, column + 1), across);
    let inside = mix(upper, lower, down).exp();
    inside * law_beyond(&AREAS_M2, area_m2).powf(-0.5) * law_beyond(&ACCURACIES_M, accuracy_m)
}

/// The lower neighbour of `value` on a rising scale, and how far (0–1, by logarithm) it lies above it.
fn place(scale: &[f64], value: f64) -> (usize, f64) {
    let within = clamp(scale, value);
    let pairs = scale.iter().zip(scale.iter().skip(1)).enumerate();
    for (index, (low, high)) in pairs {
        if within <= *high {
            return (index, (within / low).ln() / (high / low).ln());
        }
    }
    (0, 0.0)
}

fn clamp(scale: &[f64], value: f64) -> f64 {
    let low = scale.first().copied().unwrap_or(1.0);
    let high = scale.last().copied().unwrap_or(1.0);
    value.clamp(low, high)
}

/// How many times `value` lies beyond the scale's end that it passes; 1 within the scale.
fn law_beyond(scale: &[f64], value: f64) -> f64 {
    (value.max(f64::MIN_POSITIVE)) / clamp(scale, value)
}

fn mix(from: f64, to: f64, share: f64) -> f64 {
    from + (to - from) * share
}
