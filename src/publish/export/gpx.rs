//! GPX 1.1 for handhelds: points as waypoints, lines as tracks, fixes as tracks with their times. What handhelds do not
//! know stands in extensions, under the names by which GDAL and QGIS read them back.

use geo::{Coord, Geometry};

use crate::base::ids::short;
use crate::publish::feature::{Collection, Feature, Field, Kind, Value};

use super::layer::Layer;
use super::text::{Rows, add, element, escape, plain};

/// One file.
#[derive(Debug)]
pub struct Gpx {
    layer: Layer,
    /// The track and its segment that fixes are being added to.
    open: Option<String>,
    /// The patrol whose fixes are being added.
    within: Option<String>,
}

const NAMES: [&str; 2] = ["name", "code"];
/// Fixes of one of these belong to one track.
const TRACK: [&str; 2] = ["patrol", "device"];
const ALTITUDE: &str = "altitude_m";
/// Where the published fields of a fix stand.
const DEVICE: usize = 1;
const AT: usize = 2;
const ALTITUDE_OF_FIX: usize = 4;
const QUALITY: usize = 7;
/// What tracks are made of: the rest is no way that anybody went.
const CREDIBLE: [&str; 2] = ["good", "accuracy_unknown"];

impl Gpx {
    /// Of this layer.
    #[must_use]
    pub const fn new(layer: Layer) -> Self {
        Self {
            layer,
            open: None,
            within: None,
        }
    }

    fn value<'a>(&self, feature: &'a Feature, name: &str) -> Option<&'a Value> {
        let found = self
            .layer
            .known(feature)
            .find(|(field, _)| field.name == name);
        found.map(|(_, value)| value)
    }

    /// The instant of a feature: its first field that is one.
    fn time(&self, feature: &Feature) -> Option<&'static Field> {
        let times = self.layer.known(feature);
        let mut times = times.filter(|(field, _)| field.kind == Kind::Time);
        times.next().map(|(field, _)| field)
    }

    fn extensions(&self, feature: &Feature, out: &mut String) {
        out.push_str("<extensions>");
        element(out, "ogr:id", &feature.id);
        for (field, value) in self.layer.known(feature) {
            let name = format!("ogr:{}", field.name);
            element(out, &name, &plain(value).unwrap_or_default());
        }
        out.push_str("</extensions>");
    }

    /// The name, and the whole id where handhelds keep it: they drop extensions.
    fn called(&self, feature: &Feature, out: &mut String) {
        element(out, "name", &self.layer.called(feature, &NAMES));
        element(out, "desc", &feature.id);
    }

    /// A waypoint or a track's point.
    fn point(&self, feature: &Feature, coord: Coord<f64>, name: &str, out: &mut String) {
        add(
            out,
            format_args!("<{name} lat=\"{}\" lon=\"{}\">", coord.y, coord.x),
        );
        if let Some(Value::Real(altitude_m)) = self.value(feature, ALTITUDE) {
            add(out, format_args!("<ele>{altitude_m}</ele>"));
        }
        if let Some(field) = self.time(feature) {
            let at = self.value(feature, field.name).and_then(plain);
            element(out, "time", &at.unwrap_or_default());
        }
        if name == "wpt" {
            self.called(feature, out);
            element(out, "type", self.layer.title);
        }
        self.extensions(feature, out);
        add(out, format_args!("</{name}>\n"));
    }

    /// A fix, in the track of its patrol and device: they come in that order.
    fn fix(&mut self, feature: &Feature, coord: Coord<f64>, out: &mut String) {
        let parts = TRACK.map(|name| {
            self.value(feature, name)
                .and_then(plain)
                .unwrap_or_default()
        });
        let track = parts.join(" ");
        if self.open.as_ref() != Some(&track) {
            self.end_track(out);
            out.push_str("<trk>");
            element(out, "name", &short_of(&parts[0]));
            element(out, "desc", &parts[0]);
            element(out, "src", &parts[1]);
            out.push_str("<trkseg>\n");
            self.open = Some(track);
        }
        self.point(feature, coord, "trkpt", out);
    }

    /// A fix of a patrol's track, a segment for each device.
    fn timed(&mut self, fix: &Feature, out: &mut String) {
        let text = |at: usize| fix.values.get(at).and_then(plain);
        let is_credible = text(QUALITY).is_some_and(|quality| CREDIBLE.contains(&quality.as_str()));
        let (Some(Geometry::Point(point)), true) = (&fix.geometry, is_credible) else {
            return;
        };
        let device = text(DEVICE).unwrap_or_default();
        if self.open.as_ref() != Some(&device) {
            self.end_segment(out);
            out.push_str("<trkseg>\n");
            self.open = Some(device);
        }
        let (lat, lon) = (point.y(), point.x());
        add(out, format_args!("<trkpt lat=\"{lat}\" lon=\"{lon}\">"));
        if let Some(altitude_m) = text(ALTITUDE_OF_FIX) {
            element(out, "ele", &altitude_m);
        }
        element(out, "time", &text(AT).unwrap_or_default());
        out.push_str("</trkpt>\n");
    }

    fn end_segment(&mut self, out: &mut String) {
        if self.open.take().is_some() {
            out.push_str("</trkseg>");
        }
    }

    fn end_track(&mut self, out: &mut String) {
        if self.open.take().is_some() {
            out.push_str("</trkseg></trk>\n");
        }
    }
}

/// What people call a thing by, if the text is an id.
fn short_of(id: &str) -> String {
    id.parse().map_or_else(|_| id.to_owned(), |id| short(&id))
}

impl Rows for Gpx {
    fn open(&mut self, out: &mut String) {
        out.push_str(concat!(
            r#"<?xml version="1.0" encoding="UTF-8"?>"#,
            "\n",
            r#"<gpx version="1.1" creator="tuantra" xmlns="http://www.topografix.com/GPX/1/1" "#,
            r#"xmlns:ogr="http://osgeo.org/gdal"><metadata>"#
        ));
        element(out, "name", self.layer.title);
        out.push_str("</metadata>\n");
    }

    fn row(&mut self, feature: &Feature, out: &mut String) {
        match &feature.geometry {
            Some(Geometry::Point(point)) if self.layer.collection == Collection::Fixes => {
                self.fix(feature, point.0, out);
            }
            Some(Geometry::Point(point)) => self.point(feature, point.0, "wpt", out),
            Some(Geometry::MultiLineString(lines)) => {
                out.push_str("<trk>");
                self.called(feature, out);
                self.extensions(feature, out);
                for line in lines {
                    out.push_str("<trkseg>\n");
                    for coord in line.coords() {
                        add(
                            out,
                            format_args!("<trkpt lat=\"{}\" lon=\"{}\"/>\n", coord.y, coord.x),
                        );
                    }
                    out.push_str("</trkseg>");
                }
                out.push_str("</trk>\n");
            }
            // Without a place there is nothing that a handheld could show.
            _ => {
                out.push_str("<!-- ");
                escape(out, &feature.id.replace("--", "- -"));
                out.push_str(": no place -->\n");
            }
        }
    }

    fn track(&mut self, feature: &Feature, fixes: Option<&[Feature]>, out: &mut String) {
        let is_new = self.within.as_ref() != Some(&feature.id);
        if is_new {
            out.push_str("<trk>");
            self.called(feature, out);
            self.extensions(feature, out);
            self.within = Some(feature.id.clone());
        }
        let Some(fixes) = fixes else {
            self.end_segment(out);
            out.push_str("</trk>\n");
            self.within = None;
            return;
        };
        for fix in fixes {
            self.timed(fix, out);
        }
    }

    fn close(&mut self, out: &mut String) {
        self.end_track(out);
        out.push_str("</gpx>\n");
    }
}
