//! One kept-alive connection of a phone; when it breaks, the next request opens another.

use anyhow::{Context, bail};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// The way to the server.
pub struct Line {
    address: String,
    stream: Option<TcpStream>,
    buffer: Vec<u8>,
}

/// A status and the body's beginning.
pub struct Answer {
    pub status: u16,
    pub location: Option<String>,
    pub body: Vec<u8>,
}

/// Bytes of a request.
pub fn request(method: &str, path: &str, token: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let secret = if token.is_empty() {
        String::new()
    } else {
        format!("authorization: Bearer {token}\r\n")
    };
    let mut bytes = format!(
        "{method} {path} HTTP/1.1\r\nhost: load\r\n{secret}{headers}content-length: {}\r\n\r\n",
        body.len()
    )
    .into_bytes();
    bytes.extend_from_slice(body);
    bytes
}

pub const JSON: &str = "content-type: application/json\r\n";
pub const FORM: &str = "content-type: application/x-www-form-urlencoded\r\n";

impl Line {
    pub fn to(address: &str) -> Self {
        Self {
            address: address.to_owned(),
            stream: None,
            buffer: Vec::new(),
        }
    }

    /// Sends a request and reads its answer.
    pub async fn ask(&mut self, request: &[u8]) -> anyhow::Result<Answer> {
        let asked = self.try_ask(request).await;
        if asked.is_err() {
            self.stream = None;
        }
        asked
    }

    async fn try_ask(&mut self, request: &[u8]) -> anyhow::Result<Answer> {
        let stream = match &mut self.stream {
            Some(stream) => stream,
            none => {
                let stream = TcpStream::connect(&self.address).await?;
                stream.set_nodelay(true)?;
                none.insert(stream)
            }
        };
        stream.write_all(request).await?;
        self.buffer.clear();
        let head = loop {
            if let Some(at) = self.buffer.windows(4).position(|four| four == b"\r\n\r\n") {
                break at + 4;
            }
            if stream.read_buf(&mut self.buffer).await? == 0 {
                bail!("the connection was closed");
            }
        };
        let text = std::str::from_utf8(&self.buffer[..head])?.to_ascii_lowercase();
        let field = |name: &str| {
            let found = text.lines().find_map(|line| line.strip_prefix(name));
            found.map(|value| value.trim().to_owned())
        };
        let status = text.split(' ').nth(1).context("no status")?.parse()?;
        let length: usize = field("content-length:").map_or(Ok(0), |length| length.parse())?;
        let (location, closes) = (
            field("location:"),
            field("connection:").as_deref() == Some("close"),
        );
        while self.buffer.len() < head + length {
            if stream.read_buf(&mut self.buffer).await? == 0 {
                bail!("the answer was cut");
            }
        }
        let body = self.buffer[head..head + length].to_vec();
        if closes {
            self.stream = None;
        }
        Ok(Answer {
            status,
            location,
            body,
        })
    }
}
