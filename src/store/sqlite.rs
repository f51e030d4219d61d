//! SQLite: one writer that commits many acts with one fsync, and a pool of readers beside it.

use std::panic::AssertUnwindSafe;
use std::path::Path;
use std::time::Duration;

use futures::FutureExt;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{ConnectOptions, Executor, SqliteConnection};
use tokio::runtime::Handle;
use tokio::sync::{Mutex, mpsc, oneshot};

use super::{ActError, BoxFuture, Durability, Error, SqliteHandle, Tx, pinned};

const FILE: &str = "tuantra.db";
const READERS: u32 = 4;
const QUEUE: usize = 4096;
/// Acts under one commit: enough to share an fsync, few enough that none waits long.
const BATCH: usize = 256;
/// Usual acts that have their turn between two that go ahead, where as many wait.
const USUAL_BETWEEN: usize = 16;
const EXIT_IO_ERROR: i32 = 74;

/// The open file: a queue to its one writer, and its readers.
#[derive(Debug)]
pub(super) struct SqliteStore {
    pub(super) readers: SqlitePool,
    queues: Mutex<Option<Queues>>,
    options: SqliteConnectOptions,
}

/// The two ways to the writer.
#[derive(Debug, Clone)]
struct Queues {
    usual: mpsc::Sender<Box<dyn Queued>>,
    /// Past all that waits in the usual one.
    ahead: mpsc::Sender<Box<dyn Queued>>,
}

/// How an act goes to the writer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    /// After what waits already.
    Usual,
    /// Past it, and under a commit that waits for nothing more.
    Ahead,
}

/// The other end of both.
#[derive(Debug)]
struct Acts {
    usual: mpsc::Receiver<Box<dyn Queued>>,
    ahead: mpsc::Receiver<Box<dyn Queued>>,
    /// Usual acts since one went ahead.
    usual_since: usize,
}

impl Acts {
    /// The next act, when there is one; none once the store is closed and nothing waits.
    async fn next(&mut self) -> Option<(Turn, Box<dyn Queued>)> {
        if let Some(waiting) = self.waiting() {
            return Some(waiting);
        }
        let next = tokio::select! {
            biased;
            Some(act) = self.ahead.recv() => Some((Turn::Ahead, act)),
            act = self.usual.recv() => act.map(|act| (Turn::Usual, act)),
        };
        next.map(|own| self.counted(own))
    }

    /// The next act, if one waits. Between two that go ahead some usual ones have their turn, so that neither kind keeps
    /// the other from the disk.
    fn waiting(&mut self) -> Option<(Turn, Box<dyn Queued>)> {
        let may_go_ahead = self.usual_since >= USUAL_BETWEEN;
        let first = may_go_ahead.then(|| self.ahead.try_recv().ok()).flatten();
        let next = first.map(|act| (Turn::Ahead, act)).or_else(|| {
            let usual = self.usual.try_recv().map(|act| (Turn::Usual, act));
            usual
                .or_else(|_| self.ahead.try_recv().map(|act| (Turn::Ahead, act)))
                .ok()
        });
        next.map(|own| self.counted(own))
    }

    fn counted(&mut self, next: (Turn, Box<dyn Queued>)) -> (Turn, Box<dyn Queued>) {
        self.usual_since = match next.0 {
            Turn::Usual => self.usual_since + 1,
            Turn::Ahead => 0,
        };
        next
    }
}

impl SqliteStore {
    pub(super) async fn open(folder: &Path, fsync: bool) -> Result<Self, Error> {
        let options = options(&folder.join(FILE), fsync);
        // Each act and statement keeps the pages that it may have to take back: in a file of their own they cost more
        // writing than the log.
        let writer = options.clone().pragma("temp_store", "memory");
        // What is deleted is overwritten: an erased content must not stand in a free page.
        let writer = writer.pragma("secure_delete", "on");
        let (usual, usual_acts) = mpsc::channel(QUEUE);
        let (ahead, ahead_acts) = mpsc::channel(QUEUE);
        let acts = Acts {
            usual: usual_acts,
            ahead: ahead_acts,
            usual_since: USUAL_BETWEEN,
        };
        start_writer(writer, acts).await?;
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS)
            .acquire_timeout(Duration::from_secs(10))
            // A file in this process does not go away; to ask costs as much as the statement that follows.
            .test_before_acquire(false)
            .connect_with(options.clone().pragma("query_only", "on"))
            .await?;
        Ok(Self {
            readers,
            queues: Mutex::new(Some(Queues { usual, ahead })),
            options,
        })
    }

    /// A connection of its own, for migrations.
    pub(super) async fn connection(&self) -> Result<SqliteConnection, Error> {
        Ok(self.options.connect().await?)
    }

    pub(super) async fn write<C, F, T, E>(&self, turn: Turn, context: C, act: F) -> Result<T, E>
    where
        C: Send + Sync + 'static,
        F: for<'a> Fn(&'a mut Tx, &'a C) -> BoxFuture<'a, Result<T, E>> + Send + Sync + 'static,
        T: Send + 'static,
        E: ActError + Send + 'static,
    {
        let gone = || E::from(Error::Unavailable("the writer has stopped".into()));
        let (answer, answered) = oneshot::channel();
        let queues = self.queues.lock().await.clone().ok_or_else(gone)?;
        let queue = match turn {
            Turn::Usual => &queues.usual,
            Turn::Ahead => &queues.ahead,
        };
        let own = Box::new(OneAct {
            context,
            act,
            answer,
        });
        queue.send(own).await.or(Err(gone()))?;
        drop(queues);
        answered.await.unwrap_or_else(|_| Err(gone()))
    }

    pub(super) async fn durability(&self) -> Result<Durability, Error> {
        let mut conn = self.readers.acquire().await?;
        let synchronous: i64 = sqlx::query_scalar("PRAGMA synchronous")
            .fetch_one(&mut *conn)
            .await?;
        Ok(if synchronous >= 2 {
            Durability::Kept
        } else {
            Durability::Broken(format!("SQLite runs with synchronous = {synchronous}"))
        })
    }

    pub(super) async fn copy_to(&self, file: &Path) -> Result<(), Error> {
        let mut conn = self.connection().await?;
        let target = file.to_string_lossy().into_owned();
        sqlx::query("VACUUM INTO $1")
            .bind(target)
            .execute(&mut conn)
            .await?;
        Ok(())
    }

    /// Brings the log beside the file into it and empties the log, where old pages still show what was erased since. A
    /// reader in the way leaves that to the next time.
    pub(super) async fn sweep(&self) -> Result<(), Error> {
        let mut conn = self.connection().await?;
        sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)")
            .execute(&mut conn)
            .await?;
        Ok(())
    }

    pub(super) async fn close(&self) {
        let queues = self.queues.lock().await.take();
        if let Some(queues) = queues {
            let closed = queues.usual.clone();
            drop(queues);
            // The writer holds the receiving end until its queue is empty.
            let _ = tokio::time::timeout(Duration::from_secs(10), async {
                drop(closed.reserve().await);
            })
            .await;
        }
        self.readers.close().await;
    }
}

fn options(file: &Path, fsync: bool) -> SqliteConnectOptions {
    let synchronous = if fsync {
        SqliteSynchronous::Full
    } else {
        SqliteSynchronous::Off
    };
    SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(synchronous)
        .busy_timeout(Duration::from_secs(10))
        .foreign_keys(true)
        // Chunks of some hundred fixes fit their pages better, and a commit writes few pages more.
        .page_size(8192)
        .statement_cache_capacity(512)
        .pragma("trusted_schema", "off")
        .pragma("cache_size", "-16384")
}

/// An act in the queue, its types forgotten.
trait Queued: Send {
    fn run(self: Box<Self>, tx: &mut Tx) -> BoxFuture<'_, Box<dyn Pending>>;
    fn refuse(self: Box<Self>, failure: &Error);
}

/// An act that has run and waits for the commit that it shares.
trait Pending: Send {
    fn succeeded(&self) -> bool;
    fn answer(self: Box<Self>, commit_failure: Option<&Error>);
}

struct OneAct<C, F, T, E> {
    context: C,
    act: F,
    answer: oneshot::Sender<Result<T, E>>,
}

struct Ran<T, E> {
    outcome: Result<T, E>,
    answer: oneshot::Sender<Result<T, E>>,
}

impl<C, F, T, E> Queued for OneAct<C, F, T, E>
where
    C: Send + Sync + 'static,
    F: for<'a> Fn(&'a mut Tx, &'a C) -> BoxFuture<'a, Result<T, E>> + Send + Sync + 'static,
    T: Send + 'static,
    E: ActError + Send + 'static,
{
    fn run(self: Box<Self>, tx: &mut Tx) -> BoxFuture<'_, Box<dyn Pending>> {
        Box::pin(async move {
            let outcome = (self.act)(tx, &self.context).await;
            let ran: Box<dyn Pending> = Box::new(Ran {
                outcome,
                answer: self.answer,
            });
            ran
        })
    }

    fn refuse(self: Box<Self>, failure: &Error) {
        let refused = Err(E::from(Error::Unavailable(failure.to_string())));
        let _ = self.answer.send(refused);
    }
}

impl<T: Send, E: ActError + Send> Pending for Ran<T, E> {
    fn succeeded(&self) -> bool {
        self.outcome.is_ok()
    }

    fn answer(self: Box<Self>, commit_failure: Option<&Error>) {
        let outcome = match commit_failure {
            Some(failure) if self.outcome.is_ok() => {
                Err(E::from(Error::Unavailable(failure.to_string())))
            }
            _ => self.outcome,
        };
        // A caller that went away needs no answer; what it sent is stored all the same.
        let _ = self.answer.send(outcome);
    }
}

/// Runs the writer on a thread of its own. It waits for SQLite's thread after each statement: that thread wakes it at once
/// and wakes nothing else, while a worker of the runtime would look for other work first, wake others and be woken by them.
async fn start_writer(options: SqliteConnectOptions, acts: Acts) -> Result<(), Error> {
    let runtime = Handle::current();
    let (opened, is_open) = oneshot::channel();
    let writing = async move {
        match options.connect().await {
            Ok(writer) => {
                let _ = opened.send(Ok(()));
                write_all(Tx::Sqlite(SqliteHandle::Writer(writer)), acts).await;
            }
            Err(failure) => drop(opened.send(Err(Error::from(failure)))),
        }
    };
    let running = move || {
        pinned::stay_on_one_core();
        runtime.block_on(writing);
    };
    let started = std::thread::Builder::new()
        .name("sqlite-acts".into())
        .spawn(running);
    let failed = |fault: String| Error::Unavailable(format!("no thread for the writer: {fault}"));
    started.map_err(|fault| failed(fault.to_string()))?;
    is_open
        .await
        .unwrap_or_else(|_| Err(failed("it has ended".into())))
}

/// The writer: takes what waits, runs each act under a savepoint, commits once, then answers all.
async fn write_all(mut tx: Tx, mut acts: Acts) {
    while let Some(first) = acts.next().await {
        let mut ran = Vec::new();
        let committed = write_batch(&mut tx, first, &mut acts, &mut ran).await;
        if let Err(error) = &committed {
            stop_if_disk_failed(error);
            let _ = command(&mut tx, "ROLLBACK").await;
        }
        metrics::histogram!("tuantra_store_batch_acts")
            .record(f64::from(u32::try_from(ran.len()).unwrap_or(u32::MAX)));
        for pending in ran {
            pending.answer(committed.as_ref().err());
        }
    }
}

async fn write_batch(
    tx: &mut Tx,
    first: (Turn, Box<dyn Queued>),
    acts: &mut Acts,
    ran: &mut Vec<Box<dyn Pending>>,
) -> Result<(), Error> {
    if let Err(error) = command(tx, "BEGIN IMMEDIATE; SAVEPOINT act").await {
        first.1.refuse(&error);
        // Whoever waits behind it would wait as long again, one after the other, and hear nothing.
        for _ in 0..2 * QUEUE {
            match acts.waiting() {
                Some((_, waiting)) => waiting.refuse(&error),
                None => break,
            }
        }
        return Err(error);
    }
    let mut next = Some(first);
    while let Some((turn, act)) = next {
        // An act that panics must not take the writer with it: its caller sees a dropped answer.
        let pending = AssertUnwindSafe(act.run(tx)).catch_unwind().await.ok();
        let kept = pending.as_ref().is_some_and(|pending| pending.succeeded());
        ran.extend(pending);
        // What went ahead stands for many requests: none of them waits for acts that came after it.
        next = if ran.len() < BATCH && turn == Turn::Usual {
            acts.waiting()
        } else {
            None
        };
        // One command between two acts: handing it to SQLite's thread costs more than what it does there.
        let between = match (kept, next.is_some()) {
            (true, true) => "RELEASE act; SAVEPOINT act",
            (true, false) => "RELEASE act; COMMIT",
            (false, true) => "ROLLBACK TO act; RELEASE act; SAVEPOINT act",
            (false, false) => "ROLLBACK TO act; RELEASE act; COMMIT",
        };
        command(tx, between).await?;
    }
    Ok(())
}

async fn command(tx: &mut Tx, sql: &'static str) -> Result<(), Error> {
    match tx {
        Tx::Sqlite(conn) => (&mut **conn)
            .execute(sql)
            .await
            .map(drop)
            .map_err(Error::from),
        Tx::Postgres(_) => Ok(()),
    }
}

/// After a failed write or fsync nobody knows what is on disk, so the process must not go on acknowledging
/// (the kernel may already have dropped the dirty pages).
fn stop_if_disk_failed(error: &Error) {
    let text = error.to_string();
    if text.contains("disk I/O error") {
        tracing::error!(error = %text, "the disk failed under the database: stopping");
        std::process::exit(EXIT_IO_ERROR);
    }
}
