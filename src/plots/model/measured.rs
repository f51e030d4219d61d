//! Which of the areas that a draft brings is its measure.

use super::area::{self, AreaMeasure, AreaSource, MAX_AREA_M2};
use super::outline::Outline;
use super::wire::PropertiesWire;
use super::words::AreaMethod;
use crate::base::fields::Fields;

/// The measure that counts: typed, then beds, then an outline large enough to be one.
pub(super) fn measured_area(
    fields: &mut Fields,
    sent: &PropertiesWire,
    outline: Option<&Outline>,
    hacc_m: Option<f64>,
) -> Option<AreaMeasure> {
    let method: Option<AreaMethod> =
        fields.word("/properties/area_method", sent.area_method.as_deref());
    let typed_m2 = typed_area(fields, sent);
    let beds_m2 = bed_list_area(fields, sent);
    if sent.area_m2.is_some() && sent.beds.is_some() {
        fields.refuse(
            "/properties/beds",
            "expected either area_m2 or beds, not both",
        );
    }
    let paced = sent.pace_m.is_some();
    let measured = match (typed_m2, beds_m2) {
        (Some(m2), _) => Some((
            m2,
            method.unwrap_or(AreaMethod::Estimated),
            AreaSource::Typed,
            "/properties/area_m2",
        )),
        (None, Some(m2)) => {
            let usual = if paced {
                AreaMethod::Paced
            } else {
                AreaMethod::Tape
            };
            Some((
                m2,
                method.unwrap_or(usual),
                AreaSource::Beds,
                "/properties/beds",
            ))
        }
        (None, None) => outline_area(outline?, method),
    };
    let (m2, method, source, pointer) = measured?;
    let confirmed = sent.confirmed_small_outline.unwrap_or(false);
    if method == AreaMethod::GnssPolygon && m2 < area::WALKED_EDGE_FROM_M2 && !confirmed {
        fields.refuse(
            pointer,
            "a walked edge measures only from 2,000 m²: expected tape or paces (area_m2 or beds), or confirmed_small_outline",
        );
        return None;
    }
    Some(AreaMeasure::new(m2, method, source, hacc_m))
}

fn typed_area(fields: &mut Fields, sent: &PropertiesWire) -> Option<f64> {
    let range = f64::MIN_POSITIVE..=MAX_AREA_M2;
    fields.within(
        "/properties/area_m2",
        sent.area_m2,
        &range,
        "an area above 0 and up to 50,000 m²",
    )
}

/// An outline is a measure when it is large, drawn on an orthophoto, or said to be one.
fn outline_area(
    outline: &Outline,
    method: Option<AreaMethod>,
) -> Option<(f64, AreaMethod, AreaSource, &'static str)> {
    let method = match method {
        Some(said @ (AreaMethod::Uav | AreaMethod::GnssPolygon)) => said,
        _ if area::walked_edge_too_small(outline) => return None,
        _ => AreaMethod::GnssPolygon,
    };
    Some((
        outline.area_m2(),
        method,
        AreaSource::Outline,
        "/properties/outline",
    ))
}

fn bed_list_area(fields: &mut Fields, sent: &PropertiesWire) -> Option<f64> {
    let pace = "a pace from 0.3 to 1.5 m";
    let pace_m = fields.within("/properties/pace_m", sent.pace_m, &(0.3..=1.5), pace);
    let beds = sent.beds.as_deref()?;
    if beds.is_empty() || beds.len() > 200 {
        fields.refuse("/properties/beds", "expected 1 to 200 beds");
        return None;
    }
    let areas: Vec<_> = beds
        .iter()
        .map(|bed| area::bed_area_m2(bed, pace_m))
        .collect();
    for (index, fault) in areas
        .iter()
        .enumerate()
        .filter_map(|(index, bed)| Some((index, bed.as_ref().err()?)))
    {
        fields.refuse(format!("/properties/beds/{index}"), fault);
    }
    let total_m2: f64 = areas
        .into_iter()
        .collect::<Result<Vec<_>, _>>()
        .ok()?
        .iter()
        .sum();
    let range = f64::MIN_POSITIVE..=MAX_AREA_M2;
    fields.within(
        "/properties/beds",
        Some(total_m2),
        &range,
        "beds of together up to 50,000 m²",
    )
}
