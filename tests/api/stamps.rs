//! Heads stamped by an outside authority: a real one, made with OpenSSL, behind a socket.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::http::StatusCode;
use axum::routing::post;
use serde_json::json;
use tuantra::journal::audit;
use tuantra::journal::stamps::{Authority, StampFault};

use crate::field::Folder;
use crate::journal::rows::{each_is_found, each_is_found_at_last};

const CONFIG: &str = "\
[tsa]
default_tsa = own
[own]
serial = serial
signer_cert = tsa.pem
certs = tsa.pem
signer_key = tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
";

/// An authority with a certificate of its own.
pub struct Desk(Folder);

fn openssl(folder: &Path, words: &[&str]) -> (bool, String) {
    let done = Command::new("openssl")
        .args(words)
        .current_dir(folder)
        .output()
        .unwrap();
    let said = [done.stdout, done.stderr].concat();
    (
        done.status.success(),
        String::from_utf8_lossy(&said).into_owned(),
    )
}

impl Desk {
    pub fn open() -> Self {
        let folder = Folder::new();
        std::fs::write(folder.path().join("tsa.cnf"), CONFIG).unwrap();
        std::fs::write(folder.path().join("serial"), "01").unwrap();
        let words = "req -x509 -newkey rsa:2048 -nodes -keyout tsa.key -out tsa.pem -days 2 -subj /CN=tsa \
            -addext extendedKeyUsage=critical,timeStamping";
        let (made, said) = openssl(folder.path(), &words.split_whitespace().collect::<Vec<_>>());
        assert!(made, "{said}");
        Self(folder)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Answers a query as `openssl ts` does.
    pub fn reply(&self, query: &[u8]) -> Vec<u8> {
        std::fs::write(self.path("query.tsq"), query).unwrap();
        let words = "ts -reply -config tsa.cnf -queryfile query.tsq -out reply.tsr";
        let (made, said) = openssl(self.0.path(), &words.split_whitespace().collect::<Vec<_>>());
        assert!(made, "{said}");
        std::fs::read(self.path("reply.tsr")).unwrap()
    }

    /// Checks a stamp as anybody outside would.
    pub fn verifies(&self, text: &[u8], reply: &[u8]) -> bool {
        std::fs::write(self.path("checkpoint.txt"), text).unwrap();
        std::fs::write(self.path("shown.tsr"), reply).unwrap();
        let words = "ts -verify -data checkpoint.txt -in shown.tsr -CAfile tsa.pem";
        openssl(self.0.path(), &words.split_whitespace().collect::<Vec<_>>()).0
    }
}

/// Serves an answer to each query on a port of its own.
pub async fn served<F>(answer: F) -> String
where
    F: Fn(Bytes) -> (StatusCode, Vec<u8>) + Clone + Send + Sync + 'static,
{
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/tsa", listener.local_addr().unwrap());
    let router = Router::new().route(
        "/tsa",
        post(move |query: Bytes| async move { answer(query) }),
    );
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    url
}

pub const DAY: Duration = Duration::from_hours(24);

on_both! {
    async fn a_head_is_stamped_once_a_day_and_openssl_agrees(field: Field) {
        let desk = Arc::new(Desk::open());
        let own = Arc::clone(&desk);
        let authority = Authority::at(&served(move |query| (StatusCode::OK, own.reply(&query))).await).unwrap();
        field.settle().await;
        let journal = &field.app.journal;
        let stamp = journal.stamp_if_due(&authority, DAY).await.unwrap().unwrap();
        assert_eq!(journal.stamp_if_due(&authority, DAY).await.unwrap(), None, "not again within the day");
        let officer = field.officer().await;
        field.settle().await;
        assert_eq!(journal.stamp_if_due(&authority, DAY).await.unwrap(), None, "not for a newer head either");
        let listed = officer.get("/api/v1/journal/stamps").await.expect(200).json();
        assert_eq!(listed[0]["size"], stamp.size);
        let shown = officer.get(&format!("/api/v1/journal/stamps/{}", stamp.size)).await.expect(200);
        assert_eq!(shown.headers["content-type"], "application/timestamp-reply");
        let text = officer.get(&format!("/api/v1/journal/checkpoint?size={}", stamp.size)).await.expect(200);
        assert!(desk.verifies(&text.bytes, &shown.bytes));
        assert!(!desk.verifies(&text.bytes[1..], &shown.bytes));
        officer.get("/api/v1/journal/stamps/999999").await.expect(404);
        field.clock.advance_millis(86_400_000);
        let next = journal.stamp_if_due(&authority, DAY).await.unwrap().unwrap();
        assert!(next.size > stamp.size);
        let rows = || async { audit::verify_rows(field.app.journal.store()).await.unwrap() };
        each_is_found(&field, rows, &[
            ("UPDATE journal_stamps SET stamped_at = stamped_at - 86400000", "UPDATE journal_stamps SET stamped_at = stamped_at + 86400000", "journal_stamps "),
            ("UPDATE journal_stamps SET size = -size", "UPDATE journal_stamps SET size = -size", "journal_stamps "),
        ]).await;
        each_is_found_at_last(&field, rows, &[
            ("UPDATE journal_stamps SET reply = (SELECT e.leaf FROM journal_entries e WHERE e.seq = 0)", "journal_stamps "),
        ]).await;
    }

    async fn what_is_no_stamp_of_this_head_is_not_kept(field: Field) {
        let desk = Desk::open();
        field.settle().await;
        let query = std::fs::read({
            std::fs::write(desk.path("other"), "other").unwrap();
            openssl(desk.0.path(), &["ts", "-query", "-data", "other", "-sha256", "-out", "other.tsq"]);
            desk.path("other.tsq")
        });
        let other = desk.reply(&query.unwrap());
        // Status 2, a rejection, and nothing else.
        let refusal = vec![0x30, 0x05, 0x30, 0x03, 0x02, 0x01, 0x02];
        let answers = [
            (StatusCode::OK, other, "other bytes"),
            (StatusCode::OK, refusal, "status 2"),
            (StatusCode::OK, b"<html>".to_vec(), "no time-stamp"),
            (StatusCode::OK, vec![0x30; 70_000], "too large"),
            (StatusCode::BAD_GATEWAY, Vec::new(), "502"),
        ];
        for (status, reply, reason) in answers {
            let url = served(move |_| (status, reply.clone())).await;
            let fault = field.app.journal.stamp_if_due(&Authority::at(&url).unwrap(), DAY).await.unwrap_err();
            assert!(fault.to_string().contains(reason), "{reason}: {fault}");
        }
        let nobody = Authority::at("http://127.0.0.1:1/tsa").unwrap();
        let fault = field.app.journal.stamp_if_due(&nobody, DAY).await.unwrap_err();
        assert!(matches!(fault, StampFault::Unreachable(_)), "{fault}");
        assert_eq!(field.officer().await.get("/api/v1/journal/stamps").await.expect(200).json(), json!([]));
    }
}
