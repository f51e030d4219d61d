//! What screens go by: numbers as versioned data.

use serde::{Deserialize, Serialize};

use super::Near;
use crate::evidence::model::cross_check::Apart;

/// The rules of one version. They hold for photos that are screened from then on; questions that were asked stand.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ScreenRules {
    /// Their number, from 1.
    pub version: u32,
    /// Two pictures are nearly one when at most so many of the key's 64 signs differ.
    pub key_apart: u32,
    /// And at most so many of the check's 256 signs.
    pub check_apart: u32,
    /// A picture of which less than this share shows any detail is not compared: what shows little is alike.
    pub least_detail: f64,
    /// No photo is asked about together with more than so many others by one screen: the nearest.
    pub most_alike: u32,
    /// File and sidecar disagree about the place from so many metres on.
    pub exif_apart_m: f64,
    /// And about the time from so many minutes on.
    pub exif_apart_min: u32,
    /// Days that the team has for an answer before a role may decide without it.
    pub answer_days: u32,
}

/// Why rules cannot be rules: field and what would be accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}: {1}")]
pub struct InvalidScreenRules(pub &'static str, pub &'static str);

impl Default for ScreenRules {
    /// What a province starts with; chosen on the seasons named in the tests.
    fn default() -> Self {
        Self {
            version: 1,
            key_apart: 11,
            check_apart: 72,
            least_detail: 0.1,
            most_alike: 5,
            exif_apart_m: 200.0,
            exif_apart_min: 10,
            answer_days: 7,
        }
    }
}

impl ScreenRules {
    /// The rules, if their numbers make sense.
    pub fn checked(self) -> Result<Self, InvalidScreenRules> {
        let checks = [
            // The search looks at quarters of a key in which at most three signs differ.
            (self.key_apart <= 15, "key_apart", "expected 0 to 15"),
            (self.check_apart <= 128, "check_apart", "expected 0 to 128"),
            (
                (0.0..=1.0).contains(&self.least_detail),
                "least_detail",
                "expected a share from 0 to 1",
            ),
            (
                (1..=50).contains(&self.most_alike),
                "most_alike",
                "expected 1 to 50",
            ),
            (
                (1.0..=10_000.0).contains(&self.exif_apart_m),
                "exif_apart_m",
                "expected 1 to 10,000 m",
            ),
            (
                (1..=1_440).contains(&self.exif_apart_min),
                "exif_apart_min",
                "expected 1 to 1,440 min",
            ),
            (
                (1..=60).contains(&self.answer_days),
                "answer_days",
                "expected 1 to 60 days",
            ),
        ];
        match checks.into_iter().find(|(holds, ..)| !holds) {
            Some((_, field, expected)) => Err(InvalidScreenRules(field, expected)),
            None => Ok(self),
        }
    }

    /// How near two fingerprints are for their pictures to be nearly one.
    #[must_use]
    pub const fn near(&self) -> Near {
        Near {
            key: self.key_apart,
            check: self.check_apart,
        }
    }

    /// How far file and sidecar may be apart.
    #[must_use]
    pub fn apart(&self) -> Apart {
        Apart {
            metres: self.exif_apart_m,
            ms: u64::from(self.exif_apart_min) * 60_000,
        }
    }

    /// The time that the team has for an answer, ms.
    #[must_use]
    pub fn answer_ms(&self) -> i64 {
        i64::from(self.answer_days) * 86_400_000
    }
}
