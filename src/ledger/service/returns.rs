//! Who may send work back for completing, and who answers. Whoever might accept it may send it back; whose work it is
//! answers.

use uuid::Uuid;

use crate::base::actor::Actor;
use crate::base::ids::OrgId;
use crate::base::personal::looks_personal;
use crate::base::refusal::Refusal;
use crate::ledger::model::Act;
use crate::ledger::model::facts::{Reply, Return};
use crate::ledger::model::words::FactKind;
use crate::ledger::sql::{self, PlotRow};
use crate::store::Tx;

use super::check::versions_of;
use super::material;
use super::{Error, Ledger};

impl Ledger {
    /// A return needs what an approval, or of a recording a verification, would need.
    pub(super) async fn check_return(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        said: &Return,
        plot: &PlotRow,
    ) -> Result<(), Error> {
        check_text("/reason", &said.reason)?;
        if let Some(eradication) = said.eradication {
            return self
                .check_every_version(tx, actor, plot.id, eradication)
                .await;
        }
        self.check_independent(tx, actor, plot.author, plot.org)
            .await?;
        let read = said.version.map_or(0, i64::from);
        if (1..=plot.version).contains(&read) {
            return Ok(());
        }
        Err(Refusal::at("/version", "no such version of this plot").into())
    }

    /// Only those whose work went back answer.
    pub(super) async fn check_reply(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        said: &Reply,
        plot: &PlotRow,
    ) -> Result<(), Error> {
        check_text("/text", &said.text)?;
        let known = sql::fact(tx, said.returned).await?;
        let known =
            known.filter(|own| own.plot == plot.id && own.kind == FactKind::Return.as_str());
        let known = known.map(|own| material::read(&own)).transpose()?;
        let Some(Act::Return(returned)) = known.map(|own| own.act) else {
            return Err(Refusal::at("/returned", "no such return of this plot").into());
        };
        let side: Vec<(Uuid, Option<OrgId>)> = match returned.eradication {
            None => vec![(plot.author, plot.org)],
            Some(eradication) => {
                let versions = versions_of(tx, plot.id, eradication).await?;
                versions.iter().map(|own| (own.author, own.org)).collect()
            }
        };
        let is_own = side
            .iter()
            .any(|(author, org)| *author == actor.id || (org.is_some() && *org == actor.org));
        if is_own {
            return Ok(());
        }
        Err(Refusal::at("", "expected the unit whose work was sent back").into())
    }
}

fn check_text(pointer: &str, text: &str) -> Result<(), Refusal> {
    if looks_personal(text) {
        let advice = "no telephone or identity numbers: say it without them";
        return Err(Refusal::at(pointer, advice));
    }
    Ok(())
}
