//! What a form says, as the documents that the native API takes. Nothing is judged here: a value that cannot be read is
//! handed on as it stands, so that the slice's own draft refuses it by its name.

mod eradication;
mod patrol;
mod plot;
mod reinspection;

use serde_json::{Map, Number, Value};
use uuid::Uuid;

use crate::base::ids::{EradicationId, PatrolId, PlotId};
use crate::base::time::Timestamp;
use crate::patrols::model::text::composed;

use super::forms::{Form, PLOTS_DATASET};
use super::geotext::{self, GeoPoint};
use super::names::Chain;
use super::xml::Element;

/// What one part of a submission becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartKind {
    /// A patrol.
    Patrol,
    /// The fixes of a patrol's track.
    Track(PatrolId),
    /// A plot.
    Plot,
    /// An eradication of a plot.
    Eradication(PlotId),
    /// A re-inspection of a plot.
    Reinspection(PlotId),
}

/// A part of a submission: one document for one act.
#[derive(Clone, PartialEq)]
pub struct Part {
    /// Its name within the submission.
    pub name: &'static str,
    /// What it becomes.
    pub kind: PartKind,
    /// The fact.
    pub fact: Uuid,
    /// The document, as the native API takes it.
    pub document: Value,
}

/// What a submission says stays out of logs.
impl std::fmt::Debug for Part {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Part({}, {:?}, ..)", self.name, self.kind)
    }
}

/// A part that no act follows from, and why.
pub type Kept = (&'static str, &'static str);

/// An update that a phone made to the list of plots while it was offline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EntityUpdate {
    /// The plot.
    pub plot: PlotId,
    /// The version of the plot that the phone had.
    pub base_version: i64,
}

/// A file that the form names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedFile {
    /// The file's name, in composed letters.
    pub name: String,
    /// The question that it answers.
    pub field: String,
}

/// What a submission says.
#[derive(Debug, Default)]
pub struct Reading {
    /// The acts, in their order.
    pub parts: Vec<Part>,
    /// What is kept without an act.
    pub kept: Vec<Kept>,
    /// The files that questions for files name.
    pub files: Vec<NamedFile>,
    /// Where the phone stood.
    pub point: Option<GeoPoint>,
    /// When it happened, by the form.
    pub at: Option<Timestamp>,
    /// The plot that its photos belong to.
    pub plot: Option<PlotId>,
    /// The eradication that its photos belong to.
    pub eradication: Option<EradicationId>,
    /// A person is to be seen on a photo.
    pub contains_person: bool,
    /// What the phone changed of the list of plots.
    pub entity: Option<EntityUpdate>,
}

/// Why points of a geotrace make no track.
pub const HAND_PLACED: &str = "hand-placed";
/// Points too far apart in time are kept and not joined to a line.
pub const TOO_SPARSE: &str = "too-sparse";
/// An edit adds nothing to a track: what was walked was walked.
pub const TRACK_STANDS: &str = "track-stands";

/// Reads a form's submission.
#[must_use]
pub fn read(form: &Form, root: &Element, chain: &Chain) -> Reading {
    let mut reading = match form.id {
        "patrol_report" => patrol::read(root, chain),
        "plot_detection" => plot::read(root, chain),
        "eradication" => eradication::read(root, chain),
        _ => reinspection::read(root, chain),
    };
    reading.files = files(form, root);
    reading.contains_person = is_yes(root, "contains_person") == Some(true);
    reading.entity = entity(root);
    let fallback = ["end", "start"]
        .into_iter()
        .find_map(|name| time(root, name));
    reading.at = reading.at.or(fallback);
    reading
}

/// The files that answers to questions for files name.
#[must_use]
pub fn files(form: &Form, root: &Element) -> Vec<NamedFile> {
    let fields: Vec<&str> = form.binary_fields().collect();
    let leaves = root.leaves().into_iter();
    leaves
        .filter(|leaf| fields.contains(&leaf.name.as_str()) && !leaf.text.trim().is_empty())
        .map(|leaf| NamedFile {
            name: composed(leaf.text.trim()),
            field: leaf.name.clone(),
        })
        .collect()
}

/// The field that names a file, whatever question it answers. Letters count as the same however their marks are written:
/// some phones write a file's name apart and the form's composed.
#[must_use]
pub fn field_naming<'a>(root: &'a Element, file: &str) -> Option<&'a str> {
    let leaves = root.leaves().into_iter();
    let file = composed(file);
    let mut naming = leaves.filter(|leaf| composed(leaf.text.trim()) == file);
    naming.next().map(|leaf| leaf.name.as_str())
}

fn entity(root: &Element) -> Option<EntityUpdate> {
    let entity = root.find("entity")?;
    let is_update = entity.attribute("dataset") == Some(PLOTS_DATASET)
        && matches!(entity.attribute("update"), Some("1" | "true"));
    Some(EntityUpdate {
        plot: entity.attribute("id")?.parse().ok().filter(|_| is_update)?,
        base_version: entity.attribute("baseVersion")?.parse().ok()?,
    })
}

fn time(root: &Element, name: &str) -> Option<Timestamp> {
    root.text_of(name)?.parse().ok()
}

fn is_yes(root: &Element, name: &str) -> Option<bool> {
    match root.text_of(name)? {
        "yes" => Some(true),
        "no" => Some(false),
        _ => None,
    }
}

fn geopoint(root: &Element, name: &str) -> Option<GeoPoint> {
    geotext::point(root.text_of(name)?).ok()
}

/// The text as a number; what is none stays a text.
fn number(text: &str) -> Value {
    if let Ok(whole) = text.parse::<i64>() {
        return whole.into();
    }
    let parsed: Option<f64> = text.parse().ok();
    parsed
        .and_then(Number::from_f64)
        .map_or_else(|| Value::from(text), Value::Number)
}

/// A document made of a form's answers; what was not answered is left out.
struct Document<'a> {
    root: &'a Element,
    fields: Map<String, Value>,
}

impl<'a> Document<'a> {
    fn of(root: &'a Element) -> Self {
        Self {
            root,
            fields: Map::new(),
        }
    }

    fn put(&mut self, name: &str, value: impl Into<Value>) {
        self.fields.insert(name.to_owned(), value.into());
    }

    fn put_some(&mut self, name: &str, value: Option<impl Into<Value>>) {
        if let Some(value) = value {
            self.put(name, value);
        }
    }

    fn text(&mut self, name: &str, from: &str) {
        self.put_some(name, self.root.text_of(from));
    }

    fn texts(&mut self, names: &[&str]) {
        for name in names {
            self.text(name, name);
        }
    }

    fn number(&mut self, name: &str, from: &str) {
        self.put_some(name, self.root.text_of(from).map(number));
    }

    fn numbers(&mut self, names: &[&str]) {
        for name in names {
            self.number(name, name);
        }
    }

    fn flag(&mut self, name: &str, from: &str) {
        self.put_some(name, is_yes(self.root, from));
    }

    /// A count of people, for the sender's own organisation; one without an organisation counts nobody.
    fn headcount(&mut self, chain: &Chain) {
        let people = self.root.text_of("headcount").map(number);
        if let Some((org, people)) = chain.org.zip(people) {
            let mut counted = Map::new();
            counted.insert(org.to_string(), people);
            self.put("headcount", counted);
        }
    }

    fn finish(self) -> Value {
        Value::Object(self.fields)
    }
}

#[cfg(test)]
mod tests;
