//! Who goes out when, where and why: the plan of all patrols, small enough to keep in memory.

use super::dice::{Dice, Stream};
use super::forces::Force;
use super::ground::Spot;
use super::risk::{RiskArea, Slope};
use super::{Plan, number};
use crate::base::time::{LocalDate, Timestamp};

/// Every so many plots one is claimed a second time by another team.
const PLOTS_PER_DUPLICATE: usize = 19;
const HOUR_MS: f64 = 3_600_000.0;

/// Where a patrol goes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Goal {
    /// A risk area, by index.
    Slope(usize),
    /// Along the border from this piece on.
    Border(usize),
    /// Around the centre of the commune.
    Seat,
    /// A gate, by index.
    Gate(usize),
}

/// One patrol before it is walked.
#[derive(Clone, Copy)]
pub(super) struct Outing {
    pub(super) index: usize,
    pub(super) started_at: Timestamp,
    pub(super) kind: &'static str,
    pub(super) transport: &'static str,
    pub(super) force: usize,
    pub(super) partner: Option<usize>,
    pub(super) commune: usize,
    pub(super) goal: Goal,
    /// Plots that it finds.
    pub(super) finds: usize,
    /// How many plots all patrols before it find.
    pub(super) plots_before: usize,
}

/// What the planner looks at.
pub(super) struct Board<'a> {
    pub(super) plan: &'a Plan,
    pub(super) areas: &'a [(RiskArea, Slope)],
    pub(super) forces: &'a [Force],
    pub(super) border: &'a [(Spot, usize)],
    pub(super) gates: &'a [usize],
    pub(super) communes: usize,
}

/// First days of the seasons, oldest first. A season runs from 1 September to 31 May.
pub(super) fn seasons(plan: &Plan) -> Vec<LocalDate> {
    let (year, month, _) = plan.end.ymd();
    let last = if month >= 9 { year } else { year - 1 };
    let count = i32::try_from(plan.seasons.max(1)).unwrap_or(1);
    (last + 1 - count..=last)
        .filter_map(|year| LocalDate::from_ymd(year, 9, 1))
        .collect()
}

/// Days of the seasons up to the day before the end, each with how busy it is.
fn days(plan: &Plan) -> Vec<(LocalDate, f64)> {
    seasons(plan)
        .into_iter()
        .flat_map(|first| (0..273).map(move |day| first.plus_days(day)))
        .filter(|day| *day < plan.end && day.ymd().1 != 6)
        .map(|day| (day, busy(day)))
        .collect()
}

/// Checks crowd into the two passes: seedling and flowering.
fn busy(day: LocalDate) -> f64 {
    match day.ymd().1 {
        9 => 0.5,
        11 | 12 => 1.3,
        2 | 3 => 1.8,
        5 => 0.4,
        _ => 0.9,
    }
}

/// All patrols of the plan, in the order of their days.
pub(super) fn outings(board: &Board) -> Vec<Outing> {
    let days = days(board.plan);
    let weight: f64 = days.iter().map(|(_, busy)| busy).sum();
    let mut attention = Dice::of(board.plan.seed, Stream::Outings, usize::MAX);
    let care: Vec<f64> = (0..board.communes)
        .map(|_| attention.between(0.15, 2.0))
        .collect();
    let pulls: Vec<f64> = board
        .areas
        .iter()
        .map(|(area, slope)| care[slope.commune] * pull(area.level))
        .collect();
    let mut days = days.into_iter();
    let (mut day, mut passed) = days
        .next()
        .map_or((board.plan.end, f64::INFINITY), |(day, busy)| (day, busy));
    let mut plots_before = 0;
    (0..board.plan.patrols)
        .map(|index| {
            let mut dice = Dice::of(board.plan.seed, Stream::Outings, index);
            let due =
                (number::real(index) + dice.unit()) / number::real(board.plan.patrols) * weight;
            while passed < due
                && let Some((next, busy)) = days.next()
            {
                (day, passed) = (next, passed + busy);
            }
            let outing = board.outing(index, day, plots_before, &pulls, &mut dice);
            plots_before += outing.finds;
            outing
        })
        .collect()
}

fn pull(level: &str) -> f64 {
    match level {
        "high" => 2.2,
        "medium" => 1.0,
        _ => 0.5,
    }
}

/// Whether this plot, counted over all patrols, is claimed twice.
pub(super) fn claimed_twice(plot: usize) -> bool {
    plot % PLOTS_PER_DUPLICATE == 2
}

impl Board<'_> {
    fn outing(
        &self,
        index: usize,
        day: LocalDate,
        plots_before: usize,
        pulls: &[f64],
        dice: &mut Dice,
    ) -> Outing {
        let (kind, goal, commune) = self.purpose(pulls, dice);
        let transport = transport(kind, dice);
        let force = self.force(kind, commune, dice);
        let hour = match kind {
            "night" => dice.between(20.0, 23.0),
            _ if dice.chance(0.25) => dice.between(12.8, 14.2),
            _ => dice.between(6.3, 9.2),
        };
        let millis = number::whole(hour * HOUR_MS) / 1_000 * 1_000;
        Outing {
            index,
            started_at: day.start().plus_millis(millis),
            kind,
            transport,
            force,
            partner: self.partner(kind, commune, force, dice),
            commune,
            goal,
            finds: finds(kind, transport, goal, day, dice),
            plots_before,
        }
    }

    fn purpose(&self, pulls: &[f64], dice: &mut Dice) -> (&'static str, Goal, usize) {
        const KINDS: [&str; 7] = [
            "crop_check",
            "border",
            "night",
            "gate",
            "inter_agency",
            "cross_border",
            "inspection",
        ];
        let kind = KINDS[dice.weighted(&[0.55, 0.14, 0.1, 0.04, 0.12, 0.01, 0.04])];
        let anywhere = dice.below(self.communes);
        match kind {
            "border" | "cross_border" => {
                let piece = dice.below(self.border.len());
                let commune = self
                    .border
                    .get(piece)
                    .map_or(anywhere, |(_, commune)| *commune);
                (kind, Goal::Border(piece), commune)
            }
            "gate" => {
                let gate = dice.below(self.gates.len());
                (
                    kind,
                    Goal::Gate(gate),
                    self.gates.get(gate).copied().unwrap_or(anywhere),
                )
            }
            "night" => (kind, Goal::Seat, anywhere),
            _ => {
                let slope = dice.weighted(pulls);
                let found = self
                    .areas
                    .get(slope)
                    .map(|(_, shape)| (kind, Goal::Slope(slope), shape.commune));
                found.unwrap_or((kind, Goal::Seat, anywhere))
            }
        }
    }

    /// A team whose charge holds the commune, of the organisation that this kind is for.
    fn force(&self, kind: &str, commune: usize, dice: &mut Dice) -> usize {
        let weights: Vec<f64> = self
            .forces
            .iter()
            .map(|force| {
                let near = force.communes.contains(&commune);
                match (kind, force.kind) {
                    ("inspection", "cong_an_tinh") => 1.0,
                    ("border" | "cross_border" | "gate", "don_bien_phong") if near => 50.0,
                    ("crop_check", "don_bien_phong" | "dan_quan") if near => 0.6,
                    (_, "cong_an_xa") if near => 1.0,
                    (_, "cong_an_tinh") => 0.02,
                    _ => 0.0,
                }
            })
            .collect();
        dice.weighted(&weights)
    }

    /// A joint patrol has a second team, of another organisation.
    fn partner(&self, kind: &str, commune: usize, force: usize, dice: &mut Dice) -> Option<usize> {
        let joint = kind == "inter_agency" || (kind == "border" && dice.chance(0.25));
        let first = self.forces.get(force).filter(|_| joint)?;
        let others: Vec<usize> = (0..self.forces.len())
            .filter(|&other| {
                let other = &self.forces[other];
                other.org != first.org && other.communes.contains(&commune)
            })
            .collect();
        others.get(dice.below(others.len())).copied()
    }
}

fn transport(kind: &str, dice: &mut Dice) -> &'static str {
    match kind {
        "night" if dice.chance(0.6) => "motorbike",
        "gate" if dice.chance(0.3) => "motorbike",
        "border" if dice.chance(0.12) => "motorbike",
        _ => "foot",
    }
}

/// Plots are found on foot, by day, from the first seedlings to the last capsules.
fn finds(kind: &str, transport: &str, goal: Goal, day: LocalDate, dice: &mut Dice) -> usize {
    let (_, month, of_month) = day.ymd();
    let share = match month {
        10 if of_month > 15 => 0.1,
        11 | 12 => 0.24,
        1 => 0.2,
        2 | 3 => 0.36,
        4 => 0.22,
        5 if of_month < 15 => 0.1,
        _ => 0.0,
    };
    let looked = matches!(goal, Goal::Slope(_)) && kind != "inspection" && transport == "foot";
    if !looked || !dice.chance(share) {
        return 0;
    }
    1 + dice.weighted(&[0.62, 0.26, 0.12])
}
