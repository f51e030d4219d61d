//! The second look: drawn by the first head after the year, visited by another unit, told for all claims.

use serde_json::{Value, json};
use tuantra::base::actor::Role;
use tuantra::base::ids::OrgId;
use uuid::Uuid;

use crate::field::{Client, Field};
use crate::ledger::{desk, eradication, org, photographed, verification};
use crate::plots::{EAST, WEST, load_communes, plot_at};
use crate::track_screens::phone_of;

/// The unit that claims and the one that checks, in a year that is under way.
struct Year {
    claims: OrgId,
    checks: OrgId,
    claimer: Client,
    checker: Client,
}

impl Year {
    async fn begun(field: &Field) -> Self {
        load_communes(field).await;
        let claims = org(field, "Công an xã").await;
        let checks = org(field, "Đồn biên phòng").await;
        Self {
            claimer: desk(field, "xa-tay", claims, Role::CommuneOfficer, &[WEST]).await,
            checker: desk(field, "don-bp", checks, Role::PostOfficer, &[WEST]).await,
            claims,
            checks,
        }
    }

    /// A plot that was destroyed.
    async fn claimed(&self, field: &Field, lon: f64) -> Uuid {
        let id = field.new_id();
        let path = format!("/api/v1/plots/{id}");
        self.claimer
            .put(&path, &plot_at(lon, 22.4))
            .await
            .expect(201);
        self.act(id, "eradications", &eradication()).await;
        id
    }

    async fn act(&self, plot: Uuid, act: &str, body: &Value) {
        let path = format!("/api/v1/plots/{plot}/{act}");
        self.claimer.post(&path, body).await.expect(201);
    }

    /// The year is over, its first head is signed: the provincial officer, and both units' accounts of the next year.
    async fn over(&self, field: &Field) -> (Client, Client, Client) {
        field.settle().await;
        field.clock.advance_millis(300 * 86_400_000);
        let province = desk(field, "ca-tinh", self.checks, Role::ProvincialOfficer, &[]).await;
        let both = [WEST, EAST];
        let claimer = desk(field, "xa-tay-2", self.claims, Role::CommuneOfficer, &both).await;
        let checker = desk(field, "don-bp-2", self.checks, Role::PostOfficer, &both).await;
        field.settle().await;
        (province, claimer, checker)
    }
}

fn draw() -> Value {
    json!({ "period": 2026 })
}

on_both! {
    async fn only_claims_that_count_are_drawn_from_and_each_ground_once(field: Field) {
        let year = Year::begun(&field).await;
        let mut plots = Vec::new();
        for lon in [104.20, 104.22, 104.24] {
            plots.push(year.claimed(&field, lon).await);
        }
        let taken_back = year.claimed(&field, 104.26).await;
        year.act(taken_back, "retractions", &json!({ "reason": "ghi nhầm điểm" })).await;
        photographed(&field, &year.claimer, plots[0]).await;
        field.clock.advance_millis(30 * 86_400_000);
        let resprout = json!({ "inspected_at": "2026-03-20T08:00:00+07:00", "result": "resprout" });
        year.act(plots[0], "reinspections", &resprout).await;
        let mut again = eradication();
        (again["started_at"], again["ended_at"]) = (json!("2026-03-21T08:00:00+07:00"), json!("2026-03-21T09:00:00+07:00"));
        year.act(plots[0], "eradications", &again).await;
        let (province, ..) = year.over(&field).await;
        let drawn = province.post("/api/v1/ledger/sample", &draw()).await.expect(201).json();
        let sample = &drawn["sample"];
        assert_eq!((sample["claims"].clone(), sample["claimed_m2"].clone()), (json!(3), json!(192.0)));
    }

    async fn the_drawn_years_are_listed_and_what_they_say_only_to_the_province(field: Field) {
        let year = Year::begun(&field).await;
        let plot = year.claimed(&field, 104.2).await;
        let (province, claimer, checker) = year.over(&field).await;
        let years = async |client: &Client| client.get("/api/v1/ledger/samples").await.expect(200).json();
        assert_eq!(years(&province).await, json!([]));
        province.post("/api/v1/ledger/sample", &draw()).await.expect(201);
        let told = years(&province).await;
        assert_eq!(told[0]["sums"], json!({ "claims": 1, "claimed_m2": 64.0, "drawn": 1, "visited": 0, "estimate": null }));
        let visit = json!({ "period": 2026, "visited_at": "2026-12-27T10:30:00+07:00", "found_m2": 32.0 });
        checker.post(&format!("/api/v1/plots/{plot}/revisits"), &visit).await.expect(201);
        let told = years(&province).await;
        assert_eq!((told[0]["period"].clone(), told[0]["sums"]["visited"].clone()), (json!(2026), json!(1)));
        assert_eq!(told[0]["sums"]["estimate"]["found_m2"], 32.0);
        for unit in [&claimer, &checker] {
            let told = years(unit).await;
            assert_eq!((told[0]["period"].clone(), told[0]["sums"].clone()), (json!(2026), Value::Null));
        }
    }

    async fn a_visit_says_how_it_measured_and_what_stands_there_and_its_faults_are_named(field: Field) {
        let year = Year::begun(&field).await;
        let plot = year.claimed(&field, 104.2).await;
        let (province, _, checker) = year.over(&field).await;
        province.post("/api/v1/ledger/sample", &draw()).await.expect(201);
        let path = format!("/api/v1/plots/{plot}/revisits");
        let mut visit = json!({ "period": 2026, "visited_at": "2027-12-20T09:00:00+07:00", "found_m2": -1.0, "area_method": "by heart", "plants": 1.5 });
        let refused = checker.post(&path, &visit).await.expect(422);
        assert_eq!(refused.pointers(), ["/found_m2", "/area_method", "/plants", "/visited_at"]);
        (visit["visited_at"], visit["found_m2"]) = (json!("2026-12-27T10:30:00+07:00"), json!(16.0));
        (visit["area_method"], visit["plants"]) = (Value::Null, Value::Null);
        let bare = checker.post(&path, &visit).await.expect(201).json();
        // Of two visits the later counts; entries are not in the order of time within a millisecond.
        field.clock.advance_millis(1_000);
        (visit["area_method"], visit["plants"]) = (json!("paced"), json!(3));
        let told = checker.post(&path, &visit).await.expect(201).json();
        assert_ne!(told["receipt"], bare["receipt"], "it says more than the one before");
        assert_eq!(checker.post(&path, &visit).await.expect(200).json(), told);
        let sample = province.get("/api/v1/ledger/sample?period=2026").await.expect(200).json();
        let seen = &sample["visits"][0];
        assert_eq!((&seen["found_m2"], &seen["area_method"], &seen["plants"]), (&json!(16.0), &json!("paced"), &json!(3)));
        assert_eq!((&seen["org"], &sample["visits"][1]), (&json!(year.checks), &Value::Null));
        // What was found stands in the log word for word.
        field.settle().await;
        let rows = tuantra::ledger::verify_rows(field.app.journal.store()).await.unwrap();
        assert!(rows.faults.is_empty(), "{:?}", rows.faults);
    }

    async fn a_visit_before_the_draw_is_none_and_of_two_the_later_counts_in_whatever_order_they_come(field: Field) {
        let year = Year::begun(&field).await;
        let plot = year.claimed(&field, 104.2).await;
        let (province, _, checker) = year.over(&field).await;
        province.post("/api/v1/ledger/sample", &draw()).await.expect(201);
        let path = format!("/api/v1/plots/{plot}/revisits");
        let visit = |at: &str, found_m2: f64| json!({ "period": 2026, "visited_at": at, "found_m2": found_m2 });
        // It was drawn at ten in the morning of the 27th.
        for early in ["2020-01-01T00:00:00Z", "2026-12-26T09:30:00+07:00"] {
            let refused = checker.post(&path, &visit(early, 999.0)).await.expect(422);
            assert_eq!(refused.pointers(), ["/visited_at"]);
        }
        let told = async || province.get("/api/v1/ledger/sample?period=2026").await.expect(200).json();
        assert_eq!(told().await["visits"], json!([]));
        let to_visit = checker.get("/api/v1/ledger/sample/visits?period=2026").await.expect(200).json();
        assert_eq!(to_visit["plots"][0]["is_visited"], false);
        // A phone whose clock lags by hours loses nothing; what came last is not what was seen last.
        for (at, found_m2) in [("2026-12-26T12:00:00+07:00", 8.0), ("2026-12-27T10:30:00+07:00", 16.0), ("2026-12-27T10:15:00+07:00", 32.0)] {
            checker.post(&path, &visit(at, found_m2)).await.expect(201);
            field.clock.advance_millis(1_000);
        }
        let told = told().await;
        assert_eq!((&told["visits"][0]["found_m2"], &told["visits"][1]), (&json!(16.0), &Value::Null));
        assert_eq!(told["estimate"]["found_m2"], 16.0);
    }

    async fn a_phone_of_another_unit_is_told_where_to_look_and_records_what_it_found(field: Field) {
        let year = Year::begun(&field).await;
        let plot = year.claimed(&field, 104.2).await;
        let (province, ..) = year.over(&field).await;
        province.post("/api/v1/ledger/sample", &draw()).await.expect(201);
        let own = phone_of(&field, year.claims).await;
        let theirs = phone_of(&field, year.checks).await;
        let to_visit = async |client: &Client| {
            let told = client.get("/api/v1/ledger/sample/visits?period=2026").await.expect(200).json();
            told["plots"].clone()
        };
        let task = |is_visited: bool| json!([{ "plot": plot, "commune": WEST, "is_visited": is_visited }]);
        assert_eq!(to_visit(&own).await, json!([]));
        assert_eq!(to_visit(&theirs).await, task(false));
        let path = format!("/api/v1/plots/{plot}/revisits");
        let visit = json!({ "period": 2026, "visited_at": "2026-12-27T10:30:00+07:00", "found_m2": 16.0, "area_method": "tape", "plants": 2 });
        let refused = own.post(&path, &visit).await.expect(422).json();
        assert!(refused["fields"][0]["reason"].as_str().unwrap().contains("another organisation"), "{refused}");
        let first = theirs.post(&path, &visit).await.expect(201).json();
        assert_eq!(theirs.post(&path, &visit).await.expect(200).json(), first);
        assert_eq!(to_visit(&theirs).await, task(true), "the task is over");
        let sample = province.get("/api/v1/ledger/sample?period=2026").await.expect(200).json();
        let seen = &sample["visits"][0];
        assert_eq!((&seen["found_m2"], &seen["plants"], &seen["org"]), (&json!(16.0), &json!(2), &json!(year.checks)));
        let reader = desk(&field, "xem", year.checks, Role::Reader, &[]).await;
        reader.get("/api/v1/ledger/sample/visits?period=2026").await.expect(403);
        reader.post(&path, &visit).await.expect(403);
        field.settle().await;
        let rows = tuantra::ledger::verify_rows(field.app.journal.store()).await.unwrap();
        assert!(rows.faults.is_empty(), "{:?}", rows.faults);
    }

    async fn what_a_draw_says_is_read_by_officers_of_the_province_and_auditors_alone(field: Field) {
        let year = Year::begun(&field).await;
        year.claimed(&field, 104.2).await;
        let (province, ..) = year.over(&field).await;
        province.post("/api/v1/ledger/sample", &draw()).await.expect(201);
        let path = "/api/v1/ledger/sample?period=2026";
        let sums = async |client: &Client| {
            let years = client.get("/api/v1/ledger/samples").await.expect(200).json();
            years[0]["sums"].clone()
        };
        let phone = field.phone("máy toàn tỉnh", &[]).await;
        let member = desk(&field, "to-vien", year.claims, Role::PatrolMember, &[]).await;
        for unit in [&phone, &member] {
            unit.get(path).await.expect(403);
            assert_eq!(sums(unit).await, Value::Null);
        }
        let reader = desk(&field, "xem", year.claims, Role::Reader, &[]).await;
        reader.get(path).await.expect(403);
        let auditor = desk(&field, "thanh-tra", year.checks, Role::Auditor, &[]).await;
        for told in [&auditor, &province] {
            told.get(path).await.expect(200);
            assert_eq!(sums(told).await["claims"], 1);
        }
    }

    async fn a_year_whose_claims_came_after_its_head_is_not_drawn_and_it_is_said_why(field: Field) {
        let year = Year::begun(&field).await;
        let (province, claimer, _) = year.over(&field).await;
        let refused = province.post("/api/v1/ledger/sample", &draw()).await.expect(422).json();
        let reason = refused["fields"][0]["reason"].as_str().unwrap();
        assert!(reason.contains("; 0 claims of the year came after it"), "{reason}");
        let path = format!("/api/v1/plots/{}", field.new_id());
        claimer.put(&path, &plot_at(104.2, 22.4)).await.expect(201);
        claimer.post(&format!("{path}/eradications"), &eradication()).await.expect(201);
        field.settle().await;
        let refused = province.post("/api/v1/ledger/sample", &draw()).await.expect(422).json();
        assert_eq!(refused["fields"][0]["pointer"], "/period");
        let reason = refused["fields"][0]["reason"].as_str().unwrap();
        assert!(reason.contains("; 1 claims of the year came after it"), "{reason}");
        province.get("/api/v1/ledger/sample?period=2026").await.expect(404);
    }

    async fn nothing_that_comes_after_the_seed_changes_the_draw(field: Field) {
        let year = Year::begun(&field).await;
        let mut plots = Vec::new();
        for n in 0..12_u32 {
            plots.push(year.claimed(&field, 104.2 + 0.01 * f64::from(n)).await);
        }
        let (province, claimer, _) = year.over(&field).await;
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
        let taken_back = json!({ "reason": "ghi nhầm điểm" });
        claimer.post(&format!("/api/v1/plots/{}/retractions", plots[7]), &taken_back).await.expect(201);
        field.settle().await;
        let drawn = province.post("/api/v1/ledger/sample", &draw()).await.expect(201).json();
        let sample = &drawn["sample"];
        assert_eq!((sample["claims"].clone(), sample["claimed_m2"].clone()), (json!(12), json!(768.0)));
        assert_eq!(sample["rules"]["share"], 0.1);
        let drawn = sample["drawn"].as_array().unwrap();
        assert_eq!(drawn.len(), 2, "a tenth of twelve of one commune, rounded up");
        assert!(drawn.iter().all(|own| own["claim"]["commune"] == WEST));
    }

    async fn a_closed_year_is_drawn_once_and_visited_by_another_unit(field: Field) {
        let year = Year::begun(&field).await;
        let mut plots: Vec<Uuid> = Vec::new();
        for n in 0..12_u32 {
            let id = year.claimed(&field, 104.2 + 0.01 * f64::from(n)).await;
            year.checker.post(&format!("/api/v1/plots/{id}/verifications"), &verification()).await.expect(201);
            plots.push(id);
        }
        let early = field.officer().await.post("/api/v1/ledger/sample", &draw()).await.expect(400);
        assert!(early.json()["detail"].as_str().unwrap().contains("has closed"));
        let (province, claimer, checker) = year.over(&field).await;
        let draw = draw();
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
        let visit = |found: f64| json!({ "period": 2026, "visited_at": "2026-12-27T10:30:00+07:00", "found_m2": found });
        let path = |plot: &str| format!("/api/v1/plots/{plot}/revisits");
        // Whoever may be asked to go there is told where, and nothing else; who claims it is not.
        let to_visit = async |client: &Client| {
            let told = client.get("/api/v1/ledger/sample/visits?period=2026").await.expect(200).json();
            told["plots"].as_array().unwrap().clone()
        };
        let mut sorted = chosen.clone();
        sorted.sort_unstable();
        let expected: Vec<Value> = sorted.iter().map(|plot| json!({ "plot": plot, "commune": WEST, "is_visited": false })).collect();
        assert_eq!(to_visit(&checker).await, expected);
        assert_eq!(to_visit(&claimer).await, Vec::<Value>::new());
        let elsewhere = desk(&field, "don-dong", org(&field, "Đồn phía đông").await, Role::PostOfficer, &[EAST]).await;
        assert_eq!(to_visit(&elsewhere).await, Vec::<Value>::new());
        checker.get("/api/v1/ledger/sample?period=2026").await.expect(403);
        checker.get("/api/v1/ledger/sample/visits?period=2025").await.expect(404);
        let own = claimer.post(&path(&chosen[0]), &visit(64.0)).await.expect(422);
        assert!(own.json()["fields"][0]["reason"].as_str().unwrap().contains("another organisation"));
        let spared = plots.iter().find(|plot| !chosen.contains(&plot.to_string())).unwrap().to_string();
        assert_eq!(checker.post(&path(&spared), &visit(64.0)).await.expect(422).pointers(), ["/period"]);
        checker.post(&path(&chosen[0]), &visit(-1.0)).await.expect(422);
        let first = checker.post(&path(&chosen[0]), &visit(64.0)).await.expect(201).json();
        assert_eq!(checker.post(&path(&chosen[0]), &visit(64.0)).await.expect(200).json(), first);
        let seen: Vec<Value> = to_visit(&checker).await.iter().map(|own| json!([own["plot"], own["is_visited"]])).collect();
        assert_eq!(seen, sorted.iter().map(|plot| json!([plot, *plot == chosen[0]])).collect::<Vec<_>>());
        checker.post(&path(&chosen[1]), &visit(16.0)).await.expect(201);
        let told = province.get("/api/v1/ledger/sample?period=2026").await.expect(200).json();
        assert_eq!(told["is_complete"], true);
        // Equal claims have equal chances: 80 of 128 m² are real, so five eighths of the 768 claimed.
        let near = |value: &Value, expected: f64| (value.as_f64().unwrap() - expected).abs() < 1e-9;
        assert!(near(&told["estimate"]["found_m2"], 480.0), "{}", told["estimate"]);
        assert!(near(&told["units"][0]["inflation"], 1.6));
        assert_eq!(told["units"][0]["org"], json!(year.claims));
        assert!(told["estimate"]["interval_m2"][1].as_f64().unwrap() > 480.0);
    }

    async fn claims_that_were_certain_to_be_drawn_and_nobody_visited_yet_are_not_taken_for_seen(field: Field) {
        let year = Year::begun(&field).await;
        let province = desk(&field, "ca-tinh-1", year.checks, Role::ProvincialOfficer, &[]).await;
        let mut rules = province.get("/api/v1/ledger/definitions").await.expect(200).json()[0].clone();
        rules["definition"]["version"] = json!(2);
        rules["definition"]["sample"]["share"] = json!(1.0);
        let all = json!({ "definition": rules["definition"], "reason": "xem lại tất cả" });
        province.post("/api/v1/ledger/definitions", &all).await.expect(201);
        let mut plots = Vec::new();
        for lon in [104.20, 104.22, 104.24, 104.26] {
            plots.push(year.claimed(&field, lon).await);
        }
        let (province, _, checker) = year.over(&field).await;
        province.post("/api/v1/ledger/sample", &draw()).await.expect(201);
        let visited = async |plot: Uuid, found: f64| {
            let visit = json!({ "period": 2026, "visited_at": "2026-12-27T10:30:00+07:00", "found_m2": found });
            checker.post(&format!("/api/v1/plots/{plot}/revisits"), &visit).await.expect(201);
            province.get("/api/v1/ledger/sample?period=2026").await.expect(200).json()
        };
        visited(plots[0], 64.0).await;
        let half = visited(plots[1], 32.0).await;
        assert_eq!((&half["is_complete"], &half["drawn"][0]["chance"]), (&json!(false), &json!(1.0)));
        assert_eq!(half["estimate"]["found_m2"], 192.0);
        // Two of four were seen: the other two may be real or not.
        for told in [&half["estimate"], &half["units"][0]] {
            let [low, high] = [0_usize, 1].map(|end| told["interval_m2"][end].as_f64().unwrap());
            assert!(low < 128.0 && high > 224.0, "{told}");
        }
        visited(plots[2], 64.0).await;
        let whole = visited(plots[3], 0.0).await;
        assert_eq!((&whole["is_complete"], &whole["estimate"]["interval_m2"]), (&json!(true), &json!([160.0, 160.0])));
    }

    async fn nobody_visits_his_own_work_that_a_merged_plot_brought_to_the_drawn_one(field: Field) {
        let year = Year::begun(&field).await;
        // The post found the ground first; the commune's police wrote it down as well, and destroyed it.
        let kept = field.new_id();
        year.checker.put(&format!("/api/v1/plots/{kept}"), &plot_at(104.2, 22.4)).await.expect(201);
        field.clock.advance_millis(1_000);
        let merged = year.claimed(&field, 104.200_1).await;
        let judge = desk(&field, "ca-tinh-1", org(&field, "Công an tỉnh").await, Role::ProvincialOfficer, &[]).await;
        let same = json!({ "other": kept, "result": "same", "reason": "đã đối chiếu biên bản" });
        judge.post(&format!("/api/v1/plots/{merged}/judgements"), &same).await.expect(201);
        let (province, claimer, checker) = year.over(&field).await;
        let drawn = province.post("/api/v1/ledger/sample", &draw()).await.expect(201).json();
        let claim = &drawn["sample"]["drawn"][0]["claim"];
        assert_eq!((&claim["plot"], &claim["org"]), (&json!(kept), &json!(year.claims)));
        let path = format!("/api/v1/plots/{kept}/revisits");
        let visit = json!({ "period": 2026, "visited_at": "2026-12-27T10:30:00+07:00", "found_m2": 64.0 });
        let to_visit = async |client: &Client| {
            let told = client.get("/api/v1/ledger/sample/visits?period=2026").await.expect(200).json();
            told["plots"].as_array().unwrap().len()
        };
        let phone = phone_of(&field, year.claims).await;
        for own in [&claimer, &phone] {
            let refused = own.post(&path, &visit).await.expect(422).json();
            assert!(refused["fields"][0]["reason"].as_str().unwrap().contains("another organisation"), "{refused}");
            assert_eq!(to_visit(own).await, 0);
        }
        assert_eq!(to_visit(&checker).await, 1);
        checker.post(&path, &visit).await.expect(201);
    }
}
