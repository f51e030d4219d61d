//! Which facts of plots were typed in from paper.

use std::collections::BTreeMap;

use uuid::Uuid;

use crate::base::ids::EntryId;
use crate::journal::FromPaper;
use crate::journal::audit::typed_in;
use crate::ledger::model::{Act, Fact, Life};
use crate::store::{self, Tx};

use super::Ledger;
use super::material::Material;

/// The paper record behind an entry.
pub(super) type Papers = BTreeMap<EntryId, FromPaper>;

impl Ledger {
    /// The paper records behind facts' entries.
    pub(super) async fn papers_of(
        &self,
        tx: &mut Tx,
        facts: &[Fact],
    ) -> Result<Papers, store::Error> {
        let ids: Vec<Uuid> = facts.iter().map(|fact| fact.id.0).collect();
        let typed = self.journal.typed_in(tx, &ids).await?;
        let papers = typed.iter().map(|row| (row.entry, FromPaper::from(row)));
        Ok(papers.collect())
    }
}

/// Whether a look at the ground that stands was typed in from paper.
pub(super) async fn is_inspected_from_paper(
    tx: &mut Tx,
    material: &Material,
    life: &Life,
) -> Result<bool, store::Error> {
    let facts = material.facts.iter();
    let looks =
        facts.filter(|fact| matches!(fact.act, Act::Reinspection(_)) && life.stands(fact.id));
    let (ids, entries): (Vec<Uuid>, Vec<EntryId>) =
        looks.map(|fact| (fact.id.0, fact.entry)).unzip();
    let typed = typed_in(tx, &ids).await?;
    Ok(typed.iter().any(|row| entries.contains(&row.entry)))
}
