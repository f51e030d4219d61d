//! What the screens of tracks make of a season: each track is judged as it comes, against those that came before.

use std::collections::{BTreeMap, BTreeSet};

use crate::season::claims::{Claim, claims};
use crate::season::{Forgery, Kind, Track, season};
use tuantra::geo::position::Position;
use tuantra::patrols::model::legs::{GapRule, Waypoint};
use tuantra::patrols::model::quality::{Basis, QualityRule};
use tuantra::patrols::model::screens::asked::Asked;
use tuantra::patrols::model::screens::claims::{Place, presence};
use tuantra::patrols::model::screens::copies::{Hit, compared, ranked};
use tuantra::patrols::model::screens::keys::{Shares, asked, kept};
use tuantra::patrols::model::screens::own::{at_one_instant, evenness, jumps, made_up};
use tuantra::patrols::model::screens::{Line, TrackRules};
use tuantra::patrols::model::track::Track as Derived;

/// Earlier tracks that are laid over a new one.
pub const COMPARED: usize = 20;

/// How many of a class there were and how many of them were asked about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    pub made: usize,
    pub asked: usize,
}

/// By the name of the class.
pub type Table = BTreeMap<String, Tally>;

#[derive(Default)]
struct Earlier {
    lines: Vec<Option<Line>>,
    parties: Vec<(u32, u32)>,
    windows: BTreeMap<u64, Vec<(usize, f64, Shares)>>,
}

/// A season's tracks, judged.
pub fn tracks(seed: u64, per_class: usize, table: &mut Table) {
    let rules = TrackRules::default();
    let mut earlier = Earlier::default();
    for track in season(seed, per_class) {
        let line = Line::of(&track.fixes);
        let copies = line
            .as_ref()
            .map(|line| earlier.copied(line, track.party(), &rules));
        let copies = copies.unwrap_or_default();
        let asks = match track.kind {
            Kind::Forged(forgery, Some(of)) if forgery.is_copy() => earlier.leads_to(&copies, of),
            Kind::Forged(forgery, _) => own(&track, &rules).contains(&Some(forgery)),
            Kind::Honest(_) => {
                !copies.is_empty() || own(&track, &rules).iter().any(Option::is_some)
            }
        };
        count(table, format!("{:?}", track.kind).as_str(), asks);
        // What forgers bring is told by itself; it stands in nobody's way.
        if matches!(track.kind, Kind::Honest(_)) {
            earlier.keep(line, track.party());
        }
    }
}

fn count(table: &mut Table, class: &str, asks: bool) {
    let class = class.split(", ").next().unwrap_or(class);
    let class = class.trim_end_matches(')').replace('(', " ");
    let tally = table.entry(class).or_default();
    tally.made += 1;
    tally.asked += usize::from(asks);
}

impl Earlier {
    /// The earlier tracks that a new one is asked to be a copy of.
    fn copied(&self, line: &Line, party: (u32, u32), rules: &TrackRules) -> Vec<usize> {
        let mut hits: BTreeMap<usize, Vec<Hit>> = BTreeMap::new();
        for window in asked(line) {
            for key in &window.keys {
                for (track, at_s, shares) in self.windows.get(key).into_iter().flatten() {
                    // As the product does: a party's own tracks are not held against one another.
                    let hit = Hit::of(&window, *at_s, shares);
                    if let Some(hit) = hit.filter(|_| self.parties[*track] != party) {
                        hits.entry(*track).or_default().push(hit);
                    }
                }
            }
        }
        let ranked = ranked(&hits).into_iter().take(COMPARED);
        let new = Asked::of(line.clone());
        let copies = ranked.filter(|(track, guesses)| {
            let earlier = self.lines[*track].as_ref();
            let found = earlier.and_then(|earlier| compared(&new, earlier, guesses));
            found.is_some_and(|found| found.asks(rules))
        });
        copies.map(|(track, _)| track).collect()
    }

    /// Whether a question names the track that was copied, or one of the same walk: those were out at one time.
    fn leads_to(&self, copies: &[usize], of: usize) -> bool {
        let zero = |at: usize| self.lines[at].as_ref().map(Line::zero);
        copies.iter().any(|at| {
            *at == of
                || zero(*at)
                    .zip(zero(of))
                    .is_some_and(|(one, other)| one.since(other).abs() < 600_000)
        })
    }

    fn keep(&mut self, line: Option<Line>, party: (u32, u32)) {
        let number = self.lines.len();
        for window in line.iter().flat_map(kept) {
            for key in window.keys {
                let known = self.windows.entry(key).or_default();
                known.push((number, window.at_s, window.shares));
            }
        }
        self.lines.push(line);
        self.parties.push(party);
    }
}

/// What a track says against itself, by the forgery that it gives away.
fn own(track: &Track, rules: &TrackRules) -> [Option<Forgery>; 5] {
    let points = credible(track);
    let instant = at_one_instant(&track.fixes, rules);
    let mock = made_up(&track.fixes);
    let is_even = evenness(&points).asks(rules);
    [
        (!jumps(&points, rules).is_empty()).then_some(Forgery::Teleport),
        instant
            .is_at_least(rules.instant_fixes, 0.0)
            .then_some(Forgery::OneInstant),
        is_even.then_some(Forgery::EvenSpacing),
        is_even.then_some(Forgery::NoNoise),
        mock.is_at_least(rules.mock_fixes, rules.mock_share)
            .then_some(Forgery::Mock),
    ]
}

fn credible(track: &Track) -> Vec<Waypoint> {
    let Some(last) = track.fixes.last() else {
        return Vec::new();
    };
    let basis = Basis {
        transport: track.transport,
        rule: QualityRule::current(),
        received_until: last.t,
    };
    Derived::derive(&track.fixes, basis, GapRule::current())
        .summary()
        .credible()
}

/// A season's claims, judged.
pub fn claimed(seed: u64, per_kind: usize, table: &mut Table) {
    let rules = TrackRules::default();
    for claim in claims(seed, per_kind) {
        let asks = is_asked_about(&claim, &rules);
        let side = if claim.claimed.is_forged() {
            "Forged"
        } else {
            "Honest"
        };
        count(table, &format!("{side}(claim {:?}", claim.claimed), asks);
    }
}

fn is_asked_about(claim: &Claim, rules: &TrackRules) -> bool {
    let day = claim.at.local_date();
    let (mut of_the_day, mut others) = (Vec::new(), BTreeSet::new());
    for part in claim
        .of_unit
        .iter()
        .flat_map(|fixes| fixes.chunk_by(|one, other| one.t.local_date() == other.t.local_date()))
    {
        let own = part[0].t.local_date();
        if own == day {
            of_the_day.push(part.to_vec());
        } else if (own.as_days() - day.as_days()).abs() <= 30 {
            others.insert(own);
        }
    }
    let place = Place {
        at: claim.at,
        position: Position::from_e7(claim.lon_e7, claim.lat_e7).expect("a place in the province"),
        accuracy_m: Some(claim.accuracy_m),
    };
    let days = u32::try_from(others.len()).expect("a few");
    presence(&place, &of_the_day, days, rules).asks()
}
