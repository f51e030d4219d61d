//! What this process knows to tell, and reading the log on.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use crate::base::ids::PatrolId;
use crate::base::time::Timestamp;
use crate::patrols::model::chunk;
use crate::patrols::model::fix::Fix;
use crate::patrols::model::vocabulary::PatrolKind;
use crate::patrols::model::window::OPEN_REACH_MS;
use crate::store::{Error, Tx};
use crate::sync::sql::{self, Happened, OpenPatrol};

use super::Live;
use super::rules::LiveRules;
use super::told::{Alarm, Plot, Position, Sos, Told, What};

/// How often the log is read on.
const POLL: Duration = Duration::from_secs(1);
/// What time alone changes, what is held back and what is shown for too long, is looked at each so many polls.
const HELD_BACK_POLLS: u64 = 5;
/// Entries of one reading.
const ROWS: i64 = 500;
/// Patrols that are shown at once.
const MOST_PATROLS: i64 = 2_000;
/// Chunks among which the latest fix is looked for; they are ordered by their last one.
const CHUNKS: i64 = 8;
/// What was received at an instant is seen so much later at most.
const LATE_COMMIT_MS: i64 = 5_000;
/// Plots and alarms that a listener is told of who comes back.
const MOST_MISSED: usize = 1_000;

/// What is known while somebody listens.
#[derive(Debug)]
pub(super) struct Feed {
    /// The number of the log that was read last.
    pub since: i64,
    /// The latest position of each patrol that is shown.
    pub positions: BTreeMap<PatrolId, Arc<Told>>,
    /// Patrols whose positions are held back.
    held_back: BTreeSet<PatrolId>,
    /// Until when trackers' fixes were received that are known.
    heard_until: Timestamp,
    rules: LiveRules,
    polls: u64,
}

impl Feed {
    /// When the position of a patrol was taken that is shown.
    fn shown_at(&self, id: PatrolId) -> Option<Timestamp> {
        match &self.positions.get(&id)?.what {
            What::Position(own) => Some(own.at),
            _ => None,
        }
    }

    /// Patrols that are shown and began before an instant.
    fn outlived(&self, oldest: Timestamp) -> Vec<PatrolId> {
        let positions = self.positions.iter();
        let outlived = positions
            .filter(|(_, told)| matches!(&told.what, What::Position(own) if own.began_at < oldest));
        outlived.map(|(id, _)| *id).collect()
    }

    /// Shows a patrol no more; tells so where it was shown.
    fn take_away(&mut self, id: PatrolId) -> Option<Told> {
        let seq = self.since;
        let was_shown = self.positions.remove(&id).is_some();
        was_shown.then_some(Told {
            seq,
            what: What::Gone(id),
        })
    }
}

impl Live {
    /// Reads the present state and goes on reading; the feed is in `feed` then, and knows all that is numbered now.
    pub(super) async fn ensure_read(&self, feed: &mut Option<Feed>) -> Result<(), Error> {
        if let Some(feed) = feed {
            return self.read_on(feed).await;
        }
        *feed = Some(self.begun().await?);
        tokio::spawn(self.clone().run());
        Ok(())
    }

    async fn run(self) {
        let mut ticks = tokio::time::interval(POLL);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            let mut feed = self.inner.feed.lock().await;
            if self.listeners() == 0 || *self.inner.closing.borrow() {
                *feed = None;
                return;
            }
            if let Some(feed) = feed.as_mut()
                && let Err(error) = self.read_on(feed).await
            {
                tracing::warn!(%error, "the live feed could not be read on");
            }
        }
    }

    async fn begun(&self) -> Result<Feed, Error> {
        let journal = &self.inner.journal;
        let mut tx = journal.store().read().await?;
        let mut feed = Feed {
            since: sql::last_number(&mut tx).await?,
            positions: BTreeMap::new(),
            held_back: BTreeSet::new(),
            heard_until: journal.now(),
            rules: journal.rules(&mut tx).await?,
            polls: 0,
        };
        drop(tx);
        self.look_at_all(&mut feed).await?;
        Ok(feed)
    }

    /// Reads the entries that were numbered since.
    async fn read_on(&self, feed: &mut Feed) -> Result<(), Error> {
        let mut dirty = BTreeSet::new();
        let mut events = Vec::new();
        loop {
            let mut tx = self.inner.journal.store().read().await?;
            let rows = sql::happened(&mut tx, feed.since, ROWS).await?;
            let is_all = rows.len() < usize::try_from(ROWS).unwrap_or(usize::MAX);
            for row in &rows {
                match row.kind.as_str() {
                    "fixes" | "patrol" => dirty.extend(row.fact.map(PatrolId)),
                    "definition" => {
                        let rules = self.inner.journal.rules(&mut tx).await?;
                        if rules != feed.rules {
                            feed.rules = rules;
                            dirty.extend(feed.positions.keys());
                            let open = self.open(&mut tx).await?;
                            dirty.extend(open.into_iter().map(|patrol| patrol.id));
                        }
                    }
                    _ => events.extend(told_of(&mut tx, row).await?),
                }
                feed.since = row.seq;
            }
            if is_all {
                break;
            }
        }
        self.call_heirs(&mut events).await?;
        dirty.extend(self.heard(feed).await?);
        feed.polls += 1;
        if feed.polls.is_multiple_of(HELD_BACK_POLLS) {
            dirty.extend(&feed.held_back);
            dirty.extend(feed.outlived(self.oldest()));
        }
        for patrol in dirty {
            events.extend(self.look_at(feed, patrol).await?);
        }
        for told in events {
            // Nobody hears it when the last listener just went.
            let _ = self.inner.events.send(Arc::new(told));
        }
        Ok(())
    }

    /// The patrols of which trackers' fixes came since that have no entry yet.
    async fn heard(&self, feed: &mut Feed) -> Result<BTreeSet<PatrolId>, Error> {
        let mut tx = self.inner.journal.store().read().await?;
        let since = feed.heard_until.plus_millis(-LATE_COMMIT_MS);
        let (patrols, until) = self.inner.patrols.heard_since(&mut tx, since).await?;
        feed.heard_until = feed.heard_until.max(until);
        Ok(patrols)
    }

    async fn look_at_all(&self, feed: &mut Feed) -> Result<(), Error> {
        let mut tx = self.inner.journal.store().read().await?;
        let open = self.open(&mut tx).await?;
        drop(tx);
        for patrol in open {
            self.look_at(feed, patrol.id).await?;
        }
        Ok(())
    }

    async fn open(&self, tx: &mut Tx) -> Result<Vec<OpenPatrol>, Error> {
        sql::open_patrols(tx, self.oldest(), MOST_PATROLS).await
    }

    /// A patrol that nobody ended is shown as long after its start as it can take fixes.
    fn oldest(&self) -> Timestamp {
        self.inner.journal.now().plus_millis(-OPEN_REACH_MS)
    }

    /// Looks where a patrol was last; tells when that is news.
    async fn look_at(&self, feed: &mut Feed, id: PatrolId) -> Result<Option<Told>, Error> {
        let mut tx = self.inner.journal.store().read().await?;
        let open = sql::open_patrol(&mut tx, id, self.oldest()).await?;
        let shown = open.and_then(|open| {
            let kind: PatrolKind = open.kind.parse().ok()?;
            Some((feed.rules.delay_ms(kind)?, open))
        });
        let Some((delay_ms, open)) = shown else {
            feed.held_back.remove(&id);
            return Ok(feed.take_away(id));
        };
        if delay_ms > 0 {
            feed.held_back.insert(id);
        } else {
            feed.held_back.remove(&id);
        }
        let until = self.inner.journal.now().plus_millis(-delay_ms);
        let waiting = self
            .inner
            .patrols
            .latest_in_tail(&mut tx, id, until)
            .await?;
        let latest = latest_fix(&mut tx, id, until).await?.max(waiting);
        drop(tx);
        let Some(fix) = latest else {
            // A longer delay hides what was shown before; what only waits for its number stays.
            let is_hidden = feed.shown_at(id).is_some_and(|at| at > until);
            return Ok(if is_hidden { feed.take_away(id) } else { None });
        };
        let known = feed.positions.get(&id).map(|told| &told.what);
        if matches!(known, Some(What::Position(own)) if own.at >= fix.t && own.delay_s * 1_000 == delay_ms)
        {
            return Ok(None);
        }
        let position = self.position(open, &fix, delay_ms).await?;
        let told = position.map(|position| Told {
            seq: feed.since,
            what: What::Position(position),
        });
        if let Some(told) = &told {
            feed.positions.insert(id, Arc::new(told.clone()));
        }
        Ok(told)
    }

    async fn position(
        &self,
        patrol: OpenPatrol,
        fix: &Fix,
        delay_ms: i64,
    ) -> Result<Option<Position>, Error> {
        let Ok(place) = fix.position() else {
            return Ok(None);
        };
        let areas = &self.inner.areas;
        let map = areas.map(areas.today()).await?;
        Ok(Some(Position {
            patrol: patrol.id,
            kind: patrol.kind,
            transport: patrol.transport,
            team: patrol.team,
            at: fix.t,
            lon: place.lon(),
            lat: place.lat(),
            accuracy_m: fix.accuracy_m(),
            mock: fix.mock,
            commune: map.locate(place).map(str::to_owned),
            delay_s: delay_ms / 1_000,
            began_at: patrol.started_at,
        }))
    }

    /// Plots and alarms of the numbers after one and up to another, for a listener who comes back; and whether these are
    /// all.
    pub(super) async fn missed(
        &self,
        after: i64,
        until: i64,
    ) -> Result<(Vec<Arc<Told>>, bool), Error> {
        let (mut events, mut is_all) = (Vec::new(), true);
        let mut after = after;
        while after < until {
            if events.len() >= MOST_MISSED {
                is_all = false;
                break;
            }
            let mut tx = self.inner.journal.store().read().await?;
            let rows = sql::happened(&mut tx, after, ROWS).await?;
            for row in rows.iter().filter(|row| row.seq <= until) {
                events.extend(told_of(&mut tx, row).await?);
            }
            match rows.last() {
                Some(last) => after = last.seq,
                None => break,
            }
        }
        self.call_heirs(&mut events).await?;
        Ok((events.into_iter().map(Arc::new).collect(), is_all))
    }

    /// Calls for help are heard in the communes that hold the ground today of those that were to hear them.
    async fn call_heirs(&self, events: &mut [Told]) -> Result<(), Error> {
        for told in events {
            let What::Sos(call) = &mut told.what else {
                continue;
            };
            let mut near = BTreeSet::new();
            for code in call.commune.iter().chain(&call.near) {
                near.extend(self.inner.areas.heirs(code).await?);
            }
            near.extend(std::mem::take(&mut call.near));
            call.near = near.into_iter().collect();
        }
        Ok(())
    }
}

/// What an entry tells by itself.
async fn told_of(tx: &mut Tx, row: &Happened) -> Result<Option<Told>, Error> {
    let Some(fact) = row.fact else {
        return Ok(None);
    };
    let what = match row.kind.as_str() {
        "plot" => sql::new_plot(tx, fact, row.id).await?.map(|plot| {
            What::Plot(Plot {
                id: plot.id,
                commune: plot.place,
                crop: plot.crop,
                detected_at: plot.detected_at,
            })
        }),
        "alarm" => Some(What::Alarm(Alarm {
            id: fact,
            about: "journal_head",
            raised_at: row.received_at,
        })),
        "sos" => sql::call(tx, row.id).await?.map(|(id, commune, near, at)| {
            let near = near.unwrap_or_default();
            let near = near.split_whitespace().map(str::to_owned).collect();
            What::Sos(Sos {
                id,
                commune,
                near,
                at,
            })
        }),
        _ => None,
    };
    Ok(what.map(|what| Told { seq: row.seq, what }))
}

/// The patrol's latest fix no later than an instant, by the time of the fix.
async fn latest_fix(tx: &mut Tx, id: PatrolId, until: Timestamp) -> Result<Option<Fix>, Error> {
    let mut latest: Option<Fix> = None;
    for (entry, last_at, body) in sql::latest_chunks(tx, id, until, CHUNKS).await? {
        if latest.as_ref().is_some_and(|fix| fix.t >= last_at) {
            break;
        }
        let fixes = chunk::fixes(&body).or(Err(Error::Corrupt {
            table: "journal_bodies",
            column: "body",
            id: entry.to_string(),
        }))?;
        let own = fixes.into_iter().filter(|fix| fix.t <= until).max();
        latest = latest.max(own);
    }
    Ok(latest)
}
