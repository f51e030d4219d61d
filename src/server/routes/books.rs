//! The routes of what happens to plots and of what proves it.

use utoipa_axum::routes;

use super::Routes;
use crate::base::actor::Right::{
    ChangeDefinitions, DrawSamples, EraseRecords, ExportCases, KeepRecords, ReadPatrols,
    ReadPhotos, ReadPlots, ReadSamples, RecordPatrols, RecordPhotos, RecordPlots, ReopenPlots,
    RevisePlots, ValidatePatrols, VerifyPlots,
};
use crate::http::Access::{Needs, NeedsInProvince};
use crate::{cases, evidence, ledger};

/// Those who write down what happens to plots, and those who judge it.
pub(super) fn bookkeepers(routes: Routes) -> Routes {
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
        .all(
            Needs(RecordPlots),
            [
                routes!(ledger::http::retract_plot),
                routes!(ledger::http::reply_to_return),
            ],
        )
        .all(
            Needs(VerifyPlots),
            [
                routes!(ledger::http::verify_plot),
                routes!(ledger::http::approve_eradication),
            ],
        )
        .all(
            Needs(VerifyPlots),
            [
                routes!(ledger::http::judge_plot),
                routes!(ledger::http::waive_photos),
            ],
        )
        .all(Needs(VerifyPlots), [routes!(ledger::http::return_plot)])
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
pub(super) fn book_readers(routes: Routes) -> Routes {
    routes
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
                routes!(ledger::http::ledger_rate_plots),
                routes!(ledger::http::ledger_rates_by_commune),
            ],
        )
        .all(
            Needs(ReadPlots),
            [
                routes!(ledger::http::ledger_communes),
                routes!(ledger::http::ledger_duplicates),
                routes!(ledger::http::ledger_duplicates_beyond),
            ],
        )
        .all(
            Needs(ReadPlots),
            [
                routes!(ledger::http::ledger_replanting),
                routes!(ledger::http::ledger_definitions),
            ],
        )
        .all(
            NeedsInProvince(ChangeDefinitions),
            [routes!(ledger::http::set_ledger_definition)],
        )
}

/// Those who ask how far photos can be relied on.
pub(super) fn graders(routes: Routes) -> Routes {
    routes
        .all(
            Needs(ReadPhotos),
            [
                routes!(ledger::http::eradication_evidence),
                routes!(evidence::http::evidence_definitions),
            ],
        )
        .all(
            Needs(ReadPhotos),
            [routes!(evidence::http::evidence_screens)],
        )
        .all(
            NeedsInProvince(ChangeDefinitions),
            [
                routes!(evidence::http::set_evidence_definition),
                routes!(evidence::http::set_evidence_screens),
            ],
        )
        .all(
            Needs(ReadPhotos),
            [
                routes!(evidence::http::evidence_questions),
                routes!(evidence::http::evidence_question),
            ],
        )
        .all(
            Needs(RecordPhotos),
            [routes!(evidence::http::answer_question)],
        )
        .all(
            Needs(VerifyPlots),
            [routes!(evidence::http::decide_question)],
        )
        .all(
            NeedsInProvince(KeepRecords),
            [
                routes!(evidence::http::hold_plot, evidence::http::release_plot),
                routes!(
                    evidence::http::hold_incident,
                    evidence::http::release_incident
                ),
            ],
        )
        .all(
            NeedsInProvince(EraseRecords),
            [
                routes!(evidence::http::ask_redaction, evidence::http::redactions),
                routes!(evidence::http::decide_redaction),
            ],
        )
}

/// Those who ask how far tracks can be relied on.
pub(super) fn trackers(routes: Routes) -> Routes {
    routes
        .all(
            Needs(ReadPatrols),
            [
                routes!(evidence::http::track_questions),
                routes!(evidence::http::track_question),
            ],
        )
        .all(
            Needs(RecordPatrols),
            [routes!(evidence::http::answer_track_question)],
        )
        .all(
            Needs(ValidatePatrols),
            [routes!(evidence::http::decide_track_question)],
        )
        .all(
            Needs(ReadPatrols),
            [routes!(evidence::http::track_definitions)],
        )
        .all(
            NeedsInProvince(ChangeDefinitions),
            [routes!(evidence::http::set_track_definition)],
        )
}

/// Those who write down tips, and those who draw and visit plots again.
pub(super) fn listeners_and_checkers(routes: Routes) -> Routes {
    routes
        .all(Needs(RecordPlots), [routes!(ledger::http::record_tip)])
        .all(
            Needs(RevisePlots),
            [routes!(ledger::http::record_tip_outcome)],
        )
        .all(
            Needs(ReadPlots),
            [
                routes!(ledger::http::tips),
                routes!(ledger::http::ledger_samples),
            ],
        )
        .all(
            NeedsInProvince(DrawSamples),
            [routes!(ledger::http::draw_sample)],
        )
        .all(
            NeedsInProvince(ReadSamples),
            [routes!(ledger::http::ledger_sample)],
        )
        .all(
            Needs(RecordPlots),
            [
                routes!(ledger::http::revisit_plot),
                routes!(ledger::http::plots_to_visit),
            ],
        )
        .all(
            Needs(ExportCases),
            [
                routes!(cases::http::plot_case),
                routes!(cases::http::incident_case),
            ],
        )
}
