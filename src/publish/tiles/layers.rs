//! The layers: from which zoom on there is one, and which fields its features carry. A tile carries what a map is
//! styled by; everything else is a click away, under the feature's id.

use crate::publish::feature::Collection;

/// The deepest zoom that clients ask for; they draw deeper ones from it.
pub const DEEPEST: u8 = 14;

/// What holds for a layer.
#[derive(Debug, Clone, Copy)]
pub struct Rules {
    /// Tiles of coarser zooms are empty.
    pub min_zoom: u8,
    /// Fields by name, as far as the caller's view has them.
    pub fields: &'static [&'static str],
    /// The layer of label points beside it.
    pub labels: Option<&'static str>,
    /// The layer of breaks beside it.
    pub breaks: Option<&'static str>,
    /// Parameters that it answers.
    pub takes: &'static [&'static str],
}

const PLAIN: Rules = Rules {
    min_zoom: 4,
    fields: &[],
    labels: None,
    breaks: None,
    takes: &["to"],
};

const COMMUNES: Rules = Rules {
    fields: &["code", "name", "kind", "is_border"],
    labels: Some("communes_labels"),
    ..PLAIN
};

const RISK_AREAS: Rules = Rules {
    min_zoom: 6,
    fields: &[
        "code",
        "name",
        "level",
        "basis",
        "crop",
        "required_visits",
        "area_ha",
    ],
    labels: Some("risk_areas_labels"),
    ..PLAIN
};

const PATROLS: Rules = Rules {
    min_zoom: 7,
    fields: &[
        "state",
        "kind",
        "transport",
        "started_at",
        "length_km",
        "credible_pct",
        "campaign",
    ],
    breaks: Some("patrols_breaks"),
    takes: &["from", "to", "season", "campaign", "kind"],
    ..PLAIN
};

const PLOTS: Rules = Rules {
    fields: &[
        "state",
        "crop",
        "season",
        "detected_at",
        "stage",
        "plants",
        "area_m2",
        "commune",
    ],
    takes: &["from", "to", "season", "crop"],
    ..PLAIN
};

const COVERAGE_CELLS: Rules = Rules {
    min_zoom: 8,
    fields: &[
        "cell",
        "risk_m2",
        "covered_m2",
        "covered_pct",
        "visits",
        "last_visit_on",
    ],
    takes: &["from", "to", "season", "campaign", "kind"],
    ..PLAIN
};

const DENSITY_CELLS: Rules = Rules {
    min_zoom: 6,
    fields: &[
        "cell",
        "plots",
        "is_small",
        "plants",
        "area_m2",
        "effort_km",
        "rate",
        "raw_rate",
        "gi",
        "gi_z",
        "trend",
    ],
    takes: &["from", "to", "season", "campaign", "crop"],
    ..PLAIN
};

/// The rules of a collection's layer; none where it has no layer.
pub const fn rules(collection: Collection) -> Option<Rules> {
    Some(match collection {
        Collection::Communes => COMMUNES,
        Collection::RiskAreas => RISK_AREAS,
        Collection::Patrols => PATROLS,
        Collection::Plots => PLOTS,
        Collection::CoverageCells => COVERAGE_CELLS,
        Collection::DensityCells => DENSITY_CELLS,
        Collection::Hamlets | Collection::BorderGates | Collection::Fixes | Collection::Photos => {
            return None;
        }
    })
}
