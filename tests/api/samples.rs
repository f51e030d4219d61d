//! The second look: drawn by the first head after the year, visited by another unit, told for all claims.

use serde_json::json;
use tuantra::base::actor::Role;
use uuid::Uuid;

use crate::ledger::{desk, eradication, org, photographed, verification};
use crate::plots::{EAST, WEST, load_communes, plot_at};

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
        // Neither what was taken back, nor what came up and was destroyed once more, is claimed ground.
        let taken_back = field.new_id();
        let path = format!("/api/v1/plots/{taken_back}");
        claimer.put(&path, &plot_at(104.33, 22.4)).await.expect(201);
        claimer.post(&format!("{path}/eradications"), &eradication()).await.expect(201);
        claimer.post(&format!("{path}/retractions"), &json!({ "reason": "ghi nhầm điểm" })).await.expect(201);
        photographed(&field, &claimer, plots[0]).await;
        field.clock.advance_millis(60 * 86_400_000);
        let path = format!("/api/v1/plots/{}", plots[0]);
        let resprout = json!({ "inspected_at": "2026-03-20T08:00:00+07:00", "result": "resprout" });
        claimer.post(&format!("{path}/reinspections"), &resprout).await.expect(201);
        let mut again = eradication();
        (again["started_at"], again["ended_at"]) = (json!("2026-03-21T08:00:00+07:00"), json!("2026-03-21T09:00:00+07:00"));
        claimer.post(&format!("{path}/eradications"), &again).await.expect(201);
        field.settle().await;
        let draw = json!({ "period": 2026 });
        let early = field.officer().await.post("/api/v1/ledger/sample", &draw).await.expect(400);
        assert!(early.json()["detail"].as_str().unwrap().contains("has closed"));

        field.clock.advance_millis(240 * 86_400_000);
        let province = desk(&field, "ca-tinh", checks, Role::ProvincialOfficer, &[]).await;
        let claimer = desk(&field, "xa-tay-2", claims, Role::CommuneOfficer, &[WEST, EAST]).await;
        let checker = desk(&field, "don-bp-2", checks, Role::PostOfficer, &[WEST, EAST]).await;
        field.settle().await;
        checker.post("/api/v1/ledger/sample", &draw).await.expect(403);
        // The seed can be known now: neither other rules nor plots that move change the draw any more.
        let rules = province.get("/api/v1/ledger/definitions").await.expect(200).json();
        let mut rules = rules[0]["definition"].clone();
        (rules["version"], rules["sample"]["share"]) = (json!(2), json!(1.0));
        let rules = json!({ "definition": rules, "reason": "rút tất cả" });
        province.post("/api/v1/ledger/definitions", &rules).await.expect(201);
        for plot in &plots[..6] {
            let mut moved = plot_at(104.7, 22.4);
            moved["properties"]["revises"] = json!(1);
            province.put(&format!("/api/v1/plots/{plot}"), &moved).await.expect(201);
        }
        field.settle().await;
        let drawn = province.post("/api/v1/ledger/sample", &draw).await.expect(201).json();
        let sample = &drawn["sample"];
        assert_eq!(sample["claims"], 12);
        assert_eq!(sample["claimed_m2"], 768.0);
        assert_eq!(sample["drawn"].as_array().unwrap().len(), 2, "a tenth of twelve, rounded up");
        assert_eq!(sample["rules"]["share"], 0.1);
        assert!(sample["drawn"].as_array().unwrap().iter().all(|own| own["claim"]["commune"] == WEST));
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
