//! Cases: what was computed of one commune in one window at one radius, beside the exact figure.

use serde::Deserialize;
use tuantra::coverage::model::interval::Measured;

use crate::patch::{Figures, RADII_CM, WINDOWS_D};

/// What `fixtures/coverage/make_cases.py` computed with GEOS, of some patches.
#[derive(Deserialize)]
pub struct Truth {
    pub worlds: Vec<Exact>,
}

/// The exact figures of one patch.
#[derive(Deserialize)]
pub struct Exact {
    pub seed: u64,
    /// Of the patch as JSON, in hexadecimal digits.
    pub sha256: String,
    /// Of each commune: the risk area in 0.1 m² and then the covered shares in 1e-7, radius by radius.
    communes: Vec<[u32; 1 + RADII_CM.len() * WINDOWS_D.len()]>,
}

/// One commune in one window at one radius.
#[derive(Debug, Clone)]
pub struct Case {
    /// The geodesic area at risk in the commune, in m².
    pub risk_area_m2: f64,
    pub radius_cm: u32,
    pub window_d: i64,
    /// The share that is truly covered.
    pub exact: f64,
    pub measured: Measured,
}

impl Exact {
    /// The geodesic areas at risk, in m².
    pub fn risk_area_m2(&self) -> impl Iterator<Item = f64> {
        self.communes.iter().map(|row| f64::from(row[0]) / 10.0)
    }

    /// The cases of some figures, commune by commune.
    pub fn cases(&self, figures: &[Figures]) -> Vec<Case> {
        let asked = RADII_CM.into_iter().flat_map(|radius_cm| {
            WINDOWS_D
                .into_iter()
                .map(move |window_d| (radius_cm, window_d))
        });
        let communes = self.communes.iter().zip(self.risk_area_m2()).zip(figures);
        let mut cases = Vec::new();
        for ((row, risk_area_m2), figures) in communes {
            let shares = row.iter().skip(1).map(|share| f64::from(*share) / 1e7);
            let computed = shares.zip(figures.iter().flatten());
            for ((radius_cm, window_d), (exact, measured)) in asked.clone().zip(computed) {
                cases.push(Case {
                    risk_area_m2,
                    radius_cm,
                    window_d,
                    exact,
                    measured: *measured,
                });
            }
        }
        cases
    }
}

impl Case {
    /// How far the figure lies above the exact one, as a share.
    pub fn error(&self) -> f64 {
        self.measured.share().unwrap_or_default() - self.exact
    }

    /// The half width of the interval, as a share.
    pub fn bound(&self) -> f64 {
        self.measured.bound().unwrap_or_default()
    }

    /// Whether the exact figure lies within the interval.
    pub fn holds(&self) -> bool {
        self.error().abs() <= self.bound()
    }
}
