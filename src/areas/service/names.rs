//! Places by name, kept in memory until the areas change.

use std::sync::{Arc, Mutex};

use crate::areas::model::map::{Boundary, CommuneMap};
use crate::areas::model::names::{KnownPlace, communes_by_name, hamlets_by_name, successors};
use crate::areas::sql;
use crate::base::actor::Actor;
use crate::geo::shape::{BlockedRegion, Region};
use crate::store;

use super::maps::{all_boundaries, corrupt};
use super::{Areas, Error, aside};

/// The names of one map in one epoch: former names change without another map.
#[derive(Default)]
pub(super) struct Kept {
    kept: Mutex<Option<Names>>,
    /// Held while names are put together, so that it is done once.
    building: tokio::sync::Mutex<()>,
}

struct Names {
    epoch: i64,
    map: Arc<CommuneMap>,
    places: Arc<Vec<KnownPlace>>,
}

impl Areas {
    /// The places of today with the names that they have and had.
    pub async fn known_places(&self, actor: &Actor) -> Result<Arc<Vec<KnownPlace>>, Error> {
        let map = self.map_for(actor, self.today()).await?;
        let epoch = self.epoch().await?;
        if let Some(places) = self.kept_names(epoch, &map) {
            return Ok(places);
        }
        let _building = self.shared.names.building.lock().await;
        if let Some(places) = self.kept_names(epoch, &map) {
            return Ok(places);
        }
        let past = self.past(&map).await?;
        let today = Arc::clone(&map);
        let hamlets = self.hamlets().await?;
        let places = aside(move || {
            let hamlets: Vec<_> = hamlets.into_iter().map(|own| own.facts).collect();
            let mut places = communes_by_name(&today, &past);
            places.extend(hamlets_by_name(&today, &hamlets));
            places
        })
        .await?;
        let places = Arc::new(places);
        if let Ok(mut kept) = self.shared.names.kept.lock() {
            *kept = Some(Names {
                epoch,
                map,
                places: Arc::clone(&places),
            });
        }
        Ok(places)
    }

    fn kept_names(&self, epoch: i64, map: &Arc<CommuneMap>) -> Option<Arc<Vec<KnownPlace>>> {
        let kept = self.shared.names.kept.lock().ok()?;
        let names = kept.as_ref()?;
        let is_current = names.epoch == epoch && Arc::ptr_eq(&names.map, map);
        is_current.then(|| Arc::clone(&names.places))
    }

    /// The boundaries that ended, each with the communes of the map in which its ground lies; one outline at a time
    /// stands in memory.
    async fn past(
        &self,
        map: &Arc<CommuneMap>,
    ) -> Result<Vec<(Boundary, Vec<String>)>, store::Error> {
        let today = self.today();
        let mut tx = self.journal.store().read().await?;
        let mut ended = all_boundaries(&mut tx).await?;
        ended.retain(|own| own.valid_to.is_some_and(|last| last < today));
        ended.sort_by(|a, b| (&a.code, a.valid_from).cmp(&(&b.code, b.valid_from)));
        let mut past = Vec::with_capacity(ended.len());
        for boundary in ended {
            // The same unit under another name: its code says so, wherever its boundary went.
            if map.commune(&boundary.code).is_some() {
                let code = boundary.code.clone();
                past.push((boundary, vec![code]));
                continue;
            }
            let wkb = sql::outline(&mut tx, boundary.id).await?;
            let region = wkb.and_then(|wkb| Region::from_wkb(&wkb).ok());
            let region = region.ok_or(corrupt("outline", boundary.id))?;
            let map = Arc::clone(map);
            let codes = aside(move || successors(&BlockedRegion::new(region), &map)).await?;
            past.push((boundary, codes));
        }
        Ok(past)
    }
}
