//! Making secrets: what is written down of one, and what its entry tells.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::base::actor::Door;
use crate::base::hex;
use crate::base::ids::TokenId;
use crate::base::time::Timestamp;
use crate::journal::Journal;
use crate::store::{self, Tx};

use super::super::sql::{self, TokenRow};
use super::Error;

/// A secret just written down.
pub(super) struct Issued {
    /// Under which it can be revoked.
    pub id: TokenId,
    kept: String,
    expires_at: Option<Timestamp>,
}

impl Issued {
    /// What its entry tells, with its end and the SHA-256 of the hash that is kept: another hash in its place is found
    /// by it, and it opens no door.
    pub fn told(&self, mut change: Value) -> Value {
        change["kept_sha256"] = json!(self.kept);
        change["expires_at"] = json!(self.expires_at);
        change
    }
}

/// What an entry tells of a hash that is kept: its SHA-256, in hex. Secrets are 256 random bits and passwords are
/// hashed with a random salt, so that it confirms no guess.
pub(super) fn kept(hash: &[u8]) -> String {
    hex(&crate::journal::model::sha256(hash))
}

/// The SHA-256 under which a secret is kept.
pub(super) fn digest(text: &str) -> [u8; 32] {
    crate::journal::model::sha256(text.as_bytes())
}

/// A fresh secret: 256 random bits, safe in paths.
pub(super) fn secret_text() -> Result<String, Error> {
    let bytes: [u8; 32] = crate::journal::random()?;
    Ok(BASE64.encode(bytes))
}

#[expect(
    clippy::too_many_arguments,
    reason = "one row's columns, named at both call sites' SQL"
)]
pub(super) async fn issue(
    tx: &mut Tx,
    journal: &Journal,
    text: &str,
    holder: Uuid,
    holder_kind: &str,
    door: Door,
    label: &str,
    read_only: bool,
    active: bool,
    life_ms: Option<i64>,
) -> Result<Issued, store::Error> {
    let now = journal.now();
    let row = TokenRow {
        id: TokenId(journal.ids().make()),
        holder,
        holder_kind: holder_kind.to_owned(),
        door: door.as_str().to_owned(),
        label: label.to_owned(),
        read_only: i64::from(read_only),
        active: i64::from(active),
        created_at: now,
        expires_at: life_ms.map(|life| now.plus_millis(life)),
        retired_at: None,
        revoked_at: None,
        last_used_at: None,
    };
    let hash = digest(text);
    sql::insert_token(tx, &row, &hash).await?;
    Ok(Issued {
        id: row.id,
        kept: kept(&hash),
        expires_at: row.expires_at,
    })
}
