//! What communes say of a window in which they recorded nothing. A statement is of the ground that its commune had when
//! it was said, and of the days up to then: it stands for no ground that came to the commune later, and for no later day.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::areas::model::map::{Commune, CommuneMap};
use crate::areas::{KnownBoundaries, KnownBoundary};
use crate::base::ids::BoundaryId;
use crate::base::time::{LocalDate, Timestamp};
use crate::cases::model::words::number;
use crate::geo::position::Position;
use crate::geo::shape::{BlockedRegion, Place};
use crate::ledger::PlotLine;
use crate::reports::model::Sent;
use crate::reports::model::sheet::dmy;
use crate::reports::sql::{self, NothingRow};

use super::{Asked, Error, Reports};

/// Boundaries of two sources never meet exactly: so much of a ground may be missing, or be another's, and be none of it.
const SPLINTER_SHARE: f64 = 0.01;

/// What papers say where plots were found that should not be there.
pub(super) const CONTRADICTED: &str = "Đã xác nhận không phát sinh nhưng có số liệu: cần rà soát";

/// What communes say of a window, by the codes of a map.
pub(super) struct Said {
    /// The last day that anything can be said of.
    end: LocalDate,
    communes: BTreeMap<String, CommuneSaid>,
}

/// What is said of the ground of one commune.
pub(super) struct CommuneSaid {
    end: LocalDate,
    code: String,
    parts: Vec<Part>,
    /// The share of the ground of which it is said for the whole window.
    share: f64,
    /// Plots that count were found where and when it is said that there was nothing.
    pub(super) is_contradicted: bool,
}

/// What is said of one boundary's ground.
struct Part {
    boundary: KnownBoundary,
    ground: Arc<BlockedRegion>,
    /// The days that statements are of.
    days: Vec<(LocalDate, LocalDate)>,
    /// The day through which they are of every day of the window; none where its first day is missing.
    through: Option<LocalDate>,
    /// The share of the commune's ground that lies in it.
    share: f64,
}

impl Reports {
    /// What communes say of a window, of which `end` is the last day that anything can be said of; laid on a map.
    pub(super) async fn said(
        &self,
        (asked, end): (Asked, LocalDate),
        map: &CommuneMap,
    ) -> Result<Said, Error> {
        let mut said = Said {
            end,
            communes: BTreeMap::new(),
        };
        let mut tx = self.journal.store().read().await?;
        let rows = sql::nothing_between(&mut tx, asked.from, end, asked.as_of).await?;
        drop(tx);
        if rows.is_empty() || end < asked.from {
            return Ok(said);
        }
        let known = self.areas.known_boundaries().await?;
        for (boundary, days) in by_boundary(rows, &known).into_values() {
            let ground = self.areas.ground_of(map, &boundary).await?;
            let through = through(&days, asked.from);
            for commune in touched(map, &boundary, &ground) {
                let theirs = (&boundary, &ground);
                let share = self.areas.share_within(commune, theirs).await?;
                if share > SPLINTER_SHARE {
                    let part = Part {
                        boundary: boundary.clone(),
                        ground: Arc::clone(&ground),
                        days: days.clone(),
                        through,
                        share,
                    };
                    said.add(&commune.facts.code, part);
                }
            }
        }
        for (code, own) in &mut said.communes {
            let whole: Vec<&Part> = own.whole_parts().collect();
            let share = match (whole.as_slice(), map.commune(code)) {
                ([only], _) => only.share,
                ([_, _, ..], Some(commune)) => {
                    let grounds = whole.iter().map(|part| Arc::clone(&part.ground));
                    self.areas.covered_share(commune, grounds.collect()).await?
                }
                _ => 0.0,
            };
            own.share = share;
        }
        Ok(said)
    }

    /// The last day of a window of which anything can be said: of days to come nobody can, and as of an entry nobody had.
    pub(super) async fn last_told(&self, asked: Asked) -> Result<LocalDate, Error> {
        let then = match asked.as_of {
            None => None,
            Some(entry) => {
                let mut tx = self.journal.store().read().await?;
                sql::received_at(&mut tx, entry).await?
            }
        };
        let day = then.map_or(self.areas.today(), Timestamp::local_date);
        Ok(asked.to.min(day))
    }
}

impl Said {
    fn add(&mut self, code: &str, part: Part) {
        let end = self.end;
        let own = self.communes.entry(code.to_owned());
        let own = own.or_insert_with(|| CommuneSaid {
            end,
            code: code.to_owned(),
            parts: Vec::new(),
            share: 0.0,
            is_contradicted: false,
        });
        own.parts.push(part);
    }

    /// Holds what is said against the plots that were found, whichever commune they lay in on their day.
    pub(super) fn hold_against<'a>(&mut self, lines: impl Iterator<Item = &'a PlotLine>) {
        for line in lines.filter(|line| line.is_counted) {
            let day = line.detected_at.local_date();
            let Ok(position) = Position::new(line.lon, line.lat) else {
                continue;
            };
            for own in self.communes.values_mut() {
                own.is_contradicted = own.is_contradicted || own.denies(position, day);
            }
        }
    }

    /// What is said of a commune's ground.
    pub(super) fn of(&self, code: &str) -> Option<&CommuneSaid> {
        self.communes.get(code)
    }

    /// Where a commune stands that recorded so many plots.
    pub(super) fn state(&self, code: &str, has_plots: bool) -> Sent {
        match self.of(code) {
            _ if has_plots => Sent::Sent,
            Some(own) if own.is_whole() => Sent::Nothing,
            _ => Sent::NotSent,
        }
    }

    /// What papers say of a commune without plots: its state, and what is said of a part of it.
    pub(super) fn remark(&self, code: &str) -> String {
        let label = self.state(code, false).label();
        let own = self.of(code);
        let more = own.and_then(CommuneSaid::remark);
        let against = own.filter(|own| own.is_contradicted);
        let against = against.map(|_| CONTRADICTED.to_owned());
        let parts = [Some(label.to_owned()), more, against];
        parts.into_iter().flatten().collect::<Vec<_>>().join("; ")
    }
}

impl CommuneSaid {
    fn whole_parts(&self) -> impl Iterator<Item = &Part> {
        let parts = self.parts.iter();
        parts.filter(|part| part.through.is_some_and(|day| day >= self.end))
    }

    /// Whether all of its ground is said to have been without plots on every day of the window that has come.
    pub(super) fn is_whole(&self) -> bool {
        self.share >= 1.0 - SPLINTER_SHARE
    }

    /// Through which day its own statements go without a gap.
    pub(super) fn through(&self) -> Option<LocalDate> {
        let own = self.parts.iter().filter(|part| self.is_own(part));
        own.filter_map(|part| part.through).max()
    }

    fn is_own(&self, part: &Part) -> bool {
        part.boundary.code == self.code && part.share >= 1.0 - SPLINTER_SHARE
    }

    /// What is to be told beside its state.
    pub(super) fn remark(&self) -> Option<String> {
        if self.whole_parts().any(|part| self.is_own(part)) {
            return None;
        }
        let told: Vec<String> = self.parts.iter().map(|part| self.told(part)).collect();
        let heading = if self.is_whole() {
            "theo xác nhận trước khi đổi địa giới"
        } else {
            "mới xác nhận không phát sinh"
        };
        Some(format!("{heading}: {}", told.join(", ")))
    }

    fn told(&self, part: &Part) -> String {
        let mut words = Vec::new();
        if part.share < 1.0 - SPLINTER_SHARE {
            let share = number(part.share * 100.0, 0);
            words.push(format!("{} cũ, {share} % diện tích", part.boundary.name));
        } else if !self.is_own(part) {
            words.push(format!("{} cũ", part.boundary.name));
        }
        match (part.through, part.days.first()) {
            (Some(day), _) if day >= self.end => {}
            (Some(day), _) => words.push(format!("đến ngày {}", dmy(day))),
            (None, Some((first, last))) => {
                words.push(format!("từ ngày {} đến ngày {}", dmy(*first), dmy(*last)));
            }
            (None, None) => {}
        }
        words.join(", ")
    }

    /// Whether it is said of that place on that day that there was nothing.
    fn denies(&self, position: Position, day: LocalDate) -> bool {
        self.parts.iter().any(|part| {
            let said = |(first, last): &(LocalDate, LocalDate)| *first <= day && day <= *last;
            part.days.iter().any(said) && part.ground.place(position) != Place::Outside
        })
    }
}

/// The communes of a map that share ground with a boundary's: of its own communes none has another's.
fn touched<'a>(
    map: &'a CommuneMap,
    boundary: &KnownBoundary,
    ground: &'a Arc<BlockedRegion>,
) -> Vec<&'a Commune> {
    let own = map.commune(&boundary.code);
    if let Some(own) = own.filter(|own| Arc::ptr_eq(&own.ground, ground)) {
        return vec![own];
    }
    let codes = map.meeting(ground.region());
    codes.filter_map(|code| map.commune(code)).collect()
}

/// Statements by the boundary that they were made over, with their days in order.
fn by_boundary(
    rows: Vec<NothingRow>,
    known: &KnownBoundaries,
) -> BTreeMap<BoundaryId, (KnownBoundary, Vec<(LocalDate, LocalDate)>)> {
    let mut found = BTreeMap::new();
    for row in rows {
        let Some(boundary) = known.at(&row.commune, row.through, row.said_at) else {
            continue;
        };
        let own = found.entry(boundary.id);
        let (_, days) = own.or_insert_with(|| (boundary, Vec::new()));
        days.push((row.first_day, row.through));
    }
    for (_, days) in found.values_mut() {
        days.sort_unstable();
    }
    found
}

/// The day through which spans, in order, hold every day from a first one on.
fn through(days: &[(LocalDate, LocalDate)], from: LocalDate) -> Option<LocalDate> {
    let mut reached = from.plus_days(-1);
    for (first, last) in days {
        if *first <= reached.plus_days(1) {
            reached = reached.max(*last);
        }
    }
    (reached >= from).then_some(reached)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_reach_as_far_as_they_follow_one_another() {
        let day = |text: &str| text.parse::<LocalDate>().unwrap();
        let spans = |all: &[(&str, &str)]| -> Vec<(LocalDate, LocalDate)> {
            all.iter().map(|(a, b)| (day(a), day(b))).collect()
        };
        let from = day("2025-12-15");
        let reach = |all: &[(&str, &str)]| through(&spans(all), from).map(|day| day.to_string());
        assert_eq!(reach(&[]), None);
        assert_eq!(reach(&[("2025-12-16", "2026-01-01")]), None);
        let whole = Some("2026-12-14".to_owned());
        assert_eq!(reach(&[("2025-12-15", "2026-12-14")]), whole);
        let halves = [("2025-12-15", "2026-06-14"), ("2026-06-15", "2026-12-14")];
        assert_eq!(reach(&halves), whole);
        let gap = [("2025-12-15", "2026-06-13"), ("2026-06-15", "2026-12-14")];
        assert_eq!(reach(&gap), Some("2026-06-13".to_owned()));
        let within = [("2025-12-15", "2026-06-14"), ("2026-01-15", "2026-02-14")];
        assert_eq!(reach(&within), Some("2026-06-14".to_owned()));
    }
}
