//! Each way through the state machine, and each that is barred.

use serde_json::json;

use super::*;
use crate::ledger::model::badges::{cm2, commune_flag, law_badge};
use crate::ledger::model::words::{LifeFlag, Missing, PlotState};

fn state(facts: &[Fact]) -> PlotState {
    life(&plot(), facts).state
}

fn missing_with(plot: &PlotFacts, changes: &Value, is_photographed: bool) -> Vec<Missing> {
    let facts = [eradicated(1, "2026-02-11", changes)];
    let photos = if is_photographed {
        photos_of(&facts)
    } else {
        EvidenceSummary::default()
    };
    let rules = Definition::default();
    live(
        plot,
        &facts,
        &photos,
        &rules,
        at("2026-05-30T08:00:00+07:00"),
    )
    .missing
}

#[test]
fn a_tip_is_reported_until_somebody_sees_it() {
    let tip = PlotFacts {
        is_seen: false,
        ..plot()
    };
    assert_eq!(life(&tip, &[]).state, PlotState::Reported);
    assert_eq!(life(&plot(), &[]).state, PlotState::Detected);
    let nothing = [found(1, "2026-02-11", "not_found")];
    assert_eq!(life(&tip, &nothing).state, PlotState::NotFound);
    let contradicted = life(&plot(), &nothing);
    assert_eq!(contradicted.state, PlotState::Detected);
    assert!(contradicted.flags.contains(&LifeFlag::VerificationConflict));
}

#[test]
fn the_whole_way_leads_to_clear_after_both_inspections() {
    let mut facts = vec![verified(1, "2026-02-11", 320, 64.0)];
    assert_eq!(state(&facts), PlotState::Verified);
    facts.push(eradicated(
        2,
        "2026-02-12",
        &json!({ "completeness": "partial", "plants_destroyed": 100, "area_m2_destroyed": 20,
            "remaining_plants": 220, "remaining_area_m2": 44 }),
    ));
    assert_eq!(state(&facts), PlotState::Eradicating);
    facts.push(eradicated(
        3,
        "2026-02-13",
        &json!({ "plants_destroyed": 220, "area_m2_destroyed": 44 }),
    ));
    let done = life(&plot(), &facts);
    assert_eq!(done.state, PlotState::Eradicated);
    assert_eq!(done.quantities.eradicated.plants, Some(320));
    assert!(done.flags.is_empty(), "{:?}", done.flags);
    // Vegetative plants: 14 days after 13 February; the flowering pass is the first of March.
    let due: Vec<LocalDate> = done.dues.iter().map(|due| due.on).collect();
    assert_eq!(due, [day(2026, 2, 27), day(2026, 3, 1)]);
    facts.push(inspected(4, "2026-02-25", "clear"));
    assert_eq!(state(&facts), PlotState::Eradicated);
    facts.push(inspected(5, "2026-03-01", "clear"));
    assert_eq!(state(&facts), PlotState::Clear);
}

#[test]
fn an_inspection_before_anything_could_come_up_does_not_count() {
    let facts = [
        eradicated(1, "2026-03-12", &json!({})),
        inspected(2, "2026-03-13", "clear"),
    ];
    let early = life(&plot(), &facts);
    assert_eq!(early.state, PlotState::Eradicated);
    assert!(early.dues.iter().all(|due| !due.done));
    assert_eq!(early.dues.len(), 1, "the flowering pass is over");
}

#[test]
fn what_resprouts_is_destroyed_again_and_never_added() {
    let facts = [
        eradicated(1, "2026-02-11", &json!({})),
        inspected(2, "2026-02-25", "resprout"),
        eradicated(
            3,
            "2026-02-26",
            &json!({ "plants_destroyed": 15, "area_m2_destroyed": 64 }),
        ),
    ];
    let again = life(&plot(), &facts);
    assert_eq!(state(&facts[..2]), PlotState::Resprout);
    assert_eq!(again.state, PlotState::Eradicated);
    assert_eq!(again.quantities.eradicated.area_m2, Some(64.0));
    assert_eq!(again.quantities.destroyed_again.plants, Some(15));
    assert_eq!(again.dues[0].on, day(2026, 3, 12));
    assert!(again.inspected.found);
}

#[test]
fn the_guard_names_everything_that_is_missing() {
    let bare =
        json!({ "minutes": null, "confirmation": null, "started_at": "2026-02-09T07:00:00+07:00" });
    assert_eq!(
        missing_with(&plot(), &bare, false),
        [
            Missing::Confirmation,
            Missing::Minutes,
            Missing::PhotosBefore,
            Missing::PhotosCloseUp,
            Missing::PhotosAfter,
            Missing::PhotosAtTheWork,
            Missing::TimeOrder
        ]
    );
    let facts = [eradicated(1, "2026-02-11", &bare)];
    assert_eq!(state(&facts), PlotState::Eradicating);
    assert_eq!(life(&plot(), &facts).quantities.eradicated.plants, None);
    let claimed = life(&plot(), &facts).quantities.destroyed_claimed;
    assert_eq!(claimed.plants, Some(320));
}

#[test]
fn at_450_plants_the_work_needs_sealed_samples_or_a_release() {
    let large = PlotFacts {
        claimed: measured(450, 64.0),
        ..plot()
    };
    assert_eq!(missing_with(&large, &json!({}), true), [Missing::Samples]);
    let smaller = PlotFacts {
        claimed: measured(449, 64.0),
        ..plot()
    };
    assert!(missing_with(&smaller, &json!({}), true).is_empty());
    let sampled = json!({ "samples": [{ "number": "M1", "seal": "NP-07" }] });
    assert!(missing_with(&large, &sampled, true).is_empty());
    let unsealed = json!({ "samples": [{ "number": "M1" }] });
    assert_eq!(missing_with(&large, &unsealed, true), [Missing::Samples]);
    let released = json!({ "release": { "agency": "PC04", "document": "15/CV" } });
    assert!(missing_with(&large, &released, true).is_empty());
    let verified_larger = [
        verified(1, "2026-02-10", 1_075, 64.0),
        eradicated(2, "2026-02-11", &json!({})),
    ];
    assert_eq!(life(&plot(), &verified_larger).missing, [Missing::Samples]);
}

#[test]
fn cannabis_is_neither_destroyed_nor_counted_before_verification() {
    let hemp = PlotFacts {
        crop: Crop::Cannabis,
        ..plot()
    };
    let mut facts = vec![eradicated(1, "2026-02-11", &json!({}))];
    let early = life(&hemp, &facts);
    assert_eq!(early.missing, [Missing::Verification]);
    assert_eq!(early.state, PlotState::Detected);
    assert_eq!(early.quantities.eradicated.plants, None);
    assert!(early.flags.contains(&LifeFlag::DestroyedUnverified));
    facts.push(found(2, "2026-02-12", "look_alike"));
    assert_eq!(life(&hemp, &facts).state, PlotState::Rejected);
    facts[1] = verified(2, "2026-02-12", 320, 64.0);
    let late = life(&hemp, &facts);
    assert_eq!(late.state, PlotState::Eradicated);
    assert!(late.flags.contains(&LifeFlag::DestroyedUnverified));
    facts[1] = verified(2, "2026-02-10", 320, 64.0);
    assert!(
        !life(&hemp, &facts)
            .flags
            .contains(&LifeFlag::DestroyedUnverified)
    );
}

#[test]
fn alone_is_single_party_until_a_desk_verifies() {
    let mut facts = vec![eradicated(
        1,
        "2026-02-11",
        &json!({ "confirmation": { "alone": true } }),
    )];
    let alone = life(&plot(), &facts);
    assert_eq!(alone.state, PlotState::Eradicated);
    assert!(alone.flags.contains(&LifeFlag::SingleParty));
    facts.push(verified(2, "2026-02-20", 320, 64.0));
    assert!(!life(&plot(), &facts).flags.contains(&LifeFlag::SingleParty));
}

#[test]
fn minutes_may_come_within_72_hours() {
    let pending = eradicated(
        1,
        "2026-02-11",
        &json!({ "minutes": null, "minutes_pending": true }),
    );
    let rules = Definition::default();
    let told = |facts: &[Fact], now: &str| live(&plot(), facts, &photos_of(facts), &rules, at(now));
    let waiting = told(std::slice::from_ref(&pending), "2026-02-14T10:00:00+07:00");
    assert_eq!(waiting.state, PlotState::Eradicated);
    assert_eq!(
        waiting.minutes_due,
        [(fact_id(1), at("2026-02-14T10:00:00+07:00"))]
    );
    assert!(!waiting.flags.contains(&LifeFlag::MinutesLate));
    let late = told(std::slice::from_ref(&pending), "2026-02-14T10:00:01+07:00");
    assert!(late.flags.contains(&LifeFlag::MinutesLate));
    let paper = fact(
        2,
        TEAM,
        FactKind::Minutes,
        json!({ "number": "12/BB", "date": "2026-02-13" }),
    );
    let there = told(&[pending, paper], "2026-05-01T10:00:00+07:00");
    assert!(there.minutes_due.is_empty() && there.flags.is_empty());
}

#[test]
fn destroyed_and_remaining_must_make_up_what_was_verified() {
    let facts = [
        verified(1, "2026-02-10", 320, 64.0),
        eradicated(2, "2026-02-11", &json!({ "plants_destroyed": 300 })),
    ];
    let short = life(&plot(), &facts);
    assert!(short.flags.contains(&LifeFlag::Conflict));
    let conflict = &short.conflicts[0];
    assert_eq!(
        (conflict.figure, conflict.measured, conflict.destroyed),
        ("plants", 320.0, 300.0)
    );
    assert_eq!(short.quantities.eradicated.plants, Some(300), "not clamped");
    // 64 m² by tape and 67 m² by tape differ by less than both tapes err (7 %); 70 m² do not.
    let area = |m2: f64| {
        let facts = [
            verified(1, "2026-02-10", 320, 64.0),
            eradicated(2, "2026-02-11", &json!({ "area_m2_destroyed": m2 })),
        ];
        life(&plot(), &facts).conflicts.len()
    };
    assert_eq!((area(67.0), area(70.0)), (0, 1));
}

#[test]
fn a_figure_that_nobody_verified_is_held_against_who_measured_it() {
    let counted = |plants: u32| {
        let mut told = verified(1, "2026-02-10", plants, 64.0);
        if let Act::Verification(said) = &mut told.act {
            said.amount.area_m2 = None;
            said.amount.area_method = None;
            said.amount.uncertainty_pct = None;
        }
        told
    };
    let conflicts = |plot: &PlotFacts, changes: &Value| {
        let facts = [counted(320), eradicated(2, "2026-02-11", changes)];
        let told = life(plot, &facts).conflicts;
        let told = told
            .iter()
            .map(|own| (own.figure, own.measured_by, own.measured, own.destroyed));
        told.collect::<Vec<_>>()
    };
    let raised = json!({ "area_m2_destroyed": 6_400 });
    assert!(conflicts(&plot(), &json!({})).is_empty());
    assert_eq!(
        conflicts(&plot(), &raised),
        [("area_m2", "claimed", 64.0, 6_400.0)]
    );
    let remeasured = PlotFacts {
        remeasured: Some(Amount {
            plants: None,
            plants_method: None,
            ..measured(0, 640.0)
        }),
        ..plot()
    };
    assert_eq!(
        conflicts(&remeasured, &raised),
        [("area_m2", "remeasured", 640.0, 6_400.0)]
    );
    // Of a part of which nobody told what it left, nothing is missing; but no more is destroyed than stood there.
    let part = |m2: u32| json!({ "completeness": "partial", "plants_destroyed": 100, "area_m2_destroyed": m2 });
    assert!(conflicts(&plot(), &part(20)).is_empty());
    assert_eq!(
        conflicts(&plot(), &part(200)),
        [("area_m2", "claimed", 64.0, 200.0)]
    );
}

#[test]
fn a_second_claim_of_the_same_plot_is_not_added() {
    let facts = [
        eradicated(1, "2026-02-11", &json!({})),
        eradicated(2, "2026-02-15", &json!({})),
    ];
    let twice = life(&plot(), &facts);
    assert!(twice.flags.contains(&LifeFlag::ClaimedTwice));
    assert_eq!(twice.quantities.eradicated.area_m2, Some(64.0));
    assert_eq!(twice.steps.len(), 2, "both are told");
    let first_lacks = [
        eradicated(1, "2026-02-11", &json!({ "minutes": null })),
        eradicated(2, "2026-02-12", &json!({})),
    ];
    let completed = life(&plot(), &first_lacks);
    assert_eq!(completed.state, PlotState::Eradicated);
    assert_eq!(completed.quantities.destroyed_claimed.plants, Some(320));
}

#[test]
fn a_correction_takes_the_place_of_what_it_corrects() {
    let mut corrected = eradicated(2, "2026-02-11", &json!({ "plants_destroyed": 310 }));
    corrected.corrects = Some(fact_id(1));
    let facts = [eradicated(1, "2026-02-11", &json!({})), corrected.clone()];
    let told = life(&plot(), &facts);
    assert_eq!(told.quantities.eradicated.plants, Some(310));
    assert_eq!(told.steps.len(), 2);
    corrected.author = Uuid::from_u128(7);
    let foreign = life(&plot(), &[facts[0].clone(), corrected]);
    assert_eq!(foreign.quantities.eradicated.plants, Some(320));
    assert!(foreign.flags.contains(&LifeFlag::CorrectionIgnored));
}

#[test]
fn a_fact_with_an_id_of_the_future_can_be_corrected_by_its_author_and_by_an_officer() {
    let ahead = eradicated(900, "2026-02-11", &json!({ "plants_destroyed": 900 }));
    let mut own = eradicated(2, "2026-02-11", &json!({ "plants_destroyed": 310 }));
    own.corrects = Some(ahead.id);
    let told = life(&plot(), &[ahead.clone(), own.clone()]);
    assert_eq!(told.quantities.destroyed_claimed.plants, Some(310));
    assert!(!told.flags.contains(&LifeFlag::CorrectionIgnored));
    // The author's rival from the same wrong clock does not outdo the officer's word.
    let mut rival = eradicated(950, "2026-02-11", &json!({ "plants_destroyed": 950 }));
    rival.corrects = Some(ahead.id);
    let mut officer = eradicated(3, "2026-02-11", &json!({ "plants_destroyed": 300 }));
    (officer.corrects, officer.author, officer.by_officer) = (Some(ahead.id), DESK, true);
    let told = life(&plot(), &[officer, rival, own, ahead]);
    assert_eq!(told.quantities.destroyed_claimed.plants, Some(300));
    assert!(told.flags.contains(&LifeFlag::CorrectedTwice));
}

#[test]
fn facts_that_name_each_other_count_once() {
    let mut first = eradicated(1, "2026-02-11", &json!({ "plants_destroyed": 100 }));
    let mut second = eradicated(2, "2026-02-11", &json!({ "plants_destroyed": 110 }));
    first.corrects = Some(second.id);
    second.corrects = Some(first.id);
    for facts in [[first.clone(), second.clone()], [second, first]] {
        let told = life(&plot(), &facts);
        assert_eq!(told.quantities.destroyed_claimed.plants, Some(110));
    }
}

#[test]
fn an_approval_holds_for_what_was_read_only() {
    let approval = |of: &str| fact(3, DESK, FactKind::Approval, json!({ "eradication": of }));
    let first = eradicated(1, "2026-02-11", &json!({}));
    let mut corrected = eradicated(2, "2026-02-11", &json!({ "plants_destroyed": 900 }));
    corrected.corrects = Some(first.id);
    let facts = [first.clone(), approval(&first.id.to_string())];
    assert_eq!(life(&plot(), &facts).quantities.approved.plants, Some(320));
    let facts = [first, corrected, facts[1].clone()];
    assert!(!life(&plot(), &facts).is_approved);
}

#[test]
fn an_approval_holds_for_photos_that_were_there_to_be_seen() {
    let work = eradicated(1, "2026-02-11", &json!({}));
    let approval = |number| {
        fact(
            number,
            DESK,
            FactKind::Approval,
            json!({ "eradication": fact_id(1) }),
        )
    };
    let waiver = |number| {
        let wire = json!({ "eradication": fact_id(1), "reason": "máy hỏng" });
        fact(number, DESK, FactKind::Waiver, wire)
    };
    // One of the three came with the tenth decision's minute.
    let mut photos = photos_of(std::slice::from_ref(&work));
    photos.shots[1].received_at = approval(10).at;
    let told = |facts: &[Fact]| {
        let (rules, now) = (Definition::default(), at("2026-05-30T08:00:00+07:00"));
        let told = live(&plot(), facts, &photos, &rules, now);
        let unseen = told.flags.contains(&LifeFlag::OutOfPlace);
        (told.is_approved, told.quantities.approved.plants, unseen)
    };
    assert_eq!(told(&[work.clone(), approval(9)]), (false, None, true));
    assert_eq!(
        told(&[work.clone(), approval(10)]),
        (true, Some(320), false)
    );
    assert_eq!(
        told(&[work.clone(), waiver(8), approval(9)]),
        (true, Some(320), false)
    );
    // Nor does a waiver that came after it make it one.
    assert_eq!(told(&[work, approval(7), waiver(8)]), (false, None, true));
}

#[test]
fn closed_plots_are_opened_only_by_a_decision() {
    let closed = |fact: Fact| state(&[fact]);
    assert_eq!(
        closed(found(1, "2026-02-11", "look_alike")),
        PlotState::Rejected
    );
    assert_eq!(closed(found(1, "2026-02-11", "gone")), PlotState::Gone);
    assert_eq!(
        closed(decided(1, FactKind::Retraction)),
        PlotState::Retracted
    );
    let mut facts = vec![decided(1, FactKind::Retraction)];
    let mut late = verified(2, "2026-05-01", 320, 64.0);
    facts.push(late.clone());
    let barred = life(&plot(), &facts);
    assert_eq!(barred.state, PlotState::Retracted);
    assert!(barred.flags.contains(&LifeFlag::AfterFinal));
    facts.push(decided(3, FactKind::Reopening));
    late.id = fact_id(4);
    facts.push(late);
    assert_eq!(state(&facts), PlotState::Verified);
    let open = life(&plot(), &[decided(1, FactKind::Reopening)]);
    assert!(open.flags.contains(&LifeFlag::OutOfPlace));
}

/// Found to be gone by mistake; what was done before the province opened the plot again was done all the same.
#[test]
fn what_was_done_between_a_wrong_closing_and_its_reopening_counts() {
    let mut facts = vec![
        found(1, "2026-02-11", "gone"),
        eradicated(2, "2026-02-12", &json!({})),
    ];
    let wrongly = life(&plot(), &facts);
    assert_eq!(wrongly.state, PlotState::Gone);
    assert_eq!(wrongly.quantities.eradicated.plants, None);
    facts.push(decided(3, FactKind::Reopening));
    let open = life(&plot(), &facts);
    assert_eq!(open.state, PlotState::Eradicated);
    assert_eq!(open.quantities.eradicated.plants, Some(320));
    assert_eq!(open.steps[0].flag, Some(LifeFlag::Undone));
    assert!(!open.flags.contains(&LifeFlag::AfterFinal));
    assert!(!open.flags.contains(&LifeFlag::OutOfPlace));
    // Two wrong closings, the second hidden by the first, and one decision that takes them back.
    facts.push(decided(4, FactKind::Retraction));
    facts.push(decided(5, FactKind::Retraction));
    assert_eq!(state(&facts), PlotState::Retracted);
    facts.push(decided(6, FactKind::Reopening));
    assert_eq!(state(&facts), PlotState::Eradicated);
    // Nothing was closed any more.
    facts.push(decided(7, FactKind::Reopening));
    let twice = life(&plot(), &facts);
    assert_eq!(twice.state, PlotState::Eradicated);
    assert!(twice.flags.contains(&LifeFlag::OutOfPlace));
}

#[test]
fn a_reopening_takes_back_the_last_closing_and_none_before_it() {
    let same = |number| {
        let judged = json!({ "other": Uuid::from_u128(77).to_string(), "result": "same", "reason": "đối chiếu" });
        fact(number, DESK, FactKind::Judgement, judged)
    };
    let facts = [
        eradicated(1, "2026-02-11", &json!({})),
        inspected(2, "2026-03-01", "clear"),
        same(3),
        decided(4, FactKind::Reopening),
    ];
    assert_eq!(state(&facts[..3]), PlotState::Merged);
    let clear = life(&plot(), &facts);
    assert_eq!((clear.state, clear.duplicate_of), (PlotState::Clear, None));
}

/// What nobody knew of when the province opened the plot again was not taken back by that, whatever time it tells.
#[test]
fn a_reopening_takes_back_no_closing_that_came_after_it() {
    let came = |mut fact: Fact, day: &str| {
        fact.recorded_at = at(&format!("{day}T12:00:00+07:00"));
        fact
    };
    let before = [
        came(decided(1, FactKind::Retraction), "2026-04-01"),
        came(decided(2, FactKind::Reopening), "2026-04-02"),
    ];
    assert_eq!(state(&before), PlotState::Detected);
    let state_with = |fact: Fact| state(&[before[0].clone(), before[1].clone(), fact]);
    let look_alike = found(3, "2026-03-20", "look_alike");
    let later = came(look_alike.clone(), "2026-04-03");
    assert_eq!(state_with(later.clone()), PlotState::Rejected);
    assert_eq!(
        state_with(came(look_alike, "2026-04-01")),
        PlotState::Detected
    );
    // A word that was known by then and came to say so only afterwards closes as well; one that said so before does not.
    let corrected = |first: Fact, last: Fact| {
        let first = came(first, "2026-04-01");
        let mut last = came(last, "2026-04-03");
        last.corrects = Some(first.id);
        state(&[before[0].clone(), before[1].clone(), first, last])
    };
    let confirmed = verified(4, "2026-03-20", 320, 64.0);
    assert_eq!(corrected(confirmed, later.clone()), PlotState::Rejected);
    let said_so = found(4, "2026-03-20", "other_crop");
    assert_eq!(corrected(said_so, later), PlotState::Detected);
}

#[test]
fn corrections_that_fork_count_once_in_any_order() {
    let correction = |number, of: u128, plants: u32| {
        let mut told = eradicated(
            number,
            "2026-02-11",
            &json!({ "completeness": "partial", "plants_destroyed": plants, "remaining_plants": 1 }),
        );
        told.corrects = Some(fact_id(of));
        told
    };
    let mut first = correction(1, 9, 100);
    first.corrects = None;
    // Two phones of one author correct the same fact; one of them goes on to correct itself.
    let facts = [
        first,
        correction(2, 1, 110),
        correction(3, 1, 120),
        correction(4, 2, 130),
    ];
    for order in [[0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1]] {
        let shuffled = order.map(|at: usize| facts[at].clone());
        let told = life(&plot(), &shuffled);
        assert_eq!(told.quantities.destroyed_claimed.plants, Some(130));
        assert!(told.flags.contains(&LifeFlag::CorrectedTwice));
    }
    // A stranger's correction has no effect, and none that the stranger makes of it; an officer's has.
    let mut foreign = [
        facts[0].clone(),
        correction(2, 1, 500),
        correction(3, 2, 600),
    ];
    (foreign[1].author, foreign[2].author) = (Uuid::from_u128(7), Uuid::from_u128(7));
    let told = life(&plot(), &foreign);
    assert_eq!(told.quantities.destroyed_claimed.plants, Some(100));
    assert!(told.flags.contains(&LifeFlag::CorrectionIgnored));
    (foreign[2].author, foreign[2].by_officer) = (DESK, true);
    let mended = life(&plot(), &foreign);
    assert_eq!(mended.quantities.destroyed_claimed.plants, Some(600));
}

#[test]
fn areas_that_reach_a_threshold_together_reach_it() {
    let areas = [40.3, 40.4, 44.3];
    let sum: f64 = areas.iter().sum();
    assert!(sum < 125.0, "{sum}: fractions end a hair below");
    let rules = Definition::default();
    let area_cm2 = areas.iter().map(|m2| cm2(*m2)).sum();
    assert_eq!(commune_flag(&rules, 0, area_cm2).class, Some("II"));
}

#[test]
fn a_handed_over_plot_goes_on_elsewhere() {
    let handed = fact(
        2,
        DESK,
        FactKind::Transfer,
        json!({ "transferred_at": "2026-02-12T09:00:00+07:00", "to_org": org(5).to_string(), "document": "3/BBBG" }),
    );
    let facts = [
        verified(1, "2026-02-11", 320, 64.0),
        handed,
        eradicated(3, "2026-02-13", &json!({})),
    ];
    let before = life(&plot(), &facts[..2]);
    assert_eq!(before.state, PlotState::Transferred);
    assert_eq!(before.handling_org, Some(org(5)));
    assert_eq!(state(&facts), PlotState::Eradicated);
}

#[test]
fn only_plots_beyond_the_border_are_referred() {
    let told = fact(
        1,
        DESK,
        FactKind::Referral,
        json!({ "referred_at": "2026-02-12T09:00:00+07:00", "agency": "BLO", "document": "3/CV" }),
    );
    assert!(
        life(&plot(), std::slice::from_ref(&told))
            .flags
            .contains(&LifeFlag::OutOfPlace)
    );
    let beyond = PlotFacts {
        outside_vietnam: true,
        ..plot()
    };
    assert_eq!(life(&beyond, &[told]).state, PlotState::Referred);
}

#[test]
fn badges_follow_the_thresholds_of_the_laws() {
    let rules = Definition::default();
    let badge = |plants| law_badge(&rules, plants, "verified");
    assert_eq!(badge(449), None);
    assert_eq!(badge(450).unwrap().reaches_plants, None);
    assert_eq!(badge(450).unwrap().near_plants, Some(500));
    assert_eq!(badge(499).unwrap().reaches_plants, None);
    assert_eq!(badge(500).unwrap().reaches_plants, Some(500));
    assert_eq!(badge(2_999).unwrap().reaches_plants, Some(500));
    assert_eq!(badge(3_000).unwrap().reaches_plants, Some(3_000));
    assert_eq!(badge(500).unwrap().heading, "Không phải kết luận pháp lý");
    let class = |plants, m2| commune_flag(&rules, plants, cm2(m2)).class;
    // The cases of the criteria: 600 plants on 40 m² II, 100 on 15 m² III, 3,200 on 800 m² I.
    assert_eq!(class(600, 40.0), Some("II"));
    assert_eq!(class(100, 15.0), Some("III"));
    assert_eq!(class(3_200, 800.0), Some("I"));
    assert_eq!(class(3_000, 0.0), Some("I"));
    assert_eq!(
        (class(499, 124.9), class(0, 125.0)),
        (Some("III"), Some("II"))
    );
    assert_eq!((class(0, 749.9), class(0, 750.0)), (Some("II"), Some("I")));
    assert_eq!(class(0, 0.0), None);
    assert!(commune_flag(&rules, 0, cm2(124.9)).near_threshold);
}

const ELSEWHERE: [Missing; 4] = [
    Missing::PhotosBefore,
    Missing::PhotosCloseUp,
    Missing::PhotosAfter,
    Missing::PhotosAtTheWork,
];

/// A quarter of an hour of work.
fn short_work() -> Fact {
    let short = json!({ "ended_at": "2026-02-11T09:15:00+07:00" });
    eradicated(1, "2026-02-11", &short)
}

/// What that work misses with one photo of each stage, all taken when it began and changed alike.
fn missing_alike(change: &dyn Fn(&mut Shot)) -> Vec<Missing> {
    let began = at("2026-02-11T09:00:00+07:00");
    let mut shots = [Shown::Before, Shown::CloseUp, Shown::After].map(|shown| shot(shown, began));
    shots.iter_mut().for_each(change);
    let (rules, now) = (Definition::default(), at("2026-05-30T08:00:00+07:00"));
    let summary = EvidenceSummary::of(shots.to_vec());
    live(&plot(), &[short_work()], &summary, &rules, now).missing
}

#[test]
fn photos_count_for_the_eradication_that_they_name_and_only_around_it() {
    let (fact, began) = (short_work(), at("2026-02-11T09:00:00+07:00"));
    assert!(missing_alike(&|_| ()).is_empty());
    assert!(missing_alike(&|shot| shot.eradication = Some(fact.id)).is_empty());
    assert_eq!(
        missing_alike(&|shot| shot.eradication = Some(fact_id(7))),
        [
            Missing::PhotosBefore,
            Missing::PhotosCloseUp,
            Missing::PhotosAfter,
            Missing::PhotosAtTheWork
        ]
    );
    let late = [Missing::PhotosAtTheWork];
    let hour_ms = 3_600_000;
    // What shows the plot after the work was taken after it, give or take a quarter of an hour.
    let early = |ms: i64| missing_alike(&|shot| shot.taken_at = began.plus_millis(-ms));
    assert_eq!(early(1), [Missing::PhotosAfter]);
    assert_eq!(early(12 * hour_ms), [Missing::PhotosAfter]);
    assert_eq!(early(12 * hour_ms + 1), ELSEWHERE, "the evening before");
    // And what shows it before, before.
    let quarter_ms = hour_ms / 4;
    let late_by = |ms: i64| missing_alike(&|shot| shot.taken_at = began.plus_millis(ms));
    assert!(late_by(quarter_ms).is_empty());
    assert_eq!(late_by(quarter_ms + 1), [Missing::PhotosBefore]);
    assert!(missing_alike(&|shot| shot.stood = Some(stood(100.0))).is_empty());
    assert_eq!(
        missing_alike(&|shot| shot.stood = Some(stood(100.1))),
        ELSEWHERE
    );
    assert_eq!(missing_alike(&|shot| shot.stood = None), late);
    // One file counts once, for what it was recorded as first.
    assert_eq!(
        missing_alike(&|shot| shot.sha256 = [7; 32]),
        [
            Missing::PhotosCloseUp,
            Missing::PhotosAfter,
            Missing::PhotosAtTheWork
        ]
    );
}

#[test]
fn photos_lie_at_the_work_within_what_both_accuracies_allow() {
    // Up to 50 m each: 100 m and twice the root of 50² + 50².
    let rough = |away_m: f64, accuracy_m: f64| {
        missing_alike(&|shot| {
            shot.stood = Some(Stood {
                away_m,
                accuracy_m: Some(accuracy_m),
                plot_accuracy_m: Some(100_000.0),
            });
        })
    };
    assert!(rough(241.0, 50.0).is_empty());
    assert_eq!(rough(242.0, 50.0), ELSEWHERE);
    assert_eq!(rough(0.0, 50.1), [Missing::PhotosAtTheWork]);
}

#[test]
fn each_stage_is_shown_by_a_photo_of_the_plot_and_of_the_work() {
    let fact = eradicated(
        1,
        "2026-02-11",
        &json!({ "started_at": "2026-02-11T20:00:00+07:00", "ended_at": "2026-02-11T21:00:00+07:00" }),
    );
    let night = |time: &str| at(&format!("2026-02-11T{time}:00+07:00"));
    // Two of each stage at the work but for the one in question: it is missed though four others lie there.
    let missing = |stage: Shown, change: &dyn Fn(&mut Shot)| {
        let shots = [
            (Shown::Before, "19:50", "19:51"),
            (Shown::CloseUp, "20:10", "20:11"),
            (Shown::After, "21:05", "21:06"),
        ];
        let shots = shots
            .into_iter()
            .flat_map(|(shown, one, other)| [one, other].map(|time| shot(shown, night(time))));
        let mut shots: Vec<Shot> = shots.collect();
        let own = shots.iter_mut().filter(|own| own.shown == stage);
        own.for_each(change);
        let (rules, now) = (Definition::default(), at("2026-05-30T08:00:00+07:00"));
        let summary = EvidenceSummary::of(shots);
        live(&plot(), std::slice::from_ref(&fact), &summary, &rules, now).missing
    };
    let stages = [
        (Shown::Before, Missing::PhotosBefore),
        (Shown::CloseUp, Missing::PhotosCloseUp),
        (Shown::After, Missing::PhotosAfter),
    ];
    for (stage, lacking) in stages {
        assert!(missing(stage, &|_| ()).is_empty());
        let far = |own: &mut Shot| own.stood = Some(stood(2_000.0));
        assert_eq!(missing(stage, &far), [lacking], "two kilometres off");
        let rough = |own: &mut Shot| {
            own.stood = Some(Stood {
                accuracy_m: Some(60.0),
                ..stood(2_000.0)
            });
        };
        assert!(missing(stage, &rough).is_empty(), "nobody knows where");
        assert!(missing(stage, &|own| own.stood = None).is_empty());
    }
    let days = |days: i64| {
        move |own: &mut Shot| own.taken_at = own.taken_at.plus_millis(days * 86_400_000)
    };
    for (stage, lacking) in &stages[..2] {
        assert_eq!(missing(*stage, &days(-20)), [*lacking], "weeks before");
    }
    assert_eq!(missing(Shown::After, &days(20)), [Missing::PhotosAfter]);
    let morning = |own: &mut Shot| own.taken_at = night("06:30");
    assert!(missing(Shown::Before, &morning).is_empty(), "one day");
    let form = |own: &mut Shot| {
        own.has_own_time = false;
        own.taken_at = own.taken_at.plus_millis(20 * 86_400_000);
    };
    assert!(missing(Shown::After, &form).is_empty(), "the form's time");
}

#[test]
fn photos_of_a_form_have_one_time_for_all_and_no_order() {
    let fact = eradicated(1, "2026-02-11", &json!({}));
    let late = at("2026-02-11T12:00:00+07:00");
    let missing = |has_own_time: bool| {
        let shots = [Shown::Before, Shown::CloseUp, Shown::After].map(|shown| Shot {
            has_own_time,
            ..shot(shown, late)
        });
        let summary = EvidenceSummary::of(shots.to_vec());
        let (rules, now) = (Definition::default(), at("2026-05-30T08:00:00+07:00"));
        live(&plot(), std::slice::from_ref(&fact), &summary, &rules, now).missing
    };
    assert_eq!(missing(true), [Missing::PhotosBefore]);
    assert!(missing(false).is_empty());
}

#[test]
fn a_waiver_lets_the_work_count_and_stays_visible() {
    let work = eradicated(1, "2026-02-11", &json!({}));
    let wire = json!({ "eradication": fact_id(1), "reason": "máy hỏng giữa chừng" });
    let waived = fact(2, DESK, FactKind::Waiver, wire);
    let told = |facts: &[Fact], photos: &EvidenceSummary| {
        let (rules, now) = (Definition::default(), at("2026-05-30T08:00:00+07:00"));
        live(&plot(), facts, photos, &rules, now)
    };
    let none = EvidenceSummary::default();
    let both = [work.clone(), waived.clone()];
    assert_eq!(told(&both[..1], &none).state, PlotState::Eradicating);
    let life = told(&both, &none);
    assert_eq!(life.state, PlotState::Eradicated);
    assert!(life.flags.contains(&LifeFlag::PhotosWaived));
    assert!(
        !told(&both, &photos_of(&both))
            .flags
            .contains(&LifeFlag::PhotosWaived)
    );
    // What was waived is what was read: a correction needs its own.
    let mut corrected = eradicated(3, "2026-02-11", &json!({ "plants_destroyed": 300 }));
    corrected.corrects = Some(fact_id(1));
    assert_eq!(
        told(&[work, waived, corrected], &none).state,
        PlotState::Eradicating
    );
}
