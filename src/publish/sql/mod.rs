//! What publishers read where slices have no fitting list: pages in the order of ids, which stay stable while facts
//! come in.

mod packed;
mod patrols;
mod photos;
mod plots;

use uuid::Uuid;

use crate::store::ByBackend;

pub(super) use patrols::*;
pub(super) use photos::*;
pub(super) use plots::*;

/// Every statement of publishers, for the test that prepares them on both databases.
pub const STATEMENTS: &[&str] = &[
    PLOTS,
    COUNT_PLOTS,
    PHOTOS,
    COUNT_PHOTOS,
    PATROLS,
    COUNT_PATROLS,
    COUNT_FIXES,
];

/// Statements whose text differs between the two.
pub const PAIRS: &[ByBackend] = &[READ_PLOTS, GLANCE_PLOTS];

/// A condition that the database checks by itself, joined to others by AND.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Clause {
    /// A column compared; the second text is the operator.
    Compare(&'static str, &'static str, Bound),
    /// A column within one of the ranges, both ends included.
    Ranges(Vec<(&'static str, i64, i64)>),
    /// A column that holds one of the numbers.
    OneOf(&'static str, Vec<i64>),
}

/// A value to bind.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Bound {
    Text(String),
    Integer(i64),
    Real(f64),
    Id(Uuid),
}

/// Adds clauses; a macro, because a builder belongs to one database.
macro_rules! narrow {
    ($query:ident, $clauses:expr) => {
        for clause in $clauses {
            match clause {
                $crate::publish::sql::Clause::Compare(column, compares, bound) => {
                    $query.push(" AND ").push(*column).push(*compares);
                    match bound {
                        $crate::publish::sql::Bound::Text(text) => $query.push_bind(text.as_str()),
                        $crate::publish::sql::Bound::Integer(number) => $query.push_bind(*number),
                        $crate::publish::sql::Bound::Real(number) => $query.push_bind(*number),
                        $crate::publish::sql::Bound::Id(id) => $query.push_bind(*id),
                    };
                }
                $crate::publish::sql::Clause::Ranges(ranges) => {
                    $query.push(" AND (1 = 0");
                    for (column, low, high) in ranges {
                        $query.push(" OR ").push(*column).push(" BETWEEN ");
                        $query.push_bind(*low).push(" AND ").push_bind(*high);
                    }
                    $query.push(")");
                }
                $crate::publish::sql::Clause::OneOf(column, numbers) => {
                    $query.push(" AND ").push(*column).push(" IN (");
                    let mut list = $query.separated(", ");
                    for number in numbers {
                        list.push_bind(*number);
                    }
                    $query.push(")");
                }
            }
        }
    };
}
pub(super) use narrow;
