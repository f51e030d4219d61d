//! Edits that are held to what their author has read, up to the act itself: of two editors who read the same, one edits and
//! the other is told what stands since.

use axum::http::HeaderMap;

use super::edit::Edits;
use super::unchanged;
use crate::areas::Error as AreasError;
use crate::base::actor::Actor;
use crate::base::ids::PlotId;
use crate::http::{Problem, ProblemKind};
use crate::plots::Standing;
use crate::publish::feature::Collection;

impl Edits {
    /// How a plot stands, where an edit of it is held to that: read before the feature is, so that what is unchanged in the
    /// act was so when the conditions were looked at. Of a risk area the version says as much.
    pub(super) async fn held(
        &self,
        collection: Collection,
        id: &str,
        headers: &HeaderMap,
    ) -> Result<Option<Standing>, Problem> {
        if collection != Collection::Plots || !unchanged::is_held(headers) {
            return Ok(None);
        }
        let plot: PlotId = id.parse().or(Err(Problem::new(ProblemKind::NotFound)))?;
        Ok(self.plots.standing(plot).await?)
    }

    /// Ends a risk area today; where its author has read a version, only while that one stands.
    pub(super) async fn end_risk_area(
        &self,
        actor: &Actor,
        (code, read): (&str, Option<i64>),
        reason: &str,
    ) -> Result<(), Problem> {
        let today = self.areas.today();
        let done = self.areas.end_risk_area(actor, (code, read), today, reason);
        match done.await {
            Err(AreasError::Stale(_)) if read.is_some() => {
                Err(self.overtaken(actor, Collection::RiskAreas, code).await)
            }
            done => Ok(done.map(drop)?),
        }
    }

    /// The refusal of an edit that another one overtook, with what stands; what is gone is told as gone.
    pub(super) async fn overtaken(
        &self,
        actor: &Actor,
        collection: Collection,
        id: &str,
    ) -> Problem {
        let fields = self.publisher.fields(collection, actor);
        match self.publisher.one(actor, collection, id).await {
            Ok(now) => unchanged::overtaken(&now, fields).unwrap_or_else(|problem| problem),
            Err(error) => error.into(),
        }
    }
}
