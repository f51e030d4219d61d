//! Reads an eradication.

use std::collections::BTreeMap;

use super::{Numbers, amount, needed, notes, on_the_spot, paper};
use crate::base::fields::Fields;
use crate::base::ids::OrgId;
use crate::base::time::Timestamp;
use crate::ledger::model::facts::{Amount, Eradication, OnTheSpot, Release, Sample};
use crate::ledger::model::wire::{EradicationWire, ReleaseWire, SampleWire};
use crate::ledger::model::words::{Completeness, Method};

/// More samples than any plot gave.
const MOST_SAMPLES: usize = 100;

/// An eradication and when it ended.
pub(super) fn parsed(
    fields: &mut Fields,
    wire: &EradicationWire,
    now: Timestamp,
) -> Option<(Eradication, Timestamp)> {
    let started_at = fields.instant("/started_at", wire.started_at.as_deref(), now);
    let ended_at = fields.instant("/ended_at", wire.ended_at.as_deref(), now);
    if started_at.zip(ended_at).is_some_and(|(from, to)| from > to) {
        fields.refuse("/ended_at", "expected an end after the start");
    }
    let methods = methods(fields, wire);
    let destroyed = destroyed(fields, wire);
    let completeness: Option<Completeness> =
        fields.required_word("/completeness", wire.completeness.as_deref());
    let remaining = remaining(fields, wire, completeness);
    let headcount = headcount(fields, wire);
    let confirmation = confirmation(fields, wire, &headcount);
    let stage = fields.word("/stage", wire.stage.as_deref());
    let lead_org = fields.word("/lead_org", wire.lead_org.as_deref());
    let witnesses = fields.whole("/witnesses", wire.witnesses, 1_000);
    let minutes = wire
        .minutes
        .as_ref()
        .and_then(|wire| paper(fields, "/minutes", wire));
    if wire.minutes_pending == Some(true) && wire.minutes.is_some() {
        fields.refuse(
            "/minutes_pending",
            "expected either the minutes or minutes_pending, not both",
        );
    }
    let samples = samples(fields, wire);
    let release = wire.release.as_ref().map(|wire| release(fields, wire));
    let notes = notes(fields, wire.notes.as_deref());
    let said = Eradication {
        started_at: started_at?,
        methods,
        destroyed,
        remaining,
        completeness: completeness?,
        before_harvest: wire.before_harvest.unwrap_or(true),
        voluntary: wire.voluntary.unwrap_or(false),
        stage,
        lead_org,
        headcount,
        witnesses,
        minutes,
        minutes_pending: wire.minutes_pending.unwrap_or(false),
        samples,
        release: release.flatten(),
        confirmation,
        notes,
    };
    Some((said, ended_at?))
}

fn methods(fields: &mut Fields, wire: &EradicationWire) -> Vec<Method> {
    let words = wire.methods.as_deref().unwrap_or_default();
    if words.is_empty() {
        fields.refuse(
            "/methods",
            "expected one or more of pull_up, cut, spray, burn, plough",
        );
    }
    let mut methods: Vec<Method> = words
        .iter()
        .enumerate()
        .filter_map(|(index, word)| fields.word(&format!("/methods/{index}"), Some(word)))
        .collect();
    methods.sort_unstable();
    methods.dedup();
    methods
}

fn destroyed(fields: &mut Fields, wire: &EradicationWire) -> Amount {
    let numbers = Numbers {
        plants: ("/plants_destroyed", wire.plants_destroyed),
        plants_method: wire.plants_method.as_deref(),
        area_m2: ("/area_m2_destroyed", wire.area_m2_destroyed),
        area_method: wire.area_method.as_deref(),
        weight_kg: wire.weight_kg,
    };
    let destroyed = amount(fields, &numbers);
    if destroyed.is_empty() {
        fields.refuse(
            "",
            "expected what was destroyed: plants_destroyed, area_m2_destroyed or weight_kg",
        );
    }
    destroyed
}

fn remaining(
    fields: &mut Fields,
    wire: &EradicationWire,
    completeness: Option<Completeness>,
) -> Amount {
    let numbers = Numbers {
        plants: ("/remaining_plants", wire.remaining_plants),
        plants_method: wire.plants_method.as_deref(),
        area_m2: ("/remaining_area_m2", wire.remaining_area_m2),
        area_method: wire.area_method.as_deref(),
        weight_kg: None,
    };
    let remaining = amount(fields, &numbers);
    let stands = remaining.plants.is_some_and(|plants| plants > 0)
        || remaining.area_m2.is_some_and(|area_m2| area_m2 > 0.0);
    if completeness == Some(Completeness::Full) && stands {
        fields.refuse("/completeness", "something remains: expected partial");
    }
    remaining
}

/// People by organisation; no names.
fn headcount(fields: &mut Fields, wire: &EradicationWire) -> BTreeMap<OrgId, u32> {
    let sent = wire.headcount.iter().flatten();
    sent.filter_map(|(org, number)| {
        let pointer = format!("/headcount/{org}");
        let org = fields.word(&pointer, Some(org));
        let number = fields.whole(&pointer, Some(*number), 10_000);
        org.zip(number)
    })
    .collect()
}

/// "Alone" is believed only where nobody else is counted.
fn confirmation(
    fields: &mut Fields,
    wire: &EradicationWire,
    headcount: &BTreeMap<OrgId, u32>,
) -> Option<OnTheSpot> {
    let by = on_the_spot(fields, "/confirmation", wire.confirmation.as_ref()?);
    let people: u32 = headcount.values().sum();
    if by.alone && people > 1 {
        fields.refuse(
            "/confirmation/alone",
            format_args!("{people} people are counted: expected a second member's confirmation"),
        );
    }
    Some(by)
}

fn samples(fields: &mut Fields, wire: &EradicationWire) -> Vec<Sample> {
    let sent = wire.samples.as_deref().unwrap_or_default();
    if sent.len() > MOST_SAMPLES {
        fields.refuse("/samples", "expected at most 100 samples");
        return Vec::new();
    }
    let read = |(index, wire): (usize, &SampleWire)| {
        let number = needed(
            fields,
            &format!("/samples/{index}/number"),
            wire.number.as_deref(),
            100,
        );
        let seal = fields.text(&format!("/samples/{index}/seal"), wire.seal.as_deref(), 100);
        number.map(|number| Sample { number, seal })
    };
    sent.iter().enumerate().filter_map(read).collect()
}

fn release(fields: &mut Fields, wire: &ReleaseWire) -> Option<Release> {
    let agency = needed(fields, "/release/agency", wire.agency.as_deref(), 200);
    let document = needed(fields, "/release/document", wire.document.as_deref(), 100);
    let (agency, document) = agency.zip(document)?;
    Some(Release { agency, document })
}
