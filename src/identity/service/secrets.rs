//! Secrets: made once, shown once, kept as SHA-256, verified on every request.

use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use crate::base::actor::{Actor, Door, Grant, Principal, Right, Role, Scope};
use crate::base::ids::TokenId;
use crate::base::origin::Origin;
use crate::base::refusal::Refusal;
use crate::base::time::Timestamp;
use crate::journal::Kind;
use crate::store::{self, Tx};

use super::super::model::MAX_TOKEN_DAYS;
use super::super::sql::{self, GrantRow, TokenRow};
use super::issue::{digest, issue, secret_text};
use super::{Error, Identity, enter, need};

/// How long a verified secret is believed without asking again: a revocation takes effect within this time
/// in other processes, at once in this one.
const BELIEVED_MS: i64 = 1_000;
const DAY_MS: i64 = 86_400_000;
/// Last uses that one act writes: thousands come together, and whoever writes waits for it.
const TOUCHED_AT_ONCE: usize = 240;

/// A secret just made; its text is shown once.
#[derive(Clone)]
pub struct Secret {
    /// Under which it can be revoked.
    pub id: TokenId,
    /// What its holder shows.
    pub text: String,
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Secret({})", self.id)
    }
}

/// A secret as listed: never its text.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct TokenView {
    /// Under which it can be revoked.
    pub id: TokenId,
    /// The door it opens.
    pub door: String,
    /// What it was made for.
    pub label: String,
    /// Whether it may only read.
    pub read_only: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Option<Timestamp>,
    /// When a newer secret of the same door took its place.
    pub retired_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
    /// When it last opened its door (to the minute).
    pub last_used_at: Option<Timestamp>,
}

impl Identity {
    /// Who shows this secret, if it is valid now.
    pub async fn verify(&self, text: &str) -> Result<Option<Actor>, Error> {
        let hash = digest(text);
        let now = self.journal.now();
        if let Ok(known) = self.shared.known.lock()
            && let Some((since, actor)) = known.get(&hash)
            && (0..BELIEVED_MS).contains(&now.since(*since))
        {
            return Ok(actor.clone());
        }
        // Few requests come here: the future is kept apart, so that it is not moved with those of all others.
        Box::pin(self.verify_anew(hash, now)).await
    }

    async fn verify_anew(&self, hash: [u8; 32], now: Timestamp) -> Result<Option<Actor>, Error> {
        let mut tx = self.journal.store().read().await?;
        let found = load_actor(&mut tx, &hash, now).await?;
        // Who holds a ground takes a connection of its own.
        drop(tx);
        let actor = match found {
            Some(actor) => Some(self.on_todays_ground(actor).await?),
            None => None,
        };
        self.remember(hash, now, actor.as_ref());
        Ok(actor)
    }

    /// Who holds a secret that was verified before, if it is still valid: for what goes on after its request.
    pub async fn holder_of(&self, token: TokenId) -> Result<Option<Actor>, Error> {
        let mut tx = self.journal.store().read().await?;
        match sql::token(&mut tx, token).await? {
            Some(token) => holder(&mut tx, token, self.journal.now()).await,
            None => Ok(None),
        }
    }

    /// Writes down when secrets were last used; called now and then by the worker.
    pub async fn flush_last_used(&self) -> Result<(), Error> {
        let used = match self.shared.used.lock() {
            Ok(mut used) => std::mem::take(&mut *used),
            Err(_) => return Ok(()),
        };
        let mut used: Vec<(TokenId, Timestamp)> = used.into_iter().collect();
        used.sort_unstable();
        for part in used.chunks(TOUCHED_AT_ONCE) {
            let written = self.journal.store().write(part.to_vec(), |tx, used| {
                Box::pin(async move {
                    for (token, at) in used {
                        sql::touch_token(tx, *token, *at).await?;
                    }
                    Ok::<(), Error>(())
                })
            });
            written.await?;
        }
        Ok(())
    }

    /// Makes a token for an account.
    pub async fn account_token(
        &self,
        actor: &Actor,
        account: Uuid,
        read_only: bool,
        days: Option<u32>,
    ) -> Result<Secret, Error> {
        if days.is_some_and(|days| days == 0 || days > MAX_TOKEN_DAYS) {
            return Err(Refusal::at("/days", format!("expected 1 to {MAX_TOKEN_DAYS}")).into());
        }
        let life = days.map(|days| i64::from(days) * DAY_MS);
        self.account_secret(actor, account, Door::Api, "token", read_only, life)
            .await
    }

    /// The caller's own secrets.
    pub async fn tokens(&self, actor: &Actor) -> Result<Vec<TokenView>, Error> {
        self.tokens_of(actor, actor.id).await
    }

    /// The secrets of an account or device, for itself or for those who keep it.
    pub async fn tokens_of(&self, actor: &Actor, holder: Uuid) -> Result<Vec<TokenView>, Error> {
        if holder != actor.id {
            need(actor, Right::ManageIdentity, &[])?;
        }
        let mut tx = self.journal.store().read().await?;
        Ok(sql::tokens_of(&mut tx, holder)
            .await?
            .into_iter()
            .map(token_view)
            .collect())
    }

    /// Revokes a secret: its own holder may, and those who keep identity.
    pub async fn revoke_token(&self, actor: &Actor, id: TokenId) -> Result<(), Error> {
        let context = (self.journal.clone(), actor.clone(), id);
        self.journal
            .write(context, |tx, (journal, actor, id)| {
                Box::pin(async move {
                    let token = sql::token(tx, *id).await?.ok_or(Error::NotFound)?;
                    if token.holder != actor.id && !actor.may_in_province(Right::ManageIdentity) {
                        return Err(Error::NotFound);
                    }
                    if sql::revoke_token(tx, *id, journal.now()).await? {
                        enter(
                            tx,
                            journal,
                            actor,
                            Kind::Token,
                            id.0,
                            &json!({ "revoked": true }),
                        )
                        .await?;
                    }
                    Ok(())
                })
            })
            .await?;
        self.forget_known();
        Ok(())
    }

    pub(super) async fn account_secret(
        &self,
        actor: &Actor,
        account: Uuid,
        door: Door,
        label: &'static str,
        read_only: bool,
        life_ms: Option<i64>,
    ) -> Result<Secret, Error> {
        need(actor, Right::ManageIdentity, &[])?;
        let text = secret_text()?;
        let context = (self.journal.clone(), actor.clone(), account, text);
        self.journal
            .write(context, move |tx, (journal, actor, account, text)| {
                Box::pin(async move {
                    if sql::account(tx, *account).await?.is_none() {
                        return Err(Error::NotFound);
                    }
                    let made = issue(
                        tx, journal, text, *account, "account", door, label, read_only, true,
                        life_ms,
                    )
                    .await?;
                    let change =
                        json!({ "account": account, "door": door, "read_only": read_only });
                    let change = made.told(change);
                    enter(tx, journal, actor, Kind::Token, made.id.0, &change).await?;
                    Ok(Secret {
                        id: made.id,
                        text: text.clone(),
                    })
                })
            })
            .await
    }

    fn remember(&self, hash: [u8; 32], now: Timestamp, actor: Option<&Actor>) {
        const KEPT: usize = 20_000;
        if let Ok(mut known) = self.shared.known.lock() {
            if known.len() >= KEPT {
                known.clear();
            }
            known.insert(hash, (now, actor.cloned()));
        }
        if let Some(token) = actor.and_then(|actor| actor.token)
            && let Ok(mut used) = self.shared.used.lock()
        {
            used.insert(token, now);
        }
    }
}

async fn load_actor(tx: &mut Tx, hash: &[u8; 32], now: Timestamp) -> Result<Option<Actor>, Error> {
    match sql::token_by_hash(tx, hash).await? {
        Some(token) => holder(tx, token, now).await,
        None => Ok(None),
    }
}

/// Who holds a secret, if it is valid now.
async fn holder(tx: &mut Tx, token: TokenRow, now: Timestamp) -> Result<Option<Actor>, Error> {
    let ended = token.expires_at.is_some_and(|at| at <= now) || token.revoked_at.is_some();
    if ended || token.active == 0 {
        return Ok(None);
    }
    let (principal, team, org) = if token.holder_kind == "device" {
        match sql::device(tx, crate::base::ids::DeviceId(token.holder)).await? {
            Some(device) if device.revoked_at.is_none() => {
                (Principal::Device, Some(device.team), Some(device.org))
            }
            _ => return Ok(None),
        }
    } else {
        match sql::account(tx, token.holder).await? {
            Some(account) if account.disabled_at.is_none() => {
                (Principal::Account, None, account.org)
            }
            _ => return Ok(None),
        }
    };
    let door = token.door.parse().or(Err(corrupt(&token, "door")))?;
    let grants = grants_of(sql::grants(tx, token.holder, now).await?)?;
    let read_only = token.read_only != 0;
    Ok(Some(Actor {
        id: token.holder,
        principal,
        door,
        token: Some(token.id),
        team,
        org,
        read_only,
        grants,
        origin: Origin {
            retired: token.retired_at.is_some(),
            ..Origin::default()
        },
    }))
}

pub(super) fn grants_of(rows: Vec<GrantRow>) -> Result<Vec<Grant>, Error> {
    let mut grants: Vec<Grant> = Vec::new();
    for row in rows {
        let role: Role = row.role.parse().or(Err(store::Error::Corrupt {
            table: "identity_grants",
            column: "role",
            id: row.id.to_string(),
        }))?;
        match (
            row.commune,
            grants
                .iter_mut()
                .find(|grant| grant.role == role && grant.scope != Scope::Province),
        ) {
            (
                Some(code),
                Some(Grant {
                    scope: Scope::Communes(codes),
                    ..
                }),
            ) => {
                codes.insert(code);
            }
            (Some(code), _) => grants.push(Grant {
                role,
                scope: Scope::Communes([code].into()),
            }),
            (None, _) => grants.push(Grant {
                role,
                scope: Scope::Province,
            }),
        }
    }
    Ok(grants)
}

fn corrupt(token: &TokenRow, column: &'static str) -> store::Error {
    store::Error::Corrupt {
        table: "identity_tokens",
        column,
        id: token.id.to_string(),
    }
}

pub(super) fn token_view(row: TokenRow) -> TokenView {
    TokenView {
        id: row.id,
        door: row.door,
        label: row.label,
        read_only: row.read_only != 0,
        created_at: row.created_at,
        expires_at: row.expires_at,
        retired_at: row.retired_at,
        revoked_at: row.revoked_at,
        last_used_at: row.last_used_at,
    }
}
