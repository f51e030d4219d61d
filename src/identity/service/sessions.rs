//! Signing in: passwords (argon2id), one-time links, sessions; guessing is slowed without locking anybody out.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex};

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use serde_json::json;
use tokio::sync::OwnedSemaphorePermit;
use uuid::Uuid;

use crate::base::actor::{Actor, Door, Principal, Right};
use crate::base::refusal::Refusal;
use crate::base::time::Timestamp;
use crate::journal::Kind;

use super::super::model::{check_password, may_sign_in};
use super::super::sql;
use super::enrolment::place;
use super::issue::{digest, issue, kept, secret_text};
use super::secrets::Secret;
use super::{Error, Identity, Shared, enter, need};

const SESSION_MS: i64 = 12 * 3_600_000;
const LINK_MS: i64 = 15 * 60_000;
/// Failed sign-ins at one login, from one address and within a minute, before the next from there must wait.
const ATTEMPTS: u32 = 5;
/// The same from everywhere: whoever guesses from one address keeps nobody out who comes from another.
pub(super) const ATTEMPTS_ANYWHERE: u32 = 100;
const ATTEMPTS_WINDOW_MS: i64 = 60_000;
/// A hash of nothing, checked when there is no account, so that both cases take the same time.
const DUMMY_HASH: &str = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$kPcZSmZQZQBnCHBNyxcs0RFxO1BsfAoqOqZ6TpZ2mQ4";

/// A session just opened.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// The cookie's value.
    pub secret: Secret,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// Failed attempts by login, by address, or by both.
#[derive(Debug)]
pub struct Attempts {
    most: u32,
    failed: Mutex<HashMap<String, (Timestamp, u32)>>,
}

impl Default for Attempts {
    fn default() -> Self {
        Self::of(ATTEMPTS)
    }
}

impl Attempts {
    /// So many failures a minute.
    pub(super) fn of(most: u32) -> Self {
        Self {
            most,
            failed: Mutex::default(),
        }
    }

    pub(super) fn may_try(&self, whose: &str, now: Timestamp) -> bool {
        let Ok(mut failed) = self.failed.lock() else {
            return false;
        };
        failed.retain(|_, (since, _)| now.since(*since) < ATTEMPTS_WINDOW_MS);
        failed
            .get(whose)
            .is_none_or(|(_, count)| *count < self.most)
    }

    pub(super) fn failed(&self, whose: &str, now: Timestamp) {
        if let Ok(mut failed) = self.failed.lock() {
            failed.entry(whose.to_owned()).or_insert((now, 0)).1 += 1;
        }
    }
}

/// A place among those who wait, and a turn at hashing. It goes with the password onto its thread and comes back: whoever hangs
/// up ends no hash that was begun, and would otherwise begin as many as he likes.
type Turn = [OwnedSemaphorePermit; 2];

/// Whether the password is that of the hash, or of none; by who has a turn, which lasts.
async fn verified(turn: Turn, password: &str, hash: Option<String>) -> Result<(Turn, bool), Error> {
    let password = password.to_owned();
    let known = hash.is_some();
    let checked = tokio::task::spawn_blocking(move || {
        let text = hash.unwrap_or_else(|| DUMMY_HASH.to_owned());
        let matches = PasswordHash::new(&text).is_ok_and(|hash| {
            Argon2::default()
                .verify_password(password.as_bytes(), &hash)
                .is_ok()
        });
        (turn, matches)
    });
    let (turn, matches) = checked.await.or(Err(Error::Hashing))?;
    Ok((turn, matches && known))
}

impl Identity {
    /// Signs in with login and password, from an address.
    pub async fn sign_in(
        &self,
        login: &str,
        password: &str,
        from: IpAddr,
    ) -> Result<SignedIn, Error> {
        if !may_sign_in(login, password) {
            return Err(Error::SignInFailed);
        }
        let turn = self.turn().await?;
        let now = self.journal.now();
        // No login holds a line's end.
        let there = format!("{login}\n{}", place(from));
        let Shared {
            attempts, guesses, ..
        } = &*self.shared;
        // Guesses that come at once are asked one by one, after those before them have failed.
        if !attempts.may_try(&there, now) || !guesses.may_try(login, now) {
            return Err(Error::TooMany);
        }
        let mut tx = self.journal.store().read().await?;
        let account = sql::account_by_login(&mut tx, login)
            .await?
            .filter(|account| account.disabled_at.is_none());
        drop(tx);
        let hash = account
            .as_ref()
            .and_then(|account| account.password_hash.clone());
        let (turn, matches) = verified(turn, password, hash).await?;
        match account {
            Some(account) if matches => {
                drop(turn);
                self.open_session(account.id).await
            }
            _ => {
                attempts.failed(&there, now);
                guesses.failed(login, now);
                Err(Error::SignInFailed)
            }
        }
    }

    /// Spends a one-time link.
    pub async fn sign_in_by_link(&self, code: &str) -> Result<SignedIn, Error> {
        let hash = digest(code);
        let mut tx = self.journal.store().read().await?;
        let known = sql::token_by_hash(&mut tx, &hash).await?;
        drop(tx);
        // Anybody may guess: only what is a link takes a turn of those who write.
        if known.is_none() {
            return Err(Error::CodeSpent);
        }
        let context = (hash, self.journal.now());
        let holder = self
            .journal
            .write(context, |tx, (hash, now)| {
                Box::pin(async move {
                    let link = sql::token_by_hash(tx, hash)
                        .await?
                        .ok_or(Error::CodeSpent)?;
                    if sql::spend_link(tx, hash, *now).await? {
                        Ok(link.holder)
                    } else {
                        Err(Error::CodeSpent)
                    }
                })
            })
            .await?;
        self.open_session(holder).await
    }

    /// Makes a one-time sign-in link's code for an account.
    pub async fn sign_in_link(&self, actor: &Actor, account: Uuid) -> Result<Secret, Error> {
        self.account_secret(
            actor,
            account,
            Door::SignIn,
            "one-time link",
            false,
            Some(LINK_MS),
        )
        .await
    }

    /// Sets an account's password and ends its sessions and tokens.
    pub async fn set_password(
        &self,
        actor: &Actor,
        account: Uuid,
        password: &str,
    ) -> Result<(), Error> {
        if actor.id != account || actor.principal != Principal::Account {
            need(actor, Right::ManageIdentity, &[])?;
        }
        let mut refusal = Refusal::default();
        check_password(password, "/password", &mut refusal);
        refusal.or(())?;
        let hash = self.hash_password(password).await?;
        let context = (self.journal.clone(), actor.clone(), account, hash);
        self.journal
            .write(context, |tx, (journal, actor, account, hash)| {
                Box::pin(async move {
                    if !sql::set_password(tx, *account, hash).await? {
                        return Err(Error::NotFound);
                    }
                    sql::revoke_tokens_of(tx, *account, journal.now()).await?;
                    Ok(enter(
                        tx,
                        journal,
                        actor,
                        Kind::Account,
                        *account,
                        &json!({ "password": "changed", "kept_sha256": kept(hash.as_bytes()) }),
                    )
                    .await?)
                })
            })
            .await?;
        self.forget_known();
        Ok(())
    }

    /// A turn at hashing, for which few wait.
    async fn turn(&self) -> Result<Turn, Error> {
        let waiting = Arc::clone(&self.shared.waiting);
        let place = waiting.try_acquire_owned().or(Err(Error::Busy))?;
        let turn = Arc::clone(&self.shared.hashing).acquire_owned().await;
        Ok([place, turn.or(Err(Error::Hashing))?])
    }

    /// Hashes a password with argon2id (OWASP's 19 MiB, 2 passes), at most two at once.
    pub(super) async fn hash_password(&self, password: &str) -> Result<String, Error> {
        let turn = self.turn().await?;
        let password = password.to_owned();
        let hashed = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            Argon2::default()
                .hash_password(password.as_bytes())
                .map(|hash| hash.to_string())
        });
        hashed
            .await
            .or(Err(Error::Hashing))?
            .or(Err(Error::Hashing))
    }

    async fn open_session(&self, account: Uuid) -> Result<SignedIn, Error> {
        let text = secret_text()?;
        let context = (self.journal.clone(), account, text);
        self.journal
            .write(context, |tx, (journal, account, text)| {
                Box::pin(async move {
                    let made = issue(
                        tx,
                        journal,
                        text,
                        *account,
                        "account",
                        Door::Session,
                        "session",
                        false,
                        true,
                        Some(SESSION_MS),
                    )
                    .await?;
                    let own = Actor {
                        id: *account,
                        ..Actor::console()
                    };
                    enter(
                        tx,
                        journal,
                        &own,
                        Kind::Token,
                        made.id.0,
                        &made.told(json!({ "session": true })),
                    )
                    .await?;
                    let expires_at = journal.now().plus_millis(SESSION_MS);
                    Ok(SignedIn {
                        secret: Secret {
                            id: made.id,
                            text: text.clone(),
                        },
                        expires_at,
                    })
                })
            })
            .await
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;
    use std::time::Duration;

    use futures::FutureExt;
    use tokio::runtime::Builder;
    use tokio::sync::Semaphore;

    use super::*;

    #[test]
    fn whoever_hangs_up_frees_no_turn_before_his_password_is_hashed() {
        let mut runtime = Builder::new_current_thread();
        let runtime = runtime.max_blocking_threads(1).enable_time().build();
        runtime.unwrap().block_on(async {
            // The only thread is busy, so that the hash is begun and not done.
            let (open, gate) = channel::<()>();
            let busy = tokio::task::spawn_blocking(move || gate.recv());
            let room = Arc::new(Semaphore::new(2));
            let permit = || Arc::clone(&room).try_acquire_owned().unwrap();
            let mut asked = Box::pin(verified([permit(), permit()], "đoán mò", None));
            assert!(asked.as_mut().now_or_never().is_none());
            drop(asked);
            assert_eq!(room.available_permits(), 0);
            drop(open);
            assert!(busy.await.unwrap().is_err());
            let back = tokio::time::timeout(Duration::from_mins(1), room.acquire_many(2)).await;
            assert!(back.unwrap().is_ok());
        });
    }
}
