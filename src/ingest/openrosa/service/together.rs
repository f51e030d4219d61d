//! Forms that come at the same time, each of which tells of nothing but a new plot, are written by one act on PostgreSQL:
//! there a statement costs more on its way and in being set up than in what it does, and what one act locks until its commit
//! is on disk the next one waits for. Each is answered after that commit. Whatever is not new, and every form of an act that
//! fails, is written by itself as before.

use std::collections::HashSet;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};

use crate::base::ids::{PlotId, SubmissionId};
use crate::journal::{Entry, Journal, Written};
use crate::plots::{First, Plots};
use crate::store::{self, ActError, Tx};

use super::super::OpenRosa;
use super::super::sql::{self, SubmissionRow};
use super::Error;
use super::accept::{Outcome, Sent, TAKEN};

/// Forms that wait for their turn; more are written by themselves.
const QUEUE: usize = 1024;
/// Forms under one commit at most.
const AT_ONCE: usize = 32;
/// One act at a time takes along what came during the one before. One that takes longer waits for somebody's lock: then
/// others go beside it.
const LONG: Duration = Duration::from_millis(50);
/// So many of them.
const BESIDE: usize = 3;

type Answer = oneshot::Sender<Result<Option<Outcome>, Error>>;
type Waiting = (Arc<Sent>, Answer);

/// The way to the writing task, which starts with the first form and ends with the server.
#[derive(Debug, Default)]
pub(in crate::ingest::openrosa) struct Together {
    queue: OnceLock<mpsc::Sender<Waiting>>,
}

/// What writes.
#[derive(Clone)]
struct Writer {
    journal: Journal,
    plots: Plots,
}

/// A form of which nothing stands, with its place among those that came along.
struct New<'a> {
    at: usize,
    sent: &'a Sent,
    first: &'a First,
}

impl OpenRosa {
    /// Writes a form together with others; none when it is to be written by itself.
    pub(super) async fn write_with_others(
        &self,
        sent: &Arc<Sent>,
    ) -> Result<Option<Outcome>, Error> {
        let may_be = sent.plot.as_ref().is_some_and(First::may_be);
        if !may_be || sent.actor.origin.retired || self.journal.store().has_one_writer() {
            return Ok(None);
        }
        let queue = self.together.queue.get_or_init(|| {
            let (queue, waiting) = mpsc::channel(QUEUE);
            let writer = Writer {
                journal: self.journal.clone(),
                plots: self.slices.plots.clone(),
            };
            tokio::spawn(write_all(writer, waiting));
            queue
        });
        let (answer, answered) = oneshot::channel();
        if queue.try_send((Arc::clone(sent), answer)).is_err() {
            return Ok(None);
        }
        answered.await.unwrap_or(Ok(None))
    }
}

async fn write_all(writer: Writer, mut waiting: mpsc::Receiver<Waiting>) {
    let usual = Arc::new(Semaphore::new(1));
    let beside = Arc::new(Semaphore::new(BESIDE));
    // The turn first: what comes until then goes along.
    while let Some(turn) = next_turn(&usual, &beside).await {
        let mut forms = Vec::with_capacity(AT_ONCE);
        if waiting.recv_many(&mut forms, AT_ONCE).await == 0 {
            return;
        }
        tokio::spawn(writer.clone().write(forms, turn));
    }
}

async fn next_turn(
    usual: &Arc<Semaphore>,
    beside: &Arc<Semaphore>,
) -> Option<OwnedSemaphorePermit> {
    let soon = tokio::time::timeout(LONG, Arc::clone(usual).acquire_owned());
    if let Ok(turn) = soon.await {
        return turn.ok();
    }
    tokio::select! {
        turn = Arc::clone(usual).acquire_owned() => turn.ok(),
        turn = Arc::clone(beside).acquire_owned() => turn.ok(),
    }
}

impl Writer {
    /// Writes forms and answers each.
    async fn write(self, waiting: Vec<Waiting>, turn: OwnedSemaphorePermit) {
        let (forms, answers): (Vec<Arc<Sent>>, Vec<Answer>) = waiting.into_iter().unzip();
        let context = (self.clone(), forms);
        let written = self
            .journal
            .write(context, |tx, (writer, forms)| {
                Box::pin(writer.write_forms(tx, forms))
            })
            .await;
        drop(turn);
        // A phone that went away needs no answer; what it sent is stored all the same.
        match written {
            Ok(rows) => {
                let edited = self.edited(&rows).await;
                for (answer, row) in answers.into_iter().zip(rows) {
                    let outcome = row.map(|row| Outcome::New {
                        is_awaited: edited.contains(&row.id),
                        row: Box::new(row),
                    });
                    let _ = answer.send(Ok(outcome));
                }
            }
            Err(error) => {
                tracing::debug!(%error, "forms could not be written together, each is by itself");
                for answer in answers {
                    let _ = answer.send(match gone(&error) {
                        Some(failure) => Err(failure.into()),
                        None => Ok(None),
                    });
                }
            }
        }
    }

    /// Writes those of which nothing stands; gives, for each form, its row if it was written.
    async fn write_forms(
        &self,
        tx: &mut Tx,
        forms: &[Arc<Sent>],
    ) -> Result<Vec<Option<SubmissionRow>>, Error> {
        let mut rows: Vec<Option<SubmissionRow>> = forms.iter().map(|_| None).collect();
        let new = new_ones(tx, forms).await?;
        if new.is_empty() {
            return Ok(rows);
        }
        // What is asked comes before all that is written, which then goes to the database together.
        let firsts: Vec<&First> = new.iter().map(|own| own.first).collect();
        let nearby = self.plots.nearby_all(tx, &firsts).await?;
        let entries = new
            .iter()
            .flat_map(|own| [own.sent.entry(), own.first.entry()]);
        let entries: Vec<Entry<'_>> = entries.collect();
        let written = self.journal.enter_all(tx, &entries).await?;
        let (mut taken, mut plots) = (Vec::new(), Vec::new());
        for ((own, nearby), entered) in new.iter().zip(nearby).zip(written.chunks_exact(2)) {
            if let [form, plot] = entered {
                taken.push((own.taken(form), own.first.plot()));
                plots.push((own.first, nearby, plot));
            }
        }
        sql::insert_all_with_plots(tx, &taken).await?;
        self.plots.write_all(tx, &plots).await?;
        for (own, (row, _)) in new.iter().zip(taken) {
            if let Some(told) = rows.get_mut(own.at) {
                *told = Some(row);
            }
        }
        Ok(rows)
    }

    /// Those of which an edit came before them, or meanwhile; all of them when that cannot be known.
    async fn edited(&self, rows: &[Option<SubmissionRow>]) -> Vec<SubmissionId> {
        let ids: Vec<SubmissionId> = rows.iter().flatten().map(|row| row.id).collect();
        let asked = async {
            let mut tx = self.journal.store().read().await?;
            sql::edited_forms(&mut tx, &ids).await
        };
        asked.await.unwrap_or(ids)
    }
}

/// The forms of which nothing stands; of two of one id, or of one plot, the first.
async fn new_ones<'a>(tx: &mut Tx, forms: &'a [Arc<Sent>]) -> Result<Vec<New<'a>>, Error> {
    let telling = forms.iter().enumerate().filter_map(|(at, sent)| {
        let first = sent.plot.as_ref()?;
        Some(New { at, sent, first })
    });
    let mut new: Vec<New<'_>> = telling.collect();
    let ids = new.iter().map(|own| (own.sent.row.id, own.first.plot()));
    let known = sql::known_forms(tx, &ids.collect::<Vec<_>>()).await?;
    let (mut ids, mut plots) = (HashSet::new(), HashSet::<PlotId>::new());
    new.retain(|own| {
        let is_one = ids.insert(own.sent.row.id) && plots.insert(own.first.plot());
        is_one && !known.contains(&own.sent.row.id)
    });
    Ok(new)
}

/// A failure that each form would meet by itself too, after as long a wait.
fn gone(error: &Error) -> Option<store::Error> {
    let failure = error.store()?;
    let is_gone = matches!(
        failure,
        store::Error::Unavailable(_) | store::Error::Disk(_)
    );
    is_gone.then(|| failure.shared())
}

impl New<'_> {
    /// The form's row, its plot recorded.
    fn taken(&self, written: &Written) -> SubmissionRow {
        SubmissionRow {
            entry: written.entry,
            recorded_at: written.received_at,
            place: self.first.place().map(str::to_owned),
            state: TAKEN.to_owned(),
            ..self.sent.row.clone()
        }
    }
}
