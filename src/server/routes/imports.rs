//! The routes of those who bring files from offices.

use utoipa_axum::routes;

use super::Routes;
use crate::base::actor::Right::RevisePlots;
use crate::http::Access::{Needs, SignedIn};
use crate::ingest::imports::http as files;

/// Those who bring files. What a file holds may need more: areas, gates and hamlets are the province's.
pub(super) fn bringers(routes: Routes) -> Routes {
    routes
        .all(Needs(RevisePlots), [routes!(files::bring_import)])
        .all(SignedIn, [routes!(files::imports)])
        .all(SignedIn, [routes!(files::import, files::forget_import)])
        .all(SignedIn, [routes!(files::load_import)])
}
