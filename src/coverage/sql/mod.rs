//! Coverage's tables: the index by region, the clock that orders its changes, and what waits.

mod definitions;
mod ground;
mod read;
mod write;

pub use definitions::*;
pub use ground::*;
pub use read::*;
pub use write::*;

/// Every statement of coverage, for the test that prepares them on both databases.
pub const STATEMENTS: &[&str] = &[
    KEEP_PATROL,
    RENAME_PATROL,
    PLACES_OF,
    FORGET_CELLS,
    FORGET_TRIPS,
    TICK,
    MARK,
    EPOCH,
    CHANGES,
    REGIONS,
    PIECES_IN,
    CELLS_OF,
    REJECTED_IN,
    TRIPS_OF,
    WALKERS,
    PENDING,
    LAST_SEQ_BEFORE,
    GROUND,
    GROUND_MARK,
    SET_GROUND,
    PATROLS_IN,
    INSERT_DEFINITION,
    DEFINITIONS,
    DEFINITIONS_MARK,
    COMPLETE_DEFINITION,
    PATROLS_BEHIND,
    COUNT_BEHIND,
    KEPT_FOOTPRINTS,
    FOOTPRINTS_ASIDE,
    SET_CELLS_ASIDE,
    FORGET_CELLS_BUT_ASIDE,
    CARRY_CELLS_OVER,
    CARRY_TRIPS_OVER,
];
