//! What an order leaves of contents of which it erases the words alone. It stands in the entry of the order, under the tree
//! like any content: so rows can be held against the log still, and nothing is told of what stood there.

use serde_json::{Map, Value};

use crate::base::ids::EntryId;
use crate::store::{Error, Tx};

use super::service::{Entry, Journal};
use super::sql;

/// A content that goes, and what is left of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    /// Its entry.
    pub entry: EntryId,
    /// The content without the words; none where nothing is left.
    pub body: Option<String>,
}

impl Left {
    /// What the entry of an order tells of them under `left`.
    #[must_use]
    pub fn told(all: &[Self]) -> Value {
        let told = all.iter();
        let told: Map<_, _> = told
            .map(|own| (own.entry.to_string(), Value::from(own.body.clone())))
            .collect();
        told.into()
    }
}

impl Journal {
    /// The entry by which this author said the same of a fact before, where its content was erased since.
    pub async fn erased_alike(
        &self,
        tx: &mut Tx,
        entry: &Entry<'_>,
    ) -> Result<Option<EntryId>, Error> {
        let digest = super::model::sha256(entry.body);
        let of = (entry.actor, entry.fact, entry.kind.as_str());
        sql::erased_alike(tx, of, &digest).await
    }
}

/// What the order `by` left of an entry's content.
pub(super) async fn left(
    tx: &mut Tx,
    by: EntryId,
    entry: EntryId,
) -> Result<Option<Vec<u8>>, Error> {
    let Some((_, body)) = sql::body(tx, by).await? else {
        return Ok(None);
    };
    let told: Value = serde_json::from_slice(&body).unwrap_or_default();
    let left = told
        .get("left")
        .and_then(|left| left.get(entry.to_string()));
    let left = left.and_then(Value::as_str);
    Ok(left.map(|left| left.as_bytes().to_vec()))
}
