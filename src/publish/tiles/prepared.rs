//! Features made ready for all tiles: projected, thinned for every zoom, their values written as they stand in tiles.

use geo::{Geometry, MultiLineString, MultiPolygon};

use crate::base::actor::Actor;
use crate::base::ids::PatrolId;
use crate::geo::tile::{Areas, Layer, Lines, Tag, Tile, World, tile_of};
use crate::publish::feature::{Collection, Feature, Field, Shape, Value};
use crate::publish::filter::{Expr, Interval};
use crate::publish::source::{PublishError, Query};

use super::layers::{self, Rules};
use super::params::Wanted;
use super::{SetKey, Tiles, aside, cells};

/// Features that are read at once.
const PAGE: usize = 5_000;
/// Features in a set; more are not shown together.
const MOST_FEATURES: usize = 250_000;

type Tags = Vec<(&'static str, Tag)>;

/// Features of one layer, ready to be cut.
pub struct Prepared {
    name: &'static str,
    ground: Ground,
    tags: Vec<Tags>,
    labels: Option<&'static str>,
    breaks: Option<(&'static str, Lines, Vec<Tags>)>,
}

enum Ground {
    Areas(Areas),
    Lines(Lines),
    Points(Vec<World>),
}

impl Prepared {
    /// Roughly how much of memory it takes.
    pub fn bytes(&self) -> usize {
        let ground = match &self.ground {
            Ground::Areas(areas) => areas.bytes(),
            Ground::Lines(lines) => lines.bytes(),
            Ground::Points(points) => points.len() * 8,
        };
        let breaks = self.breaks.iter();
        let breaks = breaks.map(|(_, lines, tags)| lines.bytes() + bytes_of(tags));
        ground + bytes_of(&self.tags) + breaks.sum::<usize>()
    }

    /// The bytes of a tile.
    pub fn draw(&self, tile: Tile) -> Vec<u8> {
        let mut layer = Layer::new(self.name);
        let mut labels = self.labels.map(Layer::new);
        for (at, tags) in self.tags.iter().enumerate() {
            match &self.ground {
                Ground::Areas(areas) => {
                    layer.area(&areas.cut(at, tile), tags);
                    if let Some(labels) = &mut labels
                        && let Some(place) = areas.label(at).and_then(|label| tile.own(label))
                    {
                        labels.point(place, tags);
                    }
                }
                Ground::Lines(lines) => layer.line(&lines.cut(at, tile), tags),
                Ground::Points(points) => {
                    if let Some(place) = points.get(at).and_then(|point| tile.near(*point)) {
                        layer.point(place, tags);
                    }
                }
            }
        }
        let mut layers = vec![layer];
        if let Some((name, lines, tags)) = &self.breaks {
            let mut layer = Layer::new(name);
            for (at, tags) in tags.iter().enumerate() {
                layer.line(&lines.cut(at, tile), tags);
            }
            layers.push(layer);
        }
        layers.extend(labels);
        tile_of(&layers)
    }
}

fn bytes_of(tags: &[Tags]) -> usize {
    let values = tags.iter().flatten();
    tags.len() * 24 + values.map(|(_, tag)| 48 + tag.len()).sum::<usize>()
}

impl Tiles {
    /// Reads and prepares the features of a set.
    pub(super) async fn prepared(
        &self,
        actor: &Actor,
        key: &SetKey,
    ) -> Result<std::sync::Arc<Prepared>, PublishError> {
        let collection = key.wanted.collection;
        let rules = layers::rules(collection).ok_or(PublishError::NotFound)?;
        let query = self.query(actor, key);
        let mut features = self.features(actor, collection, &query).await?;
        let fields = self.publisher.fields(collection, actor);
        let mut names: Vec<&'static str> = fields.iter().map(|field| field.name).collect();
        if let Some(resolution) = key
            .resolution
            .filter(|_| collection == Collection::CoverageCells)
        {
            features = cells::together(&features, fields, resolution);
            names = cells::TOGETHER.to_vec();
        }
        let breaks = match rules.breaks {
            Some(name) => Some((name, self.broken(&features).await?)),
            None => None,
        };
        let shape = self.publisher.shape(collection);
        let made = aside(move || made(collection, rules, shape, (&features, &names), breaks));
        Ok(std::sync::Arc::new(made.await?))
    }

    fn query(&self, actor: &Actor, key: &SetKey) -> Query {
        let Wanted {
            collection,
            days,
            campaign,
            kind,
            crop,
        } = &key.wanted;
        let fields = self.publisher.fields(*collection, actor);
        let is = |name: &str, word: String| field_is(fields, name, word);
        let mut conditions = Vec::new();
        if *collection == Collection::Plots {
            conditions.extend(crop.and_then(|crop| is("crop", crop.to_string())));
        }
        if *collection == Collection::Patrols {
            conditions.extend(kind.and_then(|kind| is("kind", kind.to_string())));
            conditions.extend(campaign.and_then(|own| is("campaign", own.to_string())));
        }
        let is_coverage = *collection == Collection::CoverageCells;
        Query {
            bbox: key.around.map(cells::wide),
            datetime: days.map(|(from, to)| Interval::of_days(from, to)),
            filter: match conditions.len() {
                0 | 1 => conditions.pop(),
                _ => Some(Expr::And(conditions)),
            },
            // Cells coarser than the gap list's are made of its own.
            resolution: key
                .resolution
                .map(|own| if is_coverage { own.max(9) } else { own }),
            campaign: *campaign,
            kind: *kind,
            crop: *crop,
            ..Query::default()
        }
    }

    async fn features(
        &self,
        actor: &Actor,
        collection: Collection,
        query: &Query,
    ) -> Result<Vec<Feature>, PublishError> {
        let (mut all, mut after) = (Vec::new(), None);
        loop {
            let page = self
                .publisher
                .page(actor, collection, query, after.as_ref(), PAGE);
            let page = Box::pin(page).await?;
            all.extend(page.features);
            if all.len() > MOST_FEATURES {
                return Err(PublishError::Parameter {
                    name: "from",
                    reason: format!("more than {MOST_FEATURES} features: ask for fewer days"),
                });
            }
            after = page.next;
            if after.is_none() {
                return Ok(all);
            }
        }
    }

    /// The breaks of patrols, in their order.
    async fn broken(
        &self,
        features: &[Feature],
    ) -> Result<Vec<Option<MultiLineString<f64>>>, PublishError> {
        let id = |feature: &Feature| feature.id.parse::<PatrolId>().ok();
        let ids: Vec<PatrolId> = features.iter().filter_map(id).collect();
        let mut breaks = self.publisher.breaks(&ids).await?;
        let own = features.iter().map(|own| breaks.remove(&id(own)?));
        Ok(own.collect())
    }
}

fn field_is(fields: &[Field], name: &str, word: String) -> Option<Expr> {
    let at = fields.iter().position(|field| field.name == name)?;
    Some(Expr::field_is(at, Value::Text(word)))
}

fn made(
    collection: Collection,
    rules: Rules,
    shape: Shape,
    (features, names): (&[Feature], &[&'static str]),
    breaks: Option<(&'static str, Vec<Option<MultiLineString<f64>>>)>,
) -> Prepared {
    let placed = || features.iter().filter(|feature| feature.geometry.is_some());
    let breaks = breaks.map(|(name, ways)| {
        let own = features.iter().zip(&ways);
        let own: Vec<_> = own
            .filter_map(|(own, ways)| Some((own, ways.as_ref()?)))
            .collect();
        let lines = Lines::of(own.iter().map(|(_, ways)| *ways));
        let tags = own.iter().map(|(own, _)| tags(own, names, rules)).collect();
        (name, lines, tags)
    });
    Prepared {
        name: collection.as_str(),
        ground: ground(placed(), shape),
        tags: placed().map(|own| tags(own, names, rules)).collect(),
        labels: rules.labels,
        breaks,
    }
}

fn ground<'a>(features: impl Iterator<Item = &'a Feature>, shape: Shape) -> Ground {
    let geometries = features.filter_map(|feature| feature.geometry.as_ref());
    match shape {
        Shape::MultiPolygon | Shape::Polygon => {
            let areas: Vec<MultiPolygon<f64>> = geometries
                .map(|geometry| match geometry {
                    Geometry::MultiPolygon(area) => area.clone(),
                    Geometry::Polygon(area) => MultiPolygon(vec![area.clone()]),
                    _ => MultiPolygon(Vec::new()),
                })
                .collect();
            Ground::Areas(Areas::of(areas.iter()))
        }
        Shape::MultiLineString => {
            let none = MultiLineString(Vec::new());
            let lines = geometries.map(|geometry| match geometry {
                Geometry::MultiLineString(line) => line,
                _ => &none,
            });
            Ground::Lines(Lines::of(lines))
        }
        Shape::Point => {
            let points = geometries.map(|geometry| match geometry {
                Geometry::Point(at) => World::of(at.x(), at.y()),
                _ => World { x: 0, y: 0 },
            });
            Ground::Points(points.collect())
        }
    }
}

fn tags(feature: &Feature, names: &[&'static str], rules: Rules) -> Tags {
    let values = names.iter().zip(&feature.values);
    let shown = values.filter(|(name, _)| rules.fields.contains(name));
    let mut tags: Tags = shown
        .filter_map(|(name, value)| Some((*name, tag(value)?)))
        .collect();
    tags.insert(0, ("id", Tag::text(&feature.id)));
    tags
}

fn tag(value: &Value) -> Option<Tag> {
    Some(match value {
        Value::Null => return None,
        Value::Text(text) => Tag::text(text),
        Value::Integer(number) => Tag::integer(*number),
        Value::Real(number) => Tag::real(*number),
        Value::Flag(is_so) => Tag::flag(*is_so),
        Value::Time(time) => Tag::text(&time.to_string()),
        Value::Date(day) => Tag::text(&day.to_string()),
    })
}
