//! The lists that go to phones: the device's communes, and the plots that a team has work at.

use std::fmt::Write;

use crate::base::actor::{Actor, Right, Scope};
use crate::base::ids::PlotId;
use crate::base::words::Crop;

use super::super::OpenRosa;
use super::super::forms::Media;
use super::super::sql::{self, ListedPlot};
use super::Error;

/// A phone's list stays small enough to choose from.
const MOST_PLOTS: i64 = 1_000;

impl OpenRosa {
    /// A list of a form as CSV, limited to the device's communes.
    pub async fn list(&self, actor: &Actor, media: Media) -> Result<String, Error> {
        match media {
            Media::Communes => self.communes_csv(actor).await,
            Media::Plots => Ok(plots_csv(&self.listed_plots(actor).await?)),
        }
    }

    /// Which of these plots are no longer on the device's list.
    pub async fn left_list(&self, actor: &Actor, asked: &[PlotId]) -> Result<Vec<bool>, Error> {
        let listed = self.listed_plots(actor).await?;
        let is_left = |id: &PlotId| !listed.iter().any(|plot| plot.id == *id);
        Ok(asked.iter().map(is_left).collect())
    }

    async fn listed_plots(&self, actor: &Actor) -> Result<Vec<ListedPlot>, Error> {
        let Some(reach) = actor.reach(Right::ReadPlots) else {
            return Ok(Vec::new());
        };
        let communes: Option<Vec<String>> = match reach {
            Scope::Province => None,
            Scope::Communes(codes) => Some(codes.into_iter().collect()),
        };
        // Which communes the plots lie in follows the boundaries of today.
        self.slices.plots.today().await?;
        let mut tx = self.journal.store().read().await?;
        let plots = sql::plots(&mut tx, communes.as_deref(), MOST_PLOTS).await?;
        Ok(plots
            .into_iter()
            .filter(|plot| purpose(plot).is_some())
            .collect())
    }

    async fn communes_csv(&self, actor: &Actor) -> Result<String, Error> {
        let areas = &self.slices.areas;
        let map = areas.map_for(actor, areas.today()).await?;
        let reach = actor
            .reach(Right::RecordPlots)
            .or(actor.reach(Right::RecordPatrols));
        let mut csv = "name,label\n".to_owned();
        for commune in map.communes() {
            let facts = &commune.facts;
            if reach
                .as_ref()
                .is_some_and(|reach| reach.holds(Some(&facts.code)))
            {
                line(
                    &mut csv,
                    &[
                        &facts.code,
                        &format!("{} {}", facts.kind.label(), facts.name),
                    ],
                );
            }
        }
        Ok(csv)
    }
}

/// What there is to be done at a plot; nothing at cannabis that nobody has verified.
fn purpose(plot: &ListedPlot) -> Option<&'static str> {
    match plot.state.as_str() {
        "eradicated" | "resprout" => Some("reinspect"),
        "detected" if plot.crop == Crop::Cannabis.as_str() => None,
        _ => Some("eradicate"),
    }
}

/// The list as an entity list: `name` is the plot, `__version` counts what was told of it. The place is rounded to
/// 0.001° (about 100 m): enough to walk there, too little to be a map for growers on a lost phone.
fn plots_csv(plots: &[ListedPlot]) -> String {
    let mut csv = "name,label,__version,purpose,crop,state,commune,geometry\n".to_owned();
    for plot in plots {
        let id = plot.id.to_string();
        let day = plot.detected_at.local_date();
        let (year, month, date) = day.ymd();
        let commune = plot.commune_name.as_deref().unwrap_or("");
        let short = id.get(id.len().saturating_sub(4)..).unwrap_or("");
        let label = format!(
            "{} · {date:02}/{month:02}/{year} · {commune} · {short}",
            crop_name(&plot.crop)
        );
        let place = format!("{:.3} {:.3} 0 0", plot.lat, plot.lon);
        let version = plot.version.to_string();
        let purpose = purpose(plot).unwrap_or("");
        line(
            &mut csv,
            &[
                &id,
                &label,
                &version,
                purpose,
                &plot.crop,
                &plot.state,
                commune,
                &place,
            ],
        );
    }
    csv
}

fn crop_name(crop: &str) -> &'static str {
    match crop.parse() {
        Ok(Crop::OpiumPoppy) => "Thuốc phiện",
        Ok(Crop::Cannabis) => "Cần sa",
        Ok(Crop::Coca) => "Côca",
        Ok(Crop::Khat) => "Lá khát",
        Ok(Crop::Other) | Err(_) => "Cây khác",
    }
}

/// A line of CSV (RFC 4180), every field quoted that needs it.
fn line(csv: &mut String, fields: &[&str]) {
    for (index, field) in fields.iter().enumerate() {
        if index > 0 {
            csv.push(',');
        }
        if field.contains([',', '"', '\n', '\r']) {
            // Writing into a String cannot fail.
            let _ = write!(csv, "\"{}\"", field.replace('"', "\"\""));
        } else {
            csv.push_str(field);
        }
    }
    csv.push('\n');
}
