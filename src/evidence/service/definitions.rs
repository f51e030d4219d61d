//! The rules of grades and of screens. Grades are told anew under the latest; screens go by the latest from then on.

use crate::base::actor::{Actor, Right};
use crate::evidence::model::grade::GradeRules;
use crate::evidence::model::screens::ScreenRules;
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

impl Rules for ScreenRules {
    const BOOK: &'static str = "screens";

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

    /// The rules that photos are screened by now.
    pub(super) async fn screen_rules(&self, tx: &mut Tx) -> Result<ScreenRules, store::Error> {
        self.journal.rules(tx).await
    }

    /// Every version of one book's rules, the oldest first.
    pub async fn all_rules<R: Rules>(&self, actor: &Actor) -> Result<Vec<RulesEntry<R>>, Error> {
        if !actor.may_somewhere(Right::ReadPhotos) {
            return Err(Error::Forbidden);
        }
        Ok(self.journal.all_rules().await?)
    }

    /// Sets the next rules of one book; `body` are the bytes as sent.
    pub async fn set_rules<R: Rules>(
        &self,
        actor: &Actor,
        wire: RulesWire<R>,
        body: &[u8],
    ) -> Result<RulesSet, Error> {
        if !actor.may_in_province(Right::ChangeDefinitions) {
            return Err(Error::Forbidden);
        }
        Ok(self.journal.set_rules(actor.id, wire, body).await?)
    }
}
