//! The figures of regions: what counts as seen painted over the risk grids, and trips summed by commune, on all cores.

use std::collections::HashSet;
use std::num::NonZeroU8;
use std::ops::Range;
use std::sync::Arc;

use crate::base::ids::PatrolId;
use crate::base::time::LocalDate;
use crate::coverage::model::block::{Trip, Visit};
use crate::coverage::model::canvas::{Canvas, Counts};
use crate::coverage::model::interval::Measured;
use crate::coverage::model::region::Region;
use crate::coverage::model::tally::{Effort, Tally};
use crate::coverage::model::timeline::{Days, Piece, Sieve, Timeline};
use crate::coverage::model::window::CheckWindow;

use super::Error;
use super::answer::Pass;
use super::cores::{Pile, with_help};
use super::ground::Part;
use super::material::Material;
use super::tiles::{Shared, Weights, locked};

/// Regions that a core takes at once.
const REGIONS_AT_ONCE: usize = 16;

/// What some regions come to.
#[derive(Debug, Default)]
pub(super) struct Painted {
    /// What was seen, by the place of the commune on the map.
    pub(super) seen: Vec<(usize, Measured)>,
    /// Effort by the place of a commune on the map.
    pub(super) efforts: Vec<Effort>,
    /// Distinct patrols over all communes.
    pub(super) patrols: usize,
    /// Distinct patrols that were in a commune that is shown, when not all are.
    pub(super) shown: HashSet<PatrolId>,
    /// The oldest generation of the fine ground that a visit to a region was swept over.
    pub(super) oldest: Vec<(Region, i64)>,
    /// Some visits are of patrols whose fixes were erased.
    pub(super) has_frozen: bool,
    /// Some trips lie within boundaries of another map: effort must be placed anew.
    pub(super) is_foreign: bool,
    /// What regions weigh for which more is kept now.
    pub(super) weights: Weights,
}

impl Painted {
    fn join(&mut self, other: Self) {
        self.seen.extend(other.seen);
        if self.efforts.is_empty() {
            self.efforts = other.efforts;
        } else {
            for (own, more) in self.efforts.iter_mut().zip(&other.efforts) {
                own.join(more);
            }
        }
        self.patrols += other.patrols;
        self.shown.extend(other.shown);
        self.oldest.extend(other.oldest);
        self.has_frozen |= other.has_frozen;
        self.is_foreign |= other.is_foreign;
        self.weights.extend(other.weights);
    }
}

/// Paints regions, on as many cores as come in time.
pub(super) fn painted(
    material: &Arc<Material>,
    lines: Vec<(Region, Shared)>,
) -> Result<Painted, Error> {
    let own = Arc::clone(material);
    let lines: Arc<[(Region, Shared)]> = lines.into();
    let parts = with_help(lines, REGIONS_AT_ONCE, move |pile| {
        Painter::new(&own).all(pile)
    })?;
    let mut painted = Painted::default();
    for part in parts {
        painted.join(part);
    }
    Ok(painted)
}

/// One thread's painting.
struct Painter<'a> {
    material: &'a Material,
    days: Days,
    canvas: Canvas,
    painted: Painted,
}

impl<'a> Painter<'a> {
    fn new(material: &'a Material) -> Self {
        Self {
            material,
            days: material.days.clone(),
            canvas: Canvas::default(),
            painted: Painted {
                efforts: vec![Effort::default(); material.map.communes().len()],
                ..Painted::default()
            },
        }
    }

    fn all(mut self, pile: &Pile<'_, (Region, Shared)>) -> Result<Painted, Error> {
        let sums_up = self.material.chosen.is_everyone() && self.material.shows_all;
        while let Some(lines) = pile.take() {
            for (region, shared) in lines {
                let mut line = locked(shared)?;
                self.cells(*region, &mut line);
                if sums_up {
                    self.sums(*region, &mut line);
                } else {
                    self.trips(*region, &line);
                }
                let bytes = line.weighed();
                let weight = bytes.map(|bytes| (*region, Arc::clone(shared), bytes));
                self.painted.weights.extend(weight);
            }
        }
        Ok(self.painted)
    }

    fn cells(&mut self, region: Region, line: &mut Timeline) {
        let (material, seen) = (self.material, &mut self.painted.seen);
        let parts = material.risk.in_region(region).iter();
        let parts = parts
            .filter_map(|(number, places)| Some((material.risk.part(*number)?, places.clone())));
        measure_each(material, line, parts, &mut self.canvas, seen);
    }

    /// Adds up the trips of everyone, whole blocks by what they come to.
    fn sums(&mut self, region: Region, line: &mut Timeline) {
        let (days, mut oldest) = (self.days.clone(), i64::MAX);
        line.each_piece(&days, |piece| match piece {
            Piece::Block(first, tally) => {
                oldest = oldest.min(tally.oldest.map_or(i64::MAX, i64::from));
                self.tally(first, tally);
            }
            Piece::Visit(day, visit, trips) => {
                oldest = oldest.min(i64::from(visit.facts.ground));
                self.visit(day, visit, trips);
            }
        });
        self.painted.oldest.push((region, oldest));
    }

    fn tally(&mut self, first: i64, tally: &Tally) {
        let since = self.material.map_since.as_days();
        self.painted.has_frozen |= tally.has_frozen;
        for own in &tally.boundaries {
            let at = self.material.place_of(own.boundary);
            let effort = at.and_then(|at| self.painted.efforts.get_mut(at as usize));
            let start = self.days.start;
            if let Some(effort) = effort {
                self.painted.patrols += effort.add_block((first, start), own);
            } else {
                let day = first + i64::from(own.first_day);
                self.painted.is_foreign |= own.boundary != 0 || day < since;
            }
        }
    }

    /// Adds up the trips of those that count.
    fn trips(&mut self, region: Region, line: &Timeline) {
        let (days, mut oldest) = (self.days.clone(), i64::MAX);
        line.each_visit(&days, |block, day, visit| {
            if self.material.chosen.counts(visit) {
                oldest = oldest.min(i64::from(visit.facts.ground));
                self.visit(day, visit, block.trips(visit));
            }
        });
        self.painted.oldest.push((region, oldest));
    }

    fn visit(&mut self, day: i64, visit: &Visit, trips: &[Trip]) {
        let (material, start) = (self.material, self.days.start);
        let painted = &mut self.painted;
        painted.has_frozen |= visit.facts.is_frozen;
        for trip in trips {
            let at = material.place_of(trip.boundary);
            let effort = at.and_then(|at| painted.efforts.get_mut(at as usize));
            let (Some(at), Some(effort)) = (at, effort) else {
                let since = material.map_since.as_days();
                painted.is_foreign |= trip.boundary != 0 || day < since;
                continue;
            };
            painted.patrols += effort.add_trip((day, start), visit, trip);
            if !material.shows_all && material.shows_at(at) {
                painted.shown.insert(visit.facts.patrol);
            }
        }
    }
}

/// Measures grids that have words at some places of one region. Of those that were told of the same visits before, nothing
/// is painted.
pub(super) fn measure_each<'a>(
    material: &Material,
    line: &mut Timeline,
    grids: impl Iterator<Item = (Part<'a>, Range<usize>)>,
    canvas: &mut Canvas,
    seen: &mut Vec<(usize, Measured)>,
) {
    let asked = &material.sieve.asked;
    let counts_all = material.chosen.is_everyone() && asked.visits == NonZeroU8::MIN;
    let visited = (counts_all && asked.pass.is_none()).then(|| line.visited(&material.days));
    if visited.as_ref().is_some_and(Range::is_empty) {
        return;
    }
    let mut painted_for: Option<&[CheckWindow]> = None;
    for (part, places) in grids {
        let known = visited.as_ref();
        if let Some(told) = known.and_then(|visited| line.told(part.id, visited)) {
            seen.push((part.commune, told));
            continue;
        }
        if painted_for != Some(part.windows) {
            paint_counted(material, &material.days, line, part.windows, canvas);
            painted_for = Some(part.windows);
        }
        let measured = line.measure(part.id, part.grid, places, canvas);
        seen.push((part.commune, measured));
        if let Some(visited) = &visited {
            line.keep_told(part.id, visited.clone(), measured);
        }
    }
}

/// Paints the cells of a region that count as seen, where these check windows hold.
pub(super) fn paint_counted(
    material: &Material,
    days: &Days,
    line: &mut Timeline,
    windows: &[CheckWindow],
    canvas: &mut Canvas,
) {
    let asked = &material.sieve.asked;
    canvas.clear();
    match &asked.pass {
        Some(Pass::Times(times)) => {
            let mut counts = Counts::up_to(*times);
            for own in by_window(days, windows) {
                let mut once = Canvas::default();
                for run in &own {
                    paint_once(material, run, line, &mut once);
                }
                counts.add_all(&once);
            }
            *canvas = counts.all_reached();
        }
        Some(Pass::Named(name)) if !windows.is_empty() => {
            let own = |day: i64| {
                let mut named = windows.iter().filter(|window| window.name == *name);
                named.any(|window| window.contains(LocalDate::from_days(day)))
            };
            let runs = runs(days, own);
            paint_often(material, &runs, line, asked.visits, canvas);
        }
        Some(Pass::Named(_)) | None => {
            paint_often(
                material,
                std::slice::from_ref(days),
                line,
                asked.visits,
                canvas,
            );
        }
    }
}

fn paint_often(
    material: &Material,
    runs: &[Days],
    line: &mut Timeline,
    visits: NonZeroU8,
    canvas: &mut Canvas,
) {
    if visits == NonZeroU8::MIN {
        for run in runs {
            paint_once(material, run, line, canvas);
        }
        return;
    }
    let mut counts = Counts::up_to(visits);
    let counted: Sieve<'_> = &|visit| material.chosen.counts(visit);
    for run in runs {
        line.count(&mut counts, run, counted);
    }
    *canvas = counts.all_reached();
}

/// Paints the cells of a region that a patrol which counts has seen.
pub(super) fn paint_once(
    material: &Material,
    days: &Days,
    line: &mut Timeline,
    canvas: &mut Canvas,
) {
    if material.chosen.is_everyone() {
        line.paint(canvas, days);
    } else {
        line.paint_some(canvas, days, &|visit| material.chosen.counts(visit));
    }
}

/// The days of each window, as runs; a day that lies in several belongs to the first. Ground without windows, which is
/// checked all year, has one window of all days.
pub(super) fn by_window(days: &Days, windows: &[CheckWindow]) -> Vec<Vec<Range<i64>>> {
    if windows.is_empty() {
        return vec![vec![days.clone()]];
    }
    let first = |day: i64| {
        let date = LocalDate::from_days(day);
        windows.iter().position(|window| window.contains(date))
    };
    (0..windows.len())
        .map(|own| runs(days, |day| first(day) == Some(own)))
        .collect()
}

/// The runs of days that lie in something.
fn runs(days: &Days, is_in: impl Fn(i64) -> bool) -> Vec<Range<i64>> {
    let mut runs: Vec<Range<i64>> = Vec::new();
    for day in days.clone().filter(|day| is_in(*day)) {
        match runs.last_mut() {
            Some(run) if run.end == day => run.end += 1,
            _ => runs.push(day..day + 1),
        }
    }
    runs
}
