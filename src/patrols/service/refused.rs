//! What of a patrol lies near a place: how near it walked by, and which of its fixes and gaps earned nothing, and why.

use std::collections::{BTreeMap, HashMap};

use crate::base::actor::{Actor, Right};
use crate::base::ids::{EntryId, PatrolId};
use crate::base::time::{LocalDate, Timestamp};
use crate::geo::position::Position;
use crate::patrols::model::bounds::Bounds;
use crate::patrols::model::fix::Fix;
use crate::patrols::model::ground::{distance_m, distance_to_way_m};
use crate::patrols::model::legs::{Gap, GapRule, Leg};
use crate::patrols::model::quality::{Basis, Quality, is_reachable, judge};
use crate::patrols::model::rules::Rules;
use crate::patrols::model::track::Track;
use crate::patrols::model::vocabulary::{PatrolState, Transport};
use crate::patrols::model::walked::places;
use crate::patrols::sql::{self, PatrolRow, TrackChunk};
use crate::store::{self, Tx};

use super::append::decoded;
use super::{Error, Patrols, readable, state_of};

/// Fixes and gaps listed one by one at most, of each patrol and day.
const MOST_LISTED: usize = 20;

/// A place, how far around it something is near, and the rules that judge and join.
#[derive(Debug, Clone, Copy)]
pub struct Spot {
    /// The place.
    pub at: Position,
    /// What lies no farther than so many metres is near.
    pub within_m: f64,
    /// The rules.
    pub rules: Rules,
}

/// What of a patrol lies near a place.
#[derive(Debug)]
pub struct PatrolNear {
    /// How it moved.
    pub transport: Transport,
    /// Where it stands.
    pub state: PatrolState,
    /// By local day; none once its fixes were erased.
    pub days: Option<BTreeMap<LocalDate, NearDay>>,
    /// Whether the caller may read the patrol: distances and places are told to no one else.
    pub is_shown: bool,
}

/// What of a patrol lies near a place on one local day.
#[derive(Debug, Default)]
pub struct NearDay {
    /// How near its credible way came, in metres.
    pub nearest_m: Option<f64>,
    /// What earned nothing.
    pub refused: RefusedNear,
}

/// A fix near a place that is not credible.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, utoipa::ToSchema)]
pub struct RefusedFix {
    /// When it was recorded.
    pub t: Timestamp,
    /// Why it is not credible: `mock`, `future`, `inaccurate`, `unsettled` or `impossible_speed`.
    pub reason: &'static str,
    /// Its stated accuracy in metres.
    pub accuracy_m: Option<f64>,
    /// Its distance from the place in whole metres; null for who may not read the patrol.
    pub distance_m: Option<i64>,
    /// Longitude and latitude; null for who may not read the patrol.
    pub place: Option<[f64; 2]>,
}

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
    /// Which limit it breaks: `too_long`, `too_far` or `too_fast`; `interrupted` where the phone did not record.
    pub reason: &'static str,
    /// How near the straight way across it passes the place, in whole metres; null for who may not read the patrol.
    pub passes_m: Option<i64>,
}

/// What earned nothing near a place on one local day.
#[derive(Debug, Clone, Default, PartialEq, serde::Serialize, utoipa::ToSchema)]
pub struct RefusedNear {
    /// Fixes that are not credible, counted by reason.
    #[schema(value_type = std::collections::HashMap<String, usize>)]
    pub fixes: BTreeMap<&'static str, usize>,
    /// The first of them one by one.
    pub each_fix: Vec<RefusedFix>,
    /// How many more there are.
    pub more_fixes: usize,
    /// Gaps between credible fixes that begin on this day, the first of them.
    pub gaps: Vec<RefusedGap>,
    /// How many more there are.
    pub more_gaps: usize,
}

impl Patrols {
    /// The patrols that may have come near a spot between two instants, the latest first.
    pub async fn passing(
        &self,
        tx: &mut Tx,
        between: (Timestamp, Timestamp),
        spot: &Spot,
        limit: usize,
    ) -> Result<Vec<PatrolId>, store::Error> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        sql::passing(tx, between, &Bounds::around(spot.at, spot.within_m), limit).await
    }

    /// What of a patrol lies near a spot, as far as the caller may know it; `None` when there is no such patrol.
    pub async fn near(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        id: PatrolId,
        spot: &Spot,
    ) -> Result<Option<PatrolNear>, store::Error> {
        let Some(row) = sql::patrol(tx, id).await? else {
            return Ok(None);
        };
        let is_shown = match readable(tx, actor, id).await {
            Ok(_) => true,
            Err(Error::Store(error)) => return Err(error),
            Err(_) => {
                self.reaches_today_within(tx, actor, Right::ReadPatrols, &row)
                    .await?
            }
        };
        let transport = row.transport.parse().or(Err(row.corrupt("transport")))?;
        let days = if row.redacted_at.is_some() {
            None
        } else {
            let mut near = Near {
                spot,
                is_shown,
                transport,
                days: BTreeMap::new(),
            };
            near.read(tx, &row).await?;
            Some(near.days)
        };
        Ok(Some(PatrolNear {
            transport,
            state: state_of(&row)?,
            days,
            is_shown,
        }))
    }
}

impl RefusedNear {
    /// Whether nothing was refused.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.fixes.is_empty() && self.gaps.is_empty()
    }

    /// The same with so many listed one by one as are told.
    #[must_use]
    pub fn cut(mut self) -> Self {
        self.more_fixes = self.each_fix.len().saturating_sub(MOST_LISTED);
        self.each_fix.truncate(MOST_LISTED);
        self.more_gaps = self.gaps.len().saturating_sub(MOST_LISTED);
        self.gaps.truncate(MOST_LISTED);
        self
    }
}

/// One patrol's fixes held against a spot.
struct Near<'a> {
    spot: &'a Spot,
    is_shown: bool,
    transport: Transport,
    days: BTreeMap<LocalDate, NearDay>,
}

impl Near<'_> {
    async fn read(&mut self, tx: &mut Tx, row: &PatrolRow) -> Result<(), store::Error> {
        let chunks = sql::chunks_of(tx, row.id).await?;
        let entries: Vec<EntryId> = chunks.iter().map(|chunk| chunk.entry).collect();
        let mut bodies = HashMap::new();
        for (entry, body) in sql::bodies(tx, &entries).await? {
            bodies.insert(entry, decoded(entry, &body)?);
        }
        for chunks in chunks.chunk_by(|one, other| one.device == other.device) {
            self.add_device(chunks, &bodies);
        }
        Ok(())
    }

    fn add_device(&mut self, chunks: &[TrackChunk], bodies: &HashMap<EntryId, Vec<Fix>>) {
        let known = chunks.iter().filter_map(|chunk| bodies.get(&chunk.entry));
        let mut fixes: Vec<Fix> = known.flatten().copied().collect();
        fixes.sort_unstable();
        let received_until = chunks.iter().map(|chunk| chunk.received_at).max();
        let basis = Basis {
            transport: self.transport,
            rule: self.spot.rules.quality,
            received_until: received_until.unwrap_or(Timestamp::from_millis(0)),
        };
        for (fix, quality) in fixes.iter().zip(judge(&fixes, &basis)) {
            self.add_fix(fix, quality);
        }
        self.add_way(&fixes, basis);
    }

    fn add_fix(&mut self, fix: &Fix, quality: Quality) {
        let Some(at) = fix.position().ok().filter(|_| !quality.is_credible()) else {
            return;
        };
        let away_m = distance_m(at, self.spot.at);
        if away_m > self.spot.within_m {
            return;
        }
        let is_shown = self.is_shown;
        let refused = &mut self.day(fix.t).refused;
        *refused.fixes.entry(quality.as_str()).or_default() += 1;
        refused.each_fix.push(RefusedFix {
            t: fix.t,
            reason: quality.as_str(),
            accuracy_m: fix.accuracy_m(),
            distance_m: is_shown.then(|| whole(away_m)),
            place: is_shown.then(|| [at.lon(), at.lat()]),
        });
    }

    /// The credible way with the gaps in it.
    fn add_way(&mut self, fixes: &[Fix], basis: Basis) {
        let (spot, rule) = (self.spot, self.spot.rules.gap);
        let summary = Track::derive(fixes, basis, rule).summary();
        for step in summary.legs.iter().flat_map(Leg::steps) {
            let away_m = distance_to_way_m(spot.at, step.from.position, step.to.position);
            self.come_near(step.from.t, away_m);
        }
        for disc in &summary.discs {
            self.come_near(disc.t, distance_m(disc.position, spot.at));
        }
        let known: BTreeMap<Timestamp, Position> = places(&summary).collect();
        for gap in &summary.gaps {
            let (Some(from), Some(to)) = (known.get(&gap.from), known.get(&gap.to)) else {
                continue;
            };
            let away_m = distance_to_way_m(spot.at, *from, *to);
            if away_m <= spot.within_m {
                let passes_m = self.is_shown.then(|| whole(away_m));
                let told = told(gap, &basis, &rule, passes_m);
                self.day(gap.from).refused.gaps.push(told);
            }
        }
    }

    fn come_near(&mut self, t: Timestamp, away_m: f64) {
        if away_m <= self.spot.within_m {
            let nearest = &mut self.day(t).nearest_m;
            *nearest = Some(nearest.map_or(away_m, |known| known.min(away_m)));
        }
    }

    fn day(&mut self, t: Timestamp) -> &mut NearDay {
        self.days.entry(t.local_date()).or_default()
    }
}

fn told(gap: &Gap, basis: &Basis, rule: &GapRule, passes_m: Option<i64>) -> RefusedGap {
    let speed = basis.rule.max_speed_mps(basis.transport);
    let is_possible = is_reachable(gap.distance_m, gap.duration_ms(), speed, &basis.rule);
    let reason = if gap.is_interrupted {
        "interrupted"
    } else if gap.duration_ms() > rule.max_gap_ms {
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
        metres: whole(gap.distance_m),
        reason,
        passes_m,
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "nothing is farther than half the equator; the cast saturates"
)]
fn whole(metres: f64) -> i64 {
    metres.round() as i64
}
