//! The search over HTTP.

use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};

use crate::areas::model::names::{FormerName, KnownPlace, PlaceKind};
use crate::base::time::{LocalDate, Timestamp};
use crate::base::words::vocabulary;
use crate::http::{Body, Params, Problem, ProblemKind};
use crate::identity::Caller;
use crate::plots::CodedPlot;

use super::{Found, Search};

const DEFAULT_LIMIT: u32 = 10;
const MOST: u32 = 50;
const LONGEST: usize = 100;

vocabulary! {
    /// What was found.
    FoundKind: "a kind of thing to find" {
        /// A commune of today.
        Commune = "commune",
        /// A hamlet.
        Hamlet = "hamlet",
        /// A plot.
        Plot = "plot",
    }
}

/// What is looked for.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SearchParams {
    /// A name of a place, of today or from before a merger, with or without tone marks; a commune's code, also one from
    /// before a merger; a plot's code (the last six digits of its id, or the first three of these) or id. 1 to 100
    /// characters.
    q: String,
    /// How many at most (10, at most 50).
    limit: Option<u32>,
}

/// What was found.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct SearchAnswer {
    /// The likeliest first.
    pub results: Vec<SearchResult>,
    /// Whether there is more: more letters find less.
    pub more: bool,
}

/// A commune by its code and name.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct FoundCommune {
    /// The code.
    pub code: String,
    /// The name.
    pub name: Option<String>,
}

/// Something that was found.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct SearchResult {
    /// What it is.
    pub kind: FoundKind,
    /// A commune's or hamlet's code, a plot's id.
    pub id: String,
    /// A commune's or hamlet's code; of a plot the last six digits of its id, by which people call it.
    pub code: String,
    /// The name of today; null for plots.
    pub name: Option<String>,
    /// What the unit is called in Vietnamese, such as `phường`; null for plots.
    pub label: Option<&'static str>,
    /// The former name that fitted, when it was not the one of today.
    pub former_name: Option<String>,
    /// What the unit of that name was called.
    pub former_label: Option<&'static str>,
    /// Until which day it had the name, where that is known.
    pub former_until: Option<LocalDate>,
    /// The commune in which it lies: of a plot by the boundaries of its day; null for communes.
    pub commune: Option<FoundCommune>,
    /// The province's name; null where it is not known, and for plots.
    pub province: Option<String>,
    /// West, south, east, north, degrees; null for plots.
    pub bbox: Option<[f64; 4]>,
    /// A plot's state.
    pub state: Option<String>,
    /// A plot's crop.
    pub crop: Option<String>,
    /// When a plot was detected.
    pub detected_at: Option<Timestamp>,
}

/// Looks for communes and hamlets by name, also by names from before a merger and without tone marks, and for the plots
/// in the caller's reach by code.
#[utoipa::path(get, path = "/api/v1/search", tag = "search", params(SearchParams), responses((status = 200, body = SearchAnswer)))]
pub async fn search(
    State(search): State<Search>,
    Caller(actor): Caller,
    Params(params): Params<SearchParams>,
) -> Result<Body<SearchAnswer>, Problem> {
    let refused = |detail: String| Problem::new(ProblemKind::InvalidParameter).detail(detail);
    let length = params.q.trim().chars().count();
    if !(1..=LONGEST).contains(&length) {
        return Err(refused(format!("q: expected 1 to {LONGEST} characters")));
    }
    let limit = params.limit.unwrap_or(DEFAULT_LIMIT);
    if !(1..=MOST).contains(&limit) {
        return Err(refused(format!("limit: expected 1 to {MOST}")));
    }
    let (found, more) = search.find(&actor, &params.q, limit).await?;
    let results = found.into_iter().map(SearchResult::of).collect();
    Ok(Body(StatusCode::OK, SearchAnswer { results, more }))
}

impl SearchResult {
    fn of(found: Found) -> Self {
        match found {
            Found::Place(place, former) => Self::of_place(place, former),
            Found::Plot(plot) => Self::of_plot(plot),
        }
    }

    fn of_place(place: KnownPlace, former: Option<FormerName>) -> Self {
        let kind = match place.kind {
            PlaceKind::Commune => FoundKind::Commune,
            PlaceKind::Hamlet => FoundKind::Hamlet,
        };
        Self {
            kind,
            id: place.code.clone(),
            code: place.code,
            name: Some(place.name.written),
            label: Some(place.label),
            former_label: former.as_ref().and_then(|own| own.label),
            former_until: former.as_ref().and_then(|own| own.until),
            former_name: former.map(|own| own.name.written),
            commune: place.commune.map(|(code, name)| FoundCommune {
                code,
                name: Some(name),
            }),
            province: place.province,
            bbox: Some(place.bounds),
            state: None,
            crop: None,
            detected_at: None,
        }
    }

    fn of_plot(plot: CodedPlot) -> Self {
        let name = plot.commune_name;
        Self {
            kind: FoundKind::Plot,
            id: plot.id.to_string(),
            code: plot.code,
            name: None,
            label: None,
            former_name: None,
            former_label: None,
            former_until: None,
            commune: plot.commune.map(|code| FoundCommune { code, name }),
            province: None,
            bbox: None,
            state: Some(plot.state),
            crop: Some(plot.crop),
            detected_at: Some(plot.detected_at),
        }
    }
}
