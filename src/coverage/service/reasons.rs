//! Why a patrol near a cell did not earn it, in words.

use serde::Serialize;

use crate::coverage::model::definition::{Definition, FootprintClass};
use crate::patrols::model::quality::QualityRule;
use crate::patrols::model::vocabulary::{PatrolState, Transport};
use crate::patrols::{NearDay, PatrolNear, RefusedGap};

use super::index::transport_of;
use super::judged::rules_of;

/// A way past the middle of a cell that comes so much nearer than the radius has surely seen it.
const MARGIN_M: f64 = 5.0;

/// One reason why a patrol did not earn a cell, or not all of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct CellReason {
    /// A fixed code: `rejected`, `effort_only`, `seen_from_the_air`, `radius_not_earned`, the reason of a fix
    /// (`mock`, `future`, `inaccurate`, `unsettled`, `impossible_speed`) or of a gap (`too_long`, `too_far`,
    /// `too_fast`, `interrupted`), `beyond_radius`, `not_indexed`.
    pub code: &'static str,
    /// The same in Vietnamese.
    pub text: String,
    /// The same in English.
    pub text_en: String,
}

fn reason(code: &'static str, text: String, text_en: String) -> CellReason {
    CellReason {
        code,
        text,
        text_en,
    }
}

/// Every reason why a patrol did not earn a cell that it may have seen a part of, the graver ones first.
pub(super) fn reasons(
    definition: &Definition,
    radius_cm: u32,
    near: &PatrolNear,
    (day, has_seen): (&NearDay, bool),
) -> Vec<CellReason> {
    let mut all = Vec::new();
    if near.state == PatrolState::Rejected {
        all.push(reason(
            "rejected",
            "Cuộc này bị bác bỏ nên không được tính".to_owned(),
            "the patrol was rejected: nothing of it counts".to_owned(),
        ));
    }
    let footprint = of_transport(definition, radius_cm, near.transport);
    let earns = footprint.is_none();
    all.extend(footprint);
    let rule = rules_of(definition).quality;
    let fixes = day.refused.fixes.iter();
    all.extend(fixes.map(|(code, count)| of_fixes(code, *count, &rule, near.transport)));
    all.extend(of_gaps(
        definition,
        &day.refused.gaps,
        &rule,
        near.transport,
    ));
    if let Some(nearest_m) = day.nearest_m.filter(|_| !has_seen && earns) {
        let sight_m = f64::from(radius_cm) / 100.0;
        if nearest_m > sight_m {
            all.push(beyond(near.is_shown.then_some(nearest_m), sight_m));
        } else if nearest_m < sight_m - MARGIN_M && near.state != PatrolState::Rejected {
            all.push(reason(
                "not_indexed",
                "Cuộc này chưa vào chỉ mục, sẽ được tính sau ít phút".to_owned(),
                "not in the index yet: it will count soon".to_owned(),
            ));
        }
    }
    all
}

/// Why the transport earns nothing at a radius, if it does not.
fn of_transport(
    definition: &Definition,
    radius_cm: u32,
    transport: Transport,
) -> Option<CellReason> {
    let (moved, moved_en) = told(transport);
    let own = transport_of(transport);
    let radii_cm = definition.radii_cm(own);
    let sight_m = f64::from(radius_cm) / 100.0;
    if radii_cm.is_empty() {
        Some(reason(
            "effort_only",
            format!("{moved}: chỉ tính công tuần tra, tầm nhìn 0 m"),
            format!("{moved_en}: counts as effort only and earns 0 m"),
        ))
    } else if own.class() == FootprintClass::Aerial {
        Some(reason(
            "seen_from_the_air",
            format!("{moved}: nhìn từ trên không được tính riêng"),
            format!("{moved_en}: what is seen from the air is a class of its own"),
        ))
    } else if !radii_cm.contains(&radius_cm) {
        Some(reason(
            "radius_not_earned",
            format!("{moved}: không được tính ở tầm nhìn {sight_m} m"),
            format!("{moved_en}: earns nothing at {sight_m} m"),
        ))
    } else {
        None
    }
}

const fn told(transport: Transport) -> (&'static str, &'static str) {
    match transport {
        Transport::Foot => ("Đi bộ", "on foot"),
        Transport::Motorbike => ("Đi xe máy", "by motorbike"),
        Transport::Car => ("Đi ô tô", "by car"),
        Transport::Boat => ("Đi thuyền, xuồng", "by boat"),
        Transport::Uav => ("Máy bay không người lái", "by unmanned aircraft"),
    }
}

fn of_fixes(
    code: &'static str,
    count: usize,
    rule: &QualityRule,
    transport: Transport,
) -> CellReason {
    let (most_m, mps) = (rule.max_accuracy_m, rule.max_speed_mps(transport));
    let (why, why_en) = match code {
        "inaccurate" => (
            format!("có sai số lớn hơn {most_m} m"),
            format!("less accurate than {most_m} m"),
        ),
        "unsettled" => (
            "của máy thu vừa bật, chưa ổn định".to_owned(),
            "of a receiver that had just started".to_owned(),
        ),
        "impossible_speed" => (
            format!("chỉ tới được nếu đi nhanh hơn {mps} m/s"),
            format!("not to be reached without going faster than {mps} m/s"),
        ),
        "mock" => (
            "do phần mềm khác giả lập".to_owned(),
            "made up by another program".to_owned(),
        ),
        _ => (
            "có giờ sau lúc máy chủ nhận được".to_owned(),
            "later than their receipt".to_owned(),
        ),
    };
    reason(
        code,
        format!("{count} điểm định vị {why}"),
        format!("{count} fixes {why_en}"),
    )
}

fn of_gaps(
    definition: &Definition,
    gaps: &[RefusedGap],
    rule: &QualityRule,
    transport: Transport,
) -> Vec<CellReason> {
    let (most_s, most_m) = (definition.max_gap_ms() / 1000, definition.max_gap_m());
    let mps = rule.max_speed_mps(transport);
    let mut all = Vec::new();
    for code in ["interrupted", "too_long", "too_far", "too_fast"] {
        let own = || gaps.iter().filter(|gap| gap.reason == code);
        let count = own().count();
        let seconds = own().map(|gap| gap.seconds).max().unwrap_or(0);
        let metres = own().map(|gap| gap.metres).max().unwrap_or(0);
        let (why, why_en) = match code {
            "interrupted" => (
                format!("vì máy tạm dừng ghi (dài nhất {seconds} giây, xa nhất {metres} m)"),
                format!("in which the phone did not record (at most {seconds} s and {metres} m)"),
            ),
            "too_long" => (
                format!("dài hơn {most_s} giây (dài nhất {seconds} giây, xa nhất {metres} m)"),
                format!("longer than {most_s} s (at most {seconds} s and {metres} m)"),
            ),
            "too_far" => (
                format!("xa hơn {most_m} m (xa nhất {metres} m)"),
                format!("wider than {most_m} m (at most {metres} m)"),
            ),
            _ => (
                format!("chỉ qua được nếu đi nhanh hơn {mps} m/s"),
                format!("not to be crossed without going faster than {mps} m/s"),
            ),
        };
        if count > 0 {
            all.push(reason(
                code,
                format!("{count} quãng đứt {why}"),
                format!("{count} gaps {why_en}"),
            ));
        }
    }
    all
}

fn beyond(nearest_m: Option<f64>, sight_m: f64) -> CellReason {
    let (text, text_en) = match nearest_m.map(f64::round) {
        Some(away_m) => (
            format!("Đường đi gần nhất cách tâm ô {away_m} m, ngoài tầm nhìn {sight_m} m"),
            format!(
                "the nearest way is {away_m} m from the middle, beyond the radius of {sight_m} m"
            ),
        ),
        None => (
            format!("Đường đi gần nhất ở ngoài tầm nhìn {sight_m} m"),
            format!("the nearest way is beyond the radius of {sight_m} m"),
        ),
    };
    reason("beyond_radius", text, text_en)
}
