//! The demo province, loaded year by year: its closed years can be drawn from.

use serde_json::{Value, json};
use tuantra::base::time::{Clock, LocalDate, Timestamp};
use tuantra::cli::demo::load::{everything, year_ends};
use tuantra::demo::{Demo, Plan};

use crate::field::Field;

fn day(year: i32, month: u32, day: u32) -> LocalDate {
    LocalDate::from_ymd(year, month, day).unwrap()
}

/// One season up to a day after the statistical year 2026 has closed.
fn plan() -> Plan {
    Plan {
        communes: 4,
        patrols: 48,
        seasons: 1,
        seed: 1,
        end: day(2027, 1, 20),
        photos: 0,
    }
}

#[test]
fn the_years_that_close_within_a_plan_are_those_between_its_first_day_and_its_last() {
    assert_eq!(year_ends(&plan()), [day(2026, 12, 14)]);
    let two = Plan {
        seasons: 2,
        ..plan()
    };
    assert_eq!(year_ends(&two), [day(2025, 12, 14), day(2026, 12, 14)]);
    let before = Plan {
        end: day(2026, 12, 14),
        ..plan()
    };
    assert!(year_ends(&before).is_empty());
}

on_both! {
    async fn a_closed_year_of_the_demo_is_drawn_from_the_first_head_after_it(field: Field) {
        let plan = plan();
        let to = |at: Timestamp| field.clock.advance_millis(at.since(field.clock.now()));
        to(plan.since().start());
        let noon = plan.end.start().plus_millis(12 * 3_600_000);
        let travel = |at: Option<Timestamp>| to(at.unwrap_or(noon));
        let (demo, ends) = (Demo::made_up(&plan), year_ends(&plan));
        everything(&field.app, &demo, &ends, &travel).await.unwrap();
        let officer = field.officer().await;
        let drawn = officer.post("/api/v1/ledger/sample", &json!({ "period": 2026 })).await.expect(201).json();
        let sample = &drawn["sample"];
        // The seed is the first head that was signed after the year, and no later one.
        let end = day(2026, 12, 14).end();
        let first = field.app.journal.first_head_after(end).await.unwrap().unwrap();
        assert_eq!((&sample["head"]["root"], &sample["head"]["size"]), (&json!(first.root), &json!(first.size)));
        assert!(first.at.since(end) < 86_400_000, "{:?}", first.at);
        // Every plot that was destroyed within the year is drawn from, as the figures of today have them.
        let year = officer.get("/api/v1/ledger?by=plot&period=2026&limit=500").await.expect(200).json();
        let destroyed = year["rows"].as_array().unwrap().iter().filter(|row| row["destroyed_claimed"]["plots"] == 1);
        let claims: Vec<&Value> = destroyed.map(|row| &row["key"]).collect();
        assert!(claims.len() >= 2, "{}", year["total"]);
        assert_eq!(sample["claims"], claims.len());
        let drawn = sample["drawn"].as_array().unwrap();
        assert!(!drawn.is_empty() && drawn.iter().all(|own| claims.contains(&&own["claim"]["plot"])), "{drawn:?}");
        // The year that is under way is not drawn.
        officer.post("/api/v1/ledger/sample", &json!({ "period": 2027 })).await.expect(400);
        let found = field.app.journal.verify().await.unwrap();
        assert!(found.faults.is_empty(), "{:?}", found.faults);
    }
}
