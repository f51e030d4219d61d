//! Why the database could not do what was asked, in the few classes that callers act on.

/// A failure of the store. What is not there is an `Option`, never an error.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A named constraint was violated (on SQLite: `table.column` for unique keys).
    #[error("constraint {constraint} violated")]
    Conflict {
        /// The constraint's name.
        constraint: String,
    },
    /// Another transaction was in the way; the act may be run again.
    #[error("the database is busy: {0}")]
    Busy(String),
    /// A stored value cannot be what it claims to be.
    #[error("{table}.{column} of {id} is corrupt")]
    Corrupt {
        /// The table of the row.
        table: &'static str,
        /// The column that cannot be read.
        column: &'static str,
        /// The row's id.
        id: String,
    },
    /// What a secret that a newer one took the place of may not write.
    #[error("a newer secret took the place of this one")]
    Retired,
    /// The database, its disk or its connection is gone or full.
    #[error("the database is unavailable: {0}")]
    Unavailable(String),
    /// The disk under the database fails or takes no writes.
    #[error("the disk under the database failed: {0}")]
    Disk(String),
    /// Anything else that the driver reports.
    #[error("database: {0}")]
    Driver(#[source] sqlx::Error),
}

/// An error an act may end with: it can carry a store error, which decides whether the act is run again.
pub trait ActError: From<Error> {
    /// The store error inside, if this is one.
    fn store(&self) -> Option<&Error>;
}

impl ActError for Error {
    fn store(&self) -> Option<&Error> {
        Some(self)
    }
}

impl Error {
    /// Whether running the act again may succeed.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        matches!(self, Self::Busy(_))
    }

    /// The same failure for one more of those that it fell upon.
    #[must_use]
    pub fn shared(&self) -> Self {
        match self {
            Self::Disk(cause) => Self::Disk(cause.clone()),
            Self::Unavailable(cause) => Self::Unavailable(cause.clone()),
            other => Self::Unavailable(other.to_string()),
        }
    }
}

const PG_RETRY: [&str; 2] = ["40001", "40P01"];
// Shutting down, starting up, full, out of memory, and a server that became a standby.
const PG_GONE: [&str; 7] = [
    "57P01", "57P02", "57P03", "53300", "53100", "53200", "25006",
];
// An error of its input or output.
const PG_DISK: &str = "58030";
// https://www.sqlite.org/rescode.html: primary codes BUSY, LOCKED; FULL, CANTOPEN; IOERR, READONLY.
const SQLITE_BUSY: [i32; 2] = [5, 6];
const SQLITE_GONE: [i32; 2] = [13, 14];
const SQLITE_DISK: [i32; 2] = [10, 8];

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::PoolTimedOut => Self::Unavailable("no free connection in time".into()),
            sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => {
                Self::Unavailable("the connection is closed".into())
            }
            sqlx::Error::Io(cause) => Self::Unavailable(cause.to_string()),
            sqlx::Error::Database(cause) => match class_of(cause.as_ref()) {
                Some(class) => class,
                None => Self::Driver(error),
            },
            _ => Self::Driver(error),
        }
    }
}

fn class_of(cause: &dyn sqlx::error::DatabaseError) -> Option<Error> {
    let code = cause.code()?;
    if let Some(name) = constraint_of(cause) {
        return Some(Error::Conflict { constraint: name });
    }
    if PG_RETRY.contains(&code.as_ref()) {
        return Some(Error::Busy(cause.message().to_owned()));
    }
    if PG_GONE.contains(&code.as_ref()) {
        return Some(Error::Unavailable(cause.message().to_owned()));
    }
    if code == PG_DISK {
        return Some(Error::Disk(cause.message().to_owned()));
    }
    // SQLite's extended codes keep the primary one in the low byte; PostgreSQL's codes have five characters.
    let primary = code.parse::<i32>().ok().filter(|_| code.len() < 5)? & 0xff;
    if SQLITE_BUSY.contains(&primary) {
        Some(Error::Busy(cause.message().to_owned()))
    } else if SQLITE_GONE.contains(&primary) {
        Some(Error::Unavailable(cause.message().to_owned()))
    } else if SQLITE_DISK.contains(&primary) {
        Some(Error::Disk(cause.message().to_owned()))
    } else {
        None
    }
}

/// SQLite names a CHECK in the message and gives `table.column` for a unique key; PostgreSQL has a field for it.
fn constraint_of(cause: &dyn sqlx::error::DatabaseError) -> Option<String> {
    use sqlx::error::ErrorKind;
    match cause.kind() {
        ErrorKind::UniqueViolation | ErrorKind::ForeignKeyViolation | ErrorKind::CheckViolation => {
        }
        _ => return None,
    }
    if let Some(name) = cause.constraint() {
        return Some(name.to_owned());
    }
    let message = cause.message();
    let name = message.rsplit(": ").next().unwrap_or(message);
    Some(name.split(',').next().unwrap_or(name).trim().to_owned())
}
