//! What the files of a form and of its edits became.

use crate::base::ids::{PhotoId, SubmissionId};
use crate::on;
use crate::store::{Error, Tx};

pub(super) const PHOTOS_OF_CHAIN: &str = "SELECT f.name, f.photo, p.record FROM odk_files f \
     JOIN odk_submissions s ON s.id = f.submission JOIN photos p ON p.id = f.photo \
     WHERE s.root = $1 AND f.sha256 = $2 ORDER BY f.received_at, f.name";

/// A photo that a file became, under the name that it came by.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct ChainPhoto {
    pub name: String,
    pub photo: PhotoId,
    record: String,
}

impl ChainPhoto {
    /// Whether its sidecar says that it shows a stage of the work.
    pub fn shows(&self, phase: &str) -> bool {
        let record: Option<serde_json::Value> = serde_json::from_str(&self.record).ok();
        record.is_some_and(|record| record.get("phase").is_some_and(|own| own == phase))
    }
}

/// The photos that files of these bytes became in submissions of one chain, the first that came first.
pub async fn photos_of_chain(
    tx: &mut Tx,
    root: SubmissionId,
    sha256: &[u8],
) -> Result<Vec<ChainPhoto>, Error> {
    on!(tx, |c| sqlx::query_as(PHOTOS_OF_CHAIN)
        .bind(root)
        .bind(sha256)
        .fetch_all(c))
}
