//! When two plots may be judged to be one ground, and what takes such a judgement back.
//!
//! One ground is one sowing of one crop: the points allow it, crop and season are the same, and neither is recorded as sown
//! again where the other stood. Within a season days alone decide nothing, for what nobody destroyed stands for months and
//! may be found by two units weeks apart; but what is found longer after the work than nearby finds are compared
//! (`duplicate_days`, within which nothing comes up again) came up again or was sown anew. And no plot takes work that was
//! begun before it was seen: the plot that was found first is kept.

use crate::base::refusal::Refusal;
use crate::base::time::Timestamp;
use crate::ledger::model::pairs::too_far;
use crate::ledger::model::words::{Completeness, Inspected, Sameness};
use crate::ledger::model::{Act, Definition, Fact, Life};
use crate::store::Tx;

use super::books::{claim, season_stood};
use super::check::NOT_COUNTED;
use super::material::{self, Material};
use super::settle::replanting_of;
use super::{Error, Ledger};

const DAY_MS: i64 = 86_400_000;

const CROPS: &str = "hai điểm ghi hai loại cây khác nhau: hãy xác minh lại hoặc sửa loại cây trước / the plots are of different \
     crops: expected two plots of one crop, as verified or else as recorded, or a verification or corrected recording first";

const SOWN_AGAIN: &str = "một điểm đã được ghi là trồng lại trên nền điểm kia (replanting_of), tức là hai lần gieo trồng: nếu ghi nhầm \
     thì sửa điểm đó trước / one of the plots is recorded as sown again where the other stood (replanting_of): expected plots of \
     one sowing, or that recording corrected first";

const SEEN_LATER: &str = "điểm được giữ lại phát hiện sau khi việc phá nhổ ở điểm này đã bắt đầu nên không thể nhận việc đó: hãy giữ \
     điểm được phát hiện trước (ở điểm kia, kết luận trùng với điểm này), hoặc sửa ngày phát hiện trước / work on this plot began \
     before the plot that would be kept was found: expected the judgement on the plot that was found later, naming this one, or a \
     corrected detection first";

const EARLIER_YEAR: &str = "điểm này thuộc năm thống kê trước năm của điểm được giữ lại nên diện tích sẽ rời khỏi năm đó: hãy giữ điểm được \
     phát hiện trước (ở điểm kia, kết luận trùng với điểm này) / this plot is of an earlier statistical year than the one that would \
     be kept, and its ground would leave that year: expected the judgement on the plot that was found later, naming this one";

impl Ledger {
    /// Whether what is said of two plots may be: that they are one ground, or that they are two after all.
    pub(super) async fn check_judged(
        &self,
        tx: &mut Tx,
        own: (&Material, &Life),
        fact: &Fact,
        rules: &Definition,
    ) -> Result<(), Error> {
        let Act::Judgement(said) = &fact.act else {
            return Ok(());
        };
        let other = material::of_plot(tx, said.other).await?;
        let other = other.ok_or(Error::NotFound)?;
        let told = self.life_of(tx, other, rules).await?;
        let other = told.ok_or(Error::NotFound)?;
        match said.sameness {
            Sameness::Same => self.check_one_ground(tx, own, other, rules).await,
            // What a correction that does not stand is told, it is told when it was taken.
            Sameness::Distinct if fact.corrects.is_some() => Ok(()),
            Sameness::Distinct => {
                self.check_apart(tx, own, &other.0, rules).await?;
                let (material, life) = &other;
                self.check_apart(tx, (material, life), own.0, rules).await
            }
        }
    }

    /// The plots that count a merged one's ground in turn, the last of which counts it; none where it is not merged.
    pub(super) async fn way_of(
        &self,
        tx: &mut Tx,
        life: &Life,
        rules: &Definition,
    ) -> Result<Vec<(Material, Life)>, Error> {
        let mut way: Vec<(Material, Life)> = Vec::new();
        let mut next = life.duplicate_of;
        while let Some(plot) = next.filter(|plot| !way.iter().any(|(own, _)| own.row.id == *plot)) {
            let told = match material::of_plot(tx, plot).await? {
                Some(material) => self.life_of(tx, material, rules).await?,
                None => None,
            };
            let Some(told) = told else { break };
            next = told.1.duplicate_of;
            way.push(told);
        }
        Ok(way)
    }

    async fn check_one_ground(
        &self,
        tx: &mut Tx,
        own: (&Material, &Life),
        other: (Material, Life),
        rules: &Definition,
    ) -> Result<(), Error> {
        check_near(own, (&other.0, &other.1))?;
        let mut way = vec![other];
        let further = match way.first() {
            Some((_, life)) => self.way_of(tx, life, rules).await?,
            None => Vec::new(),
        };
        way.extend(further);
        for (material, life) in &way {
            check_one_sowing(own, (material, life))?;
        }
        let Some((kept, its)) = way.last() else {
            return Ok(());
        };
        // What lies beyond the border is in no commune's sums.
        if kept.plot.outside_vietnam && !own.0.plot.outside_vietnam {
            return Err(Refusal::at("/other", NOT_COUNTED).into());
        }
        check_stood((kept, its), own.0, rules)?;
        check_stood(own, kept, rules)?;
        check_seen_first(own, kept, rules)
    }

    /// Two plots are not told apart beside a judgement by which they are one: that is taken back.
    async fn check_apart(
        &self,
        tx: &mut Tx,
        (own, life): (&Material, &Life),
        other: &Material,
        rules: &Definition,
    ) -> Result<(), Error> {
        let Some(judged) = life.closed_by.filter(|_| life.duplicate_of.is_some()) else {
            return Ok(());
        };
        let way = self.way_of(tx, life, rules).await?;
        if !way.iter().any(|(plot, _)| plot.row.id == other.row.id) {
            return Ok(());
        }
        let plot = own.row.id;
        Err(Refusal::at(
            "/corrects",
            format!(
                "hai điểm đã được kết luận là trùng: gửi ở điểm {plot} với corrects là kết luận đó ({judged}), hoặc đề nghị cấp tỉnh mở \
                 lại điểm {plot} / the plots were judged to be one: expected corrects with that judgement ({judged}), sent to plot \
                 {plot}, or that the province opens plot {plot} again"
            ),
        )
        .into())
    }
}

/// Two plots are one only where their points, or their outlines, may be of one ground.
fn check_near(own: (&Material, &Life), other: (&Material, &Life)) -> Result<(), Error> {
    let (own, other) = (claim(own.0, own.1)?, claim(other.0, other.1)?);
    let Some((away_m, most_m)) = too_far(&own, &other) else {
        return Ok(());
    };
    Err(Refusal::at(
        "/other",
        format!(
            "hai điểm cách nhau {away_m:.0} m, xa hơn {most_m:.0} m là mức còn có thể là một chỗ theo sai số tọa độ và cỡ của hai \
             điểm: kiểm tra lại điểm kia, hoặc sửa tọa độ trước / the plots lie {away_m:.0} m apart: expected at most {most_m:.0} m, \
             as far as both accuracies and sizes allow one ground, or outlines that overlap"
        ),
    )
    .into())
}

/// One crop in one season, and neither sown again where the other stood.
fn check_one_sowing(
    (own, life): (&Material, &Life),
    (other, its): (&Material, &Life),
) -> Result<(), Error> {
    if life.crop != its.crop {
        return Err(Refusal::at("/other", CROPS).into());
    }
    let (one, two) = (season_stood(own, life), season_stood(other, its));
    if one != two {
        return Err(Refusal::at(
            "/other",
            format!(
                "hai điểm thuộc hai niên vụ khác nhau ({one} và {two}), mỗi niên vụ là một lần gieo trồng: hãy ghi điểm sau là trồng lại \
                 trên nền điểm trước (replanting_of), hoặc sửa ngày phát hiện trước / the plots are of different seasons ({one} and \
                 {two}): expected plots of one season; record the later as replanting_of the earlier, or correct a wrong date of \
                 detection first"
            ),
        )
        .into());
    }
    let (first, second) = (replanting_of(&own.row)?, replanting_of(&other.row)?);
    if first == Some(other.row.id) || second == Some(own.row.id) {
        return Err(Refusal::at("/other", SOWN_AGAIN).into());
    }
    Ok(())
}

/// What was destroyed in full, and was not found to stand since, is no longer there to be found.
fn check_stood(
    earlier: (&Material, &Life),
    later: &Material,
    rules: &Definition,
) -> Result<(), Error> {
    let found_at = later.row.detected_at;
    let Some(destroyed_at) = destroyed_before(earlier, found_at) else {
        return Ok(());
    };
    let most = rules.duplicate_days;
    let after_ms = found_at.since(destroyed_at);
    if after_ms <= i64::from(most) * DAY_MS {
        return Ok(());
    }
    let days = after_ms / DAY_MS;
    Err(Refusal::at(
        "/other",
        format!(
            "điểm sau được phát hiện {days} ngày sau khi điểm trước đã phá nhổ xong, quá {most} ngày: cây mọc lại thì ghi kiểm tra lại ở \
             điểm trước, cây gieo mới thì ghi điểm sau là trồng lại (replanting_of) / the later plot was found {days} days after the \
             earlier one was destroyed: expected at most {most} days; record what came up again as a re-inspection of the earlier \
             plot, and what was sown anew as replanting_of it"
        ),
    )
    .into())
}

/// When a plot was destroyed in full last before that time; none where plants were found there after it.
fn destroyed_before((material, life): (&Material, &Life), at: Timestamp) -> Option<Timestamp> {
    let is_full = |fact: &Fact| matches!(&fact.act, Act::Eradication(said) if said.completeness == Completeness::Full);
    let done = done(material, life).filter(|fact| is_full(fact) && fact.at <= at);
    let last = done.map(|fact| fact.at).max()?;
    let came_up = material.facts.iter().any(|fact| match &fact.act {
        Act::Reinspection(said) => {
            let stands = matches!(said.result, Inspected::Resprout | Inspected::Standing);
            stands && fact.at > last && life.stands(fact.id)
        }
        _ => false,
    });
    (!came_up).then_some(last)
}

/// The plot that is kept was seen before the work that it takes began, as far as clocks agree; and no ground leaves a
/// statistical year for a later one.
fn check_seen_first(
    (own, life): (&Material, &Life),
    kept: &Material,
    rules: &Definition,
) -> Result<(), Error> {
    if own.row.period < kept.row.period {
        return Err(Refusal::at("/other", EARLIER_YEAR).into());
    }
    let tolerance_ms = i64::from(rules.clock_tolerance_min) * 60_000;
    let mut began = done(own, life).filter_map(|fact| match &fact.act {
        Act::Eradication(said) => Some(said.started_at),
        _ => None,
    });
    if began.any(|began| kept.row.detected_at.since(began) > tolerance_ms) {
        return Err(Refusal::at("/other", SEEN_LATER).into());
    }
    Ok(())
}

/// The eradications that a plot's state allowed.
fn done<'a>(material: &'a Material, life: &'a Life) -> impl Iterator<Item = &'a Fact> {
    let facts = material.facts.iter();
    facts.filter(move |fact| life.eradications.iter().any(|own| own.fact == fact.id))
}
