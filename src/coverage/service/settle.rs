//! Settling: communes whose interval is too wide are measured again on finer cells, where those are kept.
//!
//! Fine masks are kept on the ground of communes with little risk. The ground only grows, when communes or risk areas
//! change and once a day; patrols that were near are then swept again. A commune is settled once all of its words are
//! fine ground and every patrol in the window that was near was swept since: until then the coarse figure stands, with
//! its wide interval.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;
use std::sync::{Arc, RwLock};

use crate::coverage::model::canvas::Canvas;
use crate::coverage::model::fine::{FineGround, FineRegion};
use crate::coverage::model::interval::Measured;
use crate::coverage::model::region::Region;
use crate::coverage::model::settle::is_unsettled;
use crate::coverage::sql;
use crate::store::Tx;

use super::cores::with_help;
use super::ground::Part;
use super::lay::CommuneRisk;
use super::material::Material;
use super::paint::measure_each;
use super::tiles::{Shared, Weights, locked};
use super::{Coverage, Error, aside};

/// Regions that a core takes at once.
const REGIONS_AT_ONCE: usize = 16;

/// Who asks for so many days asks for some of them next, in which other communes have to be settled.
const LONG_D: i64 = 128;
/// Communes whose finer regions are read before they are needed: those of a province.
const MOST_AHEAD: usize = 256;

/// The fine ground in memory.
#[derive(Debug, Default)]
pub(super) struct Ground(RwLock<Option<KnownGround>>);

/// Fine ground as it was read.
#[derive(Debug, Clone)]
struct KnownGround {
    /// An instant of the index's clock that was known before it was read.
    clock: Option<i64>,
    ground: Arc<FineGround>,
}

/// Communes to be settled: their places on the map, with the generation that each needs.
type Wanted = Vec<(usize, i64)>;

impl Coverage {
    /// The fine ground as it is now.
    pub(super) async fn ground(&self, tx: &mut Tx) -> Result<Arc<FineGround>, Error> {
        self.ground_at(tx, None).await
    }

    /// The same for who knows an instant of the index's clock: ground that grows moves it on, so that nothing has to be
    /// read while it stands still.
    pub(super) async fn ground_at(
        &self,
        tx: &mut Tx,
        clock: Option<i64>,
    ) -> Result<Arc<FineGround>, Error> {
        let kept = self.fine.0.read().map_err(Error::ended)?.clone();
        let is_known = |own: &KnownGround| clock.is_some() && own.clock == clock;
        if let Some(known) = kept.as_ref().filter(|own| is_known(own)) {
            return Ok(Arc::clone(&known.ground));
        }
        let mark = sql::ground_mark(tx).await?;
        let known = if let Some(own) = kept.filter(|own| own.ground.generation() == mark) {
            KnownGround {
                clock: clock.or(own.clock),
                ..own
            }
        } else {
            let mut regions = BTreeMap::new();
            for (region, words, generation) in sql::ground(tx).await? {
                regions.insert(Region::from_db(region), FineRegion::of(words, generation)?);
            }
            let ground = aside(move || Arc::new(FineGround::of(regions))).await?;
            KnownGround { clock, ground }
        };
        let ground = Arc::clone(&known.ground);
        *self.fine.0.write().map_err(Error::ended)? = Some(known);
        Ok(ground)
    }

    /// Measures those communes again that need it and can be; gives their places on the map with what was measured.
    pub(super) async fn settled(
        &self,
        tx: &mut Tx,
        material: &mut Arc<Material>,
        measured: &[Measured],
        near: &HashMap<Region, i64>,
    ) -> Result<Vec<(usize, Measured)>, Error> {
        let unsettled = unsettled(material, measured);
        if unsettled.is_empty() {
            return Ok(Vec::new());
        }
        let ground = self.ground(tx).await?;
        let own = Arc::clone(material);
        let (wanted, ahead) = aside(move || {
            let ahead = regions_ahead(&own, &ground);
            (wanted(&own, &ground, unsettled), ahead)
        })
        .await?;
        if !ahead.is_empty() {
            let lines = self.lines(tx, material, &ahead).await?;
            self.done_with(material, &lines);
        }
        let settling = Settling::of(material, wanted, near);
        let lines = self.lines(tx, material, &settling.regions).await?;
        let (coverage, own) = (self.clone(), Arc::clone(material));
        let measured = aside(move || {
            let (measured, weights) = fine(&own, settling, lines)?;
            coverage.count(&own, &weights);
            Ok::<_, Error>(measured)
        });
        measured.await?
    }

    /// The same where all that it needs is in memory; none where something must be read for it.
    pub(super) fn settled_in_memory(
        &self,
        material: &Arc<Material>,
        ground: &FineGround,
        measured: &[Measured],
        near: &HashMap<Region, i64>,
    ) -> Result<Option<Vec<(usize, Measured)>>, Error> {
        let wanted = wanted(material, ground, unsettled(material, measured));
        let settling = Settling::of(material, wanted, near);
        let mut numbered = Arc::clone(material);
        let Some(lines) = self.lines_in_memory(&mut numbered, &settling.regions)? else {
            return Ok(None);
        };
        let (measured, weights) = fine(&numbered, settling, lines)?;
        self.count(&numbered, &weights);
        Ok(Some(measured))
    }
}

/// The places of communes that are shown and whose interval is too wide.
fn unsettled(material: &Material, measured: &[Measured]) -> Vec<usize> {
    let all = measured.iter().enumerate();
    let unsettled =
        all.filter(|(at, own)| material.shown.get(*at) == Some(&true) && is_unsettled(own));
    unsettled.map(|(at, _)| at).collect()
}

/// Which communes have fine grids that lie on fine ground as a whole, and since which generation.
fn wanted(material: &Material, ground: &FineGround, unsettled: Vec<usize>) -> Wanted {
    let wanted = unsettled.into_iter().filter_map(|at| {
        let since = material.risk.communes.get(at)?.fine_since(ground)?;
        Some((at, since))
    });
    wanted.collect()
}

/// The finer regions of all communes that can be settled, to be read with those that a long window needs: windows within it
/// find them then.
fn regions_ahead(material: &Material, ground: &FineGround) -> Vec<Region> {
    let is_long = material.days.end - material.days.start >= LONG_D;
    let communes = material.risk.communes.iter().zip(material.shown.iter());
    let finer = communes.filter(|(risk, shown)| **shown && risk.has_finer());
    let finer: Vec<_> = finer.map(|(risk, _)| risk).collect();
    if !is_long || finer.len() > MOST_AHEAD {
        return Vec::new();
    }
    let ready = finer
        .into_iter()
        .filter(|risk| risk.fine_since(ground).is_some());
    let grids = ready.flat_map(|risk| risk.fine_parts());
    let regions = grids.flat_map(|(_, grid)| grid.regions().map(|(region, _)| region));
    let regions: BTreeSet<Region> = regions.collect();
    regions.into_iter().collect()
}

/// A region with its line, and where its grids stand among all.
type OfRegion = (Range<usize>, (Region, Shared));

/// What was seen of communes on their fine grids, all cores at work, and what the regions weigh for which more is kept now.
/// Every region is painted once, whichever communes meet in it. Grids and lines are in the order of their regions.
fn fine(
    material: &Arc<Material>,
    settling: Settling,
    lines: Vec<(Region, Shared)>,
) -> Result<(Vec<(usize, Measured)>, Weights), Error> {
    let Settling {
        communes, grids, ..
    } = settling;
    let runs = grids.chunk_by(|a, b| a.region == b.region);
    let places = runs.scan(0, |end: &mut usize, own| {
        let from = *end;
        *end += own.len();
        Some(from..*end)
    });
    let by_region: Arc<[OfRegion]> = places.zip(lines).collect();
    let own = Arc::clone(material);
    let done = with_help(by_region, REGIONS_AT_ONCE, move |pile| {
        let mut canvas = Canvas::default();
        let (mut seen, mut weights) = (Vec::new(), Weights::new());
        while let Some(some) = pile.take() {
            for (places, (region, shared)) in some {
                let grids = grids.get(places.clone()).unwrap_or_default();
                let parts = grids.iter().filter_map(|grid| grid.part(&own));
                let mut line = locked(shared)?;
                measure_each(&own, &mut line, parts, &mut canvas, &mut seen);
                let bytes = line.weighed();
                weights.extend(bytes.map(|bytes| (*region, Arc::clone(shared), bytes)));
            }
        }
        Ok((seen, weights))
    })?;
    let (seen, weights): (Vec<_>, Vec<_>) = done.into_iter().unzip();
    let mut sums = vec![Measured::default(); material.risk.communes.len()];
    let unseen = communes.iter().filter_map(|at| {
        let parts = material.risk.communes.get(*at)?.fine_parts().iter();
        Some((*at, parts.map(|(_, grid)| Measured::unseen(grid)).sum()))
    });
    for (at, own) in unseen.chain(seen.into_iter().flatten()) {
        if let Some(sum) = sums.get_mut(at) {
            *sum = *sum + own;
        }
    }
    let of = |at: &usize| Some((*at, *sums.get(*at)?));
    let measured = communes.iter().filter_map(of).collect();
    Ok((measured, weights.into_iter().flatten().collect()))
}

/// Communes that are settled, with their fine grids.
#[derive(Debug)]
struct Settling {
    /// The places of the communes on the map.
    communes: Vec<usize>,
    /// In the order of their regions.
    grids: Vec<FineGrid>,
    /// The regions of the grids, each once, in order.
    regions: Vec<Region>,
}

impl Settling {
    /// Those of the wanted communes that every patrol which was near was swept for.
    fn of(material: &Material, wanted: Wanted, near: &HashMap<Region, i64>) -> Self {
        let (mut communes, mut grids) = (Vec::new(), Vec::new());
        for (at, since) in wanted {
            let Some(risk) = material.risk.communes.get(at) else {
                continue;
            };
            let coarse = risk.parts().iter().flat_map(|(_, grid)| grid.regions());
            let is_swept = coarse
                .filter_map(|(region, _)| near.get(&region))
                .all(|oldest| since <= *oldest);
            if is_swept {
                grids.extend(FineGrid::all_of(at, risk));
                communes.push(at);
            }
        }
        grids.sort_unstable_by_key(|own| (own.region, own.commune, own.part));
        let mut regions: Vec<Region> = grids.iter().map(|own| own.region).collect();
        regions.dedup();
        Self {
            communes,
            grids,
            regions,
        }
    }
}

/// The words of a commune's fine grid in one region.
#[derive(Debug)]
struct FineGrid {
    region: Region,
    /// The place of the commune on the map.
    commune: usize,
    /// The place of the grid among those of the commune.
    part: usize,
    places: Range<usize>,
}

impl FineGrid {
    fn all_of(commune: usize, risk: &CommuneRisk) -> impl Iterator<Item = Self> {
        let parts = risk.fine_parts().iter().enumerate();
        parts.flat_map(move |(part, (_, grid))| {
            grid.regions().map(move |(region, places)| Self {
                region,
                commune,
                part,
                places,
            })
        })
    }

    fn part<'a>(&self, material: &'a Material) -> Option<(Part<'a>, Range<usize>)> {
        let risk = material.risk.communes.get(self.commune)?;
        let (windows, grid) = risk.fine_parts().get(self.part)?;
        let part = Part {
            id: risk.grid_id(self.part, true),
            commune: self.commune,
            windows,
            grid,
        };
        Some((part, self.places.clone()))
    }
}
