//! What came on paper: typed in beside its scan, through the same services, and worth less.

use axum::body::Body;
use axum::http::Method;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tuantra::base::actor::{Door, Role};
use tuantra::identity::model::{RESERVE_ORG, RESERVE_TEAM};
use tuantra::store::MIGRATIONS;
use uuid::Uuid;

use crate::field::{Answer, Client, Field};
use crate::journal::by_hand;
use crate::ledger::{destroyed, eradication, recorded};
use crate::plots::{EAST, WEST, load_communes, plot_at};

pub const SCAN: &[u8] = b"%PDF-1.4 bien ban";

pub fn paper_of(commune: &str, scan: &[u8]) -> Value {
    json!({
        "number": "12/BB-CAX", "date": "2026-02-26", "commune": commune, "issuer": "Công an xã Tây",
        "pages": 2, "signatories": 3,
        "scan": {
            "sha256": tuantra::base::hex(&Sha256::digest(scan)), "bytes": scan.len(), "media_type": "application/pdf",
        },
    })
}

fn at(id: Uuid, rest: &str) -> String {
    format!("/api/v1/papers/{id}{rest}")
}

async fn send_scan(client: &Client, id: Uuid, bytes: &[u8]) -> Answer {
    let kind = Some("application/octet-stream");
    client
        .send(
            Method::PUT,
            &at(id, "/scan"),
            kind,
            Body::from(bytes.to_vec()),
        )
        .await
}

pub async fn clerk(field: &Field) -> Client {
    field
        .account("can-bo-tay", Role::CommuneOfficer, &[WEST])
        .await
}

/// A paper with its scan.
pub async fn scanned(field: &Field, clerk: &Client) -> Uuid {
    let id = field.new_id();
    clerk
        .put(&at(id, ""), &paper_of(WEST, SCAN))
        .await
        .expect(201);
    send_scan(clerk, id, SCAN).await.expect(201);
    id
}

pub async fn type_in(client: &Client, paper: Uuid, facts: &Value) -> Vec<Value> {
    let answer = client
        .post(&at(paper, "/facts"), &json!({ "facts": facts }))
        .await
        .expect(200)
        .json();
    answer["results"].as_array().unwrap().clone()
}

/// A JPEG whose EXIF says that a program changed it (tag 0x0131), and another day (tag 0x0132).
fn retouched(width: u32) -> Vec<u8> {
    let plain = crate::photos::jpeg(width, 300);
    let (program, time) = (b"Adobe Photoshop 25.0\0", b"2026:02:26 08:00:00\0");
    let mut tiff = b"Exif\0\0MM\0*\0\0\0\x08\0\x02".to_vec();
    let mut offset = 38;
    for (tag, text) in [(0x31, &program[..]), (0x32, &time[..])] {
        let length = u8::try_from(text.len()).unwrap();
        tiff.extend([0x01, tag, 0, 2, 0, 0, 0, length, 0, 0, 0, offset]);
        offset += length;
    }
    tiff.extend([0; 4]);
    tiff.extend(program);
    tiff.extend(time);
    let length = u16::try_from(tiff.len() + 2).unwrap();
    [
        &plain[..2],
        &[0xFF, 0xE1],
        &length.to_be_bytes(),
        &tiff,
        &plain[2..],
    ]
    .concat()
}

on_both! {
    async fn scans_are_asked_neither_for_the_time_nor_for_the_program_of_a_shutter(field: Field) {
        load_communes(&field).await;
        let (clerk, officer) = (clerk(&field).await, field.officer().await);
        // Both are received in one instant.
        for width in [400, 402] {
            let scan = retouched(width);
            let mut paper = paper_of(WEST, &scan);
            paper["scan"]["media_type"] = json!("image/jpeg");
            paper["number"] = json!(format!("{width}/BB-CAX"));
            let id = field.new_id();
            clerk.put(&at(id, ""), &paper).await.expect(201);
            send_scan(&clerk, id, &scan).await.expect(201);
        }
        field.settle().await;
        let asked = officer.get("/api/v1/evidence/questions").await.expect(200).json();
        assert_eq!(asked["questions"], json!([]));
        // Of a photo the same file is asked about.
        let phone = field.phone("máy A", &[WEST]).await;
        let bytes = retouched(404);
        crate::photos::taken(&field, &phone, &bytes, &crate::photos::sidecar(&bytes)).await;
        field.settle().await;
        let asked = officer.get("/api/v1/evidence/questions").await.expect(200).json();
        assert_eq!((asked["questions"].as_array().unwrap().len(), &asked["questions"][0]["screen"]), (1, &json!("edited_file")));
        // And of a photo of a plot, also where somebody wrote a paper down under its id before it came.
        let plot = recorded(&field, &phone, &plot_at(104.3, 22.4)).await;
        let (id, bytes) = (field.new_id(), retouched(406));
        let mut paper = paper_of(WEST, &bytes);
        paper["scan"]["media_type"] = json!("image/jpeg");
        clerk.put(&at(id, ""), &paper).await.expect(201);
        let mut sidecar = crate::photos::sidecar(&bytes);
        sidecar["plot"] = json!(plot);
        clerk.put(&format!("/api/v1/photos/{id}"), &sidecar).await.expect(201);
        crate::photos::upload(&clerk, id, &bytes).await.expect(201);
        field.settle().await;
        let asked = officer.get("/api/v1/evidence/questions").await.expect(200).json();
        let is_asked = |own: &Value| own["screen"] == "edited_file" && own["photo"] == json!(id);
        assert!(asked["questions"].as_array().unwrap().iter().any(is_asked), "{asked}");
    }

    async fn what_stands_on_paper_is_typed_in_beside_its_scan_and_grades_lower(field: Field) {
        load_communes(&field).await;
        let (clerk, officer) = (clerk(&field).await, field.officer().await);
        let id = field.new_id();
        let first = clerk.put(&at(id, ""), &paper_of(WEST, SCAN)).await.expect(201).json();
        let again = clerk.put(&at(id, ""), &paper_of(WEST, SCAN)).await.expect(200).json();
        assert_eq!(first["receipt"]["entry_id"], again["receipt"]["entry_id"]);
        let (plot, patrol) = (field.new_id(), field.new_id());
        let facts = json!([
            { "kind": "plot", "id": plot, "body": plot_at(104.3, 22.4) },
            { "kind": "measure", "id": plot, "body": { "measured_at": "2026-02-26T09:00:00+07:00", "area_m2": 80, "area_method": "tape" } },
            { "kind": "eradication", "id": plot, "body": eradication() },
            { "kind": "plot", "id": field.new_id(), "body": { "type": "Feature" } },
        ]);
        let early = clerk.post(&at(id, "/facts"), &json!({ "facts": facts })).await.expect(409).json();
        assert!(early["detail"].as_str().unwrap().contains("scan"), "{early}");
        assert_eq!(clerk.get(&at(id, "")).await.expect(200).json()["state"], json!("waiting"));
        send_scan(&clerk, id, SCAN).await.expect(201);
        send_scan(&clerk, id, SCAN).await.expect(200);
        let results = type_in(&clerk, id, &facts).await;
        let statuses: Vec<&Value> = results.iter().map(|own| &own["status"]).collect();
        assert_eq!(statuses, [&json!(201), &json!(201), &json!(201), &json!(422)], "{results:?}");
        assert!(!results[3]["problem"]["fields"].as_array().unwrap().is_empty());
        let replayed = type_in(&clerk, id, &facts).await;
        for (first, again) in results.iter().zip(&replayed).take(3) {
            assert_eq!(again["status"], json!(200), "{again}");
            assert_eq!(first["receipt"]["entry_id"], again["receipt"]["entry_id"]);
        }
        let open = json!([{ "kind": "patrol", "id": patrol, "body": patrol_of(&field, None).await }]);
        let refused = &type_in(&clerk, id, &open).await[0]["problem"]["fields"];
        assert_eq!(refused[0]["pointer"], json!("/ended_at"), "a patrol on paper has ended: {refused}");
        field.settle().await;
        let known = officer.get(&at(id, "")).await.expect(200).json();
        assert_eq!(known["state"], json!("open"));
        let listed = known["facts"].as_array().unwrap();
        let mut kinds: Vec<&str> = listed.iter().map(|own| own["kind"].as_str().unwrap()).collect();
        kinds.sort_unstable();
        assert_eq!(kinds, ["eradication", "plot", "plot"], "a measure is an entry of its plot");
        let shown = officer.get(&format!("/api/v1/plots/{plot}")).await.expect(200).json();
        assert_eq!((&shown["properties"]["source"], &shown["properties"]["paper"]["id"]), (&json!("paper"), &json!(id)));
        let fact = listed.iter().find(|own| own["kind"] == "eradication").unwrap()["fact"].as_str().unwrap();
        let grade = officer.get(&format!("/api/v1/eradications/{fact}/evidence")).await.expect(200).json();
        assert!(grade["reasons"].as_array().unwrap().iter().any(|own| own["code"] == "from_paper"), "{grade}");
        let native = field.new_id();
        clerk.put(&format!("/api/v1/plots/{native}"), &plot_at(104.31, 22.41)).await.expect(201);
        let native = officer.get(&format!("/api/v1/plots/{native}")).await.expect(200).json();
        assert_eq!(native["properties"]["source"], json!("electronic"));
    }

    async fn a_re_inspection_on_paper_counts_as_such_and_says_so(field: Field) {
        let done = destroyed(&field).await;
        field.clock.advance_millis(40 * 86_400_000);
        let (clerk, officer) = (clerk(&field).await, field.officer().await);
        let paper = scanned(&field, &clerk).await;
        let looked = json!({ "id": field.new_id(), "inspected_at": "2026-03-29T08:00:00+07:00", "result": "clear" });
        let facts = json!([
            { "kind": "reinspection", "id": done.plot, "body": looked },
            { "kind": "reinspection", "id": done.plot, "body": { "result": "clear" } },
            { "kind": "reinspection", "id": field.new_id(), "body": looked },
        ]);
        let typed = type_in(&clerk, paper, &facts).await;
        let statuses: Vec<&Value> = typed.iter().map(|own| &own["status"]).collect();
        assert_eq!(statuses, [&json!(201), &json!(422), &json!(404)], "{typed:?}");
        assert_eq!(typed[1]["problem"]["fields"][0]["pointer"], json!("/inspected_at"));
        let again = type_in(&clerk, paper, &facts).await;
        assert_eq!((&again[0]["status"], &again[0]["receipt"]), (&json!(200), &typed[0]["receipt"]));
        field.settle().await;
        let plot = officer.get(&format!("/api/v1/plots/{}", done.plot)).await.expect(200).json();
        let told = &plot["properties"];
        assert_eq!((&told["state"], &told["flags"]), (&json!("clear"), &json!(["inspected_from_paper"])));
        let step = told["timeline"].as_array().unwrap().iter().find(|own| own["kind"] == "reinspection").unwrap();
        assert_eq!((&step["source"], &step["paper"]["id"]), (&json!("paper"), &json!(paper)));
        let listed = officer.get("/api/v1/plots?state=clear").await.expect(200).json();
        assert_eq!(listed["features"][0]["id"], json!(done.plot));
        let known = officer.get(&at(paper, "")).await.expect(200).json();
        assert_eq!((&known["facts"][0]["kind"], &known["facts"][0]["fact"]), (&json!("reinspection"), &looked["id"]));
        let found = field.app.journal.verify().await.unwrap();
        assert!(found.faults.is_empty(), "{:?}", found.faults);
    }

    async fn no_fix_joins_a_patrol_that_stands_on_paper(field: Field) {
        load_communes(&field).await;
        let (clerk, officer) = (clerk(&field).await, field.officer().await);
        let paper = scanned(&field, &clerk).await;
        let patrol = field.new_id();
        let declared = patrol_of(&field, Some(-3600)).await;
        let typed = type_in(&clerk, paper, &json!([{ "kind": "patrol", "id": patrol, "body": declared.clone() }])).await;
        assert_eq!(typed[0]["status"], json!(201), "{typed:?}");
        let fixes = json!({ "fixes": [{ "t": field.after(-7000), "lon": 104.3, "lat": 22.4, "accuracy_m": 5 }] });
        clerk.post(&format!("/api/v1/patrols/{patrol}/fixes"), &fixes).await.expect(404);
        let native = field.new_id();
        clerk.put(&format!("/api/v1/patrols/{native}"), &declared).await.expect(201);
        clerk.post(&format!("/api/v1/patrols/{native}/fixes"), &fixes).await.expect(200);
        let shown = officer.get(&format!("/api/v1/patrols/{patrol}")).await.expect(200).json();
        assert_eq!((&shown["properties"]["source"], &shown["properties"]["paper"]["id"]), (&json!("paper"), &json!(paper)));
    }

    async fn fixes_that_name_no_patrol_are_held_where_the_only_one_of_their_time_stands_on_paper(field: Field) {
        load_communes(&field).await;
        let clerk = clerk(&field).await;
        let paper = scanned(&field, &clerk).await;
        let declared = patrol_of(&field, Some(-3600)).await;
        let typed = type_in(&clerk, paper, &json!([{ "kind": "patrol", "id": field.new_id(), "body": declared }])).await;
        assert_eq!(typed[0]["status"], json!(201), "{typed:?}");
        let device = field.device("máy theo vết", &[WEST]).await;
        let (phone, tracker) = (field.door(device, Door::Api).await, field.door(device, Door::Tracker).await);
        let walked_s = field.app.journal.now().as_millis() / 1000 - 7000;
        let fix = format!("/t/{}?id=1&lat=22.4&lon=104.3&accuracy=5&timestamp={walked_s}", tracker.token());
        field.anon().get(&fix).await.expect(200);
        field.app.patrols.seal_waiting(None).await.unwrap();
        let held = phone.get("/api/v1/fixes/held").await.expect(200).json();
        assert_eq!(held["spans"][0]["fixes"], 1);
    }

    async fn a_scan_is_read_with_a_reason_and_a_retracted_paper_takes_nothing_more(field: Field) {
        load_communes(&field).await;
        let (clerk, officer) = (clerk(&field).await, field.officer().await);
        let id = scanned(&field, &clerk).await;
        officer.get(&at(id, "/scan")).await.expect(400);
        let scan = officer.get(&at(id, "/scan?reason=doi-chieu")).await.expect(200);
        assert_eq!(scan.bytes, SCAN);
        field.settle().await;
        let rows = field.app.journal.entries_since(-1, 500).await.unwrap();
        assert!(rows.iter().any(|row| row.kind == "view" && row.fact == Some(id)));
        let other = field.account("can-bo-dong", Role::CommuneOfficer, &[EAST]).await;
        for rest in ["", "/scan?reason=thu"] {
            other.get(&at(id, rest)).await.expect(404);
        }
        assert_eq!(other.get("/api/v1/papers").await.expect(200).json()["papers"], json!([]));
        assert_eq!(officer.get("/api/v1/papers").await.expect(200).json()["papers"][0]["id"], json!(id));
        clerk.post(&at(id, "/retraction"), &json!({ "reason": " " })).await.expect(422);
        let reason = json!({ "reason": "nhầm biên bản" });
        let first = clerk.post(&at(id, "/retraction"), &reason).await.expect(201).json();
        let again = clerk.post(&at(id, "/retraction"), &reason).await.expect(200).json();
        assert_eq!(first["receipt"]["entry_id"], again["receipt"]["entry_id"]);
        clerk.post(&at(id, "/facts"), &json!({ "facts": [] })).await.expect(409);
        assert_eq!(officer.get(&at(id, "")).await.expect(200).json()["state"], json!("retracted"));
    }

    async fn what_rests_on_a_retracted_paper_says_so_until_it_rests_on_something_else(field: Field) {
        load_communes(&field).await;
        let (clerk, officer) = (clerk(&field).await, field.officer().await);
        let paper = scanned(&field, &clerk).await;
        let (typed, native) = (field.new_id(), field.new_id());
        clerk.put(&format!("/api/v1/plots/{native}"), &plot_at(104.31, 22.41)).await.expect(201);
        let facts = json!([
            { "kind": "plot", "id": typed, "body": plot_at(104.3, 22.4) },
            { "kind": "eradication", "id": native, "body": eradication() },
        ]);
        for own in type_in(&clerk, paper, &facts).await {
            assert_eq!(own["status"], json!(201), "{own}");
        }
        field.settle().await;
        let told = async |plot: Uuid| officer.get(&format!("/api/v1/plots/{plot}")).await.expect(200).json()["properties"].clone();
        let flagged = |told: &Value| told["flags"].as_array().unwrap().contains(&json!("paper_retracted"));
        let before = told(native).await;
        assert!(!flagged(&before) && !flagged(&told(typed).await));
        assert_eq!(before["timeline"][0]["paper"]["retracted"], json!(false));
        clerk.post(&at(paper, "/retraction"), &json!({ "reason": "nhầm biên bản" })).await.expect(201);
        // Nothing is taken back with it; what rests on it says so, alone and in lists.
        for _ in 0..2 {
            let (plot, work) = (told(typed).await, told(native).await);
            assert!(flagged(&plot) && flagged(&work), "{} {}", plot["flags"], work["flags"]);
            assert_eq!((&plot["paper"]["retracted"], &work["timeline"][0]["paper"]["retracted"]), (&json!(true), &json!(true)));
            assert_eq!((&work["state"], &work["quantities"]), (&before["state"], &before["quantities"]));
            let listed = officer.get("/api/v1/plots").await.expect(200).json();
            let listed = listed["features"].as_array().unwrap().iter().filter(|plot| flagged(&plot["properties"]));
            assert_eq!(listed.map(|plot| plot["id"].clone()).collect::<Vec<_>>(), [json!(typed)]);
            // The same of a paper that was retracted before that was told.
            by_hand(&field, "UPDATE journal_papers SET retracted_by = NULL").await;
            assert!(!flagged(&told(native).await));
            let (_, _, template) = MIGRATIONS.iter().find(|(version, ..)| *version == 47).unwrap();
            let update = template.split(';').find(|statement| statement.contains("UPDATE journal_papers"));
            by_hand(&field, update.unwrap().trim()).await;
        }
        let mut corrected = eradication();
        corrected["corrects"] = before["timeline"][0]["id"].clone();
        clerk.post(&format!("/api/v1/plots/{native}/eradications"), &corrected).await.expect(201);
        assert!(!flagged(&told(native).await));
        field.settle().await;
        let found = field.app.journal.verify().await.unwrap();
        assert!(found.faults.is_empty(), "{:?}", found.faults);
    }

    async fn papers_of_a_commune_that_was_merged_are_those_of_whoever_holds_its_ground(field: Field) {
        load_communes(&field).await;
        let east = field.account("can-bo-dong", Role::CommuneOfficer, &[EAST]).await;
        let id = field.new_id();
        east.put(&at(id, ""), &paper_of(EAST, SCAN)).await.expect(201);
        send_scan(&east, id, SCAN).await.expect(201);
        let west = clerk(&field).await;
        west.get(&at(id, "")).await.expect(404);
        field.clock.advance_millis(1_000);
        crate::reports::merged(&field, "2026-03-02").await;
        west.get(&at(id, "")).await.expect(200);
        let listed = west.get("/api/v1/papers").await.expect(200).json();
        assert_eq!(listed["papers"].as_array().unwrap().len(), 1);
        west.post(&at(id, "/retraction"), &json!({ "reason": "gõ hai lần" })).await.expect(201);
    }

    async fn a_paper_is_its_authors_and_its_communes(field: Field) {
        load_communes(&field).await;
        let (clerk, officer) = (clerk(&field).await, field.officer().await);
        let id = field.new_id();
        clerk.put(&at(field.new_id(), ""), &paper_of(EAST, SCAN)).await.expect(403);
        clerk.put(&at(field.new_id(), ""), &paper_of("19999", SCAN)).await.expect(422);
        clerk.put(&at(id, ""), &paper_of(WEST, SCAN)).await.expect(201);
        let mut other = paper_of(WEST, SCAN);
        other["pages"] = json!(3);
        clerk.put(&at(id, ""), &other).await.expect(409);
        officer.put(&at(id, ""), &other).await.expect(201);
        assert_eq!(officer.get(&at(id, "")).await.expect(200).json()["record"]["pages"], json!(2));
        send_scan(&officer, id, SCAN).await.expect(404);
        send_scan(&clerk, id, b"GIF89a").await.expect(422);
        assert_eq!(send_scan(&clerk, id, b"%PDF-1.4 other").await.expect(422).problem(), "hash-mismatch");
        send_scan(&clerk, id, SCAN).await.expect(201);
        officer.post(&at(id, "/facts"), &json!({ "facts": [] })).await.expect(403);
        let phone = field.phone("máy ghi", &[]).await;
        phone.put(&at(field.new_id(), ""), &paper_of(WEST, SCAN)).await.expect(403);
    }
}

/// A patrol of a team that has a device, as an account declares it.
async fn patrol_of(field: &Field, to_s: Option<i64>) -> Value {
    field.device("máy của tổ", &[]).await;
    let mut declared = crate::patrols::declared(field, -7200, to_s);
    declared["team"] = json!(RESERVE_TEAM);
    declared["lead_org"] = json!(RESERVE_ORG);
    declared
}
