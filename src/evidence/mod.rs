//! Evidence photos: the sidecar signed at capture, the original that is never touched, and pictures derived from it.
//!
//! Invariants: an original is kept byte for byte whatever it is, if it has the announced hash; bytes are durable before
//! a row names them; knowing a hash neither saves an upload nor opens a file; who must not see a photo is answered as
//! if there were none.

pub mod http;
pub mod model;
mod service;
mod sql;

pub use model::redaction::{PhotoErased, RedactionDraft, RedactionTarget};
pub use service::sight;
pub use service::{
    Addition, Hold, Taken, Upload, UploadDraft, UploadFault, UploadLimits, UploadState,
    forget_unfinished,
};
pub use service::{
    Bounds, CasePhoto, DERIVE_JOB, Decoder, Error, Evidence, Graded, PhotoView, PlotClaim,
    QuestionQuery, SealView, Sealing, decoded_frames, seal_root,
};
pub use service::{Follower, WordBooks, Words, WordsGone};
pub use service::{OriginalFault, Originals, verify_made, verify_originals, verify_rows};
pub use sql::{STATEMENTS, Sight};
