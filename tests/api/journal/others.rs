//! Rows of areas, rights, keys, reports, papers and rules against their entries.

use std::io::Cursor;

use axum::body::Body;
use axum::http::Method;
use serde_json::json;
use tuantra::base::actor::{Actor, Role};
use tuantra::ingest::papers;
use tuantra::journal::audit;
use tuantra::{areas, identity, reports};

use super::rows::{each_is_found, each_is_found_at_last};
use crate::papers::paper_of;
use crate::plots::{WEST, load_communes, plot_at};
use crate::signed::Signer;

on_both! {
    async fn rows_of_areas_that_are_edited_in_their_tables_are_found(field: Field) {
        load_communes(&field).await;
        let officer = field.officer().await;
        let area = |level: &str, from: &str| json!({
            "type": "Feature",
            "properties": { "name": "Khe Đá", "level": level, "basis": "history", "crop": "opium_poppy", "valid_from": from, "reason": "tin báo" },
            "geometry": { "type": "Polygon", "coordinates": [[[104.02, 22.02], [104.04, 22.02], [104.04, 22.04], [104.02, 22.04], [104.02, 22.02]]] },
        });
        officer.put("/api/v1/risk-areas/R-1", &area("high", "2026-01-01")).await.expect(201);
        officer.put("/api/v1/risk-areas/R-1", &area("low", "2026-03-01")).await.expect(201);
        let gate = json!({ "type": "FeatureCollection", "features": [{ "type": "Feature",
            "properties": { "name": "Cửa khẩu Mẫu", "type": "phụ", "commune_code": WEST, "accuracy_m": 400 },
            "geometry": { "type": "Point", "coordinates": [104.05, 22.1] } }] });
        let input = Cursor::new(gate.to_string().into_bytes());
        field.app.areas.import_gates(&Actor::console(), input, false).await.unwrap();
        let hamlet = json!({ "type": "FeatureCollection", "features": [{ "type": "Feature",
            "properties": { "name": "Bản Nậm Đeng", "commune": WEST, "former_names": "Nậm Đeng cũ" },
            "geometry": { "type": "Point", "coordinates": [104.15, 22.05] } }] });
        let input = Cursor::new(hamlet.to_string().into_bytes());
        field.app.areas.import_hamlets(&Actor::console(), input, false).await.unwrap();
        field.settle().await;
        let rows = || async { areas::verify_rows(field.app.journal.store()).await.unwrap() };
        each_is_found(&field, rows, &[
            ("UPDATE area_boundaries SET valid_from = valid_from - 30", "UPDATE area_boundaries SET valid_from = valid_from + 30", "area_boundaries "),
            ("UPDATE area_boundaries SET valid_to = valid_from + 30", "UPDATE area_boundaries SET valid_to = NULL", "area_boundaries "),
            ("UPDATE area_risk_areas SET level = 'medium' WHERE version = 1", "UPDATE area_risk_areas SET level = 'high' WHERE version = 1", "area_risk_areas "),
            ("UPDATE area_risk_areas SET required_visits = required_visits + 1", "UPDATE area_risk_areas SET required_visits = required_visits - 1", "area_risk_areas "),
            ("UPDATE area_risk_areas SET reason = 'khác'", "UPDATE area_risk_areas SET reason = 'tin báo'", "area_risk_areas "),
            ("UPDATE area_risk_areas SET superseded_from = superseded_from + 9 WHERE version = 1", "UPDATE area_risk_areas SET superseded_from = superseded_from - 9 WHERE version = 1", "area_risk_areas "),
            ("UPDATE area_risk_areas SET version = version + 10", "UPDATE area_risk_areas SET version = version - 10", "area_risk_areas "),
            ("UPDATE area_risk_areas SET area_m2 = area_m2 + 1000", "UPDATE area_risk_areas SET area_m2 = area_m2 - 1000", "area_risk_areas "),
            ("UPDATE area_boundaries SET area_m2 = area_m2 + 1000000", "UPDATE area_boundaries SET area_m2 = area_m2 - 1000000", "area_boundaries "),
            ("UPDATE area_boundaries SET vertices = vertices + 1", "UPDATE area_boundaries SET vertices = vertices - 1", "area_boundaries "),
            ("UPDATE area_boundaries SET former_names = '[\"Khác\"]'", "UPDATE area_boundaries SET former_names = '[]'", "area_boundaries "),
            ("UPDATE area_gates SET lat = lat + 0.5", "UPDATE area_gates SET lat = 22.1", "area_gates "),
            ("UPDATE area_hamlets SET former_names = '[]'", "UPDATE area_hamlets SET former_names = '[\"Nậm Đeng cũ\"]'", "area_hamlets "),
            ("UPDATE area_boundaries SET name = name || '.'", "UPDATE area_boundaries SET name = SUBSTR(name, 1, LENGTH(name) - 1)", "area_boundaries "),
        ]).await;
        each_is_found_at_last(&field, rows, &[
            ("UPDATE area_boundaries SET is_border = 1 - COALESCE(is_border, 0) WHERE code = '10001'", "area_boundaries "),
            ("UPDATE area_boundaries SET province_name = 'Khác' WHERE code <> '10001'", "area_boundaries "),
            ("DELETE FROM area_gates", "entry "),
            ("DELETE FROM area_hamlets", "entry "),
        ]).await;
    }

    async fn rights_and_keys_that_are_edited_in_their_tables_are_found(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy 1", &[WEST]).await;
        field.account("xa-tay", Role::CommuneOfficer, &[WEST]).await;
        Signer::confirmed(&field, &phone).await;
        field.settle().await;
        let rows = || async { identity::verify_rows(field.app.journal.store()).await.unwrap() };
        each_is_found(&field, rows, &[
            ("UPDATE identity_grants SET role = 'provincial_officer' WHERE role = 'commune_officer'",
                "UPDATE identity_grants SET role = 'commune_officer' WHERE role = 'provincial_officer' AND commune IS NOT NULL", "identity_grants "),
            ("UPDATE identity_grants SET commune = '00001' WHERE role = 'commune_officer'",
                "UPDATE identity_grants SET commune = '10001' WHERE role = 'commune_officer'", "identity_grants "),
            ("UPDATE identity_grants SET valid_from = valid_from - 86400000", "UPDATE identity_grants SET valid_from = valid_from + 86400000", "identity_grants "),
            ("UPDATE identity_device_keys SET confirmed_by = device", "UPDATE identity_device_keys SET confirmed_by = (SELECT g.holder FROM identity_grants g WHERE g.role = 'provincial_officer' AND g.commune IS NULL)", "identity_device_keys "),
            ("UPDATE identity_device_keys SET confirmed_at = confirmed_at + 86400000", "UPDATE identity_device_keys SET confirmed_at = confirmed_at - 86400000", "identity_device_keys "),
            ("UPDATE identity_device_keys SET proposed_at = proposed_at - 86400000", "UPDATE identity_device_keys SET proposed_at = proposed_at + 86400000", "identity_device_keys "),
        ]).await;
        super::by_hand(&field, "UPDATE identity_device_keys SET confirmed_at = NULL, confirmed_by = NULL").await;
        let told = rows().await.faults[0].to_string();
        assert!(told.starts_with("identity_device_keys ") && told.ends_with("the entries of the log say"), "{told}");
    }

    async fn reports_papers_and_rules_that_are_edited_in_their_tables_are_found(field: Field) {
        load_communes(&field).await;
        let clerk = field.account("xa-tay", Role::CommuneOfficer, &[WEST]).await;
        let officer = field.officer().await;
        let scan: &[u8] = b"%PDF-1.4 bien ban";
        let paper = format!("/api/v1/papers/{}", field.new_id());
        clerk.put(&paper, &paper_of(WEST, scan)).await.expect(201);
        let bytes = Body::from(scan.to_vec());
        clerk.send(Method::PUT, &format!("{paper}/scan"), Some("application/octet-stream"), bytes).await.expect(201);
        let facts = json!({ "facts": [{ "kind": "plot", "id": field.new_id(), "body": plot_at(104.3, 22.4) }] });
        clerk.post(&format!("{paper}/facts"), &facts).await.expect(200);
        clerk.post(&format!("{paper}/retraction"), &json!({ "reason": "nhầm biên bản" })).await.expect(201);
        let nothing = format!("/api/v1/reports/nothing/{WEST}/2025");
        clerk.put(&nothing, &json!({ "note": "đã rà soát" })).await.expect(201);
        officer.post("/api/v1/reports/runs", &json!({ "form": "b01", "period": "2026" })).await.expect(201);
        let mut rules = officer.get("/api/v1/evidence/screens").await.expect(200).json()[0]["definition"].clone();
        (rules["version"], rules["answer_days"]) = (json!(2), json!(1));
        officer.post("/api/v1/evidence/screens", &json!({ "definition": rules, "reason": "mùa cao điểm" })).await.expect(201);
        field.settle().await;
        let store = field.app.journal.store();
        let rows = || async { reports::verify_rows(store).await.unwrap() };
        each_is_found(&field, rows, &[
            ("UPDATE report_runs SET body = '~' || body", "UPDATE report_runs SET body = SUBSTR(body, 2)", "report_runs "),
            ("UPDATE report_runs SET last_day = last_day + 1", "UPDATE report_runs SET last_day = last_day - 1", "report_runs "),
            ("UPDATE report_nothing SET period = '2024'", "UPDATE report_nothing SET period = '2025'", "report_nothing "),
            ("UPDATE report_nothing SET retracted_by = entry", "UPDATE report_nothing SET retracted_by = NULL", "report_nothing "),
        ]).await;
        let rows = || async { papers::verify_rows(store).await.unwrap() };
        each_is_found(&field, rows, &[
            ("UPDATE papers SET number = '13/BB-CAX'", "UPDATE papers SET number = '12/BB-CAX'", "papers "),
            ("UPDATE papers SET dated = dated - 1", "UPDATE papers SET dated = dated + 1", "papers "),
            ("UPDATE papers SET retracted_why = 'khác'", "UPDATE papers SET retracted_why = 'nhầm biên bản'", "papers "),
        ]).await;
        let rows = || async { audit::verify_rows(store).await.unwrap() };
        each_is_found(&field, rows, &[
            ("UPDATE journal_papers SET kind = 'patrol'", "UPDATE journal_papers SET kind = 'plot'", "journal_papers "),
            ("UPDATE journal_rules SET definition = REPLACE(definition, '\"answer_days\":1', '\"answer_days\":9')",
                "UPDATE journal_rules SET definition = REPLACE(definition, '\"answer_days\":9', '\"answer_days\":1')", "journal_rules "),
            ("UPDATE journal_rules SET reason = 'khác'", "UPDATE journal_rules SET reason = 'mùa cao điểm'", "journal_rules "),
        ]).await;
        super::by_hand(&field, "DELETE FROM journal_papers").await;
        let told = rows().await.faults[0].to_string();
        assert!(told.ends_with("and no row does"), "{told}");
    }
}
