//! The ground's figures, as ratios side by side with an anchor of the same run: durable ingest over HTTP, the journal,
//! coverage, density, photos, pictures, tracks, start, size. `make bench`; one part alone: `cargo bench --bench ground -- ingest`.

mod anchor;
mod coverage;
mod density;
mod ingest;
mod journal;
mod photo;
mod pictures;
#[expect(
    clippy::unwrap_used,
    dead_code,
    reason = "the screens' own tests have it"
)]
#[path = "../../src/evidence/model/screens/tests/season.rs"]
mod scenes;
#[path = "../../tests/accuracy/screens.rs"]
mod screens;
#[path = "../../tests/accuracy/season/mod.rs"]
mod season;
mod server;
mod start;
mod tracks;

use std::process::ExitCode;

fn main() -> ExitCode {
    let wanted: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| !word.starts_with("--"))
        .collect();
    let asked = |part: &str| wanted.is_empty() || wanted.iter().any(|word| word == part);
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => return server::give_up(&error.into()),
    };
    let outcome = runtime.block_on(async {
        // A child of the journal's part: writes for a while and prints what it did.
        if let Some(own) = journal::Load::asked(&wanted)? {
            return own.run().await;
        }
        if asked("start") {
            start::run().await?;
        }
        if asked("ingest") {
            ingest::run().await?;
        }
        if asked("journal") {
            journal::run().await?;
        }
        if asked("coverage") {
            coverage::run().await?;
        }
        if asked("density") {
            density::run().await?;
        }
        if asked("photo") {
            photo::run()?;
        }
        if asked("pictures") {
            pictures::run()?;
        }
        if asked("tracks") {
            tracks::search()?;
        }
        if asked("forged") {
            tracks::tables();
        }
        anyhow::Ok(())
    });
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => server::give_up(&error),
    }
}
