//! The routes of those who type in what came on paper.

use utoipa_axum::routes;

use super::Routes;
use crate::base::actor::Right::{ReadOriginals, ReadPlots, RecordPlots};
use crate::http::Access::Needs;
use crate::ingest::papers;

/// Clerks with paper records, and those who read them.
pub(super) fn typists(routes: Routes) -> Routes {
    routes
        .all(
            Needs(RecordPlots),
            [
                routes!(papers::record_paper),
                routes!(papers::type_in),
                routes!(papers::retract_paper),
            ],
        )
        .all(
            Needs(ReadPlots),
            [routes!(papers::papers), routes!(papers::paper)],
        )
        .all(Needs(RecordPlots), [routes!(papers::send_scan)])
        .all(Needs(ReadOriginals), [routes!(papers::scan)])
}
