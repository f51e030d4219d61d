//! The routes of map tiles. What each caller sees there is decided layer by layer.

use utoipa_axum::routes;

use super::Routes;
use crate::http::Access::SignedIn;
use crate::publish::tiles::{routes as tiles, sets};

/// Those who look at maps.
pub(super) fn map_readers(routes: Routes) -> Routes {
    routes
        .all(
            SignedIn,
            [
                routes!(tiles::tile_json),
                routes!(tiles::tile),
                routes!(tiles::ogc_tile),
            ],
        )
        .all(
            SignedIn,
            [
                routes!(sets::tile_matrix_sets),
                routes!(sets::tile_matrix_set),
                routes!(sets::tilesets),
                routes!(sets::tileset_of),
            ],
        )
}
