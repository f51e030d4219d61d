//! The rules of grades: setting the next is a journalled act; grades are told anew under the latest.

use serde::Serialize;

use crate::base::actor::{Actor, Right};
use crate::base::time::Timestamp;
use crate::evidence::model::grade::GradeRules;
use crate::evidence::sql::{self, RulesRow};
use crate::journal::{Entry, Kind, Receipt, Written};
use crate::store::{self, Tx};

use super::{Error, Evidence};

const MOST_REASON_CHARS: usize = 500;

/// Rules as readers see them.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct RulesEntry {
    /// The rules.
    pub definition: GradeRules,
    /// Why they were set; null for those that a province starts with.
    pub reason: Option<String>,
    /// When they were set; null for those that a province starts with.
    pub set_at: Option<Timestamp>,
}

impl Evidence {
    /// The rules that photos are graded by now.
    pub async fn rules(&self, tx: &mut Tx) -> Result<GradeRules, store::Error> {
        match sql::rules(tx).await? {
            Some(row) => read(&row),
            None => Ok(GradeRules::default()),
        }
    }

    /// Every version of the rules, the oldest first.
    pub async fn all_rules(&self, actor: &Actor) -> Result<Vec<RulesEntry>, Error> {
        if !actor.may_somewhere(Right::ReadPhotos) {
            return Err(Error::Forbidden);
        }
        let mut tx = self.journal.store().read().await?;
        let mut entries = vec![RulesEntry {
            definition: GradeRules::default(),
            reason: None,
            set_at: None,
        }];
        for row in sql::all_rules(&mut tx).await? {
            entries.push(RulesEntry {
                definition: read(&row)?,
                set_at: Some(row.set_at),
                reason: Some(row.reason),
            });
        }
        Ok(entries)
    }

    /// Sets the next rules; `body` are the bytes as sent.
    pub async fn set_rules(
        &self,
        actor: &Actor,
        rules: GradeRules,
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
        let rules = rules
            .checked()
            .map_err(|fault| parameter("definition", fault.to_string()))?;
        let context = (self.clone(), actor.clone(), rules, reason, body.to_vec());
        let written = self
            .journal
            .write(context, |tx, (evidence, actor, rules, reason, body)| {
                Box::pin(evidence.write_rules(tx, actor, rules, reason, body))
            })
            .await?;
        Ok(self.journal.receipt(&written))
    }

    async fn write_rules(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        rules: &GradeRules,
        reason: &str,
        body: &[u8],
    ) -> Result<Written, Error> {
        let newest = self.rules(tx).await?.version;
        if rules.version != newest + 1 {
            let expected = format!("version: expected {}, one more than the newest", newest + 1);
            return Err(parameter("definition", expected));
        }
        let entry = Entry {
            kind: Kind::Definition,
            fact: self.journal.ids().make(),
            actor: actor.id,
            device: None,
            body,
        };
        let written = self.journal.enter(tx, entry).await?;
        let row = RulesRow {
            version: i64::from(rules.version),
            definition: serde_json::to_string(rules)
                .map_err(|cause| store::Error::Unavailable(cause.to_string()))?,
            reason: reason.to_owned(),
            entry: written.entry,
            set_at: written.received_at,
        };
        if !sql::insert_rules(tx, &row).await? {
            return Err(store::Error::Busy("rules were just set".into()).into());
        }
        Ok(written)
    }
}

pub(super) fn parameter(name: &'static str, reason: impl Into<String>) -> Error {
    Error::Parameter {
        name,
        reason: reason.into(),
    }
}

fn read(row: &RulesRow) -> Result<GradeRules, store::Error> {
    serde_json::from_str(&row.definition).or(Err(store::Error::Corrupt {
        table: "evidence_definitions",
        column: "definition",
        id: row.version.to_string(),
    }))
}
