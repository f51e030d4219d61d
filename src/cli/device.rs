//! `tuantra device`: devices and their secrets.

use clap::{Args, Subcommand};

use crate::base::actor::{Actor, Door};
use crate::base::ids::TeamId;
use crate::identity::model::DeviceDraft;

use super::{Opening, print_line};

/// Devices and their secrets.
#[derive(Debug, Subcommand)]
pub enum Device {
    /// Print a secret of a device, making the device first if there is none; the secret is the only line on
    /// standard output. The same name and another door: one more secret of the same device.
    Enrol(Enrol),
}

/// A secret for a device.
#[derive(Debug, Args)]
pub struct Enrol {
    #[command(flatten)]
    opening: Opening,
    /// The device's pseudonym.
    #[arg(long)]
    name: String,
    /// The door that the secret opens: api, odk or tracker.
    #[arg(long, default_value = "api", value_parser = parse_door)]
    door: Door,
    /// The device's team.
    #[arg(long)]
    team: Option<TeamId>,
    /// A commune's code; give it again for more. Without one the device may record in the whole province.
    #[arg(long = "commune")]
    communes: Vec<String>,
}

impl Device {
    /// Runs the command.
    pub async fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Enrol(enrol) => enrol.run().await,
        }
    }
}

impl Enrol {
    async fn run(self) -> anyhow::Result<()> {
        let app = self.opening.open().await?;
        let console = Actor::console();
        let known = app.identity.device_by_name(&console, &self.name).await?;
        let device = if let Some(device) = known {
            device
        } else {
            let draft = DeviceDraft {
                name: self.name,
                team: self.team,
                communes: self.communes,
            };
            app.identity.add_device(&console, draft).await?
        };
        let secret = app
            .identity
            .device_secret(&console, device.id, self.door)
            .await?;
        print_line(&secret.text);
        app.journal.store().close().await;
        Ok(())
    }
}

fn parse_door(text: &str) -> Result<Door, String> {
    match text {
        "api" => Ok(Door::Api),
        "odk" => Ok(Door::Odk),
        "tracker" => Ok(Door::Tracker),
        _ => Err("expected api, odk or tracker".into()),
    }
}
