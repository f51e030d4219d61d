//! The command line: the same services as the API, journalled under the console's name.

mod account;
mod address;
mod backup;
mod bundle;
mod coverage;
mod decode;
pub mod demo;
mod device;
mod export;
mod import;
mod key;
mod node;
mod org;
mod redact;
mod reindex;
mod serve;
mod verify;

use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Args, Parser, Subcommand};
use tracing_subscriber::EnvFilter;

use crate::app::App;
use crate::base::time::SystemClock;
use crate::config::{Config, LogFormat};

/// Field-operations server: patrols, illicit-crop plots, evidence, coverage of risk areas.
#[derive(Debug, Parser)]
#[command(name = "tuantra", version, propagate_version = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve the API and the web front.
    Serve(serve::Serve),
    /// Load the made-up demo province (once) and serve it.
    Demo(demo::DemoProvince),
    /// Bring the database's schema up to date.
    Migrate(Opening),
    /// Accounts and their tokens.
    #[command(subcommand)]
    Account(account::Account),
    /// Devices and their secrets.
    #[command(subcommand)]
    Device(device::Device),
    /// Print the share of the risk areas that patrols came within sight of, per commune.
    Coverage(coverage::Coverage),
    /// Write what is published into a file for QGIS, Excel or a handheld.
    Export(Box<export::Export>),
    /// Ask that a photo or a raw track is erased by an order.
    Redact(redact::Redact),
    /// Make the index of coverage anew from the facts.
    Reindex(reindex::Reindex),
    /// Take a backup beside the running server and prove what it holds.
    Backup(backup::Backup),
    /// Restore a backup into an empty place and prove it.
    Restore(backup::Restore),
    /// Check receipts, proofs, heads and whole logs, without a server.
    #[command(subcommand)]
    Verify(verify::Verify),
    /// The log's signing key and its newest head.
    #[command(subcommand)]
    Key(key::Key),
    /// Facts that are carried by hand.
    #[command(subcommand)]
    Bundle(bundle::Bundle),
    /// Post nodes: servers that forward what their phones recorded.
    #[command(subcommand)]
    Node(node::Node),
    /// Communes, risk areas and gates from files.
    #[command(subcommand)]
    Import(import::Import),
    /// Make the small copies of one picture: the server calls itself by this.
    #[command(hide = true)]
    DecodePhoto,
    /// Print the OpenAPI document.
    Openapi,
}

/// Where the data is.
#[derive(Debug, Clone, Args)]
pub struct Opening {
    /// The data folder [default: data].
    #[arg(long)]
    pub data: Option<PathBuf>,
    /// A TOML file of settings.
    #[arg(long, env = "TUANTRA_CONFIG")]
    pub config: Option<PathBuf>,
}

impl Opening {
    /// Reads the settings with further flags.
    fn config(&self, mut flags: BTreeMap<&'static str, String>) -> anyhow::Result<Config> {
        if let Some(data) = &self.data {
            flags.insert("data", data.to_string_lossy().into_owned());
        }
        Ok(Config::load(self.config.as_deref(), flags)?)
    }

    /// Opens the app for a command.
    async fn open(&self) -> anyhow::Result<App> {
        let config = self.config(BTreeMap::new())?;
        start_tracing(config.log_format, "warn");
        App::open(config, Arc::new(SystemClock)).await
    }

    /// The same of a database that is there: a folder that was mistyped is refused, not filled with an empty database.
    async fn open_existing(&self) -> anyhow::Result<App> {
        let config = self.config(BTreeMap::new())?;
        if config.database_url.is_none() {
            let file = config.data.join(SQLITE_FILE);
            anyhow::ensure!(file.exists(), "{} is not there", file.display());
        }
        self.open().await
    }
}

/// The database within a data folder.
const SQLITE_FILE: &str = "tuantra.db";

/// Threads that write originals, read track files and lay tracks over one another, none of which waits for another one. Each
/// keeps some memory of its own, and hundreds that wait for one disk are no faster.
const BLOCKING: usize = 64;

/// Runs a command; failures go to standard error in one line each.
#[must_use]
pub fn run(cli: Cli) -> ExitCode {
    // A picture meets one thread: the memory that its process is bounded to goes to the picture.
    let mut builder = match cli.command {
        Command::DecodePhoto => tokio::runtime::Builder::new_current_thread(),
        _ => tokio::runtime::Builder::new_multi_thread(),
    };
    builder.max_blocking_threads(BLOCKING);
    let runtime = match builder.enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&error.into()),
    };
    match runtime.block_on(act(cli.command)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(&error),
    }
}

async fn act(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Serve(serve) => serve.run().await,
        Command::Demo(demo) => Box::pin(demo.run()).await,
        Command::Migrate(opening) => opening.open().await.map(drop),
        Command::Account(account) => account.run().await,
        Command::Device(device) => device.run().await,
        Command::Coverage(coverage) => coverage.run().await,
        Command::Export(export) => export.run().await,
        Command::Redact(redact) => redact.run().await,
        Command::Reindex(reindex) => reindex.run().await,
        Command::Backup(backup) => backup.run().await,
        Command::Restore(restore) => restore.run().await,
        Command::Verify(verify) => verify.run().await,
        Command::Key(key) => key.run().await,
        Command::Bundle(bundle) => Box::pin(bundle.run()).await,
        Command::Node(node) => Box::pin(node.run()).await,
        Command::Import(import) => import.run().await,
        Command::DecodePhoto => decode::run(),
        Command::Openapi => {
            print_line(&crate::server::openapi_json());
            Ok(())
        }
    }
}

/// Writes one line to standard output: what a script reads.
#[expect(clippy::print_stdout, reason = "standard output is a command's answer")]
pub(crate) fn print_line(text: &str) {
    println!("{text}");
}

/// Writes one line to standard error: what a person reads.
#[expect(clippy::print_stderr, reason = "standard error is where people look")]
pub(crate) fn tell(text: &str) {
    eprintln!("{text}");
}

/// A refusal of the API as a command tells it.
fn told(problem: &crate::http::Problem) -> anyhow::Error {
    let faults = problem.faults().iter().map(|fault| fault.reason.clone());
    let mut parts = vec![problem.kind().title().to_owned()];
    parts.extend(problem.told().map(str::to_owned));
    parts.extend(faults);
    anyhow::anyhow!(parts.join(": "))
}

fn failed(error: &anyhow::Error) -> ExitCode {
    tell(&format!("tuantra: {error:#}"));
    ExitCode::FAILURE
}

/// Starts logging; a second start changes nothing.
fn start_tracing(format: LogFormat, default: &str) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(default));
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    let _ = match format {
        LogFormat::Json => builder.json().try_init(),
        LogFormat::Text => builder.try_init(),
    };
}
