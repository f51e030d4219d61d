//! CQL2 JSON (OGC 21-065, clause 8).

use geo::{Geometry, Polygon};
use serde_json::Value;

use super::build::{Builder, Context, Fault, Node, condition, fault};
use super::text::bbox_of;
use super::{ArithmeticOp, Comparison, Expr};

/// Reads a condition.
pub fn parse_json(text: &str, context: Context<'_>) -> Result<Expr, Fault> {
    let Ok(value) = serde_json::from_str::<Value>(text) else {
        return fault("is no JSON");
    };
    let mut builder = Builder::new(context);
    condition(node(&mut builder, &value)?)
}

fn node(builder: &mut Builder<'_>, value: &Value) -> Result<Node, Fault> {
    builder.enter()?;
    let node = match value {
        Value::Bool(is_so) => builder.flag(*is_so),
        Value::String(text) => builder.text(text.clone()),
        Value::Number(number) => builder.number(&number.to_string()),
        Value::Object(members) => {
            let member = |name: &str| members.get(name);
            match (member("op"), member("property"), member("type")) {
                (Some(op), _, _) => operation(builder, op, member("args")),
                (_, Some(Value::String(name)), _) => builder.property(name),
                (_, _, Some(_)) => geometry(builder, value),
                _ => literal(builder, value),
            }
        }
        Value::Array(_) | Value::Null => fault("holds a list or null where a value belongs"),
    }?;
    builder.leave();
    Ok(node)
}

fn literal(builder: &mut Builder<'_>, value: &Value) -> Result<Node, Fault> {
    for name in ["date", "timestamp"] {
        if let Some(text) = value.get(name).and_then(Value::as_str) {
            return builder.instant(text);
        }
    }
    if let Some(ends) = value.get("interval").and_then(Value::as_array) {
        let [from, to] = ends.as_slice() else {
            return fault("an interval has two ends");
        };
        let ends = [end(builder, from)?, end(builder, to)?];
        return builder.interval(ends);
    }
    if let Some(numbers) = value.get("bbox").and_then(Value::as_array) {
        let numbers: Vec<f64> = numbers.iter().filter_map(Value::as_f64).collect();
        let rect = bbox_of(&numbers)?;
        return builder.geometry(rect.to_polygon().into());
    }
    fault("holds an object that is no operation, property, time or geometry")
}

fn end(builder: &mut Builder<'_>, value: &Value) -> Result<Option<Node>, Fault> {
    match value {
        Value::String(text) if text == ".." => Ok(None),
        Value::String(text) => builder.instant(text).map(Some),
        other => node(builder, other).map(Some),
    }
}

fn operation(
    builder: &mut Builder<'_>,
    op: &Value,
    arguments: Option<&Value>,
) -> Result<Node, Fault> {
    let (Some(op), Some(Value::Array(arguments))) = (op.as_str(), arguments) else {
        return fault("an operation needs op, a text, and args, a list");
    };
    if op == "in" {
        return is_in(builder, arguments);
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

fn is_in(builder: &mut Builder<'_>, arguments: &[Value]) -> Result<Node, Fault> {
    let [value, Value::Array(list)] = arguments else {
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

fn geometry(builder: &mut Builder<'_>, value: &Value) -> Result<Node, Fault> {
    let Ok(parsed) = serde_json::from_value::<geojson::Geometry>(value.clone()) else {
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
