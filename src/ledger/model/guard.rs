//! The guard of `eradicated`: what an eradication still misses. It looks at all facts of the plot, so that what comes
//! late (minutes, photos, a second member's confirmation) counts as if it had come at once.

use super::definition::Definition;
use super::evidence::{EvidenceSummary, Shot, missing_photos};
use super::facts::{Act, Eradication, Fact, OnTheSpot, PlotFacts};
use super::words::{Finding, Missing};
use crate::base::ids::FactId;
use crate::base::time::Timestamp;
use crate::base::words::Crop;

/// What surrounds an eradication.
pub(super) struct Around<'a> {
    pub(super) plot: &'a PlotFacts,
    pub(super) facts: &'a [&'a Fact],
    /// The fact that stands in the place of a corrected one.
    pub(super) standing: &'a dyn Fn(FactId) -> FactId,
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

impl Around<'_> {
    /// The first verification that confirms the crop.
    pub(super) fn verified_at(&self) -> Option<Timestamp> {
        self.facts.iter().find_map(|fact| match &fact.act {
            Act::Verification(said) if said.finding == Finding::Confirmed => Some(fact.at),
            _ => None,
        })
    }

    /// The crop as verified, else as recorded.
    pub(super) fn crop(&self) -> Crop {
        let verified = self.facts.iter().find_map(|fact| match &fact.act {
            Act::Verification(said) if said.finding == Finding::Confirmed => said.crop,
            _ => None,
        });
        verified.unwrap_or(self.plot.crop)
    }

    /// What an eradication misses, in the order of [`Missing`].
    pub(super) fn missing(&self, fact: &Fact, said: &Eradication) -> Vec<Missing> {
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
        let kept = !said.samples.is_empty() || said.release.is_some();
        if !kept && self.most_plants(said) >= self.rules.stop_plants {
            missing.push(Missing::Samples);
        }
        if !self.is_waived(fact) {
            missing.extend(self.missing_photos(fact, said));
        }
        let tolerance_ms = i64::from(self.rules.clock_tolerance_min) * 60_000;
        if self.plot.detected_at.since(said.started_at) > tolerance_ms {
            missing.push(Missing::TimeOrder);
        }
        missing
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

    /// Whether a second member confirmed it.
    pub(super) fn is_confirmed(&self, fact: &Fact, said: &Eradication) -> bool {
        said.confirmation.is_some_and(|by| !by.alone)
            || self.confirmations(fact).any(|by| !by.alone)
    }

    /// Whether it is said that nobody else was there.
    pub(super) fn is_alone(&self, fact: &Fact, said: &Eradication) -> bool {
        said.confirmation.is_some_and(|by| by.alone) || self.confirmations(fact).any(|by| by.alone)
    }

    fn confirmations(&self, of: &Fact) -> impl Iterator<Item = OnTheSpot> {
        self.facts.iter().filter_map(move |fact| match &fact.act {
            Act::Confirmation(said) if self.means(said.eradication, of) => Some(said.by),
            _ => None,
        })
    }

    /// Whether a reference names this fact, one that it corrects, or none in particular.
    pub(super) fn means(&self, named: Option<FactId>, fact: &Fact) -> bool {
        named.is_none_or(|id| (self.standing)(id) == fact.id)
    }

    pub(super) fn paper(&self, of: &Fact, said: &Eradication) -> Paper {
        let came = self.facts.iter().any(|fact| match &fact.act {
            Act::Minutes(said) => self.means(said.eradication, of),
            _ => false,
        });
        match (said.minutes.is_some() || came, said.minutes_pending) {
            (true, _) => Paper::There,
            (false, true) => Paper::Pending,
            (false, false) => Paper::None,
        }
    }

    /// Whether the desk accepted it. An approval holds for what was read and seen: never for what corrected the work
    /// afterwards, nor for photos that came later.
    pub(super) fn is_approved(&self, of: &Fact, said: &Eradication) -> bool {
        self.facts.iter().any(|fact| match &fact.act {
            Act::Approval(own) => own.eradication == of.id && self.was_shown(of, said, fact.at),
            _ => false,
        })
    }

    /// The largest number of plants that anybody saw there.
    fn most_plants(&self, said: &Eradication) -> u32 {
        let verified = self.facts.iter().filter_map(|fact| match &fact.act {
            Act::Verification(said) => said.amount.plants,
            _ => None,
        });
        let remeasured = self.plot.remeasured.and_then(|amount| amount.plants);
        let here = said.destroyed.plants.unwrap_or(0) + said.remaining.plants.unwrap_or(0);
        verified
            .chain(self.plot.claimed.plants)
            .chain(remeasured)
            .chain([here])
            .max()
            .unwrap_or(0)
    }
}
