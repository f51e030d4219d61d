//! CQL2 JSON (OGC 21-065, clause 8).

use std::collections::BTreeMap;

use geo::{Geometry, Polygon};
use serde_json::value::RawValue;

use super::build::{Builder, Context, Fault, Node, condition, fault};
use super::text::bbox_of;
use super::{ArithmeticOp, Comparison, Expr};

/// A value taken apart one level. Numbers stay as they are written: reading them as JSON usually is loses the last of 17
/// digits, and what this server tells would then not be equal to itself.
enum Json<'a> {
    Null,
    Flag(bool),
    Number(&'a str),
    Text(String),
    List(Vec<&'a RawValue>),
    Object(BTreeMap<String, &'a RawValue>),
}

impl<'a> Json<'a> {
    fn of(raw: &'a RawValue) -> Result<Self, Fault> {
        let text = raw.get();
        let read = match text.as_bytes().first() {
            Some(b'{') => serde_json::from_str(text).map(Self::Object),
            Some(b'[') => serde_json::from_str(text).map(Self::List),
            Some(b'"') => serde_json::from_str(text).map(Self::Text),
            Some(b't' | b'f') => serde_json::from_str(text).map(Self::Flag),
            Some(b'n') => Ok(Self::Null),
            _ => Ok(Self::Number(text)),
        };
        read.or_else(|_| fault("is no JSON"))
    }
}

/// Reads a condition.
pub fn parse_json(text: &str, context: Context<'_>) -> Result<Expr, Fault> {
    let Ok(value) = serde_json::from_str::<&RawValue>(text) else {
        return fault("is no JSON");
    };
    let mut builder = Builder::new(context);
    condition(node(&mut builder, value)?)
}

fn node(builder: &mut Builder<'_>, value: &RawValue) -> Result<Node, Fault> {
    builder.enter()?;
    let node = match Json::of(value)? {
        Json::Flag(is_so) => builder.flag(is_so),
        Json::Text(text) => builder.text(&text),
        Json::Number(text) => builder.number(text),
        Json::Object(members) => {
            if let Some(op) = members.get("op") {
                operation(builder, op, members.get("args").copied())
            } else if let Some(name) = members.get("property").and_then(|own| text_of(own)) {
                builder.property(&name)
            } else if members.contains_key("type") {
                geometry(builder, value)
            } else {
                literal(builder, &members)
            }
        }
        Json::List(_) | Json::Null => fault("holds a list or null where a value belongs"),
    }?;
    builder.leave();
    Ok(node)
}

fn text_of(value: &RawValue) -> Option<String> {
    serde_json::from_str(value.get()).ok()
}

fn literal(
    builder: &mut Builder<'_>,
    members: &BTreeMap<String, &RawValue>,
) -> Result<Node, Fault> {
    let list = |name: &str| match members.get(name).map(|own| Json::of(own)) {
        Some(Ok(Json::List(list))) => Some(list),
        _ => None,
    };
    for name in ["date", "timestamp"] {
        if let Some(text) = members.get(name).and_then(|own| text_of(own)) {
            return builder.instant(&text);
        }
    }
    if let Some(ends) = list("interval") {
        let [from, to] = ends.as_slice() else {
            return fault("an interval has two ends");
        };
        let ends = [end(builder, from)?, end(builder, to)?];
        return builder.interval(ends);
    }
    if let Some(numbers) = list("bbox") {
        let numbers: Vec<f64> = numbers
            .iter()
            .filter_map(|own| own.get().parse().ok())
            .collect();
        let rect = bbox_of(&numbers)?;
        return builder.geometry(rect.to_polygon().into());
    }
    fault("holds an object that is no operation, property, time or geometry")
}

fn end(builder: &mut Builder<'_>, value: &RawValue) -> Result<Option<Node>, Fault> {
    match text_of(value) {
        Some(text) if text == ".." => Ok(None),
        Some(text) => builder.instant(&text).map(Some),
        None => node(builder, value).map(Some),
    }
}

fn operation(
    builder: &mut Builder<'_>,
    op: &RawValue,
    arguments: Option<&RawValue>,
) -> Result<Node, Fault> {
    let arguments = arguments.map(Json::of).transpose()?;
    let (Some(op), Some(Json::List(arguments))) = (text_of(op), arguments) else {
        return fault("an operation needs op, a text, and args, a list");
    };
    let op = op.as_str();
    if op == "in" {
        return is_in(builder, &arguments);
    }
    let mut nodes = arguments
        .iter()
        .map(|argument| node(builder, argument))
        .collect::<Result<Vec<_>, _>>()?;
    if matches!(op, "and" | "or") && nodes.len() > 1 {
        return builder.joined(op == "and", nodes);
    }
    let (third, second, first) = match nodes.len() {
        1 => (None, None, nodes.pop()),
        2 => (None, nodes.pop(), nodes.pop()),
        3 => (nodes.pop(), nodes.pop(), nodes.pop()),
        _ => (None, None, None),
    };
    match (op, first, second, third) {
        ("not", Some(inner), None, None) => builder.not(inner),
        ("isNull", Some(value), None, None) => builder.is_null(value),
        ("like", Some(text), Some(pattern), None) => builder.like(text, pattern),
        ("between", Some(value), Some(low), Some(high)) => builder.between(value, low, high),
        (op, Some(one), Some(other), None) => binary(builder, op, one, other),
        (op, Some(one), None, None) => builder.call(&op.to_ascii_lowercase(), vec![one]),
        _ => fault("an operation that is not known here, or with other arguments"),
    }
}

fn binary(builder: &mut Builder<'_>, op: &str, one: Node, other: Node) -> Result<Node, Fault> {
    let comparison = match op {
        "=" => Some(Comparison::Equal),
        "<>" => Some(Comparison::NotEqual),
        "<" => Some(Comparison::Less),
        "<=" => Some(Comparison::LessOrEqual),
        ">" => Some(Comparison::Greater),
        ">=" => Some(Comparison::GreaterOrEqual),
        _ => None,
    };
    if let Some(how) = comparison {
        return builder.compare(how, one, other);
    }
    let arithmetic = match op {
        "+" => ArithmeticOp::Add,
        "-" => ArithmeticOp::Subtract,
        "*" => ArithmeticOp::Multiply,
        "/" => ArithmeticOp::Divide,
        "div" => ArithmeticOp::IntegerDivide,
        "%" => ArithmeticOp::Modulo,
        "^" => ArithmeticOp::Power,
        name => return builder.call(&name.to_ascii_lowercase(), vec![one, other]),
    };
    builder.arithmetic(arithmetic, one, other)
}

fn is_in(builder: &mut Builder<'_>, arguments: &[&RawValue]) -> Result<Node, Fault> {
    let [value, list] = arguments else {
        return fault("IN needs a value and a list");
    };
    let Json::List(list) = Json::of(list)? else {
        return fault("IN needs a value and a list");
    };
    let value = node(builder, value)?;
    let mut scalars = Vec::new();
    for one in list {
        match node(builder, one)? {
            Node::Scalar(scalar, sort) => scalars.push((scalar, sort)),
            _ => return fault("IN compares single values"),
        }
    }
    builder.is_in(value, scalars)
}

fn geometry(builder: &mut Builder<'_>, value: &RawValue) -> Result<Node, Fault> {
    let Ok(parsed) = serde_json::from_str::<geojson::Geometry>(value.get()) else {
        return fault("holds a geometry that is no GeoJSON");
    };
    let Ok(geometry) = Geometry::<f64>::try_from(parsed) else {
        return fault("holds a geometry that is no GeoJSON");
    };
    if !is_sound(&geometry) {
        return fault("holds a line or ring with too few points, or a ring that is not closed");
    }
    builder.geometry(geometry)
}

fn is_sound(geometry: &Geometry<f64>) -> bool {
    let ring = |ring: &geo::LineString<f64>| ring.0.len() >= 4 && ring.is_closed();
    let polygon = |own: &Polygon<f64>| ring(own.exterior()) && own.interiors().iter().all(ring);
    match geometry {
        Geometry::LineString(line) => line.0.len() > 1,
        Geometry::MultiLineString(lines) => lines.iter().all(|line| line.0.len() > 1),
        Geometry::Polygon(own) => polygon(own),
        Geometry::MultiPolygon(polygons) => polygons.iter().all(polygon),
        Geometry::GeometryCollection(parts) => parts.iter().all(is_sound),
        _ => true,
    }
}
