//! A plot's life from outside: who may take which step, what follows from facts in any order, and what is expected.

use serde_json::{Value, json};
use tuantra::base::actor::{Actor, Door, Role};
use tuantra::base::ids::OrgId;
use tuantra::base::time::Clock;
use tuantra::identity::model::{AccountDraft, OrgDraft};
use uuid::Uuid;

use crate::field::{Answer, Client, Field};
use crate::photos;
use crate::plots::{EAST, WEST, load_communes, plot_at};

/// An organisation of the given name.
pub async fn org(field: &Field, name: &str) -> OrgId {
    let draft = OrgDraft {
        name: name.to_owned(),
        kind: "cong_an_tinh".parse().unwrap(),
    };
    let console = Actor::console();
    field
        .app
        .identity
        .add_org(&console, draft)
        .await
        .unwrap()
        .id
}

/// An account of an organisation with a role in these communes.
pub async fn desk(field: &Field, login: &str, org: OrgId, role: Role, communes: &[&str]) -> Client {
    let draft = AccountDraft {
        login: login.to_owned(),
        org: Some(org),
        role,
        communes: communes.iter().map(|code| (*code).to_owned()).collect(),
        password: None,
    };
    let console = Actor::console();
    let identity = &field.app.identity;
    let account = identity.add_account(&console, draft).await.unwrap();
    let secret = identity
        .account_token(&console, account.id, false, None)
        .await
        .unwrap();
    field.with_token(secret.text, account.id)
}

/// The people of a story: a phone, and a desk of another organisation.
struct People {
    phone: Client,
    desk: Client,
    province: Client,
}

async fn people(field: &Field) -> People {
    load_communes(field).await;
    let province = org(field, "Công an tỉnh").await;
    let post = org(field, "Đồn biên phòng").await;
    People {
        phone: field.phone("máy A", &[WEST]).await,
        desk: desk(field, "don-bp", post, Role::PostOfficer, &[WEST]).await,
        province: desk(field, "ca-tinh", province, Role::ProvincialOfficer, &[]).await,
    }
}

/// A route of a plot.
pub fn path(plot: Uuid, act: &str) -> String {
    format!("/api/v1/plots/{plot}{act}")
}

/// A plot that was recorded now.
pub async fn recorded(field: &Field, client: &Client, plot: &Value) -> Uuid {
    let id = field.new_id();
    client.put(&path(id, ""), plot).await.expect(201);
    id
}

/// What a plot tells.
pub async fn told(client: &Client, plot: Uuid) -> Value {
    let plot = client.get(&path(plot, "")).await.expect(200).json();
    plot["properties"].clone()
}

/// The photos that the minimum asks for around 27 February, when [`eradication`] is.
pub async fn photographed(field: &Field, client: &Client, plot: Uuid) {
    photographed_on(field, client, plot, "2026-02-27").await;
}

/// One from before, a close-up and one from after the work of that morning, taken at the plot and joined to it.
pub async fn photographed_on(field: &Field, client: &Client, plot: Uuid, day: &str) {
    let known = client.get(&path(plot, "")).await.expect(200).json();
    let place = known["geometry"]["coordinates"].clone();
    // Another day's photos are other files.
    let day_px = 6 * (day.bytes().map(u32::from).sum::<u32>() % 100);
    for (size, phase, time) in [
        (40, "overview", "07:50"),
        (42, "close_up", "07:55"),
        (44, "after", "09:05"),
    ] {
        let bytes = photos::jpeg(size + day_px, 30);
        let mut sidecar = photos::sidecar(&bytes);
        sidecar["plot"] = json!(plot);
        sidecar["phase"] = json!(phase);
        sidecar["taken_at"] = json!(format!("{day}T{time}:00+07:00"));
        (sidecar["lon"], sidecar["lat"]) = (place[0].clone(), place[1].clone());
        photos::taken(field, client, &bytes, &sidecar).await;
    }
    field.settle().await;
}

/// A plot that was destroyed with photos, and the desk that may approve it.
pub struct Destroyed {
    pub phone: Client,
    pub desk: Client,
    pub plot: Uuid,
    pub eradication: Uuid,
}

pub async fn destroyed(field: &Field) -> Destroyed {
    load_communes(field).await;
    let post = org(field, "Đồn biên phòng").await;
    let phone = field.phone("máy A", &[WEST]).await;
    let desk = desk(field, "don-bp", post, Role::PostOfficer, &[WEST]).await;
    let plot = field.new_id();
    let base = format!("/api/v1/plots/{plot}");
    phone.put(&base, &plot_at(104.3, 22.4)).await.expect(201);
    desk.post(&format!("{base}/verifications"), &verification())
        .await
        .expect(201);
    let path = format!("{base}/eradications");
    let claimed = phone.post(&path, &eradication()).await.expect(201).json();
    photographed(field, &phone, plot).await;
    let fact = claimed["properties"]["fact"].as_str().unwrap();
    Destroyed {
        phone,
        desk,
        plot,
        eradication: fact.parse().unwrap(),
    }
}

pub fn verification() -> Value {
    json!({ "verified_at": "2026-02-26T08:00:00+07:00", "result": "confirmed", "plants": 320,
        "plants_method": "counted", "area_m2": 64, "area_method": "tape" })
}

pub fn eradication() -> Value {
    json!({ "started_at": "2026-02-27T08:00:00+07:00", "ended_at": "2026-02-27T09:00:00+07:00",
        "methods": ["pull_up", "burn"], "plants_destroyed": 320, "plants_method": "counted", "area_m2_destroyed": 64,
        "area_method": "tape", "completeness": "full", "minutes": { "number": "07/BB-CAX", "date": "2026-02-27" },
        "confirmation": { "alone": false }, "witnesses": 2 })
}

fn reinspection(day: &str, result: &str) -> Value {
    json!({ "inspected_at": format!("2026-{day}T08:00:00+07:00"), "result": result })
}

/// A version 7 id of so many hours after the server's clock.
fn id_ahead(field: &Field, hours: i64) -> Uuid {
    let seconds = field.clock.now().as_millis() / 1_000 + hours * 3_600;
    let seconds = u64::try_from(seconds).unwrap();
    Uuid::new_v7(uuid::Timestamp::from_unix(uuid::NoContext, seconds, 0))
}

on_both! {
    async fn an_id_of_the_day_after_tomorrow_is_refused(field: Field) {
        let People { phone, .. } = people(&field).await;
        let plot = recorded(&field, &phone, &plot_at(104.3, 22.4)).await;
        let mut body = eradication();
        body["id"] = json!(id_ahead(&field, 25));
        let refused = phone.post(&path(plot, "/eradications"), &body).await.expect(422).json();
        assert_eq!(refused["fields"][0]["pointer"], "/id");
        assert!(refused["fields"][0]["reason"].as_str().unwrap().contains("a UUIDv4"));
        assert_eq!(told(&phone, plot).await["timeline"], json!([]));
        body["id"] = json!(id_ahead(&field, 23));
        phone.post(&path(plot, "/eradications"), &body).await.expect(201);
    }

    async fn what_a_fast_clock_wrote_is_corrected_and_a_correction_that_does_not_stand_says_so(field: Field) {
        let People { phone, province, .. } = people(&field).await;
        let plot = recorded(&field, &phone, &plot_at(104.3, 22.4)).await;
        let erase = path(plot, "/eradications");
        let mut body = eradication();
        let first = id_ahead(&field, 20);
        body["id"] = json!(first);
        (body["plants_destroyed"], body["area_m2_destroyed"]) = (json!(3_200), json!(640));
        phone.post(&erase, &body).await.expect(201);
        let corrected = |plants: u32, id: Uuid| {
            let mut own = eradication();
            (own["id"], own["corrects"], own["plants_destroyed"]) = (json!(id), json!(first), json!(plants));
            own
        };
        let own = phone.post(&erase, &corrected(320, field.new_id())).await.expect(201).json();
        assert_eq!(own["properties"]["correction_idle"], Value::Null);
        let counted = |told: &Value| told["quantities"]["destroyed_claimed"]["plants"].clone();
        assert_eq!(counted(&own["properties"]), 320);
        let officer = province.post(&erase, &corrected(310, field.new_id())).await.expect(201).json();
        assert_eq!(officer["properties"]["correction_idle"], Value::Null);
        assert_eq!(counted(&officer["properties"]), 310);
        // The author's next word on the same fact does not outdo the officer's, and it is said at once.
        let late = phone.post(&erase, &corrected(330, field.new_id())).await.expect(201).json();
        let why = late["properties"]["correction_idle"].as_str().unwrap();
        assert!(why.contains(officer["properties"]["fact"].as_str().unwrap()), "{why}");
        assert_eq!(counted(&late["properties"]), 310);
        let stranger = field.phone("máy B", &[WEST]).await;
        let foreign = stranger.post(&erase, &corrected(999, field.new_id())).await.expect(201).json();
        assert!(foreign["properties"]["correction_idle"].as_str().unwrap().contains("by the author or by an officer"));
        assert_eq!(counted(&foreign["properties"]), 310);
        let mut alone = eradication();
        alone["corrects"] = json!(field.new_id());
        let alone = phone.post(&erase, &alone).await.expect(201).json();
        assert!(alone["properties"]["correction_idle"].as_str().unwrap().contains("counts by itself"));
    }

    async fn a_correction_names_the_same_fact_or_is_refused(field: Field) {
        let People { phone, desk, province } = people(&field).await;
        let plot = recorded(&field, &phone, &plot_at(104.3, 22.4)).await;
        let other = recorded(&field, &phone, &plot_at(104.34, 22.4)).await;
        let fact = |told: Answer| told.json()["properties"]["fact"].clone();
        let own = fact(phone.post(&path(plot, "/eradications"), &eradication()).await.expect(201));
        // Work of the province on another plot: named as corrected it would make the province a party to this one's.
        let foreign = fact(province.post(&path(other, "/eradications"), &eradication()).await.expect(201));
        let mut work = eradication();
        (work["witnesses"], work["corrects"]) = (json!(3), foreign.clone());
        let mut seen = verification();
        seen["corrects"] = own.clone();
        let refused = [
            phone.post(&path(plot, "/eradications"), &work).await.expect(422),
            desk.post(&path(plot, "/verifications"), &seen).await.expect(422),
        ];
        for told in refused {
            assert_eq!(told.pointers(), ["/corrects"]);
            let why = told.json()["fields"][0]["reason"].as_str().unwrap().to_owned();
            assert!(why.contains("expected one of the same kind on this plot"), "{why}");
        }
        assert_eq!(told(&phone, plot).await["timeline"].as_array().unwrap().len(), 1);
        work["corrects"] = own.clone();
        let own_now = fact(phone.post(&path(plot, "/eradications"), &work).await.expect(201));
        let timeline = told(&phone, plot).await["timeline"].as_array().unwrap().clone();
        assert!(timeline.iter().any(|step| step["id"] == own && step["corrected_by"] == own_now), "{timeline:?}");
    }

    async fn what_a_desk_said_of_one_work_is_not_turned_by_another_into_a_word_about_another(field: Field) {
        let People { phone, desk, province } = people(&field).await;
        let plot = recorded(&field, &phone, &plot_at(104.3, 22.4)).await;
        let fact = |told: Answer| told.json()["properties"]["fact"].clone();
        let mut works = Vec::new();
        for (day, number) in [("2026-02-27", "07/BB-CAX"), ("2026-02-28", "08/BB-CAX")] {
            let mut work = eradication();
            (work["started_at"], work["ended_at"]) = (json!(format!("{day}T08:00:00+07:00")), json!(format!("{day}T09:00:00+07:00")));
            work["minutes"] = json!({ "number": number, "date": day });
            works.push(fact(phone.post(&path(plot, "/eradications"), &work).await.expect(201)));
        }
        let mut again = eradication();
        (again["corrects"], again["witnesses"]) = (works[0].clone(), json!(3));
        let first_now = fact(phone.post(&path(plot, "/eradications"), &again).await.expect(201));
        let waiver = |work: &Value, corrects: &Value, reason: &str| json!({ "eradication": work, "corrects": corrects, "reason": reason });
        let waivers = path(plot, "/waivers");
        let said = fact(desk.post(&waivers, &json!({ "eradication": works[0], "reason": "mưa, máy hỏng" })).await.expect(201));
        let told = province.post(&waivers, &waiver(&works[1], &said, "việc khác")).await.expect(422);
        assert_eq!(told.pointers(), ["/corrects"]);
        let why = told.json()["fields"][0]["reason"].as_str().unwrap().to_owned();
        assert!(why.contains("expected one about the same"), "{why}");
        // Of another version of the same work it may be said, and whoever said it may have meant another.
        province.post(&waivers, &waiver(&first_now, &said, "có biên bản")).await.expect(201);
        desk.post(&waivers, &waiver(&works[1], &said, "ghi nhầm lần phá nhổ")).await.expect(201);
    }

    async fn minutes_that_come_before_the_version_they_name_correct_those_of_the_one_before(field: Field) {
        let People { phone, desk, province } = people(&field).await;
        let plot = recorded(&field, &phone, &plot_at(104.3, 22.4)).await;
        let (works, papers) = (path(plot, "/eradications"), path(plot, "/minutes"));
        let fact = |told: Answer| told.json()["properties"]["fact"].clone();
        let mut pending = eradication();
        (pending["minutes"], pending["minutes_pending"]) = (Value::Null, json!(true));
        let work = fact(phone.post(&works, &pending).await.expect(201));
        let paper = |work: &Value, corrects: &Value, number: &str| json!({ "number": number, "date": "2026-03-01", "eradication": work, "corrects": corrects });
        let first = fact(desk.post(&papers, &paper(&work, &Value::Null, "08/BB")).await.expect(201));
        // The next version is on its way while its minutes are here: nobody is refused for the order of the network.
        let next = json!(field.new_id());
        let own = fact(province.post(&papers, &paper(&next, &first, "09/BB")).await.expect(201));
        (pending["id"], pending["corrects"], pending["witnesses"]) = (next, work, json!(3));
        phone.post(&works, &pending).await.expect(201);
        let timeline = told(&phone, plot).await["timeline"].as_array().unwrap().clone();
        assert!(timeline.iter().any(|step| step["id"] == first && step["corrected_by"] == own), "{timeline:?}");
        assert_eq!(phone.get("/api/v1/ledger/minutes-due").await.expect(200).json()["plots"], json!([]));
        // Of other work that is here it is refused.
        let mut other = eradication();
        (other["started_at"], other["ended_at"]) = (json!("2026-02-28T08:00:00+07:00"), json!("2026-02-28T09:00:00+07:00"));
        other["minutes"] = json!({ "number": "10/BB", "date": "2026-02-28" });
        let other = fact(phone.post(&works, &other).await.expect(201));
        let refused = province.post(&papers, &paper(&other, &first, "11/BB")).await.expect(422);
        assert_eq!(refused.pointers(), ["/corrects"]);
    }

    async fn a_plot_is_verified_destroyed_inspected_and_closed(field: Field) {
        let People { phone, desk, province } = people(&field).await;
        let plot = recorded(&field, &phone, &plot_at(104.3, 22.4)).await;
        assert_eq!(told(&phone, plot).await["state"], "detected");
        let verified = desk.post(&path(plot, "/verifications"), &verification()).await.expect(201).json();
        assert_eq!(verified["properties"]["state"], "verified");
        assert_eq!(verified["receipt"]["id"], verified["properties"]["fact"]);
        let claimed = phone.post(&path(plot, "/eradications"), &eradication()).await.expect(201).json();
        assert_eq!(claimed["properties"]["state"], "eradicating");
        assert_eq!(claimed["properties"]["missing"], json!(["photos_before", "photos_close_up", "photos_after", "photos_at_the_work"]));
        photographed(&field, &phone, plot).await;
        let done = told(&phone, plot).await;
        assert_eq!(done["state"], "eradicated");
        assert_eq!(done["quantities"]["eradicated"]["area_m2"], 64.0);
        assert_eq!(done["quantities"]["verified"]["plants"], 320);
        assert_eq!(done["quantities"]["approved"]["plants"], Value::Null);
        assert_eq!(done["evidence"]["after"], 1);
        let listed = phone.get("/api/v1/plots?state=eradicated").await.expect(200).json();
        assert_eq!(listed["features"][0]["id"], plot.to_string());
        let approval = json!({ "eradication": claimed["properties"]["fact"] });
        province.post(&path(plot, "/approvals"), &approval).await.expect(201);
        // No stage was told: thirty days after 27 February, past the flowering pass of the first of March.
        assert_eq!(told(&phone, plot).await["reinspections_due"], json!([{ "on": "2026-03-29", "done": false }]));
        field.clock.advance_millis(40 * 86_400_000);
        let clear = phone.post(&path(plot, "/reinspections"), &reinspection("03-29", "clear")).await.expect(201).json();
        let end = &clear["properties"];
        assert_eq!(end["state"], "clear");
        assert_eq!(end["approved"], true);
        let kinds: Vec<&str> = end["timeline"].as_array().unwrap().iter().map(|step| step["kind"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["verification", "eradication", "approval", "reinspection"]);
        assert_eq!(end["timeline"][1]["said"]["minutes"]["number"], "07/BB-CAX");
        assert_eq!(end["flags"], json!([]));
    }

    async fn facts_in_any_order_give_the_same_state(field: Field) {
        let People { phone, desk, .. } = people(&field).await;
        field.clock.advance_millis(40 * 86_400_000);
        let acts = [
            (&desk, "/verifications", verification()),
            (&phone, "/eradications", eradication()),
            (&phone, "/reinspections", reinspection("03-20", "resprout")),
            (&phone, "/eradications", {
                let mut again = eradication();
                (again["started_at"], again["ended_at"]) = (json!("2026-03-21T08:00:00+07:00"), json!("2026-03-21T09:00:00+07:00"));
                (again["plants_destroyed"], again["minutes"]["date"]) = (json!(9), json!("2026-03-21"));
                again
            }),
        ];
        let mut ends = Vec::new();
        for order in [[0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1]] {
            let plot = recorded(&field, &phone, &plot_at(104.3 + 0.01 * f64::from(u8::try_from(ends.len()).unwrap()), 22.4)).await;
            for day in ["2026-02-27", "2026-03-21"] {
                photographed_on(&field, &phone, plot, day).await;
            }
            for index in order {
                let (client, act, body) = &acts[index];
                client.post(&path(plot, act), body).await.expect(201);
                let again = client.post(&path(plot, act), body).await.expect(200);
                assert!(again.json()["receipt"]["entry_id"].is_string());
            }
            let told = told(&phone, plot).await;
            let states: Vec<Value> = told["timeline"].as_array().unwrap().iter().map(|step| step["state"].clone()).collect();
            ends.push((told["state"].clone(), states, told["reinspections_due"].clone(), told["quantities"]["eradicated"]["plants"].clone()));
        }
        assert_eq!(ends[0].0, "eradicated");
        assert_eq!(ends[0].1, [json!("verified"), json!("eradicated"), json!("resprout"), json!("eradicated")]);
        assert_eq!(ends[0], ends[1]);
        assert_eq!(ends[0], ends[2]);
    }

    async fn only_an_independent_account_verifies(field: Field) {
        let People { phone, desk: post, .. } = people(&field).await;
        let plot = recorded(&field, &phone, &plot_at(104.3, 22.4)).await;
        phone.post(&path(plot, "/verifications"), &verification()).await.expect(403);
        let reserve = OrgId(tuantra::identity::model::RESERVE_ORG.0);
        let same = desk(&field, "cung-don-vi", reserve, Role::CommuneOfficer, &[WEST]).await;
        let refused = same.post(&path(plot, "/verifications"), &verification()).await.expect(422);
        assert!(String::from_utf8_lossy(&refused.bytes).contains("another organisation"));
        let orgless = field.account("khong-don-vi", Role::CommuneOfficer, &[WEST]).await;
        orgless.post(&path(plot, "/verifications"), &verification()).await.expect(422);
        let elsewhere = desk(&field, "xa-khac", org(&field, "Xã khác").await, Role::CommuneOfficer, &[EAST]).await;
        elsewhere.post(&path(plot, "/verifications"), &verification()).await.expect(404);
        post.post(&path(plot, "/verifications"), &verification()).await.expect(201);
        // An officer who recorded a plot himself and then made an account elsewhere to verify it.
        let officer = desk(&field, "can-bo", reserve, Role::ProvincialOfficer, &[]).await;
        let own = recorded(&field, &officer, &plot_at(104.31, 22.4)).await;
        let other = org(&field, "Đơn vị bạn").await;
        let made = json!({ "login": "tay-trong", "role": "post_officer", "org": other, "communes": [WEST] });
        let made = officer.post("/api/v1/accounts", &made).await.expect(201).json();
        let token = officer.post(&format!("/api/v1/accounts/{}/tokens", made["id"].as_str().unwrap()), &json!({})).await.expect(201).json();
        let straw = field.with_token(token["token"].as_str().unwrap().to_owned(), made["id"].as_str().unwrap().parse().unwrap());
        let refused = straw.post(&path(own, "/verifications"), &verification()).await.expect(422);
        assert!(String::from_utf8_lossy(&refused.bytes).contains("did not create"));
        // The same by way of a phone that he enrolled.
        let device = officer.post("/api/v1/devices", &json!({ "name": "máy của cán bộ", "communes": [] })).await.expect(201).json();
        let phone = field.door(device["id"].as_str().unwrap().parse().unwrap(), Door::Api).await;
        let own = recorded(&field, &phone, &plot_at(104.32, 22.4)).await;
        straw.post(&path(own, "/verifications"), &verification()).await.expect(422);
    }

    async fn an_id_is_its_first_authors(field: Field) {
        let People { phone, .. } = people(&field).await;
        let plot = recorded(&field, &phone, &plot_at(104.3, 22.4)).await;
        let mut sent = eradication();
        sent["id"] = json!(field.new_id());
        let first = phone.post(&path(plot, "/eradications"), &sent).await.expect(201).json();
        assert_eq!(first["properties"]["fact"], sent["id"]);
        let again = phone.post(&path(plot, "/eradications"), &sent).await.expect(200).json();
        assert_eq!(again["receipt"], first["receipt"]);
        let mut other = sent.clone();
        other["plants_destroyed"] = json!(900);
        let differs = phone.post(&path(plot, "/eradications"), &other).await.expect(409);
        assert_eq!(differs.problem(), "content-differs");
        let stranger = field.phone("máy B", &[WEST]).await;
        let kept = stranger.post(&path(plot, "/eradications"), &other).await.expect(201).json();
        assert_eq!(kept["properties"]["quantities"]["destroyed_claimed"]["plants"], 320);
        assert_eq!(kept["receipt"]["actor"], stranger.id.to_string());
    }

    async fn a_mistake_is_taken_back_and_only_the_province_opens_again(field: Field) {
        let People { phone, desk, province } = people(&field).await;
        let plot = recorded(&field, &phone, &plot_at(104.3, 22.4)).await;
        let reason = json!({ "reason": "ghi nhầm điểm" });
        field.phone("máy B", &[WEST]).await.post(&path(plot, "/retractions"), &reason).await.expect(422);
        let back = phone.post(&path(plot, "/retractions"), &reason).await.expect(201).json();
        assert_eq!(back["properties"]["state"], "retracted");
        let late = desk.post(&path(plot, "/verifications"), &verification()).await.expect(201).json();
        assert_eq!(late["properties"]["state"], "retracted");
        desk.post(&path(plot, "/reopenings"), &reason).await.expect(403);
        field.clock.advance_millis(60_000);
        let open = province.post(&path(plot, "/reopenings"), &reason).await.expect(201).json();
        assert_eq!(open["properties"]["state"], "verified");
    }

    async fn a_reopening_takes_back_nothing_that_came_after_it(field: Field) {
        let People { phone, desk, province } = people(&field).await;
        let plot = recorded(&field, &phone, &plot_at(104.3, 22.4)).await;
        let reason = json!({ "reason": "ghi nhầm điểm" });
        for (client, act, state) in [(&phone, "/retractions", "retracted"), (&province, "/reopenings", "detected")] {
            let told = client.post(&path(plot, act), &reason).await.expect(201).json();
            assert_eq!(told["properties"]["state"], state);
            field.clock.advance_millis(60_000);
        }
        // Nobody knew of it when the plot was opened again, though it says that it was seen before that.
        let other = json!({ "verified_at": "2026-03-01T09:00:00+07:00", "result": "look_alike", "notes": "cây lanh" });
        let told = desk.post(&path(plot, "/verifications"), &other).await.expect(201).json();
        assert_eq!(told["properties"]["state"], "rejected");
        let flags = told["properties"]["flags"].as_array().unwrap();
        assert!(!flags.contains(&json!("undone")), "{flags:?}");
        // The province may take that back in turn.
        field.clock.advance_millis(60_000);
        let told = province.post(&path(plot, "/reopenings"), &json!({ "reason": "đã giám định" })).await.expect(201).json();
        assert_eq!(told["properties"]["state"], "detected");
    }

    async fn what_is_expected_is_listed_until_it_comes(field: Field) {
        let People { phone, province, .. } = people(&field).await;
        let plot = recorded(&field, &phone, &plot_at(104.3, 22.4)).await;
        photographed(&field, &phone, plot).await;
        let mut pending = eradication();
        pending["minutes"] = Value::Null;
        pending["minutes_pending"] = json!(true);
        let claimed = phone.post(&path(plot, "/eradications"), &pending).await.expect(201).json();
        assert_eq!(claimed["properties"]["state"], "eradicated");
        let minutes = phone.get("/api/v1/ledger/minutes-due").await.expect(200).json();
        assert_eq!(minutes["plots"][0]["plot"], plot.to_string());
        assert_eq!(minutes["plots"][0]["due_at"], "2026-03-02T02:00:00Z");
        assert_eq!(minutes["plots"][0]["is_overdue"], true);
        let due = phone.get("/api/v1/ledger/reinspections-due").await.expect(200).json();
        assert_eq!(due["plots"][0]["due_on"], "2026-03-29");
        assert_eq!(due["plots"][0]["is_overdue"], false);
        let overdue = "/api/v1/ledger/reinspections-due?overdue=true";
        assert_eq!(phone.get(overdue).await.expect(200).json()["plots"], json!([]));
        field.clock.advance_millis(28 * 86_400_000);
        assert_eq!(province.get(overdue).await.expect(200).json()["plots"][0]["plot"], plot.to_string());
        let stranger = field.phone("máy Đông", &[EAST]).await;
        assert_eq!(stranger.get(overdue).await.expect(200).json()["plots"], json!([]));
        let paper = json!({ "number": "08/BB", "date": "2026-03-03", "eradication": claimed["properties"]["fact"] });
        phone.post(&path(plot, "/minutes"), &paper).await.expect(201);
        assert_eq!(phone.get("/api/v1/ledger/minutes-due").await.expect(200).json()["plots"], json!([]));
        phone.post(&path(plot, "/reinspections"), &reinspection("03-29", "clear")).await.expect(201);
        assert_eq!(phone.get(overdue).await.expect(200).json()["plots"], json!([]));
    }

    async fn a_definition_is_set_with_a_reason_and_states_follow(field: Field) {
        let People { phone, province, .. } = people(&field).await;
        let plot = recorded(&field, &phone, &plot_at(104.3, 22.4)).await;
        photographed(&field, &phone, plot).await;
        phone.post(&path(plot, "/eradications"), &eradication()).await.expect(201);
        let all = phone.get("/api/v1/ledger/definitions").await.expect(200).json();
        let mut next = all[0]["definition"].clone();
        assert_eq!((&next["stop_plants"], &next["confirm_within_m"]), (&json!(450), &json!(200)));
        next["stop_plants"] = json!(300);
        let unnumbered = json!({ "definition": next, "reason": "thử" });
        province.post("/api/v1/ledger/definitions", &unnumbered).await.expect(400);
        next["version"] = json!(2);
        phone.post("/api/v1/ledger/definitions", &json!({ "definition": next, "reason": "thử" })).await.expect(403);
        province.post("/api/v1/ledger/definitions", &json!({ "definition": next, "reason": "giữ mẫu sớm hơn" })).await.expect(201);
        field.settle().await;
        let told = told(&phone, plot).await;
        assert_eq!(told["state"], "eradicating");
        assert_eq!(told["missing"], json!(["samples"]));
        assert_eq!(told["ledger_definition"], 2);
        let listed = phone.get("/api/v1/plots?state=eradicating").await.expect(200).json();
        assert_eq!(listed["features"][0]["id"], plot.to_string());
    }

    async fn a_new_sowing_is_a_new_plot_that_names_the_old(field: Field) {
        let People { phone, .. } = people(&field).await;
        let mut old = plot_at(104.3, 22.4);
        old["properties"]["detected_at"] = json!("2025-02-25T10:15:00+07:00");
        let old = recorded(&field, &phone, &old).await;
        let mut new = plot_at(104.3, 22.4);
        new["properties"]["replanting_of"] = json!(old);
        let new = recorded(&field, &phone, &new).await;
        field.settle().await;
        let itself = field.new_id();
        let mut own = plot_at(104.31, 22.4);
        own["properties"]["replanting_of"] = json!(itself);
        let refused = phone.put(&path(itself, ""), &own).await.expect(422);
        assert_eq!(refused.pointers(), ["/properties/replanting_of"]);
        assert_eq!(told(&phone, old).await["replanted_by"], json!([new]));
        assert_eq!(told(&phone, old).await["season"], "2024-2025");
        assert_eq!(told(&phone, new).await["replanting_of"], old.to_string());
    }

    async fn badges_stand_on_plots_and_incidents_and_say_what_they_are_not(field: Field) {
        let People { phone, .. } = people(&field).await;
        let incident = field.new_id();
        let incident_path = format!("/api/v1/incidents/{incident}");
        let body = json!({ "title": "Vụ 01", "occurred_at": "2026-02-25T10:15:00+07:00", "commune": WEST });
        phone.put(&incident_path, &body).await.expect(201);
        let mut plots = Vec::new();
        for lon in [104.3, 104.31] {
            let mut plot = plot_at(lon, 22.4);
            plot["properties"]["incident"] = json!(incident);
            plots.push(recorded(&field, &phone, &plot).await);
        }
        assert_eq!(told(&phone, plots[0]).await["law_badge"], Value::Null);
        let badge = phone.get(&incident_path).await.expect(200).json()["law_badge"].clone();
        assert_eq!(badge["plants"], 640);
        assert_eq!(badge["reaches_plants"], 500);
        assert_eq!(badge["basis"], "claimed");
        assert_eq!(badge["heading"], "Không phải kết luận pháp lý");
    }
}
