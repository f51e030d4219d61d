use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU8;
use std::ops::Range;

use proptest::prelude::*;

use crate::base::ids::PatrolId;
use crate::coverage::model::block::{DayDraft, PatrolFacts, VisitDraft};
use crate::coverage::model::canvas::{Canvas, Counts};
use crate::coverage::model::interval::Measured;
use crate::coverage::model::region::{FULL, WORDS, WordSeen};
use crate::coverage::model::scales::GridId;
use crate::coverage::model::timeline::{Timeline, block_of, days_of};

/// A patrol's number, a day, and what it saw there.
type Told = (u128, i64, Vec<(u16, u64)>);

const FIRST: i64 = 20_000;

/// In half of all cases more rows than a region has that is painted row by row.
fn told() -> impl Strategy<Value = Vec<Told>> {
    visits(FIRST..FIRST + 700, 0..90)
}

/// Days of three blocks, each with more rows than one has that is painted row by row.
const BUSY_D: i64 = 96;

fn busy() -> impl Strategy<Value = Vec<Told>> {
    visits(FIRST..FIRST + BUSY_D, 90..140)
}

fn visits(days: Range<i64>, many: Range<usize>) -> impl Strategy<Value = Vec<Told>> {
    let seen = prop::collection::btree_map(0..u16::try_from(WORDS).unwrap(), 1..=FULL, 0..30);
    let visit = (1..6_u128, days, seen);
    prop::collection::vec(visit, many).prop_map(|told| {
        let mut once = BTreeMap::new();
        for (patrol, day, seen) in told {
            once.insert((day, patrol), seen.into_iter().collect());
        }
        let visits = once.into_iter();
        visits
            .map(|((day, patrol), seen)| (patrol, day, seen))
            .collect()
    })
}

fn facts(patrol: u128) -> PatrolFacts {
    PatrolFacts {
        patrol: PatrolId(uuid::Uuid::from_u128(patrol)),
        kind: u32::try_from(patrol % 2).unwrap(),
        lead_org: 1,
        campaign: 0,
        people: 0,
        is_validated: false,
        is_frozen: false,
        ground: 0,
    }
}

fn drafts(told: &[Told]) -> BTreeMap<i64, DayDraft> {
    let mut days = BTreeMap::<i64, DayDraft>::new();
    for (patrol, day, seen) in told {
        let mut visit = VisitDraft::of(facts(*patrol));
        let seen = seen.iter();
        visit.seen.extend(seen.map(|(position, mask)| WordSeen {
            position: *position,
            mask: *mask,
        }));
        days.entry(*day).or_default().visits.push(visit);
    }
    days
}

fn line(told: &[Told]) -> Timeline {
    let mut line = Timeline::default();
    let all = days_of(block_of(FIRST)).start..days_of(block_of(FIRST + 700)).end;
    line.set_days(&all, drafts(told));
    line
}

/// The visits of every cell in a window, counted one by one.
fn counted(told: &[Told], from: i64, to: i64, odd_only: bool) -> BTreeMap<(u16, u32), u32> {
    let mut counts = BTreeMap::new();
    for (patrol, day, seen) in told {
        if (from..to).contains(day) && (!odd_only || patrol % 2 == 1) {
            for (position, mask) in seen {
                for bit in (0..49).filter(|bit| mask >> bit & 1 == 1) {
                    *counts.entry((*position, bit)).or_default() += 1;
                }
            }
        }
    }
    counts
}

fn cells(canvas: &Canvas) -> Vec<(u16, u32)> {
    let seen = canvas.seen();
    seen.flat_map(|own| {
        let bits = (0..49).filter(move |bit| own.mask >> bit & 1 == 1);
        bits.map(move |bit| (own.position, bit))
    })
    .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_window_shows_every_cell_that_was_seen_in_it(told in told(), from in 0..700_i64, length in 1..700_i64) {
        let (from, to) = (FIRST + from, (FIRST + from + length).min(FIRST + 700));
        let (mut line, mut canvas) = (line(&told), Canvas::default());
        line.paint(&mut canvas, &(from..to));
        let expected: Vec<_> = counted(&told, from, to, false).into_keys().collect();
        prop_assert_eq!(cells(&canvas), expected);
        let mut some = Canvas::default();
        line.paint_some(&mut some, &(from..to), &|visit| visit.facts.kind == 1);
        let expected: Vec<_> = counted(&told, from, to, true).into_keys().collect();
        prop_assert_eq!(cells(&some), expected);
    }

    #[test]
    fn windows_over_busy_blocks_show_every_cell_whichever_were_asked_for_before(
        told in busy(), windows in prop::collection::vec((0..BUSY_D, 1..=BUSY_D), 1..6),
    ) {
        let mut line = line(&told);
        for (from, length) in windows {
            let days = FIRST + from..(FIRST + from + length).min(FIRST + BUSY_D);
            let mut canvas = Canvas::default();
            line.paint(&mut canvas, &days);
            let expected: Vec<_> = counted(&told, days.start, days.end, false).into_keys().collect();
            prop_assert_eq!(cells(&canvas), expected);
        }
    }

    #[test]
    fn visits_are_counted_cell_by_cell(told in told(), times in 1..4_u8) {
        let mut counts = Counts::up_to(NonZeroU8::new(times).unwrap());
        line(&told).count(&mut counts, &(FIRST..FIRST + 700), &|_| true);
        let often = counted(&told, FIRST, FIRST + 700, false).into_iter();
        let often: Vec<_> = often.filter(|(_, own)| *own >= u32::from(times)).map(|(cell, _)| cell).collect();
        prop_assert_eq!(cells(&counts.all_reached()), often);
    }

    #[test]
    fn windows_are_known_by_their_days_with_a_visit_until_one_changes(told in told(), from in 0..700_i64, length in 1..700_i64) {
        let days = FIRST + from..(FIRST + from + length).min(FIRST + 700);
        let mut line = line(&told);
        let within: BTreeSet<i64> = told.iter().map(|(_, day, _)| *day).filter(|day| days.contains(day)).collect();
        let visited = line.visited(&days);
        prop_assert_eq!(visited.len(), within.len());
        let (Some(first), Some(last)) = (within.first(), within.last()) else { return Ok(()) };
        let id = GridId { risk: 1, part: 0, is_fine: false };
        let measured = Measured { covered_dm2: 7, ..Measured::default() };
        line.keep_told(id, visited, measured);
        prop_assert_eq!(line.told(id, &line.visited(&(*first..last + 1))), Some(measured));
        prop_assert_eq!(line.told(GridId { part: 1, ..id }, &line.visited(&days)), None);
        prop_assert_eq!(line.told(id, &line.visited(&(first + 1..last + 1))), None);
        line.set_days(&(FIRST..FIRST + 1), BTreeMap::new());
        prop_assert_eq!(line.told(id, &line.visited(&days)), None);
    }

    #[test]
    fn windows_that_move_on_load_each_day_once_and_show_what_was_seen_in_them(
        told in told(),
        windows in prop::collection::vec((0..700_i64, 1..100_i64), 1..8),
    ) {
        let mut line = Timeline::default();
        let mut loaded = BTreeSet::new();
        for (from, length) in windows {
            let days = FIRST + from..(FIRST + from + length).min(FIRST + 700);
            for span in line.missing(&days) {
                for day in span.clone() {
                    prop_assert!(loaded.insert(day), "a day is loaded once");
                }
                let mut own = drafts(&told).split_off(&span.start);
                drop(own.split_off(&span.end));
                line.set_days(&span, own);
            }
            prop_assert!(line.missing(&days).is_empty());
            let around = line.around(&days);
            prop_assert!(around.start <= days.start && days.end <= around.end);
            for day in around {
                prop_assert!(loaded.contains(&day) && line.holds(day));
            }
            let mut canvas = Canvas::default();
            line.paint(&mut canvas, &days);
            let expected: Vec<_> = counted(&told, days.start, days.end, false).into_keys().collect();
            prop_assert_eq!(cells(&canvas), expected);
        }
    }

    #[test]
    fn a_window_within_one_block_loads_its_own_days_and_the_next_one_the_rest_of_it(moved in 0..20_i64) {
        let block = days_of(block_of(FIRST) + 1);
        let days = block.start + moved..block.start + moved + 10;
        let mut line = Timeline::default();
        prop_assert_eq!(line.missing(&days), [days.clone()]);
        line.set_days(&days, BTreeMap::new());
        prop_assert!(line.missing(&(days.start + 2..days.end)).is_empty());
        let rest = [block.start..days.start, days.end..block.end];
        let rest: Vec<_> = rest.into_iter().filter(|part| !part.is_empty()).collect();
        prop_assert_eq!(line.missing(&(days.start..days.end + 1)), rest);
    }

    #[test]
    fn a_day_that_is_set_anew_is_seen_through_every_union(
        told in prop_oneof![told(), busy()], moved in prop_oneof![0..BUSY_D, 0..700_i64],
    ) {
        let day = FIRST + moved;
        let mut line = line(&told);
        line.paint(&mut Canvas::default(), &(FIRST..FIRST + 700));
        line.set_days(&(day..day + 1), BTreeMap::new());
        let mut left = told.clone();
        left.retain(|(_, own, _)| *own != day);
        let mut canvas = Canvas::default();
        line.paint(&mut canvas, &(FIRST..FIRST + 700));
        let expected: Vec<_> = counted(&left, FIRST, FIRST + 700, false).into_keys().collect();
        prop_assert_eq!(cells(&canvas), expected);
    }
}
