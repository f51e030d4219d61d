//! The routes of base maps that phones take along.

use utoipa_axum::routes;

use super::Routes;
use crate::base::actor::Right::RecordPatrols;
use crate::http::Access::Needs;
use crate::server::packs::{__path_map_pack, __path_map_packs, map_pack, map_packs};

/// Those who go where no network is.
pub(super) fn walkers(routes: Routes) -> Routes {
    routes
        .all(Needs(RecordPatrols), [routes!(map_packs)])
        .all(Needs(RecordPatrols), [routes!(map_pack)])
}
