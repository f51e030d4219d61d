//! Extractors that refuse with a problem naming the field: JSON bodies, raw bodies, paths, queries.

use axum::extract::rejection::QueryRejection;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::problem::{Problem, ProblemKind};
use super::turns::{Lane, Turns};

/// Largest body of an ordinary request, after inflation.
pub const BODY_LIMIT: usize = 4 * 1024 * 1024;

/// A JSON body, with the bytes it was read from (facts keep them verbatim).
#[derive(Debug)]
pub struct Json<T> {
    /// The parsed value.
    pub value: T,
    /// The bytes as sent.
    pub bytes: Bytes,
}

/// A JSON answer that was written already.
#[derive(Debug)]
pub struct Written(pub Vec<u8>);

impl IntoResponse for Written {
    fn into_response(self) -> Response {
        ([(header::CONTENT_TYPE, "application/json")], self.0).into_response()
    }
}

/// A JSON answer.
#[derive(Debug)]
pub struct Body<T>(pub StatusCode, pub T);

impl<T: Serialize> IntoResponse for Body<T> {
    fn into_response(self) -> Response {
        match serde_json::to_vec(&self.1) {
            Ok(bytes) => {
                (self.0, [(header::CONTENT_TYPE, "application/json")], bytes).into_response()
            }
            Err(cause) => Problem::new(ProblemKind::Internal)
                .internal(cause)
                .into_response(),
        }
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let bytes = json_bytes(request, state).await?;
        let value = parse_json(&bytes)?;
        Ok(Self { value, bytes })
    }
}

/// Reads a whole body as [`raw`] does and gives it when it is its turn; a large one has its turn until it is dropped.
pub async fn raw_in_turn<S: Send + Sync>(
    request: Request,
    state: &S,
    lane: Lane,
) -> Result<Bytes, Problem> {
    let turns = request.extensions().get::<Turns>().cloned();
    let bytes = raw(request, state).await?;
    match turns {
        Some(turns) => turns.taken(lane, bytes).await,
        None => Ok(bytes),
    }
}

/// Reads a whole body that says it is JSON, unparsed.
pub async fn json_bytes<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, Problem> {
    refuse_other_than_json(&request)?;
    raw(request, state).await
}

/// The same in its turn.
pub async fn json_in_turn<S: Send + Sync>(
    request: Request,
    state: &S,
    lane: Lane,
) -> Result<Bytes, Problem> {
    refuse_other_than_json(&request)?;
    raw_in_turn(request, state, lane).await
}

fn refuse_other_than_json(request: &Request) -> Result<(), Problem> {
    if is_json(request.headers()) {
        Ok(())
    } else {
        Err(Problem::new(ProblemKind::UnsupportedType)
            .detail("expected Content-Type: application/json"))
    }
}

/// Reads a whole body within the route's limit.
///
/// A body other than the one that `Content-Digest` is over is refused: it was damaged on the way.
pub async fn raw<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, Problem> {
    let headers = request.headers().clone();
    let bytes = Bytes::from_request(request, state)
        .await
        .map_err(|rejection| {
            if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
                Problem::new(ProblemKind::TooLarge)
            } else {
                Problem::new(ProblemKind::MalformedBody)
                    .detail("the body ended early or could not be inflated")
            }
        })?;
    super::signed::check_digest(&headers, &bytes)?;
    Ok(bytes)
}

fn is_json(headers: &HeaderMap) -> bool {
    let Some(kind) = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
    else {
        return false;
    };
    let essence = kind
        .split(';')
        .next()
        .unwrap_or("")
        .trim()
        .to_ascii_lowercase();
    essence == "application/json"
        || (essence.starts_with("application/") && essence.ends_with("+json"))
}

/// Parses JSON; what does not fit is named by its JSON pointer.
pub fn parse_json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let pointer = pointer(error.path());
        let cause = error.into_inner();
        if cause.is_data() {
            Problem::new(ProblemKind::InvalidContent).fault(pointer, plain(&cause))
        } else {
            Problem::new(ProblemKind::MalformedBody)
                .detail(format!("not JSON: {}", plain(&cause)))
                .fault(pointer, plain(&cause))
        }
    })?;
    reader.end().map_err(|cause| {
        Problem::new(ProblemKind::MalformedBody).detail(format!("not JSON: {}", plain(&cause)))
    })?;
    Ok(value)
}

/// The parser's words without the values it quotes: those may be coordinates.
fn plain(cause: &serde_json::Error) -> String {
    let text = cause.to_string();
    let text = text.split(" at line ").next().unwrap_or(&text).to_owned();
    format!("{text} (line {}, column {})", cause.line(), cause.column())
}

fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    path.iter().fold(String::new(), |mut text, segment| {
        match segment {
            Segment::Seq { index } => {
                text.push('/');
                text.push_str(&index.to_string());
            }
            Segment::Map { key } => {
                text.push('/');
                text.push_str(&key.replace('~', "~0").replace('/', "~1"));
            }
            Segment::Enum { variant } => {
                text.push('/');
                text.push_str(variant);
            }
            Segment::Unknown => {}
        }
        text
    })
}

/// Query parameters; unknown ones are refused (declare the struct with `deny_unknown_fields`).
#[derive(Debug)]
pub struct Params<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Params<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let query = axum::extract::Query::<T>::from_request_parts(parts, state).await;
        Self::told(query)
    }
}

impl<T: DeserializeOwned> Params<T> {
    /// Parameters of a query that is not the request's own.
    pub fn read(query: &str) -> Result<Self, Problem> {
        let uri = Uri::builder().path_and_query(format!("/?{query}")).build();
        let uri = uri.or(Err(Problem::new(ProblemKind::InvalidParameter)))?;
        Self::told(axum::extract::Query::<T>::try_from_uri(&uri))
    }

    fn told(query: Result<axum::extract::Query<T>, QueryRejection>) -> Result<Self, Problem> {
        match query {
            Ok(query) => Ok(Self(query.0)),
            Err(rejection) => {
                let text = rejection.body_text();
                let reason = text.split(": ").skip(1).collect::<Vec<_>>().join(": ");
                Err(Problem::new(ProblemKind::InvalidParameter).detail(reason))
            }
        }
    }
}

/// Path parameters; an unreadable one is a thing that cannot exist.
#[derive(Debug)]
pub struct Path<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match axum::extract::Path::<T>::from_request_parts(parts, state).await {
            Ok(path) => Ok(Self(path.0)),
            Err(rejection) => {
                Err(Problem::new(ProblemKind::InvalidParameter).detail(rejection.body_text()))
            }
        }
    }
}
