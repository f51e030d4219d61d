//! The route of those who look for a place or a plot.

use utoipa_axum::routes;

use super::Routes;
use crate::base::actor::Right::ReadCommunes;
use crate::http::Access::Needs;
use crate::publish::search;

/// Those who know a name or a code. Plots are found by those who may read them.
pub(super) fn seekers(routes: Routes) -> Routes {
    routes.all(Needs(ReadCommunes), [routes!(search::search)])
}
