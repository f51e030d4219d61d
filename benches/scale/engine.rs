//! Asking our own engine, in process and over HTTP.

use std::time::{Duration, Instant};

use anyhow::ensure;
use tuantra::app::App;
use tuantra::base::actor::Actor;
use tuantra::base::time::LocalDate;
use tuantra::coverage::{Answer, Asked};

use crate::report::Times;
use crate::server::{Client, Server, officer_token};
use crate::window::Window;
use crate::world::{Folder, first_day, open};

/// Everything in a window at the usual radius.
pub fn whole(window: Window) -> Asked {
    Asked::between(window.from, window.to)
}

/// Asks once.
pub async fn ask(app: &App, asked: Asked) -> anyhow::Result<(Answer, Duration)> {
    let begun = Instant::now();
    let answer = app.coverage.ask(&Actor::console(), asked).await?;
    Ok((answer, begun.elapsed()))
}

/// Asks for some windows, one after the other.
pub async fn ask_all(
    app: &App,
    windows: &[Window],
    asked: impl Fn(Window) -> Asked,
    times: &mut Times,
) -> anyhow::Result<()> {
    for window in windows {
        times.add(ask(app, asked(*window)).await?.1);
    }
    Ok(())
}

/// An engine that has just begun: the risk of the communes is laid, as a server does when it starts and as a spatial
/// database keeps its own, but nothing is known of what was seen. The database's pages may lie in the system's memory.
pub async fn begun(folder: &Folder, postgres: Option<&str>) -> anyhow::Result<App> {
    let app = open(folder, postgres).await?;
    app.coverage.make_ready().await?;
    let before = first_day().plus_days(-20);
    ask(&app, Asked::between(before, before)).await?;
    Ok(app)
}

/// The served binary on a folder, with an officer's token.
pub struct Served {
    pub server: Server,
    client: Client,
    token: String,
}

impl Served {
    pub async fn start(folder: &Folder) -> anyhow::Result<Self> {
        let token = officer_token(folder.path())?;
        let server = Server::start(folder.path()).await?;
        let client = Client::connect(&server.address).await?;
        Ok(Self {
            server,
            client,
            token,
        })
    }

    /// Asks for coverage, and gives the time and the bytes of the answer.
    pub async fn ask(
        &mut self,
        from: LocalDate,
        to: LocalDate,
    ) -> anyhow::Result<(Duration, usize)> {
        let path = format!("/api/v1/coverage?from={from}&to={to}");
        let begun = Instant::now();
        let answer = self.client.request("GET", &path, &self.token, b"").await?;
        let spent = begun.elapsed();
        ensure!(
            answer.status == 200,
            "{}",
            String::from_utf8_lossy(&answer.body)
        );
        Ok((spent, answer.body.len()))
    }
}
