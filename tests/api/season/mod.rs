//! A whole season of the demo province through the API: first as honest teams report it, then with forgeries of every
//! class added to it, by seeds that no threshold was chosen on.
//!
//! `cargo nextest run --test api season::a_season --no-capture` prints the tables of a small season on both databases, in
//! which most patrols that found nothing stay at home; `DEMO_SEASON=whole` sends them all out, which is the season of
//! `docs/evidence.md`, and `DEMO_SEASON=large` is a larger one of another seed.

mod claims;
mod honest;
#[path = "../../accuracy/season/mod.rs"]
#[expect(dead_code, reason = "its honest seasons judge screens elsewhere")]
mod made_tracks;
mod people;
mod pictures;
mod rows;
mod signatures;
mod table;
mod ways;

use std::collections::BTreeSet;
use std::time::Instant;

use serde_json::json;

use self::claims::Album;
use self::people::{DAY_MS, Season};
use crate::field::Field;

/// No screen, weight or rule was chosen on these.
const SEED: u64 = 20_261;
const LARGE_SEED: u64 = 20_262;

/// How much is made.
struct Size {
    seed: u64,
    communes: usize,
    patrols: usize,
    /// Of the patrols that found nothing every so many goes out: their tracks take most of the time.
    every: usize,
    /// Forgeries of a class; a plot has five photos.
    per_class: usize,
}

impl Size {
    fn asked() -> Self {
        let asked = std::env::var("DEMO_SEASON").unwrap_or_default();
        let test = Self {
            seed: SEED,
            communes: 3,
            patrols: 70,
            every: 4,
            per_class: 1,
        };
        match asked.as_str() {
            "whole" => Self { every: 1, ..test },
            "large" => Self {
                seed: LARGE_SEED,
                communes: 4,
                patrols: 120,
                every: 1,
                per_class: 3,
            },
            _ => test,
        }
    }
}

/// Says how long it took so far; the tables say the rest.
fn stage(begun: Instant, what: &str) {
    eprintln!("{:6.1} s {what}", begun.elapsed().as_secs_f64());
}

async fn run(field: &Field) -> table::Table {
    let (size, begun) = (Size::asked(), Instant::now());
    let mut season = Season::before(field, size.seed, (size.communes, size.patrols)).await;
    season.lived(size.every).await;
    stage(begun, "lived");
    season.touched().await;
    season.honest_chains().await;
    season.areas("honest season").await;
    stage(begun, "honest season judged");
    let count = size.per_class;
    let mut album = Album::of(&season.demo, size.seed, count);
    season.double_claims(count, &mut album).await;
    season.raised_figures(count).await;
    season.bare_claims(count).await;
    season.unverified_cannabis(count, &mut album).await;
    season.counted_again(count, &mut album).await;
    season.corrected_twice(count).await;
    season.own_approvals(count).await;
    stage(begun, "claims forged");
    season.forged_photos(count, &mut album).await;
    stage(begun, "photos forged");
    season.forged_tracks(count).await;
    stage(begun, "tracks forged");
    season.claims_off_the_way(count, &mut album).await;
    season.forged_signatures(count).await;
    season.areas("with forgeries").await;
    stage(begun, "signatures forged");
    season.upheld().await;
    season.areas("after questions were decided").await;
    stage(begun, "questions decided");
    season.edited_rows().await;
    season.table
}

impl Season<'_> {
    /// Every open question about a photo is upheld, and every likely pair judged to be one: the forged ones all are.
    async fn upheld(&mut self) {
        let honest: BTreeSet<String> = self
            .grounds
            .iter()
            .flat_map(|ground| &ground.photos)
            .map(ToString::to_string)
            .collect();
        let then = self.now().plus_millis(8 * DAY_MS);
        self.until(then);
        for question in self.questions("questions").await {
            if honest.contains(question["photo"].as_str().unwrap()) {
                continue;
            }
            let path = format!(
                "/api/v1/evidence/questions/{}/decisions",
                question["id"].as_str().unwrap()
            );
            let body = json!({ "result": "upheld", "reason": "ảnh của điểm khác" });
            for (_, desk) in &self.desks {
                if desk.post(&path, &body).await.status.is_success() {
                    break;
                }
            }
            self.field.clock.advance_millis(1_000);
        }
    }
}

on_both! {
    async fn a_season_of_the_demo_province_honest_and_forged(field: Field) {
        let table = run(&field).await;
        eprintln!("{table}");
        table.check();
    }
}
