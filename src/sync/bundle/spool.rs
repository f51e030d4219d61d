//! Files that bundles lie in while they come or go, and what a crash left of them.

use std::path::Path;
use std::time::{Duration, SystemTime};

/// So long nothing was written into what nobody will finish: an upload that lives writes every few seconds.
const GRACE: Duration = Duration::from_hours(24);

/// Removes files of the spool that nothing was written into for a day; gives how many.
pub async fn collect_spool(data: &Path, now: SystemTime) -> std::io::Result<usize> {
    let mut removed = 0;
    let mut files = match tokio::fs::read_dir(data.join("spool")).await {
        Ok(files) => files,
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => return Ok(0),
        Err(cause) => return Err(cause),
    };
    while let Some(file) = files.next_entry().await? {
        let path = file.path();
        let ours = path
            .extension()
            .is_some_and(|own| own == "bundle" || own == "export");
        let written_at = file.metadata().await?.modified()?;
        let idle = now.duration_since(written_at).unwrap_or_default();
        if ours && idle > GRACE {
            tokio::fs::remove_file(path).await?;
            removed += 1;
        }
    }
    Ok(removed)
}
