//! Work shared out among all cores: whoever is free takes the next part, so that none waits for the slowest.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::Error;

/// Counted once: the system reads files for it.
static CORES: LazyLock<usize> =
    LazyLock::new(|| std::thread::available_parallelism().map_or(1, usize::from));

/// What is still to be done.
#[derive(Debug)]
pub(super) struct Pile<'a, T> {
    all: &'a [T],
    at_once: usize,
    next: AtomicUsize,
}

impl<'a, T> Pile<'a, T> {
    /// The next part, while there is one.
    pub(super) fn take(&self) -> Option<&'a [T]> {
        let from = self.next.fetch_add(self.at_once, Ordering::Relaxed);
        let to = from.saturating_add(self.at_once).min(self.all.len());
        self.all.get(from..to).filter(|part| !part.is_empty())
    }
}

/// Has every core work off a pile, so many things at once, and gives what each came to. What is no more than `alone` is
/// done by the caller itself: on a busy machine another thread may begin later than the caller ends.
pub(super) fn on_all_cores<T: Sync, R: Send>(
    all: &[T],
    (at_once, alone): (usize, usize),
    work: impl Fn(&Pile<'_, T>) -> Result<R, Error> + Sync,
) -> Result<Vec<R>, Error> {
    let pile = Pile {
        all,
        at_once,
        next: AtomicUsize::new(0),
    };
    let parts = all.len().div_ceil(at_once);
    let others = if all.len() <= alone {
        0
    } else {
        (*CORES).min(parts).saturating_sub(1)
    };
    std::thread::scope(|scope| {
        let working: Vec<_> = (0..others).map(|_| scope.spawn(|| work(&pile))).collect();
        let mut done = vec![work(&pile)];
        done.extend(working.into_iter().map(|own| {
            let own = own.join();
            own.unwrap_or_else(|_| Err(Error::ended("a computation ended early")))
        }));
        done.into_iter().collect()
    })
}
