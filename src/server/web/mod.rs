//! The web front: static files that the build of `web/` made, packed into the program.
//!
//! Files under `/assets/` carry a hash of their content in their names and never change; pages and the service worker
//! are asked for anew each time. Where the build made smaller siblings (`.br`, `.gz`), those are sent. The pages hold
//! no data: what they show they ask the API for, as whoever is signed in.

#[cfg(test)]
mod tests;

use std::borrow::Cow;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Redirect, Response};

use crate::http::{Problem, ProblemKind};

/// What `npm run build` leaves in `web/dist`. A debug build reads the folder at run time, so that a change of the web
/// front needs no compilation.
#[derive(rust_embed::RustEmbed)]
#[folder = "web/dist"]
#[allow_missing = true]
struct Packed;

/// One packed file.
struct File {
    bytes: Cow<'static, [u8]>,
    sha256: [u8; 32],
}

/// What pages may use of a phone or desk: place, camera, and a screen that stays on; nothing else.
const PERMISSIONS: &str = "geolocation=(self), camera=(self), screen-wake-lock=(self), microphone=(), payment=(), \
     usb=(), serial=(), midi=(), display-capture=()";
const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");
/// Hashed names: a year, and no question in between.
const FOREVER: &str = "public, max-age=31536000, immutable";
const ASK_EACH_TIME: &str = "no-cache";
const NOT_BUILT: &str = include_str!("not_built.html");

/// Answers what no route of the API knows: a file of the web front, or that there is none.
pub async fn file(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    answer(&method, uri.path(), &headers, |name| {
        Packed::get(name).map(|packed| File {
            sha256: packed.metadata.sha256_hash(),
            bytes: packed.data,
        })
    })
}

fn answer(
    method: &Method,
    path: &str,
    headers: &HeaderMap,
    find: impl Fn(&str) -> Option<File>,
) -> Response {
    if !matches!(*method, Method::GET | Method::HEAD) {
        return Problem::new(ProblemKind::NotFound).into_response();
    }
    let name = match path {
        "/" => "index.html",
        "/field" => return Redirect::permanent("/field/").into_response(),
        // As people type the address into QGIS. What a query holds may be a secret, which no address repeats.
        "/ogc/" => return Redirect::permanent("/ogc").into_response(),
        "/field/" => "field/index.html",
        other => other.trim_start_matches('/'),
    };
    // Smaller siblings are a way to send a file, not files to ask for.
    let is_sibling = [".br", ".gz"].iter().any(|end| name.ends_with(end));
    match find(name).filter(|_| !is_sibling) {
        Some(whole) => sent(name, whole, headers, find),
        None if name.ends_with("index.html") => not_built(),
        None => Problem::new(ProblemKind::NotFound).into_response(),
    }
}

/// The file in the smallest form that the asker reads, or that the one it has is still good.
fn sent(
    name: &str,
    whole: File,
    headers: &HeaderMap,
    find: impl Fn(&str) -> Option<File>,
) -> Response {
    let tag = tag_of(&whole.sha256);
    let mut response = if has(headers, &tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let smaller = [("br", ".br"), ("gzip", ".gz")]
            .into_iter()
            .find_map(|(coding, end)| {
                let sibling = accepts(headers, coding).then(|| find(&format!("{name}{end}")))??;
                Some((coding, sibling))
            });
        let (coding, file) = match smaller {
            Some((coding, sibling)) => (Some(coding), sibling),
            None => (None, whole),
        };
        let mut response = Response::new(match file.bytes {
            // What is packed into the program is sent as it lies there, whoever asks at the same time.
            Cow::Borrowed(bytes) => Body::from(bytes),
            Cow::Owned(bytes) => Body::from(bytes),
        });
        set(&mut response, header::CONTENT_TYPE, kind_of(name));
        if let Some(coding) = coding {
            set(&mut response, header::CONTENT_ENCODING, coding);
        }
        response
    };
    let keep = if name.starts_with("assets/") {
        FOREVER
    } else {
        ASK_EACH_TIME
    };
    set(&mut response, header::CACHE_CONTROL, keep);
    set(&mut response, header::VARY, "accept-encoding");
    set(&mut response, PERMISSIONS_POLICY, PERMISSIONS);
    if let Ok(value) = HeaderValue::from_str(&tag) {
        response.headers_mut().insert(header::ETAG, value);
    }
    response
}

fn set(response: &mut Response, name: HeaderName, value: &'static str) {
    let value = HeaderValue::from_static(value);
    response.headers_mut().insert(name, value);
}

/// Weak: the same content in several codings.
fn tag_of(sha256: &[u8; 32]) -> String {
    let half: u128 = sha256[..16]
        .iter()
        .fold(0, |sum, byte| (sum << 8) | u128::from(*byte));
    format!("W/\"{half:032x}\"")
}

fn has(headers: &HeaderMap, tag: &str) -> bool {
    let shown = headers.get_all(header::IF_NONE_MATCH);
    let shown = shown.iter().filter_map(|value| value.to_str().ok());
    shown
        .flat_map(|value| value.split(','))
        .any(|one| one.trim() == tag)
}

/// Whether the asker reads a coding; `;q=0` says that it does not.
fn accepts(headers: &HeaderMap, coding: &str) -> bool {
    let shown = headers.get_all(header::ACCEPT_ENCODING);
    let shown = shown.iter().filter_map(|value| value.to_str().ok());
    shown.flat_map(|value| value.split(',')).any(|one| {
        let (name, weight) = one.split_once(';').unwrap_or((one, ""));
        let refused = matches!(
            weight.trim().strip_prefix("q="),
            Some("0" | "0." | "0.0" | "0.00" | "0.000")
        );
        name.trim().eq_ignore_ascii_case(coding) && !refused
    })
}

/// Media types by the ends of names; the build makes no others.
fn kind_of(name: &str) -> &'static str {
    match name.rsplit_once('.').map_or("", |(_, end)| end) {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

/// A program built without the web front says so, and how to get it.
fn not_built() -> Response {
    let kind = [(header::CONTENT_TYPE, "text/html; charset=utf-8")];
    (StatusCode::SERVICE_UNAVAILABLE, kind, NOT_BUILT).into_response()
}
