//! A small S3 server in memory, as strict as the real ones where it matters: it computes every signature and body sum anew,
//! writes on condition, takes no pieces below 5 MiB but the last, and lists in short pages. It can be taken away.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use ring::hmac;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tuantra::base::hex;
use tuantra::base::time::{Clock, SystemClock};
use tuantra::journal::model::sha256;

use crate::binary::free_address;

pub const KEY: &str = "may-chu-tinh";
pub const SECRET: &str = "khong-ai-biet-canary";
pub const BUCKET: &str = "tuantra-anh";
const REGION: &str = "us-east-1";
const LEAST_PIECE: usize = 5 * 1024 * 1024;
const PAGE: usize = 5;

/// How the store fares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mood {
    Well,
    /// The machine is off.
    Gone,
    /// It takes connections and says nothing.
    Silent,
    /// It has no room.
    Full,
    /// It takes pieces and does not put them together.
    Forgetful,
}

struct Object {
    bytes: Bytes,
    modified: String,
}

#[derive(Default)]
struct Held {
    objects: BTreeMap<String, Object>,
    uploads: BTreeMap<String, (String, BTreeMap<usize, Bytes>)>,
    begun: u64,
}

struct Inner {
    held: Mutex<Held>,
    mood: Mutex<Mood>,
    forged: AtomicU64,
    largest: AtomicU64,
}

/// The running double.
pub struct Double {
    pub address: String,
    inner: Arc<Inner>,
    listening: Mutex<Option<JoinHandle<std::io::Result<()>>>>,
}

impl Double {
    pub async fn start() -> Self {
        // Held, so that it is there for this store alone when it comes back.
        let address = free_address();
        let listener = TcpListener::bind(&address).await.unwrap();
        let inner = Arc::new(Inner {
            held: Mutex::default(),
            mood: Mutex::new(Mood::Well),
            forged: AtomicU64::new(0),
            largest: AtomicU64::new(0),
        });
        let listening = Mutex::new(Some(serve(listener, &inner)));
        Self {
            address,
            inner,
            listening,
        }
    }

    /// What befalls the store from now on.
    pub async fn fare(&self, mood: Mood) {
        let was = std::mem::replace(&mut *self.inner.mood.lock().unwrap(), mood);
        if mood == Mood::Gone {
            let listening = self.listening.lock().unwrap().take();
            if let Some(listening) = listening {
                listening.abort();
                // Nothing listens any more, rather than soon.
                let _ = listening.await;
            }
        } else if was == Mood::Gone {
            let listener = TcpListener::bind(&self.address).await.unwrap();
            *self.listening.lock().unwrap() = Some(serve(listener, &self.inner));
        }
    }

    pub fn keys(&self) -> Vec<String> {
        let held = self.inner.held.lock().unwrap();
        held.objects.keys().cloned().collect()
    }

    /// Uploads in pieces that were neither put together nor given up.
    pub fn open_uploads(&self) -> usize {
        self.inner.held.lock().unwrap().uploads.len()
    }

    /// Requests whose signature or sum was not theirs.
    pub fn forged(&self) -> u64 {
        self.inner.forged.load(Ordering::Relaxed)
    }

    /// The most bytes that came in one request.
    pub fn largest(&self) -> u64 {
        self.inner.largest.load(Ordering::Relaxed)
    }
}

fn serve(listener: TcpListener, inner: &Arc<Inner>) -> JoinHandle<std::io::Result<()>> {
    let router = Router::new()
        .fallback(answer)
        .layer(DefaultBodyLimit::disable())
        .with_state(Arc::clone(inner));
    tokio::spawn(async move { axum::serve(listener, router).await })
}

async fn answer(State(inner): State<Arc<Inner>>, request: Request) -> Response {
    let mood = *inner.mood.lock().unwrap();
    let (parts, body) = request.into_parts();
    let Ok(body) = axum::body::to_bytes(body, 64 * 1024 * 1024).await else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    match mood {
        Mood::Gone => return StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        Mood::Silent => tokio::time::sleep(Duration::from_mins(5)).await,
        Mood::Full if parts.method == Method::PUT => {
            return fault(StatusCode::INSUFFICIENT_STORAGE, "XMinioStorageFull");
        }
        _ => {}
    }
    inner
        .largest
        .fetch_max(body.len() as u64, Ordering::Relaxed);
    let query = parts.uri.query().unwrap_or("");
    if !is_signed(
        &parts.method,
        parts.uri.path(),
        query,
        &parts.headers,
        &body,
    ) {
        inner.forged.fetch_add(1, Ordering::Relaxed);
        return fault(StatusCode::FORBIDDEN, "SignatureDoesNotMatch");
    }
    let asked: BTreeMap<String, String> = form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .collect();
    let path = parts.uri.path().trim_start_matches('/');
    let (bucket, key) = path.split_once('/').unwrap_or((path, ""));
    if bucket != BUCKET {
        return fault(StatusCode::NOT_FOUND, "NoSuchBucket");
    }
    let mut held = inner.held.lock().unwrap();
    match parts.method.as_str() {
        "GET" if key.is_empty() => list(&held, &asked),
        "GET" | "HEAD" => get(&held, key),
        "PUT" => put(&mut held, key, &asked, &parts.headers, body),
        "POST" if asked.contains_key("uploads") => begin(&mut held, key),
        "POST" if mood == Mood::Forgetful => {
            fault(StatusCode::INTERNAL_SERVER_ERROR, "InternalError")
        }
        "POST" => complete(&mut held, key, &asked),
        "DELETE" => delete(&mut held, key, &asked),
        _ => StatusCode::METHOD_NOT_ALLOWED.into_response(),
    }
}

fn fault(status: StatusCode, code: &str) -> Response {
    (status, format!("<Error><Code>{code}</Code></Error>")).into_response()
}

fn list(held: &Held, asked: &BTreeMap<String, String>) -> Response {
    let prefix = asked.get("prefix").map_or("", String::as_str);
    let after = asked.get("continuation-token");
    let matching = held
        .objects
        .iter()
        .filter(|(key, _)| key.starts_with(prefix) && after.is_none_or(|after| *key > after));
    let mut page: Vec<_> = matching.take(PAGE + 1).collect();
    let more = page.len() > PAGE;
    page.truncate(PAGE);
    let mut xml = format!("<ListBucketResult><IsTruncated>{more}</IsTruncated>");
    if let (true, Some((last, _))) = (more, page.last()) {
        let _ = write!(xml, "<NextContinuationToken>{last}</NextContinuationToken>");
    }
    for (key, object) in page {
        let (size, modified) = (object.bytes.len(), &object.modified);
        let _ = write!(
            xml,
            "<Contents><Key>{key}</Key><Size>{size}</Size><LastModified>{modified}</LastModified></Contents>"
        );
    }
    xml.push_str("</ListBucketResult>");
    xml.into_response()
}

fn get(held: &Held, key: &str) -> Response {
    let Some(object) = held.objects.get(key) else {
        return fault(StatusCode::NOT_FOUND, "NoSuchKey");
    };
    let headers = [
        ("last-modified", "Mon, 02 Mar 2026 03:00:00 GMT".to_owned()),
        ("etag", etag(&object.bytes)),
    ];
    (headers, object.bytes.clone()).into_response()
}

fn etag(bytes: &[u8]) -> String {
    format!("\"{}\"", hex(&sha256(bytes)[..16]))
}

fn keep(held: &mut Held, key: &str, bytes: Bytes) -> String {
    let tag = etag(&bytes);
    let modified = SystemClock.now().to_string();
    held.objects
        .insert(key.to_owned(), Object { bytes, modified });
    tag
}

fn put(
    held: &mut Held,
    key: &str,
    asked: &BTreeMap<String, String>,
    headers: &HeaderMap,
    body: Bytes,
) -> Response {
    if let Some(source) = headers.get("x-amz-copy-source") {
        let source = source.to_str().unwrap().trim_start_matches('/');
        let source = source.split_once('/').unwrap().1;
        let Some(bytes) = held.objects.get(source).map(|found| found.bytes.clone()) else {
            return fault(StatusCode::NOT_FOUND, "NoSuchKey");
        };
        let tag = keep(held, key, bytes);
        return format!("<CopyObjectResult><ETag>{tag}</ETag></CopyObjectResult>").into_response();
    }
    if let (Some(number), Some(id)) = (asked.get("partNumber"), asked.get("uploadId")) {
        let tag = etag(&body);
        let Some((_, pieces)) = held.uploads.get_mut(id) else {
            return fault(StatusCode::NOT_FOUND, "NoSuchUpload");
        };
        pieces.insert(number.parse().unwrap(), body);
        return [("etag", tag)].into_response();
    }
    let only_new = headers.get("if-none-match").is_some_and(|tag| tag == "*");
    if only_new && held.objects.contains_key(key) {
        return fault(StatusCode::PRECONDITION_FAILED, "PreconditionFailed");
    }
    let tag = keep(held, key, body);
    [("etag", tag)].into_response()
}

fn begin(held: &mut Held, key: &str) -> Response {
    held.begun += 1;
    let id = format!("u{}", held.begun);
    held.uploads
        .insert(id.clone(), (key.to_owned(), BTreeMap::new()));
    format!(
        "<InitiateMultipartUploadResult><UploadId>{id}</UploadId></InitiateMultipartUploadResult>"
    )
    .into_response()
}

fn complete(held: &mut Held, key: &str, asked: &BTreeMap<String, String>) -> Response {
    let Some((own, pieces)) = held.uploads.remove(&asked["uploadId"]) else {
        return fault(StatusCode::NOT_FOUND, "NoSuchUpload");
    };
    let last = pieces.keys().next_back().copied();
    let small =
        |(number, piece): (&usize, &Bytes)| piece.len() < LEAST_PIECE && Some(*number) != last;
    if own != key || pieces.iter().any(small) {
        return fault(StatusCode::BAD_REQUEST, "EntityTooSmall");
    }
    let whole: Vec<u8> = pieces.into_values().flatten().collect();
    let tag = keep(held, key, whole.into());
    format!("<CompleteMultipartUploadResult><ETag>{tag}</ETag></CompleteMultipartUploadResult>")
        .into_response()
}

fn delete(held: &mut Held, key: &str, asked: &BTreeMap<String, String>) -> Response {
    match asked.get("uploadId") {
        Some(id) => drop(held.uploads.remove(id)),
        None => drop(held.objects.remove(key)),
    }
    StatusCode::NO_CONTENT.into_response()
}

/// Whether the signature (AWS Signature Version 4) is that of this request under our secret, and the sum that of its body.
fn is_signed(method: &Method, path: &str, query: &str, headers: &HeaderMap, body: &[u8]) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let parsed = || {
        let given = text("authorization")?.strip_prefix("AWS4-HMAC-SHA256 ")?;
        let field = |name: &str| {
            given
                .split(',')
                .find_map(|part| part.trim().strip_prefix(name)?.strip_prefix('='))
        };
        let (signed, signature) = (field("SignedHeaders")?, field("Signature")?);
        let scope = field("Credential")?.strip_prefix(KEY)?.strip_prefix('/')?;
        let mut pairs: Vec<String> = query
            .split('&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| {
                if pair.contains('=') {
                    pair.to_owned()
                } else {
                    format!("{pair}=")
                }
            })
            .collect();
        pairs.sort_unstable();
        let sum = text("x-amz-content-sha256")?;
        let mut canonical = format!("{method}\n{path}\n{}\n", pairs.join("&"));
        for name in signed.split(';') {
            let _ = writeln!(canonical, "{name}:{}", text(name)?.trim());
        }
        let _ = write!(canonical, "\n{signed}\n{sum}");
        let at = text("x-amz-date")?;
        let to_sign = format!(
            "AWS4-HMAC-SHA256\n{at}\n{scope}\n{}",
            hex(&sha256(canonical.as_bytes()))
        );
        let own_scope = format!("{}/{REGION}/s3/aws4_request", &at[..8]);
        let mut key = format!("AWS4{SECRET}").into_bytes();
        for word in own_scope.split('/') {
            key = mac(&key, word);
        }
        let is_own = hex(&mac(&key, &to_sign)) == signature && scope == own_scope;
        Some(is_own && (sum == hex(&sha256(body))))
    };
    parsed().unwrap_or(false)
}

fn mac(key: &[u8], text: &str) -> Vec<u8> {
    let key = hmac::Key::new(hmac::HMAC_SHA256, key);
    hmac::sign(&key, text.as_bytes()).as_ref().to_vec()
}
