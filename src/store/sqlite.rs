//! SQLite: one writer that commits many acts with one fsync, and a pool of readers beside it.

use std::panic::AssertUnwindSafe;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use futures::FutureExt;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{ConnectOptions, SqliteConnection};
use tokio::runtime::Handle;
use tokio::sync::{Mutex, mpsc, oneshot};

use super::acts::{Acts, Pending, Queued, Turn, queued};
use super::reopen::reopened;
use super::{ActError, BoxFuture, Durability, Error, Tx, pinned};

const FILE: &str = "tuantra.db";
const READERS: u32 = 4;
const QUEUE: usize = 4096;
/// So long (ms) the log's emptying waits for readers, and keeps the writer waiting, while the server runs.
const SHORT_PATIENCE: &str = "PRAGMA busy_timeout = 250";
/// Pages (8 KiB) in the log before a commit brings them into the file. Single fixes of a thousand phones change the same
/// thousand pages with each commit: brought over after four of them, each goes into the file once and not four times.
const LOG_PAGES: &str = "4000";
/// Acts under one commit: enough to share an fsync, few enough that none waits long.
const BATCH: usize = 256;
/// An act that takes so long is told of, and so is a commit: a live fix, which may wait two seconds, waits for it.
const LONG: Duration = Duration::from_millis(500);

/// The open file: a queue to its one writer, and its readers.
#[derive(Debug)]
pub(super) struct SqliteStore {
    pub(super) readers: SqlitePool,
    queues: Mutex<Option<Queues>>,
    options: SqliteConnectOptions,
    /// Whether the disk failed and no handle works since.
    is_refusing: Arc<AtomicBool>,
}

/// The two ways to the writer.
#[derive(Debug, Clone)]
struct Queues {
    usual: mpsc::Sender<Box<dyn Queued>>,
    /// Past all that waits in the usual one.
    ahead: mpsc::Sender<Box<dyn Queued>>,
}

impl SqliteStore {
    pub(super) async fn open(folder: &Path, fsync: bool) -> Result<Self, Error> {
        let options = options(&folder.join(FILE), fsync);
        // Each act and statement keeps the pages that it may have to take back: in a file of their own they cost more
        // writing than the log.
        let writer = options.clone().pragma("temp_store", "memory");
        // What is deleted is overwritten: an erased content must not stand in a free page.
        let writer = writer.pragma("secure_delete", "on");
        let writer = writer.pragma("wal_autocheckpoint", LOG_PAGES);
        let (usual, usual_acts) = mpsc::channel(QUEUE);
        let (ahead, ahead_acts) = mpsc::channel(QUEUE);
        let acts = Acts::of(usual_acts, ahead_acts);
        let is_refusing = Arc::new(AtomicBool::new(false));
        start_writer(writer, acts, Arc::clone(&is_refusing)).await?;
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
            is_refusing,
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
        let own = queued(context, act, answer);
        queue.send(own).await.or(Err(gone()))?;
        drop(queues);
        answered.await.unwrap_or_else(|_| Err(gone()))
    }

    pub(super) async fn durability(&self) -> Result<Durability, Error> {
        if self.is_refusing.load(Ordering::Relaxed) {
            let why = "the disk under the database takes no writes".to_owned();
            return Ok(Durability::Broken(why));
        }
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
        empty_log(self.connection().await?).await
    }

    /// The same while others write: they wait as long as this waits for readers.
    pub(super) async fn sweep_in_passing(&self) -> Result<(), Error> {
        let mut conn = self.connection().await?;
        sqlx::query(SHORT_PATIENCE).execute(&mut conn).await?;
        empty_log(conn).await
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

async fn empty_log(mut conn: SqliteConnection) -> Result<(), Error> {
    sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)")
        .execute(&mut conn)
        .await?;
    Ok(())
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

/// Runs the writer on a thread of its own. It waits for SQLite's thread after each statement: that thread wakes it at once
/// and wakes nothing else, while a worker of the runtime would look for other work first, wake others and be woken by them.
async fn start_writer(
    options: SqliteConnectOptions,
    acts: Acts,
    is_refusing: Arc<AtomicBool>,
) -> Result<(), Error> {
    let runtime = Handle::current();
    let (opened, is_open) = oneshot::channel();
    let writing = async move {
        match options.connect().await {
            Ok(writer) => {
                let _ = opened.send(Ok(()));
                write_all(writer.into(), &options, acts, &is_refusing).await;
            }
            Err(failure) => drop(opened.send(Err(Error::from(failure)))),
        }
    };
    let running = move || {
        pinned::stay_on_one_core();
        // Parks and wakes with one call each; the runtime's own way takes a lock as well, many times in an act.
        let _timers = runtime.enter();
        futures::executor::block_on(writing);
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
async fn write_all(
    mut tx: Tx,
    options: &SqliteConnectOptions,
    mut acts: Acts,
    is_refusing: &AtomicBool,
) {
    while let Some(first) = acts.next().await {
        let mut ran = Vec::new();
        let committed = write_batch(&mut tx, first, &mut acts, &mut ran).await;
        if let Err(error) = &committed {
            is_refusing.store(matches!(error, Error::Disk(_)), Ordering::Relaxed);
            let _ = command(&mut tx, "ROLLBACK").await;
        }
        metrics::histogram!("tuantra_store_batch_acts")
            .record(f64::from(u32::try_from(ran.len()).unwrap_or(u32::MAX)));
        for pending in ran {
            pending.answer(committed.as_ref().err());
        }
        if let Err(failure @ Error::Disk(_)) = &committed {
            let Some(fresh) = reopened(tx, options, &mut acts, failure).await else {
                return;
            };
            tx = fresh;
            is_refusing.store(false, Ordering::Relaxed);
        }
    }
}

async fn write_batch(
    tx: &mut Tx,
    first: (Turn, Box<dyn Queued>),
    acts: &mut Acts,
    ran: &mut Vec<Box<dyn Pending>>,
) -> Result<(), Error> {
    let begun = Instant::now();
    let first_begun = command(tx, "BEGIN IMMEDIATE; SAVEPOINT act").await;
    tell_long("the first act's beginning", begun);
    if let Err(error) = first_begun {
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
        let (name, begun) = (act.name(), Instant::now());
        // An act that panics must not take the writer with it: its caller sees a dropped answer.
        let pending = AssertUnwindSafe(act.run(tx)).catch_unwind().await.ok();
        let kept = pending.as_ref().is_some_and(|pending| pending.succeeded());
        let failure = pending.as_ref().and_then(|pending| pending.failed_disk());
        ran.extend(pending);
        tell_long(name, begun);
        // SQLite may have taken the whole batch back with it.
        if let Some(failure) = failure {
            return Err(failure);
        }
        // What went ahead stands for many requests: none of them waits for acts that came after it.
        next = if ran.len() < BATCH && turn == Turn::Usual {
            acts.waiting()
        } else {
            None
        };
        let begun = Instant::now();
        end_act(tx, kept, next.is_some(), ran).await?;
        tell_long("the act's end", begun);
    }
    Ok(())
}

fn tell_long(name: &'static str, begun: Instant) {
    let took = begun.elapsed();
    if took >= LONG {
        tracing::warn!(
            act = name,
            ?took,
            "the database's one writer was kept for long"
        );
    }
}

/// Keeps the act that ran last, or takes it back, and begins the next one or commits them all. An error is that of the
/// whole batch.
async fn end_act(
    tx: &mut Tx,
    kept: bool,
    is_more: bool,
    ran: &mut [Box<dyn Pending>],
) -> Result<(), Error> {
    // One command between two acts, behind what the one before left to be sent: handing it to SQLite's thread costs more
    // than what it does there. A commit ends its savepoints.
    let behind = if is_more {
        "RELEASE act; SAVEPOINT act"
    } else {
        "COMMIT"
    };
    let instead = if is_more {
        "ROLLBACK TO act; RELEASE act; SAVEPOINT act"
    } else {
        "ROLLBACK TO act; RELEASE act; COMMIT"
    };
    if !kept {
        return command(tx, instead).await;
    }
    // Whose fault it is that a commit fails cannot be told once it stands for others too.
    let is_alone = ran.len() == 1;
    if !is_more
        && !is_alone
        && let Err(error) = tx.settle().await
    {
        failed(ran, error)?;
        return command(tx, instead).await;
    }
    match then(tx, behind).await {
        Err(error) if is_more => {
            failed(ran, error)?;
            command(tx, instead).await
        }
        Err(error) if is_alone => {
            let shared = error.shared();
            failed(ran, error)?;
            Err(shared)
        }
        done => done,
    }
}

/// Notes that the act that ran last has failed. A disk that did fails all of them.
fn failed(ran: &mut [Box<dyn Pending>], error: Error) -> Result<(), Error> {
    if matches!(error, Error::Disk(_)) {
        return Err(error);
    }
    if let Some(last) = ran.last_mut() {
        last.fail(error);
    }
    Ok(())
}

/// Runs a command in place of all that waits to be sent.
async fn command(tx: &mut Tx, sql: &'static str) -> Result<(), Error> {
    if let Tx::Sqlite(open) = &mut *tx {
        open.forget();
    }
    then(tx, sql).await
}

/// Runs a command behind what waits to be sent.
async fn then(tx: &mut Tx, sql: &'static str) -> Result<(), Error> {
    if let Tx::Sqlite(open) = &mut *tx {
        open.later(sql, |_| Ok(()))?;
    }
    tx.settle().await
}
