//! The figures that are answered per commune and over communes.
//!
//! A commune without risk area has no coverage, which is neither 0 nor 1.

use super::interval::Measured;

/// Coverage of one commune, or of several together.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Coverage {
    /// The covered share of the risk area, 0 to 1; `None` without risk area.
    pub coverage: Option<f64>,
    /// Half the width of the 99.9 % interval around the share, as a share.
    pub error_bound: Option<f64>,
    /// The geodesic area at risk, in m².
    pub risk_area_m2: f64,
    /// The covered part of it, in m².
    pub covered_m2: f64,
    /// The shortest walk that could cover it all at this radius, in km; `None` at radius 0.
    pub km_for_full: Option<f64>,
    /// What the share and its error were computed from.
    pub measured: Measured,
}

impl Coverage {
    /// The figures of a commune whose geodesic risk area is that.
    #[must_use]
    pub fn of(measured: Measured, risk_area_m2: f64, radius_cm: u32) -> Self {
        let coverage = measured.share();
        let covered_m2 = coverage.unwrap_or(0.0) * risk_area_m2;
        Self {
            coverage,
            error_bound: measured.bound(),
            risk_area_m2,
            covered_m2,
            km_for_full: km_for_full(risk_area_m2, radius_cm),
            measured,
        }
    }

    /// The figures of several communes together, each weighing its risk area.
    #[must_use]
    pub fn total<'a>(communes: impl IntoIterator<Item = &'a Self>, radius_cm: u32) -> Self {
        let (mut risk_area_m2, mut covered_m2, mut measured) = (0.0, 0.0, Measured::default());
        for commune in communes {
            risk_area_m2 += commune.risk_area_m2;
            covered_m2 += commune.covered_m2;
            measured = measured + commune.measured;
        }
        let coverage =
            (measured.total_dm2 > 0 && risk_area_m2 > 0.0).then(|| covered_m2 / risk_area_m2);
        Self {
            coverage,
            error_bound: measured.bound(),
            risk_area_m2,
            covered_m2,
            km_for_full: km_for_full(risk_area_m2, radius_cm),
            measured,
        }
    }

    /// The 99.9 % interval, kept within 0 to 1; `None` without risk area.
    #[must_use]
    pub fn interval(&self) -> Option<(f64, f64)> {
        let (share, bound) = (self.coverage?, self.error_bound?);
        Some(((share - bound).max(0.0), (share + bound).min(1.0)))
    }
}

/// A straight walk sees a band two radii wide, so this much is needed at the very least.
fn km_for_full(risk_area_m2: f64, radius_cm: u32) -> Option<f64> {
    let band_m = 2.0 * f64::from(radius_cm) / 100.0;
    (radius_cm > 0).then(|| risk_area_m2 / band_m / 1000.0)
}
