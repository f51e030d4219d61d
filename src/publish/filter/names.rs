//! Whether a filter asks for something by its own word.

use super::{Expr, Property, Scalar};
use crate::publish::feature::Value;

impl Expr {
    /// Whether a condition holds that field against that word (small letters), whatever comes of it.
    #[must_use]
    pub fn names(&self, field: usize, word: &str) -> bool {
        let within = |scalars: &[&Scalar]| {
            scalars.iter().any(|own| own.is_of(field)) && scalars.iter().any(|own| own.says(word))
        };
        match self {
            Self::And(parts) | Self::Or(parts) => parts.iter().any(|part| part.names(field, word)),
            Self::Not(inner) => inner.names(field, word),
            Self::Compare(_, one, other) | Self::Like(one, other) => within(&[one, other]),
            Self::Between(value, low, high) => within(&[value, low, high]),
            Self::In(value, list) => {
                let mut all: Vec<&Scalar> = list.iter().collect();
                all.push(value);
                within(&all)
            }
            Self::Constant(_)
            | Self::Flag(_)
            | Self::IsNull(_)
            | Self::HasNoGeometry
            | Self::Spatial(..)
            | Self::Temporal(..) => false,
        }
    }
}

impl Scalar {
    fn is_of(&self, field: usize) -> bool {
        match self {
            Self::Property(own) => *own == Property::Field(field),
            Self::CaseI(inner) | Self::AccentI(inner) => inner.is_of(field),
            Self::Literal(_) | Self::Arithmetic(..) => false,
        }
    }

    fn says(&self, word: &str) -> bool {
        match self {
            Self::Literal(Value::Text(text)) => text.to_lowercase() == word,
            Self::CaseI(inner) | Self::AccentI(inner) => inner.says(word),
            Self::Literal(_) | Self::Property(_) | Self::Arithmetic(..) => false,
        }
    }
}
