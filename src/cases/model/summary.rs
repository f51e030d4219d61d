//! The summary of a plot: what was measured, destroyed and found wanting, from what the server tells of it.

use serde_json::{Map, Value};

use super::words::{flag_label, label, missing_label, number};

type Lines = Vec<(String, String)>;

/// Label and value of each line.
#[must_use]
pub fn summary(told: &Map<String, Value>) -> Lines {
    let mut lines = Lines::new();
    let mut tell = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            lines.push((name.to_owned(), value));
        }
    };
    tell("Xã, phường", commune(told));
    let (name, crop) = crop(told);
    tell(name, crop);
    let state = word(told, "state").map(|state| label(state).to_owned());
    tell("Trạng thái", state);
    let method = word(told, "area_method").map(|own| label(own).to_owned());
    tell("Cách đo diện tích", method);
    for (name, which) in [
        ("Ghi nhận ban đầu", "claimed"),
        ("Đo lại", "remeasured"),
        ("Đã xác minh", "verified"),
        ("Báo đã phá nhổ", "destroyed_claimed"),
        ("Đã phá nhổ (đủ điều kiện)", "eradicated"),
        ("Đã phê duyệt", "approved"),
        ("Còn lại", "remaining"),
        ("Mọc lại", "regrown"),
        ("Phá nhổ lại", "destroyed_again"),
    ] {
        let own = told.get("quantities").and_then(|all| all.get(which));
        tell(name, own.and_then(amount));
    }
    tell("Mâu thuẫn số liệu", conflicts(told));
    tell("Còn thiếu", listed(told, "missing", missing_label));
    tell("Lưu ý", listed(told, "flags", flag_label));
    tell("Mức chứng cứ (A–D)", grades(told));
    lines
}

/// Plants, area and weight of an amount; none where it has none of them.
pub(super) fn amount(own: &Value) -> Option<String> {
    let figure = |name: &str| own.get(name).and_then(Value::as_f64);
    let plants = figure("plants").map(|plants| format!("{} cây", number(plants, 0)));
    let area = figure("area_m2").map(|area| format!("{} m²", number(area, 1)));
    let kilograms = figure("weight_kg").map(|weight| format!("{} kg", number(weight, 1)));
    let told: Vec<String> = [plants, area, kilograms].into_iter().flatten().collect();
    (!told.is_empty()).then(|| told.join("; "))
}

fn word<'a>(told: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    told.get(name).and_then(Value::as_str)
}

fn commune(told: &Map<String, Value>) -> Option<String> {
    let name = told.get("commune")?.get("name")?.as_str()?;
    Some(name.to_owned())
}

/// The crop, and by whose word it is one.
fn crop(told: &Map<String, Value>) -> (&'static str, Option<String>) {
    let recorded = word(told, "crop").map(|crop| label(crop).to_owned());
    if word(told, "state") == Some("rejected") {
        return ("Loại cây ghi nhận (đã bị bác bỏ)", recorded);
    }
    match word(told, "crop_verified") {
        Some(crop) => ("Loại cây (đã xác minh)", Some(label(crop).to_owned())),
        None => ("Loại cây (chưa xác minh)", recorded),
    }
}

fn listed(told: &Map<String, Value>, name: &str, label: impl Fn(&str) -> &str) -> Option<String> {
    let words = told.get(name)?.as_array()?.iter().filter_map(Value::as_str);
    let words: Vec<&str> = words.map(label).collect();
    (!words.is_empty()).then(|| words.join("; "))
}

fn conflicts(told: &Map<String, Value>) -> Option<String> {
    let all = told.get("conflicts")?.as_array()?;
    let parts: Vec<String> = all.iter().filter_map(conflict).collect();
    (!parts.is_empty()).then(|| parts.join("; "))
}

fn conflict(own: &Value) -> Option<String> {
    let figure = |name: &str| own.get(name).and_then(Value::as_f64);
    let (unit, decimals) = match own.get("figure")?.as_str()? {
        "plants" => ("cây", 0),
        _ => ("m²", 1),
    };
    let basis = match own.get("measured_by")?.as_str()? {
        "verified" => "xác minh",
        "remeasured" => "đo lại",
        _ => "ghi nhận",
    };
    Some(format!(
        "{basis} {} {unit}, báo phá {} {unit}, còn lại {} {unit} (sai số cho phép {} %)",
        number(figure("measured")?, decimals),
        number(figure("destroyed")?, decimals),
        number(figure("remaining")?, decimals),
        number(figure("tolerance_pct")?, 0)
    ))
}

/// The grade of each eradication that counts, in the order in which the facts happened.
fn grades(told: &Map<String, Value>) -> Option<String> {
    let grades = told.get("evidence_grades")?.as_object()?;
    let timeline = told.get("timeline")?.as_array()?;
    let own = timeline.iter().filter_map(|step| {
        let grade = grades.get(step.get("id")?.as_str()?)?.as_str()?;
        Some(grade.to_owned())
    });
    let own: Vec<String> = own
        .enumerate()
        .map(|(at, grade)| format!("lần {}: {grade}", at + 1))
        .collect();
    (!own.is_empty()).then(|| own.join("; "))
}
