//! Effort by H3 cell: how far, how long and how often patrols were in each cell of a window of days.
//!
//! Read straight from the index. The way and the time of a piece belong to the cell of its first place, and a piece is
//! at most one cell of resolution 10 wide. Distinct patrols on distinct local days are counted anew at each resolution,
//! since visits of small cells do not add up to those of large ones.

use std::collections::HashMap;

use crate::base::ids::{OrgId, PatrolId};
use crate::base::time::{LocalDate, Timestamp};
use crate::coverage::model::definition::FootprintClass;
use crate::coverage::model::packed::unpack_pieces;
use crate::coverage::sql::{self, EffortRow};
use crate::geo::cells::Cell;
use crate::on;
use crate::patrols::model::vocabulary::{PatrolState, Transport};
use crate::store::{self, Tx};

use super::{Coverage, Error, aside, parameter};

const PATROLS: &str = "SELECT c.patrol, c.transport, c.state, p.headcount FROM coverage_patrols c \
     LEFT JOIN patrols p ON p.id = c.patrol WHERE c.last_day >= $1 AND c.first_day <= $2";
const MARK: &str = "SELECT CAST(COALESCE(SUM(epoch), 0) AS BIGINT) FROM coverage_days WHERE day >= $1 AND day <= $2";

/// The statements of effort by cell, for the test that prepares them on both databases.
pub const STATEMENTS: &[&str] = &[PATROLS, MARK];

/// Days that are read at once.
const DAYS_AT_ONCE: i64 = 31;

/// Whose effort, when, and in which cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EffortAsked {
    /// First local day.
    pub from: LocalDate,
    /// Last local day.
    pub to: LocalDate,
    /// H3 resolution; from 10 on a piece may be wider than a cell.
    pub resolution: u8,
    /// Of people on the ground, or of aircraft.
    pub class: FootprintClass,
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
}

#[derive(Debug, Clone, sqlx::FromRow)]
struct PatrolRow {
    patrol: PatrolId,
    transport: String,
    state: String,
    headcount: Option<String>,
}

/// What is asked of a patrol whose effort counts.
#[derive(Debug, Clone, Copy)]
struct Walker {
    number: u32,
    /// None: not stated.
    people: Option<i64>,
}

impl Coverage {
    /// The effort in every cell where there was any, by cell.
    pub async fn effort_cells(&self, asked: EffortAsked) -> Result<Vec<EffortCell>, Error> {
        if asked.resolution > 15 {
            return Err(parameter("resolution", "0 to 15"));
        }
        let mut tx = self.journal.store().read().await?;
        let walkers = walkers(&mut tx, asked).await?;
        let mut sums = Sums {
            walkers,
            resolution: asked.resolution,
            cells: HashMap::new(),
        };
        let mut from = asked.from;
        while from <= asked.to {
            let to = from.plus_days(DAYS_AT_ONCE - 1).min(asked.to);
            let rows = sql::effort_between(&mut tx, from, to).await?;
            sums = aside(move || sums.with(&rows)).await??;
            from = to.plus_days(1);
        }
        Ok(aside(move || sums.finish()).await?)
    }

    /// A number that grows whenever anything in the index changes on any day of a window.
    pub async fn effort_mark(
        &self,
        tx: &mut Tx,
        from: LocalDate,
        to: LocalDate,
    ) -> Result<i64, store::Error> {
        on!(tx, |c| sqlx::query_scalar(MARK)
            .bind(from)
            .bind(to)
            .fetch_one(c))
    }
}

/// The patrols whose effort counts.
async fn walkers(
    tx: &mut Tx,
    asked: EffortAsked,
) -> Result<HashMap<PatrolId, Walker>, store::Error> {
    let rows: Vec<PatrolRow> = on!(tx, |c| sqlx::query_as(PATROLS)
        .bind(asked.from)
        .bind(asked.to)
        .fetch_all(c))?;
    let counts = rows.iter().filter(|row| {
        row.state != PatrolState::Rejected.as_str() && class_of(&row.transport) == asked.class
    });
    let walker = |(number, row): (u32, &PatrolRow)| {
        let people = row.headcount.as_deref().and_then(people);
        (row.patrol, Walker { number, people })
    };
    Ok((0..).zip(counts).map(walker).collect())
}

fn class_of(transport: &str) -> FootprintClass {
    if transport == Transport::Uav.as_str() {
        FootprintClass::Aerial
    } else {
        FootprintClass::Ground
    }
}

/// How many people a headcount names; none when it names nobody.
fn people(headcount: &str) -> Option<i64> {
    let by_org: HashMap<OrgId, u32> = serde_json::from_str(headcount).ok()?;
    let people: i64 = by_org.values().copied().map(i64::from).sum();
    (people > 0).then_some(people)
}

struct Sums {
    walkers: HashMap<PatrolId, Walker>,
    resolution: u8,
    cells: HashMap<Cell, Sum>,
}

struct Sum {
    length_cm: u64,
    duration_ms: i64,
    visits: u32,
    /// The visit that was counted last; rows come by day and patrol.
    visit: Option<(LocalDate, u32)>,
    patrols: Vec<u32>,
    last_at: Timestamp,
    person_ms: i64,
    counted_ms: i64,
}

impl Sums {
    fn with(mut self, rows: &[EffortRow]) -> Result<Self, Error> {
        for row in rows {
            if let Some(walker) = self.walkers.get(&row.patrol).copied() {
                self.add(row, walker)?;
            }
        }
        Ok(self)
    }

    fn add(&mut self, row: &EffortRow, walker: Walker) -> Result<(), Error> {
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
                visits: 0,
                visit: None,
                patrols: Vec::new(),
                last_at,
                person_ms: 0,
                counted_ms: 0,
            });
            let duration_ms = i64::from(piece.duration_ms);
            sum.length_cm += u64::from(piece.length_cm);
            sum.duration_ms += duration_ms;
            sum.last_at = sum.last_at.max(last_at);
            if let Some(people) = walker.people {
                sum.person_ms += duration_ms * people;
                sum.counted_ms += duration_ms;
            }
            sum.visited((row.day, walker.number));
        }
        Ok(())
    }

    fn finish(self) -> Vec<EffortCell> {
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
    fn visited(&mut self, visit: (LocalDate, u32)) {
        if self.visit != Some(visit) {
            self.visit = Some(visit);
            self.visits += 1;
            self.patrols.push(visit.1);
        }
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "all ways together are far below 2^53 cm"
    )]
    fn finish(mut self, cell: Cell) -> EffortCell {
        self.patrols.sort_unstable();
        self.patrols.dedup();
        EffortCell {
            cell,
            length_m: self.length_cm as f64 / 100.0,
            duration_ms: self.duration_ms,
            visits: self.visits,
            patrols: u32::try_from(self.patrols.len()).unwrap_or(u32::MAX),
            last_at: self.last_at,
            person_ms: self.person_ms,
            counted_ms: self.counted_ms,
        }
    }
}
