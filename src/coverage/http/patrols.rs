//! The patrols behind the figures.

use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;

use crate::base::page::{DEFAULT_LIMIT, MAX_LIMIT};
use crate::base::time::{LocalDate, Timestamp};
use crate::coverage::model::definition::FootprintClass;
use crate::coverage::service::{Asked, BehindAsked, Coverage};
use crate::http::{Body, Params, Problem};
use crate::identity::Caller;
use crate::patrols::http::{PatrolCollection, begins_after};

use super::refused;

const PATH: &str = "/api/v1/coverage/patrols";

/// The figure whose patrols are asked for.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CountedPatrolsQuery {
    /// First local day (UTC+7), included.
    pub from: LocalDate,
    /// Last local day, included; boundaries are those of this day.
    pub to: LocalDate,
    /// One commune, by code.
    pub commune: Option<String>,
    /// Patrols on the ground (by default), or those of unmanned aircraft.
    #[param(inline)]
    pub class: Option<FootprintClass>,
    /// From facts received up to this instant.
    pub as_of: Option<Timestamp>,
    /// Rows in a page (50, at most 500).
    #[param(minimum = 1, maximum = 500)]
    pub limit: Option<u32>,
    /// From the previous page's `next`.
    pub cursor: Option<String>,
}

/// The patrols that the figures of coverage count, of one commune or of all in reach: also those that walked on its ground
/// before a merger. The latest start comes first; `count` tells how many there are.
#[utoipa::path(get, path = "/api/v1/coverage/patrols", tag = "coverage", params(CountedPatrolsQuery),
    responses((status = 200, body = PatrolCollection), (status = 400), (status = 404)))]
pub async fn coverage_patrols(
    State(coverage): State<Coverage>,
    Caller(actor): Caller,
    Params(query): Params<CountedPatrolsQuery>,
) -> Result<Body<PatrolCollection>, Problem> {
    let filter = query.filter_text();
    let limit = query.limit.unwrap_or(DEFAULT_LIMIT);
    if !(1..=MAX_LIMIT).contains(&limit) {
        return Err(refused("limit", &format!("from 1 to {MAX_LIMIT} rows")));
    }
    let asked = BehindAsked {
        after: begins_after(query.cursor.as_deref(), &filter)?,
        asked: Asked {
            commune: query.commune,
            class: query.class.unwrap_or(FootprintClass::Ground),
            as_of: query.as_of,
            ..Asked::between(query.from, query.to)
        },
        limit,
    };
    let page = coverage.patrols_behind(&actor, asked).await?;
    let collection = PatrolCollection::of(page, (PATH, &filter), limit);
    Ok(Body(StatusCode::OK, collection))
}

impl CountedPatrolsQuery {
    /// The filters as a query, in one order; a cursor holds under these alone.
    fn filter_text(&self) -> String {
        let given = [
            ("from", Some(self.from.to_string())),
            ("to", Some(self.to.to_string())),
            ("commune", self.commune.clone()),
            ("class", self.class.map(|class| class.to_string())),
            ("as_of", self.as_of.map(|at| at.to_string())),
        ];
        let mut text = String::new();
        for (name, value) in given {
            let Some(value) = value else { continue };
            text.extend([name, "="]);
            text.extend(form_urlencoded::byte_serialize(value.as_bytes()));
            text.push('&');
        }
        text
    }
}
