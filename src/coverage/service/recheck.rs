//! Figures from facts received up to an instant: every patrol is derived and swept anew.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};

use crate::base::time::{LocalDate, Timestamp};
use crate::coverage::model::block::DayDraft;
use crate::coverage::model::definition::{Definition, FootprintClass};
use crate::coverage::model::region::Region;
use crate::coverage::model::timeline::{Timeline, block_of, days_of};
use crate::coverage::sql::{self, CellsRow, FactsRow, PiecesRow, TripRow};
use crate::patrols::model::walked::Walked;
use crate::store::Tx;

use super::answer::{Asked, Note};
use super::drafts::{drafts, in_numbers, walkers};
use super::effort::class_of;
use super::index::Indexed;
use super::judged::{Judged, rules_of};
use super::tiles::{Shared, Spans, View};
use super::words::Words;
use super::{Coverage, Error};

/// Patrols begun so long before a window may reach into it.
const LONGEST_PATROL_D: i64 = 31;

/// What was known of each region, as if read from the index.
#[derive(Debug, Default)]
pub(super) struct Rechecked {
    lines: HashMap<Region, Shared>,
    /// The trips by place.
    pub(super) pieces: HashMap<Region, Vec<PiecesRow>>,
    spans: BTreeMap<Region, (LocalDate, LocalDate)>,
}

/// Rows as if read from their tables.
#[derive(Default)]
struct Gathered {
    facts: Vec<FactsRow>,
    cells: Vec<CellsRow>,
    trips: Vec<TripRow>,
    pieces: HashMap<Region, Vec<PiecesRow>>,
}

impl Coverage {
    /// What was known at an instant of a window.
    pub(super) async fn recheck(
        &self,
        tx: &mut Tx,
        asked: &Asked,
        (definition, view): (&Arc<Definition>, View),
        instant: Timestamp,
        notes: &mut Vec<Note>,
    ) -> Result<Rechecked, Error> {
        let (from, to) = (asked.from, asked.to);
        let first = from.plus_days(-LONGEST_PATROL_D).start();
        let begun = self.patrols.begun_between(tx, first, to.end()).await?;
        let rules = rules_of(definition);
        let ground = self.ground(tx).await?;
        let mut gathered = Gathered::default();
        let mut erased = 0;
        for id in begun {
            let walked = self.patrols.walked_as_of(tx, id, instant, &rules);
            let walked = walked.await?.filter(Walked::counts);
            match walked {
                None => {}
                Some(walked) if walked.tracks.is_none() => {
                    gathered.add_kept(tx, &walked, view).await?;
                    erased += 1;
                }
                Some(walked) => {
                    let indexed = {
                        let judged = vec![Judged::by_usual_rules(definition)];
                        self.indexed(walked, judged, &ground, instant).await?
                    };
                    gathered.add(indexed, view);
                }
            }
        }
        if erased > 0 {
            notes.push(Note {
                code: "not_recheckable",
                text: format!(
                    "the raw fixes of {erased} patrols were erased: they count as they were indexed last, without fixes that came later"
                ),
            });
        }
        notes.push(Note {
            code: "as_of",
            text: format!("patrols and fixes received up to {instant}; areas as known today"),
        });
        gathered.laid_out(&mut *self.tiles.words_mut()?, view.class(), (from, to))
    }
}

impl Rechecked {
    /// The timelines of some regions.
    pub(super) fn lines(&self, regions: &[Region]) -> Vec<Shared> {
        let lines = regions.iter();
        lines
            .map(|region| self.lines.get(region).map(Arc::clone).unwrap_or_default())
            .collect()
    }

    /// The regions with anything in them.
    pub(super) fn spans(&self) -> Spans {
        Arc::new(self.spans.clone())
    }
}

impl Gathered {
    fn add(&mut self, indexed: Indexed, view: View) {
        let facts = FactsRow {
            patrol: indexed.facts.patrol,
            kind: indexed.facts.kind.to_owned(),
            lead_org: indexed.facts.lead_org,
            campaign: indexed.facts.campaign,
            transport: indexed.facts.transport.to_owned(),
            state: indexed.facts.state.to_owned(),
            people: indexed.facts.people,
            ground: indexed.facts.ground,
            frozen: 0,
        };
        let rows = indexed.rows.unwrap_or_default();
        let cells = rows.cells.into_iter();
        let cells = cells
            .filter(|row| (row.version, row.footprint) == (view.version, view.footprint))
            .map(|row| CellsRow {
                region: row.region.to_db(),
                day: row.day,
                patrol: facts.patrol,
                cells: row.cells,
            });
        self.cells.extend(cells);
        let is_of = class_of(&facts.transport) == view.class();
        let trips = rows.trips.into_iter();
        for row in trips.filter(|row| is_of && row.version == view.version) {
            let trip = TripRow {
                region: row.region.to_db(),
                day: row.day,
                patrol: facts.patrol,
                boundary: row.boundary,
                length_m: row.length_m,
                duration_ms: row.duration_ms,
                night_ms: row.night_ms,
                last_at: row.last_at,
                firsts: row.firsts,
                before_here: row.before_here,
                before_anywhere: row.before_anywhere,
            };
            self.add_trip(trip, row.pieces);
        }
        self.facts.push(facts);
    }

    /// Adds what is kept of a patrol whose raw fixes were erased, judged as it was at the instant.
    async fn add_kept(&mut self, tx: &mut Tx, walked: &Walked, view: View) -> Result<(), Error> {
        let id = walked.patrol;
        let mut facts = sql::facts_of(tx, &[id]).await?;
        for own in &mut facts {
            walked.state.as_str().clone_into(&mut own.state);
        }
        let cells = sql::cells_of(tx, id, view.version, view.footprint).await?;
        self.cells.extend(cells);
        let is_of = |own: &FactsRow| class_of(&own.transport) == view.class();
        if facts.iter().any(is_of) {
            for row in sql::trips_of(tx, id, view.version).await? {
                self.add_trip(row.trip, row.pieces);
            }
        }
        self.facts.extend(facts);
        Ok(())
    }

    fn add_trip(&mut self, trip: TripRow, pieces: Vec<u8>) {
        let region = Region::from_db(trip.region);
        self.pieces.entry(region).or_default().push(PiecesRow {
            day: trip.day,
            patrol: trip.patrol,
            boundary: trip.boundary,
            pieces,
        });
        self.trips.push(trip);
    }

    fn laid_out(
        self,
        words: &mut Words,
        class: FootprintClass,
        (from, to): (LocalDate, LocalDate),
    ) -> Result<Rechecked, Error> {
        let walkers = walkers(words, &self.facts);
        let trips = in_numbers(words, &self.trips);
        let drafts = drafts((&walkers, class), &self.cells, trips)?;
        let mut rechecked = Rechecked {
            pieces: self.pieces,
            ..Rechecked::default()
        };
        for (region, days) in drafts {
            let line = timeline(days, from, to);
            rechecked.lines.insert(region, Arc::new(Mutex::new(line)));
            if region.is_coarse() {
                rechecked.spans.insert(region, (from, to));
            }
        }
        Ok(rechecked)
    }
}

fn timeline(mut days: BTreeMap<i64, DayDraft>, from: LocalDate, to: LocalDate) -> Timeline {
    let (first, last) = (block_of(from.as_days()), block_of(to.as_days()));
    let all = days_of(first).start..days_of(last).end;
    let mut days = days.split_off(&all.start);
    drop(days.split_off(&all.end));
    let mut line = Timeline::default();
    line.set_days(&all, days);
    line
}
