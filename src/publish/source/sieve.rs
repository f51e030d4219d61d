//! What of a query is held against features one by one, and pages made of what passes.

use geo::{BoundingRect, Contains, Geometry, Intersects, Polygon, Rect};
use h3o::LatLng;

use super::{Key, Page, PageOf, Query};
use crate::geo::cells::Cell;
use crate::geo::position::Position;
use crate::publish::feature::{Feature, Value};

/// The resolutions of cells that are kept of points: a coarser cell is told from the nearest of them.
const KEPT: [u8; 3] = [7, 9, 12];

impl Query {
    /// Whether nothing is held against single features.
    pub(super) fn is_open(&self) -> bool {
        self.bbox.is_none() && self.cells.is_empty() && self.filter.is_none()
    }

    /// Whether something of these bounds may pass.
    pub(super) fn is_near(&self, bounds: Rect<f64>) -> bool {
        self.bbox.is_none_or(|bbox| bbox.intersects(&bounds))
    }

    /// Whether the feature is one of those asked for, its time left aside.
    pub(super) fn passes(&self, feature: &Feature) -> bool {
        self.is_met_by_place(feature.geometry.as_ref())
            && self
                .filter
                .as_ref()
                .is_none_or(|filter| filter.is_met_by(feature))
    }

    fn is_met_by_place(&self, geometry: Option<&Geometry<f64>>) -> bool {
        if self.bbox.is_none() && self.cells.is_empty() {
            return true;
        }
        let Some(geometry) = geometry else {
            return false;
        };
        self.bbox.is_none_or(|bbox| meets_rect(geometry, bbox))
            && self
                .frame
                .as_ref()
                .is_none_or(|frame| frame.meets(geometry))
            && (self.cells.is_empty() || self.cells.iter().any(|cell| meets_cell(geometry, *cell)))
    }
}

/// Whether a geometry shares a point with a rectangle of the same system.
pub(super) fn meets_rect(geometry: &Geometry<f64>, rect: Rect<f64>) -> bool {
    if let Geometry::Point(point) = geometry {
        return rect.intersects(point);
    }
    let Some(bounds) = geometry.bounding_rect() else {
        return false;
    };
    rect.intersects(&bounds) && (rect.contains(&bounds) || geometry.intersects(&rect.to_polygon()))
}

/// A point lies in the cells above the one that is kept of it; anything else meets a cell's outline.
fn meets_cell(geometry: &Geometry<f64>, cell: Cell) -> bool {
    if let Geometry::Point(point) = geometry {
        let kept = KEPT.into_iter().find(|kept| *kept >= cell.resolution());
        let own = Position::new(point.x(), point.y())
            .ok()
            .and_then(|at| Cell::at(at, kept.unwrap_or(15)).ok());
        return own.and_then(|own| own.parent(cell.resolution()).ok()) == Some(cell);
    }
    geometry.intersects(&outline(cell))
}

/// The corners of a cell as a polygon.
pub(super) fn outline(cell: Cell) -> Polygon<f64> {
    let corners = cell.index().boundary();
    let rounded = |degrees: f64| (degrees * 1e7).round() / 1e7;
    let pair = |at: &LatLng| (rounded(at.lng()), rounded(at.lat()));
    let ring: Vec<(f64, f64)> = corners.iter().map(pair).collect();
    Polygon::new(ring.into(), Vec::new())
}

/// A page put together feature by feature.
#[derive(Debug)]
pub(super) struct Sifting<'a> {
    of: PageOf<'a>,
    features: Vec<Feature>,
    seen: usize,
    most_seen: usize,
    last: Option<String>,
    has_more: bool,
}

impl<'a> Sifting<'a> {
    /// An empty page that looks at so many features at most.
    pub(super) fn new(of: PageOf<'a>, most_seen: usize) -> Self {
        Self {
            of,
            features: Vec::new(),
            seen: 0,
            most_seen,
            last: of.after.map(str::to_owned),
            has_more: false,
        }
    }

    /// Where to read on.
    pub(super) fn after(&self) -> Option<&str> {
        self.last.as_deref()
    }

    /// How many features to read at once: no more than can be needed, unless a filter throws some away.
    pub(super) fn wanted(&self, most: usize) -> usize {
        let missing = self
            .of
            .limit
            .saturating_add(1)
            .saturating_sub(self.features.len());
        if self.of.query.is_open() {
            missing.min(most)
        } else {
            most
        }
    }

    /// The same once so many more have been seen, in even parts; 0 when none can be needed.
    pub(super) fn wanted_after(&self, more: usize, most: usize) -> usize {
        if !self.of.query.is_open() {
            return most;
        }
        let known = self.features.len().saturating_add(more);
        let missing = self.of.limit.saturating_add(1).saturating_sub(known);
        missing.div_ceil(missing.div_ceil(most).max(1))
    }

    /// Takes a feature if it passes; false when the page is done.
    pub(super) fn see(&mut self, feature: Feature) -> bool {
        if self.seen >= self.most_seen {
            self.has_more = true;
            return false;
        }
        self.seen += 1;
        if !self.of.query.passes(&feature) {
            self.last = Some(feature.id);
            return true;
        }
        if self.features.len() >= self.of.limit {
            self.has_more = true;
            return false;
        }
        self.last = Some(feature.id.clone());
        self.features.push(feature);
        true
    }

    /// Ends the page where it stands, with more to come.
    pub(super) fn cut(&mut self, at: String) {
        self.last = Some(at);
        self.has_more = true;
    }

    /// The page.
    pub(super) fn page(self) -> Page {
        Page {
            next: self.last.filter(|_| self.has_more).map(Key),
            features: self.features,
        }
    }
}

/// A page of features that are all at hand, by id. Large areas take time to compare, so others get their turn.
pub(super) async fn page_of(
    of: PageOf<'_>,
    features: impl Iterator<Item = Feature> + Send,
) -> Page {
    const AT_ONCE: usize = 16;
    let mut sifting = Sifting::new(of, usize::MAX);
    for (at, feature) in features.enumerate() {
        if !sifting.see(feature) {
            break;
        }
        if at % AT_ONCE == AT_ONCE - 1 && !of.query.is_open() {
            tokio::task::yield_now().await;
        }
    }
    sifting.page()
}

/// A text, or nothing.
pub(super) fn text(value: Option<impl ToString>) -> Value {
    value.map_or(Value::Null, |value| Value::Text(value.to_string()))
}

/// A text of one's own, or nothing.
pub(super) fn owned(value: Option<String>) -> Value {
    value.map_or(Value::Null, Value::Text)
}

/// A number, or nothing.
pub(super) fn real(value: Option<f64>) -> Value {
    value
        .filter(|number| number.is_finite())
        .map_or(Value::Null, Value::Real)
}

/// A whole number, or nothing.
pub(super) fn integer<T: TryInto<i64>>(value: Option<T>) -> Value {
    value
        .and_then(|number| number.try_into().ok())
        .map_or(Value::Null, Value::Integer)
}

/// Degrees to 1e-7, about a centimetre.
pub(super) fn point(lon: f64, lat: f64) -> Geometry<f64> {
    let rounded = |degrees: f64| (degrees * 1e7).round() / 1e7;
    Geometry::Point(geo::Point::new(rounded(lon), rounded(lat)))
}
