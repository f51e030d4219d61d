//! What the entries of the log tell of identity, by what each is about.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use uuid::Uuid;

use crate::base::ids::EntryId;
use crate::base::time::Timestamp;
use crate::journal::Kind;
use crate::journal::audit::each_content;
use crate::store::{self, Tx};

/// One entry as it tells.
#[derive(Debug)]
pub(super) struct Act {
    pub entry: EntryId,
    pub actor: Uuid,
    pub at: Timestamp,
    pub said: Value,
}

impl Act {
    /// Whether it says so of this.
    pub fn is(&self, name: &str) -> bool {
        self.said[name] == true
    }

    /// Whether it speaks of this at all.
    pub fn tells(&self, name: &str) -> bool {
        self.said.get(name).is_some()
    }
}

/// The entries of a kind by their fact, each fact's in order of time.
pub(super) type ByFact = BTreeMap<Uuid, Vec<Act>>;

/// Every entry about identity.
#[derive(Debug)]
pub(super) struct Acts {
    pub orgs: ByFact,
    pub accounts: ByFact,
    pub devices: ByFact,
    pub grants: ByFact,
    pub tokens: ByFact,
    pub enrolments: ByFact,
    pub keys: ByFact,
}

impl Acts {
    pub async fn of(tx: &mut Tx) -> Result<Self, store::Error> {
        Ok(Self {
            orgs: by_fact(tx, Kind::Org).await?,
            accounts: by_fact(tx, Kind::Account).await?,
            devices: by_fact(tx, Kind::Device).await?,
            grants: by_fact(tx, Kind::Grant).await?,
            tokens: by_fact(tx, Kind::Token).await?,
            enrolments: by_fact(tx, Kind::Enrolment).await?,
            keys: by_fact(tx, Kind::DeviceKey).await?,
        })
    }
}

async fn by_fact(tx: &mut Tx, kind: Kind) -> Result<ByFact, store::Error> {
    let mut all = ByFact::new();
    each_content(tx, kind, |entry| {
        let act = Act {
            entry: entry.id,
            actor: entry.actor,
            at: entry.received_at,
            said: serde_json::from_slice(&entry.body).unwrap_or_default(),
        };
        all.entry(entry.fact.unwrap_or_default())
            .or_default()
            .push(act);
    })
    .await?;
    for acts in all.values_mut() {
        acts.sort_by_key(|act| act.at);
    }
    Ok(all)
}

/// What is told of one thing.
pub(super) fn about(all: &ByFact, fact: Uuid) -> &[Act] {
    all.get(&fact).map_or(&[], Vec::as_slice)
}

/// Acts that rows were found for.
#[derive(Debug, Default)]
pub(super) struct Found(pub BTreeSet<EntryId>);

impl Found {
    /// The act that fits a row of that time best: one that no row was found for, and the nearest of these.
    pub fn nearest<'a>(
        &mut self,
        acts: &'a [Act],
        at: Timestamp,
        fits: impl Fn(&Act) -> bool,
    ) -> Option<&'a Act> {
        let fitting = acts.iter().filter(|act| fits(act));
        let best =
            fitting.min_by_key(|act| (self.0.contains(&act.entry), act.at.since(at).abs()))?;
        self.0.insert(best.entry);
        Some(best)
    }
}
