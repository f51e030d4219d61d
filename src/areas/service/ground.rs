//! Where positions lay on days, read from a database without a server: for rows that were made of it.

use std::collections::HashMap;
use std::sync::Arc;

use crate::areas::model::map::{Boundary, Commune, CommuneMap};
use crate::base::ids::BoundaryId;
use crate::base::time::LocalDate;
use crate::geo::position::Position;
use crate::geo::shape::{BlockedRegion, Place};
use crate::store::{Error, Tx};

use super::aside;
use super::known::covered_share;
use super::maps::{all_boundaries, first_day, read_grounds};
use super::reach::BESIDE_SHARE;

/// Maps kept: that of today and that of the day asked for last.
const KEPT: usize = 2;

/// A commune that ended: its code and last day, and the boundaries of a later day.
type Ended = (String, LocalDate, Vec<BoundaryId>);

/// The communes of days; at most two maps stand in memory.
#[derive(Debug)]
pub struct Ground {
    boundaries: Vec<Boundary>,
    /// Most recently used last.
    maps: Vec<(Vec<BoundaryId>, CommuneMap)>,
    /// For which grounds communes that had ended stood on later days.
    stood: HashMap<Ended, Vec<Arc<BlockedRegion>>>,
}

impl Ground {
    /// Reads which boundaries there are.
    pub async fn of(tx: &mut Tx) -> Result<Self, Error> {
        Ok(Self {
            boundaries: all_boundaries(tx).await?,
            maps: Vec::new(),
            stood: HashMap::new(),
        })
    }

    /// Code and name of the commune in which a position lay on a day.
    pub async fn locate(
        &mut self,
        tx: &mut Tx,
        day: LocalDate,
        position: Position,
    ) -> Result<Option<(String, String)>, Error> {
        let map = self.map(tx, day).await?;
        let commune = map.locate(position).and_then(|code| map.commune(code));
        Ok(commune.map(|own| (own.facts.code.clone(), own.facts.name.clone())))
    }

    /// The same for what was found there on that day: before the first day with boundaries, by those of that day.
    pub async fn locate_then(
        &mut self,
        tx: &mut Tx,
        day: LocalDate,
        position: Position,
    ) -> Result<Option<(String, String)>, Error> {
        let first = first_day(&self.boundaries);
        let day = first.map_or(day, |first| day.max(first));
        self.locate(tx, day, position).await
    }

    /// Whether the commune of a code had ended by a day and its rights reached a position then all the same: the position lay in it
    /// to its last day, or lies in a commune of the day that holds its ground as a whole, but for 1 % of its area.
    pub async fn stood_for(
        &mut self,
        tx: &mut Tx,
        (code, day): (&str, LocalDate),
        position: Position,
    ) -> Result<bool, Error> {
        let own = self.boundaries.iter().filter(|own| own.code == code);
        if own.clone().any(|own| own.is_valid_on(day)) {
            return Ok(false);
        }
        let lasts = own.filter_map(|own| own.valid_to);
        let Some(last) = lasts.filter(|last| *last < day).max() else {
            return Ok(false);
        };
        let stood = (code.to_owned(), last, self.ids_on(day));
        let grounds = if let Some(grounds) = self.stood.get(&stood) {
            grounds.clone()
        } else {
            let grounds = self.grounds_of(tx, (code, last), day).await?;
            self.stood.insert(stood, grounds.clone());
            grounds
        };
        let mut grounds = grounds.iter();
        Ok(grounds.any(|ground| ground.place(position) != Place::Outside))
    }

    /// The ground of a commune on its last day, and that of each commune of a later day that holds it as a whole.
    async fn grounds_of(
        &mut self,
        tx: &mut Tx,
        (code, last): (&str, LocalDate),
        day: LocalDate,
    ) -> Result<Vec<Arc<BlockedRegion>>, Error> {
        let map = self.map(tx, last).await?;
        let Some(ended) = map.commune(code).cloned() else {
            return Ok(Vec::new());
        };
        let map = self.map(tx, day).await?;
        let near = map.communes().iter();
        let near: Vec<Arc<BlockedRegion>> = near
            .filter(|own| own.ground.meets(ended.region()))
            .map(|own| Arc::clone(&own.ground))
            .collect();
        aside(move || {
            let holds = |own: &Arc<BlockedRegion>| {
                covered_share(ended.region(), &[Arc::clone(own)]) >= 1.0 - BESIDE_SHARE
            };
            let mut grounds: Vec<_> = near.into_iter().filter(holds).collect();
            grounds.push(ended.ground);
            grounds
        })
        .await
    }

    /// The last day before a day on which other boundaries held than on it; the day itself when there was none.
    #[must_use]
    pub fn day_before_change(&self, day: LocalDate) -> LocalDate {
        let valid = self.boundaries.iter().filter(|own| own.is_valid_on(day));
        let since = valid.map(|own| own.valid_from).max();
        since.map_or(day, |since| since.plus_days(-1))
    }

    /// The boundaries of a day, in order.
    fn ids_on(&self, day: LocalDate) -> Vec<BoundaryId> {
        let valid = self.boundaries.iter().filter(|own| own.is_valid_on(day));
        let mut ids: Vec<BoundaryId> = valid.map(|own| own.id).collect();
        ids.sort_unstable();
        ids
    }

    async fn map(&mut self, tx: &mut Tx, day: LocalDate) -> Result<&CommuneMap, Error> {
        let ids = self.ids_on(day);
        let known = self.maps.iter().position(|(own, _)| *own == ids);
        let map = match known {
            Some(at) => self.maps.remove(at),
            None => (ids, self.built(tx, day).await?),
        };
        if self.maps.len() >= KEPT {
            self.maps.remove(0);
        }
        self.maps.push(map);
        let last = self.maps.last().map(|(_, map)| map);
        last.ok_or_else(|| Error::Unavailable("no map could be made".into()))
    }

    async fn built(&self, tx: &mut Tx, day: LocalDate) -> Result<CommuneMap, Error> {
        let mut grounds = HashMap::new();
        read_grounds(tx, day, &mut grounds).await?;
        let valid = self.boundaries.iter().filter(|own| own.is_valid_on(day));
        let communes: Vec<Commune> = valid
            .filter_map(|facts| {
                Some(Commune {
                    ground: grounds.remove(&facts.id)?,
                    facts: facts.clone(),
                })
            })
            .collect();
        aside(move || CommuneMap::build(communes)).await
    }
}
