//! Words that go by order: the notes of a patrol's declaration, in every version.

use uuid::Uuid;

use crate::base::ids::PatrolId;
use crate::base::members::exchanged;
use crate::journal::Left;
use crate::patrols::sql;
use crate::store::{self, Tx};

use super::Patrols;

/// The free text of a declaration.
const WORDS: [&str; 1] = ["notes"];

impl Patrols {
    /// Puts `marker`, composed, into the place of the notes of a patrol, in every version. Gives the contents that go with it;
    /// none where there is no such patrol. The caller erases them in the same act.
    pub async fn erase_words(
        &self,
        tx: &mut Tx,
        fact: Uuid,
        marker: &str,
    ) -> Result<Option<Vec<Left>>, store::Error> {
        let id = PatrolId(fact);
        if !sql::lock_patrol(tx, id).await? {
            return Ok(None);
        }
        let mut gone = Vec::new();
        let mut after = 0;
        loop {
            let versions = sql::versions_of(tx, id, after).await?;
            let Some(last) = versions.last() else {
                return Ok(Some(gone));
            };
            after = last.version;
            for version in versions {
                let stored = self.journal.entry(tx, version.entry).await?;
                let stored = stored.filter(|own| own.row.redacted_by.is_none());
                let body = stored.and_then(|own| own.body);
                let left = body.and_then(|body| exchanged(&body, &WORDS, marker));
                let draft = exchanged(version.draft.as_bytes(), &WORDS, marker);
                let Some((left, draft)) = left.zip(draft) else {
                    continue;
                };
                let of = (id, version.version);
                sql::set_version_words(tx, of, (&draft, marker)).await?;
                gone.push(Left {
                    entry: version.entry,
                    body: Some(left),
                });
            }
        }
    }
}
