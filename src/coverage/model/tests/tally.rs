use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use crate::base::ids::PatrolId;
use crate::base::time::Timestamp;
use crate::coverage::model::block::{
    DayDraft, NEVER, PatrolFacts, Trip, Visit, VisitDraft, micrometres,
};
use crate::coverage::model::tally::{Effort, TripSum};
use crate::coverage::model::timeline::{Days, Piece, Timeline, block_of, days_of};

/// Way in micrometres, time and night in milliseconds.
type Went = (i64, u32, u32);

/// What each patrol did on each day within each boundary.
type Told = BTreeMap<(i64, u128, u32), Went>;

/// What a window comes to: by boundary, and the distinct patrols over all communes.
type Sums = (BTreeMap<u32, Effort>, usize);

const FIRST: i64 = 20_000;
const LENGTH: i64 = 300;
/// The boundaries that are communes of the map.
const COMMUNES: std::ops::Range<u32> = 1..4;

fn told() -> impl Strategy<Value = Told> {
    let went = (
        0..40_000_000_000_i64,
        0..=86_400_000_u32,
        0..=43_200_000_u32,
    );
    let place = (FIRST..FIRST + LENGTH, 1..7_u128, 0..5_u32);
    prop::collection::btree_map(place, went, 0..90)
}

/// One of them leads a party of unknown size, another had its fixes erased.
fn facts(patrol: u128) -> PatrolFacts {
    PatrolFacts {
        patrol: PatrolId(uuid::Uuid::from_u128(patrol)),
        kind: 1,
        lead_org: 1,
        campaign: 0,
        people: u16::try_from(patrol - 1).unwrap(),
        is_validated: false,
        is_frozen: patrol == 3,
        ground: u32::try_from(patrol).unwrap(),
    }
}

fn last_at(day: i64, patrol: u128, (_, duration_ms, _): Went) -> Timestamp {
    let millis = day * 86_400_000 + i64::from(duration_ms) + i64::try_from(patrol).unwrap();
    Timestamp::from_millis(millis)
}

/// The trip of a patrol, as the index tells it.
fn trip(told: &Told, (day, patrol, boundary): (i64, u128, u32), went: Went) -> Trip {
    let before = |holds: &dyn Fn(u32) -> bool| {
        let earlier = told
            .keys()
            .filter(|(own, whose, place)| *own < day && *whose == patrol && holds(*place));
        earlier
            .map(|(own, _, _)| i32::try_from(*own).unwrap())
            .max()
            .unwrap_or(NEVER)
    };
    let first_of_day = told
        .range((day, patrol, COMMUNES.start)..(day, patrol, COMMUNES.end))
        .next();
    Trip {
        boundary,
        length_um: went.0,
        duration_ms: went.1,
        night_ms: went.2,
        last_at: last_at(day, patrol, went),
        is_first_here: true,
        is_first_anywhere: first_of_day.is_some_and(|((_, _, own), _)| *own == boundary),
        before_here: before(&|place| place == boundary),
        before_anywhere: before(&|place| COMMUNES.contains(&place)),
    }
}

fn drafts(told: &Told) -> BTreeMap<i64, DayDraft> {
    let mut days = BTreeMap::<i64, DayDraft>::new();
    for (place, went) in told {
        let visits = &mut days.entry(place.0).or_default().visits;
        let own = facts(place.1);
        if visits.last().is_none_or(|last| last.facts != own) {
            visits.push(VisitDraft::of(own));
        }
        if let Some(visit) = visits.last_mut() {
            visit.trips.push(trip(told, *place, *went));
        }
    }
    days
}

fn line(told: &Told) -> Timeline {
    let mut line = Timeline::default();
    let all = days_of(block_of(FIRST)).start..days_of(block_of(FIRST + LENGTH)).end;
    line.set_days(&all, drafts(told));
    line
}

/// What a window comes to, counted from what was told one by one, the last first.
fn counted(told: &Told, days: &Days) -> Sums {
    let mut sums = BTreeMap::<u32, Effort>::new();
    let mut patrols = BTreeMap::<u32, BTreeSet<u128>>::new();
    let mut all = BTreeSet::new();
    for ((day, patrol, boundary), went) in told.iter().rev() {
        if !(days.contains(day) && COMMUNES.contains(boundary)) {
            continue;
        }
        let own = sums.entry(*boundary).or_default();
        let people = i64::from(facts(*patrol).people);
        let spent_ms = i64::from(went.1);
        own.visits += 1;
        own.people += u64::try_from(people).unwrap();
        own.told += usize::from(people > 0);
        own.sum = TripSum {
            length_um: own.sum.length_um + went.0,
            duration_ms: own.sum.duration_ms + spent_ms,
            night_ms: own.sum.night_ms + i64::from(went.2),
            people_ms: own.sum.people_ms + spent_ms * people,
            told_ms: own.sum.told_ms + if people > 0 { spent_ms } else { 0 },
            last_at: own.sum.last_at.max(Some(last_at(*day, *patrol, *went))),
        };
        own.mark(day - days.start);
        patrols.entry(*boundary).or_default().insert(*patrol);
        own.patrols = patrols[boundary].len();
        all.insert(*patrol);
    }
    (sums, all.len())
}

/// The same from the sums of blocks and the visits beside them.
fn by_pieces(line: &mut Timeline, days: &Days) -> Sums {
    let (mut sums, mut all) = (BTreeMap::<u32, Effort>::new(), 0);
    line.each_piece(days, |piece| match piece {
        Piece::Block(first, tally) => {
            let own = tally.boundaries.iter();
            for own in own.filter(|own| COMMUNES.contains(&own.boundary)) {
                let effort = sums.entry(own.boundary).or_default();
                all += effort.add_block((first, days.start), own);
            }
        }
        Piece::Visit(day, visit, trips) => {
            let trips = trips.iter();
            for trip in trips.filter(|trip| COMMUNES.contains(&trip.boundary)) {
                let effort = sums.entry(trip.boundary).or_default();
                all += effort.add_trip((day, days.start), visit, trip);
            }
        }
    });
    (sums, all)
}

/// The same visit by visit.
fn by_visits(line: &Timeline, days: &Days) -> Sums {
    let (mut sums, mut all) = (BTreeMap::<u32, Effort>::new(), 0);
    line.each_visit(days, |block, day, visit: &Visit| {
        let trips = block.trips(visit).iter();
        for trip in trips.filter(|trip| COMMUNES.contains(&trip.boundary)) {
            let effort = sums.entry(trip.boundary).or_default();
            all += effort.add_trip((day, days.start), visit, trip);
        }
    });
    (sums, all)
}

/// Whole blocks know their first day, the oldest ground and whether any patrol's fixes were erased.
fn knows_its_own(line: &mut Timeline, told: &Told, days: &Days) {
    let mut many = 0;
    line.each_piece(days, |piece| {
        let Piece::Block(first, tally) = piece else {
            return;
        };
        many += 1;
        assert_eq!(first, days.start);
        let own = told.keys().filter(|(day, _, _)| days.contains(day));
        let own: Vec<_> = own.collect();
        let oldest = own.iter().map(|(_, patrol, _)| facts(*patrol).ground).min();
        assert_eq!(tally.oldest, oldest);
        let has_frozen = own.iter().any(|(_, patrol, _)| *patrol == 3);
        assert_eq!(tally.has_frozen, has_frozen);
        for sums in &tally.boundaries {
            let days = own.iter().filter(|(_, _, own)| *own == sums.boundary);
            let began = days.map(|(day, _, _)| day - first).min();
            assert_eq!(Some(i64::from(sums.first_day)), began);
        }
    });
    assert_eq!(many, 1, "one piece tells of all");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn days_are_marked_by_their_numbers_in_windows_of_any_length(
        numbers in prop::collection::btree_set(0..1_200_i64, 0..60), split in 0..1_200_i64,
    ) {
        let (mut own, mut other) = (Effort::default(), Effort::default());
        for number in &numbers {
            let part = if *number < split { &mut own } else { &mut other };
            part.mark(*number);
        }
        own.join(&other);
        let marked: Vec<i64> = own.days.numbers().map(i64::from).collect();
        prop_assert_eq!(marked, numbers.iter().copied().collect::<Vec<_>>());
        let expected = match (numbers.first(), numbers.last()) {
            (Some(first), Some(last)) if numbers.len() > 1 => {
                Some((last - first) as f64 / (numbers.len() - 1) as f64)
            }
            _ => None,
        };
        prop_assert_eq!(own.revisit_days(), expected);
    }

    #[test]
    fn sums_of_blocks_are_to_the_bit_those_of_every_visit(told in told(), from in 0..LENGTH, length in 1..LENGTH) {
        let days = FIRST + from..(FIRST + from + length).min(FIRST + LENGTH);
        let mut line = line(&told);
        let expected = counted(&told, &days);
        prop_assert_eq!(by_visits(&line, &days), expected.clone());
        prop_assert_eq!(by_pieces(&mut line, &days), expected.clone(), "added up now");
        prop_assert_eq!(by_pieces(&mut line, &days), expected, "added up before");
    }

    #[test]
    fn a_day_that_is_set_anew_changes_the_sums_of_its_block(told in told(), moved in 0..LENGTH) {
        let (day, days) = (FIRST + moved, FIRST..FIRST + LENGTH);
        let mut line = line(&told);
        let _kept = by_pieces(&mut line, &days);
        line.set_days(&(day..day + 1), BTreeMap::new());
        let expected = by_visits(&line, &days);
        prop_assert_eq!(by_pieces(&mut line, &days), expected);
    }

    #[test]
    fn blocks_know_their_first_day_their_oldest_ground_and_erased_fixes_alone_and_together(told in told()) {
        let mut line = line(&told);
        for number in block_of(FIRST)..=block_of(FIRST + LENGTH) {
            knows_its_own(&mut line, &told, &days_of(number));
        }
        knows_its_own(&mut line, &told, &(days_of(block_of(FIRST)).start..days_of(block_of(FIRST + LENGTH)).end));
    }

    #[test]
    fn centimetres_of_the_index_are_whole_micrometres(length_cm in 0..10_000_000_000_i64) {
        #[expect(clippy::cast_precision_loss, reason = "a row's number")]
        let length_m = length_cm as f64 / 100.0;
        prop_assert_eq!(micrometres(length_m), length_cm * 10_000);
    }
}
