//! Acts on their way to SQLite's one writer: which goes first, and what each is answered.

use std::time::{Duration, Instant};

use tokio::sync::{mpsc, oneshot};

use super::{ActError, BoxFuture, Error, Tx};

/// Usual acts that have their turn between two that go ahead, where as many wait.
const USUAL_BETWEEN: usize = 16;
/// Fewer when they have taken so long: what goes ahead waits for time and not for any number of acts of any length. It
/// waits for two such turns and the longest act at most, its own and that of what went ahead of it.
const USUAL_FOR: Duration = Duration::from_millis(50);

/// How an act goes to the writer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    /// After what waits already.
    Usual,
    /// Past it, and under a commit that waits for nothing more.
    Ahead,
}

/// The other end of both.
#[derive(Debug)]
pub(super) struct Acts {
    usual: mpsc::Receiver<Box<dyn Queued>>,
    ahead: mpsc::Receiver<Box<dyn Queued>>,
    /// Usual acts since one went ahead.
    usual_since: usize,
    /// When the first of them had its turn.
    usual_from: Instant,
}

impl Acts {
    pub(super) fn of(
        usual: mpsc::Receiver<Box<dyn Queued>>,
        ahead: mpsc::Receiver<Box<dyn Queued>>,
    ) -> Self {
        Self {
            usual,
            ahead,
            usual_since: USUAL_BETWEEN,
            usual_from: Instant::now(),
        }
    }

    /// The next act, when there is one; none once the store is closed and nothing waits.
    pub(super) async fn next(&mut self) -> Option<(Turn, Box<dyn Queued>)> {
        if let Some(waiting) = self.waiting() {
            return Some(waiting);
        }
        let next = tokio::select! {
            biased;
            Some(act) = self.ahead.recv() => Some((Turn::Ahead, act)),
            act = self.usual.recv() => act.map(|act| (Turn::Usual, act)),
        };
        next.map(|own| self.counted(own))
    }

    /// The next act, if one waits. Between two that go ahead some usual ones have their turn, so that neither kind keeps
    /// the other from the disk.
    pub(super) fn waiting(&mut self) -> Option<(Turn, Box<dyn Queued>)> {
        let may_go_ahead = self.usual_since >= USUAL_BETWEEN
            || (self.usual_since > 0 && self.usual_from.elapsed() >= USUAL_FOR);
        let first = may_go_ahead.then(|| self.ahead.try_recv().ok()).flatten();
        let next = first.map(|act| (Turn::Ahead, act)).or_else(|| {
            let usual = self.usual.try_recv().map(|act| (Turn::Usual, act));
            usual
                .or_else(|_| self.ahead.try_recv().map(|act| (Turn::Ahead, act)))
                .ok()
        });
        next.map(|own| self.counted(own))
    }

    fn counted(&mut self, next: (Turn, Box<dyn Queued>)) -> (Turn, Box<dyn Queued>) {
        self.usual_since = match next.0 {
            Turn::Usual => self.usual_since + 1,
            Turn::Ahead => 0,
        };
        if self.usual_since == 1 {
            self.usual_from = Instant::now();
        }
        next
    }
}

/// An act in the queue, its types forgotten.
pub(super) trait Queued: Send {
    /// Where in the program it is written: no content of it.
    fn name(&self) -> &'static str;
    fn run(self: Box<Self>, tx: &mut Tx) -> BoxFuture<'_, Box<dyn Pending>>;
    fn refuse(self: Box<Self>, failure: &Error);
}

/// An act that has run and waits for the commit that it shares.
pub(super) trait Pending: Send {
    fn succeeded(&self) -> bool;
    /// What it left to be sent could not be: it has failed.
    fn fail(&mut self, failure: Error);
    /// That the disk failed under it, if so.
    fn failed_disk(&self) -> Option<Error>;
    fn answer(self: Box<Self>, commit_failure: Option<&Error>);
}

/// An act as it goes into a queue.
pub(super) fn queued<C, F, T, E>(
    context: C,
    act: F,
    answer: oneshot::Sender<Result<T, E>>,
) -> Box<dyn Queued>
where
    C: Send + Sync + 'static,
    F: for<'a> Fn(&'a mut Tx, &'a C) -> BoxFuture<'a, Result<T, E>> + Send + Sync + 'static,
    T: Send + 'static,
    E: ActError + Send + 'static,
{
    Box::new(OneAct {
        context,
        act,
        answer,
    })
}

struct OneAct<C, F, T, E> {
    context: C,
    act: F,
    answer: oneshot::Sender<Result<T, E>>,
}

struct Ran<T, E> {
    outcome: Result<T, E>,
    answer: oneshot::Sender<Result<T, E>>,
}

impl<C, F, T, E> Queued for OneAct<C, F, T, E>
where
    C: Send + Sync + 'static,
    F: for<'a> Fn(&'a mut Tx, &'a C) -> BoxFuture<'a, Result<T, E>> + Send + Sync + 'static,
    T: Send + 'static,
    E: ActError + Send + 'static,
{
    fn name(&self) -> &'static str {
        std::any::type_name::<F>()
    }

    fn run(self: Box<Self>, tx: &mut Tx) -> BoxFuture<'_, Box<dyn Pending>> {
        Box::pin(async move {
            let outcome = (self.act)(tx, &self.context).await;
            let ran: Box<dyn Pending> = Box::new(Ran {
                outcome,
                answer: self.answer,
            });
            ran
        })
    }

    fn refuse(self: Box<Self>, failure: &Error) {
        let _ = self.answer.send(Err(E::from(failure.shared())));
    }
}

impl<T: Send, E: ActError + Send> Pending for Ran<T, E> {
    fn succeeded(&self) -> bool {
        self.outcome.is_ok()
    }

    fn fail(&mut self, failure: Error) {
        self.outcome = Err(failure.into());
    }

    fn failed_disk(&self) -> Option<Error> {
        let failure = self.outcome.as_ref().err()?.store()?;
        matches!(failure, Error::Disk(_)).then(|| failure.shared())
    }

    fn answer(self: Box<Self>, commit_failure: Option<&Error>) {
        let outcome = match commit_failure {
            Some(failure) if self.outcome.is_ok() => Err(E::from(failure.shared())),
            _ => self.outcome,
        };
        // A caller that went away needs no answer; what it sent is stored all the same.
        let _ = self.answer.send(outcome);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn act() -> Box<dyn Queued> {
        let (answer, _) = oneshot::channel::<Result<(), Error>>();
        queued((), |_, ()| Box::pin(async { Ok(()) }), answer)
    }

    type Door = mpsc::Sender<Box<dyn Queued>>;

    fn queues() -> (Door, Door, Acts) {
        let (usual, usual_acts) = mpsc::channel(64);
        let (ahead, ahead_acts) = mpsc::channel(64);
        (usual, ahead, Acts::of(usual_acts, ahead_acts))
    }

    #[test]
    fn usual_acts_that_take_long_let_others_go_ahead_before_there_were_sixteen() {
        let (usual, ahead, mut acts) = queues();
        for _ in 0..4 {
            assert!(usual.try_send(act()).is_ok());
            assert!(ahead.try_send(act()).is_ok());
        }
        let mut turn = || acts.waiting().map(|(turn, _)| turn);
        let (a, b) = (Some(Turn::Ahead), Some(Turn::Usual));
        assert_eq!([turn(), turn()], [a, b]);
        std::thread::sleep(USUAL_FOR);
        assert_eq!([turn(), turn()], [a, b], "one usual act between two");
    }

    #[test]
    fn neither_kind_keeps_the_other_away() {
        let (usual, ahead, mut acts) = queues();
        for _ in 0..40 {
            assert!(usual.try_send(act()).is_ok());
            assert!(ahead.try_send(act()).is_ok());
        }
        let turns: Vec<Turn> =
            std::iter::from_fn(|| acts.waiting().map(|(turn, _)| turn)).collect();
        let gone_ahead = turns.iter().take(40).filter(|turn| **turn == Turn::Ahead);
        // Of sixteen quick ones each, and more where this thread was held up between them.
        assert!((3..=20).contains(&gone_ahead.count()));
        assert_eq!(turns.len(), 80, "all had their turn");
    }
}
