//! Rules that a province may change: what they are now and were before. Setting the next is a journalled act with a
//! reason; what follows from facts under them is told anew after it.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::base::time::Timestamp;
use crate::store::{self, ActError, Tx};

use super::model::{Kind, Receipt};
use super::service::{Entry, Journal, Written};
use super::sql::{self, RulesRow};

const MOST_REASON_CHARS: usize = 500;

/// Rules with versions. The default is what a province starts with, version 1.
pub trait Rules:
    Default + Serialize + DeserializeOwned + ToSchema + Clone + Send + Sync + 'static
{
    /// The name under which their versions are kept.
    const BOOK: &'static str;
    /// The kind of job that tells anew what was kept under earlier rules.
    const FOLLOWED_BY: Option<&'static str> = None;

    /// Their version.
    fn version(&self) -> u32;

    /// What is wrong with them, and what would be accepted.
    fn fault(&self) -> Option<String>;
}

/// Rules as readers see them.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RulesEntry<R: ToSchema> {
    /// The rules.
    pub definition: R,
    /// Why they were set; null for those that a province starts with.
    pub reason: Option<String>,
    /// When they were set; null for those that a province starts with.
    pub set_at: Option<Timestamp>,
}

/// Rules to be set, with the reason.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RulesWire<R: ToSchema> {
    /// The rules; their version is one more than the newest.
    pub definition: R,
    /// Why they are set.
    pub reason: String,
}

/// What was set.
#[derive(Debug, Serialize, ToSchema)]
pub struct RulesSet {
    /// Its version.
    pub version: u32,
    /// The promise.
    pub receipt: Receipt,
}

/// Why rules were not set.
#[derive(Debug, thiserror::Error)]
pub enum RulesFault {
    /// A field cannot be accepted.
    #[error("{name}: {reason}")]
    Refused {
        /// The field.
        name: &'static str,
        /// What would be accepted.
        reason: String,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl ActError for RulesFault {
    fn store(&self) -> Option<&store::Error> {
        match self {
            Self::Store(error) => Some(error),
            Self::Refused { .. } => None,
        }
    }
}

fn refused(name: &'static str, reason: impl Into<String>) -> RulesFault {
    RulesFault::Refused {
        name,
        reason: reason.into(),
    }
}

impl Journal {
    /// The rules of now.
    pub async fn rules<R: Rules>(&self, tx: &mut Tx) -> Result<R, store::Error> {
        match sql::latest_rules(tx, R::BOOK).await? {
            Some(row) => read(&row),
            None => Ok(R::default()),
        }
    }

    /// The rules as they were when an entry was the last: what was set under its number or a lower one.
    pub async fn rules_as_of<R: Rules>(&self, tx: &mut Tx, seq: i64) -> Result<R, store::Error> {
        match sql::rules_as_of(tx, R::BOOK, seq).await? {
            Some(row) => read(&row),
            None => Ok(R::default()),
        }
    }

    /// Every version of the rules, the oldest first.
    pub async fn all_rules<R: Rules>(&self) -> Result<Vec<RulesEntry<R>>, store::Error> {
        let mut tx = self.store().read().await?;
        let mut entries = vec![RulesEntry {
            definition: R::default(),
            reason: None,
            set_at: None,
        }];
        for row in sql::all_rules(&mut tx, R::BOOK).await? {
            entries.push(RulesEntry {
                definition: read(&row)?,
                set_at: Some(row.set_at),
                reason: Some(row.reason),
            });
        }
        Ok(entries)
    }

    /// Sets the next rules; `body` are the bytes as sent.
    pub async fn set_rules<R: Rules>(
        &self,
        author: Uuid,
        wire: RulesWire<R>,
        body: &[u8],
    ) -> Result<RulesSet, RulesFault> {
        let reason = wire.reason.trim().to_owned();
        if reason.is_empty() || reason.chars().count() > MOST_REASON_CHARS {
            return Err(refused("reason", "1 to 500 characters are needed"));
        }
        if let Some(fault) = wire.definition.fault() {
            return Err(refused("definition", fault));
        }
        let version = wire.definition.version();
        let context = (self.clone(), author, wire.definition, reason, body.to_vec());
        let written = self
            .write(context, |tx, (journal, author, rules, reason, body)| {
                Box::pin(journal.write_rules(tx, *author, rules, (reason, body)))
            })
            .await?;
        let receipt = self.receipt(&written);
        Ok(RulesSet { version, receipt })
    }

    async fn write_rules<R: Rules>(
        &self,
        tx: &mut Tx,
        author: Uuid,
        rules: &R,
        (reason, body): (&str, &[u8]),
    ) -> Result<Written, RulesFault> {
        let newest = self.rules::<R>(tx).await?.version();
        if rules.version() != newest + 1 {
            let expected = format!("version: expected {}, one more than the newest", newest + 1);
            return Err(refused("definition", expected));
        }
        let fact = self.ids().make();
        let entry = Entry {
            kind: Kind::Definition,
            fact,
            actor: author,
            device: None,
            origin: None,
            body,
        };
        let written = self.enter(tx, entry).await?;
        let row = RulesRow {
            version: i64::from(rules.version()),
            definition: serde_json::to_string(rules)
                .map_err(|cause| store::Error::Unavailable(cause.to_string()))?,
            reason: reason.to_owned(),
            entry: written.entry,
            set_at: written.received_at,
        };
        if !sql::insert_rules(tx, R::BOOK, &row).await? {
            return Err(store::Error::Busy("rules were just set".into()).into());
        }
        if let Some(job) = R::FOLLOWED_BY {
            self.queue(tx, job, fact).await?;
        }
        Ok(written)
    }
}

pub(super) fn read<R: Rules>(row: &RulesRow) -> Result<R, store::Error> {
    serde_json::from_str(&row.definition).or(Err(store::Error::Corrupt {
        table: "journal_rules",
        column: "definition",
        id: format!("{} {}", R::BOOK, row.version),
    }))
}
