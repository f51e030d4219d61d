//! Words that go by order: the XML of the forms that told of a fact, first ones and edits, as a whole.

use uuid::Uuid;

use crate::evidence::model::redaction::RedactionFault;
use crate::evidence::{self, Words, WordsGone};
use crate::journal::Left;
use crate::store::{BoxFuture, Tx};

use super::super::OpenRosa;
use super::super::sql;

impl Words for OpenRosa {
    fn erase<'a>(
        &'a self,
        tx: &'a mut Tx,
        fact: Uuid,
        _marker: &'a str,
    ) -> BoxFuture<'a, Result<WordsGone, evidence::Error>> {
        Box::pin(async move {
            let mut gone = WordsGone::default();
            for row in sql::telling(tx, fact).await? {
                sql::lock_submission(tx, row.id).await?;
                if row.waits() {
                    return Err(RedactionFault::FormWaiting.into());
                }
                gone.asides.push(row.id.0);
                gone.told_of.extend(sql::facts_of(tx, row.id).await?);
                let stored = self.journal.entry(tx, row.entry).await?;
                if stored.is_some_and(|own| own.row.redacted_by.is_none()) {
                    sql::set_erased(tx, row.id).await?;
                    gone.left.push(Left {
                        entry: row.entry,
                        body: None,
                    });
                }
            }
            Ok(gone)
        })
    }
}
