use crate::coverage::model::answer::Coverage;
use crate::coverage::model::interval::Measured;

fn measured(total_dm2: u64, covered_dm2: u64, edge_dm2: u64) -> Measured {
    Measured {
        total_dm2,
        covered_dm2,
        edge_dm2,
        cell_dm2: 200_000,
    }
}

#[test]
fn a_commune_without_risk_area_has_no_coverage() {
    let none = Coverage::of(Measured::default(), 0.0, 5_000);
    assert_eq!(
        (none.coverage, none.error_bound, none.interval()),
        (None, None, None)
    );
    assert_eq!(none.km_for_full, Some(0.0));
    let nothing = Coverage::total([], 5_000);
    assert_eq!(nothing.coverage, None);
}

#[test]
fn covered_area_is_the_share_of_the_geodesic_area() {
    let quarter = Coverage::of(measured(400_000_000, 100_000_000, 0), 4_000_400.0, 5_000);
    assert_eq!(quarter.coverage, Some(0.25));
    assert_eq!(quarter.covered_m2.to_bits(), 1_000_100.0_f64.to_bits());
    assert_eq!(quarter.km_for_full, Some(40.004));
    assert_eq!(
        Coverage::of(quarter.measured, 4_000_400.0, 0).km_for_full,
        None
    );
}

#[test]
fn communes_weigh_their_risk_area() {
    let small = Coverage::of(measured(100_000_000, 100_000_000, 0), 1e6, 5_000);
    let large = Coverage::of(measured(300_000_000, 0, 0), 3e6, 5_000);
    let none = Coverage::of(Measured::default(), 0.0, 5_000);
    let total = Coverage::total(&[small, large, none], 5_000);
    assert_eq!(total.coverage, Some(0.25));
    assert_eq!(total.km_for_full, Some(40.0));
}

#[test]
fn the_bound_grows_with_the_edge_and_shrinks_with_the_area() {
    let bound = |total, edge| measured(total, 0, edge).bound().unwrap();
    assert!(bound(400_000_000, 0) > 0.0);
    assert!(bound(400_000_000, 4_000_000) > bound(400_000_000, 2_000_000));
    assert!(bound(800_000_000, 4_000_000) < bound(400_000_000, 4_000_000));
    assert!(bound(1, 4_000_000) <= 1.0);
}

#[test]
fn the_bound_of_a_total_is_less_than_the_sum_of_its_parts() {
    let parts = [Coverage::of(measured(100_000_000, 50_000_000, 20_000_000), 1e6, 5_000); 9];
    let own = parts[0].error_bound.unwrap();
    let total = Coverage::total(&parts, 5_000).error_bound.unwrap();
    assert!(total < 0.4 * own && total > 0.3 * own, "{total} {own}");
}

#[test]
fn the_interval_stays_within_nothing_and_all() {
    let (low, high) = Coverage::of(measured(4_000_000, 4_000_000, 0), 4e4, 5_000)
        .interval()
        .unwrap();
    assert!(low < 1.0 && high <= 1.0);
    let (low, high) = Coverage::of(measured(4_000_000, 0, 0), 4e4, 5_000)
        .interval()
        .unwrap();
    assert!(low >= 0.0 && high > 0.0);
}
