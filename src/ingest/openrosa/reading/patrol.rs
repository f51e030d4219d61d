//! Báo cáo tuần tra, kiểm tra: a patrol, and its geotrace as a track.

use serde_json::{Value, json};

use crate::base::ids::PatrolId;
use crate::base::time::Timestamp;

use super::super::geotext::{self, GeoPoint, Provenance};
use super::super::names::Chain;
use super::super::xml::Element;
use super::{Document, HAND_PLACED, Part, PartKind, Reading, TRACK_STANDS, time};

/// What a reader of the patrol must know of times that no receiver told.
const SPREAD: &str =
    "[ODK] Vết đi không có giờ từng điểm: giờ được chia đều từ lúc bắt đầu đến lúc kết thúc";

pub(super) fn read(root: &Element, chain: &Chain) -> Reading {
    let patrol = PatrolId(chain.fact("patrol"));
    let trace = root.text_of("route");
    let walked = trace.and_then(|trace| geotext::points(trace).ok());
    let walked: Option<Vec<GeoPoint>> = walked.map(|points| {
        let recorded = points.into_iter();
        recorded
            .filter(|point| point.provenance != Provenance::HandPlaced)
            .collect()
    });
    let fixes = walked.filter(|points| !points.is_empty());
    let mut reading = Reading {
        point: fixes.as_ref().and_then(|points| points.first().copied()),
        at: time(root, "ended_at"),
        ..Reading::default()
    };
    reading.parts.push(Part {
        name: "patrol",
        kind: PartKind::Patrol,
        fact: patrol.0,
        document: declaration(root, chain, fixes.is_some()),
    });
    match fixes {
        Some(points) if chain.revision == 1 => reading.parts.push(Part {
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

fn declaration(root: &Element, chain: &Chain, has_track: bool) -> Value {
    let mut document = Document::of(root);
    document.texts(&["kind", "transport", "started_at", "ended_at"]);
    document.headcount(chain);
    let notes = root.text_of("notes");
    let spread = has_track.then_some(SPREAD);
    let told: Vec<&str> = [notes, spread].into_iter().flatten().collect();
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
