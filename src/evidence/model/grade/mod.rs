//! Grades A to D of the photos of one eradication. Pure: facts and rules in, grade and reasons out.
//!
//! Nothing is refused for a poor grade. Each phase that is needed counts by its best photo, so that one more poor photo
//! never lowers a set.

mod judge;
mod rules;
mod words;

pub use rules::{GradeRules, InvalidRules};
pub use words::{Grade, Reason};

use crate::base::actor::Door;
use crate::base::ids::{FactId, PhotoId};
use crate::base::origin::{ClockOffset, Doubt};
use crate::base::time::Timestamp;
use crate::base::words::vocabulary;
use crate::evidence::model::cross_check::ExifFlag;
use crate::evidence::model::sidecar::{Phase, Source};
use crate::geo::position::Position;

use judge::reasons_of;

/// The work that photos are to show.
#[derive(Debug, Clone, PartialEq)]
pub struct Work {
    /// The eradication, and what it corrected.
    pub ids: Vec<FactId>,
    /// When it began, by the device's clock.
    pub started_at: Timestamp,
    /// When it ended.
    pub ended_at: Timestamp,
    /// Where the plot lies.
    pub plot: Position,
    /// Accuracy of that, m (1 sigma).
    pub plot_accuracy_m: Option<f64>,
    /// Whether a role let it count without photos.
    pub is_waived: bool,
    /// Whether it, or what it corrected, was typed in from paper.
    pub is_from_paper: bool,
}

vocabulary! {
    /// What a device's own track says about where it was when a photo was taken.
    Track: "what a track says" {
        /// It was where the photo says.
        There = "there",
        /// It was somewhere else.
        Elsewhere = "elsewhere",
        /// There is none for that time.
        Silent = "silent",
        /// It was erased when its time was up.
        Erased = "erased",
    }
}

vocabulary! {
    /// Whether a device signed what it sent.
    Signed: "a state of a signature" {
        /// It holds.
        Holds = "holds",
        /// It holds, and no second account has confirmed the key.
        Unconfirmed = "unconfirmed",
        /// It holds, and the device signed something else under the same number, or names a head that this log never had.
        Broken = "broken",
        /// It was made with a key that was revoked or is another device's, or does not hold.
        Fails = "fails",
        /// There is none.
        Missing = "missing",
    }
}

/// How the nonce of a photo's sidecar stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nonce {
    /// It names none.
    Missing,
    /// Its own, spent on it alone: the sidecar is younger than this issue.
    Fresh(Timestamp),
    /// It was spent on another photo before.
    Reused,
    /// It was never issued to this device.
    Unknown,
}

vocabulary! {
    /// How a question about a photo stands.
    Review: "a state of a review" {
        /// Nothing was asked, or it was cleared.
        Clear = "clear",
        /// Asked and not decided.
        Open = "open",
        /// Decided against it.
        Upheld = "upheld",
    }
}

/// What is known of a photo.
#[derive(Debug, Clone, PartialEq)]
pub struct PhotoFacts {
    /// The photo.
    pub id: PhotoId,
    /// What it shows.
    pub phase: Phase,
    /// The eradication that it names.
    pub eradication: Option<FactId>,
    /// When the shutter closed, by the device's clock.
    pub taken_at: Timestamp,
    /// When the sidecar came.
    pub received_at: Timestamp,
    /// Where the phone stood.
    pub position: Option<Position>,
    /// Accuracy of that, m (1 sigma).
    pub accuracy_m: Option<f64>,
    /// Where the camera pointed, degrees from north.
    pub bearing_deg: Option<f64>,
    /// Age of the position at the shutter, s.
    pub fix_age_s: Option<f64>,
    /// The satellites' time of the position.
    pub gnss_at: Option<Timestamp>,
    /// The phone says that another program made the position up.
    pub is_mock: bool,
    /// Where the picture came from.
    pub source: Option<Source>,
    /// Where file and sidecar disagree.
    pub exif: Vec<ExifFlag>,
    /// Whether it could be shown; HEIC, whose pixels are not read here, counts as one that can.
    pub is_picture: bool,
    /// Through which door it came; none for what came before this was kept.
    pub door: Option<Door>,
    /// Whether a named account was at the shutter.
    pub has_account: bool,
    /// The device's signature.
    pub signed: Signed,
    /// When it was signed, by the device's clock.
    pub signed_at: Option<Timestamp>,
    /// The nonce that its sidecar names.
    pub nonce: Nonce,
    /// By how much the device's clock was behind when it sent the sidecar.
    pub offset: Option<ClockOffset>,
    /// The sidecar is younger than this, by what it names.
    pub not_before: Option<Timestamp>,
    /// What must be known of when and how its sidecar came.
    pub doubt: Option<Doubt>,
    /// The device's own track.
    pub track: Track,
    /// Questions about it.
    pub review: Review,
}

/// A photo with its grade.
#[derive(Debug, Clone, PartialEq)]
pub struct GradedPhoto {
    /// The photo.
    pub id: PhotoId,
    /// What it shows.
    pub phase: Phase,
    /// Its grade.
    pub grade: Grade,
    /// Why it has no better one, and what else is worth telling.
    pub reasons: Vec<Reason>,
}

/// A set with its grade.
#[derive(Debug, Clone, PartialEq)]
pub struct GradedSet {
    /// Its grade.
    pub grade: Grade,
    /// Reasons of the set itself.
    pub reasons: Vec<Reason>,
    /// Every photo.
    pub photos: Vec<GradedPhoto>,
    /// The version of the rules.
    pub rules: u32,
}

impl GradedSet {
    /// The set of an eradication that a question was decided against.
    #[must_use]
    pub fn rejected(mut self, rules: &GradeRules) -> Self {
        self.reasons.push(Reason::Rejected);
        self.grade = self.grade.max(rules.cap(Reason::Rejected));
        self
    }
}

/// Grades the photos of one eradication.
#[must_use]
pub fn grade(work: &Work, photos: &[PhotoFacts], rules: &GradeRules) -> GradedSet {
    let photos: Vec<GradedPhoto> = photos
        .iter()
        .map(|photo| {
            let reasons = reasons_of(work, photo, rules);
            GradedPhoto {
                id: photo.id,
                phase: photo.phase,
                grade: worst(&reasons, rules),
                reasons,
            }
        })
        .collect();
    let needed: [(&[Phase], Reason); 3] = [
        (&[Phase::Before, Phase::Overview], Reason::NoBefore),
        (&[Phase::CloseUp], Reason::NoCloseUp),
        (&[Phase::After], Reason::NoAfter),
    ];
    let (mut grade, mut reasons) = (Grade::A, Vec::new());
    for (phases, absent) in needed {
        let shown = photos.iter().filter(|photo| phases.contains(&photo.phase));
        match shown.map(|photo| photo.grade).min() {
            // A phase that is shown badly is no worse than one that is not shown at all.
            Some(best) => grade = grade.max(best.min(rules.cap(absent))),
            None => reasons.push(absent),
        }
    }
    if work.is_waived {
        reasons.push(Reason::Waived);
    }
    if work.is_from_paper {
        reasons.push(Reason::FromPaper);
    }
    GradedSet {
        grade: grade.max(worst(&reasons, rules)),
        reasons,
        photos,
        rules: rules.version,
    }
}

fn worst(reasons: &[Reason], rules: &GradeRules) -> Grade {
    reasons
        .iter()
        .map(|reason| rules.cap(*reason))
        .max()
        .unwrap_or(Grade::A)
}

#[cfg(test)]
mod tests;
