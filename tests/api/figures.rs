//! The ledger's figures: kept apart, as of any entry, no ground twice; figures worked out by hand.

use serde_json::{Value, json};
use tuantra::base::actor::Role;
use tuantra::base::ids::OrgId;
use uuid::Uuid;

use crate::field::{Client, Field};
use crate::ledger::{desk, eradication, org, photographed, photographed_on, told, verification};
use crate::plots::{EAST, WEST, load_communes, plot_at};
use crate::track_screens::phone_of;

/// A phone of the reserve team, the desk of a border post, and one of the province.
pub struct People {
    pub phone: Client,
    pub reserve: OrgId,
    pub post: OrgId,
    pub post_desk: Client,
    pub province: Client,
}

pub async fn people(field: &Field) -> People {
    load_communes(field).await;
    let post = org(field, "Đồn biên phòng").await;
    let police = org(field, "Công an tỉnh").await;
    People {
        phone: field.phone("máy A", &[WEST]).await,
        reserve: OrgId(tuantra::identity::model::RESERVE_ORG.0),
        post,
        post_desk: desk(field, "don-bp", post, Role::PostOfficer, &[WEST]).await,
        province: desk(field, "ca-tinh", police, Role::ProvincialOfficer, &[]).await,
    }
}

async fn sent(client: &Client, plot: Uuid, act: &str, body: &Value) -> Value {
    let path = format!("/api/v1/plots/{plot}/{act}");
    client.post(&path, body).await.expect(201).json()
}

async fn recorded(field: &Field, client: &Client, plot: &Value) -> Uuid {
    let id = field.new_id();
    client
        .put(&format!("/api/v1/plots/{id}"), plot)
        .await
        .expect(201);
    id
}

async fn figures(client: &Client, query: &str) -> Value {
    let path = format!("/api/v1/ledger?{query}");
    client.get(&path).await.expect(200).json()
}

fn sized(lon: f64, plants: u32, area_m2: f64) -> Value {
    let mut plot = plot_at(lon, 22.4);
    plot["properties"]["plants"] = json!(plants);
    plot["properties"]["area_m2"] = json!(area_m2);
    plot
}

fn verified(plants: u32, area_m2: f64) -> Value {
    let mut said = verification();
    (said["plants"], said["area_m2"]) = (json!(plants), json!(area_m2));
    said
}

fn destroyed(plants: u32, area_m2: f64) -> Value {
    let mut said = eradication();
    (said["plants_destroyed"], said["area_m2_destroyed"]) = (json!(plants), json!(area_m2));
    said
}

/// Plots of a window: one destroyed in full by that fact, one in part, one gone.
struct Three {
    full: Uuid,
    half: Uuid,
    gone: Uuid,
    work: Value,
}

async fn three(field: &Field, people: &People) -> Three {
    let full = recorded(field, &people.phone, &sized(104.30, 100, 50.0)).await;
    let half = recorded(field, &people.phone, &sized(104.32, 200, 80.0)).await;
    let gone = recorded(field, &people.phone, &sized(104.34, 100, 20.0)).await;
    for (plot, plants, area_m2) in [(full, 100, 50.0), (half, 200, 80.0), (gone, 100, 20.0)] {
        sent(
            &people.post_desk,
            plot,
            "verifications",
            &verified(plants, area_m2),
        )
        .await;
        photographed(field, &people.phone, plot).await;
    }
    let work = sent(&people.phone, full, "eradications", &destroyed(100, 50.0)).await["properties"]
        ["fact"]
        .clone();
    let mut part = destroyed(50, 20.0);
    part["completeness"] = json!("partial");
    (part["remaining_plants"], part["remaining_area_m2"]) = (json!(150), json!(60));
    sent(&people.phone, half, "eradications", &part).await;
    sent(
        &people.post_desk,
        gone,
        "verifications",
        &json!({ "verified_at": "2026-03-01T08:00:00+07:00", "result": "gone" }),
    )
    .await;
    Three {
        full,
        half,
        gone,
        work,
    }
}

on_both! {
    async fn claimed_verified_eradicated_and_remeasured_are_kept_apart(field: Field) {
        let people = people(&field).await;
        let a = recorded(&field, &people.phone, &sized(104.30, 100, 50.0)).await;
        // Ids are in the order of time, but not within a millisecond; nor are entries numbered so.
        field.clock.advance_millis(1_000);
        let b = recorded(&field, &people.phone, &sized(104.32, 200, 80.0)).await;
        sent(&people.post_desk, a, "verifications", &verified(90, 45.0)).await;
        let measure = json!({ "measured_at": "2026-02-26T10:15:00+07:00", "plants": 210, "plants_method": "counted" });
        let measured = sent(&people.phone, b, "measures", &measure).await;
        photographed(&field, &people.phone, a).await;
        let before = sent(&people.phone, a, "eradications", &destroyed(90, 45.0)).await;
        let before_entry = before["receipt"]["entry_id"].as_str().unwrap().to_owned();
        field.clock.advance_millis(1_000);
        let mut bare = destroyed(210, 80.0);
        bare["minutes"] = Value::Null;
        sent(&people.phone, b, "eradications", &bare).await;
        field.settle().await;
        let all = figures(&people.phone, "by=commune").await;
        let total = &all["total"];
        let plants = |figure: &str| total[figure]["plants"].clone();
        assert_eq!((total["plots"].clone(), total["verified_plots"].clone(), total["eradicated_plots"].clone()), (json!(2), json!(1), json!(1)));
        assert_eq!(plants("claimed"), 300);
        assert_eq!(total["claimed"]["area_m2"], 130.0);
        assert_eq!(plants("verified"), 90);
        assert_eq!(plants("remeasured"), 210);
        assert_eq!(plants("destroyed_claimed"), 300);
        assert_eq!(plants("eradicated"), 90);
        assert_eq!(total["eradicated"]["area_m2"], 45.0);
        assert_eq!(plants("approved"), 0);
        assert_eq!(all["rows"][0]["key"], WEST);
        assert_eq!(all["rows"][0]["name"], "Tây");
        assert_eq!(all["rows"][0]["claimed"], total["claimed"]);
        // As of the first eradication the second had not come.
        let then = figures(&people.phone, &format!("as_of={before_entry}")).await;
        assert_eq!(then["total"]["destroyed_claimed"]["plants"], 90);
        assert_eq!(then["total"]["claimed"]["plants"], 300);
        people.phone.get(&format!("/api/v1/ledger?as_of={}", field.new_id())).await.expect(400);
        // Each figure leads to its facts.
        let plots = figures(&people.phone, "by=plot&limit=1").await;
        assert_eq!(plots["rows"].as_array().unwrap().len(), 1);
        assert_eq!(plots["rows"][0]["key"], a.to_string());
        assert_eq!(plots["rows"][0]["listed"]["facts"]["eradicated"]["facts"], json!([before["properties"]["fact"]]));
        let next = people.phone.get(plots["next"].as_str().unwrap()).await.expect(200).json();
        assert_eq!(next["rows"][0]["key"], b.to_string());
        // Recordings and measures have no ids of their own: their entries.
        let shown = people.phone.get(&format!("/api/v1/plots/{b}")).await.expect(200).json();
        let recording = shown["properties"]["history"][0]["entry_id"].clone();
        let facts = &next["rows"][0]["listed"]["facts"];
        assert_eq!((facts["claimed"]["facts"].clone(), facts["remeasured"]["facts"].clone()), (json!([recording]), json!([measured["receipt"]["entry_id"]])));
        assert_eq!(next["next"], Value::Null);
        assert_eq!(figures(&people.phone, "season=2025-2026&period=2026&crop=opium_poppy&from=2026-02-25&to=2026-02-25").await["total"], *total);
        for nothing in ["season=2024-2025", "period=2025", "crop=cannabis", "from=2026-02-26", "commune=10002"] {
            assert_eq!(figures(&people.phone, nothing).await["total"]["plots"], 0, "{nothing}");
        }
        let stranger = field.phone("máy Đông", &[EAST]).await;
        assert_eq!(figures(&stranger, "").await["total"]["plots"], 0);
    }

    async fn rates_as_of_an_entry_are_the_same_whenever_they_are_asked(field: Field) {
        let people = people(&field).await;
        let Three { full, half, .. } = three(&field, &people).await;
        field.clock.advance_millis(1_000);
        let measure = json!({ "measured_at": "2026-03-01T10:15:00+07:00", "plants": 150, "plants_method": "counted" });
        let last = sent(&people.phone, half, "measures", &measure).await;
        let entry = last["receipt"]["entry_id"].as_str().unwrap().to_owned();
        field.settle().await;
        let window = "from=2026-02-01&to=2026-03-02&season=2025-2026";
        let told = async |path: &str| people.province.get(path).await.expect(200).json();
        let then = async || {
            let as_of = format!("{window}&as_of={entry}");
            let mut all = vec![told(&format!("/api/v1/ledger/rates?{as_of}")).await, told(&format!("/api/v1/ledger/rates/communes?{as_of}")).await];
            for of in ["lag_open", "due"] {
                all.push(told(&format!("/api/v1/ledger/rates/plots?of={of}&{as_of}")).await);
            }
            all
        };
        let first = then().await;
        // From the morning of 25 February, when it was found, to that of 2 March.
        assert_eq!((&first[0]["resprout"]["due"], &first[0]["lag"]["open"][0]["plot"]), (&json!(0), &json!(half)));
        let age_h = first[0]["lag"]["open"][0]["age_h"].as_f64().unwrap();
        assert!((119.0..120.0).contains(&age_h), "{age_h}");
        field.clock.advance_millis(30 * 86_400_000);
        assert_eq!(then().await, first);
        let now = told(&format!("/api/v1/ledger/rates?{window}")).await;
        assert_eq!(now["resprout"]["due"], 1);
        assert!(now["lag"]["open"][0]["age_h"].as_f64().unwrap() > 800.0);
        let due = told(&format!("/api/v1/ledger/rates/plots?of=due&{window}")).await;
        assert_eq!(due["plots"][0]["plot"], json!(full));
    }

    async fn an_old_version_counts_as_of_its_own_time(field: Field) {
        let people = people(&field).await;
        let id = field.new_id();
        let path = format!("/api/v1/plots/{id}");
        let first = people.phone.put(&path, &sized(104.3, 100, 50.0)).await.expect(201).json();
        field.clock.advance_millis(1_000);
        let mut corrected = sized(104.3, 400, 50.0);
        corrected["properties"]["revises"] = json!(1);
        people.phone.put(&path, &corrected).await.expect(201);
        field.settle().await;
        let entry = first["receipt"]["entry_id"].as_str().unwrap();
        assert_eq!(figures(&people.phone, &format!("as_of={entry}")).await["total"]["claimed"]["plants"], 100);
        assert_eq!(figures(&people.phone, "").await["total"]["claimed"]["plants"], 400);
    }

    async fn what_may_be_counted_twice_is_told_until_it_is_decided(field: Field) {
        let people = people(&field).await;
        let first = recorded(&field, &people.phone, &sized(104.3, 320, 64.0)).await;
        let second = recorded(&field, &people.post_desk, &sized(104.300_22, 900, 200.0)).await;
        let total = figures(&people.province, "").await["total"].clone();
        assert_eq!((&total["plots"], &total["claimed"]["area_m2"]), (&json!(2), &json!(264.0)));
        assert_eq!(total["in_dispute"]["claimed"]["plots"], 0);
        assert_eq!(total["perhaps_twice"]["claimed"]["plots"], 1);
        let area_m2 = total["perhaps_twice"]["claimed"]["area_m2"].as_f64().unwrap();
        assert!([64.0, 200.0].contains(&area_m2), "of either, whichever was recorded later: {area_m2}");
        let pairs = people.province.get("/api/v1/ledger/duplicates?undecided=true").await.expect(200).json();
        let shares = [&pairs[0]["a"]["perhaps_twice"], &pairs[0]["b"]["perhaps_twice"]];
        assert!(shares.contains(&&json!(1.0)) && shares.contains(&&json!(0.0)), "{pairs}");
        let decided = json!({ "other": first, "result": "distinct", "reason": "hai rẫy cách nhau một con suối" });
        people.province.post(&format!("/api/v1/plots/{second}/judgements"), &decided).await.expect(201);
        field.settle().await;
        let total = figures(&people.province, "").await["total"].clone();
        assert_eq!((&total["claimed"]["area_m2"], &total["perhaps_twice"]["claimed"]["plots"]), (&json!(264.0), &json!(0)));
    }

    async fn one_ground_that_two_units_claim_counts_once_until_it_is_decided(field: Field) {
        let people = people(&field).await;
        let first = recorded(&field, &people.phone, &sized(104.3, 320, 64.0)).await;
        let mut again = sized(104.300_01, 325, 66.0);
        again["properties"]["detected_at"] = json!("2026-02-28T10:15:00+07:00");
        let second = recorded(&field, &people.post_desk, &again).await;
        let total = figures(&people.province, "").await["total"].clone();
        assert_eq!(total["plots"], 1);
        assert_eq!(total["claimed"]["area_m2"], 64.0);
        assert_eq!(total["in_dispute"]["claimed"]["area_m2"], 66.0);
        // Whoever asks, and however it is cut, the ground counts in one place.
        let by_org = figures(&people.province, "by=org").await;
        let of = |org: OrgId| by_org["rows"].as_array().unwrap().iter().find(|row| row["key"] == org.to_string()).unwrap().clone();
        assert_eq!(of(people.reserve)["claimed"]["area_m2"], 64.0);
        assert_eq!(of(people.post)["claimed"]["area_m2"], 0.0);
        let own = figures(&people.post_desk, &format!("org={}", people.post)).await;
        assert_eq!(own["total"]["in_dispute"]["claimed"]["plants"], 325);
        let found = people.post_desk.get("/api/v1/ledger/duplicates?undecided=true").await.expect(200).json();
        assert_eq!(found[0]["is_likely"], true);
        assert_eq!(found[0]["question"], "Cần đối chiếu: hai đơn vị có cùng ghi một chỗ không?");
        let sides: Vec<&Value> = [&found[0]["a"], &found[0]["b"]].into_iter().collect();
        assert!(sides.iter().any(|side| side["plot"] == first.to_string() && side["left_out"] == 0.0));
        assert!(sides.iter().any(|side| side["plot"] == second.to_string() && side["left_out"] == 1.0));
        let distinct = json!({ "other": first, "result": "distinct", "reason": "hai đám khác nhau" });
        people.phone.post(&format!("/api/v1/plots/{second}/judgements"), &distinct).await.expect(403);
        sent(&people.province, second, "judgements", &distinct).await;
        assert_eq!(figures(&people.province, "").await["total"]["claimed"]["area_m2"], 130.0);
        field.clock.advance_millis(60_000);
        let same = json!({ "other": first, "result": "same", "reason": "đã đối chiếu biên bản" });
        let merged = sent(&people.province, second, "judgements", &same).await;
        assert_eq!(merged["properties"]["state"], "merged");
        assert_eq!(merged["properties"]["duplicate_of"], first.to_string());
        let total = figures(&people.province, "").await["total"].clone();
        assert_eq!((total["claimed"]["area_m2"].clone(), total["not_counted_plots"].clone()), (json!(64.0), json!(1)));
        assert_eq!(total["in_dispute"]["claimed"]["plots"], 0);
    }

    async fn the_work_on_a_ground_of_two_claims_counts_once_and_of_whoever_did_it(field: Field) {
        let people = people(&field).await;
        let first = recorded(&field, &people.phone, &sized(104.3, 320, 64.0)).await;
        let theirs = phone_of(&field, people.post).await;
        let mut again = sized(104.300_01, 325, 66.0);
        again["properties"]["detected_at"] = json!("2026-02-26T10:15:00+07:00");
        let second = recorded(&field, &theirs, &again).await;
        let work = sent(&theirs, second, "eradications", &destroyed(325, 66.0)).await;
        photographed(&field, &theirs, second).await;
        assert_eq!(told(&people.province, second).await["state"], "eradicated");
        // Nobody else says that he destroyed it: as much of it counts as the ground has that counts.
        let total = figures(&people.province, "").await["total"].clone();
        assert_eq!((&total["plots"], &total["claimed"]["area_m2"], &total["in_dispute"]["claimed"]["area_m2"]), (&json!(1), &json!(64.0), &json!(66.0)));
        assert_eq!((&total["eradicated"]["area_m2"], &total["destroyed_claimed"]["area_m2"]), (&json!(64.0), &json!(64.0)));
        assert_eq!(total["in_dispute"]["eradicated"]["area_m2"], 2.0);
        let window = "from=2026-02-01&to=2026-03-02";
        let rates = people.province.get(&format!("/api/v1/ledger/rates?{window}")).await.expect(200).json();
        assert_eq!(rates["flow"]["area_m2"], 64.0);
        // It leads to the plot on which it was done, and says how much of that is left out.
        let destroyed_plots = figures(&people.province, "by=plot&of=destroyed").await["rows"].clone();
        assert_eq!((&destroyed_plots[0]["key"], &destroyed_plots[1]), (&json!(second), &Value::Null));
        let listed = &destroyed_plots[0]["listed"];
        let left_out = listed["work_disputed"].as_f64().unwrap();
        assert!(listed["disputed"] == 1.0 && (left_out - 2.0 / 66.0).abs() < 1e-9, "{listed}");
        assert_eq!(listed["facts"]["eradicated"]["facts"], json!([work["properties"]["fact"]]));
        let flow = people.province.get(&format!("/api/v1/ledger/rates/plots?of=flow&{window}")).await.expect(200).json();
        assert_eq!((&flow["count"], &flow["plots"][0]["plot"]), (&json!(1), &json!(second)));
        let pair = people.province.get("/api/v1/ledger/duplicates?undecided=true").await.expect(200).json()[0].clone();
        let side = if pair["a"]["plot"] == json!(second) { &pair["a"] } else { &pair["b"] };
        assert!(side["left_out"] == 1.0 && side["work_left_out"] == listed["work_disputed"], "{pair}");
        // Who says the same without minutes adds nothing, and takes nothing from work that is proven.
        let mut bare = destroyed(320, 64.0);
        bare["minutes"] = Value::Null;
        sent(&people.phone, first, "eradications", &bare).await;
        let total = figures(&people.province, "").await["total"].clone();
        assert_eq!((&total["eradicated"]["area_m2"], &total["destroyed_claimed"]["area_m2"]), (&json!(64.0), &json!(64.0)));
        let distinct = json!({ "other": first, "result": "distinct", "reason": "hai đám khác nhau" });
        sent(&people.province, second, "judgements", &distinct).await;
        let total = figures(&people.province, "").await["total"].clone();
        assert_eq!((&total["eradicated"]["area_m2"], &total["destroyed_claimed"]["area_m2"]), (&json!(66.0), &json!(130.0)));
    }

    async fn neighbours_and_one_units_own_plots_are_added(field: Field) {
        let people = people(&field).await;
        // Nineteen metres: ten between the edges of two plots of 64 m².
        recorded(&field, &people.phone, &sized(104.3, 320, 64.0)).await;
        recorded(&field, &people.post_desk, &sized(104.300_185, 150, 64.0)).await;
        recorded(&field, &people.phone, &sized(104.31, 320, 64.0)).await;
        recorded(&field, &people.phone, &sized(104.310_03, 320, 64.0)).await;
        let total = figures(&people.province, "").await["total"].clone();
        assert_eq!(total["claimed"]["area_m2"], 256.0);
        assert_eq!(total["in_dispute"]["claimed"]["plots"], 0);
    }

    async fn a_communes_year_is_flagged_by_what_is_verified(field: Field) {
        let people = people(&field).await;
        let poppy = recorded(&field, &people.phone, &sized(104.30, 600, 40.0)).await;
        let mut hemp = sized(104.32, 5_000, 900.0);
        hemp["properties"]["crop"] = json!("cannabis");
        recorded(&field, &people.phone, &hemp).await;
        let flags = |client: Client| async move { client.get("/api/v1/ledger/communes?period=2026").await.expect(200).json() };
        let none = flags(people.phone.clone()).await;
        assert_eq!(none[0]["flag"]["class"], Value::Null);
        assert_eq!(figures(&people.phone, "").await["total"]["claimed"]["plants"], 600, "cannabis waits for verification");
        sent(&people.post_desk, poppy, "verifications", &verified(600, 40.0)).await;
        let second = flags(people.phone.clone()).await;
        assert_eq!(second[0]["code"], WEST);
        assert_eq!((second[0]["plants"].clone(), second[0]["flag"]["class"].clone()), (json!(600), json!("II")));
        assert_eq!(second[0]["flag"]["heading"], "Không phải kết luận pháp lý");
        people.phone.get("/api/v1/ledger/communes").await.expect(400);
        let only = async |client: &Client, commune: &str| client.get(&format!("/api/v1/ledger/communes?period=2026&commune={commune}")).await.expect(200).json();
        assert_eq!(only(&people.phone, WEST).await, second);
        assert_eq!(only(&people.phone, EAST).await, json!([]));
        // Whoever answers for another commune is told nothing of this one.
        let stranger = field.phone("máy Đông", &[EAST]).await;
        assert_eq!((flags(stranger.clone()).await, only(&stranger, WEST).await), (json!([]), json!([])));
    }

    async fn rates_follow_their_definitions(field: Field) {
        let people = people(&field).await;
        let Three { half, .. } = three(&field, &people).await;
        let rates = "/api/v1/ledger/rates?from=2026-02-01&to=2026-03-02";
        let told = people.phone.get(rates).await.expect(200).json();
        let cohort = &told["cohort"];
        assert_eq!((cohort["plots"].clone(), cohort["full_plots"].clone(), cohort["gone_plots"].clone()), (json!(3), json!(1), json!(1)));
        // 150 of 400 plants, 70 of 150 m².
        assert_eq!(cohort["plants_rate"], 0.375);
        assert_eq!((cohort["plants_destroyed"].clone(), cohort["plants_verified"].clone()), (json!(150), json!(400)));
        assert_eq!((cohort["area_destroyed_m2"].clone(), cohort["area_verified_m2"].clone()), (json!(70.0), json!(150.0)));
        assert!((cohort["area_rate"].as_f64().unwrap() - 70.0 / 150.0).abs() < 1e-12);
        assert_eq!(cohort["is_target_met"], false);
        assert_eq!(told["flow"]["plants"], 150);
        // Detected 25 February 10:15, done 27 February 09:00: 46 h 45 min.
        assert_eq!(told["lag"]["median_h"], 46.75);
        assert_eq!((told["lag"]["within_24_h"].clone(), told["lag"]["within_72_h"].clone()), (json!(0.0), json!(1.0)));
        assert_eq!(told["lag"]["open"][0]["plot"], half.to_string());
        let alone = people.phone.get(&format!("{rates}&commune=10002")).await.expect(200).json();
        assert_eq!((alone["cohort"]["plots_rate"].clone(), alone["cohort"]["is_target_met"].clone()), (Value::Null, Value::Null));
        people.phone.get("/api/v1/ledger/rates?from=2026-03-02&to=2026-02-01").await.expect(400);
    }

    async fn the_whole_of_its_plots_is_asked_of_each_commune(field: Field) {
        let people = people(&field).await;
        let Three { half, gone, .. } = three(&field, &people).await;
        let east = desk(&field, "xa-dong", people.reserve, Role::CommuneOfficer, &[EAST]).await;
        let whole = recorded(&field, &east, &sized(104.60, 30, 9.5)).await;
        sent(&people.province, whole, "verifications", &verified(30, 9.5)).await;
        photographed(&field, &east, whole).await;
        sent(&east, whole, "eradications", &destroyed(30, 9.5)).await;
        let path = "/api/v1/ledger/rates/communes?from=2026-02-01&to=2026-03-02";
        let rows = async |client: &Client| client.get(path).await.expect(200).json().as_array().unwrap().clone();
        let all = rows(&people.province).await;
        let told = |row: &Value| (row["code"].clone(), row["name"].clone(), row["cohort"]["is_target_met"].clone());
        assert_eq!(all.iter().map(told).collect::<Vec<_>>(), [
            (json!(WEST), json!("Tây"), json!(false)),
            (json!(EAST), json!("Đông"), json!(true)),
        ]);
        let west = &all[0]["cohort"];
        let mut open: Vec<&str> = west["open"].as_array().unwrap().iter().map(|plot| plot.as_str().unwrap()).collect();
        open.sort_unstable();
        let mut expected = [half.to_string(), gone.to_string()];
        expected.sort_unstable();
        assert_eq!((open, west["gone_plots"].clone()), (expected.iter().map(String::as_str).collect(), json!(1)));
        assert_eq!(all[1]["cohort"]["area_destroyed_m2"], 9.5);
        // Whoever answers for one commune reads of that one.
        assert_eq!(rows(&east).await, [all[1].clone()]);
        assert_eq!(rows(&people.phone).await, [all[0].clone()]);
        let before = "/api/v1/ledger/rates/communes?from=2025-02-01&to=2025-03-02";
        assert_eq!(people.province.get(before).await.expect(200).json(), json!([]));
    }

    async fn rates_of_a_crop_are_of_what_stands_there_and_count_a_ground_once(field: Field) {
        let people = people(&field).await;
        // One unit took the plants for some other crop, a desk saw what they are; another unit wrote the same ground down as poppy.
        let mut mistaken = plot_at(104.3, 22.4);
        mistaken["properties"]["crop"] = json!("other");
        let first = recorded(&field, &people.phone, &mistaken).await;
        let mut seen = verified(320, 64.0);
        seen["crop"] = json!("opium_poppy");
        sent(&people.post_desk, first, "verifications", &seen).await;
        recorded(&field, &people.province, &plot_at(104.300_01, 22.4)).await;
        let cannabis = recorded(&field, &people.phone, &plot_at(104.36, 22.4)).await;
        let mut other = verified(320, 64.0);
        other["crop"] = json!("cannabis");
        sent(&people.post_desk, cannabis, "verifications", &other).await;
        let cohort = async |crop: &str| {
            let path = format!("/api/v1/ledger/rates?from=2026-02-01&to=2026-03-02&crop={crop}");
            let told = people.province.get(&path).await.expect(200).json();
            told["cohort"].clone()
        };
        let poppy = cohort("opium_poppy").await;
        assert_eq!((&poppy["plots"], &poppy["open"]), (&json!(1), &json!([first])));
        assert_eq!(cohort("cannabis").await["open"], json!([cannabis]));
        assert_eq!(cohort("other").await["plots"], 0);
        let path = "/api/v1/ledger/rates/plots?of=cohort&from=2026-02-01&to=2026-03-02&crop=opium_poppy";
        let behind = people.province.get(path).await.expect(200).json();
        assert_eq!((&behind["count"], &behind["plots"][0]["plot"]), (&json!(1), &json!(first)));
        let sums = people.province.get("/api/v1/ledger?crop=opium_poppy").await.expect(200).json();
        let total = &sums["total"];
        assert_eq!((&total["verified_plots"], &total["plots"]), (&poppy["plots"], &json!(1)));
        assert_eq!(total["in_dispute"]["claimed"]["plots"], 1);
    }

    async fn a_ground_that_was_first_taken_for_another_crop_counts_once_over_the_seasons_too(field: Field) {
        let people = people(&field).await;
        let mut mistaken = plot_at(104.3, 22.4);
        mistaken["properties"]["crop"] = json!("other");
        let first = recorded(&field, &people.phone, &mistaken).await;
        field.clock.advance_millis(1_000);
        let second = recorded(&field, &people.province, &plot_at(104.300_01, 22.4)).await;
        let mut seen = verified(320, 64.0);
        seen["crop"] = json!("opium_poppy");
        let told = sent(&people.post_desk, first, "verifications", &seen).await;
        let entry = told["receipt"]["entry_id"].as_str().unwrap().to_owned();
        field.settle().await;
        // The one stands under the year, the other under poppy's season: no sum of either counts what the other has.
        for then in [String::new(), format!("&as_of={entry}")] {
            let all = figures(&people.province, &format!("by=season{then}")).await;
            assert_eq!((&all["total"]["plots"], &all["total"]["in_dispute"]["claimed"]["plots"]), (&json!(1), &json!(1)));
            for season in ["2026", "2025-2026"] {
                let own = figures(&people.province, &format!("season={season}{then}")).await;
                let mut rows = all["rows"].as_array().unwrap().iter();
                let row = rows.find(|row| row["key"] == season).unwrap();
                for figure in ["plots", "claimed", "verified", "in_dispute"] {
                    assert_eq!(own["total"][figure], row[figure], "{season} {figure}");
                }
            }
        }
        let pairs = async |query: &str| {
            let path = format!("/api/v1/ledger/duplicates{query}");
            let told = people.province.get(&path).await.expect(200).json();
            told.as_array().unwrap().len()
        };
        for query in ["", "?season=2026", "?season=2025-2026"] {
            assert_eq!(pairs(query).await, 1, "{query}");
        }
        assert_eq!(pairs("?season=2025").await, 0, "{first} and {second} are of other seasons");
    }

    async fn a_listed_plot_names_the_units_behind_it_and_how_far_its_areas_may_be_off(field: Field) {
        let people = people(&field).await;
        let plot = recorded(&field, &people.phone, &sized(104.30, 100, 50.0)).await;
        let listed = async |query: &str| figures(&people.province, query).await["rows"][0]["listed"].clone();
        let new = listed("by=plot").await;
        assert_eq!((new["state"].clone(), new["commune_name"].clone(), new["crop"].clone()), (json!("detected"), json!("Tây"), json!("opium_poppy")));
        assert_eq!((new["org"].clone(), new["destroyed_by"].clone()), (json!(people.reserve), json!([])));
        // A tape errs by 5 %, paces by 20 %, the eye by 50 %.
        assert_eq!(new["errors"], json!({ "claimed": 5.0, "remeasured": null, "verified": null }));
        let mut said = verified(90, 45.0);
        said["area_method"] = json!("paced");
        sent(&people.post_desk, plot, "verifications", &said).await;
        let measure = json!({ "measured_at": "2026-02-26T10:15:00+07:00", "area_m2": 48, "area_method": "estimated" });
        sent(&people.phone, plot, "measures", &measure).await;
        sent(&people.post_desk, plot, "eradications", &destroyed(90, 45.0)).await;
        field.settle().await;
        let done = listed("by=plot").await;
        assert_eq!((done["org"].clone(), done["destroyed_by"].clone()), (json!(people.reserve), json!([people.post])));
        assert_eq!(done["errors"], json!({ "claimed": 5.0, "remeasured": 50.0, "verified": 20.0 }));
        assert_eq!(listed("by=commune").await, Value::Null);
        let under = people.province.get("/api/v1/ledger/rates/plots?of=cohort&from=2026-02-01&to=2026-03-02").await.expect(200).json();
        let beside = ["position", "photos", "disputed", "perhaps_twice", "work_disputed", "facts", "conflicts"];
        let mut alike = done.as_object().unwrap().clone();
        let only: Vec<Value> = beside.iter().map(|name| alike.remove(*name).unwrap()).collect();
        assert_eq!(only[..4], [json!([104.3, 22.4]), json!(0), json!(0.0), json!(0.0)]);
        assert_eq!(under["plots"][0]["listed"], json!(alike));
    }

    async fn each_rate_leads_to_its_plots_and_facts(field: Field) {
        let people = people(&field).await;
        let Three { full, half, gone, work } = three(&field, &people).await;
        let behind = async |of: &str| {
            let path = format!("/api/v1/ledger/rates/plots?of={of}&from=2026-02-01&to=2026-03-02");
            let told = people.phone.get(&path).await.expect(200).json();
            let plots = told["plots"].as_array().unwrap().clone();
            assert_eq!((told["of"].clone(), told["count"].clone()), (json!(of), json!(plots.len())));
            plots
        };
        let named = |plots: &[Value]| {
            let mut named: Vec<String> = plots.iter().map(|own| own["plot"].as_str().unwrap().to_owned()).collect();
            named.sort_unstable();
            named
        };
        let sorted = |plots: &[Uuid]| {
            let mut plots: Vec<String> = plots.iter().map(Uuid::to_string).collect();
            plots.sort_unstable();
            plots
        };
        for (figure, plots) in [("cohort", vec![full, half, gone]), ("cohort_full", vec![full]), ("cohort_gone", vec![gone]), ("cohort_open", vec![half, gone]),
            ("flow", vec![full, half]), ("lag", vec![full]), ("lag_open", vec![half]), ("due", vec![]), ("reinspected", vec![]), ("resprout", vec![])] {
            assert_eq!(named(&behind(figure).await), sorted(&plots), "{figure}");
        }
        let lag = behind("lag").await;
        assert_eq!((lag[0]["hours"].clone(), lag[0]["facts"].clone()), (json!(46.75), json!([work])));
        assert_eq!(behind("flow").await.iter().find(|own| own["plot"] == full.to_string()).unwrap()["facts"], json!([work]));
        let first = people.phone.get("/api/v1/ledger/rates/plots?of=cohort&from=2026-02-01&to=2026-03-02&limit=2").await.expect(200).json();
        let rest = people.phone.get(first["next"].as_str().unwrap()).await.expect(200).json();
        assert_eq!((first["plots"].as_array().unwrap().len(), rest["plots"].as_array().unwrap().len(), rest["next"].clone()), (2, 1, Value::Null));
        people.phone.get("/api/v1/ledger/rates/plots?of=all&from=2026-02-01&to=2026-03-02").await.expect(400);
        let communes = people.phone.get("/api/v1/ledger/communes?period=2026").await.expect(200).json();
        let named: Vec<&str> = communes[0]["plots"].as_array().unwrap().iter().map(|plot| plot.as_str().unwrap()).collect();
        assert_eq!((named, communes[0]["verified_plots"].clone()), (sorted(&[full, half, gone]).iter().map(String::as_str).collect(), json!(3)));
    }

    async fn what_comes_up_or_is_sown_again_is_told_with_what_nobody_visited(field: Field) {
        let people = people(&field).await;
        let mut old = Vec::new();
        for (lon, result) in [(104.30, Some("resprout")), (104.32, Some("clear")), (104.34, None)] {
            let mut plot = sized(lon, 320, 64.0);
            plot["properties"]["detected_at"] = json!("2025-02-25T10:15:00+07:00");
            let plot = recorded(&field, &people.phone, &plot).await;
            photographed_on(&field, &people.phone, plot, "2025-02-27").await;
            let mut done = eradication();
            (done["started_at"], done["ended_at"]) = (json!("2025-02-27T08:00:00+07:00"), json!("2025-02-27T09:00:00+07:00"));
            sent(&people.phone, plot, "eradications", &done).await;
            if let Some(result) = result {
                let look = json!({ "inspected_at": "2025-04-01T08:00:00+07:00", "result": result });
                sent(&people.phone, plot, "reinspections", &look).await;
            }
            old.push(plot);
        }
        let path = "/api/v1/ledger/rates?from=2025-02-01&to=2025-05-31";
        let told = people.phone.get(path).await.expect(200).json();
        let resprout = &told["resprout"];
        assert_eq!((resprout["due"].clone(), resprout["reinspected"].clone(), resprout["found"].clone()), (json!(3), json!(2), json!(1)));
        assert_eq!(resprout["rate"], 0.5);
        let behind = async |query: &str| {
            let told = people.phone.get(&format!("/api/v1/ledger/rates/plots?{query}")).await.expect(200).json();
            told["plots"].as_array().unwrap().clone()
        };
        let of = "from=2025-02-01&to=2025-05-31&of=";
        let counts = [behind(&format!("{of}due")).await.len(), behind(&format!("{of}reinspected")).await.len()];
        assert_eq!(counts, [3, 2]);
        let found = behind(&format!("{of}resprout")).await;
        assert_eq!((found.len(), found[0]["plot"].clone(), found[0]["facts"].as_array().unwrap().len()), (1, json!(old[0]), 1));
        assert!((resprout["unvisited"].as_f64().unwrap() - 1.0 / 3.0).abs() < 1e-12);
        // Sown again 30 m from the second; nobody has been at the third.
        let new = recorded(&field, &people.phone, &sized(104.320_3, 90, 30.0)).await;
        sent(&people.post_desk, new, "verifications", &verified(90, 30.0)).await;
        let season = people.phone.get("/api/v1/ledger/rates?from=2025-09-01&to=2026-03-02&season=2025-2026").await.expect(200).json();
        let again = &season["replanting"];
        assert_eq!((again["plots"].clone(), again["visited"].clone(), again["replanted"].clone()), (json!(2), json!(1), json!(1)));
        assert_eq!((again["rate"].clone(), again["unvisited"].clone()), (json!(1.0), json!(0.5)));
        let of = "from=2025-09-01&to=2026-03-02&season=2025-2026&of=";
        let counts = [behind(&format!("{of}replanting")).await.len(), behind(&format!("{of}replanting_visited")).await.len()];
        assert_eq!(counts, [2, 1]);
        let sown = behind(&format!("{of}replanted")).await;
        assert_eq!((sown[0]["plot"].clone(), sown[0]["sown_again"].clone()), (json!(old[1]), json!([new])));
        people.phone.get("/api/v1/ledger/rates/plots?of=replanted&from=2025-09-01&to=2026-03-02").await.expect(400);
    }
}
