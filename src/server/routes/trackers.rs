//! The trackers' doors, and what follows from what comes through them.

use utoipa_axum::routes;

use super::Routes;
use crate::base::actor::Right::{EnrolDevices, ReadSos, RecordPatrols};
use crate::http::Access::{Needs, TrackerPath};
use crate::ingest::trackers::held::{self, FORM_LIMIT};
use crate::ingest::trackers::http::{self, BATCH_LIMIT, MESSAGE_LIMIT};
use crate::{identity, patrols};

/// Phones' trackers, holders of what they sent, and whoever hears a call for help.
pub(super) fn trackers(routes: Routes) -> Routes {
    routes
        .route_typed(
            TrackerPath,
            MESSAGE_LIMIT,
            routes!(http::track_query, http::track_message, http::track_put),
        )
        .route_typed(TrackerPath, BATCH_LIMIT, routes!(http::track_overland))
        .route_typed(TrackerPath, MESSAGE_LIMIT, routes!(http::track_owntracks))
        .route_typed(TrackerPath, MESSAGE_LIMIT, routes!(http::publish_owntracks))
        .route_typed(
            TrackerPath,
            FORM_LIMIT,
            routes!(held::held_form, held::held_act),
        )
        .all(
            Needs(EnrolDevices),
            [routes!(identity::http::open_held_window)],
        )
        .all(
            Needs(RecordPatrols),
            [
                routes!(patrols::http::held_fixes, patrols::http::let_fixes_go),
                routes!(patrols::http::claim_fixes),
            ],
        )
        .all(Needs(ReadSos), [routes!(patrols::http::sos_calls)])
}
