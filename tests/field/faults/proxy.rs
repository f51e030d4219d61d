//! A bad line between phones and server: it cuts, stalls, slows, repeats and swallows, by seeded chance.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::sleep;

use super::dice::Dice;

/// What is done to one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// Cut before the server sees a byte.
    BeforeHeaders,
    /// Cut inside the headers.
    InHeaders,
    /// Cut inside the body, anywhere.
    InBody,
    /// Cut where a part of a form or a chunk of the transfer begins or ends.
    AtBorder,
    /// The server acted and answered; the answer is swallowed.
    AfterCommit,
    /// The answer is cut.
    InAnswer,
    /// Silence in the middle of the request.
    Stall,
    /// The request arrives a second time, later than what was sent after it.
    Twice,
    /// 16 kB/s, and some segments are lost and sent again.
    Slow,
}

pub const FAULTS: [Fault; 9] = [
    Fault::BeforeHeaders,
    Fault::InHeaders,
    Fault::InBody,
    Fault::AtBorder,
    Fault::AfterCommit,
    Fault::InAnswer,
    Fault::Stall,
    Fault::Twice,
    Fault::Slow,
];

const BYTES_PER_SECOND: usize = 16 * 1024;
const SEGMENT: usize = 1_400;
/// A lost segment is sent again after so long.
const RESENT_AFTER: Duration = Duration::from_millis(200);

/// The line: where it is reached, and what it did so far.
pub struct Proxy {
    pub address: String,
    inner: Arc<Inner>,
}

struct Inner {
    server: Mutex<String>,
    dice: Mutex<Dice>,
    done: Mutex<BTreeMap<Fault, u64>>,
    /// Requests in a hundred that something happens to.
    share: Mutex<u64>,
}

impl Proxy {
    pub async fn start(server: &str, dice: Dice) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let inner = Arc::new(Inner {
            server: Mutex::new(server.to_owned()),
            dice: Mutex::new(dice),
            done: Mutex::default(),
            share: Mutex::new(45),
        });
        let own = Arc::clone(&inner);
        tokio::spawn(async move {
            while let Ok((phone, _)) = listener.accept().await {
                let inner = Arc::clone(&own);
                tokio::spawn(async move { inner.carry(phone).await });
            }
        });
        Self { address, inner }
    }

    /// The server stands elsewhere from now on.
    pub fn lead_to(&self, server: &str) {
        server.clone_into(&mut self.inner.server.lock().unwrap());
    }

    /// From now on nothing happens to requests.
    pub fn heal(&self) {
        *self.inner.share.lock().unwrap() = 0;
    }

    pub fn tally(&self) -> BTreeMap<Fault, u64> {
        self.inner.done.lock().unwrap().clone()
    }

    pub fn count(&self) -> u64 {
        self.tally().values().sum()
    }
}

/// A request as the phone sent it.
struct Sent {
    bytes: Vec<u8>,
    head: usize,
}

impl Sent {
    async fn read(phone: &mut TcpStream) -> Option<Self> {
        let mut bytes = Vec::new();
        let mut buffer = vec![0; 16 * 1024];
        loop {
            if let Some(head) = end_of_head(&bytes)
                && is_whole(&bytes, head)
            {
                return Some(Self { bytes, head });
            }
            match phone.read(&mut buffer).await {
                Ok(0) | Err(_) => return None,
                Ok(read) => bytes.extend_from_slice(&buffer[..read]),
            }
        }
    }

    /// Where parts of a form or chunks of the transfer begin.
    fn borders(&self) -> Vec<usize> {
        let body = &self.bytes[self.head..];
        let is_form = body.starts_with(b"--");
        let pattern: &[u8] = if is_form { b"\r\n--" } else { b"\r\n" };
        let found = body
            .windows(pattern.len())
            .enumerate()
            .filter(|(_, window)| *window == pattern);
        found.map(|(at, _)| self.head + at + 2).collect()
    }
}

fn end_of_head(bytes: &[u8]) -> Option<usize> {
    let at = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
    Some(at + 4)
}

fn is_whole(bytes: &[u8], head: usize) -> bool {
    let text = String::from_utf8_lossy(&bytes[..head]).to_ascii_lowercase();
    if text.contains("transfer-encoding: chunked") {
        return bytes.ends_with(b"0\r\n\r\n");
    }
    let length = text
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "))
        .and_then(|length| length.trim().parse::<usize>().ok());
    bytes.len() - head >= length.unwrap_or(0)
}

impl Inner {
    async fn carry(&self, mut phone: TcpStream) {
        let Some(sent) = Sent::read(&mut phone).await else {
            return;
        };
        let (fault, mut dice) = self.chosen(&sent);
        if let Some(fault) = fault {
            *self.done.lock().unwrap().entry(fault).or_default() += 1;
        }
        let server = self.server.lock().unwrap().clone();
        // Whatever goes wrong on the way is one more cut line for the phone.
        let _ = suffer(fault, &sent, &mut phone, &server, &mut dice).await;
    }

    fn chosen(&self, sent: &Sent) -> (Option<Fault>, Dice) {
        let share = *self.share.lock().unwrap();
        let mut dice = self.dice.lock().unwrap();
        let fault = dice
            .percent(share)
            .then(|| FAULTS[dice.index(FAULTS.len())]);
        // What has no body is cut in its headers.
        let fault = match fault {
            Some(Fault::InBody) if sent.bytes.len() == sent.head => Some(Fault::InHeaders),
            Some(Fault::AtBorder) if sent.borders().is_empty() => Some(Fault::InBody),
            fault => fault,
        };
        let fault = match fault {
            Some(Fault::InBody) if sent.bytes.len() == sent.head => Some(Fault::InHeaders),
            fault => fault,
        };
        (fault, dice.part())
    }
}

async fn suffer(
    fault: Option<Fault>,
    sent: &Sent,
    phone: &mut TcpStream,
    server: &str,
    dice: &mut Dice,
) -> std::io::Result<()> {
    let bytes = &sent.bytes;
    let within = |dice: &mut Dice, from: usize, to: usize| from + dice.index(to - from);
    match fault {
        Some(Fault::BeforeHeaders) => Ok(()),
        Some(Fault::InHeaders) => cut(server, &bytes[..within(dice, 1, sent.head)]).await,
        Some(Fault::InBody) => cut(server, &bytes[..within(dice, sent.head, bytes.len())]).await,
        Some(Fault::AtBorder) => {
            let borders = sent.borders();
            cut(server, &bytes[..borders[dice.index(borders.len())]]).await
        }
        Some(Fault::AfterCommit) => answered(server, bytes).await.map(drop),
        Some(Fault::InAnswer) => {
            let answer = answered(server, bytes).await?;
            let part = dice.index(answer.len().max(1));
            phone.write_all(&answer[..part]).await
        }
        Some(Fault::Stall) => {
            let mut line = TcpStream::connect(server).await?;
            let middle = within(dice, 1, bytes.len());
            line.write_all(&bytes[..middle]).await?;
            sleep(Duration::from_millis(100 + dice.below(900))).await;
            line.write_all(&bytes[middle..]).await?;
            passed_on(&mut line, phone).await
        }
        Some(Fault::Twice) => {
            let (again, server_again) = (bytes.clone(), server.to_owned());
            let late = Duration::from_millis(dice.below(1_500));
            tokio::spawn(async move {
                sleep(late).await;
                answered(&server_again, &again).await.map(drop)
            });
            phone.write_all(&answered(server, bytes).await?).await
        }
        Some(Fault::Slow) => slowly(sent, phone, server, dice).await,
        None => phone.write_all(&answered(server, bytes).await?).await,
    }
}

/// The server sees a part of the request, and then the line is gone.
async fn cut(server: &str, part: &[u8]) -> std::io::Result<()> {
    let mut line = TcpStream::connect(server).await?;
    line.write_all(part).await?;
    // What was sent arrives before the end does.
    line.shutdown().await
}

async fn answered(server: &str, bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut line = TcpStream::connect(server).await?;
    line.write_all(bytes).await?;
    let mut answer = Vec::new();
    line.read_to_end(&mut answer).await?;
    Ok(answer)
}

async fn passed_on(line: &mut TcpStream, phone: &mut TcpStream) -> std::io::Result<()> {
    let mut answer = Vec::new();
    line.read_to_end(&mut answer).await?;
    phone.write_all(&answer).await
}

/// A thin line that loses one to thirty of a hundred segments.
async fn slowly(
    sent: &Sent,
    phone: &mut TcpStream,
    server: &str,
    dice: &mut Dice,
) -> std::io::Result<()> {
    let loss = 1 + dice.below(30);
    let mut line = TcpStream::connect(server).await?;
    for segment in sent.bytes.chunks(SEGMENT) {
        let millis = segment.len() * 1_000 / BYTES_PER_SECOND;
        sleep(Duration::from_millis(u64::try_from(millis).unwrap())).await;
        if dice.percent(loss) {
            sleep(RESENT_AFTER).await;
        }
        line.write_all(segment).await?;
    }
    passed_on(&mut line, phone).await
}
