//! Forged tracks: an honest one handed in again after a change that hides it, or one made at a desk.

use tuantra::patrols::model::fix::Fix;

use super::dice::Dice;
use super::land::{Land, Spot, Trail};
use super::phone::fix;
use super::walk::Honest;
use super::{DAY_MS, Kind, Track};

/// How a track was forged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Forgery {
    /// The same walk on another day, or hours later.
    Cloned,
    /// At another time and 30 to 500 m away.
    Displaced,
    /// At another time, every fix moved by chance.
    Jittered,
    /// At another time, with fewer fixes.
    Thinned,
    /// At another time, the other way round.
    Reversed,
    /// Half to three quarters of a walk at another time.
    InPart,
    /// At another time, displaced, jittered, thinned, half of them reversed.
    AtOnce,
    /// At another time and slower or quicker by 5 to 20 %.
    Stretched,
    /// At the same time, 80 to 500 m away, jittered: a second patrol that walked beside the first.
    Beside,
    /// An honest walk with a jump of 3 to 30 km that no patrol makes, and back later.
    Teleport,
    /// Many fixes with one and the same time, at different places.
    OneInstant,
    /// Drawn on a map: straight lines or a trail, at one spacing and one interval.
    EvenSpacing,
    /// A route player with changing speed and pauses: no receiver's error.
    NoNoise,
    /// A route player whose phone says so.
    Mock,
}

impl Forgery {
    pub const EVERY: [Self; 14] = [
        Self::Cloned,
        Self::Displaced,
        Self::Jittered,
        Self::Thinned,
        Self::Reversed,
        Self::InPart,
        Self::AtOnce,
        Self::Stretched,
        Self::Beside,
        Self::Teleport,
        Self::OneInstant,
        Self::EvenSpacing,
        Self::NoNoise,
        Self::Mock,
    ];

    /// Whether an earlier track is its other side.
    pub const fn is_copy(self) -> bool {
        matches!(
            self,
            Self::Cloned
                | Self::Displaced
                | Self::Jittered
                | Self::Thinned
                | Self::Reversed
                | Self::InPart
                | Self::AtOnce
                | Self::Stretched
                | Self::Beside
        )
    }
}

pub(super) fn forged(seed: u64, honest: &[Track], per_class: usize) -> Vec<Track> {
    let mut dice = Dice::of(seed, 3);
    let land = Land::of(seed);
    let whole: Vec<usize> = (0..honest.len())
        .filter(|at| is_worth_copying(&honest[*at]))
        .collect();
    let mut tracks = Vec::new();
    for forgery in Forgery::EVERY {
        for _ in 0..per_class {
            let of = whole[dice.below(whole.len())];
            let number = 100_000 + u32::try_from(tracks.len()).unwrap_or(0);
            let fixes = if matches!(
                forgery,
                Forgery::EvenSpacing | Forgery::NoNoise | Forgery::Mock
            ) {
                let start = honest[of].fixes[0].t.plus_millis(DAY_MS);
                drawn(&land, forgery, start, &mut dice)
            } else {
                changed(&honest[of].fixes, forgery, &mut dice)
            };
            tracks.push(Track {
                kind: Kind::Forged(forgery, forgery.is_copy().then_some(of)),
                patrol: number,
                team: 30 + number % 4,
                device: number,
                transport: honest[of].transport,
                fixes,
            });
        }
    }
    tracks
}

/// A forger takes a walk that is one: an hour and more, under way.
fn is_worth_copying(track: &Track) -> bool {
    let Kind::Honest(class) = track.kind else {
        return false;
    };
    let lasts_ms = match (track.fixes.first(), track.fixes.last()) {
        (Some(first), Some(last)) => last.t.since(first.t),
        _ => 0,
    };
    class != Honest::Standing && lasts_ms >= 3_600_000 && track.fixes.len() >= 40
}

fn changed(fixes: &[Fix], forgery: Forgery, dice: &mut Dice) -> Vec<Fix> {
    match forgery {
        Forgery::Cloned => later(fixes, dice),
        Forgery::Displaced => displaced(&later(fixes, dice), 30.0, dice),
        Forgery::Jittered => jittered(&later(fixes, dice), 4.0, dice),
        Forgery::Thinned => thinned(&later(fixes, dice), dice),
        Forgery::Reversed => reversed(&later(fixes, dice)),
        Forgery::InPart => in_part(&later(fixes, dice), dice),
        Forgery::Stretched => stretched(&later(fixes, dice), dice),
        Forgery::Beside => jittered(&displaced(fixes, 80.0, dice), 2.0, dice),
        Forgery::Teleport => teleported(fixes, dice),
        Forgery::OneInstant => one_instant(fixes, dice),
        Forgery::AtOnce | Forgery::EvenSpacing | Forgery::NoNoise | Forgery::Mock => {
            let moved = displaced(&later(fixes, dice), 30.0, dice);
            let thin = thinned(&jittered(&moved, 3.0, dice), dice);
            if dice.chance(0.5) {
                reversed(&thin)
            } else {
                thin
            }
        }
    }
}

/// Some days later at some other minute, or the same day some hours later.
fn later(fixes: &[Fix], dice: &mut Dice) -> Vec<Fix> {
    let days = dice.below(400);
    let millis = 1_800_000 + dice.below(18_000_000);
    let by_ms = i64::try_from(days).unwrap_or(0) * DAY_MS + i64::try_from(millis).unwrap_or(0);
    let same_day_ms = 1_800_000 + i64::try_from(dice.below(14_400_000)).unwrap_or(0);
    let by_ms = if dice.chance(0.25) {
        same_day_ms
    } else {
        by_ms
    };
    let moved = fixes.iter().map(|fix| Fix {
        t: fix.t.plus_millis(by_ms),
        ..*fix
    });
    moved.collect()
}

fn shown(fix: &Fix, to: impl FnOnce(Spot) -> Spot) -> Fix {
    let (lon_e7, lat_e7) = to(Spot::of_e7(fix.lon_e7, fix.lat_e7)).e7();
    Fix {
        lon_e7,
        lat_e7,
        ..*fix
    }
}

fn displaced(fixes: &[Fix], least_m: f64, dice: &mut Dice) -> Vec<Fix> {
    let (heading, away_m) = (dice.turn(), dice.between(least_m, 500.0));
    fixes
        .iter()
        .map(|fix| shown(fix, |spot| spot.moved(heading, away_m)))
        .collect()
}

fn jittered(fixes: &[Fix], most_m: f64, dice: &mut Dice) -> Vec<Fix> {
    let sigma_m = dice.between(0.5, most_m);
    let moved = fixes.iter().map(|fix| {
        let (east_m, north_m) = (sigma_m * dice.normal(), sigma_m * dice.normal());
        let late_ms = i64::try_from(dice.below(800)).unwrap_or(0) - 400;
        let moved = shown(fix, |spot| {
            Spot::new(spot.east_m + east_m, spot.north_m + north_m)
        });
        Fix {
            t: moved.t.plus_millis(late_ms),
            ..moved
        }
    });
    let mut moved: Vec<Fix> = moved.collect();
    moved.sort_unstable();
    moved
}

/// Every second to fourth fix, or three to seven of ten by chance.
fn thinned(fixes: &[Fix], dice: &mut Dice) -> Vec<Fix> {
    let (every, share, by_chance) = (2 + dice.below(3), dice.between(0.3, 0.7), dice.chance(0.5));
    let mut number = 0;
    let kept = fixes.iter().filter(|_| {
        number += 1;
        if by_chance {
            dice.chance(share)
        } else {
            number % every == 0
        }
    });
    kept.copied().collect()
}

fn reversed(fixes: &[Fix]) -> Vec<Fix> {
    let (Some(first), Some(last)) = (fixes.first(), fixes.last()) else {
        return Vec::new();
    };
    let turned = fixes.iter().rev().map(|fix| Fix {
        t: first.t.plus_millis(last.t.since(fix.t)),
        ..*fix
    });
    turned.collect()
}

fn in_part(fixes: &[Fix], dice: &mut Dice) -> Vec<Fix> {
    let (Some(first), Some(last)) = (fixes.first(), fixes.last()) else {
        return Vec::new();
    };
    let share = dice.between(0.5, 0.75);
    let from = dice.between(0.0, 1.0 - share);
    let at = |share: f64| {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_precision_loss,
            reason = "milliseconds of some hours"
        )]
        first
            .t
            .plus_millis((last.t.since(first.t) as f64 * share) as i64)
    };
    let (from, to) = (at(from), at(from + share));
    let part = fixes.iter().filter(|fix| (from..=to).contains(&fix.t));
    part.copied().collect()
}

fn stretched(fixes: &[Fix], dice: &mut Dice) -> Vec<Fix> {
    let by = dice.between(0.05, 0.2);
    let scale = if dice.chance(0.5) {
        1.0 + by
    } else {
        1.0 / (1.0 + by)
    };
    let Some(first) = fixes.first() else {
        return Vec::new();
    };
    let slower = fixes.iter().map(|fix| {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_precision_loss,
            reason = "milliseconds of some hours"
        )]
        let after_ms = (fix.t.since(first.t) as f64 * scale) as i64;
        Fix {
            t: first.t.plus_millis(after_ms),
            ..*fix
        }
    });
    slower.collect()
}

/// For a tenth to a third of its fixes the walk goes on elsewhere, from one fix to the next.
fn teleported(fixes: &[Fix], dice: &mut Dice) -> Vec<Fix> {
    let count = fixes.len();
    let from = count / 5 + dice.below(count / 4);
    let to = from + count / 10 + dice.below(count / 4);
    let (heading, away_m) = (dice.turn(), dice.between(3_000.0, 30_000.0));
    let there = |at: usize, fix: &Fix| {
        if (from..to).contains(&at) {
            shown(fix, |spot| spot.moved(heading, away_m))
        } else {
            *fix
        }
    };
    fixes
        .iter()
        .enumerate()
        .map(|(at, fix)| there(at, fix))
        .collect()
}

/// A tool that writes one time over a batch: runs of 10 to 60 fixes have the time of their first.
fn one_instant(fixes: &[Fix], dice: &mut Dice) -> Vec<Fix> {
    let run = 10 + dice.below(50);
    let mut stamped: Vec<Fix> = fixes
        .chunks(run)
        .flat_map(|run| {
            run.iter().map(|fix| Fix {
                t: run[0].t,
                ..*fix
            })
        })
        .collect();
    stamped.sort_unstable();
    stamped
}

/// A route drawn at a desk, on a trail or in straight lines.
fn drawn(
    land: &Land,
    forgery: Forgery,
    start: tuantra::base::time::Timestamp,
    dice: &mut Dice,
) -> Vec<Fix> {
    let trail = &land.trails[dice.below(land.trails.len())];
    let corner_m = if dice.chance(0.5) {
        dice.between(150.0, 600.0)
    } else {
        0.0
    };
    let interval_s = [5.0, 10.0, 15.0, 30.0][dice.below(4)];
    let (even, mock) = (forgery == Forgery::EvenSpacing, forgery == Forgery::Mock);
    let speed_mps = dice.between(0.8, 1.5);
    let (mut along_m, mut elapsed_s, mut pace, mut pause) = (0.0, 0.0, 1.0, 0.0);
    let (decimals, accuracy_m) = ([1_i32, 10][dice.below(2)], dice.between(3.0, 10.0));
    let mut fixes = Vec::new();
    while along_m < trail.length_m() && elapsed_s < 18_000.0 {
        let spot = on_the_map(trail, corner_m, along_m);
        #[expect(
            clippy::cast_possible_truncation,
            reason = "milliseconds of some hours"
        )]
        let t = start.plus_millis((elapsed_s * 1_000.0) as i64);
        let exact = fix(t, spot, accuracy_m);
        fixes.push(Fix {
            lon_e7: exact.lon_e7 / decimals * decimals,
            lat_e7: exact.lat_e7 / decimals * decimals,
            mock,
            ..exact
        });
        elapsed_s += interval_s;
        if pause > 0.0 {
            pause -= interval_s;
            continue;
        }
        if !even && dice.chance(interval_s / 300.0) {
            pace = dice.between(0.7, 1.3);
        }
        if !even && dice.chance(interval_s / 1_200.0) {
            pause = dice.between(30.0, 300.0);
        }
        along_m += speed_mps * pace * interval_s;
    }
    fixes
}

/// The trail itself, or straight lines between its points every `corner_m`.
fn on_the_map(trail: &Trail, corner_m: f64, along_m: f64) -> Spot {
    if corner_m == 0.0 {
        return trail.at(along_m).0;
    }
    let corner = (along_m / corner_m).floor() * corner_m;
    let (from, to) = (trail.at(corner).0, trail.at(corner + corner_m).0);
    from.between(to, (along_m - corner) / corner_m)
}
