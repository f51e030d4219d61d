//! Whether a feature is still what the author of an edit has read: by its name (`If-Match`, RFC 9110 13.1), or by the
//! version that a whole feature brings back. Nobody's change is lost because two people edited at once.

use axum::http::{HeaderMap, HeaderName, header};
use serde_json::{Map, Value};

use super::Site;
use super::answer::strong_tag;
use super::crs::Crs;
use super::edit_fields::as_json;
use super::items::Writer;
use super::params::projector;
use crate::http::{Problem, ProblemKind};
use crate::publish::feature::{Feature, Field, Value as Told};

/// What a feature is called: a digest of it as it is told in longitude and latitude, whatever the system asked for.
pub(super) fn tag_of(feature: &Feature, fields: &[Field]) -> Result<String, Problem> {
    let (site, projector) = (Site::nowhere(), projector(Crs::Crs84)?);
    let mut told = Vec::new();
    Writer::new(&site, fields, &projector).open(&mut told, feature);
    Ok(strong_tag(&told))
}

/// The version that stands, of collections that count them.
pub(super) fn version_of(feature: &Feature, fields: &[Field]) -> Option<i64> {
    let at = fields.iter().position(|field| field.name == "version")?;
    match feature.values.get(at) {
        Some(Told::Integer(version)) => Some(*version),
        _ => None,
    }
}

/// Whether an edit is held to a feature as its author has read it, and not only to there being one.
pub(super) fn is_held(headers: &HeaderMap) -> bool {
    let wanted = tags(headers, header::IF_MATCH);
    let is_any = wanted
        .as_ref()
        .is_some_and(|all| all.iter().any(|tag| tag == "*"));
    (wanted.is_some() && !is_any) || headers.contains_key(header::IF_NONE_MATCH)
}

/// The refusal of an edit of what was changed between the look at its conditions and the edit itself.
pub(super) fn overtaken(now: &Feature, fields: &[Field]) -> Result<Problem, Problem> {
    Ok(told(ProblemKind::ChangedSince, now, fields).with("etag", tag_of(now, fields)?))
}

/// Refuses an edit whose conditions do not hold: 412. `If-Unmodified-Since` is not looked at, for no feature is told
/// with a time of its last change.
pub(super) fn check(headers: &HeaderMap, now: &Feature, fields: &[Field]) -> Result<(), Problem> {
    let (wanted, unwanted) = (
        tags(headers, header::IF_MATCH),
        tags(headers, header::IF_NONE_MATCH),
    );
    if wanted.is_none() && unwanted.is_none() {
        return Ok(());
    }
    let own = tag_of(now, fields)?;
    // Strong comparison: a weak name is never the same.
    let is_wanted = wanted.is_none_or(|all| all.iter().any(|tag| tag == "*" || *tag == own));
    let is_other = unwanted.is_none_or(|all| {
        let weakly = |tag: &String| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == own;
        !all.iter().any(weakly)
    });
    if is_wanted && is_other {
        return Ok(());
    }
    Err(told(ProblemKind::ChangedSince, now, fields).with("etag", own))
}

/// Refuses a feature that brings back an older version than the one that stands: 409.
pub(super) fn check_version(
    sent: &Map<String, Value>,
    now: &Feature,
    fields: &[Field],
) -> Result<(), Problem> {
    let read = sent.get("version").and_then(Value::as_i64);
    match (read, version_of(now, fields)) {
        (Some(read), Some(stands)) if read < stands => {
            Err(told(ProblemKind::StaleRevision, now, fields).with("etag", tag_of(now, fields)?))
        }
        _ => Ok(()),
    }
}

/// The refusal with what stands, so that its reader sees what somebody else wrote.
fn told(kind: ProblemKind, now: &Feature, fields: &[Field]) -> Problem {
    let stands: Map<String, Value> = fields
        .iter()
        .zip(&now.values)
        .map(|(field, value)| (field.name.to_owned(), as_json(value)))
        .collect();
    let detail = "somebody changed it after it was read: read it again, then edit what stands / đã có người sửa sau \
                  khi đọc: tải lại rồi sửa trên bản đang đứng";
    Problem::new(kind)
        .detail(detail)
        .with("version", version_of(now, fields))
        .with("stands", stands)
}

/// The names in a header, which may come in several lines; none without the header.
fn tags(headers: &HeaderMap, name: HeaderName) -> Option<Vec<String>> {
    if !headers.contains_key(&name) {
        return None;
    }
    // What is no text names nothing of ours.
    let lines = headers.get_all(name).into_iter();
    let lines = lines.filter_map(|line| line.to_str().ok());
    Some(
        lines
            .flat_map(|line| line.split(','))
            .map(|tag| tag.trim().to_owned())
            .collect(),
    )
}
