//! Rows of organisations, accounts, devices and roles against their entries.

use serde_json::{Value, json};
use tuantra::base::actor::Role;
use tuantra::identity::verify_rows;

use super::rows::{each_is_found, each_is_found_at_last};
use crate::field::{Client, Field};
use crate::plots::WEST;

async fn said(field: &Field, kind: &str) -> Vec<Value> {
    field.app.journal.sequence_all().await.unwrap();
    let entries = field.app.journal.entries_since(-1, 5_000).await.unwrap();
    let mut tx = field.app.journal.store().read().await.unwrap();
    let mut all = Vec::new();
    for entry in entries.iter().filter(|entry| entry.kind == kind) {
        let stored = field.app.journal.entry(&mut tx, entry.id).await.unwrap();
        all.push(serde_json::from_slice(&stored.unwrap().body.unwrap()).unwrap());
    }
    all
}

/// Two organisations with a team, an account that moved and has a password, one that was closed, and a revoked device.
async fn staff(field: &Field, officer: &Client) -> Client {
    let org = json!({ "name": "Đồn A", "kind": "don_bien_phong" });
    let org = officer.post("/api/v1/orgs", &org).await.expect(201).json();
    let other = json!({ "name": "Công an xã", "kind": "cong_an_xa" });
    let other = officer
        .post("/api/v1/orgs", &other)
        .await
        .expect(201)
        .json();
    let team = json!({ "name": "Tổ 1", "org": org["id"] });
    let team = officer
        .post("/api/v1/teams", &team)
        .await
        .expect(201)
        .json();
    let account = json!({ "login": "truc-ban", "role": "reader", "org": other["id"], "password": "đúng mười ký tự" });
    let account = officer
        .post("/api/v1/accounts", &account)
        .await
        .expect(201)
        .json();
    let account = account["id"].as_str().unwrap().to_owned();
    field.clock.advance_millis(120_000);
    officer
        .put(
            &format!("/api/v1/accounts/{account}/org"),
            &json!({ "org": org["id"] }),
        )
        .await
        .expect(204);
    let password = json!({ "password": "mười hai ký tự" });
    officer
        .put(&format!("/api/v1/accounts/{account}/password"), &password)
        .await
        .expect(204);
    let closed = field.account("nghi-viec", Role::Auditor, &[]).await;
    officer
        .delete(&format!("/api/v1/accounts/{}", closed.id))
        .await
        .expect(204);
    let device =
        json!({ "name": "máy 1", "team": team["id"], "maker": "samsung", "communes": [WEST] });
    officer.post("/api/v1/devices", &device).await.expect(201);
    let lost = field.phone("máy 2", &[WEST]).await;
    officer
        .delete(&format!("/api/v1/devices/{}", lost.id))
        .await
        .expect(204);
    field
        .account("doi-viec", Role::CommuneOfficer, &["10001", "10002"])
        .await
}

on_both! {
    async fn people_and_devices_that_are_edited_in_their_tables_are_found(field: Field) {
        crate::plots::load_communes(&field).await;
        let officer = field.officer().await;
        staff(&field, &officer).await;
        field.settle().await;
        let rows = || async { verify_rows(field.app.journal.store()).await.unwrap() };
        each_is_found(&field, rows, &[
            ("UPDATE identity_orgs SET name = 'Đồn B' WHERE name = 'Đồn A'", "UPDATE identity_orgs SET name = 'Đồn A' WHERE name = 'Đồn B'", "identity_orgs "),
            ("UPDATE identity_orgs SET kind = 'tram' WHERE name = 'Đơn vị dự bị'", "UPDATE identity_orgs SET kind = 'cong_an_tinh' WHERE name = 'Đơn vị dự bị'", "identity_orgs "),
            ("INSERT INTO identity_orgs (id, name, kind, created_at) SELECT id, 'ma', 'tram', created_at FROM identity_teams WHERE name = 'Tổ 1'", "DELETE FROM identity_orgs WHERE name = 'ma'", "identity_orgs "),
            ("UPDATE identity_teams SET name = 'Tổ 9' WHERE name = 'Tổ 1'", "UPDATE identity_teams SET name = 'Tổ 1' WHERE name = 'Tổ 9'", "identity_teams "),
            ("UPDATE identity_accounts SET login = 'khac' WHERE login = 'truc-ban'", "UPDATE identity_accounts SET login = 'truc-ban' WHERE login = 'khac'", "identity_accounts "),
            ("UPDATE identity_accounts SET org = (SELECT id FROM identity_orgs WHERE name = 'Công an xã') WHERE login = 'truc-ban'", "UPDATE identity_accounts SET org = (SELECT id FROM identity_orgs WHERE name = 'Đồn A') WHERE login = 'truc-ban'", "identity_accounts "),
            ("UPDATE identity_accounts SET password_hash = password_hash || '0' WHERE login = 'truc-ban'", "UPDATE identity_accounts SET password_hash = SUBSTR(password_hash, 1, LENGTH(password_hash) - 1) WHERE login = 'truc-ban'", "identity_accounts "),
            ("UPDATE identity_accounts SET password_hash = 'x' WHERE login = 'doi-viec'", "UPDATE identity_accounts SET password_hash = NULL WHERE login = 'doi-viec'", "identity_accounts "),
            ("UPDATE identity_accounts SET created_by = id WHERE login = 'doi-viec'", "UPDATE identity_accounts SET created_by = (SELECT created_by FROM identity_accounts WHERE login = 'nghi-viec') WHERE login = 'doi-viec'", "identity_accounts "),
            ("UPDATE identity_accounts SET disabled_at = created_at WHERE login = 'doi-viec'", "UPDATE identity_accounts SET disabled_at = NULL WHERE login = 'doi-viec'", "identity_accounts "),
            ("INSERT INTO identity_accounts (id, login, created_by, created_at) SELECT id, 'ma', id, created_at FROM identity_orgs WHERE name = 'Đồn A'", "DELETE FROM identity_accounts WHERE login = 'ma'", "identity_accounts "),
            ("UPDATE identity_devices SET name = 'máy 9' WHERE name = 'máy 1'", "UPDATE identity_devices SET name = 'máy 1' WHERE name = 'máy 9'", "identity_devices "),
            ("UPDATE identity_devices SET maker = NULL WHERE name = 'máy 1'", "UPDATE identity_devices SET maker = 'samsung' WHERE name = 'máy 1'", "identity_devices "),
            ("UPDATE identity_devices SET team = (SELECT id FROM identity_teams WHERE name = 'Tổ dự bị') WHERE name = 'máy 1'", "UPDATE identity_devices SET team = (SELECT id FROM identity_teams WHERE name = 'Tổ 1') WHERE name = 'máy 1'", "identity_devices "),
            ("UPDATE identity_devices SET revoked_at = created_at WHERE name = 'máy 1'", "UPDATE identity_devices SET revoked_at = NULL WHERE name = 'máy 1'", "identity_devices "),
        ]).await;
        each_is_found_at_last(&field, rows, &[
            ("UPDATE identity_accounts SET disabled_at = NULL WHERE login = 'nghi-viec'", "identity_accounts "),
            ("UPDATE identity_devices SET revoked_at = NULL WHERE name = 'máy 2'", "identity_devices "),
            ("DELETE FROM identity_accounts WHERE login = 'nghi-viec'", "entry "),
            ("DELETE FROM identity_tokens WHERE holder = (SELECT id FROM identity_devices WHERE name = 'máy 2')", "entry "),
            ("DELETE FROM identity_devices WHERE name = 'máy 2'", "entry "),
        ]).await;
    }

    async fn roles_that_are_given_lengthened_or_taken_in_their_table_are_found(field: Field) {
        let officer = field.officer().await;
        let changed = staff(&field, &officer).await;
        field.clock.advance_millis(120_000);
        let last = field.app.journal.now().local_date().plus_days(3);
        let grants = format!("/api/v1/holders/{}/grants", changed.id);
        officer.put(&grants, &json!([{ "role": "auditor" }, { "role": "reader", "communes": [WEST], "until": last }])).await.expect(204);
        field.settle().await;
        let rows = || async { verify_rows(field.app.journal.store()).await.unwrap() };
        each_is_found(&field, rows, &[
            ("UPDATE identity_grants SET valid_to = valid_from + 3600000 WHERE role = 'provincial_officer'", "UPDATE identity_grants SET valid_to = NULL WHERE role = 'provincial_officer'", "identity_grants "),
            ("UPDATE identity_grants SET valid_to = valid_to + 86400000 WHERE role = 'commune_officer'", "UPDATE identity_grants SET valid_to = valid_to - 86400000 WHERE role = 'commune_officer'", "identity_grants "),
            ("UPDATE identity_grants SET valid_to = valid_to + 86400000 WHERE role = 'reader' AND commune IS NOT NULL", "UPDATE identity_grants SET valid_to = valid_to - 86400000 WHERE role = 'reader' AND commune IS NOT NULL", "identity_grants "),
            ("INSERT INTO identity_grants (id, holder, role, valid_from, given_by) SELECT id, id, 'provincial_officer', created_at, created_by FROM identity_accounts WHERE login = 'truc-ban'", "DELETE FROM identity_grants WHERE id = holder", "identity_grants "),
        ]).await;
        // To take every role away is an entry too.
        field.clock.advance_millis(120_000);
        officer.put(&grants, &json!([])).await.expect(204);
        let told = said(&field, "grant").await.pop().unwrap();
        assert_eq!((&told["holder"], &told["ended"]), (&json!(changed.id), &json!(2)), "{told}");
        assert_eq!(rows().await.faults, []);
        each_is_found_at_last(&field, rows, &[
            ("UPDATE identity_grants SET valid_to = NULL WHERE role = 'auditor' AND valid_from > (SELECT created_at FROM identity_accounts WHERE login = 'doi-viec')", "identity_grants "),
            ("DELETE FROM identity_grants WHERE role = 'commune_officer' AND commune = '10002'", "entry "),
        ]).await;
    }
}
