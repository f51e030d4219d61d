//! Risk areas as they stood before changes that came after a day for which they speak.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use geo::{Rect, coord};

use crate::areas::model::risk::RiskLevel;
use crate::areas::service::Areas;
use crate::base::time::{LocalDate, Timestamp};
use crate::store::Error;

use super::view::{RiskAreaView, RiskChoice};

/// Sets of earlier versions that are kept.
const KEPT_SETS: usize = 8;

/// Every version of every risk area.
#[derive(Debug)]
pub(in crate::areas::service) struct RiskVersions {
    /// Those that still speak for some day, by code and version.
    pub(in crate::areas::service) standing: Arc<Vec<RiskAreaView>>,
    /// All of them, by code and version, with the day on which each was received.
    all: Vec<(RiskAreaView, LocalDate)>,
    /// The places of changes that were received after the first day for which they speak.
    tardy: Vec<usize>,
    /// What stood without some changes, by the places of these.
    earlier: Mutex<Vec<Earlier>>,
}

/// What stood without the changes at some places.
type Earlier = (Vec<usize>, Arc<Vec<RiskAreaView>>);

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
    /// Of all versions and the instant at which each was received, by code and version.
    pub(in crate::areas::service) fn of(
        mut all: Vec<RiskAreaView>,
        received: &HashMap<(String, i64), Timestamp>,
    ) -> Self {
        all.sort_by(|a, b| (&a.code, a.version).cmp(&(&b.code, b.version)));
        let speaks = |area: &&RiskAreaView| area.first_day() <= area.last_day();
        let standing = all.iter().filter(speaks).cloned().collect();
        let dated = all.into_iter().map(|area| {
            let key = (area.code.clone(), area.version);
            let on = received.get(&key).map(|at| at.local_date());
            let on = on.unwrap_or(area.valid_from);
            (area, on)
        });
        let all: Vec<(RiskAreaView, LocalDate)> = dated.collect();
        let places = all.iter().enumerate();
        // The first version of an area changes nothing that was told before.
        let tardy = places.filter(|(_, (area, on))| area.version > 1 && *on > area.valid_from);
        let tardy = tardy.map(|(at, _)| at).collect();
        Self {
            standing: Arc::new(standing),
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
    fn before(&self, late: Vec<usize>) -> Option<Arc<Vec<RiskAreaView>>> {
        let mut kept = self.earlier.lock().ok()?;
        if let Some((_, areas)) = kept.iter().find(|(own, _)| *own == late) {
            return Some(Arc::clone(areas));
        }
        let areas = Arc::new(self.without(&late));
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
        let versions = self.risk_versions().await?;
        let late = versions.late((from, to));
        if late.is_empty() {
            return Ok(None);
        }
        let changes = late.iter().filter_map(|at| versions.change(*at)).collect();
        Ok(versions.before(late).map(|areas| RiskBefore {
            choice: RiskChoice::of(areas, (from, to), level),
            changes,
        }))
    }
}
