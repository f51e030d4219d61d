//! Edits of risk areas: each is a new version with its reason.

use bytes::Bytes;
use serde_json::{Map, Value, json};

use super::edit::{Edits, Sent, as_json, recorded};
use super::unchanged::version_of;
use crate::areas::Error as AreasError;
use crate::areas::model::reader::{Feature as FeatureText, Limits};
use crate::areas::model::risk::{RiskAreaDraft, windows_json};
use crate::base::actor::Actor;
use crate::base::refusal::Refusal;
use crate::http::Problem;
use crate::publish::feature::{Feature, Field};

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

impl Edits {
    pub(super) async fn change_risk_area(
        &self,
        actor: &Actor,
        (code, is_whole): (&str, bool),
        sent: Sent,
        (now, fields): (&Feature, &[Field]),
    ) -> Result<(), Problem> {
        let standing = self.areas.risk_area_for(actor, code, None).await?;
        let is_list = sent.properties.get("windows").is_some_and(Value::is_array);
        let mut sent = sent;
        let windows = if is_list {
            sent.properties.remove("windows").unwrap_or_default()
        } else {
            windows_json(&standing.windows)
        };
        let sent_now = recorded(sent.properties, fields, &RISK_FIELDS, Some(now))?;
        let mut all = Map::new();
        if !is_whole {
            let told = fields.iter().zip(&now.values);
            let kept = told
                .filter(|(field, _)| RISK_FIELDS.contains(&field.name) && field.name != "reason");
            all.extend(kept.map(|(field, value)| (field.name.to_owned(), as_json(value))));
        }
        all.extend(sent_now);
        all.insert("windows".into(), windows);
        all.entry("code").or_insert_with(|| code.into());
        all.retain(|_, value| !value.is_null());
        if all.get("code").and_then(Value::as_str) != Some(code) {
            return Err(Refusal::at("/properties/code", "is not the code of the path").into());
        }
        let geometry = match sent.geometry {
            Some(own) => Some(own),
            None => serde_json::to_value(standing.region.to_geojson()).ok(),
        };
        let version = version_of(now, fields).unwrap_or(standing.version);
        self.set_risk_area(actor, all, geometry, Some(version))
            .await
    }

    pub(super) async fn set_risk_area(
        &self,
        actor: &Actor,
        properties: Map<String, Value>,
        geometry: Option<Value>,
        revises: Option<i64>,
    ) -> Result<(), Problem> {
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
        self.areas
            .set_risk_area(actor, draft, &reason, revises, bytes)
            .await?;
        Ok(())
    }
}
