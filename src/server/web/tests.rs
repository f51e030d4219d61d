use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::Response;

use super::{File, answer};

const FILES: [(&str, &str); 6] = [
    ("index.html", "the map room"),
    ("field/index.html", "the field app"),
    ("sw.js", "the worker"),
    ("assets/app-1a2b.js", "a whole script"),
    ("assets/app-1a2b.js.br", "br"),
    ("assets/app-1a2b.js.gz", "gz"),
];

fn find(name: &str) -> Option<File> {
    let (_, text) = FILES.iter().find(|(own, _)| *own == name)?;
    let length = u8::try_from(text.len()).unwrap();
    Some(File {
        bytes: text.as_bytes().into(),
        sha256: [length; 32],
    })
}

fn ask(path: &str, shown: &[(HeaderName, &'static str)]) -> Response {
    let headers: HeaderMap = shown
        .iter()
        .map(|(name, value)| (name.clone(), HeaderValue::from_static(value)))
        .collect();
    answer(&Method::GET, path, &headers, find)
}

async fn text(response: Response) -> String {
    let bytes = axum::body::to_bytes(response.into_body(), 10_000).await;
    String::from_utf8(bytes.unwrap().to_vec()).unwrap()
}

#[tokio::test]
async fn the_two_faces_stand_at_their_addresses() {
    assert_eq!(text(ask("/", &[])).await, "the map room");
    assert_eq!(text(ask("/field/", &[])).await, "the field app");
    assert_eq!(ask("/field", &[]).headers()["location"], "/field/");
}

#[tokio::test]
async fn the_ogc_address_with_a_slash_behind_it_leads_to_the_one_without() {
    assert_eq!(ask("/ogc/", &[]).headers()["location"], "/ogc");
}

#[tokio::test]
async fn an_asker_gets_the_smallest_form_that_it_reads() {
    let path = "/assets/app-1a2b.js";
    let shown = |value| [(header::ACCEPT_ENCODING, value)];
    let both = ask(path, &shown("gzip, deflate, br"));
    assert_eq!(both.headers()["content-encoding"], "br");
    assert_eq!(
        both.headers()["content-type"],
        "text/javascript; charset=utf-8"
    );
    assert_eq!(text(both).await, "br");
    assert_eq!(text(ask(path, &shown("gzip"))).await, "gz");
    assert_eq!(text(ask(path, &shown("br;q=0, gzip;q=0.5"))).await, "gz");
    let plain = ask(path, &[]);
    assert!(!plain.headers().contains_key("content-encoding"));
    assert_eq!(text(plain).await, "a whole script");
}

#[test]
fn hashed_files_are_kept_and_pages_asked_for_anew() {
    let keep = |path| ask(path, &[]).headers()["cache-control"].clone();
    assert_eq!(
        keep("/assets/app-1a2b.js"),
        "public, max-age=31536000, immutable"
    );
    assert_eq!(keep("/"), "no-cache");
    assert_eq!(keep("/sw.js"), "no-cache");
}

#[test]
fn a_page_that_has_not_changed_is_not_sent_again() {
    let first = ask("/", &[]);
    let tag: &'static str = first.headers()["etag"].to_str().unwrap().to_owned().leak();
    let again = ask("/", &[(header::IF_NONE_MATCH, tag)]);
    assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
    let other = ask("/field/", &[(header::IF_NONE_MATCH, tag)]);
    assert_eq!(other.status(), StatusCode::OK);
}

#[test]
fn what_the_build_did_not_make_is_not_there() {
    for path in [
        "/assets/app-1a2b.js.br",
        "/assets/other.js",
        "/../Cargo.toml",
        "/api/v1/nothing",
    ] {
        assert_eq!(ask(path, &[]).status(), StatusCode::NOT_FOUND, "{path}");
    }
    let posted = answer(&Method::POST, "/", &HeaderMap::new(), find);
    assert_eq!(posted.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_program_without_its_web_front_says_how_to_get_it() {
    let bare = answer(&Method::GET, "/", &HeaderMap::new(), |_| None);
    assert_eq!(bare.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(text(bare).await.contains("make build"));
}

#[test]
fn pages_may_use_place_camera_and_screen_and_no_more() {
    let page = ask("/field/", &[]);
    let policy = page.headers()["permissions-policy"].to_str().unwrap();
    assert!(policy.starts_with("geolocation=(self), camera=(self), screen-wake-lock=(self)"));
    assert!(policy.contains("microphone=()"));
}
