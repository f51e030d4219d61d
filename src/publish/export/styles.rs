//! How layers look when they are opened: one plain symbol each, as QGIS (QML) and other tools (SLD 1.0) read it.

use crate::publish::feature::{Collection, Shape};

use super::layer::Layer;

/// Red, green, blue.
#[derive(Debug, Clone, Copy)]
pub(super) struct Colour(pub [u8; 3]);

pub(super) const fn colour(collection: Collection) -> Colour {
    Colour(match collection {
        Collection::Communes => [92, 92, 92],
        Collection::Hamlets => [122, 82, 48],
        Collection::RiskAreas => [217, 119, 6],
        Collection::BorderGates => [124, 58, 237],
        Collection::Patrols => [29, 78, 216],
        Collection::Fixes => [59, 130, 246],
        Collection::Plots => [190, 18, 60],
        Collection::Photos => [8, 145, 178],
        Collection::CoverageCells => [21, 128, 61],
        Collection::DensityCells => [154, 52, 18],
    })
}

/// The style as QGIS keeps it.
pub(super) fn qml(layer: &Layer) -> String {
    let Colour([red, green, blue]) = colour(layer.collection);
    let rgb = format!("{red},{green},{blue}");
    let (symbol, class, options) = match layer.shape {
        Shape::Point => (
            "marker",
            "SimpleMarker",
            vec![
                ("name", "circle".to_owned()),
                ("color", format!("{rgb},255")),
                ("outline_color", "255,255,255,255".to_owned()),
                ("outline_width", "0.3".to_owned()),
                ("size", "2.6".to_owned()),
            ],
        ),
        Shape::MultiLineString => (
            "line",
            "SimpleLine",
            vec![
                ("line_color", format!("{rgb},255")),
                ("line_width", "0.6".to_owned()),
            ],
        ),
        Shape::MultiPolygon | Shape::Polygon => (
            "fill",
            "SimpleFill",
            vec![
                ("color", format!("{rgb},60")),
                ("outline_color", format!("{rgb},255")),
                ("outline_width", "0.4".to_owned()),
                ("style", "solid".to_owned()),
            ],
        ),
    };
    let options = options.into_iter().map(|(name, value)| {
        format!("<Option type=\"QString\" name=\"{name}\" value=\"{value}\"/>")
    });
    let options: String = options.collect();
    format!(
        "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\
         <qgis version=\"3.22.0\" styleCategories=\"Symbology\">\
         <renderer-v2 type=\"singleSymbol\" symbollevels=\"0\" enableorderby=\"0\"><symbols>\
         <symbol type=\"{symbol}\" name=\"0\" alpha=\"1\" clip_to_extent=\"1\">\
         <layer class=\"{class}\" enabled=\"1\" locked=\"0\" pass=\"0\"><Option type=\"Map\">{options}</Option></layer>\
         </symbol></symbols></renderer-v2></qgis>"
    )
}

/// The style as other tools read it.
pub(super) fn sld(layer: &Layer) -> String {
    let Colour([red, green, blue]) = colour(layer.collection);
    let hex = format!("#{red:02x}{green:02x}{blue:02x}");
    let stroke = format!("<Stroke><CssParameter name=\"stroke\">{hex}</CssParameter></Stroke>");
    let fill = |opacity: &str| {
        format!(
            "<Fill><CssParameter name=\"fill\">{hex}</CssParameter>\
             <CssParameter name=\"fill-opacity\">{opacity}</CssParameter></Fill>"
        )
    };
    let symbol = match layer.shape {
        Shape::Point => format!(
            "<PointSymbolizer><Graphic><Mark><WellKnownName>circle</WellKnownName>{}</Mark><Size>9</Size></Graphic>\
             </PointSymbolizer>",
            fill("1")
        ),
        Shape::MultiLineString => format!("<LineSymbolizer>{stroke}</LineSymbolizer>"),
        Shape::MultiPolygon | Shape::Polygon => {
            format!(
                "<PolygonSymbolizer>{}{stroke}</PolygonSymbolizer>",
                fill("0.24")
            )
        }
    };
    let name = layer.name();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\
         <StyledLayerDescriptor xmlns=\"http://www.opengis.net/sld\" version=\"1.0.0\"><NamedLayer><Name>{name}</Name>\
         <UserStyle><Name>{name}</Name><FeatureTypeStyle><Rule>{symbol}</Rule></FeatureTypeStyle></UserStyle>\
         </NamedLayer></StyledLayerDescriptor>"
    )
}
