//! Edits (20-002): a new feature is a recording, a change is a revision, a deletion is a retraction with its reason.

use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use geo::{Coord, CoordsIter, Geometry};
use serde_json::{Map, Value, json};

use super::crs::Crs;
use super::edit_fields::recorded;
use super::edit_risk::{RISK_FIELDS, told_windows};
use super::params::projector;
use super::{ground, unchanged};
use crate::areas::Areas;
use crate::base::actor::{Actor, Right};
use crate::base::ids::{IdMaker, PlotId};
use crate::base::refusal::Refusal;
use crate::http::extract::parse_json;
use crate::http::{Problem, ProblemKind};
use crate::ledger::model::parse::Wire;
use crate::ledger::{Error as LedgerError, Ledger};
use crate::plots::model::wire::PlotWire;
use crate::plots::{Error as PlotsError, Plots, Standing};
use crate::publish::feature::Collection;
use crate::publish::source::Publisher;

/// The services that take edits.
#[derive(Debug, Clone)]
pub struct Edits {
    pub(super) publisher: Publisher,
    pub(super) plots: Plots,
    pub(super) ledger: Ledger,
    pub(super) areas: Areas,
}

/// A feature as it was sent, in longitude and latitude.
#[derive(Debug)]
pub(super) struct Sent {
    pub(super) id: Option<Value>,
    pub(super) geometry: Option<Value>,
    pub(super) properties: Map<String, Value>,
    /// The system that it was sent in.
    pub(super) crs: Crs,
}

/// Whether the caller may change features of a collection somewhere.
pub(super) fn may_edit(collection: Collection, actor: &Actor) -> bool {
    match collection {
        Collection::Plots => actor.may_somewhere(Right::RecordPlots),
        Collection::RiskAreas => actor.may_in_province(Right::ChangeRiskAreas),
        _ => false,
    }
}

/// The refusal of whoever may not: by the method where nobody may.
pub(super) fn refusal(collection: Collection, actor: &Actor) -> Option<Response> {
    if may_edit(collection, actor) {
        return None;
    }
    Some(match collection {
        Collection::Plots | Collection::RiskAreas => {
            Problem::new(ProblemKind::Forbidden).into_response()
        }
        _ => {
            let allow = [(header::ALLOW, READS)];
            (StatusCode::METHOD_NOT_ALLOWED, allow).into_response()
        }
    })
}

/// The methods of those who read.
pub(super) const READS: &str = "GET, HEAD, OPTIONS";

/// Reads a Feature, or a part of one, in the system that `Content-Crs` names.
pub(super) fn sent(headers: &HeaderMap, bytes: &Bytes) -> Result<Sent, Problem> {
    let Value::Object(mut members) = parse_json::<Value>(bytes)? else {
        return Err(Refusal::at("", "expected a GeoJSON Feature").into());
    };
    if members.get("type").is_some_and(|kind| kind != "Feature") {
        return Err(Refusal::at("/type", "expected Feature").into());
    }
    let properties = match members.remove("properties") {
        None | Some(Value::Null) => Map::new(),
        Some(Value::Object(properties)) => properties,
        Some(_) => return Err(Refusal::at("/properties", "expected an object").into()),
    };
    let geometry = members.remove("geometry").filter(|own| !own.is_null());
    let crs = content_crs(headers)?;
    let geometry = match geometry {
        Some(own) if crs != Crs::Crs84 => Some(turned(own, crs)?),
        own => own,
    };
    Ok(Sent {
        id: members.remove("id"),
        geometry,
        properties,
        crs,
    })
}

fn content_crs(headers: &HeaderMap) -> Result<Crs, Problem> {
    let Some(header) = headers.get("content-crs") else {
        return Ok(Crs::Crs84);
    };
    let text = header.to_str().unwrap_or_default().trim();
    let uri = text.trim_start_matches('<').trim_end_matches('>');
    Crs::of(uri).ok_or_else(|| {
        Problem::new(ProblemKind::InvalidHeader).fault(
            "header:content-crs",
            "not one of the systems that the collection lists",
        )
    })
}

fn turned(own: Value, crs: Crs) -> Result<Value, Problem> {
    let bad = || {
        Problem::from(Refusal::at(
            "/geometry",
            "no GeoJSON geometry of Content-Crs",
        ))
    };
    let parsed: geojson::Geometry = serde_json::from_value(own).or(Err(bad()))?;
    let mut geometry: Geometry<f64> = parsed.try_into().or(Err(bad()))?;
    let is_reached = |at: Coord<f64>| match crs {
        Crs::Plane(zone) => zone.reaches(at.x, at.y),
        Crs::Crs84 | Crs::Wgs84 => true,
    };
    let is_turned = projector(crs)?.turn_back(&mut geometry);
    if !is_turned || !geometry.coords_iter().all(is_reached) {
        return Err(ground::refused(crs));
    }
    let turned = geojson::Geometry::new(geojson::GeometryValue::from(&geometry));
    serde_json::to_value(turned).or(Err(bad()))
}

/// Published fields of a plot that are recorded; the others follow from them.
const PLOT_FIELDS: [&str; 14] = [
    "crop",
    "detected_at",
    "detected_by",
    "stage",
    "plants",
    "plants_method",
    "area_m2",
    "area_method",
    "hacc_m",
    "land",
    "notes",
    "patrol",
    "incident",
    "altitude_m",
];
/// What a recording holds besides, which a change of published fields leaves as it is.
const PLOT_REST: [&str; 11] = [
    "outline",
    "position_method",
    "mock",
    "voluntary",
    "replanting_of",
    "outside_vietnam",
    "coord_input",
    "intercropped_with",
    "walking_minutes_from_settlement",
    "forest_compartment",
    "grower_status",
];

impl Edits {
    /// Edits by these services.
    #[must_use]
    pub fn new(publisher: Publisher, plots: Plots, ledger: Ledger, areas: Areas) -> Self {
        Self {
            publisher,
            plots,
            ledger,
            areas,
        }
    }

    /// Adds a feature; its id.
    pub(super) async fn create(
        &self,
        actor: &Actor,
        collection: Collection,
        mut sent: Sent,
        ids: &IdMaker,
    ) -> Result<String, Problem> {
        let fields = self.publisher.fields(collection, actor);
        if collection == Collection::RiskAreas {
            let windows = told_windows(&mut sent.properties, fields, None)?;
            let mut properties = recorded(sent.properties, fields, &RISK_FIELDS, None)?;
            properties.extend(windows.map(|own| ("windows".to_owned(), own)));
            properties.retain(|_, value| !value.is_null());
            let code = properties.get("code").and_then(Value::as_str);
            let Some(code) = code.map(str::to_owned) else {
                return Err(Refusal::at("/properties/code", "is needed").into());
            };
            self.check_ground(sent.geometry.as_ref(), sent.crs).await?;
            self.set_risk_area(actor, properties, sent.geometry, None)
                .await?;
            return Ok(code);
        }
        let id = sent.id.as_ref().and_then(Value::as_str);
        let id = match id.map(str::parse::<PlotId>) {
            None => PlotId(ids.make()),
            Some(Ok(id)) => id,
            Some(Err(_)) => return Err(Refusal::at("/id", "expected a UUIDv7, or none").into()),
        };
        let properties = recorded(sent.properties, fields, &PLOT_FIELDS, None)?;
        self.check_ground(sent.geometry.as_ref(), sent.crs).await?;
        self.record_plot(actor, (id, None), properties, sent.geometry)
            .await?;
        Ok(id.to_string())
    }

    /// Changes a feature that is still what its author has read: all of its published fields, or those that were sent.
    pub(super) async fn change(
        &self,
        actor: &Actor,
        collection: Collection,
        (id, is_whole): (&str, bool),
        (sent, headers): (Sent, &HeaderMap),
    ) -> Result<(), Problem> {
        let held = self.held(collection, id, headers).await?;
        let now = self.publisher.one(actor, collection, id).await?;
        let fields = self.publisher.fields(collection, actor);
        unchanged::check(headers, &now, fields)?;
        unchanged::check_version(&sent.properties, &now, fields)?;
        if collection == Collection::RiskAreas {
            self.check_ground(sent.geometry.as_ref(), sent.crs).await?;
            let sent = (sent, unchanged::is_held(headers));
            return self
                .change_risk_area(actor, (id, is_whole), sent, (now, fields))
                .await;
        }
        let properties = recorded(sent.properties, fields, &PLOT_FIELDS, Some(&now))?;
        let plot: PlotId = id.parse().or(Err(Problem::new(ProblemKind::NotFound)))?;
        let view = self.plots.plot(actor, plot).await?;
        let mut all = Map::new();
        for (name, value) in view.properties {
            let is_kept = PLOT_REST.contains(&name.as_str())
                || (!is_whole && PLOT_FIELDS.contains(&name.as_str()));
            if is_kept && !value.is_null() {
                all.insert(name, value);
            }
        }
        // The version that the conditions were held against: a change that comes between is seen when this is written.
        if let Some(version) = unchanged::version_of(&now, fields) {
            all.insert("revises".into(), version.into());
        }
        let here = json!({ "type": "Point", "coordinates": view.coordinates });
        let geometry = match sent.geometry {
            // A place that was set by hand is no longer what was read off the paper.
            Some(own) if is_elsewhere(&own, &view.coordinates) => {
                self.check_ground(Some(&own), sent.crs).await?;
                all.remove("coord_input");
                all.remove("mock");
                own
            }
            _ => here,
        };
        all.extend(properties);
        self.record_plot(actor, (plot, held), all, Some(geometry))
            .await
    }

    async fn check_ground(&self, geometry: Option<&Value>, crs: Crs) -> Result<(), Problem> {
        let Some(geometry) = geometry else {
            return Ok(());
        };
        let map = self.areas.map(self.areas.today()).await?;
        ground::check(geometry, &map, crs)
    }

    async fn record_plot(
        &self,
        actor: &Actor,
        (id, held): (PlotId, Option<Standing>),
        mut properties: Map<String, Value>,
        geometry: Option<Value>,
    ) -> Result<(), Problem> {
        properties.retain(|_, value| !value.is_null());
        let mut geometry =
            geometry.ok_or_else(|| Problem::from(Refusal::at("/geometry", "a Point is needed")))?;
        if let Some(altitude) = properties.remove("altitude_m")
            && let Some(Value::Array(at)) = geometry.get_mut("coordinates")
            && at.iter().all(Value::is_number)
        {
            at.truncate(2);
            at.push(altitude);
        }
        let body = json!({ "type": "Feature", "geometry": geometry, "properties": properties });
        let bytes = serde_json::to_vec(&body).unwrap_or_default();
        let wire: PlotWire = parse_json(&bytes)?;
        let done = match held {
            Some(held) => self.plots.record_held(actor, &wire, &bytes, held).await,
            None => self.plots.record(actor, id, &wire, &bytes).await,
        };
        match done {
            Err(PlotsError::ChangedSince) => Err(self
                .overtaken(actor, Collection::Plots, &id.to_string())
                .await),
            done => Ok(done.map(drop)?),
        }
    }

    /// Retracts a plot, or ends a risk area today.
    pub(super) async fn retract(
        &self,
        actor: &Actor,
        collection: Collection,
        id: &str,
        (reason, ids): (&str, &IdMaker),
        headers: &HeaderMap,
    ) -> Result<(), Problem> {
        let held = self.held(collection, id, headers).await?;
        let now = self.publisher.one(actor, collection, id).await?;
        let fields = self.publisher.fields(collection, actor);
        unchanged::check(headers, &now, fields)?;
        if collection == Collection::RiskAreas {
            let read = unchanged::version_of(&now, fields);
            let read = read.filter(|_| unchanged::is_held(headers));
            return self.end_risk_area(actor, (id, read), reason).await;
        }
        let plot: PlotId = id.parse().or(Err(Problem::new(ProblemKind::NotFound)))?;
        let body = json!({ "id": ids.make(), "reason": reason });
        let bytes = serde_json::to_vec(&body).unwrap_or_default();
        let wire = Wire::Retraction(parse_json(&bytes)?);
        let done = self
            .ledger
            .record_held(actor, (plot, held), &wire, &bytes)
            .await;
        match done {
            Err(LedgerError::ChangedSince) => Err(self.overtaken(actor, collection, id).await),
            done => Ok(done.map(drop)?),
        }
    }
}

/// Whether a Point differs from where the plot lies by more than a centimetre.
fn is_elsewhere(point: &Value, coordinates: &[f64]) -> bool {
    let sent = point.get("coordinates").and_then(Value::as_array);
    let sent = sent.map(Vec::as_slice).unwrap_or_default();
    let pairs = sent.iter().zip(coordinates).take(2);
    let mut moved =
        pairs.map(|(own, known)| own.as_f64().is_none_or(|own| (own - known).abs() > 1e-7));
    sent.len() < 2 || moved.any(|is_moved| is_moved)
}
