//! Pictures are decoded in a child of the server: bounded, killed when it takes too much, and gone with the server.

use std::process::Command;
use std::time::{Duration, Instant};

use image::ExtendedColorType;
use image::codecs::jpeg::JpegEncoder;
use serde_json::{Value, json};
use sqlx::{Connection, SqliteConnection};
use tuantra::base::hex;
use tuantra::base::ids::IdMaker;
use tuantra::base::time::SystemClock;
use tuantra::journal::model::sha256;

use crate::binary::{Folder, Server, Start, request};

/// A JPEG of one colour: few bytes, and so many pixels to decode.
fn jpeg(side: u16) -> Vec<u8> {
    let length = usize::from(side) * usize::from(side) * 3;
    let mut bytes = Vec::new();
    JpegEncoder::new(&mut bytes)
        .encode(
            &vec![120; length],
            side.into(),
            side.into(),
            ExtendedColorType::Rgb8,
        )
        .unwrap();
    bytes
}

/// A server with these settings, and an officer's token.
async fn serve(folder: &Folder, settings: &[(&'static str, &'static str)]) -> (Server, String) {
    let mut start = Start::on(folder.path(), None);
    let token = start.officer();
    start.settings = settings
        .iter()
        .map(|(name, value)| (*name, (*value).to_owned()))
        .collect();
    (start.serve().await, token)
}

fn new_id() -> String {
    IdMaker::new(std::sync::Arc::new(SystemClock))
        .make()
        .to_string()
}

/// Announces and uploads a photo; gives its address.
async fn upload(server: &Server, token: &str, bytes: &[u8]) -> String {
    let path = format!("/api/v1/photos/{}", new_id());
    let sidecar = json!({
        "sha256": hex(&sha256(bytes)), "bytes": bytes.len(), "taken_at": "2026-03-02T09:31:05+07:00", "phase": "overview",
    });
    assert_eq!(
        server.put(&path, token, &sidecar).await.unwrap().status,
        201
    );
    let original = format!("{path}/original");
    let kept = request(
        &server.address,
        "PUT",
        &original,
        token,
        "image/jpeg",
        bytes,
    )
    .await;
    assert_eq!(kept.unwrap().status, 201);
    path
}

/// The photo has no images, and says why.
fn is_given_up(told: &Value) {
    assert_eq!(
        (&told["derived"], &told["state"]),
        (&json!("none"), &json!("stored")),
        "{told}"
    );
    let flags = told["flags"].as_array().unwrap();
    assert!(flags.contains(&json!("decoder_panicked")), "{told}");
}

/// Asks again and again until something is there.
async fn until<T>(what: &str, ask: impl AsyncFn() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = ask().await {
            return found;
        }
        assert!(begun.elapsed() < Duration::from_mins(2), "{what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// The photo once its images were made or given up.
async fn derived(server: &Server, token: &str, photo: &str) -> Value {
    until("the photo is not derived", async || {
        let told = server.get(photo, token).await?.json();
        matches!(told["derived"].as_str(), Some("made" | "none")).then_some(told)
    })
    .await
}

/// The children of a process that decode a picture, but for those that ended and wait to be noticed.
fn decoders_of(server: u32) -> Vec<u32> {
    let tasks = std::fs::read_dir(format!("/proc/{server}/task")).unwrap();
    let children =
        tasks.filter_map(|task| std::fs::read_to_string(task.ok()?.path().join("children")).ok());
    let children: Vec<u32> = children
        .flat_map(|list| {
            list.split_whitespace()
                .map(|id| id.parse().unwrap())
                .collect::<Vec<_>>()
        })
        .collect();
    children
        .into_iter()
        .filter(|child| is_decoding(*child))
        .collect()
}

/// Whether the process is there and decodes. One that ended has no command line any more.
fn is_decoding(process: u32) -> bool {
    let words = std::fs::read(format!("/proc/{process}/cmdline")).unwrap_or_default();
    // The shell that sets the bounds names the command in its script.
    words
        .split(|byte| *byte == 0)
        .any(|word| word == b"decode-photo")
}

async fn decoder_of(server: &Server) -> u32 {
    until("no child decodes the photo", async || {
        decoders_of(server.process()).first().copied()
    })
    .await
}

/// Pages that the ended children of a process had taken: none as long as no child of it has ended.
fn pages_of_ended_children(server: &Server) -> u64 {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", server.process())).unwrap();
    let (_, fields) = stat.rsplit_once(')').unwrap();
    fields.split_whitespace().nth(8).unwrap().parse().unwrap()
}

fn signal(name: &str, process: u32) {
    let sent = Command::new("kill")
        .args([name, &process.to_string()])
        .status()
        .unwrap();
    assert!(sent.success());
}

/// The kinds of the jobs that are not done.
async fn jobs(folder: &Folder) -> Vec<String> {
    let file = folder.path().join("tuantra.db");
    let mut conn = SqliteConnection::connect(&format!("sqlite://{}", file.display()))
        .await
        .unwrap();
    sqlx::query_scalar("SELECT kind FROM jobs ORDER BY kind")
        .fetch_all(&mut conn)
        .await
        .unwrap()
}

#[tokio::test]
async fn a_good_photo_is_derived_by_a_child_that_ends() {
    let folder = Folder::new("decoder-good");
    let (server, token) = serve(&folder, &[]).await;
    assert_eq!(pages_of_ended_children(&server), 0);
    let photo = upload(&server, &token, &jpeg(3000)).await;
    let told = derived(&server, &token, &photo).await;
    assert_eq!(told["derived"], "made", "{told}");
    // It may have ended before anybody could look for it.
    assert!(pages_of_ended_children(&server) > 0, "no child decoded it");
    let display = server
        .get(&format!("{photo}/display"), &token)
        .await
        .unwrap();
    assert_eq!(
        image::load_from_memory(&display.body).unwrap().width(),
        1280
    );
    assert_eq!(decoders_of(server.process()), Vec::<u32>::new());
}

#[tokio::test]
async fn a_child_that_takes_too_much_memory_ends_and_the_server_goes_on() {
    let folder = Folder::new("decoder-memory");
    let (server, token) = serve(&folder, &[("TUANTRA_PHOTO_MEMORY_MIB", "160")]).await;
    // Decoded, 192 million bytes: what the limits of headers let pass, and this bound does not.
    let photo = upload(&server, &token, &jpeg(8000)).await;
    is_given_up(&derived(&server, &token, &photo).await);
    let next = upload(&server, &token, &jpeg(400)).await;
    assert_eq!(derived(&server, &token, &next).await["derived"], "made");
    assert_eq!(decoders_of(server.process()), Vec::<u32>::new());
}

#[tokio::test]
async fn a_child_that_hangs_is_killed() {
    let folder = Folder::new("decoder-time");
    let (server, token) = serve(&folder, &[("TUANTRA_PHOTO_SECONDS", "10")]).await;
    let photo = upload(&server, &token, &jpeg(8000)).await;
    let child = decoder_of(&server).await;
    signal("-STOP", child);
    is_given_up(&derived(&server, &token, &photo).await);
    assert!(!is_decoding(child));
    assert_eq!(server.get("/healthz", "").await.unwrap().status, 200);
    let next = upload(&server, &token, &jpeg(400)).await;
    assert_eq!(derived(&server, &token, &next).await["derived"], "made");
}

#[tokio::test]
async fn a_child_that_hangs_holds_up_nothing_but_pictures() {
    let folder = Folder::new("decoder-alone");
    // The most that may be set: longer than anything else takes here.
    let (server, token) = serve(&folder, &[("TUANTRA_PHOTO_SECONDS", "60")]).await;
    let photo = upload(&server, &token, &jpeg(8000)).await;
    let child = decoder_of(&server).await;
    signal("-STOP", child);

    let patrol = format!("/api/v1/patrols/{}", new_id());
    let phone = Start::on(folder.path(), None).answer(&["device", "enrol", "--name", "máy"]);
    let draft =
        json!({ "kind": "crop_check", "transport": "foot", "started_at": "2026-03-02T00:00:00Z" });
    assert_eq!(
        server.put(&patrol, &phone, &draft).await.unwrap().status,
        201
    );
    let fixes: Vec<Value> = (0..20)
        .map(|n| json!({ "t": format!("2026-03-02T00:00:{:02}Z", 2 * n), "lon": 104.3, "lat": 22.4 + f64::from(n) * 2e-5, "accuracy_m": 5 }))
        .collect();
    let sent = server
        .post(
            &format!("{patrol}/fixes"),
            &phone,
            &json!({ "fixes": fixes }),
        )
        .await;
    assert_eq!(sent.unwrap().status, 200);
    until("the patrol is not indexed", async || {
        (jobs(&folder).await == ["derive_photo"]).then_some(())
    })
    .await;
    let listed = server.get("/api/v1/patrols", &phone).await.unwrap().json();
    assert!(
        listed["features"][0]["properties"]["length_m"]
            .as_f64()
            .unwrap()
            > 30.0,
        "{listed}"
    );
    assert!(is_decoding(child), "the photo was still being decoded");
    signal("-KILL", child);
    is_given_up(&derived(&server, &token, &photo).await);
}

#[tokio::test]
async fn no_child_outlives_the_server() {
    let folder = Folder::new("decoder-stop");
    let (mut server, token) = serve(&folder, &[]).await;
    upload(&server, &token, &jpeg(8000)).await;
    let child = decoder_of(&server).await;
    signal("-STOP", child);
    server.stop();
    until("the child is still there", async || {
        (!is_decoding(child)).then_some(())
    })
    .await;
}
