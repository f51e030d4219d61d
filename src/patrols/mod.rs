//! Patrols (cuộc tuần tra) and the tracks that phones and handhelds recorded on them.
//!
//! Invariants: a patrol has one track per device; a fix is known by (device, time, longitude, latitude) and is
//! never deleted for being bad, only judged beside; every length and time is a function of the fixes and of
//! versioned rules. Fixes outside every patrol are shown to their holder alone,
//! without places, and are erased after 72 hours.

pub mod http;
pub mod model;
mod service;
mod sql;

pub use service::{
    Claim, ClaimablePatrol, DERIVE_JOB, DerivedPatrol, Error, Heard, HeldSpan, INDEX_JOB,
    JUDGED_JOB, JudgedFix, ListPage, MemoryUse, NearDay, OF_OWN_GROUND, OrderedErasure, PatrolNear,
    PatrolOwners, Patrols, RefusedFix, RefusedGap, RefusedNear, SCREEN_JOB, SEAL_AROUND_JOB,
    SEAL_JOB, ScreenedPatrol, Sight, Spot, TrackFind, Upload, WholePatrol, sight, verify_rows,
};
pub use sql::STATEMENTS;
