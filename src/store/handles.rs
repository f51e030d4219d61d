//! Open connections, each with the statements that wait to go to it.

use std::ops::{Deref, DerefMut};

use sqlx::error::BoxDynError;
use sqlx::pool::PoolConnection;
use sqlx::postgres::PgArguments;
use sqlx::sqlite::SqliteArguments;
use sqlx::{PgConnection, Postgres, Sqlite, SqliteConnection, Transaction};

use super::later::Later;
use super::{BoxFuture, Error, Tx};

/// A SQLite connection: the writer's own one, or one from the read pool.
#[derive(Debug)]
pub struct SqliteHandle {
    open: OnSqlite,
    later: Later<SqliteArguments>,
}

#[derive(Debug)]
enum OnSqlite {
    /// Borrowed from the readers.
    Reader(PoolConnection<Sqlite>),
    /// The writer's.
    Writer(SqliteConnection),
    /// A reader's, with everything as it was at its first statement.
    Snapshot(Transaction<'static, Sqlite>),
}

/// A PostgreSQL connection: for reading, or inside an act. Dropping an act's rolls it back.
#[derive(Debug)]
pub struct PgHandle {
    open: OnPostgres,
    later: Later<PgArguments>,
}

#[derive(Debug)]
enum OnPostgres {
    /// Borrowed from the pool.
    Reader(PoolConnection<Postgres>),
    /// An open transaction: an act's, or one that reads everything as it was.
    Act(Transaction<'static, Postgres>),
}

impl From<PoolConnection<Sqlite>> for Tx {
    fn from(open: PoolConnection<Sqlite>) -> Self {
        Self::Sqlite(OnSqlite::Reader(open).into())
    }
}

impl From<SqliteConnection> for Tx {
    fn from(open: SqliteConnection) -> Self {
        Self::Sqlite(OnSqlite::Writer(open).into())
    }
}

impl From<Transaction<'static, Sqlite>> for Tx {
    fn from(open: Transaction<'static, Sqlite>) -> Self {
        Self::Sqlite(OnSqlite::Snapshot(open).into())
    }
}

impl From<PoolConnection<Postgres>> for Tx {
    fn from(open: PoolConnection<Postgres>) -> Self {
        Self::Postgres(OnPostgres::Reader(open).into())
    }
}

impl From<Transaction<'static, Postgres>> for Tx {
    fn from(open: Transaction<'static, Postgres>) -> Self {
        Self::Postgres(OnPostgres::Act(open).into())
    }
}

impl From<OnSqlite> for SqliteHandle {
    fn from(open: OnSqlite) -> Self {
        let later = Later::default();
        Self { open, later }
    }
}

impl From<OnPostgres> for PgHandle {
    fn from(open: OnPostgres) -> Self {
        let later = Later::default();
        Self { open, later }
    }
}

impl SqliteHandle {
    /// Adds a statement to what waits; true when it is time to send.
    pub fn later(
        &mut self,
        sql: &'static str,
        bind: impl FnOnce(&mut SqliteArguments) -> Result<(), BoxDynError>,
    ) -> Result<bool, Error> {
        self.later.add(sql, bind)
    }

    /// Sends what waits, if anything does.
    pub(super) fn waiting(&mut self) -> Option<BoxFuture<'_, Result<(), Error>>> {
        if self.later.is_empty() {
            return None;
        }
        let query = sqlx::query_with::<Sqlite, _>(self.later.in_turn(), self.later.take());
        Some(Box::pin(async move {
            query.execute(&mut **self).await?;
            Ok(())
        }))
    }

    /// What waits is not sent.
    pub(super) fn forget(&mut self) {
        drop(self.later.take());
    }
}

impl PgHandle {
    /// Adds a statement to what waits; true when it is time to send.
    pub fn later(
        &mut self,
        sql: &'static str,
        bind: impl FnOnce(&mut PgArguments) -> Result<(), BoxDynError>,
    ) -> Result<bool, Error> {
        self.later.add(sql, bind)
    }

    /// Sends what waits, if anything does.
    pub(super) fn waiting(&mut self) -> Option<BoxFuture<'_, Result<(), Error>>> {
        if self.later.is_empty() {
            return None;
        }
        let query = sqlx::query_with::<Postgres, _>(self.later.as_one(), self.later.take());
        Some(Box::pin(async move {
            query.execute(&mut **self).await.map_err(raced)?;
            Ok(())
        }))
    }

    /// Ends an act.
    pub(super) async fn commit(self) -> Result<(), Error> {
        match self.open {
            OnPostgres::Act(open) => Ok(open.commit().await?),
            OnPostgres::Reader(_) => Ok(()),
        }
    }
}

/// An act that leaves a row to be sent has seen that its key is free: another act has written it since, and when this one
/// runs again, it sees that.
fn raced(error: sqlx::Error) -> Error {
    match error.as_database_error() {
        Some(cause) if cause.is_unique_violation() => Error::Busy(cause.message().to_owned()),
        _ => error.into(),
    }
}

impl Deref for SqliteHandle {
    type Target = SqliteConnection;

    fn deref(&self) -> &SqliteConnection {
        match &self.open {
            OnSqlite::Reader(conn) => conn,
            OnSqlite::Writer(conn) => conn,
            OnSqlite::Snapshot(conn) => conn,
        }
    }
}

impl DerefMut for SqliteHandle {
    fn deref_mut(&mut self) -> &mut SqliteConnection {
        match &mut self.open {
            OnSqlite::Reader(conn) => conn,
            OnSqlite::Writer(conn) => conn,
            OnSqlite::Snapshot(conn) => conn,
        }
    }
}

impl Deref for PgHandle {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        match &self.open {
            OnPostgres::Reader(conn) => conn,
            OnPostgres::Act(conn) => conn,
        }
    }
}

impl DerefMut for PgHandle {
    fn deref_mut(&mut self) -> &mut PgConnection {
        match &mut self.open {
            OnPostgres::Reader(conn) => conn,
            OnPostgres::Act(conn) => conn,
        }
    }
}
