//! From wire forms to facts; every fault is told at once.

mod eradication;
mod returns;

use super::facts::{
    Act, Amount, Approval, Confirmation, Judgement, Minutes, MinutesPaper, OnTheSpot, Reason,
    Referral, Reinspection, Transfer, Verification, Waiver,
};
use super::wire::{
    ApprovalWire, ConfirmationWire, EradicationWire, JudgementWire, MinutesPaperWire, MinutesWire,
    OnTheSpotWire, ReasonWire, ReferralWire, ReinspectionWire, ReplyWire, ReturnWire, TransferWire,
    VerificationWire, WaiverWire,
};
use super::words::{FactKind, Finding, Inspected};
use crate::base::fields::Fields;
use crate::base::from_hex;
use crate::base::ids::FactId;
use crate::base::refusal::Refusal;
use crate::base::time::Timestamp;
use crate::base::words::{AreaMethod, PlantsMethod};

/// No plot is larger, m².
pub const MAX_AREA_M2: f64 = 50_000.0;
/// No plot holds more plants.
pub const MAX_PLANTS: u32 = 10_000_000;
/// No plot weighs more, kg.
const MAX_KG: f64 = 1_000_000.0;

/// A fact as someone sent it, parsed.
#[derive(Debug, Clone, PartialEq)]
pub struct Parsed {
    /// Its id, if the sender made one.
    pub id: Option<FactId>,
    /// The fact that it takes the place of.
    pub corrects: Option<FactId>,
    /// When it happened; none for what is dated by its receipt.
    pub at: Option<Timestamp>,
    /// What it says.
    pub act: Act,
}

/// A fact on the wire.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "each kind is told at its word")]
pub enum Wire {
    Verification(VerificationWire),
    Confirmation(ConfirmationWire),
    Eradication(Box<EradicationWire>),
    Minutes(MinutesWire),
    Approval(ApprovalWire),
    Reinspection(ReinspectionWire),
    Transfer(TransferWire),
    Referral(ReferralWire),
    Retraction(ReasonWire),
    Reopening(ReasonWire),
    Judgement(JudgementWire),
    Waiver(WaiverWire),
    Return(ReturnWire),
    Reply(ReplyWire),
}

impl Wire {
    /// What it tells.
    #[must_use]
    pub const fn kind(&self) -> FactKind {
        match self {
            Self::Verification(_) => FactKind::Verification,
            Self::Confirmation(_) => FactKind::Confirmation,
            Self::Eradication(_) => FactKind::Eradication,
            Self::Minutes(_) => FactKind::Minutes,
            Self::Approval(_) => FactKind::Approval,
            Self::Reinspection(_) => FactKind::Reinspection,
            Self::Transfer(_) => FactKind::Transfer,
            Self::Referral(_) => FactKind::Referral,
            Self::Retraction(_) => FactKind::Retraction,
            Self::Reopening(_) => FactKind::Reopening,
            Self::Judgement(_) => FactKind::Judgement,
            Self::Waiver(_) => FactKind::Waiver,
            Self::Return(_) => FactKind::Return,
            Self::Reply(_) => FactKind::Reply,
        }
    }

    /// A fact from the bytes in which it was sent.
    pub fn read(kind: FactKind, body: &[u8]) -> Result<Self, serde_json::Error> {
        use serde_json::from_slice as read;
        Ok(match kind {
            FactKind::Verification => Self::Verification(read(body)?),
            FactKind::Confirmation => Self::Confirmation(read(body)?),
            FactKind::Eradication => Self::Eradication(read(body)?),
            FactKind::Minutes => Self::Minutes(read(body)?),
            FactKind::Approval => Self::Approval(read(body)?),
            FactKind::Reinspection => Self::Reinspection(read(body)?),
            FactKind::Transfer => Self::Transfer(read(body)?),
            FactKind::Referral => Self::Referral(read(body)?),
            FactKind::Retraction => Self::Retraction(read(body)?),
            FactKind::Reopening => Self::Reopening(read(body)?),
            FactKind::Judgement => Self::Judgement(read(body)?),
            FactKind::Waiver => Self::Waiver(read(body)?),
            FactKind::Return => Self::Return(read(body)?),
            FactKind::Reply => Self::Reply(read(body)?),
        })
    }

    /// Parses a fact.
    pub fn parsed(&self, received_at: Timestamp) -> Result<Parsed, Refusal> {
        let mut fields = Fields::default();
        let (id, corrects) = self.ids();
        let id = fields.word("/id", id.as_deref());
        let corrects: Option<FactId> = fields.word("/corrects", corrects.as_deref());
        if corrects.is_some() && id == corrects {
            fields.refuse("/corrects", "expected the id of another, earlier fact");
        }
        let parsed = self.act(&mut fields, received_at).map(|(act, at)| Parsed {
            id,
            corrects,
            at,
            act,
        });
        fields.finish(parsed)
    }

    fn ids(&self) -> (&Option<String>, &Option<String>) {
        match self {
            Self::Verification(wire) => (&wire.id, &wire.corrects),
            Self::Confirmation(wire) => (&wire.id, &wire.corrects),
            Self::Eradication(wire) => (&wire.id, &wire.corrects),
            Self::Minutes(wire) => (&wire.id, &wire.corrects),
            Self::Approval(wire) => (&wire.id, &wire.corrects),
            Self::Reinspection(wire) => (&wire.id, &wire.corrects),
            Self::Transfer(wire) => (&wire.id, &wire.corrects),
            Self::Referral(wire) => (&wire.id, &wire.corrects),
            Self::Retraction(wire) | Self::Reopening(wire) => (&wire.id, &None),
            Self::Judgement(wire) => (&wire.id, &wire.corrects),
            Self::Waiver(wire) => (&wire.id, &wire.corrects),
            Self::Return(wire) => (&wire.id, &None),
            Self::Reply(wire) => (&wire.id, &None),
        }
    }

    fn act(&self, fields: &mut Fields, now: Timestamp) -> Option<(Act, Option<Timestamp>)> {
        match self {
            Self::Verification(wire) => {
                let at = fields.instant("/verified_at", wire.verified_at.as_deref(), now);
                let act = verification(fields, wire);
                Some((Act::Verification(act?), Some(at?)))
            }
            Self::Confirmation(wire) => {
                let at = fields.instant("/confirmed_at", wire.confirmed_at.as_deref(), now);
                let by = OnTheSpotWire {
                    org: wire.org.clone(),
                    alone: wire.alone,
                };
                let said = Confirmation {
                    eradication: fields.word("/eradication", wire.eradication.as_deref()),
                    by: on_the_spot(fields, "", &by),
                    notes: notes(fields, wire.notes.as_deref()),
                };
                Some((Act::Confirmation(said), Some(at?)))
            }
            Self::Eradication(wire) => {
                let (said, at) = eradication::parsed(fields, wire, now)?;
                Some((Act::Eradication(Box::new(said)), Some(at)))
            }
            Self::Minutes(wire) => Some((Act::Minutes(minutes(fields, wire)?), None)),
            Self::Approval(wire) => {
                let eradication = fields.required_word("/eradication", wire.eradication.as_deref());
                let notes = notes(fields, wire.notes.as_deref());
                let eradication = eradication?;
                Some((Act::Approval(Approval { eradication, notes }), None))
            }
            Self::Reinspection(wire) => {
                let at = fields.instant("/inspected_at", wire.inspected_at.as_deref(), now);
                let act = reinspection(fields, wire);
                Some((Act::Reinspection(act?), Some(at?)))
            }
            Self::Transfer(wire) => {
                let at = fields.instant("/transferred_at", wire.transferred_at.as_deref(), now);
                let said = transfer(fields, wire);
                Some((Act::Transfer(said?), Some(at?)))
            }
            Self::Referral(wire) => {
                let at = fields.instant("/referred_at", wire.referred_at.as_deref(), now);
                let agency = needed(fields, "/agency", wire.agency.as_deref(), 200);
                let document = needed(fields, "/document", wire.document.as_deref(), 100);
                let (agency, document) = agency.zip(document)?;
                Some((Act::Referral(Referral { agency, document }), Some(at?)))
            }
            Self::Retraction(wire) => Some((Act::Retraction(reason(fields, wire)?), None)),
            Self::Reopening(wire) => Some((Act::Reopening(reason(fields, wire)?), None)),
            Self::Judgement(wire) => Some((Act::Judgement(judgement(fields, wire)?), None)),
            Self::Waiver(wire) => Some((Act::Waiver(waiver(fields, wire)?), None)),
            Self::Return(wire) => Some((Act::Return(returns::returned(fields, wire)?), None)),
            Self::Reply(wire) => Some((Act::Reply(returns::reply(fields, wire)?), None)),
        }
    }
}

/// A text that must be there.
fn needed(fields: &mut Fields, pointer: &str, text: Option<&str>, most: usize) -> Option<String> {
    if text.is_none_or(|text| text.trim().is_empty()) {
        fields.refuse(pointer, format_args!("expected 1 to {most} characters"));
        return None;
    }
    fields.text(pointer, text, most)
}

fn notes(fields: &mut Fields, text: Option<&str>) -> Option<String> {
    fields.text("/notes", text, 4_000)
}

/// The numbers of an amount, with the pointers under which they were sent.
struct Numbers<'a> {
    plants: (&'a str, Option<f64>),
    plants_method: Option<&'a str>,
    area_m2: (&'a str, Option<f64>),
    area_method: Option<&'a str>,
    weight_kg: Option<f64>,
}

/// An amount; a number without a method is taken for an estimate.
fn amount(fields: &mut Fields, numbers: &Numbers<'_>) -> Amount {
    let plants_method: Option<PlantsMethod> = fields.word("/plants_method", numbers.plants_method);
    let area_method: Option<AreaMethod> = fields.word("/area_method", numbers.area_method);
    let plants = fields.whole(numbers.plants.0, numbers.plants.1, MAX_PLANTS);
    let area = "an area from 0 to 50,000 m²";
    let area_m2 = fields.within(
        numbers.area_m2.0,
        numbers.area_m2.1,
        &(0.0..=MAX_AREA_M2),
        area,
    );
    let weight = "a weight from 0 to 1,000,000 kg";
    let weight_kg = fields.within("/weight_kg", numbers.weight_kg, &(0.0..=MAX_KG), weight);
    Amount {
        plants,
        plants_method: plants.map(|_| plants_method.unwrap_or(PlantsMethod::Estimated)),
        area_m2,
        area_method: area_m2.map(|_| area_method.unwrap_or(AreaMethod::Estimated)),
        uncertainty_pct: None,
        weight_kg,
    }
}

fn verification(fields: &mut Fields, wire: &VerificationWire) -> Option<Verification> {
    let finding: Option<Finding> = fields.required_word("/result", wire.result.as_deref());
    let crop = fields.word("/crop", wire.crop.as_deref());
    let numbers = Numbers {
        plants: ("/plants", wire.plants),
        plants_method: wire.plants_method.as_deref(),
        area_m2: ("/area_m2", wire.area_m2),
        area_method: wire.area_method.as_deref(),
        weight_kg: wire.weight_kg,
    };
    let amount = amount(fields, &numbers);
    if finding == Some(Finding::Confirmed) && amount.is_empty() {
        fields.refuse(
            "",
            "a confirmed crop is measured: expected plants, area_m2 or weight_kg, as counted or as accepted",
        );
    }
    let notes = notes(fields, wire.notes.as_deref());
    Some(Verification {
        finding: finding?,
        crop,
        amount,
        notes,
    })
}

fn on_the_spot(fields: &mut Fields, at: &str, wire: &OnTheSpotWire) -> OnTheSpot {
    let org = fields.word(&format!("{at}/org"), wire.org.as_deref());
    let alone = wire.alone.unwrap_or(false);
    if alone && wire.org.is_some() {
        fields.refuse(
            format!("{at}/alone"),
            "expected false: a second member's organisation is named",
        );
    }
    OnTheSpot { org, alone }
}

fn paper(fields: &mut Fields, at: &str, wire: &MinutesPaperWire) -> Option<MinutesPaper> {
    let pointer = |name: &str| format!("{at}/{name}");
    let number = needed(fields, &pointer("number"), wire.number.as_deref(), 100);
    let date = fields.required_word(&pointer("date"), wire.date.as_deref());
    let sha256 = wire.sha256.as_ref().map(|text| text.to_ascii_lowercase());
    if sha256
        .as_ref()
        .is_some_and(|text| from_hex::<32>(text).is_none())
    {
        fields.refuse(
            pointer("sha256"),
            "not a SHA-256: expected 64 hexadecimal digits",
        );
    }
    let pages = fields.whole(&pointer("pages"), wire.pages, 1_000);
    let signatories = fields.whole(&pointer("signatories"), wire.signatories, 1_000);
    Some(MinutesPaper {
        number: number?,
        date: date?,
        sha256,
        pages,
        signatories,
    })
}

fn minutes(fields: &mut Fields, wire: &MinutesWire) -> Option<Minutes> {
    let eradication = fields.word("/eradication", wire.eradication.as_deref());
    let wire = MinutesPaperWire {
        number: wire.number.clone(),
        date: wire.date.clone(),
        sha256: wire.sha256.clone(),
        pages: wire.pages,
        signatories: wire.signatories,
    };
    let paper = paper(fields, "", &wire)?;
    Some(Minutes { eradication, paper })
}

fn reinspection(fields: &mut Fields, wire: &ReinspectionWire) -> Option<Reinspection> {
    let result: Option<Inspected> = fields.required_word("/result", wire.result.as_deref());
    let numbers = Numbers {
        plants: ("/plants", wire.plants),
        plants_method: wire.plants_method.as_deref(),
        area_m2: ("/area_m2", wire.area_m2),
        area_method: wire.area_method.as_deref(),
        weight_kg: None,
    };
    let amount = amount(fields, &numbers);
    let stands = amount.plants.is_some_and(|plants| plants > 0)
        || amount.area_m2.is_some_and(|area_m2| area_m2 > 0.0);
    if result == Some(Inspected::Clear) && stands {
        fields.refuse(
            "/result",
            "something stands: expected resprout, standing or replanted, or no plants and no area",
        );
    }
    let org = fields.word("/org", wire.org.as_deref());
    let notes = notes(fields, wire.notes.as_deref());
    Some(Reinspection {
        result: result?,
        org,
        amount,
        notes,
    })
}

fn transfer(fields: &mut Fields, wire: &TransferWire) -> Option<Transfer> {
    let to_org = fields.required_word("/to_org", wire.to_org.as_deref());
    let document = needed(fields, "/document", wire.document.as_deref(), 100);
    let notes = notes(fields, wire.notes.as_deref());
    Some(Transfer {
        to_org: to_org?,
        document: document?,
        notes,
    })
}

fn reason(fields: &mut Fields, wire: &ReasonWire) -> Option<Reason> {
    let reason = needed(fields, "/reason", wire.reason.as_deref(), 1_000)?;
    Some(Reason { reason })
}

fn waiver(fields: &mut Fields, wire: &WaiverWire) -> Option<Waiver> {
    let eradication = fields.required_word("/eradication", wire.eradication.as_deref());
    let reason = needed(fields, "/reason", wire.reason.as_deref(), 1_000);
    let (eradication, reason) = eradication.zip(reason)?;
    Some(Waiver {
        eradication,
        reason,
    })
}

fn judgement(fields: &mut Fields, wire: &JudgementWire) -> Option<Judgement> {
    let other = fields.required_word("/other", wire.other.as_deref());
    let sameness = fields.required_word("/result", wire.result.as_deref());
    let reason = needed(fields, "/reason", wire.reason.as_deref(), 1_000);
    Some(Judgement {
        other: other?,
        sameness: sameness?,
        reason: reason?,
    })
}
