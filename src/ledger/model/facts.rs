//! What the facts of the ledger say, parsed; each is kept as JSON of exactly these fields.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use super::act::Act;
use super::words::{Completeness, Finding, Inspected, Method, Sameness};
use crate::base::ids::{EntryId, FactId, OrgId, PlotId};
use crate::base::time::{LocalDate, Timestamp};
use crate::base::words::{AreaMethod, Crop, PlantsMethod, Stage};

/// A quantity of a crop; any of the three may be unknown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Amount {
    /// Plants.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub plants: Option<u32>,
    /// How they were numbered.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub plants_method: Option<PlantsMethod>,
    /// Area, m².
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub area_m2: Option<f64>,
    /// How it was measured.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub area_method: Option<AreaMethod>,
    /// Relative error of the area that one measurement in ten exceeds, %.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub uncertainty_pct: Option<f64>,
    /// Fresh weight, kg.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub weight_kg: Option<f64>,
}

impl Amount {
    /// Whether it says nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.plants.is_none() && self.area_m2.is_none() && self.weight_kg.is_none()
    }
}

/// What another organisation says of a plot.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Verification {
    /// What was found.
    pub finding: Finding,
    /// The crop, when it is another than was recorded.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub crop: Option<Crop>,
    /// What was measured or accepted.
    #[serde(default)]
    pub amount: Amount,
    /// Free text.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub notes: Option<String>,
}

/// That a second member confirmed on the same phone, or that there was none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct OnTheSpot {
    /// The second member's force.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub org: Option<OrgId>,
    /// Nobody else was there.
    pub alone: bool,
}

/// An on-the-spot confirmation that came by itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Confirmation {
    /// What is confirmed; without it, the work around that time.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub eradication: Option<FactId>,
    /// By whom.
    pub by: OnTheSpot,
    /// Free text.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub notes: Option<String>,
}

/// A paper on which the work is written down; no names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MinutesPaper {
    /// Its number.
    pub number: String,
    /// Its date.
    pub date: LocalDate,
    /// SHA-256 of the scan, hexadecimal.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub sha256: Option<String>,
    /// Pages.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub pages: Option<u32>,
    /// How many signed.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub signatories: Option<u32>,
}

/// A sealed sample.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sample {
    /// Its number.
    pub number: String,
    /// The number of its seal.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub seal: Option<String>,
}

impl Sample {
    /// Whether it can be told from any other: a number without a seal is written on whatever lies about.
    #[must_use]
    pub const fn is_sealed(&self) -> bool {
        self.seal.is_some()
    }
}

/// Who let the work go on without samples.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Release {
    /// The agency.
    pub agency: String,
    /// The number of its document.
    pub document: String,
}

/// An eradication.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Eradication {
    /// When the work began, by the device's clock; it ended at the fact's time.
    pub started_at: Timestamp,
    /// How.
    pub methods: Vec<Method>,
    /// What was destroyed.
    pub destroyed: Amount,
    /// What still stands.
    pub remaining: Amount,
    /// All or part of it.
    pub completeness: Completeness,
    /// Before the harvest.
    pub before_harvest: bool,
    /// The grower pulled it up (tự nguyện phá bỏ).
    pub voluntary: bool,
    /// Growth stage at destruction.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub stage: Option<Stage>,
    /// Đơn vị chủ trì.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub lead_org: Option<OrgId>,
    /// People by organisation; counts only.
    pub headcount: BTreeMap<OrgId, u32>,
    /// Số người chứng kiến: a count.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub witnesses: Option<u32>,
    /// Biên bản.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub minutes: Option<MinutesPaper>,
    /// Chờ biên bản.
    pub minutes_pending: bool,
    /// Mẫu vật.
    pub samples: Vec<Sample>,
    /// Who let the work go on without them.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub release: Option<Release>,
    /// The second member, when confirmed at once.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub confirmation: Option<OnTheSpot>,
    /// Free text.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub notes: Option<String>,
}

/// Minutes that came later.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Minutes {
    /// Whose they are; without it, of the work of the days before their date.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub eradication: Option<FactId>,
    /// The paper.
    pub paper: MinutesPaper,
}

/// That the desk accepts an eradication.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    /// Which.
    pub eradication: FactId,
    /// Free text.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub notes: Option<String>,
}

/// That an eradication counts although its photos are not there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiver {
    /// Which.
    pub eradication: FactId,
    /// Why.
    pub reason: String,
}

/// A look at the ground after the work.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reinspection {
    /// What was found.
    pub result: Inspected,
    /// Who looked, when that is not the sender's organisation.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub org: Option<OrgId>,
    /// What stands there.
    #[serde(default)]
    pub amount: Amount,
    /// Free text.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub notes: Option<String>,
}

/// A hand-over between organisations.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transfer {
    /// Who handles the plot from now on.
    pub to_org: OrgId,
    /// The number of the hand-over's minutes or dispatch.
    pub document: String,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub notes: Option<String>,
}

/// A plot beyond the border told to others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Referral {
    /// To whom.
    pub agency: String,
    /// The number of the document.
    pub document: String,
}

/// A decision with its reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// Why.
    pub reason: String,
}

/// What was decided of two plots.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judgement {
    /// The other plot.
    pub other: PlotId,
    /// One ground or two.
    pub sameness: Sameness,
    /// Why.
    pub reason: String,
}

/// That what waits for a desk goes back to its author for completing (Trả lại – cần bổ sung). It names the eradication, or
/// the version of the recording, that was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Return {
    /// Which eradication.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub eradication: Option<FactId>,
    /// Which version of the recording, when it is the detection that goes back.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub version: Option<u32>,
    /// What is to be completed.
    pub reason: String,
}

/// What the author's side says to a return.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply {
    /// Which return.
    pub returned: FactId,
    /// The answer.
    pub text: String,
}

/// A fact as it is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct Fact {
    /// Its id.
    pub id: FactId,
    /// Who sent it.
    pub author: Uuid,
    /// The sender's organisation at receipt.
    pub org: Option<OrgId>,
    /// Whether the sender might correct what others sent.
    pub by_officer: bool,
    /// The fact that it takes the place of.
    pub corrects: Option<FactId>,
    /// When it happened by the sender's clock; for decisions at a desk, when it came.
    pub at: Timestamp,
    /// When it came.
    pub recorded_at: Timestamp,
    /// Its journal entry.
    pub entry: EntryId,
    /// The plot on which it was recorded, where that was judged to be the ground of this one.
    pub from: Option<PlotId>,
    /// What it says.
    pub act: Act,
}

/// What plots and measures say of a plot, as far as its life depends on it.
#[derive(Debug, Clone, PartialEq)]
pub struct PlotFacts {
    /// The plot.
    pub id: PlotId,
    /// The crop as recorded.
    pub crop: Crop,
    /// The version of its recording that stands.
    pub version: i64,
    /// The detector's organisation.
    pub org: Option<OrgId>,
    /// When it was detected.
    pub detected_at: Timestamp,
    /// When that came.
    pub recorded_at: Timestamp,
    /// Whether anybody saw it: a tip alone has no eyes on it.
    pub is_seen: bool,
    /// Growth stage when it was recorded.
    pub stage: Option<Stage>,
    /// Beyond the border.
    pub outside_vietnam: bool,
    /// First and last day of its season.
    pub season: Option<(LocalDate, LocalDate)>,
    /// What the recording that stands claims.
    pub claimed: Amount,
    /// The entry of that recording, when it claims anything.
    pub claimed_by: Option<FactId>,
    /// What was measured last after it.
    pub remeasured: Option<Amount>,
    /// The entries of those measures: of plants, of the area, or of both at once.
    pub remeasured_by: Vec<FactId>,
}
