//! Phá nhổ: an eradication of a plot of the list, or of one that the form tells of too.

use serde_json::{Value, json};

use crate::base::ids::{EradicationId, PlotId};

use super::super::names::Chain;
use super::super::xml::Element;
use super::plot::{feature, place};
use super::{Document, Part, PartKind, Reading, geopoint, is_yes, time};

pub(super) fn read(root: &Element, chain: &Chain) -> Reading {
    let is_known = root.text_of("plot_source") == Some("known");
    let known: Option<PlotId> = root.text_of("plot").and_then(|text| text.parse().ok());
    let (plot, found) = if let Some(plot) = known.filter(|_| is_known) {
        (plot, None)
    } else {
        let plot = PlotId(chain.fact("plot"));
        (plot, Some(found(root, chain, plot)))
    };
    let (id, corrects) = chain.correction("eradication");
    let mut document = Document::of(root);
    document.put("id", id.to_string());
    document.put_some("corrects", corrects.map(|id| id.to_string()));
    work(&mut document, chain);
    papers(&mut document);
    let eradication = Part {
        name: "eradication",
        kind: PartKind::Eradication(plot),
        fact: id,
        document: document.finish(),
    };
    Reading {
        parts: found.into_iter().chain([eradication]).collect(),
        point: geopoint(root, "point"),
        at: time(root, "ended_at"),
        plot: Some(plot),
        eradication: Some(EradicationId(id)),
        ..Reading::default()
    }
}

fn found(root: &Element, chain: &Chain, plot: PlotId) -> Part {
    let mut document = Document::of(root);
    document.texts(&["crop"]);
    document.text("detected_at", "started_at");
    document.put("detected_by", "patrol");
    document.numbers(&["plants", "area_m2"]);
    document.text("plants_method", "found_plants_method");
    document.text("area_method", "found_area_method");
    document.texts(&["stage"]);
    document.flag("voluntary", "voluntary");
    place(&mut document);
    document.put_some("revises", chain.revises());
    Part {
        name: "plot",
        kind: PartKind::Plot,
        fact: plot.0,
        document: feature(root, &document.finish()),
    }
}

fn work(document: &mut Document<'_>, chain: &Chain) {
    document.texts(&[
        "started_at",
        "ended_at",
        "plants_method",
        "area_method",
        "completeness",
        "stage",
        "notes",
    ]);
    document.numbers(&[
        "plants_destroyed",
        "area_m2_destroyed",
        "weight_kg",
        "remaining_plants",
        "remaining_area_m2",
        "witnesses",
    ]);
    document.flag("before_harvest", "before_harvest");
    document.flag("voluntary", "voluntary");
    let methods = document.root.text_of("methods");
    let methods: Vec<&str> = methods.unwrap_or_default().split_whitespace().collect();
    document.put("methods", methods);
    document.headcount(chain);
}

/// Minutes, samples and releases: what the law asks for before evidence goes.
fn papers(document: &mut Document<'_>) {
    let root = document.root;
    if root.text_of("minutes_way") == Some("given") {
        let minutes = json!({ "number": root.text_of("minutes_number"), "date": root.text_of("minutes_date") });
        document.put("minutes", minutes);
    } else {
        document.put("minutes_pending", true);
    }
    // A second member confirms with a PIN of its own, which no form can ask for; that there is none, it can tell.
    if is_yes(root, "alone") == Some(true) {
        document.put("confirmation", json!({ "alone": true }));
    }
    let samples: Vec<Value> = root
        .all("sample")
        .into_iter()
        .filter(|sample| sample.text_of("sample_number").is_some())
        .map(|sample| json!({ "number": sample.text_of("sample_number"), "seal": sample.text_of("sample_seal") }))
        .collect();
    if !samples.is_empty() {
        document.put("samples", samples);
    }
    let agency = root.text_of("release_agency");
    let paper = root.text_of("release_document");
    if agency.is_some() || paper.is_some() {
        document.put("release", json!({ "agency": agency, "document": paper }));
    }
}
