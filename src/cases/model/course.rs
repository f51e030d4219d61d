//! The course of events of a plot, from what the server tells of it.

use serde_json::{Map, Value};

use super::words::label;
use crate::base::time::Timestamp;

/// The detection, then every fact of the ledger that stands, in the order in which it happened. What a later fact corrected
/// and corrections without effect stay in the package's `history.json`.
#[must_use]
pub fn course(told: &Map<String, Value>) -> Vec<(Timestamp, String)> {
    let detected = told.get("detected_at").and_then(instant);
    let detected = detected.map(|at| (at, "Phát hiện".to_owned()));
    let timeline = told.get("timeline").and_then(Value::as_array);
    let standing = timeline.into_iter().flatten().filter(|step| {
        let is_corrected = step.get("corrected_by").is_some_and(|by| !by.is_null());
        let flag = step.get("flag").and_then(Value::as_str);
        !is_corrected && flag != Some("correction_ignored")
    });
    let mut course: Vec<(Timestamp, String)> = detected
        .into_iter()
        .chain(standing.filter_map(line))
        .collect();
    // Stable: what happened at one instant keeps the ledger's order.
    course.sort_by_key(|(at, _)| *at);
    course
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
    let told = match (kind, paper) {
        ("minutes", Some(number)) => format!("{} số {number}", label(kind)),
        (_, Some(number)) => format!("{}, biên bản số {number}", label(kind)),
        (_, None) => label(kind).to_owned(),
    };
    Some((at, told))
}
