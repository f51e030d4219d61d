//! Organisations, their teams and the teams' phones. Pseudonyms only: no person has a name here.

use super::dice::{Dice, Stream};
use super::ground::Spot;
use super::places::Commune;
use crate::base::ids::{DeviceId, OrgId, TeamId};
use crate::base::time::Timestamp;

/// Border communes in the charge of one border post.
const COMMUNES_PER_POST: usize = 3;

/// An invented organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Org {
    /// Its id.
    pub id: OrgId,
    /// `cong_an_tinh`, `don_bien_phong`, `cong_an_xa` or `dan_quan`.
    pub kind: &'static str,
    /// Name, NFC.
    pub name: String,
    /// Codes of the communes in its charge; empty: the whole province.
    pub communes: Vec<String>,
}

/// A patrol team.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Team {
    /// Its id.
    pub id: TeamId,
    /// Its organisation.
    pub org: OrgId,
    /// Label, such as `Tổ 03`.
    pub label: String,
}

/// A phone of a team.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// Its id.
    pub id: DeviceId,
    /// Its team.
    pub team: TeamId,
    /// Pseudonym, such as `Tổ 03 – máy A`.
    pub label: String,
}

/// A team as the planner of patrols needs it.
pub(super) struct Force {
    pub(super) kind: &'static str,
    pub(super) org: OrgId,
    pub(super) team: TeamId,
    pub(super) devices: Vec<DeviceId>,
    /// Indices of the communes in its charge; empty: the whole province.
    pub(super) communes: Vec<usize>,
}

/// All organisations with their teams and phones.
#[derive(Default)]
pub(super) struct Forces {
    pub(super) orgs: Vec<Org>,
    pub(super) teams: Vec<Team>,
    pub(super) devices: Vec<Device>,
    pub(super) all: Vec<Force>,
}

/// The forces of a province: its police, posts on the border, and in each commune police and militia.
pub(super) fn raised(communes: &[Commune], seed: u64, at: Timestamp) -> Forces {
    let mut dice = Dice::of(seed, Stream::Forces, 0);
    let mut forces = Forces::default();
    let codes = |charge: &[usize]| {
        let own = charge.iter().filter_map(|&index| communes.get(index));
        own.map(|commune| commune.code.clone()).collect()
    };
    forces.raise(
        "cong_an_tinh",
        "Công an tỉnh Mẫu".to_owned(),
        (Vec::new(), &[]),
        3,
        (at, &mut dice),
    );
    for post in posts(communes) {
        let name = post
            .first()
            .and_then(|first| communes.get(*first))
            .map_or("", |commune| &commune.name);
        forces.raise(
            "don_bien_phong",
            format!("Đồn biên phòng {name}"),
            (codes(&post), &post),
            2,
            (at, &mut dice),
        );
    }
    for (index, commune) in communes.iter().enumerate() {
        let place = format!("{} {}", commune.kind, commune.name);
        let teams = 1 + dice.below(2);
        forces.raise(
            "cong_an_xa",
            format!("Công an {place}"),
            (codes(&[index]), &[index]),
            teams,
            (at, &mut dice),
        );
        forces.raise(
            "dan_quan",
            format!("Dân quân {place}"),
            (codes(&[index]), &[index]),
            1,
            (at, &mut dice),
        );
    }
    forces
}

/// Border communes from west to east, so many to a post.
fn posts(communes: &[Commune]) -> Vec<Vec<usize>> {
    let mut along: Vec<usize> = (0..communes.len())
        .filter(|&index| communes[index].is_border)
        .collect();
    along.sort_by(|a, b| {
        let east = |index: usize| Spot::of(communes[index].seat).east_m;
        east(*a).total_cmp(&east(*b))
    });
    along
        .chunks(COMMUNES_PER_POST)
        .map(<[usize]>::to_vec)
        .collect()
}

impl Forces {
    /// One organisation with so many teams, in charge of these communes: their codes and their indices.
    pub(super) fn raise(
        &mut self,
        kind: &'static str,
        name: String,
        (codes, charge): (Vec<String>, &[usize]),
        teams: usize,
        (at, dice): (Timestamp, &mut Dice),
    ) {
        let org = OrgId(dice.id(at));
        self.orgs.push(Org {
            id: org,
            kind,
            name,
            communes: codes,
        });
        for _ in 0..teams {
            let label = format!("Tổ {:02}", self.teams.len() + 1);
            let team = TeamId(dice.id(at));
            let phones = if dice.chance(0.35) { 2 } else { 1 };
            let devices: Vec<DeviceId> = (0..phones).map(|_| DeviceId(dice.id(at))).collect();
            for (device, letter) in devices.iter().zip(["A", "B"]) {
                self.devices.push(Device {
                    id: *device,
                    team,
                    label: format!("{label} – máy {letter}"),
                });
            }
            self.teams.push(Team {
                id: team,
                org,
                label,
            });
            self.all.push(Force {
                kind,
                org,
                team,
                devices,
                communes: charge.to_vec(),
            });
        }
    }
}
