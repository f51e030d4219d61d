//! Files in the background: asked for with a reason, approved by a second account, made by a worker, kept for their
//! asker for some days. Every step is an entry.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use crate::base::actor::{Actor, Principal, Right};
use crate::base::hex;
use crate::base::ids::EntryId;
use crate::base::refusal::Refusal;
use crate::base::time::Timestamp;
use crate::base::words::vocabulary;
use crate::journal::{Entry, Kind};
use crate::publish::feature::Collection;
use crate::store::Tx;

use super::filter::Filter;
use super::make::{Count, Wanted};
use super::sql::{self, ExportRow};
use super::{Error, Exports, Format};

const MOST_REASON_CHARS: usize = 500;

vocabulary! {
    /// How far a file in the background has come.
    ExportState: "a state of an export" {
        /// It waits for a second account.
        Asked = "asked",
        /// It waits for a worker.
        Approved = "approved",
        /// It is being made.
        Working = "working",
        /// It can be fetched.
        Ready = "ready",
        /// The second account refused it.
        Refused = "refused",
        /// Its asker took it back.
        Cancelled = "cancelled",
        /// It could not be made.
        Failed = "failed",
        /// Its days are over.
        Expired = "expired",
    }
}

/// What is asked for.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExportDraft {
    /// The collections; several only where the format holds layers (`gpkg`).
    pub collections: Vec<Collection>,
    /// The format.
    pub format: Format,
    /// Which features.
    #[serde(default)]
    pub filter: Filter,
    /// What for, 1 to 500 characters.
    pub reason: String,
}

/// What a second account says.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExportDecision {
    /// Whether the file may be made.
    pub approve: bool,
    /// Why not; needed for a refusal.
    pub reason: Option<String>,
}

/// A file in the background.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ExportView {
    /// Its id.
    pub id: Uuid,
    /// Who asked for it: the only one who may fetch it.
    pub asker: Uuid,
    /// What the asker is called, so that whoever approves knows whom it is for.
    pub asker_name: Option<String>,
    /// The collections.
    pub collections: Vec<Collection>,
    /// The format.
    pub format: Format,
    /// Which features.
    pub filter: Filter,
    /// What for.
    pub reason: String,
    /// How far it is.
    pub state: ExportState,
    /// When it was asked for.
    pub asked_at: Timestamp,
    /// The second account.
    pub decided_by: Option<Uuid>,
    /// When it decided.
    pub decided_at: Option<Timestamp>,
    /// Features written so far.
    pub done: i64,
    /// The last entry that is in the file.
    pub as_of: Option<EntryId>,
    /// Whether nothing came in while it was read.
    pub is_settled: bool,
    /// Features in the file.
    #[schema(value_type = Option<Vec<Count>>)]
    pub features: Option<serde_json::Value>,
    /// Bytes of the file.
    pub bytes: Option<i64>,
    /// Their SHA-256, in hex.
    pub sha256: Option<String>,
    /// Until when it can be fetched.
    pub expires_at: Option<Timestamp>,
    /// Why it was refused or could not be made.
    pub fault: Option<String>,
    /// Where it can be fetched by its asker.
    pub file: Option<String>,
}

impl Exports {
    /// Asks for a file.
    pub async fn ask(&self, actor: &Actor, draft: ExportDraft) -> Result<ExportView, Error> {
        only_accounts(actor)?;
        let wanted = wanted(&draft)?;
        self.layers(actor, &wanted)?;
        let id = self.journal.ids().make();
        let row = ExportRow::asked(id, actor.id, &wanted, &draft.reason, self.journal.now());
        let context = (self.clone(), actor.clone(), row, wanted);
        self.journal
            .write(context, |tx, (exports, actor, row, wanted)| {
                Box::pin(async move {
                    let open = sql::open_of(tx, actor.id).await?;
                    if open >= i64::from(exports.limits.open) {
                        return Err(Error::TooManyOpen(exports.limits.open));
                    }
                    sql::insert(tx, row).await?;
                    let told = json!({
                        "collections": wanted.collections, "format": wanted.format,
                        "filter": wanted.filter.told(), "reason": row.reason,
                    });
                    exports.step(tx, actor.id, row.id, "asked", told).await?;
                    exports.view(tx, row.clone()).await
                })
            })
            .await
    }

    /// Approves or refuses a file that somebody else asked for.
    pub async fn decide(
        &self,
        actor: &Actor,
        id: Uuid,
        decision: ExportDecision,
    ) -> Result<ExportView, Error> {
        only_accounts(actor)?;
        let reason = decision
            .reason
            .as_deref()
            .map(str::trim)
            .unwrap_or_default();
        let is_long = reason.chars().count() > MOST_REASON_CHARS;
        if is_long || (!decision.approve && reason.is_empty()) {
            return Err(Refusal::at(
                "/reason",
                "expected why it is refused, 1 to 500 characters / cần nêu lý do",
            )
            .into());
        }
        let context = (
            self.clone(),
            actor.clone(),
            id,
            decision.approve,
            reason.to_owned(),
        );
        self.journal
            .write(context, |tx, (exports, actor, id, approve, reason)| {
                Box::pin(async move {
                    let row = sql::export(tx, *id).await?.ok_or(Error::NotFound)?;
                    exports.check_second(tx, actor, &row).await?;
                    let now = exports.journal.now();
                    let (state, word) = if *approve {
                        (ExportState::Approved, "approved")
                    } else {
                        (ExportState::Refused, "refused")
                    };
                    if !sql::decide(tx, *id, state, (actor.id, now), reason).await? {
                        return Err(Error::WrongState);
                    }
                    let told = json!({ "reason": reason });
                    exports.step(tx, actor.id, *id, word, told).await?;
                    let row = sql::export(tx, *id).await?.ok_or(Error::NotFound)?;
                    exports.view(tx, row).await
                })
            })
            .await
    }

    /// Takes a file back, whatever its state; its asker may, and whoever may approve it.
    pub async fn cancel(&self, actor: &Actor, id: Uuid) -> Result<ExportView, Error> {
        only_accounts(actor)?;
        let context = (self.clone(), actor.clone(), id);
        let (view, attempts) = self
            .journal
            .write(context, |tx, (exports, actor, id)| {
                Box::pin(async move {
                    let row = sql::export(tx, *id).await?.ok_or(Error::NotFound)?;
                    if row.asker != actor.id && !may_approve(actor, &row)? {
                        return Err(Error::NotFound);
                    }
                    if !sql::cancel(tx, *id, exports.journal.now()).await? {
                        return Err(Error::WrongState);
                    }
                    exports
                        .step(tx, actor.id, *id, "cancelled", json!({}))
                        .await?;
                    let attempts = row.attempt;
                    let row = sql::export(tx, *id).await?.ok_or(Error::NotFound)?;
                    Ok((exports.view(tx, row).await?, attempts))
                })
            })
            .await?;
        self.drop_file(id, attempts).await;
        Ok(view)
    }

    /// The caller's own files, and those that wait for a second account and may be approved by the caller; the newest
    /// first.
    pub async fn list(&self, actor: &Actor) -> Result<Vec<ExportView>, Error> {
        only_accounts(actor)?;
        let mut tx = self.journal.store().read().await?;
        let mut rows = sql::exports_of(&mut tx, actor.id).await?;
        for row in sql::waiting(&mut tx).await? {
            if row.asker != actor.id && may_approve(actor, &row)? {
                rows.push(row);
            }
        }
        rows.sort_by_key(|row| std::cmp::Reverse((row.asked_at, row.id)));
        let mut views = Vec::with_capacity(rows.len());
        for row in rows {
            views.push(self.view(&mut tx, row).await?);
        }
        Ok(views)
    }

    /// One file, of the caller or to be approved by the caller.
    pub async fn export(&self, actor: &Actor, id: Uuid) -> Result<ExportView, Error> {
        only_accounts(actor)?;
        let mut tx = self.journal.store().read().await?;
        let row = sql::export(&mut tx, id).await?.ok_or(Error::NotFound)?;
        if row.asker != actor.id && !may_approve(actor, &row)? {
            return Err(Error::NotFound);
        }
        self.view(&mut tx, row).await
    }

    async fn view(&self, tx: &mut Tx, row: ExportRow) -> Result<ExportView, Error> {
        let asker_name = self.identity.name_of(tx, row.asker).await?;
        Ok(ExportView {
            asker_name,
            ..view(row)?
        })
    }

    /// The asker's file, ready to be fetched.
    pub(super) async fn ready(&self, actor: &Actor, id: Uuid) -> Result<ExportRow, Error> {
        let mut tx = self.journal.store().read().await?;
        let row = sql::export(&mut tx, id).await?;
        let row = row.filter(|row| row.asker == actor.id);
        let row = row.ok_or(Error::NotFound)?;
        match row.state()? {
            ExportState::Ready => {}
            ExportState::Expired => return Err(Error::Gone),
            _ => return Err(Error::WrongState),
        }
        let now = self.journal.now();
        if row.expires_at.is_none_or(|until| until <= now) {
            return Err(Error::Gone);
        }
        // Rights that went meanwhile take the file with them.
        self.layers(actor, &row.wanted()?)?;
        Ok(row)
    }

    /// Whether the caller may stand beside the asker.
    async fn check_second(&self, tx: &mut Tx, actor: &Actor, row: &ExportRow) -> Result<(), Error> {
        if !may_approve(actor, row)? {
            return Err(Error::NotFound);
        }
        let is_same = row.asker == actor.id
            || self.identity.may_be_one(tx, row.asker, actor.id).await?
            || self.identity.may_be_one(tx, actor.id, row.asker).await?;
        if is_same {
            return Err(Error::SecondAccount);
        }
        Ok(())
    }

    pub(super) async fn step(
        &self,
        tx: &mut Tx,
        actor: Uuid,
        id: Uuid,
        step: &str,
        mut told: serde_json::Value,
    ) -> Result<EntryId, Error> {
        told["what"] = "export".into();
        told["step"] = step.into();
        let body = serde_json::to_vec(&told).unwrap_or_default();
        let entry = Entry {
            kind: Kind::View,
            fact: id,
            actor,
            device: None,
            origin: None,
            body: &body,
        };
        Ok(self.journal.enter(tx, entry).await?.entry)
    }
}

/// What a draft wants, when it can be answered.
fn wanted(draft: &ExportDraft) -> Result<Wanted, Error> {
    let reason = draft.reason.trim();
    let mut refusal = Refusal::default();
    if reason.is_empty() || reason.chars().count() > MOST_REASON_CHARS {
        refusal.add(
            "/reason",
            "expected 1 to 500 characters / cần nêu lý do, từ 1 đến 500 ký tự",
        );
    }
    let distinct: BTreeSet<_> = draft.collections.iter().collect();
    if distinct.is_empty() || distinct.len() < draft.collections.len() {
        refusal.add("/collections", "expected one or more, each once");
    } else if distinct.len() > 1 && !draft.format.holds_several() {
        refusal.add(
            "/collections",
            "this format holds one collection; several go into gpkg",
        );
    }
    Ok(refusal.or(Wanted {
        collections: draft.collections.clone(),
        format: draft.format,
        filter: draft.filter.clone(),
    })?)
}

/// Files are bound to people: a phone or a token that only reads has none in the background.
fn only_accounts(actor: &Actor) -> Result<(), Error> {
    if actor.principal == Principal::Account && !actor.read_only {
        Ok(())
    } else {
        Err(Error::Forbidden)
    }
}

/// Whether the caller holds the right where the file's features are: in the commune that it is narrowed to, or in the
/// whole province.
fn may_approve(actor: &Actor, row: &ExportRow) -> Result<bool, Error> {
    let filter = row.wanted()?.filter;
    Ok(match &filter.commune {
        Some(code) => actor.may(Right::ApproveExports, Some(code)),
        None => actor.may_in_province(Right::ApproveExports),
    })
}

fn view(row: ExportRow) -> Result<ExportView, Error> {
    let (wanted, state) = (row.wanted()?, row.state()?);
    let is_ready = state == ExportState::Ready;
    let features = row.features.as_deref().map(serde_json::from_str);
    Ok(ExportView {
        id: row.id,
        asker: row.asker,
        asker_name: None,
        collections: wanted.collections,
        format: wanted.format,
        filter: wanted.filter,
        reason: row.reason,
        state,
        asked_at: row.asked_at,
        decided_by: row.decided_by,
        decided_at: row.decided_at,
        done: row.done,
        as_of: row.as_of,
        is_settled: row.is_settled != 0,
        features: features.transpose().ok().flatten(),
        bytes: is_ready.then_some(row.bytes),
        sha256: row.sha256.as_deref().map(hex),
        expires_at: row.expires_at,
        fault: row.fault.filter(|fault| !fault.is_empty()),
        file: is_ready.then(|| format!("/api/v1/exports/{}/file", row.id)),
    })
}
