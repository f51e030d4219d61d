//! The rules of grades: grades are told anew under the latest.

use crate::base::actor::{Actor, Right};
use crate::evidence::model::grade::GradeRules;
use crate::journal::{Rules, RulesEntry, RulesSet, RulesWire};
use crate::store::{self, Tx};

use super::{Error, Evidence};

impl Rules for GradeRules {
    const BOOK: &'static str = "grades";

    fn version(&self) -> u32 {
        self.version
    }

    fn fault(&self) -> Option<String> {
        let fault = self.clone().checked().err();
        fault.map(|fault| fault.to_string())
    }
}

impl Evidence {
    /// The rules that photos are graded by now.
    pub async fn rules(&self, tx: &mut Tx) -> Result<GradeRules, store::Error> {
        self.journal.rules(tx).await
    }

    /// Every version of the rules, the oldest first.
    pub async fn all_rules(&self, actor: &Actor) -> Result<Vec<RulesEntry<GradeRules>>, Error> {
        if !actor.may_somewhere(Right::ReadPhotos) {
            return Err(Error::Forbidden);
        }
        Ok(self.journal.all_rules().await?)
    }

    /// Sets the next rules; `body` are the bytes as sent.
    pub async fn set_rules(
        &self,
        actor: &Actor,
        wire: RulesWire<GradeRules>,
        body: &[u8],
    ) -> Result<RulesSet, Error> {
        if !actor.may_in_province(Right::ChangeDefinitions) {
            return Err(Error::Forbidden);
        }
        Ok(self.journal.set_rules(actor.id, wire, body).await?)
    }
}
