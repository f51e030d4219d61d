//! A patch as the product sees it: its walks judged and joined by the patrols' rules, its risk laid on cells, and the
//! coverage of each commune, at the usual resolution and settled.

use std::collections::BTreeMap;

use geo::{Coord, LineString, MultiPolygon, Polygon};
use tuantra::base::time::{LocalDate, Timestamp};
use tuantra::coverage::model::fold::Seen;
use tuantra::coverage::model::interval::Measured;
use tuantra::coverage::model::lattice::{Lattice, ParentCell, ParentMask};
use tuantra::coverage::model::risk::{RiskGrid, geodesic_area_m2, risk_of};
use tuantra::coverage::model::settle::{is_unsettled, settling_resolution};
use tuantra::coverage::model::sweep::{Sweep, Walked, sweep_each};
use tuantra::patrols::model::fix::Fix;
use tuantra::patrols::model::legs::{GapRule, Leg};
use tuantra::patrols::model::quality::{Basis, QualityRule};
use tuantra::patrols::model::track::Track;
use tuantra::patrols::model::vocabulary::Transport;

use crate::world::{self, LAST_DAY, Rings, World};

/// The radii that are held against the exact figures, ascending,
pub const RADII_CM: [u32; 2] = [5_000, 10_000];
/// and the windows, each within the next.
pub const WINDOWS_D: [i64; 3] = [7, 30, 90];

/// What was measured of one commune: at each radius, in each window.
pub type Figures = [[Measured; WINDOWS_D.len()]; RADII_CM.len()];

/// A patch of province.
pub struct Patch {
    /// Where each commune is at risk.
    pub risk: Vec<MultiPolygon>,
    /// The geodesic areas of that, in m².
    pub risk_area_m2: Vec<f64>,
    /// The pieces that earn coverage, by patrol and local day.
    pub walked: Vec<(LocalDate, Vec<Walked>)>,
}

impl Patch {
    pub fn of(world: &World) -> Self {
        let areas: Vec<_> = world.areas.iter().map(shape).collect();
        let risk = world
            .communes
            .iter()
            .map(|ring| risk_of(&shape(ring), &areas));
        let risk: Vec<_> = risk.collect();
        Self {
            risk_area_m2: risk.iter().map(geodesic_area_m2).collect(),
            risk,
            walked: world.walks.iter().flat_map(|fixes| by_day(fixes)).collect(),
        }
    }

    /// Every commune on that lattice.
    pub fn measured(&self, lattice: Lattice) -> Vec<Figures> {
        let ground = Ground::laid(lattice, self.risk.iter());
        let walked = self.walked.iter();
        ground.figures(walked.map(|(day, pieces)| (*day, sweep_each(lattice, &RADII_CM, pieces))))
    }

    /// Some communes on a fine lattice, of which only the words at risk are swept.
    fn measured_within(&self, lattice: Lattice, communes: &[usize]) -> Vec<Figures> {
        let ground = Ground::laid(lattice, communes.iter().map(|at| &self.risk[*at]));
        let sweep = || Sweep::within(lattice, &RADII_CM, &ground.words);
        let walked = self.walked.iter();
        ground.figures(walked.map(|(day, pieces)| (*day, sweep().swept(pieces))))
    }

    /// The figures that are answered: those given, of the usual lattice, and where their interval is too wide, those of
    /// the lattice on which the commune is settled.
    pub fn settled(&self, usual: &[Figures]) -> Vec<Figures> {
        let mut settled = usual.to_vec();
        for lattice in std::iter::successors(Lattice::CURRENT.finer(), |lattice| lattice.finer()) {
            let own: Vec<usize> = (0..usual.len())
                .filter(|at| usual[*at].iter().flatten().any(is_unsettled))
                .filter(|at| settling_resolution(self.risk_area_m2[*at]) == lattice)
                .collect();
            for (at, finer) in own.iter().zip(self.measured_within(lattice, &own)) {
                let figures = settled[*at].iter_mut().flatten();
                for (figure, finer) in figures.zip(finer.into_iter().flatten()) {
                    if is_unsettled(figure) {
                        *figure = finer;
                    }
                }
            }
        }
        settled
    }
}

/// The risk of some communes on one lattice.
struct Ground {
    grids: Vec<RiskGrid>,
    /// Every word at risk, with its commune and its place in the commune's grid, sorted.
    targets: Vec<(ParentCell, usize, usize)>,
    words: Vec<ParentCell>,
}

impl Ground {
    fn laid<'a>(lattice: Lattice, risk: impl Iterator<Item = &'a MultiPolygon>) -> Self {
        let grids: Vec<_> = risk.map(|risk| RiskGrid::lay(lattice, risk)).collect();
        let words = grids.iter().enumerate().flat_map(|(at, grid)| {
            let words = grid.words().enumerate();
            words.map(move |(place, word)| (word, at, place))
        });
        let mut targets: Vec<_> = words.collect();
        targets.sort_unstable();
        let mut words: Vec<_> = targets.iter().map(|(word, ..)| *word).collect();
        words.dedup();
        Self {
            grids,
            targets,
            words,
        }
    }

    /// Folds what was swept, by local day and radius, over the windows.
    fn figures(
        &self,
        swept: impl Iterator<Item = (LocalDate, Vec<Vec<ParentMask>>)>,
    ) -> Vec<Figures> {
        let swept: Vec<_> = swept.collect();
        let mut figures = vec![Figures::default(); self.grids.len()];
        for radius in 0..RADII_CM.len() {
            let mut seen: Vec<_> = self.grids.iter().map(Seen::nothing).collect();
            let mut earlier_d = 0;
            for (window, window_d) in WINDOWS_D.into_iter().enumerate() {
                let days = LAST_DAY - window_d + 1..=LAST_DAY - earlier_d;
                let within = swept
                    .iter()
                    .filter(|(day, _)| days.contains(&day.as_days()));
                for mask in within.flat_map(|(_, masks)| &masks[radius]) {
                    self.see(*mask, &mut seen);
                }
                for ((figures, seen), grid) in figures.iter_mut().zip(&seen).zip(&self.grids) {
                    figures[radius][window] = seen.measured(grid);
                }
                earlier_d = window_d;
            }
        }
        figures
    }

    fn see(&self, mask: ParentMask, seen: &mut [Seen]) {
        let from = self
            .targets
            .partition_point(|(word, ..)| *word < mask.parent);
        let own = self.targets[from..].iter();
        for (_, at, place) in own.take_while(|(word, ..)| *word == mask.parent) {
            seen[*at].add_at(*place, mask.mask);
        }
    }
}

/// The pieces of one phone's walk, by local day of their starts.
fn by_day(fixes: &[world::Fix]) -> BTreeMap<LocalDate, Vec<Walked>> {
    let fixes: Vec<Fix> = fixes.iter().map(fix).collect();
    let Some(last) = fixes.last() else {
        return BTreeMap::new();
    };
    let basis = Basis {
        transport: Transport::Foot,
        rule: QualityRule::current(),
        received_until: last.t,
    };
    let summary = Track::derive(&fixes, basis, GapRule::current()).summary();
    let mut days = BTreeMap::<_, Vec<_>>::new();
    for step in summary.legs.iter().flat_map(Leg::steps) {
        let (from, to) = (step.from.position, step.to.position);
        let own = days.entry(step.from.day()).or_default();
        own.push(Walked::Corridor { from, to });
    }
    for disc in &summary.discs {
        let at = disc.position;
        days.entry(disc.day())
            .or_default()
            .push(Walked::Disc { at });
    }
    days
}

fn fix(fix: &world::Fix) -> Fix {
    let [lon_e7, lat_e7] = fix.at;
    Fix {
        t: Timestamp::from_millis(fix.t_ms),
        lon_e7,
        lat_e7,
        accuracy_dm: u32::try_from(fix.accuracy_dm).ok(),
        altitude_dm: None,
        speed_cmps: None,
        bearing_ddeg: None,
        mock: fix.mock,
        after_break: false,
    }
}

fn shape(rings: &Rings) -> MultiPolygon {
    let degrees = |[lon, lat]: &[i32; 2]| Coord {
        x: f64::from(*lon) / 1e7,
        y: f64::from(*lat) / 1e7,
    };
    let mut rings = rings
        .iter()
        .map(|ring| ring.iter().map(degrees).collect::<LineString>());
    let outer = rings.next().unwrap_or_else(|| LineString::new(vec![]));
    MultiPolygon::new(vec![Polygon::new(outer, rings.collect())])
}
