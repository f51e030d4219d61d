//! What units say they destroyed within a statistical year: what a second look draws from.

use std::collections::BTreeSet;

use crate::base::refusal::Refusal;
use crate::base::time::{LocalDate, Timestamp};
use crate::base::total;
use crate::base::words::AreaMethod;
use crate::ledger::model::Life;
use crate::ledger::model::sample::Claimed;
use crate::ledger::model::words::{LifeFlag, RiskSign};
use crate::ledger::sql::PlotFilter;

use super::books::Books;
use super::material::Material;
use super::samples::{Draw, days};
use super::{Error, Ledger};

impl Ledger {
    /// Why nothing is drawn from a head that holds no claim with an area: a draw stands for good, so none is made of nothing.
    pub(super) async fn nothing_to_draw(&self, period: i64, drawn: &Draw) -> Result<Error, Error> {
        let books = self.books(&PlotFilter::default()).await?;
        let (since, without) = claims(&books, days(period)?);
        let (size, at) = (drawn.head.size, drawn.head.at);
        let (later, unmeasured) = (since.len(), without.len());
        let reason = format!(
            "bản ký đầu tiên sau năm (số {size}, {at}) không có điểm nào báo đã phá nhổ với diện tích; sau bản ký đó có {later} điểm \
             báo của năm này (và {unmeasured} điểm không có diện tích), không thể rút vì số ngẫu nhiên đã biết: hãy xem lại các điểm \
             này bằng kiểm tra lại hoặc xác minh của đơn vị khác / the first head after the year (size {size}, {at}) holds no claim \
             with an area; {later} claims of the year came after it (and {unmeasured} without an area), and are not drawn since the \
             random numbers are known: expected re-inspections or verifications by another unit of these plots instead"
        );
        Ok(Refusal::at("/period", reason).into())
    }
}

/// The claims of these days that count: with an area, and without.
pub(super) fn claims(books: &Books, days: (LocalDate, LocalDate)) -> (Vec<Claimed>, Vec<Claimed>) {
    let all = books.plots.iter().filter_map(|own| {
        let part = books.part(own);
        let counts = part.is_counted();
        counts.then(|| claim(own, part.disputed, days))?
    });
    all.partition(|claim| claim.claimed_m2 > 0.0)
}

/// What was claimed as destroyed on a plot within the year; none when nothing was. What was destroyed again after plants
/// came up stood on the same ground and is in no sum.
fn claim(
    (material, life): &(Material, Life),
    disputed: f64,
    (first, last): (LocalDate, LocalDate),
) -> Option<Claimed> {
    let within = |at: Timestamp| (first..=last).contains(&at.local_date());
    let claimed = &life.quantities.destroyed_claimed.facts;
    let done = life
        .eradications
        .iter()
        .filter(|done| claimed.contains(&done.fact) && within(done.ended_at));
    let done: Vec<_> = done.collect();
    let earliest = done.first()?;
    let unit = material.facts.iter().find(|fact| fact.id == earliest.fact);
    let mut signs = BTreeSet::new();
    let by_eye = |method: Option<AreaMethod>| method.is_none_or(|own| own == AreaMethod::Estimated);
    if done.iter().all(|own| by_eye(own.destroyed.area_method)) {
        signs.insert(RiskSign::EstimatedArea);
    }
    for (flag, sign) in [
        (LifeFlag::SingleParty, RiskSign::SingleParty),
        (LifeFlag::Conflict, RiskSign::Conflict),
        (LifeFlag::AfterHarvest, RiskSign::AfterHarvest),
    ] {
        if life.flags.contains(&flag) {
            signs.insert(sign);
        }
    }
    if disputed > 0.0 {
        signs.insert(RiskSign::InDispute);
    }
    Some(Claimed {
        plot: material.row.id,
        org: unit.and_then(|fact| fact.org),
        commune: material.row.commune.clone(),
        claimed_m2: total(done.iter().filter_map(|own| own.destroyed.area_m2)),
        signs,
    })
}
