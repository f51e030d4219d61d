//! Files that offices send, loaded from the command line.

use std::io::Read;
use std::time::Instant;

use anyhow::{Context, bail};
use bytes::Bytes;
use clap::Args;

use crate::app::App;
use crate::areas::model::reader::Limits;
use crate::base::actor::Actor;
use crate::ingest::imports::{
    Encoding, Error, ImportKind, ImportLimits, ImportOptions, Imports, Report,
};

use super::{Source, print_line, print_list};

/// What a file does not say of itself.
#[derive(Debug, Args)]
struct Telling {
    #[command(flatten)]
    source: Source,
    /// The code with EPSG of the file's reference system: 4326, 4756 or a zone of VN-2000.
    #[arg(long)]
    epsg: Option<u32>,
    /// The code of the commune in which all of it lies.
    #[arg(long)]
    commune: Option<String>,
    /// The layer or sheet, where there are several.
    #[arg(long)]
    layer: Option<String>,
    /// How texts are coded that are not Unicode: windows-1258, tcvn3 (ABC, `.VnTime`) or windows-1252.
    #[arg(long)]
    encoding: Option<Encoding>,
}

/// Gates or hamlets from a file.
#[derive(Debug, Args)]
pub struct Points {
    #[command(flatten)]
    telling: Telling,
}

/// Risk areas from a file.
#[derive(Debug, Args)]
pub struct RiskAreas {
    #[command(flatten)]
    telling: Telling,
    /// Why the areas are set or changed [default: nạp từ tệp FILE].
    #[arg(long)]
    reason: Option<String>,
}

/// Plots from a file.
#[derive(Debug, Args)]
pub struct Plots {
    #[command(flatten)]
    telling: Telling,
    /// What tells the codes of this list from those of other lists [default: the console's own].
    #[arg(long)]
    list: Option<String>,
}

impl Points {
    pub(super) async fn run(self, kind: ImportKind) -> anyhow::Result<()> {
        Box::pin(self.telling.run(kind, None, None)).await
    }
}

impl RiskAreas {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let telling = self.telling;
        let reason = self
            .reason
            .unwrap_or_else(|| format!("nạp từ tệp {}", telling.source.name()));
        Box::pin(telling.run(ImportKind::RiskAreas, Some(reason), None)).await
    }
}

impl Plots {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        Box::pin(self.telling.run(ImportKind::Plots, None, self.list)).await
    }
}

impl Telling {
    async fn run(
        self,
        kind: ImportKind,
        reason: Option<String>,
        list: Option<String>,
    ) -> anyhow::Result<()> {
        let started = Instant::now();
        let (app, input) = self.source.open().await?;
        let bytes = whole(input).with_context(|| self.source.nothing())?;
        let imports = imports(&app)?;
        let options = ImportOptions {
            kind,
            name: self.source.name(),
            epsg: self.epsg,
            commune: self.commune,
            layer: self.layer,
            encoding: self.encoding,
            source: list,
        };
        let done = if self.source.dry_run {
            looked(&imports, &options, bytes).await
        } else {
            loaded(&imports, options, bytes, reason.as_deref()).await
        };
        let is_loadable = done.with_context(|| self.source.nothing())?;
        self.source.close(app, started).await;
        if is_loadable {
            Ok(())
        } else {
            bail!(self.source.nothing())
        }
    }
}

/// Whoever has the console has the machine: only what any file may hold bounds one from there.
fn imports(app: &App) -> anyhow::Result<Imports> {
    let most = Limits::default();
    let limits = ImportLimits {
        bytes: usize::try_from(most.file_bytes)?,
        rows: most.features,
        days: app.config.import_days,
    };
    let (areas, plots) = (app.areas.clone(), app.plots.clone());
    Ok(Imports::new(areas, plots, app.blobs.clone(), limits))
}

fn whole(input: impl Read) -> std::io::Result<Bytes> {
    let mut bytes = Vec::new();
    let most = Limits::default().file_bytes;
    input.take(most + 1).read_to_end(&mut bytes)?;
    Ok(bytes.into())
}

async fn looked(imports: &Imports, options: &ImportOptions, bytes: Bytes) -> Result<bool, Error> {
    let (report, _) = imports.report(&Actor::console(), options, bytes).await?;
    print_report(options.kind, &report);
    Ok(report.is_loadable())
}

async fn loaded(
    imports: &Imports,
    options: ImportOptions,
    bytes: Bytes,
    reason: Option<&str>,
) -> Result<bool, Error> {
    let actor = Actor::console();
    let kind = options.kind;
    let view = imports.check(&actor, options, bytes).await?;
    print_report(kind, &view.report);
    let is_loadable = view.report.is_loadable();
    if is_loadable {
        imports.load(&actor, view.id, &view.sha256, reason).await?;
    }
    Ok(is_loadable)
}

fn print_report(kind: ImportKind, report: &Report) {
    let what = match kind {
        ImportKind::Plots => "plots",
        ImportKind::RiskAreas => "risk areas",
        ImportKind::Gates => "gates",
        ImportKind::Hamlets => "hamlets",
    };
    if let Some(system) = &report.system {
        print_line(&format!(
            "coordinates: {} (EPSG:{})",
            system.label, system.epsg
        ));
    }
    print_line(&format!(
        "{} {what} read: {} added, {} changed, {} unchanged",
        report.rows, report.create, report.change, report.leave
    ));
    for note in report.refused.iter().chain(&report.notes) {
        print_line(&format!("{} / {}", note.vi, note.en));
    }
    for zone in &report.zones {
        print_line(&format!(
            "  --epsg {}: {}, {} % would fit",
            zone.epsg, zone.label, zone.fits_pct
        ));
    }
    if !report.ignored.is_empty() {
        print_line(&format!("columns left out: {}", report.ignored.join(", ")));
    }
    if report.faulty > 0 {
        print_line(&format!("{} rows have faults", report.faulty));
        let told = report.faults.iter().map(|fault| {
            let field = fault.field.as_deref().unwrap_or("-");
            format!("row {}, {field}: {} / {}", fault.row, fault.vi, fault.en)
        });
        print_list("faults", told);
    }
}
