//! The figures of regions: what counts as seen painted over the risk grids, and trips summed by commune, on all cores.

use std::collections::{HashMap, HashSet};
use std::num::NonZeroU8;
use std::ops::Range;

use crate::base::ids::PatrolId;
use crate::base::time::{LocalDate, Timestamp};
use crate::coverage::model::block::{Trip, Visit};
use crate::coverage::model::canvas::{Canvas, Counts};
use crate::coverage::model::interval::Measured;
use crate::coverage::model::region::Region;
use crate::coverage::model::timeline::{Days, Sieve, Timeline};
use crate::coverage::model::window::CheckWindow;

use super::Error;
use super::answer::Pass;
use super::material::Material;
use super::tiles::{Shared, locked};

/// Fewer regions than this are not worth a second thread.
const REGIONS_A_THREAD: usize = 24;

/// Way, time and visits of one commune.
#[derive(Debug, Clone, Default)]
pub(super) struct Effort {
    /// Distinct patrols.
    pub(super) patrols: usize,
    /// Distinct patrols on distinct local days.
    pub(super) visits: usize,
    /// People over these visits, where they are told.
    pub(super) people: u64,
    pub(super) length_m: f64,
    pub(super) duration_ms: i64,
    pub(super) night_ms: i64,
    /// Time multiplied by the people in the field, where they are told.
    pub(super) people_ms: i64,
    /// Time for which people are told.
    pub(super) told_ms: i64,
    pub(super) last_at: Option<Timestamp>,
    /// One bit for each day of the window with a visit.
    pub(super) days: Vec<u64>,
}

impl Effort {
    /// Adds one trip; counting patrols and visits is the caller's business.
    pub(super) fn add(&mut self, visit: &Visit, trip: &Trip) {
        self.length_m += trip.length_m;
        self.duration_ms += trip.duration_ms;
        self.night_ms += trip.night_ms;
        if visit.facts.people > 0 {
            self.people_ms += trip.duration_ms * i64::from(visit.facts.people);
            self.told_ms += trip.duration_ms;
        }
        self.last_at = self.last_at.max(Some(trip.last_at));
    }

    /// Marks a day of the window by its number.
    pub(super) fn mark(&mut self, number: i64) {
        let at = usize::try_from(number).unwrap_or(0);
        if self.days.len() <= at / 64 {
            self.days.resize(at / 64 + 1, 0);
        }
        if let Some(word) = self.days.get_mut(at / 64) {
            *word |= 1 << (at % 64);
        }
    }

    /// Mean number of days between days with a visit; none before the second.
    pub(super) fn revisit_days(&self) -> Option<f64> {
        let marked = (0_u32..).zip(&self.days).filter(|(_, word)| **word != 0);
        let (mut count, mut span) = (0_u32, None::<(u32, u32)>);
        for (at, word) in marked {
            count += word.count_ones();
            let first = at * u64::BITS + word.trailing_zeros();
            let last = at * u64::BITS + (u64::BITS - 1 - word.leading_zeros());
            span = Some((span.map_or(first, |(first, _)| first), last));
        }
        let (first, last) = span?;
        (count > 1).then(|| f64::from(last - first) / f64::from(count - 1))
    }

    /// Adds another part of the same commune, or another commune.
    pub(super) fn join(&mut self, other: &Self) {
        self.patrols += other.patrols;
        self.visits += other.visits;
        self.people += other.people;
        self.length_m += other.length_m;
        self.duration_ms += other.duration_ms;
        self.night_ms += other.night_ms;
        self.people_ms += other.people_ms;
        self.told_ms += other.told_ms;
        self.last_at = self.last_at.max(other.last_at);
        if self.days.len() < other.days.len() {
            self.days.resize(other.days.len(), 0);
        }
        for (own, word) in self.days.iter_mut().zip(&other.days) {
            *own |= word;
        }
    }
}

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
    pub(super) oldest: HashMap<Region, i64>,
    /// Some visits are of patrols whose fixes were erased.
    pub(super) has_frozen: bool,
    /// Some trips lie within boundaries of another map: effort must be placed anew.
    pub(super) is_foreign: bool,
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
    }
}

/// Paints regions on all cores.
pub(super) fn painted(material: &Material, lines: &[(Region, Shared)]) -> Result<Painted, Error> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let threads = cores.min(lines.len().div_ceil(REGIONS_A_THREAD)).max(1);
    if threads == 1 {
        return Painter::new(material).all(lines);
    }
    let share = lines.len().div_ceil(threads);
    let parts: Vec<Result<Painted, Error>> = std::thread::scope(|scope| {
        let painting: Vec<_> = lines
            .chunks(share)
            .map(|lines| scope.spawn(|| Painter::new(material).all(lines)))
            .collect();
        let painting = painting
            .into_iter()
            .map(std::thread::ScopedJoinHandle::join);
        painting
            .map(|own| own.unwrap_or_else(|_| Err(Error::ended("a painting ended early"))))
            .collect()
    });
    let mut painted = Painted::default();
    for part in parts {
        painted.join(part?);
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

    fn all(mut self, lines: &[(Region, Shared)]) -> Result<Painted, Error> {
        for (region, shared) in lines {
            let mut line = locked(shared)?;
            self.cells(*region, &mut line);
            self.trips(*region, &line);
        }
        Ok(self.painted)
    }

    fn cells(&mut self, region: Region, line: &mut Timeline) {
        let parts = self.material.risk.in_region(region);
        let mut painted_for: Option<&[CheckWindow]> = None;
        for (number, places) in parts {
            let Some(part) = self.material.risk.part(*number) else {
                continue;
            };
            if painted_for != Some(part.windows) {
                self.paint(line, part.windows);
                painted_for = Some(part.windows);
            }
            let measured = part
                .grid
                .measure(places.clone(), |_, position| self.canvas.mask(position));
            self.painted.seen.push((part.commune, measured));
        }
    }

    /// Paints what counts where these check windows hold.
    fn paint(&mut self, line: &mut Timeline, windows: &[CheckWindow]) {
        paint_counted(self.material, &self.days, line, windows, &mut self.canvas);
    }

    fn trips(&mut self, region: Region, line: &Timeline) {
        let (days, material) = (self.days.clone(), self.material);
        let since = material.map_since.as_days();
        let painted = &mut self.painted;
        let mut oldest = i64::MAX;
        line.each_visit(&days, |block, day, visit| {
            if !material.chosen.counts(visit) {
                return;
            }
            oldest = oldest.min(visit.facts.ground);
            painted.has_frozen |= visit.facts.is_frozen;
            for trip in block.trips(visit) {
                let at = material.place_of(trip.boundary);
                let effort = at.and_then(|at| painted.efforts.get_mut(at as usize));
                let (Some(at), Some(effort)) = (at, effort) else {
                    painted.is_foreign |= trip.boundary != 0 || day < since;
                    continue;
                };
                effort.add(visit, trip);
                let is_new = |before: Option<i32>| {
                    before.is_none_or(|before| i64::from(before) < days.start)
                };
                if trip.is_first_here {
                    effort.visits += 1;
                    effort.people += u64::from(visit.facts.people);
                    effort.patrols += usize::from(is_new(trip.before_here));
                    effort.mark(day - days.start);
                }
                if trip.is_first_anywhere && is_new(trip.before_anywhere) {
                    painted.patrols += 1;
                }
                if !material.shows_all && material.shows_at(at) {
                    painted.shown.insert(visit.facts.patrol);
                }
            }
        });
        painted.oldest.insert(region, oldest);
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

/// The days of each window, as runs; a day that lies in several belongs to the first.
fn by_window(days: &Days, windows: &[CheckWindow]) -> Vec<Vec<Range<i64>>> {
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
