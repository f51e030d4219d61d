//! Coordinates as they were typed, read in every way that fits.

use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};

use crate::areas::service::{Areas, ReadPlace};
use crate::geo::vn2000::LONGEST;
use crate::http::{Body, Json, Problem, ProblemKind};
use crate::identity::Caller;

/// What was typed.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TypedWire {
    /// As it stands on the device or paper, at most 200 characters.
    pub text: String,
    /// The code of the commune in which the place is said to lie.
    pub commune: Option<String>,
}

/// The readings.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ReadingsAnswer {
    /// Every reading that fits, the likeliest first; empty where none does.
    pub readings: Vec<ReadingView>,
    /// Whether one reading alone fits what was declared; otherwise a person chooses.
    pub is_settled: bool,
}

/// One reading.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ReadingView {
    /// Longitude, degrees of WGS84.
    pub lon: f64,
    /// Latitude, degrees of WGS84.
    pub lat: f64,
    /// What people call the system in which the numbers were read.
    pub crs: String,
    /// Its code with EPSG.
    pub epsg: u32,
    /// `degrees`, `dm`, `dms`, `metres` or `kilometres`.
    pub format: &'static str,
    /// The commune in which it lies today.
    pub commune: Option<String>,
    /// Whether it lies in the declared commune or within 500 m of it; absent where none was declared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fits: Option<bool>,
    /// What the reading rests on.
    pub reasons: Vec<ReadingReason>,
}

/// One reason.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ReadingReason {
    /// Its code.
    pub code: &'static str,
    /// In Vietnamese.
    pub vi: &'static str,
    /// In English.
    pub en: &'static str,
}

/// Reads coordinates as staff write them: degrees in every form, Garmin, metres of VN-2000 with the axes either way.
/// Nothing is chosen where several readings fit.
#[utoipa::path(post, path = "/api/v1/coordinates/readings", tag = "areas", request_body = TypedWire, responses((status = 200, body = ReadingsAnswer)))]
pub async fn read_coordinates(
    State(areas): State<Areas>,
    Caller(actor): Caller,
    sent: Json<TypedWire>,
) -> Result<Body<ReadingsAnswer>, Problem> {
    let typed = sent.value;
    if typed.text.chars().count() > LONGEST {
        let why = format!("expected at most {LONGEST} characters");
        return Err(Problem::new(ProblemKind::InvalidContent).fault("/text", why));
    }
    let declared = typed.commune.as_deref();
    let places = areas.read_places(&actor, &typed.text, declared).await?;
    let fitting = places.iter().filter(|place| place.fits != Some(false));
    let is_settled = fitting.count() == 1;
    let readings = places.into_iter().map(ReadingView::of).collect();
    let answer = ReadingsAnswer {
        readings,
        is_settled,
    };
    Ok(Body(StatusCode::OK, answer))
}

impl ReadingView {
    fn of(place: ReadPlace) -> Self {
        let reading = place.reading;
        let degrees = |value: f64| (value * 1e7).round() / 1e7;
        Self {
            lon: degrees(reading.position.lon()),
            lat: degrees(reading.position.lat()),
            crs: reading.system.label(),
            epsg: reading.system.epsg(),
            format: reading.format.as_str(),
            commune: place.commune,
            fits: place.fits,
            reasons: reading
                .reasons
                .iter()
                .map(|reason| ReadingReason {
                    code: reason.as_str(),
                    vi: reason.vi(),
                    en: reason.en(),
                })
                .collect(),
        }
    }
}
