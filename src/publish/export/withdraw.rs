//! Words that go by order: files that wait to be fetched may hold them. They are withdrawn, and those that are being made begin
//! anew.

use uuid::Uuid;

use crate::evidence::{self, Words, WordsGone};
use crate::store::{BoxFuture, Tx};

use super::{Exports, sql};

impl Words for Exports {
    fn erase<'a>(
        &'a self,
        tx: &'a mut Tx,
        _fact: Uuid,
        _marker: &'a str,
    ) -> BoxFuture<'a, Result<WordsGone, evidence::Error>> {
        Box::pin(async move {
            sql::withdraw(tx, self.journal.now()).await?;
            Ok(WordsGone::default())
        })
    }

    fn clear(&self) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            if let Err(error) = self.expire().await {
                tracing::warn!(%error, "withdrawn files are left to the chores");
            }
        })
    }
}
