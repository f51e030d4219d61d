//! Numbers for the words that filters compare, so that rows in memory are small: the same word, the same number.

use std::collections::HashMap;
use std::hash::Hash;

use crate::base::ids::{BoundaryId, CampaignId, OrgId};
use crate::base::time::LocalDate;
use crate::coverage::model::block::{NEVER, PatrolFacts, Trip, micrometres};
use crate::coverage::sql::{FactsRow, TripRow};
use crate::patrols::model::vocabulary::PatrolState;

/// The numbers given so far in this process.
#[derive(Debug, Default)]
pub(super) struct Words {
    kinds: Numbers<String>,
    orgs: Numbers<OrgId>,
    campaigns: Numbers<CampaignId>,
    boundaries: Numbers<BoundaryId>,
}

/// Numbers from 1 on.
#[derive(Debug)]
struct Numbers<T>(HashMap<T, u32>);

impl<T> Default for Numbers<T> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<T: Eq + Hash + Clone> Numbers<T> {
    fn give(&mut self, word: &T) -> u32 {
        if let Some(number) = self.0.get(word) {
            return *number;
        }
        let next = u32::try_from(self.0.len() + 1).unwrap_or(u32::MAX);
        self.0.insert(word.clone(), next);
        next
    }

    fn get(&self, word: &T) -> Option<u32> {
        self.0.get(word).copied()
    }
}

impl Words {
    /// A patrol's facts in numbers.
    pub(super) fn facts(&mut self, row: &FactsRow) -> PatrolFacts {
        PatrolFacts {
            patrol: row.patrol,
            kind: self.kinds.give(&row.kind),
            lead_org: self.orgs.give(&row.lead_org),
            campaign: row.campaign.map_or(0, |own| self.campaigns.give(&own)),
            people: u16::try_from(row.people.unwrap_or(0)).unwrap_or(u16::MAX),
            is_validated: row.state == PatrolState::Validated.as_str(),
            is_frozen: row.frozen != 0,
            // A generation that has no such number counts as older than any.
            ground: u32::try_from(row.ground).unwrap_or(0),
        }
    }

    /// A trip in numbers.
    pub(super) fn trip(&mut self, row: &TripRow) -> Trip {
        let day = |day: LocalDate| i32::try_from(day.as_days()).unwrap_or(NEVER);
        let millis = |millis: i64| u32::try_from(millis.max(0)).unwrap_or(u32::MAX);
        Trip {
            boundary: row.boundary.map_or(0, |own| self.boundaries.give(&own)),
            length_um: micrometres(row.length_m),
            duration_ms: millis(row.duration_ms),
            night_ms: millis(row.night_ms),
            last_at: row.last_at,
            is_first_here: row.firsts & 1 != 0,
            is_first_anywhere: row.firsts & 2 != 0,
            before_here: row.before_here.map_or(NEVER, day),
            before_anywhere: row.before_anywhere.map_or(NEVER, day),
        }
    }

    /// The number of a kind, if any row has it.
    pub(super) fn kind(&self, kind: &str) -> Option<u32> {
        self.kinds.get(&kind.to_owned())
    }

    /// The number of an organisation, if any row has it.
    pub(super) fn org(&self, org: OrgId) -> Option<u32> {
        self.orgs.get(&org)
    }

    /// The number of a campaign, if any row has it.
    pub(super) fn campaign(&self, campaign: CampaignId) -> Option<u32> {
        self.campaigns.get(&campaign)
    }

    /// The number of a boundary, if any row has it.
    pub(super) fn boundary(&self, boundary: BoundaryId) -> Option<u32> {
        self.boundaries.get(&boundary)
    }

    /// How many words have a number.
    pub(super) fn len(&self) -> usize {
        self.kinds.0.len() + self.orgs.0.len() + self.campaigns.0.len() + self.boundaries.0.len()
    }

    /// The greatest number of a boundary.
    pub(super) fn boundaries(&self) -> usize {
        self.boundaries.0.len()
    }
}
