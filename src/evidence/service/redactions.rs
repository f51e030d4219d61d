//! Erasing by order: one account of the province asks by a document, a second one approves, and what was asked for goes in
//! the act that approves it. Leaves, receipts and figures stay.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::base::actor::{Actor, Principal, Right};
use crate::base::ids::{PatrolId, PhotoId};
use crate::base::personal::looks_personal;
use crate::base::refusal::Refusal;
use crate::blobs::{BlobName, Part};
use crate::evidence::model::redaction::{
    RedactionDecision, RedactionDraft, RedactionFault, RedactionState, RedactionTarget,
    RedactionView,
};
use crate::evidence::sql::{self, RedactionRow};
use crate::journal::{Entry, Kind, Written};
use crate::patrols::OrderedErasure;
use crate::store::{self, Tx};

use super::orders::target_of;
use super::words::WordBooks;
use super::{Error, Evidence, checked_reason};

const MOST_DOCUMENT_CHARS: usize = 100;

/// What an act erased, for what follows its commit.
#[derive(Debug, Default)]
struct Gone {
    blobs: Vec<BlobName>,
    parts: Vec<Part>,
    patrol: Option<PatrolId>,
    /// The slices whose words went.
    books: WordBooks,
}

impl Evidence {
    /// Asks that something is erased; the same order sent again is the first one. Gives whether it is new.
    pub async fn ask_redaction(
        &self,
        actor: &Actor,
        draft: &RedactionDraft,
    ) -> Result<(RedactionView, bool), Error> {
        if actor.principal == Principal::Device || !actor.may_in_province(Right::EraseRecords) {
            return Err(Error::Forbidden);
        }
        let draft = checked(draft)?;
        if draft.target == RedactionTarget::Track {
            let patrol = PatrolId(draft.id);
            self.patrols.refuse_unless_readable(actor, patrol).await?;
        }
        self.journal
            .write(
                (self.clone(), actor.id, draft),
                |tx, (evidence, actor, draft)| Box::pin(evidence.write_asked(tx, *actor, draft)),
            )
            .await
    }

    async fn write_asked(
        &self,
        tx: &mut Tx,
        actor: Uuid,
        draft: &RedactionDraft,
    ) -> Result<(RedactionView, bool), Error> {
        if draft.target == RedactionTarget::Photo {
            let row = sql::photo(tx, PhotoId(draft.id)).await?;
            let row = row.ok_or(Error::NotFound)?;
            if row.redacted_at.is_some() {
                return Err(RedactionFault::Nothing.into());
            }
            // A preview is a picture too, and so may be what came under another hash.
            if !row.is_stored() && sql::pictures_of(tx, row.id).await?.is_empty() {
                return Err(RedactionFault::NotStored.into());
            }
        }
        if draft.target == RedactionTarget::Notes {
            self.refuse_wordless(tx, draft.id).await?;
        }
        if let Some(row) = sql::waiting_redaction(tx, draft.id).await? {
            let is_same = (row.asked_by, &row.document, &row.reason)
                == (actor, &draft.document, &draft.reason);
            return if is_same {
                Ok((self.redaction_view(tx, row).await?, false))
            } else {
                Err(RedactionFault::Waiting.into())
            };
        }
        let id = self.journal.ids().make();
        let told = json!({
            "what": "ask", "order": id, "target": draft.target, "of": draft.id,
            "document": draft.document, "reason": draft.reason, "entries": 0,
        });
        let written = self.enter_step(tx, (draft.id, actor), &told).await?;
        let row = RedactionRow {
            id,
            target: draft.target.as_str().to_owned(),
            subject: draft.id,
            document: draft.document.clone(),
            reason: draft.reason.clone(),
            state: RedactionState::Asked.as_str().to_owned(),
            asked_by: actor,
            asked_at: written.received_at,
            asked_entry: written.entry,
            decided_by: None,
            decided_at: None,
            decided_why: None,
            decided_entry: None,
        };
        if !sql::insert_redaction(tx, &row).await? {
            return Err(store::Error::Busy("it was just asked for".into()).into());
        }
        Ok((self.redaction_view(tx, row).await?, true))
    }

    /// Approves or refuses what another account asked for. What is approved is gone when this answers.
    pub async fn decide_redaction(
        &self,
        actor: &Actor,
        id: Uuid,
        decision: &RedactionDecision,
        books: &WordBooks,
    ) -> Result<RedactionView, Error> {
        // The machine's operator may ask, not approve: whoever holds its database needs a second account.
        if actor.principal != Principal::Account || !actor.may_in_province(Right::EraseRecords) {
            return Err(Error::Forbidden);
        }
        let said = decision.reason.as_deref().unwrap_or_default();
        let why = match (decision.approve, said.trim()) {
            (true, "") => None,
            (_, said) => Some(checked_reason(said).map_err(|why| Refusal::at("/reason", why))?),
        };
        if decision.approve {
            self.follow_now(id, books).await?;
        }
        let context = (
            (self.clone(), books.clone()),
            actor.id,
            (id, decision.approve, why),
        );
        let own = self.clone();
        // On a task of its own: whoever asked may go away between the commit and what follows it.
        let deciding = tokio::spawn(async move {
            let (view, gone) = own
                .journal
                .write(
                    context,
                    |tx, ((evidence, books), actor, (id, approve, why))| {
                        let said = (*id, *approve, why.as_deref());
                        Box::pin(evidence.write_decided(tx, (*actor, books), said))
                    },
                )
                .await?;
            own.clear(gone).await;
            Ok(view)
        });
        let ended = || store::Error::Unavailable("the order's task ended".into());
        deciding.await.unwrap_or_else(|_| Err(ended().into()))
    }

    /// Has what waits to be done with the fixes of an order's track done first: once they are gone it never can be. What
    /// fails is left to its job, for which the order then waits.
    async fn follow_now(&self, order: Uuid, books: &WordBooks) -> Result<(), Error> {
        let mut tx = self.journal.store().read().await?;
        let row = sql::redaction(&mut tx, order).await?;
        drop(tx);
        let is_track = |row: &RedactionRow| row.target == RedactionTarget::Track.as_str();
        let Some(row) = row.filter(is_track) else {
            return Ok(());
        };
        let patrol = PatrolId(row.subject);
        if let Err(error) = self.patrols.derive_now(patrol).await {
            tracing::warn!(%error, "a track that is to be erased could not be derived");
        }
        if let Err(error) = books.follow_now(patrol).await {
            tracing::warn!(%error, "a track that is to be erased could not be indexed");
        }
        Ok(())
    }

    async fn write_decided(
        &self,
        tx: &mut Tx,
        (actor, books): (Uuid, &WordBooks),
        (id, approve, why): (Uuid, bool, Option<&str>),
    ) -> Result<(RedactionView, Gone), Error> {
        let row = sql::redaction(tx, id).await?.ok_or(Error::NotFound)?;
        let is_same = row.asked_by == actor
            || self.identity.may_be_one(tx, row.asked_by, actor).await?
            || self.identity.may_be_one(tx, actor, row.asked_by).await?;
        if is_same {
            return Err(RedactionFault::SecondAccount.into());
        }
        if row.state != RedactionState::Asked.as_str() {
            return Err(RedactionFault::Decided.into());
        }
        let (state, written, gone) = if approve {
            let (written, gone) = self.erase(tx, (&row, books), actor, why).await?;
            (RedactionState::Done, written, gone)
        } else {
            let told = json!({ "what": "refusal", "order": id, "of": row.subject, "reason": why, "entries": 0 });
            let written = self.enter_step(tx, (row.subject, actor), &told).await?;
            (RedactionState::Refused, written, Gone::default())
        };
        let by = (actor, written.received_at, written.entry);
        if !sql::decide_redaction(tx, id, state.as_str(), by, why).await? {
            return Err(RedactionFault::Decided.into());
        }
        let row = sql::redaction(tx, id).await?.ok_or(Error::NotFound)?;
        Ok((self.redaction_view(tx, row).await?, gone))
    }

    async fn erase(
        &self,
        tx: &mut Tx,
        (row, books): (&RedactionRow, &WordBooks),
        by: Uuid,
        why: Option<&str>,
    ) -> Result<(Written, Gone), Error> {
        let target = target_of(row)?;
        let told = json!({
            "what": "order", "order": row.id, "target": target, "of": row.subject,
            "document": row.document, "reason": row.reason, "asked_by": row.asked_by, "approval": why,
        });
        match target {
            RedactionTarget::Photo => self.erase_photo(tx, row, (by, told)).await,
            RedactionTarget::Notes => {
                let (written, blobs) = self.erase_words(tx, (row, books), (by, told)).await?;
                let gone = Gone {
                    blobs,
                    books: books.clone(),
                    ..Gone::default()
                };
                Ok((written, gone))
            }
            RedactionTarget::Track => {
                let patrol = PatrolId(row.subject);
                let erased = self.patrols.erase_by_order(tx, patrol, (by, told)).await?;
                let written = match erased {
                    OrderedErasure::Done(written) => written,
                    OrderedErasure::Held => return Err(RedactionFault::Held.into()),
                    OrderedErasure::Nothing => return Err(RedactionFault::Nothing.into()),
                    OrderedErasure::Arriving => return Err(RedactionFault::Arriving.into()),
                };
                let gone = Gone {
                    patrol: Some(patrol),
                    ..Gone::default()
                };
                Ok((written, gone))
            }
        }
    }

    /// Erases a photo with all that are the same file: as long as one of them stands, so do the bytes. One whose original
    /// has not come goes alone, for by what bytes it was announced nobody has seen.
    async fn erase_photo(
        &self,
        tx: &mut Tx,
        row: &RedactionRow,
        (by, mut told): (Uuid, Value),
    ) -> Result<(Written, Gone), Error> {
        sql::lock_photo(tx, PhotoId(row.subject)).await?;
        let named = sql::photo(tx, PhotoId(row.subject)).await?;
        let named = named.filter(|own| own.redacted_at.is_none());
        let named = named.ok_or(RedactionFault::Nothing)?;
        let photos = if named.is_stored() {
            sql::same_bytes(tx, &named.sha256).await?
        } else {
            vec![named.id]
        };
        let mut gone = Gone {
            blobs: blob_name(&named.sha256).into_iter().collect(),
            ..Gone::default()
        };
        let mut entries = Vec::new();
        for id in &photos {
            sql::lock_photo(tx, *id).await?;
            if sql::is_kept(tx, id.0).await? {
                return Err(RedactionFault::Held.into());
            }
            let photo = sql::photo(tx, *id).await?.ok_or(Error::NotFound)?;
            entries.push(photo.entry);
            entries.extend(photo.original_entry);
            entries.extend(sql::aside_entries(tx, *id).await?);
            gone.parts.extend(Self::forget_uploads(tx, *id).await?);
            let pictures = sql::pictures_of(tx, *id).await?;
            gone.blobs
                .extend(pictures.iter().filter_map(|name| blob_name(name)));
        }
        told["photos"] = json!(photos);
        told["entries"] = entries.len().into();
        let written = self.enter_step(tx, (row.subject, by), &told).await?;
        for entry in entries {
            self.journal.redact(tx, entry, &written).await?;
        }
        for id in &photos {
            if !sql::mark_erased(tx, *id, row.id, written.received_at).await? {
                return Err(store::Error::Busy("a photo was just erased".into()).into());
            }
        }
        Ok((written, gone))
    }

    pub(super) async fn enter_step(
        &self,
        tx: &mut Tx,
        (fact, actor): (Uuid, Uuid),
        told: &Value,
    ) -> Result<Written, store::Error> {
        let body = told.to_string();
        let entry = Entry {
            kind: Kind::Redaction,
            fact,
            actor,
            device: None,
            origin: None,
            body: body.as_bytes(),
        };
        self.journal.enter(tx, entry).await
    }

    /// What follows the commit: bytes that no row names any more go now, and SQLite's files keep nothing. What fails is
    /// done by the chores, which remove what nothing names.
    async fn clear(&self, gone: Gone) {
        if let Some(patrol) = gone.patrol {
            self.patrols.forget_track(patrol);
        }
        gone.books.clear().await;
        self.blobs.drop_parts(&gone.parts).await;
        for name in gone.blobs {
            if let Err(error) = self.remove_unnamed(name).await {
                tracing::warn!(%error, "the bytes of an erased photo are left to the chores");
            }
        }
        if let Err(error) = self.journal.store().sweep_in_passing().await {
            tracing::warn!(%error, "the database's files could not be swept");
        }
    }
}

/// The draft as it is kept.
fn checked(draft: &RedactionDraft) -> Result<RedactionDraft, Refusal> {
    let document = draft.document.trim();
    let mut refusal = Refusal::default();
    if document.is_empty() || document.chars().count() > MOST_DOCUMENT_CHARS {
        refusal.add(
            "/document",
            "cần số văn bản, từ 1 đến 100 ký tự / expected the number of the document, 1 to 100 characters",
        );
    }
    if draft.target == RedactionTarget::Notes && looks_personal(document) {
        // It will stand where the words stood.
        refusal.add(
            "/document",
            "không ghi số điện thoại, số định danh / expected no telephone or identity numbers",
        );
    }
    let reason = match checked_reason(&draft.reason) {
        Ok(reason) => reason,
        Err(why) => {
            refusal.add("/reason", why);
            String::new()
        }
    };
    refusal.or(RedactionDraft {
        document: document.to_owned(),
        reason,
        ..draft.clone()
    })
}

pub(super) fn blob_name(sha256: &[u8]) -> Option<BlobName> {
    sha256.try_into().ok().map(BlobName)
}
