//! The index: a patrol's own rows, replaced as a whole in one act when its fixes, declaration or state changed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::areas::model::map::CommuneMap;
use crate::base::ids::{BoundaryId, JobId, PatrolId};
use crate::base::time::{LocalDate, Timestamp};
use crate::coverage::model::definition::{Definition, Transport};
use crate::coverage::model::effort::{DayEffort, Moment, gather};
use crate::coverage::model::fine::FineGround;
use crate::coverage::model::packed::pack_pieces;
use crate::coverage::model::region::{Region, by_region, pack};
use crate::coverage::model::sweep::{Sweep, Walked as Piece, sweep_each};
use crate::coverage::sql::{self, NewCells, NewFacts, NewTrip, Place};
use crate::geo::cells::Cell;
use crate::geo::position::Position;
use crate::patrols::INDEX_JOB;
use crate::patrols::model::ground::distance_m;
use crate::patrols::model::legs::{GapRule, Leg};
use crate::patrols::model::track::{TrackSummary, patrol_totals};
use crate::patrols::model::vocabulary::{PatrolState, Transport as PatrolTransport};
use crate::patrols::model::walked::{Walked, WalkedTrack, places};
use crate::store::{self, Tx};

use super::judged::Judged;
use super::{Coverage, Error, aside, footprint};

/// What a patrol's fixes come to; `rows` is none when they were erased and what is kept must stay.
#[derive(Debug)]
pub(super) struct Indexed {
    pub(super) facts: NewFacts,
    pub(super) rows: Option<Rows>,
}

/// A patrol's rows.
#[derive(Debug, Default, Clone, PartialEq)]
pub(super) struct Rows {
    pub(super) cells: Vec<NewCells>,
    pub(super) trips: Vec<NewTrip>,
}

impl Rows {
    pub(super) fn places(&self) -> impl Iterator<Item = Place> {
        let cells = self.cells.iter().map(|row| Place {
            version: row.version,
            region: row.region,
            day: row.day,
        });
        cells.chain(self.trips.iter().map(|row| Place {
            version: row.version,
            region: row.region,
            day: row.day,
        }))
    }
}

impl Coverage {
    /// The job that takes a changed patrol into the index.
    pub async fn index(&self, patrol: PatrolId, job: JobId) -> Result<(), Error> {
        let now = self.journal.now();
        let mut tx = self.journal.store().read().await?;
        let walked = self.patrols.walked(&mut tx, patrol).await?;
        let definitions = self.known(&mut tx).await?.indexed();
        let ground = self.ground(&mut tx).await?;
        let judged = match &walked {
            None => Vec::new(),
            Some(walked) => self.judged(&mut tx, walked, &definitions).await?,
        };
        drop(tx);
        let indexed = match walked {
            None => None,
            Some(walked) => Some(self.indexed(walked, judged, &ground, now).await?),
        };
        let versions: Vec<i64> = definitions
            .iter()
            .map(|own| i64::from(own.version()))
            .collect();
        let context = (self.clone(), job, indexed, versions);
        self.journal
            .write(context, |tx, (coverage, job, indexed, versions)| {
                Box::pin(async move {
                    let is_latest = coverage.journal.finish_latest_job(tx, *job).await?;
                    let Some(indexed) = indexed.as_ref().filter(|_| is_latest) else {
                        return Ok(());
                    };
                    replace(tx, indexed, versions).await?;
                    if indexed.facts.ground < sql::ground_mark(tx).await? {
                        let patrol = indexed.facts.patrol;
                        coverage.journal.queue(tx, INDEX_JOB, patrol.0).await?;
                    }
                    Ok(())
                })
            })
            .await
    }

    /// Sweeps what a patrol walked; a rejected one leaves nothing.
    pub(super) async fn indexed(
        &self,
        walked: Walked,
        judged: Vec<Judged>,
        ground: &Arc<FineGround>,
        now: Timestamp,
    ) -> Result<Indexed, Error> {
        let facts = NewFacts {
            patrol: walked.patrol,
            kind: walked.declared.kind.as_str(),
            lead_org: walked.declared.lead_org,
            campaign: walked.declared.campaign,
            transport: walked.declared.transport.as_str(),
            state: walked.state.as_str(),
            people: walked.declared.people.map(i64::from),
            received_until: walked.received_until,
            indexed_at: now,
            ground: ground.generation(),
            version: judged
                .last()
                .map_or(0, |own| i64::from(own.definition.version())),
        };
        let rows = match walked.tracks {
            None => None,
            Some(_) if walked.state == PatrolState::Rejected => Some(Rows::default()),
            Some(tracks) => {
                let maps = self.maps(days_of(&tracks, &judged)).await?;
                let ground = Arc::clone(ground);
                let transport = transport_of(walked.declared.transport);
                let swept = aside(move || {
                    let mut rows = Rows::default();
                    for Judged {
                        definition,
                        tracks: own,
                    } in &judged
                    {
                        let version = i64::from(definition.version());
                        let tracks = own.as_ref().unwrap_or(&tracks);
                        rows.cells
                            .extend(cells(definition, transport, tracks, &ground));
                        rows.trips.extend(trips(version, tracks, &maps));
                    }
                    rows
                });
                Some(swept.await?)
            }
        };
        Ok(Indexed { facts, rows })
    }

    /// The maps of some local days.
    async fn maps(&self, days: BTreeSet<LocalDate>) -> Result<Maps, Error> {
        let mut maps = Maps::new();
        for day in days {
            maps.insert(day, self.areas.map(day).await?);
        }
        Ok(maps)
    }
}

type Maps = BTreeMap<LocalDate, Arc<CommuneMap>>;

/// The local days that the tracks touch, under whichever rules.
fn days_of(tracks: &[WalkedTrack], judged: &[Judged]) -> BTreeSet<LocalDate> {
    let others = judged.iter().filter_map(|own| own.tracks.as_ref());
    let all = others.flatten().chain(tracks);
    let places = all.flat_map(|track| places(&track.summary));
    places.map(|(t, _)| t.local_date()).collect()
}

/// Replaces a patrol's rows and marks where any were or are.
async fn replace(tx: &mut Tx, indexed: &Indexed, versions: &[i64]) -> Result<(), Error> {
    let patrol = indexed.facts.patrol;
    let mut changed = sql::places_of(tx, patrol).await?;
    match &indexed.rows {
        None => {
            for version in versions {
                sql::carry_over(tx, patrol, *version).await?;
            }
            sql::rename_patrol(tx, &indexed.facts).await?;
            changed.extend(sql::places_of(tx, patrol).await?);
        }
        Some(rows) => {
            changed.extend(rows.places());
            sql::forget(tx, patrol).await?;
            let (first, last) = span(rows, indexed.facts.indexed_at);
            sql::keep_patrol(tx, &indexed.facts, first, last).await?;
            sql::insert_cells(tx, patrol, &rows.cells).await?;
            sql::insert_trips(tx, patrol, &rows.trips).await?;
        }
    }
    changed.sort_unstable();
    changed.dedup();
    Ok(sql::mark(tx, &changed).await?)
}

fn span(rows: &Rows, now: Timestamp) -> (LocalDate, LocalDate) {
    let days = || rows.places().map(|place| place.day);
    let first = days().min().unwrap_or_else(|| now.local_date());
    (first, days().max().unwrap_or(first))
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

/// The cells of all tracks together, by local day, radius and region: the usual ones, and finer ones on fine ground.
fn cells(
    definition: &Definition,
    transport: Transport,
    tracks: &[WalkedTrack],
    ground: &FineGround,
) -> Vec<NewCells> {
    let radii_cm = definition.radii_cm(transport);
    let mut rows = Vec::new();
    if radii_cm.is_empty() {
        return rows;
    }
    for (day, pieces) in pieces_by_day(tracks) {
        let mut swept = vec![sweep_each(definition.lattice(), &radii_cm, &pieces)];
        for (lattice, words) in ground.words() {
            swept.push(Sweep::within(lattice, &radii_cm, words).swept(&pieces));
        }
        for by_radius in swept {
            for (radius_cm, masks) in radii_cm.iter().zip(by_radius) {
                rows.extend(
                    by_region(&masks)
                        .into_iter()
                        .map(|(region, seen)| NewCells {
                            version: i64::from(definition.version()),
                            footprint: footprint(transport.class(), *radius_cm),
                            region,
                            day,
                            cells: pack(&seen),
                        }),
                );
            }
        }
    }
    rows
}

fn pieces_by_day(tracks: &[WalkedTrack]) -> BTreeMap<LocalDate, Vec<Piece>> {
    let mut by_day = BTreeMap::<LocalDate, Vec<Piece>>::new();
    for track in tracks {
        for step in track.summary.legs.iter().flat_map(Leg::steps) {
            let (from, to) = (step.from.position, step.to.position);
            let pieces = by_day.entry(step.from.day()).or_default();
            pieces.push(Piece::Corridor { from, to });
        }
        for disc in &track.summary.discs {
            let at = disc.position;
            let pieces = by_day.entry(disc.day()).or_default();
            pieces.push(Piece::Disc { at });
        }
    }
    by_day
}

/// Where on the ground and on the map a moment lies.
type TripPlace = (Region, Option<(String, BoundaryId)>);

/// Way and time of the track with the most credible time: three phones of one team are not three patrols long.
fn trips(version: i64, tracks: &[WalkedTrack], maps: &Maps) -> Vec<NewTrip> {
    let summaries = tracks.iter().map(|track| &track.summary);
    let best = patrol_totals(summaries.clone());
    let chosen = summaries.clone().find(|summary| {
        patrol_totals([*summary]) == best
            && (summary.effort.duration_ms() > 0 || !summary.discs.is_empty())
    });
    let Some(summary) = chosen.or_else(|| tracks.first().map(|track| &track.summary)) else {
        return Vec::new();
    };
    let gathered = gather(moments(summary), |day, at, cell| {
        trip_place(maps, day, (at, cell))
    });
    let mut told = Told::default();
    let gathered = gathered.into_iter().filter_map(|((day, place), effort)| {
        let (region, place) = place?;
        Some(told.trip(version, day, (region, place), &effort))
    });
    gathered.collect()
}

fn trip_place(
    maps: &Maps,
    day: LocalDate,
    (at, word): (Position, Option<Cell>),
) -> Option<TripPlace> {
    let region = Region::above(word?)?;
    let on_map = || {
        let map = maps.get(&day)?;
        let code = map.locate(at)?;
        let boundary = map.commune(code)?.facts.id;
        Some((code.to_owned(), boundary))
    };
    Some((region, on_map()))
}

/// What earlier rows of a patrol have told, in the order of days, so that a sum over rows counts a patrol once.
#[derive(Default)]
struct Told {
    here: BTreeSet<(LocalDate, String)>,
    anywhere: BTreeSet<LocalDate>,
}

impl Told {
    fn trip(
        &mut self,
        version: i64,
        day: LocalDate,
        (region, place): TripPlace,
        effort: &DayEffort,
    ) -> NewTrip {
        let (commune, boundary) = match place {
            Some((code, boundary)) => (code, Some(boundary)),
            None => (String::new(), None),
        };
        let before_anywhere = self.anywhere.range(..day).next_back().copied();
        let earlier = self.here.iter().rev();
        let mut earlier = earlier.filter(|(other, code)| *other < day && *code == commune);
        let before_here = earlier.next().map(|(other, _)| *other);
        let is_first_here = self.here.insert((day, commune.clone()));
        let is_first_anywhere = boundary.is_some() && self.anywhere.insert(day);
        NewTrip {
            version,
            region,
            day,
            commune,
            boundary,
            length_m: effort.length_m,
            duration_ms: effort.duration_ms,
            night_ms: effort.night_ms,
            last_at: effort.last_at.unwrap_or_else(|| day.start()),
            firsts: i64::from(is_first_here) + 2 * i64::from(is_first_anywhere),
            before_here,
            before_anywhere,
            pieces: pack_pieces(&effort.pieces),
        }
    }
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
