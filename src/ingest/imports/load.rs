//! A file is loaded as it was told of, all of it in one transaction, or not at all.

use bytes::{Bytes, BytesMut};
use serde_json::json;
use uuid::Uuid;

use crate::areas::Act;
use crate::base::actor::Actor;
use crate::base::hex;
use crate::base::refusal::Refusal;
use crate::journal::model::sha256;
use crate::journal::{Entry, Kind};
use crate::store::Tx;

use super::check::{Content, ImportOptions, Looked, plan_of, shelf};
use super::names::ImportKind;
use super::report::{ImportState, ImportView};
use super::sql::{self, ImportRow};
use super::{Error, Imports, need};

const MOST_REASON_CHARS: usize = 500;

/// A file on its way in.
struct Loading {
    imports: Imports,
    actor: Actor,
    row: ImportRow,
    reason: String,
    content: Content,
}

impl Imports {
    /// The caller's own files, the newest first.
    pub async fn list(&self, actor: &Actor) -> Result<Vec<ImportView>, Error> {
        let mut tx = self.journal.store().read().await?;
        let rows = sql::of_asker(&mut tx, actor.id).await?;
        Ok(rows.iter().map(ImportView::of).collect::<Result<_, _>>()?)
    }

    /// One file of the caller's.
    pub async fn view(&self, actor: &Actor, id: Uuid) -> Result<ImportView, Error> {
        Ok(ImportView::of(&self.own(actor, id).await?)?)
    }

    async fn own(&self, actor: &Actor, id: Uuid) -> Result<ImportRow, Error> {
        let mut tx = self.journal.store().read().await?;
        sql::one(&mut tx, id, actor.id)
            .await?
            .ok_or(Error::NotFound)
    }

    /// Loads what the report of a file told. Loaded already: the same answer again.
    pub async fn load(
        &self,
        actor: &Actor,
        id: Uuid,
        told: &str,
        reason: Option<&str>,
    ) -> Result<ImportView, Error> {
        let row = self.own(actor, id).await?;
        let view = ImportView::of(&row)?;
        need(actor, view.kind)?;
        if !view.sha256.eq_ignore_ascii_case(told) {
            return Err(Error::OtherFile);
        }
        match view.state {
            ImportState::Loaded => return Ok(view),
            ImportState::Checked if row.expires_at > self.journal.now() => {}
            _ => return Err(Error::WrongState),
        }
        let reason = reason_of(reason, &view)?;
        let options: ImportOptions =
            serde_json::from_str(&row.options).or(Err(row.corrupt("options")))?;
        let bytes = self.bytes(&row).await?;
        let Looked {
            report, content, ..
        } = self.look(actor, &options, bytes).await?;
        if !report.is_loadable() {
            return Err(Error::Overtaken);
        }
        let loading = Loading {
            imports: self.clone(),
            actor: actor.clone(),
            row,
            reason,
            content,
        };
        let loaded = self
            .journal
            .write(loading, |tx, loading| Box::pin(loading.run(tx)))
            .await;
        self.areas.forget_epoch();
        let loaded = loaded?;
        self.drop_bytes(id).await;
        Ok(loaded)
    }

    /// Forgets a file that waits; what was loaded stays.
    pub async fn forget(&self, actor: &Actor, id: Uuid) -> Result<ImportView, Error> {
        let row = self.own(actor, id).await?;
        if !self.end(id).await? {
            return Err(Error::WrongState);
        }
        self.drop_bytes(id).await;
        Ok(ImportView::of(&ImportRow {
            state: ImportState::Expired.as_str().to_owned(),
            ..row
        })?)
    }

    /// Forgets the files whose days are over.
    pub async fn expire(&self) -> Result<(), Error> {
        let now = self.journal.now();
        let mut tx = self.journal.store().read().await?;
        let due = sql::due(&mut tx, now).await?;
        drop(tx);
        for id in due {
            if self.end(id).await? {
                self.drop_bytes(id).await;
            }
        }
        Ok(())
    }

    /// Ends a file's waiting; false when it did not wait.
    pub(super) async fn end(&self, id: Uuid) -> Result<bool, Error> {
        self.journal
            .write(id, |tx, id| {
                Box::pin(async move { Ok::<_, Error>(sql::expire(tx, *id).await?) })
            })
            .await
    }

    async fn bytes(&self, row: &ImportRow) -> Result<Bytes, Error> {
        let mut whole = BytesMut::new();
        let mut number = 0;
        while let Some(piece) = self.blobs.shelved(shelf(row.id), number).await? {
            whole.extend_from_slice(&piece);
            number += 1;
        }
        if sha256(&whole).as_slice() != row.sha256.as_slice() {
            return Err(Error::WrongState);
        }
        Ok(whole.freeze())
    }

    /// What fails here is only room: the bytes are told of by nobody any more.
    async fn drop_bytes(&self, id: Uuid) {
        if let Err(error) = self.blobs.clear_shelf(shelf(id)).await {
            tracing::warn!(%error, "the bytes of an import could not be removed");
        }
    }
}

/// Risk areas change for a stated reason; elsewhere one may be stated.
fn reason_of(reason: Option<&str>, view: &ImportView) -> Result<String, Error> {
    let reason = reason.map(str::trim).filter(|reason| !reason.is_empty());
    if reason.is_some_and(|reason| reason.chars().count() > MOST_REASON_CHARS) {
        return Err(Refusal::at("/reason", "at most 500 characters / tối đa 500 ký tự").into());
    }
    match reason {
        Some(reason) => Ok(reason.to_owned()),
        None if view.kind == ImportKind::RiskAreas => Err(Refusal::at(
            "/reason",
            "is needed: why the areas change / cần nêu lý do thay đổi",
        )
        .into()),
        None => Ok(format!("nạp từ tệp {}", view.name)),
    }
}

impl Loading {
    async fn run(&self, tx: &mut Tx) -> Result<ImportView, Error> {
        let imports = &self.imports;
        let acts = imports.acts(tx, &self.content).await?;
        if plan_of(&acts).as_slice() != self.row.plan.as_slice() {
            return Err(Error::Overtaken);
        }
        let count = |wanted: Act| acts.iter().filter(|act| **act == wanted).count();
        let body = json!({
            "import": self.row.id,
            "kind": self.row.kind,
            "name": self.row.name,
            "sha256": hex(&self.row.sha256),
            "bytes": self.row.bytes,
            "reason": self.reason,
            "create": count(Act::Create),
            "change": count(Act::Change),
            "leave": count(Act::Leave),
        })
        .to_string();
        let entry = Entry {
            kind: Kind::Import,
            fact: self.row.id,
            actor: self.actor.id,
            device: None,
            origin: Some(&self.actor.origin),
            body: body.as_bytes(),
        };
        let written = imports.journal.enter(tx, entry).await?;
        if !sql::set_loaded(tx, self.row.id, written.received_at, written.entry).await? {
            return Err(Error::WrongState);
        }
        let done = match &self.content {
            Content::Plots(all) => imports.plots.record_listed(tx, all).await?,
            Content::RiskAreas(all) => {
                imports
                    .areas
                    .set_risk_areas(tx, &self.actor, all, &self.reason)
                    .await?
            }
            Content::Gates(all) => imports.areas.set_gates(tx, &self.actor, all).await?,
            Content::Hamlets(all) => imports.areas.set_hamlets(tx, &self.actor, all).await?,
        };
        if done != acts {
            return Err(Error::Overtaken);
        }
        Ok(ImportView::of(&ImportRow {
            state: ImportState::Loaded.as_str().to_owned(),
            loaded_at: Some(written.received_at),
            entry: Some(written.entry),
            ..self.row.clone()
        })?)
    }
}
