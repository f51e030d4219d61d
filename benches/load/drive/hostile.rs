//! What is thrown at the server beside the load: it is refused, and costs the others nothing that counts.

use std::fmt::Write as _;
use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use tuantra::base::hex;
use tuantra::base::ids::IdMaker;
use tuantra::base::time::SystemClock;
use tuantra::journal::model::sha256;

use super::phones::Secrets;
use super::tally::Tally;
use super::wire::{FORM, JSON, Line, request};

/// A way to do harm.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// A few kilobytes that inflate to sixty megabytes.
    ZipBomb,
    /// Entities that would expand a billion times.
    Entities,
    /// Four megabytes of GPX that never come to a point.
    HugeXml,
    /// A hundred thousand lists in one another.
    DeepJson,
    /// A byte a second.
    SlowBody,
    /// A photo that was announced and says that it has a hundred megabytes.
    OversizedPhoto,
    /// A picture of a few bytes that would take ten gigabytes of pixels.
    PixelBomb,
    /// Numbers, times and names that no field takes.
    Nonsense,
    /// Secrets that open nothing.
    Guesses,
}

impl Kind {
    pub const ALL: [Self; 9] = [
        Self::ZipBomb,
        Self::Entities,
        Self::HugeXml,
        Self::DeepJson,
        Self::SlowBody,
        Self::OversizedPhoto,
        Self::PixelBomb,
        Self::Nonsense,
        Self::Guesses,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::ZipBomb => "zip bomb",
            Self::Entities => "entities",
            Self::HugeXml => "huge XML",
            Self::DeepJson => "deep JSON",
            Self::SlowBody => "slow body",
            Self::OversizedPhoto => "oversized photo",
            Self::PixelBomb => "pixel bomb",
            Self::Nonsense => "nonsense",
            Self::Guesses => "guessed secret",
        }
    }

    fn bytes(self, secrets: &Secrets) -> anyhow::Result<Vec<u8>> {
        const PATROL: &str = "/api/v1/patrols/01938f3a-7c2e-7b1a-9d43-6f0a51b2c3d4/fixes";
        let gpx = format!("/t/{}/gpx", secrets.tracker);
        let xml = "content-type: application/gpx+xml\r\n";
        Ok(match self {
            Self::ZipBomb => {
                let mut packed = GzEncoder::new(Vec::new(), Compression::best());
                for _ in 0..60 {
                    packed.write_all(&vec![b' '; 1 << 20])?;
                }
                let headers = format!("{JSON}content-encoding: gzip\r\n");
                request("POST", PATROL, &secrets.api, &headers, &packed.finish()?)
            }
            Self::Entities => {
                let mut text = String::from("<?xml version=\"1.0\"?><!DOCTYPE gpx [<!ENTITY a0 \"lol\">");
                for n in 1..10 {
                    let _ = write!(text, "<!ENTITY a{n} \"{}\">", format!("&a{};", n - 1).repeat(10));
                }
                text += "]><gpx version=\"1.1\"><trk><name>&a9;</name></trk></gpx>";
                request("POST", &gpx, "", xml, text.as_bytes())
            }
            Self::HugeXml => {
                let mut text = String::from("<gpx version=\"1.1\"><trk><trkseg>");
                text += &"<a><b><c>".repeat(450_000);
                request("POST", &gpx, "", xml, text.as_bytes())
            }
            Self::DeepJson => request("POST", "/api/v1/sync/push", &secrets.api, JSON, "[".repeat(100_000).as_bytes()),
            Self::OversizedPhoto | Self::PixelBomb => Vec::new(),
            Self::SlowBody => format!(
                "POST {PATROL} HTTP/1.1\r\nhost: load\r\nauthorization: Bearer {}\r\n{JSON}content-length: 100000\r\n\r\n",
                secrets.api
            )
            .into_bytes(),
            Self::Nonsense => request("POST", &format!("/t/{}", secrets.tracker), "", FORM, b"id=x&timestamp=99999999999999999&lat=1e999&lon=nan"),
            Self::Guesses => request("GET", "/api/v1/plots", "guessed", "", b""),
        })
    }
}

/// Goes on with it until the phones are home.
pub async fn attack(
    kind: Kind,
    address: String,
    secrets: Secrets,
    tally: Arc<Tally>,
    over: Arc<AtomicBool>,
) -> anyhow::Result<()> {
    let bytes = kind.bytes(&secrets)?;
    while !over.load(Ordering::Relaxed) {
        match kind {
            Kind::SlowBody => drip(&address, &bytes, &over).await?,
            // A server that closes before it read all is within its rights.
            Kind::OversizedPhoto => {
                if let Some(status) = push_large(&address, &secrets).await? {
                    tally.refused(kind.name(), status);
                }
            }
            // Its bytes are kept like any evidence; the making of small pictures must get over it.
            Kind::PixelBomb => push_bomb(&address, &secrets).await?,
            _ => match Line::to(&address).ask(&bytes).await {
                Ok(answer) if matches!(kind, Kind::Nonsense) && answer.status == 200 => {}
                Ok(answer) => tally.refused(kind.name(), answer.status),
                Err(_) => {}
            },
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    Ok(())
}

/// Announces a photo; gives its path.
async fn announce(
    line: &mut Line,
    secrets: &Secrets,
    bytes: &[u8],
    length: usize,
) -> anyhow::Result<String> {
    let id = IdMaker::new(Arc::new(SystemClock)).make();
    let path = format!("/api/v1/photos/{id}");
    let sum = hex(&sha256(bytes));
    let sidecar = format!(
        "{{\"sha256\":\"{sum}\",\"bytes\":{length},\"taken_at\":\"2026-03-02T00:00:00Z\"}}"
    );
    line.ask(&request(
        "PUT",
        &path,
        &secrets.api,
        JSON,
        sidecar.as_bytes(),
    ))
    .await?;
    Ok(path)
}

async fn push_large(address: &str, secrets: &Secrets) -> anyhow::Result<Option<u16>> {
    let path = announce(&mut Line::to(address), secrets, b"", 30_000_000).await?;
    let head = format!(
        "PUT {path}/original HTTP/1.1\r\nhost: load\r\nauthorization: Bearer {}\r\ncontent-type: image/jpeg\r\n\
         connection: close\r\ncontent-length: 100000000\r\n\r\n",
        secrets.api
    );
    Ok(pushed(address, &[head.into_bytes(), vec![0xff; 300_000]].concat()).await)
}

async fn push_bomb(address: &str, secrets: &Secrets) -> anyhow::Result<()> {
    let mut line = Line::to(address);
    let picture = bomb();
    let path = announce(&mut line, secrets, &picture, picture.len()).await?;
    let original = format!("{path}/original");
    line.ask(&request(
        "PUT",
        &original,
        &secrets.api,
        "content-type: image/png\r\n",
        &picture,
    ))
    .await?;
    Ok(())
}

/// A PNG of 60,000 by 60,000 pixels in some seventy bytes; the random ones make each another.
fn bomb() -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
    let side = 60_000_u32.to_be_bytes();
    let id = IdMaker::new(Arc::new(SystemClock)).make();
    for (kind, body) in [
        (b"IHDR", [&side[..], &side[..], &[8, 2, 0, 0, 0]].concat()),
        (b"tEXt", id.to_string().into_bytes()),
        (
            b"IDAT",
            vec![0x78, 0x9c, 0x63, 0x00, 0x00, 0x00, 0x01, 0x00, 0x01],
        ),
        (b"IEND", Vec::new()),
    ] {
        bytes.extend(u32::try_from(body.len()).unwrap_or(0).to_be_bytes());
        let named = [&kind[..], &body].concat();
        let sum = crc32fast::hash(&named);
        bytes.extend(named);
        bytes.extend(sum.to_be_bytes());
    }
    bytes
}

/// Forty connections that say nearly nothing.
async fn drip(address: &str, head: &[u8], over: &AtomicBool) -> anyhow::Result<()> {
    let mut lines = Vec::new();
    for _ in 0..40 {
        let mut line = TcpStream::connect(address).await?;
        line.write_all(head).await?;
        lines.push(line);
    }
    while !over.load(Ordering::Relaxed) {
        tokio::time::sleep(Duration::from_secs(1)).await;
        for line in &mut lines {
            let _ = line.write_all(b" ").await;
        }
    }
    Ok(())
}

async fn pushed(address: &str, bytes: &[u8]) -> Option<u16> {
    let mut line = TcpStream::connect(address).await.ok()?;
    let _ = line.write_all(bytes).await;
    let _ = line.shutdown().await;
    let mut answer = Vec::new();
    let read = line.read_to_end(&mut answer);
    let _ = tokio::time::timeout(Duration::from_secs(30), read).await;
    let text = String::from_utf8_lossy(&answer).into_owned();
    text.split(' ').nth(1)?.parse().ok()
}
