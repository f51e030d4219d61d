//! The routes of the phone's contract and of the live feed.

use utoipa_axum::routes;

use super::Routes;
use crate::base::actor::Right::{ChangeDefinitions, ReadPatrols, WatchLive};
use crate::http::Access::{Needs, NeedsInProvince, SignedIn};
use crate::sync::http::{self, PUSH_LIMIT};

/// Phones that send what they gathered and fetch what they need; those who watch, and those who are watched.
pub(super) fn phones_and_watchers(routes: Routes) -> Routes {
    routes
        .route_with_limit(SignedIn, PUSH_LIMIT, routes!(http::push))
        .all(
            SignedIn,
            [
                routes!(http::pull),
                routes!(http::inventory, http::compare_inventory),
            ],
        )
        .all(Needs(WatchLive), [routes!(http::live)])
        .all(
            Needs(ReadPatrols),
            [
                routes!(http::patrol_watchers),
                routes!(http::live_definitions),
            ],
        )
        .all(
            NeedsInProvince(ChangeDefinitions),
            [routes!(http::set_live_definition)],
        )
}
