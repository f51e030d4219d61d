//! Work shared out among all cores: whoever is free takes the next part, so that none waits for the slowest.

use std::cell::Cell;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, mpsc};

use tokio::runtime::Handle;

use super::Error;

/// Counted once: the system reads files for it.
static CORES: LazyLock<usize> =
    LazyLock::new(|| std::thread::available_parallelism().map_or(1, usize::from));

/// What is still to be done, as one thread sees it.
#[derive(Debug)]
pub(super) struct Pile<'a, T> {
    all: &'a [T],
    at_once: usize,
    next: &'a AtomicUsize,
    /// Parts that this thread has taken.
    taken: Cell<usize>,
}

impl<'a, T> Pile<'a, T> {
    const fn of(all: &'a [T], at_once: usize, next: &'a AtomicUsize) -> Self {
        Self {
            all,
            at_once,
            next,
            taken: Cell::new(0),
        }
    }

    /// The next part, while there is one.
    pub(super) fn take(&self) -> Option<&'a [T]> {
        let from = self.next.fetch_add(self.at_once, Ordering::Relaxed);
        let to = from.saturating_add(self.at_once).min(self.all.len());
        let part = self.all.get(from..to).filter(|part| !part.is_empty())?;
        self.taken.set(self.taken.get() + 1);
        Some(part)
    }
}

/// Has every core work off a pile, and gives what each came to. What fits into one part needs one core only.
pub(super) fn on_all_cores<T: Sync, R: Send>(
    all: &[T],
    at_once: usize,
    work: impl Fn(&Pile<'_, T>) -> Result<R, Error> + Sync,
) -> Result<Vec<R>, Error> {
    let next = AtomicUsize::new(0);
    let work = || work(&Pile::of(all, at_once, &next));
    let others = (*CORES).min(all.len().div_ceil(at_once)).saturating_sub(1);
    std::thread::scope(|scope| {
        let working: Vec<_> = (0..others).map(|_| scope.spawn(work)).collect();
        let mut done = vec![work()];
        done.extend(working.into_iter().map(|own| {
            let own = own.join();
            own.unwrap_or_else(|_| Err(Error::ended("a computation ended early")))
        }));
        done.into_iter().collect()
    })
}

/// The same for what takes about as long as a busy machine takes to begin another thread: others help if they come in time,
/// and nobody waits for one that has not begun.
pub(super) fn with_help<T, R>(
    all: Arc<[T]>,
    at_once: usize,
    work: impl Fn(&Pile<'_, T>) -> Result<R, Error> + Send + Sync + 'static,
) -> Result<Vec<R>, Error>
where
    T: Send + Sync + 'static,
    R: Send + 'static,
{
    let parts = all.len().div_ceil(at_once);
    let shared = Arc::new((all, AtomicUsize::new(0), work));
    let (sender, helped) = mpsc::channel();
    if let Ok(runtime) = Handle::try_current() {
        for _ in 1..(*CORES).min(parts) {
            let (own, sender) = (Arc::clone(&shared), sender.clone());
            drop(runtime.spawn_blocking(move || {
                let (all, next, work) = &*own;
                let pile = Pile::of(all, at_once, next);
                let done = work(&pile);
                // Whoever asked has gone on if there was nothing left to do.
                drop(sender.send((pile.taken.get(), done)));
            }));
        }
    }
    drop(sender);
    let (all, next, work) = &*shared;
    let pile = Pile::of(all, at_once, next);
    let mut done = vec![work(&pile)?];
    let mut left = parts.saturating_sub(pile.taken.get());
    while left > 0 {
        let (taken, own) = helped.recv().map_err(Error::ended)?;
        left = left.saturating_sub(taken);
        done.push(own?);
    }
    Ok(done)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[expect(
        clippy::unnecessary_wraps,
        reason = "as the work of a pile is asked for"
    )]
    fn sum(pile: &Pile<'_, u64>) -> Result<u64, Error> {
        let mut sum = 0;
        while let Some(part) = pile.take() {
            sum += part.iter().sum::<u64>();
        }
        Ok(sum)
    }

    #[tokio::test]
    async fn everything_is_done_once_whoever_comes_in_time() {
        for many in [0, 1, 7, 8, 1_000] {
            let all: Vec<u64> = (0..many).collect();
            let expected: u64 = all.iter().sum();
            for _ in 0..50 {
                let done = with_help(Arc::<[u64]>::from(all.clone()), 8, sum).unwrap();
                assert_eq!(done.iter().sum::<u64>(), expected);
            }
            let done = on_all_cores(&all, 8, sum).unwrap();
            assert_eq!(done.iter().sum::<u64>(), expected);
        }
    }

    #[test]
    fn what_cannot_be_done_is_told_by_whoever_takes_it() {
        let fails = |pile: &Pile<'_, u64>| {
            while let Some(part) = pile.take() {
                if part.contains(&5) {
                    return Err(Error::ended("five"));
                }
            }
            Ok(())
        };
        let all: Vec<u64> = (0..40).collect();
        assert!(with_help(Arc::<[u64]>::from(all.clone()), 2, fails).is_err());
        assert!(on_all_cores(&all, 2, fails).is_err());
    }
}
