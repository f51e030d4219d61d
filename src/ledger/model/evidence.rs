//! What the photos of a plot amount to, and what the guard of `eradicated` misses in them.
//!
//! Only the photo minimum is asked for here; grades and screens judge the same photos elsewhere.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::facts::Eradication;
use super::words::Missing;
use crate::base::ids::{FactId, OrgId};
use crate::base::time::Timestamp;

/// How many photos of what kind an eradication needs before it counts (domain §2.6): versioned data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PhotoMinimum {
    /// Of the plot before the work (`before`, `overview`).
    pub before: u32,
    /// Close-ups by which the crop is recognised.
    pub close_up: u32,
    /// After the work.
    pub after: u32,
    /// Of any phase, taken near the plot and around the time of the work.
    pub at_the_work: u32,
    /// How far from the plot a photo of any of these may have been taken, m; both accuracies are allowed besides. One
    /// whose place nobody knows fills its stage, and is not at the work.
    pub near_m: f64,
    /// Hours before and after the work within which it was taken; one of a stage also counts on the local days of the work.
    pub around_hours: u32,
    /// No accuracy is allowed for beyond this, and a photo whose position is said to be rougher was taken nobody knows
    /// where, m (1 sigma).
    #[serde(default = "rough_m")]
    pub rough_m: f64,
    /// A photo from before that was taken later than so many minutes after the work began, or one from after taken so
    /// long before it ended, shows neither: as far as two phones' clocks may disagree. Definitions from before it was
    /// stated mean 15 min. Grades cap a photo from fewer minutes on (`order_tolerance_min` of their rules): what is
    /// only doubted there is not refused here.
    #[serde(default = "order_tolerance_min")]
    pub order_tolerance_min: u32,
}

const fn rough_m() -> f64 {
    50.0
}

const fn order_tolerance_min() -> u32 {
    15
}

impl Default for PhotoMinimum {
    fn default() -> Self {
        Self {
            before: 1,
            close_up: 1,
            after: 1,
            at_the_work: 2,
            near_m: 100.0,
            around_hours: 12,
            rough_m: rough_m(),
            order_tolerance_min: order_tolerance_min(),
        }
    }
}

impl PhotoMinimum {
    /// Whether its numbers make sense.
    pub(super) fn make_sense(&self) -> bool {
        let metres = [self.near_m, self.rough_m];
        metres.iter().all(|m| (0.0..=1_000.0).contains(m))
            && self.around_hours <= 240
            && self.order_tolerance_min <= 1_440
    }
}

/// Photos whose originals are kept, by what they show; joined to the plot.
#[derive(Debug, Clone, Default, PartialEq, Serialize, utoipa::ToSchema)]
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
    /// Each of them, the first recorded first.
    #[serde(skip)]
    pub shots: Vec<Shot>,
}

/// What a photo shows, as far as the minimum asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// The plot before the work.
    Before,
    /// The plants.
    CloseUp,
    /// The work.
    During,
    /// The plot after it.
    After,
    /// The minutes.
    Minutes,
    /// Samples.
    Samples,
}

/// One photo.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shot {
    /// What it shows.
    pub shown: Shown,
    /// When it was taken, by the device's clock.
    pub taken_at: Timestamp,
    /// Whether that is the time of its own shutter, not one time for all photos of a form.
    pub has_own_time: bool,
    /// When its original came.
    pub received_at: Timestamp,
    /// The eradication that it names.
    pub eradication: Option<FactId>,
    /// Whose it is.
    pub org: Option<OrgId>,
    /// Where the phone stood; none when it did not know.
    pub stood: Option<Stood>,
    /// SHA-256 of the file.
    pub sha256: [u8; 32],
}

/// How far from the plot a phone stood.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stood {
    /// As both positions say, m.
    pub away_m: f64,
    /// What the phone says of its accuracy, m (1 sigma).
    pub accuracy_m: Option<f64>,
    /// What the plot's position says of its own, m (1 sigma).
    pub plot_accuracy_m: Option<f64>,
}

impl Stood {
    /// How far beyond what two standard deviations of both positions explain, m; none when the phone's position is rough.
    fn beyond_m(&self, rough_m: f64) -> Option<f64> {
        let own_m = self.accuracy_m.unwrap_or(0.0);
        let plot_m = self.plot_accuracy_m.unwrap_or(0.0).min(rough_m);
        (own_m <= rough_m).then(|| (self.away_m - 2.0 * own_m.hypot(plot_m)).max(0.0))
    }
}

impl EvidenceSummary {
    /// How many photos there are in all.
    #[must_use]
    pub const fn count(&self) -> u32 {
        self.before + self.close_up + self.during + self.after + self.minutes + self.samples
    }

    /// The photos, counted by what they show.
    #[must_use]
    pub fn of(shots: Vec<Shot>) -> Self {
        let mut summary = Self::default();
        for shot in &shots {
            *match shot.shown {
                Shown::Before => &mut summary.before,
                Shown::CloseUp => &mut summary.close_up,
                Shown::During => &mut summary.during,
                Shown::After => &mut summary.after,
                Shown::Minutes => &mut summary.minutes,
                Shown::Samples => &mut summary.samples,
            } += 1;
        }
        summary.shots = shots;
        summary
    }
}

/// What the photo minimum misses for one eradication, by the photos that `counts` lets count for it.
pub(super) fn missing_photos(
    summary: &EvidenceSummary,
    minimum: &PhotoMinimum,
    (said, ended_at): (&Eradication, Timestamp),
    counts: impl Fn(&Shot) -> bool,
) -> Vec<Missing> {
    // One file shows one thing: it counts once, as it was recorded first.
    let mut files = BTreeSet::new();
    let own: Vec<&Shot> = summary
        .shots
        .iter()
        .filter(|shot| counts(shot))
        .filter(|shot| files.insert(shot.sha256))
        .collect();
    let around_ms = i64::from(minimum.around_hours) * 3_600_000;
    let first = said.started_at.plus_millis(-around_ms);
    let last = ended_at.plus_millis(around_ms);
    let count = |holds: &dyn Fn(&Shot) -> bool| own.iter().filter(|shot| holds(shot)).count();
    let tolerance_ms = i64::from(minimum.order_tolerance_min) * 60_000;
    let is_near = |shot: &Shot| {
        let beyond_m = shot.stood.and_then(|stood| stood.beyond_m(minimum.rough_m));
        beyond_m.map(|far| far <= minimum.near_m)
    };
    let is_around = |shot: &Shot| (first..=last).contains(&shot.taken_at);
    let days = said.started_at.local_date()..=ended_at.local_date();
    // A picture of another hillside or another week shows no stage of this work, whatever the other photos show. Where
    // nobody knows the place, or the time is that of a form, nothing speaks against it: that caps the grade.
    let is_of_the_work = |shot: &Shot| {
        let is_in_time =
            !shot.has_own_time || is_around(shot) || days.contains(&shot.taken_at.local_date());
        is_in_time && is_near(shot).unwrap_or(true)
    };
    let before = |shot: &Shot| {
        let late_ms = shot.taken_at.since(said.started_at);
        shot.shown == Shown::Before
            && (!shot.has_own_time || late_ms <= tolerance_ms)
            && is_of_the_work(shot)
    };
    let close_up = |shot: &Shot| shot.shown == Shown::CloseUp && is_of_the_work(shot);
    let after = |shot: &Shot| {
        let early_ms = ended_at.since(shot.taken_at);
        shot.shown == Shown::After
            && (!shot.has_own_time || early_ms <= tolerance_ms)
            && is_of_the_work(shot)
    };
    let at_the_work = |shot: &Shot| is_near(shot) == Some(true) && is_around(shot);
    [
        (count(&before), minimum.before, Missing::PhotosBefore),
        (count(&close_up), minimum.close_up, Missing::PhotosCloseUp),
        (count(&after), minimum.after, Missing::PhotosAfter),
        (
            count(&at_the_work),
            minimum.at_the_work,
            Missing::PhotosAtTheWork,
        ),
    ]
    .into_iter()
    .filter(|(found, needed, _)| (*found as u64) < u64::from(*needed))
    .map(|(_, _, missing)| missing)
    .collect()
}
