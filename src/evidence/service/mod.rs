//! The photos' acts: announcing, keeping originals, deriving images, joining photos to plots, collecting blobs.

mod announce;
mod asking;
mod case;
mod claims;
mod collect;
mod decoder;
mod definitions;
mod derive;
mod grades;
mod holds;
mod link;
mod nonces;
mod orders;
mod original;
mod origins;
mod previews;
mod prove;
mod questions;
mod read;
mod redactions;
mod screens;
mod seals;
mod track_questions;
mod tracks;
mod uploads;
mod verify;
mod verify_kept;
mod verify_made;
mod verify_redactions;
mod words;

use std::sync::Arc;

use tokio::sync::{RwLock, Semaphore};

use crate::base::actor::Actor;
use crate::base::personal::looks_personal;
use crate::base::refusal::Refusal;
use crate::blobs::{self, Blobs};
use crate::identity::{self, Identity};
use crate::journal::{Journal, KeptAside, RulesFault};
use crate::patrols::{self, Patrols};
use crate::plots::{self, Plots};
use crate::store::{self, ActError};

use super::model::redaction::RedactionFault;
use super::sql::PhotoRow;

pub use asking::QuestionQuery;
pub use case::CasePhoto;
pub use claims::PlotClaim;
pub use decoder::{Bounds, Decoder, decoded_frames};
pub use grades::{Graded, SealView};
pub use holds::{Holds, PhotoHold, PhotoHoldWire, Subject};
pub use previews::Previewed;
pub use questions::QuestionView;
pub use read::{Bytes, Image, ListQuery, PhotoView, Size, sight};
pub use seals::{Sealing, seal_root};
pub use track_questions::TrackQuestionView;
pub use uploads::{
    Addition, Hold, Taken, Upload, UploadDraft, UploadFault, UploadLimits, UploadState,
    forget_unfinished,
};
pub use verify::{OriginalFault, Originals, verify_originals};
pub use verify_kept::verify_rows;
pub use verify_made::verify_made;
pub use words::{Follower, WordBooks, Words, WordsGone};

/// Why an act on photos is refused.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The author lacks the right, and existence is no secret.
    #[error("not allowed")]
    Forbidden,
    /// There is no such photo, or it is not in the caller's reach.
    #[error("no such photo")]
    NotFound,
    /// The sidecar has faults.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// A parameter cannot be accepted.
    #[error("{name}: {reason}")]
    Parameter {
        /// Its name.
        name: &'static str,
        /// What would be accepted.
        reason: String,
    },
    /// The same id came with another sidecar; both are kept.
    #[error("the id is used for other content")]
    Differs(Box<KeptAside>),
    /// The place is not the author's; the content is kept.
    #[error("outside the author's communes")]
    Outside(Box<KeptAside>),
    /// The bytes are not those announced; they are kept.
    #[error("not the bytes that were announced")]
    Mismatch(Box<KeptAside>),
    /// Too many bytes of the author lie in quarantine.
    #[error("too much was set apart")]
    TooMuchAside,
    /// The bytes of that SHA-256 (hex) are gone, or others lie in their place.
    #[error("the bytes kept as {0} are gone or damaged")]
    Damaged(String),
    /// An order erased the bytes; the number of its document.
    #[error("erased by order {0}")]
    Erased(String),
    /// Nothing is erased like this.
    #[error(transparent)]
    Redaction(#[from] RedactionFault),
    /// An upload cannot be gone on with like this.
    #[error(transparent)]
    Upload(#[from] UploadFault),
    /// The bytes' store failed.
    #[error(transparent)]
    Blobs(#[from] blobs::Error),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl ActError for Error {
    fn store(&self) -> Option<&store::Error> {
        match self {
            Self::Store(error) => Some(error),
            _ => None,
        }
    }
}

impl From<plots::Error> for Error {
    fn from(error: plots::Error) -> Self {
        match error {
            plots::Error::Store(error) => Self::Store(error),
            plots::Error::Forbidden => Self::Forbidden,
            _ => Self::NotFound,
        }
    }
}

impl From<patrols::Error> for Error {
    fn from(error: patrols::Error) -> Self {
        match error {
            patrols::Error::Store(error) => Self::Store(error),
            patrols::Error::Forbidden => Self::Forbidden,
            _ => Self::NotFound,
        }
    }
}

impl From<identity::Error> for Error {
    fn from(error: identity::Error) -> Self {
        match error {
            identity::Error::Store(error) => Self::Store(error),
            other => Self::Store(store::Error::Unavailable(other.to_string())),
        }
    }
}

impl From<RulesFault> for Error {
    fn from(fault: RulesFault) -> Self {
        match fault {
            RulesFault::Refused { name, reason } => Self::Parameter { name, reason },
            RulesFault::Store(error) => Self::Store(error),
        }
    }
}

/// The kind of job that makes a photo's small images.
pub const DERIVE_JOB: &str = "derive_photo";

/// Photos: one service behind every door.
#[derive(Debug, Clone)]
pub struct Evidence {
    journal: Journal,
    identity: Identity,
    plots: Plots,
    patrols: Patrols,
    blobs: Blobs,
    most_bytes: u64,
    upload_limits: UploadLimits,
    decoder: Decoder,
    fingerprints: screens::Known,
    /// One picture is decoded at a time.
    decoding: Arc<Semaphore>,
    /// So many previews are read at a time.
    glancing: Arc<Semaphore>,
    /// Held for reading from bytes to row, for writing while bytes are collected.
    collecting: Arc<RwLock<()>>,
}

impl Evidence {
    /// Photos of at most `most_bytes` over this journal's store and these blobs.
    #[must_use]
    pub fn new(
        journal: Journal,
        identity: Identity,
        plots: Plots,
        patrols: Patrols,
        blobs: Blobs,
        most_bytes: u64,
    ) -> Self {
        // Whoever erases anything of this log is told what is held.
        journal.ask_before_erasing(Arc::new(Holds));
        Self {
            journal,
            identity,
            plots,
            patrols,
            blobs,
            most_bytes,
            upload_limits: UploadLimits::default(),
            decoder: Decoder::in_process(),
            fingerprints: screens::Known::default(),
            decoding: Arc::new(Semaphore::new(1)),
            glancing: Arc::new(Semaphore::new(2)),
            collecting: Arc::default(),
        }
    }

    /// The same, with pictures decoded that way.
    #[must_use]
    pub fn with_decoder(mut self, decoder: Decoder) -> Self {
        self.decoder = decoder;
        self
    }

    /// The same, with other limits of uploads.
    #[must_use]
    pub fn with_upload_limits(mut self, limits: UploadLimits) -> Self {
        self.upload_limits = limits;
        self
    }

    /// The largest original that is taken, bytes.
    #[must_use]
    pub fn most_bytes(&self) -> u64 {
        self.most_bytes
    }
}

/// Whether the actor belongs to the unit that handles the photo: its author's.
fn is_handling(actor: &Actor, row: &PhotoRow) -> bool {
    actor.id == row.author || (row.org.is_some() && row.org == actor.org)
}

const MOST_REASON_CHARS: usize = 500;

/// A reason as it is kept, or what would be accepted.
fn checked_reason(text: &str) -> Result<String, &'static str> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > MOST_REASON_CHARS {
        return Err("cần nêu lý do, từ 1 đến 500 ký tự / expected 1 to 500 characters");
    }
    if looks_personal(text) {
        return Err(
            "không ghi số điện thoại, số định danh / expected no telephone or identity numbers",
        );
    }
    Ok(text.to_owned())
}

/// A secret that was replaced opens nothing and brings no byte: what was promised under it is told again, no more.
fn refuse_retired(actor: &Actor) -> Result<(), Error> {
    if actor.origin.retired {
        Err(store::Error::Retired.into())
    } else {
        Ok(())
    }
}

fn too_much(kept: Option<KeptAside>) -> Result<KeptAside, Error> {
    kept.ok_or(Error::TooMuchAside)
}
