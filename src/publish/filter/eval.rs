//! A filter held against a feature.

use std::cmp::Ordering;

use super::spatial::related;
use super::temporal::{Bounds, stands};
use super::{ArithmeticOp, Comparison, Expr, Place, Property, Scalar, Span};

use crate::base::unmarked::without_marks;
use crate::publish::feature::{Feature, Value};

impl Expr {
    /// Whether the feature meets the condition; what is left open is not met.
    #[must_use]
    pub fn is_met_by(&self, feature: &Feature) -> bool {
        self.test(feature) == Some(true)
    }

    /// Three-valued: nothing when a value that decides is not there.
    fn test(&self, feature: &Feature) -> Option<bool> {
        match self {
            Self::Constant(is_so) => Some(*is_so),
            Self::Flag(property) => match Scalar::Property(*property).value(feature) {
                Value::Flag(is_so) => Some(is_so),
                _ => None,
            },
            Self::And(parts) => all(parts.iter().map(|part| part.test(feature))),
            Self::Or(parts) => {
                all(parts.iter().map(|part| part.test(feature).map(|is| !is))).map(|is| !is)
            }
            Self::Not(inner) => inner.test(feature).map(|is_so| !is_so),
            Self::Compare(how, one, other) => {
                let order = compared(&one.value(feature), &other.value(feature))?;
                Some(how.holds(order))
            }
            Self::Like(text, pattern) => match (text.value(feature), pattern.value(feature)) {
                (Value::Text(text), Value::Text(pattern)) => Some(is_like(&text, &pattern)),
                _ => None,
            },
            Self::Between(value, low, high) => {
                let value = value.value(feature);
                let above = compared(&value, &low.value(feature)).map(Ordering::is_ge);
                let below = compared(&value, &high.value(feature)).map(Ordering::is_le);
                all([above, below].into_iter())
            }
            Self::In(value, list) => {
                let value = value.value(feature);
                let differs = list
                    .iter()
                    .map(|one| compared(&value, &one.value(feature)).map(Ordering::is_ne));
                all(differs).map(|is| !is)
            }
            Self::IsNull(value) => Some(value.value(feature) == Value::Null),
            Self::HasNoGeometry => Some(feature.geometry.is_none()),
            Self::Spatial(how, one, other) => {
                Some(related(*how, one.of(feature)?, other.of(feature)?))
            }
            Self::Temporal(how, one, other) => {
                Some(stands(*how, one.bounds(feature)?, other.bounds(feature)?))
            }
        }
    }
}

/// Whether all are so: one that is not decides, whatever is left open.
fn all(parts: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut open = false;
    for part in parts {
        match part {
            Some(false) => return Some(false),
            Some(true) => {}
            None => open = true,
        }
    }
    (!open).then_some(true)
}

impl Comparison {
    fn holds(self, order: Ordering) -> bool {
        match self {
            Self::Equal => order.is_eq(),
            Self::NotEqual => order.is_ne(),
            Self::Less => order.is_lt(),
            Self::LessOrEqual => order.is_le(),
            Self::Greater => order.is_gt(),
            Self::GreaterOrEqual => order.is_ge(),
        }
    }
}

impl Place {
    fn of<'a>(&'a self, feature: &'a Feature) -> Option<&'a geo::Geometry<f64>> {
        match self {
            Self::Own => feature.geometry.as_ref(),
            Self::Literal(geometry) => Some(geometry),
        }
    }
}

impl Span {
    fn bounds(&self, feature: &Feature) -> Option<Bounds> {
        match self {
            Self::Instant(value) => Bounds::of(&value.value(feature)),
            Self::Interval(from, to) => {
                let end = |end: &Option<Scalar>| match end {
                    None => Some(None),
                    Some(value) => Bounds::of(&value.value(feature)).map(Some),
                };
                Some(Bounds::between(end(from)?, end(to)?))
            }
        }
    }
}

impl Scalar {
    fn value(&self, feature: &Feature) -> Value {
        match self {
            Self::Property(Property::Id) => Value::Text(feature.id.clone()),
            Self::Property(Property::Field(at)) => {
                feature.values.get(*at).cloned().unwrap_or(Value::Null)
            }
            Self::Literal(value) => value.clone(),
            Self::CaseI(inner) => match inner.value(feature) {
                Value::Text(text) => Value::Text(text.to_lowercase()),
                other => other,
            },
            Self::AccentI(inner) => match inner.value(feature) {
                Value::Text(text) => Value::Text(without_marks(&text)),
                other => other,
            },
            Self::Arithmetic(how, one, other) => {
                arithmetic(*how, &one.value(feature), &other.value(feature))
            }
        }
    }
}

fn number(value: &Value) -> Option<f64> {
    match value {
        #[expect(clippy::cast_precision_loss, reason = "CQL2 counts in doubles")]
        Value::Integer(number) => Some(*number as f64),
        Value::Real(number) => Some(*number),
        _ => None,
    }
}

fn arithmetic(how: ArithmeticOp, one: &Value, other: &Value) -> Value {
    let (Some(one), Some(other)) = (number(one), number(other)) else {
        return Value::Null;
    };
    let found = match how {
        ArithmeticOp::Add => one + other,
        ArithmeticOp::Subtract => one - other,
        ArithmeticOp::Multiply => one * other,
        ArithmeticOp::Divide => one / other,
        ArithmeticOp::IntegerDivide => (one / other).trunc(),
        ArithmeticOp::Modulo => one % other,
        ArithmeticOp::Power => one.powf(other),
    };
    if found.is_finite() {
        Value::Real(found)
    } else {
        Value::Null
    }
}

/// The order of two values of one kind; a local day and an instant are compared as days.
fn compared(one: &Value, other: &Value) -> Option<Ordering> {
    match (one, other) {
        (Value::Text(one), Value::Text(other)) => Some(one.cmp(other)),
        (Value::Integer(one), Value::Integer(other)) => Some(one.cmp(other)),
        (Value::Flag(one), Value::Flag(other)) => Some(one.cmp(other)),
        (Value::Time(one), Value::Time(other)) => Some(one.cmp(other)),
        (Value::Date(one), Value::Date(other)) => Some(one.cmp(other)),
        (Value::Time(one), Value::Date(other)) => Some(one.local_date().cmp(other)),
        (Value::Date(one), Value::Time(other)) => Some(one.cmp(&other.local_date())),
        _ => number(one)?.partial_cmp(&number(other)?),
    }
}

/// SQL's LIKE: `%` stands for any text, `_` for one letter, `\` takes the next sign as it is.
fn is_like(text: &str, pattern: &str) -> bool {
    #[derive(Clone, Copy, PartialEq)]
    enum Sign {
        Any,
        One,
        Letter(char),
    }
    let mut signs = Vec::new();
    let mut letters = pattern.chars();
    while let Some(letter) = letters.next() {
        signs.push(match letter {
            '%' => Sign::Any,
            '_' => Sign::One,
            '\\' => Sign::Letter(letters.next().unwrap_or('\\')),
            letter => Sign::Letter(letter),
        });
    }
    let text: Vec<char> = text.chars().collect();
    // Where the last `%` stood and how much of the text it has taken: the only place to go back to.
    let (mut at, mut sign, mut back) = (0, 0, None);
    while at < text.len() {
        match signs.get(sign) {
            Some(Sign::Any) => {
                back = Some((sign, at));
                sign += 1;
            }
            Some(Sign::One) => (at, sign) = (at + 1, sign + 1),
            Some(Sign::Letter(letter)) if text.get(at) == Some(letter) => {
                (at, sign) = (at + 1, sign + 1);
            }
            _ => {
                let Some((any, taken)) = back else {
                    return false;
                };
                (at, sign, back) = (taken + 1, any + 1, Some((any, taken + 1)));
            }
        }
    }
    signs.iter().skip(sign).all(|sign| *sign == Sign::Any)
}
