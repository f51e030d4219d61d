//! Parameters of requests that read none into a struct, as those do that write: what an operation does not declare is
//! refused, so that nobody believes that a misspelt parameter was heeded.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use utoipa::openapi::path::{Operation, ParameterIn, PathItem};
use utoipa::openapi::{Paths, RefOr};

use super::problem::{Problem, ProblemKind};

/// The native API.
const NATIVE: &str = "/api/v1/";
/// The doors of ours. Foreign ones take what the apps send that knock there.
const OWN_DOORS: [&str; 2] = [NATIVE, "/ogc/"];
/// A secret that GIS tools put into every address: the door itself says that it only reads.
const SECRET: &str = "access_token";

/// The parameters that each method of a path declares.
pub(super) type Known = Arc<HashMap<Method, Vec<String>>>;

/// What the paths of one group of handlers declare; none where all of them are foreign doors or look at their parameters
/// themselves.
pub(super) fn known(paths: &Paths) -> Option<Known> {
    let own = paths.paths.iter();
    let own = own.filter(|(path, _)| OWN_DOORS.iter().any(|door| path.starts_with(door)));
    let known: HashMap<Method, Vec<String>> =
        own.flat_map(|(path, item)| declared(path, item)).collect();
    (!known.is_empty()).then(|| Arc::new(known))
}

fn declared(path: &str, item: &PathItem) -> impl Iterator<Item = (Method, Vec<String>)> {
    let all = [
        (Method::POST, &item.post),
        (Method::PUT, &item.put),
        (Method::PATCH, &item.patch),
        (Method::DELETE, &item.delete),
        (Method::GET, &item.get),
    ];
    // Readers that declare any look at them themselves, and those of layers take the fields of their layer.
    let is_plain = path.starts_with(NATIVE);
    let known = all
        .into_iter()
        .filter_map(|(method, own)| Some((method, names(own.as_ref()?))));
    known.filter(move |(method, names)| *method != Method::GET || (is_plain && names.is_empty()))
}

fn names(operation: &Operation) -> Vec<String> {
    let parameters = operation.parameters.iter().flatten();
    let parameters = parameters.filter_map(|own| match own {
        RefOr::T(own) => Some(own),
        RefOr::Ref(_) => None,
    });
    let asked = parameters.filter(|own| matches!(own.parameter_in, ParameterIn::Query));
    asked.map(|own| own.name.clone()).collect()
}

/// Refuses a request with a parameter that its operation does not declare.
pub(super) async fn refuse_unknown(
    State(known): State<Known>,
    request: Request,
    next: Next,
) -> Response {
    let query = request.uri().query().unwrap_or_default();
    let unknown = known.get(request.method()).and_then(|names| {
        let mut sent = form_urlencoded::parse(query.as_bytes());
        let (name, _) =
            sent.find(|(name, _)| name != SECRET && !names.iter().any(|own| own == name))?;
        Some(refusal(&name, names))
    });
    match unknown {
        Some(problem) => problem.into_response(),
        None => next.run(request).await,
    }
}

/// The same words as of parameters that are read into a struct.
fn refusal(name: &str, names: &[String]) -> Problem {
    let quoted: Vec<String> = names.iter().map(|own| format!("`{own}`")).collect();
    let told = quoted.join(", ");
    let reason = match names {
        [] => format!("unknown field `{name}`, there are no fields"),
        [_] => format!("unknown field `{name}`, expected {told}"),
        _ => format!("unknown field `{name}`, expected one of {told}"),
    };
    Problem::new(ProblemKind::InvalidParameter)
        .fault(format!("query:{name}"), reason.as_str())
        .detail(format!("{name}: {reason}"))
}
