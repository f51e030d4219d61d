//! A window for the holder of a handheld: with a tracker's secret alone nobody reads or erases anything, so an officer
//! opens fifteen minutes by a short code. The officer sees nothing of what is held; whoever found the secret without
//! the code sees nothing either.

use serde::Serialize;
use serde_json::json;

use crate::base::actor::{Actor, Principal};
use crate::base::ids::DeviceId;
use crate::base::time::Timestamp;
use crate::identity::model::codes::{short_code_as_printed, short_code_text};
use crate::identity::sql;
use crate::journal::{Journal, Kind};
use crate::store::Tx;

use super::issue::digest;
use super::{Error, Identity, enter};

/// Life of a window.
const WINDOW_MS: i64 = 15 * 60 * 1000;
/// Codes that may be tried before the window is as good as closed: of 2⁴⁰ none is found by that.
const MOST_WRONG: i64 = 10;

/// An opened window.
#[derive(Clone, Serialize, utoipa::ToSchema)]
pub struct HeldWindow {
    /// The code to read out to the device's holder; shown once.
    pub code: String,
    /// Until when it opens the page of what is held.
    pub expires_at: Timestamp,
}

impl std::fmt::Debug for HeldWindow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "HeldWindow({})", self.expires_at)
    }
}

impl Identity {
    /// Opens a window for the holder of a device; the code of the window before opens nothing any more.
    pub async fn open_held_window(&self, actor: &Actor, id: DeviceId) -> Result<HeldWindow, Error> {
        let row = self.reachable_device(actor, id).await?;
        if row.revoked_at.is_some() {
            return Err(Error::DeviceRevoked);
        }
        let code = short_code_text(crate::journal::random()?);
        let context = (self.journal.clone(), actor.clone(), id, digest(&code));
        let expires_at = self
            .journal
            .write(context, |tx, (journal, actor, id, hash)| {
                Box::pin(open(tx, journal, actor, *id, hash))
            })
            .await?;
        Ok(HeldWindow { code, expires_at })
    }

    /// Whether a code opens the caller's window now; one that does not is counted.
    pub async fn is_held_window_open(&self, actor: &Actor, typed: &str) -> Result<bool, Error> {
        if actor.principal != Principal::Device {
            return Ok(false);
        }
        let hash = short_code_as_printed(typed).map(|code| digest(&code));
        let context = (self.journal.clone(), DeviceId(actor.id), hash);
        self.journal
            .write(context, |tx, (journal, id, hash)| {
                Box::pin(tried(tx, journal, *id, hash.as_ref()))
            })
            .await
    }
}

async fn open(
    tx: &mut Tx,
    journal: &Journal,
    actor: &Actor,
    id: DeviceId,
    hash: &[u8; 32],
) -> Result<Timestamp, Error> {
    let until = journal.now().plus_millis(WINDOW_MS);
    sql::open_held_window(tx, id, hash, actor.id, until).await?;
    let change = json!({ "held_window_until": until });
    enter(tx, journal, actor, Kind::Enrolment, id.0, &change).await?;
    Ok(until)
}

async fn tried(
    tx: &mut Tx,
    journal: &Journal,
    id: DeviceId,
    hash: Option<&[u8; 32]>,
) -> Result<bool, Error> {
    let row = sql::held_window(tx, id).await?;
    let open = row.filter(|row| row.expires_at > journal.now() && row.wrong < MOST_WRONG);
    let Some(row) = open else {
        return Ok(false);
    };
    let fits = hash.is_some_and(|hash| row.code_hash == hash);
    if !fits {
        sql::count_wrong(tx, id).await?;
    }
    Ok(fits)
}
