//! Accounts, devices, secrets: who gets in, and for how long.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, header};
use futures::future::join_all;
use serde_json::json;
use tokio::sync::Notify;
use tuantra::base::actor::{Door, Role};
use tuantra::base::time::Clock;
use tuantra::store::Error;

on_both! {
    async fn a_wrong_or_missing_token_is_answered_401(field: Field) {
        assert_eq!(field.anon().get("/api/v1/me").await.expect(401).problem(), "unauthenticated");
        let wrong = field.with_token("wrong".into(), field.new_id());
        wrong.get("/api/v1/me").await.expect(401);
    }

    async fn a_trackers_secret_opens_no_other_door(field: Field) {
        let device = field.device("Tổ 01 – máy A", &[]).await;
        field.door(device, Door::Tracker).await.get("/api/v1/me").await.expect(401);
        field.door(device, Door::Odk).await.get("/api/v1/me").await.expect(401);
        field.door(device, Door::Api).await.get("/api/v1/me").await.expect(200);
    }

    async fn a_phone_is_enrolled_by_a_code_and_a_matched_number(field: Field) {
        let officer = field.officer().await;
        let device = officer.post("/api/v1/devices", &json!({ "name": "Tổ 02 – máy A" })).await.expect(201).json();
        let id = device["id"].as_str().unwrap();
        let opened = officer.post(&format!("/api/v1/devices/{id}/enrolment"), &json!({})).await.expect(201).json();
        let path = format!("/enrol/{}", opened["code"].as_str().unwrap());
        let enrolled = field.anon().post(&path, &json!({})).await.expect(201).json();
        field.anon().post(&path, &json!({})).await.expect(404);
        let phone = field.with_token(enrolled["api_token"].as_str().unwrap().into(), field.new_id());
        phone.get("/api/v1/me").await.expect(401);
        let confirm = format!("/api/v1/devices/{id}/enrolment/confirm");
        let number = enrolled["number"].as_i64().unwrap();
        let other = if number == 10 { 11 } else { 10 };
        officer.post(&confirm, &json!({ "number": other })).await.expect(409);
        officer.post(&confirm, &json!({ "number": number })).await.expect(204);
        let me = phone.get("/api/v1/me").await.expect(200).json();
        assert_eq!(me["kind"], "device");
        assert!(!me["name"].as_str().unwrap().is_empty());
    }

    async fn an_enrolment_code_dies_after_fifteen_minutes(field: Field) {
        let officer = field.officer().await;
        let device = officer.post("/api/v1/devices", &json!({ "name": "máy" })).await.expect(201).json();
        let path = format!("/api/v1/devices/{}/enrolment", device["id"].as_str().unwrap());
        let opened = officer.post(&path, &json!({})).await.expect(201).json();
        field.clock.advance_millis(15 * 60 * 1000 + 1);
        let path = format!("/enrol/{}", opened["code"].as_str().unwrap());
        field.anon().post(&path, &json!({})).await.expect(404);
    }

    async fn a_revoked_device_is_shut_out_at_once(field: Field) {
        let officer = field.officer().await;
        let phone = field.phone("máy mất", &[]).await;
        phone.get("/api/v1/me").await.expect(200);
        officer.delete(&format!("/api/v1/devices/{}", phone.id)).await.expect(204);
        phone.get("/api/v1/me").await.expect(401);
    }

    async fn a_commune_officer_keeps_only_devices_of_the_own_commune(field: Field) {
        let own = field.account("xa-a", Role::CommuneOfficer, &["99001"]).await;
        let foreign = field.phone("máy xã B", &["99002"]).await;
        own.post("/api/v1/devices", &json!({ "name": "máy A", "communes": ["99001"] })).await.expect(201);
        own.post("/api/v1/devices", &json!({ "name": "máy B", "communes": ["99002"] })).await.expect(403);
        own.post("/api/v1/devices", &json!({ "name": "máy tỉnh" })).await.expect(403);
        let refused = own.delete(&format!("/api/v1/devices/{}", foreign.id)).await.expect(404);
        let unknown = own.delete(&format!("/api/v1/devices/{}", field.new_id())).await.expect(404);
        assert_eq!(refused.problem(), unknown.problem());
        assert_eq!(own.get("/api/v1/devices").await.expect(200).json().as_array().unwrap().len(), 1);
    }

    async fn roles_of_an_account_are_shown_replaced_and_end_by_themselves(field: Field) {
        let officer = field.officer().await;
        let changed = field.account("doi-viec", Role::CommuneOfficer, &["99002", "99001"]).await;
        let shown = async || {
            let list = officer.get("/api/v1/accounts").await.expect(200).json();
            list.as_array().unwrap().iter().find(|own| own["login"] == "doi-viec").unwrap().clone()
        };
        assert_eq!(shown().await["grants"], json!([{ "role": "commune_officer", "communes": ["99001", "99002"], "until": null }]));
        let grants = format!("/api/v1/holders/{}/grants", changed.id);
        let today = field.clock.now().local_date();
        let late = json!([{ "role": "reader" }, { "role": "reader", "until": today.plus_days(-1) }]);
        let refused = officer.put(&grants, &late).await.expect(422).json();
        assert_eq!(refused["fields"][0]["pointer"], "/1/until");
        let last = today.plus_days(1);
        officer.put(&grants, &json!([{ "role": "auditor" }, { "role": "reader", "communes": ["99001"], "until": last }])).await.expect(204);
        assert_eq!(shown().await["grants"], json!([
            { "role": "auditor", "communes": [], "until": null },
            { "role": "reader", "communes": ["99001"], "until": last },
        ]));
        officer.put(&grants, &json!([{ "role": "reader", "until": last }])).await.expect(204);
        let rights = async || changed.get("/api/v1/me").await.expect(200).json()["rights"].as_array().unwrap().len();
        field.clock.advance_millis(last.end().since(field.clock.now()));
        assert!(rights().await > 0);
        field.clock.advance_millis(2000);
        assert_eq!(rights().await, 0);
        assert_eq!(shown().await["grants"], json!([]));
    }

    async fn an_account_works_for_another_organisation_from_then_on(field: Field) {
        let officer = field.officer().await;
        let moved = field.account("chuyen-don-vi", Role::PostOfficer, &[]).await;
        let org = officer.post("/api/v1/orgs", &json!({ "name": "Đồn mới", "kind": "don_bien_phong" })).await.expect(201).json()["id"].clone();
        let path = format!("/api/v1/accounts/{}/org", moved.id);
        officer.put(&path, &json!({ "org": org })).await.expect(204);
        assert_eq!(moved.get("/api/v1/me").await.expect(200).json()["org"], org);
        let refused = officer.put(&path, &json!({ "org": field.new_id() })).await.expect(422).json();
        assert_eq!(refused["fields"][0]["pointer"], "/org");
        officer.put(&path, &json!({ "org": null })).await.expect(204);
        assert_eq!(moved.get("/api/v1/me").await.expect(200).json()["org"], json!(null));
        officer.delete(&format!("/api/v1/accounts/{}", moved.id)).await.expect(204);
        officer.put(&path, &json!({ "org": org })).await.expect(404);
    }

    async fn a_session_opens_with_the_password_and_changes_nothing_from_elsewhere(field: Field) {
        let officer = field.officer().await;
        let account = json!({ "login": "truc-ban", "role": "admin", "password": "đúng mười ký tự" });
        officer.post("/api/v1/accounts", &account).await.expect(201);
        let anon = field.anon();
        let wrong = json!({ "login": "truc-ban", "password": "sai" });
        assert_eq!(anon.post("/api/v1/session", &wrong).await.expect(401).problem(), "unauthenticated");
        let right = json!({ "login": "truc-ban", "password": "đúng mười ký tự" });
        let opened = anon.post("/api/v1/session", &right).await.expect(204);
        let cookie = opened.headers[header::SET_COOKIE].to_str().unwrap().to_owned();
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"), "{cookie}");
        let shown = cookie.split(';').next().unwrap().to_owned();
        let request = |site: Option<&str>| {
            let mut request = Request::post("/api/v1/orgs").header(header::COOKIE, &shown).header(header::CONTENT_TYPE, "application/json");
            if let Some(site) = site {
                request = request.header("sec-fetch-site", site);
            }
            request.body(Body::from(json!({ "name": "Đồn A", "kind": "don_bien_phong" }).to_string())).unwrap()
        };
        anon.call(request(Some("cross-site"))).await.expect(403);
        anon.call(request(None)).await.expect(403);
        anon.call(request(Some("same-origin"))).await.expect(201);
    }

    async fn guessing_passwords_is_slowed_without_telling_who_exists(field: Field) {
        let anon = field.anon();
        for _ in 0..5 {
            let guess = json!({ "login": "ai-do", "password": "đoán mò" });
            anon.post("/api/v1/session", &guess).await.expect(401);
        }
        let guess = json!({ "login": "ai-do", "password": "đoán mò" });
        assert_eq!(anon.post("/api/v1/session", &guess).await.expect(429).problem(), "too-many-requests");
        field.clock.advance_millis(61_000);
        anon.post("/api/v1/session", &guess).await.expect(401);
    }

    async fn a_login_longer_than_any_is_not_remembered(field: Field) {
        let anon = field.anon();
        let long = json!({ "login": "x".repeat(100_000), "password": "đoán mò" });
        let wordy = json!({ "login": "ai-do", "password": "x".repeat(100_000) });
        // One that is remembered is slowed from the sixth on.
        for _ in 0..8 {
            anon.post("/api/v1/session", &long).await.expect(401);
            anon.post("/api/v1/session", &wordy).await.expect(401);
        }
    }

    async fn a_flood_of_guesses_waits_in_a_short_line(field: Field) {
        let officer = field.officer().await;
        let account = json!({ "login": "truc-ban", "role": "admin", "password": "đúng mười ký tự" });
        officer.post("/api/v1/accounts", &account).await.expect(201);
        let anon = field.anon();
        let guesses: Vec<_> = (0..100).map(|n| json!({ "login": format!("ai-do-{n}"), "password": "đoán mò" })).collect();
        let answers = join_all(guesses.iter().map(|guess| anon.post("/api/v1/session", guess))).await;
        let of = |status: u16| answers.iter().filter(|answer| answer.status.as_u16() == status).count();
        assert_eq!(of(401) + of(503), 100);
        assert!(of(401) >= 32 && of(503) > 0, "{} and {}", of(401), of(503));
        let right = json!({ "login": "truc-ban", "password": "đúng mười ký tự" });
        anon.post("/api/v1/session", &right).await.expect(204);
    }

    async fn guesses_that_come_at_once_do_not_all_pass(field: Field) {
        let anon = field.anon();
        let guess = json!({ "login": "ai-do", "password": "đoán mò" });
        let answers = join_all((0..20).map(|_| anon.post("/api/v1/session", &guess))).await;
        let failed = answers.iter().filter(|answer| answer.status == 401).count();
        assert!((5..=6).contains(&failed), "{failed}");
        assert!(answers.iter().all(|answer| [401, 429].contains(&answer.status.as_u16())));
    }

    async fn guesses_from_one_address_keep_nobody_out_who_comes_from_another(field: Field) {
        let officer = field.officer().await;
        let right = "đúng mười ký tự";
        let account = json!({ "login": "truc-ban", "role": "admin", "password": right });
        officer.post("/api/v1/accounts", &account).await.expect(201);
        let from = async |address: &str, password: &str| {
            let body = json!({ "login": "truc-ban", "password": password }).to_string();
            let request = Request::post("/api/v1/session").header("x-forwarded-for", address).header(header::CONTENT_TYPE, "application/json");
            field.anon().call(request.body(Body::from(body)).unwrap()).await.status.as_u16()
        };
        for _ in 0..5 {
            assert_eq!(from("198.51.100.7", "đoán mò").await, 401);
        }
        assert_eq!(from("198.51.100.7", right).await, 429);
        assert_eq!(from("203.0.113.9", right).await, 204);
        // Whoever has a whole net of addresses is slowed too.
        for number in 0..95 {
            assert_eq!(from(&format!("192.0.2.{number}"), "đoán mò").await, 401);
        }
        assert_eq!(from("203.0.113.10", "đoán mò").await, 429);
        field.clock.advance_millis(61_000);
        assert_eq!(from("203.0.113.10", right).await, 204);
    }

    async fn a_made_up_link_is_refused_while_another_writes(field: Field) {
        let gate = Arc::new((Notify::new(), Notify::new()));
        let (store, own) = (field.app.journal.store().clone(), Arc::clone(&gate));
        let writer = tokio::spawn(async move {
            store.write(own, |_, gate| Box::pin(async move {
                gate.0.notify_one();
                gate.1.notified().await;
                Ok::<_, Error>(())
            })).await
        });
        gate.0.notified().await;
        let guess = Request::post("/sign-in/khong-co").body(Body::empty()).unwrap();
        let answer = tokio::time::timeout(Duration::from_secs(30), field.anon().call(guess)).await;
        gate.1.notify_one();
        answer.expect("it waits for nobody who writes").expect(404);
        writer.await.unwrap().unwrap();
    }

    async fn a_read_only_token_writes_nothing_and_ends(field: Field) {
        let officer = field.officer().await;
        let made = officer.post(&format!("/api/v1/accounts/{}/tokens", officer.id), &json!({ "read_only": true, "days": 2 })).await.expect(201).json();
        let reader = field.with_token(made["token"].as_str().unwrap().into(), officer.id);
        reader.get("/api/v1/accounts").await.expect(403);
        reader.post("/api/v1/orgs", &json!({ "name": "x", "kind": "so" })).await.expect(403);
        field.clock.advance_millis(3 * 86_400_000);
        reader.get("/api/v1/me").await.expect(401);
    }

    async fn secrets_are_listed_with_their_last_use_and_never_shown_again(field: Field) {
        let officer = field.officer().await;
        officer.get("/api/v1/me").await.expect(200);
        field.app.identity.flush_last_used().await.unwrap();
        let listed = officer.get("/api/v1/tokens").await.expect(200);
        assert!(!String::from_utf8_lossy(&listed.bytes).contains(officer.token()));
        assert!(listed.json()[0]["last_used_at"].is_string());
    }
}
