//! `tuantra node`: a post node's card, and the nodes that a province knows.

use std::path::PathBuf;

use anyhow::Context;
use clap::{Args, Subcommand};
use serde_json::json;

use crate::base::actor::{Actor, Door};
use crate::base::ids::LogId;
use crate::identity::model::DeviceDraft;
use crate::journal::note::PublicKey;
use crate::sync::node::rewind;

use super::org::team_named;
use super::{Opening, print_line, tell};

/// Post nodes: servers of border posts that vouch for what their phones recorded.
#[derive(Debug, Subcommand)]
pub enum Node {
    /// At the node: print its card, which the province adds it by.
    Card(Opening),
    /// At the province: add a node by its card and print its secret, the only line on standard output. The same name
    /// again: the node's key changed, and one more secret of it.
    Add(Add),
    /// At the node: forward everything after a number of its log once more. Nothing is counted twice.
    Resend(Resend),
}

/// A node to add.
#[derive(Debug, Args)]
pub struct Add {
    /// The card: what `tuantra node card` printed.
    card: PathBuf,
    #[command(flatten)]
    opening: Opening,
    /// The node's name.
    #[arg(long)]
    name: String,
    /// The team that its devices record for, by its name or id.
    #[arg(long)]
    team: Option<String>,
    /// A commune's code; give it again for more. Without one the node may record in the whole province.
    #[arg(long = "commune")]
    communes: Vec<String>,
}

/// What to forward once more.
#[derive(Debug, Args)]
pub struct Resend {
    #[command(flatten)]
    opening: Opening,
    /// The number; everything without it.
    #[arg(long, default_value_t = -1, allow_hyphen_values = true)]
    after: i64,
}

#[derive(serde::Deserialize)]
struct Card {
    log: LogId,
    key: String,
}

impl Node {
    /// Runs the command.
    pub async fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Card(opening) => {
                let journal = opening.open().await?.journal.clone();
                let log = journal.log_id();
                let key = journal.present_key().verifier_key(&log.to_string());
                print_line(&json!({ "log": log, "key": key }).to_string());
                journal.store().close().await;
                Ok(())
            }
            Self::Add(add) => add.run().await,
            Self::Resend(resend) => {
                let app = resend.opening.open().await?;
                rewind(&app, resend.after).await?;
                app.journal.store().close().await;
                Ok(())
            }
        }
    }
}

impl Add {
    async fn run(self) -> anyhow::Result<()> {
        let text = std::fs::read(&self.card)
            .with_context(|| format!("the card {} cannot be read", self.card.display()))?;
        let card: Card = serde_json::from_slice(&text).context("this is no node's card")?;
        let (_, key) = PublicKey::parse(&card.key)?;
        let app = self.opening.open().await?;
        let console = Actor::console();
        let team = match &self.team {
            Some(text) => Some(team_named(&app, text).await?),
            None => None,
        };
        let draft = DeviceDraft {
            name: self.name,
            team,
            communes: self.communes,
            maker: None,
        };
        let device = app.identity.known_device(&console, draft).await?;
        let identity = &app.identity;
        identity
            .set_node(&console, device.id, card.log, key)
            .await?;
        let secret = identity
            .device_secret(&console, device.id, Door::Api)
            .await?;
        app.journal.sequence_all().await?;
        print_line(&secret.text);
        tell(&format!(
            "node {} with log {}, key {}",
            device.name,
            card.log,
            key.id()
        ));
        app.journal.store().close().await;
        Ok(())
    }
}
