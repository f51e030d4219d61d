//! What was answered, how soon, and what it took.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Counted while a run goes on.
#[derive(Default)]
pub struct Tally {
    statuses: Mutex<BTreeMap<u16, u64>>,
    refused_hostile: Mutex<BTreeMap<(&'static str, u16), u64>>,
    waits: Mutex<Vec<u32>>,
    live: Mutex<Vec<u32>>,
    broken: AtomicU64,
}

/// What a run came to.
#[derive(Debug)]
pub struct Report {
    /// From the first request to the last acknowledgement.
    pub took: Duration,
    /// Answers by their status.
    pub statuses: BTreeMap<u16, u64>,
    /// Connections that broke without an answer.
    pub broken: u64,
    /// Milliseconds until the answer, in the middle and for all but one of a hundred.
    pub waits_ms: [f64; 2],
    /// The same for phones that had a network all the time, and the longest.
    pub live_ms: [f64; 3],
    /// Live fixes that were measured.
    pub live: usize,
    /// What hostile requests were answered, by kind.
    pub hostile: BTreeMap<(&'static str, u16), u64>,
    /// The server's resident memory at its highest, in megabytes.
    pub memory_mb: f64,
    /// Seconds of CPU of the server.
    pub cpu_s: f64,
    /// Seconds of CPU of the phones, on the same machine.
    pub phones_cpu_s: f64,
}

impl Tally {
    pub fn answered(&self, status: u16, waited: Duration) {
        *self
            .statuses
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .entry(status)
            .or_default() += 1;
        push(&self.waits, waited);
    }

    pub fn answered_live(&self, status: u16, waited: Duration) {
        *self
            .statuses
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .entry(status)
            .or_default() += 1;
        push(&self.live, waited);
    }

    pub fn refused(&self, kind: &'static str, status: u16) {
        let mut refused = self
            .refused_hostile
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        *refused.entry((kind, status)).or_default() += 1;
    }

    pub fn broke(&self) {
        self.broken.fetch_add(1, Ordering::Relaxed);
    }

    pub fn live_fixes(&self) -> u64 {
        self.live
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .len() as u64
    }

    pub fn report(&self, took: Duration, [memory_mb, cpu_s, phones_cpu_s]: [f64; 3]) -> Report {
        let [p50, p99, _] = shares(&self.waits);
        Report {
            took,
            statuses: self
                .statuses
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .clone(),
            broken: self.broken.load(Ordering::Relaxed),
            waits_ms: [p50, p99],
            live_ms: shares(&self.live),
            live: self
                .live
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .len(),
            hostile: self
                .refused_hostile
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .clone(),
            memory_mb,
            cpu_s,
            phones_cpu_s,
        }
    }
}

impl Report {
    /// Acknowledged requests in a second.
    #[must_use]
    pub fn per_second(&self) -> f64 {
        let taken = self.statuses.iter().filter(|(status, _)| **status < 300);
        let taken: u64 = taken.map(|(_, count)| count).sum();
        real(taken) / self.took.as_secs_f64()
    }

    /// What may not be: failures of another kind than "come again later", on either side.
    #[must_use]
    pub fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        for (status, count) in &self.statuses {
            if *status >= 300 && *status != 503 {
                faults.push(format!("{count} answers with {status}"));
            }
        }
        for ((kind, status), count) in &self.hostile {
            if *status < 400 || (*status >= 500 && *status != 503) {
                faults.push(format!("{count} times {kind} was answered {status}"));
            }
        }
        if self.broken > 0 {
            faults.push(format!("{} connections broke", self.broken));
        }
        faults
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [p50, p99] = self.waits_ms;
        let [live_p50, live_p99, live_most] = self.live_ms;
        writeln!(
            f,
            "  took {:.1} s; {:.0} requests acknowledged a second",
            self.took.as_secs_f64(),
            self.per_second()
        )?;
        writeln!(f, "  waited p50 {p50:.1} ms, p99 {p99:.1} ms")?;
        if self.live > 0 {
            writeln!(
                f,
                "  {} live fixes: p50 {live_p50:.1} ms, p99 {live_p99:.1} ms, longest {live_most:.1} ms",
                self.live
            )?;
        }
        writeln!(
            f,
            "  memory {:.0} MB, CPU {:.1} s; the phones took {:.1} s of CPU on the same cores",
            self.memory_mb, self.cpu_s, self.phones_cpu_s
        )?;
        writeln!(
            f,
            "  answers {:?}, broken connections {}",
            self.statuses, self.broken
        )?;
        if !self.hostile.is_empty() {
            writeln!(f, "  hostile {:?}", self.hostile)?;
        }
        Ok(())
    }
}

fn push(list: &Mutex<Vec<u32>>, waited: Duration) {
    let micros = u32::try_from(waited.as_micros()).unwrap_or(u32::MAX);
    list.lock()
        .unwrap_or_else(PoisonError::into_inner)
        .push(micros);
}

/// The middle, all but one of a hundred, and the longest, in milliseconds.
fn shares(list: &Mutex<Vec<u32>>) -> [f64; 3] {
    let mut sorted = list.lock().unwrap_or_else(PoisonError::into_inner).clone();
    sorted.sort_unstable();
    let at = |share: usize| {
        let index = (sorted.len() * share / 100).min(sorted.len().saturating_sub(1));
        sorted
            .get(index)
            .map_or(f64::NAN, |micros| f64::from(*micros) / 1_000.0)
    };
    [at(50), at(99), at(100)]
}

#[expect(clippy::cast_precision_loss, reason = "counts fit")]
fn real(count: u64) -> f64 {
    count as f64
}
