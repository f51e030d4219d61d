//! What grades are given by: numbers and caps as versioned data.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::words::{Grade, Reason};

/// The rules of one version. Grades are told anew under the latest; facts never change with it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GradeRules {
    /// Their number, from 1.
    pub version: u32,
    /// How far from the plot a photo may be taken, m, beyond what the accuracies explain.
    pub near_m: f64,
    /// Standard deviations of both positions that are allowed for.
    pub sigmas: f64,
    /// A position said to be less accurate than this counts as unknown, and no accuracy is allowed for beyond it, m (1 sigma).
    pub rough_m: f64,
    /// A position older than this at the shutter is old; where the age is not told it may be up to this, s.
    pub old_position_s: f64,
    /// The camera may point this far from the plot, degrees either way.
    pub points_away_deg: f64,
    /// Nearer than this the direction to the plot tells nothing, m.
    pub direction_from_m: f64,
    /// Hours around the work within which photos are expected.
    pub around_hours: u32,
    /// Minutes by which order in time may be off before it is held against a photo: its grade is capped. The photo minimum
    /// has a number of its own (`photos.order_tolerance_min` of the ledger's definition), beyond which its stage is missing.
    pub order_tolerance_min: u32,
    /// Minutes within which the device's own track must have a fix.
    pub track_min: u32,
    /// How far that fix may be from where the photo says it was taken, m, beyond what the accuracies explain.
    pub track_m: f64,
    /// The fastest that a team moves, m/s: a fix from which nobody could have come to the photo in time speaks against it.
    #[serde(default = "fastest_mps")]
    pub track_mps: f64,
    /// Hours beyond which a clock's measured offset is no offset any more: times stand as the device told them.
    #[serde(default = "most_skew_hours")]
    pub skew_hours: u32,
    /// Minutes by which the satellites' time may differ.
    pub gnss_tolerance_min: u32,
    /// Hours after the shutter from which a photo is late.
    pub late_hours: u32,
    /// The best grade that each reason leaves; reasons that are not listed only inform.
    #[schema(value_type = Object)]
    pub caps: BTreeMap<Reason, Grade>,
}

/// Why rules cannot be rules.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {expected}")]
pub struct InvalidRules {
    /// The field.
    pub field: &'static str,
    /// What would be accepted.
    pub expected: &'static str,
}

/// A motorbike on a mountain road.
const fn fastest_mps() -> f64 {
    15.0
}

const fn most_skew_hours() -> u32 {
    24
}

/// What leaves no better grade than D at first.
const CAPS_D: [Reason; 9] = [
    Reason::NoBefore,
    Reason::NoAfter,
    Reason::FarFromPlot,
    Reason::MockPosition,
    Reason::TrackElsewhere,
    Reason::BadSignature,
    Reason::NonceReused,
    Reason::NotAPicture,
    Reason::Rejected,
];
/// No better than C.
const CAPS_C: [Reason; 20] = [
    Reason::NoCloseUp,
    Reason::Waived,
    Reason::NoPosition,
    Reason::OutsideTime,
    Reason::BeforeTooLate,
    Reason::AfterTooEarly,
    Reason::ExifPlaceDiffers,
    Reason::ExifTimeDiffers,
    Reason::ExifEdited,
    Reason::GnssTimeDiffers,
    Reason::ChainBroken,
    Reason::NonceUnknown,
    Reason::TimeImpossible,
    Reason::UnsignedDoor,
    Reason::FromGallery,
    Reason::FromPaper,
    Reason::ReceivedAfterRevocation,
    Reason::BackDated,
    Reason::AcceptedAfterReview,
    Reason::UnderReview,
];
/// No better than B.
const CAPS_B: [Reason; 12] = [
    Reason::NotBound,
    Reason::RoughPosition,
    Reason::OldPosition,
    Reason::AgeUntold,
    Reason::PointsAway,
    Reason::NoTrack,
    Reason::Unsigned,
    Reason::KeyUnconfirmed,
    Reason::SignedLate,
    Reason::NoAccount,
    Reason::SourceUntold,
    Reason::Late,
];

impl Default for GradeRules {
    /// What a province starts with.
    fn default() -> Self {
        let caps = [
            (Grade::D, &CAPS_D[..]),
            (Grade::C, &CAPS_C),
            (Grade::B, &CAPS_B),
        ];
        let caps = caps
            .iter()
            .flat_map(|(grade, reasons)| reasons.iter().map(|reason| (*reason, *grade)));
        Self {
            version: 1,
            near_m: 100.0,
            sigmas: 2.0,
            rough_m: 50.0,
            old_position_s: 120.0,
            points_away_deg: 75.0,
            direction_from_m: 30.0,
            around_hours: 12,
            order_tolerance_min: 5,
            track_min: 10,
            track_m: 100.0,
            track_mps: fastest_mps(),
            skew_hours: most_skew_hours(),
            gnss_tolerance_min: 5,
            late_hours: 72,
            caps: caps.collect(),
        }
    }
}

impl GradeRules {
    /// The rules, if their numbers make sense.
    pub fn checked(self) -> Result<Self, InvalidRules> {
        let metres = [
            self.near_m,
            self.rough_m,
            self.direction_from_m,
            self.track_m,
            self.track_mps,
        ];
        let checks = [
            (
                metres.iter().all(|m| (0.0..=10_000.0).contains(m)),
                "near_m, rough_m, direction_from_m, track_m, track_mps",
                "expected 0 to 10,000 m or m/s",
            ),
            (
                (0.0..=5.0).contains(&self.sigmas),
                "sigmas",
                "expected 0 to 5",
            ),
            (
                (0.0..=86_400.0).contains(&self.old_position_s),
                "old_position_s",
                "expected 0 to 86,400 s",
            ),
            (
                (0.0..=180.0).contains(&self.points_away_deg),
                "points_away_deg",
                "expected 0 to 180 degrees",
            ),
            (
                self.around_hours <= 240
                    && self.skew_hours <= 240
                    && (1..=8_760).contains(&self.late_hours),
                "around_hours, skew_hours, late_hours",
                "expected up to 240 h, up to 240 h and 1 to 8,760 h",
            ),
            (
                [
                    self.order_tolerance_min,
                    self.track_min,
                    self.gnss_tolerance_min,
                ]
                .iter()
                .all(|min| *min <= 1_440),
                "order_tolerance_min, track_min, gnss_tolerance_min",
                "expected up to 1,440 min",
            ),
        ];
        match checks.into_iter().find(|(holds, ..)| !holds) {
            Some((_, field, expected)) => Err(InvalidRules { field, expected }),
            None => Ok(self),
        }
    }

    /// An accuracy that may be allowed for, m: what a sender says of itself never widens a distance without end. None for
    /// a position so rough that it counts as unknown.
    #[must_use]
    pub fn usable_m(&self, accuracy_m: Option<f64>) -> Option<f64> {
        let told_m = accuracy_m.unwrap_or(0.0);
        (told_m <= self.rough_m).then_some(told_m)
    }

    /// The best grade that a reason leaves.
    #[must_use]
    pub fn cap(&self, reason: Reason) -> Grade {
        self.caps.get(&reason).copied().unwrap_or(Grade::A)
    }
}
