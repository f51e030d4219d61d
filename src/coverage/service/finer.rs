//! How much of a cell is at risk, in communes that are measured on finer cells too.

use std::sync::Arc;

use h3o::{CellIndex, Resolution};

use crate::base::total;
use crate::coverage::model::lattice::{ParentCell, ParentMask, bits as bits_of};
use crate::coverage::model::risk::RiskGrid;
use crate::store::Tx;

use super::material::Material;
use super::{Coverage, Error};

impl Coverage {
    /// The place of the commune that is asked about, if it is measured on finer cells than usual.
    pub(super) async fn measured_finer(
        &self,
        tx: &mut Tx,
        material: &Arc<Material>,
    ) -> Result<Option<usize>, Error> {
        let is_one = material.sieve.asked.commune.is_some();
        let own = material.shown.iter().position(|shown| *shown && is_one);
        let Some(at) = own else {
            return Ok(None);
        };
        let risk = material.risk.communes.get(at);
        let is_finer =
            risk.is_some_and(|own| own.has_finer()) && self.is_settled(tx, material, at).await?;
        Ok(is_finer.then_some(at))
    }
}

/// How much of a cell is at risk, as the gap list tells it: on finer cells in a commune that is measured on them.
pub(super) fn risk_m2(
    material: &Material,
    (cell, word, bits): (CellIndex, ParentCell, u64),
    finer: Option<usize>,
) -> f64 {
    let usual = material
        .risk
        .parts()
        .filter(|part| Some(part.commune) != finer)
        .filter_map(|part| Some(part.grid.weight_dm2(part.grid.place(word)?, bits)));
    let finer = finer.and_then(|at| material.risk.communes.get(at));
    let finer = finer.into_iter().flat_map(|own| own.fine_parts());
    let finer = finer.map(|(_, grid)| finer_dm2(grid, cell));
    let weights = usual.chain(finer).filter_map(|dm2| u32::try_from(dm2).ok());
    total(weights.map(|dm2| f64::from(dm2) / 100.0))
}

/// What the finer cells of a grid weigh that are parts of a cell.
fn finer_dm2(grid: &RiskGrid, cell: CellIndex) -> u64 {
    let above = cell.parent(Resolution::Nine);
    let words = (0..grid.parents()).filter_map(|at| Some((at, grid.risk(at)?)));
    let words = words.filter(|(_, own)| {
        let parent = own.parent.cell();
        parent.and_then(|parent| parent.parent(Resolution::Nine)) == above
    });
    let weight = |(at, own): (usize, ParentMask)| {
        let cells = bits_of(own.mask).zip(grid.lattice().cells(own));
        let within = cells.filter(|(_, part)| part.parent(cell.resolution()) == Some(cell));
        grid.weight_dm2(at, within.fold(0, |mask, (bit, _)| mask | 1 << bit))
    };
    words.map(weight).sum()
}
