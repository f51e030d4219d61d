//! What desks sent back for completing ("Trả lại – cần bổ sung"), and what ended that. A return changes neither state nor
//! figure: it holds until the author's side answers, by a correction, a photo or in words, or a desk accepts the work after
//! all. It is read from all facts at once, so in whatever order they come.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::facts::{Act, Fact, Return};
use super::guard::Around;
use super::words::{PlotState, ReturnEnd};
use crate::base::ids::{FactId, OrgId};
use crate::base::time::Timestamp;

/// A return as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Returned {
    /// The fact.
    pub id: FactId,
    /// The eradication that went back.
    pub eradication: Option<FactId>,
    /// The version of the recording that went back.
    pub version: Option<u32>,
    /// What is to be completed.
    pub reason: String,
    /// Who sent it back.
    pub org: Option<OrgId>,
    /// When.
    pub at: Timestamp,
    /// Whose work it is: any of them answers.
    pub to: BTreeSet<OrgId>,
    /// What ended it; none as long as it is open.
    pub ended_by: Option<ReturnEnd>,
}

impl Returned {
    /// Whether nobody has answered.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        self.ended_by.is_none()
    }
}

/// The returns that stand, in the order in which they came; `facts` are all of the plot's, `state` is where its life ends.
pub(super) fn returns(around: &Around<'_>, facts: &[Fact], state: PlotState) -> Vec<Returned> {
    let known: BTreeMap<FactId, &Fact> = facts.iter().map(|fact| (fact.id, fact)).collect();
    let told = around
        .facts
        .iter()
        .copied()
        .filter_map(|fact| match &fact.act {
            Act::Return(said) => {
                let side = side(around, &known, said);
                Some(Returned {
                    id: fact.id,
                    eradication: said.eradication,
                    version: said.version,
                    reason: said.reason.clone(),
                    org: fact.org,
                    at: fact.at,
                    ended_by: end(around, &known, (fact, said), &side, state),
                    to: side.into_iter().flatten().collect(),
                })
            }
            _ => None,
        });
    told.collect()
}

/// The organisations of those whose work went back: of the version that was read and of all that it corrects.
fn side(
    around: &Around<'_>,
    known: &BTreeMap<FactId, &Fact>,
    said: &Return,
) -> BTreeSet<Option<OrgId>> {
    let Some(eradication) = said.eradication else {
        return BTreeSet::from([around.plot.org]);
    };
    let (mut side, mut seen) = (BTreeSet::new(), BTreeSet::new());
    let mut next = Some(eradication);
    while let Some(fact) = next
        .filter(|id| seen.insert(*id))
        .and_then(|id| known.get(&id))
    {
        side.insert(fact.org);
        next = fact.corrects;
    }
    side
}

/// What ended a return: whatever came first. When a new version of the recording came is not known here, so it goes before
/// what else came.
fn end(
    around: &Around<'_>,
    known: &BTreeMap<FactId, &Fact>,
    (fact, said): (&Fact, &Return),
    side: &BTreeSet<Option<OrgId>>,
    state: PlotState,
) -> Option<ReturnEnd> {
    let is_revised = said.eradication.is_none()
        && said
            .version
            .is_some_and(|version| around.plot.version > i64::from(version));
    if is_revised {
        return Some(ReturnEnd::Corrected);
    }
    let answers = [
        (corrected(around, known, said), ReturnEnd::Corrected),
        (replied(around, fact), ReturnEnd::Reply),
        (photographed(around, (fact, said), side), ReturnEnd::Photo),
        (accepted(around, (fact, said)), ReturnEnd::Accepted),
    ];
    let came = answers
        .into_iter()
        .filter_map(|(came_at, end)| Some((came_at?, end)));
    match came.min_by_key(|(came_at, _)| *came_at) {
        Some((_, end)) => Some(end),
        None => (!state.is_counted()).then_some(ReturnEnd::Closed),
    }
}

/// When the work that went back was first corrected with effect.
fn corrected(
    around: &Around<'_>,
    known: &BTreeMap<FactId, &Fact>,
    said: &Return,
) -> Option<Timestamp> {
    let own = said.eradication?;
    let stands = (around.standing)(own);
    let is_its = |fact: &&&Fact| fact.corrects == Some(own) && (around.standing)(fact.id) == stands;
    (stands != own)
        .then(|| known.values().filter(is_its).map(|fact| fact.recorded_at))?
        .min()
}

/// When somebody first answered in words.
fn replied(around: &Around<'_>, fact: &Fact) -> Option<Timestamp> {
    let told = around.facts.iter().filter(|own| match &own.act {
        Act::Reply(reply) => (around.standing)(reply.returned) == fact.id,
        _ => false,
    });
    told.map(|own| own.recorded_at).min()
}

/// When the first photo of the same side came after the return.
fn photographed(
    around: &Around<'_>,
    (fact, said): (&Fact, &Return),
    side: &BTreeSet<Option<OrgId>>,
) -> Option<Timestamp> {
    let is_named = |named: FactId| {
        said.eradication
            .is_none_or(|own| (around.standing)(named) == (around.standing)(own))
    };
    let new = around.photos.shots.iter().filter(|shot| {
        let is_new = shot.received_at > fact.at && side.contains(&shot.org);
        is_new && shot.eradication.is_none_or(is_named)
    });
    new.map(|shot| shot.received_at).min()
}

/// When a desk first accepted the work after all.
fn accepted(around: &Around<'_>, (fact, said): (&Fact, &Return)) -> Option<Timestamp> {
    let accepting = around
        .facts
        .iter()
        .filter(|own| match (&own.act, said.eradication) {
            (Act::Approval(own_said), Some(eradication)) => {
                own_said.eradication == eradication && own.at > fact.at
            }
            // Whoever verifies tells when he looked; what counts is when he said so.
            (Act::Verification(_), None) => own.recorded_at > fact.recorded_at,
            _ => false,
        });
    accepting.map(|own| own.recorded_at).min()
}
