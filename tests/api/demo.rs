//! The demo province, loaded year by year: its closed years can be drawn from.

use axum::body::Body;
use axum::http::{Method, header};
use serde_json::{Value, json};
use tuantra::base::time::{Clock, LocalDate, Timestamp};
use tuantra::cli::demo::load::{everything, year_ends};
use tuantra::demo::{Demo, Plan};

fn day(year: i32, month: u32, day: u32) -> LocalDate {
    LocalDate::from_ymd(year, month, day).unwrap()
}

/// Two seasons, up to some days after the statistical year 2027 has closed.
fn plan(seed: u64) -> Plan {
    Plan {
        communes: 4,
        patrols: 60,
        seasons: 2,
        seed,
        end: day(2028, 1, 20),
        photos: 0,
    }
}

/// A province in which that year has plots enough: of any six that follow one another half are destroyed.
fn fruitful() -> (Plan, Demo) {
    let year = day(2026, 12, 15)..=day(2027, 12, 14);
    let found = (1..=30).map(plan).find_map(|plan| {
        let demo = Demo::made_up(&plan);
        let plots = demo.patrols().flat_map(|patrol| patrol.plots);
        let of_year = plots
            .filter(|plot| plot.same_as.is_none() && year.contains(&plot.detected_at.local_date()));
        let is_enough = of_year.count() >= 8;
        is_enough.then_some((plan, demo))
    });
    found.unwrap()
}

#[test]
fn the_years_that_close_within_a_plan_are_those_between_its_first_day_and_its_last() {
    let ends = year_ends(&plan(1));
    assert_eq!(ends, [day(2026, 12, 14), day(2027, 12, 14)]);
    let one = Plan {
        seasons: 1,
        end: day(2027, 12, 14),
        ..plan(1)
    };
    assert!(year_ends(&one).is_empty(), "its last day is not over");
}

on_both! {
    async fn what_a_layer_gave_is_taken_back_as_it_is_whatever_may_be_written(field: Field) {
        let plan = plan(1);
        let to = |at: Timestamp| field.clock.advance_millis(at.since(field.clock.now()));
        to(plan.since().start());
        let noon = plan.end.start().plus_millis(12 * 3_600_000);
        let travel = |at: Option<Timestamp>| to(at.unwrap_or(noon));
        everything(&field.app, &Demo::made_up(&plan), &[], &travel).await.unwrap();
        let officer = field.officer().await;
        let layers = officer.get("/ogc/collections").await.expect(200).json();
        let mut written = Vec::new();
        for layer in layers["collections"].as_array().unwrap() {
            let name = layer["id"].as_str().unwrap();
            let items = format!("/ogc/collections/{name}/items");
            let may = officer.send(Method::OPTIONS, &items, None, Body::empty()).await.expect(204);
            if !may.headers[header::ALLOW].to_str().unwrap().contains("POST") {
                continue;
            }
            let page = officer.get(&format!("{items}?limit=5000")).await.expect(200).json();
            let features = page["features"].as_array().unwrap();
            assert!(!features.is_empty(), "{name}");
            for given in features {
                let path = format!("{items}/{}", given["id"].as_str().unwrap());
                officer.put(&path, given).await.expect(204);
                let stands = officer.get(&path).await.expect(200).json();
                for (property, told) in given["properties"].as_object().unwrap() {
                    let now = &stands["properties"][property];
                    let is_near = |(told, now): (f64, f64)| (told - now).abs() <= 1e-9 * told.abs();
                    let is_same = told.as_f64().zip(now.as_f64()).map_or(told == now, is_near);
                    assert!(is_same || property == "version", "{path} {property}: {told} {now}");
                }
            }
            written.push(name);
        }
        written.sort_unstable();
        assert_eq!(written, ["plots", "risk_areas"]);
    }

    async fn a_closed_year_of_the_demo_is_drawn_from_the_first_head_after_it(field: Field) {
        let (plan, demo) = fruitful();
        let to = |at: Timestamp| field.clock.advance_millis(at.since(field.clock.now()));
        to(plan.since().start());
        let noon = plan.end.start().plus_millis(12 * 3_600_000);
        let travel = |at: Option<Timestamp>| to(at.unwrap_or(noon));
        everything(&field.app, &demo, &year_ends(&plan), &travel).await.unwrap();
        let officer = field.officer().await;
        let drawn = officer.post("/api/v1/ledger/sample", &json!({ "period": 2027 })).await.expect(201).json();
        let sample = &drawn["sample"];
        // The seed is the first head that was signed after the year, and no later one.
        let end = day(2027, 12, 14).end();
        let first = field.app.journal.first_head_after(end).await.unwrap().unwrap();
        assert_eq!((&sample["head"]["root"], &sample["head"]["size"]), (&json!(first.root), &json!(first.size)));
        assert!(first.at.since(end) < 86_400_000, "{:?}", first.at);
        // Every plot that was destroyed within the year is drawn from, as the figures of today have them.
        let year = officer.get("/api/v1/ledger?by=plot&period=2027&limit=500").await.expect(200).json();
        let destroyed = year["rows"].as_array().unwrap().iter().filter(|row| row["destroyed_claimed"]["plots"] == 1);
        let claims: Vec<&Value> = destroyed.map(|row| &row["key"]).collect();
        assert!(claims.len() >= 3, "{}", year["total"]);
        assert_eq!(sample["claims"], claims.len());
        let drawn = sample["drawn"].as_array().unwrap();
        assert!(!drawn.is_empty() && drawn.iter().all(|own| claims.contains(&&own["claim"]["plot"])), "{drawn:?}");
        // The year that is under way is not drawn.
        officer.post("/api/v1/ledger/sample", &json!({ "period": 2028 })).await.expect(400);
        let found = field.app.journal.verify().await.unwrap();
        assert!(found.faults.is_empty(), "{:?}", found.faults);
    }
}
