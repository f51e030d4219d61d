//! Filters put together from what CQL2 text and JSON say: names are looked up, kinds held against one another, and the
//! bounds kept.

use geo::{CoordsIter, Geometry};

use super::{
    ArithmeticOp, Comparison, Expr, MOST_DEPTH, MOST_NODES, MOST_VERTICES, Place, Property, Scalar,
    Span, SpatialOp, TemporalOp,
};
use crate::base::time::{LocalDate, Timestamp};
use crate::patrols::model::text::composed;
use crate::publish::feature::{Field, Kind, Value};

/// Why a text is no filter over these fields. Never holds what the text says: that may be a place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct Fault {
    /// What is wrong, and what would be accepted.
    pub reason: String,
}

pub(super) fn fault<T>(reason: impl Into<String>) -> Result<T, Fault> {
    Err(Fault {
        reason: reason.into(),
    })
}

/// The name of features' geometry in filters.
pub const GEOMETRY: &str = "geometry";
/// The name of features' id in filters.
pub const ID: &str = "id";

/// A part of a filter before it is known what it stands in.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Node {
    Condition(Expr),
    Scalar(Scalar, Sort),
    Place(Place),
    Span(Span),
}

/// What may be compared with what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    Text,
    Number,
    Flag,
    Time,
}

/// Changes coordinates of a filter's geometries to longitude and latitude; false when they lie outside the system.
pub type Unproject<'a> = &'a (dyn Fn(&mut Geometry<f64>) -> bool + Sync);

/// What a filter is read against.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The reader's fields.
    pub fields: &'a [Field],
    /// From the filter's reference system.
    pub unproject: Unproject<'a>,
}

/// Puts a filter together, counting as it goes.
pub(super) struct Builder<'a> {
    context: Context<'a>,
    nodes: usize,
    vertices: usize,
    depth: usize,
}

impl<'a> Builder<'a> {
    pub(super) fn new(context: Context<'a>) -> Self {
        Self {
            context,
            nodes: 0,
            vertices: 0,
            depth: 0,
        }
    }

    /// One level deeper, until `leave`.
    pub(super) fn enter(&mut self) -> Result<(), Fault> {
        self.depth += 1;
        if self.depth > MOST_DEPTH {
            return fault(format!("nested deeper than {MOST_DEPTH}"));
        }
        Ok(())
    }

    pub(super) fn leave(&mut self) {
        self.depth -= 1;
    }

    fn count(&mut self) -> Result<(), Fault> {
        self.nodes += 1;
        if self.nodes > MOST_NODES {
            return fault(format!("more than {MOST_NODES} parts"));
        }
        Ok(())
    }

    pub(super) fn property(&mut self, name: &str) -> Result<Node, Fault> {
        self.count()?;
        if name == GEOMETRY {
            return Ok(Node::Place(Place::Own));
        }
        if name == ID {
            return Ok(Node::Scalar(Scalar::Property(Property::Id), Sort::Text));
        }
        let mut fields = self.context.fields.iter();
        let at = fields.position(|field| field.is_queryable && field.name == name);
        let Some((at, field)) = at.and_then(|at| Some((at, self.context.fields.get(at)?))) else {
            return fault("names a property that is not among the queryables");
        };
        let sort = match field.kind {
            Kind::Text => Sort::Text,
            Kind::Integer | Kind::Real => Sort::Number,
            Kind::Flag => Sort::Flag,
            Kind::Time | Kind::Date => Sort::Time,
        };
        Ok(Node::Scalar(Scalar::Property(Property::Field(at)), sort))
    }

    /// In composed letters, as features' texts are: some keyboards write tone marks apart.
    pub(super) fn text(&mut self, text: &str) -> Result<Node, Fault> {
        self.count()?;
        let text = Value::Text(composed(text));
        Ok(Node::Scalar(Scalar::Literal(text), Sort::Text))
    }

    pub(super) fn number(&mut self, text: &str) -> Result<Node, Fault> {
        self.count()?;
        let value = match (text.parse::<i64>(), text.parse::<f64>()) {
            (Ok(number), _) => Value::Integer(number),
            (_, Ok(number)) if number.is_finite() => Value::Real(number),
            _ => return fault("holds something that is no number"),
        };
        Ok(Node::Scalar(Scalar::Literal(value), Sort::Number))
    }

    pub(super) fn flag(&mut self, is_so: bool) -> Result<Node, Fault> {
        self.count()?;
        Ok(Node::Scalar(
            Scalar::Literal(Value::Flag(is_so)),
            Sort::Flag,
        ))
    }

    pub(super) fn instant(&mut self, text: &str) -> Result<Node, Fault> {
        self.count()?;
        let value = match (text.parse::<LocalDate>(), text.parse::<Timestamp>()) {
            (Ok(day), _) => Value::Date(day),
            (_, Ok(at)) => Value::Time(at),
            _ => {
                return fault(
                    "holds a time that is neither YYYY-MM-DD nor RFC 3339 with an offset",
                );
            }
        };
        Ok(Node::Scalar(Scalar::Literal(value), Sort::Time))
    }

    /// `None` is an open end (`..`).
    pub(super) fn interval(&mut self, ends: [Option<Node>; 2]) -> Result<Node, Fault> {
        self.count()?;
        let mut scalars = ends.into_iter().map(|end| match end {
            None => Ok(None),
            Some(Node::Scalar(scalar, Sort::Time)) => Ok(Some(scalar)),
            Some(_) => fault("an interval needs two times, or `..` for an open end"),
        });
        let mut end = || scalars.next().unwrap_or(Ok(None));
        Ok(Node::Span(Span::Interval(end()?, end()?)))
    }

    pub(super) fn geometry(&mut self, mut geometry: Geometry<f64>) -> Result<Node, Fault> {
        self.count()?;
        self.vertices += geometry.coords_count();
        if self.vertices > MOST_VERTICES {
            return fault(format!("geometries of more than {MOST_VERTICES} vertices"));
        }
        let is_finite = |geometry: &Geometry<f64>| {
            geometry
                .coords_iter()
                .all(|at| at.x.is_finite() && at.y.is_finite())
        };
        if !is_finite(&geometry)
            || !(self.context.unproject)(&mut geometry)
            || !is_finite(&geometry)
        {
            return fault("a geometry lies outside its reference system (filter-crs)");
        }
        let lies_on_earth = |at: geo::Coord<f64>| at.x.abs() <= 180.0 && at.y.abs() <= 90.0;
        if geometry.coords_count() == 0 || !geometry.coords_iter().all(lies_on_earth) {
            return fault("a geometry is empty, or lies beyond 180 or 90 degrees");
        }
        Ok(Node::Place(Place::Literal(Box::new(geometry))))
    }

    pub(super) fn compare(
        &mut self,
        how: Comparison,
        one: Node,
        other: Node,
    ) -> Result<Node, Fault> {
        self.count()?;
        let (one, other) = same(one, other)?;
        Ok(Node::Condition(Expr::Compare(how, one, other)))
    }

    pub(super) fn like(&mut self, text: Node, pattern: Node) -> Result<Node, Fault> {
        self.count()?;
        match (text, pattern) {
            (Node::Scalar(text, Sort::Text), Node::Scalar(pattern, Sort::Text)) => {
                Ok(Node::Condition(Expr::Like(text, pattern)))
            }
            _ => fault("LIKE compares texts"),
        }
    }

    pub(super) fn between(&mut self, value: Node, low: Node, high: Node) -> Result<Node, Fault> {
        self.count()?;
        let (Node::Scalar(value, sort), Node::Scalar(low, of_low), Node::Scalar(high, of_high)) =
            (value, low, high)
        else {
            return fault("BETWEEN compares single values");
        };
        if sort != of_low || sort != of_high {
            return fault("BETWEEN compares values of one kind");
        }
        Ok(Node::Condition(Expr::Between(value, low, high)))
    }

    pub(super) fn is_in(&mut self, value: Node, list: Vec<(Scalar, Sort)>) -> Result<Node, Fault> {
        self.count()?;
        let Node::Scalar(value, sort) = value else {
            return fault("IN compares single values");
        };
        if list.is_empty() || list.iter().any(|(_, own)| *own != sort) {
            return fault("IN needs a list of values of the same kind");
        }
        let list = list.into_iter().map(|(scalar, _)| scalar).collect();
        Ok(Node::Condition(Expr::In(value, list)))
    }

    pub(super) fn is_null(&mut self, value: Node) -> Result<Node, Fault> {
        self.count()?;
        match value {
            Node::Scalar(scalar, _) => Ok(Node::Condition(Expr::IsNull(scalar))),
            Node::Place(Place::Own) => Ok(Node::Condition(Expr::HasNoGeometry)),
            _ => fault("IS NULL asks for a property"),
        }
    }

    pub(super) fn joined(&mut self, is_and: bool, parts: Vec<Node>) -> Result<Node, Fault> {
        self.count()?;
        let parts = parts.into_iter().map(condition);
        let parts = parts.collect::<Result<Vec<_>, _>>()?;
        Ok(Node::Condition(if is_and {
            Expr::And(parts)
        } else {
            Expr::Or(parts)
        }))
    }

    pub(super) fn not(&mut self, inner: Node) -> Result<Node, Fault> {
        self.count()?;
        Ok(Node::Condition(Expr::Not(Box::new(condition(inner)?))))
    }

    pub(super) fn arithmetic(
        &mut self,
        how: ArithmeticOp,
        one: Node,
        other: Node,
    ) -> Result<Node, Fault> {
        self.count()?;
        match (one, other) {
            (Node::Scalar(one, Sort::Number), Node::Scalar(other, Sort::Number)) => {
                let both = Scalar::Arithmetic(how, Box::new(one), Box::new(other));
                Ok(Node::Scalar(both, Sort::Number))
            }
            _ => fault("only numbers are calculated with"),
        }
    }

    /// `casei`, `accenti`, spatial and temporal functions, by their names in small letters.
    pub(super) fn call(&mut self, name: &str, mut arguments: Vec<Node>) -> Result<Node, Fault> {
        self.count()?;
        let (second, first) = (arguments.pop(), arguments.pop());
        match (name, first, second) {
            ("casei", None, Some(Node::Scalar(text, Sort::Text))) => {
                Ok(Node::Scalar(Scalar::CaseI(Box::new(text)), Sort::Text))
            }
            ("accenti", None, Some(Node::Scalar(text, Sort::Text))) => {
                Ok(Node::Scalar(Scalar::AccentI(Box::new(text)), Sort::Text))
            }
            ("casei" | "accenti", ..) => fault("CASEI and ACCENTI take one text"),
            (name, Some(one), Some(other)) if arguments.is_empty() => relation(name, one, other),
            _ => fault("calls a function that is not known here, or with other arguments"),
        }
    }
}

fn relation(name: &str, one: Node, other: Node) -> Result<Node, Fault> {
    if let Some(how) = spatial(name) {
        return match (one, other) {
            (Node::Place(one), Node::Place(other)) => {
                Ok(Node::Condition(Expr::Spatial(how, one, other)))
            }
            _ => fault("spatial functions compare two geometries"),
        };
    }
    let Some(how) = temporal(name) else {
        return fault("calls a function that is not known here");
    };
    let span = |node| match node {
        Node::Span(span) => Ok(span),
        Node::Scalar(scalar, Sort::Time) => Ok(Span::Instant(scalar)),
        _ => fault("temporal functions compare two times"),
    };
    Ok(Node::Condition(Expr::Temporal(
        how,
        span(one)?,
        span(other)?,
    )))
}

fn same(one: Node, other: Node) -> Result<(Scalar, Scalar), Fault> {
    match (one, other) {
        (Node::Scalar(one, sort), Node::Scalar(other, own)) if sort == own => Ok((one, other)),
        _ => fault("compares values of different kinds"),
    }
}

/// A node as a condition: a field of flags by itself is one.
pub(super) fn condition(node: Node) -> Result<Expr, Fault> {
    match node {
        Node::Condition(expr) => Ok(expr),
        Node::Scalar(Scalar::Literal(Value::Flag(is_so)), _) => Ok(Expr::Constant(is_so)),
        Node::Scalar(Scalar::Property(property), Sort::Flag) => Ok(Expr::Flag(property)),
        _ => fault("expected a condition, such as state = 'detected'"),
    }
}

fn spatial(name: &str) -> Option<SpatialOp> {
    Some(match name {
        "s_intersects" => SpatialOp::Intersects,
        "s_disjoint" => SpatialOp::Disjoint,
        "s_equals" => SpatialOp::Equals,
        "s_touches" => SpatialOp::Touches,
        "s_crosses" => SpatialOp::Crosses,
        "s_within" => SpatialOp::Within,
        "s_contains" => SpatialOp::Contains,
        "s_overlaps" => SpatialOp::Overlaps,
        _ => return None,
    })
}

fn temporal(name: &str) -> Option<TemporalOp> {
    Some(match name {
        "t_after" => TemporalOp::After,
        "t_before" => TemporalOp::Before,
        "t_contains" => TemporalOp::Contains,
        "t_disjoint" => TemporalOp::Disjoint,
        "t_during" => TemporalOp::During,
        "t_equals" => TemporalOp::Equals,
        "t_finishedby" => TemporalOp::FinishedBy,
        "t_finishes" => TemporalOp::Finishes,
        "t_intersects" => TemporalOp::Intersects,
        "t_meets" => TemporalOp::Meets,
        "t_metby" => TemporalOp::MetBy,
        "t_overlappedby" => TemporalOp::OverlappedBy,
        "t_overlaps" => TemporalOp::Overlaps,
        "t_startedby" => TemporalOp::StartedBy,
        "t_starts" => TemporalOp::Starts,
        _ => return None,
    })
}
