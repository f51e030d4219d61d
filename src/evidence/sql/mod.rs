//! The tables of evidence.

mod audit;
mod images;
mod keeping;
mod nonces;
mod photos;
mod previews;
mod questions;
mod redactions;
mod replies;
mod tracks;
mod uploads;
mod words;

pub use audit::*;
pub use images::*;
pub use keeping::*;
pub use nonces::*;
pub use photos::*;
pub use previews::*;
pub use questions::*;
pub use redactions::*;
pub use replies::*;
pub use tracks::*;
pub use uploads::*;
pub use words::*;

/// Every fixed statement of evidence, for the test that prepares them on both databases.
pub const STATEMENTS: &[&str] = &[
    PHOTO,
    PHOTOS,
    PLACED_AFTER,
    ALL_AFTER,
    COUNT,
    INSERT_PHOTO,
    STORE_ORIGINAL,
    LOCK_PHOTO,
    LINK,
    SET_PLACE,
    SET_DERIVED,
    INSERT_IMAGE,
    IMAGE,
    IMAGES_FROM,
    PICTURELESS,
    PREVIEW,
    SET_PREVIEW,
    DROP_PREVIEW,
    INSERT_ASIDE,
    NAMED,
    OF_PLOT,
    OF_FORMS,
    PLOT_PLACES,
    ORIGINALS,
    QUESTION,
    QUESTIONS,
    LOCK_QUESTION,
    INSERT_QUESTION,
    IS_ASKED,
    SET_STATE,
    STATES_OF_PLOT,
    ASKED_OF_PLOT,
    INSERT_REPLY,
    REPLIES,
    INSERT_FINGERPRINT,
    FINGERPRINTS_SINCE,
    SAME_INSTANT,
    INSERT_NONCE,
    VOUCH_NONCE,
    SPEND_NONCE,
    NONCE,
    UNSPENT_NONCES,
    SAME_FILE,
    SEALABLE,
    INSERT_SEAL,
    INSERT_SEALED,
    SEAL,
    SEALED_BESIDE,
    INSERT_HOLD,
    HOLDS,
    LIFT_HOLDS,
    HELD_SUBJECTS,
    MERGED,
    PLOTS_OF,
    PLOTS_OF_BYTES,
    TRACK_QUESTION,
    TRACK_QUESTIONS,
    LOCK_TRACK_QUESTION,
    INSERT_TRACK_QUESTION,
    IS_TRACK_ASKED,
    SET_TRACK_STATE,
    UPHELD_OF_DEVICE,
    UPHELD_TRACKS,
    TRACK_STATE,
    INSERT_TRACK_REPLY,
    TRACK_REPLIES,
    PLOTS_SHOWN_BY,
    UPLOAD,
    INSERT_UPLOAD,
    OPEN_UPLOADS,
    TAKE_UPLOAD,
    TELL_LENGTH,
    ADVANCE_UPLOAD,
    HOLD_UPLOAD,
    BIND_UPLOAD,
    END_UPLOAD,
    DELETE_UPLOAD,
    DELETE_EXPIRED,
    EXPIRED_UPLOADS,
    UNDER_WAY,
    OPEN_OF,
    INSERT_PART,
    PARTS,
    DELETE_PARTS,
    IS_PART,
    QUESTIONS_FROM,
    TRACK_QUESTIONS_FROM,
    REPLIES_FROM,
    TRACK_REPLIES_FROM,
    SEALS_FROM,
    SEALED_OF,
    HOLDS_FROM,
    HOLDS_PATROL,
    SPENT_NONCES_FROM,
    REDACTION,
    REDACTIONS,
    REDACTIONS_FROM,
    UNORDERED,
    WAITING_REDACTION,
    INSERT_REDACTION,
    DECIDE_REDACTION,
    SAME_BYTES,
    MARK_PHOTO,
    PICTURES_OF,
    ASIDE_ENTRIES,
    DROP_IMAGES,
    DROP_ASIDES,
    ERASED_BY,
    IS_FACT,
    IS_TYPED,
    IS_SCAN,
    ASIDES_OF,
    PLOT_OF,
    IS_PATROL_HELD,
    IS_TO_BE_FORWARDED,
    SET_REPLY,
    SET_TRACK_REPLY,
];
