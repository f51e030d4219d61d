//! `tuantra coverage`: the figures of a window as a table in the terminal.

use clap::Args;

use crate::base::actor::Actor;
use crate::base::time::LocalDate;
use crate::coverage::{Answer, Asked, Figures};
use crate::jobs;

use super::{Opening, print_line, tell};

/// Print the share of the risk areas that patrols came within sight of, per commune. What waits is indexed first.
#[derive(Debug, Args)]
pub struct Coverage {
    #[command(flatten)]
    opening: Opening,
    /// First local day (YYYY-MM-DD), included.
    #[arg(long)]
    from: LocalDate,
    /// Last local day, included; boundaries are those of this day.
    #[arg(long)]
    to: LocalDate,
    /// One commune, by code.
    #[arg(long)]
    commune: Option<String>,
    /// How far a patrol sees, in metres; only indexed radii are answered.
    #[arg(long)]
    radius_m: Option<u32>,
}

impl Coverage {
    /// Runs the command.
    pub async fn run(self) -> anyhow::Result<()> {
        let app = self.opening.open_existing().await?;
        while jobs::run_due(&app).await? > 0 {}
        let asked = Asked {
            commune: self.commune,
            radius_cm: self.radius_m.map(|metres| metres.saturating_mul(100)),
            ..Asked::between(self.from, self.to)
        };
        let answer = app.coverage.ask(&Actor::console(), asked).await?;
        for line in lines(&answer) {
            print_line(&line);
        }
        for note in &answer.notes {
            tell(&format!("note: {}", note.text));
        }
        if let Some(pending @ 1..) = answer.pending_patrols {
            tell(&format!("{pending} patrols are not in the figures yet"));
        }
        app.journal.store().close().await;
        Ok(())
    }
}

/// The table: a head, one line per commune, a total.
fn lines(answer: &Answer) -> Vec<String> {
    let names = answer.communes.iter().map(|own| own.name.chars().count());
    let width = names.max().unwrap_or(0).max("commune".len());
    let mut lines = vec![
        format!(
            "coverage {} to {}, radius {} m, definition {}",
            answer.from, answer.to, answer.definition.radius_m, answer.definition.version
        ),
        format!(
            "{:<8}  {:<width$}  {:>11}  {:>11}  {:>7}  {:>7}  {:>7}  {:>9}  last visit",
            "code", "commune", "risk ha", "covered ha", "%", "± pp", "patrols", "km"
        ),
    ];
    let communes = answer.communes.iter();
    lines.extend(communes.map(|own| line(&own.code, &own.name, &own.figures, width)));
    lines.push(line("total", "", &answer.total, width));
    lines
}

fn line(code: &str, name: &str, figures: &Figures, width: usize) -> String {
    let percent = |share: Option<f64>| {
        share.map_or_else(|| "-".to_owned(), |share| format!("{:.2}", share * 100.0))
    };
    let last = figures.last_visit_at.map(|at| at.local_date().to_string());
    format!(
        "{code:<8}  {name:<width$}  {:>11.2}  {:>11.2}  {:>7}  {:>7}  {:>7}  {:>9.2}  {}",
        figures.risk_area_m2 / 1e4,
        figures.covered_m2 / 1e4,
        percent(figures.coverage),
        percent(figures.error_bound),
        figures.patrols,
        figures.length_m / 1e3,
        last.as_deref().unwrap_or("-"),
    )
}
