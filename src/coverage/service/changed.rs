//! Changes of risk areas that came after the days for which they speak: no share grows by a smaller ground unsaid.

use std::sync::Arc;

use geo::Intersects;

use crate::areas::{RiskBefore, RiskChange};
use crate::base::time::LocalDate;
use crate::base::total;

use super::answer::Note;
use super::ground::RiskSet;
use super::lay::CommuneRisk;
use super::material::Material;
use super::{Coverage, Error};

/// Grounds whose areas differ by less are the same, m².
const SAME_M2: f64 = 1.0;

impl Coverage {
    /// Says so when the ground at risk of shown communes is another one than it was before changes of risk areas that were
    /// received after the first day of the window and speak for days of it.
    pub(super) async fn changed_risk(&self, material: &Material) -> Result<Option<Note>, Error> {
        let asked = &material.sieve.asked;
        let window = (asked.from, asked.to);
        let before = self.areas.risk_before_changes(window, asked.level).await?;
        let Some(RiskBefore { choice, changes }) = before else {
            return Ok(None);
        };
        let lattice = material.definition.lattice();
        let by_windows = asked.pass.is_some();
        let earlier = self
            .grounds
            .risk(lattice, &material.map, &choice, by_windows)
            .await?;
        let Some(changed_on) = changed_on(material, &earlier, &changes) else {
            return Ok(None);
        };
        let (then_m2, now_m2) = (
            shown_m2(material, &earlier),
            shown_m2(material, &material.risk),
        );
        Ok(Some(Note {
            code: "risk_area_changed",
            text: format!(
                "the risk area of these days was changed on {changed_on}, after they had begun: {then_m2:.0} m2 before, {now_m2:.0} m2 now"
            ),
        }))
    }
}

/// The day of the last change that gave a shown commune another ground at risk; none where all have the same.
fn changed_on(material: &Material, earlier: &RiskSet, changes: &[RiskChange]) -> Option<LocalDate> {
    let risks = material.risk.communes.iter().zip(&earlier.communes);
    let communes = material.map.communes().iter().zip(material.shown.iter());
    let others = risks
        .zip(communes)
        .filter(|((now, then), (_, shown))| **shown && !is_same(now, then));
    let days = others.flat_map(|(_, (commune, _))| {
        let bounds = commune.ground.bounds();
        let own = changes.iter();
        own.filter(move |change| change.bounds.intersects(&bounds))
            .map(|change| change.on)
    });
    days.max()
}

fn is_same(now: &Arc<CommuneRisk>, then: &Arc<CommuneRisk>) -> bool {
    if Arc::ptr_eq(now, then) {
        return true;
    }
    let by_m2 = (now.risk_area_m2 - then.risk_area_m2).abs();
    by_m2 < SAME_M2 && now.parts() == then.parts()
}

fn shown_m2(material: &Material, risk: &RiskSet) -> f64 {
    let communes = risk.communes.iter().zip(material.shown.iter());
    let shown = communes.filter(|(_, shown)| **shown);
    total(shown.map(|(own, _)| own.risk_area_m2))
}
