//! Báo cáo tuần tra, kiểm tra: a patrol, and its geotrace as a track.

use serde_json::{Value, json};

use crate::base::ids::PatrolId;
use crate::base::time::Timestamp;
use crate::patrols::model::legs::GapRule;

use super::super::geotext::{self, GeoPoint, Provenance};
use super::super::names::Chain;
use super::super::xml::Element;
use super::{Document, HAND_PLACED, Part, PartKind, Reading, TOO_SPARSE, TRACK_STANDS, time};

/// What a reader of the patrol must know of times that no receiver told.
const SPREAD: &str =
    "[ODK] Vết đi không có giờ từng điểm: giờ được chia đều từ lúc bắt đầu đến lúc kết thúc";

pub(super) fn read(root: &Element, chain: &Chain) -> Reading {
    let patrol = PatrolId(chain.fact("patrol"));
    let trace = root.text_of("route");
    let drawn = trace.and_then(|trace| geotext::points(trace).ok());
    let (taps, walked): (Vec<GeoPoint>, Vec<GeoPoint>) = drawn
        .unwrap_or_default()
        .into_iter()
        .partition(|point| point.provenance == Provenance::HandPlaced);
    let fixes = Some(walked).filter(|points| !points.is_empty());
    let sparse = fixes.as_ref().and_then(|points| sparse(root, points.len()));
    let told = told_of_track(fixes.is_some(), taps.len(), sparse);
    let mut reading = Reading {
        point: fixes.as_ref().and_then(|points| points.first().copied()),
        at: time(root, "ended_at"),
        ..Reading::default()
    };
    reading.parts.push(Part {
        name: "patrol",
        kind: PartKind::Patrol,
        fact: patrol.0,
        document: declaration(root, chain, told),
    });
    if fixes.is_some() && !taps.is_empty() {
        reading.kept.push(("taps", HAND_PLACED));
    }
    if sparse.is_some() && !chain.before.track {
        reading.kept.push(("line", TOO_SPARSE));
    }
    match fixes {
        Some(points) if !chain.before.track => reading.parts.push(Part {
            name: "track",
            kind: PartKind::Track(patrol),
            fact: patrol.0,
            document: track(root, &points),
        }),
        Some(_) => reading.kept.push(("track", TRACK_STANDS)),
        None if trace.is_some() => reading.kept.push(("track", HAND_PLACED)),
        None => {}
    }
    reading
}

/// How many minutes so many points stand for, where two that follow one another lie too far apart in time to be joined.
fn sparse(root: &Element, number: usize) -> Option<i64> {
    let (from, to) = time(root, "started_at").zip(time(root, "ended_at"))?;
    let steps = i64::try_from(number.checked_sub(1)?).ok()?;
    let duration_ms = to.since(from);
    let is_sparse = steps > 0 && duration_ms / steps > GapRule::current().max_gap_ms;
    is_sparse.then_some(duration_ms / 60_000)
}

/// What a reader of the patrol must know of its track: which times are made up, and which points count for nothing.
fn told_of_track(has_track: bool, taps: usize, sparse: Option<i64>) -> Vec<String> {
    let mut told = Vec::new();
    if has_track {
        told.push(SPREAD.to_owned());
    }
    if taps > 0 {
        told.push(format!(
            "[ODK] {taps} điểm chấm tay trên bản đồ không thuộc vết đi; vị trí còn trong bài gửi"
        ));
    }
    if let Some(minutes) = sparse {
        told.push(format!(
            "[ODK] Vết đi thưa ({minutes} phút): các điểm được giữ, không nối thành quãng đường"
        ));
    }
    told
}

fn declaration(root: &Element, chain: &Chain, of_track: Vec<String>) -> Value {
    let mut document = Document::of(root);
    document.texts(&["kind", "transport", "started_at", "ended_at"]);
    document.headcount(chain);
    let notes = root.text_of("notes").map(str::to_owned);
    let told: Vec<String> = notes.into_iter().chain(of_track).collect();
    if !told.is_empty() {
        document.put("notes", told.join("\n"));
    }
    document.put_some("revises", chain.revises());
    document.finish()
}

/// A geotrace has no times: its points are spread evenly over the patrol's time, in their order. Where they lie too far
/// apart for a walk between them, the rules of tracks credit nothing between them.
fn track(root: &Element, points: &[GeoPoint]) -> Value {
    let span = time(root, "started_at").zip(time(root, "ended_at"));
    let fixes: Vec<Value> = points
        .iter()
        .enumerate()
        .map(|(index, point)| {
            json!({
                "t": span.map(|span| spread(span, index, points.len())),
                "lon": point.position.lon(),
                "lat": point.position.lat(),
                "accuracy_m": point.accuracy_m,
                "altitude_m": point.altitude_m,
                "mock": point.provenance == Provenance::Mocked,
            })
        })
        .collect();
    json!({ "fixes": fixes })
}

fn spread((from, to): (Timestamp, Timestamp), index: usize, number: usize) -> Timestamp {
    let (index, last) = (
        i64::try_from(index).unwrap_or(0),
        i64::try_from(number - 1).unwrap_or(0),
    );
    let duration_ms = to.since(from).max(0);
    from.plus_millis(duration_ms.saturating_mul(index) / last.max(1))
}
