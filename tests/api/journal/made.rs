//! What rows were made of besides their entries' words: whoever turns a column by which figures, rights or grades are made
//! is found, and the column is named.

use serde_json::json;
use tuantra::base::actor::Role;
use tuantra::journal::audit::Rows;
use tuantra::{evidence, ledger as ledger_of, plots as plots_of};
use uuid::Uuid;

use super::rows::{Edit, each_is_found, each_is_found_at_last};
use crate::field::Field;
use crate::ledger::{desk, destroyed, eradication, org, verification};
use crate::photos;
use crate::plots::{EAST, WEST, load_communes, plot_at};

/// An edit by hand of one plot's row and what undoes it; columns keep what they had in the record's place.
fn edit(change: &'static str, undo: &'static str, said: &'static str) -> Edit {
    (change, undo, said)
}

async fn of_plots(field: &Field) -> Rows {
    plots_of::verify_made(field.app.journal.store(), field.app.journal.now())
        .await
        .unwrap()
}

async fn of_incidents(field: &Field) -> Rows {
    plots_of::verify_incidents(field.app.journal.store())
        .await
        .unwrap()
}

async fn of_photos(field: &Field) -> Rows {
    evidence::verify_made(field.app.journal.store(), field.app.journal.now())
        .await
        .unwrap()
}

async fn of_ledger(field: &Field) -> Rows {
    ledger_of::verify_made(field.app.journal.store())
        .await
        .unwrap()
}

fn named(rows: &Rows) -> Vec<String> {
    rows.faults.iter().map(ToString::to_string).collect()
}

on_both! {
    async fn plots_given_to_another_unit_or_commune_are_found(field: Field) {
        let story = destroyed(&field).await;
        // A second version, by an officer, leaves unit and author as they were.
        let path = format!("/api/v1/plots/{}", story.plot);
        let mut plot = plot_at(104.3, 22.4);
        plot["properties"]["revises"] = json!(1);
        plot["properties"]["notes"] = json!("đo lại");
        story.desk.put(&path, &plot).await.expect(201);
        let lost = field.phone("máy B", &[WEST]).await;
        lost.put(&format!("/api/v1/plots/{}", field.new_id()), &plot_at(104.31, 22.41)).await.expect(201);
        field.settle().await;
        let edits = [
            edit("UPDATE plots SET org = (SELECT id FROM identity_orgs WHERE name = 'Đồn biên phòng') WHERE version = 2",
                "UPDATE plots SET org = (SELECT o.org FROM plots o WHERE o.version = 1) WHERE version = 2", "plots"),
            edit("UPDATE plots SET author = (SELECT o.author FROM plots o WHERE o.version = 1) WHERE version = 2",
                "UPDATE plots SET author = (SELECT v.author FROM plot_versions v WHERE v.plot = plots.id AND v.version = 1) WHERE version = 2", "plots"),
            edit("UPDATE plots SET commune = '99', commune_name = 'Khác'",
                "UPDATE plots SET commune = place, commune_name = 'Tây'", "plots"),
            edit("UPDATE plots SET place = '99'", "UPDATE plots SET place = commune", "plots"),
            edit("UPDATE plots SET incident = id, patrol = id", "UPDATE plots SET incident = NULL, patrol = NULL", "plots"),
            edit("UPDATE plots SET flags = '[\"imported\"]' WHERE version = 2",
                "UPDATE plots SET flags = (SELECT o.flags FROM plots o WHERE o.version = 1) WHERE version = 2", "plots"),
            edit("UPDATE plots SET photos = photos + 1 WHERE version = 2", "UPDATE plots SET photos = photos - 1 WHERE version = 2", "plots"),
            edit("UPDATE plots SET recorded_at = recorded_at - 1", "UPDATE plots SET recorded_at = recorded_at + 1", "plots"),
        ];
        each_is_found(&field, || of_plots(&field), &edits).await;
    }

    async fn incidents_told_otherwise_than_the_log_are_found(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy A", &[WEST]).await;
        let path = format!("/api/v1/incidents/{}", field.new_id());
        let mut incident = json!({ "title": "Vụ 03", "commune": WEST, "occurred_at": "2026-02-20T02:00:00Z" });
        phone.put(&path, &incident).await.expect(201);
        incident["notes"] = json!("khe thứ hai");
        incident["revises"] = json!(1);
        phone.put(&path, &incident).await.expect(201);
        let edits = [
            edit("UPDATE incidents SET title = 'Vụ 04'", "UPDATE incidents SET title = 'Vụ 03'", "incidents"),
            edit("UPDATE incidents SET commune = NULL", "UPDATE incidents SET commune = '10001'", "incidents"),
            edit("UPDATE incidents SET occurred_at = occurred_at + 1", "UPDATE incidents SET occurred_at = occurred_at - 1", "incidents"),
            edit("UPDATE incidents SET notes = NULL", "UPDATE incidents SET notes = 'khe thứ hai'", "incidents"),
            edit("UPDATE incidents SET org = id", "UPDATE incidents SET org = (SELECT d.org FROM identity_teams d)", "incidents"),
            edit("UPDATE incidents SET recorded_at = recorded_at + 1", "UPDATE incidents SET recorded_at = recorded_at - 1", "incidents"),
            edit("UPDATE incident_versions SET record = REPLACE(record, 'Vụ 03', 'Vụ 04')",
                "UPDATE incident_versions SET record = REPLACE(record, 'Vụ 04', 'Vụ 03')", "incident_versions"),
        ];
        each_is_found(&field, || of_incidents(&field), &edits).await;
        let taken = "DELETE FROM incident_versions WHERE version = 2";
        each_is_found_at_last(&field, || of_incidents(&field), &[(taken, "entry ")]).await;
    }

    async fn photos_given_to_another_unit_plot_or_door_are_found(field: Field) {
        let story = destroyed(&field).await;
        // Roles are as old as the photos so far, so that whether they held is within what clocks leave open.
        field.clock.advance_millis(600_000);
        let bytes = photos::jpeg(70, 40);
        let mut sidecar = photos::sidecar(&bytes);
        sidecar["plot"] = json!(story.plot);
        photos::taken(&field, &story.phone, &bytes, &sidecar).await;
        field.settle().await;
        let edits = [
            edit("UPDATE photos SET org = (SELECT id FROM identity_orgs WHERE name = 'Đồn biên phòng')",
                "UPDATE photos SET org = (SELECT o.org FROM plots o WHERE o.id = photos.plot)", "photos"),
            edit("UPDATE photos SET linked = 0", "UPDATE photos SET linked = 1", "photos"),
            edit("UPDATE photos SET place = '99'", "UPDATE photos SET place = '10001'", "photos"),
            edit("UPDATE photos SET place = NULL", "UPDATE photos SET place = '10001'", "photos"),
            edit("UPDATE photos SET named = 1", "UPDATE photos SET named = 0", "photos"),
            edit("UPDATE photos SET door = 'session', principal = 'account'",
                "UPDATE photos SET door = 'api', principal = 'device'", "photos"),
        ];
        each_is_found(&field, || of_photos(&field), &edits).await;
    }

    async fn a_photo_given_to_a_plot_beyond_the_ground_of_an_ended_commune_is_found(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy đông", &[EAST]).await;
        field.clock.advance_millis(600_000);
        crate::reports::merged(&field, "2026-03-02").await;
        let (within, beyond) = (field.new_id(), field.new_id());
        let province = field.officer().await;
        // The one lies on the other half of what the two communes became, the other in no commune at all.
        for (plot, lon) in [(within, 104.3), (beyond, 105.3)] {
            province.put(&format!("/api/v1/plots/{plot}"), &plot_at(lon, 22.4)).await.expect(201);
        }
        for (plot, width) in [(within, 60), (beyond, 64)] {
            let bytes = photos::jpeg(width, 40);
            let mut sidecar = photos::sidecar(&bytes);
            sidecar["plot"] = json!(plot);
            photos::taken(&field, &phone, &bytes, &sidecar).await;
        }
        field.settle().await;
        let joined = async |plot: Uuid| {
            let told = province.get(&format!("/api/v1/plots/{plot}")).await.expect(200).json();
            told["properties"]["photos"].clone()
        };
        assert_eq!((joined(within).await, joined(beyond).await), (json!(1), json!(0)));
        let edits = [edit(
            "UPDATE photos SET linked = 1",
            "UPDATE photos SET linked = (SELECT CASE WHEN p.place IS NULL THEN 0 ELSE 1 END FROM plots p WHERE p.id = photos.plot)",
            "photos",
        )];
        each_is_found(&field, || of_photos(&field), &edits).await;
    }

    async fn a_state_that_no_facts_give_is_found(field: Field) {
        let story = destroyed(&field).await;
        let edits = [
            edit("UPDATE plots SET state = 'clear'", "UPDATE plots SET state = (SELECT l.state FROM ledger_plots l WHERE l.plot = plots.id)", "plots"),
            edit("UPDATE plots SET returned = 1", "UPDATE plots SET returned = 0", "plots"),
            edit("UPDATE ledger_plots SET state = 'clear'", "UPDATE ledger_plots SET state = (SELECT p.state FROM plots p WHERE p.id = ledger_plots.plot)", "ledger_plots"),
            edit("UPDATE ledger_plots SET flags = '[\"x\"]' || flags", "UPDATE ledger_plots SET flags = SUBSTR(flags, 6)", "ledger_plots"),
            edit("UPDATE ledger_plots SET handling_org = plot", "UPDATE ledger_plots SET handling_org = (SELECT p.org FROM plots p WHERE p.id = ledger_plots.plot)", "ledger_plots"),
            edit("UPDATE ledger_plots SET definition = definition + 1", "UPDATE ledger_plots SET definition = definition - 1", "ledger_plots"),
        ];
        each_is_found(&field, || of_ledger(&field), &edits).await;
        // Both tables together, and both as the same facts would never leave them.
        let base = format!("/api/v1/plots/{}", story.plot);
        let approved = json!({ "eradication": story.eradication });
        story.desk.post(&format!("{base}/approvals"), &approved).await.expect(201);
        field.settle().await;
        assert_eq!(named(&of_ledger(&field).await), Vec::<String>::new());
    }

    async fn facts_moved_to_another_plot_unit_or_right_are_found(field: Field) {
        let story = destroyed(&field).await;
        let base = format!("/api/v1/plots/{}", story.plot);
        let approved = json!({ "eradication": story.eradication });
        story.desk.post(&format!("{base}/approvals"), &approved).await.expect(201);
        let other = field.new_id();
        story.phone.put(&format!("/api/v1/plots/{other}"), &plot_at(104.32, 22.42)).await.expect(201);
        field.settle().await;
        let edits = [
            edit("UPDATE ledger_facts SET org = (SELECT o.org FROM plots o LIMIT 1) WHERE kind = 'verification'",
                "UPDATE ledger_facts SET org = (SELECT id FROM identity_orgs WHERE name = 'Đồn biên phòng') WHERE kind = 'verification'", "ledger_facts"),
            edit("UPDATE ledger_facts SET by_officer = 1 - by_officer", "UPDATE ledger_facts SET by_officer = 1 - by_officer", "ledger_facts"),
            edit("UPDATE ledger_facts SET plot = (SELECT p.id FROM plots p WHERE p.id <> ledger_facts.plot) WHERE kind = 'eradication'",
                "UPDATE ledger_facts SET plot = (SELECT f.plot FROM ledger_facts f WHERE f.kind = 'approval') WHERE kind = 'eradication'", "ledger_facts"),
        ];
        each_is_found(&field, || of_ledger(&field), &edits).await;
        // One that nothing else names changes what stands on both plots.
        each_is_found_at_last(&field, || of_ledger(&field), &[
            ("DELETE FROM ledger_plots WHERE state = 'detected'", "ledger_plots"),
        ]).await;
    }

    async fn units_and_rights_are_those_of_the_day_on_which_something_came(field: Field) {
        load_communes(&field).await;
        let post = org(&field, "Đồn biên phòng").await;
        let other = org(&field, "Đồn khác").await;
        let phone = field.phone("máy A", &[WEST]).await;
        let desk = desk(&field, "don-bp", post, Role::PostOfficer, &[WEST]).await;
        let plot = format!("/api/v1/plots/{}", field.new_id());
        phone.put(&plot, &plot_at(104.3, 22.4)).await.expect(201);
        desk.post(&format!("{plot}/verifications"), &verification()).await.expect(201);
        phone.post(&format!("{plot}/eradications"), &eradication()).await.expect(201);
        let own = field.new_id();
        desk.put(&format!("/api/v1/plots/{own}"), &plot_at(104.33, 22.43)).await.expect(201);
        let bytes = photos::jpeg(60, 40);
        let mut sidecar = photos::sidecar(&bytes);
        sidecar["plot"] = json!(own);
        photos::taken(&field, &desk, &bytes, &sidecar).await;
        field.settle().await;
        field.clock.advance_millis(86_400_000);
        // The account moves to another unit and its roles end: what it did stays its old unit's.
        let province = field.officer().await;
        province.put(&format!("/api/v1/accounts/{}/org", desk.id), &json!({ "org": other })).await.expect(204);
        province.put(&format!("/api/v1/holders/{}/grants", desk.id), &json!([])).await.expect(204);
        field.settle().await;
        for rows in [of_plots(&field).await, of_photos(&field).await, of_ledger(&field).await] {
            assert!(rows.agreeing > 0 && rows.faults.is_empty(), "{rows:?}");
        }
    }
}
