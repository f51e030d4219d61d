//! How layers look when they are opened, as QGIS (QML) and other tools (SLD 1.0) read it: one plain symbol each, and plots
//! by their state.

use crate::cases::model::words::label;
use crate::ledger::model::words::PlotState;
use crate::publish::feature::{Collection, Shape};

use super::layer::Layer;
use super::text::add;

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

/// What waits is warm, what is done is green, what counts no more is grey.
const fn colour_of(state: PlotState) -> Colour {
    Colour(match state {
        PlotState::Reported => [245, 158, 11],
        PlotState::Detected => [190, 18, 60],
        PlotState::Verified => [126, 34, 206],
        PlotState::Transferred => [37, 99, 235],
        PlotState::Eradicating => [234, 88, 12],
        PlotState::Eradicated => [21, 128, 61],
        PlotState::Resprout => [219, 39, 119],
        PlotState::Clear => [110, 180, 130],
        PlotState::NotFound
        | PlotState::Rejected
        | PlotState::Merged
        | PlotState::Gone
        | PlotState::Referred
        | PlotState::Retracted => [120, 120, 120],
    })
}

/// The field that a layer's symbols are told apart by.
fn sorted_by(layer: &Layer) -> Option<&'static str> {
    let has_state = layer.fields.iter().any(|field| field.name == "state");
    (layer.collection == Collection::Plots && has_state).then_some("state")
}

/// The style as QGIS keeps it.
pub(super) fn qml(layer: &Layer) -> String {
    let renderer = match sorted_by(layer) {
        None => {
            let symbol = symbol_of(layer.shape, colour(layer.collection), 0);
            format!(
                "<renderer-v2 type=\"singleSymbol\" symbollevels=\"0\" enableorderby=\"0\"><symbols>{symbol}</symbols>\
                 </renderer-v2>"
            )
        }
        Some(field) => {
            let (mut categories, mut symbols) = (String::new(), String::new());
            for (number, state) in PlotState::ALL.iter().enumerate() {
                let (word, title) = (state.as_str(), label(state.as_str()));
                add(
                    &mut categories,
                    format_args!(
                        "<category value=\"{word}\" type=\"string\" symbol=\"{number}\" label=\"{title}\" render=\"true\"/>"
                    ),
                );
                symbols.push_str(&symbol_of(layer.shape, colour_of(*state), number));
            }
            format!(
                "<renderer-v2 type=\"categorizedSymbol\" attr=\"{field}\" symbollevels=\"0\" enableorderby=\"0\">\
                 <categories>{categories}</categories><symbols>{symbols}</symbols></renderer-v2>"
            )
        }
    };
    format!(
        "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\
         <qgis version=\"3.22.0\" styleCategories=\"Symbology\">{renderer}</qgis>"
    )
}

fn symbol_of(shape: Shape, Colour([red, green, blue]): Colour, number: usize) -> String {
    let rgb = format!("{red},{green},{blue}");
    let (symbol, class, options) = match shape {
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
        "<symbol type=\"{symbol}\" name=\"{number}\" alpha=\"1\" clip_to_extent=\"1\">\
         <layer class=\"{class}\" enabled=\"1\" locked=\"0\" pass=\"0\"><Option type=\"Map\">{options}</Option></layer>\
         </symbol>"
    )
}

/// The style as other tools read it.
pub(super) fn sld(layer: &Layer) -> String {
    let rules: String = match sorted_by(layer) {
        None => {
            let symbol = symbolizer(layer.shape, colour(layer.collection));
            format!("<Rule>{symbol}</Rule>")
        }
        Some(field) => {
            let rule = |state: &PlotState| {
                let (word, title) = (state.as_str(), label(state.as_str()));
                let symbol = symbolizer(layer.shape, colour_of(*state));
                format!(
                    "<Rule><Name>{word}</Name><Title>{title}</Title>\
                     <ogc:Filter><ogc:PropertyIsEqualTo><ogc:PropertyName>{field}</ogc:PropertyName>\
                     <ogc:Literal>{word}</ogc:Literal></ogc:PropertyIsEqualTo></ogc:Filter>{symbol}</Rule>"
                )
            };
            PlotState::ALL.iter().map(rule).collect()
        }
    };
    let name = layer.name();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\
         <StyledLayerDescriptor xmlns=\"http://www.opengis.net/sld\" xmlns:ogc=\"http://www.opengis.net/ogc\" \
         version=\"1.0.0\"><NamedLayer><Name>{name}</Name>\
         <UserStyle><Name>{name}</Name><FeatureTypeStyle>{rules}</FeatureTypeStyle></UserStyle>\
         </NamedLayer></StyledLayerDescriptor>"
    )
}

fn symbolizer(shape: Shape, Colour([red, green, blue]): Colour) -> String {
    let hex = format!("#{red:02x}{green:02x}{blue:02x}");
    let stroke = format!("<Stroke><CssParameter name=\"stroke\">{hex}</CssParameter></Stroke>");
    let fill = |opacity: &str| {
        format!(
            "<Fill><CssParameter name=\"fill\">{hex}</CssParameter>\
             <CssParameter name=\"fill-opacity\">{opacity}</CssParameter></Fill>"
        )
    };
    match shape {
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
    }
}
