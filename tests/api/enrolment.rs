//! Phones are enrolled: by a code, by a printed sheet, by the hundred; and shut out again.

use std::io::Read;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Method, Request, header};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tuantra::base::actor::{Actor, Door, Role};
use tuantra::config::Config;
use tuantra::identity::verify_rows;
use uuid::Uuid;

use crate::bundle::{a_plot, brought, bundle};
use crate::field::{Answer, Client, Field};
use crate::journal::rows::{each_is_found, each_is_found_at_last};
use crate::openrosa::{Phone, detection};
use crate::patrols::{declared, walk};
use crate::photos::sidecar;
use crate::plots::{EAST, WEST};
use crate::signed::Signer;
use crate::sync::fact;
use crate::tus::{self, patch, photo_pair};

const FORM: &str = "application/x-www-form-urlencoded";

async fn written(officer: &Client, name: &str) -> String {
    let device = json!({ "name": name, "maker": "samsung" });
    let device = officer
        .post("/api/v1/devices", &device)
        .await
        .expect(201)
        .json();
    device["id"].as_str().unwrap().to_owned()
}

/// What an officer wrote down, by its id.
async fn made(officer: &Client, list: &str, draft: &Value) -> Value {
    let path = format!("/api/v1/{list}");
    officer.post(&path, draft).await.expect(201).json()["id"].clone()
}

/// A border post and a commune's police with a team each: `Tổ 1`, which is foreign to the police, and their own `Tổ 2`.
struct Units {
    post: Value,
    police: Value,
    foreign: Value,
    own: Value,
}

async fn units(officer: &Client) -> Units {
    let post = json!({ "name": "Đồn A", "kind": "don_bien_phong" });
    let post = made(officer, "orgs", &post).await;
    let police = json!({ "name": "Công an xã", "kind": "cong_an_xa" });
    let police = made(officer, "orgs", &police).await;
    let foreign = json!({ "name": "Tổ 1", "org": post });
    let own = json!({ "name": "Tổ 2", "org": police });
    Units {
        foreign: made(officer, "teams", &foreign).await,
        own: made(officer, "teams", &own).await,
        post,
        police,
    }
}

async fn opened(officer: &Client, id: &str, draft: &Value) -> Value {
    let path = format!("/api/v1/devices/{id}/enrolment");
    officer.post(&path, draft).await.expect(201).json()
}

async fn confirmed(officer: &Client, id: &str, enrolled: &Value, status: u16) {
    let path = format!("/api/v1/devices/{id}/enrolment/confirm");
    let number = json!({ "number": enrolled["number"] });
    officer.post(&path, &number).await.expect(status);
}

async fn pressed(field: &Field, code: &str) -> Answer {
    let path = format!("/enrol/{code}");
    field
        .anon()
        .send(Method::POST, &path, Some(FORM), Body::empty())
        .await
}

async fn spent(field: &Field, code: &Value) -> Value {
    let path = format!("/enrol/{}", code.as_str().unwrap());
    field
        .anon()
        .post(&path, &json!({}))
        .await
        .expect(201)
        .json()
}

async fn enrolled(field: &Field, officer: &Client, id: &str, draft: &Value) -> Value {
    let opened = opened(officer, id, draft).await;
    let enrolled = spent(field, &opened["code"]).await;
    confirmed(officer, id, &enrolled, 204).await;
    enrolled
}

async fn standing(officer: &Client, id: &str) -> Value {
    officer
        .get(&format!("/api/v1/devices/{id}"))
        .await
        .expect(200)
        .json()
}

fn api(field: &Field, enrolled: &Value) -> Client {
    let id = enrolled["device"].as_str().unwrap().parse().unwrap();
    field.with_token(enrolled["api_token"].as_str().unwrap().into(), id)
}

fn text(answer: &Answer) -> String {
    String::from_utf8(answer.bytes.clone()).unwrap()
}

/// What the codes on a page say, read from their drawings by a reader that is not the writer's kin.
fn scanned(page: &str) -> Vec<String> {
    page.split("<svg class=\"qr\"")
        .skip(1)
        .map(|svg| read_svg(svg.split("</svg>").next().unwrap()))
        .collect()
}

fn read_svg(svg: &str) -> String {
    const POINTS: usize = 3;
    let side: usize = svg
        .split("viewBox=\"0 0 ")
        .nth(1)
        .unwrap()
        .split(' ')
        .next()
        .unwrap()
        .parse()
        .unwrap();
    let width = side * POINTS;
    let mut dark = vec![false; width * width];
    let drawn = svg
        .rsplit(" d=\"")
        .next()
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    for run in drawn.split('M').skip(1) {
        let (x, rest) = run.split_once(' ').unwrap();
        let (y, rest) = rest.split_once('h').unwrap();
        let length: usize = rest.split('v').next().unwrap().parse().unwrap();
        let (x, y): (usize, usize) = (x.parse().unwrap(), y.parse().unwrap());
        for row in y * POINTS..(y + 1) * POINTS {
            dark[row * width + x * POINTS..row * width + (x + length) * POINTS].fill(true);
        }
    }
    let mut picture = rqrr::PreparedImage::prepare_from_greyscale(width, width, |x, y| {
        if dark[y * width + x] { 0 } else { 255 }
    });
    picture.detect_grids()[0].decode().unwrap().1
}

fn collect_settings(packed: &str) -> Value {
    let bytes = STANDARD.decode(packed).unwrap();
    let mut json = String::new();
    flate2::read::ZlibDecoder::new(bytes.as_slice())
        .read_to_string(&mut json)
        .unwrap();
    serde_json::from_str(&json).unwrap()
}

async fn printed(officer: &Client, draft: &Value) -> Vec<u8> {
    let answer = officer
        .post("/api/v1/devices/sheets", draft)
        .await
        .expect(201);
    assert_eq!(answer.headers[header::CONTENT_TYPE], "application/pdf");
    answer.bytes
}

/// A sheet's code, as the service hands it to the printer.
async fn sheet_code(field: &Field, id: &str) -> String {
    let draft = serde_json::from_value(json!({ "devices": [id] })).unwrap();
    let console = Actor::console();
    let sheets = field
        .app
        .identity
        .print_sheets(&console, &draft, "https://tuantra.example")
        .await
        .unwrap();
    sheets[0].code.clone()
}

async fn listed(officer: &Client, list: &str, dry_run: bool) -> Answer {
    let path = format!("/api/v1/devices/import?dry_run={dry_run}");
    officer
        .send(
            Method::POST,
            &path,
            Some("text/csv"),
            list.to_owned().into(),
        )
        .await
}

fn plot(field: &Field) -> Value {
    let mut plot = crate::plots::plot_at(104.3, 22.4);
    plot["properties"]["detected_at"] = json!(field.after(-600));
    plot
}

on_both! {
    async fn a_page_with_a_button_spends_the_code_and_a_preview_does_not(field: Field) {
        let officer = field.officer().await;
        let id = written(&officer, "Tổ 01 – máy A").await;
        let opened = opened(&officer, &id, &json!({})).await;
        let code = opened["code"].as_str().unwrap();
        for _ in 0..3 {
            let page = field.anon().get(&format!("/enrol/{code}")).await.expect(200);
            assert_eq!(page.headers[header::CACHE_CONTROL], "no-store");
            assert_eq!(page.headers[header::REFERRER_POLICY], "no-referrer");
            let page = text(&page);
            assert!(page.contains("<form method=\"post\">") && page.contains("Tổ 01 – máy A"), "{page}");
            assert!(!page.contains(code), "the code is not repeated");
        }
        let page = pressed(&field, code).await.expect(200);
        assert_eq!(page.headers[header::CACHE_CONTROL], "no-store");
        assert!(text(&page).contains("class=\"number\""));
        let again = pressed(&field, code).await.expect(404);
        let unknown = pressed(&field, "0000-0000-0000-0000").await.expect(404);
        assert_eq!(again.bytes, unknown.bytes, "every code that does not open looks alike");
    }

    async fn what_the_page_shows_is_what_the_apps_read(field: Field) {
        let officer = field.officer().await;
        let id = written(&officer, "Tổ 01 – máy A").await;
        let opened = opened(&officer, &id, &json!({})).await;
        let page = text(&pressed(&field, opened["code"].as_str().unwrap()).await.expect(200));
        let number: i64 = page.split("aria-labelledby=\"n\">").nth(1).unwrap()[..2].parse().unwrap();
        confirmed(&officer, &id, &json!({ "number": number }), 204).await;
        let codes = scanned(&page);
        assert_eq!(codes.len(), 7, "field app, Collect, Traccar, OwnTracks, Overland, OsmAnd, GPSLogger");
        let (field_app, codes) = codes.split_first().unwrap();
        assert!(field_app.contains("/field/#enrol="), "{field_app}");
        let settings = collect_settings(&codes[0]);
        let url = settings["general"]["server_url"].as_str().unwrap().to_owned();
        assert!(url.contains("/v1/key/") && url.ends_with("/projects/1"), "{url}");
        let odk = url.split("/v1/key/").nth(1).unwrap().split('/').next().unwrap().to_owned();
        let tracker = codes[1].split("/t/").nth(1).unwrap().split('?').next().unwrap().to_owned();
        assert_ne!(odk, tracker, "one secret per door");
        for door in &codes[4..] {
            assert!(door.contains(&tracker) && door.contains("&spd="), "{door}");
        }
        let handed = page.split("/field/#enrol=").nth(1).unwrap().split('"').next().unwrap();
        let handed = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(handed).unwrap();
        let handed: Value = serde_json::from_slice(&handed).unwrap();
        let phone = field.with_token(handed["token"].as_str().unwrap().into(), id.parse().unwrap());
        phone.get("/api/v1/me").await.expect(200);
        for (secret, door) in [(odk, Door::Odk), (tracker, Door::Tracker)] {
            let actor = field.app.identity.verify(&secret).await.unwrap().unwrap();
            assert_eq!((actor.door, actor.id.to_string()), (door, id.clone()));
        }
        assert!(!page.contains("<script") && !page.contains("style="), "{page}");
    }

    async fn the_page_speaks_of_those_apps_alone_whose_doors_were_opened(field: Field) {
        let officer = field.officer().await;
        let id = written(&officer, "Tổ 01 – máy A").await;
        let names = ["Ứng dụng tuần tra", "ODK Collect", "Traccar Client", "GPSLogger"];
        for (doors, apps, rule, battery) in [
            (json!(["api"]), vec!["Ứng dụng tuần tra"], "Ghi trên ứng dụng tuần tra, màn hình bật.", true),
            (json!(["odk"]), vec!["ODK Collect"], "Biểu mẫu: ODK Collect.", false),
            (json!(["tracker"]), vec!["Traccar Client", "GPSLogger"], "Ghi tuyến: Traccar Client.", true),
            (json!(["api", "tracker"]), vec!["Ứng dụng tuần tra", "Traccar Client", "GPSLogger"],
                "Dưới 2 giờ: ghi trên ứng dụng tuần tra. Đi cả ngày: Traccar Client.", true),
        ] {
            let opened = opened(&officer, &id, &json!({ "doors": doors })).await;
            let page = text(&pressed(&field, opened["code"].as_str().unwrap()).await.expect(200));
            for name in names {
                let is_there = page.contains(&format!("<summary>{name}</summary>"));
                assert_eq!(is_there, apps.contains(&name), "{doors} {name}");
            }
            assert!(page.contains(&format!("<p class=\"rule\">{rule}</p>")), "{doors} {page}");
            assert_eq!(page.contains("Tiết kiệm pin"), battery, "{doors}");
        }
    }

    async fn a_typed_code_is_taken_however_it_is_written(field: Field) {
        let officer = field.officer().await;
        let id = written(&officer, "máy").await;
        let opened = opened(&officer, &id, &json!({})).await;
        let form = field.anon().get("/enrol").await.expect(200);
        assert!(text(&form).contains("name=\"code\""));
        let typed = opened["code"].as_str().unwrap().to_lowercase().replace('-', "+");
        let answer = field.anon().send(Method::POST, "/enrol", Some(FORM), format!("code={typed}").into()).await;
        assert!(text(&answer.expect(200)).contains("class=\"number\""));
        field.anon().send(Method::POST, "/enrol", Some(FORM), "code=x".into()).await.expect(404);
    }

    async fn a_printed_code_opens_nothing_until_the_row_is_opened_and_then_fifteen_minutes(field: Field) {
        let officer = field.officer().await;
        let id = written(&officer, "máy").await;
        let code = sheet_code(&field, &id).await;
        assert_eq!(standing(&officer, &id).await["enrolment"], "printed");
        pressed(&field, &code).await.expect(404);
        let answer = opened(&officer, &id, &json!({})).await;
        assert_eq!(answer["sheet"], true);
        assert_eq!(standing(&officer, &id).await["enrolment"], "open");
        field.clock.advance_millis(15 * 60_000 + 1);
        pressed(&field, &code).await.expect(404);
        assert_eq!(standing(&officer, &id).await["enrolment"], "printed");
        // Opened again, it is spent once, and the fresh code beside it is spent with it.
        let answer = opened(&officer, &id, &json!({})).await;
        let enrolled = spent(&field, &json!(code)).await;
        pressed(&field, answer["code"].as_str().unwrap()).await.expect(404);
        assert_eq!(standing(&officer, &id).await["enrolment"], "waiting");
        confirmed(&officer, &id, &enrolled, 204).await;
        assert_eq!(standing(&officer, &id).await["enrolment"], "enrolled");
        assert_eq!(opened(&officer, &id, &json!({})).await["sheet"], false);
        pressed(&field, &code).await.expect(404);
    }

    async fn another_sheet_or_a_revoked_device_voids_the_sheet(field: Field) {
        let officer = field.officer().await;
        let id = written(&officer, "máy").await;
        let first = sheet_code(&field, &id).await;
        let second = sheet_code(&field, &id).await;
        opened(&officer, &id, &json!({})).await;
        pressed(&field, &first).await.expect(404);
        field.anon().get(&format!("/enrol/{second}")).await.expect(200);
        officer.delete(&format!("/api/v1/devices/{id}")).await.expect(204);
        field.anon().get(&format!("/enrol/{second}")).await.expect(404);
        let path = format!("/api/v1/devices/{id}/enrolment");
        officer.post(&path, &json!({})).await.expect(409);
    }

    async fn who_spent_a_code_before_the_phone_gets_nothing_by_the_next_number(field: Field) {
        let officer = field.officer().await;
        let id = written(&officer, "máy").await;
        let first = opened(&officer, &id, &json!({})).await;
        let thief = spent(&field, &first["code"]).await;
        let second = opened(&officer, &id, &json!({})).await;
        confirmed(&officer, &id, &thief, 409).await;
        let owner = spent(&field, &second["code"]).await;
        confirmed(&officer, &id, &owner, 204).await;
        api(&field, &thief).get("/api/v1/me").await.expect(401);
        api(&field, &owner).get("/api/v1/me").await.expect(200);
    }

    async fn sheets_are_one_pdf_of_the_phones_that_have_nothing_yet(field: Field) {
        let officer = field.officer().await;
        let (first, second) = (written(&officer, "máy 1").await, written(&officer, "máy 2").await);
        enrolled(&field, &officer, &first, &json!({})).await;
        let pdf = printed(&officer, &json!({})).await;
        assert!(pdf.starts_with(b"%PDF"));
        assert_eq!(standing(&officer, &first).await["sheet_printed_at"], Value::Null);
        assert_eq!(standing(&officer, &second).await["enrolment"], "printed");
        let foreign = field.account("xa-a", Role::CommuneOfficer, &["99001"]).await;
        foreign.post("/api/v1/devices/sheets", &json!({ "devices": [second] })).await.expect(404);
        foreign.post("/api/v1/devices/sheets", &json!({})).await.expect(422);
    }

    async fn a_list_of_devices_is_written_whole_or_not_at_all_and_again_without_effect(field: Field) {
        let officer = field.officer().await;
        let org = officer.post("/api/v1/orgs", &json!({ "name": "Đồn A", "kind": "don_bien_phong" })).await.expect(201).json();
        officer.post("/api/v1/teams", &json!({ "name": "Tổ 1", "org": org["id"] })).await.expect(201);
        let good = "\u{feff}name;team;communes;maker\nmáy 1;Tổ 1;99001 99002;Samsung\nmáy 2;;toàn tỉnh;\n";
        let bad = format!("{good}máy 3;Tổ 9;99001;Oppo\nmáy 4;;9-9;Oppo\n");
        let told = listed(&officer, &bad, true).await.expect(200).json();
        let faults: Vec<_> = told["faults"].as_array().unwrap().iter().map(|fault| (fault["row"].as_u64().unwrap(), fault["field"].as_str().unwrap())).collect();
        assert_eq!(faults, [(5, "communes"), (4, "team")]);
        let refused = listed(&officer, &bad, false).await.expect(422);
        assert_eq!(refused.pointers(), ["/5/communes", "/4/team"]);
        assert_eq!(listed(&officer, good, true).await.expect(200).json()["added"], 2);
        assert_eq!(officer.get("/api/v1/devices").await.expect(200).json(), json!([]));
        assert_eq!(listed(&officer, good, false).await.expect(200).json()["added"], 2);
        let again = listed(&officer, good, false).await.expect(200).json();
        assert_eq!((&again["added"], &again["unchanged"]), (&json!(0), &json!(2)));
        let devices = officer.get("/api/v1/devices").await.expect(200).json();
        assert_eq!(devices[0]["communes"], json!(["99001", "99002"]));
        assert_eq!((&devices[0]["maker"], &devices[1]["communes"]), (&json!("samsung"), &Value::Null));
        let other = good.replace("99001 99002", "99001");
        assert_eq!(listed(&officer, &other, false).await.expect(422).pointers(), ["/2/name"]);
        let commune = field.account("xa-a", Role::CommuneOfficer, &["99001"]).await;
        let foreign = "name,communes\nmáy 5,99002\nmáy 6,\nmáy 7,99001\n";
        assert_eq!(listed(&commune, foreign, false).await.expect(422).pointers(), ["/3/communes", "/2/communes"]);
    }

    async fn a_phone_by_itself_is_told_as_it_is_in_the_list(field: Field) {
        let officer = field.officer().await;
        let mut ids = Vec::new();
        for name in ["máy 1", "máy 2", "máy 3", "máy 4", "máy 5"] {
            ids.push(written(&officer, name).await);
        }
        opened(&officer, &ids[1], &json!({})).await;
        let waiting = opened(&officer, &ids[2], &json!({})).await;
        spent(&field, &waiting["code"]).await;
        enrolled(&field, &officer, &ids[3], &json!({})).await;
        enrolled(&field, &officer, &ids[3], &json!({ "doors": ["api"] })).await;
        printed(&officer, &json!({ "devices": [ids[4]] })).await;
        let list = officer.get("/api/v1/devices").await.expect(200).json();
        let states: Vec<&str> = list.as_array().unwrap().iter().map(|own| own["enrolment"].as_str().unwrap()).collect();
        assert_eq!(states, ["none", "open", "waiting", "enrolled", "printed"]);
        for (id, own) in ids.iter().zip(list.as_array().unwrap()) {
            assert_eq!(&standing(&officer, id).await, own);
        }
    }

    async fn nobody_reads_what_another_organisations_team_walked_by_a_phone_of_their_own(field: Field) {
        let officer = field.officer().await;
        let Units { police, foreign, own, .. } = units(&officer).await;
        let commune = field.account("xa-a", Role::CommuneOfficer, &["99001"]).await;
        let draft = |name: &str, team: &Value| json!({ "name": name, "communes": ["99001"], "team": team });
        // An account of no organisation has no team but the reserve.
        assert_eq!(commune.post("/api/v1/devices", &draft("máy 1", &own)).await.expect(422).pointers(), ["/team"]);
        officer.put(&format!("/api/v1/accounts/{}/org", commune.id), &json!({ "org": police })).await.expect(204);
        assert_eq!(commune.post("/api/v1/devices", &draft("máy 1", &foreign)).await.expect(422).pointers(), ["/team"]);
        let list = "name;team;communes\nmáy 2;Tổ 1;99001\nmáy 3;Tổ 2;99001\nmáy 4;;99001\n";
        assert_eq!(listed(&commune, list, false).await.expect(422).pointers(), ["/2/team"]);
        assert_eq!(commune.get("/api/v1/devices").await.expect(200).json(), json!([]));
        commune.post("/api/v1/devices", &draft("máy 1", &own)).await.expect(201);
        assert_eq!(listed(&commune, &list.replace("Tổ 1", "Tổ 2"), false).await.expect(200).json()["added"], 3);
        // The province mixes its teams as it likes.
        officer.post("/api/v1/devices", &draft("máy 5", &foreign)).await.expect(201);
    }

    async fn a_phone_of_another_organisation_is_none_of_those_of_whoever_answers_for_its_commune(field: Field) {
        let officer = field.officer().await;
        let Units { post, police, foreign, own } = units(&officer).await;
        let mut phones = Vec::new();
        for (name, team) in [("máy đồn", json!(foreign)), ("máy xã", json!(own)), ("máy dự bị", Value::Null)] {
            let id = made(&officer, "devices", &json!({ "name": name, "communes": ["99001"], "team": team })).await;
            phones.push(id.as_str().unwrap().to_owned());
        }
        let commune = field.account("xa-a", Role::CommuneOfficer, &["99001"]).await;
        let guard = field.account("don-a", Role::PostOfficer, &["99001"]).await;
        for (account, org) in [(&commune, &police), (&guard, &post)] {
            officer.put(&format!("/api/v1/accounts/{}/org", account.id), &json!({ "org": org })).await.expect(204);
        }
        let theirs = format!("/api/v1/devices/{}", phones[0]);
        for path in ["", "/keys", "/owed"] {
            commune.get(&format!("{theirs}{path}")).await.expect(404);
        }
        for path in ["", "/doors/tracker"] {
            commune.delete(&format!("{theirs}{path}")).await.expect(404);
        }
        for (path, body) in [
            ("/enrolment", json!({})), ("/enrolment/confirm", json!({ "number": 10 })), ("/loss", json!({ "since": field.after(-60) })),
            ("/held-windows", Value::Null), ("/storage-openings", json!({ "sealed": "" })),
        ] {
            commune.post(&format!("{theirs}{path}"), &body).await.expect(404);
        }
        commune.post("/api/v1/devices/sheets", &json!({ "devices": [phones[0]] })).await.expect(404);
        let names = async |account: &Client| {
            let list = account.get("/api/v1/devices").await.expect(200).json();
            let mut names: Vec<String> = list.as_array().unwrap().iter().map(|own| own["name"].as_str().unwrap().to_owned()).collect();
            names.sort();
            names
        };
        assert_eq!(names(&commune).await, ["máy dự bị", "máy xã"]);
        assert_eq!(names(&guard).await, ["máy dự bị", "máy đồn"]);
        assert_eq!(names(&officer).await.len(), 3);
        for (account, phone) in [(&commune, 1), (&commune, 2), (&guard, 0), (&officer, 0)] {
            opened(account, &phones[phone], &json!({})).await;
        }
        commune.delete(&format!("/api/v1/devices/{}", phones[1])).await.expect(204);
        guard.delete(&theirs).await.expect(204);
    }

    async fn a_list_that_changes_nothing_about_a_phone_of_a_foreign_team_is_taken(field: Field) {
        let officer = field.officer().await;
        let Units { police, .. } = units(&officer).await;
        let list = "name;team;communes\nmáy 1;Tổ 1;99001\nmáy 2;Tổ 2;99001\n";
        assert_eq!(listed(&officer, list, false).await.expect(200).json()["added"], 2);
        let commune = field.account("xa-a", Role::CommuneOfficer, &["99001"]).await;
        officer.put(&format!("/api/v1/accounts/{}/org", commune.id), &json!({ "org": police })).await.expect(204);
        let longer = format!("{list}máy 3;Tổ 2;99001\n");
        let told = listed(&commune, &longer, false).await.expect(200).json();
        assert_eq!((&told["added"], &told["unchanged"]), (&json!(1), &json!(2)));
        // Nobody is put there so, and nothing is changed there.
        for (row, pointer) in [("máy 4;Tổ 1;99001;", "/2/team"), ("máy 2;Tổ 1;99001;", "/2/team"), ("máy 1;Tổ 1;99001;Oppo", "/2/name"), ("máy 1;Tổ 2;99001;", "/2/name")] {
            let refused = listed(&commune, &format!("name;team;communes;maker\n{row}\n"), false).await.expect(422);
            assert_eq!(refused.pointers(), [pointer], "{row}");
        }
    }

    async fn a_phone_whose_commune_was_merged_records_where_its_ground_lies_today(field: Field) {
        crate::plots::load_communes(&field).await;
        let phone = field.phone("máy đông", &[EAST]).await;
        let mut signer = Signer::confirmed(&field, &phone).await;
        let (west, east) = (
            field.account("xa-tay", Role::CommuneOfficer, &[WEST]).await,
            field.account("xa-dong", Role::CommuneOfficer, &[EAST]).await,
        );
        let device = format!("/api/v1/devices/{}", phone.id);
        let recorded = async |id: Uuid, lon: f64| {
            let answer = phone.put(&format!("/api/v1/plots/{id}"), &crate::plots::plot_at(lon, 22.4)).await;
            answer.status.as_u16()
        };
        assert_eq!((recorded(field.new_id(), 104.7).await, recorded(field.new_id(), 104.3).await), (201, 403));
        west.get(&device).await.expect(404);
        east.get(&device).await.expect(200);
        field.clock.advance_millis(1_000);
        crate::reports::merged(&field, "2026-03-02").await;
        let plot = field.new_id();
        assert_eq!((recorded(field.new_id(), 104.7).await, recorded(plot, 104.3).await), (201, 201));
        let me = phone.get("/api/v1/me").await.expect(200).json();
        let rights = me["rights"].as_array().unwrap();
        let right = rights.iter().find(|own| own["right"] == "record_plots").unwrap();
        assert_eq!(right["communes"], json!([WEST]));
        // What it signed and somebody else carries here stands on the same ground.
        let (carried, fact_of_it) = a_plot(&mut signer, &field, 104.31);
        let courier = field.phone("máy của giao liên", &[]).await;
        brought(&courier, bundle(&signer, &field, &[fact_of_it])).await.expect(200);
        phone.get(&format!("/api/v1/plots/{carried}")).await.expect(200);
        // So does a photo, and whoever verifies the rows finds it where it belongs.
        let picture = crate::photos::jpeg(64, 48);
        let mut announced = sidecar(&picture);
        announced["plot"] = json!(plot);
        crate::photos::taken(&field, &phone, &picture, &announced).await;
        field.settle().await;
        let shown = phone.get(&format!("/api/v1/plots/{plot}")).await.expect(200).json();
        assert_eq!(shown["properties"]["photos"], 1, "{shown:#}");
        let rows = tuantra::evidence::verify_made(field.app.journal.store(), field.app.journal.now()).await.unwrap();
        assert!(rows.faults.is_empty(), "{:?}", rows.faults.iter().map(ToString::to_string).collect::<Vec<_>>());
        // The phone is kept by whoever holds the ground, not by whoever held it.
        assert_eq!(west.get(&device).await.expect(200).json()["communes"], json!([EAST]));
        assert_eq!(west.get("/api/v1/devices").await.expect(200).json().as_array().unwrap().len(), 1);
        east.get(&device).await.expect(404);
    }

    async fn a_photo_that_is_the_first_to_come_after_a_merger_is_joined_to_its_plot(field: Field) {
        crate::plots::load_communes(&field).await;
        let phone = field.phone("máy đông", &[EAST]).await;
        let plot = format!("/api/v1/plots/{}", field.new_id());
        phone.put(&plot, &crate::plots::plot_at(104.7, 22.4)).await.expect(201);
        field.settle().await;
        field.clock.advance_millis(1_000);
        crate::reports::merged(&field, "2026-03-02").await;
        let picture = crate::photos::jpeg(64, 48);
        let mut announced = sidecar(&picture);
        announced["plot"] = json!(plot.rsplit('/').next());
        crate::photos::taken(&field, &phone, &picture, &announced).await;
        field.settle().await;
        let shown = phone.get(&plot).await.expect(200).json();
        assert_eq!(shown["properties"]["photos"], 1, "{shown:#}");
    }

    async fn a_photo_of_before_a_merger_is_joined_to_its_plot_that_comes_after_it(field: Field) {
        crate::plots::load_communes(&field).await;
        let phone = field.phone("máy đông", &[EAST]).await;
        let plot = field.new_id();
        let picture = crate::photos::jpeg(64, 48);
        let mut announced = sidecar(&picture);
        announced["plot"] = json!(plot);
        announced["lon"] = json!(104.7);
        crate::photos::taken(&field, &phone, &picture, &announced).await;
        field.settle().await;
        field.clock.advance_millis(1_000);
        crate::reports::merged(&field, "2026-03-02").await;
        let mut found = crate::plots::plot_at(104.7, 22.4);
        found["properties"]["detected_at"] = json!(field.after(-60));
        let path = format!("/api/v1/plots/{plot}");
        phone.put(&path, &found).await.expect(201);
        field.settle().await;
        let shown = phone.get(&path).await.expect(200).json();
        assert_eq!(shown["properties"]["photos"], 1, "{shown:#}");
        let rows = tuantra::evidence::verify_made(field.app.journal.store(), field.app.journal.now()).await.unwrap();
        assert!(rows.faults.is_empty(), "{:?}", rows.faults.iter().map(ToString::to_string).collect::<Vec<_>>());
    }

    async fn a_boundary_that_cannot_be_read_shuts_no_phone_out(field: Field) {
        crate::plots::load_communes(&field).await;
        let (east, west) = (field.phone("máy đông", &[EAST]).await, field.phone("máy tây", &[WEST]).await);
        field.clock.advance_millis(1_000);
        crate::reports::merged(&field, "2026-03-02").await;
        crate::journal::by_hand(&field, "UPDATE area_boundaries SET outline = sha256 WHERE valid_to IS NOT NULL").await;
        let communes = async |phone: &Client| {
            let me = phone.get("/api/v1/me").await.expect(200).json();
            let rights = me["rights"].as_array().unwrap();
            rights.iter().find(|own| own["right"] == "record_plots").unwrap()["communes"].clone()
        };
        // Another process, which has no map in memory; the second time it remembers that it cannot tell.
        for (phone, expected) in [(&east, EAST), (&west, WEST)] {
            let elsewhere = field.elsewhere(phone);
            for _ in 0..2 {
                assert_eq!(communes(&elsewhere).await, json!([expected]));
                field.clock.advance_millis(1_000);
            }
        }
    }

    async fn boundaries_none_of_which_can_be_read_shut_no_phone_out_and_are_not_read_with_every_request(field: Field) {
        crate::plots::load_communes(&field).await;
        let east = field.phone("máy đông", &[EAST]).await;
        field.clock.advance_millis(1_000);
        crate::reports::merged(&field, "2026-03-02").await;
        crate::journal::by_hand(&field, "UPDATE area_boundaries SET kind = 'x' || kind").await;
        let communes = async |phone: &Client| {
            let me = phone.get("/api/v1/me").await.expect(200).json();
            let rights = me["rights"].as_array().unwrap();
            rights.iter().find(|own| own["right"] == "record_plots").unwrap()["communes"].clone()
        };
        let elsewhere = field.elsewhere(&east);
        assert_eq!(communes(&elsewhere).await, json!([EAST]));
        crate::journal::by_hand(&field, "UPDATE area_boundaries SET kind = SUBSTR(kind, 2)").await;
        // The process remembers that it could not tell, until areas change or the day ends; another one can tell.
        assert_eq!(communes(&elsewhere).await, json!([EAST]));
        assert_eq!(communes(&field.elsewhere(&east)).await, json!([WEST]));
    }

    async fn a_list_gives_no_rights_by_a_mistake_of_its_heading_or_its_codes(field: Field) {
        crate::plots::load_communes(&field).await;
        let officer = field.officer().await;
        let told = async |list: &str| -> Vec<String> {
            let refused = listed(&officer, list, false).await.expect(422).json();
            let fields = refused["fields"].as_array().unwrap().clone();
            fields.iter().map(|own| format!("{} {}", own["pointer"].as_str().unwrap(), own["reason"].as_str().unwrap())).collect()
        };
        for (heading, start) in [("name;team;comune;maker", "/1/heading \"comune\""), ("name;team;maker", "/1/heading expected a heading")] {
            let faults = told(&format!("{heading}\nmáy 1;;{WEST};\n")).await;
            assert!(faults[0].starts_with(start), "{faults:?}");
        }
        let both = told("name;team;communes\nmáy 1;Tổ 9;99999\n").await;
        assert_eq!(both.len(), 2, "{both:?}");
        for start in ["/2/team no such team", "/2/communes 99999: expected the code"] {
            assert!(both.iter().any(|told| told.starts_with(start)), "{both:?}");
        }
        let codes = told("name;team;communes\nmáy 1;;1000\nmáy 2;;99999\nmáy 3;;\n").await;
        assert_eq!(codes.len(), 3, "{codes:?}");
        assert!(codes.iter().any(|told| told.starts_with("/3/communes 99999: expected the code of a commune of today")), "{codes:?}");
        assert!(codes.iter().any(|told| told.starts_with("/4/communes expected commune codes")), "{codes:?}");
        let meant = format!("; meant was perhaps {WEST}, {EAST}");
        assert!(codes.iter().any(|told| told.starts_with("/2/communes 1000: ") && told.ends_with(&meant)), "{codes:?}");
        assert!(told(&format!("name,team,communes\nmáy 3,,{WEST},{EAST}\n")).await[0].starts_with("/2/row more cells"));
        assert!(told(&format!("name,communes\nmáy 4,{WEST}\n\"\n")).await[0].starts_with("/3/row a quotation mark"));
        assert_eq!(officer.get("/api/v1/devices").await.expect(200).json(), json!([]));
        let good = format!("Tên máy;Tổ;Xã/phường;Hãng\nmáy 1;;{WEST} {EAST};Oppo\nmáy 2;;Toàn tỉnh;\n");
        assert_eq!(listed(&officer, &good, false).await.expect(200).json()["added"], 2);
        let devices = officer.get("/api/v1/devices").await.expect(200).json();
        assert_eq!((&devices[0]["communes"], &devices[1]["communes"]), (&json!([WEST, EAST]), &Value::Null));
        // A right for a commune that there is none of is nobody's.
        let unknown = json!({ "name": "máy 9", "communes": [WEST, "99999"] });
        assert_eq!(officer.post("/api/v1/devices", &unknown).await.expect(422).pointers(), ["/communes/1"]);
        let account = json!({ "login": "xa-9", "role": "commune_officer", "communes": ["99999"] });
        assert_eq!(officer.post("/api/v1/accounts", &account).await.expect(422).pointers(), ["/communes/0"]);
        let holder = devices[0]["id"].as_str().unwrap();
        let grants = json!([{ "role": "patrol_member", "communes": ["99999"] }]);
        let path = format!("/api/v1/holders/{holder}/grants");
        assert_eq!(officer.put(&path, &grants).await.expect(422).pointers(), ["/0/communes/0"]);
    }

    async fn a_new_secret_of_one_door_takes_the_place_of_the_old_and_leaves_the_others(field: Field) {
        crate::plots::load_communes(&field).await;
        let officer = field.officer().await;
        let id = written(&officer, "máy").await;
        let old = enrolled(&field, &officer, &id, &json!({})).await;
        let phone = api(&field, &old);
        let known = format!("/api/v1/plots/{}", field.new_id());
        let body = plot(&field);
        let receipt = phone.put(&known, &body).await.expect(201).json()["receipt"]["entry_id"].clone();
        let new = enrolled(&field, &officer, &id, &json!({ "doors": ["api"] })).await;
        assert!(new.get("tracker_token").is_none());
        let tracker = old["tracker_token"].as_str().unwrap();
        assert!(field.app.identity.verify(tracker).await.unwrap().is_some_and(|actor| !actor.origin.retired));
        // The old secret still gets the receipt of what it sent, and writes and reads nothing else.
        let again = phone.put(&known, &body).await.expect(200).json();
        assert_eq!(again["receipt"]["entry_id"], receipt);
        let fresh = format!("/api/v1/plots/{}", field.new_id());
        assert_eq!(phone.put(&fresh, &body).await.expect(401).problem(), "unauthenticated");
        phone.get("/api/v1/plots").await.expect(403);
        api(&field, &new).put(&fresh, &body).await.expect(201);
        let secrets = standing(&officer, &id).await["secrets"].clone();
        let retired = secrets.as_array().unwrap().iter().filter(|secret| !secret["retired_at"].is_null());
        assert_eq!(retired.count(), 1);
    }

    async fn a_replaced_secret_brings_nothing_new_in_a_batch(field: Field) {
        crate::plots::load_communes(&field).await;
        let officer = field.officer().await;
        let id = written(&officer, "máy").await;
        let old = enrolled(&field, &officer, &id, &json!({})).await;
        let (phone, known, patrol) = (api(&field, &old), field.new_id(), field.new_id());
        let pushed = async |client: &Client, facts: &[Value]| {
            let batch = json!({ "facts": facts });
            let told = client.post("/api/v1/sync/push", &batch).await.expect(200).json();
            told["results"].as_array().unwrap().clone()
        };
        let statuses = |results: &[Value]| results.iter().map(|own| own["status"].as_u64().unwrap()).collect::<Vec<_>>();
        let receipts = |results: &[Value]| results.iter().map(|own| own["receipt"]["entry_id"].clone()).collect::<Vec<_>>();
        let first = [
            fact("plot", known, &plot(&field)),
            fact("patrol", patrol, &declared(&field, -3600, Some(0))),
            fact("fixes", patrol, &json!({ "fixes": walk(&field, -3600, 5) })),
        ];
        let before = pushed(&phone, &first).await;
        assert_eq!(statuses(&before), [201, 201, 200]);
        let new = api(&field, &enrolled(&field, &officer, &id, &json!({ "doors": ["api"] })).await);
        let again = pushed(&phone, &first).await;
        assert_eq!(statuses(&again), [200, 200, 200], "{again:#?}");
        assert_eq!(receipts(&again), receipts(&before));
        let mut corrected = plot(&field);
        corrected["properties"]["plants"] = json!(999);
        corrected["properties"]["revises"] = json!(1);
        let fresh = field.new_id();
        let news = [
            fact("plot", fresh, &plot(&field)),
            fact("plot", known, &corrected),
            fact("patrol", field.new_id(), &declared(&field, -3600, Some(0))),
            fact("fixes", patrol, &json!({ "fixes": walk(&field, -1800, 5) })),
            fact("photo", field.new_id(), &sidecar(b"bytes")),
            fact("retraction", known, &json!({ "reason": "ghi nhầm vị trí của điểm này" })),
        ];
        let seen = async || officer.get(&format!("/api/v1/plots/{known}")).await.expect(200).json();
        let stood = (seen().await, officer.get(&format!("/api/v1/patrols/{patrol}")).await.expect(200).json());
        let refused = pushed(&phone, &news).await;
        assert_eq!(statuses(&refused), [401; 6], "{refused:#?}");
        assert!(refused.iter().all(|own| own["receipt"].is_null()));
        let stands = (seen().await, officer.get(&format!("/api/v1/patrols/{patrol}")).await.expect(200).json());
        assert_eq!(stood, stands, "nothing was written");
        officer.get(&format!("/api/v1/plots/{fresh}")).await.expect(404);
        // By the newer secret the same is taken.
        let taken = pushed(&new, &news).await;
        assert!(statuses(&taken).iter().all(|status| *status < 300), "{taken:#?}");
    }

    async fn a_replaced_secret_carries_no_bundle_that_did_not_come_before(field: Field) {
        crate::plots::load_communes(&field).await;
        let officer = field.officer().await;
        let id = written(&officer, "máy của giao liên").await;
        let old = enrolled(&field, &officer, &id, &json!({})).await;
        let courier = api(&field, &old);
        let phone = field.phone("máy A", &[WEST]).await;
        let mut own = Signer::confirmed(&field, &phone).await;
        let (_, first) = a_plot(&mut own, &field, 104.3);
        let (plot, second) = a_plot(&mut own, &field, 104.31);
        let known = bundle(&own, &field, &[first]);
        let receipt = brought(&courier, known.clone()).await.expect(200).json()["receipt"].clone();
        assert!(receipt["entry_id"].is_string());
        let new = api(&field, &enrolled(&field, &officer, &id, &json!({ "doors": ["api"] })).await);
        assert_eq!(brought(&courier, known).await.expect(200).json()["receipt"], receipt);
        let fresh = bundle(&own, &field, &[second]);
        assert_eq!(brought(&courier, fresh.clone()).await.expect(401).problem(), "unauthenticated");
        brought(&courier, fresh[..fresh.len() - 9].to_vec()).await.expect(401);
        officer.get(&format!("/api/v1/plots/{plot}")).await.expect(404);
        assert_eq!(officer.get("/api/v1/bundles/review").await.expect(200).json()["reviews"], json!([]));
        brought(&new, fresh).await.expect(200);
        officer.get(&format!("/api/v1/plots/{plot}")).await.expect(200);
    }

    async fn a_replaced_trackers_secret_brings_nothing_new(field: Field) {
        crate::plots::load_communes(&field).await;
        let officer = field.officer().await;
        let id = written(&officer, "máy").await;
        let old = enrolled(&field, &officer, &id, &json!({})).await;
        let seconds = field.app.journal.now().as_millis() / 1_000;
        let fix = |at: i64| json!({ "type": "Feature", "geometry": { "type": "Point", "coordinates": [104.1, 22.3] },
            "properties": { "timestamp": field.after(at), "horizontal_accuracy": 5 } });
        let overland = |from: i64, count: i64| json!({ "locations": (0..count).map(|n| fix(from - 5 * n)).collect::<Vec<_>>() });
        let own = |at: i64| json!({ "_type": "location", "acc": 5, "lat": 22.3, "lon": 104.1, "tst": seconds + at });
        let by_basic = async |secret: &str, message: &Value| {
            let shown = STANDARD.encode(format!("x:{secret}"));
            let request = Request::builder().method(Method::POST).uri("/pub").header(header::AUTHORIZATION, format!("Basic {shown}"));
            field.anon().call(request.body(Body::from(message.to_string())).unwrap()).await
        };
        let secret = old["tracker_token"].as_str().unwrap();
        let door = |secret: &str, rest: &str| format!("/t/{secret}{rest}");
        let form = |at: i64| format!("?id=1&lat=22.3&lon=104.1&accuracy=5&timestamp={}", seconds + at);
        let heartbeat = |at: i64| format!("?id=1&batt=50&timestamp={}", seconds + at);
        let bad = format!("?id=1&lat=999&lon=104.1&timestamp={}", seconds - 880);
        // Each way once, of which some is sealed and the last is not; a batch is a chunk of its own.
        let sent = [form(-900), format!("{}&alarm=sos", form(-890)), heartbeat(-60), bad];
        for query in &sent {
            field.anon().get(&door(secret, query)).await.expect(200);
        }
        field.anon().post(&door(secret, "/overland"), &overland(-1000, 60)).await.expect(200);
        field.clock.advance_millis(660_000);
        assert_eq!(field.app.patrols.seal_due().await.unwrap(), 1);
        field.anon().post(&door(secret, "/owntracks"), &own(-800)).await.expect(200);
        by_basic(secret, &own(-700)).await.expect(200);
        let new = enrolled(&field, &officer, &id, &json!({ "doors": ["tracker"] })).await;
        let native = api(&field, &old);
        let held = native.get("/api/v1/fixes/held").await.expect(200).json();
        // What it sent is answered as before, in any order and by any way.
        for query in sent.iter().rev() {
            field.anon().get(&door(secret, query)).await.expect(200);
        }
        field.anon().post(&door(secret, "/overland"), &overland(-1000, 60)).await.expect(200);
        field.anon().post(&door(secret, "/overland"), &overland(-1000, 3)).await.expect(200);
        field.anon().post(&door(secret, "/owntracks"), &own(-700)).await.expect(200);
        by_basic(secret, &own(-800)).await.expect(200);
        // News is refused, however it comes, and together with what is known.
        for query in [form(-100), heartbeat(-10), format!("{}&alarm=sos", form(-900)), format!("?id=1&lat=998&lon=104.1&timestamp={}", seconds - 880)] {
            assert_eq!(field.anon().get(&door(secret, &query)).await.expect(401).problem(), "unauthenticated");
        }
        field.anon().post(&door(secret, "/overland"), &overland(-1005, 59)).await.expect(200);
        field.anon().post(&door(secret, "/overland"), &overland(-995, 60)).await.expect(401);
        field.anon().post(&door(secret, "/overland"), &overland(-200, 2)).await.expect(401);
        field.anon().post(&door(secret, "/owntracks"), &own(-100)).await.expect(401);
        // A program that shows its secret as a password is asked for another one in the way that it knows.
        let refused = by_basic(secret, &own(-100)).await.expect(401);
        assert_eq!(refused.problem(), "basic-needed");
        assert!(refused.headers[header::WWW_AUTHENTICATE].to_str().unwrap().starts_with("Basic "));
        assert_eq!(native.get("/api/v1/fixes/held").await.expect(200).json(), held, "nothing was written");
        // The page on which its holder reads what is held is the newer secret's.
        let window = officer.post(&format!("/api/v1/devices/{id}/held-windows"), &json!({})).await.expect(201).json();
        let code = format!("code={}", window["code"].as_str().unwrap());
        let press = async |secret: &str| field.anon().send(Method::POST, &door(secret, "/held"), Some(FORM), Body::from(code.clone())).await;
        press(secret).await.expect(403);
        let present = new["tracker_token"].as_str().unwrap();
        press(present).await.expect(200);
        field.anon().get(&door(present, &form(-100))).await.expect(200);
    }

    async fn a_replaced_secret_of_forms_fetches_nothing_and_still_gets_its_receipts(field: Field) {
        crate::plots::load_communes(&field).await;
        let officer = field.officer().await;
        let id = written(&officer, "máy").await;
        let old = enrolled(&field, &officer, &id, &json!({})).await;
        let odk = |told: &Value| field.with_token(told["odk_token"].as_str().unwrap().into(), id.parse().unwrap());
        let phone = Phone { native: api(&field, &old), odk: odk(&old) };
        let known = detection("uuid:a", 104.3, 22.4);
        phone.send(&known, &[], false).await.expect(201);
        // What cannot be: kept for an officer to look at.
        let kept = detection("uuid:b", 104.3, 22.4).replace("opium_poppy", "poppy");
        phone.send(&kept, &[], false).await.expect(202);
        let new = enrolled(&field, &officer, &id, &json!({ "doors": ["odk"] })).await;
        phone.send(&known, &[], false).await.expect(201);
        phone.send(&kept, &[], false).await.expect(202);
        let base = format!("/v1/key/{}/projects/1", phone.odk.token());
        let probe = format!("{base}/submission");
        field.anon().send(Method::HEAD, &probe, None, Body::empty()).await.expect(204);
        let refused = phone.send(&detection("uuid:c", 104.31, 22.4), &[], false).await.expect(403);
        assert!(text(&refused).contains("liên hệ cán bộ") && !refused.headers.contains_key("www-authenticate"), "{}", text(&refused));
        let lists = ["/formList", "/forms/eradication.xml", "/forms/eradication/manifest", "/forms/eradication/attachments/diem_kiem_tra.csv", "/datasets/diem_kiem_tra/integrity?id="];
        for path in lists {
            let path = format!("{base}{path}");
            let refused = field.anon().get(&path).await.expect(403);
            assert!(text(&refused).contains("liên hệ cán bộ"), "{path}");
        }
        let present = Phone { native: phone.native, odk: odk(&new) };
        present.send(&detection("uuid:c", 104.31, 22.4), &[], false).await.expect(201);
        let path = format!("/v1/key/{}/projects/1{}", present.odk.token(), lists[3]);
        assert!(text(&field.anon().get(&path).await.expect(200)).lines().count() > 1);
    }

    async fn a_replaced_secret_opens_no_upload_and_gets_no_nonce(field: Field) {
        crate::plots::load_communes(&field).await;
        let officer = field.officer().await;
        let id = written(&officer, "máy").await;
        let old = enrolled(&field, &officer, &id, &json!({})).await;
        let phone = api(&field, &old);
        let picture = crate::photos::jpeg(64, 48);
        let (done, open) = (field.new_id(), field.new_id());
        for (photo, bytes) in [(done, picture.as_slice()), (open, b"later bytes")] {
            phone.put(&format!("/api/v1/photos/{photo}"), &sidecar(bytes)).await.expect(201);
        }
        let begun = async |client: &Client, length: usize, photo: Option<Uuid>| {
            let (length, named) = (length.to_string(), photo.map(photo_pair).unwrap_or_default());
            let mut more = vec![("upload-length", length.as_str())];
            more.extend(photo.is_some().then_some(("upload-metadata", named.as_str())));
            tus::send(client, Method::POST, "/files", &more, "").await
        };
        let at = |made: Answer| made.headers["location"].to_str().unwrap().to_owned();
        let kept = at(begun(&phone, picture.len(), Some(done)).await.expect(201));
        patch(&phone, &kept, 0, picture.clone()).await.expect(204);
        let receipt = phone.get(&kept).await.expect(200).json()["receipt"].clone();
        let half = at(begun(&phone, 11, Some(open)).await.expect(201));
        patch(&phone, &half, 0, "later").await.expect(204);
        let new = api(&field, &enrolled(&field, &officer, &id, &json!({ "doors": ["api"] })).await);
        for photo in [None, Some(open), Some(done)] {
            assert_eq!(begun(&phone, 11, photo).await.expect(401).problem(), "unauthenticated");
        }
        patch(&phone, &half, 5, " bytes").await.expect(401);
        tus::send(&phone, Method::DELETE, &half, &[], "").await.expect(401);
        phone.post("/api/v1/nonces", &json!({ "count": 1 })).await.expect(401);
        // What was promised under it is told again.
        assert!(receipt["entry_id"].is_string());
        assert_eq!(phone.get(&kept).await.expect(200).json()["receipt"], receipt);
        crate::photos::upload(&phone, done, &picture).await.expect(200);
        // The newer secret goes on where the old one stood.
        patch(&new, &half, 5, " bytes").await.expect(204);
        new.post("/api/v1/nonces", &json!({ "count": 1 })).await.expect(201);
    }

    async fn one_door_is_shut_and_the_others_stay(field: Field) {
        let officer = field.officer().await;
        let id = written(&officer, "máy").await;
        let phone = enrolled(&field, &officer, &id, &json!({})).await;
        officer.delete(&format!("/api/v1/devices/{id}/doors/tracker")).await.expect(204);
        let tracker = phone["tracker_token"].as_str().unwrap();
        assert!(field.app.identity.verify(tracker).await.unwrap().is_none());
        api(&field, &phone).get("/api/v1/me").await.expect(200);
        officer.delete(&format!("/api/v1/devices/{id}/doors/session")).await.expect(422);
    }

    async fn a_lost_phone_is_shut_out_and_what_it_sent_since_is_told(field: Field) {
        crate::plots::load_communes(&field).await;
        let officer = field.officer().await;
        let id = written(&officer, "máy").await;
        let phone = api(&field, &enrolled(&field, &officer, &id, &json!({})).await);
        let body = plot(&field);
        phone.put(&format!("/api/v1/plots/{}", field.new_id()), &body).await.expect(201);
        field.clock.advance_millis(3_600_000);
        let lost_at = field.after(1_800);
        let later = field.new_id();
        phone.put(&format!("/api/v1/plots/{later}"), &body).await.expect(201);
        let told = officer.post(&format!("/api/v1/devices/{id}/loss"), &json!({ "since": lost_at })).await.expect(200).json();
        let entries = told["entries"].as_array().unwrap();
        assert_eq!(entries.len(), 1, "{told}");
        assert_eq!((&entries[0]["kind"], &entries[0]["fact"]), (&json!("plot"), &json!(later)));
        phone.get("/api/v1/me").await.expect(401);
        assert_eq!(standing(&officer, &id).await["enrolment"], "revoked");
    }

    async fn the_last_fixes_of_a_lost_phone_are_told_before_their_chunk_is_due(field: Field) {
        let officer = field.officer().await;
        let id = written(&officer, "máy").await;
        let phone = enrolled(&field, &officer, &id, &json!({})).await;
        let secret = phone["tracker_token"].as_str().unwrap();
        let lost_at = field.after(-60);
        let seconds = field.app.journal.now().as_millis() / 1000;
        let fix = format!("/t/{secret}?id=1&lat=22.3&lon=104.1&accuracy=5&timestamp={}", seconds - 30);
        field.anon().get(&fix).await.expect(200);
        let told = officer.post(&format!("/api/v1/devices/{id}/loss"), &json!({ "since": lost_at })).await.expect(200).json();
        let entries = told["entries"].as_array().unwrap();
        assert_eq!(entries.len(), 1, "{told}");
        assert_eq!(entries[0]["kind"], "fixes");
        assert_eq!(field.app.patrols.seal_due().await.unwrap(), 0, "nothing is left for the chore");
        field.anon().get(&fix).await.expect(404);
    }

    async fn what_a_phone_announced_and_did_not_bring_is_told_to_who_keeps_it(field: Field) {
        crate::plots::load_communes(&field).await;
        let officer = field.officer().await;
        let id = written(&officer, "máy").await;
        let phone = api(&field, &enrolled(&field, &officer, &id, &json!({})).await);
        let picture = crate::photos::jpeg(64, 48);
        let (brought, owed) = (field.new_id(), field.new_id());
        for (photo, bytes) in [(brought, picture.as_slice()), (owed, b"later bytes")] {
            phone.put(&format!("/api/v1/photos/{photo}"), &sidecar(bytes)).await.expect(201);
        }
        crate::photos::upload(&phone, brought, &picture).await.expect(201);
        let path = format!("/api/v1/devices/{id}/owed");
        let told = officer.get(&path).await.expect(200).json();
        assert_eq!(told["photos"].as_array().unwrap().len(), 1, "{told}");
        let photo = &told["photos"][0];
        assert_eq!((&photo["id"], &photo["bytes"], &photo["has_preview"]), (&json!(owed), &json!(11), &json!(false)));
        assert_eq!(told["more"], false);
        // Whoever keeps phones need not see what their photos show, nor where.
        assert!(photo.get("plot").is_none() && photo.get("sha256").is_none(), "{photo}");
        let elsewhere = field.account("xa-khac", Role::CommuneOfficer, &[WEST]).await;
        elsewhere.get(&path).await.expect(404);
        field.account("nguoi-doc", Role::Reader, &[]).await.get(&path).await.expect(403);
        officer.post(&format!("/api/v1/devices/{id}/loss"), &json!({ "since": field.after(0) })).await.expect(200);
        assert_eq!(officer.get(&path).await.expect(200).json(), told, "a lost phone still owes it");
    }

    async fn wrong_codes_from_one_address_are_slowed_and_others_are_not(field: Field) {
        let officer = field.officer().await;
        let id = written(&officer, "máy").await;
        let opened = opened(&officer, &id, &json!({})).await;
        let code = opened["code"].as_str().unwrap().to_owned();
        let from = |address: &str, code: &str| {
            let mut request = Request::get(format!("/enrol/{code}")).body(Body::empty()).unwrap();
            request.headers_mut().insert("x-forwarded-for", address.parse().unwrap());
            request
        };
        let anon = field.anon();
        for _ in 0..60 {
            anon.call(from("203.0.113.7", "0000-0000-0000-0000")).await.expect(404);
        }
        let slowed = anon.call(from("203.0.113.7", &code)).await.expect(429);
        assert!(text(&slowed).contains("Thử lại"));
        anon.call(from("203.0.113.8", &code)).await.expect(200);
        field.clock.advance_millis(61_000);
        anon.call(from("203.0.113.7", &code)).await.expect(200);
    }

    async fn plain_http_from_elsewhere_is_refused_except_in_a_lab(field: Field) {
        let phone = field.phone("máy", &[]).await;
        let config = |pairs: [(&'static str, String); 2]| Config::load(None, pairs.into()).unwrap();
        let data = field.app.config.data.display().to_string();
        let call = async |client: &Client, path: &str, from: &str, proto: Option<&str>| {
            let mut request = Request::get(path).header(header::AUTHORIZATION, format!("Bearer {}", phone.token()));
            if let Some(proto) = proto {
                request = request.header("x-forwarded-proto", proto);
            }
            let from: std::net::SocketAddr = from.parse().unwrap();
            let request = request.extension(ConnectInfo(from)).body(Body::empty()).unwrap();
            client.call(request).await.status.as_u16()
        };
        let (near, far) = ("127.0.0.1:40000", "192.0.2.7:40000");
        let plain = phone.clone();
        assert_eq!(call(&plain, "/api/v1/me", near, None).await, 200);
        for path in ["/api/v1/me", "/t/x?lat=1", "/v1/key/x/projects/1/formList", "/enrol/x", "/pub", "/sign-in"] {
            assert_eq!(call(&plain, path, far, None).await, 403, "{path}");
        }
        assert_eq!(call(&plain, "/healthz", far, None).await, 200);
        let proxied = field.elsewhere_with(&phone, config([("data", data.clone()), ("public_url", "https://tuantra.example".into())]));
        assert_eq!(call(&proxied, "/api/v1/me", near, None).await, 200);
        assert_eq!(call(&proxied, "/api/v1/me", far, Some("https")).await, 200);
        assert_eq!(call(&proxied, "/api/v1/me", far, None).await, 403);
        assert_eq!(call(&proxied, "/api/v1/me", near, Some("http")).await, 403);
        let lab = field.elsewhere_with(&phone, config([("data", data), ("plain_http", "true".into())]));
        assert_eq!(call(&lab, "/api/v1/me", far, None).await, 200);
    }

    async fn secrets_and_enrolments_that_are_edited_in_their_tables_are_found(field: Field) {
        let officer = field.officer().await;
        let id = written(&officer, "máy").await;
        let sheet = sheet_code(&field, &id).await;
        enrolled(&field, &officer, &id, &json!({})).await;
        field.clock.advance_millis(120_000);
        enrolled(&field, &officer, &id, &json!({ "doors": ["api"] })).await;
        // A code that somebody else spent gives nothing once another is opened.
        let other = written(&officer, "máy khác").await;
        let first = opened(&officer, &other, &json!({})).await;
        field.clock.advance_millis(1_000);
        spent(&field, &first["code"]).await;
        field.clock.advance_millis(1_000);
        opened(&officer, &other, &json!({})).await;
        pressed(&field, &sheet).await.expect(404);
        sheet_code(&field, &other).await;
        officer.post(&format!("/api/v1/devices/{other}/held-windows"), &Value::Null).await.expect(201);
        let token = field.app.identity.account_token(&Actor::console(), officer.id, true, Some(9)).await.unwrap();
        field.app.identity.revoke_token(&Actor::console(), token.id).await.unwrap();
        let link = field.app.identity.sign_in_link(&Actor::console(), officer.id).await.unwrap();
        field.app.identity.sign_in_by_link(&link.text).await.unwrap();
        field.settle().await;
        let rows = || async { verify_rows(field.app.journal.store()).await.unwrap() };
        each_is_found(&field, rows, &[
            ("UPDATE identity_tokens SET read_only = 1 - read_only", "UPDATE identity_tokens SET read_only = 1 - read_only", "identity_tokens "),
            ("UPDATE identity_tokens SET expires_at = expires_at + 60000 WHERE door = 'session'", "UPDATE identity_tokens SET expires_at = expires_at - 60000 WHERE door = 'session'", "identity_tokens "),
            ("UPDATE identity_tokens SET holder = (SELECT g.id FROM identity_devices g WHERE g.name = 'máy') WHERE active = 0", "UPDATE identity_tokens SET holder = (SELECT g.id FROM identity_devices g WHERE g.name = 'máy khác') WHERE active = 0", "identity_tokens "),
            ("UPDATE identity_tokens SET active = 1, revoked_at = NULL, label = 'đổi' WHERE active = 0", "UPDATE identity_tokens SET active = 0, revoked_at = created_at + 1000 WHERE label = 'đổi'", "identity_tokens "),
            ("INSERT INTO identity_tokens (id, hash, holder, holder_kind, door, label, read_only, active, created_at) SELECT g.holder, SUBSTR(t.hash, 3), g.holder, 'account', 'api', 'token', 0, 1, t.created_at FROM identity_grants g, identity_tokens t WHERE t.door = 'session' AND g.role = 'provincial_officer'", "DELETE FROM identity_tokens WHERE id = holder", "identity_tokens "),
            ("UPDATE identity_enrolments SET opened_by = device", "UPDATE identity_enrolments SET opened_by = (SELECT a.id FROM identity_accounts a)", "identity_enrolments "),
            ("UPDATE identity_enrolments SET doors = 'api odk' WHERE doors = 'api odk tracker'", "UPDATE identity_enrolments SET doors = 'api odk tracker' WHERE doors = 'api odk'", "identity_enrolments "),
            ("UPDATE identity_enrolments SET spent_at = spent_at + 86400000 WHERE spent_at IS NOT NULL", "UPDATE identity_enrolments SET spent_at = spent_at - 86400000 WHERE spent_at IS NOT NULL", "identity_enrolments "),
            ("UPDATE identity_enrolments SET confirmed_at = expires_at WHERE confirmed_at IS NULL", "UPDATE identity_enrolments SET confirmed_at = NULL WHERE confirmed_at = expires_at", "identity_enrolments "),
            ("UPDATE identity_sheets SET printed_by = device", "UPDATE identity_sheets SET printed_by = (SELECT a.created_by FROM identity_accounts a)", "identity_sheets "),
            ("UPDATE identity_sheets SET void_at = printed_at + 86400000 WHERE void_at IS NULL", "UPDATE identity_sheets SET void_at = NULL WHERE void_at = printed_at + 86400000", "identity_sheets "),
            ("UPDATE identity_held_windows SET expires_at = expires_at + 60000", "UPDATE identity_held_windows SET expires_at = expires_at - 60000", "identity_held_windows "),
        ]).await;
        each_is_found_at_last(&field, rows, &[
            ("UPDATE identity_tokens SET retired_at = NULL WHERE retired_at IS NOT NULL", "identity_tokens "),
            ("UPDATE identity_tokens SET revoked_at = NULL WHERE read_only = 1", "identity_tokens "),
            ("UPDATE identity_tokens SET hash = SUBSTR(hash, 2) WHERE door = 'session'", "identity_tokens "),
            ("DELETE FROM identity_tokens WHERE door = 'sign_in'", "entry "),
            ("DELETE FROM identity_tokens WHERE door = 'odk' AND active = 0", "identity_tokens "),
            ("DELETE FROM identity_enrolments WHERE confirmed_at IS NOT NULL", "entry "),
            ("DELETE FROM identity_sheets WHERE void_at IS NULL", "entry "),
            ("DELETE FROM identity_held_windows", "identity_held_windows "),
        ]).await;
    }
}
