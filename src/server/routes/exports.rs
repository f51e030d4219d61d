//! The routes of files and of the office's forms.

use utoipa_axum::routes;

use super::Routes;
use crate::base::actor::Right::{ConfirmReports, ReadCoverage, ReadPlots};
use crate::http::Access::{Needs, SignedIn};
use crate::publish::export::http as files;
use crate::reports::http as forms;

/// Those who take records out as files.
pub(super) fn takers(routes: Routes) -> Routes {
    // Who may read a collection depends on the collection.
    routes
        .all(SignedIn, [routes!(files::export_file)])
        .all(SignedIn, [routes!(files::exports, files::ask_export)])
        .all(
            SignedIn,
            [
                routes!(files::export, files::cancel_export),
                routes!(files::decide_export),
            ],
        )
        .all(SignedIn, [routes!(files::fetch_export)])
}

/// Those who fill in the office's forms.
pub(super) fn clerks(routes: Routes) -> Routes {
    routes
        .all(Needs(ReadCoverage), [routes!(forms::report)])
        .all(SignedIn, [routes!(forms::report_runs)])
        .all(
            SignedIn,
            [routes!(forms::report_run), routes!(forms::report_run_file)],
        )
        .all(Needs(ConfirmReports), [routes!(forms::keep_report)])
        .all(Needs(ReadPlots), [routes!(forms::report_status)])
        .all(
            Needs(ConfirmReports),
            [routes!(forms::say_nothing, forms::take_back_nothing)],
        )
}
