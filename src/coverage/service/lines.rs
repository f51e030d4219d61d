//! The timelines that an answer is made from, wherever its rows come from.

use std::sync::Arc;

use crate::coverage::model::region::Region;
use crate::store::Tx;

use super::material::{Material, Source};
use super::tiles::{Shared, Weights};
use super::{Coverage, Error};

impl Coverage {
    /// The timelines of some regions, everything in them known by number to the material.
    pub(super) async fn lines(
        &self,
        tx: &mut Tx,
        material: &mut Arc<Material>,
        regions: &[Region],
    ) -> Result<Vec<(Region, Shared)>, Error> {
        let lines = match &material.source {
            Source::Tiles => {
                let (view, days) = (material.view, material.days.clone());
                self.tiles.lines(tx, view, regions, &days).await?
            }
            Source::Rechecked(own) => own.lines(regions),
        };
        self.number(material)?;
        Ok(regions.iter().copied().zip(lines).collect())
    }

    /// The same where nothing has to be read for it: what is in memory already takes no more of it when all of it is
    /// painted in one go.
    pub(super) fn lines_in_memory(
        &self,
        material: &mut Arc<Material>,
        regions: &[Region],
    ) -> Result<Option<Vec<(Region, Shared)>>, Error> {
        let lines = match &material.source {
            Source::Tiles => self.tiles.ready(material.view, regions, &material.days)?,
            Source::Rechecked(own) => Some(own.lines(regions)),
        };
        self.number(material)?;
        Ok(lines.map(|lines| regions.iter().copied().zip(lines).collect()))
    }

    /// Gives the material the numbers that words have now.
    fn number(&self, material: &mut Arc<Material>) -> Result<(), Error> {
        let words = self.tiles.words()?;
        if material.words < words.len() {
            *material = Arc::new(material.numbered(&words));
        }
        Ok(())
    }

    /// The last instant of the index's clock that is known, where rows are the index's.
    pub(super) fn clock_of(&self, material: &Material) -> Result<Option<i64>, Error> {
        match material.source {
            Source::Tiles => self.tiles.known(),
            Source::Rechecked(_) => Ok(None),
        }
    }

    /// Counts what an answer has added to what is kept, and drops what is too much.
    pub(super) fn count(&self, material: &Material, weights: &Weights) {
        if matches!(material.source, Source::Tiles) {
            self.tiles.count(material.view, weights);
        }
    }

    /// The same for timelines that were not weighed.
    pub(super) fn done_with(&self, material: &Material, lines: &[(Region, Shared)]) {
        if matches!(material.source, Source::Tiles) {
            self.tiles.settle(material.view, lines);
        }
    }
}
