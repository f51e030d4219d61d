//! Effort by H3 cell: how far, how long and how often patrols were in each cell of a window of days.
//!
//! Read straight from the index. The way and the time of a piece belong to the cell of its first place, and a piece is
//! at most one cell of resolution 9 wide. Distinct patrols on distinct local days are counted anew at each resolution,
//! since visits of small cells do not add up to those of large ones.

use std::collections::{HashMap, HashSet};

use crate::base::ids::{CampaignId, PatrolId};
use crate::base::time::{LocalDate, Timestamp};
use crate::coverage::model::definition::FootprintClass;
use crate::coverage::model::packed::unpack_pieces;
use crate::coverage::sql::{self, PiecesRow, Slice};
use crate::geo::cells::Cell;
use crate::geo::position::Position;
use crate::patrols::model::vocabulary::{PatrolState, Transport};
use crate::store::Tx;

use super::listed::revisit_days;
use super::{Coverage, Error, aside, parameter};

/// Whose effort, when, and in which cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EffortAsked {
    /// First local day.
    pub from: LocalDate,
    /// Last local day.
    pub to: LocalDate,
    /// H3 resolution; from 9 on a piece may be wider than a cell.
    pub resolution: u8,
    /// Of people on the ground, or of aircraft.
    pub class: FootprintClass,
    /// Of the patrols of one campaign only.
    pub campaign: Option<CampaignId>,
}

/// What the effort of some days stands or falls with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EffortMark {
    /// The definition that it is read under: another one may answer although no row has changed.
    version: i64,
    changed: i64,
}

/// The effort in one cell.
#[derive(Debug, Clone, PartialEq)]
pub struct EffortCell {
    /// The cell.
    pub cell: Cell,
    /// The way, in metres.
    pub length_m: f64,
    /// The time, in milliseconds of teams.
    pub duration_ms: i64,
    /// Distinct patrols on distinct local days.
    pub visits: u32,
    /// Distinct patrols.
    pub patrols: u32,
    /// When the last moment there ended.
    pub last_at: Timestamp,
    /// The time of those teams whose headcount is known, in milliseconds of persons.
    pub person_ms: i64,
    /// The part of `duration_ms` that `person_ms` was made from.
    pub counted_ms: i64,
    /// The part of `visits` that it was made from.
    pub counted_visits: u32,
    /// The part of `duration_ms` between 18:00 and 06:00 local time.
    pub night_ms: i64,
    /// Mean number of days between days with a visit; none before the second.
    pub revisit_days: Option<f64>,
    /// Where the longest way within one commune was: where the middle of the cell lies across the border, this does not.
    pub inside: Option<Position>,
}

/// What is asked of a patrol whose effort counts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Walker {
    /// Its own in this sum.
    pub(super) number: u32,
    /// None: not stated.
    pub(super) people: Option<i64>,
}

impl Coverage {
    /// The effort in every cell where there was any, by cell.
    pub async fn effort_cells(&self, asked: EffortAsked) -> Result<Vec<EffortCell>, Error> {
        if asked.resolution > 15 {
            return Err(parameter("resolution", "0 to 15"));
        }
        let mut tx = self.journal.store().read().await?;
        let version = i64::from(self.known(&mut tx).await?.answering(None)?.version());
        let spans = self.tiles.sync(&mut tx, version).await?;
        let walkers = walkers(&mut tx, asked).await?;
        let mut sums = Sums {
            walkers,
            ..Sums::at(asked.resolution)
        };
        for (region, (first, last)) in &*spans {
            if asked.to < *first || *last < asked.from {
                continue;
            }
            let slice = Slice {
                version,
                region: *region,
                from: asked.from,
                to: asked.to,
            };
            let rows = sql::pieces_in(&mut tx, slice).await?;
            sums = aside(move || sums.with(&rows)).await??;
        }
        Ok(aside(move || sums.finish()).await?)
    }

    /// What is another whenever anything in the index changes on any day of a window, or another definition answers.
    pub async fn effort_mark(
        &self,
        tx: &mut Tx,
        from: LocalDate,
        to: LocalDate,
    ) -> Result<EffortMark, Error> {
        let version = i64::from(self.known(tx).await?.answering(None)?.version());
        self.tiles.sync(tx, version).await?;
        let changed = self.tiles.mark_between(from.as_days(), to.as_days())?;
        Ok(EffortMark { version, changed })
    }

    /// The version of the definition that effort is read under.
    pub async fn effort_definition(&self, tx: &mut Tx) -> Result<u32, Error> {
        Ok(self.known(tx).await?.answering(None)?.version())
    }

    /// A number that grows whenever anything changes that figures are made of.
    pub async fn clock(&self, tx: &mut Tx) -> Result<i64, Error> {
        Ok(sql::epoch(tx).await?)
    }
}

/// The patrols whose effort counts.
async fn walkers(tx: &mut Tx, asked: EffortAsked) -> Result<HashMap<PatrolId, Walker>, Error> {
    let rows = sql::walkers(tx, asked.from, asked.to).await?;
    let counts = rows.into_iter().filter(|row| {
        row.state != PatrolState::Rejected.as_str()
            && class_of(&row.transport) == asked.class
            && (asked.campaign.is_none() || row.campaign == asked.campaign)
    });
    let walker = |(number, row): (u32, sql::WalkerRow)| {
        let people = row.people.filter(|people| *people > 0);
        (row.patrol, Walker { number, people })
    };
    Ok((0..).zip(counts).map(walker).collect())
}

/// What the footprints and the effort of a transport belong to.
pub(super) fn class_of(transport: &str) -> FootprintClass {
    if transport == Transport::Uav.as_str() {
        FootprintClass::Aerial
    } else {
        FootprintClass::Ground
    }
}

/// Effort by cell, as far as it was added up.
pub(super) struct Sums {
    walkers: HashMap<PatrolId, Walker>,
    resolution: u8,
    cells: HashMap<Cell, Sum>,
}

struct Sum {
    length_cm: u64,
    duration_ms: i64,
    /// Patrols on days; a cell may lie in two regions, so that rows tell of a visit twice.
    visits: HashSet<(LocalDate, u32)>,
    /// Those of them whose people are told.
    counted: HashSet<(LocalDate, u32)>,
    /// The longest piece of a way within a commune, in centimetres, and where it began.
    inside: Option<(u32, Position)>,
    night_ms: i64,
    last_at: Timestamp,
    person_ms: i64,
    counted_ms: i64,
}

impl Sums {
    /// Nothing yet, by cells of that resolution.
    pub(super) fn at(resolution: u8) -> Self {
        Self {
            walkers: HashMap::new(),
            resolution,
            cells: HashMap::new(),
        }
    }

    fn with(mut self, rows: &[PiecesRow]) -> Result<Self, Error> {
        for row in rows {
            if let Some(walker) = self.walkers.get(&row.patrol).copied() {
                self.add(row, walker)?;
            }
        }
        Ok(self)
    }

    /// Adds what one patrol did on one day.
    pub(super) fn add(&mut self, row: &PiecesRow, walker: Walker) -> Result<(), Error> {
        for piece in unpack_pieces(&row.pieces)? {
            let cell = Cell::at(piece.at, self.resolution)
                .map_err(|fault| parameter("resolution", fault.to_string()))?;
            let last_at = row
                .day
                .start()
                .plus_millis(i64::from(piece.last_s).saturating_mul(1000));
            let sum = self.cells.entry(cell).or_insert(Sum {
                length_cm: 0,
                duration_ms: 0,
                visits: HashSet::new(),
                counted: HashSet::new(),
                inside: None,
                night_ms: 0,
                last_at,
                person_ms: 0,
                counted_ms: 0,
            });
            let duration_ms = i64::from(piece.duration_ms);
            sum.length_cm += u64::from(piece.length_cm);
            sum.duration_ms += duration_ms;
            sum.night_ms += i64::from(piece.night_ms);
            sum.last_at = sum.last_at.max(last_at);
            if let Some(people) = walker.people {
                sum.person_ms += duration_ms * people;
                sum.counted_ms += duration_ms;
                sum.counted.insert((row.day, walker.number));
            }
            sum.visits.insert((row.day, walker.number));
            if row.boundary.is_some() {
                sum.was_inside(piece.length_cm, piece.at);
            }
        }
        Ok(())
    }

    /// The cells with any effort, in order.
    pub(super) fn finish(self) -> Vec<EffortCell> {
        let mut cells: Vec<EffortCell> = self
            .cells
            .into_iter()
            .map(|(cell, sum)| sum.finish(cell))
            .collect();
        cells.sort_unstable_by_key(|own| own.cell);
        cells
    }
}

impl Sum {
    /// Keeps the longest piece; of pieces as long as one another the one farthest south, then west, in whatever order.
    fn was_inside(&mut self, length_cm: u32, at: Position) {
        let is_before = |other: Position| {
            let south = at.lat().total_cmp(&other.lat());
            south.then(at.lon().total_cmp(&other.lon())).is_lt()
        };
        let is_better = self.inside.is_none_or(|(longest_cm, other)| {
            longest_cm < length_cm || (longest_cm == length_cm && is_before(other))
        });
        if is_better {
            self.inside = Some((length_cm, at));
        }
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "all ways together are far below 2^53 cm"
    )]
    fn finish(self, cell: Cell) -> EffortCell {
        let patrols: HashSet<u32> = self.visits.iter().map(|(_, patrol)| *patrol).collect();
        let count = |len: usize| u32::try_from(len).unwrap_or(u32::MAX);
        let mut days: Vec<i64> = self.visits.iter().map(|(day, _)| day.as_days()).collect();
        days.sort_unstable();
        EffortCell {
            cell,
            length_m: self.length_cm as f64 / 100.0,
            duration_ms: self.duration_ms,
            visits: count(self.visits.len()),
            patrols: count(patrols.len()),
            night_ms: self.night_ms,
            last_at: self.last_at,
            person_ms: self.person_ms,
            counted_ms: self.counted_ms,
            counted_visits: count(self.counted.len()),
            inside: self.inside.map(|(_, at)| at),
            revisit_days: revisit_days(days),
        }
    }
}
