//! Statements whose outcome an act does not wait for. They go to the database together: the way there and back costs more
//! than most of them.

use std::fmt::Write;

use sqlx::error::BoxDynError;
use sqlx::{Arguments, SqlSafeStr, SqlStr};

use super::Error;

/// So many wait at most.
const MOST: usize = 24;

/// Adds a statement to those that go to the database before the next one that is waited for, at the latest before the
/// commit. What it violates fails the act there; on PostgreSQL another act that wrote the same key makes this one run again.
///
/// `later!(tx, INSERT_PART, [id, plot])` gives `Result<(), store::Error>`.
#[macro_export]
macro_rules! later {
    ($tx:expr, $sql:expr, [$($value:expr),+ $(,)?]) => {{
        let is_full = match &mut *$tx {
            $crate::store::Tx::Sqlite(open) => open.later($sql, |values| {
                $(::sqlx::Arguments::add(values, $value)?;)+
                Ok(())
            }),
            $crate::store::Tx::Postgres(open) => open.later($sql, |values| {
                $(::sqlx::Arguments::add(values, $value)?;)+
                Ok(())
            }),
        };
        match is_full {
            Ok(true) => $crate::store::Tx::settle(&mut *$tx).await,
            Ok(false) => Ok(()),
            Err(error) => Err(error),
        }
    }};
}

/// Adds a statement about any number of rows, on PostgreSQL: each of its values is an array of all rows' values, of which
/// `UNNEST` makes rows again, so that the text, which is prepared once, is the same for any number.
///
/// `later_rows!(tx, INSERT_PARTS, rows, |row| [row.id, row.plot])` gives `Result<(), store::Error>`.
#[macro_export]
macro_rules! later_rows {
    ($tx:expr, $sql:expr, $rows:expr, |$row:pat_param| [$($value:expr),+ $(,)?]) => {{
        let is_full = match &mut *$tx {
            $crate::store::Tx::Sqlite(_) => Err($crate::store::Error::Unavailable(
                "rows are sent together to PostgreSQL alone".into(),
            )),
            $crate::store::Tx::Postgres(open) => open.later($sql, |values| {
                $(
                    let column = $rows.iter().map(|$row| $value);
                    let column = ::sqlx::postgres::PgBindIterExt::bind_iter(column);
                    ::sqlx::Arguments::add(values, column)?;
                )+
                Ok(())
            }),
        };
        match is_full {
            Ok(true) => $crate::store::Tx::settle(&mut *$tx).await,
            Ok(false) => Ok(()),
            Err(error) => Err(error),
        }
    }};
}

/// What waits to go to one connection.
#[derive(Default)]
pub(super) struct Later<A> {
    /// Each with the number of values before its own.
    statements: Vec<(&'static str, usize)>,
    values: A,
}

/// What it says stays out of logs.
impl<A> std::fmt::Debug for Later<A> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Later({})", self.statements.len())
    }
}

impl<A: Arguments> Later<A> {
    /// Adds a statement; true when it is time to send.
    pub(super) fn add(
        &mut self,
        sql: &'static str,
        bind: impl FnOnce(&mut A) -> Result<(), BoxDynError>,
    ) -> Result<bool, Error> {
        let before = self.values.len();
        bind(&mut self.values).map_err(|cause| Error::Driver(sqlx::Error::Encode(cause)))?;
        self.statements.push((sql, before));
        Ok(self.statements.len() >= MOST)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.statements.is_empty()
    }

    /// All of it in their order as SQLite takes it: one statement after the other.
    pub(super) fn in_turn(&self) -> SqlStr {
        self.joined("", "; ", "")
    }

    /// All of it as PostgreSQL takes it, which prepares no more than one statement: as parts of one.
    pub(super) fn as_one(&self) -> SqlStr {
        self.joined("WITH w", ", w", " SELECT 1")
    }

    /// One statement as it is, several between these words. Parts that are named are numbered.
    fn joined(&self, first: &str, next: &str, end: &str) -> SqlStr {
        if let [(sql, _)] = self.statements[..] {
            return sql.into_sql_str();
        }
        let is_named = !first.is_empty();
        let mut text = String::with_capacity(4096);
        for (number, (sql, before)) in self.statements.iter().enumerate() {
            text.push_str(if number == 0 { first } else { next });
            if is_named {
                // Writing to a text does not fail.
                let _ = write!(text, "{number} AS (");
            }
            push_renumbered(&mut text, sql, *before);
            if is_named {
                text.push(')');
            }
        }
        text.push_str(end);
        // Put together of texts that were written in the program.
        sqlx::AssertSqlSafe(text).into_sql_str()
    }

    /// The values of all of it; nothing waits any more.
    pub(super) fn take(&mut self) -> A {
        self.statements.clear();
        std::mem::take(&mut self.values)
    }
}

/// Adds a statement, its values named by numbers that are larger by so many.
fn push_renumbered(text: &mut String, sql: &str, by: usize) {
    let mut parts = sql.split('$');
    text.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let digits = part.bytes().take_while(u8::is_ascii_digit).count();
        let (number, rest) = part.split_at_checked(digits).unwrap_or((part, ""));
        text.push('$');
        // Writing to a text does not fail.
        let _ = match number.parse::<usize>() {
            Ok(number) => write!(text, "{}", number + by),
            Err(_) => text.write_str(number),
        };
        text.push_str(rest);
    }
}

#[cfg(test)]
mod tests {
    use sqlx::Arguments;
    use sqlx::sqlite::SqliteArguments;

    use super::Later;

    fn two() -> Later<SqliteArguments> {
        let mut later = Later::<SqliteArguments>::default();
        later
            .add("INSERT INTO a (x, y) VALUES ($1, $2)", |values| {
                Arguments::add(values, 1_i64)?;
                Arguments::add(values, 2_i64)
            })
            .unwrap();
        later
            .add("INSERT INTO b VALUES ($2, $1, $10)", |values| {
                Arguments::add(values, 3_i64)
            })
            .unwrap();
        later
    }

    #[test]
    fn values_of_later_statements_are_counted_on() {
        assert_eq!(
            two().in_turn().as_str(),
            "INSERT INTO a (x, y) VALUES ($1, $2); INSERT INTO b VALUES ($4, $3, $12)"
        );
        assert_eq!(
            two().as_one().as_str(),
            "WITH w0 AS (INSERT INTO a (x, y) VALUES ($1, $2)), w1 AS (INSERT INTO b VALUES ($4, $3, $12)) SELECT 1"
        );
    }

    #[test]
    fn one_statement_stays_as_it_is() {
        let mut later = Later::<SqliteArguments>::default();
        later.add("DELETE FROM a", |_| Ok(())).unwrap();
        assert_eq!(later.in_turn().as_str(), "DELETE FROM a");
        assert_eq!(later.as_one().as_str(), "DELETE FROM a");
        assert_eq!(later.take().len(), 0);
        assert!(later.is_empty());
    }

    #[test]
    fn it_is_time_to_send_before_too_many_wait() {
        let mut later = Later::<SqliteArguments>::default();
        let is_full = (0..24).map(|_| later.add("DELETE FROM a", |_| Ok(())).unwrap());
        assert_eq!(is_full.filter(|full| *full).count(), 1);
    }
}
