//! Words that go by order: what somebody wrote in free text is nowhere any more, and every figure and proof holds.

use serde_json::{Value, json};
use tuantra::base::actor::Role;
use tuantra::cases::check;
use tuantra::cases::model::archive::read;
use tuantra::{evidence, ledger as ledger_of, patrols as patrols_of, plots as plots_of};
use uuid::Uuid;

use crate::field::{Client, Field};
use crate::ledger::{Destroyed, destroyed, eradication, path, recorded, told};
use crate::openrosa::{detection, forms_of};
use crate::papers::{clerk, scanned, type_in};
use crate::patrols;
use crate::plots::{WEST, load_communes, plot_at};
use crate::redactions::{ORDERS, asked, decided, faults, holding, order, roots, second};
use crate::sync::pulled;

/// A word that stands nowhere else.
const CANARY: &str = "kanarivang";
const MARKER: &str = "[đã xóa theo văn bản / removed by order 12/QĐ-CAT]";

/// The columns of text and bytes of every table, for each what counts the rows in which the bound text stands.
async fn counting(field: &Field) -> Vec<(String, String)> {
    let store = field.app.journal.store();
    let is_file = store.engine() == "sqlite";
    let list = if is_file {
        "SELECT m.name, c.name, c.type FROM sqlite_master m JOIN pragma_table_info(m.name) c \
         WHERE m.type = 'table' AND c.type IN ('TEXT', 'BLOB') ORDER BY 1, 2"
    } else {
        "SELECT CAST(table_name AS TEXT), CAST(column_name AS TEXT), CAST(data_type AS TEXT) FROM information_schema.columns \
         WHERE table_schema = current_schema() AND data_type IN ('text', 'bytea') ORDER BY 1, 2"
    };
    let mut tx = store.read().await.unwrap();
    let columns: Vec<(String, String, String)> =
        tuantra::on!(&mut tx, |c| sqlx::query_as(list).fetch_all(c)).unwrap();
    assert!(
        columns.len() > 100,
        "the database tells of its columns: {columns:?}"
    );
    let stands = |(table, column, kind): (String, String, String)| {
        let found = match kind.as_str() {
            "TEXT" | "BLOB" => format!("instr(CAST(\"{column}\" AS BLOB), CAST($1 AS BLOB)) > 0"),
            "bytea" => format!("position(convert_to($1, 'UTF8') IN \"{column}\") > 0"),
            _ => format!("position($1 IN \"{column}\") > 0"),
        };
        (
            format!("{table}.{column}"),
            format!("SELECT COUNT(*) FROM {table} WHERE {found}"),
        )
    };
    columns.into_iter().map(stands).collect()
}

/// Where a text stands: in which columns, and in which files of the data folder.
async fn standing(field: &Field, text: &str) -> Vec<String> {
    let mut found = holding(&field.app.config.data, text.as_bytes());
    let counting = counting(field).await;
    let mut tx = field.app.journal.store().read().await.unwrap();
    for (column, count) in counting {
        let rows: i64 = tuantra::on!(&mut tx, |c| sqlx::query_scalar(sqlx::AssertSqlSafe(
            count.clone()
        ))
        .bind(text)
        .fetch_one(c))
        .unwrap();
        if rows > 0 {
            found.push(column);
        }
    }
    found
}

/// What every pass over log and rows finds wrong.
async fn wrong(field: &Field) -> Vec<String> {
    let (store, now) = (field.app.journal.store(), field.app.journal.now());
    let mut found = faults(field).await;
    let plots = plots_of::verify_rows(store).await.unwrap();
    found.extend(plots.faults.iter().map(ToString::to_string));
    for rows in [
        plots_of::verify_made(store, now).await.unwrap(),
        plots_of::verify_incidents(store).await.unwrap(),
        patrols_of::verify_rows(store).await.unwrap(),
        ledger_of::verify_rows(store).await.unwrap(),
        ledger_of::verify_made(store).await.unwrap(),
        evidence::verify_made(store, now).await.unwrap(),
    ] {
        found.extend(rows.faults.iter().map(ToString::to_string));
    }
    found
}

/// Orders away the words of a fact: asked, approved by another account.
async fn erased(field: &Field, (officer, second): (&Client, &Client), fact: Uuid) {
    let waiting = asked(officer, "notes", fact).await;
    let done = decided(second, &waiting, true).await.expect(200).json();
    assert_eq!(done["state"], json!("done"));
    field.settle().await;
}

async fn two(field: &Field) -> (Client, Client) {
    (field.officer().await, second(field).await)
}

fn without(told: &Value, words: &[&str]) -> Value {
    let mut told = told.clone();
    let fields = told.as_object_mut().unwrap();
    for word in words.iter().chain(&["flags"]) {
        fields.remove(*word);
    }
    told
}

/// A plot with words in all of its texts: as it was sent first and next, a later measure, and what was only kept aside.
struct Worded {
    plot: Uuid,
    first: Value,
    next: Value,
    measure: Value,
    other: Value,
}

async fn worded(field: &Field, phone: &Client) -> Worded {
    let mut first = plot_at(104.300_000_000_000_04, 22.4);
    first["title"] = json!(CANARY);
    first["properties"]["notes"] = json!(format!("  nhà {CANARY}, gọi 0912345678"));
    first["properties"]["forest_compartment"] = json!(CANARY);
    let plot = recorded(field, phone, &first).await;
    let mut next = first.clone();
    next["properties"]["plants"] = json!(300);
    next["properties"]["revises"] = json!(1);
    phone.put(&path(plot, ""), &next).await.expect(201);
    let measure = json!({ "measured_at": "2026-02-26T09:00:00+07:00", "plants": 310, "plants_method": "counted", "notes": CANARY });
    phone
        .post(&path(plot, "/measures"), &measure)
        .await
        .expect(201);
    let mut other = first.clone();
    other["properties"]["plants"] = json!(5);
    phone.put(&path(plot, ""), &other).await.expect(409);
    Worded {
        plot,
        first,
        next,
        measure,
        other,
    }
}

on_both! {
    async fn the_words_of_a_plot_go_from_every_version_and_its_figures_stay(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy A", &[WEST]).await;
        let Worded { plot, first, mut next, measure, other } = worded(&field, &phone).await;
        field.settle().await;
        let before = told(&phone, plot).await;
        assert!(before["flags"].as_array().unwrap().contains(&json!("text_looks_personal")));
        let stood = standing(&field, CANARY).await;
        for column in ["plots.record", "plot_versions.record", "plot_measures.record", "journal_bodies.body"] {
            assert!(stood.contains(&column.to_owned()), "{column}: {stood:?}");
        }

        let (officer, second) = two(&field).await;
        let auditor = field.account("thanh-tra", Role::Auditor, &[]).await;
        let local = field.account("cb-xa", Role::CommuneOfficer, &[WEST]).await;
        for refused in [&phone, &auditor, &local] {
            refused.post(ORDERS, &order("notes", plot)).await.expect(403);
        }
        let waiting = asked(&officer, "notes", plot).await;
        let (_, cursor) = pulled(&phone, None, "limit=500").await;
        for refused in [&officer, &phone, &auditor, &local] {
            decided(refused, &waiting, true).await.expect(403);
        }
        assert_eq!(standing(&field, CANARY).await, stood);
        let done = decided(&second, &waiting, true).await.expect(200).json();
        assert_eq!((&done["target"], &done["state"]), (&json!("notes"), &json!("done")));
        assert_eq!(standing(&field, CANARY).await, [] as [String; 0]);
        field.settle().await;
        assert_eq!(standing(&field, CANARY).await, [] as [String; 0]);

        let after = told(&phone, plot).await;
        assert_eq!((&after["notes"], &after["forest_compartment"]), (&json!(MARKER), &json!(MARKER)));
        let words = ["notes", "forest_compartment"];
        assert_eq!(without(&after, &words), without(&before, &words));
        assert!(!after["flags"].as_array().unwrap().contains(&json!("text_looks_personal")));
        assert_eq!(wrong(&field).await, [] as [String; 0]);
        officer.post(ORDERS, &order("notes", plot)).await.expect(201);
        // Phones are told how it stands now.
        let (news, _) = pulled(&phone, Some(&cursor), "limit=500").await;
        let is_told = |own: &Value| own["kind"] == "plot" && own["id"] == json!(plot) && own.to_string().contains(MARKER);
        assert!(news.iter().any(is_told), "{news:?}");
        // A phone that sends again what it sent is told that it came, and nothing of it is kept.
        for sent in [&first, &next] {
            phone.put(&path(plot, ""), sent).await.expect(200);
        }
        phone.post(&path(plot, "/measures"), &measure).await.expect(200);
        phone.put(&path(plot, ""), &other).await.expect(409);
        assert_eq!(standing(&field, CANARY).await, [] as [String; 0]);
        // And goes on from there.
        next["properties"]["revises"] = json!(2);
        next["properties"]["notes"] = json!("sườn phía đông");
        (next["title"], next["properties"]["forest_compartment"]) = (json!(null), json!(null));
        phone.put(&path(plot, ""), &next).await.expect(201);
        field.settle().await;
        assert_eq!(told(&phone, plot).await["notes"], json!("sườn phía đông"));
        assert_eq!(wrong(&field).await, [] as [String; 0]);
    }

    async fn the_words_of_works_go_and_a_case_says_by_which_order(field: Field) {
        let story = destroyed(&field).await;
        let base = format!("/api/v1/plots/{}", story.plot);
        let mut again = eradication();
        again["notes"] = json!(CANARY);
        again["corrects"] = json!(story.eradication);
        let fact = story.phone.post(&format!("{base}/eradications"), &again).await.expect(201).json();
        let fact: Uuid = fact["properties"]["fact"].as_str().unwrap().parse().unwrap();
        let taken_back = json!({ "reason": format!("ghi nhầm cho {CANARY}") });
        let other = field.new_id();
        story.phone.put(&path(other, ""), &plot_at(104.35, 22.41)).await.expect(201);
        let retraction = story.phone.post(&path(other, "/retractions"), &taken_back).await.expect(201).json();
        let retraction: Uuid = retraction["properties"]["fact"].as_str().unwrap().parse().unwrap();
        field.settle().await;
        let (before, steps) = figures(&story).await;
        assert!(standing(&field, CANARY).await.contains(&"ledger_facts.record".to_owned()));
        let (officer, second) = two(&field).await;
        for own in [fact, retraction] {
            erased(&field, (&officer, &second), own).await;
        }
        assert_eq!(standing(&field, CANARY).await, [] as [String; 0]);
        assert_eq!(figures(&story).await, (before, steps));
        let shown = story.desk.get(&base).await.expect(200).json();
        assert!(shown.to_string().contains(MARKER), "{shown}");
        assert_eq!(wrong(&field).await, [] as [String; 0]);
        story.phone.post(&format!("{base}/eradications"), &again).await.expect(200);
        assert_eq!(standing(&field, CANARY).await, [] as [String; 0]);

        let package = story.desk.get(&format!("{base}/case?reason=ban-giao")).await.expect(200).bytes;
        let checked = check(&package, &roots(&field).await).unwrap();
        let steps = checked.steps.join("\n");
        assert_eq!(steps.matches("order 12/QĐ-CAT").count(), 1, "{steps}");
        let custody = read(&package).unwrap().into_iter().find(|(name, _)| name == "custody.json").unwrap().1;
        let custody: Vec<Value> = serde_json::from_slice(custody).unwrap();
        let orders: Vec<_> = custody.iter().filter(|act| act["kind"] == "redaction").map(|act| (&act["vi"], &act["by"], &act["document"])).collect();
        let document = json!("12/QĐ-CAT");
        assert_eq!(
            orders,
            [
                (&json!("Đề nghị xóa theo văn bản"), &json!(officer.id), &document),
                (&json!("Xóa theo văn bản"), &json!(second.id), &document),
            ]
        );
    }

    async fn the_words_of_incidents_and_patrols_go(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy A", &[WEST]).await;
        let incident = field.new_id();
        let at = format!("/api/v1/incidents/{incident}");
        let mut vu = json!({ "title": format!("Vụ {CANARY}"), "occurred_at": "2026-02-25T10:15:00+07:00", "commune": WEST });
        phone.put(&at, &vu).await.expect(201);
        (vu["revises"], vu["notes"]) = (json!(1), json!(CANARY));
        phone.put(&at, &vu).await.expect(201);
        let patrol = field.new_id();
        let mut out = patrols::declared(&field, -3600, Some(0));
        out["notes"] = json!(format!("qua nhà {CANARY} "));
        phone.put(&patrols::path(patrol, ""), &out).await.expect(201);
        field.settle().await;
        let stood = standing(&field, CANARY).await;
        for column in ["incidents.title", "incident_versions.record", "patrols.notes", "patrol_versions.draft"] {
            assert!(stood.contains(&column.to_owned()), "{column}: {stood:?}");
        }
        let (officer, second) = two(&field).await;
        for fact in [incident, patrol] {
            erased(&field, (&officer, &second), fact).await;
        }
        assert_eq!(standing(&field, CANARY).await, [] as [String; 0]);
        assert_eq!(wrong(&field).await, [] as [String; 0]);
        let told = phone.get(&at).await.expect(200).json();
        assert_eq!((&told["title"], &told["notes"]), (&json!(MARKER), &json!(MARKER)));
        let told = phone.get(&patrols::path(patrol, "")).await.expect(200).json();
        assert_eq!(told["properties"]["notes"], json!(MARKER));
        phone.put(&at, &vu).await.expect(200);
        phone.put(&patrols::path(patrol, ""), &out).await.expect(200);
        assert_eq!(standing(&field, CANARY).await, [] as [String; 0]);
    }

    async fn the_form_that_brought_the_words_goes_with_them(field: Field) {
        load_communes(&field).await;
        let phone = forms_of(&field, &field.phone("máy A", &[WEST]).await).await;
        let form = detection("uuid:5f0c9a52-6ad1-4d47-93f5-0b9a2d7a1c11", 104.3, 22.4).replace("trồng xen", CANARY);
        phone.send(&form, &[], false).await.expect(201);
        field.settle().await;
        let (officer, second) = two(&field).await;
        let plots = officer.get("/api/v1/plots").await.expect(200).json();
        let plot: Uuid = plots["features"][0]["id"].as_str().unwrap().parse().unwrap();
        assert_eq!(told(&officer, plot).await["notes"], json!(CANARY));
        erased(&field, (&officer, &second), plot).await;
        assert_eq!(standing(&field, CANARY).await, [] as [String; 0]);
        assert_eq!(told(&officer, plot).await["notes"], json!(MARKER));
        assert_eq!(wrong(&field).await, [] as [String; 0]);
        phone.send(&form, &[], false).await.expect(201);
        assert_eq!(standing(&field, CANARY).await, [] as [String; 0]);
    }

    async fn what_was_only_kept_aside_goes_as_a_whole(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy A", &[WEST]).await;
        let mut elsewhere = plot_at(104.7, 22.4);
        elsewhere["properties"]["notes"] = json!(CANARY);
        let id = field.new_id();
        phone.put(&path(id, ""), &elsewhere).await.expect(403);
        field.settle().await;
        assert!(standing(&field, CANARY).await.contains(&"journal_bodies.body".to_owned()));
        let (officer, second) = two(&field).await;
        erased(&field, (&officer, &second), id).await;
        assert_eq!(standing(&field, CANARY).await, [] as [String; 0]);
        assert_eq!(wrong(&field).await, [] as [String; 0]);
        let own = tuantra::journal::audit::verify_rows(field.app.journal.store()).await.unwrap();
        assert!(own.faults.is_empty(), "{:?}", own.faults);
    }

    async fn a_file_that_waits_to_be_fetched_is_withdrawn(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy A", &[WEST]).await;
        let mut drawn = plot_at(104.3, 22.4);
        drawn["properties"]["notes"] = json!(CANARY);
        let plot = recorded(&field, &phone, &drawn).await;
        let (officer, second) = two(&field).await;
        let wanted = json!({ "collections": ["plots"], "format": "geojson", "reason": "họp giao ban" });
        let asked_for = officer.post("/api/v1/exports", &wanted).await.expect(201).json();
        let export = format!("/api/v1/exports/{}", asked_for["id"].as_str().unwrap());
        let file = format!("{export}/file");
        field.clock.advance_millis(1_000);
        let approval = json!({ "approve": true, "reason": "đã kiểm tra" });
        second.post(&format!("{export}/decision"), &approval).await.expect(200);
        field.settle().await;
        field.clock.advance_millis(1_000);
        assert!(String::from_utf8_lossy(&officer.get(&file).await.expect(200).bytes).contains(CANARY));
        erased(&field, (&officer, &second), plot).await;
        officer.get(&file).await.expect(410);
        assert_eq!(standing(&field, CANARY).await, [] as [String; 0]);
        let rows = tuantra::publish::export::verify_rows(field.app.journal.store()).await.unwrap();
        assert!(rows.faults.is_empty(), "{:?}", rows.faults);
    }

    async fn words_are_kept_by_a_hold_and_what_stands_on_paper_is_not_erased_by_half(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy A", &[WEST]).await;
        let (officer, second) = two(&field).await;
        let mut drawn = plot_at(104.3, 22.4);
        drawn["properties"]["notes"] = json!(CANARY);
        let plot = recorded(&field, &phone, &drawn).await;
        let hold = path(plot, "/hold");
        officer.put(&hold, &json!({ "reason": "vụ án 12" })).await.expect(200);
        let waiting = asked(&officer, "notes", plot).await;
        decided(&second, &waiting, true).await.expect(409);
        assert_eq!(told(&phone, plot).await["notes"], json!(CANARY));
        field.settle().await;
        assert_eq!(wrong(&field).await, [] as [String; 0]);
        // So are the words of the incident of a plot that is held.
        let incident = field.new_id();
        let case = json!({ "title": CANARY, "occurred_at": "2026-02-25T10:15:00+07:00", "commune": WEST });
        phone.put(&format!("/api/v1/incidents/{incident}"), &case).await.expect(201);
        (drawn["properties"]["incident"], drawn["properties"]["revises"]) = (json!(incident), json!(1));
        phone.put(&path(plot, ""), &drawn).await.expect(201);
        let waiting = asked(&officer, "notes", incident).await;
        decided(&second, &waiting, true).await.expect(409);

        let bare = recorded(&field, &phone, &plot_at(104.33, 22.41)).await;
        let waiting = asked(&officer, "notes", bare).await;
        decided(&second, &waiting, true).await.expect(409);
        officer.post(ORDERS, &order("notes", field.new_id())).await.expect(404);
        let mut numbered = order("notes", bare);
        numbered["document"] = json!("0912345678");
        assert_eq!(officer.post(ORDERS, &numbered).await.expect(422).pointers(), ["/document"]);

        let clerk = clerk(&field).await;
        let paper = scanned(&field, &clerk).await;
        let typed = field.new_id();
        let mut body = plot_at(104.36, 22.42);
        body["properties"]["notes"] = json!(CANARY);
        type_in(&clerk, paper, &json!([{ "kind": "plot", "id": typed, "body": body }])).await;
        for fact in [typed, paper] {
            let refused = officer.post(ORDERS, &order("notes", fact)).await.expect(409).json();
            assert!(refused["detail"].as_str().unwrap().contains("paper's scan"), "{refused}");
        }
    }

    async fn an_order_on_words_that_was_edited_is_found(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy A", &[WEST]).await;
        let (officer, second) = two(&field).await;
        let mut drawn = plot_at(104.3, 22.4);
        drawn["properties"]["notes"] = json!(CANARY);
        let plot = recorded(&field, &phone, &drawn).await;
        erased(&field, (&officer, &second), plot).await;
        assert_eq!(wrong(&field).await, [] as [String; 0]);
        // Figures are held against what the order left, as they were against what was sent.
        for (change, undo) in [
            ("UPDATE plots SET plants = 999", "UPDATE plots SET plants = 320"),
            ("UPDATE plot_versions SET record = replace(record, '320', '999')", "UPDATE plot_versions SET record = replace(record, '999', '320')"),
            ("UPDATE evidence_redactions SET target = 'photo'", "UPDATE evidence_redactions SET target = 'notes'"),
        ] {
            crate::journal::by_hand(&field, change).await;
            assert!(!wrong(&field).await.is_empty(), "{change}");
            crate::journal::by_hand(&field, undo).await;
            assert_eq!(wrong(&field).await, [] as [String; 0], "{undo}");
        }
    }

    async fn what_lost_its_words_by_an_order_is_missed_when_its_rows_are_taken_out(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy A", &[WEST]).await;
        let (officer, second) = two(&field).await;
        let mut drawn = plot_at(104.3, 22.4);
        drawn["properties"]["notes"] = json!(CANARY);
        let plot = recorded(&field, &phone, &drawn).await;
        let other = recorded(&field, &phone, &plot_at(104.35, 22.41)).await;
        let taken_back = json!({ "reason": format!("ghi nhầm cho {CANARY}") });
        let retraction = phone.post(&path(other, "/retractions"), &taken_back).await.expect(201).json();
        let retraction: Uuid = retraction["properties"]["fact"].as_str().unwrap().parse().unwrap();
        let incident = field.new_id();
        let vu = json!({ "title": CANARY, "occurred_at": "2026-02-25T10:15:00+07:00", "commune": WEST });
        phone.put(&format!("/api/v1/incidents/{incident}"), &vu).await.expect(201);
        let mut elsewhere = plot_at(104.7, 22.4);
        elsewhere["properties"]["notes"] = json!(CANARY);
        let aside = field.new_id();
        phone.put(&path(aside, ""), &elsewhere).await.expect(403);
        field.settle().await;
        for fact in [plot, retraction, incident, aside] {
            erased(&field, (&officer, &second), fact).await;
        }
        assert_eq!(wrong(&field).await, [] as [String; 0]);
        let own = tuantra::journal::audit::verify_rows(field.app.journal.store()).await.unwrap();
        assert!(own.faults.is_empty(), "{:?}", own.faults);
        for (rows, missed) in [
            (&["DELETE FROM quarantine"][..], format!("tells of a quarantine {aside}, and no row does")),
            (&["DELETE FROM incident_versions", "DELETE FROM incidents"][..], format!("tells of a incident {incident}, and no row does")),
            (&["DELETE FROM ledger_facts"][..], "tells of a retraction ".to_owned()),
            (
                &["DELETE FROM ledger_plots", "DELETE FROM plot_measures", "DELETE FROM plot_versions", "DELETE FROM plots"][..],
                format!("tells of plot {plot}, and no row does"),
            ),
        ] {
            for statement in rows {
                crate::journal::by_hand(&field, statement).await;
            }
            let mut found = wrong(&field).await;
            let own = tuantra::journal::audit::verify_rows(field.app.journal.store()).await.unwrap();
            found.extend(own.faults.iter().map(ToString::to_string));
            assert!(found.iter().any(|fault| fault.contains(&missed)), "{missed}: {found:?}");
        }
    }
}

/// What counts of a destroyed plot, and how many steps its life has.
async fn figures(story: &Destroyed) -> (Vec<Value>, usize) {
    let plot = told(&story.desk, story.plot).await;
    let figures = [
        "state",
        "quantities",
        "evidence_grades",
        "photos",
        "plants",
        "area_m2",
    ];
    let steps = plot["timeline"].as_array().map_or(0, Vec::len);
    (
        figures.iter().map(|name| plot[name].clone()).collect(),
        steps,
    )
}
