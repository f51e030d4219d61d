//! The routes of bundles that are carried by hand.

use utoipa_axum::routes;

use super::Routes;
use crate::base::actor::Right::{ManageIdentity, RecordPatrols};
use crate::http::Access::{Needs, NeedsInProvince, SignedIn};
use crate::sync::http;

/// Those who carry bundles, and those who look at what of them waits.
pub(super) fn carriers(routes: Routes) -> Routes {
    routes
        .all(SignedIn, [routes!(http::bundle_recipient)])
        .all(Needs(RecordPatrols), [routes!(http::bring_bundle)])
        .all(
            NeedsInProvince(ManageIdentity),
            [
                routes!(http::bundle_reviews),
                routes!(http::decide_review),
                routes!(http::export_bundle),
                routes!(http::forwarding),
            ],
        )
        .all(SignedIn, [routes!(http::forwarded_receipts)])
}
