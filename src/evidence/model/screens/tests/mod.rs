//! The screens against seasons that nobody tuned them on, and the search against looking at every key.

mod season;

use proptest::prelude::*;

use super::*;
use season::{CHOOSING, Dice, Forgery, HELD_OUT, Picture};

/// What a screen made of a season's pictures.
#[derive(Debug, Default)]
struct Judged {
    /// Of each class: injected, found.
    classes: Vec<(Forgery, usize, usize)>,
    /// Honest pictures, and those of them that were asked about.
    honest: usize,
    asked: usize,
}

/// Pictures come one after the other; each is held against those of other plots that came before.
fn judged(seed: u64, near: Near) -> Judged {
    let pictures = season::season(seed, 16, 10);
    let least = ScreenRules::default().least_detail;
    let prints: Vec<Vec<Fingerprint>> = pictures
        .iter()
        .map(|picture| {
            assert!(detail(&picture.luma) >= least, "a hillside shows enough");
            fingerprints(&picture.luma)
        })
        .collect();
    let mut judged = Judged {
        classes: Forgery::EVERY.iter().map(|class| (*class, 0, 0)).collect(),
        ..Judged::default()
    };
    for (index, picture) in pictures.iter().enumerate() {
        let earlier = pictures.iter().zip(&prints).take(index);
        let hits: Vec<usize> = earlier
            .enumerate()
            .filter(|(_, (other, theirs))| {
                other.plot != picture.plot
                    && other.forged.is_none()
                    && are_near(&prints[index], theirs, near)
            })
            .map(|(at, _)| at)
            .collect();
        count(&mut judged, &pictures, picture, &hits);
    }
    judged
}

fn count(judged: &mut Judged, pictures: &[Picture], picture: &Picture, hits: &[usize]) {
    match picture.forged {
        None => {
            judged.honest += 1;
            judged.asked += usize::from(!hits.is_empty());
        }
        Some((class, of)) => {
            let own = judged
                .classes
                .iter_mut()
                .find(|own| own.0 == class)
                .unwrap();
            own.1 += 1;
            // Its plot's other photos show the same scene; they lead to the same ground.
            let found = hits
                .iter()
                .any(|hit| pictures[*hit].plot == pictures[of].plot);
            own.2 += usize::from(found);
        }
    }
}

fn are_near(own: &[Fingerprint], theirs: &[Fingerprint], near: Near) -> bool {
    let whole = |prints: &[Fingerprint], others: &[Fingerprint]| {
        others.iter().any(|other| near.holds(&prints[0], other))
    };
    whole(own, theirs) || whole(theirs, own)
}

fn told(seeds: &[u64]) -> Judged {
    let mut all = Judged::default();
    for seed in seeds {
        let own = judged(*seed, ScreenRules::default().near());
        all.honest += own.honest;
        all.asked += own.asked;
        for (at, class) in own.classes.into_iter().enumerate() {
            match all.classes.get_mut(at) {
                Some(sum) => (sum.1, sum.2) = (sum.1 + class.1, sum.2 + class.2),
                None => all.classes.push(class),
            }
        }
    }
    all
}

#[track_caller]
fn holds(judged: &Judged) {
    for (class, injected, found) in &judged.classes {
        assert!(
            found * 100 >= injected * 95,
            "{class:?}: {found} of {injected}\n{judged:#?}"
        );
    }
    assert!(judged.asked * 100 <= judged.honest, "{judged:#?}");
}

#[test]
fn pictures_brought_again_are_found_in_the_seasons_that_thresholds_were_chosen_on() {
    holds(&told(&CHOOSING));
}

#[test]
fn pictures_brought_again_are_found_in_seasons_held_out() {
    holds(&told(&HELD_OUT));
}

#[test]
fn what_shows_little_is_not_compared() {
    let least = ScreenRules::default().least_detail;
    let picture = |light: fn(u32, u32) -> u8| {
        detail(&image::GrayImage::from_fn(320, 240, |x, y| {
            image::Luma([light(x, y)])
        }))
    };
    let wall = picture(|_, _| 120);
    let fog = picture(|_, y| u8::try_from(120 + y / 3).unwrap());
    let horizon = picture(|_, y| if y < 120 { 200 } else { 60 });
    let grain = picture(|x, y| u8::try_from(120 + (x * 7 + y * 13) % 5).unwrap());
    for shown in [wall, fog, horizon, grain] {
        assert!(shown < least, "{shown}");
    }
    assert!(picture(|x, y| if (x / 20 + y / 20) % 2 == 0 { 40 } else { 200 }) >= least);
}

fn linear(keys: &[(u64, u32)], key: u64, most: u32) -> Vec<(u64, u32)> {
    let mut found: Vec<_> = keys
        .iter()
        .filter(|(other, _)| (key ^ other).count_ones() <= most)
        .copied()
        .collect();
    found.sort_unstable();
    found
}

#[test]
fn the_search_finds_what_looking_at_every_key_finds() {
    let mut dice = Dice::new(7);
    let keys: Vec<(u64, u32)> = (0..30_000).map(|at| (dice.next(), at)).collect();
    let mut index = KeyIndex::default();
    // Some keys come at once, some one by one after the tables were made.
    index.extend(keys[..29_000].iter().copied());
    for key in &keys[29_000..] {
        index.extend([*key]);
    }
    assert_eq!(index.len(), keys.len());
    for _ in 0..400 {
        let of = keys[usize::try_from(dice.next() % 30_000).unwrap()].0;
        let flips = (0..dice.next() % 14).map(|_| 1_u64 << (dice.next() % 64));
        let key = flips.fold(of, |key, flip| key ^ flip);
        for most in [0, 3, 7, 11, 15] {
            let mut found = index.within(key, most);
            found.sort_unstable();
            assert_eq!(found, linear(&keys, key, most), "{key:x} within {most}");
        }
    }
}

proptest! {
    #[test]
    fn distances_are_those_of_the_signs(one: u64, other: u64) {
        let print = |key: u64| Fingerprint { key, check: [key, 0, 0, key] };
        prop_assert_eq!(print(one).key_apart(&print(other)), (one ^ other).count_ones());
        prop_assert_eq!(print(one).check_apart(&print(other)), 2 * (one ^ other).count_ones());
        prop_assert_eq!(print(one).check_apart(&print(one)), 0);
    }
}
