//! Definitions of the ledger: what follows from facts is settled anew after the next is set.

use crate::base::actor::{Actor, Right};
use crate::journal::{Rules, RulesEntry, RulesSet, RulesWire};
use crate::ledger::model::Definition;
use crate::store::{self, Tx};

use super::{Error, Ledger};

/// The kind of job that settles every plot anew.
pub const SETTLE_ALL_JOB: &str = "settle_all_plots";

impl Rules for Definition {
    const BOOK: &'static str = "ledger";
    const FOLLOWED_BY: Option<&'static str> = Some(SETTLE_ALL_JOB);

    fn version(&self) -> u32 {
        self.version
    }

    fn fault(&self) -> Option<String> {
        let fault = self.clone().checked().err();
        fault.map(|fault| fault.to_string())
    }
}

impl Ledger {
    /// The definition that the ledger judges by now.
    pub(super) async fn rules(&self, tx: &mut Tx) -> Result<Definition, store::Error> {
        self.journal.rules(tx).await
    }

    /// Every definition, the oldest first.
    pub async fn definitions(&self, actor: &Actor) -> Result<Vec<RulesEntry<Definition>>, Error> {
        if !actor.may_somewhere(Right::ReadPlots) {
            return Err(Error::Forbidden);
        }
        Ok(self.journal.all_rules().await?)
    }

    /// Sets the next definition; `body` are the bytes as sent.
    pub async fn set_definition(
        &self,
        actor: &Actor,
        wire: RulesWire<Definition>,
        body: &[u8],
    ) -> Result<RulesSet, Error> {
        if !actor.may_in_province(Right::ChangeDefinitions) {
            return Err(Error::Forbidden);
        }
        Ok(self.journal.set_rules(actor.id, wire, body).await?)
    }
}

pub(super) fn parameter(name: &'static str, reason: impl Into<String>) -> Error {
    Error::Parameter {
        name,
        reason: reason.into(),
    }
}
