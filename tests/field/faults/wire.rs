//! What a phone's app does to be heard: one request on a line that may fail, and again until an answer comes.

use std::fmt::Write;
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// One request.
#[derive(Clone)]
pub struct Request {
    pub method: &'static str,
    pub path: String,
    pub token: String,
    pub kind: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// Sent in chunks, its length unsaid.
    pub chunked: bool,
}

/// A whole answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Request {
    pub fn json(method: &'static str, path: String, token: &str, body: &Value) -> Self {
        Self::bytes(
            method,
            path,
            token,
            "application/json",
            body.to_string().into_bytes(),
        )
    }

    pub fn bytes(
        method: &'static str,
        path: String,
        token: &str,
        kind: &str,
        body: Vec<u8>,
    ) -> Self {
        Self {
            method,
            path,
            token: token.to_owned(),
            kind: kind.to_owned(),
            headers: Vec::new(),
            body,
            chunked: false,
        }
    }

    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    fn text(&self, address: &str) -> Vec<u8> {
        let Self { method, path, .. } = self;
        let mut head =
            format!("{method} {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n");
        if !self.token.is_empty() {
            let _ = write!(head, "authorization: Bearer {}\r\n", self.token);
        }
        if !self.kind.is_empty() {
            let _ = write!(head, "content-type: {}\r\n", self.kind);
        }
        for (name, value) in &self.headers {
            let _ = write!(head, "{name}: {value}\r\n");
        }
        let mut bytes = head.into_bytes();
        if self.chunked {
            bytes.extend(b"transfer-encoding: chunked\r\n\r\n");
            for chunk in self.body.chunks(1_000) {
                bytes.extend(format!("{:x}\r\n", chunk.len()).into_bytes());
                bytes.extend(chunk);
                bytes.extend(b"\r\n");
            }
            bytes.extend(b"0\r\n\r\n");
        } else {
            bytes.extend(format!("content-length: {}\r\n\r\n", self.body.len()).into_bytes());
            bytes.extend(&self.body);
        }
        bytes
    }

    /// One attempt; `None` when no whole answer came.
    pub async fn once(&self, address: &str) -> Option<Answer> {
        // Phones give up too: a duplicate is what follows.
        tokio::time::timeout(Duration::from_secs(20), self.attempt(address))
            .await
            .ok()?
    }

    /// One attempt on a good line, waiting for its answer as long as it takes.
    pub async fn patiently(&self, address: &str) -> Answer {
        self.attempt(address).await.unwrap()
    }

    async fn attempt(&self, address: &str) -> Option<Answer> {
        let mut line = TcpStream::connect(address).await.ok()?;
        // A server that refuses need not have read all of it; its answer counts.
        let _ = line.write_all(&self.text(address)).await;
        let mut bytes = Vec::new();
        let read = line.read_to_end(&mut bytes).await;
        Answer::read(&bytes, self.method == "HEAD").filter(|_| read.is_ok() || !bytes.is_empty())
    }
}

impl Answer {
    fn read(bytes: &[u8], is_bare: bool) -> Option<Self> {
        let head = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
        let text = std::str::from_utf8(&bytes[..head]).ok()?;
        let mut lines = text.split("\r\n");
        let status: u16 = lines.next()?.split(' ').nth(1)?.parse().ok()?;
        let headers: Vec<(String, String)> = lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect();
        let answer = Self {
            status,
            headers,
            body: bytes[head + 4..].to_vec(),
        };
        let length = answer.header("content-length");
        let length: Option<usize> = length.and_then(|length| length.parse().ok());
        let is_whole = is_bare || length.unwrap_or(0) == answer.body.len();
        is_whole.then_some(answer)
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(own, _)| own == name);
        found.map(|(_, value)| value.as_str())
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// The server asks to come again later.
    pub fn is_later(&self) -> bool {
        matches!(self.status, 408 | 423 | 429 | 503)
    }

    pub fn told(&self) -> String {
        format!("{} {}", self.status, String::from_utf8_lossy(&self.body))
    }
}
