//! The one list of routes: who may call what, grouped by who calls it.

mod books;
mod bundles;
mod exports;
mod imports;
mod ogc;
mod openrosa;
mod packs;
mod papers;
mod phones;
mod search;
mod sync;
mod tiles;
mod trackers;
mod uploads;

use utoipa::OpenApi;
use utoipa_axum::routes;

use crate::app::App;
use crate::base::actor::Right::{
    ChangeDefinitions, ChangeRiskAreas, KeepRecords, ManageIdentity, ReadCoarseDensity,
    ReadCommunes, ReadCoverage, ReadDensity, ReadGaps, ReadJournal, ReadOriginals, ReadPatrols,
    ReadPhotos, ReadPlots, ReadRiskAreas, ReadSuggestions, RecordPatrols, RecordPhotos,
    RecordPlots, ValidatePatrols,
};
use crate::http::Access::{Needs, NeedsInProvince, Public, SignedIn, TrackerPath};
use crate::http::Declared;
use crate::{areas, coverage, density, evidence, identity, journal, ledger, patrols, plots};

use super::{
    __path_healthz, __path_openapi, __path_prometheus, __path_readyz, __path_stylesheet, healthz,
    openapi, prometheus, readyz, stylesheet,
};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "tuantra",
        description = "Patrols, illicit-crop plots, evidence and coverage of risk areas.",
        license(name = "EUPL-1.2", identifier = "EUPL-1.2")
    ),
    components(schemas(crate::base::ids::IncidentId))
)]
struct Document;

/// The routes so far.
pub(super) type Routes = Declared<App>;

/// Every route with what it needs.
#[must_use]
pub fn declared() -> Routes {
    let routes = Declared::new(Document::openapi());
    let routes = readers_of_coverage(readers(records(field(visitors(operators(routes))))));
    let routes = books::graders(books::book_readers(books::bookkeepers(routes)));
    let routes = openrosa::forms(uploads::senders(trackers::trackers(books::trackers(
        routes,
    ))));
    let routes = ogc::gis_tools(bundles::carriers(sync::phones_and_watchers(routes)));
    let routes = exports::clerks(exports::takers(tiles::map_readers(routes)));
    let routes = papers::typists(search::seekers(packs::walkers(routes)));
    let routes = imports::bringers(routes);
    phones::enrollers(keepers(books::listeners_and_checkers(routes)))
}

/// Operators and their tools, auditors.
fn operators(routes: Routes) -> Routes {
    routes
        .all(
            Public,
            [
                routes!(healthz),
                routes!(readyz),
                routes!(prometheus),
                routes!(openapi),
            ],
        )
        .all(Public, [routes!(journal::http::key)])
        .all(
            NeedsInProvince(ReadJournal),
            [
                routes!(identity::http::journal_entries),
                routes!(identity::http::journal_tile),
            ],
        )
        .all(
            SignedIn,
            [
                routes!(identity::http::journal_head),
                routes!(identity::http::journal_checkpoint),
            ],
        )
        .all(
            SignedIn,
            [
                routes!(identity::http::journal_proof),
                routes!(identity::http::journal_consistency),
            ],
        )
        .all(
            SignedIn,
            [
                routes!(identity::http::journal_stamps),
                routes!(identity::http::journal_stamp),
            ],
        )
        .all(SignedIn, [routes!(identity::http::compare_head)])
        .all(
            NeedsInProvince(ReadJournal),
            [routes!(identity::http::journal_watch)],
        )
}

/// Those who sign in or enrol, and whoever has a secret.
fn visitors(routes: Routes) -> Routes {
    routes
        .all(Public, [routes!(stylesheet)])
        .all(
            Public,
            [routes!(
                identity::http::sign_in_page,
                identity::http::sign_in_form
            )],
        )
        .all(
            Public,
            [routes!(
                identity::http::link_page,
                identity::http::spend_link
            )],
        )
        .all(Public, [routes!(identity::http::sign_in)])
        .all(
            SignedIn,
            [
                routes!(identity::http::sign_out),
                routes!(identity::http::me),
            ],
        )
        .all(
            SignedIn,
            [
                routes!(identity::http::tokens),
                routes!(identity::http::revoke_token),
            ],
        )
        .all(
            SignedIn,
            [
                routes!(identity::http::orgs),
                routes!(identity::http::teams),
            ],
        )
        .all(
            SignedIn,
            [
                routes!(identity::http::announce_key),
                routes!(identity::http::own_keys),
            ],
        )
}

/// Phones and trackers in the field.
fn field(routes: Routes) -> Routes {
    use patrols::http::GPX_LIMIT;
    routes
        .all(
            Needs(RecordPatrols),
            [
                routes!(patrols::http::record_patrol),
                routes!(patrols::http::append_fixes),
            ],
        )
        .route_with_limit(
            Needs(RecordPatrols),
            GPX_LIMIT,
            routes!(patrols::http::send_gpx),
        )
        .route_typed(TrackerPath, GPX_LIMIT, routes!(patrols::http::track_gpx))
        .all(
            Needs(RecordPlots),
            [
                routes!(plots::http::record_plot),
                routes!(plots::http::measure_plot),
            ],
        )
        .all(Needs(RecordPlots), [routes!(plots::http::record_incident)])
        .all(
            Needs(RecordPhotos),
            [
                routes!(evidence::http::announce_photo),
                routes!(evidence::http::upload_original),
            ],
        )
        .all(Needs(RecordPhotos), [routes!(evidence::http::issue_nonces)])
}

/// Those who read and judge what was recorded.
fn records(routes: Routes) -> Routes {
    routes
        .all(
            Needs(ReadCommunes),
            [
                routes!(areas::http::communes),
                routes!(areas::http::commune),
            ],
        )
        .all(
            Needs(ReadCommunes),
            [
                routes!(areas::http::gates),
                routes!(areas::http::hamlets),
                routes!(areas::http::read_coordinates),
            ],
        )
        .all(
            Needs(ReadRiskAreas),
            [
                routes!(areas::http::risk_areas),
                routes!(areas::http::risk_area),
            ],
        )
        .all(
            NeedsInProvince(ChangeRiskAreas),
            [routes!(areas::http::set_risk_area)],
        )
        .all(
            Needs(ReadPatrols),
            [
                routes!(patrols::http::patrols),
                routes!(patrols::http::patrol),
            ],
        )
        .all(
            Needs(ValidatePatrols),
            [routes!(patrols::http::judge_patrol)],
        )
        .all(
            NeedsInProvince(KeepRecords),
            [routes!(
                patrols::http::hold_patrol,
                patrols::http::release_patrol
            )],
        )
}

/// Those who look at plots, pictures and figures.
fn readers(routes: Routes) -> Routes {
    routes
        .all(
            Needs(ReadPlots),
            [routes!(ledger::http::plot), routes!(plots::http::plots)],
        )
        .all(
            Needs(ReadPlots),
            [
                routes!(ledger::http::incident),
                routes!(ledger::http::incidents),
            ],
        )
        .all(
            Needs(ReadPhotos),
            [
                routes!(evidence::http::photo),
                routes!(evidence::http::photos),
            ],
        )
        .all(
            Needs(ReadPhotos),
            [
                routes!(evidence::http::display),
                routes!(evidence::http::thumbnail),
            ],
        )
        .all(
            Needs(ReadOriginals),
            [
                routes!(evidence::http::original),
                routes!(evidence::http::photo_proof),
            ],
        )
        .all(
            NeedsInProvince(ChangeDefinitions),
            [routes!(coverage::http::set_coverage_definition)],
        )
        .all(Needs(ReadCoarseDensity), [routes!(density::http::density)])
        .all(
            Needs(ReadDensity),
            [routes!(density::http::density_campaigns)],
        )
        .all(
            Needs(ReadSuggestions),
            [routes!(density::http::density_suggestions)],
        )
}

/// Those who look at what was covered.
fn readers_of_coverage(routes: Routes) -> Routes {
    routes
        .all(
            Needs(ReadCoverage),
            [
                routes!(coverage::http::coverage),
                routes!(coverage::http::coverage_series),
            ],
        )
        .all(
            Needs(ReadCoverage),
            [routes!(coverage::http::coverage_definitions)],
        )
        .all(
            Needs(ReadPatrols),
            [routes!(coverage::http::coverage_patrols)],
        )
        .all(
            Needs(ReadGaps),
            [
                routes!(coverage::http::coverage_cells),
                routes!(coverage::http::explain_cell),
            ],
        )
}

/// Those who keep organisations, accounts and devices.
fn keepers(routes: Routes) -> Routes {
    routes
        .all(
            NeedsInProvince(ManageIdentity),
            [
                routes!(identity::http::add_org),
                routes!(identity::http::add_team),
            ],
        )
        .all(
            NeedsInProvince(ManageIdentity),
            [
                routes!(identity::http::add_account),
                routes!(identity::http::accounts),
            ],
        )
        .all(
            NeedsInProvince(ManageIdentity),
            [
                routes!(identity::http::disable_account),
                routes!(identity::http::regrant),
            ],
        )
        .all(
            NeedsInProvince(ManageIdentity),
            [
                routes!(identity::http::set_org),
                routes!(identity::http::set_password),
                routes!(identity::http::add_token),
            ],
        )
        .all(
            NeedsInProvince(ManageIdentity),
            [routes!(identity::http::tokens_of)],
        )
}
