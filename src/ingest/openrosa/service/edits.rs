//! Edits that came before what they edit: they wait, and are done when it has come. A phone never sends them again.

use crate::base::actor::Actor;

use super::super::OpenRosa;
use super::super::reading;
use super::super::sql::{self, SubmissionRow};
use super::super::xml;
use super::accept::{Accepted, REVIEW, TAKEN, chain_of, form_of};
use super::{Error, Read};

impl OpenRosa {
    /// Does, after a submission that is new, what waited for it. A failure leaves what waits for a person to decide about.
    pub(super) async fn follow(&self, actor: &Actor, accepted: &mut Accepted) {
        let followed = if accepted.row.state == TAKEN {
            self.enact_edits(actor, accepted).await
        } else {
            self.enact_again(actor, accepted).await
        };
        if let Err(error) = followed {
            tracing::warn!(%error, submission = %accepted.id, "edits could not follow");
        }
    }

    async fn enact_edits(&self, actor: &Actor, accepted: &Accepted) -> Result<(), Error> {
        let mut tx = self.journal.store().read().await?;
        let edits = sql::edits(&mut tx, accepted.row.root, accepted.id).await?;
        drop(tx);
        for row in edits {
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
        let form = form_of(&root).ok_or(Error::UnknownForm)?;
        let reading = reading::read(form, &root, &chain_of(&row));
        Ok(Some(Accepted {
            id: row.id,
            row,
            is_new: false,
            read: Read { root, reading },
        }))
    }
}
