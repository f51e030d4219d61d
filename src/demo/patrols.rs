//! Patrols as they are walked: one at a time, each from its own stream of chance.

use super::dice::{Dice, Stream};
use super::forces::Force;
use super::ground::Spot;
use super::outings::{Goal, Outing};
use super::phone::{Fix, Phone};
use super::plots::{Finder, Incident, Plot};
use super::walk::{self, Gait, Path, STEP_S};
use super::{Demo, number};
use crate::base::ids::{DeviceId, OrgId, PatrolId, TeamId};
use crate::base::time::Timestamp;

/// An invented patrol with all that it brought home.
#[derive(Debug, Clone, PartialEq)]
pub struct Patrol {
    /// Its id.
    pub id: PatrolId,
    /// `crop_check`, `border`, `night`, `gate`, `inter_agency`, `cross_border` or `inspection`.
    pub kind: &'static str,
    /// The team that recorded it.
    pub team: TeamId,
    /// The organisation that led it.
    pub lead_org: OrgId,
    /// How many went, by organisation.
    pub headcount: Vec<(OrgId, u32)>,
    /// `foot` or `motorbike`.
    pub transport: &'static str,
    /// Code of the commune that it set out for.
    pub commune: String,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    pub ended_at: Timestamp,
    /// A remark, NFC, without names.
    pub notes: Option<&'static str>,
    /// One track per phone.
    pub tracks: Vec<Track>,
    /// What it found, and claims of other teams to the same.
    pub plots: Vec<Plot>,
    /// The incident (vụ) over its finds, when there is more than one.
    pub incident: Option<Incident>,
}

/// What one phone recorded of a patrol.
#[derive(Debug, Clone, PartialEq)]
pub struct Track {
    /// The phone.
    pub device: DeviceId,
    /// Its team.
    pub team: TeamId,
    /// In the order of time, no two at one instant.
    pub fixes: Vec<Fix>,
}

impl Demo {
    /// How many patrols there are.
    #[must_use]
    pub fn patrol_count(&self) -> usize {
        self.outings.len()
    }

    /// The patrols in the order of their days, each made when it is asked for.
    pub fn patrols(&self) -> impl Iterator<Item = Patrol> + '_ {
        self.outings.iter().filter_map(|outing| self.walked(outing))
    }

    fn walked(&self, outing: &Outing) -> Option<Patrol> {
        let mut dice = Dice::of(self.plan.seed, Stream::Patrol, outing.index);
        let id = PatrolId(dice.id(outing.started_at));
        let force = self.forces.get(outing.force)?;
        let partner = outing.partner.and_then(|partner| self.forces.get(partner));
        let path = self.path(outing, &mut dice);
        let lasted_s = i64::try_from(path.spots.len() * STEP_S).unwrap_or(0);
        let headcount = [Some(force), partner].into_iter().flatten();
        let (plots, incident) = self.found(&Finder {
            outing,
            patrol: id,
            force,
            path: &path,
        });
        Some(Patrol {
            id,
            kind: outing.kind,
            team: force.team,
            lead_org: force.org,
            headcount: headcount
                .map(|force| (force.org, heads(force, &mut dice)))
                .collect(),
            transport: outing.transport,
            commune: self.communes.get(outing.commune)?.code.clone(),
            started_at: outing.started_at,
            ended_at: outing.started_at.plus_millis((lasted_s + 60) * 1_000),
            notes: dice.chance(0.12).then(|| dice.pick(NOTES)),
            tracks: self.tracks(outing, [Some(force), partner], &path),
            plots,
            incident,
        })
    }

    fn tracks(&self, outing: &Outing, forces: [Option<&Force>; 2], path: &Path) -> Vec<Track> {
        let phones = forces.into_iter().flatten();
        let phones =
            phones.flat_map(|force| force.devices.iter().map(|device| (*device, force.team)));
        let mut dice = Dice::of(self.plan.seed, Stream::Phone, outing.index);
        phones
            .enumerate()
            .map(|(place, (device, team))| {
                let phone = Phone::drawn(place, path.spots.len(), &mut dice);
                let fixes =
                    phone.recorded(&path.spots, outing.started_at, self.land.relief, &mut dice);
                Track {
                    device,
                    team,
                    fixes,
                }
            })
            .collect()
    }

    fn path(&self, outing: &Outing, dice: &mut Dice) -> Path {
        let wheels = outing.transport == "motorbike";
        let hours = if wheels {
            dice.between(0.8, 2.2)
        } else {
            dice.between(2.0, 4.0)
        };
        let gait = Gait {
            speed_mps: if wheels {
                dice.between(5.0, 8.0)
            } else {
                dice.between(0.75, 1.1)
            },
            steps: number::count(hours * 3_600.0) / STEP_S,
            wheels,
            stops: outing.finds,
        };
        let mut route = self.route(outing, wheels, dice);
        // Nobody walks abroad: points beyond the province are left out.
        route.retain(|spot| self.land.commune_at(*spot).is_some());
        walk::walked(&route, &gait, self.land.relief, dice)
    }

    fn route(&self, outing: &Outing, wheels: bool, dice: &mut Dice) -> Vec<Spot> {
        let seat = self
            .communes
            .get(outing.commune)
            .map_or(Spot::MIDDLE, |commune| Spot::of(commune.seat));
        let reach = if wheels { 3.5 } else { 1.0 };
        match outing.goal {
            Goal::Slope(slope) => match self.slopes.get(slope) {
                Some(slope) => walk::through(&slope.ring, slope.centre, 14 + dice.below(12), dice),
                None => walk::around(seat, 1_500.0, 7, dice),
            },
            Goal::Border(piece) => {
                walk::along(&self.line, piece, if wheels { 60 } else { 16 }, dice)
            }
            Goal::Gate(gate) => {
                let place = self
                    .gates
                    .get(gate)
                    .map_or(seat, |gate| Spot::of(gate.position));
                // A gate stands on the line itself; its patrols keep to this side.
                let inland = place.blended(seat, 1_200.0 / place.distance_m(seat).max(2_400.0));
                walk::around(inland, 900.0 * reach, 9, dice)
            }
            Goal::Seat => walk::around(seat, 1_300.0 * reach, 11, dice),
        }
    }
}

const NOTES: [&str; 6] = [
    "Mưa, đường trơn",
    "Sương mù dày, tầm nhìn dưới 50 m",
    "Đã kiểm tra lại các điểm của niên vụ trước",
    "Có trưởng bản cùng đi",
    "Đường mòn bị sạt, phải đi vòng",
    "Trời quang, đi hết tuyến",
];

fn heads(force: &Force, dice: &mut Dice) -> u32 {
    let extra = u32::try_from(dice.below(4)).unwrap_or(0);
    if force.kind == "dan_quan" {
        1 + extra
    } else {
        2 + extra
    }
}
