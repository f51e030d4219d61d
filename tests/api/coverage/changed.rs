//! Changes of risk areas that come after the days for which they speak: figures say so.

use serde_json::{Value, json};
use tuantra::base::actor::Role;

use super::{
    SOUTH_M2, SQUARE_M2, YESTERDAY, assert_near, collection, load_risk, rectangle, risk_area,
    two_communes, walked,
};
use crate::field::Client;

/// Days that had begun before the clock's start.
const BEFORE: &str = "from=2026-02-01&to=2026-03-01";

async fn got(client: &Client, path: &str) -> Value {
    client.get(path).await.expect(200).json()
}

/// The text of the note; none where there is none.
fn told(answer: &Value) -> Option<String> {
    let notes = answer["notes"].as_array().unwrap();
    let own = notes.iter().find(|own| own["code"] == "risk_area_changed");
    own.map(|own| own["text"].as_str().unwrap().to_owned())
}

/// The square metres that a note tells, before and now.
fn grounds(text: &str) -> Vec<f64> {
    let words: Vec<&str> = text.split([' ', ',']).collect();
    let pairs = words.windows(2).filter(|pair| pair[1] == "m2");
    pairs.map(|pair| pair[0].parse().unwrap()).collect()
}

/// The southern half of the square.
fn half() -> Value {
    rectangle(104.29, 22.39, 104.31, 22.40)
}

on_both! {
    async fn a_risk_area_that_shrinks_for_days_gone_by_is_told_with_both_grounds(field: Field) {
        two_communes(&field).await;
        let (officer, phone) = (field.officer().await, field.phone("máy A", &[]).await);
        walked(&field, &phone, YESTERDAY, 104.3).await;
        let asked = format!("/api/v1/coverage?{BEFORE}");
        let (before, instant) = (got(&officer, &asked).await, field.app.journal.now());
        assert_eq!(before["notes"], json!([]));
        field.clock.advance_millis(1000);
        load_risk(&field, collection(&[risk_area("R1", "opium_poppy", "2025-09-01", &half())])).await;
        let after = got(&officer, &asked).await;
        let share = |answer: &Value| answer["total"]["coverage"].as_f64().unwrap();
        assert!(share(&after) > share(&before), "{after}");
        assert_near(&after["total"]["risk_area_change_m2"], 0.0, 1e-6);
        let text = told(&after).unwrap();
        assert!(text.contains("changed on 2026-03-02"), "{text}");
        let m2 = grounds(&text);
        assert_near(&json!(m2[0]), SQUARE_M2, 1.0);
        assert_near(&json!(m2[1]), SOUTH_M2, 1.0);
        // Whichever way the days are asked about.
        for path in [
            format!("{asked}&as_of={instant}"),
            format!("{asked}&commune=99001"),
            format!("{asked}&pass=flowering"),
            format!("/api/v1/coverage/series?{BEFORE}"),
            format!("/api/v1/coverage/cells?commune=99001&{BEFORE}"),
        ] {
            assert_eq!(told(&got(&officer, &path).await).as_ref(), Some(&text), "{path}");
        }
        let b03 = got(&officer, &format!("/api/v1/reports/b03?{BEFORE}")).await;
        assert!(b03["notes"].to_string().contains("bị sửa ngày 02/03/2026"), "{b03}");
        // Not where the ground is what it was, nor for days that had not begun.
        let beside = field.account("xa-b", Role::CommuneOfficer, &["99002"]).await;
        assert_eq!(told(&got(&beside, &asked).await), None);
        let since = "/api/v1/coverage?from=2026-03-02&to=2026-03-31";
        assert_eq!(told(&got(&officer, since).await), None);
    }

    async fn what_changes_no_ground_or_was_set_ahead_is_not_noted(field: Field) {
        two_communes(&field).await;
        let officer = field.officer().await;
        let asked = format!("/api/v1/coverage?{BEFORE}");
        let square = rectangle(104.29, 22.39, 104.31, 22.41);
        let mut named = risk_area("R1", "opium_poppy", "2025-09-01", &square);
        named["properties"]["name"] = json!("Sườn đông");
        load_risk(&field, collection(&[named])).await;
        assert_eq!(told(&got(&officer, &asked).await), None);
        // A new area is no change of what was told before.
        let more = rectangle(104.33, 22.39, 104.35, 22.41);
        load_risk(&field, collection(&[risk_area("R2", "opium_poppy", "2025-09-01", &more)])).await;
        assert_eq!(told(&got(&officer, &asked).await), None);
        // Set today for tomorrow: days that hold both show it in the change against the days before.
        load_risk(&field, collection(&[risk_area("R1", "opium_poppy", "2026-03-03", &half())])).await;
        let ahead = got(&officer, "/api/v1/coverage?from=2026-03-03&to=2026-03-09").await;
        assert_eq!(told(&ahead), None);
        assert_near(&ahead["communes"][0]["risk_area_change_m2"], SOUTH_M2 - SQUARE_M2, 1.0);
        assert_eq!(told(&got(&officer, "/api/v1/coverage?from=2026-02-01&to=2026-03-09").await), None);
    }

    async fn an_area_that_was_ended_for_days_gone_by_is_noted(field: Field) {
        two_communes(&field).await;
        let officer = field.officer().await;
        let asked = format!("/api/v1/coverage?{BEFORE}");
        let mut ended = risk_area("R1", "opium_poppy", "2025-09-01", &rectangle(104.29, 22.39, 104.31, 22.41));
        ended["properties"]["valid_to"] = json!("2025-12-31");
        load_risk(&field, collection(&[ended])).await;
        let m2 = grounds(&told(&got(&officer, &asked).await).unwrap());
        assert_near(&json!(m2[0]), SQUARE_M2, 1.0);
        assert_near(&json!(m2[1]), 0.0, 1e-9);
    }
}
