//! What the phone's contract reads of the log and of facts' tables, and who watched whom.

mod bundles;
mod forms;
mod held_back;
mod log;
mod nodes;
mod watches;

pub use bundles::*;
pub use forms::*;
pub use held_back::*;
pub use log::*;
pub use nodes::*;
pub use watches::*;

/// Every statement of the sync routes, for the test that prepares them on both databases.
pub const STATEMENTS: &[&str] = &[
    LAST_NUMBER,
    SECURED_THROUGH,
    CHANGES,
    OWN_ENTRIES,
    WAITING_PHOTOS,
    OWED_FORMS,
    HAPPENED,
    OPEN_PATROLS,
    OPEN_PATROL,
    LATEST_CHUNKS,
    NEW_PLOT,
    CALL,
    RECENT_WATCH,
    INSERT_WATCH,
    TOUCH_WATCH,
    INSERT_SIGHT,
    WATCHERS,
    WATCHES_FROM,
    BUNDLES_FROM,
    REVIEWS_FROM,
    KNOWN_BUNDLE,
    INSERT_BUNDLE,
    REVIEWS,
    REVIEW,
    INSERT_REVIEW,
    DECIDE,
    DECISION,
    SET_FORWARDED_OWN,
    NONCE_ISSUED,
    OUTGOING,
    OUTGOING_LEFT,
    TAKE_TURN,
    FORWARDING,
    ADVANCE_FACTS,
    ADVANCE_ORIGINALS,
    FORGET_FAULT,
    FORWARD_FAILED,
    REWIND,
    SET_UPSTREAM,
    ASIDE_UPSTREAM,
    UPSTREAM,
    SET_FORWARDED,
    FORWARDED,
    HOLD_BACK,
    LET_GO,
    LET_GO_AFTER,
    HELD_DUE,
    HELD_BACK,
    COUNT_HELD,
];
