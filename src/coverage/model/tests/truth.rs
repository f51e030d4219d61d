//! Coverage against exact buffer, union and intersection made by GEOS (`fixtures/coverage`).

use std::collections::BTreeMap;

use geo::{Coord, Distance, Geodesic, LineString, MultiPolygon, Polygon};
use serde::Deserialize;

use crate::base::time::LocalDate;
use crate::coverage::model::answer::Coverage;
use crate::coverage::model::definition::Definition;
use crate::coverage::model::fold::{Row, Seen};
use crate::coverage::model::risk::{RiskGrid, geodesic_area_m2, risk_of};
use crate::coverage::model::sweep::{Walked, sweep};
use crate::geo::position::Position;

/// Made with a seed that no constant was calibrated on.
const TRUTH: &str = include_str!("../../../../fixtures/coverage/truth.json");

#[derive(Deserialize)]
struct Patch {
    last_day: i64,
    communes: Vec<Commune>,
    risk_areas: Vec<Area>,
    walks: Vec<Walk>,
}

#[derive(Deserialize)]
struct Commune {
    rings: Vec<Vec<[i32; 2]>>,
    risk_area_m2: f64,
    covered: BTreeMap<String, Option<f64>>,
}

#[derive(Deserialize)]
struct Area {
    rings: Vec<Vec<[i32; 2]>>,
}

#[derive(Deserialize)]
struct Walk {
    day: i64,
    fixes: Vec<[i32; 4]>,
}

fn patch() -> Patch {
    serde_json::from_str(TRUTH).unwrap()
}

fn shape(rings: &[Vec<[i32; 2]>]) -> MultiPolygon {
    let degrees = |[lon, lat]: &[i32; 2]| Coord {
        x: f64::from(*lon) / 1e6,
        y: f64::from(*lat) / 1e6,
    };
    let mut rings = rings
        .iter()
        .map(|ring| ring.iter().map(degrees).collect::<LineString>());
    MultiPolygon::new(vec![Polygon::new(rings.next().unwrap(), rings.collect())])
}

impl Patch {
    fn risk(&self) -> Vec<MultiPolygon> {
        let areas: Vec<_> = self
            .risk_areas
            .iter()
            .map(|area| shape(&area.rings))
            .collect();
        self.communes
            .iter()
            .map(|commune| risk_of(&shape(&commune.rings), &areas))
            .collect()
    }
}

/// The rule of the definition, and at most 7 m/s as the script has it.
fn walked(walk: &Walk, definition: &Definition) -> Vec<Walked> {
    let (mut t, mut lon, mut lat) = (0, 0, 0);
    let mut pieces = Vec::new();
    let mut before: Option<(i32, Position)> = None;
    for [seconds, east, north, accuracy_m] in &walk.fixes {
        (t, lon, lat) = (t + seconds, lon + east, lat + north);
        if f64::from(*accuracy_m) > definition.max_accuracy_m() {
            continue;
        }
        let at = Position::from_e7(lon * 10, lat * 10).unwrap();
        pieces.push(Walked::Disc { at });
        if let Some((earlier, from)) = before {
            let gap_s = t - earlier;
            let length_m = Geodesic.distance(from.to_point(), at.to_point());
            let slow = length_m <= 7.0 * f64::from(gap_s);
            if slow
                && i64::from(gap_s) * 1000 <= definition.max_gap_ms()
                && length_m <= definition.max_gap_m()
            {
                pieces.push(Walked::Corridor { from, to: at });
            }
        }
        before = Some((t, at));
    }
    pieces
}

/// Computed and exact coverage of every commune with risk, in every window at every radius.
fn cases(patch: &Patch) -> Vec<(String, Vec<(Coverage, f64)>)> {
    let definition = Definition::current();
    let risk = patch.risk();
    let grids: Vec<_> = risk
        .iter()
        .map(|risk| RiskGrid::lay(definition.lattice(), risk))
        .collect();
    let mut cases = Vec::new();
    for radius_cm in [5_000, 10_000] {
        let mut rows = Vec::new();
        for (walk, patrol) in patch.walks.iter().zip(0..) {
            let masks =
                sweep(definition.lattice(), radius_cm, &walked(walk, &definition)).into_iter();
            let day = LocalDate::from_days(walk.day);
            rows.extend(masks.map(|seen| Row {
                parent: seen.parent,
                mask: seen.mask,
                day,
                patrol,
            }));
        }
        for window_d in [7, 30, 90] {
            let first = LocalDate::from_days(patch.last_day - window_d + 1);
            let name = format!("{}m/{window_d}d", radius_cm / 100);
            let communes = patch.communes.iter().zip(&grids).zip(&risk).filter_map(
                |((commune, grid), risk)| {
                    let exact = commune.covered[&name]?;
                    let seen =
                        Seen::once(grid, rows.iter().copied().filter(|row| row.day >= first));
                    Some((
                        Coverage::of(seen.measured(grid), geodesic_area_m2(risk), radius_cm),
                        exact,
                    ))
                },
            );
            let communes = communes.collect();
            cases.push((name, communes));
        }
    }
    cases
}

#[test]
fn risk_areas_are_those_of_geos_and_geographiclib() {
    let patch = patch();
    for (commune, risk) in patch.communes.iter().zip(patch.risk()) {
        let area_m2 = geodesic_area_m2(&risk);
        assert!(
            (area_m2 / commune.risk_area_m2 - 1.0).abs() < 1e-6,
            "{area_m2} {}",
            commune.risk_area_m2
        );
        let weighed_m2 =
            RiskGrid::lay(Definition::current().lattice(), &risk).total_dm2() as f64 / 100.0;
        assert!(
            (weighed_m2 / commune.risk_area_m2 - 1.0).abs() < 1e-4,
            "{weighed_m2}"
        );
    }
}

#[test]
fn coverage_lies_within_a_fifth_of_a_point_of_exact_buffers_and_the_interval_holds() {
    let all = cases(&patch());
    let mut most = 0.0_f64;
    for (name, communes) in &all {
        assert!(
            communes.len() >= 8,
            "{name} has {} communes",
            communes.len()
        );
        let mut sum = 0.0;
        for (computed, exact) in communes {
            let error = (computed.coverage.unwrap() - exact).abs();
            assert!(error <= 0.02, "{name}: {computed:?} against {exact}");
            assert!(
                error <= computed.error_bound.unwrap(),
                "{name}: {computed:?} against {exact}"
            );
            sum += error;
            most = most.max(*exact);
        }
        assert!(
            sum / communes.len() as f64 <= 0.002,
            "{name}: mean error {sum}"
        );
    }
    assert!(
        most > 0.3,
        "a patch where nothing is covered proves nothing"
    );
}

#[test]
fn the_total_over_communes_holds_too() {
    for (name, communes) in cases(&patch()) {
        let exact_m2: f64 = communes
            .iter()
            .map(|(computed, exact)| exact * computed.risk_area_m2)
            .sum();
        let total = Coverage::total(communes.iter().map(|(computed, _)| computed), 5_000);
        let error = (total.covered_m2 - exact_m2).abs() / total.risk_area_m2;
        assert!(
            error <= total.error_bound.unwrap() && error < 0.001,
            "{name}: {error}"
        );
    }
}
