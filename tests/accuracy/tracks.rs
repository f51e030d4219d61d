//! The screens of tracks and claims against seasons that nobody tuned them on.

use crate::season::claims::{Claimed, claims};
use crate::season::{Forgery, Honest, Kind, Track, season};

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
    let sorted = |track: &Track| track.fixes.is_sorted();
    assert!(tracks.iter().all(sorted));
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
