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
    /// `too_fast`, `interrupted`), `beyond_radius`, `edge_of_sight`, `partly_seen`, `not_indexed`, `not_recheckable`.
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

/// What is known of a patrol at a cell on one day.
#[derive(Debug, Clone, Copy)]
pub(super) struct AtCell<'a> {
    /// Its credible way there, and what was refused.
    pub(super) day: &'a NearDay,
    /// Whether it saw a part of the cell.
    pub(super) has_seen: bool,
    /// Whether its fixes were erased.
    pub(super) is_erased: bool,
}

/// Every reason why a patrol did not earn all of a cell, the graver ones first: at least one.
pub(super) fn reasons(
    definition: &Definition,
    radius_cm: u32,
    near: &PatrolNear,
    at: AtCell<'_>,
) -> Vec<CellReason> {
    let mut all = Vec::new();
    if near.state == PatrolState::Rejected {
        all.push(reason(
            "rejected",
            "Cuộc này bị bác bỏ nên không được tính".to_owned(),
            "the patrol was rejected: nothing of it counts".to_owned(),
        ));
    }
    let own_cm = sight_cm(definition, radius_cm, near.transport);
    if own_cm.is_none() {
        all.push(of_transport(definition, radius_cm, near.transport));
    }
    let rule = rules_of(definition).quality;
    let refused = &at.day.refused;
    let fixes = refused.fixes.iter();
    all.extend(fixes.map(|(code, count)| of_fixes(code, *count, &rule, near.transport)));
    all.extend(of_gaps(definition, &refused.gaps, &rule, near.transport));
    if let Some(own_cm) = own_cm.filter(|_| near.state != PatrolState::Rejected) {
        let is_alone = all.is_empty();
        all.extend(of_sight(f64::from(own_cm) / 100.0, near, at, is_alone));
    }
    all
}

/// How far a transport sees from the ground under a radius that is asked for; none where it earns nothing. That may be less
/// than asked: among walkers, a rider is counted by the rider's own radius.
fn sight_cm(definition: &Definition, radius_cm: u32, transport: Transport) -> Option<u32> {
    let own = transport_of(transport);
    let swept_cm = definition.swept_cm(own).into_iter();
    let mut seen = swept_cm.filter(|_| own.class() == FootprintClass::Ground);
    seen.find(|(asked_cm, _)| *asked_cm == radius_cm)
        .map(|(_, own_cm)| own_cm)
}

/// Why a transport earns nothing under a radius.
fn of_transport(definition: &Definition, radius_cm: u32, transport: Transport) -> CellReason {
    let (moved, moved_en) = told(transport);
    let own = transport_of(transport);
    let sight_m = f64::from(radius_cm) / 100.0;
    if definition.swept_cm(own).is_empty() {
        reason(
            "effort_only",
            format!("{moved}: chỉ tính công tuần tra, tầm nhìn 0 m"),
            format!("{moved_en}: counts as effort only and earns 0 m"),
        )
    } else if own.class() == FootprintClass::Aerial {
        reason(
            "seen_from_the_air",
            format!("{moved}: nhìn từ trên không được tính riêng"),
            format!("{moved_en}: what is seen from the air is a class of its own"),
        )
    } else {
        reason(
            "radius_not_earned",
            format!("{moved}: không được tính ở tầm nhìn {sight_m} m"),
            format!("{moved_en}: earns nothing at {sight_m} m"),
        )
    }
}

/// Why a way with some sight did not earn all of the cell, as far as its distance tells; `is_alone` when nothing else does.
fn of_sight(sight_m: f64, near: &PatrolNear, at: AtCell<'_>, is_alone: bool) -> Option<CellReason> {
    if at.has_seen {
        return Some(reason(
            "partly_seen",
            format!("Chỉ thấy một phần ô, phần còn lại ngoài tầm nhìn {sight_m} m"),
            format!("saw a part of the cell: the rest is beyond the radius of {sight_m} m"),
        ));
    }
    match at.day.nearest_m {
        Some(nearest_m) if nearest_m > sight_m => {
            Some(beyond(near.is_shown.then_some(nearest_m), sight_m))
        }
        Some(nearest_m) if nearest_m < sight_m - MARGIN_M => Some(reason(
            "not_indexed",
            "Cuộc này chưa vào chỉ mục, sẽ được tính sau ít phút".to_owned(),
            "not in the index yet: it will count soon".to_owned(),
        )),
        Some(_) => Some(reason(
            "edge_of_sight",
            format!("Tâm ô nằm ngay ở rìa tầm nhìn {sight_m} m"),
            format!("the middle lies at the very edge of the radius of {sight_m} m"),
        )),
        None if at.is_erased => Some(reason(
            "not_recheckable",
            "Điểm định vị gốc đã xoá, không xét lại được; điểm gửi đến sau đó không được tính".to_owned(),
            "its fixes were erased: it cannot be checked again, and fixes that came later count nowhere".to_owned(),
        )),
        None => is_alone.then(|| beyond(None, sight_m)),
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
