//! Maps in memory: the communes of a day, the risk areas, the gates; renewed when the epoch has moved on.

use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::areas::model::commune::CommuneKind;
use crate::areas::model::map::{Boundary, Commune, CommuneMap};
use crate::areas::sql::{self, BoundaryRow};
use crate::base::actor::Actor;
use crate::base::ids::BoundaryId;
use crate::base::time::LocalDate;
use crate::geo::position::Position;
use crate::geo::shape::{BlockedRegion, Region};
use crate::store::{Error, Tx};

use super::risk::{RiskAreaView, RiskAreas};
use super::{Areas, aside, need_communes};

/// Maps kept; those of different days share the ground of boundaries that are valid on both.
const KEPT: usize = 3;
/// How long another process's change may stay unseen.
const EPOCH_LIFE: Duration = Duration::from_millis(250);

type Grounds = HashMap<BoundaryId, Arc<BlockedRegion>>;

/// What all clones of the service share.
#[derive(Default)]
pub(super) struct Shared {
    seen: Mutex<Option<(Instant, i64)>>,
    kept: Mutex<Kept>,
    pub(super) names: super::names::Kept,
    pub(super) shares: super::known::Shares,
    pub(super) heirs: Mutex<super::reach::Heirs>,
    /// By which epoch and on which day kin was written down.
    pub(super) kin_of: Mutex<Option<(i64, LocalDate)>>,
    /// Held while the ground of an ended commune is held against those of today.
    pub(super) comparing: tokio::sync::Mutex<()>,
    pub(super) changes: super::risk::versions::Changes,
    /// Held while a map is built, so that it is built once.
    building: tokio::sync::Mutex<()>,
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Shared")
    }
}

#[derive(Default)]
struct Kept {
    epoch: i64,
    /// Most recently used last.
    spans: Vec<Span>,
    risk_areas: Option<Arc<RiskAreas>>,
    /// The first day with a boundary, once it was looked for.
    begins: Option<Begins>,
}

/// The first day with a boundary, if there is one.
#[derive(Clone, Copy)]
struct Begins(Option<LocalDate>);

/// Days on which a map holds, as far as the epoch knows.
struct Span {
    first: LocalDate,
    last: LocalDate,
    /// Whether `first` and `last` were computed in the present epoch.
    is_current: bool,
    map: Arc<CommuneMap>,
}

impl Kept {
    fn turn_to(&mut self, epoch: i64) {
        if self.epoch != epoch {
            self.epoch = epoch;
            self.risk_areas = None;
            self.begins = None;
            for span in &mut self.spans {
                span.is_current = false;
            }
        }
    }

    fn map(&mut self, day: LocalDate) -> Option<Arc<CommuneMap>> {
        let at = self
            .spans
            .iter()
            .position(|span| span.is_current && span.first <= day && day <= span.last)?;
        let span = self.spans.remove(at);
        let map = Arc::clone(&span.map);
        self.spans.push(span);
        Some(map)
    }

    fn keep(&mut self, span: Span) {
        self.spans.retain(|kept| !Arc::ptr_eq(&kept.map, &span.map));
        if self.spans.len() >= KEPT {
            self.spans.remove(0);
        }
        self.spans.push(span);
    }
}

impl Areas {
    /// The communes valid on a day.
    pub async fn map(&self, at: LocalDate) -> Result<Arc<CommuneMap>, Error> {
        let epoch = self.epoch().await?;
        if let Some(map) = self.kept(epoch, |kept| kept.map(at)) {
            return Ok(map);
        }
        let _building = self.shared.building.lock().await;
        if let Some(map) = self.kept(epoch, |kept| kept.map(at)) {
            return Ok(map);
        }
        let mut tx = self.journal.store().read().await?;
        let all = all_boundaries(&mut tx).await?;
        let (first, last) = span(&all, at);
        let today: Vec<Boundary> = all
            .into_iter()
            .filter(|boundary| boundary.is_valid_on(at))
            .collect();
        let map = match self.kept(epoch, |kept| same(kept, &today)) {
            Some(map) => map,
            None => self.built(&mut tx, at, today).await?,
        };
        let span = Span {
            first,
            last,
            is_current: true,
            map: Arc::clone(&map),
        };
        self.kept(epoch, |kept| kept.keep(span));
        Ok(map)
    }

    /// The communes of a day for what was found on it: before the first day with boundaries, those of that day.
    pub async fn map_then(&self, at: LocalDate) -> Result<Arc<CommuneMap>, Error> {
        let first = self.first_day().await?;
        self.map(first.map_or(at, |first| at.max(first))).await
    }

    /// The first day on which any boundary is valid; none before boundaries are loaded.
    pub async fn first_day(&self) -> Result<Option<LocalDate>, Error> {
        let epoch = self.epoch().await?;
        if let Some(Begins(first)) = self.kept(epoch, |kept| kept.begins) {
            return Ok(first);
        }
        let mut tx = self.journal.store().read().await?;
        let first = first_day(&all_boundaries(&mut tx).await?);
        self.kept(epoch, |kept| kept.begins = Some(Begins(first)));
        Ok(first)
    }

    /// The first day from which on the map of a later day holds without a change.
    pub async fn map_since(&self, at: LocalDate) -> Result<LocalDate, Error> {
        let map = self.map(at).await?;
        let epoch = self.epoch().await?;
        let since = self.kept(epoch, |kept| {
            let own = |span: &&Span| span.is_current && Arc::ptr_eq(&span.map, &map);
            kept.spans.iter().find(own).map(|span| span.first)
        });
        Ok(since.unwrap_or(at))
    }

    /// The communes valid on a day, for a reader.
    pub async fn map_for(
        &self,
        actor: &Actor,
        at: LocalDate,
    ) -> Result<Arc<CommuneMap>, super::Error> {
        need_communes(actor)?;
        Ok(self.map(at).await?)
    }

    /// The codes of the communes that the positions of a way belonged to on a day.
    pub async fn passed(
        &self,
        at: LocalDate,
        positions: &[Position],
    ) -> Result<BTreeSet<String>, Error> {
        let map = self.map(at).await?;
        let mut way = map.follow();
        let passed: BTreeSet<&str> = positions.iter().filter_map(|at| way.locate(*at)).collect();
        Ok(passed.into_iter().map(str::to_owned).collect())
    }

    async fn built(
        &self,
        tx: &mut Tx,
        at: LocalDate,
        today: Vec<Boundary>,
    ) -> Result<Arc<CommuneMap>, Error> {
        let mut grounds = self.grounds();
        read_grounds(tx, at, &mut grounds).await?;
        let communes = today
            .into_iter()
            .map(|facts| match grounds.get(&facts.id) {
                Some(ground) => Ok(Commune {
                    ground: Arc::clone(ground),
                    facts,
                }),
                None => Err(corrupt("outline", facts.id)),
            })
            .collect::<Result<Vec<_>, _>>()?;
        drop(grounds);
        Ok(Arc::new(aside(move || CommuneMap::build(communes)).await?))
    }

    /// The ground of every boundary on a kept map.
    fn grounds(&self) -> Grounds {
        let Ok(kept) = self.shared.kept.lock() else {
            return Grounds::new();
        };
        let communes = kept.spans.iter().flat_map(|span| span.map.communes());
        communes
            .map(|commune| (commune.facts.id, Arc::clone(&commune.ground)))
            .collect()
    }

    /// The codes of the communes of today, and of those that are loaded for a day to come.
    pub async fn codes_of_today(&self) -> Result<BTreeSet<String>, Error> {
        let today = self.journal.now().local_date();
        let mut tx = self.journal.store().read().await?;
        let all = all_boundaries(&mut tx).await?.into_iter();
        let lasting = all.filter(|own| own.valid_to.is_none_or(|last| last >= today));
        Ok(lasting.map(|own| own.code).collect())
    }

    /// A number that grows with every change of areas and points, asked for at most once in a moment.
    pub async fn epoch(&self) -> Result<i64, Error> {
        let seen = self.shared.seen.lock().ok().and_then(|seen| *seen);
        if let Some((at, epoch)) = seen
            && at.elapsed() < EPOCH_LIFE
        {
            return Ok(epoch);
        }
        let asked = Instant::now();
        let mut tx = self.journal.store().read().await?;
        let epoch = sql::epoch(&mut tx).await?;
        if let Ok(mut seen) = self.shared.seen.lock() {
            // An answer that was overtaken by a change of our own must not hide it.
            if seen.is_none_or(|(at, _)| at <= asked) {
                *seen = Some((asked, epoch));
            }
        }
        Ok(epoch)
    }

    /// Makes this process's own change seen at once.
    pub fn forget_epoch(&self) {
        if let Ok(mut seen) = self.shared.seen.lock() {
            *seen = None;
        }
    }

    fn kept<T: Default>(&self, epoch: i64, act: impl FnOnce(&mut Kept) -> T) -> T {
        let Ok(mut kept) = self.shared.kept.lock() else {
            return T::default();
        };
        kept.turn_to(epoch);
        act(&mut kept)
    }

    /// Every version of every risk area that still speaks for some day, by code and version.
    pub(super) async fn all_risk_areas(&self) -> Result<Arc<RiskAreas>, Error> {
        let epoch = self.epoch().await?;
        if let Some(areas) = self.kept(epoch, |kept| kept.risk_areas.clone()) {
            return Ok(areas);
        }
        let mut tx = self.journal.store().read().await?;
        let rows = sql::risk_areas(&mut tx).await?;
        let mut areas = rows
            .into_iter()
            .map(RiskAreaView::of)
            .collect::<Result<Vec<_>, _>>()?;
        areas.retain(|area| area.first_day() <= area.last_day());
        areas.sort_by(|a, b| (&a.code, a.version).cmp(&(&b.code, b.version)));
        let areas = Arc::new(RiskAreas::of(areas));
        self.kept(epoch, |kept| kept.risk_areas = Some(Arc::clone(&areas)));
        Ok(areas)
    }
}

/// Reads the ground of the boundaries valid on a day, as far as it is not there yet.
pub(super) async fn read_grounds(
    tx: &mut Tx,
    at: LocalDate,
    grounds: &mut Grounds,
) -> Result<(), Error> {
    let mut fault = None;
    sql::each_outline_on(tx, at, |id, wkb| {
        if let Entry::Vacant(place) = grounds.entry(id) {
            match Region::from_wkb(wkb) {
                Ok(region) => {
                    place.insert(region.into());
                }
                Err(_) => fault = Some(corrupt("outline", id)),
            }
        }
    })
    .await?;
    fault.map_or(Ok(()), Err)
}

/// The first day on which any of these is valid.
pub(super) fn first_day(all: &[Boundary]) -> Option<LocalDate> {
    all.iter().map(|own| own.valid_from).min()
}

/// Every boundary of every day.
pub(super) async fn all_boundaries(tx: &mut Tx) -> Result<Vec<Boundary>, Error> {
    let rows = sql::boundaries(tx).await?;
    rows.into_iter().map(boundary).collect()
}

fn boundary(row: BoundaryRow) -> Result<Boundary, Error> {
    let kind: CommuneKind = row.kind.parse().or(Err(corrupt("kind", row.id)))?;
    let sha256 = row.sha256.try_into().or(Err(corrupt("sha256", row.id)))?;
    Ok(Boundary {
        id: row.id,
        code: row.code,
        name: row.name,
        kind,
        province_code: row.province_code,
        province_name: row.province_name,
        is_border: row.is_border.map(|flag| flag != 0),
        former_names: serde_json::from_str(&row.former_names)
            .or(Err(corrupt("former_names", row.id)))?,
        valid_from: row.valid_from,
        valid_to: row.valid_to,
        sha256,
        area_m2: row.area_m2,
        vertices: usize::try_from(row.vertices).or(Err(corrupt("vertices", row.id)))?,
    })
}

pub(super) fn corrupt(column: &'static str, id: BoundaryId) -> Error {
    Error::Corrupt {
        table: "area_boundaries",
        column,
        id: id.to_string(),
    }
}

/// The days around a day on which the same boundaries are valid.
fn span(all: &[Boundary], at: LocalDate) -> (LocalDate, LocalDate) {
    let mut first = LocalDate::from_days(i64::MIN);
    let mut last = LocalDate::from_days(i64::MAX);
    let mut turn = |day: LocalDate| {
        if day <= at {
            first = first.max(day);
        } else {
            last = last.min(day.plus_days(-1));
        }
    };
    for boundary in all {
        turn(boundary.valid_from);
        if let Some(to) = boundary.valid_to {
            turn(to.plus_days(1));
        }
    }
    (first, last)
}

/// A kept map of exactly these boundaries, dates included.
fn same(kept: &Kept, today: &[Boundary]) -> Option<Arc<CommuneMap>> {
    let fits = |map: &CommuneMap| {
        map.communes().len() == today.len()
            && today.iter().all(|boundary| {
                let known = map.commune(&boundary.code);
                known.is_some_and(|known| known.facts == *boundary)
            })
    };
    let span = kept.spans.iter().find(|span| fits(&span.map))?;
    Some(Arc::clone(&span.map))
}
