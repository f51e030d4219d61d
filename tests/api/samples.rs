//! The second look: drawn by the first head after the year, visited by another unit, told for all claims.

use serde_json::json;
use tuantra::base::actor::Role;
use uuid::Uuid;

use crate::ledger::{desk, eradication, org, verification};
use crate::plots::{WEST, load_communes, plot_at};

on_both! {
    async fn a_closed_year_is_drawn_once_and_visited_by_another_unit(field: Field) {
        load_communes(&field).await;
        let (claims, checks) = (org(&field, "Công an xã").await, org(&field, "Đồn biên phòng").await);
        let claimer = desk(&field, "xa-tay", claims, Role::CommuneOfficer, &[WEST]).await;
        let checker = desk(&field, "don-bp", checks, Role::PostOfficer, &[WEST]).await;
        let mut plots: Vec<Uuid> = Vec::new();
        for n in 0..12_u32 {
            let id = field.new_id();
            let path = format!("/api/v1/plots/{id}");
            claimer.put(&path, &plot_at(104.2 + 0.01 * f64::from(n), 22.4)).await.expect(201);
            checker.post(&format!("{path}/verifications"), &verification()).await.expect(201);
            claimer.post(&format!("{path}/eradications"), &eradication()).await.expect(201);
            plots.push(id);
        }
        field.settle().await;
        let draw = json!({ "period": 2026 });
        let early = field.officer().await.post("/api/v1/ledger/sample", &draw).await.expect(400);
        assert!(early.json()["detail"].as_str().unwrap().contains("has closed"));

        field.clock.advance_millis(300 * 86_400_000);
        let province = desk(&field, "ca-tinh", checks, Role::ProvincialOfficer, &[]).await;
        let claimer = desk(&field, "xa-tay-2", claims, Role::CommuneOfficer, &[WEST]).await;
        let checker = desk(&field, "don-bp-2", checks, Role::PostOfficer, &[WEST]).await;
        field.settle().await;
        checker.post("/api/v1/ledger/sample", &draw).await.expect(403);
        let drawn = province.post("/api/v1/ledger/sample", &draw).await.expect(201).json();
        let sample = &drawn["sample"];
        assert_eq!(sample["claims"], 12);
        assert_eq!(sample["claimed_m2"], 768.0);
        assert_eq!(sample["drawn"].as_array().unwrap().len(), 2, "a tenth of twelve, rounded up");
        assert_eq!(sample["estimate"], json!(null));
        assert!(sample["head"]["at"].as_str().unwrap() > "2026-12-14T17:00:00Z");
        // A claim that comes after the seed is known changes nothing.
        field.settle().await;
        let again = province.post("/api/v1/ledger/sample", &draw).await.expect(200).json();
        assert_eq!((&again["sample"]["drawn"], &again["receipt"]), (&sample["drawn"], &drawn["receipt"]));

        let chosen: Vec<String> = sample["drawn"].as_array().unwrap().iter().map(|own| own["claim"]["plot"].as_str().unwrap().to_owned()).collect();
        let visit = |found: f64| json!({ "period": 2026, "visited_at": "2026-12-20T09:00:00+07:00", "found_m2": found });
        let path = |plot: &str| format!("/api/v1/plots/{plot}/revisits");
        claimer.post(&path(&chosen[0]), &visit(64.0)).await.expect(422);
        let spared = plots.iter().find(|plot| !chosen.contains(&plot.to_string())).unwrap().to_string();
        checker.post(&path(&spared), &visit(64.0)).await.expect(400);
        checker.post(&path(&chosen[0]), &visit(-1.0)).await.expect(400);
        let first = checker.post(&path(&chosen[0]), &visit(64.0)).await.expect(201).json();
        assert_eq!(checker.post(&path(&chosen[0]), &visit(64.0)).await.expect(200).json(), first);
        checker.post(&path(&chosen[1]), &visit(16.0)).await.expect(201);
        let told = province.get("/api/v1/ledger/sample?period=2026").await.expect(200).json();
        assert_eq!(told["is_complete"], true);
        // Equal claims have equal chances: 80 of 128 m² are real, so five eighths of the 768 claimed.
        let near = |value: &serde_json::Value, expected: f64| (value.as_f64().unwrap() - expected).abs() < 1e-9;
        assert!(near(&told["estimate"]["found_m2"], 480.0), "{}", told["estimate"]);
        assert!(near(&told["units"][0]["inflation"], 1.6));
        assert_eq!(told["units"][0]["org"], json!(claims));
        assert!(told["estimate"]["interval_m2"][1].as_f64().unwrap() > 480.0);
    }
}
