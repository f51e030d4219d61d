//! The guard of `eradicated`: what an eradication still misses. It looks at all facts of the plot, so that what comes
//! late (minutes, photos, a second member's confirmation) counts as if it had come at once.

use super::definition::Definition;
use super::evidence::{EvidenceSummary, Shot, missing_photos};
use super::facts::{
    Act, Eradication, Fact, Minutes, MinutesPaper, OnTheSpot, PlotFacts, Sample, Verification,
};
use super::words::{Finding, Inspected, Missing};
use crate::base::ids::FactId;
use crate::base::time::Timestamp;
use crate::base::words::Crop;

/// What surrounds an eradication.
pub(super) struct Around<'a> {
    pub(super) plot: &'a PlotFacts,
    pub(super) facts: &'a [&'a Fact],
    /// The fact that stands in the place of a corrected one.
    pub(super) standing: &'a dyn Fn(FactId) -> FactId,
    /// When a fact came: of one that corrects others, when the first of them did.
    pub(super) received: &'a dyn Fn(&Fact) -> Timestamp,
    /// When it came first that a fact may close the plot: of one that corrects others, when the first of them did that says so.
    pub(super) told_closed: &'a dyn Fn(&Fact) -> Timestamp,
    pub(super) photos: &'a EvidenceSummary,
    pub(super) rules: &'a Definition,
}

/// Whether the minutes of an eradication are there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Paper {
    There,
    Pending,
    None,
}

/// One eradication: the fact, and what it says.
pub(super) type Work<'a> = (&'a Fact, &'a Eradication);

impl<'a> Around<'a> {
    /// The verifications that confirm the crop, without those that came too late to change what another says.
    pub(super) fn confirmed(&self) -> impl Iterator<Item = (&'a Fact, &'a Verification)> {
        let facts = self.facts.iter().copied();
        facts.filter_map(move |fact| {
            let said = confirming(fact)?;
            (!self.is_late(fact)).then_some((fact, said))
        })
    }

    /// Whether a verification says that it was before work which was known when it came, although another stood by then:
    /// whoever knows what was destroyed does not say anew what had stood there.
    pub(super) fn is_late(&self, fact: &Fact) -> bool {
        let came = (self.received)(fact);
        let is_backdated = self.facts.iter().any(|own| match &own.act {
            Act::Eradication(said) => fact.at <= said.started_at && (self.received)(own) < came,
            _ => false,
        });
        is_backdated && self.stood_before(fact)
    }

    /// Whether the crop was confirmed by the time at which a fact came.
    pub(super) fn stood_before(&self, fact: &Fact) -> bool {
        let came = (self.received)(fact);
        let is_earlier = |own: &Fact| confirming(own).is_some() && (self.received)(own) < came;
        self.facts.iter().any(|own| is_earlier(own))
    }

    /// The first verification that confirms the crop.
    pub(super) fn verified_at(&self) -> Option<Timestamp> {
        self.confirmed().next().map(|(fact, _)| fact.at)
    }

    /// The crop as verified, else as recorded.
    pub(super) fn crop(&self) -> Crop {
        let verified = self.confirmed().find_map(|(_, said)| said.crop);
        verified.unwrap_or(self.plot.crop)
    }

    /// What each eradication of one cycle of work misses, in the order of [`Missing`]. Whether the scene had to be kept
    /// follows from all of them together: work that is told in parts is one work.
    pub(super) fn missing_each(&self, work: &[Work<'_>]) -> Vec<Vec<Missing>> {
        let kept = work
            .iter()
            .any(|(_, said)| said.samples.iter().any(Sample::is_sealed) || said.release.is_some());
        let is_stopped = self.most_plants(work) >= u64::from(self.rules.stop_plants);
        work.iter()
            .map(|(fact, said)| self.missing(fact, said, is_stopped && !kept))
            .collect()
    }

    fn missing(&self, fact: &Fact, said: &Eradication, has_no_samples: bool) -> Vec<Missing> {
        let mut missing = Vec::new();
        let verified = self.verified_at().is_some();
        if !verified && !self.is_confirmed(fact, said) && !self.is_alone(fact, said) {
            missing.push(Missing::Confirmation);
        }
        if self.crop() == Crop::Cannabis && !verified {
            missing.push(Missing::Verification);
        }
        if self.paper(fact, said) == Paper::None {
            missing.push(Missing::Minutes);
        }
        if has_no_samples {
            missing.push(Missing::Samples);
        }
        if !self.is_waived(fact) {
            missing.extend(self.missing_photos(fact, said));
        }
        let is_too_early = self.plot.detected_at.since(said.started_at) > self.tolerance_ms();
        let is_to_come = fact.at.since(fact.recorded_at) > self.tolerance_ms();
        if is_too_early || is_to_come {
            missing.push(Missing::TimeOrder);
        }
        missing
    }

    /// Whether the plot was recorded before it was detected.
    pub(super) fn is_detected_ahead(&self) -> bool {
        let ahead_ms = self.plot.detected_at.since(self.plot.recorded_at);
        ahead_ms > self.tolerance_ms()
    }

    /// By how much two clocks may disagree, ms.
    fn tolerance_ms(&self) -> i64 {
        i64::from(self.rules.clock_tolerance_min) * 60_000
    }

    /// What the photo minimum misses, whether or not a role waived it.
    pub(super) fn missing_photos(&self, fact: &Fact, said: &Eradication) -> Vec<Missing> {
        self.missing_of(fact, said, |_| true)
    }

    /// The same by photos that `came`. Those that name no eradication count for each.
    fn missing_of(
        &self,
        fact: &Fact,
        said: &Eradication,
        came: impl Fn(&Shot) -> bool,
    ) -> Vec<Missing> {
        let is_this = |named| (self.standing)(named) == fact.id;
        let counts = |shot: &Shot| shot.eradication.is_none_or(is_this) && came(shot);
        missing_photos(self.photos, &self.rules.photos, (said, fact.at), counts)
    }

    /// Whether a role lets it count without photos. A waiver holds for what was read, as an approval does.
    pub(super) fn is_waived(&self, of: &Fact) -> bool {
        self.waivers(of).next().is_some()
    }

    /// When roles did.
    fn waivers(&self, of: &Fact) -> impl Iterator<Item = Timestamp> {
        self.facts.iter().filter_map(|fact| match &fact.act {
            Act::Waiver(said) if said.eradication == of.id => Some(fact.at),
            _ => None,
        })
    }

    /// Whether somebody who looked at that time had the photos to look at, or a role had let it count without.
    pub(super) fn was_shown(&self, of: &Fact, said: &Eradication, at: Timestamp) -> bool {
        self.waivers(of).any(|waived_at| waived_at <= at)
            || self
                .missing_of(of, said, |shot| shot.received_at <= at)
                .is_empty()
    }

    /// Whether a second member confirmed it. A phone is handed to the second member; what an officer's account did, the
    /// same account does not confirm.
    pub(super) fn is_confirmed(&self, fact: &Fact, said: &Eradication) -> bool {
        let is_own = |own: &Fact| own.by_officer && own.author == fact.author;
        said.confirmation.is_some_and(|by| !by.alone)
            || self
                .confirmations((fact, said))
                .any(|(own, by)| !by.alone && !is_own(own))
    }

    /// Whether it is said that nobody else was there.
    pub(super) fn is_alone(&self, fact: &Fact, said: &Eradication) -> bool {
        said.confirmation.is_some_and(|by| by.alone)
            || self.confirmations((fact, said)).any(|(_, by)| by.alone)
    }

    fn confirmations(&self, work: Work<'_>) -> impl Iterator<Item = (&'a Fact, OnTheSpot)> {
        let facts = self.facts.iter().copied();
        facts.filter_map(move |fact| match &fact.act {
            Act::Confirmation(said) if self.is_confirmed_by(fact.at, said.eradication, work) => {
                Some((fact, said.by))
            }
            _ => None,
        })
    }

    /// Whether a confirmation of that time is one of this work: because it names it, or because it names none and was given
    /// on the spot, from when the work began until so long after it as a photo of it may be taken.
    fn is_confirmed_by(&self, at: Timestamp, named: Option<FactId>, (of, said): Work<'_>) -> bool {
        let around_ms = i64::from(self.rules.photos.around_hours) * 3_600_000;
        let is_near = (said.started_at..=of.at.plus_millis(around_ms)).contains(&at);
        self.means(named, of)
            .unwrap_or_else(|| is_near && !self.came_up(of, |found_at| found_at <= at))
    }

    /// Whether a reference names this fact, or one that it corrects; none when it names none in particular.
    fn means(&self, named: Option<FactId>, fact: &Fact) -> Option<bool> {
        named.map(|id| (self.standing)(id) == fact.id)
    }

    /// Whether plants were found to stand after a work, and `before` what is asked about: that belongs to the work after it.
    fn came_up(&self, of: &Fact, before: impl Fn(Timestamp) -> bool) -> bool {
        self.facts.iter().any(|fact| match &fact.act {
            Act::Reinspection(said) => {
                let stands = matches!(said.result, Inspected::Resprout | Inspected::Standing);
                stands && fact.at > of.at && before(fact.at)
            }
            _ => false,
        })
    }

    pub(super) fn paper(&self, of: &Fact, said: &Eradication) -> Paper {
        match (self.minutes_of(of, said), said.minutes_pending) {
            (Some(_), _) => Paper::There,
            (None, true) => Paper::Pending,
            (None, false) => Paper::None,
        }
    }

    /// The minutes of a work: told with it, or later as a fact of their own.
    pub(super) fn minutes_of<'b>(
        &'b self,
        of: &Fact,
        said: &'b Eradication,
    ) -> Option<&'b MinutesPaper> {
        let own = said.minutes.as_ref();
        let own = own.filter(|paper| self.is_dated(paper, said, of.recorded_at));
        own.or_else(|| {
            self.facts.iter().find_map(|fact| match &fact.act {
                Act::Minutes(later) => {
                    let is_its = self.is_dated(&later.paper, said, fact.recorded_at)
                        && self.is_written_of(later, of);
                    is_its.then_some(&later.paper)
                }
                _ => None,
            })
        })
    }

    /// Whether minutes bear a date on which they can have been written: from the day of the work to that of their receipt.
    fn is_dated(&self, paper: &MinutesPaper, said: &Eradication, received_at: Timestamp) -> bool {
        let last = received_at.plus_millis(self.tolerance_ms()).local_date();
        (said.started_at.local_date()..=last).contains(&paper.date)
    }

    /// Whether minutes are those of this work: because they name it, or because they name none and are dated within the time
    /// in which they were expected.
    fn is_written_of(&self, minutes: &Minutes, of: &Fact) -> bool {
        let date = minutes.paper.date;
        let wait_ms = i64::from(self.rules.minutes_hours) * 3_600_000;
        let is_near = date <= of.at.plus_millis(wait_ms).local_date();
        self.means(minutes.eradication, of).unwrap_or_else(|| {
            is_near && !self.came_up(of, |found_at| found_at.local_date() <= date)
        })
    }

    /// Whether the desk accepted it. An approval holds for what was read and seen: never for what corrected the work
    /// afterwards, nor for photos that came later.
    pub(super) fn is_approved(&self, of: &Fact, said: &Eradication) -> bool {
        self.facts.iter().any(|fact| match &fact.act {
            Act::Approval(own) => own.eradication == of.id && self.was_shown(of, said, fact.at),
            _ => false,
        })
    }

    /// The largest number of plants that anybody saw there, or that the work of a cycle met.
    fn most_plants(&self, work: &[Work<'_>]) -> u64 {
        let verified = self.facts.iter().filter_map(|fact| match &fact.act {
            Act::Verification(said) => said.amount.plants,
            _ => None,
        });
        let remeasured = self.plot.remeasured.and_then(|amount| amount.plants);
        verified
            .chain(self.plot.claimed.plants)
            .chain(remeasured)
            .map(u64::from)
            .chain(met_plants(work.iter().map(|(_, said)| *said)))
            .max()
            .unwrap_or(0)
    }
}

/// The most plants that the work of one cycle met: what it had destroyed by some time, and what it left then; none when
/// nobody numbered any.
pub(super) fn met_plants<'a>(work: impl Iterator<Item = &'a Eradication>) -> Option<u64> {
    let plus = |sum: Option<u64>, more: Option<u32>| match more {
        Some(more) => Some(sum.unwrap_or(0) + u64::from(more)),
        None => sum,
    };
    let (mut destroyed, mut most) = (None, None);
    for said in work {
        destroyed = plus(destroyed, said.destroyed.plants);
        most = most.max(plus(destroyed, said.remaining.plants));
    }
    most
}

/// What a verification says that confirms the crop.
fn confirming(fact: &Fact) -> Option<&Verification> {
    match &fact.act {
        Act::Verification(said) if said.finding == Finding::Confirmed => Some(said),
        _ => None,
    }
}
