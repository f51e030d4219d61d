//! `tuantra serve`: the API, the web front and the workers in one process.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::Context;
use clap::Args;

use crate::app::App;
use crate::base::time::SystemClock;
use crate::{jobs, server};

use super::{Opening, address, start_tracing, tell};

/// Serve the API and the web front.
#[derive(Debug, Args)]
pub struct Serve {
    #[command(flatten)]
    opening: Opening,
    /// Where to listen [default: 127.0.0.1:8080].
    #[arg(long)]
    listen: Option<String>,
}

impl Serve {
    /// Serves until Ctrl-C or a TERM signal.
    pub async fn run(self) -> anyhow::Result<()> {
        let flags: BTreeMap<_, _> = self
            .listen
            .map(|listen| ("listen", listen))
            .into_iter()
            .collect();
        let config = self.opening.config(flags)?;
        start_tracing(config.log_format, "info");
        let app = App::open(config, Arc::new(SystemClock)).await?;
        serve(app).await
    }
}

/// Serves an open app until Ctrl-C or a TERM signal, then finishes what is under way.
pub async fn serve(app: App) -> anyhow::Result<()> {
    // A server that was killed after its disk failed may have left in SQLite's log what only the kernel's memory holds: in
    // the file, synced, all that is read is on the disk too.
    let swept = app.journal.store().sweep().await;
    swept.context("the database's log cannot be brought into its file")?;
    jobs::start(&app);
    warm(&app);
    let store = app.journal.store().clone();
    let config = Arc::clone(&app.config);
    let scheme = if app.config.tls_cert.is_some() {
        "https"
    } else {
        "http"
    };
    server::serve(app, stop_signal(), move |address| {
        let public = config.public_url.clone();
        let url = public.unwrap_or_else(|| format!("{scheme}://{address}"));
        address::keep(&config, &url);
        tell(&format!("tuantra serves {url}"));
    })
    .await?;
    store.close().await;
    Ok(())
}

/// Puts today's communes on their map and lays their risk before the first request asks for it.
fn warm(app: &App) {
    let coverage = app.coverage.clone();
    tokio::spawn(async move {
        if let Err(error) = coverage.make_ready().await {
            tracing::warn!(%error, "the communes' map and risk could not be made ready");
        }
    });
}

async fn stop_signal() {
    let interrupt = tokio::signal::ctrl_c();
    match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! {
                _ = interrupt => {}
                _ = terminate.recv() => {}
            }
        }
        Err(_) => drop(interrupt.await),
    }
}
