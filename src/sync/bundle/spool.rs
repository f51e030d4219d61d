//! Files that bundles lie in while they come or go, and what a crash left of them.

use std::path::Path;
use std::time::UNIX_EPOCH;

use crate::base::time::Timestamp;

/// So long nothing was written into what nobody will finish: an upload that lives writes every few seconds.
const GRACE_MS: i64 = 86_400_000;

/// Removes files of the spool that nothing was written into for a day; gives how many.
pub async fn collect_spool(data: &Path, now: Timestamp) -> std::io::Result<usize> {
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
        let written_at = written_at.duration_since(UNIX_EPOCH).unwrap_or_default();
        let written_ms = i64::try_from(written_at.as_millis()).unwrap_or(i64::MAX);
        if ours && now.as_millis().saturating_sub(written_ms) > GRACE_MS {
            tokio::fs::remove_file(path).await?;
            removed += 1;
        }
    }
    Ok(removed)
}
