//! The index: a patrol's own rows, replaced as a whole in one act when its fixes, declaration or state changed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::areas::model::map::CommuneMap;
use crate::base::ids::{JobId, PatrolId};
use crate::base::time::{LocalDate, Timestamp};
use crate::coverage::model::definition::{Definition, Transport};
use crate::coverage::model::fine::FineGround;
use crate::coverage::sql::{self, NewCells, NewFacts, NewTrip, Place};
use crate::evidence::Follower;
use crate::patrols::INDEX_JOB;
use crate::patrols::model::vocabulary::Transport as PatrolTransport;
use crate::patrols::model::walked::{Walked, WalkedTrack, places};
use crate::store::{self, BoxFuture, Tx};

use super::frozen::keep_rows;
use super::judged::Judged;
use super::swept::{cells, trips};
use super::{Coverage, Error, aside};

/// What a patrol's fixes come to; `rows` is none when they were erased and what is kept must stay.
#[derive(Debug)]
pub(super) struct Indexed {
    pub(super) facts: NewFacts,
    transport: Transport,
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
        let context = (self.clone(), job, indexed, definitions);
        self.journal
            .write(context, |tx, (coverage, job, indexed, definitions)| {
                Box::pin(async move {
                    let is_latest = coverage.journal.finish_latest_job(tx, *job).await?;
                    let Some(indexed) = indexed.as_ref().filter(|_| is_latest) else {
                        return Ok(());
                    };
                    replace(tx, indexed, definitions).await?;
                    if indexed.facts.ground < sql::ground_mark(tx).await? {
                        let patrol = indexed.facts.patrol;
                        coverage.journal.queue(tx, INDEX_JOB, patrol.0).await?;
                    }
                    Ok(())
                })
            })
            .await
    }

    /// Sweeps what a patrol walked, also a rejected one: its rows count nowhere, and are there when it counts again although
    /// its fixes were erased meanwhile.
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
        let transport = transport_of(walked.declared.transport);
        let rows = match walked.tracks {
            None => None,
            Some(tracks) => {
                let maps = self.maps(days_of(&tracks, &judged)).await?;
                let ground = Arc::clone(ground);
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
        Ok(Indexed {
            facts,
            transport,
            rows,
        })
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

/// The maps of some days.
pub(super) type Maps = BTreeMap<LocalDate, Arc<CommuneMap>>;

/// The local days that the tracks touch, under whichever rules.
fn days_of(tracks: &[WalkedTrack], judged: &[Judged]) -> BTreeSet<LocalDate> {
    let others = judged.iter().filter_map(|own| own.tracks.as_ref());
    let all = others.flatten().chain(tracks);
    let places = all.flat_map(|track| places(&track.summary));
    places.map(|(t, _)| t.local_date()).collect()
}

/// A patrol that is indexed at once may be asked for again by its own index, for ground that has grown meanwhile.
const ROUNDS: usize = 3;

impl Follower for Coverage {
    fn follow_now(&self, patrol: PatrolId) -> BoxFuture<'_, Result<(), store::Error>> {
        Box::pin(async move {
            for _ in 0..ROUNDS {
                let mut tx = self.journal.store().read().await?;
                let job = self.journal.waiting_job(&mut tx, INDEX_JOB, patrol.0).await;
                drop(tx);
                let Some(job) = job? else { break };
                self.index(patrol, job).await.map_err(|error| match error {
                    Error::Store(error) => error,
                    other => store::Error::Unavailable(other.to_string()),
                })?;
            }
            Ok(())
        })
    }
}

/// Replaces a patrol's rows and marks where any were or are.
async fn replace(
    tx: &mut Tx,
    indexed: &Indexed,
    definitions: &[Arc<Definition>],
) -> Result<(), Error> {
    let patrol = indexed.facts.patrol;
    let mut changed = sql::places_of(tx, patrol).await?;
    match &indexed.rows {
        None => {
            keep_rows(tx, &indexed.facts, indexed.transport, definitions).await?;
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

pub(super) const fn transport_of(transport: PatrolTransport) -> Transport {
    match transport {
        PatrolTransport::Foot => Transport::Foot,
        PatrolTransport::Motorbike => Transport::Motorbike,
        PatrolTransport::Car => Transport::Car,
        PatrolTransport::Boat => Transport::Boat,
        PatrolTransport::Uav => Transport::Uav,
    }
}

impl From<crate::coverage::model::packed::Damaged> for Error {
    fn from(damaged: crate::coverage::model::packed::Damaged) -> Self {
        Self::Store(store::Error::Unavailable(damaged.to_string()))
    }
}
