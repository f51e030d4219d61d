//! One walk along a plot's facts: which state each leads to, or why it leads nowhere.

use std::collections::{BTreeMap, BTreeSet};

use super::dues::dues;
use super::facts::{Act, Eradication, Fact, Judgement, Reinspection, Verification};
use super::guard::{Around, Work};
use super::life::{Due, Inspection, Step};
use super::words::{Completeness, Finding, Inspected, LifeFlag, Missing, PlotState, Sameness};
use crate::base::ids::{FactId, OrgId, PlotId};
use crate::base::personal::looks_personal;
use crate::base::time::Timestamp;

/// An eradication that the plot's state allowed.
#[derive(Debug, Clone)]
pub(super) struct Counted<'a> {
    pub(super) fact: &'a Fact,
    pub(super) said: &'a Eradication,
    /// 0 until something came up again, then 1 and so on.
    pub(super) cycle: u32,
    /// What it misses; figures count it as eradicated when that is nothing.
    pub(super) missing: Vec<Missing>,
}

/// Where the walk has come.
pub(super) struct Walked<'a> {
    pub(super) state: PlotState,
    /// Where the fact stands that closed it, and which it is.
    pub(super) closed_by: Option<(usize, FactId)>,
    pub(super) flags: BTreeSet<LifeFlag>,
    pub(super) missing: Vec<Missing>,
    pub(super) handling_org: Option<OrgId>,
    pub(super) duplicate_of: Option<PlotId>,
    pub(super) eradicated_at: Option<Timestamp>,
    pub(super) is_approved: bool,
    pub(super) dues: Vec<Due>,
    pub(super) minutes_due: Vec<(FactId, Timestamp)>,
    pub(super) inspected: Inspection,
    pub(super) steps: Vec<Step>,
    pub(super) counted: Vec<Counted<'a>>,
    cycle: u32,
    is_verified: bool,
    undone: Undone,
}

/// Closings that do not hold.
#[derive(Debug, Clone, Default)]
struct Undone {
    closings: BTreeSet<FactId>,
    /// Where the first closing stands that each re-opening undid.
    reopened: BTreeMap<FactId, usize>,
}

/// Walks along the facts, which stand in their order; the closings `without` do not hold. A re-opening says that the
/// closing before it was wrong, so the way is walked anew as if that had never been: what was done in between counts.
pub(super) fn walk<'a>(
    around: &Around<'a>,
    now: Timestamp,
    without: &BTreeSet<FactId>,
) -> Walked<'a> {
    let mut undone = Undone {
        closings: without.clone(),
        ..Undone::default()
    };
    // Each turn undoes one closing more, so the turns end.
    loop {
        let mut walked = begun(around, undone);
        let Some((reopening, (place, closing))) = walked.go(around) else {
            walked.look_back(around, now);
            return walked;
        };
        undone = walked.undone;
        undone.closings.insert(closing);
        undone.reopened.entry(reopening).or_insert(place);
    }
}

fn begun<'a>(around: &Around<'a>, undone: Undone) -> Walked<'a> {
    let state = if around.plot.is_seen {
        PlotState::Detected
    } else {
        PlotState::Reported
    };
    Walked {
        state,
        closed_by: None,
        flags: BTreeSet::new(),
        missing: Vec::new(),
        handling_org: around.plot.org,
        duplicate_of: None,
        eradicated_at: None,
        is_approved: false,
        dues: Vec::new(),
        minutes_due: Vec::new(),
        inspected: Inspection::default(),
        steps: Vec::new(),
        counted: Vec::new(),
        cycle: 0,
        is_verified: false,
        undone,
    }
}

impl<'a> Walked<'a> {
    /// Walks until the end, or until a re-opening finds a closing that it undoes.
    fn go(&mut self, around: &Around<'a>) -> Option<(FactId, (usize, FactId))> {
        for (place, fact) in around.facts.iter().enumerate() {
            if let Some(closing) = self.wrongly_closed(around, fact) {
                return Some((fact.id, closing));
            }
            let flag = self.step(around, (place, fact));
            self.flags.extend(flag);
            if fact.act.text().is_some_and(looks_personal) {
                self.flags.insert(LifeFlag::TextLooksPersonal);
            }
            self.steps.push(Step {
                fact: fact.id,
                state: self.state,
                flag,
                corrected_by: None,
            });
        }
        None
    }

    /// The closing that a re-opening undoes: the one that is in force, and those that it hid, but none before it, and none
    /// that nobody knew of when the plot was opened again, whatever time that tells.
    fn wrongly_closed(&self, around: &Around<'a>, fact: &Fact) -> Option<(usize, FactId)> {
        if !matches!(fact.act, Act::Reopening(_)) {
            return None;
        }
        let closing = self.closed_by?;
        let told: &Fact = around.facts.get(closing.0)?;
        let was_known = (around.told_closed)(told) <= (around.received)(fact);
        let first = self.undone.reopened.get(&fact.id);
        let undoes = was_known && first.is_none_or(|first| *first < closing.0);
        undoes.then_some(closing)
    }

    fn step(&mut self, around: &Around<'a>, (place, fact): (usize, &'a Fact)) -> Option<LifeFlag> {
        let by = (place, fact.id);
        if self.state.is_final() {
            return self.step_when_closed(around, by, fact);
        }
        match &fact.act {
            Act::Verification(said) => self.verify(around, by, (fact, said)),
            Act::Eradication(said) => self.eradicate(around, fact, said),
            Act::Reinspection(said) => self.reinspect(around, by, fact, said),
            Act::Transfer(said) => {
                self.handling_org = Some(said.to_org);
                if self.state == PlotState::Verified {
                    self.state = PlotState::Transferred;
                }
                None
            }
            Act::Referral(_) if around.plot.outside_vietnam => self.close(by, PlotState::Referred),
            Act::Reopening(_) if self.undone.reopened.contains_key(&fact.id) => None,
            Act::Referral(_) | Act::Reopening(_) => Some(LifeFlag::OutOfPlace),
            Act::Retraction(_) => self.close(by, PlotState::Retracted),
            Act::Judgement(said) => self.judge(by, said),
            Act::Approval(said) => self.accept(around, said.eradication, fact.at),
            Act::Confirmation(_)
            | Act::Minutes(_)
            | Act::Waiver(_)
            | Act::Return(_)
            | Act::Reply(_) => None,
        }
    }

    /// A closed plot takes papers and looks at the ground that confirm it. A re-opening that is met here undid a later
    /// closing than the one that is in force, or did not know of that one.
    fn step_when_closed(
        &mut self,
        around: &Around<'a>,
        by: (usize, FactId),
        fact: &'a Fact,
    ) -> Option<LifeFlag> {
        match &fact.act {
            Act::Confirmation(_)
            | Act::Minutes(_)
            | Act::Waiver(_)
            | Act::Reopening(_)
            | Act::Reply(_) => None,
            Act::Return(_) if self.state.is_counted() => None,
            Act::Approval(said) => self.accept(around, said.eradication, fact.at),
            Act::Reinspection(said) if self.state == PlotState::Clear => match said.result {
                Inspected::Clear | Inspected::NotReached => None,
                Inspected::Replanted => Some(LifeFlag::Replanted),
                Inspected::Resprout | Inspected::Standing => {
                    self.inspected.found = true;
                    self.inspected.facts.push(fact.id);
                    Some(LifeFlag::AfterFinal)
                }
            },
            // Whoever decides about two plots may find that a closed one counts another's ground.
            Act::Judgement(said) if matches!(self.state, PlotState::Clear | PlotState::Gone) => {
                self.judge(by, said)
            }
            // Two that are judged to be one are told apart by taking that judgement back.
            Act::Judgement(said)
                if said.sameness == Sameness::Distinct && self.duplicate_of != Some(said.other) =>
            {
                None
            }
            _ => Some(LifeFlag::AfterFinal),
        }
    }

    fn close(&mut self, by: (usize, FactId), state: PlotState) -> Option<LifeFlag> {
        if self.undone.closings.contains(&by.1) {
            return Some(LifeFlag::Undone);
        }
        self.closed_by = Some(by);
        self.state = state;
        None
    }

    fn verify(
        &mut self,
        around: &Around<'_>,
        by: (usize, FactId),
        (fact, said): (&Fact, &Verification),
    ) -> Option<LifeFlag> {
        use PlotState::{Detected, Reported, Transferred, Verified};
        match (said.finding, self.state) {
            // Said of a record that another took the place of: it takes no ground out of the figures.
            (finding, _) if fact.from.is_some() && finding != Finding::Confirmed => {
                Some(LifeFlag::VerificationConflict)
            }
            (Finding::Confirmed, state) => {
                self.is_verified = true;
                if matches!(state, Reported | Detected) {
                    self.state = Verified;
                }
                around.is_late(fact).then_some(LifeFlag::LateVerification)
            }
            // Confirmed before this came, at whatever earlier time it says that it was found out.
            (Finding::LookAlike | Finding::OtherCrop, _) if around.stood_before(fact) => {
                Some(LifeFlag::VerificationConflict)
            }
            // Destroyed on one unit's word alone and then found to be another plant: it leaves no mark.
            (Finding::LookAlike | Finding::OtherCrop, _) if !self.is_verified => {
                self.close(by, PlotState::Rejected)
            }
            (Finding::NotFound, Reported) => self.close(by, PlotState::NotFound),
            (Finding::Gone, Reported | Detected | Verified | Transferred) => {
                self.close(by, PlotState::Gone)
            }
            _ => Some(LifeFlag::VerificationConflict),
        }
    }

    fn eradicate(
        &mut self,
        around: &Around<'a>,
        fact: &'a Fact,
        said: &'a Eradication,
    ) -> Option<LifeFlag> {
        if self.state == PlotState::Eradicated {
            return Some(LifeFlag::ClaimedTwice);
        }
        if self.state == PlotState::Resprout {
            self.cycle += 1;
        }
        let is_full = said.completeness == Completeness::Full;
        let (cycle, mut flag) = (self.cycle, None);
        let claimed = self
            .counted
            .iter()
            .position(|own| own.cycle == cycle && own.said.completeness == Completeness::Full);
        let others = self.counted.iter().enumerate();
        let others = others.filter(|(index, own)| own.cycle == cycle && Some(*index) != claimed);
        let mut work: Vec<Work<'a>> = others.map(|(_, own)| (own.fact, own.said)).collect();
        work.push((fact, said));
        let missing = around.missing_each(&work);
        let own = missing.last().cloned().unwrap_or_default();
        if let Some(index) = claimed {
            // The whole plot was claimed before: a second claim stands only where the first misses more.
            let first = self.counted.get(index);
            let is_whole = first.is_none_or(|first| first.missing.is_empty());
            if !is_full || !own.is_empty() || is_whole {
                return Some(LifeFlag::ClaimedTwice);
            }
            self.counted.remove(index);
            flag = Some(LifeFlag::ClaimedTwice);
        }
        // Cannabis that nobody verified stays where it is: no figure may count it for having been destroyed.
        if !own.contains(&Missing::Verification) {
            self.state = PlotState::Eradicating;
        }
        self.counted.push(Counted {
            fact,
            said,
            cycle,
            missing: own,
        });
        self.judge_cycle(missing);
        if is_full && self.missing.is_empty() {
            self.state = PlotState::Eradicated;
            self.eradicated_at = self.eradicated_at.or(Some(fact.at));
            self.dues = dues(around, fact, said);
        }
        flag
    }

    /// Notes what each eradication of the cycle misses: the plot misses all of that, as what does not count is not destroyed.
    fn judge_cycle(&mut self, missing: Vec<Vec<Missing>>) {
        let all: BTreeSet<Missing> = missing.iter().flatten().copied().collect();
        self.missing = all.into_iter().collect();
        let cycle = self.cycle;
        let own = self.counted.iter_mut().filter(|own| own.cycle == cycle);
        for (own, missing) in own.zip(missing) {
            own.missing = missing;
        }
    }

    fn reinspect(
        &mut self,
        around: &Around<'a>,
        by: (usize, FactId),
        fact: &Fact,
        said: &Reinspection,
    ) -> Option<LifeFlag> {
        if said.result == Inspected::NotReached {
            return None;
        }
        if self.state != PlotState::Eradicated {
            return (self.state != PlotState::Resprout).then_some(LifeFlag::InspectedTooSoon);
        }
        self.inspected.reached = true;
        self.inspected.facts.push(fact.id);
        match said.result {
            Inspected::Resprout | Inspected::Standing => {
                self.inspected.found = true;
                self.state = PlotState::Resprout;
                self.dues.clear();
                None
            }
            result => {
                let early = i64::from(around.rules.early_days);
                let day = fact.at.local_date();
                for due in &mut self.dues {
                    due.done |= due.on.plus_days(-early) <= day;
                }
                let all_done = self.dues.iter().all(|due| due.done);
                let undone = all_done.then(|| self.close(by, PlotState::Clear));
                let replanted = (result == Inspected::Replanted).then_some(LifeFlag::Replanted);
                replanted.or(undone.flatten())
            }
        }
    }

    fn judge(&mut self, by: (usize, FactId), said: &Judgement) -> Option<LifeFlag> {
        if said.sameness == Sameness::Distinct {
            return None;
        }
        let undone = self.close(by, PlotState::Merged);
        if undone.is_none() {
            self.duplicate_of = Some(said.other);
        }
        undone
    }

    /// What was not there to be looked at was not accepted.
    fn accept(
        &mut self,
        around: &Around<'a>,
        eradication: FactId,
        at: Timestamp,
    ) -> Option<LifeFlag> {
        let named = (around.standing)(eradication);
        let own = self.counted.iter().find(|own| own.fact.id == named);
        let counts =
            own.is_some_and(|own| named != eradication || around.was_shown(own.fact, own.said, at));
        (!counts).then_some(LifeFlag::OutOfPlace)
    }
}
