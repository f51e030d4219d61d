//! Entries of one act that go to the database together.

use crate::store::{Error, Tx};

use super::epochs::{self, Made};
use super::service::{Entry, Journal, Written};
use super::sql;

impl Journal {
    /// Writes entries within the caller's transaction on PostgreSQL, in their order, as if each had been entered by itself.
    /// It costs two statements, whatever their number.
    pub async fn enter_all(
        &self,
        tx: &mut Tx,
        entries: &[Entry<'_>],
    ) -> Result<Vec<Written>, Error> {
        let mut all = Vec::with_capacity(entries.len());
        for entry in entries {
            all.push(epochs::make(
                self.place(),
                self.next_entry(),
                self.now(),
                *entry,
            )?);
        }
        let rows = all
            .iter()
            .map(|made| (&made.row, made.salt.as_slice(), made.entry.body));
        sql::insert_entries(tx, &rows.collect::<Vec<_>>()).await?;
        for made in &all {
            made.write_beside(tx).await?;
        }
        let written: Vec<Written> = all.iter().map(Made::written).collect();
        for (entry, written) in entries.iter().zip(&written) {
            if let Some(paper) = entry.origin.and_then(|origin| origin.paper) {
                self.link_paper(tx, entry, written, paper).await?;
            }
        }
        Ok(written)
    }
}
