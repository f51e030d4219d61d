//! What the photos of a plot amount to, and what the guard of `eradicated` misses in them.
//!
//! Only presence is asked for here; grades, distances and screens judge the same summary elsewhere.

use super::words::Missing;

/// Photos whose originals are kept, by what they show; joined to the plot.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct EvidenceSummary {
    /// Before the work: `before` and `overview`.
    pub before: u32,
    /// Close-ups by which the crop is recognised.
    pub close_up: u32,
    /// During the work.
    pub during: u32,
    /// After it.
    pub after: u32,
    /// Of the minutes.
    pub minutes: u32,
    /// Of samples.
    pub samples: u32,
}

/// What the photo minimum misses: one from before and one from after the work.
#[must_use]
pub fn missing_photos(summary: &EvidenceSummary) -> Vec<Missing> {
    [
        (summary.before, Missing::PhotosBefore),
        (summary.after, Missing::PhotosAfter),
    ]
    .into_iter()
    .filter_map(|(photos, missing)| (photos == 0).then_some(missing))
    .collect()
}
