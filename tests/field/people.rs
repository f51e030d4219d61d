//! A phone and an officer at a running server, and the photos that go between them.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::json;
use tuantra::base::hex;
use tuantra::base::ids::IdMaker;
use tuantra::base::time::SystemClock;
use tuantra::journal::model::sha256;

use crate::binary::{Server, Start};
use crate::faults::dice::Dice;
use crate::faults::wire::{Answer, Request};

pub struct Photo {
    pub id: String,
    pub bytes: Vec<u8>,
}

/// A phone and an officer.
pub struct People {
    pub phone: String,
    pub officer: String,
}

impl People {
    pub fn of(start: &Start<'_>) -> Self {
        Self {
            phone: start.answer(&["device", "enrol", "--name", "máy"]),
            officer: start.officer(),
        }
    }

    pub async fn announce(&self, server: &Server, length: usize, seed: u64) -> Photo {
        let photo = Photo {
            id: new_id(),
            bytes: Dice::new(seed).bytes(length),
        };
        self.announce_again(server, &photo).await;
        photo
    }

    pub async fn announce_again(&self, server: &Server, photo: &Photo) {
        let (sha256, length) = (hex(&sha256(&photo.bytes)), photo.bytes.len());
        let sidecar = json!({ "sha256": sha256, "bytes": length, "taken_at": "2026-03-02T09:31:05+07:00", "phase": "during" });
        let path = format!("/api/v1/photos/{}", photo.id);
        let told = server.put(&path, &self.phone, &sidecar).await.unwrap();
        assert_eq!(told.status, 201);
    }

    /// The whole original in one body.
    pub async fn send(&self, server: &Server, photo: &Photo) -> Answer {
        let path = format!("/api/v1/photos/{}/original", photo.id);
        let bytes = photo.bytes.clone();
        let request = Request::bytes("PUT", path, &self.phone, "image/jpeg", bytes);
        request.patiently(&server.address).await
    }

    pub async fn read(&self, server: &Server, photo: &Photo) -> u16 {
        let path = format!("/api/v1/photos/{}/original?reason=kiem-tra", photo.id);
        let answer = server.get(&path, &self.officer).await.unwrap();
        assert!(
            answer.status != 200 || answer.body == photo.bytes,
            "{}",
            photo.id
        );
        answer.status
    }

    pub async fn open_upload(&self, server: &Server, photo: &Photo) -> String {
        let create = self.tus("POST", "/files", Vec::new());
        let create = create
            .with("upload-length", photo.bytes.len().to_string())
            .with(
                "upload-metadata",
                format!("photo {}", BASE64.encode(&photo.id)),
            );
        let made = create.patiently(&server.address).await;
        assert_eq!(made.status, 201, "{}", made.told());
        let place = made.header("location").unwrap();
        format!("/files/{}", place.split_once("/files/").unwrap().1)
    }

    pub fn tus(&self, method: &'static str, path: &str, body: Vec<u8>) -> Request {
        let request = Request::bytes(method, path.to_owned(), &self.phone, "", body);
        request.with("tus-resumable", "1.0.0")
    }

    pub async fn patch(&self, server: &Server, at: &str, from: usize, bytes: &[u8]) -> Answer {
        let patch = self.tus("PATCH", at, bytes.to_vec());
        let patch = patch
            .with("content-type", "application/offset+octet-stream")
            .with("upload-offset", from.to_string());
        patch.patiently(&server.address).await
    }
}

pub fn is_later(answer: &Answer) {
    assert_eq!(answer.status, 503, "{}", answer.told());
    let after = answer.header("retry-after").expect("when to come again");
    assert!(after.parse::<u32>().is_ok());
}

pub async fn ready(server: &Server) -> u16 {
    server.get("/readyz", "").await.unwrap().status
}

/// An id as phones make them.
pub fn new_id() -> String {
    IdMaker::new(Arc::new(SystemClock)).make().to_string()
}
