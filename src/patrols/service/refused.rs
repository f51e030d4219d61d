//! What of a patrol's fixes earned nothing near a place, and why.

use std::collections::{BTreeMap, HashMap};

use crate::base::ids::{EntryId, PatrolId};
use crate::base::time::Timestamp;
use crate::geo::position::Position;
use crate::patrols::model::fix::Fix;
use crate::patrols::model::ground::distance_m;
use crate::patrols::model::legs::{Gap, GapRule};
use crate::patrols::model::quality::{Basis, is_reachable, judge};
use crate::patrols::model::rules::Rules;
use crate::patrols::model::track::Track;
use crate::patrols::model::vocabulary::Transport;
use crate::patrols::model::walked::places;
use crate::patrols::sql::{self, TrackChunk};
use crate::store::{self, Tx};

use super::Patrols;
use super::append::decoded;

/// A gap near a place: two credible fixes in a row that earned no way between them.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, utoipa::ToSchema)]
pub struct RefusedGap {
    /// The last credible fix before it.
    pub from: Timestamp,
    /// The first credible fix after it.
    pub to: Timestamp,
    /// How long it lasted.
    pub seconds: i64,
    /// Geodesic distance across it, in whole metres.
    pub metres: i64,
    /// Which limit it breaks: `too_long`, `too_far` or `too_fast`.
    pub reason: &'static str,
}

/// What earned nothing near a place.
#[derive(Debug, Clone, Default, PartialEq, serde::Serialize, utoipa::ToSchema)]
pub struct RefusedNear {
    /// Fixes that are not credible, counted by reason.
    #[schema(value_type = std::collections::HashMap<String, usize>)]
    pub fixes: BTreeMap<&'static str, usize>,
    /// Gaps between credible fixes of which one lies near.
    pub gaps: Vec<RefusedGap>,
}

impl Patrols {
    /// What of a patrol's fixes within so many metres of a place earned nothing under some rules; `None` once its fixes
    /// were erased.
    pub async fn refused_near(
        &self,
        tx: &mut Tx,
        id: PatrolId,
        (place, within_m): (Position, f64),
        rules: &Rules,
    ) -> Result<Option<RefusedNear>, store::Error> {
        let Some(row) = sql::patrol(tx, id)
            .await?
            .filter(|row| row.redacted_at.is_none())
        else {
            return Ok(None);
        };
        let transport = row.transport.parse().or(Err(row.corrupt("transport")))?;
        let chunks = sql::chunks_of(tx, id).await?;
        let entries: Vec<EntryId> = chunks.iter().map(|chunk| chunk.entry).collect();
        let mut bodies = HashMap::new();
        for (entry, body) in sql::bodies(tx, &entries).await? {
            bodies.insert(entry, decoded(entry, &body)?);
        }
        let mut refused = RefusedNear::default();
        for chunks in chunks.chunk_by(|one, other| one.device == other.device) {
            let near = |at: Position| distance_m(at, place) <= within_m;
            refused.add(chunks, &bodies, (transport, rules), near);
        }
        Ok(Some(refused))
    }
}

impl RefusedNear {
    fn add(
        &mut self,
        chunks: &[TrackChunk],
        bodies: &HashMap<EntryId, Vec<Fix>>,
        (transport, rules): (Transport, &Rules),
        near: impl Fn(Position) -> bool,
    ) {
        let known = chunks.iter().filter_map(|chunk| bodies.get(&chunk.entry));
        let mut fixes: Vec<Fix> = known.flatten().copied().collect();
        fixes.sort_unstable();
        let received_until = chunks.iter().map(|chunk| chunk.received_at).max();
        let basis = Basis {
            transport,
            rule: rules.quality,
            received_until: received_until.unwrap_or(Timestamp::from_millis(0)),
        };
        let judged = fixes.iter().zip(judge(&fixes, &basis));
        for (fix, quality) in judged {
            if !quality.is_credible() && fix.position().is_ok_and(&near) {
                *self.fixes.entry(quality.as_str()).or_default() += 1;
            }
        }
        let rule = rules.gap;
        let summary = Track::derive(&fixes, basis, rule).summary();
        let known: BTreeMap<Timestamp, Position> = places(&summary).collect();
        let is_near = |gap: &&Gap| {
            let ends = [gap.from, gap.to].map(|end| known.get(&end).copied());
            ends.into_iter().flatten().any(&near)
        };
        let gaps = summary.gaps.iter().filter(is_near);
        self.gaps.extend(gaps.map(|gap| told(gap, &basis, &rule)));
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "no gap is longer than half the equator; the cast saturates"
)]
fn told(gap: &Gap, basis: &Basis, rule: &GapRule) -> RefusedGap {
    let speed = basis.rule.max_speed_mps(basis.transport);
    let is_possible = is_reachable(gap.distance_m, gap.duration_ms(), speed, &basis.rule);
    let reason = if gap.duration_ms() > rule.max_gap_ms {
        "too_long"
    } else if gap.distance_m > rule.max_gap_m || is_possible {
        "too_far"
    } else {
        "too_fast"
    };
    RefusedGap {
        from: gap.from,
        to: gap.to,
        seconds: gap.duration_ms() / 1000,
        metres: gap.distance_m.round() as i64,
        reason,
    }
}
