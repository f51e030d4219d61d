//! The tables of the ledger, and what it reads of plots, measures and photos.

mod erased;
mod facts;
mod lives;
mod material;
mod samples;
mod tips;

pub use erased::*;
pub use facts::*;
pub use lives::*;
pub use material::*;
pub use samples::*;
pub use tips::*;

/// Every fixed statement of the ledger, for the test that prepares them on both databases.
pub const STATEMENTS: &[&str] = &[
    INSERT_FACT,
    FACT,
    ALIKE,
    FACTS_AFTER,
    SEALED_ELSEWHERE,
    REPLANTED_BY,
    SETTLED,
    PLOT_STATE,
    JUDGED_ONE_WITH,
    JUDGED,
    PLOTS_AFTER,
    DUE,
    MINUTES_DUE,
    UNCONFIRMED,
    PLOT,
    PLOTS,
    MEASURES,
    FACTS,
    PHOTOS,
    VERSIONS,
    ENTRY_SEQ,
    INSERT_TIP,
    TIP,
    TIPS,
    TIP_CELLS,
    TIPS_AFTER,
    OUTCOMES_AFTER,
    LOCK_TIP,
    INSERT_OUTCOME,
    OUTCOME_ALIKE,
    OUTCOME_ID,
    OUTCOMES,
    INSERT_SAMPLE,
    SAMPLE,
    SAMPLES,
    REVISITS_AFTER,
    INSERT_REVISIT,
    REVISIT_ALIKE,
    REVISIT_AUTHOR,
    REVISITS,
    SET_FACT_RECORD,
    REVISIT_ENTRY,
    SET_REVISIT_NOTES,
    SET_TIP_RECORD,
    SET_OUTCOME_NOTE,
];
