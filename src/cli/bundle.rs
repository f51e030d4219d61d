//! `tuantra bundle`: facts that are carried by hand.

use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use serde_json::json;

use crate::base::actor::Actor;
use crate::base::time::Timestamp;
use crate::sync::bundle::{Carrier, import};
use crate::sync::http::{read_recipient, recipient_of, write_bundle};
use crate::sync::node::{Lanes, Wanted};

use super::{Opening, print_line, tell};

/// Facts that are carried by hand.
#[derive(Debug, Subcommand)]
pub enum Bundle {
    /// Print what bundles for this server are sealed to.
    Recipient(Opening),
    /// Take a bundle in: a line of JSON for each record, in the order of the file, and one for the whole.
    Import(Import),
    /// Write this log's facts into one file for the province, sealed to it and signed by this log; a line of JSON says
    /// what is in it and after which number the next one begins.
    Export(Export),
}

/// A bundle to write.
#[derive(Debug, Args)]
pub struct Export {
    #[command(flatten)]
    opening: Opening,
    /// The file to write; it must not exist.
    #[arg(long)]
    out: PathBuf,
    /// What the province's `tuantra bundle recipient` printed.
    #[arg(long)]
    recipient: PathBuf,
    /// Only what stands after this number of the log: `next` of the bundle before.
    #[arg(long, default_value_t = -1, allow_hyphen_values = true)]
    after: i64,
    /// Only this device's.
    #[arg(long)]
    device: Option<uuid::Uuid>,
    /// Only what was received from then on, such as 2026-03-01T00:00:00Z.
    #[arg(long)]
    from: Option<Timestamp>,
    /// Only what was received before.
    #[arg(long)]
    until: Option<Timestamp>,
}

/// A bundle to take in.
#[derive(Debug, Args)]
pub struct Import {
    /// The file.
    file: PathBuf,
    #[command(flatten)]
    opening: Opening,
}

impl Bundle {
    /// Runs the command.
    pub async fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Recipient(opening) => {
                let app = opening.open().await?;
                let told = recipient_of(&app).map_err(|problem| super::told(&problem))?;
                print_line(&serde_json::to_string(&told)?);
                app.journal.store().close().await;
                Ok(())
            }
            Self::Import(own) => Box::pin(own.run()).await,
            Self::Export(own) => Box::pin(own.run()).await,
        }
    }
}

impl Export {
    async fn run(self) -> anyhow::Result<()> {
        let told = std::fs::read(&self.recipient)
            .with_context(|| format!("{} cannot be read", self.recipient.display()))?;
        let to =
            read_recipient(&told).context("this is not what `tuantra bundle recipient` prints")?;
        let app = self.opening.open().await?;
        let wanted = Wanted {
            after: self.after,
            through: i64::MAX,
            author: self.device,
            from: self.from,
            until: self.until,
            lanes: Lanes::Both,
            most_bytes: u64::from(app.config.bundle_mib) * 1024 * 1024 * 9 / 10,
            most_records: 50_000,
        };
        // What is half written bears another name.
        let part = self.out.with_added_extension("part");
        let _ = std::fs::remove_file(&part);
        if self.out.exists() {
            bail!("{} exists", self.out.display());
        }
        let file = std::fs::File::create_new(&part)
            .with_context(|| format!("{} cannot be written", part.display()))?;
        let filled = write_bundle(&app, file, &to, wanted).await?;
        std::fs::rename(&part, &self.out)?;
        app.journal.store().close().await;
        let told = json!({
            "records": filled.entries.len(),
            "left_out": filled.left_out,
            "next": filled.through,
            "more": filled.is_cut,
        });
        print_line(&told.to_string());
        Ok(())
    }
}

impl Import {
    async fn run(self) -> anyhow::Result<()> {
        let app = self.opening.open().await?;
        let carrier = Carrier {
            actor: Actor::console(),
            request: None,
            until: None,
        };
        let answer = import(&app, carrier, self.file).await;
        app.journal.sequence_all().await?;
        app.journal.store().close().await;
        let mut answer = answer.map_err(|problem| super::told(&problem))?;
        for result in answer.results.drain(..) {
            print_line(&serde_json::to_string(&result)?);
        }
        let mut whole = serde_json::to_value(&answer)?;
        if let Some(members) = whole.as_object_mut() {
            members.remove("results");
        }
        print_line(&whole.to_string());
        tell(&format!(
            "{} taken, {} wait for a person",
            answer.taken, answer.review
        ));
        if answer.receipt.is_none() {
            bail!("some records were not taken: import the bundle again");
        }
        Ok(())
    }
}
