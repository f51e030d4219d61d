//! Whether a request wants JSON or a page for people.

use axum::http::{HeaderMap, header};

use super::params::{refused, value};
use crate::http::Problem;

/// The form of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// JSON or GeoJSON.
    Json,
    /// HTML.
    Html,
}

impl Wanted {
    /// `f` decides; without it, what `Accept` names first of the two.
    pub fn of(pairs: &[(String, String)], headers: &HeaderMap) -> Result<Self, Problem> {
        match value(pairs, "f") {
            Some("json" | "geojson") => return Ok(Self::Json),
            Some("html") => return Ok(Self::Html),
            Some(_) => return Err(refused("f", "json or html")),
            None => {}
        }
        let accept = headers
            .get(header::ACCEPT)
            .and_then(|own| own.to_str().ok());
        let accept = accept.unwrap_or_default();
        let (html, json) = (accept.find("text/html"), accept.find("json"));
        Ok(match (html, json) {
            (Some(html), Some(json)) if json < html => Self::Json,
            (Some(_), _) => Self::Html,
            (None, _) => Self::Json,
        })
    }

    /// Refuses parameters other than `f`.
    pub fn alone(pairs: &[(String, String)], headers: &HeaderMap) -> Result<Self, Problem> {
        if pairs.iter().any(|(name, _)| name != "f") {
            return Err(refused("query", "only f is known here"));
        }
        Self::of(pairs, headers)
    }
}
