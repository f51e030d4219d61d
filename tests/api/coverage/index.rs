//! The index in memory and on disk: whoever asks gets the same figures, however they were come by.

use serde_json::{Value, json};
use tuantra::changed;
use tuantra::jobs::work_off;
use tuantra::patrols::INDEX_JOB;
use tuantra::store::Error;

use super::{
    DAY_S, TODAY, WALK_50, YESTERDAY, asked, assert_share, first_commune, fixes, index, patrol,
    send, two_communes, walked,
};
use crate::field::{Client, Field};

const QUESTIONS: [&str; 9] = [
    "",
    "&radius_m=100",
    "&visits=2",
    "&kind=crop_check",
    "&kind=night",
    "&pass=1",
    "&validated=true",
    "&commune=99001",
    "&compare=true&freshness=true",
];

/// Each is asked for when days of the one before are known.
const MOVING: [(&str, &str); 8] = [
    ("2026-02-24", "2026-02-28"),
    ("2026-02-25", "2026-03-01"),
    ("2026-02-20", "2026-02-26"),
    ("2026-03-01", "2026-03-31"),
    ("2026-01-02", "2026-01-09"),
    ("2026-01-20", "2026-01-25"),
    ("2026-01-01", "2026-03-31"),
    ("2026-02-10", "2026-03-08"),
];

async fn answers(client: &Client) -> Vec<Value> {
    let mut answers = Vec::new();
    for question in QUESTIONS {
        answers.push(asked(client, question).await);
    }
    let cells = "/api/v1/coverage/cells?commune=99001&from=2026-02-01&to=2026-03-31&limit=500";
    answers.push(client.get(cells).await.expect(200).json());
    answers
}

/// Loses some rows of the index and changes others, as no act of the service would.
async fn damage(field: &Field) {
    let store = field.app.journal.store();
    let damaged = store.write((), |tx, ()| {
        Box::pin(async move {
            changed!(tx, sqlx::query("DELETE FROM coverage_cells"))?;
            changed!(tx, sqlx::query("UPDATE coverage_trips SET length_m = 1"))?;
            Ok::<_, Error>(())
        })
    });
    damaged.await.unwrap();
}

on_both! {
    async fn an_index_made_anew_from_the_facts_is_the_same_to_the_byte(field: Field) {
        two_communes(&field).await;
        let (officer, phone) = (field.officer().await, field.phone("máy A", &[]).await);
        walked(&field, &phone, TODAY, 104.3).await;
        walked(&field, &phone, YESTERDAY, 104.3004).await;
        let (rows, figures) = (index(&field).await, answers(&officer).await);
        damage(&field).await;
        assert_ne!(index(&field).await, rows);
        assert_eq!(field.app.coverage.ask_for_all().await.unwrap(), 2);
        work_off(&field.app, INDEX_JOB, 2, |_| {}).await.unwrap();
        assert_eq!(index(&field).await, rows);
        assert_eq!(answers(&officer).await, figures);
        assert_eq!(answers(&field.elsewhere(&officer)).await, figures);
    }

    async fn a_process_that_may_keep_nothing_in_memory_gives_the_same_figures(field: Field) {
        two_communes(&field).await;
        let (officer, phone) = (field.officer().await, field.phone("máy A", &[]).await);
        let mut config = (*field.app.config).clone();
        config.coverage_memory_mib = 0;
        let forgetful = field.elsewhere_with(&officer, config);
        for (from, lon) in [(TODAY, 104.3), (YESTERDAY, 104.3004)] {
            walked(&field, &phone, from, lon).await;
            let figures = answers(&officer).await;
            assert_eq!(answers(&forgetful).await, figures);
            assert_eq!(answers(&forgetful).await, figures);
        }
    }

    async fn processes_on_one_database_agree_after_every_change(field: Field) {
        two_communes(&field).await;
        let (officer, phone) = (field.officer().await, field.phone("máy A", &[]).await);
        let other = field.elsewhere(&officer);
        let agree = async |what: &str| {
            let cold = answers(&field.elsewhere(&officer)).await;
            assert_eq!(answers(&officer).await, cold, "{what}: the process that wrote");
            assert_eq!(answers(&other).await, cold, "{what}: the process beside it");
            cold
        };
        let nothing = agree("nothing").await;
        let first = walked(&field, &phone, TODAY, 104.3).await;
        let one = agree("a walk").await;
        assert_ne!(nothing, one);
        let night = patrol(&field, &phone, YESTERDAY, json!({ "kind": "night" })).await;
        send(&phone, night, &fixes(&field, YESTERDAY, 104.3004, 0..90)).await;
        field.settle().await;
        agree("half a walk of another kind").await;
        send(&phone, night, &fixes(&field, YESTERDAY, 104.3004, 90..180)).await;
        field.settle().await;
        agree("its other half").await;
        let state = json!({ "state": "validated" });
        officer.post(&format!("/api/v1/patrols/{first}/validation"), &state).await.expect(200);
        field.settle().await;
        agree("a validation").await;
        let state = json!({ "state": "rejected", "reason": "chạy xe máy" });
        officer.post(&format!("/api/v1/patrols/{night}/validation"), &state).await.expect(200);
        field.settle().await;
        agree("a rejection").await;
        walked(&field, &phone, TODAY - 40 * DAY_S, 104.302).await;
        agree("a walk of another month").await;
    }

    async fn windows_that_move_over_days_known_in_part_say_what_a_process_says_that_knows_none(field: Field) {
        two_communes(&field).await;
        let (officer, phone) = (field.officer().await, field.phone("máy A", &[]).await);
        for n in 0..12 {
            let lon = 104.2905 + f64::from(n) * 0.0012;
            walked(&field, &phone, TODAY - i64::from(n) * 5 * DAY_S, lon).await;
        }
        let agree = async |what: &str| {
            for (from, to) in MOVING {
                let beside = field.elsewhere(&officer);
                for rest in ["", "&kind=crop_check", "&visits=2&radius_m=100"] {
                    let window = format!("/api/v1/coverage?from={from}&to={to}{rest}");
                    let known = officer.get(&window).await.expect(200).json();
                    let alone = beside.get(&window).await.expect(200).json();
                    assert_eq!(known, alone, "{what}, {from} to {to}{rest}");
                }
            }
        };
        agree("nothing known").await;
        walked(&field, &phone, TODAY - 7 * DAY_S, 104.2911).await;
        agree("a walk on a day that is known").await;
    }

    async fn what_was_seen_of_a_long_year_is_the_same_from_unions_and_from_rows(field: Field) {
        two_communes(&field).await;
        let (officer, phone) = (field.officer().await, field.phone("máy A", &[]).await);
        for n in 0..24 {
            let lon = 104.2905 + f64::from(n) * 0.0008;
            walked(&field, &phone, TODAY - i64::from(n) * 17 * DAY_S, lon).await;
        }
        // Every patrol is of this kind, so the filter changes nothing but the way to the figures.
        for (from, to) in [
            ("2025-01-01", "2026-03-31"), ("2025-03-04", "2026-01-07"), ("2025-06-18", "2025-06-30"),
            ("2025-09-02", "2025-10-31"), ("2025-12-01", "2026-03-02"),
        ] {
            let window = format!("/api/v1/coverage?from={from}&to={to}");
            let by_unions = officer.get(&window).await.expect(200).json();
            let by_rows = officer.get(&format!("{window}&kind=crop_check")).await.expect(200).json();
            assert_eq!(by_unions, by_rows, "{from} to {to}");
        }
    }

    async fn people_nights_and_visits_are_told(field: Field) {
        two_communes(&field).await;
        let (officer, phone) = (field.officer().await, field.phone("máy A", &[]).await);
        let org = officer.get("/api/v1/orgs").await.expect(200).json();
        let org = org[0]["id"].as_str().unwrap().to_owned();
        // Ten in the morning; the other walk begins at 17:45 of the day before, fifteen minutes before night.
        let with_people = json!({ "headcount": { org: 4 } });
        let morning = patrol(&field, &phone, TODAY, with_people).await;
        send(&phone, morning, &fixes(&field, TODAY, 104.3, 0..180)).await;
        let dusk = TODAY - DAY_S + 9 * 3600 + 45 * 60;
        let evening = patrol(&field, &phone, dusk, json!({})).await;
        send(&phone, evening, &fixes(&field, dusk, 104.3, 0..180)).await;
        field.settle().await;
        let figures = first_commune(&officer, "").await;
        assert_eq!(figures["visits"], 2);
        assert_eq!(figures["revisit_days"], 1.0);
        let hours = 1790.0 / 3600.0;
        super::assert_near(&figures["team_hours"], 2.0 * hours, 1e-6);
        super::assert_near(&figures["person_hours"], 4.0 * hours, 1e-6);
        // Of two visits one tells its people, also where whole blocks of days are added up.
        let year = officer.get("/api/v1/coverage?from=2025-07-01&to=2026-06-30").await.expect(200).json();
        for figures in [&figures, &year["communes"][0], &year["total"]] {
            assert_eq!((&figures["person_hours_of"], &figures["person_visits"]), (&json!(1), &json!(4)));
        }
        super::assert_near(&figures["night_share"], 890.0 / 3580.0, 0.01);
        let validated = first_commune(&officer, "&validated=true").await;
        assert_eq!((&validated["person_hours"], &validated["night_share"]), (&Value::Null, &Value::Null));
        assert_eq!(validated["person_hours_of"], 0);
    }

    async fn erased_fixes_leave_the_index_as_it_was(field: Field) {
        two_communes(&field).await;
        let (officer, phone) = (field.officer().await, field.phone("máy A", &[]).await);
        walked(&field, &phone, TODAY, 104.3).await;
        let before = first_commune(&officer, "").await;
        assert_share(&before, WALK_50);
        field.clock.advance_millis(800 * DAY_S * 1000);
        tuantra::jobs::erase_due(&field.app).await.unwrap();
        field.settle().await;
        assert_eq!(first_commune(&officer, "").await, before);
        assert_eq!(first_commune(&field.elsewhere(&officer), "").await, before);
    }
}
