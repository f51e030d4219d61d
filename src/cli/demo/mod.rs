//! `tuantra demo`: loads the made-up province through the doors that phones use, then serves it.

pub mod areas;
mod direct;
pub mod forces;
pub mod load;
pub mod over;
mod wire;
mod work;
pub mod year;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use clap::Args;

use crate::app::App;
use crate::base::actor::{Actor, Door};
use crate::base::time::{Clock, LocalDate, StagedClock, SystemClock, Timestamp};
use crate::demo::{Demo, Plan};

use direct::Direct;

use super::serve::serve;
use super::{Opening, start_tracing, tell};

/// A log whose first key is as old as the demo's beginning was begun by this load, ms (a minute).
const BEGUN_WITHIN_MS: i64 = 60_000;

/// Load the made-up demo province (once) and serve it.
#[derive(Debug, Args)]
pub struct DemoProvince {
    #[command(flatten)]
    opening: Opening,
    /// Where to listen [default: 127.0.0.1:8080].
    #[arg(long)]
    listen: Option<String>,
    /// Load only; do not serve.
    #[arg(long)]
    load_only: bool,
    /// Communes.
    #[arg(long, default_value_t = 40)]
    communes: usize,
    /// Patrols over all seasons.
    #[arg(long, default_value_t = 300)]
    patrols: usize,
    /// Seasons (1 September to 31 May).
    #[arg(long, default_value_t = 2)]
    seasons: usize,
    /// Chooses the province.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Leave the generated photos out.
    #[arg(long)]
    no_photos: bool,
    /// Load everything as if it came in at once today, also what happened in statistical years that are over: no sample can
    /// be drawn of them.
    #[arg(long)]
    at_once: bool,
    #[command(flatten)]
    direct: Direct,
}

impl DemoProvince {
    /// Runs the command.
    pub async fn run(self) -> anyhow::Result<()> {
        let flags: BTreeMap<_, _> = self
            .listen
            .clone()
            .map(|listen| ("listen", listen))
            .into_iter()
            .collect();
        let config = self.opening.config(flags.clone())?;
        start_tracing(config.log_format, "warn");
        self.load(flags).await?;
        if self.load_only {
            return Ok(());
        }
        let app = App::open(config, Arc::new(SystemClock)).await?;
        introduce(&app).await?;
        serve(app).await
    }

    /// The loader's own limit on requests is that of a province, not of a phone.
    async fn load(&self, mut flags: BTreeMap<&'static str, String>) -> anyhow::Result<()> {
        flags.insert("requests_per_second", "1000000".into());
        let plan = self.plan(SystemClock.now().local_date());
        let clock = Arc::new(StagedClock::default());
        let mut ends = if self.direct.direct || self.at_once {
            Vec::new()
        } else {
            load::year_ends(&plan)
        };
        let since = plan.since().start();
        if !ends.is_empty() {
            clock.stand_at(since);
        }
        let config = self.opening.config(flags)?;
        let app = App::open(config, Arc::clone(&clock) as Arc<dyn Clock>).await?;
        // A log that was begun before goes on from the present.
        let begun = app.journal.keys().await?.first().map(|key| key.since);
        if begun.is_none_or(|begun| begun.since(since).abs() > BEGUN_WITHIN_MS) {
            clock.follow();
            ends.clear();
        }
        if self.direct.direct {
            self.direct.load(&app, &plan).await?;
        } else if app.areas.map(plan.end).await?.communes().is_empty() {
            let begun = Instant::now();
            let demo = Demo::made_up(&plan);
            let travel = |at: Option<Timestamp>| match at {
                Some(at) => clock.stand_at(at),
                None => clock.follow(),
            };
            let loaded = load::everything(&app, &demo, &ends, &travel).await?;
            tell(&format!(
                "the made-up province is loaded in {:.1} s: {loaded}",
                begun.elapsed().as_secs_f64()
            ));
        } else {
            tell("the data folder already holds a province: it is served as it is");
        }
        app.journal.store().close().await;
        Ok(())
    }

    fn plan(&self, today: LocalDate) -> Plan {
        Plan {
            communes: self.communes,
            patrols: self.patrols,
            seasons: self.seasons,
            seed: self.seed,
            end: today,
            photos: if self.no_photos {
                0
            } else {
                Plan::until(today).photos
            },
        }
    }
}

/// Prints how to get in: one address, two tokens, one link, three lines to try.
async fn introduce(app: &App) -> anyhow::Result<()> {
    let console = Actor::console();
    let officer = work::officer(app).await?;
    let devices = app.identity.devices(&console).await?;
    let phone = devices
        .iter()
        .map(|standing| &standing.device)
        .find(|device| device.name.contains("máy A"))
        .or(devices.first().map(|standing| &standing.device));
    let url = app.config.shown_url();
    tell(&format!("address        {url}"));
    if let Some(phone) = phone {
        let secret = app
            .identity
            .device_secret(&console, phone.id, Door::Api)
            .await?;
        tell(&format!(
            "device token   {}    ({})",
            secret.text, phone.name
        ));
    }
    let token = app
        .identity
        .account_token(&console, officer, false, Some(30))
        .await?
        .text;
    let link = app.identity.sign_in_link(&console, officer).await?.text;
    tell(&format!("officer token  {token}    (30 days)"));
    tell(&format!(
        "sign in once   {url}/sign-in/{link}    (15 minutes)"
    ));
    tell("try:");
    for line in tries(&url, &token, app.journal.now().local_date()) {
        tell(&line);
    }
    Ok(())
}

/// Three lines to try. Coverage is asked of the year up to today: every demo has patrols in it.
fn tries(url: &str, token: &str, today: LocalDate) -> [String; 3] {
    let from = today.plus_days(-364);
    [
        "me".to_owned(),
        format!("coverage?from={from}&to={today}"),
        "plots?limit=3".to_owned(),
    ]
    .map(|asked| format!("  curl -s -H 'Authorization: Bearer {token}' '{url}/api/v1/{asked}'"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_to_try_asks_for_the_year_up_to_today() {
        let [_, coverage, _] = tries("http://here", "secret", "2026-11-28".parse().unwrap());
        let asked = "'http://here/api/v1/coverage?from=2025-11-29&to=2026-11-28'";
        assert!(coverage.ends_with(asked), "{coverage}");
    }
}
