//! Plots and incidents: who may record where, what a replay or a correction does, which plots may be one.

use serde_json::{Value, json};
use tuantra::areas::CommuneImport;
use tuantra::base::actor::{Actor, Role};
use uuid::Uuid;

use crate::field::{Client, Field};

/// 104.3° E, 22.4° N at resolutions 7, 9 and 12, by the h3 package for Python (4.x, C library).
const CELLS: [&str; 3] = ["874159444ffffff", "89415944433ffff", "8c41594443149ff"];

/// Commune west of 104.5° E.
pub const WEST: &str = "10001";
/// Commune east of it.
pub const EAST: &str = "10002";

/// Two communes side by side: longitudes 104 to 104.5 and 104.5 to 105, latitudes 22 to 22.5.
pub async fn load_communes(field: &Field) {
    let square = |code: &str, name: &str, west: f64| {
        let east = west + 0.5;
        json!({
            "type": "Feature",
            "properties": { "code": code, "name": name, "kind": "xã" },
            "geometry": { "type": "Polygon", "coordinates": [[
                [west, 22.0], [east, 22.0], [east, 22.5], [west, 22.5], [west, 22.0]
            ]] }
        })
    };
    let file = json!({
        "type": "FeatureCollection",
        "features": [square(WEST, "Tây", 104.0), square(EAST, "Đông", 104.5)]
    });
    let file = std::io::Cursor::new(file.to_string().into_bytes());
    field
        .app
        .areas
        .import_communes(&Actor::console(), file, CommuneImport::default())
        .await
        .unwrap();
}

/// A plot of poppy at a place.
pub fn plot_at(lon: f64, lat: f64) -> Value {
    json!({
        "type": "Feature",
        "geometry": { "type": "Point", "coordinates": [lon, lat] },
        "properties": {
            "crop": "opium_poppy",
            "detected_at": "2026-02-25T10:15:00+07:00",
            "detected_by": "patrol",
            "plants": 320,
            "plants_method": "counted",
            "area_m2": 64,
            "area_method": "tape",
            "hacc_m": 6.5,
            "grower_status": "under_verification"
        }
    })
}

fn path(id: Uuid) -> String {
    format!("/api/v1/plots/{id}")
}

async fn put(client: &Client, id: Uuid, plot: &Value, status: u16) -> Value {
    client.put(&path(id), plot).await.expect(status).json()
}

fn ids(list: &Value) -> Vec<String> {
    let features = list["features"].as_array().unwrap();
    features
        .iter()
        .map(|feature| feature["id"].as_str().unwrap().to_owned())
        .collect()
}

on_both! {
    async fn a_plot_is_placed_measured_and_promised(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy A", &[WEST]).await;
        let id = field.new_id();
        let made = put(&phone, id, &plot_at(104.3, 22.4), 201).await;
        assert_eq!(made["type"], "Feature");
        assert_eq!(made["id"], id.to_string());
        assert_eq!(made["geometry"]["coordinates"], json!([104.3, 22.4]));
        let told = &made["properties"];
        assert_eq!(told["state"], "detected");
        assert_eq!(told["version"], 1);
        assert_eq!(told["commune"], json!({ "code": WEST, "name": "Tây" }));
        assert_eq!(told["season"], "2025-2026");
        assert_eq!(told["period"], 2026);
        assert_eq!(told["area_m2"], 64.0);
        assert_eq!(told["uncertainty_pct"], 5.0);
        assert_eq!(told["flags"], json!([]));
        assert_eq!(told["candidates"], json!([]));
        let cells = &told["cells"];
        assert_eq!(cells["7"], CELLS[0]);
        assert_eq!(cells["9"], CELLS[1]);
        assert_eq!(cells["12"], CELLS[2]);
        assert_eq!(made["receipt"]["id"], id.to_string());
        assert_eq!(made["receipt"]["actor"], phone.id.to_string());
        let read = phone.get(&path(id)).await.expect(200).json();
        assert_eq!(read["properties"]["history"][0]["entry_id"], made["receipt"]["entry_id"]);
        assert_eq!(read["properties"]["measures"][0]["plants"], 320);
        assert_eq!(read["properties"]["photos"], 0);
        assert!(read.get("receipt").is_none());
    }

    async fn a_replay_changes_nothing_and_gets_the_first_receipt(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy A", &[WEST]).await;
        let id = field.new_id();
        let first = put(&phone, id, &plot_at(104.3, 22.4), 201).await;
        field.clock.advance_millis(60_000);
        let mut spelled_otherwise = plot_at(104.3, 22.4);
        spelled_otherwise["properties"]["detected_at"] = json!("2026-02-25T03:15:00Z");
        spelled_otherwise["properties"]["area_m2"] = json!(64.0);
        let again = put(&phone, id, &spelled_otherwise, 200).await;
        assert_eq!(again["receipt"], first["receipt"]);
        assert_eq!(again["properties"], first["properties"]);
    }

    async fn other_content_under_the_same_id_is_kept_beside_it(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy A", &[WEST]).await;
        let id = field.new_id();
        put(&phone, id, &plot_at(104.3, 22.4), 201).await;
        let mut other = plot_at(104.3, 22.4);
        other["properties"]["plants"] = json!(321);
        let refused = phone.put(&path(id), &other).await.expect(409);
        assert_eq!(refused.problem(), "content-differs");
        let kept = refused.json();
        assert!(kept["quarantine_id"].is_string());
        let again = phone.put(&path(id), &other).await.expect(409).json();
        assert_eq!(again["quarantine_id"], kept["quarantine_id"]);
        assert_eq!(again["receipt"], kept["receipt"]);
        assert_eq!(phone.get(&path(id)).await.json()["properties"]["plants"], 320);
    }

    async fn a_correction_makes_the_next_version_and_keeps_the_old_one(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy A", &[WEST]).await;
        let id = field.new_id();
        let first = put(&phone, id, &plot_at(104.3, 22.4), 201).await;
        let mut better = plot_at(104.3, 22.4);
        better["properties"]["plants"] = json!(300);
        better["properties"]["revises"] = json!(1);
        let second = put(&phone, id, &better, 201).await;
        assert_eq!(second["properties"]["version"], 2);
        assert_eq!(second["properties"]["plants"], 300);
        assert_ne!(second["receipt"], first["receipt"]);
        assert_eq!(put(&phone, id, &better, 200).await["receipt"], second["receipt"]);
        assert_eq!(put(&phone, id, &plot_at(104.3, 22.4), 200).await["receipt"], first["receipt"]);
        better["properties"]["plants"] = json!(299);
        assert_eq!(phone.put(&path(id), &better).await.expect(409).problem(), "stale-revision");
        let read = phone.get(&path(id)).await.json();
        assert_eq!(read["properties"]["history"].as_array().unwrap().len(), 2);
    }

    async fn a_first_version_revises_nothing(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy A", &[WEST]).await;
        let mut plot = plot_at(104.3, 22.4);
        plot["properties"]["revises"] = json!(1);
        let refused = phone.put(&path(field.new_id()), &plot).await.expect(422);
        assert_eq!(refused.pointers(), ["/properties/revises"]);
    }

    async fn every_fault_is_named_at_once(field: Field) {
        let phone = field.phone("máy A", &[]).await;
        let mut plot = plot_at(104.3, 22.4);
        plot["properties"]["crop"] = json!("rice");
        plot["properties"]["area_m2"] = json!(-1);
        plot["geometry"]["coordinates"] = json!([22.4, 104.3]);
        let refused = phone.put(&path(field.new_id()), &plot).await.expect(422);
        let mut pointers = refused.pointers();
        pointers.sort();
        assert_eq!(pointers, ["/geometry/coordinates", "/properties/area_m2", "/properties/crop"]);
        plot["properties"]["colour"] = json!("red");
        let refused = phone.put(&path(field.new_id()), &plot).await.expect(422);
        assert_eq!(refused.pointers(), ["/properties/colour"]);
    }

    async fn a_plot_in_a_foreign_commune_is_kept_aside(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy A", &[WEST]).await;
        let id = field.new_id();
        let refused = phone.put(&path(id), &plot_at(104.7, 22.4)).await.expect(403);
        assert_eq!(refused.problem(), "outside-scope");
        assert!(refused.json()["quarantine_id"].is_string());
        phone.get(&path(id)).await.expect(404);
        field.officer().await.get(&path(id)).await.expect(404);
    }

    async fn a_plot_outside_every_commune_is_the_provinces(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy A", &[WEST, EAST]).await;
        let id = field.new_id();
        phone.put(&path(id), &plot_at(106.0, 22.4)).await.expect(403);
        let officer = field.officer().await;
        let made = put(&officer, id, &plot_at(106.0, 22.4), 201).await;
        assert_eq!(made["properties"]["commune"], Value::Null);
        assert_eq!(phone.get(&path(id)).await.expect(404).problem(), "not-found");
        officer.get(&path(id)).await.expect(200);
    }

    async fn a_point_outside_the_province_is_taken_flagged_and_asked_about_once(field: Field) {
        let outside = |told: &Value| told["flags"].as_array().unwrap().contains(&json!("outside_area"));
        // Before there are boundaries nothing is outside of them, but nobody grows anything at 0° E, 0° N.
        let anywhere = field.phone("máy chưa có địa bàn", &[]).await;
        assert!(!outside(&put(&anywhere, field.new_id(), &plot_at(103.0, 22.4), 201).await["properties"]));
        load_communes(&field).await;
        let officer = field.officer().await;
        let phone = field.phone("máy A", &[]).await;
        let (laos, zero, told_abroad, inside) = (field.new_id(), field.new_id(), field.new_id(), field.new_id());
        let mut at_zero = plot_at(0.0, 0.0);
        at_zero["properties"]["hacc_m"] = Value::Null;
        let mut abroad = plot_at(102.5, 20.4);
        abroad["properties"]["outside_vietnam"] = json!(true);
        for (id, plot, is_flagged) in [(laos, plot_at(102.5, 20.5), true), (zero, at_zero, true), (told_abroad, abroad, false), (inside, plot_at(104.3, 22.4), false)] {
            let made = put(&phone, id, &plot, 201).await;
            assert_eq!(outside(&made["properties"]), is_flagged, "{}", made["properties"]["flags"]);
        }
        field.settle().await;
        let listed = officer.get("/api/v1/plots").await.expect(200).json();
        let flagged = listed["features"].as_array().unwrap().iter().filter(|plot| outside(&plot["properties"])).count();
        // The one of before the boundaries lies outside of them too.
        assert_eq!(flagged, 3);
        let questions = async || {
            let asked = officer.get("/api/v1/evidence/track-questions?state=open").await.expect(200).json();
            asked["questions"].as_array().unwrap().iter().filter(|own| own["screen"] == "outside_area").cloned().collect::<Vec<_>>()
        };
        let of = |asked: &[Value], plot: Uuid| asked.iter().filter(|own| own["plot"] == plot.to_string()).count();
        let asked = questions().await;
        assert_eq!([laos, zero, told_abroad, inside].map(|plot| of(&asked, plot)), [1, 1, 0, 0]);
        assert!(asked[0]["vi"].as_str().unwrap().contains("ngoài địa bàn"));
        // They are in no commune's sum and stand under none beside the communes, as the one that is said to lie abroad does.
        let by = officer.get("/api/v1/ledger?by=commune").await.expect(200).json();
        let plots = |key: &Value| by["rows"].as_array().unwrap().iter().find(|row| row["key"] == *key).map(|row| row["plots"].clone());
        assert_eq!((plots(&json!(WEST)), plots(&Value::Null)), (Some(json!(1)), Some(json!(4))));
        // Whatever else is said of the plot, it is asked once; a corrected point takes the flag away.
        let mut moved = plot_at(104.4, 22.4);
        moved["properties"]["revises"] = json!(1);
        assert!(!outside(&put(&phone, zero, &moved, 201).await["properties"]));
        let mut further = plot_at(102.5, 20.6);
        further["properties"]["revises"] = json!(1);
        assert!(outside(&put(&phone, laos, &further, 201).await["properties"]));
        field.settle().await;
        let asked = questions().await;
        assert_eq!([laos, zero].map(|plot| of(&asked, plot)), [1, 1]);
    }

    async fn what_was_seen_on_imagery_alone_is_reported_until_somebody_stood_there(field: Field) {
        load_communes(&field).await;
        let (phone, officer) = (field.phone("máy A", &[WEST]).await, field.officer().await);
        let mut candidate = plot_at(104.3, 22.4);
        let told = candidate["properties"].as_object_mut().unwrap();
        told.insert("detected_by".into(), json!("imagery"));
        for seen in ["plants", "plants_method", "hacc_m"] {
            told.remove(seen);
        }
        let (gone, found) = (field.new_id(), field.new_id());
        put(&phone, gone, &candidate, 201).await;
        candidate["geometry"]["coordinates"] = json!([104.35, 22.4]);
        put(&phone, found, &candidate, 201).await;
        field.settle().await;
        let state = async |plot: Uuid| phone.get(&path(plot)).await.expect(200).json()["properties"]["state"].clone();
        assert_eq!((state(gone).await, state(found).await), (json!("reported"), json!("reported")));
        // Nothing stood there: the candidate ends, where it stayed detected for ever.
        let post = crate::ledger::org(&field, "Đồn biên phòng").await;
        let desk = crate::ledger::desk(&field, "don-bp", post, Role::PostOfficer, &[WEST]).await;
        let nothing = json!({ "verified_at": "2026-02-26T08:00:00+07:00", "result": "not_found" });
        desk.post(&format!("{}/verifications", path(gone)), &nothing).await.expect(201);
        assert_eq!(state(gone).await, "not_found");
        let counted = json!({ "measured_at": "2026-02-26T09:00:00+07:00", "plants": 300, "plants_method": "counted" });
        phone.post(&format!("{}/measures", path(found)), &counted).await.expect(201);
        field.settle().await;
        assert_eq!(state(found).await, "detected");
        let listed = officer.get("/api/v1/plots?state=detected").await.expect(200).json();
        assert_eq!(ids(&listed), [found.to_string()]);
    }

    async fn the_right_is_needed_at_the_old_and_the_new_place(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy A", &[WEST]).await;
        let id = field.new_id();
        put(&phone, id, &plot_at(104.49, 22.4), 201).await;
        let mut moved = plot_at(104.51, 22.4);
        moved["properties"]["revises"] = json!(1);
        assert_eq!(phone.put(&path(id), &moved).await.expect(403).problem(), "outside-scope");
        let east = field.account("can-bo-dong", Role::CommuneOfficer, &[EAST]).await;
        east.put(&path(id), &moved).await.expect(422);
        let officer = field.officer().await;
        assert_eq!(put(&officer, id, &moved, 201).await["properties"]["commune"]["code"], EAST);
        phone.get(&path(id)).await.expect(404);
        east.get(&path(id)).await.expect(200);
    }

    async fn anothers_id_is_answered_as_if_it_were_unknown(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy A", &[WEST]).await;
        let stranger = field.phone("máy B", &[WEST, EAST]).await;
        let id = field.new_id();
        put(&phone, id, &plot_at(104.3, 22.4), 201).await;
        let unknown = put(&stranger, field.new_id(), &plot_at(104.7, 22.1), 201).await;
        let known = put(&stranger, id, &plot_at(104.8, 22.1), 201).await;
        let keys = |answer: &Value| answer["properties"].as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        assert_eq!(keys(&known), keys(&unknown));
        assert_eq!(known["properties"]["version"], 1);
        assert_eq!(known["properties"]["commune"]["code"], EAST);
        assert_eq!(put(&stranger, id, &plot_at(104.8, 22.1), 200).await["receipt"], known["receipt"]);
        let read = phone.get(&path(id)).await.expect(200).json();
        assert_eq!(read["geometry"]["coordinates"], json!([104.3, 22.4]));
    }

    async fn an_officer_of_the_commune_corrects_what_others_recorded(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy A", &[WEST]).await;
        let other = field.phone("máy B", &[WEST]).await;
        let id = field.new_id();
        put(&phone, id, &plot_at(104.3, 22.4), 201).await;
        let mut better = plot_at(104.3, 22.4);
        better["properties"]["stage"] = json!("flowering");
        better["properties"]["revises"] = json!(1);
        other.put(&path(id), &better).await.expect(422);
        let officer = field.account("can-bo-tay", Role::CommuneOfficer, &[WEST]).await;
        assert_eq!(put(&officer, id, &better, 201).await["properties"]["version"], 2);
        assert_eq!(phone.get(&path(id)).await.json()["properties"]["stage"], "flowering");
    }

    async fn neighbours_are_flagged_and_never_refused(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy A", &[WEST]).await;
        let (first, second, far) = (field.new_id(), field.new_id(), field.new_id());
        put(&phone, first, &plot_at(104.3, 22.4), 201).await;
        // 0.0001 degrees of longitude are 10.3 m there.
        let made = put(&phone, second, &plot_at(104.3001, 22.4), 201).await;
        assert_eq!(made["properties"]["flags"], json!(["possible_duplicate"]));
        assert_eq!(made["properties"]["candidates"][0]["id"], first.to_string());
        assert_eq!(made["properties"]["candidates"][0]["distance_m"], 10.3);
        let earlier = phone.get(&path(first)).await.json();
        assert_eq!(earlier["properties"]["candidates"][0]["id"], second.to_string());
        let made = put(&phone, far, &plot_at(104.3006, 22.4), 201).await;
        assert_eq!(made["properties"]["flags"], json!([]));
        let mut hemp = plot_at(104.3, 22.4);
        hemp["properties"]["crop"] = json!("cannabis");
        assert_eq!(put(&phone, field.new_id(), &hemp, 201).await["properties"]["candidates"], json!([]));
        let mut moved = plot_at(104.31, 22.4);
        moved["properties"]["revises"] = json!(1);
        put(&phone, second, &moved, 201).await;
        assert_eq!(phone.get(&path(first)).await.json()["properties"]["flags"], json!([]));
    }

    async fn poor_accuracies_widen_the_reach(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy A", &[WEST]).await;
        let mut plot = plot_at(104.3, 22.4);
        plot["properties"]["hacc_m"] = json!(90);
        put(&phone, field.new_id(), &plot, 201).await;
        // 0.0018 degrees of longitude are 185 m there; 90 m and 100 m reach 190 m.
        let mut other = plot_at(104.3018, 22.4);
        other["properties"]["hacc_m"] = json!(100);
        let made = put(&phone, field.new_id(), &other, 201).await;
        assert_eq!(made["properties"]["candidates"].as_array().unwrap().len(), 1);
    }

    async fn that_a_neighbour_lies_beyond_ones_scope_is_told_and_no_more(field: Field) {
        load_communes(&field).await;
        let west = field.phone("máy A", &[WEST]).await;
        let east = field.phone("máy B", &[EAST]).await;
        let (first, second) = (field.new_id(), field.new_id());
        put(&west, first, &plot_at(104.499_96, 22.4), 201).await;
        let made = put(&east, second, &plot_at(104.500_04, 22.4), 201).await;
        assert_eq!(made["properties"]["flags"], json!(["possible_duplicate"]));
        assert_eq!(made["properties"]["candidates"], json!([]));
        let officer = field.officer().await;
        let seen = officer.get(&path(first)).await.expect(200).json();
        assert_eq!(seen["properties"]["flags"], json!(["possible_duplicate"]));
        assert_eq!(seen["properties"]["candidates"][0]["id"], second.to_string());
    }

    async fn two_plots_recorded_at_once_see_one_another(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy A", &[WEST]).await;
        let plots: Vec<Uuid> = (0..8).map(|_| field.new_id()).collect();
        let sent = plots.iter().map(|id| {
            let (phone, id) = (phone.clone(), *id);
            tokio::spawn(async move { phone.put(&path(id), &plot_at(104.3, 22.4)).await.expect(201); })
        });
        for sent in sent.collect::<Vec<_>>() {
            sent.await.unwrap();
        }
        for id in plots {
            let read = phone.get(&path(id)).await.json();
            assert_eq!(read["properties"]["candidates"].as_array().unwrap().len(), 7);
        }
    }

    async fn a_later_measure_stands_and_is_added_once(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy A", &[WEST]).await;
        let id = field.new_id();
        put(&phone, id, &plot_at(104.3, 22.4), 201).await;
        let at = format!("/api/v1/plots/{id}/measures");
        let measure = json!({ "measured_at": "2026-03-01T08:00:00+07:00", "plants": 470, "plants_method": "counted" });
        let made = phone.post(&at, &measure).await.expect(201).json();
        assert_eq!(made["properties"]["plants"], 470);
        assert_eq!(made["properties"]["area_m2"], 64.0);
        assert_eq!(made["properties"]["flags"], json!(["near_threshold", "stop_450"]));
        assert_eq!(made["properties"]["version"], 1);
        let again = phone.post(&at, &measure).await.expect(200).json();
        assert_eq!(again["receipt"], made["receipt"]);
        let earlier = json!({ "measured_at": "2026-01-01T08:00:00+07:00", "plants": 5 });
        assert_eq!(phone.post(&at, &earlier).await.expect(201).json()["properties"]["plants"], 470);
        let read = phone.get(&path(id)).await.json();
        assert_eq!(read["properties"]["measures"].as_array().unwrap().len(), 3);
        let beds = json!({ "measured_at": "2026-03-01T09:00:00+07:00", "beds": [
            { "shape": "rectangle", "length_m": 10, "width_m": 5 }, { "shape": "ring" }
        ] });
        assert_eq!(phone.post(&at, &beds).await.expect(422).pointers(), ["/beds/1"]);
        let nothing = json!({ "measured_at": "2026-03-01T09:00:00+07:00" });
        phone.post(&at, &nothing).await.expect(422);
        let stranger = field.phone("máy B", &[EAST]).await;
        stranger.post(&at, &measure).await.expect(404);
    }

    async fn what_is_known_of_the_grower_stays_in_the_handling_unit(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy A", &[WEST]).await;
        let id = field.new_id();
        put(&phone, id, &plot_at(104.3, 22.4), 201).await;
        let mate = field.phone("máy B", &[WEST]).await;
        assert_eq!(mate.get(&path(id)).await.json()["properties"]["grower_status"], "under_verification");
        let officer = field.account("can-bo-tay", Role::CommuneOfficer, &[WEST]).await;
        let seen = officer.get(&path(id)).await.expect(200).json();
        assert!(seen["properties"].get("grower_status").is_none());
    }

    async fn a_foreign_plot_is_answered_as_an_unknown_one(field: Field) {
        load_communes(&field).await;
        let id = field.new_id();
        put(&field.phone("máy A", &[WEST]).await, id, &plot_at(104.3, 22.4), 201).await;
        let stranger = field.phone("máy B", &[EAST]).await;
        let mut answers = Vec::new();
        for id in [id, field.new_id()] {
            let mut answer = stranger.get(&path(id)).await.expect(404).json();
            answer["request_id"] = Value::Null;
            answers.push(answer);
        }
        assert_eq!(answers[0], answers[1]);
        let reader = field.account("nguoi-doc", Role::Reader, &[]).await;
        reader.get(&path(id)).await.expect(403);
        reader.put(&path(field.new_id()), &plot_at(104.3, 22.4)).await.expect(403);
    }

    async fn lists_hold_what_is_in_reach_page_by_page(field: Field) {
        load_communes(&field).await;
        let officer = field.officer().await;
        let mut west = Vec::new();
        for step in 0..5_i32 {
            let mut plot = plot_at(104.1 + f64::from(step) * 0.01, 22.4);
            plot["properties"]["detected_at"] = json!(format!("2026-02-{:02}T10:00:00+07:00", 10 + step));
            let id = field.new_id();
            put(&officer, id, &plot, 201).await;
            west.insert(0, id.to_string());
        }
        let east = field.new_id();
        put(&officer, east, &plot_at(104.9, 22.4), 201).await;
        let phone = field.phone("máy A", &[WEST]).await;
        let first = phone.get("/api/v1/plots?limit=3&count=true").await.expect(200).json();
        assert_eq!(first["total"], 5);
        assert_eq!(ids(&first), west[..3]);
        let next = first["next"].as_str().unwrap();
        let second = phone.get(next).await.expect(200).json();
        assert_eq!(ids(&second), west[3..]);
        assert_eq!(second["next"], Value::Null);
        phone.get(&next.replace("limit=3", "state=detected")).await.expect(400);
        let all = officer.get("/api/v1/plots").await.json();
        assert_eq!(ids(&all).len(), 6);
        for (query, found) in [
            (format!("commune={EAST}"), vec![east.to_string()]),
            ("from=2026-02-13&to=2026-02-14".to_owned(), west[..2].to_vec()),
            ("bbox=104.095,22,104.105,23".to_owned(), west[4..].to_vec()),
            ("crop=cannabis".to_owned(), Vec::new()),
            ("state=destroyed".to_owned(), Vec::new()),
        ] {
            let list = officer.get(&format!("/api/v1/plots?{query}")).await.expect(200).json();
            assert_eq!(ids(&list), found, "{query}");
        }
        let cells = all["features"][0]["properties"]["cells"].clone();
        for resolution in ["7", "9", "12"] {
            let cell = cells[resolution].as_str().unwrap();
            let list = officer.get(&format!("/api/v1/plots?cells={cell}")).await.expect(200).json();
            assert_eq!(ids(&list), [east.to_string()], "{resolution}");
        }
        phone.get("/api/v1/plots?limit=501").await.expect(400);
        phone.get("/api/v1/plots?colour=red").await.expect(400);
        phone.get("/api/v1/plots?cells=xyz").await.expect(400);
    }

    async fn plots_recorded_before_their_commune_was_loaded_find_it(field: Field) {
        let officer = field.officer().await;
        let id = field.new_id();
        put(&officer, id, &plot_at(104.3, 22.4), 201).await;
        let phone = field.phone("máy A", &[WEST]).await;
        phone.get(&path(id)).await.expect(404);
        load_communes(&field).await;
        let read = phone.get(&path(id)).await.expect(200).json();
        assert_eq!(read["properties"]["commune"]["code"], WEST);
        assert_eq!(ids(&phone.get("/api/v1/plots").await.json()), [id.to_string()]);
    }

    async fn an_incident_groups_the_plots_in_ones_reach(field: Field) {
        load_communes(&field).await;
        let officer = field.officer().await;
        let incident = field.new_id();
        let at = format!("/api/v1/incidents/{incident}");
        let draft = json!({ "title": "Vụ 01", "commune": WEST, "occurred_at": "2026-02-25T10:00:00+07:00" });
        let made = officer.put(&at, &draft).await.expect(201).json();
        assert_eq!(made["version"], 1);
        assert_eq!(officer.put(&at, &draft).await.expect(200).json()["receipt"], made["receipt"]);
        let (west, east) = (field.new_id(), field.new_id());
        for (id, lon) in [(west, 104.3), (east, 104.7)] {
            let mut plot = plot_at(lon, 22.4);
            plot["properties"]["incident"] = json!(incident);
            put(&officer, id, &plot, 201).await;
        }
        let phone = field.phone("máy A", &[WEST]).await;
        let read = phone.get(&at).await.expect(200).json();
        assert_eq!(ids(&read["plots"]), [west.to_string()]);
        assert_eq!(read["history"].as_array().unwrap().len(), 1);
        let list = phone.get("/api/v1/incidents?count=true").await.expect(200).json();
        assert_eq!((list["total"].clone(), list["incidents"][0].get("sums")), (json!(1), None));
        // What its plots say together is told of those in the reader's reach alone.
        let sums = async |client: &Client| client.get("/api/v1/incidents?sums=true").await.expect(200).json()["incidents"][0]["sums"].clone();
        let (narrow, wide) = (sums(&phone).await, sums(&officer).await);
        assert_eq!((narrow["plots"].clone(), narrow["plants"].clone()), (json!(1), json!(320)));
        assert_eq!((wide["plots"].clone(), wide["plants"].clone()), (json!(2), json!(640)));
        let codes = |sums: &Value| -> Vec<Value> { sums["communes"].as_array().unwrap().iter().map(|own| own["code"].clone()).collect() };
        assert_eq!((codes(&narrow), codes(&wide)), (vec![json!(WEST)], vec![json!(WEST), json!(EAST)]));
        let stranger = field.phone("máy B", &[EAST]).await;
        stranger.get(&at).await.expect(404);
        assert_eq!(stranger.get("/api/v1/incidents").await.json()["incidents"], json!([]));
        let foreign = stranger.put(&at, &json!({ "title": "khác", "occurred_at": "2026-02-25T10:00:00+07:00" })).await;
        assert_eq!(foreign.expect(201).json()["title"], "khác");
        let outside = json!({ "title": "Vụ 02", "commune": WEST, "occurred_at": "2026-02-25T10:00:00+07:00" });
        let refused = stranger.put(&format!("/api/v1/incidents/{}", field.new_id()), &outside).await.expect(403);
        assert_eq!(refused.problem(), "outside-scope");
        let mut better = draft.clone();
        better["title"] = json!("Vụ 01/2026");
        assert_eq!(officer.put(&at, &better).await.expect(409).problem(), "content-differs");
        better["revises"] = json!(1);
        assert_eq!(officer.put(&at, &better).await.expect(201).json()["version"], 2);
        better["revises"] = json!(1);
        better["title"] = json!("Vụ 1");
        assert_eq!(officer.put(&at, &better).await.expect(409).problem(), "stale-revision");
        let untitled = officer.put(&format!("/api/v1/incidents/{}", field.new_id()), &json!({})).await.expect(422);
        assert_eq!(untitled.pointers(), ["/title", "/occurred_at"]);
    }

    async fn an_incident_of_a_phone_without_a_team_is_no_business_of_those_elsewhere(field: Field) {
        load_communes(&field).await;
        let (phone, near, far) = (field.phone("máy A", &[WEST]).await, field.phone("máy B", &[WEST]).await, field.phone("máy C", &[EAST]).await);
        let at = format!("/api/v1/incidents/{}", field.new_id());
        let draft = json!({ "title": "Vụ 01", "commune": WEST, "occurred_at": "2026-02-25T10:00:00+07:00" });
        phone.put(&at, &draft).await.expect(201);
        for (client, status, listed) in [(&phone, 200, 1), (&near, 200, 1), (&far, 404, 0)] {
            client.get(&at).await.expect(status);
            let list = client.get("/api/v1/incidents?count=true").await.expect(200).json();
            assert_eq!((list["incidents"].as_array().unwrap().len(), &list["total"]), (listed, &json!(listed)));
        }
    }

    async fn an_incident_of_a_commune_that_was_merged_is_that_of_whoever_holds_its_ground(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy đông", &[EAST]).await;
        let officer = field.account("xa-tay", Role::CommuneOfficer, &[WEST]).await;
        let at = format!("/api/v1/incidents/{}", field.new_id());
        let mut draft = json!({ "title": "Vụ 01", "commune": EAST, "occurred_at": "2026-02-25T10:00:00+07:00" });
        phone.put(&at, &draft).await.expect(201);
        officer.get(&at).await.expect(404);
        field.clock.advance_millis(1_000);
        crate::reports::merged(&field, "2026-03-02").await;
        officer.get(&at).await.expect(200);
        let list = officer.get("/api/v1/incidents?count=true").await.expect(200).json();
        assert_eq!((list["incidents"].as_array().unwrap().len(), &list["total"]), (1, &json!(1)));
        // A phone that was out for days names the commune that it knows, in what it corrects and in what is new.
        (draft["title"], draft["revises"]) = (json!("Vụ 01/2026"), json!(1));
        assert_eq!(phone.put(&at, &draft).await.expect(201).json()["version"], 2);
        let fresh = json!({ "title": "Vụ 02", "commune": EAST, "occurred_at": "2026-02-26T10:00:00+07:00" });
        phone.put(&format!("/api/v1/incidents/{}", field.new_id()), &fresh).await.expect(201);
    }

    async fn what_was_acknowledged_stands_in_the_journal(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy A", &[WEST]).await;
        put(&phone, field.new_id(), &plot_at(104.3, 22.4), 201).await;
        phone.put(&path(field.new_id()), &plot_at(104.7, 22.4)).await.expect(403);
        field.settle().await;
        let kinds: Vec<_> = field.app.journal.entries_since(-1, 500).await.unwrap().into_iter().map(|row| row.kind).collect();
        assert!(kinds.contains(&"plot".to_owned()));
        assert!(kinds.contains(&"quarantine".to_owned()));
        field.app.journal.verify().await.unwrap();
    }
}
