//! What is unusual about a draft. A warning never refuses: the people on the ground may well be right.

use super::area::{AreaMeasure, AreaSource, uncertainty_pct, walked_edge_too_small};
use super::draft::{PlotDraft, Texts};
use super::outline::Outline;
use super::words::{AreaMethod, PlotFlag, PositionMethod, Source};

/// Plants per m² of real plots lie between 1 and 27; outside this a figure is probably mistyped.
const USUAL_DENSITY: std::ops::RangeInclusive<f64> = 0.2..=60.0;
const LARGE_M2: f64 = 5_000.0;
const WEAK_HACC_M: f64 = 50.0;
/// Farther than this (and than the accuracy) an outline belongs to another place.
const OFF_POINT_M: f64 = 100.0;
/// Below the 500 plants of Điều 247 by the error of a count, so that evidence is taken first.
const STOP_PLANTS: u32 = 450;
/// Plants named by Điều 247 and QĐ 28/2025/QĐ-TTg.
const THRESHOLDS_PLANTS: [f64; 2] = [500.0, 3_000.0];
/// Areas named by QĐ 28/2025/QĐ-TTg, m².
const THRESHOLDS_M2: [f64; 2] = [125.0, 750.0];
/// How near to a threshold is near, as a share of it.
const NEAR: f64 = 0.10;

/// The warnings of a draft, in the order of [`PlotFlag`].
#[must_use]
pub fn warnings(draft: &PlotDraft) -> Vec<PlotFlag> {
    let mut flags: Vec<PlotFlag> = [
        density(draft),
        draft
            .area
            .filter(|area| area.area_m2 > LARGE_M2)
            .map(|_| PlotFlag::AreaLarge),
        stop(draft),
        near_threshold(draft),
        // Android's 0.0 means that there is none.
        draft
            .hacc_m
            .is_none_or(|metres| metres <= 0.0)
            .then_some(PlotFlag::AccuracyUnknown),
        draft
            .hacc_m
            .filter(|m| *m > WEAK_HACC_M)
            .map(|_| PlotFlag::PositionWeak),
        hand_placed(draft),
        draft.mock.then_some(PlotFlag::PositionMock),
        draft.source.map(|Source::Import| PlotFlag::Imported),
        (draft.texts == Texts::LookPersonal).then_some(PlotFlag::TextLooksPersonal),
    ]
    .into_iter()
    .flatten()
    .collect();
    if let Some(outline) = &draft.outline {
        flags.extend(outline_warnings(draft, outline));
    }
    flags.sort_unstable();
    flags
}

fn density(draft: &PlotDraft) -> Option<PlotFlag> {
    let (plants, area) = (draft.plants?, draft.area?);
    let density = f64::from(plants.number) / area.area_m2;
    (plants.number > 0 && !USUAL_DENSITY.contains(&density)).then_some(PlotFlag::DensityUnusual)
}

fn stop(draft: &PlotDraft) -> Option<PlotFlag> {
    (draft.plants?.number >= STOP_PLANTS).then_some(PlotFlag::Stop450)
}

fn near_threshold(draft: &PlotDraft) -> Option<PlotFlag> {
    let plants = draft
        .plants
        .is_some_and(|plants| near(f64::from(plants.number), &THRESHOLDS_PLANTS, NEAR));
    let area = draft
        .area
        .is_some_and(|area| near(area.area_m2, &THRESHOLDS_M2, share_not_told_apart(&area)));
    (plants || area).then_some(PlotFlag::NearThreshold)
}

/// A walked edge alone must never carry an area over a threshold, so its own error widens "near".
fn share_not_told_apart(area: &AreaMeasure) -> f64 {
    if area.method == AreaMethod::GnssPolygon {
        NEAR.max(area.uncertainty_pct / 100.0)
    } else {
        NEAR
    }
}

fn near(figure: f64, thresholds: &[f64], share: f64) -> bool {
    thresholds
        .iter()
        .any(|threshold| (figure - threshold).abs() <= threshold * share + 1e-9)
}

fn hand_placed(draft: &PlotDraft) -> Option<PlotFlag> {
    matches!(
        draft.position_method,
        PositionMethod::MapTap | PositionMethod::Imagery
    )
    .then_some(PlotFlag::PositionHandPlaced)
}

/// Typed coordinates are left out: they are digits by nature.
fn outline_warnings(draft: &PlotDraft, outline: &Outline) -> Vec<PlotFlag> {
    let off_m = OFF_POINT_M.max(draft.hacc_m.unwrap_or(0.0));
    let measured_otherwise = draft.area.filter(|area| area.source != AreaSource::Outline);
    let walked = draft
        .area
        .is_none_or(|area| area.method == AreaMethod::GnssPolygon);
    [
        (
            outline.distance_m(draft.position) > off_m,
            PlotFlag::OutlineOffPoint,
        ),
        (
            walked && walked_edge_too_small(outline),
            PlotFlag::OutlineSmall,
        ),
        (
            measured_otherwise.is_some_and(|area| disagrees(outline, &area, draft.hacc_m)),
            PlotFlag::OutlineDisagrees,
        ),
    ]
    .into_iter()
    .filter_map(|(holds, flag)| holds.then_some(flag))
    .collect()
}

/// True when the two areas differ by more than both errors together (root of the sum of squares).
fn disagrees(outline: &Outline, area: &AreaMeasure, hacc_m: Option<f64>) -> bool {
    let walked_pct = uncertainty_pct(AreaMethod::GnssPolygon, area.area_m2, hacc_m);
    let apart_pct = (outline.area_m2() - area.area_m2).abs() / area.area_m2 * 100.0;
    apart_pct > walked_pct.hypot(area.uncertainty_pct)
}
