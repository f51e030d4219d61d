//! Numbers without holes, and cursors that skip nothing.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tuantra::base::ids::EntryId;
use tuantra::base::time::Clock;
use tuantra::changed;
use tuantra::journal::Journal;
use tuantra::store::Error;
use uuid::Uuid;

use super::looked_at;
use crate::field::Field;

/// The same log as another process opens it.
async fn beside(field: &Field) -> Journal {
    let clock = field.clock.clone() as Arc<dyn Clock>;
    let key = field.app.config.data.join("keys/journal.pem");
    let store = field.app.journal.store().clone();
    Journal::open(store, clock, &key).await.unwrap()
}

/// Waits until a cursor has read so many of the entries that were written here.
async fn read_until(journal: &Journal, cursor: &mut i64, seen: &mut Vec<Uuid>, count: usize) {
    let reading = async {
        while seen.len() < count {
            read_on(journal, cursor, seen).await;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let is_in_time = tokio::time::timeout(Duration::from_mins(1), reading).await;
    assert!(
        is_in_time.is_ok(),
        "{} of {count} were numbered",
        seen.len()
    );
}

async fn write(journal: &Journal, fact: Uuid, gate: Option<Arc<(Notify, Notify)>>) -> EntryId {
    let context = (journal.clone(), fact, gate);
    let written: Result<_, Error> = journal
        .write(context, |tx, (journal, fact, gate)| {
            Box::pin(async move {
                let written = journal.enter(tx, looked_at(*fact, b"y")).await?;
                if let Some(gate) = gate {
                    gate.0.notify_one();
                    gate.1.notified().await;
                }
                Ok(written)
            })
        })
        .await;
    written.unwrap().entry
}

/// Reads on from a cursor, as a live feed does, and keeps what it saw.
async fn read_on(journal: &Journal, cursor: &mut i64, seen: &mut Vec<Uuid>) {
    for row in journal.entries_since(*cursor, 500).await.unwrap() {
        assert_eq!(row.seq, Some(*cursor + 1), "a cursor skipped a number");
        *cursor += 1;
        if row.kind == "view" {
            seen.push(row.fact.unwrap());
        }
    }
}

on_both! {
    async fn a_check_sees_nothing_that_was_committed_after_it_began(field: Field) {
        let journal = field.app.journal.clone();
        let before = write(&journal, field.new_id(), None).await;
        let mut check = journal.store().snapshot().await.unwrap();
        assert!(journal.entry(&mut check, before).await.unwrap().is_some());
        let later = write(&journal, field.new_id(), None).await;
        assert!(journal.entry(&mut check, later).await.unwrap().is_none());
        let mut answer = journal.store().read().await.unwrap();
        assert!(journal.entry(&mut answer, later).await.unwrap().is_some());
    }

    async fn no_number_is_given_twice(field: Field) {
        let journal = field.app.journal.clone();
        for _ in 0..3 {
            write(&journal, field.new_id(), None).await;
        }
        journal.sequence_all().await.unwrap();
        let twice: Result<u64, Error> = journal.store().write((), |tx, ()| {
            Box::pin(async move {
                changed!(tx, sqlx::query("UPDATE journal_entries SET seq = 1 WHERE seq = 2"))
            })
        }).await;
        assert!(matches!(twice, Err(Error::Conflict { .. })), "{twice:?}");
        // What waits for a number has none, and is not alone in that.
        for _ in 0..3 {
            write(&journal, field.new_id(), None).await;
        }
        journal.sequence_all().await.unwrap();
        assert_eq!(journal.verify().await.unwrap().faults, []);
    }

    async fn two_processes_number_every_entry_once_and_the_second_goes_on_when_the_first_has_ended(field: Field) {
        let (first, second) = (field.app.journal.clone(), beside(&field).await);
        let leading = tokio::spawn(first.clone().run_sequencer());
        let (mut cursor, mut seen) = (-1, Vec::new());
        let mut facts = Vec::new();
        for number in 0..40 {
            let fact = field.new_id();
            write(if number % 2 == 0 { &first } else { &second }, fact, None).await;
            facts.push(fact);
            if number == 10 {
                read_until(&second, &mut cursor, &mut seen, facts.len()).await;
                tokio::spawn(second.clone().run_sequencer());
            }
        }
        read_until(&first, &mut cursor, &mut seen, facts.len()).await;
        leading.abort();
        // It has ended, and takes no lease by the later clock; then its last one ends.
        assert!(leading.await.unwrap_err().is_cancelled());
        field.clock.advance_millis(60_000);
        for _ in 0..10 {
            let fact = field.new_id();
            write(&second, fact, None).await;
            facts.push(fact);
        }
        read_until(&second, &mut cursor, &mut seen, facts.len()).await;
        assert_eq!(seen.iter().collect::<BTreeSet<_>>(), facts.iter().collect::<BTreeSet<_>>());
        let found = first.verify().await.unwrap();
        assert_eq!((found.faults.as_slice(), found.through), (&[][..], cursor));
    }

    async fn sixty_four_writers_and_a_paused_transaction_leave_nothing_out_of_a_cursor(field: Field) {
        let journal = field.app.journal.clone();
        let (paused, gate) = (field.new_id(), Arc::new((Notify::new(), Notify::new())));
        let holder = {
            let (journal, gate) = (journal.clone(), Arc::clone(&gate));
            tokio::spawn(async move { write(&journal, paused, Some(gate)).await })
        };
        gate.0.notified().await;
        let facts: Vec<Uuid> = (0..64).map(|_| field.new_id()).collect();
        let writers: Vec<_> = facts.iter().map(|fact| {
            let (journal, fact) = (journal.clone(), *fact);
            tokio::spawn(async move {
                write(&journal, fact, None).await;
                journal.sequence_all().await.unwrap();
            })
        }).collect();
        let (mut cursor, mut seen) = (-1, Vec::new());
        let waits_for_one_writer = journal.store().engine() == "sqlite";
        if waits_for_one_writer {
            tokio::time::sleep(Duration::from_millis(200)).await;
            read_on(&journal, &mut cursor, &mut seen).await;
        } else {
            // The paused transaction began first and commits last: the others are numbered and read meanwhile.
            while seen.len() < 64 {
                read_on(&journal, &mut cursor, &mut seen).await;
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        }
        assert!(!seen.contains(&paused));
        gate.1.notify_one();
        holder.await.unwrap();
        for writer in writers {
            writer.await.unwrap();
        }
        journal.sequence_all().await.unwrap();
        read_on(&journal, &mut cursor, &mut seen).await;
        let expected: BTreeSet<Uuid> = facts.into_iter().chain([paused]).collect();
        assert_eq!(seen.len(), 65);
        assert_eq!(seen.into_iter().collect::<BTreeSet<_>>(), expected);
        let found = journal.verify().await.unwrap();
        assert_eq!((found.faults.as_slice(), found.through), (&[][..], cursor));
        assert_eq!(journal.head().await.unwrap().unwrap().size, u64::try_from(cursor + 1).unwrap());
    }
}
