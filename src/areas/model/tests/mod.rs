mod commune;
mod gate;
mod locate;
mod reader;
mod risk;
mod succession;
mod topology;

/// Four made-up communes: one with a curved border, one with a hole and a part in the hole.
const COMMUNES: &str = include_str!("../../../../fixtures/areas/communes.geojson");
const RISK_AREAS: &str = include_str!("../../../../fixtures/areas/risk-areas.geojson");
