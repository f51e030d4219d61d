//! The routes of originals that come in parts.

use utoipa_axum::routes;

use super::Routes;
use crate::base::actor::Right::RecordPhotos;
use crate::http::Access::{Needs, Public};
use crate::{evidence, ingest};

/// Senders of large files over bad links.
pub(super) fn senders(routes: Routes) -> Routes {
    use ingest::tus::http as tus;
    routes
        .all(
            Public,
            [
                routes!(tus::upload_options),
                routes!(tus::one_upload_options),
            ],
        )
        .all(
            Needs(RecordPhotos),
            [
                routes!(tus::create_upload),
                routes!(
                    tus::upload_offset,
                    tus::upload_fate,
                    tus::add_to_upload,
                    tus::end_upload,
                    tus::overridden
                ),
            ],
        )
        .all(
            Needs(RecordPhotos),
            [
                routes!(evidence::http::bind_upload),
                routes!(evidence::http::send_preview),
            ],
        )
}
