//! KML 2.2 and 2.3 (OGC 12-007r2): placemarks with their geometry and extended data. Coordinates are WGS84 by definition.

use geo::{Coord, Geometry, GeometryCollection, LineString, Point, Polygon};
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use serde_json::{Map, Value};

use crate::geo::vn2000::System;
use crate::ingest::imports::table::{Budget, Place, Read, Row, Table, Told, Unreadable};
use crate::patrols::model::text::composed;

/// Where the reader stands.
#[derive(Default)]
struct State {
    path: Vec<String>,
    text: String,
    mark: Option<Mark>,
    heads: Vec<String>,
    rows: Vec<Row>,
}

/// A placemark so far.
#[derive(Default)]
struct Mark {
    values: Map<String, Value>,
    data: Option<String>,
    shapes: Vec<Geometry<f64>>,
    outer: Option<LineString<f64>>,
    holes: Vec<LineString<f64>>,
}

/// Reads every placemark of a document. A document type, the only place of entities of its own, is refused.
pub fn read(bytes: &[u8], budget: &mut Budget) -> Read<Table> {
    let damaged = || Unreadable::Damaged("KML");
    let mut reader = Reader::from_reader(bytes);
    let mut state = State::default();
    loop {
        match reader.read_event().or(Err(damaged()))? {
            Event::Start(tag) => state.open(&tag, budget)?,
            Event::Empty(tag) => {
                state.open(&tag, budget)?;
                state.close(budget)?;
            }
            Event::Text(text) => {
                state.text.push_str(&text.xml10_content());
            }
            Event::CData(text) => {
                state.text.push_str(&text.xml10_content());
            }
            Event::GeneralRef(name) => {
                state
                    .text
                    .push_str(&super::entity(&name).ok_or_else(damaged)?);
            }
            Event::DocType(_) => return Err(Unreadable::DocumentType),
            Event::End(_) => state.close(budget)?,
            Event::Eof if state.path.is_empty() => break,
            Event::Eof => return Err(damaged()),
            _ => {}
        }
    }
    Ok(Table {
        heads: state.heads,
        rows: state.rows,
        told: Told::Known(System::Wgs84),
        ..Table::default()
    })
}

impl State {
    fn open(&mut self, tag: &BytesStart<'_>, budget: &mut Budget) -> Read<()> {
        let damaged = || Unreadable::Damaged("KML");
        let name = tag.local_name().as_ref().to_owned();
        if self.path.len() >= budget.limits().depth {
            return Err(Unreadable::TooMuch(
                "nested elements / phần tử lồng nhau",
                budget.limits().depth,
            ));
        }
        if matches!(name.as_str(), "Data" | "SimpleData") {
            let named = tag.try_get_attribute("name").or(Err(damaged()))?;
            let named = named.and_then(|own| super::unescaped(&own.value).as_deref().map(composed));
            if let Some(mark) = &mut self.mark {
                mark.data = named;
            }
        }
        if name == "Placemark" && self.mark.is_none() {
            self.mark = Some(Mark::default());
        }
        self.path.push(name);
        self.text.clear();
        Ok(())
    }

    fn close(&mut self, budget: &mut Budget) -> Read<()> {
        let name = self.path.pop().ok_or(Unreadable::Damaged("KML"))?;
        let text = std::mem::take(&mut self.text);
        let parent = self.path.last().map(String::as_str).unwrap_or_default();
        let Some(mark) = &mut self.mark else {
            return Ok(());
        };
        match (name.as_str(), parent) {
            ("name" | "description", "Placemark") => mark.put(&name, &text, budget)?,
            ("value", "Data") | ("SimpleData", _) => {
                if let Some(head) = mark.data.take() {
                    mark.put(&head, &text, budget)?;
                }
            }
            ("coordinates", _) => {
                let line = coordinates(&text, budget)?;
                mark.take_line(line, &self.path);
            }
            ("Polygon", _) => {
                if let Some(outer) = mark.outer.take() {
                    let holes = std::mem::take(&mut mark.holes);
                    mark.shapes
                        .push(Geometry::Polygon(Polygon::new(outer, holes)));
                }
            }
            ("Placemark", _) => self.finish(budget)?,
            _ => {}
        }
        Ok(())
    }

    fn finish(&mut self, budget: &mut Budget) -> Read<()> {
        let Some(mut mark) = self.mark.take() else {
            return Ok(());
        };
        for head in mark.values.keys() {
            if !self.heads.contains(head) {
                self.heads.push(head.clone());
                budget.columns(self.heads.len())?;
            }
        }
        let place = match (mark.shapes.pop(), mark.shapes.is_empty()) {
            (None, _) => Place::None,
            (Some(only), true) => Place::Shape(only),
            (Some(last), false) => {
                mark.shapes.push(last);
                Place::Shape(Geometry::GeometryCollection(GeometryCollection(
                    mark.shapes,
                )))
            }
        };
        self.rows.push(Row {
            number: budget.row()?,
            values: mark.values,
            place,
        });
        Ok(())
    }
}

impl Mark {
    fn put(&mut self, head: &str, text: &str, budget: &Budget) -> Read<()> {
        let limits = budget.limits();
        if text.len() > limits.text_bytes {
            return Err(Unreadable::TooMuch(
                "bytes of a text / byte của một ô chữ",
                limits.text_bytes,
            ));
        }
        budget.columns(self.values.len())?;
        let text = composed(text.trim());
        if !text.is_empty() {
            self.values.insert(head.to_owned(), Value::from(text));
        }
        Ok(())
    }

    fn take_line(&mut self, line: LineString<f64>, path: &[String]) {
        let within = |name: &str| path.iter().any(|own| own == name);
        if within("outerBoundaryIs") {
            self.outer = Some(line);
        } else if within("innerBoundaryIs") {
            self.holes.push(line);
        } else if within("Point") {
            self.shapes
                .extend(line.0.first().map(|at| Geometry::Point(Point(*at))));
        } else if within("LineString") {
            self.shapes.push(Geometry::LineString(line));
        }
    }
}

/// Triples parted by white space, their numbers by commas.
fn coordinates(text: &str, budget: &mut Budget) -> Read<LineString<f64>> {
    let mut line = Vec::new();
    for triple in text.split_whitespace() {
        budget.vertices(1)?;
        let mut numbers = triple.split(',').map(str::parse::<f64>);
        match (numbers.next(), numbers.next()) {
            (Some(Ok(x)), Some(Ok(y))) => line.push(Coord { x, y }),
            _ => return Err(Unreadable::Damaged("KML: coordinates / tọa độ")),
        }
    }
    Ok(LineString(line))
}
