//! `tuantra device`: devices and their secrets.

use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::{Args, Subcommand};

use crate::base::actor::{Actor, Door};
use crate::identity::SheetsDraft;
use crate::identity::model::sheet::sheets_pdf;
use crate::identity::model::{DeviceDraft, OrgKind};

use super::org::{org_named, team_named, team_of};
use super::{Opening, address, print_line};

/// Largest list that is read.
const MOST_BYTES: u64 = 4 * 1024 * 1024;

/// Devices and their secrets.
#[derive(Debug, Subcommand)]
pub enum Device {
    /// Print a secret of a device, making the device first if there is none; the secret is the only line on
    /// standard output. The same name and another door: one more secret of the same device.
    Enrol(Enrol),
    /// Write the devices of a CSV list (name, team, communes, maker), all or none; the same list again changes nothing.
    Import(Import),
    /// Print enrolment sheets into a PDF: each with a code that opens nothing before an officer opens its device's row.
    Sheets(Sheets),
}

/// Devices from a list.
#[derive(Debug, Args)]
pub struct Import {
    /// The file.
    file: PathBuf,
    #[command(flatten)]
    opening: Opening,
    /// Check everything and say what would be done, but write nothing.
    #[arg(long)]
    dry_run: bool,
}

/// Sheets for devices that have no secret yet.
#[derive(Debug, Args)]
pub struct Sheets {
    #[command(flatten)]
    opening: Opening,
    /// Only this team's, by its name or id.
    #[arg(long)]
    team: Option<String>,
    /// A device's pseudonym; give it again for more. Without one: all that have no secret.
    #[arg(long = "name")]
    names: Vec<String>,
    /// The PDF to write.
    #[arg(long)]
    out: PathBuf,
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
    /// The device's team, by its name or id.
    #[arg(long)]
    team: Option<String>,
    /// The organisation whose phone it is, by its name: the device joins the team that carries that name, made if need be.
    /// Without it and without a team the device belongs to the province's reserve.
    #[arg(long, conflicts_with = "team")]
    org: Option<String>,
    /// Makes the organisation if there is none of that name: `cong_an_tinh`, `don_bien_phong`, `ubnd_xa`, …
    #[arg(long, requires = "org", value_parser = super::org::parse_org_kind)]
    org_kind: Option<OrgKind>,
    /// A commune's code; give it again for more. Without one the device may record in the whole province.
    #[arg(long = "commune")]
    communes: Vec<String>,
}

impl Device {
    /// Runs the command.
    pub async fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Enrol(enrol) => enrol.run().await,
            Self::Import(import) => import.run().await,
            Self::Sheets(sheets) => sheets.run().await,
        }
    }
}

impl Enrol {
    async fn run(self) -> anyhow::Result<()> {
        let app = self.opening.open().await?;
        let console = Actor::console();
        let team = match (&self.org, &self.team) {
            (Some(name), _) => {
                let org = org_named(&app, name, self.org_kind).await?;
                Some(team_of(&app, org, name).await?)
            }
            (None, Some(text)) => Some(team_named(&app, text).await?),
            (None, None) => None,
        };
        let draft = DeviceDraft {
            name: self.name,
            team,
            communes: self.communes,
            maker: None,
        };
        let device = app.identity.known_device(&console, draft).await?;
        if self.org.is_some() && Some(device.team) != team {
            bail!(
                "the device {} is known already in another team: expected a new name, or no --org",
                device.name
            );
        }
        let secret = app
            .identity
            .device_secret(&console, device.id, self.door)
            .await?;
        print_line(&secret.text);
        app.journal.store().close().await;
        Ok(())
    }
}

impl Import {
    async fn run(self) -> anyhow::Result<()> {
        let found = std::fs::metadata(&self.file);
        let unreadable = || format!("the file {} cannot be read", self.file.display());
        if found.with_context(unreadable)?.len() > MOST_BYTES {
            bail!("{} is larger than a list of devices", self.file.display());
        }
        let bytes = std::fs::read(&self.file).with_context(unreadable)?;
        let app = self.opening.open().await?;
        let report = app
            .identity
            .import_devices(&Actor::console(), &bytes, self.dry_run)
            .await?;
        app.journal.store().close().await;
        for fault in &report.faults {
            print_line(&format!(
                "row {}, {}: {}",
                fault.row, fault.field, fault.reason
            ));
        }
        if !report.faults.is_empty() {
            bail!("nothing of {} was written", self.file.display());
        }
        let (rows, added, unchanged) = (report.rows, report.added, report.unchanged);
        print_line(&format!(
            "{rows} devices read: {added} added, {unchanged} unchanged"
        ));
        if report.dry_run {
            print_line("nothing was written (dry run)");
        }
        Ok(())
    }
}

impl Sheets {
    async fn run(self) -> anyhow::Result<()> {
        let app = self.opening.open().await?;
        let console = Actor::console();
        let team = match &self.team {
            Some(text) => Some(team_named(&app, text).await?),
            None => None,
        };
        let mut draft = SheetsDraft {
            devices: Vec::new(),
            team,
        };
        for name in &self.names {
            let device = app.identity.device_by_name(&console, name).await?;
            let device = device.with_context(|| format!("there is no device {name}"))?;
            draft.devices.push(device.id);
        }
        let url = address::told(&app.config);
        let sheets = app.identity.print_sheets(&console, &draft, &url).await?;
        app.journal.store().close().await;
        std::fs::write(&self.out, sheets_pdf(&sheets)?)
            .with_context(|| format!("{} cannot be written", self.out.display()))?;
        print_line(&format!(
            "{} sheets in {}",
            sheets.len(),
            self.out.display()
        ));
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
