//! Which facts of plots were typed in from paper.

use std::collections::BTreeMap;

use uuid::Uuid;

use crate::base::ids::EntryId;
use crate::journal::FromPaper;
use crate::ledger::model::Fact;
use crate::store::{self, Tx};

use super::Ledger;

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
