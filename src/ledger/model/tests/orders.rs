//! Late, repeated and re-ordered facts give the life that in-order ones give.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::ledger::model::carried::{Record, carried};
use crate::ledger::model::returns::Returned;
use crate::ledger::model::words::{Finding, LifeFlag, Missing, PlotState};

/// One fact of a history: any kind, some day, sometimes a correction of an earlier one.
fn any_fact(number: u128) -> impl Strategy<Value = Fact> {
    let day = (11_u32..28, prop_oneof![Just(2_u32), Just(3)])
        .prop_map(|(day, month)| format!("2026-{month:02}-{day:02}"));
    // Ids say nothing of what came first: a fact may name one with a later id, and two may name each other.
    let corrects = prop::option::weighted(0.2, 1_u128..12);
    (0_usize..19, day, 50_u32..500, any::<bool>(), corrects).prop_map(
        move |(kind, day, plants, by_desk, corrects)| {
            let mut fact = drawn(number, kind, &day, plants);
            if by_desk {
                (fact.author, fact.by_officer) = (DESK, true);
            }
            fact.corrects = corrects.map(fact_id).filter(|of| *of != fact.id);
            fact
        },
    )
}

fn drawn(number: u128, kind: usize, day: &str, plants: u32) -> Fact {
    let moment = format!("{day}T09:00:00+07:00");
    match kind {
        0 => verified(number, day, plants, 64.0),
        1 => found(number, day, "look_alike"),
        2 => found(number, day, "gone"),
        3 => fact(
            number,
            TEAM,
            FactKind::Confirmation,
            json!({ "confirmed_at": moment, "alone": plants.is_multiple_of(2) }),
        ),
        4 | 5 => eradicated(number, day, &json!({ "plants_destroyed": plants })),
        6 => eradicated(
            number,
            day,
            &json!({ "minutes": null, "confirmation": null }),
        ),
        7 => eradicated(
            number,
            day,
            &json!({ "completeness": "partial", "remaining_plants": 10, "minutes": null, "minutes_pending": true }),
        ),
        8 => fact(
            number,
            TEAM,
            FactKind::Minutes,
            json!({ "number": "1/BB", "date": day }),
        ),
        9 => inspected(number, day, "clear"),
        10 => inspected(number, day, "resprout"),
        11 => decided(number, FactKind::Retraction),
        12 => decided(number, FactKind::Reopening),
        _ => drawn_at_a_desk(number, kind, plants),
    }
}

/// The same of what is decided, sent back and answered there.
fn drawn_at_a_desk(number: u128, kind: usize, plants: u32) -> Fact {
    match kind {
        13 | 14 => {
            let work = fact_id(u128::from(plants % 11) + 1);
            let (kind, wire) = match kind {
                13 => (FactKind::Approval, json!({ "eradication": work })),
                _ => (
                    FactKind::Waiver,
                    json!({ "eradication": work, "reason": "máy hỏng" }),
                ),
            };
            fact(number, DESK, kind, wire)
        }
        15 => {
            let work = fact_id(u128::from(plants % 11) + 1);
            let wire = json!({ "eradication": work, "reason": "thiếu ảnh toàn cảnh" });
            fact(number, DESK, FactKind::Return, wire)
        }
        16 => {
            let wire = json!({ "version": 1 + plants % 2, "reason": "đếm lại số cây" });
            fact(number, DESK, FactKind::Return, wire)
        }
        17 => {
            let returned = fact_id(u128::from(plants % 11) + 1);
            let wire = json!({ "returned": returned, "text": "đã bổ sung" });
            fact(number, TEAM, FactKind::Reply, wire)
        }
        _ => fact(
            number,
            DESK,
            FactKind::Judgement,
            json!({ "other": Uuid::from_u128(77).to_string(), "result": if plants.is_multiple_of(2) { "same" } else { "distinct" },
                "reason": "đối chiếu" }),
        ),
    }
}

fn history() -> impl Strategy<Value = Vec<Fact>> {
    let drawn = (1_u128..12).prop_flat_map(|length| (1..=length).map(any_fact).collect::<Vec<_>>());
    drawn.prop_map(|mut facts| {
        // Some came at once, some before others that had happened earlier, some before they had happened.
        for fact in &mut facts {
            let days = i64::try_from(fact.id.0.as_u128() * 5 % 7).unwrap() - 1;
            fact.recorded_at = fact.at.plus_millis(days * 86_400_000);
        }
        facts
    })
}

/// The life of a plot whose photos came late: those of each third work before the first decision at the desk, of the next
/// between the fourth and the fifth, of the others after all.
fn life(plot: &PlotFacts, facts: &[Fact]) -> Life {
    live(plot, facts, &shown(facts), &Definition::default(), now())
}

fn now() -> Timestamp {
    at("2026-05-30T08:00:00+07:00")
}

fn shown(facts: &[Fact]) -> EvidenceSummary {
    let mut photos = photos_of(facts);
    for shot in &mut photos.shots {
        let day = shot.taken_at.local_date().to_string();
        let third = day.bytes().map(u32::from).sum::<u32>() % 3;
        let seconds = [0, 4 * 60 + 30, 3_600][third as usize];
        shot.received_at = at("2026-04-01T08:00:00+07:00").plus_millis(seconds * 1_000);
    }
    photos
}

/// The life of a plot into which another was merged: of the facts those with a bit in `merged` were recorded there, as far as
/// they tell of the ground and take none away.
fn together(facts: &[Fact], merged: u16) -> Life {
    let is_there = |fact: &Fact| {
        let number = u32::try_from(fact.id.0.as_u128()).unwrap();
        let takes_away = match &fact.act {
            Act::Verification(said) => said.finding != Finding::Confirmed,
            _ => false,
        };
        fact.act.is_of_ground() && !takes_away && merged & (1_u16 << number) != 0
    };
    let (there, own): (Vec<Fact>, Vec<Fact>) = facts.iter().cloned().partition(is_there);
    let other = PlotFacts {
        id: PlotId(Uuid::from_u128(10)),
        detected_at: at("2026-02-10T12:00:00+07:00"),
        ..plot()
    };
    let (kept, photos, photos_there) = (plot(), shown(&own), shown(&there));
    let others = BTreeMap::from([(other.id, record(&other, &there, &photos_there))]);
    let (plot, facts, photos) = carried(record(&kept, &own, &photos), &others);
    live(&plot, &facts, &photos, &Definition::default(), now())
}

fn record<'a>(plot: &'a PlotFacts, facts: &'a [Fact], photos: &'a EvidenceSummary) -> Record<'a> {
    Record {
        plot,
        facts,
        photos,
    }
}

/// Whoever says of a merged record that nothing of the kind stood there must say it of the plot that counts.
#[test]
fn a_word_about_a_merged_record_takes_no_ground_away_and_is_told() {
    let other = PlotFacts {
        id: PlotId(Uuid::from_u128(10)),
        detected_at: at("2026-02-08T08:00:00+07:00"),
        ..plot()
    };
    let there = [
        found(1, "2026-02-12", "look_alike"),
        found(2, "2026-02-13", "gone"),
    ];
    let (own, photos) = (plot(), EvidenceSummary::default());
    let others = BTreeMap::from([(other.id, record(&other, &there, &photos))]);
    let (plot, facts, photos) = carried(record(&own, &[], &photos), &others);
    let told = live(&plot, &facts, &photos, &Definition::default(), now());
    assert_eq!(told.state, PlotState::Detected);
    assert!(told.flags.contains(&LifeFlag::VerificationConflict));
    assert_eq!(plot.detected_at, own.detected_at);
    assert!(facts.iter().all(|fact| fact.from == Some(other.id)));
}

#[test]
fn a_kept_plot_takes_no_work_that_was_begun_before_it_was_seen() {
    let other = PlotFacts {
        id: PlotId(Uuid::from_u128(10)),
        detected_at: at("2026-02-01T08:00:00+07:00"),
        ..plot()
    };
    let state = |day: &str| {
        let there = [eradicated(1, day, &json!({}))];
        let (own, photos, none) = (plot(), photos_of(&there), EvidenceSummary::default());
        let others = BTreeMap::from([(other.id, record(&other, &there, &photos))]);
        let (plot, facts, photos) = carried(record(&own, &[], &none), &others);
        let told = live(&plot, &facts, &photos, &Definition::default(), now());
        (told.state, told.missing)
    };
    // The kept plot was found on 10 February, the other on the first.
    let early = (PlotState::Eradicating, vec![Missing::TimeOrder]);
    assert_eq!(state("2026-02-05"), early);
    assert_eq!(state("2026-02-11"), (PlotState::Eradicated, Vec::new()));
}

/// The fact that a chain of corrections goes back to; of a circle the one with the earliest id.
fn root(facts: &[Fact], id: FactId) -> FactId {
    let mut chain = vec![id];
    loop {
        let last = chain[chain.len() - 1];
        let own = facts.iter().find(|fact| fact.id == last).unwrap();
        let Some(of) = own
            .corrects
            .filter(|of| facts.iter().any(|fact| fact.id == *of))
        else {
            return last;
        };
        if let Some(at) = chain.iter().position(|id| *id == of) {
            return *chain[at..].iter().min().unwrap();
        }
        chain.push(of);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn any_order_gives_the_same_life(
        (facts, shuffled) in history().prop_flat_map(|facts| (Just(facts.clone()), Just(facts).prop_shuffle()))
    ) {
        prop_assert_eq!(life(&plot(), &facts), life(&plot(), &shuffled));
    }

    #[test]
    fn facts_of_a_merged_plot_count_as_if_they_were_the_kept_plots_own(
        (facts, shuffled) in history().prop_flat_map(|facts| (Just(facts.clone()), Just(facts).prop_shuffle())),
        merged in any::<u16>()
    ) {
        let told = together(&facts, merged);
        prop_assert_eq!(&told, &life(&plot(), &facts));
        prop_assert_eq!(&told, &together(&shuffled, merged));
    }

    #[test]
    fn repeating_facts_changes_nothing(facts in history(), again in prop::collection::vec(0_usize..12, 0..6)) {
        let mut repeated = facts.clone();
        repeated.extend(again.iter().filter_map(|index| facts.get(*index).cloned()));
        prop_assert_eq!(life(&plot(), &facts), life(&plot(), &repeated));
    }

    #[test]
    fn parts_that_come_apart_make_the_same_whole(facts in history(), cut in 0_usize..12) {
        let (early, late) = facts.split_at(cut.min(facts.len()));
        let mut late_first = late.to_vec();
        late_first.extend_from_slice(early);
        prop_assert_eq!(life(&plot(), &facts), life(&plot(), &late_first));
    }

    #[test]
    fn what_is_sent_back_and_answered_moves_no_state_and_no_figure(facts in history()) {
        let talk = |fact: &Fact| matches!(fact.act, Act::Return(_) | Act::Reply(_));
        let said: Vec<FactId> = facts.iter().filter(|fact| talk(fact)).map(|fact| fact.id).collect();
        // What corrects a fact of another kind is ignored, and would not be were that fact unknown.
        let mut facts = facts;
        for fact in &mut facts {
            fact.corrects = fact.corrects.filter(|id| !said.contains(id));
        }
        let without: Vec<Fact> = facts.iter().filter(|fact| !talk(fact)).cloned().collect();
        let (with, without) = (life(&plot(), &facts), life(&plot(), &without));
        prop_assert_eq!(with.state, without.state);
        prop_assert_eq!(&with.quantities, &without.quantities);
        prop_assert_eq!(&with.missing, &without.missing);
        prop_assert_eq!(&with.dues, &without.dues);
        prop_assert_eq!(with.is_approved, without.is_approved);
        prop_assert_eq!(with.flags.contains(&LifeFlag::Returned), with.returns.iter().any(Returned::is_open));
        prop_assert!(without.returns.is_empty());
    }

    #[test]
    fn every_fact_has_its_step_and_nothing_is_counted_twice(facts in history()) {
        let told = life(&plot(), &facts);
        let mut steps: Vec<FactId> = told.steps.iter().map(|step| step.fact).collect();
        steps.sort_unstable();
        let ids: Vec<FactId> = facts.iter().map(|fact| fact.id).collect();
        prop_assert_eq!(steps, ids);
        let mut counted = told.quantities.destroyed_claimed.facts.clone();
        counted.extend(&told.quantities.destroyed_again.facts);
        // Corrections of one fact, however they fork, count one of them.
        let mut roots: Vec<FactId> = counted.iter().map(|id| root(&facts, *id)).collect();
        roots.sort_unstable();
        roots.dedup();
        prop_assert_eq!(roots.len(), counted.len());
        let all = counted.len();
        counted.sort_unstable();
        counted.dedup();
        prop_assert_eq!(all, counted.len());
    }
}
