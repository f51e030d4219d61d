//! The files of a submission: each becomes a photo whose sidecar the server makes from the form.

use bytes::Bytes;
use serde_json::{Map, Value, json};

use crate::base::actor::Actor;
use crate::base::fields::CLOCK_TOLERANCE_MS;
use crate::base::hex;
use crate::base::ids::{PhotoId, QuarantineId, SubmissionId};
use crate::base::time::Timestamp;
use crate::evidence;
use crate::evidence::model::picture::{Limits, inspect};
use crate::journal::KeptAside;
use crate::patrols::model::text::composed;
use crate::store::{self, Tx};

use super::super::OpenRosa;
use super::super::geotext::Provenance;
use super::super::names;
use super::super::reading;
use super::super::sql::{self, FileRow, TOO_LARGE, UnusableRow};
use super::Error;
use super::accept::Accepted;

/// A file as it was sent.
#[derive(Debug)]
pub struct SentFile {
    /// Its name.
    pub name: String,
    /// Its bytes.
    pub bytes: Bytes,
    /// Their SHA-256.
    pub sha256: [u8; 32],
    /// What the sender takes it for.
    pub media_type: Option<String>,
}

/// A file of which nothing was kept: it is larger than any that is taken.
#[derive(Debug)]
pub struct LargeFile {
    /// Its name.
    pub name: String,
    /// SHA-256 of its bytes.
    pub sha256: [u8; 32],
    /// How many they are.
    pub bytes: u64,
}

/// A file without a byte, as a phone leaves it whose storage was full.
const EMPTY: &str = "empty";

/// Why a file is no photo.
enum NoPhoto {
    /// It can never be one: a word, and where its bytes were kept aside.
    Never(&'static str, Option<QuarantineId>),
    /// Something failed that may pass.
    Failed(Error),
}

impl From<Error> for NoPhoto {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl From<evidence::Error> for NoPhoto {
    fn from(error: evidence::Error) -> Self {
        let aside = |kept: &KeptAside| Some(kept.quarantine);
        match error {
            evidence::Error::Differs(kept) => Self::Never("content-differs", aside(&kept)),
            evidence::Error::Mismatch(kept) => Self::Never("hash-mismatch", aside(&kept)),
            evidence::Error::Outside(kept) => Self::Never("outside-scope", aside(&kept)),
            // A form that brings a file of a photo that an order erased: another one, or its own for the first time.
            evidence::Error::Erased(_) => Self::Never("hash-mismatch", None),
            other => Self::Failed(other.into()),
        }
    }
}

impl Accepted {
    /// Whether the submission names the file: others are passed over.
    #[must_use]
    pub fn names(&self, file: &str) -> bool {
        reading::field_naming(&self.read.root, file).is_some()
    }
}

impl OpenRosa {
    /// The largest file that is taken, bytes.
    #[must_use]
    pub fn most_file_bytes(&self) -> u64 {
        self.slices.evidence.most_bytes()
    }

    /// Keeps a file that the submission names; the same one again changes nothing. One that can never be a photo is noted
    /// with the reason: a phone that is refused sends the same again for ever, and nothing that stands behind it.
    pub async fn attach(
        &self,
        actor: &Actor,
        accepted: &Accepted,
        file: SentFile,
    ) -> Result<(), Error> {
        let photo = match self.photo_of(actor, accepted, &file).await {
            Ok(photo) => photo,
            Err(NoPhoto::Failed(error)) => return Err(error),
            Err(NoPhoto::Never(reason, quarantine)) => {
                let row = UnusableRow {
                    name: file.name,
                    sha256: file.sha256.to_vec(),
                    bytes: i64::try_from(file.bytes.len()).unwrap_or(i64::MAX),
                    reason: reason.to_owned(),
                    quarantine,
                    received_at: self.journal.now(),
                };
                return self.note_unusable(accepted.id, row).await;
            }
        };
        let row = FileRow {
            name: file.name,
            sha256: file.sha256.to_vec(),
            bytes: i64::try_from(file.bytes.len()).unwrap_or(i64::MAX),
            photo,
            received_at: self.journal.now(),
        };
        let context = (accepted.id, row);
        self.journal
            .write(context, |tx, (id, row)| {
                Box::pin(async move {
                    sql::lock_submission(tx, *id).await?;
                    sql::insert_file(tx, *id, row).await?;
                    count_missing(tx, *id).await
                })
            })
            .await
    }

    /// Notes that a file came which is larger than any that is taken: the form stands, and an officer is shown what lacks.
    pub async fn note_too_large(
        &self,
        actor: &Actor,
        accepted: &Accepted,
        file: LargeFile,
    ) -> Result<(), Error> {
        if actor.origin.retired {
            return Ok(());
        }
        let row = UnusableRow {
            name: file.name,
            sha256: file.sha256.to_vec(),
            bytes: i64::try_from(file.bytes).unwrap_or(i64::MAX),
            reason: TOO_LARGE.to_owned(),
            quarantine: None,
            received_at: self.journal.now(),
        };
        self.note_unusable(accepted.id, row).await
    }

    async fn note_unusable(&self, id: SubmissionId, row: UnusableRow) -> Result<(), Error> {
        self.journal
            .write((id, row), |tx, (id, row)| {
                Box::pin(async move {
                    sql::lock_submission(tx, *id).await?;
                    sql::insert_unusable(tx, *id, row).await?;
                    count_missing(tx, *id).await
                })
            })
            .await
    }

    async fn photo_of(
        &self,
        actor: &Actor,
        accepted: &Accepted,
        file: &SentFile,
    ) -> Result<PhotoId, NoPhoto> {
        if file.bytes.is_empty() {
            return Err(NoPhoto::Never(EMPTY, None));
        }
        let root = accepted.row.root;
        let known = self.known_photo(accepted, file).await?;
        let name = format!("photo/{}/{}", hex(&file.sha256), file.name);
        let photo = known.unwrap_or(PhotoId(names::derived(root.0, &name)));
        if known.is_none() {
            self.announce(actor, accepted, photo, file).await?;
        }
        let evidence = &self.slices.evidence;
        evidence
            .keep_original(
                actor,
                photo,
                file.bytes.clone(),
                file.sha256,
                file.media_type.clone(),
            )
            .await?;
        Ok(photo)
    }

    /// The photo that the same file became before: an edit brings it again, perhaps under a new name. Where the form names
    /// both, or means the file for another stage, they are two photos.
    async fn known_photo(
        &self,
        accepted: &Accepted,
        file: &SentFile,
    ) -> Result<Option<PhotoId>, Error> {
        let mut tx = self.journal.store().read().await?;
        let known = sql::photos_of_chain(&mut tx, accepted.row.root, &file.sha256).await?;
        let field = reading::field_naming(&accepted.read.root, &file.name).unwrap_or_default();
        let is_renamed =
            |own: &&sql::ChainPhoto| !accepted.names(&own.name) && own.shows(phase_of(field));
        let same = known.iter().find(|own| own.name == file.name);
        let same = same.or_else(|| known.iter().find(is_renamed));
        Ok(same.map(|own| own.photo))
    }

    /// Announces a photo. One that was taken where the author has no right is its unit's without a place, so that its
    /// bytes are kept whatever becomes of the plot; so is one whose place the form tells as no photo may have it.
    async fn announce(
        &self,
        actor: &Actor,
        accepted: &Accepted,
        photo: PhotoId,
        file: &SentFile,
    ) -> Result<(), NoPhoto> {
        let taken_at = self.taken_at(accepted, file.bytes.clone()).await?;
        let mut sidecar = sidecar(accepted, file, taken_at);
        let said = self.announce_as(actor, photo, &sidecar).await;
        match said {
            Err(evidence::Error::Outside(_) | evidence::Error::Refused(_)) => {
                for place in ["lon", "lat", "accuracy_m"] {
                    sidecar.remove(place);
                }
                Ok(self.announce_as(actor, photo, &sidecar).await?)
            }
            // It was announced before, and where its plot lies was not known then.
            Err(evidence::Error::Differs(_)) => Ok(()),
            said => Ok(said?),
        }
    }

    async fn announce_as(
        &self,
        actor: &Actor,
        photo: PhotoId,
        sidecar: &Map<String, Value>,
    ) -> Result<(), evidence::Error> {
        let body = Value::Object(sidecar.clone()).to_string();
        let wire = serde_json::from_str(&body)
            .map_err(|fault| store::Error::Unavailable(fault.to_string()))?;
        let evidence = &self.slices.evidence;
        evidence
            .announce(actor, photo, &wire, body.as_bytes())
            .await?;
        Ok(())
    }

    /// The shutter's time by EXIF; else the form's; else that of the receipt.
    async fn taken_at(&self, accepted: &Accepted, bytes: Bytes) -> Result<Timestamp, Error> {
        let looked = tokio::task::spawn_blocking(move || inspect(&bytes, &Limits::default()).exif);
        let exif = looked
            .await
            .map_err(|fault| store::Error::Unavailable(fault.to_string()))?;
        let received_at = accepted.row.recorded_at;
        let is_possible = |at: &Timestamp| at.since(received_at) <= CLOCK_TOLERANCE_MS;
        let by_exif = exif.and_then(|exif| exif.time()).filter(is_possible);
        let by_form = accepted.read.reading.at.filter(is_possible);
        Ok(by_exif.or(by_form).unwrap_or(received_at))
    }
}

/// How many of the files that the form names have not come.
async fn count_missing(tx: &mut Tx, id: SubmissionId) -> Result<(), Error> {
    let row = sql::submission(tx, id).await?.ok_or(Error::NotFound)?;
    let files = sql::files(tx, id).await?;
    let unusable = sql::unusable(tx, id).await?;
    let came = files.iter().map(|file| &file.name);
    let came = came.chain(unusable.iter().map(|file| &file.name));
    // Forms of before were kept with their names as they came.
    let came: Vec<String> = came.map(|name| composed(name)).collect();
    let expected = row.expected()?;
    let missing = expected.iter().filter(|name| !came.contains(name)).count();
    sql::set_missing(tx, id, i64::try_from(missing).unwrap_or(i64::MAX)).await?;
    Ok(())
}

/// What the form knows of a photo.
fn sidecar(accepted: &Accepted, file: &SentFile, taken_at: Timestamp) -> Map<String, Value> {
    let reading = &accepted.read.reading;
    let field = reading::field_naming(&accepted.read.root, &file.name).unwrap_or_default();
    let told = json!({
        "sha256": hex(&file.sha256),
        "bytes": file.bytes.len(),
        "taken_at": taken_at,
        "phase": phase_of(field),
        "plot": reading.plot,
        "eradication": reading.eradication,
        "contains_person": reading.contains_person.then_some(true),
        "media_type": file.media_type.as_deref().map(|text| text.chars().take(100).collect::<String>()),
    });
    let mut sidecar: Map<String, Value> = match told {
        Value::Object(fields) => fields
            .into_iter()
            .filter(|(_, value)| !value.is_null())
            .collect(),
        _ => Map::new(),
    };
    // Where a finger tapped on a map, no phone stood.
    let stood = reading
        .point
        .filter(|point| point.provenance != Provenance::HandPlaced);
    if let Some(point) = stood {
        sidecar.insert("lon".into(), json!(point.position.lon()));
        sidecar.insert("lat".into(), json!(point.position.lat()));
        if let Some(accuracy_m) = point.accuracy_m {
            sidecar.insert("accuracy_m".into(), json!(accuracy_m));
        }
        if point.provenance == Provenance::Mocked {
            sidecar.insert("mock".into(), json!(true));
        }
    }
    sidecar
}

fn phase_of(field: &str) -> &'static str {
    match field {
        "photo_close_up" => "close_up",
        "photo_before" => "before",
        "photo_during" => "during",
        "photo_after" => "after",
        "photo_minutes" => "minutes",
        "photo_sample" => "sample",
        _ => "overview",
    }
}
