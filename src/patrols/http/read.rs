//! One patrol and lists of patrols as GeoJSON (RFC 7946).

use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::base::ids::{CampaignId, PatrolId};
use crate::base::page::{Cursor, DEFAULT_LIMIT, MAX_LIMIT};
use crate::base::time::{LocalDate, Timestamp};
use crate::http::{Body, Params, Path, Problem, ProblemKind};
use crate::identity::Caller;
use crate::patrols::model::vocabulary::{PatrolKind, PatrolState};
use crate::patrols::service::{Filter, ListPage, PatrolPlace, PatrolView, Patrols};

/// A patrol as a GeoJSON feature.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct PatrolFeature {
    /// `Feature`.
    pub r#type: &'static str,
    /// The patrol.
    pub id: PatrolId,
    /// One line per recorded leg.
    pub geometry: MultiLine,
    /// What is known of it.
    pub properties: PatrolView,
}

/// Lines of longitude and latitude.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct MultiLine {
    /// `MultiLineString`.
    pub r#type: &'static str,
    /// The lines.
    pub coordinates: Vec<Vec<[f64; 2]>>,
}

/// A page of patrols.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct PatrolCollection {
    /// `FeatureCollection`.
    pub r#type: &'static str,
    /// The patrols, the latest start first; lines are simplified to 5 m.
    pub features: Vec<PatrolFeature>,
    /// Where to go on.
    pub next: Option<String>,
    /// How many there are in all, when asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<i64>,
}

/// Which patrols are asked for.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PatrolQuery {
    /// Begun on this local day or later; with `walked`, on the way then or later.
    pub from: Option<LocalDate>,
    /// Begun on this local day or earlier; with `walked`, on the way then or earlier.
    pub to: Option<LocalDate>,
    /// Only those whose way counts, as figures of coverage take them: not rejected, and through any commune.
    pub walked: Option<bool>,
    /// That touched the commune of this code.
    pub commune: Option<String>,
    /// That stand there.
    pub state: Option<PatrolState>,
    /// That count for this campaign.
    pub campaign: Option<CampaignId>,
    /// Of this kind.
    pub kind: Option<PatrolKind>,
    /// Rows in a page (50, at most 500).
    pub limit: Option<u32>,
    /// From the previous page's `next`.
    pub cursor: Option<String>,
    /// Whether to count all.
    pub count: Option<bool>,
}

/// A patrol with its lines and figures.
#[utoipa::path(get, path = "/api/v1/patrols/{id}", tag = "patrols", params(("id" = PatrolId, Path)),
    responses((status = 200, body = PatrolFeature), (status = 404)))]
pub async fn patrol(
    State(patrols): State<Patrols>,
    Caller(actor): Caller,
    Path(id): Path<PatrolId>,
) -> Result<Body<PatrolFeature>, Problem> {
    let place = patrols.patrol(&actor, id).await?;
    Ok(Body(StatusCode::OK, feature(place)))
}

/// The patrols that the caller may read, the latest start first.
#[utoipa::path(get, path = "/api/v1/patrols", tag = "patrols", params(PatrolQuery),
    responses((status = 200, body = PatrolCollection)))]
pub async fn patrols(
    State(patrols): State<Patrols>,
    Caller(actor): Caller,
    Params(query): Params<PatrolQuery>,
) -> Result<Body<PatrolCollection>, Problem> {
    let filter_text = query.filter_text();
    let after = begins_after(query.cursor.as_deref(), &filter_text)?;
    let limit = query.limit.unwrap_or(DEFAULT_LIMIT).clamp(1, MAX_LIMIT);
    let page = patrols
        .patrols(
            &actor,
            &query.filter(),
            after,
            limit,
            query.count.unwrap_or(false),
        )
        .await?;
    let collection = PatrolCollection::of(page, ("/api/v1/patrols", &filter_text), limit);
    Ok(Body(StatusCode::OK, collection))
}

impl PatrolCollection {
    /// A page of the list at a path under filters, the last of which ends with `&`.
    #[must_use]
    pub fn of(page: ListPage, (path, filter): (&str, &str), limit: u32) -> Self {
        let next = page.next.map(|(start, id)| {
            let cursor = cursor(start, id).encode(filter);
            format!("{path}?{filter}limit={limit}&cursor={cursor}")
        });
        Self {
            r#type: "FeatureCollection",
            features: page.patrols.into_iter().map(feature).collect(),
            next,
            count: page.total,
        }
    }
}

/// The start and id after which a page begins; a cursor holds under its filters alone.
///
/// # Errors
/// A cursor that was not made for this list.
pub fn begins_after(
    cursor: Option<&str>,
    filter: &str,
) -> Result<Option<(Timestamp, PatrolId)>, Problem> {
    let Some(text) = cursor else {
        return Ok(None);
    };
    let refused = |cause: String| Problem::new(ProblemKind::InvalidParameter).detail(cause);
    let Cursor(key) = Cursor::decode(text, filter).map_err(|cause| refused(cause.to_string()))?;
    let (start, id) = key
        .split_first_chunk::<8>()
        .ok_or_else(|| refused("not a cursor of this list".into()))?;
    let id = Uuid::from_slice(id).map_err(|cause| refused(cause.to_string()))?;
    let start = Timestamp::from_millis(i64::from_be_bytes(*start));
    Ok(Some((start, PatrolId(id))))
}

impl PatrolQuery {
    fn filter(&self) -> Filter {
        Filter {
            from: self.from.map(LocalDate::start),
            to: self.to.map(LocalDate::end),
            walked: self.walked.unwrap_or(false),
            commune: self.commune.clone(),
            state: self.state,
            campaign: self.campaign,
            kind: self.kind,
        }
    }

    /// The filters as a query, in one order; a cursor holds under these alone.
    fn filter_text(&self) -> String {
        let commune = self.commune.as_deref().map(url_safe);
        let parts = [
            ("from", self.from.map(|day| day.to_string())),
            ("to", self.to.map(|day| day.to_string())),
            ("walked", self.walked.map(|walked| walked.to_string())),
            ("commune", commune),
            ("state", self.state.map(|state| state.to_string())),
            ("campaign", self.campaign.map(|id| id.to_string())),
            ("kind", self.kind.map(|kind| kind.to_string())),
        ];
        let given = parts
            .into_iter()
            .filter_map(|(name, value)| value.map(|value| format!("{name}={value}&")));
        given.collect()
    }
}

fn cursor(start: Timestamp, id: PatrolId) -> Cursor {
    Cursor([start.as_millis().to_be_bytes().as_slice(), id.as_bytes()].concat())
}

/// Codes of communes are letters and digits; anything else matches none, so it may go.
fn url_safe(text: &str) -> String {
    text.chars()
        .filter(|letter| letter.is_alphanumeric() || "-._~".contains(*letter))
        .collect()
}

fn feature(place: PatrolPlace) -> PatrolFeature {
    PatrolFeature {
        r#type: "Feature",
        id: place.view.id,
        geometry: MultiLine {
            r#type: "MultiLineString",
            coordinates: place.lines,
        },
        properties: place.view,
    }
}
