//! `tuantra bundle`: facts that were carried here by hand.

use std::path::PathBuf;

use anyhow::bail;
use clap::{Args, Subcommand};

use crate::base::actor::Actor;
use crate::sync::bundle::{Carrier, import};
use crate::sync::http::recipient_of;

use super::{Opening, print_line, tell};

/// Facts that were carried here by hand.
#[derive(Debug, Subcommand)]
pub enum Bundle {
    /// Print what bundles for this server are sealed to.
    Recipient(Opening),
    /// Take a bundle in: a line of JSON for each record, in the order of the file, and one for the whole.
    Import(Import),
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
        }
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
