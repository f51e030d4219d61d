//! The screens of tracks and claims against seasons that nobody tuned them on.

use crate::screens::{Table, claimed, tracks};
use crate::season::claims::{Claimed, claims};
use crate::season::{CHOOSING, FIXTURE, Forgery, HELD_OUT, Honest, Kind, Track, season};

fn told(tracks: &[Track]) -> Vec<(Kind, usize, i64)> {
    let told = tracks.iter().map(|track| {
        let first = track.fixes[0].t.as_millis();
        (track.kind, track.fixes.len(), first)
    });
    told.collect()
}

#[test]
fn a_seed_gives_the_same_season_and_another_gives_another() {
    assert_eq!(told(&season(1, 2)), told(&season(1, 2)));
    assert_ne!(told(&season(1, 2)), told(&season(2, 2)));
}

#[test]
fn seeds_that_judge_are_none_that_thresholds_were_chosen_on() {
    let judging = [HELD_OUT.as_slice(), &FIXTURE].concat();
    assert!(CHOOSING.iter().all(|seed| !judging.contains(seed)));
}

#[test]
fn a_season_has_tracks_of_every_class_and_copies_name_what_they_were_made_of() {
    let tracks = season(1, 2);
    let of = |kind: &dyn Fn(&Kind) -> bool| tracks.iter().filter(|track| kind(&track.kind)).count();
    for class in Honest::EVERY {
        let expected = if class == Honest::Ordinary { 6 } else { 2 };
        assert_eq!(of(&|kind| *kind == Kind::Honest(class)), expected);
    }
    for forgery in Forgery::EVERY {
        let made = |kind: &Kind| matches!(kind, Kind::Forged(own, of) if *own == forgery && of.is_some() == forgery.is_copy());
        assert_eq!(of(&made), 2, "{forgery:?}");
    }
    for track in &tracks {
        assert!(track.fixes.is_sorted());
        if track.kind == Kind::Honest(Honest::TwoPhones) {
            let same = |other: &&Track| other.party() == track.party();
            assert_eq!(tracks.iter().filter(same).count(), 2);
        }
    }
}

#[test]
fn claims_come_with_the_tracks_of_their_unit() {
    let claims = claims(1, 2);
    assert_eq!(claims.len(), 2 * Claimed::EVERY.len());
    for claim in claims {
        let is_alone = claim.of_unit.is_empty();
        assert_eq!(is_alone, claim.claimed == Claimed::WithoutTracker);
    }
}

/// A smaller season than those of `docs/evidence.md`, where one track is a larger share.
#[test]
fn forged_tracks_are_asked_about_and_honest_ones_are_not() {
    let mut table = Table::new();
    for seed in FIXTURE {
        tracks(seed, 3, &mut table);
        claimed(seed, 8, &mut table);
    }
    let sum = |side: &str| {
        let own = table.iter().filter(|(class, _)| class.starts_with(side));
        own.fold((0, 0), |sum, (_, tally)| {
            (sum.0 + tally.made, sum.1 + tally.asked)
        })
    };
    let ((forged, caught), (honest, asked)) = (sum("Forged"), sum("Honest"));
    let classes = Forgery::EVERY.len() + Honest::EVERY.len() + Claimed::EVERY.len();
    assert_eq!(table.len(), classes, "{table:?}");
    assert!(caught * 100 >= forged * 95, "{table:#?}");
    assert!(asked * 100 <= honest, "{table:#?}");
}
