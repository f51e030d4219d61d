//! Classes, and labels that expire.

use crate::density::model::definition::{Definition, Draft};
use crate::density::model::trend::{SeasonFacts, Trend, TrendClass, TrendRule, trend};
use crate::geo::cells::Cell;
use crate::geo::position::Position;

fn rule() -> TrendRule {
    let cell = Cell::at(Position::new(104.3, 22.4).unwrap(), 8).unwrap();
    let draft = Draft {
        clean_km_per_km2: 1e8 / f64::from(u32::try_from(cell.area_dm2()).unwrap()),
        ..Draft::current()
    };
    Definition::try_from(draft).unwrap().trend_rule(cell)
}

/// Ended seasons of so many plots; 10 km of effort each, none where the number is negative.
fn history(plots: &[i32]) -> Trend {
    let season = |plots: &i32| SeasonFacts {
        plots: u32::try_from(*plots).unwrap_or(0),
        effort_km: if *plots < 0 { 0.0 } else { 10.0 },
        is_over: true,
    };
    let seasons: Vec<SeasonFacts> = plots.iter().map(season).collect();
    trend(&seasons, &rule())
}

#[test]
fn effort_is_weighed_by_the_cells_own_area() {
    assert!((rule().clean_km - 1.0).abs() < 1e-12);
}

#[test]
fn histories_fall_into_their_classes() {
    for (plots, class) in [
        (&[0, 0, 0, 0, 0][..], TrendClass::None),
        (&[-1, -1, -1, -1, -1], TrendClass::None),
        (&[0, 0, 0, 0, 2], TrendClass::Emerging),
        (&[1, 2, 3, 4, 5], TrendClass::Emerging),
        (&[-1, -1, -1, 0, 2], TrendClass::Sporadic),
        (&[2, 1, 2, 1, 2], TrendClass::Persistent),
        (&[0, 2, 0, 1, 2], TrendClass::Persistent),
        (&[5, 4, 3, 2, 1], TrendClass::Diminishing),
        (&[0, 2, 0, 1, 0], TrendClass::Sporadic),
        (&[-1, 2, -1, 1, -1], TrendClass::Sporadic),
    ] {
        assert_eq!(history(plots).class, class, "{plots:?}");
    }
}

#[test]
fn a_label_expires_after_two_clean_seasons() {
    assert_eq!(history(&[2, 2, 2, 0, 2]).class, TrendClass::Persistent);
    let once = history(&[2, 2, 2, 2, 0]);
    assert_eq!((once.class, once.clean_since), (TrendClass::Persistent, 1));
    let twice = history(&[2, 2, 2, 0, 0]);
    assert_eq!((twice.class, twice.clean_since), (TrendClass::None, 2));
    assert_eq!(twice.seasons_with_plots, 3);
}

#[test]
fn a_season_that_nobody_looked_in_is_not_clean() {
    let unseen = history(&[2, 2, 2, -1, -1]);
    assert_eq!(
        (unseen.class, unseen.clean_since),
        (TrendClass::Persistent, 0)
    );
    assert_eq!(history(&[2, 2, 2, -1, 0]).class, TrendClass::Persistent);
    assert_eq!(history(&[2, 2, 0, -1, 0]).class, TrendClass::None);
}

#[test]
fn a_season_under_way_is_not_clean_either() {
    let mut seasons = vec![
        SeasonFacts {
            plots: 2,
            effort_km: 10.0,
            is_over: true
        };
        3
    ];
    let empty = |is_over| SeasonFacts {
        plots: 0,
        effort_km: 10.0,
        is_over,
    };
    seasons.push(empty(true));
    seasons.push(empty(false));
    assert_eq!(trend(&seasons, &rule()).class, TrendClass::Persistent);
    seasons[4] = empty(true);
    assert_eq!(trend(&seasons, &rule()).class, TrendClass::None);
}

#[test]
fn few_seasons_are_not_tested() {
    assert_eq!(history(&[-1, -1, 1, 2, 3]).test, None);
    assert!(history(&[-1, 1, 2, 3, 4]).test.is_some());
}
