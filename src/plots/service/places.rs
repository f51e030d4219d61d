//! Where plots lie: the commune of their day for figures, today's commune for rights.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use uuid::Uuid;

use crate::areas::model::map::CommuneMap;
use crate::base::actor::{Actor, Right, Scope};
use crate::base::ids::PlotId;
use crate::base::time::{LocalDate, Timestamp};
use crate::geo::position::Position;
use crate::plots::sql::{self, PlotRow};
use crate::store::{self, Tx};

use super::{Error, Plots};

/// What other slices may know of a plot.
#[derive(Debug, Clone)]
pub struct PlotPlace {
    /// The commune in which it lies by the boundaries of today.
    pub place: Option<String>,
}

/// Whether a plot lies where it cannot: at the point that devices name when they know none (0° E, 0° N), or in none of the
/// known communes although nobody said that it is beyond the border.
#[must_use]
pub fn is_astray(
    position: Position,
    is_placed: bool,
    outside_vietnam: bool,
    is_ground_known: bool,
) -> bool {
    let is_origin = position.lon() == 0.0 && position.lat() == 0.0;
    is_origin || (is_ground_known && !is_placed && !outside_vietnam)
}

/// The communes of a point.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Placement {
    /// By the boundaries of today.
    pub(super) place: Option<String>,
    /// Code and name by the boundaries of its day, or by the first known ones if its day is before; none beyond the border.
    pub(super) commune: Option<(String, String)>,
}

impl Plots {
    /// Where a plot lies today; none when there is no such plot.
    pub async fn place(&self, tx: &mut Tx, id: PlotId) -> Result<Option<PlotPlace>, store::Error> {
        let row = sql::plot(tx, id).await?;
        Ok(row.map(|row| PlotPlace { place: row.place }))
    }

    /// Whether a plot that the caller may not read lay where it may before it was corrected: who was told of it then keeps
    /// it where it is not.
    pub async fn has_left(&self, actor: &Actor, id: PlotId) -> Result<bool, Error> {
        let today = self.today().await?;
        let mut tx = self.journal.store().read().await?;
        let former = sql::former_records(&mut tx, id).await?;
        let sees = |place: Option<&str>| actor.may(Right::ReadPlots, place);
        Ok(former.iter().any(|(place, record)| {
            !sees(place.as_deref()) && lay_at(record).is_some_and(|at| sees(today.locate(at)))
        }))
    }

    /// Keeps other writers of a plot out until the act ends; false when there is no such plot.
    pub async fn lock(&self, tx: &mut Tx, id: PlotId) -> Result<bool, store::Error> {
        sql::lock_plot(tx, id).await
    }

    /// The same for several plots; gives those that there are.
    pub async fn lock_all(&self, tx: &mut Tx, ids: &[PlotId]) -> Result<Vec<PlotId>, store::Error> {
        sql::lock_plots(tx, ids).await
    }

    /// Writes the states that follow from plots' facts, and whether something was sent back for completing. The last step of an act: it moves the epoch on.
    pub async fn set_states(
        &self,
        tx: &mut Tx,
        states: &BTreeMap<(&'static str, bool), Vec<PlotId>>,
    ) -> Result<(), store::Error> {
        let mut is_any = false;
        for ((state, is_returned), ids) in states {
            is_any |= sql::set_state(tx, ids, state, *is_returned).await?;
        }
        if is_any {
            sql::advance(tx).await?;
        }
        Ok(())
    }

    /// Counts one more photo of a plot; [`Self::photos_counted`] ends the act.
    pub async fn add_photo(&self, tx: &mut Tx, id: PlotId) -> Result<(), store::Error> {
        sql::add_photo(tx, id).await
    }

    /// The last step of an act that counted photos: tells readers that their pages of plots are old.
    pub async fn photos_counted(&self, tx: &mut Tx) -> Result<(), store::Error> {
        sql::advance_photos(tx).await
    }

    /// The commune of today in which a position lies.
    pub async fn place_of(&self, position: Position) -> Result<Option<String>, Error> {
        let map = self.areas.map(self.journal.now().local_date()).await?;
        Ok(map.locate(position).map(str::to_owned))
    }

    /// Of those of some communes that have ended: the ones of today that hold their ground.
    pub async fn heirs_of(
        &self,
        codes: BTreeSet<String>,
    ) -> Result<BTreeMap<String, BTreeSet<String>>, store::Error> {
        self.areas.heirs_of(codes).await
    }

    /// The same caller with those of some communes that have ended and whose ground its rights hold today: for what is told by
    /// the commune that its sender named.
    pub async fn with_ended(
        &self,
        actor: &Actor,
        codes: BTreeSet<String>,
    ) -> Result<Actor, store::Error> {
        let heirs = self.areas.heirs_of(codes).await?;
        let mut wider = actor.clone();
        for grant in &mut wider.grants {
            let Scope::Communes(held) = &mut grant.scope else {
                continue;
            };
            for (ended, today) in &heirs {
                if today.is_subset(held) {
                    held.insert(ended.clone());
                }
            }
        }
        Ok(wider)
    }

    /// Code and name of the commune in which a position lay by the boundaries of a day, or by the first known ones if the
    /// day is before.
    pub async fn commune_on(
        &self,
        position: Position,
        day: LocalDate,
    ) -> Result<Option<(String, String)>, Error> {
        let map = self.areas.map_then(day).await?;
        let commune = map.locate(position).and_then(|code| map.commune(code));
        Ok(commune.map(|own| (own.facts.code.clone(), own.facts.name.clone())))
    }

    /// A number that grows whenever any plot changes; what is read after it is at least so new.
    pub async fn epoch(&self, tx: &mut Tx) -> Result<i64, store::Error> {
        sql::epoch(tx).await
    }

    /// The same number, and one that grows whenever photos of plots are counted.
    pub async fn epochs(&self, tx: &mut Tx) -> Result<(i64, i64), store::Error> {
        sql::epochs(tx).await
    }

    pub(super) async fn placement(
        &self,
        position: Position,
        day: LocalDate,
        outside_vietnam: bool,
    ) -> Result<Placement, Error> {
        let today = self.today().await?;
        let then = self.areas.map_then(day).await?;
        Ok(placement(&today, &then, position, outside_vietnam))
    }

    /// The map of today; whenever it is another than before, the kept plots are placed anew first.
    pub async fn today(&self) -> Result<Arc<CommuneMap>, Error> {
        let map = self.areas.map(self.journal.now().local_date()).await?;
        let is_known = self.placed.lock().is_ok_and(|placed| {
            placed
                .as_ref()
                .is_some_and(|placed| Arc::ptr_eq(placed, &map))
        });
        if !is_known {
            self.place_all(&map).await?;
            if let Ok(mut placed) = self.placed.lock() {
                *placed = Some(Arc::clone(&map));
            }
        }
        Ok(map)
    }

    /// Whether any commune stood on the map by which plots were placed last.
    #[must_use]
    pub fn is_ground_known(&self) -> bool {
        self.placed.lock().is_ok_and(|placed| {
            placed
                .as_ref()
                .is_some_and(|map| !map.communes().is_empty())
        })
    }

    async fn place_all(&self, today: &Arc<CommuneMap>) -> Result<(), Error> {
        let mut after = (Timestamp::from_millis(i64::MIN), PlotId(Uuid::nil()));
        let mut of_day: Option<(LocalDate, Arc<CommuneMap>)> = None;
        loop {
            let mut tx = self.journal.store().read().await?;
            let rows = sql::placed_after(&mut tx, after.0, after.1).await?;
            drop(tx);
            let Some(last) = rows.last() else {
                return Ok(());
            };
            after = (last.detected_at, last.id);
            let mut moved = Vec::new();
            for row in &rows {
                let then = self
                    .map_of(row.detected_at.local_date(), &mut of_day)
                    .await?;
                let position = Position::new(row.lon, row.lat).or(Err(row.corrupt("lat")))?;
                let found = placement(today, &then, position, is_outside(row)?);
                if found.place != row.place
                    || found.commune.as_ref().map(|(code, _)| code) != row.commune.as_ref()
                {
                    moved.push((row.id, found));
                }
            }
            if !moved.is_empty() {
                self.move_all(moved).await?;
            }
        }
    }

    /// The map of a day: rows come in the order of days, and each would ask the database for it anew.
    async fn map_of(
        &self,
        day: LocalDate,
        last: &mut Option<(LocalDate, Arc<CommuneMap>)>,
    ) -> Result<Arc<CommuneMap>, Error> {
        if let Some((own, map)) = last
            && *own == day
        {
            return Ok(Arc::clone(map));
        }
        let map = self.areas.map_then(day).await?;
        *last = Some((day, Arc::clone(&map)));
        Ok(map)
    }

    async fn move_all(&self, moved: Vec<(PlotId, Placement)>) -> Result<(), Error> {
        self.journal
            .write(moved, |tx, moved| {
                Box::pin(async move {
                    for (id, to) in moved {
                        sql::set_place(tx, *id, to.place.as_deref(), to.commune.as_ref()).await?;
                    }
                    sql::advance(tx).await?;
                    Ok::<_, Error>(())
                })
            })
            .await
    }
}

fn placement(
    today: &CommuneMap,
    then: &CommuneMap,
    position: Position,
    outside_vietnam: bool,
) -> Placement {
    let commune = then
        .locate(position)
        .filter(|_| !outside_vietnam)
        .and_then(|code| then.commune(code))
        .map(|commune| (commune.facts.code.clone(), commune.facts.name.clone()));
    Placement {
        place: today.locate(position).map(str::to_owned),
        commune,
    }
}

/// Where a version says that its plot lies.
fn lay_at(record: &str) -> Option<Position> {
    let record: serde_json::Value = serde_json::from_str(record).ok()?;
    Position::new(record["lon"].as_f64()?, record["lat"].as_f64()?).ok()
}

pub(super) fn is_outside(row: &PlotRow) -> Result<bool, store::Error> {
    let record: serde_json::Value =
        serde_json::from_str(&row.record).or(Err(row.corrupt("record")))?;
    Ok(record.get("outside_vietnam") == Some(&serde_json::Value::Bool(true)))
}
