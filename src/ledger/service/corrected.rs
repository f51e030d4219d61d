//! A correction is of the same fact as what it names. Anything else would take the place of what it has nothing to do with,
//! and make parties of those who wrote that: nobody approves or sends back what names his own work as corrected.

use std::collections::BTreeSet;

use crate::base::ids::{FactId, PlotId};
use crate::base::refusal::Refusal;
use crate::ledger::model::Act;
use crate::ledger::sql::{self, FactRow};
use crate::store::{self, Tx};

use super::material;
use super::{Error, Ledger};

const ANOTHER: &str = "corrects nêu một mục khác loại, hoặc ghi ở điểm trồng khác: cần mã của mục cùng loại ở điểm này (hoặc ở điểm đã gộp \
     với điểm này); nếu là việc khác thì bỏ corrects / corrects names a fact of another kind, or of another plot: expected one of the \
     same kind on this plot, or on one that is one ground with it; else no corrects";

const ABOUT_ANOTHER: &str = "mục nêu ở corrects do người khác ghi và nói về lần phá nhổ khác, hoặc về điểm khác: cần mục nói về cùng một \
     việc; nếu là việc khác thì bỏ corrects / what corrects names was said by somebody else, of another eradication or of another \
     plot: expected one about the same; else no corrects";

impl Ledger {
    /// Whether what a correction names is the same fact, where it is known: facts come in any order.
    pub(super) async fn check_corrected(&self, tx: &mut Tx, row: &FactRow) -> Result<(), Error> {
        let Some(of) = row.corrects else {
            return Ok(());
        };
        let Some(named) = sql::fact(tx, of).await? else {
            return Ok(());
        };
        if named.kind != row.kind || !self.is_one_ground(tx, named.plot, row.plot).await? {
            return Err(Refusal::at("/corrects", ANOTHER).into());
        }
        // Whoever said it may have meant another; nobody else makes of it a word about something else.
        if named.author != row.author && !is_about_same(tx, row, &named).await? {
            return Err(Refusal::at("/corrects", ABOUT_ANOTHER).into());
        }
        Ok(())
    }

    /// Whether a fact was recorded on the ground of a plot; one that has not come may have been.
    pub async fn is_of_ground(&self, fact: FactId, plot: PlotId) -> Result<bool, Error> {
        let mut tx = self.journal.store().read().await?;
        match sql::fact(&mut tx, fact).await? {
            Some(known) => self.is_one_ground(&mut tx, known.plot, plot).await,
            None => Ok(true),
        }
    }

    async fn is_one_ground(&self, tx: &mut Tx, plot: PlotId, other: PlotId) -> Result<bool, Error> {
        Ok(plot == other || self.counting(tx, plot).await? == self.counting(tx, other).await?)
    }

    /// The plot that counts a plot's ground: itself, unless it was merged.
    async fn counting(&self, tx: &mut Tx, plot: PlotId) -> Result<PlotId, Error> {
        let rules = self.rules(tx).await?;
        let material = material::of_plot(tx, plot).await?;
        let material = material.ok_or(Error::NotFound)?;
        let Some((_, life)) = self.life_of(tx, material, &rules).await? else {
            return Ok(plot);
        };
        let way = self.way_of(tx, &life, &rules).await?;
        Ok(way.last().map_or(plot, |(kept, _)| kept.row.id))
    }
}

/// Whether two facts of one kind are about the same work, or the same other plot. One that names none fits any.
async fn is_about_same(tx: &mut Tx, row: &FactRow, named: &FactRow) -> Result<bool, store::Error> {
    let (own, before) = (material::read(row)?.act, material::read(named)?.act);
    if let (Act::Judgement(own), Act::Judgement(before)) = (&own, &before) {
        return Ok(own.other == before.other);
    }
    // What a desk decides names work that is there; what a unit sends may come before the work that it names.
    let may_be_early = matches!(own, Act::Minutes(_) | Act::Confirmation(_));
    let (Some(own), Some(before)) = (work_of(&own), work_of(&before)) else {
        return Ok(true);
    };
    let (own, is_own_known) = first_of(tx, own).await?;
    let (before, is_before_known) = first_of(tx, before).await?;
    let is_awaited = may_be_early && !(is_own_known && is_before_known);
    Ok(own == before || is_awaited)
}

/// The eradication that a fact is about.
const fn work_of(act: &Act) -> Option<FactId> {
    match act {
        Act::Approval(said) => Some(said.eradication),
        Act::Waiver(said) => Some(said.eradication),
        Act::Minutes(said) => said.eradication,
        Act::Confirmation(said) => said.eradication,
        _ => None,
    }
}

/// The first version of a work, as far as it is known, and whether that has come.
async fn first_of(tx: &mut Tx, work: FactId) -> Result<(FactId, bool), store::Error> {
    let (mut first, mut seen) = (work, BTreeSet::new());
    // Ids may name each other in a circle, for a correction may come before what it corrects.
    while seen.insert(first) {
        let Some(known) = sql::fact(tx, first).await? else {
            return Ok((first, false));
        };
        let Some(before) = known.corrects else {
            break;
        };
        first = before;
    }
    Ok((first, true))
}
