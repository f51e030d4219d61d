//! What of a query the database can decide by itself.

use geo::{BoundingRect, MultiPolygon, Rect};
use uuid::Uuid;

use super::{PublishError, Query};
use crate::geo::cells::{Cell, cover};
use crate::geo::shape::Region;
use crate::publish::feature::{Field, Value};
use crate::publish::filter::{Comparison, Expr, Place, Property, Scalar, SpatialOp};
use crate::publish::sql::{Bound, Clause};

/// A field that stands in a column.
pub(super) struct Column {
    pub(super) field: &'static str,
    pub(super) name: &'static str,
    pub(super) holds: Holds,
}

/// What a column holds.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Holds {
    Text,
    Integer,
    Real,
    Time,
    Id,
}

/// A table whose rows are features.
pub(super) struct Table {
    pub(super) id: &'static str,
    pub(super) fields: &'static [Field],
    pub(super) columns: &'static [Column],
    /// Longitude and latitude of points.
    pub(super) point: Option<(&'static str, &'static str)>,
    /// First and last instant.
    pub(super) time: (&'static str, &'static str),
}

/// Clauses that leave every row that passes.
pub(super) struct Pushed {
    pub(super) clauses: Vec<Clause>,
    /// Whether they leave no other row.
    pub(super) is_exact: bool,
}

impl Table {
    /// What can be decided of a query, with the rows after an id.
    pub(super) fn pushed(
        &self,
        query: &Query,
        after: Option<&str>,
    ) -> Result<Pushed, PublishError> {
        let mut pushed = Pushed {
            clauses: Vec::new(),
            is_exact: query.cells.is_empty() && query.frame.is_none(),
        };
        if let Some(after) = after {
            let id = after.parse::<Uuid>();
            let id = id.map_err(|fault| PublishError::Parameter {
                name: "cursor",
                reason: fault.to_string(),
            })?;
            self.compare(&mut pushed, self.id, " > ", Bound::Id(id));
        }
        if let Some(bbox) = query.bbox {
            self.within(&mut pushed, bbox);
            pushed.is_exact &= self.point.is_some();
        }
        let time = query.datetime.unwrap_or_default();
        if let Some(from) = time.from {
            let from = Bound::Integer(from.as_millis());
            self.compare(&mut pushed, self.time.1, " >= ", from);
        }
        if let Some(to) = time.to {
            let to = Bound::Integer(to.as_millis());
            self.compare(&mut pushed, self.time.0, " <= ", to);
        }
        if let Some(filter) = &query.filter {
            pushed.is_exact &= self.decide(&mut pushed.clauses, filter);
        }
        Ok(pushed)
    }

    #[expect(clippy::unused_self, reason = "reads as the table's own condition")]
    fn compare(&self, to: &mut Pushed, column: &'static str, how: &'static str, bound: Bound) {
        to.clauses.push(Clause::Compare(column, how, bound));
    }

    fn within(&self, to: &mut Pushed, bbox: Rect<f64>) {
        let Some((lon, lat)) = self.point else {
            return;
        };
        let (low, high) = (bbox.min(), bbox.max());
        self.compare(to, lon, " >= ", Bound::Real(low.x));
        self.compare(to, lon, " <= ", Bound::Real(high.x));
        self.compare(to, lat, " >= ", Bound::Real(low.y));
        self.compare(to, lat, " <= ", Bound::Real(high.y));
    }

    /// Adds what can be decided of a condition; true when that is all of it.
    fn decide(&self, clauses: &mut Vec<Clause>, condition: &Expr) -> bool {
        match condition {
            Expr::And(parts) => parts.iter().fold(true, |is_all, part| {
                let is_part = self.decide(clauses, part);
                is_all && is_part
            }),
            Expr::Compare(how, Scalar::Property(property), Scalar::Literal(value)) => {
                let clause = self.comparison(*how, *property, value);
                let is_all = clause.is_some();
                clauses.extend(clause);
                is_all
            }
            Expr::Spatial(
                SpatialOp::Intersects | SpatialOp::Equals | SpatialOp::Within | SpatialOp::Touches,
                Place::Own,
                Place::Literal(geometry),
            ) => {
                if let Some(bounds) = geometry.bounding_rect() {
                    let mut own = Pushed {
                        clauses: Vec::new(),
                        is_exact: false,
                    };
                    self.within(&mut own, bounds);
                    clauses.append(&mut own.clauses);
                }
                false
            }
            _ => false,
        }
    }

    fn comparison(&self, how: Comparison, property: Property, value: &Value) -> Option<Clause> {
        let (column, holds) = match property {
            Property::Id => (self.id, Holds::Id),
            Property::Field(at) => {
                let field = self.fields.get(at)?.name;
                let own = self.columns.iter().find(|own| own.field == field)?;
                (own.name, own.holds)
            }
        };
        let bound = match (holds, value) {
            (Holds::Text, Value::Text(text)) => Bound::Text(text.clone()),
            (Holds::Id, Value::Text(text)) => Bound::Id(text.parse().ok()?),
            (Holds::Integer, Value::Integer(number)) => Bound::Integer(*number),
            (Holds::Real, Value::Real(number)) => Bound::Real(*number),
            #[expect(clippy::cast_precision_loss, reason = "as the filter compares them")]
            (Holds::Real, Value::Integer(number)) => Bound::Real(*number as f64),
            (Holds::Time, Value::Time(at)) => Bound::Integer(at.as_millis()),
            _ => return None,
        };
        // Databases order texts and ids by rules of their own.
        let is_ordered = !matches!(holds, Holds::Text | Holds::Id);
        let operator = match how {
            Comparison::Equal => " = ",
            Comparison::NotEqual => " <> ",
            Comparison::Less if is_ordered => " < ",
            Comparison::LessOrEqual if is_ordered => " <= ",
            Comparison::Greater if is_ordered => " > ",
            Comparison::GreaterOrEqual if is_ordered => " >= ",
            _ => return None,
        };
        Some(Clause::Compare(column, operator, bound))
    }
}

/// The text that a field must hold, if the condition says so outright.
pub(super) fn needed_text<'a>(
    filter: Option<&'a Expr>,
    fields: &[Field],
    name: &str,
) -> Option<&'a str> {
    match filter? {
        Expr::And(parts) => parts
            .iter()
            .find_map(|part| needed_text(Some(part), fields, name)),
        Expr::Compare(
            Comparison::Equal,
            Scalar::Property(Property::Field(at)),
            Scalar::Literal(Value::Text(text)),
        ) => fields
            .get(*at)
            .filter(|field| field.name == name)
            .map(|_| text.as_str()),
        _ => None,
    }
}

/// So many cells are looked up one by one rather than walking all rows.
const MOST_LOOKED_UP: usize = 200;
/// Cells' edges are not quite those of a map, so a rectangle is widened before it is covered, in degrees.
const MARGIN_DEG: f64 = 0.005;
/// The width of a cell of resolution 7 in degrees, a little less than the least.
const WIDTH_7_DEG: f64 = 0.02;

/// The cells of resolution 7 that cover a small rectangle.
pub(super) fn near_cells(bbox: Rect<f64>) -> Option<Vec<i64>> {
    let (low, high) = (bbox.min(), bbox.max());
    let (width, height) = (bbox.width() / WIDTH_7_DEG, bbox.height() / WIDTH_7_DEG);
    if (width + 2.0) * (height + 2.0) > 1_000.0 || low.y < -80.0 || high.y > 80.0 {
        return None;
    }
    let wide = Rect::new(
        (low.x - MARGIN_DEG, low.y - MARGIN_DEG),
        (high.x + MARGIN_DEG, high.y + MARGIN_DEG),
    );
    let region = Region::from_polygons(&MultiPolygon(vec![wide.to_polygon()]), 16).ok()?;
    let cells = cover(&region, 7).ok()?;
    let numbers: Vec<i64> = cells.iter().map(|found| found.cell.to_db()).collect();
    (numbers.len() <= MOST_LOOKED_UP).then_some(numbers)
}

/// The ranges of kept cells below those asked for.
pub(super) fn ranges(cells: &[Cell]) -> Vec<(&'static str, i64, i64)> {
    const COLUMNS: [(u8, &str); 3] = [(7, "cell_7"), (9, "cell_9"), (12, "cell_12")];
    let range = |cell: &Cell| {
        let mut kept = COLUMNS.into_iter();
        let (resolution, column) = kept.find(|(kept, _)| *kept >= cell.resolution())?;
        let range = cell.descendants(resolution).ok()?;
        Some((column, *range.start(), *range.end()))
    };
    cells.iter().filter_map(range).collect()
}
