//! A plot's life: the pure fold of its facts into state, flags, dues and quantities (the state machine of the domain).
//!
//! Facts are put into the order in which they happened first, so that late, repeated and re-ordered ones give the same
//! life. What a state does not allow changes nothing and is flagged; no fact is lost.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::balance::{Conflict, Quantities, Sum, balance};
use super::definition::Definition;
use super::evidence::EvidenceSummary;
use super::facts::{Act, Amount, Fact, PlotFacts};
use super::guard::{Around, met_plants};
use super::returns::{Returned, returns};
use super::standing::{Standing, standing};
use super::walk::{Counted, walk};
use super::words::{LifeFlag, Missing, PlotState};
use crate::base::ids::{FactId, OrgId, PlotId};
use crate::base::time::{LocalDate, Timestamp};
use crate::base::words::Crop;

/// A plot's life as its facts make it.
#[derive(Debug, Clone, PartialEq)]
pub struct Life {
    /// Where it stands.
    pub state: PlotState,
    /// What a reader must know.
    pub flags: BTreeSet<LifeFlag>,
    /// What the eradications of the last cycle miss, any of them: until it is there the plot is not eradicated.
    pub missing: Vec<Missing>,
    /// The crop as verified, else as recorded.
    pub crop: Crop,
    /// Who handles it now: the detector's organisation, or the last to whom it was handed over.
    pub handling_org: Option<OrgId>,
    /// The plot that it duplicates.
    pub duplicate_of: Option<PlotId>,
    /// The fact that closed it, when it is closed.
    pub closed_by: Option<FactId>,
    /// When the crop was confirmed first.
    pub verified_at: Option<Timestamp>,
    /// When the first full eradication ended.
    pub eradicated_at: Option<Timestamp>,
    /// Whether the desk accepted it.
    pub is_approved: bool,
    /// The re-inspections that the last eradication asks for.
    pub dues: Vec<Due>,
    /// Eradications whose minutes are still to come, with when they are expected.
    pub minutes_due: Vec<(FactId, Timestamp)>,
    /// The number of the minutes of every eradication that stands and has them.
    pub minutes: BTreeMap<FactId, String>,
    /// Whether any re-inspection reached the place, and whether one found plants.
    pub inspected: Inspection,
    /// The eradications that the plot's state allowed.
    pub eradications: Vec<Done>,
    /// The most plants that the work of one cycle met, destroyed and left; none when nobody numbered any.
    pub met_plants: Option<u64>,
    /// What was sent back for completing, whether or not somebody answered.
    pub returns: Vec<Returned>,
    /// How every eradication that stands does by the photo minimum.
    pub photos: BTreeMap<FactId, Photographed>,
    /// Every fact in the order in which it happened, with what it did.
    pub steps: Vec<Step>,
    /// Claimed, verified, eradicated and re-measured, kept apart.
    pub quantities: Quantities,
    /// Figures that do not make up what was measured.
    pub conflicts: Vec<Conflict>,
}

impl Life {
    /// Whether a fact stands: neither corrected, nor a correction without effect.
    #[must_use]
    pub fn stands(&self, fact: FactId) -> bool {
        self.steps.iter().any(|step| {
            let is_ignored = step.flag == Some(LifeFlag::CorrectionIgnored);
            step.fact == fact && step.corrected_by.is_none() && !is_ignored
        })
    }

    /// Whether something was sent back for completing and nobody has answered.
    #[must_use]
    pub fn is_returned(&self) -> bool {
        self.returns.iter().any(Returned::is_open)
    }

    /// Of what does not count nothing is accepted and nothing expected.
    fn forget_accepted(&mut self) {
        self.is_approved = false;
        self.quantities.approved = Sum::default();
        self.dues.clear();
        self.minutes_due.clear();
    }

    /// Whether figures count the plot at all: what was rejected, merged, taken back or lies beyond the border they do
    /// not, nor cannabis that nobody verified.
    #[must_use]
    pub fn is_counted(&self) -> bool {
        let unverified = self.crop == Crop::Cannabis && self.verified_at.is_none();
        self.state.is_counted() && !unverified
    }
}

/// An eradication that the plot's state allowed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Done {
    /// The fact.
    pub fact: FactId,
    /// When it ended.
    pub ended_at: Timestamp,
    /// What was destroyed.
    pub destroyed: Amount,
}

/// How an eradication does by the photo minimum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Photographed {
    /// What it misses.
    pub missing: Vec<Missing>,
    /// Whether a role let it count without.
    pub is_waived: bool,
}

/// What re-inspections came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Inspection {
    /// Those that reached the place after it was eradicated, and those that found plants after it was closed.
    pub facts: Vec<FactId>,
    /// One reached the place after it was eradicated.
    pub reached: bool,
    /// One found plants that came up again or had been left.
    pub found: bool,
}

/// A re-inspection that is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Due {
    /// The local day.
    pub on: LocalDate,
    /// Whether one found nothing on that day or later, or a little before.
    pub done: bool,
}

/// What one fact did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Step {
    /// The fact.
    pub fact: FactId,
    /// The state after it.
    pub state: PlotState,
    /// Why it did nothing, if so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub flag: Option<LifeFlag>,
    /// The fact that took its place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub corrected_by: Option<FactId>,
}

/// A plot's life; `facts` in any order and however often repeated. `now` only tells what is late.
#[must_use]
pub fn live(
    plot: &PlotFacts,
    facts: &[Fact],
    photos: &EvidenceSummary,
    rules: &Definition,
    now: Timestamp,
) -> Life {
    live_without(plot, facts, photos, rules, now, &BTreeSet::new())
}

/// The life in which some closings do not hold: in a circle of plots that were all judged to be one another's
/// duplicates, one must count.
#[must_use]
pub fn live_without(
    plot: &PlotFacts,
    facts: &[Fact],
    photos: &EvidenceSummary,
    rules: &Definition,
    now: Timestamp,
    closings: &BTreeSet<FactId>,
) -> Life {
    let standing = standing(facts);
    let last = |id: FactId| standing.instead_of(id);
    let received = |own: &Fact| first_came(facts, &standing, own, |_| true);
    let told_closed = |own: &Fact| first_came(facts, &standing, own, Act::may_close);
    let around = Around {
        plot,
        facts: &standing.facts,
        standing: &last,
        received: &received,
        told_closed: &told_closed,
        photos,
        rules,
    };
    let walked = walk(&around, now, closings);
    let is_idle = |fact: FactId| {
        let of_fact = |step: &&Step| step.fact == fact;
        let step = walked.steps.iter().find(of_fact);
        step.is_some_and(|step| step.flag == Some(LifeFlag::AfterFinal))
    };
    let (quantities, conflicts) = balance(&around, &walked.counted, &is_idle);
    let mut life = Life {
        state: walked.state,
        flags: walked.flags,
        missing: walked.missing,
        crop: around.crop(),
        handling_org: walked.handling_org,
        duplicate_of: walked.duplicate_of,
        closed_by: walked.closed_by.map(|(_, fact)| fact),
        verified_at: around.verified_at(),
        eradicated_at: walked.eradicated_at,
        is_approved: walked.is_approved,
        dues: walked.dues,
        minutes_due: walked.minutes_due,
        minutes: minutes(&around),
        inspected: walked.inspected,
        eradications: done(&walked.counted),
        met_plants: met_most(&walked.counted),
        returns: returns(&around, facts, walked.state),
        photos: photographed(&around),
        steps: walked.steps,
        quantities,
        conflicts,
    };
    if !life.state.is_counted() {
        life.forget_accepted();
    }
    if !life.conflicts.is_empty() {
        life.flags.insert(LifeFlag::Conflict);
    }
    if life.is_returned() {
        life.flags.insert(LifeFlag::Returned);
    }
    tell_corrections(&mut life, &standing);
    life
}

/// When the first came of a fact and those that it takes the place of which are such.
fn first_came(
    facts: &[Fact],
    standing: &Standing<'_>,
    own: &Fact,
    is_such: impl Fn(&Act) -> bool,
) -> Timestamp {
    let versions = facts
        .iter()
        .filter(|fact| standing.instead_of(fact.id) == own.id && is_such(&fact.act));
    let first = versions.map(|fact| fact.recorded_at).min();
    first.unwrap_or(own.recorded_at)
}

fn done(counted: &[Counted<'_>]) -> Vec<Done> {
    let told = counted.iter().map(|own| Done {
        fact: own.fact.id,
        ended_at: own.fact.at,
        destroyed: own.said.destroyed,
    });
    told.collect()
}

fn met_most(counted: &[Counted<'_>]) -> Option<u64> {
    let cycles: BTreeSet<u32> = counted.iter().map(|own| own.cycle).collect();
    let met = cycles.into_iter().filter_map(|cycle| {
        let own = counted.iter().filter(|own| own.cycle == cycle);
        met_plants(own.map(|own| own.said))
    });
    met.max()
}

fn minutes(around: &Around<'_>) -> BTreeMap<FactId, String> {
    let told = around.facts.iter().filter_map(|fact| match &fact.act {
        Act::Eradication(said) => {
            let paper = around.minutes_of(fact, said)?;
            Some((fact.id, paper.number.clone()))
        }
        _ => None,
    });
    told.collect()
}

fn photographed(around: &Around<'_>) -> BTreeMap<FactId, Photographed> {
    let told = around.facts.iter().filter_map(|fact| match &fact.act {
        Act::Eradication(said) => Some((
            fact.id,
            Photographed {
                missing: around.missing_photos(fact, said),
                is_waived: around.is_waived(fact),
            },
        )),
        _ => None,
    });
    told.collect()
}

/// Notes what corrections took away, so that every fact has its step.
fn tell_corrections(life: &mut Life, standing: &Standing<'_>) {
    let state = life.state;
    let corrected = standing.instead.keys().map(|fact| Step {
        fact: *fact,
        state,
        flag: None,
        corrected_by: Some(standing.instead_of(*fact)),
    });
    let ignored = standing.ignored.iter().map(|fact| Step {
        fact: *fact,
        state,
        flag: Some(LifeFlag::CorrectionIgnored),
        corrected_by: None,
    });
    life.steps.extend(corrected.chain(ignored));
    if !standing.ignored.is_empty() {
        life.flags.insert(LifeFlag::CorrectionIgnored);
    }
    if standing.twice {
        life.flags.insert(LifeFlag::CorrectedTwice);
    }
}
