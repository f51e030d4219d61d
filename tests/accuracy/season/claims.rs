//! Claims of plots beside the tracks of the claiming unit, honest and forged.

use tuantra::base::time::Timestamp;
use tuantra::patrols::model::fix::Fix;

use super::dice::Dice;
use super::land::Spot;
use super::walk::Honest;
use super::{DAY_MS, Kind, Track, season};

/// How a claim came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claimed {
    /// Where the unit walked, and when.
    OnTheWay,
    /// Where it walked, typed in the evening.
    InTheEvening,
    /// Where the phone had no fix for a while.
    InAGap,
    /// Some time after the phone died on the way.
    AfterThePhoneDied,
    /// By a unit that never records tracks.
    WithoutTracker,
    /// Forged: the unit walked elsewhere that day.
    Elsewhere,
    /// Forged: a unit that records its ways has none that day.
    NoWayThatDay,
    /// Forged: where the unit walked on another day.
    AnotherDay,
    /// Forged: where another unit walked that day, its own being elsewhere.
    OfAnotherUnit,
}

impl Claimed {
    pub const EVERY: [Self; 9] = [
        Self::OnTheWay,
        Self::InTheEvening,
        Self::InAGap,
        Self::AfterThePhoneDied,
        Self::WithoutTracker,
        Self::Elsewhere,
        Self::NoWayThatDay,
        Self::AnotherDay,
        Self::OfAnotherUnit,
    ];

    pub const fn is_forged(self) -> bool {
        matches!(
            self,
            Self::Elsewhere | Self::NoWayThatDay | Self::AnotherDay | Self::OfAnotherUnit
        )
    }
}

/// A claim with all tracks of its unit.
pub struct Claim {
    pub claimed: Claimed,
    pub at: Timestamp,
    pub lon_e7: i32,
    pub lat_e7: i32,
    pub accuracy_m: f64,
    /// Every track of the unit, of that day and of others.
    pub of_unit: Vec<Vec<Fix>>,
}

/// A forged claim lies at least so far from every fix of its unit that day, m.
const FORGED_FROM_M: f64 = 600.0;

/// So many claims of every kind, beside the tracks of a season.
pub fn claims(seed: u64, per_kind: usize) -> Vec<Claim> {
    let mut dice = Dice::of(seed, 4);
    let tracks = season(seed, per_kind.max(4));
    let walks: Vec<&Track> = tracks
        .iter()
        .filter(|track| {
            let on_foot = [Honest::Ordinary, Honest::Again].map(Kind::Honest);
            on_foot.contains(&track.kind) && track.fixes.len() > 60
        })
        .collect();
    let mut claims = Vec::new();
    for claimed in Claimed::EVERY {
        for _ in 0..per_kind {
            claims.push(claim(claimed, &walks, &mut dice));
        }
    }
    claims
}

fn claim(claimed: Claimed, walks: &[&Track], dice: &mut Dice) -> Claim {
    let own = walks[dice.below(walks.len())];
    let middle = own.fixes.len() / 5 + dice.below(own.fixes.len() * 3 / 5);
    let seen = own.fixes[middle];
    let mut fixes = own.fixes.clone();
    let mut at = seen.t.plus_millis(millis(dice, 600_000) - 300_000);
    let mut spot = Spot::of_e7(seen.lon_e7, seen.lat_e7);
    match claimed {
        Claimed::InTheEvening => {
            at = seen
                .t
                .plus_millis(3 * 3_600_000 + millis(dice, 5 * 3_600_000));
        }
        Claimed::InAGap => {
            let around_ms = 600_000 + millis(dice, 900_000);
            at = seen.t;
            fixes.retain(|fix| fix.t.since(seen.t).abs() > around_ms);
        }
        Claimed::AfterThePhoneDied => {
            // It dies on the way: some of it is recorded.
            let under_way_ms = seen.t.since(own.fixes[0].t);
            let before_ms = (600_000 + millis(dice, 3_000_000)).min(under_way_ms * 2 / 3);
            at = seen.t;
            fixes.retain(|fix| seen.t.since(fix.t) > before_ms);
        }
        Claimed::Elsewhere => spot = away(&fixes, spot, dice),
        Claimed::AnotherDay | Claimed::OfAnotherUnit => {
            spot = on_another(&fixes, walks, dice).unwrap_or_else(|| away(&fixes, spot, dice));
        }
        _ => {}
    }
    let accuracy_m = dice.between(3.0, 15.0);
    let spot = spot.moved(dice.turn(), dice.between(0.0, 40.0));
    let (lon_e7, lat_e7) = spot
        .moved(dice.turn(), accuracy_m * dice.normal().abs())
        .e7();
    let mut of_unit: Vec<Vec<Fix>> = Vec::new();
    if claimed != Claimed::WithoutTracker {
        if claimed != Claimed::NoWayThatDay {
            of_unit.push(fixes);
        }
        for days in [-9, -4, 3, 6, 11] {
            let other = walks[dice.below(walks.len())];
            of_unit.push(on_day(&other.fixes, at, days));
        }
        if claimed == Claimed::AnotherDay {
            of_unit.push(past(spot, on_day(&own.fixes, at, -2)));
        }
    }
    Claim {
        claimed,
        at,
        lon_e7,
        lat_e7,
        accuracy_m,
        of_unit,
    }
}

fn millis(dice: &mut Dice, most: usize) -> i64 {
    i64::try_from(dice.below(most)).unwrap_or(0)
}

/// A place that no fix is near.
fn away(fixes: &[Fix], from: Spot, dice: &mut Dice) -> Spot {
    loop {
        let spot = from.moved(dice.turn(), dice.between(700.0, 8_000.0));
        if nearest_m(fixes, spot) >= FORGED_FROM_M {
            return spot;
        }
    }
}

/// A place where somebody else walked, that no fix is near.
fn on_another(fixes: &[Fix], walks: &[&Track], dice: &mut Dice) -> Option<Spot> {
    (0..40).find_map(|_| {
        let other = walks[dice.below(walks.len())];
        let fix = other.fixes[dice.below(other.fixes.len())];
        let spot = Spot::of_e7(fix.lon_e7, fix.lat_e7);
        (nearest_m(fixes, spot) >= FORGED_FROM_M).then_some(spot)
    })
}

fn nearest_m(fixes: &[Fix], spot: Spot) -> f64 {
    let apart = |fix: &Fix| Spot::of_e7(fix.lon_e7, fix.lat_e7).distance_m(spot);
    fixes.iter().map(apart).fold(f64::INFINITY, f64::min)
}

/// A walk as if it had been made so many days from an instant's day.
fn on_day(fixes: &[Fix], at: Timestamp, days: i64) -> Vec<Fix> {
    let Some(first) = fixes.first() else {
        return Vec::new();
    };
    let apart = at.local_date().as_days() + days - first.t.local_date().as_days();
    let moved = fixes.iter().map(|fix| Fix {
        t: fix.t.plus_millis(apart * DAY_MS),
        ..*fix
    });
    moved.collect()
}

/// The same walk moved so that its middle lies at a spot.
fn past(spot: Spot, fixes: Vec<Fix>) -> Vec<Fix> {
    let Some(middle) = fixes.get(fixes.len() / 2) else {
        return fixes;
    };
    let middle = Spot::of_e7(middle.lon_e7, middle.lat_e7);
    let moved = fixes.into_iter().map(|fix| {
        let at = Spot::of_e7(fix.lon_e7, fix.lat_e7);
        let (lon_e7, lat_e7) = Spot::new(
            at.east_m + spot.east_m - middle.east_m,
            at.north_m + spot.north_m - middle.north_m,
        )
        .e7();
        Fix {
            lon_e7,
            lat_e7,
            ..fix
        }
    });
    moved.collect()
}
