//! The index: a patrol's own rows, replaced as a whole in one act when its fixes, declaration or state changed.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::areas::model::map::CommuneMap;
use crate::base::ids::{BoundaryId, JobId, PatrolId};
use crate::base::time::{LocalDate, Timestamp};
use crate::coverage::model::definition::{Definition, Transport};
use crate::coverage::model::effort::{Moment, gather};
use crate::coverage::model::packed::{pack_masks, pack_pieces};
use crate::coverage::model::sweep::{Walked as Piece, sweep};
use crate::coverage::sql::{self, NewEffort, NewMasks, PatrolFacts};
use crate::patrols::model::ground::distance_m;
use crate::patrols::model::legs::{GapRule, Leg};
use crate::patrols::model::track::{TrackSummary, patrol_totals};
use crate::patrols::model::vocabulary::{PatrolState, Transport as PatrolTransport};
use crate::patrols::model::walked::{Walked, WalkedTrack, places};
use crate::store::{self, Tx};

use super::{Coverage, Error, aside, footprint};

/// What a patrol's fixes come to; `rows` is none when they were erased and what is kept must stay.
#[derive(Debug)]
pub(super) struct Indexed {
    pub(super) facts: PatrolFacts,
    pub(super) rows: Option<Rows>,
}

/// A patrol's rows.
#[derive(Debug, Default, Clone, PartialEq)]
pub(super) struct Rows {
    pub(super) masks: Vec<NewMasks>,
    pub(super) effort: Vec<NewEffort>,
}

impl Rows {
    fn days(&self) -> impl Iterator<Item = LocalDate> {
        let masks = self.masks.iter().map(|row| row.day);
        masks.chain(self.effort.iter().map(|row| row.day))
    }
}

impl Coverage {
    /// The job that takes a changed patrol into the index.
    pub async fn index(&self, patrol: PatrolId, job: JobId) -> Result<(), Error> {
        let now = self.journal.now();
        let mut tx = self.journal.store().read().await?;
        let walked = self.patrols.walked(&mut tx, patrol).await?;
        drop(tx);
        let indexed = match walked {
            None => None,
            Some(walked) => Some(self.indexed(walked, now).await?),
        };
        let context = (self.clone(), job, indexed);
        self.journal
            .write(context, |tx, (coverage, job, indexed)| {
                Box::pin(async move {
                    let is_latest = coverage.journal.finish_latest_job(tx, *job).await?;
                    match indexed {
                        Some(indexed) if is_latest => replace(tx, indexed).await,
                        _ => Ok(()),
                    }
                })
            })
            .await
    }

    /// Sweeps what a patrol walked; a rejected one leaves nothing.
    pub(super) async fn indexed(&self, walked: Walked, now: Timestamp) -> Result<Indexed, Error> {
        let facts = PatrolFacts {
            patrol: walked.patrol,
            kind: walked.declared.kind.as_str(),
            lead_org: walked.declared.lead_org,
            campaign: walked.declared.campaign,
            transport: walked.declared.transport.as_str(),
            state: walked.state.as_str(),
            received_until: walked.received_until,
            indexed_at: now,
        };
        let rows = match walked.tracks {
            None => None,
            Some(_) if walked.state == PatrolState::Rejected => Some(Rows::default()),
            Some(tracks) => {
                let maps = self.maps(&tracks).await?;
                let definition = Arc::clone(&self.definition);
                let transport = transport_of(walked.declared.transport);
                let swept = aside(move || Rows {
                    masks: masks(&definition, transport, &tracks),
                    effort: effort(&tracks, &maps),
                });
                Some(swept.await?)
            }
        };
        Ok(Indexed { facts, rows })
    }

    /// The maps of the local days that the tracks touch.
    async fn maps(&self, tracks: &[WalkedTrack]) -> Result<Maps, Error> {
        let mut maps = Maps::new();
        for (t, _) in tracks.iter().flat_map(|track| places(&track.summary)) {
            let day = t.local_date();
            if let std::collections::btree_map::Entry::Vacant(vacant) = maps.entry(day) {
                vacant.insert(self.areas.map(day).await?);
            }
        }
        Ok(maps)
    }
}

type Maps = BTreeMap<LocalDate, Arc<CommuneMap>>;

async fn replace(tx: &mut Tx, indexed: &Indexed) -> Result<(), Error> {
    let patrol = indexed.facts.patrol;
    let mut days = sql::days_of(tx, patrol).await?;
    match &indexed.rows {
        None => sql::rename_patrol(tx, &indexed.facts).await?,
        Some(rows) => {
            days.extend(rows.days());
            sql::forget(tx, patrol).await?;
            let (first, last) = span(rows, indexed.facts.indexed_at);
            sql::keep_patrol(tx, &indexed.facts, first, last).await?;
            sql::insert_masks(tx, patrol, &rows.masks).await?;
            sql::insert_effort(tx, patrol, &rows.effort).await?;
        }
    }
    days.sort_unstable();
    days.dedup();
    for day in days {
        sql::move_day_on(tx, day).await?;
    }
    Ok(())
}

fn span(rows: &Rows, now: Timestamp) -> (LocalDate, LocalDate) {
    let first = rows.days().min().unwrap_or_else(|| now.local_date());
    (first, rows.days().max().unwrap_or(first))
}

const fn transport_of(transport: PatrolTransport) -> Transport {
    match transport {
        PatrolTransport::Foot => Transport::Foot,
        PatrolTransport::Motorbike => Transport::Motorbike,
        PatrolTransport::Car => Transport::Car,
        PatrolTransport::Boat => Transport::Boat,
        PatrolTransport::Uav => Transport::Uav,
    }
}

/// The cells of all tracks together, by local day and radius.
fn masks(definition: &Definition, transport: Transport, tracks: &[WalkedTrack]) -> Vec<NewMasks> {
    let mut by_day = BTreeMap::<LocalDate, Vec<Piece>>::new();
    for track in tracks {
        for step in track.summary.legs.iter().flat_map(Leg::steps) {
            let (from, to) = (step.from.position, step.to.position);
            let pieces = by_day.entry(step.from.day()).or_default();
            pieces.push(Piece::Corridor { from, to });
        }
        for disc in &track.summary.discs {
            let at = disc.position;
            by_day
                .entry(disc.day())
                .or_default()
                .push(Piece::Disc { at });
        }
    }
    let mut rows = Vec::new();
    for (day, pieces) in by_day {
        for radius_cm in definition.radii_cm(transport) {
            let swept = sweep(definition.lattice(), radius_cm, &pieces);
            rows.push(NewMasks {
                day,
                footprint: footprint(transport.class(), radius_cm),
                version: i64::from(definition.version()),
                masks: pack_masks(&swept),
            });
        }
    }
    rows
}

/// Way and time of the track with the most credible time: three phones of one team are not three patrols long.
fn effort(tracks: &[WalkedTrack], maps: &Maps) -> Vec<NewEffort> {
    let summaries = tracks.iter().map(|track| &track.summary);
    let best = patrol_totals(summaries.clone());
    let chosen = summaries.clone().find(|summary| {
        patrol_totals([*summary]) == best
            && (summary.effort.duration_ms() > 0 || !summary.discs.is_empty())
    });
    let Some(summary) = chosen.or_else(|| tracks.first().map(|track| &track.summary)) else {
        return Vec::new();
    };
    let gathered = gather(moments(summary), |day, at| {
        let map = maps.get(&day)?;
        let code = map.locate(at)?;
        let boundary = map.commune(code)?.facts.id;
        Some((code.to_owned(), boundary))
    });
    let rows = gathered.into_iter().map(|((day, place), effort)| {
        let (commune, boundary): (String, Option<BoundaryId>) = match place {
            Some((code, boundary)) => (code, Some(boundary)),
            None => (String::new(), None),
        };
        NewEffort {
            day,
            commune,
            boundary,
            length_m: effort.length_m,
            duration_ms: effort.duration_ms,
            last_at: effort.last_at.unwrap_or_else(|| day.start()),
            pieces: pack_pieces(&effort.pieces),
        }
    });
    rows.collect()
}

/// The steps, the pauses of at most ten minutes and the single fixes of a track. Steps are scaled so that they sum
/// to the track's length, which leaves the receiver's trembling out.
fn moments(summary: &TrackSummary) -> Vec<Moment> {
    let mut moments = Vec::new();
    for step in summary.legs.iter().flat_map(Leg::steps) {
        moments.push(Moment {
            at: step.from.position,
            from: step.from.t,
            to: step.to.t,
            length_m: distance_m(step.from.position, step.to.position),
        });
    }
    let raw_m: f64 = moments.iter().map(|moment| moment.length_m).sum();
    if raw_m > 0.0 {
        let scale = summary.effort.length_m / raw_m;
        for moment in &mut moments {
            moment.length_m *= scale;
        }
    }
    let still = |at, from, to| Moment {
        at,
        from,
        to,
        length_m: 0.0,
    };
    let known: BTreeMap<_, _> = places(summary).collect();
    let longest_ms = GapRule::current().effort_gap_ms;
    for gap in summary
        .gaps
        .iter()
        .filter(|gap| gap.duration_ms() <= longest_ms)
    {
        if let Some(at) = known.get(&gap.from) {
            moments.push(still(*at, gap.from, gap.to));
        }
    }
    moments.extend(
        summary
            .discs
            .iter()
            .map(|disc| still(disc.position, disc.t, disc.t)),
    );
    moments.sort_by_key(|moment| moment.from);
    moments
}

impl From<crate::coverage::model::packed::Damaged> for Error {
    fn from(damaged: crate::coverage::model::packed::Damaged) -> Self {
        Self::Store(store::Error::Unavailable(damaged.to_string()))
    }
}
