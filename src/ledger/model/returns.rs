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
                    ended_by: end(around, (fact, said), &side, state),
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

fn end(
    around: &Around<'_>,
    (fact, said): (&Fact, &Return),
    side: &BTreeSet<Option<OrgId>>,
    state: PlotState,
) -> Option<ReturnEnd> {
    let stands = |id: FactId| (around.standing)(id) == id;
    let is_corrected = match said.eradication {
        Some(eradication) => !stands(eradication),
        None => said
            .version
            .is_some_and(|version| around.plot.version > i64::from(version)),
    };
    let is_named = |named: FactId| {
        said.eradication
            .is_none_or(|own| (around.standing)(named) == own)
    };
    let has_photo = || {
        around.photos.shots.iter().any(|shot| {
            let is_new = shot.received_at > fact.at && side.contains(&shot.org);
            is_new && shot.eradication.is_none_or(is_named)
        })
    };
    let has_reply = || {
        around.facts.iter().any(|own| match &own.act {
            Act::Reply(reply) => (around.standing)(reply.returned) == fact.id,
            _ => false,
        })
    };
    let is_accepted = || {
        around
            .facts
            .iter()
            .any(|own| match (&own.act, said.eradication) {
                (Act::Approval(own_said), Some(eradication)) => {
                    own_said.eradication == eradication && own.at > fact.at
                }
                // Whoever verifies tells when he looked; what counts is when he said so.
                (Act::Verification(_), None) => own.recorded_at > fact.recorded_at,
                _ => false,
            })
    };
    if is_corrected {
        Some(ReturnEnd::Corrected)
    } else if has_reply() {
        Some(ReturnEnd::Reply)
    } else if has_photo() {
        Some(ReturnEnd::Photo)
    } else if is_accepted() {
        Some(ReturnEnd::Accepted)
    } else {
        (!state.is_counted()).then_some(ReturnEnd::Closed)
    }
}
