//! `tuantra backup` and `tuantra restore`: the database first, then the blobs it names, then the proof.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;

use anyhow::{Context, bail, ensure};
use bytes::Bytes;
use clap::Args;
use futures::StreamExt;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::app::{App, open_blobs};
use crate::base::time::{Clock, SystemClock, Timestamp};
use crate::base::{from_hex, hex};
use crate::blobs::{BlobName, Blobs};
use crate::config::make_private;
use crate::evidence::forget_unfinished;
use crate::identity::devices_in_use;
use crate::journal::{Journal, Verified};
use crate::store::Store;

use super::{Opening, SQLITE_FILE, print_line, start_tracing};

const MANIFEST: &str = "manifest.json";
const POSTGRES_FILE: &str = "tuantra.pgdump";

/// Take a backup beside the running server and prove what it holds.
#[derive(Debug, Args)]
pub struct Backup {
    /// The folder to write to; a later backup into the same folder copies only new blobs.
    folder: PathBuf,
    #[command(flatten)]
    opening: Opening,
}

/// Restore a backup into an empty data folder (or an empty PostgreSQL database) and prove it.
#[derive(Debug, Args)]
pub struct Restore {
    /// The backup's folder.
    folder: PathBuf,
    #[command(flatten)]
    opening: Opening,
}

/// What a backup says of itself; its last file.
#[derive(Debug, Serialize, Deserialize)]
struct Manifest {
    format: u32,
    engine: String,
    log_id: String,
    taken_at: Timestamp,
    through_seq: i64,
    last_leaf: Option<String>,
    entries: u64,
    redacted: u64,
    database_sha256: String,
    blobs: u64,
    blob_bytes: u64,
}

impl Backup {
    /// Runs the command.
    pub async fn run(self) -> anyhow::Result<()> {
        let app = self.opening.open().await?;
        make_private(&self.folder)?;
        app.journal.sequence_all().await?;
        let verified = app.journal.verify().await?;
        refuse_broken(&verified)?;
        let file = copy_database(&app, &self.folder).await?;
        let (blobs, blob_bytes) = copy_blobs(
            &app.blobs,
            &Blobs::open_folder(&self.folder.join("blobs"), true)?,
        )
        .await?;
        let manifest = Manifest {
            format: 1,
            engine: app.journal.store().engine().to_owned(),
            log_id: app.journal.log_id().to_string(),
            taken_at: app.journal.now(),
            through_seq: verified.through,
            last_leaf: verified.last_leaf.as_deref().map(hex),
            entries: verified.whole,
            redacted: verified.redacted,
            database_sha256: file_digest(&file)?,
            blobs,
            blob_bytes,
        };
        let text = serde_json::to_string_pretty(&manifest)?;
        write_synced(&self.folder.join(MANIFEST), text.as_bytes())?;
        app.journal.secure(verified.through, text).await?;
        print_line(&format!(
            "backup: {} entries through number {} ({} redacted), {blobs} blobs of {blob_bytes} bytes, all verified",
            manifest.entries, manifest.through_seq, manifest.redacted
        ));
        app.journal.store().close().await;
        Ok(())
    }
}

impl Restore {
    /// Runs the command.
    pub async fn run(self) -> anyhow::Result<()> {
        let config = self.opening.config(std::collections::BTreeMap::new())?;
        start_tracing(config.log_format, "warn");
        let text = std::fs::read_to_string(self.folder.join(MANIFEST)).with_context(|| {
            format!(
                "{} holds no finished backup (no {MANIFEST})",
                self.folder.display()
            )
        })?;
        let manifest: Manifest =
            serde_json::from_str(&text).context("the backup's manifest cannot be read")?;
        ensure!(
            manifest.format == 1,
            "the backup has format {}, this program reads format 1",
            manifest.format
        );
        let store = self.put_back(&config, &manifest).await?;
        store.migrate().await?;
        let blobs = open_blobs(&config, true)?;
        let (count, bytes) = copy_blobs(
            &Blobs::open_folder(&self.folder.join("blobs"), true)?,
            &blobs,
        )
        .await?;
        ensure!(
            count >= manifest.blobs,
            "the backup names {} blobs, {count} were found",
            manifest.blobs
        );
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let journal =
            Journal::open_restored(store, clock, &config.data.join("keys/journal.pem")).await?;
        journal.sequence_all().await?;
        let verified = journal.verify().await?;
        refuse_broken(&verified)?;
        refuse_other_log(&journal, &manifest, &verified)?;
        let begun = forget_unfinished(journal.store()).await?;
        // The database knows only of the backups before the one that it came from, which was just proved again.
        journal.secure(manifest.through_seq, text).await?;
        print_line(&format!(
            "restored: {} entries ({} redacted), {count} blobs of {bytes} bytes, all verified; a new epoch continues \
             after number {}",
            verified.whole, verified.redacted, manifest.through_seq
        ));
        if begun > 0 {
            print_line(&format!(
                "{begun} uploads were under way; their phones begin them anew"
            ));
        }
        let devices = devices_in_use(journal.store()).await?;
        print_line(&told_of_secrets(devices, manifest.taken_at));
        journal.store().close().await;
        Ok(())
    }

    async fn put_back(
        &self,
        config: &crate::config::Config,
        manifest: &Manifest,
    ) -> anyhow::Result<Store> {
        make_private(&config.data)?;
        if let Some(url) = &config.database_url {
            ensure!(
                manifest.engine == "postgresql",
                "the backup is of {}: leave TUANTRA_DATABASE_URL unset",
                manifest.engine
            );
            let file = checked_file(&self.folder.join(POSTGRES_FILE), manifest)?;
            run_tool(
                "pg_restore",
                &[
                    "--no-owner",
                    "--exit-on-error",
                    "--single-transaction",
                    "--dbname",
                    url,
                ],
                &file,
            )
            .await?;
            return Ok(Store::open_postgres(url, 4).await?);
        }
        ensure!(
            manifest.engine == "sqlite",
            "the backup is of {}: set TUANTRA_DATABASE_URL",
            manifest.engine
        );
        let file = checked_file(&self.folder.join(SQLITE_FILE), manifest)?;
        let target = config.data.join(SQLITE_FILE);
        ensure!(
            !target.exists(),
            "{} exists: restore into an empty folder",
            target.display()
        );
        write_synced(&target, &std::fs::read(file)?)?;
        Ok(Store::open_sqlite(&config.data, true).await?)
    }
}

async fn copy_database(app: &App, folder: &Path) -> anyhow::Result<PathBuf> {
    let Some(url) = &app.config.database_url else {
        let (part, file) = (folder.join("tuantra.db.part"), folder.join(SQLITE_FILE));
        let _ = std::fs::remove_file(&part);
        app.journal.store().copy_sqlite(&part).await?;
        std::fs::File::open(&part)?.sync_all()?;
        std::fs::rename(&part, &file)?;
        return Ok(file);
    };
    let file = folder.join(POSTGRES_FILE);
    let target = format!("--file={}", file.display());
    run_tool(
        "pg_dump",
        &["--format=custom", "--no-owner", &target],
        Path::new(url),
    )
    .await?;
    std::fs::File::open(&file)?.sync_all()?;
    Ok(file)
}

/// PostgreSQL's own tools know its formats best; they come with `postgresql-client`.
async fn run_tool(name: &str, arguments: &[&str], last: &Path) -> anyhow::Result<()> {
    let done = tokio::process::Command::new(name)
        .args(arguments)
        .arg(last)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .output()
        .await
        .with_context(|| format!("{name} cannot be started: install postgresql-client"))?;
    if done.status.success() {
        return Ok(());
    }
    bail!(
        "{name} failed: {}",
        String::from_utf8_lossy(&done.stderr)
            .lines()
            .next()
            .unwrap_or("no reason given")
    )
}

/// What was revoked after the backup works again, and nobody else says so.
fn told_of_secrets(devices: i64, taken_at: Timestamp) -> String {
    format!(
        "secrets, grants and revocations are those of {taken_at}: {devices} devices can send. A phone that was reported lost, \
         and an account that was closed, after that time is let in again: before you open this server to phones hold its \
         devices (the page of devices, or GET /api/v1/devices) against your own list of losses, and report those once more"
    )
}

/// Copies what is not there yet, checking each blob against its name.
async fn copy_blobs(from: &Blobs, to: &Blobs) -> anyhow::Result<(u64, u64)> {
    let (mut count, mut bytes) = (0, 0);
    let mut names = std::pin::pin!(from.names());
    while let Some(listed) = names.next().await {
        let (name, size, _) = listed?;
        let held = to.get(name).await?.filter(|held| is_named(held, name));
        if held.is_none() {
            let content = from
                .get(name)
                .await?
                .with_context(|| format!("blob {} went away", hex(&name.0)))?;
            ensure!(
                is_named(&content, name),
                "blob {} is damaged: its bytes have another hash",
                hex(&name.0)
            );
            to.put(name, content).await?;
        }
        count += 1;
        bytes += size;
    }
    Ok((count, bytes))
}

fn is_named(content: &Bytes, name: BlobName) -> bool {
    <[u8; 32]>::from(Sha256::digest(content)) == name.0
}

fn refuse_broken(verified: &Verified) -> anyhow::Result<()> {
    match verified.faults.first() {
        None => Ok(()),
        Some(first) => bail!(
            "{} things of the log do not hold; the first: {first}",
            verified.fault_count
        ),
    }
}

/// The restored log must be the one of the manifest, up to the number that it names.
fn refuse_other_log(
    journal: &Journal,
    manifest: &Manifest,
    verified: &Verified,
) -> anyhow::Result<()> {
    ensure!(
        journal.log_id().to_string() == manifest.log_id,
        "the database holds another log than the manifest says"
    );
    ensure!(
        verified.through >= manifest.through_seq,
        "the database ends at number {}, the manifest says {}",
        verified.through,
        manifest.through_seq
    );
    if let Some(leaf) = manifest.last_leaf.as_deref() {
        from_hex::<32>(leaf).context("the manifest's last leaf cannot be read")?;
    }
    Ok(())
}

fn checked_file(file: &Path, manifest: &Manifest) -> anyhow::Result<PathBuf> {
    ensure!(
        file_digest(file)? == manifest.database_sha256,
        "{} is damaged: its hash is not the manifest's",
        file.display()
    );
    Ok(file.to_owned())
}

fn file_digest(file: &Path) -> anyhow::Result<String> {
    let mut opened =
        std::fs::File::open(file).with_context(|| format!("{} cannot be read", file.display()))?;
    let mut digest = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    loop {
        let read = std::io::Read::read(&mut opened, &mut buffer)?;
        if read == 0 {
            return Ok(hex(&digest.finalize()));
        }
        digest.update(&buffer[..read]);
    }
}

fn write_synced(file: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    use std::io::Write;
    let part = file.with_extension("part");
    let mut opened = std::fs::File::create(&part)?;
    opened.write_all(bytes)?;
    opened.sync_all()?;
    std::fs::rename(&part, file)?;
    if let Some(folder) = file
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
    {
        std::fs::File::open(folder)?.sync_all()?;
    }
    Ok(())
}
