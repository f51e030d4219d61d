//! Border gates.

use std::io::Read;

use serde_json::json;
use uuid::Uuid;

use crate::areas::model::gate::{GateDraft, GateKind, read_gates};
use crate::areas::model::reader::Limits;
use crate::areas::sql::{self, GateRow};
use crate::base::actor::{Actor, Right};
use crate::geo::position::Position;
use crate::journal::{Entry, Journal, Kind};
use crate::store::{self, Tx};

use super::risk::ChangeReport;
use super::{Act, Areas, Error, aside, need_communes, need_province};

/// A gate as it is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct Gate {
    /// Its id.
    pub id: Uuid,
    /// What is known of it.
    pub facts: GateDraft,
}

impl Areas {
    /// Every gate by code.
    pub async fn gates(&self) -> Result<Vec<Gate>, store::Error> {
        let mut tx = self.journal.store().read().await?;
        let rows = sql::gates(&mut tx).await?;
        let mut gates = rows.into_iter().map(gate).collect::<Result<Vec<_>, _>>()?;
        gates.sort_by(|a, b| a.facts.code.cmp(&b.facts.code));
        Ok(gates)
    }

    /// Every gate by code, for a reader.
    pub async fn gates_for(&self, actor: &Actor) -> Result<Vec<Gate>, Error> {
        need_communes(actor)?;
        Ok(self.gates().await?)
    }

    /// Loads a file of gates: those whose code is known take the file's place and words.
    pub async fn import_gates(
        &self,
        actor: &Actor,
        input: impl Read + Send + 'static,
        is_dry_run: bool,
    ) -> Result<ChangeReport, Error> {
        need_province(actor, Right::ImportBoundaries)?;
        let drafts = aside(move || read_gates(input, Limits::default())).await??;
        if is_dry_run {
            let mut tx = self.journal.store().read().await?;
            return Ok(ChangeReport::of(&self.gate_acts(&mut tx, &drafts).await?));
        }
        let context = (self.clone(), actor.clone(), drafts);
        self.journal
            .write(context, |tx, (areas, actor, drafts)| {
                Box::pin(async move {
                    let acts = areas.set_gates(tx, actor, drafts).await?;
                    Ok::<_, Error>(ChangeReport::of(&acts))
                })
            })
            .await
    }

    /// What setting these gates would do to each.
    pub async fn gate_acts(
        &self,
        tx: &mut Tx,
        drafts: &[GateDraft],
    ) -> Result<Vec<Act>, store::Error> {
        let known = kept(tx).await?;
        Ok(drafts.iter().map(|draft| act(&known, draft)).collect())
    }

    /// Sets gates in the caller's transaction: those whose code is known take the draft's place and words.
    pub async fn set_gates(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        drafts: &[GateDraft],
    ) -> Result<Vec<Act>, Error> {
        need_province(actor, Right::ImportBoundaries)?;
        set_all(tx, &self.journal, actor, drafts).await
    }
}

async fn kept(tx: &mut Tx) -> Result<Vec<Gate>, store::Error> {
    let rows = sql::gates(tx).await?;
    rows.into_iter().map(gate).collect()
}

fn act(known: &[Gate], draft: &GateDraft) -> Act {
    let old = known.iter().find(|gate| gate.facts.code == draft.code);
    Act::of(old.map(|old| {
        let standing = GateDraft {
            position: old.facts.position.settled(draft.position),
            ..old.facts.clone()
        };
        standing == *draft
    }))
}

async fn set_all(
    tx: &mut Tx,
    journal: &Journal,
    actor: &Actor,
    drafts: &[GateDraft],
) -> Result<Vec<Act>, Error> {
    sql::advance(tx).await?;
    let known = kept(tx).await?;
    let mut acts = Vec::with_capacity(drafts.len());
    for draft in drafts {
        let act = act(&known, draft);
        acts.push(act);
        if act == Act::Leave {
            continue;
        }
        let old = known.iter().find(|gate| gate.facts.code == draft.code);
        let id = old.map_or_else(|| journal.ids().make(), |old| old.id);
        let row = row(id, draft);
        let body = json!({
            "code": row.code, "name": row.name, "kind": row.kind, "commune": row.commune,
            "lon": row.lon, "lat": row.lat, "accuracy_m": row.accuracy_m, "basis": row.basis,
        })
        .to_string();
        let entry = Entry {
            kind: Kind::Gate,
            fact: id,
            actor: actor.id,
            device: None,
            origin: None,
            body: body.as_bytes(),
        };
        let written = journal.enter(tx, entry).await?;
        sql::set_gate(tx, &row, written.entry).await?;
    }
    Ok(acts)
}

fn row(id: Uuid, draft: &GateDraft) -> GateRow {
    GateRow {
        id,
        code: draft.code.clone(),
        name: draft.name.clone(),
        kind: draft.kind.as_str().to_owned(),
        commune: draft.commune.clone(),
        lon: draft.position.lon(),
        lat: draft.position.lat(),
        accuracy_m: draft.accuracy_m,
        basis: draft.basis.clone(),
    }
}

fn gate(row: GateRow) -> Result<Gate, store::Error> {
    let corrupt = |column| store::Error::Corrupt {
        table: "area_gates",
        column,
        id: row.id.to_string(),
    };
    let kind: GateKind = row.kind.parse().or(Err(corrupt("kind")))?;
    let position = Position::new(row.lon, row.lat).or(Err(corrupt("lat")))?;
    Ok(Gate {
        id: row.id,
        facts: GateDraft {
            code: row.code,
            name: row.name,
            kind,
            commune: row.commune,
            position,
            accuracy_m: row.accuracy_m,
            basis: row.basis,
        },
    })
}
