//! Case packages: who may take one out, what is in it, and that it proves itself.

use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use ed25519_dalek::{Signer as _, SigningKey};
use futures::StreamExt;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tuantra::base::actor::{Actor, Role};
use tuantra::base::ids::PlotId;
use tuantra::cases::model::archive::{Writer, read};
use tuantra::cases::{CaseBounds, check};
use tuantra::http::{Problem, ProblemKind};
use tuantra::journal::Receipt;
use tuantra::journal::history::Trust;
use tuantra::journal::note::PublicKey;
use tuantra::journal::stamps::{Authority, stamped_text};
use uuid::Uuid;

use crate::evidence::{encoded, scene, shown};
use crate::field::{Field, Folder};
use crate::journal::by_hand;
use crate::ledger::{Destroyed, destroyed, eradication};
use crate::photos;
use crate::plots::{EAST, WEST, load_communes, plot_at};
use crate::screens::question;
use crate::signed::Signer;
use crate::stamps::{DAY, Desk, served};

pub type Files = Vec<(String, Vec<u8>)>;

fn path(plot: Uuid) -> String {
    format!("/api/v1/plots/{plot}/case?reason=b%C3%A0n%20giao")
}

pub fn files(package: &[u8]) -> Files {
    let files = read(package).unwrap();
    files
        .into_iter()
        .map(|(name, bytes)| (name, bytes.to_vec()))
        .collect()
}

/// The files as a package whose sums are right again, as a forger would leave it.
pub fn packed(mut files: Files) -> Vec<u8> {
    files.retain(|(name, _)| name != "SHA256SUMS");
    let sum = |bytes: &[u8]| tuantra::base::hex(&Sha256::digest(bytes));
    let lines: Vec<String> = files
        .iter()
        .map(|(name, bytes)| format!("{}  {name}\n", sum(bytes)))
        .collect();
    let sums = lines.concat();
    files.push(("SHA256SUMS".into(), sums.into_bytes()));
    let mut writer = Writer::default();
    let mut package = Vec::new();
    for (name, bytes) in &files {
        package.extend(writer.before(name, bytes).unwrap());
        package.extend_from_slice(bytes);
    }
    package.extend(writer.end().unwrap());
    package
}

/// A file of a package as JSON.
fn told(package: &[u8], name: &str) -> Value {
    let files = files(package);
    let file = files.iter().find(|(own, _)| own == name).unwrap();
    serde_json::from_slice(&file.1).unwrap()
}

/// Whether a part of a package is that of an original, by the name in its header.
fn is_original(part: &[u8]) -> bool {
    let named = usize::from(u16::from_le_bytes([part[26], part[27]]));
    let name = String::from_utf8_lossy(&part[30..30 + named]);
    name.contains("/original.")
}

fn parsed(files: &Files, name: &str) -> Value {
    let file = files.iter().find(|(own, _)| own == name).unwrap();
    serde_json::from_slice(&file.1).unwrap()
}

/// A receipt over other content by a key that is trusted, as whoever holds the log's key can sign it.
fn signed(key: &SigningKey, receipt: &Value, content: &[u8]) -> Value {
    let mut receipt: Receipt = serde_json::from_value(receipt.clone()).unwrap();
    receipt.sha256 = tuantra::base::hex(&Sha256::digest(content));
    receipt.key_id = PublicKey(key.verifying_key().to_bytes()).id();
    receipt.signature = BASE64.encode(key.sign(receipt.signed_text().as_bytes()).to_bytes());
    json!(receipt)
}

/// A package with some files changed, and signed anew as a whole; whether it says that all of it leads to one head.
fn resigned(
    key: &SigningKey,
    whole: &Files,
    (changes, says_so): (&[(String, Vec<u8>)], bool),
) -> Vec<u8> {
    let mut files = whole.clone();
    let mut manifest = parsed(&files, "manifest.json");
    if !says_so {
        manifest.as_object_mut().unwrap().remove("one_head");
    }
    for (name, bytes) in changes {
        manifest["files"][name] = json!(tuantra::base::hex(&Sha256::digest(bytes)));
    }
    let manifest = manifest.to_string().into_bytes();
    let receipt = signed(key, &parsed(&files, "receipt.json"), &manifest);
    let of_package = [
        ("manifest.json".to_owned(), manifest),
        ("receipt.json".to_owned(), receipt.to_string().into_bytes()),
    ];
    for (name, bytes) in changes.iter().chain(&of_package) {
        let file = files.iter_mut().find(|(own, _)| own == name).unwrap();
        file.1.clone_from(bytes);
    }
    packed(files)
}

async fn roots(field: &Field) -> Vec<(Option<String>, PublicKey)> {
    let keys = field.app.journal.keys().await.unwrap();
    vec![PublicKey::parse(&keys[0].verifier_key).unwrap()]
}

on_both! {
    async fn a_case_checks_out_with_sha256sum_and_verify_alone(field: Field) {
        let Destroyed { plot, desk, .. } = destroyed(&field).await;
        let answer = desk.get(&path(plot)).await.expect(200);
        assert_eq!(answer.headers["content-type"], "application/zip");
        let checked = check(&answer.bytes, &roots(&field).await).unwrap();
        assert_eq!(checked.trust, Trust::Proven);
        assert_eq!(check(&answer.bytes, &[]).unwrap().trust, Trust::Unproven);
        let folder = Folder::new();
        let files = files(&answer.bytes);
        for (name, bytes) in &files {
            let file = folder.path().join(name);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, bytes).unwrap();
        }
        let sums = Command::new("sha256sum").args(["--quiet", "--strict", "-c", "SHA256SUMS"]).current_dir(folder.path()).status().unwrap();
        assert!(sums.success());
        let named = |part: &str| files.iter().filter(|(name, _)| name.contains(part)).count();
        assert_eq!((named("original.jpg"), named("sidecar.json"), named("proof.json")), (3, 3, 3));
        for kind in ["-plot-", "-verification-", "-eradication-"] {
            assert_eq!(named(kind), 1, "{kind}");
        }
        assert_eq!(named("heads/stamps/"), 0, "nothing was stamped");
        let pdf = &files.iter().find(|(name, _)| name == "ho-so.pdf").unwrap().1;
        assert!(pdf.starts_with(b"%PDF-1."));
    }

    async fn the_package_of_a_signed_plot_shows_who_confirmed_the_key(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy A", &[WEST]).await;
        let mut signer = Signer::confirmed(&field, &phone).await;
        let plot = field.new_id();
        signer.put(&format!("/api/v1/plots/{plot}"), &plot_at(104.3, 22.4)).await.expect(201);
        field.settle().await;
        let package = field.officer().await.get(&path(plot)).await.expect(200).bytes;
        let checked = check(&package, &roots(&field).await).unwrap();
        let key = signer.key_id();
        let told = checked.steps.iter().find(|step| step.contains(&format!("key {key} was announced by device {}", phone.id)));
        assert!(told.is_some_and(|told| told.contains("and confirmed by account")), "{:?}", checked.steps);
        // Without the confirmation the manifest no longer fits, and nobody is said to have confirmed.
        let whole = files(&package);
        let named = |part: &str| whole.iter().filter(|(name, _)| name.contains(part)).count();
        assert_eq!((named("-device_key-"), named("-device-")), (2, 1));
        let confirmation = whole.iter().rposition(|(name, _)| name.contains("-device_key-")).unwrap();
        let mut cut = whole.clone();
        cut.remove(confirmation);
        assert!(check(&packed(cut), &roots(&field).await).is_err());
    }

    async fn a_case_tells_what_was_asked_of_its_photos_and_what_the_team_answered(field: Field) {
        let Destroyed { plot, desk, phone, .. } = destroyed(&field).await;
        let bytes = photos::jpeg(77, 30);
        let mut sidecar = photos::sidecar(&bytes);
        (sidecar["plot"], sidecar["mock"]) = (json!(plot), json!(true));
        let photo = photos::taken(&field, &phone, &bytes, &sidecar).await;
        field.settle().await;
        let asked = question(&phone, photo, "mock_position").await;
        phone.post(&format!("{asked}/answers"), &json!({ "text": "máy thử" })).await.expect(201);
        let cleared = json!({ "result": "cleared", "reason": "đã đối chiếu" });
        desk.post(&format!("{asked}/decisions"), &cleared).await.expect(201);
        // A picture of this plot stands beside one of a commune that the caller may not see.
        let elsewhere = field.phone("máy Đông", &[EAST]).await;
        let other = field.new_id();
        elsewhere.put(&format!("/api/v1/plots/{other}"), &plot_at(104.7, 22.4)).await.expect(201);
        shown(&field, &elsewhere, other, &encoded(&scene(), 90)).await;
        shown(&field, &phone, plot, &encoded(&scene(), 60)).await;
        let package = desk.get(&path(plot)).await.expect(200).bytes;
        check(&package, &roots(&field).await).unwrap();
        let of = |kind: &str| {
            let files = files(&package).into_iter().filter(|(name, _)| name.contains(kind) && name.starts_with("entries/"));
            files.map(|(_, bytes)| serde_json::from_slice::<Value>(&bytes).unwrap()).collect::<Vec<_>>()
        };
        let said = |proof: &Value| {
            let body = BASE64.decode(proof["body"].as_str()?).unwrap();
            serde_json::from_slice::<Value>(&body).ok()
        };
        assert_eq!(of("-answer-").iter().filter_map(said).collect::<Vec<_>>(), [json!({ "text": "máy thử" })]);
        assert_eq!(of("-decision-").iter().filter_map(said).collect::<Vec<_>>(), [cleared]);
        let questions = of("-question-");
        let shown: Vec<Value> = questions.iter().filter_map(said).collect();
        assert_eq!((questions.len(), shown.len(), &shown[0]["screen"]), (2, 1, &json!("mock_position")));
        let asked = told(&package, "evidence.json")["questions"].clone();
        let asked = asked.as_array().unwrap().iter().find(|own| own["screen"] == "mock_position").unwrap().clone();
        assert_eq!((&asked["state"], &asked["photo"]), (&json!("cleared"), &json!(photo)));
        let replies: Vec<[&Value; 4]> = asked["replies"].as_array().unwrap().iter()
            .map(|own| [&own["kind"], &own["said"]["text"], &own["said"]["result"], &own["org_name"]])
            .collect();
        let phones_unit = replies[0][3];
        assert!(phones_unit.is_string() && *phones_unit != json!("Đồn biên phòng"), "{phones_unit}");
        assert_eq!(replies, [
            [&json!("answer"), &json!("máy thử"), &Value::Null, phones_unit],
            [&json!("decision"), &json!("đã đối chiếu"), &json!("cleared"), &json!("Đồn biên phòng")],
        ]);
        // The other side of a pair may lie beyond the caller's reach, and is not named here.
        let questions = told(&package, "evidence.json")["questions"].clone();
        assert!(questions.as_array().unwrap().iter().all(|own| own.get("other").is_none()));
    }

    async fn a_case_tells_the_grade_with_every_reason_and_what_was_waived_or_sent_back(field: Field) {
        let Destroyed { plot, desk, phone, eradication } = destroyed(&field).await;
        let base = format!("/api/v1/plots/{plot}");
        field.clock.advance_millis(60_000);
        let returned = field.new_id();
        let sent = json!({ "id": returned, "eradication": eradication, "reason": "thiếu ảnh toàn cảnh" });
        desk.post(&format!("{base}/returns"), &sent).await.expect(201);
        field.clock.advance_millis(60_000);
        let answer = json!({ "id": field.new_id(), "returned": returned, "text": "máy ảnh hỏng" });
        phone.post(&format!("{base}/replies"), &answer).await.expect(201);
        let waived = json!({ "eradication": eradication, "reason": "trời mưa" });
        desk.post(&format!("{base}/waivers"), &waived).await.expect(201);
        field.settle().await;
        let package = desk.get(&path(plot)).await.expect(200).bytes;
        check(&package, &roots(&field).await).unwrap();
        let evidence = told(&package, "evidence.json");
        let shown = desk.get(&format!("/api/v1/eradications/{eradication}/evidence")).await.expect(200).json();
        assert_eq!(evidence["eradications"], json!([shown]), "what the server tells of it");
        let reasons = shown["reasons"].as_array().unwrap();
        assert!(reasons.iter().any(|reason| reason["code"] == "waived"), "{shown}");
        assert!(reasons.iter().all(|reason| reason["vi"].is_string() && reason["en"].is_string()));
        let said = |list: &str, name: &str| {
            let own = &evidence[list][0];
            assert_eq!(evidence[list].as_array().unwrap().len(), 1, "{list}");
            (own[name].clone(), own["org_name"].clone())
        };
        let post = json!("Đồn biên phòng");
        assert_eq!(said("waivers", "reason"), (json!("trời mưa"), post.clone()));
        assert_eq!(said("returns", "reason"), (json!("thiếu ảnh toàn cảnh"), post));
        assert_eq!(evidence["returns"][0]["ended_vi"], "đã trả lời");
        assert_eq!(said("replies", "text").0, "máy ảnh hỏng");
    }

    async fn a_case_names_the_accounts_and_units_that_saw_took_out_and_decided(field: Field) {
        let Destroyed { plot, desk, phone, .. } = destroyed(&field).await;
        desk.get(&path(plot)).await.expect(200);
        field.settle().await;
        let custody = told(&desk.get(&path(plot)).await.expect(200).bytes, "custody.json");
        let of = |kind: &str| custody.as_array().unwrap().iter().find(|line| line["kind"] == kind).unwrap();
        let (exported, verified, recorded) = (of("view"), of("verification"), of("plot"));
        for line in [exported, verified] {
            assert_eq!((&line["by_name"], &line["by_org"]), (&json!("don-bp"), &json!("Đồn biên phòng")));
        }
        assert_eq!((&exported["vi"], &exported["what"]), (&json!("Xuất hồ sơ"), &json!("case")));
        assert_eq!((&recorded["by"], &recorded["by_name"]), (&json!(phone.id), &json!("máy A")));
        assert!(recorded["by_org"].is_string(), "{recorded}");
    }

    async fn a_case_carries_the_outside_stamps_of_its_entries_and_openssl_agrees(field: Field) {
        let tsa = Arc::new(Desk::open());
        let own = Arc::clone(&tsa);
        let authority = Authority::at(&served(move |query| (StatusCode::OK, own.reply(&query))).await).unwrap();
        let Destroyed { plot, desk, .. } = destroyed(&field).await;
        let stamped = async || {
            field.settle().await;
            let stamp = field.app.journal.stamp_if_due(&authority, DAY).await.unwrap().unwrap();
            field.clock.advance_millis(86_400_000);
            stamp
        };
        let first = stamped().await;
        // Each export is an entry, so that the next stamp is of another head.
        let mut later = Vec::new();
        for _ in 0..2 {
            desk.get(&path(plot)).await.expect(200);
            later.push(stamped().await);
        }
        field.settle().await;
        let package = desk.get(&path(plot)).await.expect(200).bytes;
        let checked = check(&package, &roots(&field).await).unwrap();
        assert_eq!(checked.trust, Trust::Proven);
        let whole = files(&package);
        let of = |name: String| whole.iter().find(|(own, _)| *own == name).unwrap().1.clone();
        for stamp in [&first, &later[0], &later[1]] {
            let stem = format!("heads/stamps/{}", stamp.size);
            let (text, reply) = (of(format!("{stem}.txt")), of(format!("{stem}.tsr")));
            assert!(tsa.verifies(&text, &reply));
            assert_eq!(stamped_text(&text, &reply).unwrap(), stamp.stamped_at);
            assert!(stamped_text(&text[1..], &reply).is_err(), "over other bytes");
            let sentence = format!("{stem}.tsr: by the clock of an outside authority this head existed at {}", stamp.stamped_at);
            assert!(checked.steps.iter().any(|own| own.contains(&sentence)), "{sentence} in {:?}", checked.steps);
            // The newest stamp may be of the package's own head.
            let openings = [format!("{stem}.txt: the log of "), format!("{stem}.txt: both heads have the same entries")];
            let is_told = checked.steps.iter().any(|own| openings.iter().any(|text| own.starts_with(text)));
            assert!(is_told, "the package's head begins with it: {:?}", checked.steps);
        }
        assert_eq!(whole.iter().filter(|(name, _)| name.starts_with("heads/stamps/")).count(), 9);
        for end in ["txt", "tsr", "json"] {
            let mut fewer = whole.clone();
            fewer.retain(|(name, _)| *name != format!("heads/stamps/{}.{end}", first.size));
            assert!(check(&packed(fewer), &roots(&field).await).is_err(), "{end}");
        }
    }

    async fn the_command_line_checks_a_case_and_names_what_does_not_hold(field: Field) {
        let Destroyed { plot, desk, .. } = destroyed(&field).await;
        let package = desk.get(&path(plot)).await.expect(200).bytes;
        let folder = Folder::new();
        let (file, keys) = (folder.path().join("case.zip"), folder.path().join("keys.txt"));
        let key = field.app.journal.keys().await.unwrap()[0].verifier_key.clone();
        std::fs::write(&keys, key).unwrap();
        let verify = |package: &[u8], trusted: bool| {
            std::fs::write(&file, package).unwrap();
            let mut command = Command::new(env!("CARGO_BIN_EXE_tuantra"));
            command.args(["verify", "case"]).arg(&file);
            if trusted {
                command.arg("--trust").arg(&keys);
            }
            let output = command.output().unwrap();
            let said = [output.stdout, output.stderr].concat();
            (output.status.success(), String::from_utf8(said).unwrap())
        };
        let (held, said) = verify(&package, true);
        assert!(held && said.ends_with("verified\n"), "{said}");
        let (held, said) = verify(&package, false);
        assert!(held && said.contains("origin unproven"), "{said}");
        let mut changed = files(&package);
        let photo = changed.iter_mut().find(|(name, _)| name.ends_with("original.jpg")).unwrap();
        photo.1[300] ^= 1;
        let name = photo.0.clone();
        let changed = packed(changed);
        let (held, said) = verify(&changed, true);
        assert!(!held && said.contains(&format!("does not hold: {name}")), "{said}");
        // Whoever has the key of a later time alone cannot tell, unless what is wrong is wrong by any key.
        field.app.journal.rotate_key().await.unwrap();
        std::fs::write(&keys, &field.app.journal.keys().await.unwrap()[0].verifier_key).unwrap();
        let (held, said) = verify(&package, true);
        assert!(!held && said.contains("cannot be told: ") && !said.contains("does not hold"), "{said}");
        let (held, said) = verify(&changed, true);
        assert!(!held && said.contains(&format!("does not hold: {name}")), "{said}");
    }

    async fn an_incidents_case_holds_those_of_all_its_plots_and_checks_out(field: Field) {
        let Destroyed { plot, desk, .. } = destroyed(&field).await;
        let incident = field.new_id();
        let base = format!("/api/v1/incidents/{incident}");
        let phone = field.phone("máy B", &[WEST]).await;
        let body = serde_json::json!({ "title": "Vụ 01", "occurred_at": "2026-02-25T10:15:00+07:00", "commune": WEST });
        phone.put(&base, &body).await.expect(201);
        let mut joined = plot_at(104.3, 22.4);
        (joined["properties"]["incident"], joined["properties"]["revises"]) = (incident.to_string().into(), 1.into());
        desk.put(&format!("/api/v1/plots/{plot}"), &joined).await.expect(201);
        let second = field.new_id();
        let mut other = plot_at(104.32, 22.4);
        other["properties"]["incident"] = incident.to_string().into();
        phone.put(&format!("/api/v1/plots/{second}"), &other).await.expect(201);
        let case = format!("{base}/case?reason=b%C3%A0n%20giao");
        assert_eq!(desk.get(&case).await.expect(409).problem(), "wrong-state");
        field.settle().await;
        let package = desk.get(&case).await.expect(200).bytes;
        let roots = roots(&field).await;
        assert_eq!(check(&package, &roots).unwrap().trust, Trust::Proven);
        let whole = files(&package);
        let named = |part: &str| whole.iter().filter(|(name, _)| name.contains(part)).count();
        assert_eq!((named("original.jpg"), named("-incident-"), named("-plot-"), named("ho-so.pdf")), (3, 1, 3, 2));
        for (part, of) in [("ho-so.pdf", plot), ("history.json", second), ("ho-so.pdf", second)] {
            assert_eq!(named(&format!("plots/{of}/{part}")), 1);
        }
        let key = field.app.journal.keys().await.unwrap()[0].verifier_key.clone();
        let command = |package: &[u8]| {
            let folder = Folder::new();
            let (file, keys) = (folder.path().join("case.zip"), folder.path().join("keys.txt"));
            std::fs::write(&file, package).unwrap();
            std::fs::write(&keys, &key).unwrap();
            let output = Command::new(env!("CARGO_BIN_EXE_tuantra")).args(["verify", "case"]).arg(&file).arg("--trust").arg(&keys).output().unwrap();
            (output.status.success(), String::from_utf8([output.stdout, output.stderr].concat()).unwrap())
        };
        let (held, said) = command(&package);
        assert!(held && said.ends_with("verified\n"), "{said}");
        // A plot's own case cannot pass for the incident's, nor can one plot be left out of it.
        for at in 0..whole.len() {
            if whole[at].0.contains(&format!("plots/{second}/")) {
                let mut fewer = whole.clone();
                let name = fewer.remove(at).0;
                let (held, said) = command(&packed(fewer));
                assert!(!held && said.contains(&name), "{said}");
            }
        }
        field.settle().await;
        let second = files(&desk.get(&case).await.expect(200).bytes);
        let custody = &second.iter().find(|(name, _)| name == "custody.json").unwrap().1;
        let custody: Value = serde_json::from_slice(custody).unwrap();
        let taken_out = custody.as_array().unwrap().iter().filter(|line| line["kind"] == "view" && line["of"] == incident.to_string());
        assert_eq!(taken_out.count(), 1);
    }

    async fn an_incidents_case_goes_only_to_who_answers_for_all_its_plots(field: Field) {
        load_communes(&field).await;
        let incident = field.new_id();
        let base = format!("/api/v1/incidents/{incident}");
        let phone = field.phone("máy A", &[WEST, EAST]).await;
        let body = serde_json::json!({ "title": "Vụ 02", "occurred_at": "2026-02-25T10:15:00+07:00", "commune": WEST });
        phone.put(&base, &body).await.expect(201);
        for lon in [104.3, 104.7] {
            let mut plot = plot_at(lon, 22.4);
            plot["properties"]["incident"] = incident.to_string().into();
            phone.put(&format!("/api/v1/plots/{}", field.new_id()), &plot).await.expect(201);
        }
        field.settle().await;
        let case = format!("{base}/case?reason=x");
        let west = field.account("xa-tay", Role::CommuneOfficer, &[WEST]).await;
        let east = field.account("xa-dong", Role::CommuneOfficer, &[EAST]).await;
        let both = field.account("hai-xa", Role::CommuneOfficer, &[WEST, EAST]).await;
        west.get(&case).await.expect(403);
        east.get(&case).await.expect(404);
        both.get(&case).await.expect(200);
        both.get(&format!("{base}/case")).await.expect(400);
    }

    async fn an_incidents_case_of_a_merged_commune_goes_to_who_holds_its_ground(field: Field) {
        load_communes(&field).await;
        let incident = field.new_id();
        let base = format!("/api/v1/incidents/{incident}");
        let phone = field.phone("máy A", &[EAST]).await;
        let body = serde_json::json!({ "title": "Vụ 03", "occurred_at": "2026-02-25T10:15:00+07:00", "commune": EAST });
        phone.put(&base, &body).await.expect(201);
        let mut plot = plot_at(104.7, 22.4);
        plot["properties"]["incident"] = incident.to_string().into();
        phone.put(&format!("/api/v1/plots/{}", field.new_id()), &plot).await.expect(201);
        field.settle().await;
        let case = format!("{base}/case?reason=x");
        let west = field.account("xa-tay", Role::CommuneOfficer, &[WEST]).await;
        west.get(&case).await.expect(404);
        field.clock.advance_millis(1_000);
        crate::reports::merged(&field, "2026-03-02").await;
        field.settle().await;
        west.get(&case).await.expect(200);
    }

    async fn the_printed_course_tells_what_stands_in_its_order_with_late_minutes(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy A", &[WEST]).await;
        let plot = field.new_id();
        let base = format!("/api/v1/plots/{plot}");
        phone.put(&base, &plot_at(104.3, 22.4)).await.expect(201);
        let mut pending = eradication();
        (pending["minutes"], pending["minutes_pending"]) = (Value::Null, true.into());
        let first = phone.post(&format!("{base}/eradications"), &pending).await.expect(201).json();
        field.clock.advance_millis(1_000);
        let mut corrected = pending.clone();
        (corrected["corrects"], corrected["witnesses"]) = (first["properties"]["fact"].clone(), 3.into());
        (corrected["started_at"], corrected["ended_at"]) = ("2026-02-28T08:00:00+07:00".into(), "2026-02-28T09:00:00+07:00".into());
        phone.post(&format!("{base}/eradications"), &corrected).await.expect(201);
        let stranger = field.phone("máy B", &[WEST]).await;
        field.clock.advance_millis(1_000);
        corrected["witnesses"] = 9.into();
        stranger.post(&format!("{base}/eradications"), &corrected).await.expect(201);
        let paper = serde_json::json!({ "number": "08/BB", "date": "2026-03-01" });
        phone.post(&format!("{base}/minutes"), &paper).await.expect(201);
        let seen = serde_json::json!({ "confirmed_at": "2026-02-28T09:30:00+07:00" });
        phone.post(&format!("{base}/confirmations"), &seen).await.expect(201);
        let told = phone.get(&base).await.expect(200).json()["properties"].clone();
        assert_eq!(told["timeline"].as_array().unwrap().len(), 5, "all is told there");
        let course = tuantra::cases::model::course::course(told.as_object().unwrap());
        let lines: Vec<&str> = course.iter().map(|(_, line)| line.as_str()).collect();
        assert_eq!(lines, ["Phát hiện", "Phá nhổ, tiêu hủy: toàn bộ, 320 cây; 64,0 m²", "Xác nhận tại chỗ", "Biên bản số 08/BB"]);
        assert!(course.is_sorted_by_key(|(at, _)| *at));
    }

    async fn taking_a_case_out_is_an_entry_with_its_reason_and_shows_in_the_next(field: Field) {
        let Destroyed { plot, desk, .. } = destroyed(&field).await;
        for reason in ["", "?reason=", "?reason=%20"] {
            desk.get(&format!("/api/v1/plots/{plot}/case{reason}")).await.expect(400);
        }
        desk.get(&path(plot)).await.expect(200);
        field.settle().await;
        let second = files(&desk.get(&path(plot)).await.expect(200).bytes);
        let custody = &second.iter().find(|(name, _)| name == "custody.json").unwrap().1;
        let custody: Value = serde_json::from_slice(custody).unwrap();
        let views: Vec<&Value> = custody.as_array().unwrap().iter().filter(|line| line["kind"] == "view").collect();
        assert_eq!(views.len(), 1);
        assert_eq!(views[0]["reason"], "bàn giao");
        assert_eq!(views[0]["by"], desk.id.to_string());
    }

    async fn what_is_not_yours_or_not_yet_in_the_tree_is_not_handed_out(field: Field) {
        let Destroyed { plot, desk, .. } = destroyed(&field).await;
        let foreign = field.account("xa-dong", Role::CommuneOfficer, &[EAST]).await;
        foreign.get(&path(plot)).await.expect(404);
        let member = field.account("to-vien", Role::PatrolMember, &[WEST]).await;
        member.get(&path(plot)).await.expect(403);
        desk.post(&format!("/api/v1/plots/{plot}/confirmations"), &serde_json::json!({ "confirmed_at": "2026-02-27T09:00:00+07:00" })).await.expect(201);
        assert_eq!(desk.get(&path(plot)).await.expect(409).problem(), "wrong-state");
        field.settle().await;
        desk.get(&path(plot)).await.expect(200);
    }

    async fn photos_are_printed_from_their_originals_whatever_the_table_of_pictures_says(field: Field) {
        let Destroyed { plot, desk, .. } = destroyed(&field).await;
        let listed = desk.get(&format!("/api/v1/photos?plot={plot}")).await.expect(200).json();
        let mut shown = Vec::new();
        for photo in listed["features"].as_array().unwrap() {
            let display = format!("/api/v1/photos/{}/display", photo["id"].as_str().unwrap());
            shown.push(desk.get(&display).await.expect(200).bytes);
        }
        // The head of a picture's frame says how wide it is: no two of these are as wide.
        let head = |jpeg: &[u8]| {
            let at = jpeg.windows(2).position(|own| own == [0xff, 0xc0]).unwrap();
            jpeg[at..at + 10].to_vec()
        };
        assert!(shown.len() == 3 && head(&shown[0]) != head(&shown[1]) && head(&shown[1]) != head(&shown[2]));
        let printed = async || {
            field.settle().await;
            let package = desk.get(&path(plot)).await.expect(200).bytes;
            let pages = files(&package).into_iter().find(|(name, _)| name == "ho-so.pdf").unwrap().1;
            let holds = |own: &[u8]| pages.windows(own.len()).any(|part| part == own);
            shown.iter().filter(|jpeg| holds(&head(jpeg))).count()
        };
        assert_eq!(printed().await, 3);
        by_hand(&field, "UPDATE photo_images SET sha256 = (SELECT o.sha256 FROM photo_images o WHERE o.size = 'display' ORDER BY o.photo LIMIT 1)").await;
        assert_eq!(printed().await, 3, "the server's key did not sign these");
        by_hand(&field, "UPDATE photo_images SET key_id = NULL, signature = NULL").await;
        assert_eq!(printed().await, 3, "nor these");
    }

    async fn a_case_of_more_photos_than_a_package_holds_says_so_and_fewer_are_all_there(field: Field) {
        let Destroyed { plot, desk, .. } = destroyed(&field).await;
        let listed = desk.get(&format!("/api/v1/photos?plot={plot}")).await.expect(200).json();
        let display = format!("/api/v1/photos/{}/display", listed["features"][0]["id"].as_str().unwrap());
        let shown = desk.get(&display).await.expect(200).bytes;
        // The head of its frame stands in whatever holds it.
        let at = shown.windows(2).position(|own| own == [0xff, 0xc0]).unwrap();
        let head = &shown[at..at + 10];
        let taken = async |bounds: CaseBounds| {
            field.settle().await;
            let cases = field.app.cases.clone().with_bounds(bounds);
            let package = cases.package(&Actor::console(), PlotId(plot), "bàn giao").await?;
            let parts: Vec<_> = package.collect().await;
            let parts = parts.into_iter().flat_map(|part| part.unwrap().to_vec());
            Ok::<Vec<u8>, tuantra::cases::Error>(parts.collect())
        };
        let Err(refused) = taken(CaseBounds { photos: 2, ..CaseBounds::default() }).await else {
            panic!("three photos are more than two");
        };
        let problem = Problem::from(refused);
        assert_eq!(problem.kind(), ProblemKind::TooLarge);
        let why = problem.told().unwrap();
        assert!(why.contains("3 photos: expected at most 2 in one package"), "{why}");
        // As many as it holds go with all that belongs to them, if only the first are printed.
        let whole = taken(CaseBounds { photos: 3, ..CaseBounds::default() }).await.unwrap();
        let bare = taken(CaseBounds { photos: 3, printed: 1, ..CaseBounds::default() }).await.unwrap();
        let is_printed = |package: &[u8]| {
            let files = files(package);
            assert_eq!(files.iter().filter(|(name, _)| name.contains("/original.")).count(), 3);
            let pages = &files.iter().find(|(name, _)| name == "ho-so.pdf").unwrap().1;
            pages.windows(head.len()).any(|part| part == head)
        };
        assert!(is_printed(&whole) && !is_printed(&bare));
        for package in [&whole, &bare] {
            check(package, &roots(&field).await).unwrap();
        }
    }

    async fn photos_that_were_only_announced_do_not_weigh_in_a_case(field: Field) {
        let Destroyed { plot, phone, desk, .. } = destroyed(&field).await;
        let mb = u64::from(field.app.config.max_photo_mb);
        for number in 0..=4_000 / mb {
            let mut sidecar = photos::sidecar(&number.to_be_bytes());
            (sidecar["plot"], sidecar["bytes"]) = (json!(plot), json!(mb * 1_000_000));
            phone.put(&format!("/api/v1/photos/{}", field.new_id()), &sidecar).await.expect(201);
        }
        field.settle().await;
        let package = desk.get(&path(plot)).await.expect(200).bytes;
        check(&package, &roots(&field).await).unwrap();
    }

    async fn a_case_of_many_photos_that_were_only_announced_is_taken_out_and_says_how_many_it_leaves_out(field: Field) {
        let Destroyed { plot, phone, .. } = destroyed(&field).await;
        for number in 0..3_u8 {
            let mut sidecar = photos::sidecar(&[number]);
            sidecar["plot"] = json!(plot);
            phone.put(&format!("/api/v1/photos/{}", field.new_id()), &sidecar).await.expect(201);
        }
        let taken = async |bounds: CaseBounds| {
            field.settle().await;
            let cases = field.app.cases.clone().with_bounds(bounds);
            let package = cases.package(&Actor::console(), PlotId(plot), "bàn giao").await.unwrap();
            let parts: Vec<_> = package.collect().await;
            let parts = parts.into_iter().flat_map(|part| part.unwrap().to_vec());
            parts.collect::<Vec<u8>>()
        };
        // Three originals are as many as it holds; whoever announces more keeps nobody from the case.
        for (announced, left_out) in [(1, 2), (3, 0), (0, 3)] {
            let package = taken(CaseBounds { photos: 3, announced, ..CaseBounds::default() }).await;
            check(&package, &roots(&field).await).unwrap();
            assert_eq!(told(&package, "evidence.json")["announced_left_out"], left_out);
            let files = files(&package);
            let count = |part: &str| files.iter().filter(|(name, _)| name.contains(part)).count();
            assert_eq!((count("/original."), count("-photo-")), (3, 3 + announced));
        }
    }

    async fn packages_that_memory_does_not_hold_together_wait_for_one_another(field: Field) {
        let Destroyed { plot, .. } = destroyed(&field).await;
        field.settle().await;
        let bounds = CaseBounds { at_once: 1, patience: Duration::from_millis(50), ..CaseBounds::default() };
        let cases = field.app.cases.clone().with_bounds(bounds);
        let begun = async || cases.package(&Actor::console(), PlotId(plot), "bàn giao").await;
        let mut first = begun().await.unwrap();
        let Err(refused) = begun().await else {
            panic!("the first has all the room");
        };
        assert_eq!(Problem::from(refused).kind(), ProblemKind::Unavailable);
        // Once its first original leaves nothing of it is in memory any more.
        let mut left = Vec::new();
        while let Some(part) = first.next().await {
            left.extend(part.unwrap());
            if is_original(&left) {
                break;
            }
            left.clear();
        }
        assert!(is_original(&left));
        field.settle().await;
        let parts: Vec<_> = begun().await.unwrap().collect().await;
        let second: Vec<u8> = parts.into_iter().flat_map(|part| part.unwrap().to_vec()).collect();
        check(&second, &roots(&field).await).unwrap();
    }

    async fn a_case_whose_original_is_damaged_is_not_begun(field: Field) {
        let Destroyed { plot, desk, .. } = destroyed(&field).await;
        let listed = desk.get(&format!("/api/v1/photos?plot={plot}")).await.expect(200).json();
        let name = listed["features"][0]["properties"]["sha256"].as_str().unwrap().to_owned();
        let blob = field.app.config.data.join(format!("blobs/sha256/{}/{}/{name}", &name[..2], &name[2..4]));
        let original = std::fs::read(&blob).unwrap();
        let mut damaged = original.clone();
        *damaged.last_mut().unwrap() ^= 1;
        std::fs::write(&blob, damaged).unwrap();
        let taken_out = async || {
            field.settle().await;
            let entries = field.app.journal.entries_since(-1, 500).await.unwrap();
            entries.iter().filter(|entry| entry.kind == "view").count()
        };
        let before = taken_out().await;
        let refused = desk.get(&path(plot)).await.expect(500);
        assert_eq!((refused.problem(), refused.json()["sha256"].as_str()), ("damaged".to_owned(), Some(name.as_str())));
        assert_eq!(taken_out().await, before, "nothing left");
        std::fs::remove_file(&blob).unwrap();
        assert_eq!(desk.get(&path(plot)).await.expect(500).problem(), "damaged");
        std::fs::write(&blob, original).unwrap();
        desk.get(&path(plot)).await.expect(200);
        assert_eq!(taken_out().await, before + 1);
    }

    async fn what_a_server_shows_beside_its_own_log_is_found_though_it_signs_the_package_anew(field: Field) {
        let Destroyed { plot, desk, .. } = destroyed(&field).await;
        let whole = files(&desk.get(&path(plot)).await.expect(200).bytes);
        let key = SigningKey::from_bytes(&[5; 32]);
        let mut roots = roots(&field).await;
        roots.push((None, PublicKey(key.verifying_key().to_bytes())));
        let judged = |changes: &[(String, Vec<u8>)]| {
            let package = resigned(&key, &whole, (changes, true));
            check(&package, &roots).map(|_| ()).map_err(|fault| fault.to_string())
        };
        assert_eq!(judged(&[]), Ok(()));
        let named = |end: &str| whole.iter().find(|(name, _)| name.ends_with(end)).unwrap().0.clone();
        let sidecar = named("/sidecar.json");
        let mut told = parsed(&whole, &sidecar);
        told["taken_at"] = json!("2026-02-27T08:00:00+07:00");
        let fault = judged(&[(sidecar.clone(), told.to_string().into_bytes())]).unwrap_err();
        assert_eq!(fault, format!("{sidecar} is not the file that proof.json names"));
        // Another picture, with a proof whose content names it and whose salt is said to be gone.
        let original = named("/original.jpg");
        let proof = original.replace("original.jpg", "proof.json");
        let picture = photos::jpeg(61, 43);
        let mut forged = parsed(&whole, &proof);
        let content = json!({ "sha256": tuantra::base::hex(&Sha256::digest(&picture)) }).to_string();
        let own = &mut forged["original"];
        own["receipt"] = signed(&key, &own["receipt"], content.as_bytes());
        (own["sha256"], own["body"], own["salt"]) = (own["receipt"]["sha256"].clone(), json!(BASE64.encode(&content)), Value::Null);
        forged["sidecar"]["body"] = Value::Null;
        let fault = judged(&[(original, picture), (proof, forged.to_string().into_bytes())]).unwrap_err();
        assert!(fault.contains("a content without its salt"), "{fault}");
    }

    async fn all_proofs_of_a_case_lead_to_its_head_and_one_that_does_not_is_named(field: Field) {
        let Destroyed { plot, desk, .. } = destroyed(&field).await;
        let before = files(&desk.get(&path(plot)).await.expect(200).bytes);
        field.settle().await;
        let whole = files(&desk.get(&path(plot)).await.expect(200).bytes);
        let key = SigningKey::from_bytes(&[5; 32]);
        let mut roots = roots(&field).await;
        roots.push((None, PublicKey(key.verifying_key().to_bytes())));
        let steps = |package: &[u8]| check(package, &roots).map(|checked| checked.steps.join("\n"));
        let own = steps(&packed(whole.clone())).unwrap();
        assert!(own.contains("all proofs lead to heads/checkpoint.txt"), "{own}");
        // The same entry under another head: that one may be of a log that nobody else ever saw.
        let (name, bytes) = before.iter().find(|(name, _)| name.contains("-plot-")).unwrap().clone();
        assert_ne!(parsed(&whole, &name)["head"], parsed(&before, &name)["head"]);
        let changes = [(name.clone(), bytes)];
        let fault = steps(&resigned(&key, &whole, (&changes, true))).unwrap_err().to_string();
        assert_eq!(fault, format!("{name} leads to another head than heads/checkpoint.txt"));
        // Packages of before had such proofs, and are told apart.
        let told = steps(&resigned(&key, &whole, (&changes, false))).unwrap();
        assert!(told.contains("1 proofs lead to other heads than heads/checkpoint.txt"), "{told}");
    }

    async fn whoever_changes_adds_or_takes_away_a_file_is_found_even_with_new_sums(field: Field) {
        let Destroyed { plot, desk, .. } = destroyed(&field).await;
        let package = desk.get(&path(plot)).await.expect(200).bytes;
        let roots = roots(&field).await;
        let whole = files(&package);
        assert!(check(&packed(whole.clone()), &roots).is_ok());
        for at in 0..whole.len() {
            let name = whole[at].0.clone();
            if name == "SHA256SUMS" {
                continue;
            }
            let mut changed = whole.clone();
            let middle = changed[at].1.len() / 2;
            changed[at].1[middle] ^= 1;
            let fault = check(&packed(changed), &roots).unwrap_err().to_string();
            assert!(fault.contains(&name) || name == "manifest.json" || name == "receipt.json" || name == "heads/keys.json", "{name}: {fault}");
            let mut fewer = whole.clone();
            fewer.remove(at);
            let fault = check(&packed(fewer), &roots).unwrap_err().to_string();
            assert!(fault.contains(&name) && fault.contains("missing"), "{name}: {fault}");
        }
        let mut more = whole.clone();
        more.push(("photos/them.jpg".into(), b"x".to_vec()));
        let fault = check(&packed(more), &roots).unwrap_err().to_string();
        assert_eq!(fault, "photos/them.jpg was not in the package when it was made");
        let mut stale = whole;
        stale[2].1.push(b' ');
        let mut writer = Writer::default();
        let mut bytes = Vec::new();
        for (name, own) in &stale {
            bytes.extend(writer.before(name, own).unwrap());
            bytes.extend_from_slice(own);
        }
        bytes.extend(writer.end().unwrap());
        let fault = check(&bytes, &roots).unwrap_err().to_string();
        assert!(fault.contains(&stale[2].0) && fault.contains("SHA256SUMS"), "{fault}");
    }
}
