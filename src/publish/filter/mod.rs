//! Filters over features, as CQL2 (OGC 21-065) means them: a bounded tree with three-valued logic.
//!
//! A filter sees what its reader sees and nothing else: it is held against the feature after it was coarsened.

mod build;
mod eval;
mod json;
mod lexer;
mod names;
mod spatial;
mod temporal;
#[cfg(test)]
mod tests;
mod text;
mod wkt;

use geo::Geometry;

pub use build::{Context, Fault, GEOMETRY, ID, Unproject};
pub use json::parse_json;
pub use text::parse_text;

use super::feature::Value;
use crate::base::time::{LocalDate, Timestamp};

/// How deep a filter may be nested.
pub const MOST_DEPTH: usize = 32;
/// How many nodes a filter may have.
pub const MOST_NODES: usize = 200;
/// How many vertices a filter's geometries may have together.
pub const MOST_VERTICES: usize = 1_000;

/// A condition that a feature meets, does not meet, or leaves open.
#[derive(Debug, Clone, PartialEq)]
pub enum Expr {
    /// Always so.
    Constant(bool),
    /// A field of flags that is true.
    Flag(Property),
    /// All of them.
    And(Vec<Self>),
    /// One of them.
    Or(Vec<Self>),
    /// Not that.
    Not(Box<Self>),
    /// Two values compared.
    Compare(Comparison, Scalar, Scalar),
    /// A text that fits a pattern with `%` and `_`.
    Like(Scalar, Scalar),
    /// A value between two others, both included.
    Between(Scalar, Scalar, Scalar),
    /// A value that is one of a list.
    In(Scalar, Vec<Scalar>),
    /// A value that is not there.
    IsNull(Scalar),
    /// No geometry.
    HasNoGeometry,
    /// Two geometries compared.
    Spatial(SpatialOp, Place, Place),
    /// Two times compared.
    Temporal(TemporalOp, Span, Span),
}

/// How two values are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// `=`
    Equal,
    /// `<>`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

/// Something of a feature that a filter may name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Property {
    /// Its id.
    Id,
    /// The field of this place in the reader's list of fields.
    Field(usize),
}

/// A single value.
#[derive(Debug, Clone, PartialEq)]
pub enum Scalar {
    /// What the feature says.
    Property(Property),
    /// What the filter says.
    Literal(Value),
    /// Without regard to case.
    CaseI(Box<Self>),
    /// Without regard to marks on letters.
    AccentI(Box<Self>),
    /// A sum, difference, product or the like.
    Arithmetic(ArithmeticOp, Box<Self>, Box<Self>),
}

/// How two numbers are joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ArithmeticOp {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `div`: the whole part of the quotient.
    IntegerDivide,
    /// `%`
    Modulo,
    /// `^`
    Power,
}

/// A geometry.
#[derive(Debug, Clone, PartialEq)]
pub enum Place {
    /// The feature's own.
    Own,
    /// A given one, longitude and latitude in degrees.
    Literal(Box<Geometry<f64>>),
}

/// How two geometries stand to one another (DE-9IM).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpatialOp {
    /// They share a point.
    Intersects,
    /// They share none.
    Disjoint,
    /// They are the same set of points.
    Equals,
    /// They share edges only.
    Touches,
    /// The first passes through the second.
    Crosses,
    /// The first lies within the second.
    Within,
    /// The first contains the second.
    Contains,
    /// They share a part of their own dimension.
    Overlaps,
}

/// A time: an instant or an interval.
#[derive(Debug, Clone, PartialEq)]
pub enum Span {
    /// A value.
    Instant(Scalar),
    /// From one to another; open where none is given.
    Interval(Option<Scalar>, Option<Scalar>),
}

/// How two times stand to one another (Allen's relations).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "CQL2 names them so")]
pub enum TemporalOp {
    After,
    Before,
    Contains,
    Disjoint,
    During,
    Equals,
    FinishedBy,
    Finishes,
    Intersects,
    Meets,
    MetBy,
    OverlappedBy,
    Overlaps,
    StartedBy,
    Starts,
}

/// Instants from and to, both included; open where none is given.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Interval {
    /// The first instant.
    pub from: Option<Timestamp>,
    /// The last instant.
    pub to: Option<Timestamp>,
}

impl Interval {
    /// Both local days whole.
    #[must_use]
    pub fn of_days(from: LocalDate, to: LocalDate) -> Self {
        Self {
            from: Some(from.start()),
            to: Some(to.end()),
        }
    }

    /// Whether it shares an instant with what lasted from one instant to another.
    #[must_use]
    pub fn meets(&self, from: Timestamp, to: Timestamp) -> bool {
        self.from.is_none_or(|first| first <= to) && self.to.is_none_or(|last| from <= last)
    }
}

impl Expr {
    /// The field of that place holds that value.
    #[must_use]
    pub fn field_is(field: usize, value: Value) -> Self {
        Self::Compare(
            Comparison::Equal,
            Scalar::Property(Property::Field(field)),
            Scalar::Literal(value),
        )
    }
}
