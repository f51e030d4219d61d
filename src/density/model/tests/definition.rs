//! The definition: what it refuses, and what counts under it.

use crate::base::words::Crop;
use crate::density::model::definition::{Definition, Draft, Standing};

fn refused(change: impl FnOnce(&mut Draft)) -> &'static str {
    let mut draft = Draft::current();
    change(&mut draft);
    Definition::try_from(draft).unwrap_err().field
}

#[test]
fn the_current_definition_can_be_written_down_and_read_again() {
    let current = Definition::current();
    let text = serde_json::to_string(&current).unwrap();
    assert_eq!(serde_json::from_str::<Definition>(&text).unwrap(), current);
    assert_eq!(Definition::try_from(Draft::current()).unwrap(), current);
}

#[test]
fn promises_cannot_be_defined_away() {
    assert_eq!(
        refused(|draft| draft.outsider_least_plots = 2),
        "outsider_least_plots"
    );
    assert_eq!(
        refused(|draft| draft.suggestion_random_share = 0.1),
        "suggestion_random_share"
    );
    assert_eq!(
        refused(|draft| draft.expires_after_clean = 0),
        "expires_after_clean"
    );
    assert_eq!(
        refused(|draft| draft.outsider_resolution = 10),
        "outsider_resolution"
    );
    assert_eq!(
        refused(|draft| draft.interval_share = 1.0),
        "interval_share"
    );
}

#[test]
fn cannabis_counts_only_once_verified() {
    let definition = Definition::current();
    let standing = |state, crop| definition.standing(state, crop);
    assert_eq!(standing("detected", Crop::OpiumPoppy), Standing::Counts);
    assert_eq!(standing("detected", Crop::Cannabis), Standing::Unverified);
    assert_eq!(standing("verified", Crop::Cannabis), Standing::Counts);
    assert_eq!(standing("rejected", Crop::Cannabis), Standing::LeftOut);
    assert_eq!(standing("merged", Crop::OpiumPoppy), Standing::LeftOut);
}
