//! When a plot is looked at again after it was destroyed.

use super::facts::{Eradication, Fact};
use super::guard::Around;
use super::life::Due;
use crate::base::time::LocalDate;
use crate::base::words::{Crop, Stage};

/// When a plot is looked at again: after days that follow from the stage, and at the season's flowering pass.
pub(super) fn dues(around: &Around<'_>, fact: &Fact, said: &Eradication) -> Vec<Due> {
    let day = fact.at.local_date();
    let stage = said.stage.or(around.plot.stage);
    let days = match stage {
        Some(Stage::Seedling | Stage::Vegetative) => around.rules.reinspect_young_days,
        _ => around.rules.reinspect_other_days,
    };
    let first = day.plus_days(i64::from(days));
    let pass = flowering_pass(around).filter(|pass| *pass > first);
    let due = |on| Due { on, done: false };
    std::iter::once(first).chain(pass).map(due).collect()
}

/// The flowering pass of the plot's season; only poppy has one.
fn flowering_pass(around: &Around<'_>) -> Option<LocalDate> {
    let (first, last) = around
        .plot
        .season
        .filter(|_| around.plot.crop == Crop::OpiumPoppy)?;
    let [month, day] = around.rules.flowering_pass;
    let years = [first.ymd().0, last.ymd().0];
    years
        .into_iter()
        .filter_map(|year| LocalDate::from_ymd(year, month, day))
        .find(|date| (first..=last).contains(date))
}
