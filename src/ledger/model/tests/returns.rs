//! What was sent back for completing, until somebody answers.

use serde_json::json;

use super::*;
use crate::ledger::model::words::{LifeFlag, PlotState, ReturnEnd};

fn returned(number: u128) -> Fact {
    let wire = json!({ "eradication": fact_id(1), "reason": "thiếu ảnh toàn cảnh" });
    fact(number, DESK, FactKind::Return, wire)
}

fn detection_returned(number: u128) -> Fact {
    let wire = json!({ "version": 1, "reason": "đếm lại số cây" });
    fact(number, DESK, FactKind::Return, wire)
}

fn told(plot: &PlotFacts, facts: &[Fact], photos: &EvidenceSummary) -> Life {
    let (rules, now) = (Definition::default(), at("2026-05-30T08:00:00+07:00"));
    live(plot, facts, photos, &rules, now)
}

/// What ended the only return, and whether the plot is flagged.
fn end(life: &Life) -> (Option<ReturnEnd>, bool) {
    assert_eq!(life.returns.len(), 1, "{:?}", life.returns);
    let is_flagged = life.flags.contains(&LifeFlag::Returned);
    (life.returns[0].ended_by, is_flagged)
}

const OPEN: (Option<ReturnEnd>, bool) = (None, true);

fn over(by: ReturnEnd) -> (Option<ReturnEnd>, bool) {
    (Some(by), false)
}

#[test]
fn a_return_tells_what_by_whom_and_to_whom_and_leaves_the_state() {
    let facts = [eradicated(1, "2026-02-11", &json!({})), returned(2)];
    let life = life(&plot(), &facts);
    assert_eq!(life.state, PlotState::Eradicated);
    assert_eq!(end(&life), OPEN);
    let own = &life.returns[0];
    assert_eq!(
        (own.id, own.eradication, own.version),
        (fact_id(2), Some(fact_id(1)), None)
    );
    assert_eq!(own.reason, "thiếu ảnh toàn cảnh");
    assert_eq!((own.org, own.at), (Some(org(2)), facts[1].at));
    assert!(own.to.iter().eq([&org(1)]));
    let detection = super::life(&plot(), &[detection_returned(2)]);
    assert_eq!(end(&detection), OPEN);
    assert!(detection.returns[0].to.iter().eq([&org(1)]));
    assert_eq!(detection.state, PlotState::Detected);
}

#[test]
fn a_correction_of_what_was_read_ends_it_and_of_other_work_does_not() {
    let work = eradicated(1, "2026-02-11", &json!({}));
    let mut corrected = eradicated(3, "2026-02-11", &json!({ "plants_destroyed": 300 }));
    corrected.corrects = Some(fact_id(1));
    let facts = [work.clone(), returned(2), corrected.clone()];
    assert_eq!(end(&life(&plot(), &facts)), over(ReturnEnd::Corrected));
    // One without effect, for it is another's.
    corrected.author = Uuid::from_u128(3);
    let facts = [work.clone(), returned(2), corrected];
    assert_eq!(end(&life(&plot(), &facts)), OPEN);
    // A new version of the recording says nothing of the work.
    let moved = PlotFacts {
        version: 2,
        ..plot()
    };
    assert_eq!(end(&life(&moved, &[work, returned(2)])), OPEN);
    let facts = [detection_returned(2)];
    assert_eq!(end(&life(&moved, &facts)), over(ReturnEnd::Corrected));
}

#[test]
fn an_answer_in_words_ends_the_return_that_it_names() {
    let reply = |to: u128| {
        let wire = json!({ "returned": fact_id(to), "text": "máy ảnh hỏng, có biên bản" });
        fact(4, TEAM, FactKind::Reply, wire)
    };
    let work = eradicated(1, "2026-02-11", &json!({}));
    let facts = [work.clone(), returned(2), reply(2)];
    assert_eq!(end(&life(&plot(), &facts)), over(ReturnEnd::Reply));
    assert_eq!(
        end(&life(&plot(), &[work.clone(), returned(2), reply(3)])),
        OPEN
    );
    // What is sent back again waits again.
    let again = life(&plot(), &[work, returned(2), reply(2), returned(5)]);
    let ends: Vec<Option<ReturnEnd>> = again.returns.iter().map(|own| own.ended_by).collect();
    assert_eq!(ends, [Some(ReturnEnd::Reply), None]);
    assert!(again.is_returned());
}

#[test]
fn the_answer_that_came_first_ends_it_whatever_comes_afterwards() {
    let work = eradicated(1, "2026-02-11", &json!({}));
    let wire = json!({ "returned": fact_id(2), "text": "máy ảnh hỏng, có biên bản" });
    let reply = fact(3, TEAM, FactKind::Reply, wire);
    let mut corrected = eradicated(4, "2026-02-11", &json!({ "plants_destroyed": 300 }));
    corrected.corrects = Some(fact_id(1));
    corrected.recorded_at = reply.recorded_at.plus_millis(1);
    let facts = [work.clone(), returned(2), reply.clone(), corrected.clone()];
    assert_eq!(end(&life(&plot(), &facts)), over(ReturnEnd::Reply));
    corrected.recorded_at = reply.recorded_at.plus_millis(-1);
    let facts = [work, returned(2), reply, corrected];
    assert_eq!(end(&life(&plot(), &facts)), over(ReturnEnd::Corrected));
}

#[test]
fn a_photo_of_the_same_side_ends_it_when_it_comes_later() {
    let facts = [eradicated(1, "2026-02-11", &json!({})), returned(2)];
    let sent = facts[1].at;
    let with = |change: &dyn Fn(&mut Shot)| {
        let mut more = shot(Shown::After, at("2026-02-11T10:01:00+07:00"));
        more.received_at = sent.plus_millis(1);
        change(&mut more);
        let mut shots = photos_of(&facts).shots;
        shots.push(more);
        end(&told(&plot(), &facts, &EvidenceSummary::of(shots)))
    };
    let photo = over(ReturnEnd::Photo);
    assert_eq!(with(&|_| ()), photo);
    assert_eq!(with(&|own| own.eradication = Some(fact_id(1))), photo);
    assert_eq!(with(&|own| own.eradication = Some(fact_id(9))), OPEN);
    assert_eq!(with(&|own| own.received_at = sent), OPEN, "it was read");
    assert_eq!(with(&|own| own.org = Some(org(2))), OPEN, "the desk's own");
}

#[test]
fn a_desk_that_accepts_after_all_ends_it_and_one_that_did_before_does_not() {
    let work = eradicated(1, "2026-02-11", &json!({}));
    let approval = |number| {
        let wire = json!({ "eradication": fact_id(1) });
        fact(number, DESK, FactKind::Approval, wire)
    };
    let facts = |approved: u128| [work.clone(), returned(5), approval(approved)];
    assert_eq!(end(&life(&plot(), &facts(6))), over(ReturnEnd::Accepted));
    assert_eq!(end(&life(&plot(), &facts(4))), OPEN);
    let mut verified = verified(6, "2026-02-10", 320, 64.0);
    let facts = [detection_returned(5), verified.clone()];
    assert_eq!(end(&life(&plot(), &facts)), OPEN, "it was said before");
    verified.recorded_at = verified.recorded_at.plus_millis(1);
    let facts = [detection_returned(5), verified];
    assert_eq!(end(&life(&plot(), &facts)), over(ReturnEnd::Accepted));
}

#[test]
fn nothing_is_asked_of_a_plot_that_counts_no_more() {
    let work = eradicated(1, "2026-02-11", &json!({}));
    let taken_back = decided(3, FactKind::Retraction);
    let life = life(&plot(), &[work, returned(2), taken_back.clone()]);
    assert_eq!(end(&life), over(ReturnEnd::Closed));
    let late = super::life(&plot(), &[taken_back, detection_returned(4)]);
    assert_eq!(end(&late), over(ReturnEnd::Closed));
    assert!(late.flags.contains(&LifeFlag::AfterFinal));
}

#[test]
fn a_return_names_one_thing_and_says_what_is_missing_in_at_most_500_characters() {
    let now = at("2026-05-30T08:00:00+07:00");
    let refused = |wire: Value| {
        let parsed = wire_of(FactKind::Return, wire).parsed(now);
        let faults = parsed.err().map(|refusal| refusal.0).unwrap_or_default();
        faults
            .into_iter()
            .map(|own| own.pointer)
            .collect::<Vec<_>>()
    };
    let work = fact_id(1);
    let none: [&str; 0] = [];
    assert_eq!(
        refused(json!({ "eradication": work, "reason": "a".repeat(500) })),
        none
    );
    assert_eq!(refused(json!({ "version": 1, "reason": "a" })), none);
    assert_eq!(
        refused(json!({ "eradication": work, "reason": "a".repeat(501) })),
        ["/reason"]
    );
    assert_eq!(
        refused(json!({ "eradication": work, "reason": " " })),
        ["/reason"]
    );
    assert_eq!(
        refused(json!({ "version": 1.5, "reason": "a" })),
        ["/version"]
    );
    assert_eq!(
        refused(json!({ "eradication": work, "version": 1, "reason": "a" })),
        [""]
    );
    assert_eq!(refused(json!({ "reason": "a" })), [""]);
}
