//! A thousandth of the bench `load`: phones come back at once, beside live ones and hostile requests.

#[path = "../../benches/load/drive/mod.rs"]
#[expect(dead_code, reason = "the bench measures more than the test asks")]
mod drive;

use std::time::Duration;

use drive::{Database, LIVE_WITHIN, Load, MEMORY_MB};

async fn phones_come_back(database: Database) {
    let load = Load::part(1_000);
    let report = Box::pin(drive::come_back(&database, load)).await.unwrap();
    eprintln!("{report}");
    assert_eq!(report.faults(), Vec::<String>::new());
    assert!(report.memory_mb < MEMORY_MB, "{} MB", report.memory_mb);
    // The bench holds every live fix to its bound, on a machine of its own. Here other tests take their part of the cores:
    // what shows is whether live fixes wait for the backlog, and not how long the slowest of them was kept.
    let [usual, _, longest] = report.live_ms;
    let millis = |bound: Duration| bound.as_secs_f64() * 1_000.0;
    assert!(
        usual < millis(LIVE_WITHIN) && longest < millis(Duration::from_mins(1)),
        "live fixes waited {usual} ms, and {longest} ms at the longest"
    );
    let refused: std::collections::BTreeSet<_> =
        report.hostile.keys().map(|(kind, _)| kind).collect();
    assert!(
        refused.len() >= 6,
        "hostile requests were refused: {refused:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousandth_of_the_phones_come_back_on_sqlite() {
    phones_come_back(Database::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousandth_of_the_phones_come_back_on_postgres() {
    let cluster = crate::cluster::Cluster::start("load-cluster");
    phones_come_back(Database::Postgres(cluster.url())).await;
}
