//! The database: SQLite in a folder or PostgreSQL, behind one set of SQL.
//!
//! Invariants: a statement is written once, in the common subset, and runs through `on!`; an act runs in one
//! transaction and may be run again; an act is answered only after its commit is on disk.

mod acts;
mod error;
mod handles;
mod later;
mod many;
mod migrate;
mod pinned;
mod reopen;
mod sqlite;

use std::future::Future;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{Connection, PgConnection, PgPool};
use tokio::sync::{Semaphore, SemaphorePermit};

use acts::Turn;
pub use error::{ActError, Error};
pub use handles::{PgHandle, SqliteHandle};
pub use many::{padded, pieces};
pub use migrate::{MIGRATIONS, rendered};

/// A boxed future, as acts return it: an `async` closure's own future could not be spawned.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Runs the same expression against whichever database is open, with that driver's own types.
///
/// `on!(tx, |c| sqlx::query_as(PLOTS_IN_CELLS).bind(low).fetch_all(c))` gives `Result<_, store::Error>`.
#[macro_export]
macro_rules! on {
    ($tx:expr, |$conn:ident| $query:expr) => {
        match $crate::store::Tx::settle(&mut *$tx).await {
            Err(error) => Err(error),
            Ok(()) => match &mut *$tx {
                $crate::store::Tx::Sqlite(open) => {
                    let $conn = &mut **open;
                    $query.await.map_err($crate::store::Error::from)
                }
                $crate::store::Tx::Postgres(open) => {
                    let $conn = &mut **open;
                    $query.await.map_err($crate::store::Error::from)
                }
            },
        }
    };
}

/// Runs a statement and gives the number of rows it changed.
///
/// `changed!(tx, sqlx::query(END_GRANT).bind(id))` gives `Result<u64, store::Error>`.
#[macro_export]
macro_rules! changed {
    ($tx:expr, $query:expr) => {
        match $crate::store::Tx::settle(&mut *$tx).await {
            Err(error) => Err(error),
            Ok(()) => match &mut *$tx {
                $crate::store::Tx::Sqlite(open) => match $query.execute(&mut **open).await {
                    Ok(done) => Ok(done.rows_affected()),
                    Err(error) => Err($crate::store::Error::from(error)),
                },
                $crate::store::Tx::Postgres(open) => match $query.execute(&mut **open).await {
                    Ok(done) => Ok(done.rows_affected()),
                    Err(error) => Err($crate::store::Error::from(error)),
                },
            },
        }
    };
}

/// A statement whose text must differ between the two databases.
#[derive(Debug, Clone, Copy)]
pub struct ByBackend {
    /// The text for SQLite.
    pub sqlite: &'static str,
    /// The text for PostgreSQL.
    pub postgres: &'static str,
}

impl ByBackend {
    /// The text for the database behind `tx`.
    #[must_use]
    pub fn on(self, tx: &Tx) -> &'static str {
        match tx {
            Tx::Sqlite(_) => self.sqlite,
            Tx::Postgres(_) => self.postgres,
        }
    }
}

/// Declares a statement pair; `tests/tidy` counts these.
#[macro_export]
macro_rules! by_backend {
    { sqlite: $sqlite:expr, postgres: $postgres:expr $(,)? } => {
        $crate::store::ByBackend { sqlite: $sqlite, postgres: $postgres }
    };
}

/// An open connection that statements run on: inside an act, a transaction.
#[derive(Debug)]
pub enum Tx {
    /// A connection to the SQLite file.
    Sqlite(SqliteHandle),
    /// A connection to PostgreSQL.
    Postgres(PgHandle),
}

impl Tx {
    /// Sends what was left to be sent later. The act's other statements see it from then on.
    pub async fn settle(&mut self) -> Result<(), Error> {
        let waiting = match self {
            Self::Sqlite(open) => open.waiting(),
            Self::Postgres(open) => open.waiting(),
        };
        match waiting {
            Some(sent) => sent.await,
            None => Ok(()),
        }
    }
}

/// The open database.
#[derive(Debug, Clone)]
pub struct Store {
    inner: Arc<Backend>,
}

#[derive(Debug)]
enum Backend {
    Sqlite(Box<sqlite::SqliteStore>),
    Postgres(PgPool, Turns),
}

/// What `/readyz` needs to know of the database's promises.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Durability {
    /// A commit is on disk before it is answered.
    Kept,
    /// A setting breaks that; the text names it.
    Broken(String),
}

const PG_TRIES: u32 = 12;
/// A connection that was used so lately is taken for alive: one that is not fails what runs on it, as it would have failed
/// a moment later.
const PG_TRUSTED: Duration = Duration::from_secs(1);
/// So long an act waits for its turn, and whatever runs for a connection.
const PG_PATIENCE: Duration = Duration::from_secs(10);

impl Store {
    /// Opens (and creates) the SQLite file `tuantra.db` in `folder`; with `fsync` a commit is on disk before its
    /// answer, without it (throwaway data only) `/readyz` says that the promise is broken.
    pub async fn open_sqlite(folder: &Path, fsync: bool) -> Result<Self, Error> {
        let inner = Backend::Sqlite(Box::new(sqlite::SqliteStore::open(folder, fsync).await?));
        Ok(Self {
            inner: Arc::new(inner),
        })
    }

    /// Connects to PostgreSQL at `url`.
    pub async fn open_postgres(url: &str, max_connections: u32) -> Result<Self, Error> {
        let options: PgConnectOptions = url.parse()?;
        let options = options
            .application_name("tuantra")
            .options([("timezone", "UTC")]);
        let pool = PgPoolOptions::new()
            .max_connections(max_connections)
            .acquire_timeout(PG_PATIENCE)
            .test_before_acquire(false)
            .after_connect(|conn, _| Box::pin(compress_fast(conn)))
            .before_acquire(|conn, own| {
                Box::pin(async move {
                    if own.idle_for > PG_TRUSTED {
                        conn.ping().await?;
                    }
                    Ok(true)
                })
            })
            .connect_with(options)
            .await?;
        Ok(Self {
            inner: Arc::new(Backend::Postgres(pool, Turns::of(max_connections))),
        })
    }

    /// Brings the schema up to date; applied migrations are never changed.
    pub async fn migrate(&self) -> Result<(), Error> {
        match &*self.inner {
            Backend::Sqlite(store) => migrate::run_sqlite(store).await,
            Backend::Postgres(pool, _) => migrate::run_postgres(pool).await,
        }
    }

    /// The word for this database in logs and answers.
    #[must_use]
    pub fn engine(&self) -> &'static str {
        match &*self.inner {
            Backend::Sqlite(_) => "sqlite",
            Backend::Postgres(..) => "postgresql",
        }
    }

    /// Whether acts run one after the other.
    #[must_use]
    pub fn has_one_writer(&self) -> bool {
        matches!(&*self.inner, Backend::Sqlite(_))
    }

    /// A connection for reading; statements on it see what was committed before each of them.
    pub async fn read(&self) -> Result<Tx, Error> {
        match &*self.inner {
            Backend::Sqlite(store) => Ok(store.readers.acquire().await?.into()),
            Backend::Postgres(pool, _) => Ok(pool.acquire().await?.into()),
        }
    }

    /// A connection for reading on which every statement sees what was committed before the first. It holds back the
    /// clearing of old rows, so it is for checks and not for answers.
    pub async fn snapshot(&self) -> Result<Tx, Error> {
        match &*self.inner {
            Backend::Sqlite(store) => Ok(store.readers.begin().await?.into()),
            Backend::Postgres(pool, _) => {
                let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
                Ok(pool.begin_with(begin).await?.into())
            }
        }
    }

    /// Runs an act in one transaction and answers after its commit is on disk.
    ///
    /// The act may be run more than once (serialization failures, deadlocks), so it borrows its context.
    pub async fn write<C, F, T, E>(&self, context: C, act: F) -> Result<T, E>
    where
        C: Send + Sync + 'static,
        F: for<'a> Fn(&'a mut Tx, &'a C) -> BoxFuture<'a, Result<T, E>> + Send + Sync + 'static,
        T: Send + 'static,
        E: ActError + Send + 'static,
    {
        match &*self.inner {
            Backend::Sqlite(store) => store.write(Turn::Usual, context, act).await,
            Backend::Postgres(pool, turns) => {
                let _turn = turns.take().await?;
                write_postgres(pool, &context, &act).await
            }
        }
    }

    /// The same, past the acts that wait for their turn: for short ones that stand for many requests.
    pub async fn write_ahead<C, F, T, E>(&self, context: C, act: F) -> Result<T, E>
    where
        C: Send + Sync + 'static,
        F: for<'a> Fn(&'a mut Tx, &'a C) -> BoxFuture<'a, Result<T, E>> + Send + Sync + 'static,
        T: Send + 'static,
        E: ActError + Send + 'static,
    {
        match &*self.inner {
            Backend::Sqlite(store) => store.write(Turn::Ahead, context, act).await,
            Backend::Postgres(pool, _) => write_postgres(pool, &context, &act).await,
        }
    }

    /// Whether the database keeps what it acknowledges.
    pub async fn durability(&self) -> Result<Durability, Error> {
        match &*self.inner {
            Backend::Sqlite(store) => store.durability().await,
            Backend::Postgres(pool, _) => postgres_durability(pool).await,
        }
    }

    /// Writes a consistent copy of the SQLite database to `file`; `None` on PostgreSQL, whose own tools do it.
    pub async fn copy_sqlite(&self, file: &Path) -> Result<Option<()>, Error> {
        match &*self.inner {
            Backend::Sqlite(store) => store.copy_to(file).await.map(Some),
            Backend::Postgres(..) => Ok(None),
        }
    }

    /// Leaves nothing of what was erased in SQLite's files; on PostgreSQL its own vacuum clears old rows.
    pub async fn sweep(&self) -> Result<(), Error> {
        match &*self.inner {
            Backend::Sqlite(store) => store.sweep().await,
            Backend::Postgres(..) => Ok(()),
        }
    }

    /// The same beside whoever writes: a reader in the way is waited for a quarter of a second and leaves it to the next time.
    pub async fn sweep_in_passing(&self) -> Result<(), Error> {
        match &*self.inner {
            Backend::Sqlite(store) => store.sweep_in_passing().await,
            Backend::Postgres(..) => Ok(()),
        }
    }

    /// Closes every connection; queued acts are finished first.
    pub async fn close(&self) {
        match &*self.inner {
            Backend::Sqlite(store) => store.close().await,
            Backend::Postgres(pool, _) => pool.close().await,
        }
    }
}

/// Has long texts compressed by LZ4, which is faster than PostgreSQL's own way. A server that was built without it goes on
/// with that; what was compressed before stays as it is and is read as before.
async fn compress_fast(conn: &mut PgConnection) -> Result<(), sqlx::Error> {
    const BY_LZ4: &str = "SET default_toast_compression = 'lz4'";
    match sqlx::query(BY_LZ4).execute(conn).await {
        Err(error) if error.as_database_error().is_none() => Err(error),
        _ => Ok(()),
    }
}

/// Acts take at most three of four connections, so that a backlog of them never stands before what only reads.
#[derive(Debug)]
struct Turns(Semaphore);

impl Turns {
    fn of(max_connections: u32) -> Self {
        let acts = max_connections.saturating_sub(max_connections / 4).max(1);
        Self(Semaphore::new(acts as usize))
    }

    async fn take(&self) -> Result<SemaphorePermit<'_>, Error> {
        match tokio::time::timeout(PG_PATIENCE, self.0.acquire()).await {
            Ok(Ok(turn)) => Ok(turn),
            _ => Err(Error::Unavailable("no turn in time".into())),
        }
    }
}

async fn write_postgres<C, F, T, E>(pool: &PgPool, context: &C, act: &F) -> Result<T, E>
where
    F: for<'a> Fn(&'a mut Tx, &'a C) -> BoxFuture<'a, Result<T, E>>,
    E: ActError,
{
    let mut tries = 0;
    loop {
        tries += 1;
        match try_postgres(pool, context, act).await {
            Err(error) if tries < PG_TRIES && error.store().is_some_and(Error::is_retryable) => {
                metrics::counter!("tuantra_store_retries_total").increment(1);
                tokio::time::sleep(Duration::from_millis(u64::from(1u32 << tries.min(7)))).await;
            }
            outcome => return outcome,
        }
    }
}

async fn try_postgres<C, F, T, E>(pool: &PgPool, context: &C, act: &F) -> Result<T, E>
where
    F: for<'a> Fn(&'a mut Tx, &'a C) -> BoxFuture<'a, Result<T, E>>,
    E: ActError,
{
    let transaction = pool.begin().await.map_err(Error::from)?;
    let mut tx = Tx::from(transaction);
    let done = act(&mut tx, context).await?;
    tx.settle().await?;
    if let Tx::Postgres(open) = tx {
        open.commit().await?;
    }
    Ok(done)
}

async fn postgres_durability(pool: &PgPool) -> Result<Durability, Error> {
    const SETTINGS: &str = "SELECT name, setting FROM pg_settings \
         WHERE name IN ('fsync', 'synchronous_commit', 'full_page_writes') AND setting = 'off'";
    let off: Vec<(String, String)> = sqlx::query_as(SETTINGS).fetch_all(pool).await?;
    Ok(match off.first() {
        None => Durability::Kept,
        Some((name, _)) => Durability::Broken(format!("PostgreSQL runs with {name} = off")),
    })
}
