//! The course of events of a plot, from what the server tells of it.

use serde_json::{Map, Value};

use super::summary::amount;
use super::words::{finding_label, flag_label, inspected_label, label};
use crate::base::time::Timestamp;

/// The detection, then every fact of the ledger that stands, in the order in which it happened, with what it came to; what
/// changed nothing says so. What a later fact corrected and corrections without effect stay in the package's `history.json`.
#[must_use]
pub fn course(told: &Map<String, Value>) -> Vec<(Timestamp, String)> {
    let detected = told.get("detected_at").and_then(instant);
    let detected = detected.map(|at| (at, "Phát hiện".to_owned()));
    let timeline = told.get("timeline").and_then(Value::as_array);
    let standing = timeline.into_iter().flatten().filter(|step| {
        let is_corrected = step.get("corrected_by").is_some_and(|by| !by.is_null());
        !is_corrected && flag(step) != Some("correction_ignored")
    });
    let mut course: Vec<(Timestamp, String)> = detected
        .into_iter()
        .chain(standing.filter_map(line))
        .collect();
    // Stable: what happened at one instant keeps the ledger's order.
    course.sort_by_key(|(at, _)| *at);
    course
}

/// Under which a step says what its organisation is called, where it was asked for.
pub const ORG_NAME: &str = "org_name";

/// Flags of steps that left the plot as it was.
const IDLE: [&str; 4] = [
    "out_of_place",
    "after_final",
    "undone",
    "inspected_too_soon",
];

fn flag(step: &Value) -> Option<&str> {
    step.get("flag").and_then(Value::as_str)
}

fn instant(value: &Value) -> Option<Timestamp> {
    value.as_str()?.parse().ok()
}

fn line(step: &Value) -> Option<(Timestamp, String)> {
    let at = instant(step.get("at")?)?;
    let kind = step.get("kind")?.as_str()?;
    // Minutes come with the eradication, or later as a fact of their own.
    let paper = ["/said/minutes/number", "/said/paper/number"]
        .iter()
        .find_map(|pointer| step.pointer(pointer)?.as_str());
    let mut told = match (kind, paper) {
        ("minutes", Some(number)) => format!("{} số {number}", label(kind)),
        (_, Some(number)) => format!("{}, biên bản số {number}", label(kind)),
        (_, None) => label(kind).to_owned(),
    };
    if let Some(came) = outcome(kind, step) {
        told = format!("{told}: {came}");
    }
    if let Some(org) = step.get(ORG_NAME).and_then(Value::as_str) {
        told = format!("{told} – {org}");
    }
    match flag(step) {
        Some(flag) if IDLE.contains(&flag) => {
            told = format!("{told} – không có hiệu lực ({})", flag_label(flag));
        }
        Some(flag) => told = format!("{told} ({})", flag_label(flag)),
        None => {}
    }
    Some((at, told))
}

/// What a step found, decided or amounts to.
fn outcome(kind: &str, step: &Value) -> Option<String> {
    let said = step.get("said")?;
    let word = |name: &str| said.get(name).and_then(Value::as_str);
    let (what, measured) = match kind {
        "verification" => (word("finding").map(finding_label), said.get("amount")),
        "reinspection" => (word("result").map(inspected_label), said.get("amount")),
        "eradication" => (word("completeness").map(label), said.get("destroyed")),
        "judgement" => (word("sameness").map(label), None),
        "return" | "waiver" | "reopening" | "retraction" => (word("reason"), None),
        "reply" => (word("text"), None),
        _ => (None, None),
    };
    let parts = [what.map(str::to_owned), measured.and_then(amount)];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}
