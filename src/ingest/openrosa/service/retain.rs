//! What goes: the XML of patrol reports once their track has outlived its retention. The leaf stays.

use serde_json::json;

use crate::base::actor::CONSOLE;
use crate::base::ids::SubmissionId;
use crate::journal::{Entry, Kind};
use crate::store::Tx;

use super::super::OpenRosa;
use super::super::sql;
use super::Error;

/// Rows that one run of a chore takes.
const BATCH: i64 = 100;
const MONTH_MS: i64 = 31 * 86_400_000;

impl OpenRosa {
    /// Erases the XML of patrol reports whose patrol's fixes were erased, and of those that came more than so many months
    /// ago and are under no hold; gives how many. One that cannot be erased keeps no other.
    pub async fn expire_reports(&self, retention_months: u32) -> Result<usize, Error> {
        let age_ms = MONTH_MS * i64::from(retention_months);
        let before = self.journal.now().plus_millis(-age_ms);
        let mut tx = self.journal.store().read().await?;
        let reports = sql::expired(&mut tx, before, BATCH).await?;
        drop(tx);
        let mut done = 0;
        for id in reports {
            let context = (self.clone(), id, retention_months);
            let erased = self
                .journal
                .write(context, |tx, (odk, id, months)| {
                    Box::pin(odk.erase_report(tx, *id, *months))
                })
                .await;
            match erased {
                Ok(()) => done += 1,
                Err(error) => {
                    tracing::warn!(%error, submission = %id, "a report could not be erased");
                }
            }
        }
        Ok(done)
    }

    async fn erase_report(&self, tx: &mut Tx, id: SubmissionId, months: u32) -> Result<(), Error> {
        sql::lock_submission(tx, id).await?;
        let row = sql::submission(tx, id).await?.ok_or(Error::NotFound)?;
        let why = format!("retention of {months} months");
        let body = json!({ "of": id, "why": why, "entries": 1 }).to_string();
        let entry = Entry {
            kind: Kind::Redaction,
            fact: id.0,
            actor: CONSOLE,
            device: None,
            origin: None,
            body: body.as_bytes(),
        };
        let by = self.journal.enter(tx, entry).await?;
        self.journal.redact(tx, row.entry, &by).await?;
        Ok(sql::set_erased(tx, id).await?)
    }
}
