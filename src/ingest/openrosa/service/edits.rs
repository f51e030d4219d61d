//! Edits that came before what they edit: they wait, and are done when it has come, whether or not it can be recorded
//! itself. A phone never sends them again.

use crate::base::actor::Actor;

use super::super::OpenRosa;
use super::super::sql::{self, SubmissionRow};
use super::super::xml;
use super::accept::{Accepted, REVIEW};
use super::{Error, Read};

impl OpenRosa {
    /// Does, after a submission that is new, what waited for it. A failure leaves what waits for a person to decide about.
    pub(super) async fn follow(&self, actor: &Actor, accepted: &mut Accepted) {
        if let Err(error) = self.enact_after(actor, accepted).await {
            tracing::warn!(%error, submission = %accepted.id, "edits could not follow");
        }
    }

    async fn enact_after(&self, actor: &Actor, accepted: &mut Accepted) -> Result<(), Error> {
        self.enact_again(actor, accepted).await?;
        self.enact_edits(actor, accepted).await
    }

    async fn enact_edits(&self, actor: &Actor, accepted: &Accepted) -> Result<(), Error> {
        let mut tx = self.journal.store().read().await?;
        let has_begun = accepted.row.revision == 1
            || sql::submission(&mut tx, accepted.row.root).await?.is_some();
        if !has_begun {
            return Ok(());
        }
        let edits = sql::edits(&mut tx, accepted.row.root, accepted.id).await?;
        drop(tx);
        // What it edits itself is not done by it.
        let later = edits
            .into_iter()
            .filter(|row| row.revision > accepted.row.revision);
        for row in later {
            if let Some(edit) = self.kept(row).await? {
                self.enact(actor, &edit).await?;
            }
        }
        Ok(())
    }

    /// What an edit waits for may have come while it was found missing.
    async fn enact_again(&self, actor: &Actor, edit: &mut Accepted) -> Result<(), Error> {
        if edit.row.revision == 1 || edit.row.state != REVIEW {
            return Ok(());
        }
        let mut tx = self.journal.store().read().await?;
        let first = sql::submission(&mut tx, edit.row.root).await?;
        drop(tx);
        if first.is_some_and(|first| first.recorded_at >= edit.row.recorded_at) {
            edit.is_new = false;
            edit.read.reading = self.read_as_it_stands(&edit.row, &edit.read.root).await?;
            edit.row.state = self.enact(actor, edit).await?;
        }
        Ok(())
    }

    /// A submission read again from the journal; none when its XML was erased.
    pub(super) async fn kept(&self, row: SubmissionRow) -> Result<Option<Accepted>, Error> {
        let mut tx = self.journal.store().read().await?;
        let stored = self.journal.entry(&mut tx, row.entry).await?;
        drop(tx);
        let Some(body) = stored.and_then(|stored| stored.body) else {
            return Ok(None);
        };
        let root = xml::read(&body)?;
        let reading = self.read_as_it_stands(&row, &root).await?;
        Ok(Some(Accepted {
            id: row.id,
            row,
            is_new: false,
            read: Read { root, reading },
        }))
    }
}
