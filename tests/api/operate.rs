//! What operators rely on: health, problems for every refusal, the checked-in contract.

use std::time::{Duration, Instant};

use axum::body::Body;
use axum::http::{Method, Request, header};
use serde_json::json;
use tuantra::on;
use tuantra::store::{Error, Tx};

async fn entries(tx: &mut Tx) -> Result<i64, Error> {
    const COUNT: &str = "SELECT COUNT(*) FROM journal_entries";
    on!(tx, |c| sqlx::query_scalar(COUNT).fetch_one(c))
}

on_both! {
    async fn whoever_reads_long_makes_the_chores_hold_up_nobody_who_writes(field: Field) {
        let store = field.app.journal.store();
        let mut reader = store.snapshot().await.unwrap();
        let before = entries(&mut reader).await.unwrap();
        // What was written since cannot be taken out of the log before the reader is done.
        field.device("máy 1", &[]).await;
        let begun = Instant::now();
        let writing = async {
            tokio::time::sleep(Duration::from_millis(50)).await;
            field.device("máy 2", &[]).await;
            begun.elapsed()
        };
        let (swept, took) = tokio::join!(store.sweep_in_passing(), writing);
        swept.unwrap();
        // With the patience of other connections it would be kept for ten seconds.
        assert!(took < Duration::from_secs(9), "{took:?}");
        assert_eq!(entries(&mut reader).await.unwrap(), before, "it reads what it began to read");
    }

    async fn a_server_is_ready_only_when_its_database_keeps_what_it_acknowledges(field: Field) {
        let anon = field.anon();
        assert_eq!(anon.get("/healthz").await.expect(200).json()["status"], "ok");
        let ready = anon.get("/readyz").await;
        if field.app.journal.store().engine() == "sqlite" {
            assert_eq!(ready.expect(200).json()["status"], "ready");
        } else {
            // The run's throwaway cluster has fsync off, which is what readiness must notice.
            let refused = ready.expect(503).json();
            assert_eq!(refused["detail"], "PostgreSQL runs with fsync = off");
        }
    }

    async fn every_refusal_is_a_problem(field: Field) {
        let officer = field.officer().await;
        assert_eq!(officer.get("/nowhere").await.expect(404).problem(), "not-found");
        assert_eq!(officer.post("/healthz", &json!({})).await.expect(405).problem(), "method-not-allowed");
        let orgs = "/api/v1/orgs";
        let large = Body::from(vec![b' '; 5 * 1024 * 1024]);
        assert_eq!(officer.send(Method::POST, orgs, Some("application/json"), large).await.expect(413).problem(), "too-large");
        let text = officer.send(Method::POST, orgs, Some("text/plain"), Body::from("{}")).await;
        assert_eq!(text.expect(415).problem(), "unsupported-type");
        let cut = officer.send(Method::POST, orgs, Some("application/json"), Body::from("{\"name\":")).await;
        assert_eq!(cut.expect(400).problem(), "malformed-body");
        let typed = officer.post(orgs, &json!({ "name": "Đồn A", "kind": 7 })).await.expect(422);
        assert_eq!(typed.problem(), "invalid-content");
        assert_eq!(typed.pointers(), ["/kind"]);
        let unknown = officer.get("/api/v1/journal/entries?limt=3").await.expect(400);
        assert_eq!(unknown.problem(), "invalid-parameter");
    }

    async fn a_link_that_was_spent_is_told_in_words_to_a_browser(field: Field) {
        let anon = field.anon();
        let spend = |accept: &'static str| {
            let request = Request::post("/sign-in/khong-con").header(header::ACCEPT, accept);
            anon.call(request.header("sec-fetch-site", "same-origin").body(Body::empty()).unwrap())
        };
        let page = spend("text/html,*/*;q=0.8").await.expect(404);
        assert!(page.headers["content-type"].to_str().unwrap().starts_with("text/html"));
        assert!(String::from_utf8_lossy(&page.bytes).contains("Liên kết không còn dùng được"));
        assert_eq!(spend("*/*").await.expect(404).problem(), "not-found");
    }

    async fn answers_carry_safe_headers(field: Field) {
        let page = field.anon().get("/sign-in").await.expect(200);
        assert_eq!(page.headers["x-content-type-options"], "nosniff");
        assert_eq!(page.headers["cache-control"], "no-store");
        assert!(page.headers["content-security-policy"].to_str().unwrap().starts_with("default-src 'none'"));
    }
}

#[test]
fn the_checked_in_contract_is_what_the_server_serves() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/openapi.json");
    let served = tuantra::server::openapi_json();
    if std::env::var_os("TUANTRA_BLESS").is_some() {
        std::fs::create_dir_all(concat!(env!("CARGO_MANIFEST_DIR"), "/docs")).unwrap();
        std::fs::write(path, &served).unwrap();
    }
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        kept == served,
        "docs/openapi.json differs from the server's document: run `make bless`"
    );
}

#[test]
fn every_reference_of_the_contract_leads_somewhere_and_every_operation_tells_refusals() {
    let text = tuantra::server::openapi_json();
    let document: serde_json::Value = serde_json::from_str(&text).unwrap();
    let mut references = 0;
    for part in text.split("\"$ref\": \"#").skip(1) {
        let pointer = part.split('"').next().unwrap();
        assert!(document.pointer(pointer).is_some(), "{pointer}");
        references += 1;
    }
    assert!(references > 100);
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            assert!(
                operation["responses"]["default"].is_object(),
                "{method} {path}"
            );
        }
    }
}
