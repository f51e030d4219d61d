//! The functions behind intervals and p values: the gamma distribution and the normal tail.
//!
//! Formulas: DLMF 5.11.1 (Stirling), 8.7.1 (series) and 8.9.2 (continued fraction) of the incomplete gamma function.
//! `fixtures/density/quantiles.json` holds them against `SciPy`.

use std::f64::consts::PI;

/// Stirling's series is exact to the last bit from here on.
const STIRLING_FROM: f64 = 12.0;
/// B(2k) / (2k (2k - 1)) for k = 1 to 7.
const STIRLING: [f64; 7] = [
    1.0 / 12.0,
    -1.0 / 360.0,
    1.0 / 1260.0,
    -1.0 / 1680.0,
    1.0 / 1188.0,
    -691.0 / 360_360.0,
    1.0 / 156.0,
];
const SMALLEST: f64 = 1e-300;
/// Far more than any shape below a million needs.
const MOST_TERMS: u32 = 20_000;
const MOST_STEPS: u32 = 200;

/// Which end of a distribution a share lies at.
#[derive(Debug, Clone, Copy)]
pub(super) enum Tail {
    Lower,
    Upper,
}

/// The natural logarithm of the gamma function of a positive number.
pub(super) fn ln_gamma(x: f64) -> f64 {
    let (mut at, mut product) = (x, 1.0);
    while at < STIRLING_FROM {
        product *= at;
        at += 1.0;
    }
    let series = STIRLING
        .iter()
        .rev()
        .fold(0.0, |sum, term| sum / (at * at) + term);
    (at - 0.5) * at.ln() - at + 0.5 * (2.0 * PI).ln() + series / at - f64::ln(product)
}

/// The share of a gamma distribution of that shape and scale 1 at one side of `e^ln_x`. The argument is a logarithm,
/// because quantiles of small shapes lie below the smallest number.
fn share(shape: f64, ln_x: f64, tail: Tail) -> f64 {
    let x = ln_x.exp();
    let at = (shape * ln_x - x - ln_gamma(shape)).exp();
    let (lower, upper) = if x < shape + 1.0 {
        let lower = at * series(shape, x);
        (lower, 1.0 - lower)
    } else {
        let upper = at * fraction(shape, x);
        (1.0 - upper, upper)
    };
    match tail {
        Tail::Lower => lower,
        Tail::Upper => upper,
    }
}

fn series(shape: f64, x: f64) -> f64 {
    let (mut term, mut sum, mut n) = (1.0 / shape, 1.0 / shape, 0.0);
    for _ in 0..MOST_TERMS {
        n += 1.0;
        term *= x / (shape + n);
        sum += term;
        if term < sum * f64::EPSILON {
            break;
        }
    }
    sum
}

/// Lentz's way through the continued fraction.
fn fraction(shape: f64, x: f64) -> f64 {
    let mut whole = x + 1.0 - shape;
    let mut above = 1.0 / SMALLEST;
    let mut below = 1.0 / whole;
    let (mut product, mut step) = (below, 0.0);
    for _ in 0..MOST_TERMS {
        step += 1.0;
        let part = step * (shape - step);
        whole += 2.0;
        below = 1.0 / away_from_zero(part * below + whole);
        above = away_from_zero(whole + part / above);
        product *= above * below;
        if (above * below - 1.0).abs() < f64::EPSILON {
            break;
        }
    }
    product
}

fn away_from_zero(value: f64) -> f64 {
    if value.abs() < SMALLEST {
        SMALLEST
    } else {
        value
    }
}

/// The place of a gamma distribution (scale 1) beyond which that share lies at that end: Newton's method on the
/// logarithms of both, kept between bounds.
pub(super) fn gamma_quantile(shape: f64, tail: Tail, wanted: f64) -> f64 {
    let (mut low, mut high) = (-2000.0 / shape.min(1.0), (shape + 50.0).ln() + 8.0);
    let mut at = match tail {
        Tail::Lower => (wanted.ln() + ln_gamma(shape + 1.0)) / shape,
        Tail::Upper => shape.max(0.1).ln(),
    };
    at = at.clamp(low, high);
    for _ in 0..MOST_STEPS {
        let found = share(shape, at, tail);
        let falls_short = match tail {
            Tail::Lower => found < wanted,
            Tail::Upper => found > wanted,
        };
        *(if falls_short { &mut low } else { &mut high }) = at;
        let slope = (shape * at - at.exp() - ln_gamma(shape)).exp();
        let step = (wanted / found).ln() * found / slope;
        let next = match tail {
            Tail::Lower => at + step,
            Tail::Upper => at - step,
        };
        let inside = next > low && next < high;
        let next = if inside { next } else { low.midpoint(high) };
        if (next - at).abs() < 1e-15 * at.abs().max(1.0) {
            return next.exp();
        }
        at = next;
    }
    at.exp()
}

/// The probability of a standard normal value at least so far from zero, on either side.
pub(super) fn two_sided_p(z: f64) -> f64 {
    if z == 0.0 {
        return 1.0;
    }
    share(0.5, (z * z / 2.0).ln(), Tail::Upper)
}
