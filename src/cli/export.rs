//! `tuantra export`: a file of any size, made beside a running server and journalled under the console's name.

use std::path::PathBuf;

use anyhow::Context;
use axum::extract::FromRef;
use clap::Args;

use crate::base::actor::Actor;
use crate::base::ids::CampaignId;
use crate::base::time::LocalDate;
use crate::publish::export::{Exports, Filter, Format, Wanted};
use crate::publish::feature::Collection;

use super::{Opening, tell};

/// Write what is published of a collection into a file: `plots.gpkg`, `patrols.gpx`, `communes.geojson` and so on. Several
/// collections go into one `GeoPackage`: `plots,patrols,risk_areas.gpkg`.
#[derive(Debug, Args)]
pub struct Export {
    #[command(flatten)]
    opening: Opening,
    /// COLLECTION.EXT: geojson, geojsonl, fgb, gpkg, csv, gpx or kml.
    what: String,
    /// The file to write; one that is there is replaced.
    #[arg(long)]
    out: PathBuf,
    /// What for: journalled with the export.
    #[arg(long)]
    reason: Option<String>,
    /// Of one commune, by code.
    #[arg(long)]
    commune: Option<String>,
    /// From this local day (YYYY-MM-DD) on.
    #[arg(long)]
    from: Option<LocalDate>,
    /// Up to this local day, included.
    #[arg(long)]
    to: Option<LocalDate>,
    /// In this state.
    #[arg(long)]
    state: Option<String>,
    /// Of this campaign.
    #[arg(long)]
    campaign: Option<CampaignId>,
    /// Meeting this rectangle: west,south,east,north in degrees.
    #[arg(long, allow_hyphen_values = true)]
    bbox: Option<String>,
    /// Meeting one of these H3 cells, separated by commas.
    #[arg(long)]
    cells: Option<String>,
}

impl Export {
    /// Runs the command.
    pub async fn run(self) -> anyhow::Result<()> {
        let expected = "expected COLLECTION.EXT, such as plots.gpkg";
        let (collections, format) = self.what.rsplit_once('.').context(expected)?;
        let format: Format = format.parse()?;
        let collections: Vec<Collection> = collections
            .split(',')
            .map(str::parse)
            .collect::<Result<_, _>>()?;
        anyhow::ensure!(
            collections.len() == 1 || format.holds_several(),
            "several collections go into one file only as gpkg"
        );
        let wanted = Wanted {
            collections,
            format,
            filter: Filter {
                commune: self.commune,
                from: self.from,
                to: self.to,
                state: self.state,
                campaign: self.campaign,
                bbox: self.bbox,
                cells: self.cells,
            },
        };
        let app = self.opening.open().await?;
        let exports = Exports::from_ref(&app);
        let reason = self.reason.as_deref();
        let console = Actor::console();
        let made = exports.write_out(&console, &wanted, &self.out, reason);
        let made = Box::pin(made).await?;
        for count in &made.counts {
            tell(&format!(
                "{}: {} features",
                count.collection, count.features
            ));
        }
        if !made.is_settled {
            tell("note: facts came in while the file was made; it is not as of one entry");
        }
        app.journal.store().close().await;
        Ok(())
    }
}
