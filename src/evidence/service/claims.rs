//! Screening claims: where a unit says that it found or destroyed a plot, one of its tracks should have come near.

use serde_json::json;
use uuid::Uuid;

use crate::base::ids::{OrgId, PlotId, QuestionId};
use crate::base::time::Timestamp;
use crate::evidence::model::screens::QuestionState;
use crate::evidence::sql::{self, NewTrackQuestion};
use crate::patrols::model::screens::TrackScreen;
use crate::patrols::model::screens::claims::{Place, Presence};
use crate::store::{self, Tx};

use super::{Error, Evidence};

/// What a unit claims: that it was at a plot.
#[derive(Debug, Clone, Copy)]
pub struct PlotClaim {
    /// The plot.
    pub plot: PlotId,
    /// The claim: the plot's own id for its detection, the fact's for what was done there.
    pub claim: Uuid,
    /// The claiming unit.
    pub org: OrgId,
    /// Who sent it: a device or an account.
    pub author: Uuid,
    /// When and where.
    pub place: Place,
}

impl Evidence {
    /// What the units' tracks say about claims, in their order.
    pub async fn presences_at(
        &self,
        tx: &mut Tx,
        claims: &[PlotClaim],
    ) -> Result<Vec<Presence>, store::Error> {
        if claims.is_empty() {
            return Ok(Vec::new());
        }
        let rules = self.journal.rules(tx).await?;
        let without = sql::upheld_tracks(tx).await?;
        let mut found = Vec::with_capacity(claims.len());
        for claim in claims {
            let unit = (claim.org, claim.author);
            let presence = self
                .patrols
                .presence(tx, unit, &claim.place, &without, &rules);
            found.push(presence.await?);
        }
        Ok(found)
    }

    /// Asks about a claim that no track came near, in the caller's act.
    pub async fn ask_about_claim(
        &self,
        tx: &mut Tx,
        claim: &PlotClaim,
        presence: Presence,
    ) -> Result<(), Error> {
        if !presence.asks() {
            return Ok(());
        }
        let beyond_m = match presence {
            Presence::Elsewhere { beyond_m } => Some(beyond_m.round()),
            _ => None,
        };
        let what = if claim.claim == claim.plot.0 {
            "detection"
        } else {
            "eradication"
        };
        let new = NewTrackQuestion {
            id: QuestionId(self.journal.ids().make()),
            subject: subject(claim.plot, claim.claim),
            screen: TrackScreen::NoTrackNear.as_str(),
            patrol: None,
            device: None,
            other: None,
            plot: Some(claim.plot),
            org: Some(claim.org),
            record: json!({ "claim": what, "fact": claim.claim, "at": claim.place.at, "nearest_m": beyond_m,
                "tracks_that_day": beyond_m.is_some() })
            .to_string(),
        };
        Ok(self.ask_unit(tx, &new).await?)
    }

    /// Asks where a plot is whose point lies outside the province, in the caller's act; once.
    pub async fn ask_about_place(
        &self,
        tx: &mut Tx,
        plot: PlotId,
        org: Option<OrgId>,
        found_at: Timestamp,
    ) -> Result<(), store::Error> {
        let screen = TrackScreen::OutsideArea.as_str();
        let new = NewTrackQuestion {
            id: QuestionId(self.journal.ids().make()),
            subject: format!("{screen}/{plot}"),
            screen,
            patrol: None,
            device: None,
            other: None,
            plot: Some(plot),
            org,
            record: json!({ "claim": "position", "fact": plot, "at": found_at }).to_string(),
        };
        self.ask_unit(tx, &new).await
    }

    /// Whether a question about one of these claims of a plot was decided against it.
    pub(super) async fn is_claim_rejected(
        &self,
        tx: &mut Tx,
        plot: PlotId,
        claims: impl Iterator<Item = Uuid>,
    ) -> Result<bool, store::Error> {
        for claim in claims {
            let state = sql::track_state(tx, &subject(plot, claim)).await?;
            if state.as_deref() == Some(QuestionState::Upheld.as_str()) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

fn subject(plot: PlotId, claim: Uuid) -> String {
    format!("{}/{plot}/{claim}", TrackScreen::NoTrackNear.as_str())
}
