//! The ledger's routes: who keeps its books, who reads them, who writes down tips, who draws and visits plots again.

use utoipa_axum::routes;

use crate::app::App;
use crate::base::actor::Right::{
    ChangeDefinitions, DrawSamples, ExportCases, ReadPlots, RecordPlots, ReopenPlots, RevisePlots,
    VerifyPlots,
};
use crate::http::Access::{Needs, NeedsInProvince};
use crate::http::Declared;
use crate::{cases, ledger};

type Routes = Declared<App>;

/// Those who write down what happens to plots, and those who judge it.
pub fn kept(routes: Routes) -> Routes {
    routes
        .all(
            Needs(RecordPlots),
            [
                routes!(ledger::http::confirm_plot),
                routes!(ledger::http::eradicate_plot),
            ],
        )
        .all(
            Needs(RecordPlots),
            [
                routes!(ledger::http::add_minutes),
                routes!(ledger::http::reinspect_plot),
            ],
        )
        .all(Needs(RecordPlots), [routes!(ledger::http::retract_plot)])
        .all(
            Needs(VerifyPlots),
            [
                routes!(ledger::http::verify_plot),
                routes!(ledger::http::approve_eradication),
            ],
        )
        .all(Needs(VerifyPlots), [routes!(ledger::http::judge_plot)])
        .all(
            Needs(RevisePlots),
            [
                routes!(ledger::http::transfer_plot),
                routes!(ledger::http::refer_plot),
            ],
        )
        .all(
            NeedsInProvince(ReopenPlots),
            [routes!(ledger::http::reopen_plot)],
        )
}

/// Those who read what is expected and what it comes to.
pub fn read(routes: Routes) -> Routes {
    listeners_and_checkers(routes)
        .all(
            Needs(ReadPlots),
            [
                routes!(ledger::http::reinspections_due),
                routes!(ledger::http::minutes_due),
            ],
        )
        .all(
            Needs(ReadPlots),
            [
                routes!(ledger::http::ledger_figures),
                routes!(ledger::http::ledger_rates),
            ],
        )
        .all(
            Needs(ReadPlots),
            [
                routes!(ledger::http::ledger_communes),
                routes!(ledger::http::ledger_duplicates),
            ],
        )
        .all(
            Needs(ReadPlots),
            [routes!(ledger::http::ledger_definitions)],
        )
        .all(
            NeedsInProvince(ChangeDefinitions),
            [routes!(ledger::http::set_ledger_definition)],
        )
}

/// Those who write down tips, and those who draw and visit plots again.
fn listeners_and_checkers(routes: Routes) -> Routes {
    routes
        .all(Needs(RecordPlots), [routes!(ledger::http::record_tip)])
        .all(
            Needs(RevisePlots),
            [routes!(ledger::http::record_tip_outcome)],
        )
        .all(Needs(ReadPlots), [routes!(ledger::http::tips)])
        .all(
            NeedsInProvince(DrawSamples),
            [routes!(ledger::http::draw_sample)],
        )
        .all(
            NeedsInProvince(ReadPlots),
            [routes!(ledger::http::ledger_sample)],
        )
        .all(Needs(VerifyPlots), [routes!(ledger::http::revisit_plot)])
        .all(Needs(ExportCases), [routes!(cases::http::plot_case)])
}
