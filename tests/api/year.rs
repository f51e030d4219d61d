//! A made-up year: written straight into the tables it answers as the same patrols do that came through the doors.

use std::sync::Arc;

use serde_json::Value;
use tuantra::app::App;
use tuantra::base::time::LocalDate;
use tuantra::cli::demo::forces::{Forces, Muster};
use tuantra::cli::demo::load::through_the_doors;
use tuantra::cli::demo::over::{Communes, year_over};
use tuantra::cli::demo::year::{Written, YearLoad, load};
use tuantra::demo::{Year, YearPlan};

use crate::field::{Client, Database, Field};

const PATROLS: usize = 40;
const COMMUNES: usize = 5;
const QUESTIONS: [&str; 8] = [
    "from=2026-01-01&to=2026-03-02&compare=true&freshness=true",
    "from=2026-02-10&to=2026-02-19",
    "from=2026-01-01&to=2026-03-02&radius_m=100",
    "from=2026-01-01&to=2026-03-02&visits=2",
    "from=2026-01-01&to=2026-03-02&kind=night",
    "from=2026-01-01&to=2026-03-02&pass=1",
    "from=2026-01-01&to=2026-03-02&force=dan_quan",
    "from=2026-03-01&to=2026-03-01",
];

/// Ends the day before the harness's clock starts.
fn plan() -> YearPlan {
    YearPlan {
        patrols: PATROLS,
        days: 30,
        end: LocalDate::from_ymd(2026, 3, 2).unwrap(),
        seed: 3,
    }
}

async fn year(app: &App) -> Arc<Year> {
    let communes = Communes::MadeUp(COMMUNES);
    Arc::new(year_over(app, communes, plan()).await.unwrap())
}

async fn load_directly(app: &App, keeps_fixes: bool) -> Written {
    let how = YearLoad {
        keeps_fixes,
        is_told: false,
    };
    load(app, year(app).await, how).await.unwrap()
}

async fn load_through_the_doors(field: &Field) {
    let year = year(&field.app).await;
    let forces = Forces::enlisted(&field.app, Muster::from(&*year)).await;
    let forces = forces.unwrap().with_secrets(&field.app).await.unwrap();
    let patrols = (0..year.patrol_count()).filter_map(|number| year.patrol(number));
    through_the_doors(&field.app, &forces, patrols)
        .await
        .unwrap();
    field.settle().await;
}

/// Another server on an empty database of the same kind.
async fn another(field: &Field) -> Field {
    let database = match field.app.journal.store().engine() {
        "sqlite" => Database::Sqlite,
        _ => Database::Postgres,
    };
    Field::start(database).await
}

/// What the two servers must agree on: everything but numbers of journal entries.
async fn figures(officer: &Client) -> Vec<Value> {
    let mut figures = Vec::new();
    for question in QUESTIONS {
        let path = format!("/api/v1/coverage?{question}");
        let mut answer = officer.get(&path).await.expect(200).json();
        assert_eq!(answer["pending_patrols"], 0);
        answer["indexed_through"] = Value::Null;
        figures.push(answer);
    }
    figures
}

/// Figures and communes of each patrol, by id.
async fn patrols(officer: &Client, year: &Year) -> Vec<Value> {
    let mut patrols = Vec::new();
    for number in 0..year.patrol_count() {
        let path = format!("/api/v1/patrols/{}", year.patrol_id(number));
        let view = officer.get(&path).await.expect(200).json();
        let of = |name: &str| view[name].clone();
        patrols.push(
            [
                "kind",
                "state",
                "started_at",
                "ended_at",
                "length_m",
                "duration_s",
                "moving_s",
                "gaps",
                "quality",
            ]
            .map(of)
            .into_iter()
            .collect(),
        );
    }
    patrols
}

on_both! {
    async fn a_year_written_directly_answers_as_the_same_patrols_through_the_doors(field: Field) {
        let other = another(&field).await;
        let written = load_directly(&field.app, true).await;
        load_through_the_doors(&other).await;
        assert_eq!((written.patrols, written.known), (PATROLS, 0));
        let (direct, doors) = (field.officer().await, other.officer().await);
        let (ours, theirs) = (figures(&direct).await, figures(&doors).await);
        assert!(ours[0]["total"]["covered_m2"].as_f64().unwrap() > 1e6);
        assert_eq!(ours, theirs);
        let year = year(&field.app).await;
        assert_eq!(patrols(&direct, &year).await, patrols(&doors, &year).await);
    }

    async fn a_year_that_was_loaded_is_not_loaded_again(field: Field) {
        let first = load_directly(&field.app, true).await;
        let officer = field.officer().await;
        let before = figures(&officer).await;
        let again = load_directly(&field.app, true).await;
        assert_eq!((again.patrols, again.known), (0, first.patrols));
        assert_eq!(figures(&officer).await, before);
    }

    async fn a_year_without_raw_fixes_has_the_same_figures(field: Field) {
        let other = another(&field).await;
        load_directly(&field.app, true).await;
        load_directly(&other.app, false).await;
        let (with, without) = (field.officer().await, other.officer().await);
        assert_eq!(figures(&with).await, figures(&without).await);
    }

    async fn facts_read_anew_say_what_was_written(field: Field) {
        load_directly(&field.app, true).await;
        let officer = field.officer().await;
        let before = figures(&officer).await;
        let year = year(&field.app).await;
        let mut tx = field.app.journal.store().read().await.unwrap();
        for number in 0..year.patrol_count() {
            let walked = field.app.patrols.walked(&mut tx, year.patrol_id(number)).await.unwrap();
            assert!(walked.unwrap().tracks.is_some_and(|tracks| tracks.len() == 1));
        }
        drop(tx);
        let recheck = officer.get("/api/v1/coverage?from=2026-01-01&to=2026-03-02&as_of=2026-03-02T03:00:00Z").await;
        let rechecked = recheck.expect(200).json();
        assert_eq!(rechecked["total"]["covered_m2"], before[0]["total"]["covered_m2"]);
        assert_eq!(rechecked["communes"].as_array().unwrap().len(), COMMUNES);
    }
}
