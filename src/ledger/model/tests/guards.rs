//! What guards the figures: work told in parts is one work, late words change nothing, and papers are of their own work.

use serde_json::json;

use super::*;
use crate::ledger::model::rates::{Window, cohort_of, rates};
use crate::ledger::model::totals::{Figures, Part};
use crate::ledger::model::words::{LifeFlag, Missing, PlotState};

const NOW: &str = "2026-05-30T08:00:00+07:00";

fn part_of_it(number: u128, day: &str, plants: u32, left: u32) -> Fact {
    let said = json!({ "completeness": "partial", "plants_destroyed": plants, "area_m2_destroyed": null,
        "remaining_plants": left });
    eradicated(number, day, &said)
}

fn the_rest(number: u128, day: &str, plants: u32) -> Fact {
    let said = json!({ "plants_destroyed": plants, "area_m2_destroyed": null });
    eradicated(number, day, &said)
}

fn received(mut fact: Fact, at_text: &str) -> Fact {
    fact.recorded_at = at(at_text);
    fact
}

#[test]
fn work_that_is_told_in_parts_stops_where_it_would_at_once() {
    let unnumbered = PlotFacts {
        claimed: Amount::default(),
        ..plot()
    };
    let parts = [
        part_of_it(1, "2026-02-11", 225, 0),
        the_rest(2, "2026-02-12", 225),
    ];
    let stopped = life(&unnumbered, &parts);
    assert_eq!(stopped.missing, [Missing::Samples]);
    assert_eq!(
        (stopped.state, stopped.met_plants),
        (PlotState::Eradicating, Some(450))
    );
    assert_eq!(stopped.quantities.eradicated.plants, None);
    let one_less = [parts[0].clone(), the_rest(2, "2026-02-12", 224)];
    assert_eq!(life(&unnumbered, &one_less).state, PlotState::Eradicated);
    // What was left when the first part was done was met as well.
    let left = [
        part_of_it(1, "2026-02-11", 10, 440),
        the_rest(2, "2026-02-12", 1),
    ];
    assert_eq!(life(&unnumbered, &left).missing, [Missing::Samples]);
    // Samples of either part are samples of the work.
    let mut sampled = parts.clone();
    sampled[0] = eradicated(
        1,
        "2026-02-11",
        &json!({ "completeness": "partial", "plants_destroyed": 225, "samples": [{ "number": "M1", "seal": "NP-07" }] }),
    );
    assert_eq!(life(&unnumbered, &sampled).state, PlotState::Eradicated);
    // What came up again is another work.
    let again = [
        the_rest(1, "2026-02-11", 300),
        inspected(2, "2026-02-25", "resprout"),
        the_rest(3, "2026-02-26", 300),
    ];
    let told = life(&unnumbered, &again);
    assert_eq!(
        (told.state, told.met_plants),
        (PlotState::Eradicated, Some(300))
    );
}

#[test]
fn what_any_part_misses_the_plot_misses() {
    let facts = [
        verified(1, "2026-02-10", 100, 64.0),
        part_of_it(2, "2026-02-12", 60, 40),
        the_rest(3, "2026-02-14", 40),
    ];
    // Photos of the rest alone: the first part was done two days before any of them.
    let photos = photos_of(&facts[2..]);
    let told = |facts: &[Fact]| live(&plot(), facts, &photos, &Definition::default(), at(NOW));
    let lacking = told(&facts);
    let none_of_it = [
        Missing::PhotosBefore,
        Missing::PhotosCloseUp,
        Missing::PhotosAfter,
        Missing::PhotosAtTheWork,
    ];
    assert_eq!(lacking.missing, none_of_it);
    assert_eq!(lacking.state, PlotState::Eradicating);
    assert_eq!(lacking.quantities.eradicated.plants, Some(40));
    assert_eq!(told(&facts[..2]).missing, none_of_it);
    let waiver = fact(
        4,
        DESK,
        FactKind::Waiver,
        json!({ "eradication": fact_id(2), "reason": "máy hỏng" }),
    );
    let [first, second, third] = facts;
    let excused = told(&[first, second, third, waiver]);
    assert_eq!(
        (excused.state, excused.quantities.eradicated.plants),
        (PlotState::Eradicated, Some(100))
    );
}

#[test]
fn work_that_was_told_before_it_was_done_does_not_count() {
    let told = |received_at: &str| {
        let work = received(eradicated(1, "2026-02-11", &json!({})), received_at);
        life(&plot(), &[work]).missing
    };
    // It ended at ten; two clocks may disagree by an hour.
    assert!(told("2026-02-11T09:00:00+07:00").is_empty());
    assert_eq!(told("2026-02-11T08:59:59+07:00"), [Missing::TimeOrder]);
    let detected = |received_at: &str| {
        let plot = PlotFacts {
            recorded_at: at(received_at),
            ..plot()
        };
        life(&plot, &[]).flags.contains(&LifeFlag::DetectedAhead)
    };
    assert!(!detected("2026-02-10T07:00:00+07:00") && detected("2026-02-10T06:59:59+07:00"));
}

#[test]
fn minutes_are_dated_between_the_work_and_their_receipt() {
    let dated = |date: &str| {
        let paper = json!({ "minutes": { "number": "12/BB", "date": date } });
        let work = received(
            eradicated(1, "2026-02-11", &paper),
            "2026-02-12T20:00:00+07:00",
        );
        life(&plot(), &[work]).missing
    };
    for date in ["1990-01-01", "2026-02-10", "2026-02-13", "2031-01-01"] {
        assert_eq!(dated(date), [Missing::Minutes], "{date}");
    }
    assert!(dated("2026-02-11").is_empty() && dated("2026-02-12").is_empty());
}

#[test]
fn minutes_that_name_no_work_are_of_the_work_of_their_days() {
    let bare = json!({ "minutes": null });
    let minutes = |date: &str| {
        fact(
            9,
            TEAM,
            FactKind::Minutes,
            json!({ "number": "9/BB", "date": date }),
        )
    };
    let first = |date: &str| {
        life(
            &plot(),
            &[eradicated(1, "2026-02-11", &bare), minutes(date)],
        )
        .missing
    };
    assert!(first("2026-02-14").is_empty());
    for date in ["2026-02-10", "2026-02-15"] {
        assert_eq!(first(date), [Missing::Minutes], "{date}");
    }
    // Those of the first work are not those of what came up after it, nor the other way round.
    let second = |date: &str| {
        let facts = [
            eradicated(1, "2026-02-11", &json!({})),
            inspected(2, "2026-02-12", "resprout"),
            eradicated(3, "2026-02-13", &bare),
            minutes(date),
        ];
        life(&plot(), &facts).missing
    };
    assert_eq!(second("2026-02-12"), [Missing::Minutes]);
    assert!(second("2026-02-13").is_empty());
    let facts = [
        eradicated(1, "2026-02-11", &bare),
        minutes("2026-02-13"),
        inspected(2, "2026-02-12", "resprout"),
    ];
    assert_eq!(life(&plot(), &facts).missing, [Missing::Minutes]);
}

#[test]
fn a_confirmation_that_names_no_work_is_of_the_work_around_it_and_not_its_officers_own() {
    let bare = json!({ "confirmation": null });
    let told = |author: Uuid, moment: &str| {
        let word = json!({ "confirmed_at": moment, "alone": false });
        let word = fact(2, author, FactKind::Confirmation, word);
        life(&plot(), &[eradicated(1, "2026-02-11", &bare), word]).missing
    };
    // The phone that recorded the work is handed to the second member.
    assert!(told(TEAM, "2026-02-11T09:00:00+07:00").is_empty());
    assert!(told(TEAM, "2026-02-11T22:00:00+07:00").is_empty());
    for moment in ["2026-02-11T08:59:59+07:00", "2026-02-11T22:00:01+07:00"] {
        assert_eq!(told(TEAM, moment), [Missing::Confirmation], "{moment}");
    }
    let mut own = eradicated(1, "2026-02-11", &bare);
    (own.author, own.by_officer) = (DESK, true);
    let word = json!({ "confirmed_at": "2026-02-11T10:00:00+07:00", "eradication": fact_id(1), "alone": false });
    let word = fact(2, DESK, FactKind::Confirmation, word);
    assert_eq!(life(&plot(), &[own, word]).missing, [Missing::Confirmation]);
}

#[test]
fn a_verification_that_came_after_the_work_rewrites_nothing_that_stood() {
    let work = received(
        eradicated(2, "2026-02-11", &json!({})),
        "2026-02-11T12:00:00+07:00",
    );
    let late = received(
        verified(3, "2026-02-10", 400, 70.0),
        "2026-02-12T12:00:00+07:00",
    );
    let stood = received(
        verified(1, "2026-02-10", 320, 64.0),
        "2026-02-10T12:00:00+07:00",
    );
    for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0]] {
        let facts = [stood.clone(), work.clone(), late.clone()];
        let told = life(&plot(), &order.map(|place: usize| facts[place].clone()));
        assert_eq!(told.quantities.verified.facts, [stood.id]);
        assert_eq!(told.quantities.verified.plants, Some(320));
        assert!(told.flags.contains(&LifeFlag::LateVerification));
    }
    // Where none stood, it says what was verified, and a second such one adds nothing.
    let later = received(
        verified(4, "2026-02-09", 500, 80.0),
        "2026-02-13T12:00:00+07:00",
    );
    let alone = life(&plot(), &[work.clone(), late.clone()]);
    assert_eq!(alone.quantities.verified.plants, Some(400));
    assert!(!alone.flags.contains(&LifeFlag::LateVerification));
    let both = life(&plot(), &[work.clone(), late, later]);
    assert_eq!(both.quantities.verified.plants, Some(400));
    assert!(both.flags.contains(&LifeFlag::LateVerification));
    // Of those that came before the work was known, the last before it began counts as ever.
    let anew = received(
        verified(5, "2026-02-11", 330, 65.0),
        "2026-02-11T11:00:00+07:00",
    );
    let told = life(&plot(), &[stood, work, anew]);
    assert_eq!(told.quantities.verified.plants, Some(330));
}

#[test]
fn another_plant_found_out_before_a_confirmation_that_stood_is_a_contradiction() {
    let stood = received(
        verified(1, "2026-02-12", 320, 64.0),
        "2026-02-12T12:00:00+07:00",
    );
    let other = received(
        found(2, "2026-02-11", "other_crop"),
        "2026-02-13T12:00:00+07:00",
    );
    let told = life(&plot(), &[stood.clone(), other]);
    assert_eq!(told.state, PlotState::Verified);
    assert!(told.flags.contains(&LifeFlag::VerificationConflict));
    let first = received(
        found(2, "2026-02-11", "other_crop"),
        "2026-02-11T12:00:00+07:00",
    );
    assert_eq!(life(&plot(), &[stood, first]).state, PlotState::Rejected);
}

#[test]
fn of_what_does_not_count_nothing_is_accepted_or_due() {
    let approval = fact(
        2,
        DESK,
        FactKind::Approval,
        json!({ "eradication": fact_id(1) }),
    );
    let same = json!({ "other": Uuid::from_u128(77).to_string(), "result": "same", "reason": "đối chiếu" });
    let facts = [
        eradicated(1, "2026-02-11", &json!({})),
        approval,
        fact(3, DESK, FactKind::Judgement, same),
    ];
    let counted = life(&plot(), &facts[..2]);
    assert!(counted.is_approved && !counted.dues.is_empty());
    let merged = life(&plot(), &facts);
    assert_eq!(merged.state, PlotState::Merged);
    assert!(!merged.is_approved && merged.dues.is_empty());
    assert!(merged.quantities.approved.facts.is_empty());
    assert_eq!(merged.quantities.approved.plants, None);
}

#[test]
fn a_ground_in_dispute_weighs_the_same_in_rates_and_sums() {
    let facts = [
        verified(1, "2026-02-10", 320, 64.0),
        eradicated(2, "2026-02-11", &json!({ "plants_destroyed": 400 })),
    ];
    let told = life(&plot(), &facts);
    let part = Part {
        plot: plot().id,
        detected_at: plot().detected_at,
        life: &told,
        disputed: 0.25,
        perhaps_twice: 0.0,
        work_disputed: 0.25,
        work_twice: 0.0,
    };
    let window = Window {
        from: at("2026-02-01T00:00:00+07:00"),
        to: at("2026-02-28T00:00:00+07:00"),
        now: at(NOW),
    };
    let (sums, rates) = (Figures::of([part]), rates(&[part], &window));
    let cohort = &rates.cohort;
    assert_eq!(
        (cohort.plants_verified, cohort.plants_destroyed),
        (240, 300)
    );
    assert_eq!((sums.verified.plants, sums.eradicated.plants), (240, 300));
    assert_eq!(
        (cohort.area_verified_m2, cohort.area_destroyed_m2),
        (48.0, 48.0)
    );
    assert_eq!(
        (sums.verified.area_m2, sums.eradicated.area_m2),
        (48.0, 48.0)
    );
    // 80 plants beyond what was verified, three quarters of which are this plot's.
    assert_eq!(
        (cohort.conflicts.plots, cohort.conflicts.beyond_plants),
        (1, 60)
    );
    assert_eq!(rates.flow_conflicts, cohort.conflicts);
    let nothing = cohort_of(&[], &window);
    assert!(
        nothing.area_verified_m2.is_sign_positive() && nothing.area_destroyed_m2.is_sign_positive()
    );
}
