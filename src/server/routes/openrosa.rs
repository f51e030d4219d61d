//! The routes of ODK Collect and of those who look at what it sent.

use axum::middleware::from_fn;
use utoipa_axum::router::UtoipaMethodRouter;
use utoipa_axum::routes;

use super::Routes;
use crate::app::App;
use crate::base::actor::Right::{ReadPlots, RevisePlots};
use crate::http::Access::{Needs, OdkPath};
use crate::ingest::openrosa::http;

/// Phones with ODK Collect, and whoever reads what became of their submissions.
pub(super) fn forms(routes: Routes) -> Routes {
    let phones: [UtoipaMethodRouter<App>; 6] = [
        routes!(http::form_list),
        routes!(http::xform),
        routes!(http::manifest),
        routes!(http::form_attachment),
        routes!(http::dataset_integrity),
        routes!(http::submission_probe, http::submit),
    ];
    routes
        .all(OdkPath, phones.map(in_openrosa))
        .all(
            Needs(ReadPlots),
            [routes!(http::submissions), routes!(http::submission)],
        )
        .all(Needs(RevisePlots), [routes!(http::decide_submission)])
}

/// Every answer, also a refusal, is one that the phone understands.
fn in_openrosa((schemas, paths, methods): UtoipaMethodRouter<App>) -> UtoipaMethodRouter<App> {
    (schemas, paths, methods.layer(from_fn(http::speak)))
}
