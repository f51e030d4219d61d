//! Every statement of every slice is prepared on both databases, and the two schemas agree.

use sqlx::{Connection, Executor, PgConnection, SqlSafeStr, SqliteConnection};
use tuantra::store::{ByBackend, MIGRATIONS, Store, rendered};

use crate::field::{Folder, cloned_template};

fn statements() -> Vec<&'static str> {
    [
        tuantra::journal::STATEMENTS,
        tuantra::identity::STATEMENTS,
        tuantra::areas::STATEMENTS,
        tuantra::patrols::STATEMENTS,
        tuantra::plots::STATEMENTS,
        tuantra::coverage::STATEMENTS,
        tuantra::density::STATEMENTS,
        tuantra::evidence::STATEMENTS,
        tuantra::ledger::STATEMENTS,
        tuantra::cases::STATEMENTS,
        tuantra::sync::STATEMENTS,
        tuantra::ingest::openrosa::STATEMENTS,
        tuantra::ingest::papers::STATEMENTS,
        tuantra::ingest::imports::STATEMENTS,
        tuantra::publish::STATEMENTS,
        tuantra::publish::export::STATEMENTS,
        tuantra::reports::STATEMENTS,
    ]
    .concat()
}

/// Statements whose text differs between the two databases.
fn pairs() -> Vec<ByBackend> {
    [tuantra::journal::PAIRS, tuantra::publish::PAIRS].concat()
}

/// Statements about any number of rows, which PostgreSQL alone has.
fn of_postgres() -> Vec<&'static str> {
    [
        tuantra::journal::POSTGRES,
        tuantra::plots::POSTGRES,
        tuantra::ingest::openrosa::POSTGRES,
    ]
    .concat()
}

#[tokio::test]
async fn every_statement_prepares_on_sqlite() {
    let folder = Folder::new();
    Store::open_sqlite(folder.path(), false)
        .await
        .unwrap()
        .migrate()
        .await
        .unwrap();
    let url = format!("sqlite://{}", folder.path().join("tuantra.db").display());
    let mut conn = SqliteConnection::connect(&url).await.unwrap();
    for sql in statements()
        .into_iter()
        .chain(pairs().iter().map(|own| own.sqlite))
    {
        conn.prepare(sql.into_sql_str())
            .await
            .unwrap_or_else(|error| panic!("{error}\n{sql}"));
    }
}

#[tokio::test]
async fn every_statement_prepares_on_postgres() {
    let mut conn = PgConnection::connect(&cloned_template().await)
        .await
        .unwrap();
    for sql in statements()
        .into_iter()
        .chain(pairs().iter().map(|own| own.postgres))
        .chain(of_postgres())
    {
        conn.prepare(sql.into_sql_str())
            .await
            .unwrap_or_else(|error| panic!("{error}\n{sql}"));
    }
}

#[test]
fn no_template_token_is_left_unrendered() {
    for (version, noun, template) in MIGRATIONS {
        for postgres in [false, true] {
            let text = rendered(template, postgres);
            assert!(!text.contains('{'), "{version:04}_{noun} keeps a token");
        }
    }
}
