//! Which native route takes which kind of fact.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::Method;
use axum::routing::{post, put};

use crate::app::App;
use crate::http::extract::BODY_LIMIT;
use crate::{evidence, ledger, patrols, plots};

/// A kind of fact and the address of its native route: the id stands between the two parts of the path.
#[derive(Debug)]
pub struct Native {
    /// Its name in a batch.
    pub kind: &'static str,
    /// The method.
    pub method: Method,
    before: &'static str,
    after: &'static str,
}

impl Native {
    /// The native path of a fact with this id.
    pub fn path(&self, id: &str) -> String {
        format!("{}{id}{}", self.before, self.after)
    }

    /// The kind of that name.
    pub fn of(kind: &str) -> Option<&'static Self> {
        NATIVES.iter().find(|native| native.kind == kind)
    }

    /// Every name, for refusals.
    pub fn names() -> String {
        let names: Vec<&str> = NATIVES.iter().map(|native| native.kind).collect();
        names.join(", ")
    }
}

macro_rules! natives {
    ($($kind:literal: $METHOD:ident $verb:ident $before:literal $after:literal => $handler:path;)+) => {
        /// The kinds of facts that a batch may hold.
        const NATIVES: &[Native] = &[$(Native {
            kind: $kind,
            method: Method::$METHOD,
            before: $before,
            after: $after,
        }),+];

        /// The native routes of facts alone, with the body limit that they have outside.
        pub fn router() -> Router<App> {
            Router::new()
                $(.route(concat!($before, "{id}", $after), $verb($handler)))+
                .layer(DefaultBodyLimit::max(BODY_LIMIT))
        }
    };
}

natives! {
    "patrol": PUT put "/api/v1/patrols/" "" => patrols::http::record_patrol;
    "fixes": POST post "/api/v1/patrols/" "/fixes" => patrols::http::append_fixes;
    "validation": POST post "/api/v1/patrols/" "/validation" => patrols::http::judge_patrol;
    "incident": PUT put "/api/v1/incidents/" "" => plots::http::record_incident;
    "plot": PUT put "/api/v1/plots/" "" => plots::http::record_plot;
    "measure": POST post "/api/v1/plots/" "/measures" => plots::http::measure_plot;
    "verification": POST post "/api/v1/plots/" "/verifications" => ledger::http::verify_plot;
    "confirmation": POST post "/api/v1/plots/" "/confirmations" => ledger::http::confirm_plot;
    "eradication": POST post "/api/v1/plots/" "/eradications" => ledger::http::eradicate_plot;
    "minutes": POST post "/api/v1/plots/" "/minutes" => ledger::http::add_minutes;
    "approval": POST post "/api/v1/plots/" "/approvals" => ledger::http::approve_eradication;
    "waiver": POST post "/api/v1/plots/" "/waivers" => ledger::http::waive_photos;
    "return": POST post "/api/v1/plots/" "/returns" => ledger::http::return_plot;
    "reply": POST post "/api/v1/plots/" "/replies" => ledger::http::reply_to_return;
    "reinspection": POST post "/api/v1/plots/" "/reinspections" => ledger::http::reinspect_plot;
    "transfer": POST post "/api/v1/plots/" "/transfers" => ledger::http::transfer_plot;
    "referral": POST post "/api/v1/plots/" "/referrals" => ledger::http::refer_plot;
    "retraction": POST post "/api/v1/plots/" "/retractions" => ledger::http::retract_plot;
    "reopening": POST post "/api/v1/plots/" "/reopenings" => ledger::http::reopen_plot;
    "judgement": POST post "/api/v1/plots/" "/judgements" => ledger::http::judge_plot;
    "revisit": POST post "/api/v1/plots/" "/revisits" => ledger::http::revisit_plot;
    "photo": PUT put "/api/v1/photos/" "" => evidence::http::announce_photo;
    "answer": POST post "/api/v1/evidence/questions/" "/answers" => evidence::http::answer_question;
    "decision": POST post "/api/v1/evidence/questions/" "/decisions" => evidence::http::decide_question;
    "track_answer": POST post "/api/v1/evidence/track-questions/" "/answers" => evidence::http::answer_track_question;
    "track_decision": POST post "/api/v1/evidence/track-questions/" "/decisions" => evidence::http::decide_track_question;
    "tip": PUT put "/api/v1/tips/" "" => ledger::http::record_tip;
    "tip_outcome": POST post "/api/v1/tips/" "/outcomes" => ledger::http::record_tip_outcome;
}

#[cfg(test)]
mod tests {
    use super::NATIVES;

    #[test]
    fn every_kind_has_one_name_and_one_address() {
        let kinds: std::collections::BTreeSet<_> = NATIVES.iter().map(|own| own.kind).collect();
        let addresses: std::collections::BTreeSet<_> = NATIVES
            .iter()
            .map(|own| (own.method.as_str(), own.path("x")))
            .collect();
        assert_eq!(
            (kinds.len(), addresses.len()),
            (NATIVES.len(), NATIVES.len())
        );
    }
}
