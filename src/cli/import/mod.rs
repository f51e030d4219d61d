//! `tuantra import`: communes from GeoJSON files; risk areas, gates, hamlets and plots from the files that offices send. Also
//! beside a running server.

mod files;

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, bail};
use clap::{Args, Subcommand};

use crate::app::App;
use crate::areas::model::commune::CommuneFields;
use crate::areas::model::faults::Reason;
use crate::areas::model::reader::Limits;
use crate::areas::{CommuneImport, ImportReport};
use crate::base::actor::Actor;
use crate::base::time::LocalDate;
use crate::ingest::imports::ImportKind;

use super::{Opening, print_line};

const LISTED: usize = 10;

/// Nothing of a faulty file is loaded; one that comes again changes only what is not yet so. Communes come as GeoJSON: a
/// collection, or one feature per line. The others come also as `GeoPackage`, `FlatGeobuf`, KML, KMZ, zipped shapefile, CSV or
/// XLSX, in WGS84 or VN-2000.
#[derive(Debug, Subcommand)]
pub enum Import {
    /// Communes with their boundaries.
    Communes(Communes),
    /// Risk areas: level, basis, crop, check windows, validity.
    RiskAreas(files::RiskAreas),
    /// Border gates.
    Gates(files::Points),
    /// Hamlets (thôn, bản, tổ dân phố): name, `former_names`, commune, code.
    Hamlets(files::Points),
    /// Plots of an old list: code, crop, day, area, plants. They are marked as imported.
    Plots(files::Plots),
}

/// Where the features come from and where they go.
#[derive(Debug, Args)]
struct Source {
    /// The file; `-` reads standard input.
    file: PathBuf,
    #[command(flatten)]
    opening: Opening,
    /// Check everything and say what would be done, but write nothing.
    #[arg(long)]
    dry_run: bool,
}

/// Communes from a file.
#[derive(Debug, Args)]
pub struct Communes {
    #[command(flatten)]
    source: Source,
    /// The property that holds the official code.
    #[arg(long, default_value = "code")]
    code: String,
    /// The property that holds the name.
    #[arg(long, default_value = "name")]
    name: String,
    /// The property that holds the kind, xã, phường, thị trấn or đặc khu [default: type, else kind].
    #[arg(long)]
    kind: Option<String>,
    /// First day of the new boundaries, such as 2026-01-01; needed where loaded boundaries change [default:
    /// 2025-07-01, the day of the present division].
    #[arg(long)]
    valid_from: Option<LocalDate>,
    /// The code of a loaded commune that ends without a successor; give it again for more.
    #[arg(long = "end", value_name = "CODE")]
    ends: Vec<String>,
}

impl Import {
    /// Runs the command.
    pub async fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Communes(communes) => communes.run().await,
            Self::RiskAreas(areas) => areas.run().await,
            Self::Gates(gates) => gates.run(ImportKind::Gates).await,
            Self::Hamlets(hamlets) => hamlets.run(ImportKind::Hamlets).await,
            Self::Plots(plots) => plots.run().await,
        }
    }
}

impl Communes {
    async fn run(self) -> anyhow::Result<()> {
        let started = Instant::now();
        let (app, input) = self.source.open().await?;
        let import = CommuneImport {
            fields: CommuneFields {
                code: self.code,
                name: self.name,
                kind: self.kind,
            },
            valid_from: self.valid_from,
            ends: self.ends,
            is_dry_run: self.source.dry_run,
        };
        let report = app
            .areas
            .import_communes(&Actor::console(), input, import)
            .await
            .with_context(|| self.source.nothing())?;
        print_communes(&report);
        self.source.close(app, started).await;
        Ok(())
    }
}

impl Source {
    async fn open(&self) -> anyhow::Result<(App, Box<dyn Read + Send>)> {
        let input = input(&self.file)?;
        Ok((self.opening.open().await?, input))
    }

    /// The file's own name.
    fn name(&self) -> String {
        let name = self.file.file_name().unwrap_or_default();
        name.to_string_lossy().into_owned()
    }

    fn nothing(&self) -> String {
        format!("nothing of {} was loaded", self.file.display())
    }

    async fn close(&self, app: App, started: Instant) {
        app.journal.store().close().await;
        let seconds = started.elapsed().as_secs_f64();
        print_line(&if self.dry_run {
            format!("checked in {seconds:.1} s; nothing was written (dry run)")
        } else {
            format!("done in {seconds:.1} s")
        });
    }
}

fn input(file: &Path) -> anyhow::Result<Box<dyn Read + Send>> {
    if file == Path::new("-") {
        return Ok(Box::new(std::io::stdin()));
    }
    let unreadable = || format!("the file {} cannot be read", file.display());
    let opened = File::open(file).with_context(unreadable)?;
    let found = opened.metadata().with_context(unreadable)?;
    if found.is_dir() {
        bail!("{} is a folder", file.display());
    }
    let max_bytes = Limits::default().file_bytes;
    if found.len() > max_bytes {
        bail!("{}: {}", file.display(), Reason::FileTooLarge { max_bytes });
    }
    Ok(Box::new(opened))
}

fn print_communes(report: &ImportReport) {
    print_line(&format!(
        "{} communes read: {} vertices, {:.1} km2",
        report.read, report.vertices, report.area_km2
    ));
    print_line(&format!(
        "valid from {}: {} added, {} replaced, {} ended, {} unchanged",
        report.valid_from, report.added, report.replaced, report.ended, report.unchanged
    ));
    if report.named > 0 {
        print_line(&format!("{} have other former names", report.named));
    }
    let overlaps = report.overlaps.iter().map(|overlap| {
        let (a, b) = &overlap.codes;
        format!("{a} and {b} by {:.0} m2", overlap.area_m2)
    });
    print_list("overlaps with loaded communes", overlaps);
    let gaps = report
        .gaps
        .iter()
        .map(|gap| format!("{:.0} m2 between {}", gap.area_m2, gap.codes.join(", ")));
    print_list("gaps", gaps);
    print_list("warnings", report.warnings.iter().cloned());
}

fn print_list(what: &str, items: impl ExactSizeIterator<Item = String>) {
    let more = items.len().saturating_sub(LISTED);
    print_line(&format!("{what}: {}", items.len()));
    for item in items.take(LISTED) {
        print_line(&format!("  {item}"));
    }
    if more > 0 {
        print_line(&format!("  … and {more} more"));
    }
}
