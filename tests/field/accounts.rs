//! Accounts that are made at the command line.

use crate::binary::{Folder, Start};

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
    start.answer(&[
        "account",
        "token",
        "--name",
        "can-bo",
        "--role",
        "provincial_officer",
    ]);
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
