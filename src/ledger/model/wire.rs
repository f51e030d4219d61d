//! Facts of the ledger as they are sent. Each may bring its own `id`; without one the same content counts once. Words
//! stay text here, so that all faults are told at once.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Declares a wire form: every field optional, unknown ones refused.
macro_rules! wires {
    ($($(#[$doc:meta])* $name:ident { $($field:ident: $kind:ty),+ $(,)? })+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize, utoipa::ToSchema)]
        #[serde(deny_unknown_fields, default)]
        #[expect(missing_docs, reason = "the facts document them; these are their wire names")]
        pub struct $name { $(pub $field: Option<$kind>),+ }
    )+};
}

wires! {
    /// A verification, with what was measured or accepted.
    VerificationWire {
        id: String, corrects: String, verified_at: String, result: String, crop: String, plants: f64,
        plants_method: String, area_m2: f64, area_method: String, weight_kg: f64, notes: String,
    }
    /// A second member's confirmation on the spot, or that there was nobody else.
    ConfirmationWire {
        id: String, corrects: String, confirmed_at: String, eradication: String, org: String, alone: bool, notes: String,
    }
    /// An eradication.
    EradicationWire {
        id: String, corrects: String, started_at: String, ended_at: String, methods: Vec<String>,
        plants_destroyed: f64, plants_method: String, area_m2_destroyed: f64, area_method: String, weight_kg: f64,
        remaining_plants: f64, remaining_area_m2: f64, completeness: String, before_harvest: bool, voluntary: bool,
        stage: String, lead_org: String, headcount: BTreeMap<String, f64>, witnesses: f64, minutes: MinutesPaperWire,
        minutes_pending: bool, samples: Vec<SampleWire>, release: ReleaseWire, confirmation: OnTheSpotWire, notes: String,
    }
    /// A paper's number and date.
    MinutesPaperWire { number: String, date: String, sha256: String, pages: f64, signatories: f64 }
    /// A sealed sample.
    SampleWire { number: String, seal: String }
    /// Who let the work go on without samples.
    ReleaseWire { agency: String, document: String }
    /// The second member's force, or that there was nobody else.
    OnTheSpotWire { org: String, alone: bool }
    /// Minutes that came later.
    MinutesWire {
        id: String, corrects: String, eradication: String, number: String, date: String, sha256: String, pages: f64,
        signatories: f64,
    }
    /// That the desk accepts an eradication.
    ApprovalWire { id: String, corrects: String, eradication: String, notes: String }
    /// That an eradication counts although its photos are not there.
    WaiverWire { id: String, corrects: String, eradication: String, reason: String }
    /// That what waits for a desk goes back to its author for completing: either the eradication, or the version of the
    /// recording, that was read.
    ReturnWire { id: String, eradication: String, version: f64, reason: String }
    /// What the author's side says to a return.
    ReplyWire { id: String, returned: String, text: String }
    /// A look at the ground after the work.
    ReinspectionWire {
        id: String, corrects: String, inspected_at: String, result: String, org: String, plants: f64,
        plants_method: String, area_m2: f64, area_method: String, notes: String,
    }
    /// A hand-over.
    TransferWire { id: String, corrects: String, transferred_at: String, to_org: String, document: String, notes: String }
    /// A plot beyond the border told to others.
    ReferralWire { id: String, corrects: String, referred_at: String, agency: String, document: String }
    /// A decision with its reason.
    ReasonWire { id: String, reason: String }
    /// What was decided of two plots.
    JudgementWire { id: String, corrects: String, other: String, result: String, reason: String }
}
