//! The outsiders' view: whole weeks that ended some days ago, without what tells of single days, of people or of single units.
//!
//! Where patrols go is a map for growers, so whoever may not read them sees what was checked and not on which day. Windows
//! are rounded outwards to weeks from Monday to Sunday and the newest days are withheld: however answers are subtracted
//! from one another, no part of a week is left. Months would cut weeks, so they are made of whole weeks too.

use crate::base::actor::{Actor, Right, Scope};
use crate::base::time::LocalDate;
use crate::store::Tx;

use super::answer::{Asked, CommuneAnswer, CoverageView, Figures, Note};
use super::ask::check_days;
use super::fold::Folded;
use super::{Coverage, Error, parameter};

/// Days of a week.
pub(super) const WEEK_D: i64 = 7;

/// A question as its asker may put it.
pub(super) struct Question {
    pub(super) asked: Asked,
    /// The communes in reach.
    pub(super) scope: Scope,
    /// What was changed about it.
    pub(super) note: Option<Note>,
}

impl Coverage {
    /// The question as the caller may put it: in the outsiders' view where he may not read the patrols.
    pub(super) async fn as_may_ask(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        asked: Asked,
    ) -> Result<Question, Error> {
        let scope = actor.reach(Right::ReadCoverage).ok_or(Error::Forbidden)?;
        if let Some(code) = &asked.commune
            && !scope.holds(Some(code))
            && !self.is_in_reach(asked.to, code, &scope).await?
        {
            return Err(Error::NotFound);
        }
        if self.reads_patrols(actor, &asked, &scope).await? {
            return Ok(Question {
                asked,
                scope,
                note: None,
            });
        }
        refuse_what_takes_apart(&asked)?;
        check_days(asked.from, asked.to)?;
        let withheld_d = i64::from(self.known(tx).await?.outsider_delay_days());
        let last = self.areas.today().plus_days(-withheld_d);
        let (from, to) = whole_weeks((asked.from, asked.to), last);
        let text = format!(
            "whole weeks from Monday {from} to Sunday {to}: the last {withheld_d} days are withheld from who may not read patrols"
        );
        Ok(Question {
            asked: Asked {
                from,
                to,
                view: CoverageView::Coarse,
                ..asked
            },
            scope,
            note: Some(Note {
                code: "whole_weeks",
                text,
            }),
        })
    }
}

impl CoverageView {
    /// That many days, as this view tells of them.
    pub(super) fn days(self, days: u32) -> u32 {
        match self {
            Self::Full => days,
            Self::Coarse => days.div_ceil(7).saturating_mul(7),
        }
    }
}

impl Folded {
    /// The same as outsiders see it, up to that day.
    pub(super) fn coarse(self, last: LocalDate) -> Self {
        let coarse = |own: CommuneAnswer| CommuneAnswer {
            figures: own.figures.coarse(last),
            ..own
        };
        Self {
            communes: self.communes.into_iter().map(coarse).collect(),
            total: self.total.coarse(last),
            ..self
        }
    }
}

impl Figures {
    /// The same without what outsiders do not see; of the last visit they see the week, no later than that of the last day.
    fn coarse(self, last: LocalDate) -> Self {
        let week = |day: LocalDate| LocalDate::from_days(week_start(day.min(last).as_days()));
        Self {
            person_visits: None,
            person_hours: None,
            person_hours_of: None,
            night_share: None,
            revisit_days: None,
            last_visit_at: self.last_visit_at.map(|at| week(at.local_date()).start()),
            ..self
        }
    }
}

/// Units, kinds of work and instants of receipt tell who went where, and when.
fn refuse_what_takes_apart(asked: &Asked) -> Result<(), Error> {
    let given = [
        ("kind", asked.kind.is_some()),
        ("force", asked.force.is_some()),
        ("campaign", asked.campaign.is_some()),
        ("as_of", asked.as_of.is_some()),
    ];
    match given.into_iter().find(|(_, is_given)| *is_given) {
        Some((name, _)) => Err(parameter(
            name,
            "answered to who may read patrols; without it all patrols are told of together",
        )),
        None => Ok(()),
    }
}

/// The weeks that hold a window, none later than the last one that has ended on a day. What lies after that altogether is
/// answered with that week.
fn whole_weeks((from, to): (LocalDate, LocalDate), last: LocalDate) -> (LocalDate, LocalDate) {
    let last_sunday = week_start(last.as_days() + 1) - 1;
    let end = (week_start(to.as_days()) + WEEK_D - 1).min(last_sunday);
    let start = week_start(from.as_days()).min(end + 1 - WEEK_D);
    (LocalDate::from_days(start), LocalDate::from_days(end))
}

/// The Monday of the week that a day lies in. 1970-01-01 was a Thursday.
pub(super) const fn week_start(day: i64) -> i64 {
    day - (day + 3).rem_euclid(WEEK_D)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weeks(from: &str, to: &str, last: &str) -> (String, String) {
        let day = |text: &str| text.parse::<LocalDate>().unwrap();
        let (from, to) = whole_weeks((day(from), day(to)), day(last));
        (from.to_string(), to.to_string())
    }

    #[test]
    fn windows_grow_to_whole_weeks_and_end_with_the_last_one_that_is_told() {
        let told = |from: &str, to: &str| (from.to_owned(), to.to_owned());
        // 2026-02-23 is a Monday: the week before it is the last one that has ended.
        let last = "2026-02-23";
        for (from, to, weeks_of) in [
            ("2026-02-11", "2026-02-11", told("2026-02-09", "2026-02-15")),
            ("2026-02-09", "2026-02-15", told("2026-02-09", "2026-02-15")),
            ("2026-01-01", "2026-03-02", told("2025-12-29", "2026-02-22")),
            ("2026-03-02", "2026-03-02", told("2026-02-16", "2026-02-22")),
            ("2026-02-16", "2026-02-16", told("2026-02-16", "2026-02-22")),
        ] {
            assert_eq!(weeks(from, to, last), weeks_of, "{from} to {to}");
        }
        // A Sunday that is told ends its week.
        let sunday = weeks("2026-02-20", "2026-02-22", "2026-02-22");
        assert_eq!(sunday, told("2026-02-16", "2026-02-22"));
        let saturday = weeks("2026-02-20", "2026-02-22", "2026-02-21");
        assert_eq!(saturday, told("2026-02-09", "2026-02-15"));
    }

    #[test]
    fn freshness_is_told_in_whole_weeks() {
        let days = [7, 30, 90, 365].map(|days| CoverageView::Coarse.days(days));
        assert_eq!(days, [7, 35, 91, 371]);
        assert_eq!(CoverageView::Full.days(30), 30);
    }
}
