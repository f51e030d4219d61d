//! Which places patrols saw in a window of days, for whoever asks about places and not about ground at risk.

use std::collections::BTreeMap;

use crate::base::time::LocalDate;
use crate::coverage::model::definition::{Definition, FootprintClass};
use crate::coverage::model::lattice::ParentMask;
use crate::coverage::model::region::Region;
use crate::geo::cells::Cell;
use crate::geo::position::Position;

use super::ask::{check_days, not_indexed};
use super::tiles::{Shared, View, locked};
use super::{Coverage, Error, footprint};

/// A place among those that are asked about: its own in the list, its word's position, its bit.
type Spot = (usize, u16, u64);

impl Coverage {
    /// Of each place whether a patrol that an officer found true saw it from the ground on one of the days, both included:
    /// whether the cell of the index in which it lies was within sight of a credible leg, by the definition that answers.
    pub async fn passed(
        &self,
        places: &[Position],
        from: LocalDate,
        to: LocalDate,
    ) -> Result<Vec<bool>, Error> {
        check_days(from, to)?;
        let mut tx = self.journal.store().read().await?;
        let definition = self.known(&mut tx).await?.answering(None)?;
        let class = FootprintClass::Ground;
        let radius_cm = definition
            .radius_cm(class, None)
            .map_err(|refused| not_indexed(&refused))?;
        let view = View {
            version: i64::from(definition.version()),
            footprint: footprint(class, radius_cm),
        };
        let days = from.as_days()..to.as_days() + 1;
        let spans = self.tiles.sync(&mut tx, view.version).await?;
        let mut spots: BTreeMap<Region, Vec<Spot>> = BTreeMap::new();
        for (at, place) in places.iter().enumerate() {
            let Some((region, position, bit)) = spot(&definition, *place) else {
                continue;
            };
            let was_seen = spans.get(&region).is_some_and(|(first, last)| {
                first.as_days() < days.end && days.start <= last.as_days()
            });
            if was_seen {
                spots.entry(region).or_default().push((at, position, bit));
            }
        }
        let regions: Vec<Region> = spots.keys().copied().collect();
        let lines = self.tiles.lines(&mut tx, view, &regions, &days).await?;
        drop(tx);
        let lines: Vec<(Region, Shared)> = regions.into_iter().zip(lines).collect();
        let mut passed = vec![false; places.len()];
        for (region, line) in &lines {
            let own = spots.get(region).map_or(&[][..], Vec::as_slice);
            locked(line)?.each_visit(&days, |block, _, visit| {
                if !visit.facts.is_validated {
                    return;
                }
                for (at, position, bit) in own {
                    let mask = block.mask(visit, *position).unwrap_or(0);
                    if let Some(told) = passed.get_mut(*at) {
                        *told |= mask & bit != 0;
                    }
                }
            });
        }
        self.tiles.settle(view, &lines);
        Ok(passed)
    }
}

/// Where the index keeps what was seen of a place; none of a place that lies in no region.
fn spot(definition: &Definition, place: Position) -> Option<(Region, u16, u64)> {
    let lattice = definition.lattice();
    let cell = Cell::at(place, u8::from(lattice.mask())).ok()?;
    let ParentMask { parent, mask } = lattice.locate(cell.index())?;
    let (region, position) = Region::of(parent)?;
    Some((region, position, mask))
}
