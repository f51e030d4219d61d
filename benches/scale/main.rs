//! Coverage at the scale of a province and of a country, beside PostGIS in the same run.
//!
//! `cargo bench --bench scale -- PART...`, the parts being
//! - `memory`: how fast this machine ORs masks, the limit of answers from memory;
//! - `anchors`: everything that was tried in PostGIS, side by side (`anchors=PATROLS` for another size than 10,000);
//! - `province`: 99 communes, 10,000 patrols, ours against PostGIS, warm and cold, in the engine and over HTTP
//!   (`province=1000` holds the plain query against ours as well);
//! - `alone`: warm answers of the same province with nothing beside them, which is what their longest hundredth is told by
//!   (`alone=PATROLS`);
//! - `cold`: the same province with nothing known in memory, ours alone and so without the hour that PostGIS takes, with the
//!   time that the process spent of the cores; SQLite, and PostgreSQL where `SCALE_POSTGIS` names a cluster (`cold=PATROLS`);
//! - `national`: the communes of the GeoJSON file that `NATIONAL` names, as many patrols a year as are listed
//!   (`national=6200,62000,620000`); `CURVES` names an SVG file to draw what was seen into.
//! - `tiles`: map tiles of the same communes, ours against PostGIS's `ST_AsMVT`.
//!
//! Without a part, `memory` and `province` run. Loads go into throwaway folders; where `SCALE_DATA` names a
//! folder they stay there, and a load that was cut goes on.

mod alone;
mod anchors;
mod cluster;
mod cold;
mod curves;
mod engine;
mod memory;
mod national;
mod postgis;
mod province;
mod report;
#[path = "../ground/server.rs"]
mod server;
mod tiles;
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
    if let Some(sizes) = sizes(words)? {
        national::run(&sizes).await?;
    }
    if part(words, "tiles", 0)?.is_some() {
        Box::pin(tiles::run()).await?;
    }
    if let Some(patrols) = part(words, "alone", 10_000)? {
        Box::pin(alone::run(COMMUNES, patrols)).await?;
    }
    if let Some(patrols) = part(words, "cold", 10_000)? {
        Box::pin(cold::run(COMMUNES, patrols)).await?;
    }
    let province = part(words, "province", 10_000)?;
    if let Some(patrols) = province.or(words.is_empty().then_some(10_000)) {
        Box::pin(province::run(COMMUNES, patrols)).await?;
    }
    Ok(())
}

/// The sizes of a country's year that are asked for.
fn sizes(words: &[String]) -> anyhow::Result<Option<Vec<usize>>> {
    let own = words.iter().find_map(|word| {
        let rest = word.strip_prefix("national")?;
        rest.strip_prefix('=')
            .or((rest.is_empty()).then_some("6200"))
    });
    let sizes = own.map(|list| list.split(',').map(str::parse).collect::<Result<_, _>>());
    Ok(sizes.transpose()?)
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
