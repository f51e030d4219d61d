//! How often two points that lie apart are recorded near each other, by the errors of both.

/// Beyond this many standard deviations the series would run out of numbers.
const FAR: f64 = 30.0;

/// The share of pairs of points, `apart` standard deviations from each other, that are recorded within `within` of each
/// other; each axis errs by one standard deviation. The distribution of such a distance is Rice's (1945); its square is a
/// noncentral chi-squared of two degrees of freedom, summed here as a Poisson mixture of Erlang distributions.
///
/// Points further apart than 30 standard deviations are told by a bound from above (Chernoff's), never by less than the truth.
#[must_use]
pub fn nearer_by_chance(within: f64, apart: f64) -> f64 {
    if !(within > 0.0 && apart >= 0.0) {
        return 0.0;
    }
    if within >= apart + FAR {
        return 1.0;
    }
    if apart > FAR {
        let short = (apart - within).max(0.0);
        return (-short.powi(2) / 2.0).exp();
    }
    let (mean, time) = (apart.powi(2) / 2.0, within.powi(2) / 2.0);
    // Of a Poisson mean so many terms hold all but the last digits.
    let most = whole(mean + 12.0 * mean.sqrt() + 30.0);
    let (mut poisson, mut erlang) = ((-mean).exp(), -(-time).exp_m1());
    let (mut step, mut sum) = ((-time).exp(), 0.0);
    for number in 1..=most {
        sum += poisson * erlang.max(0.0);
        let number = f64::from(number);
        poisson *= mean / number;
        step *= time / number;
        erlang -= step;
    }
    sum.min(1.0)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "some hundred, never below 0"
)]
const fn whole(number: f64) -> u32 {
    number as u32
}

#[cfg(test)]
mod tests {
    use super::nearer_by_chance;

    /// The density x·exp(−(x² + apart²) / 2)·I₀(x·apart) summed up to `within` by Simpson's rule in 400,000 steps.
    const KNOWN: [(f64, f64, f64); 8] = [
        (0.1, 2.0, 0.000_678_365_289),
        (0.25, 2.05, 0.003_887_130_136),
        (1.0, 0.5, 0.357_285_769_727),
        (1.5, 2.3, 0.139_195_257_636),
        (2.0, 4.5, 0.003_842_050_476),
        (4.0, 3.0, 0.803_487_810_612),
        (10.0, 12.0, 0.020_395_637_604),
        (24.0, 25.0, 0.153_765_438_317),
    ];

    #[test]
    fn shares_are_those_of_rices_distribution() {
        for (within, apart, share) in KNOWN {
            let told = nearer_by_chance(within, apart);
            let off = (told - share).abs();
            assert!(
                off <= 1e-9 + 1e-6 * share,
                "{within} {apart}: {told} {share}"
            );
        }
    }

    #[test]
    fn far_points_are_never_told_to_be_nearer_by_less_than_they_are() {
        let near = nearer_by_chance(27.0, 29.9);
        assert!((1e-3..3e-3).contains(&near), "{near}");
        assert!(nearer_by_chance(28.0, 31.0) >= near);
        assert!(nearer_by_chance(31.0, 31.0) > 0.999);
        assert!(nearer_by_chance(0.0, 2.0) <= 0.0);
    }
}
