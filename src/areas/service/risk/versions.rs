//! Risk areas as they stood before changes that came after a day for which they speak.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use geo::{Rect, coord};

use crate::areas::model::risk::RiskLevel;
use crate::areas::service::Areas;
use crate::areas::sql::{self, ReceivedRow};
use crate::base::time::LocalDate;
use crate::store::Error;

use super::view::{RiskAreaView, RiskAreas, RiskChoice};

/// Sets of earlier versions that are kept.
const KEPT_SETS: usize = 8;

/// What is known of changes in an epoch of the areas.
#[derive(Debug, Default)]
pub(in crate::areas::service) struct Changes(Mutex<Option<(i64, Arc<RiskVersions>)>>);

/// Every version of every risk area, if any came late.
#[derive(Debug, Default)]
struct RiskVersions {
    /// All of them, by code and version, with the day on which each was received; none where no change came late.
    all: Vec<(RiskAreaView, LocalDate)>,
    /// The places of changes that were received after the first day for which they speak.
    tardy: Vec<usize>,
    /// What stood without some changes, by the places of these.
    earlier: Mutex<Vec<Earlier>>,
}

/// What stood without the changes at some places.
type Earlier = (Vec<usize>, Arc<RiskAreas>);

/// What stood in a window before changes that were received after its first day and speak for it.
#[derive(Debug)]
pub struct RiskBefore {
    /// The areas without these changes.
    pub choice: RiskChoice,
    /// The changes.
    pub changes: Vec<RiskChange>,
}

/// A change of a risk area.
#[derive(Debug, Clone, Copy)]
pub struct RiskChange {
    /// The box around all grounds that the area had and has.
    pub bounds: Rect<f64>,
    /// The day on which it was received.
    pub on: LocalDate,
}

impl RiskVersions {
    /// Of all versions, by code and version, and when they were received.
    fn of(all: Vec<RiskAreaView>, received: &[ReceivedRow]) -> Self {
        let days: HashMap<(&str, i64), LocalDate> = received
            .iter()
            .map(|row| {
                let key = (row.code.as_str(), row.version);
                (key, row.received_at.local_date())
            })
            .collect();
        let all: Vec<(RiskAreaView, LocalDate)> = all
            .into_iter()
            .filter_map(|area| {
                let on = *days.get(&(area.code.as_str(), area.version))?;
                Some((area, on))
            })
            .collect();
        let places = all.iter().enumerate();
        let tardy = places.filter(|(_, (area, on))| is_tardy(area.version, area.valid_from, *on));
        let tardy = tardy.map(|(at, _)| at).collect();
        Self {
            all,
            tardy,
            earlier: Mutex::default(),
        }
    }

    /// The places of the changes that speak for days of a window and were received after its first one.
    fn late(&self, (from, to): (LocalDate, LocalDate)) -> Vec<usize> {
        let late = self.tardy.iter().copied().filter(|at| {
            let own = self.all.get(*at);
            own.is_some_and(|(area, on)| *on > from && area.valid_from <= to)
        });
        late.collect()
    }

    fn change(&self, at: usize) -> Option<RiskChange> {
        let (own, on) = self.all.get(at)?;
        let versions = self.all.iter().filter(|(area, _)| area.code == own.code);
        let bounds = versions.map(|(area, _)| area.region.bounds());
        Some(RiskChange {
            bounds: bounds.fold(own.region.bounds(), around),
            on: *on,
        })
    }

    /// What stood without the changes at some places.
    fn before(&self, late: Vec<usize>) -> Option<Arc<RiskAreas>> {
        let mut kept = self.earlier.lock().ok()?;
        if let Some((_, areas)) = kept.iter().find(|(own, _)| *own == late) {
            return Some(Arc::clone(areas));
        }
        let areas = Arc::new(RiskAreas::of(self.without(&late)));
        if kept.len() >= KEPT_SETS {
            kept.remove(0);
        }
        kept.push((late, Arc::clone(&areas)));
        Some(areas)
    }

    /// The versions without some of them: each is superseded by the later ones that are left.
    fn without(&self, late: &[usize]) -> Vec<RiskAreaView> {
        let mut left: Vec<RiskAreaView> = Vec::new();
        // From the last version to the first, so that what supersedes one is known before it.
        for (at, (area, _)) in self.all.iter().enumerate().rev() {
            if late.contains(&at) {
                continue;
            }
            let next = left.last().filter(|next| next.code == area.code);
            let superseded_from = next.map(|next| {
                let own = next.valid_from;
                next.superseded_from.map_or(own, |day| day.min(own))
            });
            left.push(RiskAreaView {
                superseded_from,
                ..area.clone()
            });
        }
        left.retain(|area| area.first_day() <= area.last_day());
        left.reverse();
        left
    }
}

/// The first version of an area changes nothing that was told before.
fn is_tardy(version: i64, valid_from: LocalDate, received_on: LocalDate) -> bool {
    version > 1 && received_on > valid_from
}

/// The box around two boxes.
fn around(one: Rect<f64>, other: Rect<f64>) -> Rect<f64> {
    let (a, b) = (one.min(), other.min());
    let (c, d) = (one.max(), other.max());
    Rect::new(
        coord! { x: a.x.min(b.x), y: a.y.min(b.y) },
        coord! { x: c.x.max(d.x), y: c.y.max(d.y) },
    )
}

impl Areas {
    /// What stood in a window before changes that speak for it and were received after its first day; none where there are
    /// no such changes.
    pub async fn risk_before_changes(
        &self,
        (from, to): (LocalDate, LocalDate),
        level: Option<RiskLevel>,
    ) -> Result<Option<RiskBefore>, Error> {
        let versions = self.late_versions().await?;
        let late = versions.late((from, to));
        if late.is_empty() {
            return Ok(None);
        }
        let changes = late.iter().filter_map(|at| versions.change(*at)).collect();
        Ok(versions.before(late).map(|areas| RiskBefore {
            choice: RiskChoice::among(areas, (from, to), level),
            changes,
        }))
    }

    /// Every version of every risk area, read when one came late.
    async fn late_versions(&self) -> Result<Arc<RiskVersions>, Error> {
        let epoch = self.epoch().await?;
        let kept = self.shared.changes.0.lock().ok();
        let known = kept.and_then(|kept| kept.clone());
        if let Some((_, versions)) = known.filter(|(known, _)| *known == epoch) {
            return Ok(versions);
        }
        let mut tx = self.journal.store().read().await?;
        let received = sql::risk_areas_received(&mut tx).await?;
        let is_late =
            |row: &ReceivedRow| is_tardy(row.version, row.valid_from, row.received_at.local_date());
        let versions = if received.iter().any(is_late) {
            let rows = sql::risk_areas(&mut tx).await?.into_iter();
            let mut all = rows.map(RiskAreaView::of).collect::<Result<Vec<_>, _>>()?;
            all.sort_by(|a, b| (&a.code, a.version).cmp(&(&b.code, b.version)));
            Arc::new(RiskVersions::of(all, &received))
        } else {
            Arc::default()
        };
        if let Ok(mut kept) = self.shared.changes.0.lock() {
            *kept = Some((epoch, Arc::clone(&versions)));
        }
        Ok(versions)
    }
}
