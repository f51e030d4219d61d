//! Statements that an act leaves to be sent: the act sees them, and where they cannot be sent it fails, and no other.

use futures::future::join_all;
use tuantra::store::{Error, Tx};
use tuantra::{later, on};
use uuid::Uuid;

use crate::field::Field;

const BODY: &str = "INSERT INTO journal_bodies (entry, salt, body) VALUES ($1, $2, $3)";
const COUNT: &str = "SELECT COUNT(*) FROM journal_bodies WHERE entry = $1";

async fn count(tx: &mut Tx, entry: Uuid) -> Result<i64, Error> {
    on!(tx, |c| sqlx::query_scalar(COUNT).bind(entry).fetch_one(c))
}

async fn counted(field: &Field, entry: Uuid) -> i64 {
    let mut tx = field.app.journal.store().read().await.unwrap();
    count(&mut tx, entry).await.unwrap()
}

/// Leaves the same row to be sent so many times, of which the table takes one.
async fn leave(field: &Field, entry: Uuid, times: usize) -> Result<(), Error> {
    let store = field.app.journal.store();
    let act = store.write((entry, times), |tx, (entry, times)| {
        Box::pin(async move {
            for _ in 0..*times {
                later!(tx, BODY, [*entry, &b"salt"[..], &b"body"[..]])?;
            }
            Ok::<_, Error>(())
        })
    });
    act.await
}

on_both! {
    async fn an_act_sees_what_it_left_to_be_sent(field: Field) {
        let entries: Vec<Uuid> = (0..60).map(|_| field.app.journal.ids().make()).collect();
        let store = field.app.journal.store();
        let seen = store.write(entries.clone(), |tx, entries| {
            Box::pin(async move {
                let mut seen = 0;
                for (number, entry) in entries.iter().enumerate() {
                    later!(tx, BODY, [*entry, &b"salt"[..], &b"body"[..]])?;
                    if number % 29 == 28 {
                        seen += count(tx, *entry).await?;
                    }
                }
                Ok::<_, Error>(seen)
            })
        });
        assert_eq!(seen.await.unwrap(), 2);
        for entry in entries {
            assert_eq!(counted(&field, entry).await, 1);
        }
    }

    async fn what_cannot_be_sent_fails_its_act_and_no_other(field: Field) {
        let entries: Vec<Uuid> = (0..24).map(|_| field.app.journal.ids().make()).collect();
        let acts = entries.iter().enumerate().map(|(n, entry)| leave(&field, *entry, 1 + n % 2));
        let outcomes = join_all(acts).await;
        for (number, (entry, outcome)) in entries.iter().zip(outcomes).enumerate() {
            let is_kept = number % 2 == 0;
            assert_eq!(outcome.is_ok(), is_kept, "{outcome:?}");
            assert_eq!(counted(&field, *entry).await, i64::from(is_kept));
        }
    }

    async fn what_cannot_be_sent_fails_an_act_that_is_alone(field: Field) {
        let entry = field.app.journal.ids().make();
        assert!(leave(&field, entry, 2).await.is_err());
        assert_eq!(counted(&field, entry).await, 0);
        leave(&field, entry, 1).await.unwrap();
        assert_eq!(counted(&field, entry).await, 1);
    }
}
