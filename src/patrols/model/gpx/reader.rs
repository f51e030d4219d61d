//! One pass over the bytes of a GPX file; elements that we do not know are passed over.

use quick_xml::errors::{IllFormedError, SyntaxError};
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::{Error as XmlError, Reader, XmlVersion};

use super::encoding::text_of;
use super::{
    Cut, GpxRefusal, GpxTrack, GpxTrackFile, MAX_BYTES, MAX_DEPTH, MAX_PARTS, MAX_POINTS, RawPoint,
};
use crate::base::time::Timestamp;

/// Names are kept to so many characters, figures are never so long.
const MAX_TEXT_CHARS: usize = 200;

/// What stands behind the last whole point of a cut file is kept to so many characters.
const MAX_REST_CHARS: usize = 10_000;

/// Reads a GPX file.
pub fn read(bytes: &[u8]) -> Result<GpxTrackFile, GpxRefusal> {
    if bytes.len() > MAX_BYTES {
        return Err(GpxRefusal::TooLarge { bytes: bytes.len() });
    }
    let text = text_of(bytes)?;
    // A file system that lost its power fills what it had set aside with zeroes.
    let text = text.trim_end_matches('\0');
    let mut xml = Reader::from_str(text);
    let mut document = Document::default();
    loop {
        let event = match xml.read_event() {
            Ok(event) => event,
            Err(fault) => {
                let mut refusal = document.faulty(&fault, xml.buffer_position());
                if ends_in_markup(text) && document.rooted {
                    refusal = GpxRefusal::Truncated {
                        after_point: document.last_point(),
                    };
                }
                return document.cut_short(text, refusal);
            }
        };
        match event {
            Event::Eof => return document.finish(text),
            other => document.see(&other, xml.buffer_position())?,
        }
    }
}

/// What an element is, by its name and where it stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Gpx,
    Waypoint,
    Route,
    RoutePoint,
    Track,
    TrackName,
    Segment,
    Point,
    Extension,
    Time,
    Elevation,
    Hdop,
    Speed,
    Course,
    Other,
}

impl Kind {
    fn of(parent: Option<Self>, name: &str) -> Option<Self> {
        let kind = match (parent, name) {
            (None, "gpx") => Self::Gpx,
            (None, _) => return None,
            (Some(Self::Gpx), "wpt") => Self::Waypoint,
            (Some(Self::Gpx), "rte") => Self::Route,
            (Some(Self::Route), "rtept") => Self::RoutePoint,
            (Some(Self::Gpx), "trk") => Self::Track,
            (Some(Self::Track), "name") => Self::TrackName,
            (Some(Self::Track), "trkseg") => Self::Segment,
            (Some(Self::Segment), "trkpt") => Self::Point,
            (Some(Self::Point), "time") => Self::Time,
            (Some(Self::Point), "ele") => Self::Elevation,
            (Some(Self::Point), "hdop") => Self::Hdop,
            // GPX 1.0 has them in the point, Garmin's TrackPointExtension v2 below its extensions.
            (Some(Self::Point | Self::Extension), "speed") => Self::Speed,
            (Some(Self::Point | Self::Extension), "course") => Self::Course,
            (Some(Self::Point), "extensions") | (Some(Self::Extension), _) => Self::Extension,
            _ => Self::Other,
        };
        Some(kind)
    }

    const fn holds_text(self) -> bool {
        matches!(
            self,
            Self::TrackName
                | Self::Time
                | Self::Elevation
                | Self::Hdop
                | Self::Speed
                | Self::Course
        )
    }
}

#[derive(Default)]
struct Document {
    file: GpxTrackFile,
    open: Vec<Kind>,
    parts: u32,
    rooted: bool,
    point: Option<RawPoint>,
    text: String,
    /// Where the last whole point ended.
    whole_until: u64,
}

impl Document {
    fn see(&mut self, event: &Event<'_>, at: u64) -> Result<(), GpxRefusal> {
        match event {
            // A name alone declares nothing, and nothing is fetched for it.
            Event::DocType(declared) if declared.xml10_content().contains('[') => {
                Err(GpxRefusal::DocumentType)
            }
            Event::Start(tag) => self.open(tag, at),
            Event::Empty(tag) => {
                self.open(tag, at)?;
                self.close(at);
                Ok(())
            }
            Event::End(_) => {
                self.close(at);
                Ok(())
            }
            Event::Text(text) => {
                self.append(text.xml10_content().as_ref());
                Ok(())
            }
            Event::CData(text) => {
                self.append(text.xml10_content().as_ref());
                Ok(())
            }
            Event::GeneralRef(reference) => self.resolve(reference, at),
            Event::Decl(_) | Event::DocType(_) | Event::Comment(_) | Event::PI(_) | Event::Eof => {
                Ok(())
            }
        }
    }

    fn open(&mut self, tag: &BytesStart<'_>, at: u64) -> Result<(), GpxRefusal> {
        let name = tag.local_name();
        let parent = self.open.last().copied();
        let kind =
            Kind::of(parent, name.as_ref()).filter(|kind| *kind != Kind::Gpx || !self.rooted);
        let kind = kind.ok_or(GpxRefusal::WrongRoot)?;
        if self.open.len() >= MAX_DEPTH {
            return Err(GpxRefusal::TooDeep {
                after_point: self.last_point(),
            });
        }
        self.rooted = true;
        self.open.push(kind);
        self.text.clear();
        self.begin(kind, tag)
            .map_err(|fault| fault.unwrap_or_else(|| self.malformed(at)))
    }

    /// Begins what the element stands for; `Err(None)` for attributes that are not well-formed.
    fn begin(&mut self, kind: Kind, tag: &BytesStart<'_>) -> Result<(), Option<GpxRefusal>> {
        match kind {
            Kind::Gpx => {
                self.file.creator = attribute(tag, "creator")?.map(|creator| cut(&creator));
            }
            Kind::Waypoint => self.file.waypoints = self.file.waypoints.saturating_add(1),
            Kind::RoutePoint => self.file.route_points = self.file.route_points.saturating_add(1),
            Kind::Track => {
                self.count_part()?;
                self.file.tracks.push(GpxTrack::default());
            }
            Kind::Segment => {
                self.count_part()?;
                if let Some(track) = self.file.tracks.last_mut() {
                    track.segments.push(Vec::new());
                }
            }
            Kind::Point => self.point = Some(self.new_point(tag)?),
            _ => {}
        }
        Ok(())
    }

    fn count_part(&mut self) -> Result<(), GpxRefusal> {
        self.parts += 1;
        if self.parts > MAX_PARTS {
            Err(GpxRefusal::TooManyParts)
        } else {
            Ok(())
        }
    }

    fn new_point(&mut self, tag: &BytesStart<'_>) -> Result<RawPoint, Option<GpxRefusal>> {
        if self.file.points >= MAX_POINTS {
            return Err(Some(GpxRefusal::TooManyPoints));
        }
        let degrees = |name| {
            Ok::<_, Option<GpxRefusal>>(attribute(tag, name)?.and_then(|text| figure(&text)))
        };
        Ok(RawPoint {
            number: self.file.points + 1,
            lon: degrees("lon")?.unwrap_or(f64::NAN),
            lat: degrees("lat")?.unwrap_or(f64::NAN),
            time: None,
            ele_m: None,
            hdop: None,
            speed_mps: None,
            course_deg: None,
        })
    }

    fn append(&mut self, text: &str) {
        if self.open.last().is_some_and(|kind| kind.holds_text())
            && self.text.len() <= MAX_TEXT_CHARS * 4
        {
            self.text.extend(text.chars().take(MAX_TEXT_CHARS + 1));
        }
    }

    fn resolve(&mut self, reference: &BytesRef<'_>, at: u64) -> Result<(), GpxRefusal> {
        let named = match reference.xml10_content().as_ref() {
            "amp" => Some('&'),
            "lt" => Some('<'),
            "gt" => Some('>'),
            "apos" => Some('\''),
            "quot" => Some('"'),
            _ => reference.resolve_char_ref().ok().flatten(),
        };
        let letter = named.ok_or_else(|| self.malformed(at))?;
        self.append(letter.encode_utf8(&mut [0; 4]));
        Ok(())
    }

    fn close(&mut self, at: u64) {
        match self.open.pop() {
            Some(Kind::Point) => {
                self.keep_point();
                self.whole_until = at;
            }
            Some(Kind::Segment) => {
                if let Some(track) = self.file.tracks.last_mut() {
                    track.segments.pop_if(|segment| segment.is_empty());
                }
            }
            Some(Kind::TrackName) => {
                if let Some(track) = self.file.tracks.last_mut() {
                    track.name = Some(cut(&self.text)).filter(|name| !name.is_empty());
                }
            }
            Some(kind) => self.keep_figure(kind),
            None => {}
        }
        self.text.clear();
    }

    fn keep_figure(&mut self, kind: Kind) {
        let Some(point) = &mut self.point else { return };
        match kind {
            Kind::Time => point.time = time(&self.text),
            Kind::Elevation => point.ele_m = figure(&self.text),
            Kind::Hdop => point.hdop = figure(&self.text),
            Kind::Speed => point.speed_mps = figure(&self.text),
            Kind::Course => point.course_deg = figure(&self.text),
            _ => {}
        }
    }

    fn keep_point(&mut self) {
        let segment = self
            .file
            .tracks
            .last_mut()
            .and_then(|track| track.segments.last_mut());
        if let (Some(point), Some(segment)) = (self.point.take(), segment) {
            self.file.points = point.number;
            self.file.without_time += u32::from(point.time.is_none());
            segment.push(point);
        }
    }

    fn finish(self, text: &str) -> Result<GpxTrackFile, GpxRefusal> {
        if !self.open.is_empty() {
            let after_point = self.last_point();
            return self.cut_short(text, GpxRefusal::Truncated { after_point });
        }
        if self.rooted {
            Ok(self.file)
        } else {
            Err(GpxRefusal::WrongRoot)
        }
    }

    /// A file that ends in the middle gives the whole points before its end; other faults stay refusals.
    fn cut_short(mut self, text: &str, refusal: GpxRefusal) -> Result<GpxTrackFile, GpxRefusal> {
        let GpxRefusal::Truncated { after_point } = refusal else {
            return Err(refusal);
        };
        if after_point == 0 {
            return Err(refusal);
        }
        let from = usize::try_from(self.whole_until).unwrap_or(usize::MAX);
        let rest = text.get(from..).unwrap_or("").chars();
        self.file.cut = Some(Cut {
            after_point,
            rest: rest.take(MAX_REST_CHARS).collect(),
        });
        Ok(self.file)
    }

    fn faulty(&self, fault: &XmlError, at: u64) -> GpxRefusal {
        match fault {
            XmlError::Syntax(SyntaxError::InvalidBangMarkup) => self.malformed(at),
            XmlError::Syntax(_) | XmlError::IllFormed(IllFormedError::UnclosedReference)
                if self.rooted =>
            {
                GpxRefusal::Truncated {
                    after_point: self.last_point(),
                }
            }
            _ => self.malformed(at),
        }
    }

    const fn malformed(&self, at: u64) -> GpxRefusal {
        GpxRefusal::Malformed {
            after_point: self.last_point(),
            at,
        }
    }

    const fn last_point(&self) -> u32 {
        self.file.points
    }
}

/// Whether the text ends within the first letters of a comment or of a section of plain text, which are no markup yet.
fn ends_in_markup(text: &str) -> bool {
    let opened = text.rfind('<').and_then(|at| text.get(at..));
    opened.is_some_and(|rest| {
        ["<!--", "<![CDATA["]
            .iter()
            .any(|whole| whole.starts_with(rest))
    })
}

fn attribute(tag: &BytesStart<'_>, name: &str) -> Result<Option<String>, Option<GpxRefusal>> {
    let found = tag.try_get_attribute(name).or(Err(None))?;
    let value = found.map(|attribute| {
        attribute
            .normalized_value(XmlVersion::Implicit1_0)
            .map(String::from)
    });
    value.transpose().or(Err(None))
}

fn figure(text: &str) -> Option<f64> {
    text.trim()
        .parse()
        .ok()
        .filter(|value: &f64| value.is_finite())
}

/// GPX times are UTC by definition, and many writers leave the `Z` out.
fn time(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    text.parse().or_else(|_| format!("{text}Z").parse()).ok()
}

fn cut(text: &str) -> String {
    text.trim().chars().take(MAX_TEXT_CHARS).collect()
}
