//! Every answer of the door in OpenRosa's words: `OpenRosaResponse` with a Vietnamese message, and the protocol's header.

use std::fmt::Write;
use std::sync::Arc;

use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::base::ids::RequestId;
use crate::http::{Problem, ProblemKind};

/// What a phone and a server know each other by.
const VERSION: HeaderName = HeaderName::from_static("x-openrosa-version");
const XML: &str = "text/xml; charset=utf-8";

/// Turns whatever the routes answer into OpenRosa's answers; no refusal asks for a password.
pub async fn speak(request: Request, next: Next) -> Response {
    let id = request.extensions().get::<RequestId>().copied();
    let response = next.run(request).await;
    let mut response = match response.extensions().get::<Arc<Problem>>() {
        Some(problem) => refused(&Arc::clone(problem), id),
        None => match bare(response.status()) {
            Some(kind) => refused(&Problem::new(kind), id),
            None => response,
        },
    };
    let headers = response.headers_mut();
    headers.insert(VERSION, HeaderValue::from_static("1.0"));
    headers.remove(header::WWW_AUTHENTICATE);
    response
}

/// A document of the protocol.
pub(super) fn document(body: String) -> Response {
    ([(header::CONTENT_TYPE, XML)], body).into_response()
}

/// A message that the phone shows.
pub(super) fn message(status: StatusCode, text: &str) -> Response {
    let nature = if status.is_success() {
        "submit_success"
    } else {
        "submit_failure"
    };
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<OpenRosaResponse xmlns=\"http://openrosa.org/http/response\">\
         <message nature=\"{nature}\">{}</message></OpenRosaResponse>\n",
        escaped(text)
    );
    (status, document(body)).into_response()
}

/// A text as it stands in XML, in elements and in attributes.
pub(super) fn escaped(text: &str) -> String {
    text.chars()
        .fold(String::with_capacity(text.len()), |mut to, letter| {
            match letter {
                '&' => to.push_str("&amp;"),
                '<' => to.push_str("&lt;"),
                '>' => to.push_str("&gt;"),
                '"' => to.push_str("&quot;"),
                letter if letter.is_control() && !letter.is_whitespace() => to.push('\u{FFFD}'),
                letter => to.push(letter),
            }
            to
        })
}

/// What the framework refused before a route of ours spoke.
fn bare(status: StatusCode) -> Option<ProblemKind> {
    match status {
        StatusCode::METHOD_NOT_ALLOWED => Some(ProblemKind::MethodNotAllowed),
        StatusCode::PAYLOAD_TOO_LARGE => Some(ProblemKind::TooLarge),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => Some(ProblemKind::UnsupportedType),
        _ => None,
    }
}

fn refused(problem: &Problem, id: Option<RequestId>) -> Response {
    let id = id.map(|id| id.to_string()).unwrap_or_default();
    // A secret that was replaced is refused with 401 elsewhere; here that would ask for a password.
    // It logs what the phone is not told, and knows the headers of its kind.
    let plain = problem.respond(&id);
    let (status, kind) = match plain.status() {
        StatusCode::UNAUTHORIZED => (StatusCode::FORBIDDEN, ProblemKind::Forbidden),
        status => (status, problem.kind()),
    };
    let mut text = problem
        .told()
        .map_or_else(|| words(kind).to_owned(), str::to_owned);
    for fault in problem.faults() {
        // Writing into a String cannot fail.
        let _ = write!(text, "; {}: {}", fault.pointer, fault.reason);
    }
    let mut response = message(status, &text);
    if let Some(after) = plain.headers().get(header::RETRY_AFTER) {
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, after.clone());
    }
    response
}

const fn words(kind: ProblemKind) -> &'static str {
    match kind {
        ProblemKind::Forbidden => {
            "Mã của máy không còn hiệu lực hoặc không có quyền: liên hệ cán bộ quản lý máy / the device's code is not valid or not allowed to do this"
        }
        ProblemKind::NotFound => "Không có nội dung này / there is no such thing",
        ProblemKind::TooLarge => "Bài gửi quá lớn / the submission is too large",
        ProblemKind::TooManyRequests => {
            "Gửi quá nhiều lần: thử lại sau / too many requests, try again later"
        }
        ProblemKind::Unavailable | ProblemKind::Timeout => {
            "Máy chủ đang bận, chưa nhận được gì: thử lại sau / the server is busy and took nothing, try again later"
        }
        ProblemKind::Internal => {
            "Máy chủ gặp lỗi, chưa nhận được gì / the server failed and took nothing"
        }
        ProblemKind::MethodNotAllowed => {
            "Địa chỉ này không nhận cách gọi đó / this address does not know this method"
        }
        ProblemKind::MalformedBody => {
            "Không đọc được bài gửi hoặc bài gửi bị ngắt / the submission cannot be read or ended early"
        }
        _ => "Không nhận được nội dung này / this cannot be accepted",
    }
}
