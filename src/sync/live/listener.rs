//! One listener: what it is told next, until its right, its secret or the server ends.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use axum::response::sse::Event;
use serde_json::json;
use tokio::sync::{broadcast, watch as signal};
use tokio::time::Interval;
use uuid::Uuid;

use crate::base::actor::{Actor, Principal, Right};
use crate::base::ids::PatrolId;
use crate::base::time::Timestamp;
use crate::store::Error;

use super::told::{Told, What};
use super::{Live, Seat};

/// How often it is asked whether the listener may still listen.
const CHECK: Duration = Duration::from_secs(2);
/// How often it is written down that a watch goes on, ms.
const TOUCH_MS: i64 = 15_000;

/// Why nobody begins to listen.
#[derive(Debug)]
pub enum NotHeard {
    /// The right is not held.
    Forbidden,
    /// Every place is taken.
    Full,
    /// The store failed.
    Store(Error),
}

impl From<Error> for NotHeard {
    fn from(error: Error) -> Self {
        Self::Store(error)
    }
}

/// Somebody who listens.
pub struct Listener {
    live: Live,
    actor: Actor,
    watch: Uuid,
    touched: Timestamp,
    /// Patrols that it was shown in this watch.
    shown: BTreeSet<PatrolId>,
    queue: VecDeque<Arc<Told>>,
    /// The number up to which all is told once the queue is empty, and whether nothing was left out.
    greeting: Option<(i64, bool)>,
    last_seq: i64,
    events: broadcast::Receiver<Arc<Told>>,
    closing: signal::Receiver<bool>,
    check: Interval,
    once: bool,
    is_over: bool,
    _seat: Seat,
}

/// What a listener wakes up for.
enum Woken {
    Closing,
    Check,
    Event(Result<Arc<Told>, broadcast::error::RecvError>),
}

/// Whether somebody may listen at all: an account, never a device.
fn may_listen(actor: &Actor) -> bool {
    actor.principal != Principal::Device && actor.may_somewhere(Right::WatchLive)
}

impl Live {
    /// Lets somebody listen: first the latest positions, then what was missed since `after`, then what comes; `once`
    /// ends after what is there.
    pub async fn listen(
        &self,
        actor: Actor,
        after: Option<i64>,
        once: bool,
    ) -> Result<Listener, NotHeard> {
        if !may_listen(&actor) {
            return Err(NotHeard::Forbidden);
        }
        let seat = self.seat(actor.id).ok_or(NotHeard::Full)?;
        let watch = self.begin_watch(&actor).await?;
        let mut listener = Listener {
            live: self.clone(),
            watch,
            touched: self.inner.journal.now(),
            shown: BTreeSet::new(),
            queue: VecDeque::new(),
            greeting: None,
            last_seq: after.unwrap_or(-1),
            events: self.inner.events.subscribe(),
            closing: self.inner.closing.subscribe(),
            check: tokio::time::interval(CHECK),
            once,
            is_over: false,
            actor,
            _seat: seat,
        };
        listener.catch_up(after).await?;
        Ok(listener)
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let Ok(runtime) = tokio::runtime::Handle::try_current() else {
            return;
        };
        let (live, watch) = (self.live.clone(), self.watch);
        let now = live.inner.journal.now();
        runtime.spawn(async move {
            if let Err(error) = live.touch_watch(watch, now).await {
                tracing::warn!(%error, "the end of a watch was not written down");
            }
        });
    }
}

impl Listener {
    /// Queues the present positions, and the plots and alarms after a number.
    async fn catch_up(&mut self, after: Option<i64>) -> Result<(), Error> {
        let mut feed = self.live.inner.feed.lock().await;
        self.live.ensure_read(&mut feed).await?;
        // Under the lock nothing is sent: what comes after these is received.
        self.events = self.live.inner.events.subscribe();
        let (since, positions) = match feed.as_ref() {
            Some(feed) => (feed.since, feed.positions.values().cloned().collect()),
            None => (-1, Vec::new()),
        };
        drop(feed);
        let (missed, is_whole) = if let Some(after) = after {
            self.live.missed(after, since).await?
        } else {
            self.last_seq = since;
            (Vec::new(), true)
        };
        self.queue = missed.into_iter().chain(positions).collect();
        self.greeting = Some((since, is_whole));
        Ok(())
    }

    /// The next event; none when the listening is over.
    pub async fn next(&mut self) -> Option<Event> {
        loop {
            if self.is_over {
                return None;
            }
            while let Some(told) = self.queue.pop_front() {
                match self.shown(&told).await {
                    Ok(Some(event)) => return Some(event),
                    Ok(None) => {}
                    Err(error) => return Some(self.ended("unavailable", Some(&error))),
                }
            }
            if let Some(greeting) = self.greeting.take() {
                return Some(self.greeted(greeting));
            }
            if self.once {
                return None;
            }
            match self.woken().await {
                Woken::Closing | Woken::Event(Err(broadcast::error::RecvError::Closed)) => {
                    return None;
                }
                Woken::Check => match self.may_go_on().await {
                    Ok(true) => {}
                    Ok(false) => return Some(self.ended("right_ended", None)),
                    Err(error) => return Some(self.ended("unavailable", Some(&error))),
                },
                Woken::Event(Ok(told)) => self.queue.push_back(told),
                Woken::Event(Err(broadcast::error::RecvError::Lagged(_))) => {
                    if let Err(error) = self.catch_up(Some(self.last_seq)).await {
                        return Some(self.ended("unavailable", Some(&error)));
                    }
                }
            }
        }
    }

    async fn woken(&mut self) -> Woken {
        tokio::select! {
            biased;
            _ = self.closing.wait_for(|is_closing| *is_closing) => Woken::Closing,
            _ = self.check.tick() => Woken::Check,
            event = self.events.recv() => Woken::Event(event),
        }
    }

    /// Everything up to a number was told; `whole` is false when too much was missed to tell it all.
    fn greeted(&mut self, (since, is_whole): (i64, bool)) -> Event {
        self.last_seq = since;
        let data =
            json!({ "watch": self.watch, "whole": is_whole, "now": self.live.inner.journal.now() });
        event("watching", since, &data)
    }

    fn ended(&mut self, reason: &'static str, error: Option<&Error>) -> Event {
        if let Some(error) = error {
            tracing::warn!(%error, "a live stream ended");
        }
        self.is_over = true;
        event("ended", self.last_seq, &json!({ "reason": reason }))
    }

    /// The event for this listener; whose position is shown is written down before.
    async fn shown(&mut self, told: &Told) -> Result<Option<Event>, Error> {
        let may = told.what.is_for(&self.actor);
        // Until the greeting, the numbers of the queue say nothing of how far all was told.
        if self.greeting.is_none() {
            self.last_seq = self.last_seq.max(told.seq);
        }
        match &told.what {
            What::Position(own) if may && self.shown.insert(own.patrol) => {
                self.live.note_sight(self.watch, own.patrol).await?;
            }
            What::Position(_) if may => {}
            // It walked out of the listener's communes.
            What::Position(own) => {
                let was_shown = self.shown.remove(&own.patrol);
                let gone = What::Gone(own.patrol);
                return Ok(was_shown.then(|| event(gone.name(), self.last_seq, &gone.data())));
            }
            What::Gone(patrol) if !self.shown.remove(patrol) => return Ok(None),
            _ if !may => return Ok(None),
            _ => {}
        }
        Ok(Some(event(
            told.what.name(),
            self.last_seq,
            &told.what.data(),
        )))
    }

    /// Whether secret and right still hold; grants may have changed meanwhile.
    async fn may_go_on(&mut self) -> Result<bool, Error> {
        let Some(token) = self.actor.token else {
            return Ok(false);
        };
        let actor = self.live.inner.identity.holder_of(token).await;
        let actor = match actor {
            Ok(actor) => actor.filter(may_listen),
            Err(crate::identity::Error::Store(error)) => return Err(error),
            Err(_) => None,
        };
        let Some(actor) = actor else {
            return Ok(false);
        };
        self.actor = actor;
        let now = self.live.inner.journal.now();
        if now.since(self.touched) >= TOUCH_MS {
            self.touched = now;
            self.live.touch_watch(self.watch, now).await?;
        }
        Ok(true)
    }
}

fn event(name: &'static str, seq: i64, data: &serde_json::Value) -> Event {
    Event::default()
        .event(name)
        .id(seq.to_string())
        .data(data.to_string())
}
