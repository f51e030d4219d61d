//! One collection on its way into a file, and what every format does to its features: composed letters, seven decimals,
//! shells that run anticlockwise.

use std::borrow::Cow;

use geo::orient::{Direction, Orient};
use geo::{BoundingRect, Geometry, MapCoordsInPlace};

use crate::base::ids::short;
use crate::patrols::model::text::composed;
use crate::publish::feature::{Collection, Feature, Field, Shape, Value};

/// Decimals of degrees that are kept: about a centimetre.
const PER_DEGREE: f64 = 1e7;

/// A collection with what its columns are.
#[derive(Debug, Clone, Copy)]
pub struct Layer {
    /// Which collection.
    pub collection: Collection,
    /// What staff call it.
    pub title: &'static str,
    /// Its fields, in the order of features' values.
    pub fields: &'static [Field],
    /// Its kind of geometry.
    pub shape: Shape,
}

impl Layer {
    /// The name of the layer in files.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.collection.as_str()
    }

    pub(super) const fn is_area(&self) -> bool {
        matches!(self.shape, Shape::Polygon | Shape::MultiPolygon)
    }

    /// Values with their fields, of those that are known.
    pub(super) fn known<'a>(
        &self,
        feature: &'a Feature,
    ) -> impl Iterator<Item = (&'static Field, &'a Value)> {
        let fields = self.fields.iter().zip(&feature.values);
        fields.filter(|(_, value)| **value != Value::Null)
    }

    /// The first text among these fields: what a feature is called. One without a name is called by the end of its id:
    /// handhelds cut names, and ids of one day begin alike.
    pub(super) fn called<'a>(&self, feature: &'a Feature, names: &[&str]) -> Cow<'a, str> {
        let text = |name: &&str| {
            let found = self.known(feature).find(|(field, _)| field.name == *name);
            match found {
                Some((_, Value::Text(text))) if !text.is_empty() => Some(text.as_str()),
                _ => None,
            }
        };
        match (names.iter().find_map(text), feature.id.parse()) {
            (Some(name), _) => name.into(),
            (None, Ok(id)) => short(&id).into(),
            (None, Err(_)) => feature.id.as_str().into(),
        }
    }
}

/// The feature as files hold it.
#[must_use]
pub fn prepared(mut feature: Feature) -> Feature {
    for value in &mut feature.values {
        if let Value::Text(text) = value {
            *text = composed(text);
        }
    }
    feature.geometry = feature.geometry.map(settled);
    feature
}

/// The feature with whole addresses in place of paths of this server: a file is opened far from it.
#[must_use]
pub fn rooted(mut feature: Feature, fields: &[Field], root: &str) -> Feature {
    for (field, value) in fields.iter().zip(&mut feature.values) {
        if let Value::Text(path) = value
            && field.name.ends_with("_href")
            && path.starts_with('/')
        {
            path.insert_str(0, root);
        }
    }
    feature
}

fn settled(geometry: Geometry<f64>) -> Geometry<f64> {
    let mut settled = match geometry {
        Geometry::Polygon(polygon) => Geometry::Polygon(polygon.orient(Direction::Default)),
        Geometry::MultiPolygon(polygons) => {
            Geometry::MultiPolygon(polygons.orient(Direction::Default))
        }
        other => other,
    };
    settled.map_coords_in_place(|coord| geo::Coord {
        x: (coord.x * PER_DEGREE).round() / PER_DEGREE,
        y: (coord.y * PER_DEGREE).round() / PER_DEGREE,
    });
    settled
}

/// West, south, east, north.
pub(super) fn bounds(geometry: &Geometry<f64>) -> Option<[f64; 4]> {
    let rect = geometry.bounding_rect()?;
    Some([rect.min().x, rect.min().y, rect.max().x, rect.max().y])
}

/// The bounds that hold both.
pub(super) fn joined(all: Option<[f64; 4]>, more: [f64; 4]) -> [f64; 4] {
    all.map_or(more, |all| {
        [
            all[0].min(more[0]),
            all[1].min(more[1]),
            all[2].max(more[2]),
            all[3].max(more[3]),
        ]
    })
}
