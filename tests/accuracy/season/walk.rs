//! Honest tracks: of every class some, each of a kind that a screen might take for a forgery.

use tuantra::base::time::Timestamp;
use tuantra::patrols::model::vocabulary::Transport;

use super::dice::{Dice, Drift};
use super::land::{Land, Spot, Trail};
use super::phone::{Phone, stretch};
use super::{DAY_MS, FIRST_DAY, Kind, Track};

/// Why a track might look forged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Honest {
    /// One team, one phone, a trail that others walk on other days too.
    Ordinary,
    /// The same team walks the same trail as on another day, at nearly the same pace.
    Again,
    /// Another team walks the trail some minutes to an hour behind a first one.
    Behind,
    /// Two teams walk together.
    Together,
    /// Two teams comb the ground side by side, 20 to 60 m apart.
    SideBySide,
    /// Two phones in one party.
    TwoPhones,
    /// The same walk through two apps of one phone.
    TwoApps,
    /// A motorbike on a road that was driven before.
    Motorbike,
    /// Standing still for hours.
    Standing,
    /// Long stretches without a fix.
    Gaps,
    /// A first fix far off after every pause.
    ColdStart,
    /// Low accuracy in a valley, with fixes that agree on a wrong place.
    Valley,
}

impl Honest {
    pub const EVERY: [Self; 12] = [
        Self::Ordinary,
        Self::Again,
        Self::Behind,
        Self::Together,
        Self::SideBySide,
        Self::TwoPhones,
        Self::TwoApps,
        Self::Motorbike,
        Self::Standing,
        Self::Gaps,
        Self::ColdStart,
        Self::Valley,
    ];
}

/// A true walk: a spot a second.
struct Walk {
    path: Vec<Spot>,
    start: Timestamp,
    team: u32,
}

struct Walker {
    speed_mps: f64,
    /// Metres that it keeps left of the trail, on the average.
    left_m: f64,
    rests_a_minute: f64,
}

struct Maker {
    land: Land,
    dice: Dice,
    tracks: Vec<Track>,
    walks: Vec<(Walk, usize, Walker)>,
    patrols: u32,
    devices: u32,
}

pub(super) fn honest(seed: u64, per_class: usize) -> Vec<Track> {
    let mut maker = Maker {
        land: Land::of(seed),
        dice: Dice::of(seed, 2),
        tracks: Vec::new(),
        walks: Vec::new(),
        patrols: 0,
        devices: 0,
    };
    for _ in 0..3 * per_class {
        maker.ordinary(Honest::Ordinary);
    }
    for class in Honest::EVERY.into_iter().skip(1) {
        for _ in 0..per_class {
            maker.add(class);
        }
    }
    maker.tracks
}

impl Maker {
    fn add(&mut self, class: Honest) {
        match class {
            Honest::Again => self.again(),
            Honest::Behind => self.behind(),
            Honest::Together | Honest::SideBySide | Honest::TwoPhones => self.with_another(class),
            Honest::TwoApps => self.two_apps(),
            Honest::Motorbike => self.motorbike(),
            Honest::Standing => self.standing(),
            Honest::Ordinary | Honest::Gaps | Honest::ColdStart | Honest::Valley => {
                self.ordinary(class);
            }
        }
    }

    fn start(&mut self) -> Timestamp {
        let day = i64::try_from(self.dice.below(110)).unwrap_or(0);
        let second = 3_600 + i64::try_from(self.dice.below(5 * 3_600)).unwrap_or(0);
        FIRST_DAY.plus_millis(day * DAY_MS + second * 1_000)
    }

    fn walker(&mut self) -> Walker {
        Walker {
            speed_mps: self.dice.between(0.8, 1.4),
            left_m: 1.5 * self.dice.normal(),
            rests_a_minute: self.dice.between(0.03, 0.12),
        }
    }

    fn ordinary(&mut self, class: Honest) {
        let trail = self.dice.below(self.land.trails.len());
        let start = self.start();
        let walker = self.walker();
        let team = u32::try_from(self.dice.below(12)).unwrap_or(0);
        let path = walked(&self.land.trails[trail], &walker, &mut self.dice);
        let walk = Walk { path, start, team };
        let mut phone = Phone::drawn(&mut self.dice, walk.path.len());
        let seconds = walk.path.len();
        match class {
            Honest::Gaps => {
                let dice = &mut self.dice;
                phone.gaps = (0..4).map(|_| stretch(dice, seconds, 300, 1_800)).collect();
            }
            Honest::ColdStart => {
                phone.cold_fixes = 1 + self.dice.below(4);
                let dice = &mut self.dice;
                phone.gaps = (0..5).map(|_| stretch(dice, seconds, 120, 600)).collect();
            }
            Honest::Valley => {
                (phone.fast_m, phone.slow_m) =
                    (self.dice.between(6.0, 15.0), self.dice.between(8.0, 25.0));
            }
            _ => {}
        }
        self.record(class, &walk, &phone);
        if class == Honest::Valley {
            self.stick();
        }
        self.walks.push((walk, trail, walker));
    }

    /// Echoes: for a minute or so all fixes of the last track agree on a place some hundred metres off.
    fn stick(&mut self) {
        let dice = &mut self.dice;
        let Some(track) = self.tracks.last_mut() else {
            return;
        };
        for _ in 0..3 {
            let from = dice.below(track.fixes.len());
            let (heading, away_m) = (dice.turn(), dice.between(80.0, 450.0));
            let until = track.fixes[from].t.plus_millis(90_000);
            for fix in track.fixes.iter_mut().skip(from) {
                if fix.t > until {
                    break;
                }
                let shown = Spot::of_e7(fix.lon_e7, fix.lat_e7).moved(heading, away_m);
                (fix.lon_e7, fix.lat_e7) = shown.e7();
            }
        }
    }

    /// Days are lived one after the other: the walk that is repeated is one of the ordinary ones.
    fn again(&mut self) {
        let (earlier, trail, walker) = {
            let (walk, trail, walker) = &self.walks[self.dice.below(self.walks.len())];
            (walk.team, *trail, walker.speed_mps)
        };
        let mut same = self.walker();
        same.speed_mps = walker * self.dice.between(0.97, 1.03);
        let start = self.start();
        let path = walked(&self.land.trails[trail], &same, &mut self.dice);
        let walk = Walk {
            path,
            start,
            team: earlier,
        };
        let phone = Phone::drawn(&mut self.dice, walk.path.len());
        self.record(Honest::Again, &walk, &phone);
    }

    fn behind(&mut self) {
        let (start, trail, speed_mps) = {
            let (walk, trail, walker) = &self.walks[self.dice.below(self.walks.len())];
            (walk.start, *trail, walker.speed_mps)
        };
        let mut next = self.walker();
        next.speed_mps = speed_mps * self.dice.between(0.98, 1.02);
        let later_s = 120 + self.dice.below(3_480);
        let start = start.plus_millis(i64::try_from(later_s).unwrap_or(0) * 1_000);
        let path = walked(&self.land.trails[trail], &next, &mut self.dice);
        let walk = Walk {
            path,
            start,
            team: 20,
        };
        let phone = Phone::drawn(&mut self.dice, walk.path.len());
        self.record(Honest::Behind, &walk, &phone);
    }

    /// A second phone on a walk: in the same party, with another team, or aside.
    fn with_another(&mut self, class: Honest) {
        let at = self.dice.below(self.walks.len());
        let dice = &mut self.dice;
        let (aside_m, heading) = match class {
            Honest::SideBySide => (dice.between(20.0, 60.0), dice.turn()),
            _ => (dice.between(0.0, 8.0), dice.turn()),
        };
        let mut sway = [(); 2].map(|()| Drift::new(dice, 40.0, 1.0));
        let (walk, ..) = &self.walks[at];
        let path = walk.path.iter().map(|spot| {
            let spot = spot.moved(heading, aside_m);
            let [east, north] = sway.each_mut().map(|sway| 1.5 * sway.next(dice));
            Spot::new(spot.east_m + east, spot.north_m + north)
        });
        let other = Walk {
            path: path.collect(),
            start: walk.start,
            team: if class == Honest::TwoPhones {
                walk.team
            } else {
                21
            },
        };
        let phone = Phone::drawn(&mut self.dice, other.path.len());
        let patrol = self.tracks[at].patrol;
        self.record(class, &other, &phone);
        if let (Honest::TwoPhones, Some(track)) = (class, self.tracks.last_mut()) {
            track.patrol = patrol;
        }
    }

    /// A second app asks the same receiver at its own interval, stamps by its own clock and keeps fewer decimals.
    fn two_apps(&mut self) {
        let at = self.dice.below(self.walks.len());
        let mut twin = self.tracks[at].clone();
        let (keep, late_ms) = (1 + self.dice.below(3), self.dice.below(1_500));
        let late_ms = i64::try_from(late_ms).unwrap_or(0);
        let mut number = 0;
        twin.fixes.retain(|_| {
            number += 1;
            number % keep == 0
        });
        for fix in &mut twin.fixes {
            fix.t = fix.t.plus_millis(late_ms);
            fix.lon_e7 = (fix.lon_e7 + 5) / 10 * 10;
            fix.lat_e7 = (fix.lat_e7 + 5) / 10 * 10;
        }
        self.devices += 1;
        twin.device = self.devices;
        if self.dice.chance(0.5) {
            self.patrols += 1;
            twin.patrol = self.patrols;
        }
        twin.kind = Kind::Honest(Honest::TwoApps);
        self.tracks.push(twin);
    }

    fn motorbike(&mut self) {
        let start = self.start();
        let rider = Walker {
            speed_mps: self.dice.between(7.0, 12.0),
            left_m: 1.0 * self.dice.normal(),
            rests_a_minute: 0.05,
        };
        let path = walked(&self.land.road, &rider, &mut self.dice);
        let walk = Walk {
            path,
            start,
            team: 3,
        };
        let phone = Phone::drawn(&mut self.dice, walk.path.len());
        self.record(Honest::Motorbike, &walk, &phone);
        if let Some(track) = self.tracks.last_mut() {
            track.transport = Transport::Motorbike;
        }
    }

    /// A short way, then a post for hours; some receivers pin, others wander.
    fn standing(&mut self) {
        let trail = self.dice.below(self.land.trails.len());
        let (start, walker) = (self.start(), self.walker());
        let mut path = walked(&self.land.trails[trail], &walker, &mut self.dice);
        path.truncate(600 + self.dice.below(1_200));
        let stays = 7_200 + self.dice.below(7_200);
        let post = path.last().copied().unwrap_or_default();
        path.extend(std::iter::repeat_n(post, stays));
        let walk = Walk {
            path,
            start,
            team: 5,
        };
        let mut phone = Phone::drawn(&mut self.dice, walk.path.len());
        phone.pins = self.dice.chance(0.6);
        self.record(Honest::Standing, &walk, &phone);
    }

    fn record(&mut self, class: Honest, walk: &Walk, phone: &Phone) {
        self.patrols += 1;
        self.devices += 1;
        self.tracks.push(Track {
            kind: Kind::Honest(class),
            patrol: self.patrols,
            team: walk.team,
            device: self.devices,
            transport: Transport::Foot,
            fixes: phone.recorded(&walk.path, walk.start, &mut self.dice),
        });
    }
}

/// Out along a trail, and back the same way when there is time: at most five hours.
fn walked(trail: &Trail, walker: &Walker, dice: &mut Dice) -> Vec<Spot> {
    let back = trail.reversed();
    let turn_m = trail.length_m() * dice.between(0.6, 1.0);
    let mut pace = Drift::new(dice, 90.0, 1.0);
    let mut aside = Drift::new(dice, 25.0, 1.0);
    let (mut along_m, mut rest_s, mut path) = (0.0, 0_usize, Vec::new());
    let (mut search_s, mut searched) = (0_usize, Spot::default());
    let most_s = 3_600 + dice.below(4 * 3_600);
    while path.len() < most_s && along_m < 2.0 * turn_m {
        let (on, heading, ease) = if along_m < turn_m {
            trail.at(along_m)
        } else {
            back.at(along_m - turn_m + trail.length_m() - turn_m)
        };
        let left_m = walker.left_m + 1.2 * aside.next(dice);
        let on = on.moved(heading - std::f64::consts::FRAC_PI_2, left_m);
        // Beside the trail something is looked at: the searcher wanders and comes back.
        if search_s > 0 {
            search_s -= 1;
            searched.east_m += 0.6 * dice.normal() - searched.east_m * 0.01;
            searched.north_m += 0.6 * dice.normal() - searched.north_m * 0.01;
        } else {
            searched.east_m *= 0.97;
            searched.north_m *= 0.97;
        }
        path.push(Spot::new(
            on.east_m + searched.east_m,
            on.north_m + searched.north_m,
        ));
        if rest_s > 0 {
            rest_s -= 1;
            continue;
        }
        let speed_mps = walker.speed_mps * ease * (0.15 * pace.next(dice)).exp();
        along_m += speed_mps;
        if dice.chance(walker.rests_a_minute / 60.0) {
            rest_s = 30 + dice.below(400);
            if dice.chance(0.4) {
                search_s = rest_s;
            }
        }
    }
    path
}
