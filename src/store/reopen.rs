//! A SQLite file whose disk failed: nothing more is written through the handle that failed, and nothing is acknowledged
//! before a fresh one has written and synced.
//!
//! After a failed fsync the kernel may have dropped what it could not write, and says so once: the next fsync of the same
//! handle proves nothing. What was acknowledged was synced by its own commit and stands in the log before the one that
//! failed. The failed handle stays open, unused, until a fresh one works, for the log's index in memory goes with the last
//! handle: it says where the last whole commit ended, so that the next one is written over what failed and never behind it.

use std::time::Duration;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Executor, SqliteConnection};
use tokio::time::{Instant, timeout_at};

use super::acts::Acts;
use super::{Error, Tx};

/// So often a disk that failed is tried.
const PAUSE: Duration = Duration::from_secs(1);

/// Writes a page and syncs it as each commit does. The number says nothing in this file and is 0 always.
const PROBE: &str = "BEGIN IMMEDIATE; PRAGMA user_version = 0; COMMIT";

/// A handle that can be trusted in place of one whose disk failed. Until there is one, acts are refused at once; none when
/// the store is closed meanwhile.
pub(super) async fn reopened(
    broken: Tx,
    options: &SqliteConnectOptions,
    acts: &mut Acts,
    failure: &Error,
) -> Option<Tx> {
    tracing::error!(error = %failure, "the disk failed under the database: nothing is written until it takes writes again");
    loop {
        refuse_for(PAUSE, acts, failure).await?;
        match probed(options).await {
            Ok(fresh) => {
                tracing::warn!("the disk takes writes again");
                drop(broken);
                return Some(Tx::from(fresh));
            }
            Err(error) => tracing::debug!(%error, "the disk takes no writes yet"),
        }
    }
}

/// Refuses what comes for a while; none once the store is closed.
async fn refuse_for(pause: Duration, acts: &mut Acts, failure: &Error) -> Option<()> {
    let until = Instant::now() + pause;
    while Instant::now() < until {
        match timeout_at(until, acts.next()).await {
            Ok(Some((_, act))) => act.refuse(failure),
            Ok(None) => return None,
            Err(_) => break,
        }
    }
    Some(())
}

async fn probed(options: &SqliteConnectOptions) -> Result<SqliteConnection, Error> {
    let mut fresh = options.connect().await?;
    (&mut fresh).execute(PROBE).await?;
    Ok(fresh)
}
