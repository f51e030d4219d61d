//! Kiểm tra lại: a look at a plot of the list after the work.

use uuid::Uuid;

use crate::base::ids::PlotId;

use super::super::names::Chain;
use super::super::xml::Element;
use super::{Document, Part, PartKind, Reading, geopoint, time};

pub(super) fn read(root: &Element, chain: &Chain) -> Reading {
    // A plot that is none is not there: the ledger answers so.
    let plot = root.text_of("plot").and_then(|text| text.parse().ok());
    let plot = plot.unwrap_or(PlotId(Uuid::nil()));
    let (id, corrects) = chain.correction("reinspection");
    let mut document = Document::of(root);
    document.put("id", id.to_string());
    document.put_some("corrects", corrects.map(|id| id.to_string()));
    document.texts(&[
        "inspected_at",
        "result",
        "plants_method",
        "area_method",
        "notes",
    ]);
    document.numbers(&["plants", "area_m2"]);
    let part = Part {
        name: "reinspection",
        kind: PartKind::Reinspection(plot),
        fact: id,
        document: document.finish(),
    };
    Reading {
        parts: vec![part],
        point: geopoint(root, "point"),
        at: time(root, "inspected_at"),
        plot: Some(plot).filter(|plot| !plot.0.is_nil()),
        ..Reading::default()
    }
}
