//! Identity's acts. Each decides the right, applies the rule, writes, and enters the journal in one transaction.

mod asides;
mod authors;
mod callings;
mod communes;
mod devices;
mod enrolment;
mod grants;
mod held;
mod issue;
mod keys;
mod nodes;
mod people;
mod reach;
mod roll;
mod secrets;
mod sessions;
mod sheets;
mod then;
mod verify;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use serde_json::Value;
use tokio::sync::Semaphore;
use uuid::Uuid;

use crate::base::actor::{Actor, Right};
use crate::base::ids::TokenId;
use crate::base::refusal::Refusal;
use crate::base::time::Timestamp;
use crate::journal::{Entry, Journal, Kind};
use crate::store::{self, ActError, Tx};

use grants::give;

pub use authors::KeyHolder;
pub use callings::Named;
pub use communes::{EndedCommunes, Heirs, LoadedCommunes};
pub use devices::DeviceView;
pub use enrolment::{Enrolled, OpenedEnrolment};
pub use held::HeldWindow;
pub use keys::{DeviceKeyView, KeyWithChain, unsigned};
pub use nodes::{NodeHolder, VouchedFor, VouchedKey, devices_in_use};
pub use people::{AccountView, OrgView, TeamView};
pub use reach::{DeviceStanding, Lost, Sealing};
pub use roll::RollReport;
pub use secrets::{Secret, TokenView};
pub use sessions::SignedIn;
pub use sheets::SheetsDraft;
pub use then::{Roll, Then};
pub use verify::verify_rows;

/// Why an act of identity is refused.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The author lacks the right.
    #[error("not allowed")]
    Forbidden,
    /// There is no such thing in the author's reach.
    #[error("no such thing")]
    NotFound,
    /// The draft has faults.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// A name that is taken.
    #[error("the {0} is already taken")]
    Taken(&'static str),
    /// Login and password do not belong together, or the account is closed.
    #[error("sign-in failed")]
    SignInFailed,
    /// Too many attempts.
    #[error("too many attempts")]
    TooMany,
    /// A code that is spent, expired or unknown.
    #[error("the code is unknown, spent or expired")]
    CodeSpent,
    /// The device was revoked.
    #[error("the device was revoked")]
    DeviceRevoked,
    /// The number does not match the one on the phone.
    #[error("the number does not match an enrolment that waits")]
    NumberDiffers,
    /// The same account opened the device's enrolment: two are needed.
    #[error("another account than the one that enrolled the device must confirm its key")]
    SecondAccount,
    /// The password could not be hashed.
    #[error("passwords cannot be hashed now")]
    Hashing,
    /// More passwords wait to be hashed than are let wait.
    #[error("too many passwords wait to be checked")]
    Busy,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl ActError for Error {
    fn store(&self) -> Option<&store::Error> {
        match self {
            Self::Store(error) => Some(error),
            _ => None,
        }
    }
}

/// Identity: verifies secrets and keeps those who hold them.
#[derive(Clone)]
pub struct Identity {
    journal: Journal,
    shared: Arc<Shared>,
    communes: Option<LoadedCommunes>,
    ended: Option<EndedCommunes>,
    sealing: Option<Sealing>,
}

/// When a secret was verified, and whose it was.
type Known = (Timestamp, Option<Actor>);

struct Shared {
    /// Verified secrets for a moment, so that an upload of many batches reads its rights once a second.
    known: Mutex<HashMap<[u8; 32], Known>>,
    used: Mutex<HashMap<TokenId, Timestamp>>,
    hashing: Arc<Semaphore>,
    /// Places for those passwords and for those that wait.
    waiting: Arc<Semaphore>,
    attempts: sessions::Attempts,
    guesses: sessions::Attempts,
    wrong_codes: sessions::Attempts,
}

impl std::fmt::Debug for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Identity")
    }
}

/// Passwords hashed at once: each takes 19 MiB.
const HASHING: usize = 2;
/// Passwords that wait for their turn, some tenths of a second. Who comes later is told to come again: a flood of guesses
/// keeps neither requests nor memory.
const WAITING: usize = 30;

impl Identity {
    /// Identity over this journal's store.
    #[must_use]
    pub fn new(journal: Journal) -> Self {
        let shared = Shared {
            known: Mutex::default(),
            used: Mutex::default(),
            hashing: Arc::new(Semaphore::new(HASHING)),
            waiting: Arc::new(Semaphore::new(HASHING + WAITING)),
            attempts: sessions::Attempts::default(),
            guesses: sessions::Attempts::of(sessions::ATTEMPTS_ANYWHERE),
            wrong_codes: sessions::Attempts::of(enrolment::WRONG_CODES),
        };
        Self {
            journal,
            shared: Arc::new(shared),
            communes: None,
            ended: None,
            sealing: None,
        }
    }

    /// The journal that identity's changes are entered in.
    #[must_use]
    pub fn journal(&self) -> &Journal {
        &self.journal
    }

    fn forget_known(&self) {
        if let Ok(mut known) = self.shared.known.lock() {
            known.clear();
        }
    }
}

/// Enters a change of identity; its body is JSON without secrets.
async fn enter(
    tx: &mut Tx,
    journal: &Journal,
    actor: &Actor,
    kind: Kind,
    fact: Uuid,
    change: &Value,
) -> Result<(), store::Error> {
    let body = change.to_string();
    let entry = Entry {
        kind,
        fact,
        actor: actor.id,
        device: None,
        origin: None,
        body: body.as_bytes(),
    };
    journal.enter(tx, entry).await.map(drop)
}

/// The right over a whole list of communes; an empty list is the province.
fn need(actor: &Actor, right: Right, communes: &[String]) -> Result<(), Error> {
    let allowed = if communes.is_empty() {
        actor.may_in_province(right)
    } else {
        communes.iter().all(|code| actor.may(right, Some(code)))
    };
    if allowed {
        Ok(())
    } else {
        Err(Error::Forbidden)
    }
}
