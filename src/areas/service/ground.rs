//! Where positions lay on days, read from a database without a server: for rows that were made of it.

use std::collections::HashMap;

use crate::areas::model::map::{Boundary, Commune, CommuneMap};
use crate::base::ids::BoundaryId;
use crate::base::time::LocalDate;
use crate::geo::position::Position;
use crate::store::{Error, Tx};

use super::aside;
use super::maps::{all_boundaries, first_day, read_grounds};

/// Maps kept: that of today and that of the day asked for last.
const KEPT: usize = 2;

/// The communes of days; at most two maps stand in memory.
#[derive(Debug)]
pub struct Ground {
    boundaries: Vec<Boundary>,
    /// Most recently used last.
    maps: Vec<(Vec<BoundaryId>, CommuneMap)>,
}

impl Ground {
    /// Reads which boundaries there are.
    pub async fn of(tx: &mut Tx) -> Result<Self, Error> {
        Ok(Self {
            boundaries: all_boundaries(tx).await?,
            maps: Vec::new(),
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

    /// Whether the commune of a code had ended by a day: what it stood for is told by its ground.
    #[must_use]
    pub fn has_ended(&self, code: &str, day: LocalDate) -> bool {
        let mut own = self.boundaries.iter().filter(|own| own.code == code);
        own.clone().any(|own| own.valid_from <= day) && !own.any(|own| own.is_valid_on(day))
    }

    /// The last day before a day on which other boundaries held than on it; the day itself when there was none.
    #[must_use]
    pub fn day_before_change(&self, day: LocalDate) -> LocalDate {
        let valid = self.boundaries.iter().filter(|own| own.is_valid_on(day));
        let since = valid.map(|own| own.valid_from).max();
        since.map_or(day, |since| since.plus_days(-1))
    }

    async fn map(&mut self, tx: &mut Tx, day: LocalDate) -> Result<&CommuneMap, Error> {
        let valid = self.boundaries.iter().filter(|own| own.is_valid_on(day));
        let mut ids: Vec<BoundaryId> = valid.map(|own| own.id).collect();
        ids.sort_unstable();
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
