//! The routes of OGC API – Features. What each caller sees there is decided collection by collection.

use utoipa_axum::routes;

use super::Routes;
use crate::http::Access::{Public, SignedIn};
use crate::publish::ogc;

/// Those who read and edit with GIS tools.
pub(super) fn gis_tools(routes: Routes) -> Routes {
    routes
        .all(
            SignedIn,
            [
                routes!(ogc::landing),
                routes!(ogc::conformance),
                routes!(ogc::service_openapi),
                routes!(ogc::collections),
            ],
        )
        .all(
            SignedIn,
            [
                routes!(ogc::collection),
                routes!(ogc::collection_schema),
                routes!(ogc::queryables),
            ],
        )
        .all(
            SignedIn,
            [
                routes!(ogc::items, ogc::create_item),
                routes!(
                    ogc::item,
                    ogc::replace_item,
                    ogc::update_item,
                    ogc::retract_item
                ),
            ],
        )
        .all(
            Public,
            [routes!(ogc::items_options), routes!(ogc::item_options)],
        )
}
