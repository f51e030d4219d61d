//! The schema: one set of templates, rendered for the open database (see `migrations/README.md`).

use std::borrow::Cow;

use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::{PgPool, SqlSafeStr};

use super::Error;
use super::sqlite::SqliteStore;

/// The templates in order: version, what it brings, text.
pub const MIGRATIONS: &[(i64, &str, &str)] = &[
    (
        1,
        "journal",
        include_str!("../../migrations/0001_journal.sql"),
    ),
    (
        2,
        "identity",
        include_str!("../../migrations/0002_identity.sql"),
    ),
    (3, "areas", include_str!("../../migrations/0003_areas.sql")),
    (
        4,
        "patrols",
        include_str!("../../migrations/0004_patrols.sql"),
    ),
    (
        5,
        "coverage",
        include_str!("../../migrations/0005_coverage.sql"),
    ),
    (6, "plots", include_str!("../../migrations/0006_plots.sql")),
    (
        7,
        "evidence",
        include_str!("../../migrations/0007_evidence.sql"),
    ),
    (
        8,
        "coverage_tiles",
        include_str!("../../migrations/0008_coverage_tiles.sql"),
    ),
    (
        9,
        "plot_epoch",
        include_str!("../../migrations/0009_plot_epoch.sql"),
    ),
    (
        10,
        "journal_tree",
        include_str!("../../migrations/0010_journal_tree.sql"),
    ),
    (
        11,
        "ledger",
        include_str!("../../migrations/0011_ledger.sql"),
    ),
    (
        12,
        "evidence_grades",
        include_str!("../../migrations/0012_evidence_grades.sql"),
    ),
    (13, "tips", include_str!("../../migrations/0013_tips.sql")),
    (
        14,
        "journal_rules",
        include_str!("../../migrations/0014_journal_rules.sql"),
    ),
    (
        15,
        "device_keys",
        include_str!("../../migrations/0015_device_keys.sql"),
    ),
    (
        16,
        "nonces",
        include_str!("../../migrations/0016_nonces.sql"),
    ),
    (
        17,
        "tip_days",
        include_str!("../../migrations/0017_tip_days.sql"),
    ),
    (
        18,
        "stamps",
        include_str!("../../migrations/0018_stamps.sql"),
    ),
    (
        19,
        "evidence_keeping",
        include_str!("../../migrations/0019_evidence_keeping.sql"),
    ),
    (
        20,
        "track_screens",
        include_str!("../../migrations/0020_track_screens.sql"),
    ),
    (
        21,
        "fix_tail",
        include_str!("../../migrations/0021_fix_tail.sql"),
    ),
    (
        22,
        "uploads",
        include_str!("../../migrations/0022_uploads.sql"),
    ),
    (
        23,
        "openrosa",
        include_str!("../../migrations/0023_openrosa.sql"),
    ),
    (24, "sync", include_str!("../../migrations/0024_sync.sql")),
    (
        25,
        "enrolment",
        include_str!("../../migrations/0025_enrolment.sql"),
    ),
    (
        26,
        "bundles",
        include_str!("../../migrations/0026_bundles.sql"),
    ),
    (
        27,
        "exports",
        include_str!("../../migrations/0027_exports.sql"),
    ),
    (
        28,
        "reports",
        include_str!("../../migrations/0028_reports.sql"),
    ),
    (
        29,
        "search",
        include_str!("../../migrations/0029_search.sql"),
    ),
    (
        30,
        "previews",
        include_str!("../../migrations/0030_previews.sql"),
    ),
    (
        31,
        "held_windows",
        include_str!("../../migrations/0031_held_windows.sql"),
    ),
    (
        32,
        "papers",
        include_str!("../../migrations/0032_papers.sql"),
    ),
    (
        33,
        "hamlets",
        include_str!("../../migrations/0033_hamlets.sql"),
    ),
    (34, "nodes", include_str!("../../migrations/0034_nodes.sql")),
    (
        35,
        "imports",
        include_str!("../../migrations/0035_imports.sql"),
    ),
    (
        36,
        "plot_epochs",
        include_str!("../../migrations/0036_plot_epochs.sql"),
    ),
    (
        37,
        "plot_photos",
        include_str!("../../migrations/0037_plot_photos.sql"),
    ),
    (
        38,
        "track_bounds",
        include_str!("../../migrations/0038_track_bounds.sql"),
    ),
    (
        39,
        "settled_anew",
        include_str!("../../migrations/0039_settled_anew.sql"),
    ),
    (
        40,
        "sos_near",
        include_str!("../../migrations/0040_sos_near.sql"),
    ),
    (41, "forms", include_str!("../../migrations/0041_forms.sql")),
    (
        42,
        "returns",
        include_str!("../../migrations/0042_returns.sql"),
    ),
    (
        43,
        "revisit_counts",
        include_str!("../../migrations/0043_revisit_counts.sql"),
    ),
    (
        44,
        "held_back",
        include_str!("../../migrations/0044_held_back.sql"),
    ),
    (
        45,
        "settled_by_cycle",
        include_str!("../../migrations/0045_settled_by_cycle.sql"),
    ),
    (
        46,
        "witnessed",
        include_str!("../../migrations/0046_witnessed.sql"),
    ),
    (
        47,
        "merged_facts",
        include_str!("../../migrations/0047_merged_facts.sql"),
    ),
    (
        48,
        "campaigns",
        include_str!("../../migrations/0048_campaigns.sql"),
    ),
    (
        49,
        "redactions",
        include_str!("../../migrations/0049_redactions.sql"),
    ),
    (
        50,
        "plots_nearby",
        include_str!("../../migrations/0050_plots_nearby.sql"),
    ),
    (
        51,
        "note_orders",
        include_str!("../../migrations/0051_note_orders.sql"),
    ),
    (
        52,
        "rejected_rows",
        include_str!("../../migrations/0052_rejected_rows.sql"),
    ),
    (
        53,
        "numbers",
        include_str!("../../migrations/0053_numbers.sql"),
    ),
    (
        54,
        "refusals",
        include_str!("../../migrations/0054_refusals.sql"),
    ),
    (
        55,
        "settled_by_receipt",
        include_str!("../../migrations/0055_settled_by_receipt.sql"),
    ),
    (56, "kin", include_str!("../../migrations/0056_kin.sql")),
];

/// What each token of a template becomes: on SQLite, on PostgreSQL.
const TOKENS: [(&str, &str, &str); 10] = [
    ("{id}", "BLOB", "UUID"),
    ("{int}", "INTEGER", "BIGINT"),
    ("{real}", "REAL", "DOUBLE PRECISION"),
    ("{text}", "TEXT", "TEXT"),
    ("{bytes}", "BLOB", "BYTEA"),
    ("{strict}", "STRICT", ""),
    // Rows in the order of their key: PostgreSQL has no such table, its key's index does.
    ("{clustered}", "STRICT, WITHOUT ROWID", ""),
    // The last six hexadecimal digits of the row's id; SQLite adds no stored column to a table that has rows.
    (
        "{plot_code}",
        "TEXT GENERATED ALWAYS AS (substr(hex(id), -6)) VIRTUAL",
        "TEXT GENERATED ALWAYS AS (upper(right(CAST(id AS TEXT), 6))) STORED",
    ),
    // A line for one database is a comment to the other.
    ("{sqlite}", "", "-- "),
    ("{postgres}", "-- ", ""),
];

/// A template's text for one database.
#[must_use]
pub fn rendered(template: &str, postgres: bool) -> String {
    TOKENS.iter().fold(
        template.to_owned(),
        |text, (token, on_sqlite, on_postgres)| {
            text.replace(token, if postgres { on_postgres } else { on_sqlite })
        },
    )
}

/// The templates are compiled in: nothing foreign reaches the statements asserted here.
fn migrator(postgres: bool) -> Migrator {
    let migrations = MIGRATIONS.iter().map(|(version, noun, template)| {
        let sql = sqlx::AssertSqlSafe(rendered(template, postgres)).into_sql_str();
        Migration::new(
            *version,
            Cow::Borrowed(*noun),
            MigrationType::Simple,
            sql,
            false,
        )
    });
    Migrator::with_migrations(migrations.collect())
}

pub(super) async fn run_sqlite(store: &SqliteStore) -> Result<(), Error> {
    let mut conn = store.connection().await?;
    migrator(false)
        .run_direct(None, &mut conn, false)
        .await
        .map_err(failed)
}

pub(super) async fn run_postgres(pool: &PgPool) -> Result<(), Error> {
    migrator(true).run(pool).await.map_err(failed)
}

fn failed(error: sqlx::migrate::MigrateError) -> Error {
    Error::Driver(sqlx::Error::Migrate(Box::new(error)))
}
