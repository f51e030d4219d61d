//! What derived rows are made of besides their facts, read without the log's key.

use uuid::Uuid;

use crate::base::ids::EntryId;
use crate::base::signed_text::Said;
use crate::journal::papers::TypedIn;
use crate::journal::rules::{self, Rules};
use crate::journal::sql;
use crate::store::{Error, Tx};

/// Whether work of a kind waits, about a subject or about any: what it will write is not what stands yet.
pub async fn waits(tx: &mut Tx, kind: &str, subject: Option<Uuid>) -> Result<bool, Error> {
    sql::is_job_known(tx, kind, subject).await
}

/// Every version of a book's rules, the first one that of the program.
pub async fn every_rules<R: Rules>(tx: &mut Tx) -> Result<Vec<R>, Error> {
    let mut all = vec![R::default()];
    for row in sql::all_rules(tx, R::BOOK).await? {
        all.push(rules::read(&row)?);
    }
    Ok(all)
}

/// Those entries of some facts that were typed in from paper records.
pub async fn typed_in(tx: &mut Tx, facts: &[Uuid]) -> Result<Vec<TypedIn>, Error> {
    sql::typed_in(tx, facts).await
}

/// The path that a device signed when it sent an entry.
pub async fn signed_path(tx: &mut Tx, entry: EntryId) -> Result<Option<String>, Error> {
    let kept = sql::statement(tx, entry).await?;
    Ok(kept
        .and_then(|row| Said::of(&row.base))
        .map(|said| said.path))
}
