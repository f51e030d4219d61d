//! A patrol as a team declares it: who went out, when, how and under whose lead.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::text::{composed, holds_naming_number};
use super::vocabulary::{PatrolKind, Transport};
use crate::base::ids::{CampaignId, OrgId, TeamId};
use crate::base::refusal::Refusal;
use crate::base::time::Timestamp;

/// The largest headcount taken as a patrol's; more is a typing error.
pub const MAX_HEADCOUNT: u32 = 500;

/// The longest notes, in characters.
pub const MAX_NOTES_CHARS: usize = 2000;

/// 2000-01-01T00:00:00Z: before it, a clock was never set.
const EARLIEST: Timestamp = Timestamp::from_millis(946_684_800_000);

/// A patrol as it arrives, of the right shape but unchecked.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PatrolWire {
    /// What it is for.
    pub kind: PatrolKind,
    /// The team that went out; the sender's own where absent.
    #[serde(default)]
    pub team: Option<TeamId>,
    /// The organisation in the lead; the sender's own where absent.
    #[serde(default)]
    pub lead_org: Option<OrgId>,
    /// Members per organisation, as far as they are told.
    #[serde(default)]
    #[schema(value_type = std::collections::HashMap<String, u32>)]
    pub headcount: BTreeMap<OrgId, u32>,
    /// How the team moves.
    pub transport: Transport,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended; absent while the team is out.
    #[serde(default)]
    pub ended_at: Option<Timestamp>,
    /// The campaign it counts for.
    #[serde(default)]
    pub campaign: Option<CampaignId>,
    /// Free text.
    #[serde(default)]
    pub notes: Option<String>,
    /// The version that this one corrects.
    #[serde(default)]
    pub revises: Option<u32>,
}

impl PatrolWire {
    /// As a post node's word for it is read here: its teams and organisations are the node's own and not known here, so
    /// everything is the node's, as it stands here.
    #[must_use]
    pub fn of_node(self, node: Party) -> Self {
        let people = people_of(&self.headcount);
        Self {
            team: None,
            lead_org: None,
            headcount: node.org.zip(people).into_iter().collect(),
            ..self
        }
    }
}

/// What coverage needs of a declaration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct Declared {
    /// What it is for.
    pub kind: PatrolKind,
    /// How the team moves.
    pub transport: Transport,
    /// The organisation in the lead.
    pub lead_org: OrgId,
    /// The campaign it counts for.
    pub campaign: Option<CampaignId>,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended; `None` while the team is out.
    pub ended_at: Option<Timestamp>,
    /// Everyone in the field; `None` where it is not told.
    #[serde(default, rename = "headcount", deserialize_with = "people_told")]
    pub people: Option<u32>,
}

fn people_told<'de, D: serde::Deserializer<'de>>(source: D) -> Result<Option<u32>, D::Error> {
    BTreeMap::<OrgId, u32>::deserialize(source).map(|headcount| people_of(&headcount))
}

/// Everyone in the field; `None` where it is not told.
#[must_use]
pub fn people_of(headcount: &BTreeMap<OrgId, u32>) -> Option<u32> {
    let people = headcount.values().copied().fold(0, u32::saturating_add);
    (people > 0).then_some(people)
}

/// Whom a declaration belongs to where it does not say.
#[derive(Debug, Clone, Copy, Default)]
pub struct Party {
    /// The sender's team.
    pub team: Option<TeamId>,
    /// The sender's organisation.
    pub org: Option<OrgId>,
}

/// A patrol's declaration, checked. Two equal drafts are the same fact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PatrolDraft {
    kind: PatrolKind,
    team: TeamId,
    lead_org: OrgId,
    headcount: BTreeMap<OrgId, u32>,
    transport: Transport,
    started_at: Timestamp,
    ended_at: Option<Timestamp>,
    campaign: Option<CampaignId>,
    notes: Option<String>,
    revises: Option<u32>,
}

impl PatrolDraft {
    /// Parses a declaration sent by that party; refuses with every fault at once.
    pub fn parse(wire: PatrolWire, sender: Party) -> Result<Self, Refusal> {
        let mut refusals = Refusal::default();
        let team = named("/team", wire.team.or(sender.team), &mut refusals);
        let lead_org = named("/lead_org", wire.lead_org.or(sender.org), &mut refusals);
        check_headcount(&wire.headcount, &mut refusals);
        check_times(wire.started_at, wire.ended_at, &mut refusals);
        let notes = wire
            .notes
            .map(|notes| composed(notes.trim()))
            .filter(|notes| !notes.is_empty());
        if notes
            .as_ref()
            .is_some_and(|notes| notes.chars().count() > MAX_NOTES_CHARS)
        {
            refusals.add(
                "/notes",
                format!("longer than {MAX_NOTES_CHARS} characters"),
            );
        }
        if wire.revises == Some(0) {
            refusals.add("/revises", "versions count from 1");
        }
        let (Some(team), Some(lead_org)) = (team, lead_org) else {
            return Err(refusals);
        };
        refusals.or(Self {
            kind: wire.kind,
            team,
            lead_org,
            headcount: wire
                .headcount
                .into_iter()
                .filter(|(_, members)| *members > 0)
                .collect(),
            transport: wire.transport,
            started_at: wire.started_at,
            ended_at: wire.ended_at,
            campaign: wire.campaign,
            notes,
            revises: wire.revises,
        })
    }

    /// What it is for.
    #[must_use]
    pub const fn kind(&self) -> PatrolKind {
        self.kind
    }

    /// The team that went out.
    #[must_use]
    pub const fn team(&self) -> TeamId {
        self.team
    }

    /// The organisation in the lead.
    #[must_use]
    pub const fn lead_org(&self) -> OrgId {
        self.lead_org
    }

    /// Members per organisation, each at least one.
    #[must_use]
    pub const fn headcount(&self) -> &BTreeMap<OrgId, u32> {
        &self.headcount
    }

    /// How the team moves.
    #[must_use]
    pub const fn transport(&self) -> Transport {
        self.transport
    }

    /// When it began.
    #[must_use]
    pub const fn started_at(&self) -> Timestamp {
        self.started_at
    }

    /// When it ended; `None` while the team is out.
    #[must_use]
    pub const fn ended_at(&self) -> Option<Timestamp> {
        self.ended_at
    }

    /// The campaign it counts for.
    #[must_use]
    pub const fn campaign(&self) -> Option<CampaignId> {
        self.campaign
    }

    /// Free text in composed form, trimmed, never empty.
    #[must_use]
    pub fn notes(&self) -> Option<&str> {
        self.notes.as_deref()
    }

    /// The version that this one corrects.
    #[must_use]
    pub const fn revises(&self) -> Option<u32> {
        self.revises
    }

    /// Whether the notes hold a number that may name a person; a warning to the sender, never a refusal.
    #[must_use]
    pub fn notes_hold_naming_number(&self) -> bool {
        self.notes().is_some_and(holds_naming_number)
    }
}

fn named<T>(pointer: &str, id: Option<T>, refusals: &mut Refusal) -> Option<T> {
    if id.is_none() {
        refusals.add(pointer, "name it: you have none of your own");
    }
    id
}

fn check_headcount(headcount: &BTreeMap<OrgId, u32>, refusals: &mut Refusal) {
    let members = headcount
        .values()
        .fold(0_u32, |sum, members| sum.saturating_add(*members));
    if members > MAX_HEADCOUNT {
        refusals.add(
            "/headcount",
            format!("the members must sum to at most {MAX_HEADCOUNT}"),
        );
    }
}

fn check_times(started_at: Timestamp, ended_at: Option<Timestamp>, refusals: &mut Refusal) {
    if started_at < EARLIEST {
        refusals.add("/started_at", "before the year 2000: the clock was not set");
    }
    if ended_at.is_some_and(|ended_at| ended_at < started_at) {
        refusals.add("/ended_at", "before the start");
    }
}
