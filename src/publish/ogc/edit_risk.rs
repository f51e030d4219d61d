//! Edits of risk areas: each is a new version with its reason.

use bytes::Bytes;
use serde_json::{Map, Value, json};

use super::edit::{Edits, Sent};
use super::edit_fields::{as_json, recorded};
use super::unchanged::{check_version, version_of};
use crate::areas::Error as AreasError;
use crate::areas::model::reader::{Feature as FeatureText, Limits};
use crate::areas::model::risk::{RiskAreaDraft, windows_json, windows_of_text};
use crate::base::actor::Actor;
use crate::base::refusal::Refusal;
use crate::http::Problem;
use crate::publish::feature::{Collection, Feature, Field};

/// Published fields that are set; the others follow from them.
pub(super) const RISK_FIELDS: [&str; 9] = [
    "code",
    "name",
    "level",
    "basis",
    "crop",
    "required_visits",
    "valid_from",
    "valid_to",
    "reason",
];

/// The check windows that were sent, taken out of the other properties: a list, or a text as it is published; none where
/// they are as they were.
pub(super) fn told_windows(
    sent: &mut Map<String, Value>,
    fields: &[Field],
    now: Option<&Feature>,
) -> Result<Option<Value>, Problem> {
    let place = fields.iter().position(|field| field.name == "windows");
    let published = place.and_then(|at| now?.values.get(at)).map(as_json);
    let Some(own) = sent.remove("windows").filter(|own| !own.is_null()) else {
        return Ok(None);
    };
    if published.as_ref() == Some(&own) {
        return Ok(None);
    }
    match own.as_str() {
        Some(text) => match windows_of_text(text) {
            Ok(windows) => Ok(Some(windows_json(&windows))),
            Err(reason) => Err(Refusal::at("/properties/windows", reason).into()),
        },
        None => Ok(Some(own)),
    }
}

/// How often an edit is made anew that others overtook.
const TRIES: usize = 8;

impl Edits {
    /// Changes a risk area. Where another edit came between the look and the act, whoever named what he has read is told so;
    /// an edit that named nothing is made on what stands by then.
    pub(super) async fn change_risk_area(
        &self,
        actor: &Actor,
        (code, is_whole): (&str, bool),
        (sent, is_held): (Sent, bool),
        (now, fields): (Feature, &[Field]),
    ) -> Result<(), Problem> {
        let mut now = now;
        for _ in 0..TRIES {
            let is_done = self
                .revise_risk_area(actor, (code, is_whole), &sent, (&now, fields))
                .await?;
            if is_done {
                return Ok(());
            }
            if is_held {
                break;
            }
            now = self
                .publisher
                .one(actor, Collection::RiskAreas, code)
                .await?;
            check_version(&sent.properties, &now, fields)?;
        }
        Err(self.overtaken(actor, Collection::RiskAreas, code).await)
    }

    /// Writes the version after the one that was looked at; false where that one stands no more.
    async fn revise_risk_area(
        &self,
        actor: &Actor,
        (code, is_whole): (&str, bool),
        sent: &Sent,
        (now, fields): (&Feature, &[Field]),
    ) -> Result<bool, Problem> {
        let standing = self.areas.risk_area_for(actor, code, None).await?;
        let mut properties = sent.properties.clone();
        let windows = told_windows(&mut properties, fields, Some(now))?
            .unwrap_or_else(|| windows_json(&standing.windows));
        let sent_now = recorded(properties, fields, &RISK_FIELDS, Some(now))?;
        let mut all = Map::new();
        if !is_whole {
            let told = fields.iter().zip(&now.values);
            let kept = told.filter(|(field, _)| RISK_FIELDS.contains(&field.name));
            all.extend(kept.map(|(field, value)| (field.name.to_owned(), as_json(value))));
        }
        all.extend(sent_now);
        all.insert("windows".into(), windows);
        all.entry("code").or_insert_with(|| code.into());
        all.retain(|_, value| !value.is_null());
        if all.get("code").and_then(Value::as_str) != Some(code) {
            return Err(Refusal::at("/properties/code", "is not the code of the path").into());
        }
        let geometry = match &sent.geometry {
            Some(own) => Some(own.clone()),
            None => serde_json::to_value(standing.region.to_geojson()).ok(),
        };
        let version = version_of(now, fields).unwrap_or(standing.version);
        self.set_risk_area(actor, all, geometry, Some(version))
            .await
    }

    /// Sets a risk area; false where it is to follow another version than the one that stands.
    pub(super) async fn set_risk_area(
        &self,
        actor: &Actor,
        properties: Map<String, Value>,
        geometry: Option<Value>,
        revises: Option<i64>,
    ) -> Result<bool, Problem> {
        let mut body = json!({ "type": "Feature", "geometry": geometry, "properties": properties });
        if let Some(version) = revises {
            body["properties"]["revises"] = version.into();
        }
        let reason = properties.get("reason").and_then(Value::as_str);
        let reason = reason.unwrap_or_default().to_owned();
        let geometry = geometry
            .map(serde_json::from_value)
            .transpose()
            .or(Err(Problem::from(Refusal::at(
                "/geometry",
                "no GeoJSON geometry",
            ))))?;
        let feature = FeatureText {
            number: 1,
            properties,
            geometry,
            vertices: 0,
        };
        let draft = RiskAreaDraft::parse(&feature, Limits::default().vertices);
        let draft = draft.map_err(AreasError::from)?;
        let bytes = Bytes::from(serde_json::to_vec(&body).unwrap_or_default());
        let done = self
            .areas
            .set_risk_area(actor, draft, &reason, revises, bytes);
        match done.await {
            Err(AreasError::Stale(_)) => Ok(false),
            done => Ok(done.map(|_| true)?),
        }
    }
}
