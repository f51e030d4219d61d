//! Paging of lists: the page's size, the cursor bound to the filter, and the address of the next page.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use uuid::Uuid;

use crate::base::page::{Cursor, DEFAULT_LIMIT, MAX_LIMIT};
use crate::base::time::Timestamp;

use super::problem::{Problem, ProblemKind};

/// The address of a list with its filters, without what only says which page.
#[derive(Debug, Clone)]
pub struct ListUri {
    path: String,
    filters: Vec<String>,
    page: Vec<String>,
}

impl<S: Send + Sync> FromRequestParts<S> for ListUri {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let query = parts.uri.query().unwrap_or("");
        let pairs = query.split('&').filter(|pair| !pair.is_empty());
        let pairs = pairs.filter(|pair| !names(pair, "cursor"));
        let (page, mut filters): (Vec<_>, Vec<_>) = pairs
            .map(str::to_owned)
            .partition(|pair| names(pair, "limit") || names(pair, "count"));
        filters.sort_unstable();
        Ok(Self {
            path: parts.uri.path().to_owned(),
            filters,
            page,
        })
    }
}

fn names(pair: &str, name: &str) -> bool {
    pair.split('=').next() == Some(name)
}

impl ListUri {
    /// The row after which the page that the cursor asks for begins.
    pub fn after(&self, cursor: Option<&str>) -> Result<Option<(Timestamp, Uuid)>, Problem> {
        let Some(text) = cursor else {
            return Ok(None);
        };
        let refused = || {
            Problem::new(ProblemKind::InvalidParameter)
                .detail("cursor: not a cursor of this list: start again without it")
        };
        let key = Cursor::decode(text, &self.bound()).or(Err(refused()))?;
        let (at, id) = key.0.split_first_chunk::<8>().ok_or_else(refused)?;
        let id = Uuid::from_slice(id).or(Err(refused()))?;
        Ok(Some((Timestamp::from_millis(i64::from_be_bytes(*at)), id)))
    }

    /// The address of the page after that row.
    #[must_use]
    pub fn next(&self, (at, id): (Timestamp, Uuid)) -> String {
        let mut key = at.as_millis().to_be_bytes().to_vec();
        key.extend_from_slice(id.as_bytes());
        let cursor = Cursor(key).encode(&self.bound());
        let mut pairs = self.filters.clone();
        pairs.extend(self.page.iter().cloned());
        pairs.push(format!("cursor={cursor}"));
        format!("{}?{}", self.path, pairs.join("&"))
    }

    fn bound(&self) -> String {
        format!("{}?{}", self.path, self.filters.join("&"))
    }
}

/// The page's size: 50, or what is asked for from 1 to 500.
pub fn limit(asked: Option<u32>) -> Result<u32, Problem> {
    match asked.unwrap_or(DEFAULT_LIMIT) {
        limit @ 1..=MAX_LIMIT => Ok(limit),
        _ => Err(Problem::new(ProblemKind::InvalidParameter)
            .detail(format!("limit: expected 1 to {MAX_LIMIT}"))),
    }
}
