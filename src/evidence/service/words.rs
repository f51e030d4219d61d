//! Words that go by order: the free text of a fact, wherever this server keeps it. Each slice lets go of its own; the order's
//! entry tells what is left of every content.

use std::sync::Arc;

use serde_json::Value;
use uuid::Uuid;

use crate::base::ids::{EntryId, PatrolId, PhotoId, PlotId, QuestionId};
use crate::base::members::exchanged;
use crate::blobs::BlobName;
use crate::evidence::model::redaction::RedactionFault;
use crate::evidence::sql::{self, QuestionBook, RedactionRow};
use crate::journal::{Left, Written};
use crate::patrols::model::text::composed;
use crate::plots::MARK;
use crate::store::{self, BoxFuture, Tx};

use super::{Error, Evidence};

/// What a slice lets go of.
#[derive(Debug, Default)]
pub struct WordsGone {
    /// The contents that go, each with what is left of it.
    pub left: Vec<Left>,
    /// Under which ids more may have been kept aside.
    pub asides: Vec<Uuid>,
    /// Facts that the same contents tell of: a hold on one of them keeps all.
    pub told_of: Vec<Uuid>,
}

/// A slice above this one that keeps words of facts.
pub trait Words: Send + Sync {
    /// Puts `marker` into the place of the words of a fact in the caller's act, which erases the contents that are given. Gives
    /// nothing where the slice keeps none of that fact.
    fn erase<'a>(
        &'a self,
        tx: &'a mut Tx,
        fact: Uuid,
        marker: &'a str,
    ) -> BoxFuture<'a, Result<WordsGone, Error>>;

    /// What follows the commit.
    fn clear(&self) -> BoxFuture<'_, ()> {
        Box::pin(async {})
    }
}

/// A slice above this one that makes something of fixes which can be made of nothing else.
pub trait Follower: Send + Sync {
    /// Does at once what waits to be done with the fixes of a patrol, for they are to go.
    fn follow_now(&self, patrol: PatrolId) -> BoxFuture<'_, Result<(), store::Error>>;
}

/// The slices above this one that have a part in erasing by order: those that keep words of facts, and who follows fixes.
#[derive(Clone, Default)]
pub struct WordBooks {
    books: Vec<Arc<dyn Words>>,
    follower: Option<Arc<dyn Follower>>,
    /// Whether this server is a post node, which forwards what it collects.
    is_node: bool,
}

impl std::fmt::Debug for WordBooks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("WordBooks").field(&self.books.len()).finish()
    }
}

impl WordBooks {
    /// These slices, on a post node or a province's server.
    #[must_use]
    pub fn new(books: Vec<Arc<dyn Words>>, is_node: bool) -> Self {
        Self {
            books,
            follower: None,
            is_node,
        }
    }

    /// The same with who follows fixes.
    #[must_use]
    pub fn with_follower(self, follower: Arc<dyn Follower>) -> Self {
        Self {
            follower: Some(follower),
            ..self
        }
    }

    /// Has done what waits to be done with the fixes of a patrol.
    pub(super) async fn follow_now(&self, patrol: PatrolId) -> Result<(), store::Error> {
        match &self.follower {
            Some(follower) => follower.follow_now(patrol).await,
            None => Ok(()),
        }
    }

    /// What follows the commit of an order on words.
    pub(super) async fn clear(&self) {
        for book in &self.books {
            book.clear().await;
        }
    }
}

/// What stands in the place of words that an order erased.
pub(super) fn marker(document: &str) -> String {
    composed(&format!("{MARK}{document}]"))
}

impl Evidence {
    /// Refuses an order on the words of what is no fact, or whose words stand on a paper's scan as well.
    pub(super) async fn refuse_wordless(&self, tx: &mut Tx, fact: Uuid) -> Result<(), Error> {
        if sql::is_typed(tx, fact).await? {
            return Err(RedactionFault::OnPaper.into());
        }
        if !sql::is_fact(tx, fact).await? {
            return Err(Error::NotFound);
        }
        Ok(())
    }

    /// Erases the words of a fact; gives the order's entry and the bytes that nothing names any more.
    pub(super) async fn erase_words(
        &self,
        tx: &mut Tx,
        (row, books): (&RedactionRow, &WordBooks),
        (by, mut told): (Uuid, Value),
    ) -> Result<(Written, Vec<BlobName>), Error> {
        self.refuse_wordless(tx, row.subject).await?;
        let mut gone = self.let_words_go(tx, row, books).await?;
        gone.asides.sort_unstable();
        gone.asides.dedup();
        let mut left = gone.left;
        let mut blobs = Vec::new();
        for fact in gone.asides {
            left.extend(sql::asides_of(tx, fact).await?.into_iter().map(nothing));
            // What was too large for an entry lies among the bytes, under the fact as if it were a photo.
            let large = sql::pictures_of(tx, PhotoId(fact)).await?;
            blobs.extend(
                large
                    .iter()
                    .filter_map(|name| super::redactions::blob_name(name)),
            );
            sql::drop_asides(tx, PhotoId(fact)).await?;
        }
        if left.is_empty() {
            return Err(RedactionFault::Nothing.into());
        }
        for fact in gone.told_of.iter().chain([&row.subject]) {
            if self.keeps_words(tx, *fact).await? {
                return Err(RedactionFault::Held.into());
            }
        }
        for own in &left {
            if sql::is_to_be_forwarded(tx, own.entry, books.is_node).await? {
                return Err(RedactionFault::NotForwarded.into());
            }
        }
        told["entries"] = left.len().into();
        told["left"] = Left::told(&left);
        let written = self.enter_step(tx, (row.subject, by), &told).await?;
        for own in &left {
            self.journal.redact(tx, own.entry, &written).await?;
        }
        self.plots.move_on(tx).await?;
        Ok((written, blobs))
    }

    /// Lets every slice put the marker into its rows.
    async fn let_words_go(
        &self,
        tx: &mut Tx,
        row: &RedactionRow,
        books: &WordBooks,
    ) -> Result<WordsGone, Error> {
        let (fact, marker) = (row.subject, marker(&row.document));
        let mut gone = WordsGone {
            asides: vec![fact],
            ..WordsGone::default()
        };
        if let Some(own) = self.plots.erase_words(tx, fact, &marker).await? {
            gone.left.extend(own);
        }
        if let Some(own) = self.patrols.erase_words(tx, fact, &marker).await? {
            gone.left.extend(own);
        }
        for book in [QuestionBook::Photos, QuestionBook::Tracks] {
            let own = self.erase_replies(tx, (book, QuestionId(fact)), &marker);
            gone.left.extend(own.await?);
        }
        for book in &books.books {
            let own = book.erase(tx, fact, &marker).await?;
            gone.left.extend(own.left);
            gone.asides.extend(own.asides);
            gone.told_of.extend(own.told_of);
        }
        Ok(gone)
    }

    /// What was answered and decided of a question.
    async fn erase_replies(
        &self,
        tx: &mut Tx,
        (book, question): (QuestionBook, QuestionId),
        marker: &str,
    ) -> Result<Vec<Left>, Error> {
        let mut gone = Vec::new();
        if !sql::lock_question(tx, book, question).await? {
            return Ok(gone);
        }
        for reply in sql::replies(tx, book, question).await? {
            let stored = self.journal.entry(tx, reply.entry).await?;
            let stored = stored.filter(|own| own.row.redacted_by.is_none());
            let body = stored.and_then(|own| own.body);
            let names = ["text", "reason"];
            let left = body.and_then(|body| exchanged(&body, &names, marker));
            let kept = exchanged(reply.body.as_bytes(), &names, marker);
            let Some((left, kept)) = left.zip(kept) else {
                continue;
            };
            sql::set_reply(tx, book, reply.entry, &kept).await?;
            gone.push(Left {
                entry: reply.entry,
                body: Some(left),
            });
        }
        Ok(gone)
    }

    /// Whether a hold keeps the words of a fact: its own, its incident's, that of one of its plots or its patrol's.
    async fn keeps_words(&self, tx: &mut Tx, fact: Uuid) -> Result<bool, Error> {
        if sql::is_kept(tx, fact).await? || sql::is_patrol_held(tx, fact).await? {
            return Ok(true);
        }
        let mut plots = sql::plots_under(tx, fact).await?;
        plots.extend(sql::plot_of(tx, fact).await?.map(PlotId));
        for plot in plots {
            if self.is_held(tx, plot).await? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

fn nothing(entry: EntryId) -> Left {
    Left { entry, body: None }
}
