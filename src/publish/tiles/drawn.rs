//! A tile that was drawn: its bytes, their digest, and the same bytes compressed once somebody takes them so.

use std::io::Write;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};
use tokio::sync::OnceCell;

use crate::base::hex;
use crate::store;

/// A drawn tile; without bytes when it shows nothing.
#[derive(Debug)]
pub struct Drawn {
    /// The tile.
    pub body: Bytes,
    /// What it is called.
    pub tag: String,
    compressed: OnceCell<Bytes>,
}

impl Drawn {
    pub fn of(body: Vec<u8>) -> Self {
        let digest = Sha256::digest(&body);
        let half = digest.get(..16).unwrap_or_default();
        Self {
            tag: format!("W/\"{}\"", hex(half)),
            body: body.into(),
            compressed: OnceCell::new(),
        }
    }

    /// The bytes as gzip.
    pub async fn compressed(&self) -> Result<Bytes, store::Error> {
        let make = || async {
            let body = self.body.clone();
            super::aside(move || gzip(&body)).await
        };
        self.compressed.get_or_try_init(make).await.cloned()
    }

    /// How much of memory it takes, or soon will.
    pub fn bytes(&self) -> usize {
        self.body.len() * 3 / 2 + 256
    }
}

fn gzip(body: &[u8]) -> Bytes {
    let mut encoder = GzEncoder::new(Vec::with_capacity(body.len() / 2), Compression::fast());
    // Writing into memory does not fail.
    let written = encoder.write_all(body).and_then(|()| encoder.finish());
    written.unwrap_or_default().into()
}
