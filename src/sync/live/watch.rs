//! Whoever watches is written down: that a watch began is an entry of the log, whom it was shown a row beside it.

use serde_json::json;
use uuid::Uuid;

use crate::base::actor::{Actor, Right, Scope};
use crate::base::ids::PatrolId;
use crate::base::time::Timestamp;
use crate::journal::{Entry, Kind};
use crate::store::Error;
use crate::sync::sql::{self, NewWatch, Watcher};

use super::Live;

/// A listener who comes back within this time goes on with its watch: networks are cut, and each cut is no news.
const RESUMED_MS: i64 = 900_000;
/// Watchers of a patrol that are told.
const MOST_TOLD: i64 = 500;

impl Live {
    /// Writes down that somebody watches, and gives the watch.
    pub(super) async fn begin_watch(&self, actor: &Actor) -> Result<Uuid, Error> {
        let reach = match actor.reach(Right::WatchLive) {
            Some(Scope::Communes(codes)) => json!(codes),
            _ => json!(null),
        };
        let context = (self.clone(), actor.clone(), reach.to_string());
        self.inner
            .journal
            .write(context, |tx, (live, actor, reach)| {
                Box::pin(async move {
                    let journal = &live.inner.journal;
                    let now = journal.now();
                    let since = now.plus_millis(-RESUMED_MS);
                    if let Some(watch) = sql::recent_watch(tx, actor.id, reach, since).await? {
                        sql::touch_watch(tx, watch, now).await?;
                        return Ok(watch);
                    }
                    let id = journal.ids().make();
                    let org = json!(actor.org);
                    let body = format!(r#"{{"org":{org},"reach":{reach}}}"#);
                    let entry = Entry {
                        kind: Kind::Watch,
                        fact: id,
                        actor: actor.id,
                        device: None,
                        origin: None,
                        body: body.as_bytes(),
                    };
                    let written = journal.enter(tx, entry).await?;
                    let watch = NewWatch {
                        id,
                        entry: written.entry,
                        watcher: actor.id,
                        org: actor.org,
                        reach: reach.clone(),
                        at: written.received_at,
                    };
                    sql::insert_watch(tx, &watch).await?;
                    Ok::<_, Error>(id)
                })
            })
            .await
    }

    /// Writes down that a watch went on until then.
    pub(super) async fn touch_watch(&self, watch: Uuid, at: Timestamp) -> Result<(), Error> {
        let context = (watch, at);
        let store = self.inner.journal.store();
        store
            .write(context, |tx, (watch, at)| {
                Box::pin(sql::touch_watch(tx, *watch, *at))
            })
            .await
    }

    /// Writes down that a watch is shown a patrol, and so goes on.
    pub(super) async fn note_sight(&self, watch: Uuid, patrol: PatrolId) -> Result<(), Error> {
        let context = (watch, patrol, self.inner.journal.now());
        let store = self.inner.journal.store();
        store
            .write(context, |tx, (watch, patrol, now)| {
                Box::pin(async move {
                    sql::insert_sight(tx, *watch, *patrol, *now).await?;
                    sql::touch_watch(tx, *watch, *now).await
                })
            })
            .await
    }

    /// Who was shown a patrol, the latest first.
    pub(super) async fn watchers(&self, patrol: PatrolId) -> Result<Vec<Watcher>, Error> {
        let mut tx = self.inner.journal.store().read().await?;
        sql::watchers(&mut tx, patrol, MOST_TOLD).await
    }
}
