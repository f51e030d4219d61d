//! Geometries in CQL2 text, as well-known text.

use geo::{
    Coord, Geometry, GeometryCollection, LineString, MultiLineString, MultiPoint, MultiPolygon,
    Point, Polygon,
};

use super::build::{Fault, fault};
use super::lexer::Token;
use super::text::Parser;

/// Whether a word in small letters begins a geometry.
pub(super) fn is_geometry(word: &str) -> bool {
    matches!(
        word,
        "point"
            | "linestring"
            | "polygon"
            | "multipoint"
            | "multilinestring"
            | "multipolygon"
            | "geometrycollection"
    )
}

/// Reads what follows the word; heights are read and left out.
pub(super) fn geometry(parser: &mut Parser<'_>, word: &str) -> Result<Geometry<f64>, Fault> {
    parser.takes_word("Z");
    Ok(match word {
        "point" => {
            parser.needs("(")?;
            let at = coord(parser)?;
            parser.needs(")")?;
            Geometry::Point(at.into())
        }
        "linestring" => Geometry::LineString(line(parser)?),
        "polygon" => Geometry::Polygon(polygon(parser)?),
        "multipoint" => {
            let points = list(parser, |parser| {
                let in_brackets = parser.takes("(");
                let at = coord(parser)?;
                if in_brackets {
                    parser.needs(")")?;
                }
                Ok(Point(at))
            })?;
            Geometry::MultiPoint(MultiPoint(points))
        }
        "multilinestring" => Geometry::MultiLineString(MultiLineString(list(parser, line)?)),
        "multipolygon" => Geometry::MultiPolygon(MultiPolygon(list(parser, polygon)?)),
        _ => {
            parser.builder.enter()?;
            let parts = list(parser, |parser| match parser.next() {
                Some(Token::Word(word)) if is_geometry(&word.to_ascii_lowercase()) => {
                    geometry(parser, &word.to_ascii_lowercase())
                }
                _ => fault("expected a geometry in the collection"),
            })?;
            parser.builder.leave();
            Geometry::GeometryCollection(GeometryCollection(parts))
        }
    })
}

fn list<T>(
    parser: &mut Parser<'_>,
    mut one: impl FnMut(&mut Parser<'_>) -> Result<T, Fault>,
) -> Result<Vec<T>, Fault> {
    parser.needs("(")?;
    let mut all = vec![one(parser)?];
    while parser.takes(",") {
        all.push(one(parser)?);
    }
    parser.needs(")")?;
    Ok(all)
}

fn coord(parser: &mut Parser<'_>) -> Result<Coord<f64>, Fault> {
    let (x, y) = (parser.coordinate()?, parser.coordinate()?);
    if !matches!(parser.peek(), Some(Token::Sign("," | ")"))) {
        parser.coordinate()?;
    }
    Ok(Coord { x, y })
}

fn line(parser: &mut Parser<'_>) -> Result<LineString<f64>, Fault> {
    let line = list(parser, coord)?;
    if line.len() < 2 {
        return fault("a line has at least two points");
    }
    Ok(LineString(line))
}

fn polygon(parser: &mut Parser<'_>) -> Result<Polygon<f64>, Fault> {
    let mut rings = list(parser, line)?.into_iter();
    if rings
        .as_slice()
        .iter()
        .any(|ring| ring.0.len() < 4 || !ring.is_closed())
    {
        return fault("a ring has at least four points and ends where it began");
    }
    let Some(outer) = rings.next() else {
        return fault("a polygon has a ring");
    };
    Ok(Polygon::new(outer, rings.collect()))
}
