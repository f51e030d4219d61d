//! What may be read of patrols, and by whom: one patrol derived to the last fix, and lists from what the job kept.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use uuid::Uuid;

use crate::base::actor::{Actor, Principal, Right, Scope};
use crate::base::ids::{CampaignId, OrgId, PatrolId, TeamId};
use crate::base::time::Timestamp;
use crate::geo::position::Position;
use crate::journal::{FactSource, FromPaper, Kind};
use crate::patrols::model::quality::QualityCounts;
use crate::patrols::model::track::PatrolTotals;
use crate::patrols::model::vocabulary::{PatrolKind, PatrolState, Transport};
use crate::patrols::model::walked::{
    KeptGap, KeptSummary, Line, WalkedTrack, lines, lines_of, rounded, seconds,
};
use crate::patrols::sql::{self, Filter, PatrolRow, Sight, TrackRow};
use crate::store::{self, Tx};

use super::marks::lies_beyond;
use super::mates::Mates;
use super::{Error, Patrols, state_of};

/// A patrol with its lines.
#[derive(Debug, Clone)]
pub struct PatrolPlace {
    /// What is known of it.
    pub view: PatrolView,
    /// One line per leg, the leading track's first.
    pub lines: Vec<Line>,
}

/// A patrol as shown.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct PatrolView {
    /// Its id.
    pub id: PatrolId,
    /// Its latest version.
    pub version: i64,
    /// Where it stands.
    pub state: PatrolState,
    /// Why an officer judged so.
    pub judged_why: Option<String>,
    /// What it is for.
    pub kind: PatrolKind,
    /// The team that went out.
    pub team: TeamId,
    /// The organisation in the lead.
    pub lead_org: OrgId,
    /// Members per organisation.
    #[schema(value_type = std::collections::HashMap<String, u32>)]
    pub headcount: BTreeMap<OrgId, u32>,
    /// How the team moves.
    pub transport: Transport,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// The campaign it counts for.
    pub campaign: Option<CampaignId>,
    /// Free text.
    pub notes: Option<String>,
    /// When its first version was received.
    pub recorded_at: Timestamp,
    /// How it reached the server.
    pub source: FactSource,
    /// The paper record from which it was typed in.
    pub paper: Option<FromPaper>,
    /// Geodesic length of the leading track, in metres.
    pub length_m: f64,
    /// Credible time of the leading track, in seconds.
    pub duration_s: f64,
    /// Time under way.
    pub moving_s: f64,
    /// Time on the spot.
    pub standing_s: f64,
    /// The breaks of the leading track.
    pub gaps: Vec<KeptGap>,
    /// The judgements of all fixes, counted.
    pub fix_quality: QualityCounts,
    /// The tracks, the leading one first.
    pub tracks: Vec<TrackView>,
    /// The res-9 cells that it touched, as H3 writes them.
    pub cells: BTreeSet<String>,
    /// The communes that it touched, by code.
    pub communes: Vec<String>,
    /// Since when a legal hold keeps its raw fixes.
    pub held_since: Option<Timestamp>,
    /// When its raw fixes were erased: since then lines are simplified, or gone where an order erased them.
    pub redacted_at: Option<Timestamp>,
    /// How many fixes came after an officer validated it, if any did: figures are others since. Told of one patrol alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub late_fixes: Option<i64>,
    /// Whether fixes lie more than 15 minutes before its start or after its end: its figures count them. Told of one patrol
    /// alone, as long as its raw fixes are kept.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub beyond_its_time: bool,
}

/// One device's track, under the device's pseudonym.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct TrackView {
    /// The device.
    pub device: Uuid,
    /// Its geodesic length in metres.
    pub length_m: f64,
    /// Its credible time in seconds.
    pub duration_s: f64,
    /// How many fixes it has.
    pub fixes: usize,
    /// How many legs, each a line.
    pub legs: usize,
}

/// A page of patrols.
#[derive(Debug, Clone)]
pub struct ListPage {
    /// The patrols, the latest start first, with simplified lines.
    pub patrols: Vec<PatrolPlace>,
    /// Start and id of the last one, when there may be more.
    pub next: Option<(Timestamp, PatrolId)>,
    /// How many there are in all, when that was asked.
    pub total: Option<i64>,
}

/// A track ready to be shown.
struct Shown {
    device: Uuid,
    fixes: usize,
    kept: KeptSummary,
    lines: Vec<Line>,
}

impl Patrols {
    /// A patrol derived from all its fixes.
    pub async fn patrol(&self, actor: &Actor, id: PatrolId) -> Result<PatrolPlace, Error> {
        let row = self.readable_today(actor, id).await?;
        let mut tx = self.journal.store().read().await?;
        let paper = self.paper_of(&mut tx, id).await?;
        let late = sql::late_fixes(&mut tx, &row).await?;
        // The tail first: what is sealed between the two readings is then seen twice, and counts once.
        let tails = self.tails_of(&mut tx, &row).await?;
        let Some(tracks) = self.walked_of(&mut tx, &row, &tails).await?.tracks else {
            let shown = kept_tracks(&mut tx, id).await?;
            let communes = sql::communes_of(&mut tx, id).await?;
            return Ok(place(&row, paper, shown, communes)?.marked(late, false));
        };
        // Finding communes takes a connection of its own.
        drop(tx);
        let communes = self.communes_walked(&tracks).await?;
        let shown = tracks.iter().map(shown).collect();
        let communes = communes.into_iter().collect();
        let is_beyond = lies_beyond(&row, &tracks);
        Ok(place(&row, paper, shown, communes)?.marked(late, is_beyond))
    }

    /// The paper record from which a version of a patrol was typed in first.
    async fn paper_of(&self, tx: &mut Tx, id: PatrolId) -> Result<Option<FromPaper>, store::Error> {
        let typed = self.journal.typed_in(tx, &[id.0]).await?;
        let own = typed.iter().find(|row| row.kind == Kind::Patrol.as_str());
        Ok(own.map(FromPaper::from))
    }

    /// Refuses whoever may not read a patrol, as for one that does not exist.
    pub async fn refuse_unless_readable(&self, actor: &Actor, id: PatrolId) -> Result<(), Error> {
        self.readable_today(actor, id).await.map(drop)
    }

    /// The patrols that the caller may read, the latest start first, with what the job kept of them.
    pub async fn patrols(
        &self,
        actor: &Actor,
        filter: &Filter,
        after: Option<(Timestamp, PatrolId)>,
        limit: u32,
        is_counted: bool,
    ) -> Result<ListPage, Error> {
        let sight = sight(actor)?;
        let mut tx = self.journal.store().read().await?;
        let rows = sql::list(&mut tx, &sight, filter, after, i64::from(limit) + 1).await?;
        let total = if is_counted {
            Some(sql::count(&mut tx, &sight, filter).await?)
        } else {
            None
        };
        Ok(self.page(&mut tx, rows, limit, total).await?)
    }

    /// Those of some patrols that the caller may read, the latest start first, with what the job kept of them. The caller
    /// stands for it that all of them are in the reader's communes; a device reads its own and its team's alone.
    pub async fn patrols_among(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        ids: &[PatrolId],
        after: Option<(Timestamp, PatrolId)>,
        limit: u32,
    ) -> Result<ListPage, store::Error> {
        let is_device = actor.principal == Principal::Device;
        let starts = sql::starts_of(tx, ids).await?;
        let owners: Vec<_> = starts.iter().map(|row| (row.author, row.team)).collect();
        let mates = Mates::among(tx, actor, &owners).await?;
        let mut rows: Vec<(PatrolId, Timestamp)> = starts
            .iter()
            .filter(|row| !is_device || mates.is_own(row.author, row.team))
            .map(|row| (row.id, row.started_at))
            .collect();
        let total = i64::try_from(rows.len()).ok();
        rows.sort_unstable_by_key(|(id, start)| Reverse((*start, *id)));
        rows.retain(|(id, start)| after.is_none_or(|after| (*start, *id) < after));
        self.page(tx, rows, limit, total).await
    }

    /// The first of these patrols, in their order, and where to go on.
    async fn page(
        &self,
        tx: &mut Tx,
        rows: Vec<(PatrolId, Timestamp)>,
        limit: u32,
        total: Option<i64>,
    ) -> Result<ListPage, store::Error> {
        let fits = usize::try_from(limit).unwrap_or(usize::MAX);
        let next = rows
            .get(fits.saturating_sub(1))
            .filter(|_| rows.len() > fits)
            .map(|(id, start)| (*start, *id));
        let mut patrols = Vec::with_capacity(rows.len().min(fits));
        for (id, _) in rows.into_iter().take(fits) {
            if let Some(row) = sql::patrol(tx, id).await? {
                let shown = kept_tracks(tx, id).await?;
                let communes = sql::communes_of(tx, id).await?;
                let paper = self.paper_of(tx, id).await?;
                patrols.push(place(&row, paper, shown, communes)?);
            }
        }
        Ok(ListPage {
            patrols,
            next,
            total,
        })
    }
}

/// Which patrols the caller may read.
pub fn sight(actor: &Actor) -> Result<Sight, Error> {
    let reach = actor.reach(Right::ReadPatrols).ok_or(Error::Forbidden)?;
    let some = |communes| Sight::Some {
        author: actor.id,
        team: actor.team,
        communes,
    };
    Ok(match reach {
        _ if actor.principal == Principal::Device => some(Vec::new()),
        Scope::Province => Sight::All,
        Scope::Communes(codes) => some(codes.into_iter().collect()),
    })
}

fn shown(track: &WalkedTrack) -> Shown {
    Shown {
        device: track.device,
        fixes: track.fixes,
        kept: KeptSummary::of(&track.summary),
        lines: lines(&track.summary),
    }
}

/// Where the lines lie that are kept of a patrol.
pub(super) async fn kept_ground(tx: &mut Tx, id: PatrolId) -> Result<Vec<Position>, store::Error> {
    let lines = kept_tracks(tx, id).await?.into_iter();
    let places = lines.flat_map(|track| track.lines).flatten();
    Ok(places
        .filter_map(|[lon, lat]| Position::new(lon, lat).ok())
        .collect())
}

async fn kept_tracks(tx: &mut Tx, id: PatrolId) -> Result<Vec<Shown>, store::Error> {
    let rows = sql::tracks(tx, id).await?;
    rows.iter().map(kept_track).collect()
}

fn kept_track(row: &TrackRow) -> Result<Shown, store::Error> {
    let corrupt = |column| store::Error::Corrupt {
        table: "tracks",
        column,
        id: row.device.to_string(),
    };
    let summary = row.summary.as_deref().unwrap_or_default();
    let line = row.line.as_deref().unwrap_or_default();
    let kept: Vec<Vec<i64>> = serde_json::from_str(line).or(Err(corrupt("line")))?;
    Ok(Shown {
        device: row.device,
        fixes: usize::try_from(row.fixes).unwrap_or(0),
        kept: serde_json::from_str(summary).or(Err(corrupt("summary")))?,
        lines: lines_of(&kept),
    })
}

fn place(
    row: &PatrolRow,
    paper: Option<FromPaper>,
    mut shown: Vec<Shown>,
    communes: Vec<String>,
) -> Result<PatrolPlace, store::Error> {
    shown.sort_by(|a, b| leads(&b.kept.totals, &a.kept.totals));
    let leading = shown.first().map(|track| &track.kept);
    let totals = leading.map(|kept| kept.totals).unwrap_or_default();
    let mut fix_quality = QualityCounts::default();
    for track in &shown {
        fix_quality.add(&track.kept.quality);
    }
    let view = PatrolView {
        id: row.id,
        version: row.version,
        state: state_of(row)?,
        judged_why: row.judged_why.clone(),
        kind: row.kind.parse().or(Err(row.corrupt("kind")))?,
        team: row.team,
        lead_org: row.lead_org,
        headcount: serde_json::from_str(&row.headcount).or(Err(row.corrupt("headcount")))?,
        transport: row.transport.parse().or(Err(row.corrupt("transport")))?,
        started_at: row.started_at,
        ended_at: row.ended_at,
        campaign: row.campaign,
        notes: row.notes.clone(),
        recorded_at: row.recorded_at,
        source: FactSource::of(paper.as_ref()),
        paper,
        length_m: rounded(totals.length_m, 10.0),
        duration_s: seconds(totals.duration_ms),
        moving_s: seconds(totals.moving_ms),
        standing_s: seconds(totals.standing_ms),
        gaps: leading.map(|kept| kept.gaps.clone()).unwrap_or_default(),
        fix_quality,
        tracks: shown.iter().map(track_view).collect(),
        cells: shown
            .iter()
            .flat_map(|track| track.kept.cells.iter().cloned())
            .collect(),
        communes,
        held_since: row.held_since,
        redacted_at: row.redacted_at,
        late_fixes: None,
        beyond_its_time: false,
    };
    let lines = shown.into_iter().flat_map(|track| track.lines).collect();
    Ok(PatrolPlace { view, lines })
}

/// As `patrol_totals` chooses: the most credible time, the longer of two equal ones.
fn leads(a: &PatrolTotals, b: &PatrolTotals) -> std::cmp::Ordering {
    a.duration_ms
        .cmp(&b.duration_ms)
        .then(a.length_m.total_cmp(&b.length_m))
}

fn track_view(track: &Shown) -> TrackView {
    TrackView {
        device: track.device,
        length_m: rounded(track.kept.totals.length_m, 10.0),
        duration_s: seconds(track.kept.totals.duration_ms),
        fixes: track.fixes,
        legs: track.kept.legs,
    }
}
