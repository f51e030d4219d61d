//! Definitions of the ledger: setting the next is a journalled act; what follows from facts is settled anew after it.

use serde::Serialize;

use crate::base::actor::{Actor, Right};
use crate::base::time::Timestamp;
use crate::journal::{Entry, Kind, Receipt, Written};
use crate::ledger::model::Definition;
use crate::ledger::sql::{self, DefinitionRow};
use crate::store::{self, Tx};

use super::{Error, Ledger};

/// The kind of job that settles every plot anew.
pub const SETTLE_ALL_JOB: &str = "settle_all_plots";

const MOST_REASON_CHARS: usize = 500;

/// A definition as readers see it.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct DefinitionEntry {
    /// The definition.
    pub definition: Definition,
    /// Why it was set; null for the one that a province starts with.
    pub reason: Option<String>,
    /// When it was set; null for the one that a province starts with.
    pub set_at: Option<Timestamp>,
}

impl Ledger {
    /// The definition that the ledger judges by now.
    pub(super) async fn rules(&self, tx: &mut Tx) -> Result<Definition, store::Error> {
        match sql::definition(tx).await? {
            Some(row) => read(&row),
            None => Ok(Definition::default()),
        }
    }

    /// Every definition, the oldest first.
    pub async fn definitions(&self, actor: &Actor) -> Result<Vec<DefinitionEntry>, Error> {
        if !actor.may_somewhere(Right::ReadPlots) {
            return Err(Error::Forbidden);
        }
        let mut tx = self.journal.store().read().await?;
        let mut entries = vec![DefinitionEntry {
            definition: Definition::default(),
            reason: None,
            set_at: None,
        }];
        for row in sql::definitions(&mut tx).await? {
            entries.push(DefinitionEntry {
                definition: read(&row)?,
                set_at: Some(row.set_at),
                reason: Some(row.reason),
            });
        }
        Ok(entries)
    }

    /// Sets the next definition; `body` are the bytes as sent.
    pub async fn set_definition(
        &self,
        actor: &Actor,
        definition: Definition,
        reason: &str,
        body: &[u8],
    ) -> Result<Receipt, Error> {
        if !actor.may_in_province(Right::ChangeDefinitions) {
            return Err(Error::Forbidden);
        }
        let reason = reason.trim().to_owned();
        if reason.is_empty() || reason.chars().count() > MOST_REASON_CHARS {
            return Err(parameter("reason", "1 to 500 characters are needed"));
        }
        let definition = definition
            .checked()
            .map_err(|fault| parameter("definition", fault.to_string()))?;
        let context = (
            self.clone(),
            actor.clone(),
            definition,
            reason,
            body.to_vec(),
        );
        let written = self
            .journal
            .write(context, |tx, (ledger, actor, definition, reason, body)| {
                Box::pin(ledger.write_definition(tx, actor, definition, reason, body))
            })
            .await?;
        Ok(self.journal.receipt(&written))
    }

    async fn write_definition(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        definition: &Definition,
        reason: &str,
        body: &[u8],
    ) -> Result<Written, Error> {
        let newest = self.rules(tx).await?.version;
        if definition.version != newest + 1 {
            let expected = format!("version: expected {}, one more than the newest", newest + 1);
            return Err(parameter("definition", expected));
        }
        let id = self.journal.ids().make();
        let entry = Entry {
            kind: Kind::Definition,
            fact: id,
            actor: actor.id,
            device: None,
            body,
        };
        let written = self.journal.enter(tx, entry).await?;
        let row = DefinitionRow {
            version: i64::from(definition.version),
            definition: serde_json::to_string(definition)
                .map_err(|cause| store::Error::Unavailable(cause.to_string()))?,
            reason: reason.to_owned(),
            entry: written.entry,
            set_at: written.received_at,
        };
        if !sql::insert_definition(tx, &row).await? {
            return Err(store::Error::Busy("a definition was just set".into()).into());
        }
        self.journal.queue(tx, SETTLE_ALL_JOB, id).await?;
        Ok(written)
    }
}

pub(super) fn parameter(name: &'static str, reason: impl Into<String>) -> Error {
    Error::Parameter {
        name,
        reason: reason.into(),
    }
}

fn read(row: &DefinitionRow) -> Result<Definition, store::Error> {
    serde_json::from_str(&row.definition).or(Err(store::Error::Corrupt {
        table: "ledger_definitions",
        column: "definition",
        id: row.version.to_string(),
    }))
}
