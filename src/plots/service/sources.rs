//! Where plots and their measures came from: devices, or paper that somebody typed in.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::base::ids::{EntryId, PlotId};
use crate::journal::{FactSource, FromPaper, Journal};
use crate::plots::model::words::PlotFlag;
use crate::plots::sql;
use crate::store::{self, Tx};

use super::read::PlotView;

/// Tells of plots whether a version of theirs was typed in from paper, and by whom.
pub(super) async fn tell(tx: &mut Tx, views: &mut [PlotView]) -> Result<(), store::Error> {
    let plots: Vec<PlotId> = views.iter().map(|view| view.id).collect();
    let mut papers: BTreeMap<PlotId, FromPaper> = BTreeMap::new();
    let mut retracted: BTreeSet<PlotId> = BTreeSet::new();
    for (plot, id, entered_by, retracted_by) in sql::typed_versions(tx, &plots).await? {
        let paper = FromPaper {
            id,
            entered_by,
            retracted: retracted_by.is_some(),
        };
        if paper.retracted {
            retracted.insert(plot);
        }
        papers.entry(plot).or_insert(paper);
    }
    for view in views {
        let paper = papers.get(&view.id);
        if retracted.contains(&view.id) {
            view.flag(PlotFlag::PaperRetracted.as_str());
        }
        let told = &mut view.properties;
        told.insert("source".into(), json!(FactSource::of(paper)));
        told.insert("paper".into(), json!(paper));
    }
    Ok(())
}

/// Which entries of a plot were typed in: its versions and its measures.
pub(super) struct Typed(BTreeMap<EntryId, FromPaper>);

impl Typed {
    pub(super) async fn of(
        tx: &mut Tx,
        journal: &Journal,
        plot: PlotId,
    ) -> Result<Self, store::Error> {
        let rows = journal.typed_in(tx, &[plot.0]).await?;
        let rows = rows.iter().map(|row| (row.entry, FromPaper::from(row)));
        Ok(Self(rows.collect()))
    }

    /// Whether a paper record on which any of them rests was retracted.
    pub(super) fn is_any_retracted(&self) -> bool {
        self.0.values().any(|paper| paper.retracted)
    }

    /// What is told of an entry, with its source.
    pub(super) fn told(&self, entry: EntryId, mut told: Value) -> Value {
        let paper = self.0.get(&entry);
        if let Some(told) = told.as_object_mut() {
            told.insert("source".into(), json!(FactSource::of(paper)));
            told.insert("paper".into(), json!(paper));
        }
        told
    }
}
