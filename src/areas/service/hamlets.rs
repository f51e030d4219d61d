//! Hamlets.

use std::collections::HashMap;
use std::io::Read;

use serde_json::json;
use uuid::Uuid;

use crate::areas::model::hamlet::{HamletDraft, HamletKind, read_hamlets};
use crate::areas::model::reader::Limits;
use crate::areas::sql::{self, HamletRow};
use crate::base::actor::{Actor, Right};
use crate::geo::position::Position;
use crate::journal::{Entry, Kind};
use crate::store::{self, Tx};

use super::{Act, Areas, ChangeReport, Error, aside, need_communes, need_province};

/// A hamlet as it is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct Hamlet {
    /// Its id.
    pub id: Uuid,
    /// How often it was set to something else.
    pub version: i64,
    /// What is known of it.
    pub facts: HamletDraft,
}

impl Areas {
    /// Every hamlet by code.
    pub async fn hamlets(&self) -> Result<Vec<Hamlet>, store::Error> {
        let mut tx = self.journal.store().read().await?;
        let mut hamlets = kept(&mut tx).await?;
        hamlets.sort_by(|a, b| a.facts.code.cmp(&b.facts.code));
        Ok(hamlets)
    }

    /// Every hamlet by code, for a reader.
    pub async fn hamlets_for(&self, actor: &Actor) -> Result<Vec<Hamlet>, Error> {
        need_communes(actor)?;
        Ok(self.hamlets().await?)
    }

    /// Loads a file of hamlets: those whose code is known take the file's place and words.
    pub async fn import_hamlets(
        &self,
        actor: &Actor,
        input: impl Read + Send + 'static,
        is_dry_run: bool,
    ) -> Result<ChangeReport, Error> {
        need_province(actor, Right::ImportBoundaries)?;
        let drafts = aside(move || read_hamlets(input, Limits::default())).await??;
        if is_dry_run {
            let mut tx = self.journal.store().read().await?;
            return Ok(counted(&self.hamlet_acts(&mut tx, &drafts).await?));
        }
        let context = (self.clone(), actor.clone(), drafts);
        let acts = self
            .journal
            .write(context, |tx, (areas, actor, drafts)| {
                Box::pin(areas.set_hamlets(tx, actor, drafts))
            })
            .await?;
        self.forget_epoch();
        Ok(counted(&acts))
    }

    /// What setting these hamlets would do to each.
    pub async fn hamlet_acts(
        &self,
        tx: &mut Tx,
        drafts: &[HamletDraft],
    ) -> Result<Vec<Act>, store::Error> {
        let known = by_code(kept(tx).await?);
        let acts = drafts.iter().map(|draft| act(&known, draft));
        Ok(acts.collect())
    }

    /// Sets hamlets in the caller's transaction: those whose code is known take the draft's place and words.
    pub async fn set_hamlets(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        drafts: &[HamletDraft],
    ) -> Result<Vec<Act>, Error> {
        need_province(actor, Right::ImportBoundaries)?;
        sql::advance(tx).await?;
        let known = by_code(kept(tx).await?);
        let mut acts = Vec::with_capacity(drafts.len());
        for draft in drafts {
            let act = act(&known, draft);
            acts.push(act);
            if act == Act::Leave {
                continue;
            }
            let old = known.get(&draft.code);
            let id = old.map_or_else(|| self.journal.ids().make(), |old| old.id);
            let row = row(id, old.map_or(1, |old| old.version + 1), draft);
            let body = json!({
                "code": row.code, "name": row.name, "kind": row.kind, "former_names": draft.former_names,
                "commune": row.commune, "lon": row.lon, "lat": row.lat, "accuracy_m": row.accuracy_m,
                "basis": row.basis,
            })
            .to_string();
            let entry = Entry {
                kind: Kind::Hamlet,
                fact: id,
                actor: actor.id,
                device: None,
                origin: None,
                body: body.as_bytes(),
            };
            let written = self.journal.enter(tx, entry).await?;
            sql::set_hamlet(tx, &row, written.entry).await?;
        }
        Ok(acts)
    }
}

fn counted(acts: &[Act]) -> ChangeReport {
    let mut report = ChangeReport::default();
    for act in acts {
        match act {
            Act::Create => report.added += 1,
            Act::Change => report.changed += 1,
            Act::Leave => report.unchanged += 1,
        }
    }
    report
}

fn act(known: &HashMap<String, Hamlet>, draft: &HamletDraft) -> Act {
    Act::of(known.get(&draft.code).map(|old| {
        let standing = HamletDraft {
            position: old.facts.position.settled(draft.position),
            ..old.facts.clone()
        };
        standing == *draft
    }))
}

async fn kept(tx: &mut Tx) -> Result<Vec<Hamlet>, store::Error> {
    let rows = sql::hamlets(tx).await?;
    rows.into_iter().map(hamlet).collect()
}

fn by_code(hamlets: Vec<Hamlet>) -> HashMap<String, Hamlet> {
    let keyed = hamlets.into_iter().map(|own| (own.facts.code.clone(), own));
    keyed.collect()
}

fn row(id: Uuid, version: i64, draft: &HamletDraft) -> HamletRow {
    HamletRow {
        id,
        code: draft.code.clone(),
        version,
        name: draft.name.clone(),
        kind: draft.kind.as_str().to_owned(),
        former_names: json!(draft.former_names).to_string(),
        commune: draft.commune.clone(),
        lon: draft.position.lon(),
        lat: draft.position.lat(),
        accuracy_m: draft.accuracy_m,
        basis: draft.basis.clone(),
    }
}

fn hamlet(row: HamletRow) -> Result<Hamlet, store::Error> {
    let corrupt = |column| store::Error::Corrupt {
        table: "area_hamlets",
        column,
        id: row.id.to_string(),
    };
    let kind: HamletKind = row.kind.parse().or(Err(corrupt("kind")))?;
    let position = Position::new(row.lon, row.lat).or(Err(corrupt("lat")))?;
    let former_names = serde_json::from_str(&row.former_names).or(Err(corrupt("former_names")))?;
    Ok(Hamlet {
        id: row.id,
        version: row.version,
        facts: HamletDraft {
            code: row.code,
            name: row.name,
            kind,
            former_names,
            commune: row.commune,
            position,
            accuracy_m: row.accuracy_m,
            basis: row.basis,
        },
    })
}
