//! Disks that are full, protected or gone, databases that are locked or stopped: a clear refusal, nothing half done, and
//! recovery without hands.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;
use sqlx::{Connection, Executor, SqliteConnection};

use crate::binary::{Folder, Server, Start};
use crate::cluster::Cluster;
use crate::disk::{Disk, Failing};
use crate::doors::{Act, Doors, Held};
use crate::faults::wire::{Answer, Request};
use crate::people::{People, is_later, new_id, ready};

/// Refused for now, and said when to come again.
fn is_refused(door: &str, answer: &Answer) {
    let fits = matches!(answer.status, 503 | 507);
    assert!(fits, "{door}: {}", answer.told());
    assert!(
        answer.header("retry-after").is_some(),
        "{door}: {}",
        answer.told()
    );
    let kind = answer.header("content-type").unwrap_or_default();
    assert!(
        kind.starts_with("application/problem+json") || door == "odk",
        "{door}: {kind}"
    );
}

/// Sends what was refused until it is taken, twice, and finds each thing once.
async fn comes_through(start: &Start<'_>, server: &mut Server, doors: &Doors, acts: &[Act]) {
    for act in acts {
        let first = act.insist(server).await;
        let again = act.insist(server).await;
        assert_eq!(
            again.json()["receipt"]["entry_id"],
            first.json()["receipt"]["entry_id"],
            "{}",
            act.door
        );
    }
    assert_eq!(ready(server).await, 200);
    assert_eq!(Held::count(start).await, doors.expected());
    server.stop();
    let log = start.answer(&["verify", "log"]);
    assert!(log.contains("consistent, origin unproven"), "{log}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_is_told_at_every_door_and_the_server_goes_on_when_there_is_room() {
    let disk = Disk::mount("drill-full", 48);
    let start = Start::on(disk.path(), None);
    let mut server = start.serve().await;
    let mut doors = Doors::open(&start, &server).await;
    let taken = doors.ready(&server).await;
    for act in &taken {
        act.insist(&server).await;
    }
    let mut acts = doors.ready(&server).await;
    let before = Held::count(&start).await;
    disk.fill();
    // The log beside the database may have had room for some pages; then there is none.
    let mut refused = 0;
    for act in &acts {
        let answer = act.request.patiently(&server.address).await;
        if answer.status >= 300 {
            is_refused(act.door, &answer);
            refused += 1;
        }
    }
    assert!(refused >= 3, "photos at least need room: {refused} refused");
    assert_ne!(ready(&server).await, 200);
    let path = "/api/v1/plots";
    let read = server.get(path, &doors.people.officer).await.unwrap();
    assert_eq!(read.status, 200, "what is there can be read");
    let during = Held::count(&start).await;
    assert_eq!(during.originals, before.originals, "no photo is half kept");
    disk.make_room();
    acts.extend(taken);
    comes_through(&start, &mut server, &doors, &acts).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_that_fails_under_the_open_database_takes_no_facts_and_is_tried_until_it_works() {
    for error in ["EROFS", "EIO"] {
        let folder = Folder::new("drill-failing");
        let mut start = Start::on(folder.path(), None);
        let log = folder.path().join("log");
        start.log = Some(log.clone());
        let mut server = start.serve().await;
        let mut doors = Doors::open(&start, &server).await;
        let taken = doors.ready(&server).await;
        for act in &taken {
            act.insist(&server).await;
        }
        let mut acts = doors.ready(&server).await;
        let failing = Failing::under(server.process(), folder.path(), error).await;
        for act in &acts {
            let answer = act.request.patiently(&server.address).await;
            is_refused(act.door, &answer);
            if act.door == "plot" {
                let told = answer.json();
                let detail = told["detail"].as_str().unwrap();
                assert!(detail.contains("disk takes no writes"), "{told}");
            }
        }
        assert_eq!(ready(&server).await, 503);
        let logged = std::fs::read_to_string(&log).unwrap();
        assert!(logged.contains("the disk under the database takes no writes"));
        let path = "/api/v1/plots";
        let read = server.get(path, &doors.people.officer).await.unwrap();
        assert_eq!(read.status, 200, "what is there can be read");
        drop(failing);
        acts.extend(taken);
        comes_through(&start, &mut server, &doors, &acts).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_of_originals_refuses_photos_and_takes_facts() {
    let (disk, cluster) = (
        Disk::mount("drill-originals", 8),
        Cluster::start("drill-full-cluster"),
    );
    let url = cluster.url();
    let start = Start::on(disk.path(), Some(&url));
    let mut server = start.serve().await;
    let mut doors = Doors::open(&start, &server).await;
    let acts = doors.ready(&server).await;
    disk.fill();
    for act in &acts {
        let answer = act.request.patiently(&server.address).await;
        match act.door {
            "photo" | "tus" => assert_eq!(answer.status, 507, "{}: {}", act.door, answer.told()),
            "odk" => is_refused(act.door, &answer),
            _ => assert!(answer.status < 300, "{}: {}", act.door, answer.told()),
        }
    }
    assert_eq!(ready(&server).await, 503);
    disk.make_room();
    comes_through(&start, &mut server, &doors, &acts).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_protected_disk_of_originals_refuses_photos_and_takes_facts() {
    let disk = Disk::mount("drill-protected", 8);
    let data = disk.beside().join("data");
    std::fs::create_dir(&data).unwrap();
    std::os::unix::fs::symlink(disk.path(), data.join("blobs")).unwrap();
    let start = Start::on(&data, None);
    let mut server = start.serve().await;
    let mut doors = Doors::open(&start, &server).await;
    let acts = doors.ready(&server).await;
    disk.protect(true);
    for act in &acts {
        let answer = act.request.patiently(&server.address).await;
        match act.door {
            "photo" | "tus" | "odk" => is_refused(act.door, &answer),
            _ => assert!(answer.status < 300, "{}: {}", act.door, answer.told()),
        }
    }
    assert_eq!(ready(&server).await, 503);
    disk.protect(false);
    comes_through(&start, &mut server, &doors, &acts).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_on_a_protected_disk_says_so_and_does_not_start() {
    let disk = Disk::mount("drill-start", 48);
    let start = Start::on(disk.path(), None);
    let mut server = start.serve().await;
    server.stop();
    disk.protect(true);
    let started = start
        .command(&["serve", "--listen", "127.0.0.1:0"])
        .output()
        .unwrap();
    assert!(!started.status.success());
    let told = String::from_utf8_lossy(&started.stderr).into_owned();
    // Whether the file opens at all depends on how much of its log was left.
    assert!(
        told.contains("the database file cannot be opened")
            || told.contains("the disk under the database failed"),
        "{told}"
    );
    disk.protect(false);
    let server = start.serve().await;
    assert_eq!(ready(&server).await, 200);
}

/// The folder of originals is another one than was opened, then the right one again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_written_where_the_folder_of_originals_was() {
    const SMALL: usize = 40_000;
    let folder = Folder::new("drill-unmounted");
    let start = Start::on(folder.path(), None);
    let people = People::of(&start);
    let server = start.serve().await;
    let kept = people.announce(&server, SMALL, 70).await;
    assert_eq!(people.send(&server, &kept).await.status, 201);
    let photo = people.announce(&server, SMALL, 71).await;
    let (blobs, away) = (folder.path().join("blobs"), folder.path().join("away"));
    std::fs::rename(&blobs, &away).unwrap();
    for stands_in in [false, true] {
        // A disk that is not mounted leaves an empty folder under its name.
        if stands_in {
            std::fs::create_dir(&blobs).unwrap();
        }
        is_later(&people.send(&server, &photo).await);
        assert_eq!(people.read(&server, &kept).await, 503, "not told as lost");
        assert_eq!(ready(&server).await, 503);
    }
    assert_eq!(
        std::fs::read_dir(&blobs).unwrap().count(),
        0,
        "nothing was written there"
    );
    std::fs::remove_dir(&blobs).unwrap();
    std::fs::rename(&away, &blobs).unwrap();
    assert_eq!(ready(&server).await, 200);
    assert_eq!(people.send(&server, &photo).await.status, 201);
    assert_eq!(people.read(&server, &kept).await, 200);
    assert_eq!(people.read(&server, &photo).await, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_another_program_locks_refuses_all_that_wait_and_goes_on_by_itself() {
    const WAITING: usize = 24;
    let folder = Folder::new("drill-locked");
    let start = Start::on(folder.path(), None);
    let mut server = start.serve().await;
    let mut doors = Doors::open(&start, &server).await;
    let acts = doors.ready(&server).await;
    let url = format!("sqlite://{}", folder.path().join("tuantra.db").display());
    let mut other = SqliteConnection::connect(&url).await.unwrap();
    other.execute("BEGIN EXCLUSIVE").await.unwrap();
    let begun = Instant::now();
    let patrol = json!({ "kind": "crop_check", "transport": "foot", "started_at": "2026-01-02T00:00:00Z", "ended_at": "2026-01-02T01:00:00Z" });
    let waiting: Vec<_> = (0..WAITING)
        .map(|_| {
            let request = Request::json(
                "PUT",
                format!("/api/v1/patrols/{}", new_id()),
                &doors.people.phone,
                &patrol,
            );
            let address = server.address.clone();
            tokio::spawn(async move { request.patiently(&address).await })
        })
        .collect();
    let read = server
        .get("/api/v1/plots", &doors.people.officer)
        .await
        .unwrap();
    assert_eq!(read.status, 200, "readers do not wait for the lock");
    for answer in waiting {
        is_later(&answer.await.unwrap());
    }
    let waited = begun.elapsed();
    assert!(
        waited < Duration::from_mins(1),
        "{waited:?} for all of them together"
    );
    other.execute("ROLLBACK").await.unwrap();
    drop(other);
    comes_through(&start, &mut server, &doors, &acts).await;
}

/// Writers that go on through whatever happens: each thing is sent until it is acknowledged.
async fn write_until(
    address: String,
    phone: String,
    over: Arc<AtomicBool>,
) -> (Vec<String>, usize) {
    let (mut kept, mut refused) = (Vec::new(), 0);
    while !over.load(Ordering::Relaxed) {
        let id = new_id();
        let body = json!({ "kind": "crop_check", "transport": "foot", "started_at": "2026-01-02T00:00:00Z", "ended_at": "2026-01-02T01:00:00Z" });
        let request = Request::json("PUT", format!("/api/v1/patrols/{id}"), &phone, &body);
        loop {
            let answer = request.patiently(&address).await;
            if answer.status < 300 {
                break;
            }
            is_later(&answer);
            refused += 1;
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        kept.push(id);
    }
    (kept, refused)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_that_is_stopped_at_once_and_started_again_loses_nothing_under_load() {
    const WRITERS: usize = 6;
    let (folder, cluster) = (
        Folder::new("drill-stopped"),
        Cluster::start("drill-stopped-cluster"),
    );
    let url = cluster.url();
    let start = Start::on(folder.path(), Some(&url));
    let mut server = start.serve().await;
    let mut doors = Doors::open(&start, &server).await;
    let acts = doors.ready(&server).await;
    let over = Arc::new(AtomicBool::new(false));
    let writers: Vec<_> = (0..WRITERS)
        .map(|_| {
            tokio::spawn(write_until(
                server.address.clone(),
                doors.people.phone.clone(),
                Arc::clone(&over),
            ))
        })
        .collect();
    for _ in 0..2 {
        tokio::time::sleep(Duration::from_millis(700)).await;
        cluster.stop();
        let asked = acts
            .iter()
            .map(|act| act.request.patiently(&server.address));
        let answers = futures::future::join_all(asked).await;
        for (act, answer) in acts.iter().zip(&answers) {
            is_refused(act.door, answer);
        }
        assert_eq!(ready(&server).await, 503);
        cluster.resume();
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    over.store(true, Ordering::Relaxed);
    let (mut kept, mut refused) = (Vec::new(), 0);
    for writer in writers {
        let (own, refusals) = writer.await.unwrap();
        kept.extend(own);
        refused += refusals;
    }
    assert!(refused > 0, "nobody met the stopped database");
    for id in &kept {
        let told = server
            .get(&format!("/api/v1/patrols/{id}"), &doors.people.officer)
            .await
            .unwrap();
        assert_eq!(told.status, 200, "{id} was acknowledged");
    }
    for act in &acts {
        act.insist(&server).await;
    }
    let mut expected = doors.expected();
    expected.patrols += i64::try_from(kept.len()).unwrap();
    assert_eq!(Held::count(&start).await, expected);
    server.stop();
    let log = start.answer(&["verify", "log"]);
    assert!(log.contains("consistent, origin unproven"), "{log}");
}
