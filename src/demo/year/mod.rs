//! A year of many patrols over given communes: what a province or a country is loaded with to be measured.
//!
//! A patrol walks two to four hours through a risk area, with a fix every five seconds. The ground is flat, which
//! makes it an order of magnitude cheaper than a patrol of the demo's own; there are no plots and no photos. Each
//! patrol comes from its own stream of chance, so any stretch of the year can be made alone.

mod frame;
mod parties;
mod risk;
mod stride;

use std::ops::Range;

use super::dice::{Dice, Stream};
use super::forces::{Device, Org, Team};
use super::ground::Spot;
use super::patrols::{Patrol, Track};
use super::risk::RiskArea;
use super::{Demo, number, walk};
use crate::base::ids::PatrolId;
use crate::base::time::{LocalDate, Timestamp};
use crate::geo::position::Position;

use frame::Frame;
use parties::Parties;
use risk::Slope;
use stride::{Gait, STEP_S};

/// Areas stand so many days before the first patrol.
const AREAS_BEFORE_D: i64 = 31;
const HOUR_MS: f64 = 3_600_000.0;

/// How much happens in the year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct YearPlan {
    /// Patrols in all.
    pub patrols: usize,
    /// Days, the last of them the day before `end`.
    pub days: usize,
    /// Everything happened before this day.
    pub end: LocalDate,
    /// Chooses areas and patrols.
    pub seed: u64,
}

/// A commune to invent patrols for.
#[derive(Debug, Clone, PartialEq)]
pub struct Ground {
    /// The official code.
    pub code: String,
    /// Name without its kind.
    pub name: String,
    /// `xã`, `phường` or `đặc khu`.
    pub kind: String,
    /// The province's name.
    pub province: String,
    /// Closed ring around its largest part.
    pub outline: Vec<Position>,
}

/// A made-up year. Patrols are made one at a time: [`Year::patrol`].
pub struct Year {
    /// The risk areas.
    pub risk_areas: Vec<RiskArea>,
    /// The organisations.
    pub orgs: Vec<Org>,
    /// Their teams.
    pub teams: Vec<Team>,
    /// The teams' phones.
    pub devices: Vec<Device>,
    plan: YearPlan,
    codes: Vec<String>,
    slopes: Vec<Slope>,
    /// Up to each area: how much it and those before it attract.
    pulls: Vec<f64>,
    parties: Parties,
}

impl Year {
    /// A year over the demo's communes, areas and forces.
    #[must_use]
    pub fn of_demo(demo: &Demo, plan: YearPlan) -> Self {
        let since = plan.since();
        let slopes = demo.risk_areas.iter().zip(&demo.slopes);
        let slopes = slopes.map(|(area, slope)| {
            let frame = Frame::around(slope.centre.position(1e7));
            Slope {
                commune: slope.commune,
                ring: frame.ring(&area.outline),
                frame,
            }
        });
        let areas = demo.risk_areas.iter().map(|area| RiskArea {
            valid_from: since,
            valid_to: None,
            ..area.clone()
        });
        let codes = demo.communes.iter().map(|commune| commune.code.clone());
        let codes: Vec<String> = codes.collect();
        Self {
            parties: Parties::of(&demo.forces, codes.len()),
            orgs: demo.orgs.clone(),
            teams: demo.teams.clone(),
            devices: demo.devices.clone(),
            ..Self::laid(areas.collect(), slopes.collect(), codes, plan)
        }
    }

    /// A year over communes of anywhere, with risk areas and forces invented for them.
    #[must_use]
    pub fn over(grounds: &[Ground], plan: YearPlan) -> Self {
        let since = plan.since();
        let (risk_areas, slopes) = risk::invented(grounds, plan.seed, since)
            .into_iter()
            .unzip();
        let forces = parties::raised(grounds, plan.seed, since.start());
        let codes: Vec<String> = grounds.iter().map(|ground| ground.code.clone()).collect();
        Self {
            parties: Parties::of(&forces.all, codes.len()),
            orgs: forces.orgs,
            teams: forces.teams,
            devices: forces.devices,
            ..Self::laid(risk_areas, slopes, codes, plan)
        }
    }

    fn laid(
        risk_areas: Vec<RiskArea>,
        slopes: Vec<Slope>,
        codes: Vec<String>,
        plan: YearPlan,
    ) -> Self {
        let mut attention = Dice::of(plan.seed, Stream::Year, usize::MAX);
        let care: Vec<f64> = codes.iter().map(|_| attention.between(0.15, 2.0)).collect();
        let mut sum = 0.0;
        let pulls = slopes
            .iter()
            .map(|slope| {
                sum += care.get(slope.commune).copied().unwrap_or(1.0);
                sum
            })
            .collect();
        Self {
            risk_areas,
            orgs: Vec::new(),
            teams: Vec::new(),
            devices: Vec::new(),
            plan,
            codes,
            slopes,
            pulls,
            parties: Parties::default(),
        }
    }

    /// The days of the year, in order.
    pub fn days(&self) -> impl Iterator<Item = LocalDate> + use<> {
        let first = self.plan.first_day();
        (0..self.plan.days).map(move |day| first.plus_days(i64::try_from(day).unwrap_or(0)))
    }

    /// How many patrols there are.
    #[must_use]
    pub fn patrol_count(&self) -> usize {
        self.plan.patrols
    }

    /// The numbers of the patrols that begin on a day.
    #[must_use]
    pub fn numbers_on(&self, day: LocalDate) -> Range<usize> {
        let (patrols, days) = (self.plan.patrols, self.plan.days.max(1));
        let since = day.as_days() - self.plan.first_day().as_days();
        let at = usize::try_from(since).unwrap_or(0).min(days);
        at * patrols / days..(at + 1).min(days) * patrols / days
    }

    /// A patrol's id and the instant it begins, without walking it.
    #[must_use]
    pub fn patrol_id(&self, number: usize) -> PatrolId {
        self.outing(number).1.id
    }

    /// The patrol of a number; none where there is no risk area to go to.
    #[must_use]
    pub fn patrol(&self, number: usize) -> Option<Patrol> {
        let (mut dice, outing) = self.outing(number);
        let slope = self.slopes.get(outing.slope)?;
        let (force, partner) = self.parties.choose(slope.commune, outing.kind, &mut dice)?;
        let hours = dice.between(2.0, 4.0);
        let gait = Gait {
            speed_mps: dice.between(0.75, 1.1),
            steps: number::count(hours * 3_600.0) / STEP_S,
        };
        let route = if outing.kind == "night" {
            let place = Spot::MIDDLE.moved(dice.turn(), dice.between(0.0, 2_500.0));
            walk::around(place, 2_600.0, 14, &mut dice)
        } else {
            walk::through(&slope.ring, Spot::MIDDLE, 30, &mut dice)
        };
        let path = stride::walked(&route, &gait, &mut dice);
        let lasted_s = i64::try_from(path.len() * STEP_S).unwrap_or(0);
        let fixes = stride::recorded(&path, &slope.frame, outing.started_at, &mut dice);
        let track = Track {
            device: force.device,
            team: force.team,
            fixes,
        };
        let parties = [Some(force), partner];
        Some(Patrol {
            id: outing.id,
            kind: outing.kind,
            team: force.team,
            lead_org: force.org,
            headcount: parties
                .into_iter()
                .flatten()
                .map(|party| (party.org, 2 + u32::try_from(dice.below(4)).unwrap_or(0)))
                .collect(),
            transport: "foot",
            commune: self.codes.get(slope.commune)?.clone(),
            started_at: outing.started_at,
            ended_at: outing.started_at.plus_millis((lasted_s + 60) * 1_000),
            notes: None,
            tracks: vec![track],
            plots: Vec::new(),
            incident: None,
        })
    }

    fn outing(&self, number: usize) -> (Dice, Outing) {
        const KINDS: [&str; 4] = ["crop_check", "night", "inter_agency", "inspection"];
        let mut dice = Dice::of(self.plan.seed, Stream::Year, number);
        let kind = KINDS[dice.weighted(&[0.74, 0.08, 0.12, 0.06])];
        let hour = match kind {
            "night" => dice.between(20.0, 22.9),
            _ if dice.chance(0.25) => dice.between(12.8, 14.2),
            _ => dice.between(6.3, 9.2),
        };
        let day = self.plan.day_of(number);
        let millis = number::whole(hour * HOUR_MS) / 1_000 * 1_000;
        let started_at = day.start().plus_millis(millis);
        let due = dice.unit() * self.pulls.last().copied().unwrap_or(0.0);
        let outing = Outing {
            id: PatrolId(dice.id(started_at)),
            kind,
            started_at,
            slope: self.pulls.partition_point(|pull| *pull <= due),
        };
        (dice, outing)
    }
}

/// One patrol before it is walked.
struct Outing {
    id: PatrolId,
    kind: &'static str,
    started_at: Timestamp,
    slope: usize,
}

impl YearPlan {
    /// The first day of the year.
    #[must_use]
    pub fn first_day(&self) -> LocalDate {
        self.end.plus_days(-i64::try_from(self.days).unwrap_or(0))
    }

    /// The first day of areas and boundaries, a month before the first patrol.
    #[must_use]
    pub fn since(&self) -> LocalDate {
        self.first_day().plus_days(-AREAS_BEFORE_D)
    }

    /// The day after so many days whose areas hold from `since` on.
    #[must_use]
    pub fn end_from(since: LocalDate, days: usize) -> LocalDate {
        since.plus_days(AREAS_BEFORE_D + i64::try_from(days).unwrap_or(0))
    }

    /// The day on which the patrol of a number begins: the last whose numbers begin at or before it.
    fn day_of(&self, number: usize) -> LocalDate {
        let day = ((number + 1) * self.days).saturating_sub(1) / self.patrols.max(1);
        self.first_day().plus_days(i64::try_from(day).unwrap_or(0))
    }
}
