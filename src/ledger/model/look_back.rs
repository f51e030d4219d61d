//! What is known of a plot only once its whole way was walked.

use super::guard::{Around, Paper};
use super::walk::Walked;
use super::words::{Completeness, LifeFlag, Missing, PlotState};
use crate::base::time::Timestamp;
use crate::base::words::Crop;

impl Walked<'_> {
    /// What is known only once the whole way was walked.
    pub(super) fn look_back(&mut self, around: &Around<'_>, now: Timestamp) {
        let unverified = !self.state.is_final() && self.missing.contains(&Missing::Verification);
        if self.state != PlotState::Eradicating && !unverified {
            self.missing.clear();
        }
        if around.is_detected_ahead() {
            self.flags.insert(LifeFlag::DetectedAhead);
        }
        let verified_at = around.verified_at();
        let wait_ms = i64::from(around.rules.minutes_hours) * 3_600_000;
        for own in &self.counted {
            if around.crop() == Crop::Cannabis
                && verified_at.is_none_or(|at| at > own.said.started_at)
            {
                self.flags.insert(LifeFlag::DestroyedUnverified);
            }
            let alone =
                around.is_alone(own.fact, own.said) && !around.is_confirmed(own.fact, own.said);
            if alone && verified_at.is_none() {
                self.flags.insert(LifeFlag::SingleParty);
            }
            let waived = around.is_waived(own.fact);
            if waived && !around.missing_photos(own.fact, own.said).is_empty() {
                self.flags.insert(LifeFlag::PhotosWaived);
            }
            if !own.said.before_harvest {
                self.flags.insert(LifeFlag::AfterHarvest);
            }
            if around.paper(own.fact, own.said) == Paper::Pending {
                let due = own.fact.at.plus_millis(wait_ms);
                self.minutes_due.push((own.fact.id, due));
                self.flags.insert(LifeFlag::MinutesPending);
                if now > due {
                    self.flags.insert(LifeFlag::MinutesLate);
                }
            }
        }
        self.is_approved = self
            .counted
            .iter()
            .filter(|own| own.said.completeness == Completeness::Full)
            .any(|own| around.is_approved(own.fact, own.said));
    }
}
