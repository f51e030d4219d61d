//! A fact as phones send it among others, its native request, and what became of it.

use std::collections::BTreeMap;

use axum::body::Body as Bytes;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::base::ids::RequestId;
use crate::http::{Problem, ProblemKind};

use super::natives::Native;

/// One native answer is no larger.
const ANSWER_LIMIT: usize = 8 * 1024 * 1024;
/// Headers of a native request that a fact may bring: its signature and what one may cover.
const BROUGHT: [&str; 7] = [
    "content-digest",
    "tuantra-capture",
    "signature-input",
    "signature",
    "content-type",
    "date",
    "tuantra-api",
];

/// One fact of a batch: what its native route would be sent.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FactWire {
    /// What it is: `patrol`, `fixes`, `plot`, `measure`, `eradication`, `photo`, …
    pub kind: String,
    /// The id in the path of its native route: the patrol's for fixes, the plot's for what happens to a plot.
    pub id: String,
    /// The body of its native request; as a text, when its bytes must be kept exactly as they were signed.
    #[schema(value_type = Object)]
    pub body: Box<RawValue>,
    /// The headers of its native request with which a device signed it (RFC 9421): `content-digest`, `tuantra-capture`,
    /// `signature-input`, `signature`, and what else the signature covers.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
}

/// What became of one fact.
#[derive(Debug, Default, Serialize, utoipa::ToSchema)]
pub struct FactResult {
    /// The fact's kind, as sent.
    pub kind: Option<String>,
    /// Its id, as sent.
    pub id: Option<String>,
    /// The status of its native answer.
    pub status: u16,
    /// The signed promise, where one was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<crate::journal::Receipt>)]
    pub receipt: Option<Value>,
    /// The rest of the native answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub answer: Option<Value>,
    /// Why it was not taken (RFC 9457).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub problem: Option<Value>,
}

impl FactWire {
    /// The fact's native request; `sent` is what its sender's clock says.
    pub fn request(self, asked: HeaderMap, sent: Option<HeaderValue>) -> Result<Request, Problem> {
        let refused = |pointer: &str, expected: String| {
            Problem::new(ProblemKind::InvalidContent).fault(pointer, expected)
        };
        let native = Native::of(&self.kind)
            .ok_or_else(|| refused("/kind", format!("expected one of {}", Native::names())))?;
        if !is_plain_uuid(&self.id) {
            let expected = "expected a UUID such as 01938f3a-7c2e-7b1a-9d43-6f0a51b2c3d4";
            return Err(refused("/id", expected.to_owned()));
        }
        let mut request = Request::new(Bytes::from(body_of(&self.body)?));
        *request.method_mut() = native.method.clone();
        let path = native.path(&self.id);
        *request.uri_mut() = path
            .parse()
            .map_err(|cause| Problem::new(ProblemKind::Internal).internal(cause))?;
        let headers = request.headers_mut();
        headers.extend(asked);
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/json"),
        );
        if let Some(sent) = sent {
            headers.insert("tuantra-sent", sent);
        }
        for (name, value) in self.headers {
            let name = name.to_ascii_lowercase();
            if !BROUGHT.contains(&name.as_str()) {
                let expected = format!("expected only {}", BROUGHT.join(", "));
                return Err(refused(&format!("/headers/{name}"), expected));
            }
            let value = HeaderValue::from_str(&value);
            let value = value.or(Err(refused(
                &format!("/headers/{name}"),
                "expected a header's value".to_owned(),
            )))?;
            let name = HeaderName::from_bytes(name.as_bytes());
            let name = name.map_err(|cause| Problem::new(ProblemKind::Internal).internal(cause))?;
            headers.insert(name, value);
        }
        Ok(request)
    }

    /// The bytes of its native body.
    pub fn bytes(&self) -> Result<String, Problem> {
        body_of(&self.body)
    }
}

impl FactResult {
    /// Of a fact of which nothing is known yet.
    #[must_use]
    pub fn of(kind: &str, id: &str) -> Self {
        Self {
            kind: Some(kind.to_owned()),
            id: Some(id.to_owned()),
            ..Self::default()
        }
    }

    /// A native answer as a result.
    pub async fn told(mut self, response: Response, id: Option<RequestId>, brief: bool) -> Self {
        self.status = response.status().as_u16();
        let problem = response
            .extensions()
            .get::<std::sync::Arc<Problem>>()
            .cloned();
        let response = match problem {
            Some(problem) => {
                let id = id.map(|id| id.to_string()).unwrap_or_default();
                problem.respond(&id)
            }
            None => response,
        };
        let is_taken = response.status().is_success();
        let bytes = axum::body::to_bytes(response.into_body(), ANSWER_LIMIT).await;
        let value: Option<Value> = bytes
            .ok()
            .and_then(|bytes| serde_json::from_slice(&bytes).ok());
        if !is_taken {
            self.problem = value.or_else(|| Some(serde_json::json!({ "status": self.status })));
            return self;
        }
        let mut value = value.unwrap_or_default();
        let receipt = value.as_object_mut().and_then(|own| own.remove("receipt"));
        self.receipt = receipt.filter(|receipt| !receipt.is_null());
        self.answer = (!brief).then_some(value);
        self
    }
}

/// The bytes of a native body: those of the object, or those that a text holds.
fn body_of(raw: &RawValue) -> Result<String, Problem> {
    let text = raw.get();
    if !text.starts_with('"') {
        return Ok(text.to_owned());
    }
    serde_json::from_str(text).or(Err(Problem::new(ProblemKind::InvalidContent)
        .fault("/body", "expected an object, or a text that holds one")))
}

fn is_plain_uuid(text: &str) -> bool {
    text.len() == 36 && uuid::Uuid::try_parse(text).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::extract::parse_json;

    fn raw(text: &str) -> Box<RawValue> {
        RawValue::from_string(text.to_owned()).unwrap()
    }

    #[test]
    fn a_body_keeps_its_bytes_as_an_object_and_as_a_text() {
        assert_eq!(
            body_of(&raw(r#"{ "b":1,  "a" : 2 }"#)).unwrap(),
            r#"{ "b":1,  "a" : 2 }"#
        );
        assert_eq!(body_of(&raw(r#""{ \"b\":1 }""#)).unwrap(), r#"{ "b":1 }"#);
    }

    #[test]
    fn only_an_id_becomes_a_part_of_a_path() {
        assert!(is_plain_uuid("01938f3a-7c2e-7b1a-9d43-6f0a51b2c3d4"));
        for text in [
            "",
            "../plots",
            "{01938f3a-7c2e-7b1a-9d43-6f0a51b2c3d4}",
            "01938f3a7c2e7b1a9d436f0a51b2c3d4",
            "01938f3a-7c2e-7b1a-9d43-6f0a51b2c3d4/x",
        ] {
            assert!(!is_plain_uuid(text), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_fact_leaves_the_paths_of_its_kind(kind in "plot|fixes|patrol|[a-z_]{0,12}", id in "([0-9a-f-]{36}|01938f3a-7c2e-7b1a-9d43-6f0a51b2c3d4|.{0,50})", name in "[a-z-]{0,20}|content-type|signature", value in ".{0,40}") {
            let wire = serde_json::json!({ "kind": kind, "id": id, "body": {}, "headers": { name: value } });
            let wire: FactWire = parse_json(wire.to_string().as_bytes()).unwrap();
            if let Ok(request) = wire.request(HeaderMap::new(), None) {
                let path = request.uri().path();
                proptest::prop_assert!(path.starts_with("/api/v1/") && path.contains(&id) && is_plain_uuid(&id));
                proptest::prop_assert!(request.headers().keys().all(|own| BROUGHT.contains(&own.as_str())));
            }
        }
    }
}
