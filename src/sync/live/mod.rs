//! The live feed: the latest position of each patrol under way by the time of the fix, new plots, alarms.
//!
//! Each process reads the numbered log once a second while somebody listens, and tells its own listeners; so several
//! processes over one database tell the same. A listener hears of its own communes alone, is written down before it is
//! shown anybody's position, and stops with its secret or right. Trackers' fixes are told from the tail, where they are
//! durable and wait for their entry. To tell of another kind of entry: name it in
//! `sql::HAPPENED`, give it a variant of `told::What` and a line in `feed`.

mod feed;
pub mod http;
mod listener;
mod rules;
mod told;
mod watch;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{broadcast, watch as signal};
use uuid::Uuid;

use crate::areas::Areas;
use crate::identity::Identity;
use crate::journal::Journal;
use crate::patrols::Patrols;

use feed::Feed;
use told::Told;

pub use rules::LiveRules;

/// Events that a slow listener may be behind before it is told the present state instead.
const BEHIND: usize = 1_024;
/// Listeners that one account may have at once: two screens and what a cut connection left.
const MOST_OF_ONE: usize = 6;

/// The live feed of this process.
#[derive(Clone)]
pub struct Live {
    inner: Arc<Inner>,
}

struct Inner {
    journal: Journal,
    identity: Identity,
    areas: Areas,
    patrols: Patrols,
    /// There while somebody listens.
    feed: tokio::sync::Mutex<Option<Feed>>,
    events: broadcast::Sender<Arc<Told>>,
    closing: signal::Sender<bool>,
    seats: Mutex<BTreeMap<Uuid, usize>>,
    most_listeners: usize,
}

impl std::fmt::Debug for Live {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Live").finish_non_exhaustive()
    }
}

/// A listener's place, free again when it goes.
struct Seat {
    live: Live,
    holder: Uuid,
}

impl Live {
    /// The feed of this process, for at most so many listeners.
    #[must_use]
    pub fn new(
        journal: Journal,
        identity: Identity,
        areas: Areas,
        patrols: Patrols,
        most_listeners: usize,
    ) -> Self {
        let (events, _) = broadcast::channel(BEHIND);
        let (closing, _) = signal::channel(false);
        Self {
            inner: Arc::new(Inner {
                journal,
                identity,
                areas,
                patrols,
                feed: tokio::sync::Mutex::new(None),
                events,
                closing,
                seats: Mutex::default(),
                most_listeners,
            }),
        }
    }

    /// Ends every stream: the server stops.
    pub fn close(&self) {
        self.inner.closing.send_replace(true);
    }

    /// How many listen.
    #[must_use]
    pub fn listeners(&self) -> usize {
        let seats = self.inner.seats.lock();
        let seats = seats.unwrap_or_else(PoisonError::into_inner);
        seats.values().sum()
    }

    /// A place for one more listener; none when all are taken.
    fn seat(&self, holder: Uuid) -> Option<Seat> {
        let mut seats = self
            .inner
            .seats
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let all: usize = seats.values().sum();
        let own = seats.entry(holder).or_default();
        if all >= self.inner.most_listeners || *own >= MOST_OF_ONE {
            return None;
        }
        *own += 1;
        Some(Seat {
            live: self.clone(),
            holder,
        })
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut seats = self
            .live
            .inner
            .seats
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = seats.get_mut(&self.holder) {
            *own = own.saturating_sub(1);
            if *own == 0 {
                seats.remove(&self.holder);
            }
        }
    }
}
