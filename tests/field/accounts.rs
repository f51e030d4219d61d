//! Accounts and phones that are made at the command line, and the folders that it makes.

use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, Instant};

use crate::binary::{Folder, Server, Start};

/// Waits until the server has written down where it listens, beside its first answers.
async fn is_kept(folder: &Folder, server: &Server) {
    let (file, url) = (
        folder.path().join("address"),
        format!("http://{}", server.address),
    );
    let begun = Instant::now();
    while std::fs::read_to_string(&file).unwrap_or_default() != url {
        let waited = begun.elapsed();
        assert!(waited < Duration::from_mins(1), "the address is not kept");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_officer_works_for_the_unit_that_the_command_line_names() {
    let folder = Folder::new("accounts");
    let start = Start::on(folder.path(), None);
    let post = "Đồn Biên phòng A";
    let role = ["--name", "can-bo", "--role", "provincial_officer"];
    let token = |more: &[&str]| {
        let arguments = [&["account", "token"], &role[..], more].concat();
        start.command(&arguments).output().unwrap()
    };
    let unknown = token(&["--org", post]);
    assert!(!unknown.status.success());
    let said = String::from_utf8(unknown.stderr).unwrap();
    assert!(
        said.contains("there is no organisation Đồn Biên phòng A"),
        "{said}"
    );

    // An account that was made without a unit gets one by the same command.
    start.officer();
    let made = token(&["--org", post, "--org-kind", "don_bien_phong"]);
    let again = token(&["--org", post]);
    assert!(made.status.success() && again.status.success());

    let server = start.serve().await;
    let secret = String::from_utf8(again.stdout).unwrap();
    let orgs = server
        .get("/api/v1/orgs", secret.trim())
        .await
        .unwrap()
        .json();
    let posts: Vec<&serde_json::Value> = orgs
        .as_array()
        .unwrap()
        .iter()
        .filter(|org| org["name"] == post)
        .collect();
    assert_eq!(posts.len(), 1);
    let me = server
        .get("/api/v1/me", secret.trim())
        .await
        .unwrap()
        .json();
    assert_eq!(
        (&me["org"], &me["kind"]),
        (&posts[0]["id"], &"account".into())
    );
    assert_eq!(posts[0]["kind"], "don_bien_phong");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_phone_belongs_to_the_unit_that_it_is_enrolled_for() {
    let folder = Folder::new("enrolled");
    let start = Start::on(folder.path(), None);
    let post = "Đồn Biên phòng B";
    let enrol = |more: &[&str]| {
        let arguments = [&["device", "enrol", "--name"], more].concat();
        start.command(&arguments).output().unwrap()
    };
    let refused = |more: &[&str], why: &str| {
        let output = enrol(more);
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && said.contains(why), "{said}");
        assert!(output.stdout.is_empty(), "no secret is given");
    };
    let unknown = "there is no organisation Đồn Biên phòng B";
    refused(&["máy 1", "--org", post], unknown);
    let made = enrol(&["máy 1", "--org", post, "--org-kind", "don_bien_phong"]);
    // Another phone of the unit joins the same team; another door of the first phone is the same phone's.
    let second = enrol(&["máy 2", "--org", post]);
    let tracker = enrol(&["máy 1", "--org", post, "--door", "tracker"]);
    let reserve = enrol(&["máy 3"]);
    // The team that bears the unit's name, without its id.
    let named = enrol(&["máy 5", "--team", post]);
    for output in [&made, &second, &tracker, &reserve, &named] {
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{said}");
    }
    refused(&["máy 3", "--org", post], "known already in another team");
    let team = "01900000-0000-7000-8000-000000000003";
    refused(
        &["máy 4", "--org", post, "--team", team],
        "cannot be used with",
    );
    refused(&["máy 4", "--org-kind", "don_bien_phong"], "--org");
    refused(&["máy 4", "--team", "Tổ 99"], "there is no team Tổ 99");

    let server = start.serve().await;
    let mut told = Vec::new();
    for output in [made, second, reserve, named] {
        let secret = String::from_utf8(output.stdout).unwrap();
        let me = server.get("/api/v1/me", secret.trim()).await.unwrap();
        told.push(me.json());
    }
    let (first, second, reserve, named) = (&told[0], &told[1], &told[2], &told[3]);
    assert_eq!(named["team"], first["team"]);
    assert_eq!(
        (&first["kind"], &first["name"]),
        (&"device".into(), &"máy 1".into())
    );
    assert!(first["org"].is_string() && first["team"].is_string());
    assert_eq!(
        (&first["org"], &first["team"]),
        (&second["org"], &second["team"])
    );
    assert_ne!(first["org"], reserve["org"]);
    assert_ne!(first["id"], second["id"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_leads_to_where_the_server_listens() {
    let folder = Folder::new("linked");
    let mut start = Start::on(folder.path(), None);
    start.officer();
    let link = ["account", "link", "--name", "can-bo"];
    let server = start.serve().await;
    is_kept(&folder, &server).await;
    let told = start.answer(&link);
    let expected = format!("http://{}/sign-in/", server.address);
    assert!(told.starts_with(&expected), "{told}");
    start
        .settings
        .push(("TUANTRA_PUBLIC_URL", "https://tuantra.example".into()));
    let told = start.answer(&link);
    assert!(
        told.starts_with("https://tuantra.example/sign-in/"),
        "{told}"
    );
}

#[test]
fn nobody_else_on_the_machine_enters_the_folders_that_a_command_makes() {
    let folder = Folder::new("private");
    let [data, backup, again] = ["data", "backup", "again"].map(|name| folder.path().join(name));
    let start = Start::on(&data, None);
    start.officer();
    start.answer(&["backup", backup.to_str().unwrap()]);
    Start::on(&again, None).answer(&["restore", backup.to_str().unwrap()]);
    for made in [&data, &backup, &again] {
        let mode = made.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700, "{}", made.display());
    }
}
