//! Originals on an S3-compatible store: shared by several processes, and gone for a while.

mod double;

use std::path::Path;
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures::TryStreamExt;
use tuantra::blobs::{BlobName, Blobs, Place, Placed};
use tuantra::journal::model::sha256;

use crate::binary::{Folder, Start};
use crate::cluster::Cluster;
use crate::people::{People, is_later, ready};

use double::{BUCKET, Double, KEY, Mood, SECRET};

/// More than one piece of 5 MiB, and a rest.
const LARGE: usize = 6_500_000;
const SMALL: usize = 40_000;

/// A server whose originals go to the double, in a folder of the bucket.
fn start<'a>(
    data: &'a Path,
    database: Option<&'a str>,
    double: &Double,
    folder: &str,
) -> Start<'a> {
    let mut start = Start::on(data, database);
    start.settings = settings(double, folder);
    start
}

fn settings(double: &Double, folder: &str) -> Vec<(&'static str, String)> {
    vec![
        ("TUANTRA_BLOB_URL", format!("s3://{BUCKET}/{folder}")),
        (
            "TUANTRA_BLOB_ENDPOINT",
            format!("http://{}", double.address),
        ),
        ("TUANTRA_BLOB_ACCESS_KEY", KEY.to_owned()),
        ("TUANTRA_BLOB_SECRET_KEY", SECRET.to_owned()),
        ("TUANTRA_BLOB_PLAIN_HTTP", "true".to_owned()),
    ]
}

fn parts(double: &Double) -> usize {
    let keys = double.keys();
    keys.iter().filter(|key| key.contains("/uploads/")).count()
}

async fn originals_are_kept_in_the_bucket(databases: &[Option<&str>], name: &str) {
    let (folder, double) = (Folder::new(name), Double::start().await);
    let (one, two) = (folder.path().join("one"), folder.path().join("two"));
    let first = start(&one, databases[0], &double, "tinh/anh");
    let people = People::of(&first);
    let here = first.serve().await;
    // Two processes on one PostgreSQL have one key between them.
    let shares = databases.len() > 1;
    if shares {
        std::fs::create_dir_all(two.join("keys")).unwrap();
        std::fs::copy(one.join("keys/journal.pem"), two.join("keys/journal.pem")).unwrap();
    }
    let second = start(
        if shares { &two } else { &one },
        databases[0],
        &double,
        "tinh/anh",
    );
    let other = if shares {
        Some(second.serve().await)
    } else {
        None
    };
    let there = other.as_ref().unwrap_or(&here);
    for (length, seed) in [(SMALL, 1), (LARGE, 2)] {
        let photo = people.announce(&here, length, seed).await;
        let kept = people.send(&here, &photo).await;
        assert_eq!(kept.status, 201, "{}", kept.told());
        let again = people.send(there, &photo).await;
        assert_eq!(
            again.json()["receipt"],
            kept.json()["receipt"],
            "a replay elsewhere"
        );
        assert_eq!(people.read(there, &photo).await, 200);
    }
    // An upload that begins at one process and ends at the other.
    let photo = people.announce(&here, LARGE, 3).await;
    let at = people.open_upload(&here, &photo).await;
    let begun = people.patch(&here, &at, 0, &photo.bytes[..1_000_001]).await;
    assert_eq!(begun.status, 204, "{}", begun.told());
    assert_eq!(parts(&double), 4, "what came is in the bucket");
    let ended = people
        .patch(there, &at, 1_000_001, &photo.bytes[1_000_001..])
        .await;
    assert_eq!(ended.status, 204, "{}", ended.told());
    assert_eq!(people.read(&here, &photo).await, 200);
    assert_eq!(people.read(there, &photo).await, 200);
    assert_eq!((ready(&here).await, double.forged()), (200, 0));
    assert_eq!(
        (parts(&double), double.open_uploads()),
        (0, 0),
        "nothing is left over"
    );
    let most = double.largest();
    assert!(most <= 5 * 1024 * 1024, "{most} bytes in one request");
    assert!(double.keys().iter().all(|key| key.starts_with("tinh/anh/")));
    assert!(
        !one.join("blobs").exists(),
        "no folder of originals beside the bucket"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn originals_are_kept_in_a_bucket_on_sqlite() {
    originals_are_kept_in_the_bucket(&[None], "bucket-sqlite").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_share_postgres_and_a_bucket() {
    let cluster = Cluster::start("bucket-cluster");
    let url = cluster.url();
    originals_are_kept_in_the_bucket(&[Some(&url), Some(&url)], "bucket-postgres").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bucket_that_is_gone_is_waited_for_and_nothing_is_half_done() {
    let (folder, double) = (Folder::new("bucket-gone"), Double::start().await);
    let start = start(folder.path(), None, &double, "anh");
    let people = People::of(&start);
    let server = start.serve().await;
    for (mood, seed) in [(Mood::Gone, 10), (Mood::Silent, 20), (Mood::Full, 30)] {
        let whole = people.announce(&server, SMALL, seed).await;
        let in_parts = people.announce(&server, LARGE, seed + 1).await;
        let at = people.open_upload(&server, &in_parts).await;
        people
            .patch(&server, &at, 0, &in_parts.bytes[..600_000])
            .await;
        double.fare(mood).await;
        let begun = Instant::now();
        is_later(&people.send(&server, &whole).await);
        assert!(
            begun.elapsed() < Duration::from_mins(1),
            "{mood:?}: refused too late"
        );
        is_later(
            &people
                .patch(&server, &at, 600_000, &in_parts.bytes[600_000..])
                .await,
        );
        assert_eq!(ready(&server).await, 503, "{mood:?}");
        // Facts need no bucket.
        people.announce(&server, 9, seed + 2).await;
        double.fare(Mood::Well).await;
        assert_eq!(ready(&server).await, 200, "{mood:?}");
        assert_eq!(
            people.read(&server, &whole).await,
            404,
            "{mood:?}: not half kept"
        );
        assert_eq!(people.send(&server, &whole).await.status, 201);
        let told = people
            .tus("HEAD", &at, Vec::new())
            .patiently(&server.address)
            .await;
        let offset: usize = told.header("upload-offset").unwrap().parse().unwrap();
        assert_eq!(
            offset, 600_000,
            "{mood:?}: the offset is what the bucket holds"
        );
        let ended = people
            .patch(&server, &at, offset, &in_parts.bytes[offset..])
            .await;
        assert_eq!(ended.status, 204, "{}", ended.told());
        assert_eq!(people.read(&server, &whole).await, 200);
        assert_eq!(people.read(&server, &in_parts).await, 200);
    }
    assert_eq!((parts(&double), double.open_uploads()), (0, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pieces_that_the_bucket_does_not_put_together_are_given_up_and_put_together_later() {
    let (folder, double) = (Folder::new("bucket-forgetful"), Double::start().await);
    let start = start(folder.path(), None, &double, "anh");
    let people = People::of(&start);
    let server = start.serve().await;
    let photo = people.announce(&server, LARGE, 40).await;
    let at = people.open_upload(&server, &photo).await;
    double.fare(Mood::Forgetful).await;
    is_later(&people.patch(&server, &at, 0, &photo.bytes).await);
    assert_eq!(double.open_uploads(), 0, "the pieces were given up");
    double.fare(Mood::Well).await;
    // All bytes are there: asking alone brings it to its end.
    let told = people
        .tus("HEAD", &at, Vec::new())
        .patiently(&server.address)
        .await;
    assert_eq!(told.header("upload-offset"), Some("6500000"));
    assert_eq!(people.read(&server, &photo).await, 200);
    assert_eq!(parts(&double), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_secret_that_the_bucket_refuses_is_told_as_not_ready() {
    let (folder, double) = (Folder::new("bucket-secret"), Double::start().await);
    let mut start = start(folder.path(), None, &double, "anh");
    start.settings[3].1 = "other".into();
    let people = People::of(&start);
    let log = folder.path().join("log");
    start.log = Some(log.clone());
    let server = start.serve().await;
    let photo = people.announce(&server, SMALL, 50).await;
    assert_eq!(ready(&server).await, 503);
    is_later(&people.send(&server, &photo).await);
    assert!(double.forged() > 0 && double.keys().is_empty());
    drop(server);
    let told = std::fs::read_to_string(log).unwrap();
    assert!(
        !told.contains("other/") && !told.contains(SECRET),
        "no secret in the log"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_of_a_bucket_is_restored_into_another_folder_of_it() {
    let (folder, double) = (Folder::new("bucket-backup"), Double::start().await);
    let [data, again, backup] = ["data", "again", "backup"].map(|name| folder.path().join(name));
    let first = start(&data, None, &double, "cu");
    let people = People::of(&first);
    let mut server = first.serve().await;
    let photo = people.announce(&server, LARGE, 60).await;
    assert_eq!(people.send(&server, &photo).await.status, 201);
    first.answer(&["backup", backup.to_str().unwrap()]);
    server.kill();
    let second = start(&again, None, &double, "moi");
    let told = second.answer(&["restore", backup.to_str().unwrap()]);
    assert!(told.contains("1 blobs of 6500000 bytes"), "{told}");
    let mut server = second.serve().await;
    assert_eq!(people.read(&server, &photo).await, 200);
    server.stop();
    let log = second.answer(&["verify", "log"]);
    assert!(log.contains("consistent, origin unproven"), "{log}");
    assert!(
        double
            .keys()
            .iter()
            .any(|key| key.starts_with("moi/sha256/"))
    );
}

async fn names(blobs: &Blobs) -> Vec<(BlobName, u64)> {
    let mut names: Vec<_> = blobs
        .names()
        .map_ok(|(name, bytes, _)| (name, bytes))
        .try_collect()
        .await
        .unwrap();
    names.sort_by_key(|(name, _)| name.0);
    names
}

/// The store's own promises, whichever it is.
async fn is_a_store(blobs: &Blobs) {
    let mut kept = Vec::new();
    for n in 0..12_u8 {
        let bytes = Bytes::from(vec![n; 1 + usize::from(n)]);
        let name = BlobName(sha256(&bytes));
        assert_eq!(blobs.put(name, bytes.clone()).await.unwrap(), Placed::Now);
        assert_eq!(
            blobs.put(name, bytes.clone()).await.unwrap(),
            Placed::Before
        );
        assert_eq!(blobs.get(name).await.unwrap(), Some(bytes));
        kept.push((name, u64::from(n) + 1));
    }
    kept.sort_by_key(|(name, _)| name.0);
    assert_eq!(names(blobs).await, kept, "every page of the list");
    let (name, _) = kept.remove(3);
    blobs.set_aside(name).await.unwrap();
    blobs.set_aside(name).await.unwrap();
    assert!(!blobs.holds(name).await.unwrap());
    assert_eq!(names(blobs).await, kept);
    blobs.put_back(name).await.unwrap();
    assert!(blobs.holds(name).await.unwrap());
    blobs.set_aside(name).await.unwrap();
    let aside: Vec<_> = blobs.aside().try_collect().await.unwrap();
    assert_eq!(aside.len(), 1);
    blobs.remove(name).await.unwrap();
    blobs.remove(name).await.unwrap();
    assert_eq!(blobs.get(name).await.unwrap(), None);
    assert_eq!(blobs.aside().try_collect::<Vec<_>>().await.unwrap(), []);
    blobs.probe().await.unwrap();
}

#[tokio::test]
async fn a_folder_and_a_bucket_keep_the_same_promises() {
    let (folder, double) = (Folder::new("bucket-same"), Double::start().await);
    is_a_store(&Blobs::open_folder(folder.path(), true).unwrap()).await;
    let endpoint = format!("http://{}", double.address);
    for inner in ["", "anh"] {
        let place = Place {
            bucket: BUCKET,
            folder: inner,
            endpoint: Some(&endpoint),
            region: "us-east-1",
            access_key: KEY,
            secret_key: SECRET,
            plain_http: true,
        };
        is_a_store(&Blobs::open_bucket(&place).unwrap()).await;
    }
    assert_eq!(double.forged(), 0);
}
