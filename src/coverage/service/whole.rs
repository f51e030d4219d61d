//! Taking many new patrols into the index in one act, without a job for each.

use crate::coverage::sql::{self, Place};
use crate::patrols::model::rules::Rules;
use crate::patrols::model::walked::Walked;
use crate::store::Tx;

use super::index::Indexed;
use super::judged::{Judged, rules_of};
use super::{Coverage, Error, parameter};

/// What a patrol saw and did, ready to be written.
#[derive(Debug)]
pub struct Swept(Indexed);

impl Coverage {
    /// Sweeps what patrols walked, as the jobs that index them would. Definitions with rules of their own for gaps or
    /// accuracy need the fixes, which are not here: they are refused.
    pub async fn sweep_all(&self, walked: Vec<Walked>) -> Result<Vec<Swept>, Error> {
        let mut tx = self.journal.store().read().await?;
        let definitions = self.known(&mut tx).await?.indexed();
        let ground = self.ground(&mut tx).await?;
        drop(tx);
        if let Some(own) = definitions
            .iter()
            .find(|own| rules_of(own) != Rules::current())
        {
            let version = own.version();
            let reason = format!("version {version} has rules of its own for gaps or accuracy");
            return Err(parameter("definition", reason));
        }
        let now = self.journal.now();
        let mut swept = Vec::with_capacity(walked.len());
        for one in walked {
            swept.push(Swept({
                let judged = definitions.iter().map(Judged::by_usual_rules);
                self.indexed(one, judged.collect(), &ground, now).await?
            }));
        }
        Ok(swept)
    }

    /// Takes patrols that the index does not know into it, in the caller's act.
    pub async fn keep_new(&self, tx: &mut Tx, patrols: &[Swept]) -> Result<(), Error> {
        let mut changed: Vec<Place> = Vec::new();
        for Swept(indexed) in patrols {
            let Some(rows) = &indexed.rows else { continue };
            let patrol = indexed.facts.patrol;
            let places: Vec<Place> = rows.places().collect();
            let days = || places.iter().map(|place| place.day);
            let on_receipt = indexed.facts.indexed_at.local_date();
            let first = days().min().unwrap_or(on_receipt);
            let last = days().max().unwrap_or(first);
            sql::keep_patrol(tx, &indexed.facts, first, last).await?;
            sql::insert_cells(tx, patrol, &rows.cells).await?;
            sql::insert_trips(tx, patrol, &rows.trips).await?;
            changed.extend(places);
        }
        changed.sort_unstable();
        changed.dedup();
        Ok(sql::mark(tx, &changed).await?)
    }
}
