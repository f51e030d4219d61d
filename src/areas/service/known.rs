//! Boundaries as they were known at an instant: what was said of a commune was said of the ground that it had then.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use geo::orient::{Direction, Orient};
use geo::{BooleanOps, GeodesicArea, MultiPolygon, unary_union};

use crate::areas::model::map::{Commune, CommuneMap};
use crate::areas::sql::{self, KnownRow};
use crate::base::ids::BoundaryId;
use crate::base::time::{LocalDate, Timestamp};
use crate::geo::shape::{BlockedRegion, Region};
use crate::store::Error;

use super::maps::corrupt;
use super::{Areas, aside};

/// Shares of two boundaries that are kept: neither ever changes.
const MOST_KEPT: usize = 10_000;

/// The share of one boundary's ground that lies within another's.
pub(super) type Shares = Mutex<HashMap<(BoundaryId, BoundaryId), f64>>;

/// Every boundary with the instant from which on it was known.
#[derive(Debug, Clone)]
pub struct KnownBoundaries(Vec<KnownRow>);

/// A boundary by its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownBoundary {
    /// Its id.
    pub id: BoundaryId,
    /// The commune's code.
    pub code: String,
    /// The commune's name by it.
    pub name: String,
    sha256: Vec<u8>,
}

impl KnownBoundaries {
    /// The boundary that a code had on a day by what was known at an instant: a map that came later does not change of
    /// which ground somebody spoke.
    #[must_use]
    pub fn at(&self, code: &str, day: LocalDate, known: Timestamp) -> Option<KnownBoundary> {
        let own = self
            .0
            .iter()
            .filter(|row| row.code == code && row.valid_from <= day && row.received_at <= known);
        // What ended without a successor ended by an act of later; it was told of a boundary that stood.
        let last = own.max_by_key(|row| row.valid_from)?;
        Some(KnownBoundary {
            id: last.id,
            code: last.code.clone(),
            name: last.name.clone(),
            sha256: last.sha256.clone(),
        })
    }
}

impl Areas {
    /// Every boundary with the instant from which on it was known.
    pub async fn known_boundaries(&self) -> Result<KnownBoundaries, Error> {
        let mut tx = self.journal.store().read().await?;
        Ok(KnownBoundaries(sql::known_boundaries(&mut tx).await?))
    }

    /// The ground of a boundary; that of the map where the map's commune has the very same.
    pub async fn ground_of(
        &self,
        map: &CommuneMap,
        boundary: &KnownBoundary,
    ) -> Result<Arc<BlockedRegion>, Error> {
        if let Some(own) = map.commune(&boundary.code)
            && own.facts.sha256.as_slice() == boundary.sha256
        {
            return Ok(Arc::clone(&own.ground));
        }
        let mut tx = self.journal.store().read().await?;
        let outline = sql::outline(&mut tx, boundary.id).await?;
        drop(tx);
        let region = outline.and_then(|wkb| Region::from_wkb(&wkb).ok());
        let region = region.ok_or_else(|| corrupt("outline", boundary.id))?;
        Ok(region.into())
    }

    /// The share of a commune's ground that lies within another boundary's, 0 to 1.
    pub async fn share_within(
        &self,
        commune: &Commune,
        (other, theirs): (&KnownBoundary, &Arc<BlockedRegion>),
    ) -> Result<f64, Error> {
        self.share_between(commune, (other.id, theirs)).await
    }

    /// The same of a boundary by its id and its ground.
    pub(super) async fn share_between(
        &self,
        commune: &Commune,
        (other, theirs): (BoundaryId, &Arc<BlockedRegion>),
    ) -> Result<f64, Error> {
        let pair = (commune.facts.id, other);
        let kept = self.shared.shares.lock().ok();
        if let Some(share) = kept.and_then(|kept| kept.get(&pair).copied()) {
            return Ok(share);
        }
        let share = self
            .covered_share(commune, vec![Arc::clone(theirs)])
            .await?;
        if let Ok(mut kept) = self.shared.shares.lock() {
            if kept.len() >= MOST_KEPT {
                kept.clear();
            }
            kept.insert(pair, share);
        }
        Ok(share)
    }

    /// The share of a commune's ground that others cover together, 0 to 1.
    pub async fn covered_share(
        &self,
        commune: &Commune,
        by: Vec<Arc<BlockedRegion>>,
    ) -> Result<f64, Error> {
        let ground = Arc::clone(&commune.ground);
        if by.iter().any(|own| Arc::ptr_eq(own, &ground)) {
            return Ok(1.0);
        }
        aside(move || covered_share(ground.region(), &by)).await
    }
}

pub(super) fn covered_share(ground: &Region, by: &[Arc<BlockedRegion>]) -> f64 {
    let oriented = |own: &Region| own.as_polygons().orient(Direction::Default);
    let others: Vec<MultiPolygon<f64>> = by
        .iter()
        .filter(|own| own.meets(ground))
        .map(|own| oriented(own.region()))
        .collect();
    if others.is_empty() {
        return 0.0;
    }
    let own = oriented(ground);
    let covered = unary_union(others.iter().flatten()).intersection(&own);
    let whole_m2 = own.geodesic_area_signed().abs();
    if whole_m2 > 0.0 {
        (covered.geodesic_area_signed().abs() / whole_m2).min(1.0)
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn square(west: f64, east: f64) -> Arc<BlockedRegion> {
        let square = geo::Rect::new((west, 22.0), (east, 22.5)).to_polygon();
        let square = MultiPolygon::new(vec![square]);
        Region::from_polygons(&square, 100).unwrap().into()
    }

    #[test]
    fn a_ground_is_covered_by_what_others_cover_of_it_together() {
        let whole = square(104.0, 105.0);
        let (left, right) = (square(104.0, 104.5), square(104.5, 105.0));
        let told = |ground: &Arc<BlockedRegion>, by: &[&Arc<BlockedRegion>]| {
            let by: Vec<_> = by.iter().map(|own| Arc::clone(own)).collect();
            format!("{:.3}", covered_share(ground.region(), &by))
        };
        assert_eq!(told(&whole, &[]), "0.000");
        assert_eq!(told(&whole, &[&left]), "0.500");
        // Twice the same ground is that ground once.
        assert_eq!(told(&whole, &[&left, &left]), "0.500");
        assert_eq!(told(&whole, &[&left, &right]), "1.000");
        assert_eq!(told(&left, &[&whole]), "1.000");
        assert_eq!(told(&left, &[&square(105.0, 106.0)]), "0.000");
    }
}
