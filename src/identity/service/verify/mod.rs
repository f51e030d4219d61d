//! Identity's rows against the log: who there is, what each may do, by which secrets and keys; nothing that no entry
//! gave, nothing that an entry took away.

mod acts;
mod enrolments;
mod grants;
mod keys;
mod people;
mod secrets;

use crate::base::time::Timestamp;
use crate::journal::audit::{RowPass, Rows};
use crate::store::{self, Store};

use acts::Acts;

/// A row and its entry are written in one act, each with its own reading of the clock; and clocks of processes differ.
const ONE_ACT_MS: i64 = 60_000;

/// Holds organisations, accounts, devices, roles, secrets, enrolments and keys against the log.
pub async fn verify_rows(store: &Store) -> Result<Rows, store::Error> {
    let mut tx = store.snapshot().await?;
    let mut pass = RowPass::default();
    let acts = Acts::of(&mut tx).await?;
    people::orgs(&mut tx, &mut pass, &acts).await?;
    people::accounts(&mut tx, &mut pass, &acts).await?;
    people::devices(&mut tx, &mut pass, &acts).await?;
    grants::grants(&mut tx, &mut pass, &acts).await?;
    secrets::secrets(&mut tx, &mut pass, &acts).await?;
    enrolments::enrolments(&mut tx, &mut pass, &acts).await?;
    keys::keys(&mut tx, &mut pass, &acts).await?;
    keys::nodes(&mut tx, &mut pass, &acts).await?;
    Ok(pass.into_found())
}

fn is_one_act(entered: Timestamp, written: Timestamp) -> bool {
    entered.since(written).abs() <= ONE_ACT_MS
}

/// Whether a time is that of an act, or none where there was no act.
fn is_as_done(done: Option<Timestamp>, stands: Option<Timestamp>) -> bool {
    match (done, stands) {
        (None, None) => true,
        (Some(done), Some(stands)) => is_one_act(done, stands),
        _ => false,
    }
}

/// Whether an act came after a time by more than clocks differ.
fn is_after(act: Timestamp, time: Timestamp) -> bool {
    act.since(time) > ONE_ACT_MS
}
