//! The model against the state machine of the domain, and against histories in any order.

mod circles;
mod doubles;
mod guards;
mod lives;
mod orders;
mod pressures;
mod returns;
mod samples;
mod season;
mod wires;
mod works;

use serde_json::{Value, json};
use uuid::Uuid;

use super::parse::Wire;
use super::words::FactKind;
use super::{
    Act, Amount, Definition, EvidenceSummary, Fact, Life, PlotFacts, Shot, Shown, Stood, live,
};
use crate::base::ids::{EntryId, FactId, OrgId, PlotId};
use crate::base::time::{LocalDate, Timestamp};
use crate::base::words::{AreaMethod, Crop, PlantsMethod, Stage};

pub(super) const TEAM: Uuid = Uuid::from_u128(1);
pub(super) const DESK: Uuid = Uuid::from_u128(2);

pub(super) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn day(year: i32, month: u32, day: u32) -> LocalDate {
    LocalDate::from_ymd(year, month, day).unwrap()
}

pub(super) fn org(number: u128) -> OrgId {
    OrgId(Uuid::from_u128(number))
}

pub(super) fn fact_id(number: u128) -> FactId {
    FactId(Uuid::from_u128(number))
}

/// Yên Minh's 1,075 plants would stop the work; this plot of 320 plants on 64 m² does not.
pub(super) fn plot() -> PlotFacts {
    PlotFacts {
        id: PlotId(Uuid::from_u128(9)),
        crop: Crop::OpiumPoppy,
        version: 1,
        org: Some(org(1)),
        detected_at: at("2026-02-10T08:00:00+07:00"),
        recorded_at: at("2026-02-10T09:00:00+07:00"),
        is_seen: true,
        stage: Some(Stage::Vegetative),
        outside_vietnam: false,
        season: Some((day(2025, 9, 1), day(2026, 8, 31))),
        claimed: measured(320, 64.0),
        claimed_by: None,
        remeasured: None,
        remeasured_by: Vec::new(),
    }
}

pub(super) fn measured(plants: u32, area_m2: f64) -> Amount {
    Amount {
        plants: Some(plants),
        plants_method: Some(PlantsMethod::Counted),
        area_m2: Some(area_m2),
        area_method: Some(AreaMethod::Tape),
        uncertainty_pct: Some(5.0),
        weight_kg: None,
    }
}

/// Photos of every eradication: one before it, a close-up as it begins, one as it ends, at the plot.
pub(super) fn photos_of(facts: &[Fact]) -> EvidenceSummary {
    let shots = facts.iter().filter_map(|fact| match &fact.act {
        Act::Eradication(said) => Some([
            shot(Shown::Before, said.started_at),
            shot(Shown::CloseUp, said.started_at),
            shot(Shown::After, fact.at),
        ]),
        _ => None,
    });
    EvidenceSummary::of(shots.flatten().collect())
}

pub(super) fn shot(shown: Shown, taken_at: Timestamp) -> Shot {
    Shot {
        shown,
        taken_at,
        has_own_time: true,
        received_at: taken_at,
        eradication: None,
        org: Some(org(1)),
        stood: Some(stood(0.0)),
        sha256: file(shown, taken_at),
    }
}

/// No two photos of the tests are one file unless a test says so.
fn file(shown: Shown, taken_at: Timestamp) -> [u8; 32] {
    let mut name = [0; 32];
    name[0] = shown as u8;
    name[1..9].copy_from_slice(&taken_at.as_millis().to_be_bytes());
    name
}

pub(super) fn stood(away_m: f64) -> Stood {
    Stood {
        away_m,
        accuracy_m: Some(0.0),
        plot_accuracy_m: None,
    }
}

/// A fact from its wire form.
pub(super) fn fact(number: u128, author: Uuid, kind: FactKind, wire: Value) -> Fact {
    let received_at = at("2026-05-30T08:00:00+07:00");
    let parsed = wire_of(kind, wire).parsed(received_at).unwrap();
    let mut act = parsed.act;
    match &mut act {
        Act::Eradication(said) => {
            said.destroyed.uncertainty_pct = said.destroyed.area_m2.map(|_| 5.0);
        }
        Act::Verification(said) => {
            said.amount.uncertainty_pct = said.amount.area_m2.map(|_| 5.0);
        }
        _ => {}
    }
    Fact {
        id: fact_id(number),
        author,
        org: Some(org(author.as_u128())),
        by_officer: author == DESK,
        corrects: parsed.corrects,
        // Decisions at a desk come in the order of their numbers.
        at: parsed.at.unwrap_or_else(|| {
            at("2026-04-01T08:00:00+07:00").plus_millis(i64::try_from(number).unwrap() * 60_000)
        }),
        recorded_at: received_at,
        entry: EntryId(Uuid::from_u128(number)),
        from: None,
        act,
    }
}

pub(super) fn wire_of(kind: FactKind, wire: Value) -> Wire {
    fn of<T: serde::de::DeserializeOwned>(wire: Value) -> T {
        serde_json::from_value(wire).unwrap()
    }
    match kind {
        FactKind::Verification => Wire::Verification(of(wire)),
        FactKind::Confirmation => Wire::Confirmation(of(wire)),
        FactKind::Eradication => Wire::Eradication(Box::new(of(wire))),
        FactKind::Minutes => Wire::Minutes(of(wire)),
        FactKind::Approval => Wire::Approval(of(wire)),
        FactKind::Reinspection => Wire::Reinspection(of(wire)),
        FactKind::Transfer => Wire::Transfer(of(wire)),
        FactKind::Referral => Wire::Referral(of(wire)),
        FactKind::Retraction => Wire::Retraction(of(wire)),
        FactKind::Reopening => Wire::Reopening(of(wire)),
        FactKind::Judgement => Wire::Judgement(of(wire)),
        FactKind::Waiver => Wire::Waiver(of(wire)),
        FactKind::Return => Wire::Return(of(wire)),
        FactKind::Reply => Wire::Reply(of(wire)),
    }
}

pub(super) fn verified(number: u128, day: &str, plants: u32, area_m2: f64) -> Fact {
    fact(
        number,
        DESK,
        FactKind::Verification,
        json!({ "verified_at": format!("{day}T09:00:00+07:00"), "result": "confirmed", "plants": plants,
            "plants_method": "counted", "area_m2": area_m2, "area_method": "tape" }),
    )
}

pub(super) fn found(number: u128, day: &str, result: &str) -> Fact {
    fact(
        number,
        DESK,
        FactKind::Verification,
        json!({ "verified_at": format!("{day}T09:00:00+07:00"), "result": result }),
    )
}

/// A full eradication with minutes, confirmed by a second member; `changes` replace fields.
pub(super) fn eradicated(number: u128, day: &str, changes: &Value) -> Fact {
    let mut wire = json!({
        "started_at": format!("{day}T09:00:00+07:00"), "ended_at": format!("{day}T10:00:00+07:00"),
        "methods": ["pull_up"], "plants_destroyed": 320, "plants_method": "counted",
        "area_m2_destroyed": 64, "area_method": "tape", "completeness": "full",
        "minutes": { "number": "12/BB-CAX", "date": day }, "confirmation": { "alone": false },
    });
    for (name, value) in changes.as_object().unwrap() {
        wire[name] = value.clone();
    }
    fact(number, TEAM, FactKind::Eradication, wire)
}

pub(super) fn inspected(number: u128, day: &str, result: &str) -> Fact {
    fact(
        number,
        TEAM,
        FactKind::Reinspection,
        json!({ "inspected_at": format!("{day}T09:00:00+07:00"), "result": result }),
    )
}

pub(super) fn decided(number: u128, kind: FactKind) -> Fact {
    fact(number, DESK, kind, json!({ "reason": "lý do" }))
}

pub(super) fn life(plot: &PlotFacts, facts: &[Fact]) -> Life {
    live(
        plot,
        facts,
        &photos_of(facts),
        &Definition::default(),
        at("2026-05-30T08:00:00+07:00"),
    )
}
