//! GeoJSON (RFC 7946, the old `crs` member included) and GeoJSON text sequences.

use geo::{CoordsIter, Geometry};
use serde_json::Value;

use crate::areas::model::reader::{FeatureReader, Limits};
use crate::ingest::imports::table::{Budget, Place, Read, Row, Table, Told, Unreadable};

/// Reads every feature.
pub fn read(bytes: &[u8], budget: &mut Budget) -> Read<Table> {
    let own = budget.limits();
    let limits = Limits {
        file_bytes: bytes.len() as u64,
        feature_bytes: bytes.len(),
        vertices: own.vertices,
        features: own.rows,
    };
    let mut table = Table::default();
    let mut reader = FeatureReader::new(bytes, limits).with_any_crs();
    for feature in reader.by_ref() {
        let feature = feature.map_err(|fault| Unreadable::Feature(fault.to_string()))?;
        budget.row()?;
        let mut values = feature.properties;
        values.retain(|_, value| !value.is_null());
        for name in values.keys() {
            if !table.heads.contains(name) {
                table.heads.push(name.clone());
                budget.columns(table.heads.len())?;
            }
        }
        let place = match feature.geometry {
            None => Place::None,
            Some(geometry) => Place::Shape(shape(geometry, budget)?),
        };
        table.rows.push(Row {
            number: feature.number,
            values,
            place,
        });
    }
    table.told = match reader.crs() {
        Some(name) => Told::of_name(name),
        None => Told::Nothing,
    };
    Ok(table)
}

fn shape(geometry: geojson::Geometry, budget: &mut Budget) -> Read<Geometry<f64>> {
    let unusable = |_| Unreadable::Damaged("GeoJSON: geometry / hình");
    let shape = Geometry::<f64>::try_from(geometry.value).map_err(unusable)?;
    budget.vertices(shape.coords_count())?;
    Ok(shape)
}

/// Whether bytes begin as JSON does.
#[must_use]
pub fn looks_like(bytes: &[u8]) -> bool {
    let first = bytes
        .iter()
        .find(|byte| !byte.is_ascii_whitespace() && **byte != 0x1E);
    matches!(first, Some(b'{' | b'['))
}

/// A text out of a value that is text or a number.
#[must_use]
pub fn as_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}
