//! Every statistic against code that is not ours; the values are made by `fixtures/density/make_references.py`.

use serde::Deserialize;

use crate::density::model::gi::{false_discovery, gi_star};
use crate::density::model::rate::{Exposed, exact, prior, rates};
use crate::density::model::special::{Tail, gamma_quantile, ln_gamma, two_sided_p};
use crate::density::model::trend::mann_kendall;
use crate::geo::cells::Cell;

const CELLS: &str = include_str!("../../../../fixtures/density/cells.json");
const SERIES: &str = include_str!("../../../../fixtures/density/series.json");
const QUANTILES: &str = include_str!("../../../../fixtures/density/quantiles.json");
const SHARE: f64 = 0.95;

#[derive(Deserialize)]
struct Row {
    cell: String,
    plots: Vec<u32>,
    effort_km: Vec<f64>,
    low: f64,
    high: f64,
    rate: f64,
    rate_low: f64,
    rate_high: f64,
    z: f64,
    p: f64,
    q: f64,
    trend: Option<Trend>,
}

#[derive(Deserialize)]
struct Trend {
    s: f64,
    var_s: Option<f64>,
    z: f64,
    p: f64,
    tau: f64,
}

#[derive(Deserialize)]
struct Whole {
    mean: f64,
    variance: f64,
    cells: usize,
}

fn province() -> (Whole, Vec<Row>) {
    let mut all: Vec<serde_json::Value> = serde_json::from_str(CELLS).unwrap();
    let whole = serde_json::from_value(all.remove(0)).unwrap();
    let rows = all.into_iter().map(serde_json::from_value);
    (whole, rows.collect::<Result<_, _>>().unwrap())
}

fn exposed(rows: &[Row]) -> Vec<Exposed> {
    let last = |row: &Row| Exposed {
        plots: *row.plots.last().unwrap(),
        effort_km: *row.effort_km.last().unwrap(),
    };
    rows.iter().map(last).collect()
}

/// Within 1e-9, of the value itself where that is larger than 1.
#[track_caller]
fn assert_close(found: f64, expected: f64, what: &str) {
    let apart = (found - expected).abs();
    assert!(
        apart <= 1e-9 * expected.abs().max(1.0),
        "{what}: {found} is not {expected}"
    );
    // Small values too: a wrong tail would hide below 1e-9.
    assert!(
        apart <= 1e-9 * expected.abs() + 1e-15,
        "{what}: {found} is not {expected}, by {}",
        apart / expected
    );
}

fn cell(row: &Row) -> Cell {
    row.cell.parse::<h3o::CellIndex>().unwrap().into()
}

#[test]
fn intervals_and_rates_are_those_of_scipy_and_pysal() {
    let (whole, rows) = province();
    assert_eq!(rows.len(), whole.cells);
    let exposed = exposed(&rows);
    let own = prior(&exposed).unwrap();
    assert_close(own.mean, whole.mean, "mean");
    assert_close(own.variance, whole.variance, "variance");
    for (row, rate) in rows.iter().zip(rates(&exposed, SHARE)) {
        let rate = rate.unwrap();
        assert_close(rate.raw.low, row.low, "low");
        assert_close(rate.raw.high, row.high, "high");
        assert_close(rate.shrunken.rate, row.rate, "rate");
        assert_close(rate.shrunken.low, row.rate_low, "rate_low");
        assert_close(rate.shrunken.high, row.rate_high, "rate_high");
    }
}

#[test]
fn gi_star_is_that_of_pysal_and_q_that_of_scipy() {
    let (_, rows) = province();
    let values: Vec<(Cell, f64)> = rows.iter().map(|row| (cell(row), row.rate)).collect();
    for (row, local) in rows.iter().zip(gi_star(&values, 1)) {
        let local = local.unwrap();
        assert_close(local.z, row.z, "z");
        assert_close(local.p, row.p, "p");
        assert_close(local.q, row.q, "q");
    }
    let marked = rows.iter().filter(|row| row.q <= 0.05).count();
    assert!(marked > 5, "the reference must have something to find");
}

#[test]
fn the_whole_way_from_counts_to_gi_star_stays_exact() {
    let (_, rows) = province();
    let rates = rates(&exposed(&rows), SHARE);
    let values: Vec<(Cell, f64)> = rows
        .iter()
        .zip(rates)
        .map(|(row, rate)| (cell(row), rate.unwrap().shrunken.rate))
        .collect();
    for (row, local) in rows.iter().zip(gi_star(&values, 1)) {
        assert_close(local.unwrap().z, row.z, "z");
    }
}

#[track_caller]
fn assert_trend(series: &[f64], expected: Option<&Trend>) {
    let found = mann_kendall(series);
    assert_eq!(found.is_some(), expected.is_some(), "{series:?}");
    let Some((found, expected)) = found.zip(expected) else {
        return;
    };
    assert_close(found.s, expected.s, "s");
    assert_close(found.z, expected.z, "z");
    assert_close(found.p, expected.p, "p");
    assert_close(found.tau, expected.tau, "tau");
    if let Some(variance) = expected.var_s {
        assert_close(found.variance, variance, "variance");
    }
}

#[test]
fn mann_kendall_is_that_of_pymannkendall() {
    #[derive(Deserialize)]
    struct Listed {
        series: Vec<Option<f64>>,
        trend: Option<Trend>,
    }
    let listed: Vec<Listed> = serde_json::from_str(SERIES).unwrap();
    assert!(listed.len() > 20);
    for own in listed {
        let series: Vec<f64> = own.series.iter().copied().flatten().collect();
        assert_trend(&series, own.trend.as_ref());
    }
    for row in province().1 {
        let pairs = row.plots.iter().zip(&row.effort_km);
        let known = pairs.filter(|(_, km)| **km > 0.0);
        let series: Vec<f64> = known.map(|(plots, km)| f64::from(*plots) / km).collect();
        assert_trend(&series, row.trend.as_ref());
    }
}

#[test]
fn gamma_quantiles_are_those_of_scipy() {
    #[derive(Deserialize)]
    struct Quantile {
        shape: f64,
        lower: f64,
        x: f64,
    }
    let listed: Vec<Quantile> = serde_json::from_str(QUANTILES).unwrap();
    for Quantile { shape, lower, x } in listed {
        let found = gamma_quantile(shape, Tail::Lower, lower);
        assert_close(found, x, &format!("{lower} of shape {shape}"));
        if lower >= 0.5 {
            let found = gamma_quantile(shape, Tail::Upper, 1.0 - lower);
            assert_close(found, x, &format!("upper {lower} of shape {shape}"));
        }
    }
}

/// DLMF 5.4: factorials, and the half-integers.
#[test]
fn the_gamma_function_meets_what_is_known_of_it() {
    assert_close(ln_gamma(1.0) + 1.0, 1.0, "1");
    assert_close(ln_gamma(11.0), 3_628_800_f64.ln(), "10!");
    assert_close(ln_gamma(0.5), std::f64::consts::PI.sqrt().ln(), "1/2");
    assert_close(two_sided_p(0.0), 1.0, "p of 0");
}

#[test]
fn no_effort_is_no_rate_and_chance_alone_pools() {
    let of = |plots, effort_km| Exposed { plots, effort_km };
    assert_eq!(rates(&[of(2, 0.0)], SHARE), [None]);
    assert_eq!(prior(&[of(2, 0.0)]), None);
    assert_eq!(exact(of(2, 0.0), SHARE), None);
    // Every cell has the same rate: nothing is known of one that is not known of all.
    let alike = rates(&[of(2, 10.0), of(2, 10.0), of(9, 0.0)], SHARE);
    let pooled = exact(of(4, 20.0), SHARE).unwrap();
    assert_eq!(alike[0].unwrap().shrunken, pooled);
    assert_eq!(alike[2], None);
    let nothing = rates(&[of(0, 10.0), of(0, 3.0)], SHARE);
    assert!(nothing[1].unwrap().shrunken.rate.abs() < 1e-300);
    assert!(nothing[1].unwrap().shrunken.high > 0.0);
}

#[test]
fn gi_star_is_silent_where_it_cannot_be_told() {
    let (_, rows) = province();
    let cells: Vec<Cell> = rows.iter().map(cell).collect();
    let alike: Vec<(Cell, f64)> = cells.iter().map(|cell| (*cell, 0.1)).collect();
    assert!(gi_star(&alike, 1).iter().all(Option::is_none));
    assert!(gi_star(&[(cells[0], 1.0)], 1).iter().all(Option::is_none));
    // Two neighbours are all there is: their neighbourhoods hold every cell.
    let pair = cells[0].ring(1)[0];
    let pair = [(cells[0], 1.0), (pair, 2.0)];
    assert!(gi_star(&pair, 1).iter().all(Option::is_none));
    assert!(gi_star(&[], 1).is_empty() && false_discovery(&[]).is_empty());
}
