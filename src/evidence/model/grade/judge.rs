//! What speaks against one photo.

use super::{GradeRules, Nonce, PhotoFacts, Reason, Review, Signed, Track, Work};
use crate::base::actor::Door;
use crate::base::origin::{ClockOffset, Doubt};
use crate::evidence::model::cross_check::ExifFlag;
use crate::evidence::model::sidecar::{Phase, Source};
use crate::geo::measure::{bearing_deg, distance_m};

const MINUTE_MS: i64 = 60_000;
/// A clock that is right, or was not measured.
const UNSKEWED: ClockOffset = ClockOffset {
    least_ms: 0,
    most_ms: 0,
};

/// The reasons, in the order of the vocabulary.
pub(super) fn reasons_of(work: &Work, photo: &PhotoFacts, rules: &GradeRules) -> Vec<Reason> {
    let mut reasons = Vec::new();
    let mut add = |holds: bool, reason: Reason| {
        if holds {
            reasons.push(reason);
        }
    };
    let is_bound = photo.eradication.is_some_and(|id| work.ids.contains(&id));
    add(!is_bound, Reason::NotBound);
    place(work, photo, rules, &mut add);
    time(work, photo, rules, &mut add);
    add(photo.track == Track::Silent, Reason::NoTrack);
    add(photo.track == Track::Elsewhere, Reason::TrackElsewhere);
    file(photo, &mut add);
    origin(photo, &mut add);
    reasons.sort_unstable();
    reasons.dedup();
    reasons
}

/// A photo of papers or samples may be taken anywhere and at any time after the work.
const fn shows_the_plot(phase: Phase) -> bool {
    !matches!(phase, Phase::Minutes | Phase::Sample)
}

fn place(work: &Work, photo: &PhotoFacts, rules: &GradeRules, add: &mut impl FnMut(bool, Reason)) {
    add(photo.is_mock, Reason::MockPosition);
    let Some(position) = photo.position else {
        add(true, Reason::NoPosition);
        return;
    };
    let own_m = rules.usable_m(photo.accuracy_m);
    add(
        photo.accuracy_m.is_none() || own_m.is_none(),
        Reason::RoughPosition,
    );
    let Some(own_m) = own_m else {
        add(true, Reason::NoPosition);
        return;
    };
    add(photo.fix_age_s.is_none(), Reason::AgeUntold);
    add(
        photo.fix_age_s.is_some_and(|s| s > rules.old_position_s),
        Reason::OldPosition,
    );
    if !shows_the_plot(photo.phase) {
        return;
    }
    let away_m = distance_m(position, work.plot);
    let plot_m = work.plot_accuracy_m.unwrap_or(0.0).min(rules.rough_m);
    let error_m = own_m.hypot(plot_m);
    let allowed_m = rules.sigmas * error_m;
    add(away_m > rules.near_m + allowed_m, Reason::FarFromPlot);
    // Where the error is as large as the distance, the direction to the plot is anybody's guess.
    let tells = away_m > rules.direction_from_m.max(allowed_m);
    let off = photo.bearing_deg.map(|bearing| {
        let apart = (bearing - bearing_deg(position, work.plot)).rem_euclid(360.0);
        apart.min(360.0 - apart)
    });
    add(
        tells && off.is_some_and(|deg| deg > rules.points_away_deg),
        Reason::PointsAway,
    );
}

fn time(work: &Work, photo: &PhotoFacts, rules: &GradeRules, add: &mut impl FnMut(bool, Reason)) {
    let around_ms = i64::from(rules.around_hours) * 60 * MINUTE_MS;
    let tolerance_ms = i64::from(rules.order_tolerance_min) * MINUTE_MS;
    let after_start_ms = photo.taken_at.since(work.started_at);
    let after_end_ms = photo.taken_at.since(work.ended_at);
    let outside = after_start_ms < -around_ms || after_end_ms > around_ms;
    add(outside && shows_the_plot(photo.phase), Reason::OutsideTime);
    let is_before = matches!(photo.phase, Phase::Before | Phase::Overview);
    add(
        is_before && after_start_ms > tolerance_ms,
        Reason::BeforeTooLate,
    );
    add(
        photo.phase == Phase::After && after_end_ms < -tolerance_ms,
        Reason::AfterTooEarly,
    );
    clocks(photo, rules, add);
}

/// The device's clock against the satellites', against what it had seen before and against the server's.
fn clocks(photo: &PhotoFacts, rules: &GradeRules, add: &mut impl FnMut(bool, Reason)) {
    let gnss_ms = i64::from(rules.gnss_tolerance_min) * MINUTE_MS;
    let most_ms = i64::from(rules.skew_hours) * 60 * MINUTE_MS;
    let offset = photo
        .offset
        .filter(|own| own.most_ms.abs() <= most_ms && own.least_ms.abs() <= most_ms);
    let mut behind = offset.unwrap_or(UNSKEWED);
    match photo.gnss_at {
        None => add(true, Reason::NoGnssTime),
        Some(at) => {
            // The fix is as old as the phone says when the shutter closes; where it does not say, not older than old.
            let ages_s = photo
                .fix_age_s
                .map_or((0.0, rules.old_position_s), |s| (s, s));
            #[expect(clippy::cast_possible_truncation, reason = "at most a week in ms")]
            let (least_ms, most_ms) = ((ages_s.0 * 1_000.0) as i64, (ages_s.1 * 1_000.0) as i64);
            // A clock that was set right between the shutter and the sending is measured wrong: either reading may explain.
            let explains = |behind: ClockOffset| {
                let age_ms = photo.taken_at.since(at);
                age_ms + behind.most_ms >= least_ms - gnss_ms
                    && age_ms + behind.least_ms <= most_ms + gnss_ms
            };
            let is_skewed = !explains(UNSKEWED);
            add(
                is_skewed && !offset.is_some_and(explains),
                Reason::GnssTimeDiffers,
            );
            // One reading for all: what the satellites explain without an offset is judged without it.
            behind = offset.filter(|_| is_skewed).unwrap_or(UNSKEWED);
        }
    }
    let tolerance_ms = i64::from(rules.order_tolerance_min) * MINUTE_MS;
    if let Some(signed_at) = photo.signed_at {
        // Shutter and signature are of one clock.
        let after_ms = signed_at.since(photo.taken_at);
        add(after_ms > tolerance_ms, Reason::SignedLate);
        add(after_ms < -tolerance_ms, Reason::TimeImpossible);
    }
    let earliest = photo.taken_at.plus_millis(behind.least_ms);
    let latest = photo.taken_at.plus_millis(behind.most_ms);
    let too_early = photo
        .not_before
        .is_some_and(|at| at.since(latest) > tolerance_ms);
    let too_late = earliest.since(photo.received_at) > tolerance_ms;
    add(too_early || too_late, Reason::TimeImpossible);
    let late_ms = i64::from(rules.late_hours) * 60 * MINUTE_MS;
    add(photo.received_at.since(latest) > late_ms, Reason::Late);
}

fn file(photo: &PhotoFacts, add: &mut impl FnMut(bool, Reason)) {
    for (flag, reason) in [
        (ExifFlag::ExifMissing, Reason::ExifMissing),
        (ExifFlag::ExifPositionDiffers, Reason::ExifPlaceDiffers),
        (ExifFlag::ExifTimeDiffers, Reason::ExifTimeDiffers),
        (ExifFlag::ExifEdited, Reason::ExifEdited),
    ] {
        add(photo.exif.contains(&flag), reason);
    }
    add(!photo.is_picture, Reason::NotAPicture);
}

fn origin(photo: &PhotoFacts, add: &mut impl FnMut(bool, Reason)) {
    add(photo.signed == Signed::Missing, Reason::Unsigned);
    add(photo.signed == Signed::Fails, Reason::BadSignature);
    add(photo.signed == Signed::Unconfirmed, Reason::KeyUnconfirmed);
    add(photo.signed == Signed::Broken, Reason::ChainBroken);
    add(photo.nonce == Nonce::Reused, Reason::NonceReused);
    add(photo.nonce == Nonce::Unknown, Reason::NonceUnknown);
    add(photo.nonce == Nonce::Missing, Reason::NoNonce);
    add(!photo.has_account, Reason::NoAccount);
    add(
        matches!(photo.door, Some(Door::Odk | Door::Tracker)),
        Reason::UnsignedDoor,
    );
    if let Some(doubt) = photo.doubt {
        add(true, doubted(doubt));
    }
    add(photo.source == Some(Source::Gallery), Reason::FromGallery);
    add(photo.source == Some(Source::Paper), Reason::FromPaper);
    add(photo.source.is_none(), Reason::SourceUntold);
    add(photo.review == Review::Open, Reason::UnderReview);
    add(photo.review == Review::Upheld, Reason::Rejected);
}

const fn doubted(doubt: Doubt) -> Reason {
    match doubt {
        Doubt::ReceivedAfterRevocation => Reason::ReceivedAfterRevocation,
        Doubt::BackDated => Reason::BackDated,
        Doubt::AcceptedAfterReview => Reason::AcceptedAfterReview,
    }
}
