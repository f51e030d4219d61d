//! `TileJSON` 3.0.0: what a layer is, for those who draw it.

use geo::Rect;
use serde_json::{Map, Value, json};

use super::layers::{DEEPEST, Rules};
use crate::publish::feature::{Collection, Field, Kind};

/// What staff call a layer.
pub(super) fn title(collection: Collection) -> &'static str {
    match collection {
        Collection::Communes => "Xã, phường",
        Collection::RiskAreas => "Khu vực nguy cơ",
        Collection::Patrols => "Tuyến tuần tra",
        Collection::Plots => "Điểm trồng",
        Collection::CoverageCells => "Ô đã kiểm tra",
        Collection::DensityCells => "Mật độ điểm trồng",
        other => other.as_str(),
    }
}

/// The document. `root` is where the server is reached; `query` starts with `?` or is empty and holds no secret.
pub fn document(
    collection: Collection,
    rules: Rules,
    fields: &[Field],
    bounds: Option<Rect<f64>>,
    (root, query): (&str, &str),
) -> Value {
    let shown = fields
        .iter()
        .filter(|field| rules.fields.contains(&field.name));
    let mut told: Map<String, Value> = shown.map(told).collect();
    told.insert(
        "id".into(),
        json!("Text: mã của đối tượng / the feature's id"),
    );
    let layer = |id: &str, description: &str| {
        json!({
            "id": id, "description": description, "fields": told,
            "minzoom": rules.min_zoom, "maxzoom": DEEPEST,
        })
    };
    let name = title(collection);
    let mut layers = vec![layer(collection.as_str(), name)];
    layers.extend(
        rules
            .labels
            .map(|id| layer(id, "Điểm đặt nhãn / label points")),
    );
    let breaks = "Đoạn không có dữ liệu / breaks of the track";
    layers.extend(rules.breaks.map(|id| layer(id, breaks)));
    let mut document = json!({
        "tilejson": "3.0.0",
        "name": name,
        "description": name,
        "scheme": "xyz",
        "tiles": [format!("{root}/tiles/{collection}/{{z}}/{{x}}/{{y}}.mvt{query}")],
        "minzoom": rules.min_zoom,
        "maxzoom": DEEPEST,
        "vector_layers": layers,
    });
    if let (Some(bounds), Some(document)) = (bounds, document.as_object_mut()) {
        let (low, high) = (bounds.min(), bounds.max());
        document.insert("bounds".into(), json!([low.x, low.y, high.x, high.y]));
    }
    document
}

fn told(field: &Field) -> (String, Value) {
    let kind = match field.kind {
        Kind::Text | Kind::Time | Kind::Date => "Text",
        Kind::Integer | Kind::Real => "Number",
        Kind::Flag => "Boolean",
    };
    let text = format!("{kind}: {} / {}", field.title_vi, field.title_en);
    (field.name.to_owned(), text.into())
}
