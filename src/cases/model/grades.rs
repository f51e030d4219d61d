//! What the photos of each eradication are worth and what was asked of them, as the package's `evidence.json` tells it.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::words::{end_label, missing_label, moment, question_label};
use crate::base::time::Timestamp;

/// Photos by id, with their numbers on the pages.
pub type Numbers = BTreeMap<String, usize>;

/// A heading for each eradication, and under it every reason in Vietnamese and English, with the photos that it is of.
#[must_use]
pub fn grades(told: &Value, numbers: &Numbers) -> Vec<(String, Vec<String>)> {
    let sets = all(told, "eradications");
    let lines = sets.iter().enumerate().map(|(at, set)| {
        let title = format!(
            "Lần phá nhổ {}: mức {} (quy tắc đánh giá phiên bản {})",
            at + 1,
            word(set, "grade"),
            set["rules"]
        );
        (title, reasons(told, set, numbers))
    });
    lines.collect()
}

fn reasons(told: &Value, set: &Value, numbers: &Numbers) -> Vec<String> {
    let photos = all(set, "photos");
    let each: Vec<String> = photos
        .iter()
        .filter_map(|own| {
            let number = numbers.get(word(own, "id"))?;
            let erased = own.pointer("/redacted/document").and_then(Value::as_str);
            let erased =
                erased.map_or_else(String::new, |own| format!(" (đã xóa theo văn bản {own})"));
            Some(format!("ảnh {number}: {}{erased}", word(own, "grade")))
        })
        .collect();
    let mut lines = Vec::new();
    if !each.is_empty() {
        lines.push(format!("Từng ảnh: {}.", each.join("; ")));
    }
    lines.extend(
        all(set, "reasons")
            .iter()
            .map(|reason| line(set, reason, numbers)),
    );
    let missing = all(set, "missing").iter().filter_map(Value::as_str);
    let missing: Vec<&str> = missing.map(missing_label).collect();
    if !missing.is_empty() {
        lines.push(format!(
            "Còn thiếu so với mức tối thiểu: {}.",
            missing.join("; ")
        ));
    }
    let waivers = all(told, "waivers").iter();
    let own = waivers.filter(|waiver| waiver["eradication"] == set["eradication"]);
    lines.extend(own.map(|waiver| {
        let (when, org) = (instant(waiver, "at"), word(waiver, "org_name"));
        format!(
            "Cho phép thiếu ảnh ({when}, {org}): {}",
            word(waiver, "reason")
        )
    }));
    let returns = all(told, "returns").iter();
    let own = returns.filter(|own| own["eradication"] == set["eradication"]);
    lines.extend(own.map(|own| {
        let (when, org) = (instant(own, "at"), word(own, "org_name"));
        let (reason, end) = (word(own, "reason"), word(own, "ended_vi"));
        format!("Trả lại ({when}, {org}): {reason} – {end}")
    }));
    if let Some(root) = set.pointer("/seal/root").and_then(Value::as_str) {
        let when = instant(&set["seal"], "sealed_at");
        lines.push(format!("Niêm phong lúc {when}, gốc {root}."));
    }
    lines
}

/// A reason: what it is, the best grade that it leaves, and what it is of.
fn line(set: &Value, reason: &Value, numbers: &Numbers) -> String {
    let code = &reason["code"];
    let photos = all(set, "photos")
        .iter()
        .filter(|photo| all(photo, "reasons").contains(code))
        .filter_map(|photo| numbers.get(word(photo, "id")))
        .map(|number| format!("ảnh {number}"));
    let is_whole = all(set, "set_reasons").contains(code);
    let whole = is_whole.then(|| "cả bộ".to_owned());
    let of: Vec<String> = whole.into_iter().chain(photos).collect();
    let cap = match word(reason, "cap") {
        "A" => "chỉ để biết".to_owned(),
        cap => format!("cao nhất còn mức {cap}"),
    };
    let (vi, en) = (word(reason, "vi"), word(reason, "en"));
    format!("{vi} / {en} ({cap}; {}).", of.join(", "))
}

/// What was asked, how it stands, and what was answered and decided.
#[must_use]
pub fn asked(told: &Value, numbers: &Numbers) -> Vec<String> {
    let lines = all(told, "questions").iter().map(|own| {
        let number = numbers
            .get(word(own, "photo"))
            .map(|at| format!("Ảnh {at}: "));
        let mut line = format!(
            "{}{} Hỏi lúc {}; {}.",
            number.unwrap_or_default(),
            word(own, "vi"),
            instant(own, "asked_at"),
            question_label(word(own, "state"))
        );
        for reply in all(own, "replies") {
            let result = reply.pointer("/said/result").and_then(Value::as_str);
            let what = match (word(reply, "kind"), result) {
                ("decision", Some("upheld")) => "Kết luận không chấp nhận",
                ("decision", _) => "Kết luận đã làm rõ",
                _ => "Trả lời",
            };
            let said = reply.pointer("/said/text").and_then(Value::as_str);
            let more = format!(
                " {what} ({}, {}): “{}”.",
                instant(reply, "said_at"),
                word(reply, "org_name"),
                said.unwrap_or_default()
            );
            line.push_str(&more);
        }
        line
    });
    lines.collect()
}

/// The steps of a kind that stand, with what they say, for `evidence.json`.
#[must_use]
pub fn said_in(timeline: &[Value], kind: &str) -> Vec<Value> {
    let own = timeline
        .iter()
        .filter(|step| step["kind"] == kind && step["corrected_by"].is_null());
    let told = own.map(|step| {
        let mut told = Map::new();
        if let Some(Value::Object(said)) = step.get("said") {
            told.extend(said.clone());
        }
        for name in ["id", "at", "org", "org_name", "flag", "entry_id"] {
            if let Some(value) = step.get(name) {
                told.insert(name.to_owned(), value.clone());
            }
        }
        Value::Object(told)
    });
    told.collect()
}

/// What ended each return, in words.
#[must_use]
pub fn ended(returned: &Value) -> String {
    let by = returned.get("ended_by").and_then(Value::as_str);
    by.map_or("chưa được trả lời", end_label).to_owned()
}

fn all<'a>(told: &'a Value, name: &str) -> &'a [Value] {
    let list = told.get(name).and_then(Value::as_array);
    list.map_or(&[], Vec::as_slice)
}

/// A word of it; a dash where there is none.
fn word<'a>(told: &'a Value, name: &str) -> &'a str {
    told.get(name).and_then(Value::as_str).unwrap_or("–")
}

fn instant(told: &Value, name: &str) -> String {
    let at: Option<Timestamp> = told
        .get(name)
        .and_then(Value::as_str)
        .and_then(|at| at.parse().ok());
    at.map_or("–".to_owned(), moment)
}
