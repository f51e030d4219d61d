//! Who walks: police and militia of every commune, and the police of the province over them.

use std::collections::BTreeMap;

use super::Ground;
use crate::base::ids::{DeviceId, OrgId, TeamId};
use crate::base::time::Timestamp;
use crate::demo::dice::{Dice, Stream};
use crate::demo::forces::{Force, Forces};

/// A team that can go out.
#[derive(Clone, Copy)]
pub(super) struct Party {
    pub(super) org: OrgId,
    pub(super) team: TeamId,
    pub(super) device: DeviceId,
}

/// The teams of each commune.
#[derive(Default)]
pub(super) struct Parties {
    communes: Vec<Teams>,
    /// Teams that may go anywhere.
    everywhere: Vec<Party>,
}

#[derive(Default, Clone)]
struct Teams {
    police: Vec<Party>,
    militia: Vec<Party>,
    province: Vec<Party>,
}

/// The forces of communes of several provinces.
pub(super) fn raised(grounds: &[Ground], seed: u64, at: Timestamp) -> Forces {
    let mut dice = Dice::of(seed, Stream::YearForces, 0);
    let mut forces = Forces::default();
    let mut provinces = BTreeMap::<&str, Vec<usize>>::new();
    for (index, ground) in grounds.iter().enumerate() {
        provinces.entry(&ground.province).or_default().push(index);
    }
    for (name, charge) in provinces {
        let codes = charge.iter().filter_map(|index| grounds.get(*index));
        let codes = codes.map(|ground| ground.code.clone()).collect();
        let title = format!("Công an {name}");
        forces.raise("cong_an_tinh", title, (codes, &charge), 3, (at, &mut dice));
    }
    for (index, ground) in grounds.iter().enumerate() {
        let place = format!("{} {} ({})", ground.kind, ground.name, ground.code);
        for (kind, title) in [("cong_an_xa", "Công an"), ("dan_quan", "Dân quân")] {
            let codes = vec![ground.code.clone()];
            let title = format!("{title} {place}");
            forces.raise(kind, title, (codes, &[index]), 1, (at, &mut dice));
        }
    }
    forces
}

impl Parties {
    pub(super) fn of(forces: &[Force], communes: usize) -> Self {
        let mut parties = Self {
            communes: vec![Teams::default(); communes],
            everywhere: Vec::new(),
        };
        for force in forces {
            let Some(device) = force.devices.first() else {
                continue;
            };
            let party = Party {
                org: force.org,
                team: force.team,
                device: *device,
            };
            if force.communes.is_empty() {
                parties.everywhere.push(party);
            }
            for &commune in &force.communes {
                let Some(teams) = parties.communes.get_mut(commune) else {
                    continue;
                };
                match force.kind {
                    "cong_an_xa" => teams.police.push(party),
                    "cong_an_tinh" => teams.province.push(party),
                    _ => teams.militia.push(party),
                }
            }
        }
        parties
    }

    /// The team for a patrol of that kind, and a second one of another organisation for a joint patrol.
    pub(super) fn choose(
        &self,
        commune: usize,
        kind: &str,
        dice: &mut Dice,
    ) -> Option<(Party, Option<Party>)> {
        let teams = self.communes.get(commune)?;
        let above = if teams.province.is_empty() {
            &self.everywhere
        } else {
            &teams.province
        };
        let leads = match kind {
            "inspection" => above,
            _ if dice.chance(0.3) => &teams.militia,
            _ => &teams.police,
        };
        let lead = one_of(leads, dice)
            .or_else(|| one_of(&teams.police, dice))
            .or_else(|| one_of(above, dice))?;
        let others = [&teams.police, &teams.militia].into_iter().flatten();
        let second = others.copied().find(|other| other.org != lead.org);
        Some((lead, second.filter(|_| kind == "inter_agency")))
    }
}

fn one_of(parties: &[Party], dice: &mut Dice) -> Option<Party> {
    parties.get(dice.below(parties.len())).copied()
}
