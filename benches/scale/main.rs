//! Coverage at the scale of a province and of a country, beside PostGIS in the same run.
//!
//! `cargo bench --bench scale -- PART...`, the parts being
//! - `memory`: how fast this machine ORs masks, the limit of answers from memory;
//! - `anchors`: everything that was tried in PostGIS, side by side (`anchors=PATROLS` for another size than 10,000);
//! - `province`: 99 communes, 10,000 patrols, ours against PostGIS, warm and cold, in the engine and over HTTP
//!   (`province=1000` holds the plain query against ours as well).
//!
//! Without a part, `memory` and `province` run. Loads go into throwaway folders; where `SCALE_DATA` names a
//! folder they stay there, and a load that was cut goes on.

mod anchors;
mod cluster;
mod engine;
mod memory;
mod postgis;
mod province;
mod report;
#[path = "../ground/server.rs"]
mod server;
mod window;
mod world;

use std::process::ExitCode;

/// As many as the province of Lào Cai has.
const COMMUNES: usize = 99;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| !word.starts_with("--"))
        .collect();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let outcome = match runtime {
        Ok(runtime) => runtime.block_on(run(&words)),
        Err(error) => Err(error.into()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => server::give_up(&error),
    }
}

async fn run(words: &[String]) -> anyhow::Result<()> {
    if let Some(patrols) = part(words, "anchors", 10_000)? {
        anchors::run(COMMUNES, patrols).await?;
    }
    if words.is_empty() || part(words, "memory", 0)?.is_some() {
        memory::run();
    }
    let province = part(words, "province", 10_000)?;
    if let Some(patrols) = province.or(words.is_empty().then_some(10_000)) {
        province::run(COMMUNES, patrols).await?;
    }
    Ok(())
}

/// Whether a part is asked for, and with how many patrols.
fn part(words: &[String], name: &str, usual: usize) -> anyhow::Result<Option<usize>> {
    for word in words {
        match word.split_once('=') {
            None if word == name => return Ok(Some(usual)),
            Some((head, size)) if head == name => return Ok(Some(size.parse()?)),
            _ => {}
        }
    }
    Ok(None)
}
