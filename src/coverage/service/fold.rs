//! The figures: rows that count, folded over the risk grids, and effort gathered by commune.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::num::NonZeroU8;

use crate::areas::model::map::Commune;
use crate::base::ids::{BoundaryId, PatrolId};
use crate::base::time::Timestamp;
use crate::coverage::model::answer::Coverage as Share;
use crate::coverage::model::effort::Piece;
use crate::coverage::model::fold::{Row, Seen};
use crate::coverage::model::interval::Measured;
use crate::coverage::model::window::CheckWindow;

use super::Error;
use super::answer::{CommuneAnswer, Figures, Pass};
use super::ask::{Material, Sieve};
use super::cache::{Day, PlacedEffort, Slots};

pub(super) type Folded = (Vec<CommuneAnswer>, Figures, Vec<String>);

/// The figures of every commune that is shown, and of all of them together.
pub(super) fn folded(material: &Material, slots: &Slots) -> Result<Folded, Error> {
    let seen = seen(material, slots);
    let mut measured = vec![Measured::default(); material.risk.communes.len()];
    for ((commune, _, grid), seen) in material.risk.parts().zip(&seen) {
        if let Some(sum) = measured.get_mut(commune) {
            *sum = *sum + seen.measured(grid);
        }
    }
    let mut efforts = Efforts::of(material)?;
    let mut communes = Vec::new();
    let (mut shares, mut faulty) = (Vec::new(), Vec::new());
    let mut total = Effort::default();
    let mut change_m2 = 0.0;
    for (at, commune) in material.map.communes().iter().enumerate() {
        let code = commune.facts.code.as_str();
        let (Some(risk), Some(before), true) = (
            material.risk.communes.get(at),
            material.before.communes.get(at),
            material.sieve.shows(code),
        ) else {
            continue;
        };
        if risk.is_faulty {
            faulty.push(code.to_owned());
        }
        let measured = measured.get(at).copied().unwrap_or_default();
        let share = Share::of(measured, risk.risk_area_m2, material.radius_cm);
        let effort = efforts.take(at);
        let own_change_m2 = risk.risk_area_m2 - before.risk_area_m2;
        change_m2 += own_change_m2;
        communes.push(CommuneAnswer {
            code: code.to_owned(),
            name: commune.facts.name.clone(),
            figures: figures(&share, own_change_m2, &effort),
        });
        total.join(effort);
        shares.push(share);
    }
    let total = figures(
        &Share::total(&shares, material.radius_cm),
        change_m2,
        &total,
    );
    Ok((communes, total, faulty))
}

fn figures(share: &Share, risk_area_change_m2: f64, effort: &Effort) -> Figures {
    Figures {
        risk_area_m2: share.risk_area_m2,
        risk_area_change_m2,
        covered_m2: share.covered_m2,
        coverage: share.coverage,
        error_bound: share.error_bound,
        km_for_full: share.km_for_full,
        patrols: effort.patrols.len(),
        length_m: effort.length_m,
        team_hours: hours(effort.duration_ms),
        last_visit_at: effort.last_at,
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a century has 3e12 ms, less than 2^53"
)]
fn hours(millis: i64) -> f64 {
    millis as f64 / 3_600_000.0
}

/// What counts as seen on every grid.
fn seen(material: &Material, slots: &Slots) -> Vec<Seen> {
    let asked = &material.sieve.asked;
    if asked.visits == NonZeroU8::MIN && asked.pass.is_none() {
        return seen_once(material);
    }
    let rows = rows_by_grid(material, slots);
    let parts = material.risk.parts().zip(rows);
    parts
        .map(|((_, windows, grid), rows)| match &asked.pass {
            None => Seen::often(grid, rows, asked.visits),
            Some(Pass::Named(name)) => {
                let own = |day| {
                    windows.is_empty() || named(windows, name).any(|window| window.contains(day))
                };
                Seen::often(
                    grid,
                    rows.into_iter().filter(|row| own(row.day)),
                    asked.visits,
                )
            }
            Some(Pass::Times(times)) => Seen::in_passes(grid, rows, windows, *times),
        })
        .collect()
}

fn named<'a>(windows: &'a [CheckWindow], name: &'a str) -> impl Iterator<Item = &'a CheckWindow> {
    windows.iter().filter(move |window| window.name == name)
}

fn seen_once(material: &Material) -> Vec<Seen> {
    let mut seen = material.risk.unseen();
    for day in &material.days {
        let counts = counted(&material.sieve, day);
        for row in &day.rows {
            if counts.get(row.patrol as usize) != Some(&true) {
                continue;
            }
            for (grid, place) in material.risk.targets(row.slot) {
                if let Some(seen) = seen.get_mut(*grid as usize) {
                    seen.add_at(*place as usize, row.mask);
                }
            }
        }
    }
    seen
}

/// The rows of patrols that count, by grid.
pub(super) fn rows_by_grid(material: &Material, slots: &Slots) -> Vec<Vec<Row>> {
    let mut rows = vec![Vec::new(); material.risk.parts().count()];
    for day in &material.days {
        let counts = counted(&material.sieve, day);
        let kept = day
            .rows
            .iter()
            .filter(|row| counts.get(row.patrol as usize) == Some(&true));
        for row in kept {
            let Some(parent) = slots.parent(row.slot) else {
                continue;
            };
            for (grid, _) in material.risk.targets(row.slot) {
                if let Some(rows) = rows.get_mut(*grid as usize) {
                    rows.push(Row {
                        parent,
                        mask: row.mask,
                        day: day.day,
                        patrol: row.patrol,
                    });
                }
            }
        }
    }
    rows
}

fn counted(sieve: &Sieve, day: &Day) -> Vec<bool> {
    day.patrols
        .iter()
        .map(|patrol| sieve.counts(patrol))
        .collect()
}

/// Way, time and patrols of one commune.
#[derive(Debug, Default)]
struct Effort {
    patrols: HashSet<PatrolId>,
    length_m: f64,
    duration_ms: i64,
    last_at: Option<Timestamp>,
}

impl Effort {
    fn add(&mut self, patrol: PatrolId, length_m: f64, duration_ms: i64, last_at: Timestamp) {
        self.patrols.insert(patrol);
        self.length_m += length_m;
        self.duration_ms += duration_ms;
        self.last_at = self.last_at.max(Some(last_at));
    }

    fn join(&mut self, other: Self) {
        self.patrols.extend(other.patrols);
        self.length_m += other.length_m;
        self.duration_ms += other.duration_ms;
        self.last_at = self.last_at.max(other.last_at);
    }
}

/// Effort by the place of a commune on the map.
struct Efforts(BTreeMap<usize, Effort>);

impl Efforts {
    fn of(material: &Material) -> Result<Self, Error> {
        let communes = material.map.communes().iter().enumerate();
        let on_map: HashMap<BoundaryId, usize> = communes
            .map(|(at, commune)| (commune.facts.id, at))
            .collect();
        let mut efforts = Self(BTreeMap::new());
        for day in &material.days {
            let counts = counted(&material.sieve, day);
            for row in &day.effort {
                let number = row.patrol as usize;
                let (Some(true), Some(patrol)) = (counts.get(number), day.patrols.get(number))
                else {
                    continue;
                };
                if let Some(at) = row.boundary.and_then(|id| on_map.get(&id)) {
                    let effort = efforts.0.entry(*at).or_default();
                    effort.add(patrol.patrol, row.length_m, row.duration_ms, row.last_at);
                    continue;
                }
                let parts =
                    row.placed_on(&material.map, |pieces| placed(material, day, &pieces))?;
                for part in &*parts {
                    let effort = efforts.0.entry(part.at).or_default();
                    effort.add(patrol.patrol, part.length_m, part.duration_ms, part.last_at);
                }
            }
        }
        Ok(efforts)
    }

    fn take(&mut self, at: usize) -> Effort {
        self.0.remove(&at).unwrap_or_default()
    }
}

/// Effort within a boundary that is not on the map goes where its places lie on it.
fn placed(material: &Material, day: &Day, pieces: &[Piece]) -> Vec<PlacedEffort> {
    let communes = material.map.communes();
    let place = |piece: &Piece| {
        let code = material.map.locate(piece.at)?;
        let by_code = |commune: &Commune| commune.facts.code.as_str().cmp(code);
        Some(PlacedEffort {
            at: communes.binary_search_by(by_code).ok()?,
            length_m: f64::from(piece.length_cm) / 100.0,
            duration_ms: i64::from(piece.duration_ms),
            last_at: day.day.start().plus_millis(i64::from(piece.last_s) * 1000),
        })
    };
    pieces.iter().filter_map(place).collect()
}
