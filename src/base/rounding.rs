//! Figures as they are told: sums of binary fractions end in digits that nobody measured.

use serde::Serializer;

/// A figure with so many decimals, a half away from zero.
#[must_use]
pub fn decimals(value: f64, places: u8) -> f64 {
    let by = 10_f64.powi(i32::from(places));
    // Nothing is told as −0, which is what a sum of no fractions is.
    (value * by).round() / by + 0.0
}

/// Tells a figure in hundredths of its unit.
///
/// # Errors
/// Where the serializer fails.
pub fn hundredths<S: Serializer>(value: &f64, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_f64(decimals(*value, 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_ends_where_its_measures_do() {
        let told = |value: f64, places| decimals(value, places).to_string();
        assert_eq!(told(0.1 + 0.2, 2), "0.3");
        assert_eq!(told(11_095.929_999_999_997, 2), "11095.93");
        assert_eq!(told(11_095.929_999_999_997, 1), "11095.9");
        assert_eq!(told(-2.45, 1), "-2.5");
        assert_eq!(told(7.5, 0), "8");
        assert_eq!(told(-0.0, 2), "0");
        assert_eq!(told(-0.001, 2), "0");
        assert_eq!(told(f64::from(u32::MAX) + 0.4, 2), "4294967295.4");
    }
}
